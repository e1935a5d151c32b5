/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The grain directory and the grain tables of a VMDK (the note, "Hosted
 * Sparse Extent Metadata"): where each grain of the disk lies in the file.
 * One table is in memory at a time. */
#include "disk/vmdk.h"

#include "base/rd.h"

#define RULE "DISK-VMDK-TABLE"
#define TABLE_BYTES (VMDK_GTES * 4u)

static void
to_host (uint32_t *p, uint64_t n)
{
  for (uint64_t i = 0; i < n; i++) {
    struct rd r = rd_of (&p[i], 4);

    p[i] = rd_le32 (&r);
  }
}

/* Bytes at a sector must lie in the file, and not on its header. */
static bool
check_place (const struct vmdk_tables *t, const char *what, uint64_t sector,
             uint64_t bytes, struct ovf_error **err)
{
  uint64_t size = blob_size (t->witness->blob);

  if (sector > 0 && sector <= size / SECTOR && bytes <= size - sector * SECTOR)
    return true;
  return error_at (err, OVF_E_FORMAT, RULE, blob_name (t->witness->blob), 0,
                   "%s at sector %llu lies outside the file", what,
                   (unsigned long long)sector);
}

bool
vmdk_tables_open (struct vmdk_tables *t, struct witness *w,
                  const struct vmdk_header *h, uint64_t gd,
                  struct ovf_error **err)
{
  memset (t, 0, sizeof *t);
  t->witness = w;
  t->header = h;
  t->loaded = UINT64_MAX;
  if (!check_place (t, "the grain directory", gd, h->groups * 4, err))
    return false;
  t->directory = alloc_limited (h->groups, 4, ctx_limit (w->ctx, LIMIT_DIRECTORY),
                                "the grain directory", err);
  if (t->directory == NULL)
    return error_place (err, "DISK-LIMIT", blob_name (w->blob), 0);
  if (!witness_pread (w, t->directory, (size_t)h->groups * 4, gd * SECTOR, err))
    return false;
  to_host (t->directory, h->groups);
  return true;
}

void
vmdk_tables_done (struct vmdk_tables *t)
{
  free (t->directory);
  t->directory = NULL;
}

static bool
load_group (struct vmdk_tables *t, uint64_t group, struct ovf_error **err)
{
  uint32_t sector = t->directory[group];

  if (t->loaded == group)
    return true;
  if (!ctx_alive (t->witness->ctx, err) ||
      !check_place (t, "a grain table", sector, TABLE_BYTES, err) ||
      !witness_pread (t->witness, t->entries, TABLE_BYTES,
                      (uint64_t)sector * SECTOR, err))
    return false;
  to_host (t->entries, VMDK_GTES);
  t->loaded = group;
  return true;
}

bool
vmdk_tables_next (struct vmdk_tables *t, uint64_t *grain, uint32_t *sector,
                  struct ovf_error **err)
{
  const struct vmdk_header *h = t->header;
  uint64_t grains = (h->capacity + h->grain - 1) / h->grain;

  for (; *grain < grains; (*grain)++) {
    uint64_t group = *grain / VMDK_GTES;

    if (t->directory[group] == 0) {
      *grain = group * VMDK_GTES + VMDK_GTES - 1;
      continue;
    }
    if (!load_group (t, group, err))
      return false;
    *sector = t->entries[*grain % VMDK_GTES];
    if (*sector == 0 || (*sector == 1 && (h->flags & VMDK_FLAG_ZEROED)))
      continue;
    /* Of a compressed grain the marker knows the size. */
    return check_place (t, "a grain", *sector,
                        h->stream ? VMDK_GRAIN_HEADER
                                  : vmdk_grain_length (h, *grain), err);
  }
  *sector = 0;
  return true;
}

bool
vmdk_find_directory (struct blob *blob, const struct vmdk_header *h,
                     uint64_t *ret_gd, struct ovf_error **err)
{
  uint8_t footer[SECTOR];
  struct rd r = rd_of (footer, sizeof footer);
  uint64_t size = blob_size (blob);

  *ret_gd = h->gd;
  if (h->gd != VMDK_GD_AT_END)
    return true;
  /* The footer is the last sector but one: behind it is the end marker. */
  *ret_gd = 0;
  if (size < 4 * SECTOR)
    return true;
  if (!blob_pread (blob, footer, SECTOR, size / SECTOR * SECTOR - 2 * SECTOR, err))
    return false;
  if (memcmp (footer, VMDK_MAGIC, 4) != 0)
    return true;
  rd_skip (&r, VMDK_GD);
  *ret_gd = rd_le64 (&r);
  return true;
}

bool
vmdk_allocated (struct ovf_ctx *ctx, struct blob *blob,
                const struct vmdk_header *h, uint64_t *ret,
                struct ovf_error **err)
{
  struct vmdk_tables t;
  struct witness w;
  uint64_t gd, grain = 0, sum = 0;
  uint32_t sector = 0;
  bool ok;

  *ret = UINT64_MAX;
  if (!vmdk_find_directory (blob, h, &gd, err))
    return false;
  if (gd == 0)
    return true;
  witness_init (&w, ctx, blob);
  w.on = false;
  ok = vmdk_tables_open (&t, &w, h, gd, err);
  while (ok && (ok = vmdk_tables_next (&t, &grain, &sector, err)) && sector != 0)
    sum += vmdk_grain_length (h, grain++);
  vmdk_tables_done (&t);
  witness_done (&w);
  if (ok)
    *ret = sum;
  return ok;
}

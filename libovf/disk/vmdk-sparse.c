/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing monolithicSparse VMDK, what VMware and VirtualBox run from ("Virtual
 * Disk Format 5.0", hosted sparse extents):
 *
 *   header and descriptor
 *   redundant grain directory, and a grain table for each 32 MiB of guest
 *   grain directory, and the same tables once more
 *   grains, in the order of the pieces
 *
 * All tables have their room in front; those without grains are holes.  A
 * grain of zeros is not stored.  The header comes last, so that a torn file
 * is none. */
#include "disk/vmdk-write.h"

#include <errno.h>
#include <unistd.h>

#include "base/rd.h"
#include "disk/placed.h"
#include "disk/vmdk.h"

#define GRAIN 65536u            /* bytes */
#define TABLE_BYTES (VMDK_GTES * 4u)
#define TABLE_SECTORS (TABLE_BYTES / SECTOR)
#define CHUNK 4096u             /* entries of a directory written at once */

struct sparse_sink {
  struct vmdk_front front;
  uint64_t groups;      /* grain tables */
  uint64_t copy;        /* bytes from the redundant tables to the others */
  uint64_t next;        /* file byte of the next grain */
  struct bits fresh;    /* groups whose table was made */
  struct table_cache tables;
};

static uint64_t
div_up (uint64_t n, uint64_t by)
{
  return n / by + (n % by != 0);
}

static bool
sparse_create (struct disk_sink *s, struct ovf_error **err)
{
  struct sparse_sink *v = s->state = xcalloc (1, sizeof *v);
  uint8_t front[VMDK_FRONT];

  v->front = (struct vmdk_front){
    .version = 1,
    .flags = VMDK_FLAG_NEWLINES | VMDK_FLAG_RGD,
    .sectors = div_up (s->capacity, SECTOR), /* the last is filled with zeros */
  };
  return vmdk_front_write (s, &v->front, front, err);
}

/* 64 KiB; smaller ones where the source's come in no order. */
static uint32_t
choose_grain (const struct disk_source *source)
{
  uint32_t block = source != NULL ? source->block_size : 0;

  if (block < 4096 || block >= GRAIN || (block & (block - 1)) != 0 ||
      source->guest_order)
    return GRAIN;
  return block;
}

static bool
sparse_start (struct disk_sink *s, const struct disk_source *source,
              struct ovf_error **err)
{
  struct sparse_sink *v = s->state;
  struct vmdk_front *f = &v->front;
  uint64_t directory, end;

  f->grain = choose_grain (source);
  v->groups = div_up (div_up (f->sectors, f->grain / SECTOR), VMDK_GTES);
  if (v->groups == 0)
    v->groups = 1; /* readers want a directory of an empty disk too */
  if (!ctx_within (s->ctx, LIMIT_DIRECTORY, v->groups * 4,
                   "bytes of the grain directory", err))
    return false;
  directory = div_up (v->groups * 4, SECTOR);
  f->rgd = VMDK_FRONT_SECTORS;
  f->gd = f->rgd + directory + v->groups * TABLE_SECTORS;
  end = f->gd + directory + v->groups * TABLE_SECTORS;
  f->overhead = div_up (end, f->grain / SECTOR) * (f->grain / SECTOR);
  v->copy = (f->gd - f->rgd) * SECTOR;
  v->next = f->overhead * SECTOR;
  table_cache_init (&v->tables, s, TABLE_BYTES, v->copy);
  return bits_init (&v->fresh, s->ctx, s->options.name ? s->options.name : "",
                    v->groups, err);
}

static void
sparse_discard (struct disk_sink *s)
{
  struct sparse_sink *v = s->state;

  if (v == NULL)
    return;
  table_cache_done (&v->tables);
  bits_done (&v->fresh);
  free (v);
  s->state = NULL;
}

static bool
sparse_encode (struct disk_sink *s, unsigned worker, struct piece *in,
               struct piece *out, struct ovf_error **err)
{
  const struct sparse_sink *v = s->state;

  (void)worker;
  (void)err;
  piece_reblock (in, v->front.grain, s->capacity);
  piece_swap (in, out);
  return true;
}

/* Sector of a group's table, in the redundant set. */
static uint64_t
table_sector (const struct sparse_sink *v, uint64_t group)
{
  return v->front.rgd + div_up (v->groups * 4, SECTOR) + group * TABLE_SECTORS;
}

static bool
sparse_place (struct disk_sink *s, struct piece *p, struct ovf_error **err)
{
  struct sparse_sink *v = s->state;

  for (unsigned i = 0; i < p->count; i++) {
    struct cell *c = &p->cells[i];
    uint64_t grain = c->offset / v->front.grain, group = grain / VMDK_GTES;
    bool was = true;
    uint8_t *table;

    if (v->next / SECTOR > UINT32_MAX)
      return error_set (err, OVF_E_LIMIT,
                        "the disk needs more than 2 TiB as a monolithicSparse "
                        "VMDK, which cannot hold that");
    if (!bits_add (&v->fresh, group, &was, err))
      return false;
    table = table_cache_get (&v->tables, group, table_sector (v, group) * SECTOR,
                             !was, err);
    if (table == NULL)
      return false;
    c->from = v->next;
    v->next += v->front.grain;
    put_le (table + grain % VMDK_GTES * 4, c->from / SECTOR, 4);
  }
  return true;
}

/* ---- the end ------------------------------------------------------------- */
/* Both directories: every table has its place, used or not. */
static bool
write_directories (struct disk_sink *s, struct ovf_error **err)
{
  const struct sparse_sink *v = s->state;
  CLEANUP_FREE uint8_t *buf = xmalloc (CHUNK * 4);

  for (unsigned which = 0; which < 2; which++) {
    uint64_t base = which == 0 ? v->front.rgd : v->front.gd;

    for (uint64_t g = 0; g < v->groups; g += CHUNK) {
      unsigned n = v->groups - g < CHUNK ? (unsigned)(v->groups - g) : CHUNK;

      for (unsigned i = 0; i < n; i++)
        put_le (buf + 4 * i,
                table_sector (v, g + i) + (which ? v->copy / SECTOR : 0), 4);
      if (!ctx_alive (s->ctx, err) ||
          !disk_sink_write_at (s, buf, 4 * n, base * SECTOR + 4 * g, err))
        return false;
    }
  }
  return true;
}

static bool
sparse_finish (struct disk_sink *s, struct ovf_error **err)
{
  struct sparse_sink *v = s->state;
  uint8_t front[VMDK_FRONT];

  s->written = v->next;
  if (ftruncate (s->target.fd, (off_t)(s->target.offset + s->written)) != 0)
    return error_errno (err, errno, "cannot set the size of the VMDK disk");
  return table_cache_flush (&v->tables, err) && write_directories (s, err) &&
         vmdk_front_write (s, &v->front, front, err) &&
         disk_sink_write_at (s, front, sizeof front, 0, err);
}

/* Not in the table of formats: vmdk_format recognises and reads it. */
const struct disk_format vmdk_sparse_format = {
  .name = "vmdk",
  .suffix = ".vmdk",
  .title = "VMware disk, to run from",
  .subformat = "monolithicSparse",
  .options = disk_subformat_options,
  .create = sparse_create,
  .start = sparse_start,
  .encode = sparse_encode,
  .place = sparse_place,
  .put = disk_sink_put_placed,
  .finish = sparse_finish,
  .discard = sparse_discard,
};

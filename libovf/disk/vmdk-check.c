/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a VMDK says of itself, checked before anything uses it: the header's
 * numbers, the descriptor, and whether it names other files (security.md rows
 * 13, 16 and 17).  Only kinds that stand for themselves are read. */
#include "disk/vmdk.h"

#include "base/rd.h"
#include "base/text.h"
#include "disk/vmdk-write.h"

#define RULE "DISK-VMDK-HEADER"

static uint64_t
field (const uint8_t *sector, unsigned at, unsigned bytes)
{
  uint64_t v = 0;

  for (unsigned i = bytes; i-- > 0;)
    v = v << 8 | sector[at + i];
  return v;
}

static bool
bad (struct ovf_error **err, const char *name, const char *what, uint64_t value)
{
  return error_at (err, OVF_E_FORMAT, RULE, name, 0,
                   "the VMDK header is wrong: %s %llu", what,
                   (unsigned long long)value);
}

/* Sectors to bytes, within the file. */
static bool
to_bytes (uint64_t sectors, uint64_t file_size, uint64_t *ret)
{
  return !__builtin_mul_overflow (sectors, (uint64_t)SECTOR, ret) &&
         (file_size == BLOB_UNKNOWN || *ret <= file_size);
}

static bool
parse_kind (const char *name, const uint8_t *s, struct vmdk_header *h,
            struct ovf_error **err)
{
  uint32_t both = VMDK_FLAG_COMPRESSED | VMDK_FLAG_MARKERS;
  uint16_t algorithm = (uint16_t)field (s, VMDK_COMPRESSION, 2);

  h->version = (uint32_t)field (s, VMDK_VERSION, 4);
  h->flags = (uint32_t)field (s, VMDK_FLAGS, 4);
  h->unclean = s[VMDK_UNCLEAN] != 0;
  if (h->version < 1 || h->version > 3)
    return bad (err, name, "version", h->version);
  if ((h->flags & ~(both | 7u)) != 0 ||
      ((h->flags & both) != 0 && (h->flags & both) != both))
    return bad (err, name, "flags", h->flags);
  h->stream = (h->flags & both) != 0;
  if (algorithm != (h->stream ? VMDK_COMPRESS_DEFLATE : 0))
    return bad (err, name, "compression algorithm", algorithm);
  if ((h->flags & VMDK_FLAG_NEWLINES) &&
      memcmp (s + VMDK_NEWLINES, "\n \r\n", 4) != 0)
    return error_at (err, OVF_E_FORMAT, RULE, name, 0,
                     "the VMDK was damaged by a transfer as text");
  return true;
}

static bool
parse_geometry (const struct ovf_ctx *ctx, const char *name, const uint8_t *s,
                struct vmdk_header *h, struct ovf_error **err)
{
  uint64_t sectors = field (s, VMDK_CAPACITY, 8);
  uint64_t grain = field (s, VMDK_GRAIN_SIZE, 8);
  uint64_t grains;

  if (grain < 8 || (grain & (grain - 1)) != 0)
    return bad (err, name, "grain size (sectors)", grain);
  if (grain > PIECE_MAX / SECTOR)
    return error_at (err, OVF_E_LIMIT, "DISK-LIMIT", name, 0,
                     "grains of %llu sectors are larger than any reader takes",
                     (unsigned long long)grain);
  h->grain = (uint32_t)grain * SECTOR;
  if (__builtin_mul_overflow (sectors, (uint64_t)SECTOR, &h->capacity))
    h->capacity = UINT64_MAX;
  if (!ctx_within (ctx, LIMIT_GRAIN, h->grain, "grain size", err) ||
      !ctx_within (ctx, LIMIT_CAPACITY, h->capacity, "capacity", err))
    return error_place (err, "DISK-LIMIT", name, 0);
  if (h->capacity > UINT64_MAX / 2)
    return bad (err, name, "capacity", sectors);
  if (field (s, VMDK_GTES_PER_GT, 4) != VMDK_GTES)
    return bad (err, name, "entries of a grain table",
                field (s, VMDK_GTES_PER_GT, 4));
  grains = (h->capacity + h->grain - 1) / h->grain;
  h->groups = (grains + VMDK_GTES - 1) / VMDK_GTES;
  if (!ctx_within (ctx, LIMIT_DIRECTORY, h->groups * sizeof (uint32_t),
                   "bytes of the grain directory", err))
    return error_place (err, "DISK-LIMIT", name, 0);
  return true;
}

static bool
parse_places (const char *name, const uint8_t *s, uint64_t file_size,
              struct vmdk_header *h, struct ovf_error **err)
{
  uint64_t at;

  h->rgd = field (s, VMDK_RGD, 8);
  h->gd = field (s, VMDK_GD, 8);
  if (!to_bytes (field (s, VMDK_DESCRIPTOR, 8), file_size, &h->descriptor))
    return bad (err, name, "descriptor's place", field (s, VMDK_DESCRIPTOR, 8));
  if (!to_bytes (field (s, VMDK_DESCRIPTOR_SIZE, 8), file_size,
                 &h->descriptor_size) ||
      h->descriptor_size > VMDK_DESCRIPTOR_MAX ||
      (file_size != BLOB_UNKNOWN &&
       h->descriptor_size > file_size - h->descriptor))
    return bad (err, name, "descriptor's size", field (s, VMDK_DESCRIPTOR_SIZE, 8));
  if (!to_bytes (field (s, VMDK_OVERHEAD, 8), file_size, &h->overhead))
    return bad (err, name, "overhead", field (s, VMDK_OVERHEAD, 8));
  if (h->gd == VMDK_GD_AT_END ? !h->stream : !to_bytes (h->gd, file_size, &at))
    return bad (err, name, "grain directory's place", h->gd);
  return true;
}

bool
vmdk_header_parse (const struct ovf_ctx *ctx, const char *name,
                   const uint8_t sector[SECTOR], uint64_t file_size,
                   struct vmdk_header *ret, struct ovf_error **err)
{
  memset (ret, 0, sizeof *ret);
  if (memcmp (sector, VMDK_MAGIC, 4) != 0)
    return error_at (err, OVF_E_FORMAT, "DISK-FORMAT", name, 0,
                     "this is no VMDK: the magic number is missing");
  return parse_kind (name, sector, ret, err) &&
         parse_geometry (ctx, name, sector, ret, err) &&
         parse_places (name, sector, file_size, ret, err);
}

/* ---- before use --------------------------------------------------------- */
static int
vmdk_probe (const struct disk_sample *s)
{
  if (s->head_len >= 4 && (memcmp (s->head, VMDK_MAGIC, 4) == 0 ||
                           memcmp (s->head, "COWD", 4) == 0))
    return PROBE_HEAD;
  return vmdk_is_descriptor (s->head, s->head_len) ? PROBE_HEAD : 0;
}

static void
list_references (const struct vmdk_descriptor *d, struct disk_facts *facts)
{
  VECTOR_FOR (e, &d->extents) {
    if (e->name != NULL)
      *strings_add (&facts->references) = xstrdup (e->name);
  }
  VECTOR_FOR (h, &d->hints)
    *strings_add (&facts->references) = xstrdup (*h);
}

/* A file of text only, whose data lies in other files: never read. */
static bool
check_text (struct ovf_ctx *ctx, struct blob *blob, struct disk_facts *facts,
            struct ovf_error **err)
{
  const char *name = blob_name (blob);
  CLEANUP_FREE uint8_t *text = NULL;
  struct vmdk_descriptor d = { 0 };
  uint64_t size = blob_size (blob), sectors = 0;
  bool ok = false;

  if (size > VMDK_DESCRIPTOR_MAX)
    return error_at (err, OVF_E_FORMAT, "DISK-VMDK-DESCRIPTOR", name, 0,
                     "a disk descriptor of %llu bytes is none",
                     (unsigned long long)size);
  text = xmalloc ((size_t)size);
  if (!blob_pread (blob, text, (size_t)size, 0, err) ||
      !vmdk_descriptor_parse (name, text, (size_t)size, &d, err))
    goto out;
  if (facts == NULL) {
    error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", name, 0,
              "this disk is only a description, its data lies in other files");
    error_hint (err, "join it first with the tool that made it, for example "
                     "vmware-vdiskmanager -r FILE -t 0 NEW.vmdk");
    goto out;
  }
  VECTOR_FOR (e, &d.extents) {
    if (__builtin_add_overflow (sectors, e->sectors, &sectors))
      sectors = UINT64_MAX / SECTOR;
  }
  if (sectors > UINT64_MAX / SECTOR ||
      !ctx_within (ctx, LIMIT_CAPACITY, sectors * SECTOR, "capacity", err)) {
    error_place (err, "DISK-CAPACITY", name, 0);
    goto out;
  }
  facts->format = d.create_type != NULL && strstr (d.create_type, "Flat") ?
                  "vmdk-flat" : "vmdk";
  facts->virtual_size = sectors * SECTOR;
  facts->allocated = UINT64_MAX;
  list_references (&d, facts);
  ok = true;
out:
  vmdk_descriptor_done (&d);
  return ok;
}

/* The descriptor inside a sparse file. */
static bool
check_inside (struct blob *blob, const struct vmdk_header *h,
              struct disk_facts *facts, struct ovf_error **err)
{
  const char *name = blob_name (blob);
  CLEANUP_FREE uint8_t *text = xmalloc ((size_t)h->descriptor_size + 1);
  struct vmdk_descriptor d = { 0 };
  struct ovf_error *problem = NULL;
  bool ok;

  if (!blob_pread (blob, text, (size_t)h->descriptor_size, h->descriptor, err) ||
      !vmdk_descriptor_parse (name, text, (size_t)h->descriptor_size, &d, err)) {
    vmdk_descriptor_done (&d);
    return false;
  }
  ok = vmdk_descriptor_check (name, &d, h, &problem);
  if (!ok && facts != NULL && ovf_error_code (problem) == OVF_E_UNSAFE) {
    /* Information, not use: say what it is that makes it unsafe. */
    list_references (&d, facts);
    if (facts->references.len == 0)
      *strings_add (&facts->references) = xstrdup ("(a parent disk)");
    ovf_error_free (problem);
    problem = NULL;
    ok = true;
  }
  vmdk_descriptor_done (&d);
  return ok || error_move (err, &problem);
}

static bool
fill_facts (struct ovf_ctx *ctx, struct blob *blob, const struct vmdk_header *h,
            struct disk_facts *facts, struct ovf_error **err)
{
  facts->format = h->stream ? "vmdk-stream" : "vmdk-sparse";
  facts->virtual_size = h->capacity;
  facts->block_size = h->grain;
  facts->compressed = h->stream;
  return vmdk_allocated (ctx, blob, h, &facts->allocated, err);
}

bool
vmdk_check (struct ovf_ctx *ctx, struct blob *blob, struct disk_facts *facts,
            struct ovf_error **err)
{
  uint8_t sector[SECTOR];
  struct vmdk_header h;
  const char *name = blob_name (blob);
  uint64_t size = blob_size (blob);

  memset (sector, 0, sizeof sector);
  if (!blob_pread (blob, sector, size < SECTOR ? (size_t)size : SECTOR, 0, err))
    return false;
  if (vmdk_is_descriptor (sector, sizeof sector))
    return check_text (ctx, blob, facts, err);
  if (memcmp (sector, "COWD", 4) == 0)
    return error_at (err, OVF_E_UNSUPPORTED, "DISK-FORMAT", name, 0,
                     "extents of ESX 2 (COWD) are not read");
  if (!vmdk_header_parse (ctx, name, sector, size, &h, err))
    return false;
  if (h.descriptor == 0 || h.descriptor_size == 0)
    return error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", name, 0,
                     "this is one extent of a disk that is described elsewhere");
  return check_inside (blob, &h, facts, err) &&
         (facts == NULL || fill_facts (ctx, blob, &h, facts, err));
}

bool
vmdk_descriptor_read (struct ovf_ctx *ctx, struct blob *blob, struct vmdk_header *h,
                      struct vmdk_descriptor *ret, struct ovf_error **err)
{
  const char *name = blob_name (blob);
  uint64_t size = blob_size (blob), at = 0, n = size;
  CLEANUP_FREE uint8_t *text = NULL;
  uint8_t sector[SECTOR] = { 0 };

  memset (h, 0, sizeof *h);
  memset (ret, 0, sizeof *ret);
  if (!blob_pread (blob, sector, size < SECTOR ? (size_t)size : SECTOR, 0, err))
    return false;
  if (!vmdk_is_descriptor (sector, sizeof sector)) {
    if (!vmdk_header_parse (ctx, name, sector, size, h, err))
      return false;
    at = h->descriptor;
    n = h->descriptor_size;
  }
  if (n == 0 || n > VMDK_DESCRIPTOR_MAX)
    return error_at (err, OVF_E_FORMAT, "DISK-VMDK-DESCRIPTOR", name, 0,
                     "a disk descriptor of %llu bytes is none", (unsigned long long)n);
  text = xmalloc ((size_t)n);
  return blob_pread (blob, text, (size_t)n, at, err)
         && vmdk_descriptor_parse (name, text, (size_t)n, ret, err);
}

/* Extents beside the image are for QEMU, and parents where they are wanted. */
static bool
vmdk_foreign (struct ovf_ctx *ctx, struct blob *blob, const struct disk_reach *reach)
{
  struct vmdk_descriptor d;
  struct vmdk_header h;
  bool foreign;

  if (reach == NULL)
    return false;
  foreign = vmdk_descriptor_read (ctx, blob, &h, &d, NULL)
            && (h.capacity == 0 || (reach->backing && vmdk_has_parent (&d)));
  vmdk_descriptor_done (&d);
  return foreign;
}

static const char *const vmdk_words[] = {
  "vmdk", "vmdk-stream", "vmdk-sparse", "vmdk-flat", NULL
};

static const struct disk_format *const vmdk_subformats[] = {
  &vmdk_format, &vmdk_sparse_format, NULL
};

const struct disk_format vmdk_format = {
  .name = "vmdk",
  .suffix = ".vmdk",
  .title = "VMware disk",
  .words = vmdk_words,
  .subformat = "streamOptimized",
  .subformats = vmdk_subformats,
  .options = disk_subformat_options,
  .qemu = "vmdk",
  .foreign = vmdk_foreign,
  .probe = vmdk_probe,
  .check = vmdk_check,
  .open = vmdk_open,
  .next = vmdk_next,
  .decode = vmdk_decode,
  .close = vmdk_close,
  .sequential = true,
  .create = vmdk_stream_create,
  .takes = vmdk_stream_takes,
  .encode = vmdk_stream_encode,
  .put = vmdk_stream_put,
  .finish = vmdk_stream_finish,
  .discard = vmdk_stream_discard,
};

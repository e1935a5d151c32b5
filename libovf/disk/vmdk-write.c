/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing streamOptimized VMDK ("Virtual Disk Format 5.0"), strictly in one
 * direction, so that it can be hashed and sent while it is made:
 *
 *   header (gdOffset -1) and descriptor, 64 KiB in all
 *   for each 32 MiB of guest with data:  grains, then marker and grain table
 *   marker and grain directory
 *   marker and footer: the header again, with the real gdOffset
 *   end-of-stream marker: a sector of zeros, the last of the file
 *
 * Importers are known to refuse version 1, bytes after the end-of-stream
 * marker, a file without one, a redundant directory that is not there, and a
 * descriptor that is not in front. */
#include "disk/vmdk-write.h"

#include "base/file.h"
#include "base/rd.h"
#include "disk/vmdk.h"

#include <libdeflate.h>

#define GRAIN 65536u
#define GRAIN_SECTORS (GRAIN / SECTOR)
#define TABLE_ENTRIES 512u                       /* grains a table */
#define TABLE_BYTES (TABLE_ENTRIES * 4u)
#define OVERHEAD 128u                            /* sectors before the grains */
#define MARKER_HEAD 12u                          /* LBA, size of a grain */
#define DEFAULT_LEVEL 6
#define FLAGS (VMDK_FLAG_NEWLINES | VMDK_FLAG_COMPRESSED | VMDK_FLAG_MARKERS)

struct encoder { /* one a worker */
  struct libdeflate_compressor *deflate;
  struct libdeflate_decompressor *inflate; /* made when needed */
  uint8_t *grain; /* one that the disk's end cuts, or that came deflated */
};
struct stream {
  uint64_t sectors;       /* of the guest */
  uint32_t *directory;    /* sector of each grain table, 0 = none */
  uint64_t directory_len; /* entries */
  uint32_t table[TABLE_ENTRIES];
  uint64_t group;         /* the table's place in the directory */
  bool table_used;
  uint64_t next_grain;    /* lowest that may still come */
  struct encoder *encoders;
  size_t bound;           /* most bytes a deflated grain needs */
};

static bool
append (struct disk_sink *sink, const void *p, size_t n, struct ovf_error **err)
{
  const struct disk_target *t = &sink->target;

  if (t->append) {
    if (!t->append (t->opaque, p, n, err))
      return false;
  } else {
    if (!file_pwrite (t->fd, p, n, t->offset + sink->written, err))
      return false;
    if (t->digest)
      digest_update (t->digest, p, n);
  }
  sink->written += n;
  return true;
}

/* Tables hold sectors in 32 bits. */
static bool
here (const struct disk_sink *sink, uint32_t *ret, struct ovf_error **err)
{
  uint64_t sector = sink->written / SECTOR;

  if (sector > UINT32_MAX)
    return error_set (err, OVF_E_LIMIT,
                      "the disk needs more than 2 TiB as a streamOptimized "
                      "VMDK, which cannot hold that");
  *ret = (uint32_t)sector;
  return true;
}

static struct vmdk_front
front_of (const struct stream *s, uint64_t directory_at)
{
  return (struct vmdk_front){
    .version = 3,
    .flags = FLAGS,
    .sectors = s->sectors,
    .grain = GRAIN,
    .gd = directory_at,
    .overhead = OVERHEAD,
  };
}

/* ---- create ---------------------------------------------------------- */

static bool
make_encoders (struct disk_sink *sink, struct ovf_error **err)
{
  struct stream *s = sink->state;
  int level = sink->options.level ? (int)sink->options.level : DEFAULT_LEVEL;

  s->encoders = xcalloc (sink->workers, sizeof *s->encoders);
  for (unsigned i = 0; i < sink->workers; i++) {
    s->encoders[i].deflate = libdeflate_alloc_compressor (level);
    if (s->encoders[i].deflate == NULL)
      return error_set (err, OVF_E_USAGE, "no such compression level: %d",
                        level);
  }
  s->bound = libdeflate_zlib_compress_bound (s->encoders[0].deflate, GRAIN);
  return true;
}

bool
vmdk_stream_create (struct disk_sink *sink, struct ovf_error **err)
{
  struct stream *s = sink->state = xcalloc (1, sizeof *s);
  CLEANUP_FREE uint8_t *front = xcalloc (OVERHEAD, SECTOR);
  struct vmdk_front f;
  uint64_t grains;

  /* A last sector that the source fills in part reads as zeros behind it. */
  s->sectors = sink->capacity / SECTOR + (sink->capacity % SECTOR != 0);
  grains = s->sectors / GRAIN_SECTORS + (s->sectors % GRAIN_SECTORS != 0);
  s->directory_len
    = grains / TABLE_ENTRIES + (grains % TABLE_ENTRIES != 0);
  if (s->directory_len == 0)
    s->directory_len = 1; /* readers want a directory of an empty disk too */
  s->directory = alloc_limited (s->directory_len, sizeof *s->directory,
                                ctx_limit (sink->ctx, LIMIT_DIRECTORY),
                                "the grain directory", err);
  if (s->directory == NULL || !make_encoders (sink, err))
    return false;
  f = front_of (s, VMDK_GD_AT_END);
  return vmdk_front_write (sink, &f, front, err)
         && append (sink, front, OVERHEAD * SECTOR, err);
}

void
vmdk_stream_discard (struct disk_sink *sink)
{
  struct stream *s = sink->state;

  if (s == NULL)
    return;
  for (unsigned i = 0; s->encoders && i < sink->workers; i++) {
    libdeflate_free_compressor (s->encoders[i].deflate);
    libdeflate_free_decompressor (s->encoders[i].inflate);
    free (s->encoders[i].grain);
  }
  free (s->encoders);
  free (s->directory);
  free (s);
  sink->state = NULL;
}

/* ---- grains ---------------------------------------------------------- */

static uint8_t *
spare_grain (struct encoder *e)
{
  if (e->grain == NULL)
    e->grain = xmalloc (GRAIN);
  return e->grain;
}

/* A grain always inflates to its full size: one that the disk's end cuts is
 * filled with zeros. */
static const uint8_t *
whole_grain (struct encoder *e, const struct piece *in, const struct cell *cell)
{
  if (cell->length == GRAIN)
    return in->data + cell->at;
  spare_grain (e);
  memcpy (e->grain, in->data + cell->at, cell->length);
  memset (e->grain + cell->length, 0, GRAIN - cell->length);
  return e->grain;
}

/* Marker, n bytes, zeros up to the sector; the bytes are in place or copied. */
static void
end_grain (struct piece *out, const struct cell *cell, const uint8_t *deflated,
           size_t n)
{
  size_t size = (MARKER_HEAD + n + SECTOR - 1) / SECTOR * SECTOR;
  uint8_t *p = out->data + out->used;

  put_le (p, cell->offset / SECTOR, 8);
  put_le (p + 8, n, 4);
  if (deflated)
    memcpy (p + MARKER_HEAD, deflated, n);
  memset (p + MARKER_HEAD + n, 0, size - MARKER_HEAD - n);
  piece_append (out, CELL_ZLIB, cell->offset, cell->length, (uint32_t)size);
}

static bool
deflate_grain (struct stream *s, struct encoder *e, const uint8_t *plain,
               const struct cell *cell, struct piece *out,
               struct ovf_error **err)
{
  size_t n;

  piece_room (out, out->used + MARKER_HEAD + s->bound + SECTOR);
  n = libdeflate_zlib_compress (e->deflate, plain, GRAIN,
                                out->data + out->used + MARKER_HEAD, s->bound);
  if (n == 0)
    return error_set (err, OVF_E_IO, "cannot compress a grain");
  end_grain (out, cell, NULL, n);
  return true;
}

/* ---- grains that are deflated already -------------------------------- */

/* Of a stream with our grain size: its bytes can stay.  Not when the user
 * asks for an effort of his own. */
bool
vmdk_stream_takes (const struct disk_sink *sink, const struct piece *p)
{
  if (sink->options.level != 0)
    return false;
  for (unsigned i = 0; i < p->count; i++) {
    const struct cell *c = &p->cells[i];

    if (c->kind != CELL_ZLIB || c->offset % GRAIN != 0
        || (c->length != GRAIN && c->offset + c->length != sink->capacity))
      return false;
  }
  return p->count > 0;
}

/* It is inflated all the same: what is damaged must not travel on, and zeros
 * are not stored. */
static bool
keep_grain (struct stream *s, struct encoder *e, const struct piece *in,
            const struct cell *cell, struct piece *out, struct ovf_error **err)
{
  uint8_t *plain = spare_grain (e);
  size_t size, used;

  if (e->inflate == NULL
      && (e->inflate = libdeflate_alloc_decompressor ()) == NULL)
    abort ();
  if (!cell_inflate (e->inflate, NULL, in, cell, plain, GRAIN, &size, &used,
                     err))
    return false;
  if (is_zero (plain, cell->length))
    return true;
  if (size < GRAIN || !is_zero (plain + cell->length, GRAIN - cell->length)) {
    memset (plain + cell->length, 0, GRAIN - cell->length);
    return deflate_grain (s, e, plain, cell, out, err);
  }
  piece_room (out, out->used + MARKER_HEAD + used + SECTOR);
  end_grain (out, cell, in->data + cell->at, used);
  return true;
}

bool
vmdk_stream_encode (struct disk_sink *sink, unsigned worker, struct piece *in,
                    struct piece *out, struct ovf_error **err)
{
  struct stream *s = sink->state;
  struct encoder *e = &s->encoders[worker];

  if (in->count > 0 && in->cells[0].kind == CELL_ZLIB) {
    for (unsigned i = 0; i < in->count; i++)
      if (!keep_grain (s, e, in, &in->cells[i], out, err))
        return false;
    return true;
  }
  piece_reblock (in, GRAIN, sink->capacity);
  for (unsigned i = 0; i < in->count; i++) {
    const struct cell *cell = &in->cells[i];

    if (!deflate_grain (s, e, whole_grain (e, in, cell), cell, out, err))
      return false;
  }
  return true;
}

static bool
put_marker (struct disk_sink *sink, enum vmdk_marker type, uint64_t sectors,
            struct ovf_error **err)
{
  uint8_t m[SECTOR] = { 0 };

  put_le (m, sectors, 8); /* of what follows; size 0 = not a grain */
  put_le (m + 12, type, 4);
  return append (sink, m, sizeof m, err);
}

/* The grain table behind the grains of its group. */
static bool
end_group (struct disk_sink *sink, struct ovf_error **err)
{
  struct stream *s = sink->state;
  uint8_t bytes[TABLE_BYTES];

  if (!s->table_used)
    return true;
  for (unsigned i = 0; i < TABLE_ENTRIES; i++)
    put_le (bytes + 4 * i, s->table[i], 4);
  if (!put_marker (sink, VMDK_MARKER_GT, TABLE_BYTES / SECTOR, err)
      || !here (sink, &s->directory[s->group], err)
      || !append (sink, bytes, sizeof bytes, err))
    return false;
  memset (s->table, 0, sizeof s->table);
  s->table_used = false;
  return true;
}

bool
vmdk_stream_put (struct disk_sink *sink, unsigned worker,
                 const struct piece *piece, struct ovf_error **err)
{
  struct stream *s = sink->state;

  (void)worker;
  for (unsigned i = 0; i < piece->count; i++) {
    const struct cell *cell = &piece->cells[i];
    uint64_t grain = cell->offset / GRAIN;
    uint64_t group = grain / TABLE_ENTRIES;

    if (grain < s->next_grain || group >= s->directory_len)
      return error_set (err, OVF_E_IO,
                        "the disk's data does not come in order");
    if (group != s->group && !end_group (sink, err))
      return false;
    s->group = group;
    if (!here (sink, &s->table[grain % TABLE_ENTRIES], err)
        || !append (sink, piece->data + cell->at, cell->size, err))
      return false;
    s->table_used = true;
    s->next_grain = grain + 1;
    sink->populated += cell->length;
  }
  return true;
}

/* ---- the end --------------------------------------------------------- */

static bool
put_directory (struct disk_sink *sink, uint32_t *ret_at, struct ovf_error **err)
{
  const struct stream *s = sink->state;
  size_t size = (size_t)(s->directory_len * 4 + SECTOR - 1) / SECTOR * SECTOR;
  CLEANUP_FREE uint8_t *bytes = xcalloc (1, size);

  for (uint64_t i = 0; i < s->directory_len; i++)
    put_le (bytes + 4 * i, s->directory[i], 4);
  return put_marker (sink, VMDK_MARKER_GD, size / SECTOR, err)
         && here (sink, ret_at, err) && append (sink, bytes, size, err);
}

bool
vmdk_stream_finish (struct disk_sink *sink, struct ovf_error **err)
{
  uint8_t footer[SECTOR];
  struct vmdk_front f;
  uint32_t directory_at = 0;

  if (!end_group (sink, err) || !put_directory (sink, &directory_at, err))
    return false;
  f = front_of (sink->state, directory_at);
  vmdk_front_header (&f, footer);
  return put_marker (sink, VMDK_MARKER_FOOTER, 1, err)
         && append (sink, footer, sizeof footer, err)
         && put_marker (sink, VMDK_MARKER_EOS, 0, err);
}

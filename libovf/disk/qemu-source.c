/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A source that QEMU reads, in guest order.  The bytes that QEMU uses cannot
 * be hashed on their way: they are hashed before, and the file must not have
 * changed when all is read. */
#include "disk/qemu.h"

#include <errno.h>
#include <inttypes.h>

#include "base/file.h"
#include "base/hooks.h"
#include "disk/vhdx.h"

struct qemu_source {
  struct qemu_image image;
  struct qemu_disk *disk;
  struct stat before;
  struct bits map;      /* of a VHDX: blocks that hold something */
  uint32_t block;       /* their size; 0 = QEMU knows */
  uint64_t at;          /* guest byte where next () goes on */
};

static const struct disk_format qemu_reader;

/* ---- life ----------------------------------------------------------------- */
static bool
look (struct disk_source *s, struct stat *ret, struct ovf_error **err)
{
  uint64_t offset;
  int fd;

  memset (ret, 0, sizeof *ret);
  if (!blob_place (s->blob, &fd, &offset))
    return true;
  return fstat (fd, ret) == 0
         || error_errno (err, errno, "cannot look at '%s'", blob_name (s->blob));
}

bool
qemu_source_open (struct disk_source *s, struct ovf_error **err)
{
  struct qemu_source *q = xcalloc (1, sizeof *q);
  const struct disk_format *format = s->format;

  s->state = q;
  s->format = &qemu_reader;
  if (!look (s, &q->before, err)
      || (blob_is_tapped (s->blob) && !blob_drain (s->ctx, s->blob, err))
      || !qemu_image_open (s->ctx, s->blob, format, s->reach, CHILD_FIRST + 1,
                           &q->image, err)
      || (format == &vhdx_format && !hook_on (HOOK_NO_INSPECTION)
          && !vhdx_map (s->ctx, s->blob, &q->map, &q->block, err)))
    return false;
  q->disk = qemu_disk_open (s->ctx, &q->image, s->workers, err);
  if (q->disk == NULL)
    return false;
  s->capacity = qemu_disk_size (q->disk);
  s->guest_order = true;
  /* QEMU counts in sectors, and rounds up. */
  if (q->image.capacity == UINT64_MAX
      || (s->capacity >= q->image.capacity && s->capacity - q->image.capacity < SECTOR))
    return ctx_within (s->ctx, LIMIT_CAPACITY, s->capacity, "capacity", err);
  return error_at (err, OVF_E_FORMAT, "DISK-CAPACITY", blob_name (s->blob), 0,
                   "the disk's header says %" PRIu64 " bytes, QEMU finds %" PRIu64,
                   q->image.capacity, s->capacity);
}

static void
close_source (struct disk_source *s)
{
  struct qemu_source *q = s->state;

  if (q == NULL)
    return;
  qemu_disk_free (q->disk);
  qemu_image_done (&q->image);
  bits_done (&q->map);
  free (q);
}

/* ---- pieces --------------------------------------------------------------- */
/* The next stretch of data at or after q->at: what QEMU says, and of that only
 * what the table says. */
static bool
next_data (struct disk_source *s, uint64_t *length, struct ovf_error **err)
{
  struct qemu_source *q = s->state;
  uint64_t end;

  for (;;) {
    while (q->block != 0 && q->at < s->capacity && !bits_has (&q->map, q->at / q->block))
      q->at += q->block - q->at % q->block;
    if (!qemu_disk_next_data (q->disk, &q->at, length, err))
      return false;
    if (q->block == 0 || *length == 0)
      return true;
    if (!bits_has (&q->map, q->at / q->block))
      continue;
    end = q->at - q->at % q->block + q->block;
    if (*length > end - q->at)
      *length = end - q->at;
    return true;
  }
}

static bool
next (struct disk_source *s, struct piece *p, struct ovf_error **err)
{
  struct qemu_source *q = s->state;
  uint64_t stop = 0, length;

  for (;;) {
    struct cell *c;

    if (!next_data (s, &length, err))
      return false;
    if (length == 0 || (p->count > 0 && q->at >= stop))
      return p->count > 0;
    if (p->count == 0)
      stop = q->at / PIECE_MAX * PIECE_MAX + PIECE_MAX;
    if (length > stop - q->at)
      length = stop - q->at;
    c = piece_add_cell (p);
    c->kind = CELL_ABSENT;
    c->offset = c->from = q->at;
    c->length = (uint32_t)length;
    q->at += length;
    p->consumed = (uint64_t)((double)q->at / (double)s->capacity
                             * (double)blob_size (s->blob));
  }
}

static bool
decode (struct disk_source *s, unsigned worker, struct piece *in, struct piece *out,
        struct ovf_error **err)
{
  struct qemu_source *q = s->state;

  for (unsigned i = 0; i < in->count; i++) {
    const struct cell *c = &in->cells[i];
    struct cell *o = piece_append (out, CELL_PLAIN, c->offset, c->length, c->length);

    if (!qemu_disk_read (q->disk, worker, out->data + o->at, o->size, c->from, err))
      return false;
  }
  return true;
}

static bool
same_time (const struct timespec *a, const struct timespec *b)
{
  return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* The kernel sets a file's ctime at each change of it; nobody else can. */
static bool
settle (struct disk_source *s, struct ovf_error **err)
{
  const struct qemu_source *q = s->state;
  struct stat after;

  if (!look (s, &after, err))
    return false;
  if (!blob_is_tapped (s->blob)
      || (same_time (&after.st_ctim, &q->before.st_ctim)
          && after.st_size == q->before.st_size))
    return true;
  return error_at (err, OVF_E_FORMAT, "DISK-CHANGED", blob_name (s->blob), 0,
                   "the file was changed while it was being read");
}

static const struct disk_format qemu_reader = {
  .name = "qemu",
  .next = next,
  .decode = decode,
  .settle = settle,
  .close = close_source,
};

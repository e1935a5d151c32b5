/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw disks: the guest's bytes as they are.  Holes of a sparse file are never
 * read, and pages of zeros never written, where nothing has to be hashed. */
#include "disk/disk.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"

#define PAGE 4096u /* the least that file systems allocate */

static const char *const raw_words[] = { "raw", NULL };

/* ---- reading ---------------------------------------------------------- */
struct raw_source {
  bool sequential;      /* every byte through blob_read () */
  uint64_t at;          /* guest byte where next () goes on */
};

static bool
raw_open (struct disk_source *s, struct ovf_error **err)
{
  struct raw_source *r = s->state = xcalloc (1, sizeof *r);

  (void)err;
  r->sequential = !blob_is_seekable (s->blob) || blob_is_tapped (s->blob);
  s->capacity = blob_size (s->blob);
  s->guest_order = true;
  return true;
}

/* A stream must have the length that was said, which only its end shows. */
static bool
next_stream (struct disk_source *s, struct piece *p, struct ovf_error **err)
{
  struct raw_source *r = s->state;

  for (;;) {
    ssize_t n;

    if (!ctx_alive (s->ctx, err))
      return false;
    /* Whole stretches: a piece holds all of one. */
    if (r->at % PIECE_MAX == 0)
      r->at += blob_skip_hole (s->blob, PIECE_MAX);
    piece_room (p, PIECE_MAX);
    n = blob_read (s->blob, p->data, PIECE_MAX, err);
    if (n < 0)
      return false;
    if ((n == 0 && r->at < s->capacity) ||
        (uint64_t)n > s->capacity - r->at)
      return error_at (err, OVF_E_FORMAT, "DISK-CAPACITY", blob_name (s->blob),
                       0, "the raw disk is %s than its capacity of %llu bytes",
                       n == 0 ? "smaller" : "larger",
                       (unsigned long long)s->capacity);
    if (n == 0)
      return false;
    r->at += (uint64_t)n;
    p->consumed = r->at;
    if (is_zero (p->data, (size_t)n))
      continue;
    piece_append (p, CELL_PLAIN, r->at - (uint64_t)n, (uint32_t)n, (uint32_t)n);
    return true;
  }
}

/* The data runs of the next PIECE_MAX bytes that hold any; workers read. */
static bool
next_runs (struct disk_source *s, struct piece *p, struct ovf_error **err)
{
  struct raw_source *r = s->state;
  uint64_t stop = 0, length;

  for (;;) {
    struct cell *c;

    if (!blob_next_data (s->blob, &r->at, &length, err))
      return false;
    if (length == 0 || (p->count > 0 && r->at >= stop))
      return p->count > 0;
    if (p->count == 0)
      stop = r->at / PIECE_MAX * PIECE_MAX + PIECE_MAX;
    if (length > stop - r->at)
      length = stop - r->at;
    c = piece_add_cell (p);
    c->kind = CELL_ABSENT;
    c->offset = c->from = r->at;
    c->length = (uint32_t)length;
    r->at += length;
    p->consumed = r->at;
  }
}

static bool
raw_next (struct disk_source *s, struct piece *p, struct ovf_error **err)
{
  const struct raw_source *r = s->state;

  return r->sequential ? next_stream (s, p, err) : next_runs (s, p, err);
}

static bool
raw_decode (struct disk_source *s, unsigned worker, struct piece *in,
            struct piece *out, struct ovf_error **err)
{
  (void)worker;
  if (in->cells[0].kind == CELL_PLAIN) {
    piece_swap (in, out);
    return true;
  }
  for (unsigned i = 0; i < in->count; i++) {
    const struct cell *c = &in->cells[i];
    struct cell *o = piece_append (out, CELL_PLAIN, c->offset, c->length, c->length);

    if (!blob_pread (s->blob, out->data + o->at, o->size, c->from, err))
      return false;
  }
  return true;
}

static void
raw_close (struct disk_source *s)
{
  free (s->state);
}

static bool
raw_check (struct ovf_ctx *ctx, struct blob *blob, struct disk_facts *facts,
           struct ovf_error **err)
{
  uint64_t at = 0, length;

  if (!ctx_within (ctx, LIMIT_CAPACITY, blob_size (blob), "capacity", err))
    return error_place (err, "DISK-CAPACITY", blob_name (blob), 0);
  if (facts == NULL)
    return true;
  facts->format = "raw";
  facts->virtual_size = blob_size (blob);
  facts->allocated = 0;
  for (;;) {
    if (!ctx_alive (ctx, err) || !blob_next_data (blob, &at, &length, err))
      return false;
    if (length == 0)
      return true;
    facts->allocated += length;
    at += length;
  }
}

/* ---- writing ---------------------------------------------------------- */
static bool
raw_create (struct disk_sink *s, struct ovf_error **err)
{
  uint64_t end;

  if (__builtin_add_overflow (s->target.offset, s->capacity, &end) ||
      end > INT64_MAX)
    return error_set (err, OVF_E_LIMIT, "a raw file cannot hold %llu bytes",
                      (unsigned long long)s->capacity);
  return true;
}

/* Writes the pages of a cell that hold anything, neighbours at once. */
static bool
put_cell (struct disk_sink *s, const uint8_t *data, uint64_t offset,
          uint32_t length, uint64_t *populated, struct ovf_error **err)
{
  uint32_t at = 0, from = 0;

  while (at < length) {
    uint32_t n = PAGE - (uint32_t)((offset + at) % PAGE);

    if (n > length - at)
      n = length - at;
    if (is_zero (data + at, n)) {
      if (at > from && !file_pwrite (s->target.fd, data + from, at - from,
                                     s->target.offset + offset + from, err))
        return false;
      from = at + n;
    } else
      *populated += n;
    at += n;
  }
  return from == length ||
         file_pwrite (s->target.fd, data + from, length - from,
                      s->target.offset + offset + from, err);
}

static bool
raw_put (struct disk_sink *s, unsigned worker, const struct piece *p,
         struct ovf_error **err)
{
  uint64_t populated = 0;

  (void)worker;
  for (unsigned i = 0; i < p->count; i++) {
    const struct cell *c = &p->cells[i];

    if (!put_cell (s, p->data + c->at, c->offset, c->length, &populated, err))
      return false;
  }
  if (populated > 0) { /* a piece is one stretch, or close to it */
    const struct cell *first = p->cells, *last = p->cells + p->count - 1;

    file_start_writeback (s->target.fd, s->target.offset + first->offset,
                          last->offset + last->length - first->offset);
  }
  atomic_fetch_add (&s->populated, populated);
  return true;
}

/* What nobody wrote is a hole. */
static bool
raw_finish (struct disk_sink *s, struct ovf_error **err)
{
  if (ftruncate (s->target.fd, (off_t)(s->target.offset + s->capacity)) != 0)
    return error_errno (err, errno, "cannot set the size of the raw disk");
  s->written = s->capacity;
  return true;
}

const struct disk_format raw_format = {
  .name = "raw",
  .suffix = ".raw",
  .title = "bytes as they are",
  .words = raw_words,
  .check = raw_check,
  .open = raw_open,
  .next = raw_next,
  .decode = raw_decode,
  .close = raw_close,
  .create = raw_create,
  .put = raw_put,
  .finish = raw_finish,
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading qcow2 in guest order by its tables: plain, zero and compressed
 * (deflate) clusters of one file.  Tables are a stranger's: every place must
 * lie on a cluster inside the file, plain clusters are used once, and
 * compressed ones hold no more than deflate could have put into the file. */
#include "disk/qcow2.h"

#include "base/rd.h"
#include "disk/bits.h"
#include "disk/witness.h"

#include <inttypes.h>
#include <libdeflate.h>

#define DEFLATE_RATIO 1032u /* the most that deflate can save */

struct inflater { /* one a worker */
  struct libdeflate_decompressor *inflate;
  uint8_t *cluster; /* for the one that the disk's end cuts */
};
struct qcow2_source {
  struct qcow2_header header;
  struct witness witness;
  struct bits used;      /* host clusters */
  uint64_t deflated;     /* guest bytes in compressed clusters so far */
  uint64_t file_size;
  uint32_t cluster;      /* bytes */
  uint64_t table_span;   /* guest bytes that one L2 table maps */
  uint8_t *l1, *l2;      /* as in the file */
  uint64_t l2_index;     /* which table l2 is; UINT64_MAX = none */
  bool l2_empty;
  uint64_t at;           /* guest byte where next () goes on */
  bool done;
  struct inflater *inflaters;
  unsigned workers;
};

static bool
malformed (const struct disk_source *s, const char *what, uint64_t where,
           struct ovf_error **err)
{
  return error_at (err, OVF_E_FORMAT, "DISK-QCOW2", blob_name (s->blob), 0,
                   "the qcow2 %s (guest byte %" PRIu64 ")", what, where);
}

/* ---- open ------------------------------------------------------------ */

/* Marks a cluster of the file as used; a plain one serves once only. */
static bool
claim (struct disk_source *s, uint64_t offset, uint64_t where,
       struct ovf_error **err)
{
  struct qcow2_source *q = s->state;
  bool was;

  if (offset % q->cluster != 0)
    return malformed (s, "has an entry that is not on a cluster", where, err);
  if (offset >= q->file_size)
    return malformed (s, "has an entry behind the end of the file", where, err);
  if (!bits_add (&q->used, offset / q->cluster, &was, err))
    return false;
  if (was)
    return malformed (s, "uses a cluster twice", where, err);
  return true;
}

static bool
load_l1 (struct disk_source *s, struct ovf_error **err)
{
  struct qcow2_source *q = s->state;
  uint64_t needed = s->capacity / q->table_span
                    + (s->capacity % q->table_span != 0);

  if (q->header.l1_size < needed)
    return malformed (s, "has an L1 table that is too small", 0, err);
  if (q->header.l1_offset % q->cluster != 0
      || q->header.l1_offset > q->file_size
      || needed * 8 > q->file_size - q->header.l1_offset)
    return malformed (s, "has its L1 table outside the file", 0, err);
  q->l1 = alloc_limited (needed, 8, ctx_limit (s->ctx, LIMIT_DIRECTORY),
                         "the L1 table", err);
  return q->l1 && (needed == 0
                   || witness_pread (&q->witness, q->l1, needed * 8,
                                     q->header.l1_offset, err));
}

bool
qcow2_open (struct disk_source *s, struct ovf_error **err)
{
  struct qcow2_source *q = s->state = xcalloc (1, sizeof *q);

  witness_init (&q->witness, s->ctx, s->blob);
  q->witness.overlap = true;
  if (!blob_is_seekable (s->blob)) {
    error_set (err, OVF_E_UNSUPPORTED,
               "a qcow2 disk cannot be read from a pipe");
    return error_hint (err, "store it in a file first");
  }
  if (!qcow2_header_read (s->ctx, s->blob, &q->witness, &q->header, err)
      || !qcow2_readable (&q->header, blob_name (s->blob), err))
    return false;
  q->cluster = 1u << q->header.cluster_bits;
  q->table_span = (uint64_t)q->cluster * (q->cluster / 8);
  q->file_size = blob_size (s->blob);
  q->l2_index = UINT64_MAX;
  s->capacity = q->header.size;
  s->guest_order = true;
  s->block_size = q->cluster < PIECE_MAX ? q->cluster : PIECE_MAX;
  q->workers = s->workers;
  q->inflaters = xcalloc (q->workers, sizeof *q->inflaters);
  q->l2 = xmalloc (q->cluster);
  return bits_init (&q->used, s->ctx, blob_name (s->blob),
                    q->file_size / q->cluster + 1, err)
         && load_l1 (s, err);
}

void
qcow2_close (struct disk_source *s)
{
  struct qcow2_source *q = s->state;

  if (q == NULL)
    return;
  for (unsigned i = 0; q->inflaters && i < q->workers; i++) {
    libdeflate_free_decompressor (q->inflaters[i].inflate);
    free (q->inflaters[i].cluster);
  }
  witness_done (&q->witness);
  bits_done (&q->used);
  free (q->inflaters);
  free (q->l1);
  free (q->l2);
  free (q);
}

/* ---- tables ---------------------------------------------------------- */

static uint64_t
entry (const uint8_t *table, uint64_t i)
{
  struct rd r = rd_of (table + 8 * i, 8);

  return rd_be64 (&r);
}

/* The L2 table of guest byte `where` in q->l2, or l2_empty. */
static bool
load_l2 (struct disk_source *s, uint64_t where, struct ovf_error **err)
{
  struct qcow2_source *q = s->state;
  uint64_t index = where / q->table_span, offset;

  if (q->l2_index == index)
    return true;
  offset = entry (q->l1, index) & QCOW2_OFFSET;
  q->l2_index = index;
  q->l2_empty = offset == 0;
  if (q->l2_empty)
    return true;
  return claim (s, offset, where, err)
         && witness_pread (&q->witness, q->l2, q->cluster, offset, err);
}

/* A compressed cluster: where its bytes start, and sectors that hold them. */
static bool
add_compressed (struct disk_source *s, struct piece *p, uint64_t e,
                uint32_t length, struct ovf_error **err)
{
  struct qcow2_source *q = s->state;
  unsigned shift = 62 - (q->header.cluster_bits - 8);
  uint64_t from = e & ((UINT64_C (1) << shift) - 1);
  uint64_t sectors = ((e & ~(QCOW2_COMPRESSED | QCOW2_COPIED)) >> shift) + 1;
  uint64_t size = sectors * SECTOR - from % SECTOR;
  struct cell *c;

  if (!ctx_within (s->ctx, LIMIT_GRAIN, q->cluster, "the cluster size", err))
    return error_place (err, "DISK-LIMIT", blob_name (s->blob), 0);
  if (from >= q->file_size)
    return malformed (s, "has a compressed cluster behind the end of the file",
                      q->at, err);
  q->deflated += q->cluster;
  if (q->deflated / DEFLATE_RATIO > q->file_size)
    return malformed (s, "uses its compressed clusters again and again", q->at,
                      err);
  /* The last sector may hang over the end of the file. */
  if (size > q->file_size - from)
    size = q->file_size - from;
  c = piece_add_cell (p);
  c->kind = CELL_DEFLATE;
  c->offset = q->at;
  c->length = length;
  c->from = from;
  c->size = (uint32_t)size;
  return true;
}

/* A plain cluster, or the half of a large one; joined to its neighbour. */
static bool
add_plain (struct disk_source *s, struct piece *p, uint64_t offset,
           uint32_t length, struct ovf_error **err)
{
  struct qcow2_source *q = s->state;
  uint64_t within = q->at % q->cluster;
  struct cell *c = p->count > 0 ? &p->cells[p->count - 1] : NULL;

  if (within == 0 && !claim (s, offset, q->at, err))
    return false;
  if (offset % q->cluster != 0 || offset > q->file_size
      || within + length > q->file_size - offset)
    return malformed (s, "has a cluster that reaches behind the end of the file",
                      q->at, err);
  if (c && c->kind == CELL_ABSENT && c->from + c->length == offset + within
      && c->offset + c->length == q->at) {
    c->length += length;
    return true;
  }
  c = piece_add_cell (p);
  c->kind = CELL_ABSENT;
  c->offset = q->at;
  c->from = offset + within;
  c->length = length;
  return true;
}

/* The guest bytes from q->at on that one entry maps, at most to `stop`. */
static bool
add_cluster (struct disk_source *s, struct piece *p, uint64_t stop,
             struct ovf_error **err)
{
  struct qcow2_source *q = s->state;
  uint64_t left = q->cluster - q->at % q->cluster;
  uint64_t e = entry (q->l2, q->at % q->table_span / q->cluster);
  uint32_t length = (uint32_t)(left < stop - q->at ? left : stop - q->at);
  bool ok = true;

  if (e & QCOW2_COMPRESSED)
    ok = add_compressed (s, p, e, length, err);
  else if ((e & QCOW2_OFFSET) != 0
           && !(q->header.version >= 3 && (e & QCOW2_ZERO)))
    ok = add_plain (s, p, e & QCOW2_OFFSET, length, err);
  q->at += length;
  return ok;
}

/* ---- pieces ---------------------------------------------------------- */

bool
qcow2_map (struct disk_source *s, struct piece *p, struct ovf_error **err)
{
  struct qcow2_source *q = s->state;
  uint64_t stop = 0;

  while (q->at < s->capacity) {
    uint64_t span = q->table_span - q->at % q->table_span;

    if (p->count > 0 && q->at >= stop)
      return true;
    if (p->count == 0) {
      if (!ctx_alive (s->ctx, err))
        return false;
      stop = q->at / PIECE_MAX * PIECE_MAX + PIECE_MAX;
      if (stop > s->capacity)
        stop = s->capacity;
    }
    if (!load_l2 (s, q->at, err))
      return false;
    if (q->l2_empty)
      q->at += span < s->capacity - q->at ? span : s->capacity - q->at;
    else if (!add_cluster (s, p, stop, err))
      return false;
  }
  return true;
}

static bool
fill_piece (struct disk_source *s, struct piece *p, struct ovf_error **err)
{
  struct qcow2_source *q = s->state;

  for (unsigned i = 0; i < p->count; i++) {
    struct cell *c = &p->cells[i];

    if (c->kind == CELL_ABSENT) {
      c->kind = CELL_PLAIN;
      c->size = c->length;
    }
    c->at = (uint32_t)p->used;
    piece_room (p, p->used + c->size);
    if (!witness_pread (&q->witness, p->data + c->at, c->size, c->from, err))
      return false;
    p->used += c->size;
  }
  return true;
}

bool
qcow2_next (struct disk_source *s, struct piece *p, struct ovf_error **err)
{
  struct qcow2_source *q = s->state;

  if (q->done || !qcow2_map (s, p, err))
    return false;
  if (p->count == 0) {
    q->done = true;
    witness_verify (&q->witness, err);
    return false;
  }
  /* Guest order says little about the file: in proportion. */
  p->consumed = (uint64_t)((double)q->at / (double)s->capacity
                           * (double)q->file_size);
  return fill_piece (s, p, err);
}

/* ---- decode ---------------------------------------------------------- */

static bool
inflate_cell (struct disk_source *s, struct inflater *w, const struct piece *in,
              const struct cell *c, struct piece *out, struct ovf_error **err)
{
  const struct qcow2_source *q = s->state;
  struct cell *o = piece_append (out, CELL_PLAIN, c->offset, c->length,
                                 c->length);
  bool cut = c->length < q->cluster;
  uint8_t *to = out->data + o->at;

  if (w->inflate == NULL && (w->inflate = libdeflate_alloc_decompressor ())
                              == NULL)
    abort ();
  if (cut && w->cluster == NULL)
    w->cluster = xmalloc (q->cluster);
  if (cut)
    to = w->cluster;
  if (!cell_inflate (w->inflate, blob_name (s->blob), in, c, to, q->cluster,
                     NULL, NULL, err))
    return false;
  if (cut)
    memcpy (out->data + o->at, w->cluster, c->length);
  return true;
}

bool
qcow2_decode (struct disk_source *s, unsigned worker, struct piece *in,
              struct piece *out, struct ovf_error **err)
{
  struct qcow2_source *q = s->state;
  bool plain = true;

  for (unsigned i = 0; i < in->count; i++)
    plain = plain && in->cells[i].kind == CELL_PLAIN;
  if (plain) {
    piece_swap (in, out);
    return true;
  }
  for (unsigned i = 0; i < in->count; i++) {
    const struct cell *c = &in->cells[i];

    if (c->kind == CELL_DEFLATE) {
      if (!inflate_cell (s, &q->inflaters[worker], in, c, out, err))
        return false;
    } else {
      struct cell *o = piece_append (out, CELL_PLAIN, c->offset, c->length,
                                     c->length);

      memcpy (out->data + o->at, in->data + c->at, c->length);
    }
  }
  return true;
}

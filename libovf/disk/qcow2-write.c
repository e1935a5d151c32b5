/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing qcow2, version 3 (qemu's docs/interop/qcow2.txt).  Clusters are
 * given out in the order of the pieces and written by any worker; the header
 * comes last, so that a torn file is none.
 *
 * With `compressed`, the deflate streams of VMDK grains become compressed
 * clusters as they are: a grain is a zlib stream, a cluster the same without
 * header and checksum.  They are inflated all the same, to know that they are
 * right: that costs a twentieth of compressing them again. */
#include "disk/qcow2-write.h"

#include <errno.h>
#include <libdeflate.h>
#include <unistd.h>

#include "base/rd.h"
#include "disk/placed.h"
#include "disk/qcow2.h"

#define CLUSTER_BITS 16u
#define HEADER_LENGTH 104u
#define L1_MAX (32u << 20)  /* bytes: what qemu opens */
#define DEFAULT_LEVEL 6

struct qcow2_worker {
  struct libdeflate_decompressor *inflater;
  struct libdeflate_compressor *deflater;
  uint8_t *scratch;     /* a cluster */
};
struct qcow2_sink {
  bool compressed;
  bool copies;          /* the source's blocks are our clusters */
  unsigned bits;
  uint32_t cluster;     /* bytes */
  uint64_t next;        /* first free byte of the file */
  uint64_t l1_size;     /* entries */
  uint64_t *l1;         /* places of the L2 tables; 0 = none */
  struct table_cache tables; /* of L2 */
  uint16_t *touched;    /* compressed clusters that touch a host cluster */
  uint64_t touched_room;
  struct qcow2_worker *workers;
};

/* ---- making ------------------------------------------------------------- */
bool
qcow2_create (struct disk_sink *s, struct ovf_error **err)
{
  struct qcow2_sink *q = s->state = xcalloc (1, sizeof *q);

  q->compressed = disk_sink_option (s, "compressed") != NULL;
  q->workers = xcalloc (s->workers, sizeof *q->workers);
  if (s->capacity > INT64_MAX - SECTOR)
    return error_set (err, OVF_E_LIMIT, "a qcow2 disk cannot hold %llu bytes",
                      (unsigned long long)s->capacity);
  return true;
}

/* Clusters are 64 KiB, qemu's default.  They become the source's blocks where
 * that lets streams be copied, or where smaller blocks come in no order. */
static unsigned
choose_bits (const struct qcow2_sink *q, const struct disk_source *source)
{
  uint32_t block = source != NULL ? source->block_size : 0;

  if (block < 512 || (block & (block - 1)) != 0 ||
      (!q->compressed && (block >> CLUSTER_BITS || source->guest_order)))
    return CLUSTER_BITS;
  return (unsigned)__builtin_ctz (block);
}

bool
qcow2_start (struct disk_sink *s, const struct disk_source *source,
             struct ovf_error **err)
{
  struct qcow2_sink *q = s->state;
  uint64_t covers, limit = ctx_limit (s->ctx, LIMIT_DIRECTORY);

  q->bits = choose_bits (q, source);
  q->cluster = 1u << q->bits;
  q->copies = q->compressed && source != NULL && source->block_size == q->cluster;
  covers = (uint64_t)q->cluster * (q->cluster / 8);
  q->l1_size = s->capacity ? (s->capacity - 1) / covers + 1 : 1;
  q->l1 = alloc_limited (q->l1_size, 8, limit < L1_MAX ? limit : L1_MAX,
                         "the tables of the qcow2 disk", err);
  q->next = q->cluster; /* behind the header */
  table_cache_init (&q->tables, s, q->cluster, 0);
  return q->l1 != NULL;
}

void
qcow2_discard (struct disk_sink *s)
{
  struct qcow2_sink *q = s->state;

  if (q == NULL)
    return;
  table_cache_done (&q->tables);
  for (unsigned i = 0; i < s->workers; i++) {
    struct qcow2_worker *w = &q->workers[i];

    if (w->inflater != NULL)
      libdeflate_free_decompressor (w->inflater);
    if (w->deflater != NULL)
      libdeflate_free_compressor (w->deflater);
    free (w->scratch);
  }
  free (q->workers);
  free (q->touched);
  free (q->l1);
  free (q);
  s->state = NULL;
}

/* ---- encoding ----------------------------------------------------------- */
bool
qcow2_takes (const struct disk_sink *s, const struct piece *p)
{
  const struct qcow2_sink *q = s->state;

  for (unsigned i = 0; i < p->count; i++) {
    if (p->cells[i].kind != CELL_ZLIB && p->cells[i].kind != CELL_DEFLATE)
      return false;
  }
  return q->copies;
}

static struct qcow2_worker *
worker_of (struct disk_sink *s, unsigned number)
{
  struct qcow2_sink *q = s->state;
  struct qcow2_worker *w = &q->workers[number];
  unsigned level = s->options.level ? s->options.level : DEFAULT_LEVEL;

  if (w->scratch != NULL)
    return w;
  w->scratch = xmalloc (q->cluster);
  w->inflater = libdeflate_alloc_decompressor ();
  w->deflater = libdeflate_alloc_compressor ((int)level);
  if (w->inflater == NULL || w->deflater == NULL)
    abort ();
  return w;
}

static void
add_plain (struct piece *out, uint64_t offset, const uint8_t *data, uint32_t n)
{
  struct cell *c = piece_append (out, CELL_PLAIN, offset, n, n);

  memcpy (out->data + c->at, data, n);
}

/* A deflate stream of the source: copied if it holds exactly a cluster. */
static bool
copy_stream (struct disk_sink *s, struct qcow2_worker *w, const struct piece *in,
             const struct cell *c, struct piece *out, struct ovf_error **err)
{
  const struct qcow2_sink *q = s->state;
  uint32_t head = c->kind == CELL_ZLIB ? 2 : 0, tail = c->kind == CELL_ZLIB ? 4 : 0;
  size_t size, used;
  struct cell *o;

  if (!cell_inflate (w->inflater, s->options.name ? s->options.name : "the disk",
                     in, c, w->scratch, q->cluster, &size, &used, err))
    return false;
  if (is_zero (w->scratch, size))
    return true;
  if (size != q->cluster || used - head - tail >= q->cluster) {
    add_plain (out, c->offset, w->scratch, c->length);
    return true;
  }
  used -= head + tail;
  o = piece_append (out, CELL_DEFLATE, c->offset, c->length, (uint32_t)used);
  memcpy (out->data + o->at, in->data + c->at + head, used);
  return true;
}

/* A plain cluster: compressed if that makes it smaller. */
static void
deflate_cluster (struct disk_sink *s, struct qcow2_worker *w,
                 const struct piece *in, const struct cell *c, struct piece *out)
{
  const struct qcow2_sink *q = s->state;
  size_t n = 0;

  if (c->length == q->cluster)
    n = libdeflate_deflate_compress (w->deflater, in->data + c->at, c->length,
                                     w->scratch, q->cluster - 1);
  if (n == 0)
    add_plain (out, c->offset, in->data + c->at, c->length);
  else {
    struct cell *o = piece_append (out, CELL_DEFLATE, c->offset, c->length,
                                   (uint32_t)n);
    memcpy (out->data + o->at, w->scratch, n);
  }
}

bool
qcow2_encode (struct disk_sink *s, unsigned worker, struct piece *in,
              struct piece *out, struct ovf_error **err)
{
  const struct qcow2_sink *q = s->state;
  struct qcow2_worker *w;

  if (!q->compressed) {
    piece_reblock (in, q->cluster, s->capacity);
    piece_swap (in, out);
    return true;
  }
  w = worker_of (s, worker);
  if (in->cells[0].kind == CELL_PLAIN)
    piece_reblock (in, q->cluster, s->capacity);
  for (unsigned i = 0; i < in->count; i++) {
    const struct cell *c = &in->cells[i];

    if (c->kind == CELL_PLAIN)
      deflate_cluster (s, w, in, c, out);
    else if (!copy_stream (s, w, in, c, out, err))
      return false;
  }
  return true;
}

/* ---- placing ------------------------------------------------------------ */
static uint64_t
round_up (uint64_t n, uint64_t to)
{
  return (n + to - 1) / to * to;
}

static uint64_t
take_cluster (struct qcow2_sink *q)
{
  uint64_t at = round_up (q->next, q->cluster);

  q->next = at + q->cluster;
  return at;
}

/* The L2 table with this index. */
static uint8_t *
get_table (struct disk_sink *s, uint64_t index, struct ovf_error **err)
{
  struct qcow2_sink *q = s->state;
  bool fresh = q->l1[index] == 0;

  if (fresh)
    q->l1[index] = take_cluster (q);
  return table_cache_get (&q->tables, index, q->l1[index], fresh, err);
}

/* Notes which host clusters the bytes touch: their reference counts. */
static void
touch (struct qcow2_sink *q, uint64_t at, uint32_t size)
{
  uint64_t last = (at + size - 1) / q->cluster;

  if (last >= q->touched_room) {
    uint64_t room = last * 2 + 1024;

    q->touched = xrealloc (q->touched, room * sizeof *q->touched);
    memset (q->touched + q->touched_room, 0,
            (room - q->touched_room) * sizeof *q->touched);
    q->touched_room = room;
  }
  for (uint64_t c = at / q->cluster; c <= last; c++)
    q->touched[c]++;
}

/* Compressed clusters lie byte after byte; their entry says in how many more
 * sectors than the first they lie. */
static uint64_t
place_compressed (struct qcow2_sink *q, struct cell *c)
{
  unsigned shift = 62 - (q->bits - 8);
  uint64_t sectors;

  c->from = q->next;
  q->next += c->size;
  touch (q, c->from, c->size);
  sectors = (c->from + c->size - 1) / SECTOR - c->from / SECTOR;
  return QCOW2_COMPRESSED | sectors << shift | c->from;
}

bool
qcow2_place (struct disk_sink *s, struct piece *p, struct ovf_error **err)
{
  struct qcow2_sink *q = s->state;
  uint64_t per_table = q->cluster / 8;

  for (unsigned i = 0; i < p->count; i++) {
    struct cell *c = &p->cells[i];
    uint64_t number = c->offset / q->cluster, entry;
    uint8_t *table = get_table (s, number / per_table, err);

    if (table == NULL)
      return false;
    if (c->kind == CELL_DEFLATE)
      entry = place_compressed (q, c);
    else {
      c->from = take_cluster (q);
      entry = QCOW2_COPIED | c->from;
    }
    put_be (table + number % per_table * 8, entry, 8);
  }
  return true;
}

/* ---- the end ------------------------------------------------------------ */
static bool
write_l1 (struct disk_sink *s, uint64_t at, struct ovf_error **err)
{
  struct qcow2_sink *q = s->state;

  for (uint64_t i = 0; i < q->l1_size; i++) {
    if (q->l1[i] != 0)
      put_be ((uint8_t *)&q->l1[i], QCOW2_COPIED | q->l1[i], 8);
  }
  return disk_sink_write_at (s, q->l1, q->l1_size * 8, at, err);
}

/* Plain clusters and tables have one reference, compressed data as many as
 * streams touch it. */
static bool
write_refcounts (struct disk_sink *s, uint64_t at, uint64_t blocks,
                 uint64_t clusters, struct ovf_error **err)
{
  struct qcow2_sink *q = s->state;
  uint64_t per_block = q->cluster / 2;
  CLEANUP_FREE uint8_t *buf = xmalloc (q->cluster);

  for (uint64_t b = 0; b < blocks; b++) {
    memset (buf, 0, q->cluster);
    for (uint64_t i = 0; i < per_block && b * per_block + i < clusters; i++) {
      uint64_t c = b * per_block + i;
      uint16_t n = c < q->touched_room ? q->touched[c] : 0;

      put_be (buf + 2 * i, n ? n : 1, 2);
    }
    if (!disk_sink_write_at (s, buf, q->cluster, at + b * q->cluster, err))
      return false;
  }
  return true;
}

static bool
write_refcount_table (struct disk_sink *s, uint64_t at, uint64_t first_block,
                      uint64_t blocks, struct ovf_error **err)
{
  struct qcow2_sink *q = s->state;
  CLEANUP_FREE uint8_t *buf = xcalloc (blocks, 8);

  for (uint64_t b = 0; b < blocks; b++)
    put_be (buf + 8 * b, first_block + b * q->cluster, 8);
  return disk_sink_write_at (s, buf, blocks * 8, at, err);
}

static bool
write_header (struct disk_sink *s, uint64_t l1, uint64_t refcounts,
              uint64_t refcount_clusters, struct ovf_error **err)
{
  struct qcow2_sink *q = s->state;
  uint8_t h[HEADER_LENGTH + 8] = { 0 }; /* and the end of the extensions */

  memcpy (h, QCOW2_MAGIC, 4);
  put_be (h + 4, 3, 4);
  put_be (h + 20, q->bits, 4);
  put_be (h + 24, round_up (s->capacity, SECTOR), 8);
  put_be (h + 36, q->l1_size, 4);
  put_be (h + 40, l1, 8);
  put_be (h + 48, refcounts, 8);
  put_be (h + 56, refcount_clusters, 4);
  put_be (h + 96, 4, 4); /* counts of 16 bits */
  put_be (h + 100, HEADER_LENGTH, 4);
  return disk_sink_write_at (s, h, sizeof h, 0, err);
}

bool
qcow2_finish (struct disk_sink *s, struct ovf_error **err)
{
  struct qcow2_sink *q = s->state;
  uint64_t l1, table, first_block, clusters, blocks = 0, table_clusters = 0;

  if (!table_cache_flush (&q->tables, err))
    return false;
  l1 = round_up (q->next, q->cluster);
  table = l1 + round_up (q->l1_size * 8, q->cluster);
  for (;;) { /* the counts count themselves */
    uint64_t need;

    clusters = table / q->cluster + table_clusters + blocks;
    need = (clusters + q->cluster / 2 - 1) / (q->cluster / 2);
    if (need <= blocks)
      break;
    blocks = need;
    table_clusters = (blocks * 8 + q->cluster - 1) / q->cluster;
  }
  first_block = table + table_clusters * q->cluster;
  s->written = clusters * q->cluster;
  if (ftruncate (s->target.fd, (off_t)(s->target.offset + s->written)) != 0)
    return error_errno (err, errno, "cannot set the size of the qcow2 disk");
  return write_l1 (s, l1, err) &&
         write_refcounts (s, first_block, blocks, clusters, err) &&
         write_refcount_table (s, table, first_block, blocks, err) &&
         write_header (s, l1, table, table_clusters, err);
}

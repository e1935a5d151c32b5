/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* streamOptimized VMDK in file order: marker after marker, as it comes out
 * of an archive or a pipe.  Every grain says where it belongs, so the tables
 * are not needed; where the file can be looked into again they are compared
 * afterwards, since other readers go by them. */
#include "disk/vmdk.h"

#include "base/rd.h"

#define WINDOW (512u << 10)

struct vmdk_stream {
  uint8_t *buf;         /* a window on the file: bytes at .. have are to come */
  size_t room, at, have;
  uint64_t base;        /* file byte of buf[0] */
  struct bits seen;     /* grains */
  uint64_t sum;         /* of mix () over them */
  uint64_t last;        /* highest grain so far, plus 1 */
  uint64_t gd;          /* of the footer; 0 = none came */
  bool ended, shuffled; /* grains out of order */
};

static bool
bad (const struct disk_source *s, struct ovf_error **err, const char *what,
     uint64_t at)
{
  return error_at (err, OVF_E_FORMAT, "DISK-VMDK-MARKER", blob_name (s->blob), 0,
                   "%s at byte %llu", what, (unsigned long long)at);
}

/* At least n bytes in the window, but for the end of the file. */
static bool
fill (struct disk_source *s, size_t n, struct ovf_error **err)
{
  struct vmdk_stream *st = ((struct vmdk_source *)s->state)->stream;
  ssize_t got;

  if (st->have - st->at >= n)
    return true;
  st->have -= st->at;
  memmove (st->buf, st->buf + st->at, st->have);
  st->base += st->at;
  st->at = 0;
  got = blob_read (s->blob, st->buf + st->have, st->room - st->have, err);
  if (got < 0)
    return false;
  st->have += (size_t)got;
  return true;
}

static bool
skip (struct disk_source *s, uint64_t n, struct ovf_error **err)
{
  struct vmdk_stream *st = ((struct vmdk_source *)s->state)->stream;

  while (n > 0) {
    size_t here = n < SECTOR ? (size_t)n : SECTOR;

    if (!fill (s, here, err))
      return false;
    here = st->have - st->at;
    if (here == 0)
      return bad (s, err, "the VMDK ends early", st->base + st->at);
    if (here > n)
      here = (size_t)n;
    st->at += here;
    n -= here;
  }
  return true;
}

/* What lies before the grains; the header's sector has been read. */
static bool
read_front (struct disk_source *s, struct ovf_error **err)
{
  struct vmdk_source *v = s->state;
  const struct vmdk_header *h = &v->header;
  const char *name = blob_name (s->blob);
  struct vmdk_stream *st = v->stream;
  uint64_t end = h->descriptor + h->descriptor_size;
  CLEANUP_FREE uint8_t *text = xmalloc ((size_t)h->descriptor_size + 1);
  struct vmdk_descriptor d = { 0 };
  bool ok;

  st->base = SECTOR;
  if (h->descriptor < SECTOR || h->descriptor_size == 0)
    return error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", name, 0,
                     "a disk without a descriptor inside is only a part of one");
  if (!skip (s, h->descriptor - SECTOR, err))
    return false;
  for (size_t at = 0; at < h->descriptor_size; at += SECTOR, st->at += SECTOR) {
    if (!fill (s, SECTOR, err))
      return false;
    if (st->have - st->at < SECTOR)
      return bad (s, err, "the VMDK ends early", st->base + st->at);
    memcpy (text + at, st->buf + st->at, SECTOR);
  }
  ok = vmdk_descriptor_parse (name, text, (size_t)h->descriptor_size, &d, err) &&
       vmdk_descriptor_check (name, &d, h, err);
  vmdk_descriptor_done (&d);
  return ok && skip (s, h->overhead > end ? h->overhead - end : 0, err);
}

bool
vmdk_stream_open (struct disk_source *s, struct ovf_error **err)
{
  struct vmdk_source *v = s->state;
  const struct vmdk_header *h = &v->header;
  struct vmdk_stream *st = v->stream = xcalloc (1, sizeof *st);

  st->room = WINDOW;
  if (st->room < vmdk_grain_bound (h) + 2 * SECTOR)
    st->room = vmdk_grain_bound (h) + 2 * SECTOR;
  st->buf = xmalloc (st->room);
  return bits_init (&st->seen, s->ctx, blob_name (s->blob),
                    h->groups * VMDK_GTES, err) &&
         read_front (s, err);
}

void
vmdk_stream_close (struct vmdk_source *v)
{
  if (v->stream == NULL)
    return;
  bits_done (&v->stream->seen);
  free (v->stream->buf);
  free (v->stream);
  v->stream = NULL;
}

/* ---- grains ------------------------------------------------------------- */
/* For a sum that does not depend on the order. */
static uint64_t
mix (uint64_t grain, uint64_t sector)
{
  uint64_t x = (grain << 32 ^ sector) + UINT64_C (0x9e3779b97f4a7c15);

  x = (x ^ x >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * UINT64_C (0x94d049bb133111eb);
  return x ^ x >> 31;
}

/* Does the grain at `offset` still go into the piece? */
static bool
has_room (const struct disk_source *s, const struct piece *p, uint64_t offset)
{
  const struct vmdk_source *v = s->state;

  if (p->count == 0)
    return true;
  if (s->guest_order)
    return offset / PIECE_MAX == p->cells[0].offset / PIECE_MAX;
  return (uint64_t)(p->count + 1) * v->header.grain <= PIECE_MAX;
}

static bool
check_grain (struct disk_source *s, uint64_t lba, uint32_t size, uint64_t at,
             struct ovf_error **err)
{
  struct vmdk_source *v = s->state;
  struct vmdk_stream *st = v->stream;
  const struct vmdk_header *h = &v->header;
  uint32_t sectors = h->grain / SECTOR;
  uint64_t grain = lba / sectors;
  const char *what = NULL;
  bool was = false;

  if (lba % sectors != 0)
    what = "a grain's address is no multiple of the grain size";
  else if (lba >= h->capacity / SECTOR)
    what = "a grain lies beyond the capacity";
  else if (size > vmdk_grain_bound (h))
    what = "a grain is larger than its data can be";
  else if (!bits_add (&st->seen, grain, &was, err))
    return false;
  else if (was)
    what = "a grain comes twice";
  if (what != NULL)
    return error_at (err, OVF_E_FORMAT, "DISK-VMDK-GRAIN", blob_name (s->blob), 0,
                     "%s, at byte %llu", what, (unsigned long long)at);
  if (grain + 1 < st->last) {
    st->shuffled = true;
    if (s->guest_order) {
      error_at (err, OVF_E_UNSUPPORTED, "DISK-VMDK-ORDER", blob_name (s->blob), 0,
                "the grains are not in order, and the target needs them so");
      return error_hint (err, "convert the disk to raw first");
    }
  } else
    st->last = grain + 1;
  st->sum += mix (grain, at / SECTOR);
  return true;
}

static bool
take_grain (struct disk_source *s, struct piece *p, uint64_t lba, uint32_t size,
            struct ovf_error **err)
{
  struct vmdk_source *v = s->state;
  struct vmdk_stream *st = v->stream;
  uint64_t at = st->base + st->at;
  size_t whole = ((size_t)VMDK_GRAIN_HEADER + size + SECTOR - 1) / SECTOR * SECTOR;
  struct cell *c;

  if (!check_grain (s, lba, size, at, err) || !fill (s, whole, err))
    return false;
  if (st->have - st->at < VMDK_GRAIN_HEADER + size)
    return bad (s, err, "the VMDK ends within the grain",
                st->base + st->at);
  c = piece_append (p, CELL_ZLIB, lba * SECTOR,
                    vmdk_grain_length (&v->header, lba * SECTOR / v->header.grain),
                    size);
  c->from = at;
  memcpy (p->data + c->at, st->buf + st->at + VMDK_GRAIN_HEADER, size);
  st->at += st->have - st->at < whole ? st->have - st->at : whole;
  p->consumed = st->base + st->at;
  return true;
}

/* ---- other markers ------------------------------------------------------ */
static bool
take_footer (struct disk_source *s, struct ovf_error **err)
{
  struct vmdk_source *v = s->state;
  struct vmdk_stream *st = v->stream;
  const struct vmdk_header *h = &v->header;
  struct vmdk_header f;

  if (!fill (s, SECTOR, err))
    return false;
  if (st->have - st->at < SECTOR)
    return bad (s, err, "the VMDK ends within its footer", st->base + st->at);
  if (!vmdk_header_parse (s->ctx, blob_name (s->blob), st->buf + st->at,
                          blob_size (s->blob), &f, err))
    return error_prefix (err, "in the footer");
  if (f.capacity != h->capacity || f.grain != h->grain || f.flags != h->flags)
    return error_at (err, OVF_E_FORMAT, "DISK-CAPACITY", blob_name (s->blob), 0,
                     "the VMDK's footer contradicts its header");
  st->gd = f.gd == VMDK_GD_AT_END ? 0 : f.gd;
  st->at += SECTOR;
  return true;
}

/* Metadata: its size in sectors must be what the note says. */
static bool
take_marker (struct disk_source *s, uint64_t sectors, uint32_t type,
             struct ovf_error **err)
{
  struct vmdk_source *v = s->state;
  struct vmdk_stream *st = v->stream;
  uint64_t at = st->base + st->at;
  uint64_t directory = (v->header.groups * 4 + SECTOR - 1) / SECTOR;

  st->at += SECTOR;
  switch (type) {
  case VMDK_MARKER_EOS:
    st->ended = true;
    return true;
  case VMDK_MARKER_GT:
    if (sectors == VMDK_GTES * 4 / SECTOR)
      return skip (s, sectors * SECTOR, err);
    break;
  case VMDK_MARKER_GD:
    /* Some round up to whole grains. */
    if (sectors >= directory && sectors <= directory + v->header.grain / SECTOR)
      return skip (s, sectors * SECTOR, err);
    break;
  case VMDK_MARKER_FOOTER:
    if (sectors == 1)
      return take_footer (s, err);
    break;
  case VMDK_MARKER_PROGRESS:
    if (sectors == 0)
      return true;
    break;
  default:
    break;
  }
  return bad (s, err, "there is no such VMDK marker", at);
}

/* ---- the end ------------------------------------------------------------ */
static bool
compare_tables (struct disk_source *s, uint64_t gd, struct ovf_error **err)
{
  struct vmdk_source *v = s->state;
  const struct vmdk_stream *st = v->stream;
  struct vmdk_tables t;
  struct witness w;
  uint64_t grain = 0, count = 0, sum = 0;
  uint32_t sector = 0;
  bool ok;

  witness_init (&w, s->ctx, s->blob);
  w.on = false; /* nothing of it is used */
  ok = vmdk_tables_open (&t, &w, &v->header, gd, err);
  while (ok && (ok = vmdk_tables_next (&t, &grain, &sector, err)) && sector != 0) {
    sum += mix (grain++, sector);
    count++;
  }
  vmdk_tables_done (&t);
  witness_done (&w);
  if (!ok || (sum == st->sum && count == st->seen.count))
    return ok;
  return error_at (err, OVF_E_FORMAT, "DISK-VMDK-TABLE", blob_name (s->blob), 0,
                   "the VMDK's tables and its grains do not agree: %llu and %llu "
                   "grains", (unsigned long long)count,
                   (unsigned long long)st->seen.count);
}

static void
report_end (const struct disk_source *s, bool eos, uint64_t end)
{
  const struct vmdk_source *v = s->state;
  const char *name = blob_name (s->blob);
  uint64_t size = blob_size (s->blob);

  if (!eos)
    report_add (s->report, OVF_WARNING, "DISK-VMDK-END", name, 0, NULL,
                "the end-of-stream marker is missing");
  else if (size != BLOB_UNKNOWN && size > end)
    report_add (s->report, OVF_WARNING, "DISK-VMDK-TRAILING", name, 0, NULL,
                "%llu bytes follow the end-of-stream marker: some tools then "
                "see another digest", (unsigned long long)(size - end));
  if (v->stream->shuffled)
    report_add (s->report, OVF_NOTE, "DISK-VMDK-ORDER", name, 0, NULL,
                "the grains are not in ascending order");
}

static bool
finish (struct disk_source *s, bool eos, struct ovf_error **err)
{
  struct vmdk_source *v = s->state;
  const struct vmdk_stream *st = v->stream;
  uint64_t gd = v->header.gd == VMDK_GD_AT_END ? st->gd : v->header.gd;

  if (gd == 0 && v->header.gd == VMDK_GD_AT_END)
    return bad (s, err, "the VMDK's footer is missing", st->base + st->at);
  report_end (s, eos, st->base + st->at);
  if (gd == 0 || !blob_is_seekable (s->blob))
    return true;
  return compare_tables (s, gd, err);
}

bool
vmdk_stream_next (struct disk_source *s, struct piece *p, struct ovf_error **err)
{
  struct vmdk_stream *st = ((struct vmdk_source *)s->state)->stream;

  while (!st->ended) {
    struct rd r;
    uint64_t value;
    uint32_t size;

    if (!fill (s, SECTOR, err))
      return false;
    if (st->have - st->at < SECTOR) {
      if (p->count > 0)
        return true;
      if (!is_zero (st->buf + st->at, st->have - st->at))
        return bad (s, err, "the VMDK ends within a marker", st->base + st->at);
      return finish (s, false, err) && false;
    }
    r = rd_of (st->buf + st->at, SECTOR);
    value = rd_le64 (&r);
    size = rd_le32 (&r);
    if (size != 0) {
      if (value <= UINT64_MAX / SECTOR && !has_room (s, p, value * SECTOR))
        return true;
      if (!take_grain (s, p, value, size, err))
        return false;
    } else if (!take_marker (s, value, rd_le32 (&r), err))
      return false;
  }
  return p->count > 0 || (finish (s, true, err) && false);
}

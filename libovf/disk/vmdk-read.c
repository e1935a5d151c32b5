/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading VMDK: a streamOptimized file in file order (vmdk-stream.c), a
 * monolithicSparse one, or a stream whose grains are shuffled and are needed
 * in order, by its tables. */
#include "disk/vmdk.h"

#include <libdeflate.h>

#include "base/rd.h"

uint32_t
vmdk_grain_length (const struct vmdk_header *h, uint64_t grain)
{
  uint64_t left = h->capacity - grain * h->grain;

  return left < h->grain ? (uint32_t)left : h->grain;
}

static bool
needs_file (const struct disk_source *s, struct ovf_error **err)
{
  error_at (err, OVF_E_UNSUPPORTED, "DISK-VMDK-ORDER", blob_name (s->blob), 0,
            "this kind of VMDK cannot be read from a stream");
  return error_hint (err, "use a file; if the disk is compressed inside the "
                          "package, unpack it first");
}

/* Follow the tables in guest order. */
static bool
open_tables (struct disk_source *s, struct ovf_error **err)
{
  struct vmdk_source *v = s->state;
  uint64_t gd;

  if (!blob_is_seekable (s->blob))
    return needs_file (s, err);
  if (!vmdk_find_directory (s->blob, &v->header, &gd, err))
    return false;
  s->guest_order = true;
  witness_init (&v->witness, s->ctx, s->blob);
  return vmdk_tables_open (&v->tables, &v->witness, &v->header, gd, err) &&
         bits_init (&v->used, s->ctx, blob_name (s->blob),
                    blob_size (s->blob) / v->header.grain + 1, err);
}

/* Are the grains of a stream in guest order?  A pipe shows it as it goes. */
static bool
stream_ascends (struct disk_source *s, bool *ret, struct ovf_error **err)
{
  struct vmdk_source *v = s->state;
  struct vmdk_tables t;
  struct witness w;
  uint64_t gd, grain = 0;
  uint32_t sector = 0, last = 0;
  bool ok;

  *ret = true;
  if (!blob_is_seekable (s->blob))
    return true;
  if (!vmdk_find_directory (s->blob, &v->header, &gd, err))
    return false;
  if (gd == 0)
    return true;
  witness_init (&w, s->ctx, s->blob);
  w.on = false;
  ok = vmdk_tables_open (&t, &w, &v->header, gd, err);
  while (ok && *ret && (ok = vmdk_tables_next (&t, &grain, &sector, err)) &&
         sector != 0) {
    *ret = sector > last;
    last = sector;
    grain++;
  }
  vmdk_tables_done (&t);
  witness_done (&w);
  return ok;
}

bool
vmdk_open (struct disk_source *s, struct ovf_error **err)
{
  struct vmdk_source *v = s->state = xcalloc (1, sizeof *v);
  uint8_t sector[SECTOR] = { 0 };
  bool ascends = true;

  if (blob_read (s->blob, sector, sizeof sector, err) < 0)
    return false;
  if (vmdk_is_descriptor (sector, sizeof sector))
    return error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", blob_name (s->blob), 0,
                     "this disk is only a description, its data lies in other "
                     "files");
  if (!vmdk_header_parse (s->ctx, blob_name (s->blob), sector,
                          blob_size (s->blob), &v->header, err))
    return false;
  s->capacity = v->header.capacity;
  s->block_size = v->header.grain;
  v->inflaters = xcalloc (s->workers, sizeof *v->inflaters);
  if (!v->header.stream)
    return open_tables (s, err);
  if (s->guest_order && !stream_ascends (s, &ascends, err))
    return false;
  return ascends ? vmdk_stream_open (s, err) : open_tables (s, err);
}

void
vmdk_close (struct disk_source *s)
{
  struct vmdk_source *v = s->state;

  if (v == NULL)
    return;
  vmdk_stream_close (v);
  vmdk_tables_done (&v->tables);
  witness_done (&v->witness);
  bits_done (&v->used);
  for (unsigned i = 0; v->inflaters != NULL && i < s->workers; i++) {
    if (v->inflaters[i] != NULL)
      libdeflate_free_decompressor (v->inflaters[i]);
  }
  free (v->inflaters);
  free (v);
  s->state = NULL;
}

/* ---- guest order -------------------------------------------------------- */
static bool
bad_grain (struct disk_source *s, const char *what, uint32_t sector,
           struct ovf_error **err)
{
  return error_at (err, OVF_E_FORMAT, "DISK-VMDK-GRAIN", blob_name (s->blob), 0,
                   "%s, at sector %u", what, sector);
}

/* A compressed one: its marker must say where it belongs. */
static bool
read_compressed (struct disk_source *s, struct piece *p, uint64_t grain,
                 uint32_t sector, struct ovf_error **err)
{
  struct vmdk_source *v = s->state;
  uint8_t marker[VMDK_GRAIN_HEADER];
  struct rd r = rd_of (marker, sizeof marker);
  uint64_t at = (uint64_t)sector * SECTOR, lba;
  uint32_t size;
  struct cell *c;

  if (!witness_pread (&v->witness, marker, sizeof marker, at, err))
    return false;
  lba = rd_le64 (&r);
  size = rd_le32 (&r);
  if (lba != grain * (v->header.grain / SECTOR))
    return bad_grain (s, "a grain says it belongs elsewhere", sector, err);
  if (size == 0 || size > vmdk_grain_bound (&v->header))
    return bad_grain (s, "a grain has an impossible size", sector, err);
  c = piece_append (p, CELL_ZLIB, grain * v->header.grain,
                    vmdk_grain_length (&v->header, grain), size);
  c->from = at;
  return witness_pread (&v->witness, p->data + c->at, size,
                        at + VMDK_GRAIN_HEADER, err);
}

/* A plain one: read here if its bytes are also hashed, else by a worker. */
static bool
read_plain (struct disk_source *s, struct piece *p, uint64_t grain,
            uint32_t sector, struct ovf_error **err)
{
  struct vmdk_source *v = s->state;
  uint64_t at = (uint64_t)sector * SECTOR, offset = grain * v->header.grain;
  uint32_t length = vmdk_grain_length (&v->header, grain);
  struct cell *c;
  bool was = false;

  if (!bits_add (&v->used, at / v->header.grain, &was, err))
    return false;
  if (was)
    return bad_grain (s, "two grains lie at the same place", sector, err);
  if (!v->witness.on) {
    c = piece_add_cell (p);
    c->kind = CELL_ABSENT;
    c->offset = offset;
    c->length = length;
    c->from = at;
    return true;
  }
  c = piece_append (p, CELL_PLAIN, offset, length, length);
  c->from = at;
  return witness_pread (&v->witness, p->data + c->at, length, at, err);
}

static bool
next_by_tables (struct disk_source *s, struct piece *p, struct ovf_error **err)
{
  struct vmdk_source *v = s->state;
  uint32_t sector;

  for (;; v->grain++) {
    uint64_t offset;

    if (!vmdk_tables_next (&v->tables, &v->grain, &sector, err))
      return false;
    offset = v->grain * v->header.grain;
    if (p->count > 0 &&
        (sector == 0 || offset / PIECE_MAX != p->cells[0].offset / PIECE_MAX))
      return true;
    if (sector == 0)
      return witness_verify (&v->witness, err) && false;
    if (!(v->header.stream ? read_compressed : read_plain) (s, p, v->grain,
                                                           sector, err))
      return false;
    p->consumed = (uint64_t)sector * SECTOR;
  }
}

bool
vmdk_next (struct disk_source *s, struct piece *p, struct ovf_error **err)
{
  const struct vmdk_source *v = s->state;

  return v->stream != NULL ? vmdk_stream_next (s, p, err)
                           : next_by_tables (s, p, err);
}

/* ---- decoding ----------------------------------------------------------- */
/* Room for the cell's bytes in out; neighbours on the disk become one. */
static uint8_t *
append_plain (struct piece *out, uint64_t offset, uint32_t length)
{
  struct cell *last = out->count ? &out->cells[out->count - 1] : NULL;

  if (last == NULL || last->offset + last->length != offset ||
      last->length + length > PIECE_MAX)
    last = piece_append (out, CELL_PLAIN, offset, length, length);
  else {
    last->length += length;
    last->size += length;
    out->used += length;
  }
  return out->data + out->used - length;
}

static bool
decode_cell (struct disk_source *s, unsigned worker, const struct piece *in,
             const struct cell *c, struct piece *out, struct ovf_error **err)
{
  struct vmdk_source *v = s->state;
  uint32_t grain = v->header.grain;
  uint8_t *p;

  piece_room (out, out->used + grain);
  p = append_plain (out, c->offset, c->length);
  if (c->kind == CELL_ABSENT)
    return blob_pread (s->blob, p, c->length, c->from, err);
  if (c->kind == CELL_PLAIN) {
    memcpy (p, in->data + c->at, c->length);
    return true;
  }
  if (v->inflaters[worker] == NULL) {
    v->inflaters[worker] = libdeflate_alloc_decompressor ();
    if (v->inflaters[worker] == NULL)
      abort ();
  }
  return cell_inflate (v->inflaters[worker], blob_name (s->blob), in, c, p, grain,
                       NULL, NULL, err);
}

bool
vmdk_decode (struct disk_source *s, unsigned worker, struct piece *in,
             struct piece *out, struct ovf_error **err)
{
  for (unsigned i = 0; i < in->count; i++) {
    if (!decode_cell (s, worker, in, &in->cells[i], out, err))
      return false;
  }
  return true;
}

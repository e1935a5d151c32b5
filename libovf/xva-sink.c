/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A disk image as chunks of an XVA: pieces are 1 MiB, and so are chunks.
 * Workers compute the sums.  A chunk of zeros is left out, but for the first
 * and the last: importers take the size of a chunk from the first, and stop at
 * the last. */
#include "xva-sink.h"

#include <inttypes.h>

_Static_assert (PIECE_MAX == XVA_CHUNK, "a piece is a chunk");

static struct xva_chunks *
chunks_of (const struct disk_sink *s)
{
  return s->target.opaque;
}

static bool
chunks_create (struct disk_sink *s, struct ovf_error **err)
{
  const struct xva_chunks *c = chunks_of (s);

  if (s->capacity > c->size)
    return error_set (err, OVF_E_FORMAT,
                      "the disk has %" PRIu64 " bytes, the description says %" PRIu64,
                      s->capacity, c->size);
  if (c->size == 0)
    return error_set (err, OVF_E_UNSUPPORTED, "a disk without bytes cannot be in an XVA");
  s->state = xcalloc (1, XVA_CHUNK); /* a chunk of zeros */
  return true;
}

static bool
chunks_encode (struct disk_sink *s, unsigned worker, struct piece *in, struct piece *out,
               struct ovf_error **err)
{
  (void)worker;
  piece_swap (in, out);
  piece_reblock (out, XVA_CHUNK, chunks_of (s)->size);
  if (out->count == 0)
    return true;
  return xva_sum (out->data + out->cells[0].at, out->cells[0].size, &out->place, err);
}

static size_t
chunk_length (const struct xva_chunks *c, uint64_t number)
{
  uint64_t left = c->size - number * XVA_CHUNK;

  return left < XVA_CHUNK ? (size_t)left : XVA_CHUNK;
}

static bool
put_zeros (struct disk_sink *s, uint64_t number, struct ovf_error **err)
{
  struct xva_chunks *c = chunks_of (s);
  size_t n = chunk_length (c, number);
  uint64_t sum;

  c->next = number + 1;
  return xva_sum (s->state, n, &sum, err)
         && xva_archive_chunk (c->archive, c->ref, number, s->state, n, sum, err);
}

static bool
chunks_put (struct disk_sink *s, unsigned worker, const struct piece *p,
            struct ovf_error **err)
{
  struct xva_chunks *c = chunks_of (s);
  const struct cell *cell = p->cells;
  uint64_t number;

  (void)worker;
  if (p->count == 0)
    return true;
  number = cell->offset / XVA_CHUNK;
  if (c->next == 0 && number > 0 && !put_zeros (s, 0, err))
    return false;
  c->next = number + 1;
  atomic_fetch_add (&s->populated, cell->length);
  s->written += cell->length;
  return xva_archive_chunk (c->archive, c->ref, number, p->data + cell->at, cell->size,
                            p->place, err);
}

static bool
chunks_finish (struct disk_sink *s, struct ovf_error **err)
{
  struct xva_chunks *c = chunks_of (s);
  uint64_t last = (c->size - 1) / XVA_CHUNK;

  if (c->next == 0 && !put_zeros (s, 0, err))
    return false;
  return c->next > last || put_zeros (s, last, err);
}

static void
chunks_discard (struct disk_sink *s)
{
  free (s->state);
  s->state = NULL;
}

const struct disk_format xva_chunks_format = {
  .name = "xva",
  .suffix = "",
  .title = "chunks of an XVA",
  .sequential = true,
  .create = chunks_create,
  .encode = chunks_encode,
  .put = chunks_put,
  .finish = chunks_finish,
  .discard = chunks_discard,
};

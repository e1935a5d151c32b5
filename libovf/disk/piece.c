/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pieces: what travels through the copy engine.  Their buffers are kept from
 * one use to the next, so that a copy allocates nothing once it runs. */
#include "disk/disk.h"

#define ROOM_STEP (64u << 10)

void
piece_room (struct piece *p, size_t n)
{
  if (n <= p->room)
    return;
  p->room = (n + ROOM_STEP - 1) / ROOM_STEP * ROOM_STEP;
  p->data = xrealloc (p->data, p->room);
}

struct cell *
piece_add_cell (struct piece *p)
{
  struct cell *c;

  if (p->count == p->cells_room) {
    p->cells_room = p->cells_room ? p->cells_room * 2 : 16;
    p->cells = xrealloc (p->cells, p->cells_room * sizeof *p->cells);
  }
  c = &p->cells[p->count++];
  memset (c, 0, sizeof *c);
  return c;
}

struct cell *
piece_append (struct piece *p, enum cell_kind kind, uint64_t offset,
              uint32_t length, uint32_t size)
{
  struct cell *c = piece_add_cell (p);

  piece_room (p, p->used + size);
  c->kind = kind;
  c->offset = offset;
  c->length = length;
  c->at = (uint32_t)p->used;
  c->size = size;
  p->used += size;
  return c;
}

void
piece_clear (struct piece *p)
{
  p->count = 0;
  p->used = 0;
}

void
piece_swap (struct piece *a, struct piece *b)
{
  struct piece t = *a;

  a->cells = b->cells;
  a->count = b->count;
  a->cells_room = b->cells_room;
  a->data = b->data;
  a->used = b->used;
  a->room = b->room;
  b->cells = t.cells;
  b->count = t.count;
  b->cells_room = t.cells_room;
  b->data = t.data;
  b->used = t.used;
  b->room = t.room;
}

void
piece_done (struct piece *p)
{
  free (p->cells);
  free (p->data);
  memset (p, 0, sizeof *p);
}

/* The first byte, then memory with itself shifted by 16: the C library's
 * memcmp is as fast as memory is (85 GB/s in cache). */
bool
is_zero (const void *p, size_t n)
{
  const uint8_t *b = p;
  size_t i;

  for (i = 0; i < n && i < 16; i++) {
    if (b[i])
      return false;
  }
  return n <= 16 || memcmp (b, b + 16, n - 16) == 0;
}

/* Does every cell consist of whole blocks, in ascending order? */
static bool
is_aligned (const struct piece *p, uint32_t block, uint64_t capacity)
{
  uint64_t end = 0;

  for (unsigned i = 0; i < p->count; i++) {
    const struct cell *c = &p->cells[i];

    if (c->offset % block != 0 || c->offset < end)
      return false;
    end = c->offset + c->length;
    if (end % block != 0 && end != capacity)
      return false;
  }
  return true;
}

static int
by_offset (const void *a, const void *b)
{
  const struct cell *x = a, *y = b;

  return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Lays the cells out anew, block by block, with zeros between them. */
static void
gather (struct piece *p, uint32_t block, uint64_t capacity)
{
  struct piece out = { 0 };
  struct cell *last = NULL;

  qsort (p->cells, p->count, sizeof *p->cells, by_offset);
  for (unsigned i = 0; i < p->count; i++) {
    const struct cell *c = &p->cells[i];
    uint64_t at = c->offset, end = c->offset + c->length;

    while (at < end) {
      uint64_t base = at / block * block;
      uint64_t stop = capacity - base < block ? capacity : base + block;
      size_t n = (end < stop ? end : stop) - at;

      if (last == NULL || last->offset != base) {
        uint32_t length = (uint32_t)(stop - base);

        last = piece_append (&out, CELL_PLAIN, base, length, length);
        memset (out.data + last->at, 0, length);
      }
      memcpy (out.data + last->at + (at - base),
              p->data + c->at + (at - c->offset), n);
      at += n;
    }
  }
  piece_swap (p, &out);
  piece_done (&out);
}

void
piece_reblock (struct piece *p, uint32_t block, uint64_t capacity)
{
  struct cell *cells;
  unsigned count = p->count;

  if (!is_aligned (p, block, capacity)) {
    gather (p, block, capacity);
    count = p->count;
  }
  /* Split, and leave out zeros. */
  cells = p->cells;
  p->cells = NULL;
  p->count = p->cells_room = 0;
  for (unsigned i = 0; i < count; i++) {
    for (uint32_t done = 0; done < cells[i].length;) {
      uint32_t left = cells[i].length - done;
      uint32_t n = left < block ? left : block;

      if (!is_zero (p->data + cells[i].at + done, n)) {
        struct cell *c = piece_add_cell (p);

        *c = cells[i];
        c->offset += done;
        c->at += done;
        c->length = c->size = n;
      }
      done += n;
    }
  }
  free (cells);
}

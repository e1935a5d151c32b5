/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables and cells that have their place in the file; see placed.h. */
#include "disk/placed.h"

#include "base/file.h"

bool
disk_sink_write_at (struct disk_sink *s, const void *p, size_t n, uint64_t at,
                    struct ovf_error **err)
{
  return file_pwrite (s->target.fd, p, n, s->target.offset + at, err);
}

/* ---- tables -------------------------------------------------------------- */
void
table_cache_init (struct table_cache *c, struct disk_sink *sink, size_t size,
                  uint64_t copy)
{
  memset (c, 0, sizeof *c);
  c->sink = sink;
  c->size = size;
  c->copy = copy;
  for (unsigned i = 0; i < TABLES_IN_MEMORY; i++)
    c->tables[i].index = UINT64_MAX;
}

void
table_cache_done (struct table_cache *c)
{
  for (unsigned i = 0; i < TABLES_IN_MEMORY; i++) {
    free (c->tables[i].entries);
    c->tables[i].entries = NULL;
  }
}

static bool
write_table (struct table_cache *c, const struct held_table *t,
             struct ovf_error **err)
{
  return t->index == UINT64_MAX ||
         (disk_sink_write_at (c->sink, t->entries, c->size, t->place, err) &&
          (c->copy == 0 || disk_sink_write_at (c->sink, t->entries, c->size,
                                               t->place + c->copy, err)));
}

bool
table_cache_flush (struct table_cache *c, struct ovf_error **err)
{
  for (unsigned i = 0; i < TABLES_IN_MEMORY; i++) {
    if (!write_table (c, &c->tables[i], err))
      return false;
  }
  return true;
}

uint8_t *
table_cache_get (struct table_cache *c, uint64_t index, uint64_t place,
                 bool fresh, struct ovf_error **err)
{
  struct held_table *t = &c->tables[0];

  for (unsigned i = 0; i < TABLES_IN_MEMORY; i++) {
    if (c->tables[i].index == index) {
      c->tables[i].used = ++c->clock;
      return c->tables[i].entries;
    }
    if (c->tables[i].used < t->used)
      t = &c->tables[i];
  }
  if (!write_table (c, t, err))
    return NULL;
  if (t->entries == NULL)
    t->entries = xmalloc (c->size);
  t->index = UINT64_MAX;
  if (fresh)
    memset (t->entries, 0, c->size);
  else if (!file_pread (c->sink->target.fd, t->entries, c->size,
                        c->sink->target.offset + place, err))
    return NULL;
  t->index = index;
  t->place = place;
  t->used = ++c->clock;
  return t->entries;
}

/* ---- cells --------------------------------------------------------------- */
/* Neighbours in memory and in the file are written at once. */
bool
disk_sink_put_placed (struct disk_sink *s, unsigned worker, const struct piece *p,
                      struct ovf_error **err)
{
  uint64_t populated = 0;
  unsigned n;

  (void)worker;
  for (unsigned i = 0; i < p->count; i = n) {
    const struct cell *first = &p->cells[i];
    size_t size = first->size;

    populated += first->length;
    for (n = i + 1; n < p->count && p->cells[n].at == first->at + size &&
                    p->cells[n].from == first->from + size; n++) {
      size += p->cells[n].size;
      populated += p->cells[n].length;
    }
    if (!disk_sink_write_at (s, p->data + first->at, size, first->from, err))
      return false;
  }
  file_start_writeback (s->target.fd, s->target.offset + p->cells[0].from,
                        p->cells[p->count - 1].from + p->cells[p->count - 1].size
                          - p->cells[0].from);
  atomic_fetch_add (&s->populated, populated);
  return true;
}

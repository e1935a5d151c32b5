/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sinks share that give every cell a place in the file: the tables that
 * say where, some of them in memory, and writing what has its place. */
#ifndef OVF_DISK_PLACED_H
#define OVF_DISK_PLACED_H

#include "disk/disk.h"

#define TABLES_IN_MEMORY 64u

/* One table in memory, in the file's byte order. */
struct held_table {
  uint64_t index;       /* UINT64_MAX: none */
  uint64_t place;       /* file byte */
  uint64_t used;        /* when: the one that rests longest goes first */
  uint8_t *entries;
};
struct table_cache {
  struct disk_sink *sink; /* lent */
  size_t size;          /* bytes of a table */
  uint64_t copy;        /* a second one lies this much behind; 0 = none */
  uint64_t clock;
  struct held_table tables[TABLES_IN_MEMORY];
};
void table_cache_init (struct table_cache *, struct disk_sink *, size_t size,
                       uint64_t copy);
/* The table of this index, which lies at `place`; a fresh one is all zeros.
 * Stays until the next call. */
uint8_t *table_cache_get (struct table_cache *, uint64_t index, uint64_t place,
                          bool fresh, struct ovf_error **err);
/* Writes all that is held. */
bool table_cache_flush (struct table_cache *, struct ovf_error **err);
void table_cache_done (struct table_cache *);

/* n bytes at file byte `at` of the target. */
bool disk_sink_write_at (struct disk_sink *, const void *p, size_t n, uint64_t at,
                         struct ovf_error **err);
/* A put () that writes every cell at its `from`. */
bool disk_sink_put_placed (struct disk_sink *, unsigned worker,
                           const struct piece *, struct ovf_error **err);

#endif

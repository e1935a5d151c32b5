/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sparse set of numbers; see bits.h. */
#include "disk/bits.h"

#define PART_BYTES 4096u
#define PART_BITS (PART_BYTES * 8u)

bool
bits_init (struct bits *b, const struct ovf_ctx *ctx, const char *name,
           uint64_t range, struct ovf_error **err)
{
  memset (b, 0, sizeof *b);
  b->ctx = ctx;
  b->name = name;
  b->parts = range / PART_BITS + 1;
  b->bytes = b->parts * sizeof *b->part;
  b->part = alloc_limited (b->parts, sizeof *b->part,
                           ctx_limit (ctx, LIMIT_DIRECTORY),
                           "table of a disk's blocks", err);
  if (b->part != NULL)
    return true;
  b->parts = 0;
  return error_place (err, "DISK-LIMIT", name, 0);
}

void
bits_done (struct bits *b)
{
  for (uint64_t i = 0; i < b->parts; i++)
    free (b->part[i]);
  free (b->part);
  memset (b, 0, sizeof *b);
}

bool
bits_has (const struct bits *b, uint64_t n)
{
  const uint8_t *part = n / PART_BITS < b->parts ? b->part[n / PART_BITS] : NULL;
  unsigned at = (unsigned)(n % PART_BITS);

  return part != NULL && part[at / 8] >> (at % 8) & 1;
}

bool
bits_add (struct bits *b, uint64_t n, bool *ret_was, struct ovf_error **err)
{
  uint8_t **part = &b->part[n / PART_BITS];
  unsigned at = (unsigned)(n % PART_BITS);

  if (*part == NULL) {
    b->bytes += PART_BYTES;
    if (!ctx_within (b->ctx, LIMIT_DIRECTORY, b->bytes,
                     "bytes for the table of a disk's blocks", err))
      return error_place (err, "DISK-LIMIT", b->name, 0);
    *part = xcalloc (PART_BYTES, 1);
  }
  *ret_was = (*part)[at / 8] >> (at % 8) & 1;
  (*part)[at / 8] |= (uint8_t)(1u << (at % 8));
  b->count += !*ret_was;
  return true;
}

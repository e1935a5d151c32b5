/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A set of numbers from a known range, kept as bits.  Parts that are empty
 * take no memory; the whole is held to the limit "directory". */
#ifndef OVF_DISK_BITS_H
#define OVF_DISK_BITS_H

#include "base/alloc.h"
#include "base/ctx.h"

struct bits {
  const struct ovf_ctx *ctx;
  const char *name; /* of the file, for errors */
  uint8_t **part;
  uint64_t parts, bytes;
  uint64_t count;   /* members */
};
/* For 0 .. range - 1. */
bool bits_init (struct bits *, const struct ovf_ctx *, const char *name,
                uint64_t range, struct ovf_error **err);
void bits_done (struct bits *);
bool bits_has (const struct bits *, uint64_t n);
/* *ret_was: it was a member already. */
bool bits_add (struct bits *, uint64_t n, bool *ret_was, struct ovf_error **err);

#endif

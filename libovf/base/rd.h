/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bounded reader over bytes in memory.  Reading past the end gives zeros
 * and sets `failed`, which sticks: check it once, after a whole structure. */
#ifndef OVF_BASE_RD_H
#define OVF_BASE_RD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rd {
  const uint8_t *p;
  size_t left;
  bool failed;
};

static inline struct rd
rd_of (const void *p, size_t n)
{
  return (struct rd){ p, n, false };
}

static inline bool
rd_bytes (struct rd *r, void *out, size_t n)
{
  if (r->failed || n > r->left) {
    r->failed = true;
    memset (out, 0, n);
    return false;
  }
  memcpy (out, r->p, n);
  r->p += n;
  r->left -= n;
  return true;
}

static inline void
rd_skip (struct rd *r, size_t n)
{
  if (r->failed || n > r->left) {
    r->failed = true;
    return;
  }
  r->p += n;
  r->left -= n;
}

#define RD_LE(bits)                                                           \
  static inline uint##bits##_t rd_le##bits (struct rd *r)                     \
  {                                                                           \
    uint8_t b[bits / 8];                                                      \
    uint64_t v = 0;                                                           \
    rd_bytes (r, b, sizeof b);                                                \
    for (size_t i = 0; i < sizeof b; i++)                                     \
      v |= (uint64_t)b[i] << (8 * i);                                         \
    return (uint##bits##_t)v;                                                 \
  }                                                                           \
  static inline uint##bits##_t rd_be##bits (struct rd *r)                     \
  {                                                                           \
    uint8_t b[bits / 8];                                                      \
    uint64_t v = 0;                                                           \
    rd_bytes (r, b, sizeof b);                                                \
    for (size_t i = 0; i < sizeof b; i++)                                     \
      v = v << 8 | b[i];                                                      \
    return (uint##bits##_t)v;                                                 \
  }
RD_LE (8)
RD_LE (16)
RD_LE (32)
RD_LE (64)
#undef RD_LE

/* Writing, into a buffer the caller sized. */
static inline void
put_le (uint8_t *p, uint64_t v, unsigned bytes)
{
  for (unsigned i = 0; i < bytes; i++)
    p[i] = (uint8_t)(v >> (8 * i));
}
static inline void
put_be (uint8_t *p, uint64_t v, unsigned bytes)
{
  for (unsigned i = 0; i < bytes; i++)
    p[bytes - 1 - i] = (uint8_t)(v >> (8 * i));
}

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading out of order what is hashed in order; see witness.h. */
#include "disk/witness.h"

#include "base/digest.h"

void
witness_init (struct witness *w, const struct ovf_ctx *ctx, struct blob *blob)
{
  memset (w, 0, sizeof *w);
  w->ctx = ctx;
  w->blob = blob;
  w->on = blob_is_tapped (blob);
}

void
witness_done (struct witness *w)
{
  free (w->heard.ptr);
  memset (w, 0, sizeof *w);
}

static void
hash (const void *p, size_t n, char out[32])
{
  char hex[DIGEST_HEX];

  digest_of (DIGEST_SHA256, p, n, hex);
  memcpy (out, hex, 32);
}

bool
witness_pread (struct witness *w, void *buf, size_t n, uint64_t from,
               struct ovf_error **err)
{
  struct testimony *t;

  if (!blob_pread (w->blob, buf, n, from, err))
    return false;
  if (!w->on || n == 0)
    return true;
  if (!ctx_within (w->ctx, LIMIT_DIRECTORY, w->heard.len * sizeof *t,
                   "bytes for the digests of a disk's blocks", err))
    return error_place (err, "DISK-LIMIT", blob_name (w->blob), 0);
  t = testimonies_add (&w->heard);
  t->from = from;
  t->size = (uint32_t)n;
  hash (buf, n, t->digest);
  return true;
}

static int
by_place (const void *a, const void *b)
{
  const struct testimony *x = a, *y = b;

  return x->from < y->from ? -1 : x->from > y->from;
}

static bool
skip_to (struct witness *w, uint64_t to, uint8_t *buf, size_t room,
         struct ovf_error **err)
{
  while (blob_tell (w->blob) < to) {
    uint64_t left = to - blob_tell (w->blob);

    if (!ctx_alive (w->ctx, err) ||
        !blob_read_exact (w->blob, buf, left < room ? (size_t)left : room, err))
      return false;
  }
  return true;
}

/* The bytes of t into buf, whose first `have` bytes end where the sequential
 * reads are: some of them are t's when the two overlap. */
static bool
hear_again (struct witness *w, const struct testimony *t, uint8_t *buf,
            size_t room, size_t *have, struct ovf_error **err)
{
  uint64_t tell = blob_tell (w->blob);
  size_t kept = 0;

  if (t->from < tell) {
    if (!w->overlap || tell - t->from > *have)
      return error_at (err, OVF_E_FORMAT, "DISK-OVERLAP", blob_name (w->blob), 0,
                       "two structures of the disk overlap at byte %llu",
                       (unsigned long long)t->from);
    kept = (size_t)(tell - t->from);
    memmove (buf, buf + *have - kept, kept);
  } else if (!skip_to (w, t->from, buf, room, err))
    return false;
  *have = kept > t->size ? kept : t->size;
  return kept >= t->size ||
         blob_read_exact (w->blob, buf + kept, t->size - kept, err);
}

bool
witness_verify (struct witness *w, struct ovf_error **err)
{
  uint32_t room = 256u << 10;
  size_t have = 0;
  CLEANUP_FREE uint8_t *buf = NULL;

  if (!w->on || w->heard.len == 0)
    return true;
  qsort (w->heard.ptr, w->heard.len, sizeof *w->heard.ptr, by_place);
  VECTOR_FOR (t, &w->heard)
    room = t->size > room ? t->size : room;
  buf = xmalloc (room);
  VECTOR_FOR (t, &w->heard) {
    char seen[32];

    if (!hear_again (w, t, buf, room, &have, err))
      return false;
    hash (buf, t->size, seen);
    if (memcmp (seen, t->digest, sizeof seen) != 0)
      return error_at (err, OVF_E_FORMAT, "DISK-CHANGED", blob_name (w->blob), 0,
                       "the file was changed while it was being read");
  }
  return true;
}

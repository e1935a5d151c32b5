/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handing out the files of a package as blobs, and keeping the digests of
 * what was read of them. */
#include "package/internal.h"

static const enum digest_alg algs[3] = { DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA512 };

void
slot_keep (struct slot *s, enum digest_alg alg, const char *hex)
{
  for (size_t i = 0; i < ARRAY_SIZE (algs); i++)
    if (algs[i] == alg)
      set_string (&s->hex[i], hex);
}

void
slot_take (struct slot *s, struct digest *d, unsigned mask)
{
  char hex[DIGEST_HEX];

  for (size_t i = 0; i < ARRAY_SIZE (algs); i++) {
    if ((mask & algs[i]) == 0)
      continue;
    digest_hex (d, algs[i], hex);
    slot_keep (s, algs[i], hex);
  }
}

const char *
slot_digest (const struct slot *s, enum digest_alg alg)
{
  for (size_t i = 0; i < ARRAY_SIZE (algs); i++)
    if (algs[i] == alg)
      return s->hex[i];
  return NULL;
}

void
package_tap (struct package *p, unsigned algorithms)
{
  p->tap_more |= algorithms & MANIFEST_ALGS;
}

const char *
package_digest (const struct package *p, const char *name, enum digest_alg alg)
{
  size_t i = package_find (p, name);

  return i == SIZE_MAX ? NULL : slot_digest (&p->slots.ptr[i], alg);
}

/* ---- spans ---------------------------------------------------------------------- */
static bool
chunk_sizes_fit (struct package *p, const indexes *found, uint64_t chunk_size,
                 uint64_t size, const char *href, struct ovf_error **err)
{
  uint64_t sum = 0;

  for (size_t i = 0; i < found->len; i++) {
    uint64_t n = p->members.ptr[found->ptr[i]].size;
    if (i + 1 < found->len && n != chunk_size)
      return error_at (err, OVF_E_FORMAT, "OVF-REF-005", p->descriptor.name, 0,
                       "chunk %zu of '%s' has %llu bytes, not %llu", i, href,
                       (unsigned long long)n, (unsigned long long)chunk_size);
    if (__builtin_add_overflow (sum, n, &sum) || n > chunk_size)
      return error_at (err, OVF_E_FORMAT, "OVF-REF-005", p->descriptor.name, 0,
                       "the last chunk of '%s' is larger than a chunk", href);
  }
  if (size != BLOB_UNKNOWN && sum != size)
    return error_at (err, OVF_E_FORMAT, "OVF-REF-005", p->descriptor.name, 0,
                     "the chunks of '%s' have %llu bytes, the descriptor says %llu",
                     href, (unsigned long long)sum, (unsigned long long)size);
  return true;
}

static struct blob *
join_spans (struct package *p, const indexes *found)
{
  struct blob *b = NULL;

  VECTOR_FOR (i, found) {
    const struct member *m = &p->members.ptr[*i];
    uint64_t offset = m->offset == UINT64_MAX ? 0 : m->offset;
    if (b == NULL)
      b = blob_new_stored (m->name, p->slots.ptr[*i].store, offset, m->size);
    else
      blob_append_stored (b, m->name, p->slots.ptr[*i].store, offset, m->size);
  }
  if (p->tap | p->tap_more)
    blob_tap (b, p->tap | p->tap_more);
  return b;
}

static struct blob *
span_blob (struct package *p, const char *href, uint64_t chunk_size,
           uint64_t size, struct ovf_error **err)
{
  struct blob *b = NULL;
  indexes found = { 0 };

  if (package_resolve (p, href, chunk_size > 0, &found, err)) {
    if (found.len == 0)
      missing_file (p, href, err);
    else if (chunk_size == 0 && found.len > 1)
      error_at (err, OVF_E_FORMAT, "OVF-REF-005", p->descriptor.name, 0,
                "'%s' lies in chunks, but the descriptor gives no chunkSize", href);
    else if (chunk_size == 0 || chunk_sizes_fit (p, &found, chunk_size, size, href, err))
      b = join_spans (p, &found);
  }
  free (found.ptr);
  return b;
}

struct blob *
package_blob (struct package *p, const char *href, uint64_t chunk_size,
              uint64_t size, struct ovf_error **err)
{
  CLEANUP_FREE char *name = href_name (p, href, err);

  if (name == NULL)
    return NULL;
  if (p->form == PACKAGE_PIPE)
    return pipe_blob (p, name, chunk_size, size, err);
  return span_blob (p, href, chunk_size, size, err);
}

struct blob *
package_member (struct package *p, const char *name, struct ovf_error **err)
{
  indexes one = { 0 };
  struct blob *b = NULL;
  size_t i;

  if (p->form == PACKAGE_PIPE)
    return pipe_blob (p, name, 0, BLOB_UNKNOWN, err);
  i = package_find (p, name);
  if (i == SIZE_MAX) {
    missing_file (p, name, err);
    return NULL;
  }
  indexes_append (&one, i);
  b = join_spans (p, &one);
  free (one.ptr);
  return b;
}

/* ---- when it was read -------------------------------------------------------------- */
static void
keep_segment (struct package *p, struct blob *b, size_t segment, size_t i)
{
  char hex[DIGEST_HEX];

  for (size_t k = 0; k < ARRAY_SIZE (algs); k++)
    if (blob_segment_digest (b, segment, algs[k], hex))
      slot_keep (&p->slots.ptr[i], algs[k], hex);
}

bool
package_blob_done (struct package *p, struct blob *b, struct ovf_error **err)
{
  if (!blob_drain (p->ctx, b, err))
    return false;
  if (p->form == PACKAGE_PIPE) {
    if (!pipe_finish (p, err))
      return false;
    for (size_t i = p->stream_first; i < p->stream_end; i++)
      if (!trust_member (p, i, err))
        return false;
    return true;
  }
  for (size_t s = 0; s < blob_segments (b); s++) {
    size_t i = package_find (p, blob_segment_name (b, s));
    if (i == SIZE_MAX)
      continue;
    keep_segment (p, b, s, i);
    if (!trust_member (p, i, err))
      return false;
  }
  return true;
}

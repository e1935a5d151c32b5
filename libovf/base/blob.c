/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blobs; see blob.h. */
#include "base/blob.h"

#include <zlib.h>

#include "base/vector.h"

struct segment {
  char *name;
  struct store store;       /* nothing in a stream */
  uint64_t offset, length;
  struct digest *digest;    /* of what was read in sequence */
};
DEFINE_VECTOR (segments, struct segment)

struct blob {
  segments segments;
  uint64_t position;        /* of the sequential reads */
  size_t current;           /* segment they are in */
  uint64_t within;          /* bytes of it that were read */
  unsigned mask;
  blob_read_fn *read;       /* a stream */
  blob_hole_fn *holes;      /* of one; or NULL */
  void *opaque;
  struct gunzip *gunzip;
};

/* ---- making ------------------------------------------------------------ */
static void
add_segment (struct blob *b, const char *name, struct store store, uint64_t offset,
             uint64_t length)
{
  struct segment *s = segments_add (&b->segments);

  s->name = xstrdup (name);
  s->store = store;
  s->offset = offset;
  s->length = length;
}

struct blob *
blob_new_stored (const char *name, struct store store, uint64_t offset, uint64_t length)
{
  struct blob *b = xcalloc (1, sizeof *b);

  add_segment (b, name, store, offset, length);
  return b;
}

struct blob *
blob_new_span (const char *name, int fd, uint64_t offset, uint64_t length)
{
  return blob_new_stored (name, store_of_fd (fd), offset, length);
}

void
blob_append_stored (struct blob *b, const char *name, struct store store,
                    uint64_t offset, uint64_t length)
{
  add_segment (b, name, store, offset, length);
}

struct blob *
blob_new_stream (const char *name, uint64_t length, blob_read_fn *read,
                 void *opaque)
{
  struct blob *b = xcalloc (1, sizeof *b);

  add_segment (b, name, store_of_fd (-1), 0, length);
  b->read = read;
  b->opaque = opaque;
  return b;
}

void
blob_set_holes (struct blob *b, blob_hole_fn *holes)
{
  b->holes = holes;
}

/* ---- gzip ----------------------------------------------------------------- */
#define GZIP_BUFFER (256u << 10)

struct gunzip {
  struct blob *inner;
  z_stream z;
  uint64_t max_out, out;
  bool ended;               /* the last member ended: only the end may follow */
  uint8_t buffer[GZIP_BUFFER];
};

static bool
gunzip_fill (struct gunzip *g, struct ovf_error **err)
{
  ssize_t n;

  if (g->z.avail_in > 0)
    return true;
  n = blob_read (g->inner, g->buffer, GZIP_BUFFER, err);
  if (n < 0)
    return false;
  g->z.next_in = g->buffer;
  g->z.avail_in = (uInt)n;
  return true;
}

static ssize_t
gunzip_bad (struct gunzip *g, const char *why, struct ovf_error **err)
{
  error_at (err, OVF_E_FORMAT, "OVF-REF-006", blob_name (g->inner), 0,
            "the gzip stream %s", why);
  return -1;
}

/* One step of inflate; false on an error, *ret_end at the end of everything. */
static bool
gunzip_step (struct gunzip *g, bool *ret_end, struct ovf_error **err)
{
  int r;

  if (!gunzip_fill (g, err))
    return false;
  if (g->ended) {
    *ret_end = g->z.avail_in == 0;
    if (*ret_end)
      return true;
    inflateReset (&g->z); /* a further member */
    g->ended = false;
  } else if (g->z.avail_in == 0)
    return gunzip_bad (g, "ends early", err) >= 0;
  r = inflate (&g->z, Z_NO_FLUSH);
  if (r == Z_STREAM_END)
    g->ended = true;
  else if (r != Z_OK && r != Z_BUF_ERROR)
    return gunzip_bad (g, "is damaged", err) >= 0;
  return true;
}

static ssize_t
gunzip_read (void *opaque, void *buf, size_t n, struct ovf_error **err)
{
  struct gunzip *g = opaque;
  bool end = false;
  size_t got;

  if (n > UINT32_MAX)
    n = UINT32_MAX;
  g->z.next_out = buf;
  g->z.avail_out = (uInt)n;
  while (g->z.avail_out == n && !end)
    if (!gunzip_step (g, &end, err))
      return -1;
  got = n - g->z.avail_out;
  g->out += got;
  if (g->out > g->max_out) {
    error_at (err, OVF_E_LIMIT, "OVF-REF-006", blob_name (g->inner), 0,
              "the gzip stream inflates to more than the %llu bytes it may hold",
              (unsigned long long)g->max_out);
    return -1;
  }
  return (ssize_t)got;
}

struct blob *
blob_new_gunzip (struct blob *inner, uint64_t max_out)
{
  struct gunzip *g = xcalloc (1, sizeof *g);
  struct blob *b;

  g->inner = inner;
  g->max_out = max_out;
  if (inflateInit2 (&g->z, 15 + 16) != Z_OK)
    abort ();
  b = blob_new_stream (blob_name (inner), BLOB_UNKNOWN, gunzip_read, g);
  b->gunzip = g;
  return b;
}

void
blob_free (struct blob *b)
{
  if (b == NULL)
    return;
  if (b->gunzip != NULL) {
    inflateEnd (&b->gunzip->z);
    free (b->gunzip);
  }
  VECTOR_FOR (s, &b->segments) {
    free (s->name);
    digest_free (s->digest);
  }
  free (b->segments.ptr);
  free (b);
}

/* ---- looking --------------------------------------------------------------- */
const char *
blob_name (const struct blob *b)
{
  return b->segments.ptr[0].name;
}

uint64_t
blob_size (const struct blob *b)
{
  uint64_t n = 0;

  VECTOR_FOR (s, &b->segments) {
    if (s->length == BLOB_UNKNOWN)
      return BLOB_UNKNOWN;
    n += s->length;
  }
  return n;
}

bool
blob_is_seekable (const struct blob *b)
{
  return b->read == NULL;
}

uint64_t
blob_tell (const struct blob *b)
{
  return b->position;
}

size_t
blob_segments (const struct blob *b)
{
  return b->segments.len;
}

const char *
blob_segment_name (const struct blob *b, size_t i)
{
  return b->segments.ptr[i].name;
}

uint64_t
blob_segment_size (const struct blob *b, size_t i)
{
  return b->segments.ptr[i].length;
}

bool
blob_segment_digest (const struct blob *b, size_t i, enum digest_alg alg,
                     char out[DIGEST_HEX])
{
  const struct segment *s = &b->segments.ptr[i];

  if (s->digest == NULL || (b->mask & alg) == 0)
    return false;
  digest_hex (s->digest, alg, out);
  return true;
}

/* ---- reading --------------------------------------------------------------- */
void
blob_tap (struct blob *b, unsigned algorithms)
{
  b->mask = algorithms;
  VECTOR_FOR (s, &b->segments) {
    digest_free (s->digest);
    s->digest = algorithms ? digest_new (algorithms) : NULL;
  }
}

bool
blob_place (const struct blob *b, int *ret_fd, uint64_t *ret_offset)
{
  const struct segment *s = &b->segments.ptr[0];

  if (b->read != NULL || b->segments.len != 1 || s->store.fd < 0)
    return false;
  *ret_fd = s->store.fd;
  *ret_offset = s->offset;
  return true;
}

bool
blob_is_tapped (const struct blob *b)
{
  return b->mask != 0;
}

/* Reads from the current segment only; 0 at its end. */
static ssize_t
read_segment (struct blob *b, struct segment *s, void *buf, size_t n,
              struct ovf_error **err)
{
  ssize_t got;

  if (s->length != BLOB_UNKNOWN && n > s->length - b->within)
    n = (size_t)(s->length - b->within);
  if (n == 0)
    return 0;
  if (b->read != NULL) {
    got = b->read (b->opaque, buf, n, err);
    if (got == 0 && s->length != BLOB_UNKNOWN) {
      error_at (err, OVF_E_FORMAT, NULL, s->name, 0, "the file ends early");
      return -1;
    }
  } else
    got = store_pread (s->store, buf, n, s->offset + b->within, err) ? (ssize_t)n : -1;
  if (got > 0 && s->digest != NULL)
    digest_update (s->digest, buf, (size_t)got);
  return got;
}

ssize_t
blob_read (struct blob *b, void *buf, size_t n, struct ovf_error **err)
{
  size_t done = 0;

  while (done < n && b->current < b->segments.len) {
    struct segment *s = &b->segments.ptr[b->current];
    ssize_t got = read_segment (b, s, (char *)buf + done, n - done, err);
    if (got < 0)
      return -1;
    if (got == 0) {
      b->current++;
      b->within = 0;
      continue;
    }
    b->within += (uint64_t)got;
    b->position += (uint64_t)got;
    done += (size_t)got;
  }
  return (ssize_t)done;
}

uint64_t
blob_skip_hole (struct blob *b, uint64_t unit)
{
  uint64_t n;

  if (b->holes == NULL || b->mask != 0)
    return 0;
  n = b->holes (b->opaque, unit);
  b->within += n;
  b->position += n;
  return n;
}

bool
blob_read_exact (struct blob *b, void *buf, size_t n, struct ovf_error **err)
{
  ssize_t got = blob_read (b, buf, n, err);

  if (got < 0)
    return false;
  if ((size_t)got == n)
    return true;
  return error_at (err, OVF_E_FORMAT, NULL, blob_name (b), 0,
                   "the file ends early, %zu bytes are missing at %llu",
                   n - (size_t)got, (unsigned long long)b->position);
}

bool
blob_drain (const struct ovf_ctx *ctx, struct blob *b, struct ovf_error **err)
{
  CLEANUP_FREE char *buf = xmalloc (GZIP_BUFFER);
  ssize_t got;

  do {
    if (!ctx_alive (ctx, err))
      return false;
    got = blob_read (b, buf, GZIP_BUFFER, err);
  } while (got > 0);
  return got == 0;
}

bool
blob_pread (struct blob *b, void *buf, size_t n, uint64_t offset,
            struct ovf_error **err)
{
  char *p = buf;

  if (b->read != NULL)
    return error_set (err, OVF_E_UNSUPPORTED,
                      "'%s' can only be read from front to back", blob_name (b));
  VECTOR_FOR (s, &b->segments) {
    size_t here;
    if (n == 0)
      break;
    if (offset >= s->length) {
      offset -= s->length;
      continue;
    }
    here = s->length - offset < n ? (size_t)(s->length - offset) : n;
    if (!store_pread (s->store, p, here, s->offset + offset, err))
      return false;
    p += here;
    n -= here;
    offset = 0;
  }
  if (n > 0)
    return error_at (err, OVF_E_FORMAT, NULL, blob_name (b), 0,
                     "the file ends early, %zu bytes are missing", n);
  return true;
}

bool
blob_next_data (struct blob *b, uint64_t *offset, uint64_t *length,
                struct ovf_error **err)
{
  struct segment *s = &b->segments.ptr[0];
  uint64_t at = s->offset + *offset;

  if (b->read != NULL || b->segments.len != 1) {
    *length = *offset < blob_size (b) ? blob_size (b) - *offset : 0;
    return true;
  }
  if (!store_next_data (s->store, s->offset + s->length, &at, length, err))
    return false;
  *offset = at - s->offset;
  return true;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading an XVA once, from front to back (xapi-project/xen-api:
 * ocaml/xapi/stream_vdi.ml).
 *
 * A chunk's number is not its place: a chunk without bytes, which an export
 * sends when it had nothing to send for a while, uses up a number.  The place
 * is what lay before: the lengths of the chunks, and for each number that was
 * left out the length of the first chunk, in zeros. */
#include "package/xva.h"

#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "package/tar.h"
#include "package/xva-impl.h"

#define NUMBER_MAX UINT64_C (99999999) /* eight digits: more would not sort */

/* ---- names -------------------------------------------------------------------- */
/* "Ref:7/00000003.xxhash".  False: no such name. */
bool
xva_name_parse (const char *name, struct xva_name *ret)
{
  size_t ref = strcspn (name, "/"), digits;
  CLEANUP_FREE char *number = NULL;
  const char *rest;

  memset (ret, 0, sizeof *ret);
  if (strncmp (name, "Ref:", 4) != 0 || name[ref] == '\0' || ref >= sizeof ret->ref
      || ref == 4 || strspn (name + 4, "0123456789") != ref - 4)
    return false;
  memcpy (ret->ref, name, ref);
  digits = strspn (name + ref + 1, "0123456789");
  rest = name + ref + 1 + digits;
  number = xstrndup (name + ref + 1, digits);
  if (digits != 8 || !parse_u64 (number, 0, NUMBER_MAX, &ret->number))
    return false;
  if (strcmp (rest, ".checksum") == 0)
    ret->kind = XVA_NAME_SHA1;
  else if (strcmp (rest, ".xxhash") == 0)
    ret->kind = XVA_NAME_XXH64;
  else
    ret->kind = XVA_NAME_CHUNK;
  return ret->kind != XVA_NAME_CHUNK || *rest == '\0';
}

/* ---- the archive ---------------------------------------------------------------- */
bool
xva_bad (struct xva *x, struct ovf_error **err, const char *what)
{
  return error_at (err, OVF_E_FORMAT, "XVA-CHUNK", x->path, 0, "%s: '%s'", what,
                   x->next.name ? x->next.name : "");
}

/* The next file; x->ended at the end.  Nothing but chunks, their sums and one
 * table behind them all belongs here. */
static bool
advance (struct xva *x, struct ovf_error **err)
{
  int r;

  if (x->table_waits && !xva_table_read (x, err))
    return false;
  x->table_waits = false;
  if (x->ended)
    return true;
  free (x->next.name);
  memset (&x->next, 0, sizeof x->next);
  r = ova_next (x->walk, &x->next, err);
  x->ended = r == 0;
  if (r <= 0)
    return r == 0;
  if (xva_name_parse (x->next.name, &x->at))
    return !x->table_seen || xva_bad (x, err, "a chunk follows the table of sums");
  memset (&x->at, 0, sizeof x->at);
  if (x->table_seen || !text_has_suffix (x->next.name, ".xml"))
    return xva_bad (x, err, "an XVA has no such file");
  /* Read when one goes on: the chunk before it is kept only then. */
  return x->table_seen = x->table_waits = true;
}

static bool
read_exactly (struct xva *x, void *buf, size_t n, struct ovf_error **err)
{
  size_t done = 0;
  ssize_t got = 1;

  while (done < n && (got = ova_read (x->walk, (char *)buf + done, n - done, err)) > 0)
    done += (size_t)got;
  if (got < 0)
    return false;
  return done == n || xva_bad (x, err, "the archive ends inside a file");
}

char *
xva_load (struct xva *x, enum limit limit, const char *what, struct ovf_error **err)
{
  uint64_t n = x->next.size;
  char *text;

  if (!ctx_within (x->ctx, limit, n, what, err)) {
    error_place (err, NULL, x->next.name, 0);
    return NULL;
  }
  text = xmalloc ((size_t)n + 1); /* within the limit */
  text[n] = '\0';
  if (read_exactly (x, text, (size_t)n, err))
    return text;
  free (text);
  return NULL;
}

/* ---- opening ------------------------------------------------------------------------ */
static bool
compressed (struct xva *x, struct ovf_error **err)
{
  uint8_t start[8];

  /* Of a pipe the walker has told it already. */
  if (x->size == BLOB_UNKNOWN || x->size < sizeof start
      || !file_pread (x->fd, start, sizeof start, 0, NULL)
      || !tar_looks_compressed (start, sizeof start))
    return true;
  error_at (err, OVF_E_FORMAT, "XVA-COMPRESSED", x->path, 0, "the archive is %s",
            tar_looks_else (start, sizeof start));
  return error_hint (err, "unpack it on the way: '%s -dc FILE | ovftool convert - TARGET "
                          "--from xva'", start[0] == 0x1f ? "gzip" : "zstd");
}

/* Begins at the first chunk. */
static bool
begin (struct xva *x, struct ovf_error **err)
{
  struct member first = { 0 };
  bool good;
  int r;

  ova_free (x->walk);
  x->ended = x->table_seen = x->table_waits = false;
  x->walk = ova_new (x->ctx, store_of_fd (x->fd), x->size, x->path, x->passes ? NULL : x->report, err);
  if (x->walk == NULL)
    return false;
  x->passes++;
  ova_keep_no_names (x->walk);
  r = ova_next (x->walk, &first, err);
  good = r > 0 && strcmp (first.name, XVA_DESCRIPTOR) == 0;
  if (r >= 0 && !good)
    error_at (err, OVF_E_FORMAT, "XVA-FIRST", x->path, 0,
              "the first file of an XVA is " XVA_DESCRIPTOR "%s%s%s", r > 0 ? ", not '" : "",
              r > 0 ? first.name : "", r > 0 ? "'" : "");
  free (x->next.name);
  x->next = first;
  if (!good)
    return false;
  if (x->text == NULL) {
    x->text_len = (size_t)first.size;
    x->text = xva_load (x, LIMIT_DESCRIPTOR, "the descriptor", err);
  }
  return x->text != NULL && advance (x, err);
}

bool
xva_probe (int fd)
{
  uint8_t block[TAR_UNIT];
  uint64_t size;

  return file_size (fd, &size, NULL) && size >= sizeof block
         && file_pread (fd, block, sizeof block, 0, NULL) && tar_sum_fits (block)
         && (strcmp ((char *)block, XVA_DESCRIPTOR) == 0
             || strcmp ((char *)block, "./" XVA_DESCRIPTOR) == 0);
}

struct xva *
xva_open (struct ovf_ctx *ctx, int fd, const char *path, struct ovf_report *report,
          struct ovf_error **err)
{
  CLEANUP (xva) struct xva *x = xcalloc (1, sizeof *x);
  struct stat st;

  x->ctx = ctx;
  x->report = report;
  x->fd = fd;
  x->path = xstrdup (path);
  x->size = BLOB_UNKNOWN;
  x->chunk = xmalloc (XVA_CHUNK);
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && !file_size (fd, &x->size, err))
    return NULL;
  if (!compressed (x, err) || !begin (x, err))
    return NULL;
  return STEAL (x);
}

void
xva_free (struct xva *x)
{
  if (x == NULL)
    return;
  ova_free (x->walk);
  free (x->next.name);
  free (x->text);
  free (x->path);
  free (x->chunk);
  free (x->sums.ptr);
  ovf_error_free (x->failure);
  free (x);
}

const char *
xva_descriptor (const struct xva *x, size_t *ret_len)
{
  *ret_len = x->text_len;
  return x->text;
}

/* ---- sums ------------------------------------------------------------------------------- */
static bool
differs (struct xva *x, const struct xva_name *name, struct ovf_error **err)
{
  return error_at (err, OVF_E_INTEGRITY, "XVA-SUM", x->path, 0,
                   "the sum of '%s/%08llu' does not match", name->ref,
                   (unsigned long long)name->number);
}

/* The file behind the chunk that is in memory. */
static bool
compare_sum (struct xva *x, const struct xva_name *chunk, size_t n, struct ovf_error **err)
{
  char want[DIGEST_HEX] = "", got[DIGEST_HEX];
  size_t digits = x->at.kind == XVA_NAME_SHA1 ? 2 * digest_size (DIGEST_SHA1) : XVA_SUM_DIGITS;
  uint64_t sum;

  if (x->next.size < digits || x->next.size > digits + 2)
    return xva_bad (x, err, "the sum of a chunk has another length");
  if (!read_exactly (x, want, (size_t)x->next.size, err))
    return false;
  if (strspn (want + digits, " \r\n") != x->next.size - digits)
    return xva_bad (x, err, "the sum of a chunk has another length");
  want[digits] = '\0';
  if (x->at.kind == XVA_NAME_SHA1)
    digest_of (DIGEST_SHA1, x->chunk, n, got);
  else if (xva_sum (x->chunk, n, &sum, err))
    xva_sum_text (sum, got);
  else
    return false;
  return text_equal_nocase (want, got) || differs (x, chunk, err);
}

/* ---- chunks ------------------------------------------------------------------------------- */
static bool
is_next (const struct xva *x, const char *ref)
{
  return !x->ended && x->at.kind == XVA_NAME_CHUNK && strcmp (x->at.ref, ref) == 0;
}

static bool
place_chunk (struct xva *x, uint64_t n, struct ovf_error **err)
{
  uint64_t gap = x->at.number - x->expected, hole;

  if (x->at.number < x->expected)
    return xva_bad (x, err, "a chunk comes twice, or too late");
  if (n > XVA_CHUNK)
    return xva_bad (x, err, "a chunk is larger than 1 MiB");
  if (x->unit == 0)
    x->unit = n;
  if (x->unit == 0)
    return xva_bad (x, err, "the first chunk of a disk is empty");
  if (__builtin_mul_overflow (gap, x->unit, &hole) || hole > x->left
      || (n > 0 && hole == x->left))
    return xva_bad (x, err, "a chunk lies beyond the end of its disk");
  x->hole = hole;
  x->left -= hole;
  x->expected = x->at.number + 1;
  return true;
}

/* Some fill up the last chunk: with zeros. */
static bool
trim_chunk (struct xva *x, size_t n, struct ovf_error **err)
{
  x->have = n;
  if (n <= x->left)
    return true;
  x->have = (size_t)x->left;
  return tar_is_zero (x->chunk + x->have, n - x->have)
         || xva_bad (x, err, "a chunk reaches beyond the end of its disk");
}

/* The chunk that is next into memory, with the zeros before it; then its sum. */
static bool
take_chunk (struct xva *x, struct ovf_error **err)
{
  struct xva_name name = x->at;
  size_t n = (size_t)x->next.size;

  if (!place_chunk (x, x->next.size, err) || !read_exactly (x, x->chunk, n, err)
      || !trim_chunk (x, n, err))
    return false;
  x->taken = 0;
  x->left -= x->have;
  if (!advance (x, err))
    return false;
  if (x->ended || x->at.kind == XVA_NAME_CHUNK || x->at.kind == XVA_NAME_OTHER)
    return xva_sums_keep (x, &name, n, err);
  if (x->at.number != name.number || strcmp (x->at.ref, name.ref) != 0)
    return xva_bad (x, err, "a sum stands behind another chunk");
  return compare_sum (x, &name, n, err) && advance (x, err);
}

static bool
no_more (struct xva *x, struct ovf_error **err)
{
  return error_at (err, OVF_E_FORMAT, "XVA-CHUNK", x->path, 0,
                   "the chunks of '%s' end %llu bytes too early", x->ref,
                   (unsigned long long)x->left);
}

/* Until there is a hole or data; false without *err at the disk's end. */
static bool
more (struct xva *x, struct ovf_error **err)
{
  while (x->hole == 0 && x->taken == x->have) {
    if (!ctx_alive (x->ctx, err))
      return false;
    if (is_next (x, x->ref)) {
      if (!take_chunk (x, err))
        return false;
    } else
      return x->left > 0 && no_more (x, err);
  }
  return true;
}

/* After an error nothing more is handed out: it would not have been compared. */
static bool
sound (struct xva *x, struct ovf_error **err)
{
  if (x->failure == NULL && !x->broken && !more (x, &x->failure))
    x->broken = x->failure != NULL;
  if (x->failure != NULL)
    return error_move (err, &x->failure);
  return !x->broken
         || error_at (err, OVF_E_FORMAT, "XVA-CHUNK", x->path, 0,
                      "nothing more can be read of '%s'", x->ref);
}

static ssize_t
read_disk (void *opaque, void *buf, size_t n, struct ovf_error **err)
{
  struct xva *x = opaque;

  if (!sound (x, err))
    return -1;
  if (x->hole == 0 && x->taken == x->have)
    return 0;
  if (x->hole > 0) {
    if (n > x->hole)
      n = (size_t)x->hole;
    memset (buf, 0, n);
    x->hole -= n;
    return (ssize_t)n;
  }
  if (n > x->have - x->taken)
    n = x->have - x->taken;
  memcpy (buf, x->chunk + x->taken, n);
  x->taken += n;
  return (ssize_t)n;
}

/* Zeros that the archive leaves out need not be made to be looked at. */
static uint64_t
skip_hole (void *opaque, uint64_t unit)
{
  struct xva *x = opaque;
  uint64_t n;

  if (x->broken || (!more (x, &x->failure) && x->failure != NULL))
    return 0; /* the next read tells */
  n = x->hole / unit * unit;
  x->hole -= n;
  return n;
}

/* ---- disks ------------------------------------------------------------------------------------ */
static bool
seek_to (struct xva *x, const char *ref, bool *ret_passed, struct ovf_error **err)
{
  *ret_passed = false;
  while (!x->ended && !is_next (x, ref)) {
    *ret_passed = *ret_passed || strcmp (x->at.ref, ref) == 0;
    if (!ctx_alive (x->ctx, err) || !advance (x, err))
      return false;
  }
  return true;
}

struct blob *
xva_blob (struct xva *x, const char *ref, uint64_t size, struct ovf_error **err)
{
  struct blob *b;
  bool passed;

  if (strlen (ref) >= sizeof x->ref) {
    error_at (err, OVF_E_FORMAT, "XVA-DISK", x->path, 0, "'%s' names no disk", ref);
    return NULL;
  }
  if (!seek_to (x, ref, &passed, err))
    return NULL;
  if (x->ended && x->size != BLOB_UNKNOWN
      && (!begin (x, err) || !seek_to (x, ref, &passed, err)))
    return NULL;
  if (x->ended) {
    error_at (err, OVF_E_FORMAT, "XVA-DISK", x->path, 0,
              "the archive holds no chunks of the disk '%s'", ref);
    if (x->size == BLOB_UNKNOWN)
      error_hint (err, "from a pipe disks are used in their order: save the archive to a "
                       "file and name that");
    return NULL;
  }
  memcpy (x->ref, ref, strlen (ref) + 1);
  x->left = size;
  x->unit = x->hole = x->expected = 0;
  x->have = x->taken = 0;
  b = blob_new_stream (ref, size, read_disk, x);
  blob_set_holes (b, skip_hole);
  return b;
}

const char *
xva_next (const struct xva *x)
{
  return x->size == BLOB_UNKNOWN && !x->ended && x->at.kind == XVA_NAME_CHUNK ? x->at.ref
                                                                           : NULL;
}

bool
xva_blob_done (struct xva *x, struct blob *b, struct ovf_error **err)
{
  if (!blob_drain (x->ctx, b, err))
    return false;
  /* Chunks without bytes may follow the last. */
  return sound (x, err);
}

bool
xva_settle (struct xva *x, struct ovf_error **err)
{
  bool other = false;

  while (!x->ended)
    if (!ctx_alive (x->ctx, err) || !advance (x, err))
      return false;
  if (!ova_tail (x->walk, &other, err))
    return false;
  if (other)
    report_add (x->report, OVF_WARNING, "XVA-END", x->path, 0, NULL,
                "other bytes follow the end of the archive: they are ignored");
  xva_sums_settle (x);
  return true;
}

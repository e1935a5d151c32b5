/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tar headers in the raw (POSIX.1-2017, pax, "ustar Interchange Format"; GNU
 * tar's manual, "Basic Tar Format"); see tar.h.  Nothing is read with this:
 * it guards what libarchive reads. */
#include "package/tar.h"

#include <string.h>

#include "base/alloc.h"

/* Offsets of the fields used. */
enum { AT_SIZE = 124, AT_SUM = 148, AT_TYPE = 156, AT_MAGIC = 257 };
#define SIZE_LEN 12
#define SUM_LEN 8

enum tar_magic
tar_magic (const uint8_t *block)
{
  if (memcmp (block + AT_MAGIC, "ustar  ", 8) == 0)
    return TAR_GNU;
  if (memcmp (block + AT_MAGIC, "ustar", 6) == 0)
    return TAR_USTAR;
  return TAR_V7;
}

bool
tar_is_zero (const uint8_t *p, size_t n)
{
  return n == 0 || (p[0] == 0 && memcmp (p, p + 1, n - 1) == 0);
}

/* Octal digits, blanks before, blanks or NUL behind; nothing at all is 0. */
static bool
octal (const uint8_t *p, size_t n, uint64_t *ret)
{
  uint64_t v = 0;
  size_t i = 0;

  while (i < n && p[i] == ' ')
    i++;
  for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
    v = v << 3 | (uint64_t)(p[i] - '0'); /* 12 digits at most: 36 bits */
  for (; i < n; i++)
    if (p[i] != ' ' && p[i] != '\0')
      return false;
  *ret = v;
  return true;
}

bool
tar_size (const uint8_t *block, uint64_t *ret)
{
  const uint8_t *p = block + AT_SIZE;
  uint64_t v = 0;

  if ((p[0] & 0x80) == 0)
    return octal (p, SIZE_LEN, ret);
  if (p[0] != 0x80 || !tar_is_zero (p + 1, SIZE_LEN - 9) || (p[4] & 0x80) != 0)
    return false; /* negative, or beyond 2^63 */
  for (size_t i = SIZE_LEN - 8; i < SIZE_LEN; i++)
    v = v << 8 | p[i];
  *ret = v;
  return true;
}

bool
tar_sum_fits (const uint8_t *block)
{
  uint64_t want;
  int64_t plain = 0, with_sign = 0;

  if (!octal (block + AT_SUM, SUM_LEN, &want))
    return false;
  for (size_t i = 0; i < TAR_UNIT; i++) {
    uint8_t b = i >= AT_SUM && i < AT_SUM + SUM_LEN ? ' ' : block[i];
    plain += b;
    with_sign += (int8_t)b;
  }
  return (int64_t)want == plain || (int64_t)want == with_sign;
}

static const struct type_row {
  char type;
  const char *what;
} refused[] = {
  { '1', "a hard link" },
  { '2', "a symbolic link" },
  { '3', "a character device" },
  { '4', "a block device" },
  { '6', "a FIFO" },
  { 'S', "a GNU sparse file" },
  { 'M', "the rest of another volume" },
};

const char *
tar_refused_type (uint8_t type)
{
  if (type == '0' || type == '\0' || type == '5')
    return NULL;
  for (size_t i = 0; i < ARRAY_SIZE (refused); i++)
    if (refused[i].type == (char)type)
      return refused[i].what;
  return "of a type that no package holds";
}

/* ---- extension headers --------------------------------------------------- */
static bool
bad (struct ovf_error **err, const char *why)
{
  return error_at (err, OVF_E_FORMAT, "OVF-TAR-001", NULL, 0, "%s", why);
}

/* One "LENGTH KEY=VALUE\n".  Sets *key and the lengths; false when it is
 * none. */
static bool
pax_record (const char *p, size_t left, size_t *ret_len, const char **key,
            size_t *key_len, const char **value, size_t *value_len)
{
  size_t len = 0, i = 0;
  const char *equals;

  for (; i < left && i < 6 && p[i] >= '0' && p[i] <= '9'; i++)
    len = len * 10 + (size_t)(p[i] - '0');
  if (i == 0 || i >= left || p[i] != ' ' || len > left || len < i + 4
      || p[len - 1] != '\n')
    return false;
  *key = p + i + 1;
  equals = memchr (*key, '=', len - i - 2);
  if (equals == NULL || equals == *key)
    return false;
  *key_len = (size_t)(equals - *key);
  *value = equals + 1;
  *value_len = (size_t)(p + len - 1 - *value);
  *ret_len = len;
  return true;
}

static bool
is (const char *key, size_t len, const char *word)
{
  return len == strlen (word) && memcmp (key, word, len) == 0;
}

/* What a record may not say: readers disagree about all of these. */
static const char *
pax_refusal (struct tar_watch *w, const char *key, size_t key_len,
             const char *value, size_t value_len)
{
  bool path = is (key, key_len, "path");

  if (memchr (value, '\0', value_len) != NULL && (path || is (key, key_len, "linkpath")))
    return "a PAX header has a name with a NUL byte";
  if (key_len > 10 && memcmp (key, "GNU.sparse", 10) == 0)
    return "the archive holds a sparse file";
  if (is (key, key_len, "hdrcharset"))
    return "a PAX header changes the character set";
  if (w->type == 'g' && (path || is (key, key_len, "size") || is (key, key_len, "linkpath")))
    return "a global PAX header gives names or sizes to all entries";
  if (path)
    w->names++;
  return NULL;
}

static bool
pax_body (struct tar_watch *w, struct ovf_error **err)
{
  const char *p = w->body, *key, *value, *why;
  size_t left = w->size, len, key_len, value_len;

  w->pax = true;
  while (left > 0) {
    if (!pax_record (p, left, &len, &key, &key_len, &value, &value_len))
      return bad (err, "a PAX header is damaged");
    why = pax_refusal (w, key, key_len, value, value_len);
    if (why != NULL)
      return bad (err, why);
    p += len;
    left -= len;
  }
  return true;
}

static bool
body_ended (struct tar_watch *w, struct ovf_error **err)
{
  bool good = true;

  if (w->type == 'x' || w->type == 'g')
    good = pax_body (w, err);
  else if (w->type == 'L') {
    w->gnu_name = true;
    w->names++;
  }
  free (w->body);
  w->body = NULL;
  if (good && w->names > 1)
    return bad (err, "an entry has more than one long name");
  return good;
}

static bool
extension_begins (struct tar_watch *w, const uint8_t *block,
                  struct ovf_error **err)
{
  uint64_t size;

  if (!tar_size (block, &size) || size == 0 || size > TAR_MAX_EXTENSION)
    return bad (err, "an extension header has no sensible size");
  w->type = (char)block[AT_TYPE];
  w->size = (size_t)size;
  w->have = 0;
  w->body = xcalloc (1, w->size);
  return true;
}

static bool
body_goes_on (struct tar_watch *w, const uint8_t *block, struct ovf_error **err)
{
  size_t n = w->size - w->have < TAR_UNIT ? w->size - w->have : TAR_UNIT;

  memcpy (w->body + w->have, block, n);
  w->have += n;
  return w->have < w->size || body_ended (w, err);
}

bool
tar_watch_block (struct tar_watch *w, const uint8_t *block, uint64_t at,
                 struct ovf_error **err)
{
  if (w->body != NULL)
    return body_goes_on (w, block, err);
  if (tar_is_zero (block, TAR_UNIT)) {
    if (w->end_mark == UINT64_MAX)
      w->end_mark = at;
    return true;
  }
  if (w->end_mark != UINT64_MAX) { /* a look beyond: nothing there counts */
    w->after_end = true;
    return true;
  }
  switch (block[AT_TYPE]) {
  case 'x':
  case 'g':
  case 'L':
  case 'K':
    return extension_begins (w, block, err);
  case 'A': /* Solaris ACLs and PAX, volume labels: libarchive passes over */
  case 'N': /* them, others do not */
  case 'V':
  case 'X':
    return bad (err, "the archive holds an entry of a type that no package has");
  default:
    memcpy (w->header, block, TAR_UNIT);
    w->header_at = at;
    return true;
  }
}

void
tar_watch_entry (struct tar_watch *w)
{
  w->names = 0;
  w->pax = w->gnu_name = false;
  w->header_at = UINT64_MAX;
}

void
tar_watch_init (struct tar_watch *w)
{
  memset (w, 0, sizeof *w);
  w->end_mark = UINT64_MAX;
  tar_watch_entry (w);
}

void
tar_watch_done (struct tar_watch *w)
{
  free (w->body);
  w->body = NULL;
}

/* ---- what is it ------------------------------------------------------------------------ */
bool
tar_looks_like (const uint8_t *start, size_t n)
{
  return n >= TAR_UNIT && !tar_is_zero (start, TAR_UNIT)
         && (tar_magic (start) != TAR_V7 || tar_sum_fits (start));
}

static const struct magic_row {
  const char *bytes;
  size_t n;
  bool compressed;
  const char *what;
} magics[] = {
  { "\x1f\x8b", 2, true, "gzip-compressed" },
  { "\xfd" "7zXZ", 5, true, "xz-compressed" },
  { "BZh", 3, true, "bzip2-compressed" },
  { "\x28\xb5\x2f\xfd", 4, true, "zstd-compressed" },
  { "\x04\x22\x4d\x18", 4, true, "lz4-compressed" },
  { "\x1f\x9d", 2, true, "compressed" },
  { "PK\x03\x04", 4, false, "a zip archive" },
  { "7z\xbc\xaf\x27\x1c", 6, false, "a 7-Zip archive" },
  { "070701", 6, false, "a cpio archive" },
  { "070702", 6, false, "a cpio archive" },
  { "070707", 6, false, "a cpio archive" },
  { "\xc7\x71", 2, false, "a cpio archive" },
  { "#mtree", 6, false, "an mtree list" },
};

static const struct magic_row *
magic_of (const uint8_t *start, size_t n)
{
  for (size_t i = 0; i < ARRAY_SIZE (magics); i++)
    if (n >= magics[i].n && memcmp (start, magics[i].bytes, magics[i].n) == 0)
      return &magics[i];
  return NULL;
}

const char *
tar_looks_else (const uint8_t *start, size_t n)
{
  const struct magic_row *m = magic_of (start, n);
  return m ? m->what : NULL;
}

bool
tar_looks_compressed (const uint8_t *start, size_t n)
{
  const struct magic_row *m = magic_of (start, n);
  return m != NULL && m->compressed;
}

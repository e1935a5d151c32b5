/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a manifest; see manifest.h and ovf-spec rules OVF-MF-001 to 010. */
#include "package/manifest.h"

#include <stdarg.h>

#include "base/text.h"
#include "package/ova.h"

static bool
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool
is_alnum (char c)
{
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool
is_hex (char c)
{
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* ---- lines ------------------------------------------------------------------ */
const char *
text_next_line (const char *text, size_t len, size_t *at, size_t *n)
{
  const char *line = text + *at;
  size_t i = *at;

  if (i >= len)
    return NULL;
  while (i < len && text[i] != '\n' && text[i] != '\r')
    i++;
  *n = (size_t)(text + i - line);
  if (i + 1 < len && text[i] == '\r' && text[i + 1] == '\n')
    i++;
  *at = i + 1;
  return line;
}

bool
line_is_blank (const char *line, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!is_blank (line[i]))
      return false;
  return true;
}

/* From the front to "(" and from the back to ")": a name may hold both. */
bool
manifest_line_parse (const char *line, size_t n, struct manifest_line *ret)
{
  const char *p = line, *end = line + n;

  if (memchr (line, '\0', n) != NULL)
    return false;
  while (p < end && is_blank (*p))
    p++;
  ret->alg = p;
  while (p < end && (is_alnum (*p) || *p == '-'))
    p++;
  ret->alg_len = (size_t)(p - ret->alg);
  while (p < end && is_blank (*p))
    p++;
  if (ret->alg_len == 0 || p == end || *p != '(')
    return false;
  ret->name = ++p;
  while (end > p && is_blank (end[-1]))
    end--;
  ret->hex_len = 0;
  for (; end > p && is_hex (end[-1]); end--)
    ret->hex_len++;
  ret->hex = end;
  while (end > p && is_blank (end[-1]))
    end--;
  if (ret->hex_len == 0 || end == p || *--end != '=')
    return false;
  while (end > p && is_blank (end[-1]))
    end--;
  if (end == p || *--end != ')')
    return false;
  ret->name_len = (size_t)(end - p);
  return ret->name_len > 0;
}

/* ---- entries ------------------------------------------------------------------ */
static void flaw (struct manifest *m, unsigned line, const char *rule,
                  const char *fmt, ...) PRINTF (4, 5);

static void
flaw (struct manifest *m, unsigned line, const char *rule, const char *fmt, ...)
{
  va_list args;

  if (m->flaw != NULL && m->flaw_line <= line)
    return;
  free (m->flaw);
  va_start (args, fmt);
  m->flaw = xvasprintf (fmt, args);
  va_end (args);
  m->flaw_line = line;
  m->flaw_rule = rule;
}

/* SHA-224 and SHA-384 exist, but no package format names them. */
static enum digest_alg
accepted_alg (const char *word)
{
  enum digest_alg alg = digest_by_name (word);

  return alg & (DIGEST_SHA1 | DIGEST_SHA256 | DIGEST_SHA512) ? alg : DIGEST_NONE;
}

static void
add_entry (struct manifest *m, const struct manifest_line *l, unsigned line)
{
  struct manifest_entry *e = manifest_entries_add (&m->entries);
  CLEANUP_FREE char *alg = xstrndup (l->alg, l->alg_len);
  CLEANUP_FREE char *name = xstrndup (l->name, l->name_len);

  e->name = xstrdup (member_name (name));
  e->alg = accepted_alg (alg);
  e->hex = xstrndup (l->hex, l->hex_len);
  e->line = line;
  for (char *p = e->hex; *p != '\0'; p++)
    if (*p >= 'A' && *p <= 'F')
      *p = (char)(*p + ('a' - 'A'));
  if (e->alg == DIGEST_NONE)
    flaw (m, line, "OVF-MF-004", "the algorithm %.40s of '%.300s' is unknown or too weak",
          alg, e->name);
  else if (l->hex_len != 2 * (size_t)digest_size (e->alg))
    flaw (m, line, "OVF-MF-001", "the digest of '%.300s' has %zu digits, %s has %u",
          e->name, l->hex_len, digest_label (e->alg), 2 * digest_size (e->alg));
  else {
    m->algorithms |= e->alg;
    if (m->weakest == DIGEST_NONE || e->alg < m->weakest)
      m->weakest = e->alg;
  }
}

static int
by_name (const void *a, const void *b)
{
  const struct manifest_entry *x = a, *y = b;
  int c = strcmp (x->name, y->name);

  if (c != 0)
    return c;
  return x->line < y->line ? -1 : x->line > y->line;
}

static void
find_doubles (struct manifest *m)
{
  if (m->entries.len < 2)
    return;
  qsort (m->entries.ptr, m->entries.len, sizeof *m->entries.ptr, by_name);
  for (size_t i = 1; i < m->entries.len; i++)
    if (strcmp (m->entries.ptr[i - 1].name, m->entries.ptr[i].name) == 0)
      flaw (m, m->entries.ptr[i].line, "OVF-MF-009", "'%.300s' is listed twice",
            m->entries.ptr[i].name);
}

bool
manifest_parse (const struct ovf_ctx *ctx, const char *name, const char *text,
                size_t len, struct manifest *ret, struct ovf_error **err)
{
  struct manifest m = { 0 };
  struct manifest_line l;
  const char *line;
  size_t at = 0, n;
  unsigned number = 0;

  while ((line = text_next_line (text, len, &at, &n)) != NULL) {
    number++;
    if (line_is_blank (line, n))
      continue;
    if (!manifest_line_parse (line, n, &l)) {
      manifest_done (&m);
      return error_at (err, OVF_E_FORMAT, "OVF-MF-001", name, number,
                       "this is no line of a manifest, ALGORITHM(FILE)= DIGEST");
    }
    add_entry (&m, &l, number);
    if (!ctx_within (ctx, LIMIT_MEMBERS, m.entries.len, "lines of the manifest", err)) {
      manifest_done (&m);
      return error_place (err, NULL, name, number);
    }
  }
  find_doubles (&m);
  *ret = m;
  return true;
}

void
manifest_done (struct manifest *m)
{
  VECTOR_FOR (e, &m->entries) {
    free (e->name);
    free (e->hex);
  }
  free (m->entries.ptr);
  free (m->flaw);
  memset (m, 0, sizeof *m);
}

const struct manifest_entry *
manifest_find (const struct manifest *m, const char *name)
{
  size_t low = 0, high = m->entries.len;

  while (low < high) {
    size_t mid = low + (high - low) / 2;
    if (strcmp (m->entries.ptr[mid].name, name) < 0)
      low = mid + 1;
    else
      high = mid;
  }
  if (low == m->entries.len || strcmp (m->entries.ptr[low].name, name) != 0)
    return NULL;
  return &m->entries.ptr[low];
}

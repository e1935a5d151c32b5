/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Literals in Xen's files: strings, numbers, lists; see xen-lang.h. */
#include <ctype.h>

#include "xen-parser.h"

/* Deeper lists mean nothing in any version of Xen. */
#define DEPTH_MAX 16

void
xen_value_clear (struct xen_value *v)
{
  for (size_t i = 0; i < v->len; i++)
    xen_value_clear (&v->items[i]); /* DEPTH_MAX bounds it */
  free (v->items);
  free (v->text);
  memset (v, 0, sizeof *v);
}

/* ---- blanks ---------------------------------------------------------------- */
int
xen_peek (const struct xen_parser *p)
{
  return p->p < p->end ? (unsigned char)*p->p : -1;
}

bool
xen_starts (const struct xen_parser *p, const char *word)
{
  size_t n = strlen (word);

  return (size_t)(p->end - p->p) >= n && memcmp (p->p, word, n) == 0;
}

void
xen_step (struct xen_parser *p)
{
  p->line += *p->p == '\n';
  p->p++;
}

void
xen_skip_comment (struct xen_parser *p)
{
  while (p->p < p->end && *p->p != '\n')
    p->p++;
}

bool
xen_skip_continuation (struct xen_parser *p)
{
  if (xen_starts (p, "\\\n") || xen_starts (p, "\\\r\n")) {
    while (*p->p != '\n')
      p->p++;
    xen_step (p);
    return true;
  }
  return false;
}

void
xen_skip_blanks (struct xen_parser *p, bool lines)
{
  for (;;) {
    int c = xen_peek (p);
    if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || (lines && c == '\n'))
      xen_step (p);
    else if (lines && c == '#')
      xen_skip_comment (p);
    else if (c != '\\' || !xen_skip_continuation (p))
      return;
  }
}

static bool
is_ident (int c, bool first)
{
  return isalpha (c) || c == '_' || (!first && isdigit (c));
}

size_t
xen_ident_length (const struct xen_parser *p)
{
  size_t n = 0;

  while (p->p + n < p->end && is_ident ((unsigned char)p->p[n], n == 0))
    n++;
  return n;
}

/* ---- strings --------------------------------------------------------------- */
static bool
fail (struct xen_parser *p, unsigned line, const char *what, struct ovf_error **err)
{
  return error_at (err, OVF_E_FORMAT, "XEN-SYNTAX", p->name, line, "%s", what);
}

/* \n, \x41, \101 ...: what stands for another byte.  An unknown one stays as
 * it is, which is what Python does. */
static bool
escape (struct xen_parser *p, char **out, struct ovf_error **err)
{
  static const char from[] = "nrtvabf\\'\"", to[] = "\n\r\t\v\a\b\f\\'\"";
  int c = xen_peek (p);
  const char *known = c > 0 ? strchr (from, c) : NULL;
  unsigned base = c == 'x' ? 16 : 8, value = 0, digits = 0;

  if (known != NULL) {
    *(*out)++ = to[known - from];
    xen_step (p);
    return true;
  }
  if (c != 'x' && !(c >= '0' && c <= '7')) {
    *(*out)++ = '\\';
    return true;
  }
  p->p += c == 'x';
  for (; digits < (base == 16 ? 2u : 3u) && isxdigit (xen_peek (p))
         && (base == 16 || (xen_peek (p) >= '0' && xen_peek (p) <= '7')); digits++, p->p++) {
    int d = tolower (xen_peek (p));
    value = value * base + (unsigned)(isdigit (d) ? d - '0' : d - 'a' + 10);
  }
  if (digits == 0 || value == 0 || value > 255)
    return fail (p, p->line, "a string has an escape that stands for no character",
                 err);
  *(*out)++ = (char)value;
  return true;
}

/* The string that begins here; raw: Python's r"" knows no escapes. */
char *
xen_read_quoted (struct xen_parser *p, bool raw, struct ovf_error **err)
{
  const char quote[4] = { *p->p, *p->p, *p->p, '\0' };
  bool triple = xen_starts (p, quote);
  size_t n = triple ? 3 : 1;
  unsigned begin = p->line;
  const char *close = p->p + n;
  CLEANUP_FREE char *text = NULL;
  char *out;

  while (close < p->end && !((size_t)(p->end - close) >= n
                             && memcmp (close, quote, n) == 0)) {
    if (*close == '\n' && !triple)
      break;
    close += *close == '\\' && close + 1 < p->end ? 2 : 1;
  }
  if (close >= p->end || *close != *quote) {
    fail (p, begin, "a string has no end", err);
    return NULL;
  }
  if (!ctx_within (p->ctx, LIMIT_TEXT, (uint64_t)(close - p->p), "a string", err))
    return NULL;
  out = text = xmalloc ((size_t)(close - p->p) + 1);
  p->p += n;
  while (p->p < close) {
    if (*p->p != '\\' || raw) {
      *out++ = *p->p;
      xen_step (p);
    }
    else if (!xen_skip_continuation (p)) {
      p->p++;
      if (!escape (p, &out, err))
        return NULL;
    }
  }
  *out = '\0';
  p->p += n;
  return STEAL (text);
}

/* "u", "r", "b" before a quote, as Python writes some strings. */
bool
xen_at_string (const struct xen_parser *p, size_t *ret_prefix)
{
  size_t n = 0;

  while (n < 2 && p->p + n < p->end && strchr ("uUrRbB", p->p[n]) != NULL)
    n++;
  *ret_prefix = n;
  return p->p + n < p->end && (p->p[n] == '"' || p->p[n] == '\'');
}

/* Strings side by side are one. */
static bool
read_string (struct xen_parser *p, struct xen_value *v, struct ovf_error **err)
{
  size_t prefix;

  v->kind = XEN_STRING;
  while (xen_at_string (p, &prefix)) {
    bool raw = memchr (p->p, 'r', prefix) || memchr (p->p, 'R', prefix);
    CLEANUP_FREE char *part = NULL, *both = NULL;
    p->p += prefix;
    part = xen_read_quoted (p, raw, err);
    if (part == NULL)
      return false;
    if (v->text != NULL
        && !ctx_within (p->ctx, LIMIT_TEXT, strlen (v->text) + strlen (part),
                        "a string", err))
      return false;
    both = v->text ? xasprintf ("%s%s", v->text, part) : STEAL (part);
    free (v->text);
    v->text = STEAL (both);
    xen_skip_blanks (p, p->depth > 0);
  }
  return true;
}

/* ---- values ---------------------------------------------------------------- */
static const struct {
  const char *word, *number;
} constants[] = { { "True", "1" }, { "False", "0" } };

static void
read_number (struct xen_parser *p, struct xen_value *v)
{
  size_t n = *p->p == '-' || *p->p == '+';

  while (p->p + n < p->end && (isalnum ((unsigned char)p->p[n]) || p->p[n] == '.'))
    n++;
  v->kind = XEN_NUMBER;
  v->text = xstrndup (p->p, n);
  p->p += n;
}

struct xen_value *
xen_add_item (struct xen_value *list)
{
  if (list->len == list->room) {
    list->room = list->room ? list->room * 2 : 4;
    list->items = xrealloc (list->items, list->room * sizeof *list->items);
  }
  memset (&list->items[list->len], 0, sizeof *list->items);
  return &list->items[list->len++];
}

/* ("x") is no tuple of one, but what is in it. */
static void
unwrap (struct xen_value *v)
{
  struct xen_value item = v->items[0];

  v->len = 0;
  xen_value_clear (v);
  *v = item;
}

/* A list, or a tuple. */
static bool
read_list (struct xen_parser *p, struct xen_value *v, struct ovf_error **err)
{
  char close = *p->p == '[' ? ']' : ')';
  unsigned begin = p->line;
  bool comma = false;

  v->kind = XEN_LIST;
  if (++p->depth > DEPTH_MAX)
    return error_at (err, OVF_E_LIMIT, "XEN-SYNTAX", p->name, p->line,
                     "lists are nested deeper than %d levels", DEPTH_MAX);
  xen_step (p);
  for (;;) {
    xen_skip_blanks (p, true);
    if (xen_peek (p) == close)
      break;
    if (xen_peek (p) < 0)
      return fail (p, begin, "a list has no end", err);
    if (!xen_read_value (p, xen_add_item (v), err))
      return false;
    if (v->items[v->len - 1].kind == XEN_OPAQUE) {
      v->kind = XEN_OPAQUE;
      return true;
    }
    xen_skip_blanks (p, true);
    comma = xen_peek (p) == ',';
    if (comma)
      xen_step (p);
    else if (xen_peek (p) != close) {
      v->kind = XEN_OPAQUE;
      return true;
    }
  }
  xen_step (p);
  p->depth--;
  if (close == ')' && v->len == 1 && !comma)
    unwrap (v);
  return true;
}

bool
xen_read_value (struct xen_parser *p, struct xen_value *v, struct ovf_error **err)
{
  size_t prefix, n;
  int c = xen_peek (p);

  v->line = p->line;
  if (!ctx_within (p->ctx, LIMIT_ELEMENTS, ++p->values, "the number of values", err)
      || !ctx_alive (p->ctx, err))
    return false;
  if (xen_at_string (p, &prefix))
    return read_string (p, v, err);
  if (c == '[' || c == '(')
    return read_list (p, v, err);
  if (isdigit (c) || ((c == '-' || c == '+') && p->end - p->p > 1
                      && isdigit ((unsigned char)p->p[1]))) {
    read_number (p, v);
    return true;
  }
  n = xen_ident_length (p);
  for (size_t i = 0; i < ARRAY_SIZE (constants); i++)
    if (n == strlen (constants[i].word) && xen_starts (p, constants[i].word)) {
      v->kind = XEN_NUMBER;
      v->text = xstrdup (constants[i].number);
      p->p += n;
      return true;
    }
  v->kind = XEN_OPAQUE;
  return true;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of a configuration, and lists of options in a value. */
#include "proxmox.h"

#include <ctype.h>

/* ---- descriptions ---------------------------------------------------------- */
static int
hex_digit (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)tolower ((unsigned char)c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "%3A" is ':'.  What makes no text decoded stays as it is. */
char *
pm_decode (const char *line)
{
  char *t = xmalloc (strlen (line) + 1), *to = t;

  for (const char *c = line; *c != '\0'; c++) {
    int high = *c == '%' ? hex_digit (c[1]) : -1;
    int low = high >= 0 ? hex_digit (c[2]) : -1;
    int byte = low >= 0 ? high * 16 + low : (unsigned char)*c;

    c += low >= 0 ? 2 : 0;
    *to++ = (char)(byte < 0x20 && byte != '\t' ? ' ' : byte);
  }
  *to = '\0';
  if (text_is_utf8 (t, strlen (t)))
    return t;
  free (t);
  return xstrdup (line);
}

/* Proxmox encodes all but printable ASCII, and the colon; the percent sign
 * too, so that it is the same again. */
char *
pm_encode (const char *line)
{
  char *t = xmalloc (strlen (line) * 3 + 1), *to = t;

  for (const char *c = line; *c != '\0'; c++) {
    unsigned char byte = (unsigned char)*c;
    if (byte >= 0x20 && byte < 0x7f && byte != ':' && byte != '%')
      *to++ = *c;
    else {
      *to++ = '%';
      *to++ = "0123456789ABCDEF"[byte >> 4];
      *to++ = "0123456789ABCDEF"[byte & 15];
    }
  }
  *to = '\0';
  return t;
}

static void
describe (FILE **f, char **text, size_t *len, const char *encoded)
{
  CLEANUP_FREE char *plain = pm_decode (encoded);

  if (*f == NULL && (*f = open_memstream (text, len)) == NULL)
    abort ();
  fprintf (*f, "%s\n", plain);
}

/* ---- lines ------------------------------------------------------------------- */
const struct pm_line *
pm_text_find (const struct pm_text *t, const char *key)
{
  VECTOR_FOR (l, &t->lines)
    if (strcmp (l->key, key) == 0)
      return l;
  return NULL;
}

/* "key: value"; the length of the key, 0 = no such line. */
static size_t
key_length (const char *line)
{
  size_t n = strspn (line, "abcdefghijklmnopqrstuvwxyz_-");

  if (n == 0 || !islower ((unsigned char)*line))
    return 0;
  n += strspn (line + n, "0123456789");
  return line[n] == ':' ? n : 0;
}

static void
take_line (struct pm_text *t, const char *line, size_t key_len, unsigned number)
{
  CLEANUP_FREE char *key = xstrndup (line, key_len);
  unsigned at;
  bool known = pm_key_find (key, &at) != NULL;
  struct pm_line *l = known ? (struct pm_line *)pm_text_find (t, key) : NULL;

  if (l == NULL) {
    l = pm_lines_add (known ? &t->lines : &t->unknown);
    l->key = STEAL (key);
  }
  free (l->value);
  l->value = text_trim (line + key_len + 1);
  l->line = number;
}

static void
take_section (struct pm_text *t, const char *line)
{
  if (strncmp (line, "[PENDING]", 9) == 0)
    t->pending++;
  else if (strncmp (line, "[special:", 9) != 0)
    t->snapshots++;
}

/* A line of the current state: false at the limit. */
static bool
current_line (struct ovf_ctx *ctx, struct pm_text *t, const char *line,
              const char *name, unsigned number, struct ovf_error **err)
{
  size_t n = key_length (line);

  if (text_is_blank (line))
    return true;
  if (n == 0) {
    t->wrong_line = t->wrong++ ? t->wrong_line : number;
    return true;
  }
  if (!ctx_within (ctx, LIMIT_ELEMENTS, t->unknown.len + 1, name, err)
      || !ctx_within (ctx, LIMIT_TEXT, strlen (line), name, err))
    return false;
  take_line (t, line, n, number);
  return true;
}

static char *
next_line (const char **p)
{
  size_t n = strcspn (*p, "\n");
  char *line = xstrndup (*p, n);

  if (n > 0 && line[n - 1] == '\r')
    line[n - 1] = '\0';
  *p += n + ((*p)[n] != '\0');
  return line;
}

bool
pm_text_read (struct ovf_ctx *ctx, const char *text, const char *name,
              struct pm_text *t, struct ovf_error **err)
{
  bool current = true, ok = true;
  FILE *description = NULL;
  size_t len = 0;
  unsigned number = 0;

  memset (t, 0, sizeof *t);
  if (strncmp (text, "\xef\xbb\xbf", 3) == 0)
    text += 3;
  while (ok && *text != '\0') {
    CLEANUP_FREE char *line = next_line (&text);
    number++;
    if (*line == '[') {
      current = false;
      take_section (t, line);
    }
    else if (current && *line == '#')
      describe (&description, &t->description, &len, line + 1);
    else if (current)
      ok = current_line (ctx, t, line, name, number, err);
    ok = ok && ctx_alive (ctx, err);
  }
  if (description != NULL && fclose (description) != 0)
    abort ();
  return ok;
}

static void
lines_done (pm_lines *v)
{
  VECTOR_FOR (l, v) {
    free (l->key);
    free (l->value);
  }
  free (v->ptr);
}

void
pm_text_done (struct pm_text *t)
{
  lines_done (&t->lines);
  lines_done (&t->unknown);
  free (t->description);
}

/* ---- options ------------------------------------------------------------------ */
/* A path may hold '=' too: names of options are lower-case words, of adapter
 * models words with digits. */
static size_t
name_length (const char *item, size_t n)
{
  size_t len = strspn (item, "abcdefghijklmnopqrstuvwxyz0123456789_-");

  return len > 0 && len < n && item[len] == '=' ? len : 0;
}

pm_options
pm_options_parse (const char *value, const char *first)
{
  pm_options v = { 0 };

  while (*value != '\0') {
    size_t n = strcspn (value, ","), name = name_length (value, n);
    struct pm_option *o;

    if (n > 0) {
      o = pm_options_add (&v);
      o->name = name ? xstrndup (value, name) : xstrdup (first);
      name += name > 0;
      o->value = xstrndup (value + name, n - name);
    }
    value += n + (value[n] == ',');
  }
  return v;
}

void
pm_options_free (pm_options *v)
{
  VECTOR_FOR (o, v) {
    free (o->name);
    free (o->value);
  }
  free (v->ptr);
}

const char *
pm_option (const pm_options *v, const char *name)
{
  VECTOR_FOR (o, v)
    if (strcmp (o->name, name) == 0)
      return o->value;
  return NULL;
}

bool
pm_option_is (const pm_options *v, const char *name, bool fallback)
{
  const char *value = pm_option (v, name);
  bool ret = fallback;

  if (value != NULL)
    parse_bool (value, &ret);
  return ret;
}

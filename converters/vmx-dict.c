/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VMX files as they are written: lines of key = "value".
 *
 * VMware quotes every value; people leave quotes out, forget one, or add a
 * comment behind.  What is no such line is passed over with a finding. */
#include <strings.h>

#include "base/text.h"
#include "vmx.h"

#define COMPLAINTS_MAX 20 /* findings on spelling in one file */
#define KEY_CHARS                                                             \
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:_-"

struct parser {
  struct ovf_ctx *ctx;
  const struct input *in;
  struct ovf_report *report;
  struct vmx_dict *dict;
  unsigned line, complaints;
};

/* One line: [text, end), without its line end. */
struct span {
  const char *text, *end;
};

static void
complain (struct parser *p, unsigned line, const char *rule, const char *what)
{
  if (p->complaints++ < COMPLAINTS_MAX)
    report_add (p->report, OVF_WARNING, rule, p->in->name, line, NULL, "%s",
                what);
}

/* ---- lines ---------------------------------------------------------------- */
static bool
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

static struct span
trim (struct span s)
{
  while (s.text < s.end && is_blank (*s.text))
    s.text++;
  while (s.text < s.end && is_blank (s.end[-1]))
    s.end--;
  return s;
}

static size_t
length (struct span s)
{
  return (size_t)(s.end - s.text);
}

/* What follows '='.  A quote ends at the next: one inside is written |22. */
static struct span
value_of (struct parser *p, struct span rest)
{
  struct span v = trim (rest), tail;

  if (length (v) == 0 || *v.text != '"') {
    const char *comment = memchr (v.text, '#', length (v));
    v.end = comment ? comment : v.end;
    return trim (v);
  }
  tail.end = v.end;
  v.text++;
  v.end = memchr (v.text, '"', length (v));
  if (v.end == NULL) {
    v.end = tail.end;
    complain (p, p->line, "VMX-SYNTAX",
              "the quote at the end of the value is missing");
    return v;
  }
  tail.text = v.end + 1;
  tail = trim (tail);
  if (length (tail) > 0 && *tail.text != '#')
    complain (p, p->line, "VMX-SYNTAX",
              "what follows the quoted value is left out");
  return v;
}

static bool
read_line (struct parser *p, struct span line, struct ovf_error **err)
{
  struct span key = trim (line), value;
  struct vmx_entry *e;
  const char *equals;

  if (length (key) == 0 || *key.text == '#')
    return true;
  equals = memchr (key.text, '=', length (key));
  value.end = key.end;
  key.end = equals ? equals : key.text;
  key = trim (key);
  if (length (key) == 0 || length (key) > ctx_limit (p->ctx, LIMIT_NAME)
      || strspn (key.text, KEY_CHARS) < length (key)) {
    complain (p, p->line, "VMX-SYNTAX", "this line is not key = \"value\"");
    return true;
  }
  value.text = equals + 1;
  value = value_of (p, value);
  if (!ctx_within (p->ctx, LIMIT_TEXT, length (value), "a value", err)
      || !ctx_within (p->ctx, LIMIT_ELEMENTS, p->dict->entries.len + 1,
                      "the number of settings", err))
    return error_place (err, NULL, p->in->name, p->line);
  e = vmx_entries_add (&p->dict->entries);
  e->key = xstrndup (key.text, length (key));
  e->value = xstrndup (value.text, length (value));
  e->line = p->line;
  return true;
}

static bool
read_lines (struct parser *p, struct ovf_error **err)
{
  const char *s = p->in->text, *end = s + p->in->len;

  if (strncmp (s, "\xef\xbb\xbf", 3) == 0)
    s += 3;
  while (s < end) {
    const char *stop = memchr (s, '\n', (size_t)(end - s));
    struct span line = { s, stop ? stop : end };
    p->line++;
    if ((p->line % 1024 == 0 && !ctx_alive (p->ctx, err))
        || !read_line (p, line, err))
      return false;
    s = line.end + 1;
  }
  return true;
}

/* ---- keys -------------------------------------------------------------------- */
int
vmx_key_compare (const char *a, const char *b)
{
  return strcasecmp (a, b);
}

/* By key, then as in the file. */
static int
by_key (const void *a, const void *b)
{
  const struct vmx_entry *x = *(struct vmx_entry *const *)a;
  const struct vmx_entry *y = *(struct vmx_entry *const *)b;
  int order = vmx_key_compare (x->key, y->key);

  return order ? order : x < y ? -1 : x > y;
}

static void
sort (struct vmx_dict *d)
{
  d->sorted = xcalloc (d->entries.len + 1, sizeof *d->sorted);
  for (size_t i = 0; i < d->entries.len; i++)
    d->sorted[i] = &d->entries.ptr[i];
  qsort (d->sorted, d->entries.len, sizeof *d->sorted, by_key);
}

struct vmx_entry *
vmx_find (struct vmx_dict *d, const char *key)
{
  size_t low = 0, high = d->entries.len;

  while (low < high) { /* the first of those with this key */
    size_t middle = low + (high - low) / 2;
    if (vmx_key_compare (d->sorted[middle]->key, key) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == d->entries.len || vmx_key_compare (d->sorted[low]->key, key) != 0)
    return NULL;
  d->sorted[low]->used = true;
  return d->sorted[low];
}

/* What is said twice in the same words is said once. */
static bool
check_twice (struct parser *p, bool inspect, struct ovf_error **err)
{
  struct vmx_dict *d = p->dict;

  for (size_t i = 1; i < d->entries.len; i++) {
    struct vmx_entry *a = d->sorted[i - 1], *b = d->sorted[i];
    CLEANUP_FREE char *what = NULL;
    if (vmx_key_compare (a->key, b->key) != 0)
      continue;
    b->used = true;
    if (strcmp (a->value, b->value) == 0)
      continue;
    if (!inspect)
      return error_at (err, OVF_E_FORMAT, "VMX-DUPLICATE", p->in->name,
                       b->line, "'%s' stands here and in line %u with "
                       "different values", b->key, a->line)
             || error_hint (err, "VMware refuses that: remove one of the lines");
    what = xasprintf ("'%s' stands in line %u with another value, which counts",
                      b->key, a->line);
    complain (p, b->line, "VMX-DUPLICATE", what);
  }
  return true;
}

/* ---- character sets -------------------------------------------------------------- */
static bool
all_utf8 (const struct vmx_dict *d)
{
  VECTOR_FOR (e, &d->entries)
    if (!text_is_utf8 (e->value, strlen (e->value)))
      return false;
  return true;
}

/* Without `.encoding` a file is in what its host spoke: today UTF-8, once
 * most often Windows' Latin. */
static const char *
charset_of_file (struct parser *p)
{
  const struct vmx_entry *e = vmx_find (p->dict, ".encoding");
  CLEANUP_FREE char *what = NULL;
  const char *charset = e ? vmx_charset (e->value) : NULL;

  if (charset != NULL)
    return charset;
  if (all_utf8 (p->dict))
    return "";
  if (e == NULL) {
    complain (p, 0, "VMX-ENCODING", "the file does not say in which character "
              "set it is: taken for windows-1252");
    return "CP1252";
  }
  complain (p, e->line, "VMX-ENCODING", "this character set is not known: "
            "what is not UTF-8 cannot be read");
  return "";
}

static void
decode (struct parser *p)
{
  const char *charset = charset_of_file (p);

  VECTOR_FOR (e, &p->dict->entries) {
    bool good, still_good;
    char *text = vmx_to_utf8 (charset, e->value, strlen (e->value), &good), *whole;
    vmx_unescape (text);
    whole = vmx_to_utf8 ("", text, strlen (text), &still_good);
    free (text);
    free (e->value);
    e->value = whole;
    if (!good || !still_good)
      complain (p, e->line, "VMX-ENCODING",
                "characters that cannot be read are replaced");
  }
}

/* ---- all of it ---------------------------------------------------------------------- */
bool
vmx_dict_parse (struct ovf_ctx *ctx, const struct input *in, bool inspect,
                struct vmx_dict *ret, struct ovf_report *report,
                struct ovf_error **err)
{
  struct parser p = { .ctx = ctx, .in = in, .report = report, .dict = ret };

  memset (ret, 0, sizeof *ret);
  if (!read_lines (&p, err))
    return false;
  sort (ret);
  decode (&p);
  return check_twice (&p, inspect, err);
}

void
vmx_dict_done (struct vmx_dict *d)
{
  VECTOR_FOR (e, &d->entries) {
    free (e->key);
    free (e->value);
  }
  free (d->entries.ptr);
  free (d->sorted);
  memset (d, 0, sizeof *d);
}

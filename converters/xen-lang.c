/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text to settings, a statement after the other; literals are in xen-value.c. */
#include "xen-parser.h"

/* ---- life ------------------------------------------------------------------ */
void
xen_config_free (struct xen_config *c)
{
  if (c == NULL)
    return;
  VECTOR_FOR (s, &c->settings) {
    free (s->name);
    xen_value_clear (&s->value);
  }
  free (c->settings.ptr);
  free (c);
}

const struct xen_setting *
xen_find (const struct xen_config *c, const char *name)
{
  for (size_t i = c->settings.len; i-- > 0;)
    if (strcmp (c->settings.ptr[i].name, name) == 0)
      return &c->settings.ptr[i];
  return NULL;
}

/* ---- statements ------------------------------------------------------------ */
static struct xen_setting *
add_setting (struct xen_parser *p, const char *name, size_t n)
{
  struct xen_setting *s = xen_settings_add (&p->config->settings);

  s->name = xstrndup (name, n);
  s->value.line = p->line;
  return s;
}

static void
add_opaque (struct xen_parser *p, const char *name, size_t n)
{
  struct xen_setting *s = add_setting (p, name, n);

  s->value.kind = XEN_OPAQUE;
  s->stray = true;
}

static bool
is_set (const struct xen_parser *p, const char *name, size_t n)
{
  VECTOR_FOR (s, &p->config->settings)
    if (strlen (s->name) == n && memcmp (s->name, name, n) == 0)
      return true;
  return false;
}

/* "=", "+=", "*=", "//=", but no comparison. */
static bool
at_assignment (const struct xen_parser *p)
{
  const char *c = p->p;

  while (c < p->end && c - p->p < 2 && *c != '\0' && strchr ("+-*/%&|^@", *c) != NULL)
    c++;
  return c < p->end && *c == '=' && !(c + 1 < p->end && c[1] == '=');
}

/* One word of a statement that is skipped; what it may change is opaque:
 * "a = b = c", "disk[0] = x", "disk.append (x)". */
static void
skip_word (struct xen_parser *p, size_t n, bool first, unsigned open)
{
  const char *name = p->p;

  p->p += n;
  xen_skip_blanks (p, false);
  if (open == 0 && at_assignment (p))
    add_opaque (p, name, n);
  else if (first && (xen_starts (p, ".") || xen_starts (p, "[")) && is_set (p, name, n))
    add_opaque (p, name, n);
}

/* To the end of a statement that is no literal assignment: what it assigns
 * nobody knows.  Brackets and strings may go over many lines. */
static bool
skip_statement (struct xen_parser *p, struct ovf_error **err)
{
  unsigned open = 0;
  bool first = true;
  size_t n, prefix;

  for (; xen_peek (p) >= 0 && !(open == 0 && (xen_peek (p) == '\n' || xen_peek (p) == ';'));
       first = false) {
    int c = xen_peek (p);
    if (!ctx_within (p->ctx, LIMIT_ELEMENTS, ++p->values, "the number of values", err)
        || !ctx_alive (p->ctx, err))
      return false;
    if (xen_at_string (p, &prefix)) {
      CLEANUP_FREE char *text = NULL;
      p->p += prefix;
      text = xen_read_quoted (p, true, err);
      if (text == NULL)
        return false;
    }
    else if ((n = xen_ident_length (p)) > 0)
      skip_word (p, n, first, open);
    else if (c == '#')
      xen_skip_comment (p);
    else if (c != '\\' || !xen_skip_continuation (p)) {
      open += c == '[' || c == '(' || c == '{';
      open -= open > 0 && (c == ']' || c == ')' || c == '}');
      xen_step (p);
    }
  }
  return true;
}

/* xl's "+=": more of a list, or of a string.  The last setting is taken back
 * when the one before it has it all. */
static void
append (struct xen_parser *p)
{
  struct xen_setting *s = &p->config->settings.ptr[p->config->settings.len - 1];
  struct xen_setting *old = NULL;

  for (struct xen_setting *o = p->config->settings.ptr; o < s; o++)
    if (strcmp (o->name, s->name) == 0)
      old = o;
  if (old == NULL)
    return;
  if (old->value.kind != s->value.kind) {
    s->value.kind = XEN_OPAQUE;
    return;
  }
  if (s->value.kind == XEN_LIST) {
    for (size_t i = 0; i < s->value.len; i++)
      *xen_add_item (&old->value) = s->value.items[i];
    s->value.len = 0;
  }
  else {
    char *both = xasprintf ("%s%s", old->value.text, s->value.text);
    free (old->value.text);
    old->value.text = both;
  }
  xen_value_clear (&s->value);
  free (s->name);
  p->config->settings.len--;
}

static bool
at_end (const struct xen_parser *p)
{
  int c = xen_peek (p);

  return c < 0 || c == '\n' || c == ';' || c == '#';
}

/* `name` is read; an "=" is next, or an operator before it. */
static bool
read_assignment (struct xen_parser *p, const char *name, size_t n, bool conditional,
                 struct ovf_error **err)
{
  struct xen_value *v = &add_setting (p, name, n)->value;
  bool more = *p->p == '+', plain = more || *p->p == '=';
  const char *begin;
  unsigned line;

  while (*p->p != '=')
    p->p++;
  p->p++;
  xen_skip_blanks (p, false);
  begin = p->p;
  line = p->line;
  if (plain && !conditional && !xen_read_value (p, v, err))
    return false;
  p->depth = 0;
  xen_skip_blanks (p, false);
  if (plain && !conditional && v->kind != XEN_OPAQUE && at_end (p)) {
    if (more)
      append (p);
    return true;
  }
  v->kind = XEN_OPAQUE;
  p->p = begin;
  p->line = line;
  return skip_statement (p, err);
}

/* ---- lines ----------------------------------------------------------------- */
static bool
is_word (const char *name, size_t n, const char *const *words)
{
  for (; *words != NULL; words++)
    if (strlen (*words) == n && memcmp (*words, name, n) == 0)
      return true;
  return false;
}

static void
no_assignment (struct xen_parser *p, unsigned line)
{
  report_add (p->report, OVF_WARNING, "XEN-STATEMENT", p->name, line, NULL,
              "this is no assignment of a value: it is not looked at");
}

/* A statement at this indentation; blocks are what Python's keywords open. */
static bool
read_statement (struct xen_parser *p, size_t indent, struct ovf_error **err)
{
  static const char *const openers[]
    = { "if", "elif", "else", "for", "while", "def", "class", "try", "except",
        "finally", "with", "async", NULL };
  bool conditional = p->in_block && indent > p->block_indent;
  const char *name = p->p;
  size_t n = xen_ident_length (p);
  unsigned line = p->line;

  if (!conditional)
    p->in_block = false;
  p->p += n;
  xen_skip_blanks (p, false);
  if (n > 0 && at_assignment (p))
    return read_assignment (p, name, n, conditional, err);
  if (is_word (name, n, openers) && !conditional) {
    p->in_block = true;
    p->block_indent = indent;
  }
  no_assignment (p, line);
  p->p = name;
  p->line = line;
  return skip_statement (p, err);
}

static bool
read_lines (struct xen_parser *p, struct ovf_error **err)
{
  size_t indent = 0;
  bool fresh = true;        /* at the begin of a line */

  while (xen_peek (p) >= 0) {
    const char *begin = p->p;
    xen_skip_blanks (p, false);
    if (fresh)
      indent = (size_t)(p->p - begin);
    fresh = xen_peek (p) == '\n';
    if (fresh || xen_peek (p) == ';')
      xen_step (p);
    else if (xen_peek (p) == '#')
      xen_skip_comment (p);
    else if (xen_peek (p) >= 0 && !read_statement (p, indent, err))
      return false;
  }
  return true;
}

struct xen_config *
xen_parse (struct ovf_ctx *ctx, const struct input *in, struct ovf_report *report,
           struct ovf_error **err)
{
  CLEANUP (xen_config) struct xen_config *c = xcalloc (1, sizeof *c);
  struct xen_parser p = { .ctx = ctx, .name = in->name, .p = in->text,
                      .end = in->text + in->len, .line = 1, .report = report,
                      .config = c };

  if (in->len >= 3 && memcmp (in->text, "\xef\xbb\xbf", 3) == 0)
    p.p += 3;
  if (read_lines (&p, err))
    return STEAL (c);
  error_place (err, "XEN-SYNTAX", in->name, p.line);
  return NULL;
}

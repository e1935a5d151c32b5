/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing XML; see xmlw.h. */
#include "base/xmlw.h"

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

void
xmlw_begin (struct xmlw *w, FILE *out)
{
  memset (w, 0, sizeof *w);
  w->out = out;
  fputs ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
}

static void
indent (struct xmlw *w)
{
  for (unsigned i = 0; !w->compact && i < w->depth; i++)
    fputs ("  ", w->out);
}

static void
close_start (struct xmlw *w, bool newline)
{
  if (!w->open)
    return;
  fputs (newline && !w->compact ? ">\n" : ">", w->out);
  w->open = false;
}

void
xmlw_start (struct xmlw *w, const char *name)
{
  if (w->depth == ARRAY_SIZE (w->stack))
    abort (); /* our own nesting, never the input's */
  close_start (w, true);
  indent (w);
  fprintf (w->out, "<%s", name);
  w->stack[w->depth++] = name;
  w->open = true;
  w->text = false;
}

static const char *
entity (char c, bool attribute)
{
  switch (c) {
  case '&': return "&amp;";
  case '<': return "&lt;";
  case '>': return "&gt;";
  case '\r': return "&#13;";
  case '"': return attribute ? "&quot;" : NULL;
  case '\n': return attribute ? "&#10;" : NULL;
  case '\t': return attribute ? "&#9;" : NULL;
  default: return NULL;
  }
}

/* Length of one good character at s, or 0 (not UTF-8, or none that XML 1.0
 * may hold: control characters, U+FFFE, U+FFFF). */
static size_t
good_char (const char *s)
{
  size_t n = 1;

  while (n < 4 && ((unsigned char)s[n] & 0xc0) == 0x80)
    n++;
  if (!text_is_utf8 (s, n))
    return 0;
  if (n == 1)
    return (unsigned char)*s >= 0x20 || strchr ("\t\n\r", *s) ? 1 : 0;
  if (memcmp (s, "\xef\xbf\xbe", 3) == 0 || memcmp (s, "\xef\xbf\xbf", 3) == 0)
    return 0;
  return n;
}

static void
escaped (struct xmlw *w, const char *s, bool attribute)
{
  while (*s != '\0') {
    const char *e = entity (*s, attribute);
    size_t n = e ? 1 : good_char (s);
    if (e != NULL)
      fputs (e, w->out);
    else if (n > 0)
      fwrite (s, 1, n, w->out);
    else {
      fputs ("\xef\xbf\xbd", w->out);
      w->replaced++;
      n = 1;
    }
    s += n;
  }
}

void
xmlw_attr (struct xmlw *w, const char *name, const char *value)
{
  if (value == NULL)
    return;
  fprintf (w->out, " %s=\"", name);
  escaped (w, value, true);
  fputc ('"', w->out);
}

void
xmlw_attrf (struct xmlw *w, const char *name, const char *fmt, ...)
{
  CLEANUP_FREE char *s = NULL;
  va_list ap;

  va_start (ap, fmt);
  s = xvasprintf (fmt, ap);
  va_end (ap);
  xmlw_attr (w, name, s);
}

void
xmlw_text (struct xmlw *w, const char *value)
{
  close_start (w, false);
  escaped (w, value, false);
  w->text = true;
}

void
xmlw_end (struct xmlw *w)
{
  const char *name = w->stack[--w->depth];

  if (w->open)
    fputs ("/>", w->out);
  else {
    if (!w->text)
      indent (w);
    fprintf (w->out, "</%s>", name);
  }
  if (!w->compact)
    fputc ('\n', w->out);
  w->open = w->text = false;
}

void
xmlw_element (struct xmlw *w, const char *name, const char *value)
{
  if (value == NULL)
    return;
  xmlw_start (w, name);
  xmlw_text (w, value);
  xmlw_end (w);
}

void
xmlw_elementf (struct xmlw *w, const char *name, const char *fmt, ...)
{
  CLEANUP_FREE char *s = NULL;
  va_list ap;

  va_start (ap, fmt);
  s = xvasprintf (fmt, ap);
  va_end (ap);
  xmlw_element (w, name, s);
}

void
xmlw_raw (struct xmlw *w, const char *xml)
{
  close_start (w, true);
  indent (w);
  fprintf (w->out, "%s\n", xml);
}

/* "--" must not stand in a comment. */
void
xmlw_comment (struct xmlw *w, const char *text)
{
  close_start (w, true);
  indent (w);
  fputs ("<!-- ", w->out);
  for (const char *p = text; *p != '\0'; p++)
    fputc ((unsigned char)*p < 0x20 ? ' ' : *p == '-' ? '_' : *p, w->out);
  fputs (" -->\n", w->out);
}

bool
xmlw_finish (struct xmlw *w, struct ovf_error **err)
{
  if (w->depth != 0)
    abort ();
  if (ferror (w->out))
    return error_set (err, OVF_E_IO, "cannot write the document");
  if (w->replaced > 0)
    return error_set (err, OVF_E_UNSAFE,
                      "a value holds %u characters that XML cannot hold", w->replaced);
  return true;
}

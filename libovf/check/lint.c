/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs the rules over a document; see lint.h. */
#include "check/lint.h"

#include <stdarg.h>

#include "base/xml.h"

/* A hostile file could make one finding an element; nobody reads more. */
#define MAX_FINDINGS 100

static const struct rule *const sets[] = {
#define ROW(n) rules_##n,
  RULE_SETS (ROW)
#undef ROW
};

const struct rule *
rule_at (size_t i)
{
  for (size_t s = 0; s < ARRAY_SIZE (sets); s++)
    for (const struct rule *r = sets[s]; r->id != NULL; r++)
      if (i-- == 0)
        return r;
  return NULL;
}

const struct rule *
rule_by_id (const char *id)
{
  const struct rule *r;

  for (size_t i = 0; (r = rule_at (i)) != NULL; i++)
    if (strcmp (r->id, id) == 0)
      return r;
  return NULL;
}

static enum level
level_of (const struct lint *l, const struct rule *r)
{
  return l->lax ? r->lax : r->strict;
}

static void
add (struct lint *l, const struct rule *r, unsigned line, const char *path,
     const char *text)
{
  static const enum ovf_severity severities[] = {
    [LEVEL_NOTE] = OVF_NOTE, [LEVEL_WARNING] = OVF_WARNING, [LEVEL_ERROR] = OVF_FAULT
  };
  enum level level = level_of (l, r);

  if (level == LEVEL_OFF)
    return;
  if (++l->found > MAX_FINDINGS)
    return;
  if (l->found == MAX_FINDINGS)
    text = "there is more of this than is shown here";
  report_add (l->report, severities[level], r->id, l->file, line, path, "%s", text);
  if (r->fix != NULL)
    report_hint (l->report, "%s", r->fix);
}

void
lint_add (struct lint *l, const struct rule *r, const xmlNode *at, const char *fmt, ...)
{
  CLEANUP_FREE char *path = at && l->found < MAX_FINDINGS ? xml_path (at) : NULL;
  CLEANUP_FREE char *text = NULL;
  va_list ap;

  va_start (ap, fmt);
  text = xvasprintf (fmt, ap);
  va_end (ap);
  add (l, r, at ? xml_line (at) : 0, path, text);
}

void
lint_add_line (struct lint *l, const struct rule *r, unsigned line, const char *fmt, ...)
{
  CLEANUP_FREE char *text = NULL;
  va_list ap;

  va_start (ap, fmt);
  text = xvasprintf (fmt, ap);
  va_end (ap);
  add (l, r, line, NULL, text);
}

void
lint_run (struct lint *l)
{
  const struct rule *r;

  for (size_t i = 0; (r = rule_at (i)) != NULL; i++)
    if (r->check != NULL && (r->versions & l->version) != 0
        && level_of (l, r) != LEVEL_OFF) {
      l->found = 0;
      r->check (l, r);
    }
  l->found = 0;
}

/* ---- walking ------------------------------------------------------------ */
char *
lint_attr (const struct lint *l, const xmlNode *n, const char *name)
{
  char *value = xml_attr (n, l->ns, name);

  return value ? value : xml_attr (n, NULL, name);
}

xmlNode *
lint_child (const struct lint *l, const xmlNode *n, const char *name)
{
  return xml_child (n, l->ns, name);
}

xmlNode *
lint_next (const struct lint *l, const xmlNode *n)
{
  for (xmlNode *s = xml_next (n); s != NULL; s = xml_next (s))
    if (xml_is (s, l->ns, xml_name (n)))
      return s;
  return NULL;
}

void
lint_each (struct lint *l, const struct rule *r, const char *name,
           void (*fn) (struct lint *, const struct rule *, const xmlNode *))
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root))
    if (xml_is (n, l->ns, name))
      fn (l, r, n);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report; see report.h. */
#include "base/report.h"

#include <stdarg.h>
#include <string.h>

#include "base/vector.h"

DEFINE_VECTOR (findings, struct ovf_finding)

struct ovf_report {
  findings list;
};

struct ovf_report *
ovf_report_new (void)
{
  return xcalloc (1, sizeof (struct ovf_report));
}

void
ovf_report_free (struct ovf_report *r)
{
  if (r == NULL)
    return;
  VECTOR_FOR (f, &r->list) {
    free ((char *)f->rule);
    free ((char *)f->file);
    free ((char *)f->path);
    free ((char *)f->message);
    free ((char *)f->hint);
  }
  free (r->list.ptr);
  free (r);
}

void
report_add (struct ovf_report *r, enum ovf_severity severity, const char *rule,
            const char *file, unsigned line, const char *path, const char *fmt,
            ...)
{
  struct ovf_finding *f;
  va_list ap;

  if (r == NULL)
    return;
  f = findings_add (&r->list);
  f->severity = severity;
  f->rule = xstrdup (rule);
  f->file = xstrdup (file);
  f->line = line;
  f->path = xstrdup (path);
  va_start (ap, fmt);
  f->message = xvasprintf (fmt, ap);
  va_end (ap);
}

void
report_hint (struct ovf_report *r, const char *fmt, ...)
{
  struct ovf_finding *f;
  va_list ap;

  if (r == NULL || r->list.len == 0)
    return;
  f = &r->list.ptr[r->list.len - 1];
  free ((char *)f->hint);
  va_start (ap, fmt);
  f->hint = xvasprintf (fmt, ap);
  va_end (ap);
}

void
report_loss (struct ovf_report *r, const char *target, const char *what,
             const char *fmt, ...)
{
  CLEANUP_FREE char *rule = xasprintf ("LOSS-%s-%s", target, what);
  CLEANUP_FREE char *message = NULL;
  va_list ap;

  va_start (ap, fmt);
  message = xvasprintf (fmt, ap);
  va_end (ap);
  report_add (r, OVF_WARNING, rule, NULL, 0, NULL, "%s", message);
}

size_t
report_losses (const struct ovf_report *r)
{
  size_t n = 0;

  if (r == NULL)
    return 0;
  VECTOR_FOR (f, &r->list)
    n += strncmp (f->rule, "LOSS-", 5) == 0;
  return n;
}

size_t
ovf_report_count (const struct ovf_report *r, enum ovf_severity at_least)
{
  size_t n = 0;

  VECTOR_FOR (f, &r->list)
    n += f->severity >= at_least;
  return n;
}

size_t
ovf_report_size (const struct ovf_report *r)
{
  return r->list.len;
}

const struct ovf_finding *
ovf_report_get (const struct ovf_report *r, size_t i)
{
  return i < r->list.len ? &r->list.ptr[i] : NULL;
}

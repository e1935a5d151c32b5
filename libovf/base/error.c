/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Error objects; see error.h. */
#include "base/error.h"

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"

static bool
new_error (struct ovf_error **err, enum ovf_code code, int errnum, char *text)
{
  if (err == NULL || *err != NULL) {
    free (text);
    return false;
  }
  *err = xcalloc (1, sizeof **err);
  (*err)->code = code;
  (*err)->errnum = errnum;
  (*err)->message = text;
  return false;
}

bool
error_set (struct ovf_error **err, enum ovf_code code, const char *fmt, ...)
{
  va_list ap;
  char *s;

  va_start (ap, fmt);
  s = xvasprintf (fmt, ap);
  va_end (ap);
  return new_error (err, code, 0, s);
}

bool
error_errno (struct ovf_error **err, int errnum, const char *fmt, ...)
{
  CLEANUP_FREE char *s = NULL;
  va_list ap;

  va_start (ap, fmt);
  s = xvasprintf (fmt, ap);
  va_end (ap);
  return new_error (err, OVF_E_IO, errnum,
                    xasprintf ("%s: %s", s, strerror (errnum)));
}

bool
error_at (struct ovf_error **err, enum ovf_code code, const char *rule,
          const char *file, unsigned line, const char *fmt, ...)
{
  va_list ap;
  char *s;

  va_start (ap, fmt);
  s = xvasprintf (fmt, ap);
  va_end (ap);
  if (err == NULL || *err != NULL) {
    free (s);
    return false;
  }
  new_error (err, code, 0, s);
  return error_place (err, rule, file, line);
}

bool
error_place (struct ovf_error **err, const char *rule, const char *file,
             unsigned line)
{
  if (err == NULL || *err == NULL)
    return false;
  if ((*err)->rule == NULL)
    (*err)->rule = rule;
  if ((*err)->file == NULL) {
    (*err)->file = xstrdup (file);
    (*err)->line = line;
  }
  return false;
}

bool
error_hint (struct ovf_error **err, const char *fmt, ...)
{
  va_list ap;

  if (err == NULL || *err == NULL)
    return false;
  va_start (ap, fmt);
  free ((*err)->hint);
  (*err)->hint = xvasprintf (fmt, ap);
  va_end (ap);
  return false;
}

bool
error_prefix (struct ovf_error **err, const char *fmt, ...)
{
  CLEANUP_FREE char *prefix = NULL;
  char *whole;
  va_list ap;

  if (err == NULL || *err == NULL)
    return false;
  va_start (ap, fmt);
  prefix = xvasprintf (fmt, ap);
  va_end (ap);
  whole = xasprintf ("%s: %s", prefix, (*err)->message);
  free ((*err)->message);
  (*err)->message = whole;
  return false;
}

bool
error_move (struct ovf_error **err, struct ovf_error **from)
{
  if (err != NULL && *err == NULL)
    *err = *from;
  else
    ovf_error_free (*from);
  *from = NULL;
  return false;
}

enum ovf_code
ovf_error_code (const struct ovf_error *e)
{
  return e->code;
}

int
ovf_error_errno (const struct ovf_error *e)
{
  return e->errnum;
}

const char *
ovf_error_message (const struct ovf_error *e)
{
  return e->message;
}

const char *
ovf_error_hint (const struct ovf_error *e)
{
  return e->hint;
}

const char *
ovf_error_file (const struct ovf_error *e)
{
  return e->file;
}

unsigned
ovf_error_line (const struct ovf_error *e)
{
  return e->line;
}

const char *
ovf_error_rule (const struct ovf_error *e)
{
  return e->rule;
}

void
ovf_error_free (struct ovf_error *e)
{
  if (e == NULL)
    return;
  free (e->message);
  free (e->hint);
  free (e->file);
  free (e);
}

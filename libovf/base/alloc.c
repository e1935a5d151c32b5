/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory helpers; see alloc.h. */
#include "base/alloc.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

static void *
checked (void *p)
{
  if (p == NULL)
    abort ();
  return p;
}

void *
xmalloc (size_t n)
{
  return checked (malloc (n ? n : 1));
}

void *
xcalloc (size_t n, size_t size)
{
  return checked (calloc (n ? n : 1, size ? size : 1));
}

void *
xrealloc (void *p, size_t n)
{
  return checked (realloc (p, n ? n : 1));
}

char *
xstrdup (const char *s)
{
  return s ? checked (strdup (s)) : NULL;
}

char *
xstrndup (const char *s, size_t n)
{
  return checked (strndup (s, n));
}

char *
xvasprintf (const char *fmt, va_list ap)
{
  char *s = NULL;

  if (vasprintf (&s, fmt, ap) < 0)
    abort ();
  return s;
}

char *
xasprintf (const char *fmt, ...)
{
  char *s;
  va_list ap;

  va_start (ap, fmt);
  s = xvasprintf (fmt, ap);
  va_end (ap);
  return s;
}

void *
alloc_limited (uint64_t n, size_t size, uint64_t limit, const char *what,
               struct ovf_error **err)
{
  uint64_t bytes;
  void *p;

  if (__builtin_mul_overflow (n, (uint64_t)size, &bytes) || bytes > limit) {
    error_set (err, OVF_E_LIMIT, "%s would need more than %llu bytes", what,
               (unsigned long long)limit);
    return NULL;
  }
  p = calloc (n ? n : 1, size);
  if (p == NULL)
    error_set (err, OVF_E_LIMIT, "no memory for %s (%llu bytes)", what,
               (unsigned long long)bytes);
  return p;
}

void
set_string (char **p, const char *value)
{
  char *copy = xstrdup (value);

  free (*p);
  *p = copy;
}

void
cleanup_free (void *p)
{
  free (*(void **)p);
}

void
cleanup_fd (int *fd)
{
  int saved = errno;

  if (*fd >= 0)
    close (*fd);
  errno = saved;
}

void
cleanup_file (FILE **f)
{
  int saved = errno;

  if (*f != NULL)
    fclose (*f);
  errno = saved;
}

void
cleanup_error (struct ovf_error **err)
{
  ovf_error_free (*err);
}

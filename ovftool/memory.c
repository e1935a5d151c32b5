/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory of the program's own: small, and without it there is nothing left to
 * do.  What an input chose is allocated, limited first, by the library. */
#include <stdarg.h>
#include <stdlib.h>

#include "cli.h"

void *
must_have (void *p)
{
  if (p == NULL)
    abort ();
  return p;
}

void *
must_realloc (void *p, size_t n)
{
  return must_have (realloc (p, n));
}

char *
must_format (const char *fmt, va_list ap)
{
  char *s = NULL;

  if (vasprintf (&s, fmt, ap) < 0)
    s = NULL;
  return must_have (s);
}

const char *
cli_keep (struct cli *cli, char *text)
{
  cli->kept = must_realloc (cli->kept, (cli->n_kept + 1) * sizeof *cli->kept);
  cli->kept[cli->n_kept++] = must_have (text);
  return text;
}

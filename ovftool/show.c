/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text for people; see show.h. */
#include "show.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define LABEL_WIDTH 16
#define TEXT_MAX 100 /* bytes of a long text in one row */

void
show_row (struct cli *cli, const char *label, const char *value)
{
  if (value != NULL)
    fprintf (cli_out (cli), "  %-*s  %s\n", LABEL_WIDTH, label, value);
}

const char *
show_first_line (struct cli *cli, const char *untrusted, size_t max)
{
  size_t n, whole;

  untrusted += strspn (untrusted, " \t\r\n");
  n = strcspn (untrusted, "\r\n");
  whole = strlen (untrusted);
  if (n > max) {
    n = max;
    /* Not within a character. */
    while (n > 0 && ((unsigned char)untrusted[n] & 0xc0) == 0x80)
      n--;
  }
  return cli_show (cli, cli_format (cli, "%.*s%s", (int)n, untrusted,
                                    n < whole ? " ..." : ""));
}

void
show_text (struct cli *cli, const char *label, const char *untrusted)
{
  if (untrusted == NULL || *untrusted == '\0')
    return;
  if (!cli_verbose (cli)) {
    show_row (cli, label, show_first_line (cli, untrusted, TEXT_MAX));
    return;
  }
  while (*untrusted != '\0') {
    size_t n = strcspn (untrusted, "\r\n");

    show_row (cli, label,
              cli_show (cli, cli_format (cli, "%.*s", (int)n, untrusted)));
    label = "";
    untrusted += n;
    untrusted += *untrusted == '\r';
    untrusted += *untrusted == '\n';
  }
}

/* Characters, not bytes: what follows the first byte of one begins with the
 * bits 10. */
static size_t
width (const char *s)
{
  size_t n = 0;

  for (; s != NULL && *s != '\0'; s++)
    n += ((unsigned char)*s & 0xc0) != 0x80;
  return n;
}

void
table_add (struct table *t, ...)
{
  va_list ap;

  t->cells = must_realloc (t->cells, (t->rows + 1) * t->columns
                                       * sizeof *t->cells);
  va_start (ap, t);
  for (unsigned i = 0; i < t->columns; i++)
    t->cells[t->rows * t->columns + i] = va_arg (ap, const char *);
  va_end (ap);
  t->rows++;
}

void
table_print (struct table *t, const char *indent)
{
  size_t widths[TABLE_COLUMNS] = { 0 };
  FILE *fp = cli_out (t->cli);

  for (size_t i = 0; i < t->rows * t->columns; i++)
    if (width (t->cells[i]) > widths[i % t->columns])
      widths[i % t->columns] = width (t->cells[i]);
  for (size_t r = 0; r < t->rows; r++) {
    size_t pad = 0;

    fputs (indent, fp);
    for (unsigned c = 0; c < t->columns; c++) {
      const char *cell = t->cells[r * t->columns + c];

      if (widths[c] == 0)
        continue;
      /* Blanks are owed, so that no line ends with them. */
      if (cell != NULL && *cell != '\0') {
        fprintf (fp, "%*s%s", (int)pad, "", cell);
        pad = 0;
      }
      pad += widths[c] - width (cell) + 2;
    }
    fputc ('\n', fp);
  }
  free (t->cells);
  t->cells = NULL;
  t->rows = 0;
}

const char *
json_get_text (const json_t *o, const char *key)
{
  return json_string_value (json_object_get (o, key));
}

bool
json_get_true (const json_t *o, const char *key)
{
  return json_is_true (json_object_get (o, key));
}

const char *
json_get_size (struct cli *cli, const json_t *o, const char *key,
               const char *otherwise)
{
  const json_t *v = json_object_get (o, key);

  return json_is_integer (v)
           ? cli_size (cli, (uint64_t)json_integer_value (v)) : otherwise;
}

const char *
json_show (struct cli *cli, const json_t *o, const char *key,
           const char *otherwise)
{
  const json_t *v = json_object_get (o, key);

  if (v == NULL || json_is_null (v)
      || (json_is_string (v) && json_string_length (v) == 0))
    return otherwise;
  return cli_show_json (cli, v);
}

const char *
json_show_list (struct cli *cli, const json_t *o, const char *key)
{
  const json_t *list = json_object_get (o, key), *v;
  const char *all = NULL;
  size_t i;

  json_array_foreach (list, i, v)
    all = all == NULL ? cli_show_json (cli, v)
                      : cli_format (cli, "%s %s", all, cli_show_json (cli, v));
  return all;
}

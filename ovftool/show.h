/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text for people: labelled values, and tables whose columns line up. */
#ifndef OVFTOOL_SHOW_H
#define OVFTOOL_SHOW_H

#include "command.h"

/* "  Label            value\n"; a NULL value prints nothing. */
void show_row (struct cli *, const char *label, const char *value);
/* A text of several lines: the first one, or with --verbose all of them. */
void show_text (struct cli *, const char *label, const char *untrusted);
/* The first line that says something, escaped, at most `max` bytes of it. */
const char *show_first_line (struct cli *, const char *untrusted, size_t max);

#define TABLE_COLUMNS 8
struct table {
  struct cli *cli;
  unsigned columns;
  const char **cells;
  size_t rows;
};
/* `columns` cells each; they live as long as the cli; NULL is empty. */
void table_add (struct table *, ...);
/* Prints with two blanks between columns, and frees; an empty one prints
 * nothing. */
void table_print (struct table *, const char *indent);

/* A member of a JSON object, in the form it is needed. */
const char *json_get_text (const json_t *, const char *key); /* or NULL */
bool json_get_true (const json_t *, const char *key);
/* Its size in words, or `otherwise` where it is no number. */
const char *json_get_size (struct cli *, const json_t *, const char *key,
                           const char *otherwise);
/* Escaped; `otherwise` where it is null or empty. */
const char *json_show (struct cli *, const json_t *, const char *key,
                       const char *otherwise);
/* The strings of a list with blanks between, escaped; NULL when empty. */
const char *json_show_list (struct cli *, const json_t *, const char *key);

#endif

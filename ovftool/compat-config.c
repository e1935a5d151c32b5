/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options from files: ~/.ovftool, then ./.ovftool, then --configFile; the
 * command line comes last and wins.  One option a line, without its dashes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"

#define LOCAL_FILE ".ovftool"

/* Of the user; NULL without a home. */
static const char *
global_file (struct cli *cli)
{
  const char *home = getenv ("HOME");

  return home != NULL && *home != '\0'
           ? cli_format (cli, "%s/" LOCAL_FILE, home) : NULL;
}

/* The file's text; NULL when it is absent and may be, or after an error. */
static char *
read_file (struct compat *c, const char *path, bool optional)
{
  struct ovf_error *err = NULL;
  char *text = NULL;
  bool absent;

  if (path == NULL || ovf_read_text (c->cli->ctx, path, &text, &err))
    return text;
  absent = ovf_error_errno (err) == ENOENT || ovf_error_errno (err) == EISDIR;
  if (optional && absent)
    ovf_error_free (err);
  else
    cli_error (c->cli, err);
  return NULL;
}

/* A line without blanks at its ends; NULL for a comment or nothing. */
static const char *
option_of_line (struct cli *cli, const char *line, size_t n)
{
  size_t lead = strspn (line, " \t");

  lead = lead > n ? n : lead;
  line += lead;
  n -= lead;
  while (n > 0 && strchr (" \t\r", line[n - 1]) != NULL)
    n--;
  /* Dashes are none of the format, but people write them. */
  while (n > 0 && *line == '-') {
    line++;
    n--;
  }
  return n == 0 || *line == '#' ? NULL : cli_format (cli, "%.*s", (int)n, line);
}

/* `name = value` without the blanks. */
static const char *
join (struct cli *cli, const char *option)
{
  size_t name = strcspn (option, "="), n = name;
  const char *value = option + name + (option[name] == '=');

  while (n > 0 && strchr (" \t", option[n - 1]) != NULL)
    n--;
  return n == name ? option
                   : cli_format (cli, "%.*s=%s", (int)n, option,
                                 value + strspn (value, " \t"));
}

static bool
take_file (struct compat *c, const char *path, bool optional)
{
  char *text = read_file (c, path, optional);
  unsigned number = 0;
  bool ok = text != NULL || c->cli->n_failures == 0;

  for (const char *p = text; ok && p != NULL && *p != '\0';) {
    size_t n = strcspn (p, "\n");
    const char *option = option_of_line (c->cli, p, n), *next = NULL;

    number++;
    ok = option == NULL || compat_take (c, join (c->cli, option), &next);
    if (!ok) {
      struct failure *f = &c->cli->failures[c->cli->n_failures - 1];
      f->message = cli_format (c->cli, "%s:%u: %s", path, number, f->message);
    }
    p += n + (p[n] == '\n');
  }
  free (text);
  return ok;
}

/* --configFile=FILE, wherever it stands. */
static const char *
named_file (int argc, char **argv)
{
  static const char name[] = "--configFile=";
  const char *path = NULL;

  for (int i = 1; i < argc; i++)
    if (strncmp (argv[i], name, sizeof name - 1) == 0)
      path = argv[i] + sizeof name - 1;
  return path;
}

bool
compat_config (struct compat *c, int argc, char **argv)
{
  const char *named = named_file (argc, argv);
  bool ok = take_file (c, global_file (c->cli), true);

  c->only_local = true;
  ok = ok && take_file (c, LOCAL_FILE, true);
  c->only_local = false;
  return ok && (named == NULL || take_file (c, named, false));
}

static void
show_file (struct compat *c, const char *path, const char *which)
{
  FILE *out = c->cli->out;
  char *text = read_file (c, path, true);

  if (text == NULL) {
    fprintf (out, "# Currently no %s configuration options in %s\n", which,
             cli_show (c->cli, path));
    return;
  }
  fprintf (out, "# Contents of %s configuration options (%s):\n", which,
           cli_show (c->cli, path));
  for (const char *p = text; *p != '\0';) {
    size_t n = strcspn (p, "\n");
    const char *option = option_of_line (c->cli, p, n);

    if (option != NULL)
      fprintf (out, "#  %s\n", cli_show (c->cli, option));
    p += n + (p[n] == '\n');
  }
  free (text);
}

void
compat_config_help (struct compat *c)
{
  const char *global = global_file (c->cli);

  if (global != NULL)
    show_file (c, global, "global");
  show_file (c, LOCAL_FILE, "local");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool formats: what this build and this machine can do. */
#include <string.h>

#include "show.h"

static void
print_directions (struct cli *cli, const json_t *result, const char *key,
                  const char *title)
{
  struct table table = { .cli = cli, .columns = 3 };
  json_t *row;
  size_t i;

  fprintf (cli_out (cli), "%s\n", title);
  json_array_foreach (json_object_get (result, key), i, row)
    table_add (&table, json_show (cli, row, "name", "-"),
               json_get_true (row, "read") ? "read" : "",
               json_get_true (row, "write") ? "write" : "");
  table_print (&table, "  ");
}

static void
print_helpers (struct cli *cli, const json_t *result)
{
  struct table table = { .cli = cli, .columns = 2 };
  json_t *row;
  size_t i;

  fputs ("Helper programs (optional)\n", cli_out (cli));
  json_array_foreach (json_object_get (result, "helpers"), i, row)
    table_add (&table, json_show (cli, row, "name", "-"),
               json_get_true (row, "found")
                 ? json_show (cli, row, "version", "found") : "not found");
  table_print (&table, "  ");
}

static void
print_sandbox (struct cli *cli, const json_t *sandbox)
{
  const char *key;
  json_t *value;

  fprintf (cli_out (cli), "Sandbox for helpers: %s",
           json_show (cli, sandbox, "mode", "none"));
  json_object_foreach ((json_t *)sandbox, key, value)
    if (json_is_boolean (value))
      fprintf (cli_out (cli), ", %s %s", cli_show (cli, key),
               json_is_true (value) ? "yes" : "no");
  fputc ('\n', cli_out (cli));
}

static int
run (struct cli *cli, int argc, char **argv)
{
  json_t *result = cli_parse (cli, ovf_formats_json ());
  const char *profiles = json_show_list (cli, result, "profiles");

  (void)argc;
  (void)argv;
  print_directions (cli, result, "kinds", "Kinds of machines and packages");
  print_directions (cli, result, "disk_formats", "Disk formats");
  fprintf (cli_out (cli), "Profiles: %s\n",
           profiles != NULL ? profiles : "none");
  print_helpers (cli, result);
  print_sandbox (cli, json_object_get (result, "sandbox"));
  return cli_finish (cli, result, NULL);
}

static const struct cmd_option options[] = { OPTIONS_END };

const struct command cmd_formats = {
  .name = "formats",
  .synopsis = "formats",
  .summary = "list kinds, disk formats, profiles and helpers found here",
  .max_args = 0,
  .options = options,
  .run = run,
};

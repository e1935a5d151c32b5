/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool diff: what differs between two sources. */
#include <stdlib.h>

#include "show.h"

#define STATUS_DIFFERENT 3
#define SHOWN 60 /* bytes of a value */

static const char *
value_of (struct cli *cli, const json_t *change, const char *key)
{
  const json_t *value = json_object_get (change, key);
  const char *shown;
  char *text;

  if (json_is_null (value))
    return "(none)";
  if (json_is_string (value))
    return cli_show_json (cli, value);
  text = json_dumps (value, JSON_ENCODE_ANY | JSON_COMPACT);
  shown = show_first_line (cli, text, SHOWN);
  free (text);
  return shown;
}

static void
print_changes (struct cli *cli, const json_t *result)
{
  json_t *change;
  size_t i;

  if (json_get_true (result, "same") && !cli_quiet (cli))
    fputs ("no difference\n", cli_out (cli));
  json_array_foreach (json_object_get (result, "changes"), i, change)
    fprintf (cli_out (cli), "%s: %s -> %s\n", json_show (cli, change, "path", "-"),
             value_of (cli, change, "a"), value_of (cli, change, "b"));
}

static int
run (struct cli *cli, int argc, char **argv)
{
  struct ovf_error *err = NULL;
  char *text = NULL;
  json_t *result;

  (void)argc;
  ovf_diff (cli_ctx (cli), argv[0], argv[1], cli_options (cli), cli_report (cli), &text,
            &err);
  result = cli_parse (cli, text);
  if (result != NULL) {
    print_changes (cli, result);
    if (!json_get_true (result, "same"))
      cli_answer (cli, STATUS_DIFFERENT);
  }
  return cli_finish (cli, result, err);
}

static const struct cmd_option options[] = {
  OPTION_FROM,
  OPTION_CONFIGURATION,
  OPTION_MACHINE,
  OPTIONS_REACH,
  OPTIONS_TRUST,
  OPTIONS_END
};

const struct command cmd_diff = {
  .name = "diff",
  .synopsis = "diff A B [OPTIONS]",
  .summary = "what differs between two sources, by meaning",
  .more = "Exit status 0 when they are the same, 3 when they differ.",
  .min_args = 2,
  .max_args = 2,
  .options = options,
  .run = run,
};

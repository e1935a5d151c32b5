/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What convert, import and export share: one call of the library, and the
 * words about what was made. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "show.h"

#define TITLE_MAX 60 /* bytes of a licence's first line that are shown */

/* The licences of a model: those of its machines and of their groups. */
static const char *
licence_titles (struct cli *cli, const json_t *model)
{
  static const char *const keys[] = { "machines", "collections" };
  const char *all = NULL;

  for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
    json_t *owner, *eula;
    size_t i, j;

    json_array_foreach (json_object_get (model, keys[k]), i, owner)
      json_array_foreach (json_object_get (owner, "eulas"), j, eula) {
        const char *title = show_first_line (cli, json_string_value (eula),
                                             TITLE_MAX);

        all = all == NULL ? cli_format (cli, "'%s'", title)
                          : cli_format (cli, "%s, '%s'", all, title);
      }
  }
  return all;
}

/* Our commands never prompt: one line names the licences (cli.md 1).  The
 * result says that there are some, and the source says which. */
static void
name_licences (struct cli *cli, const char *source, const json_t *result)
{
  struct ovf_report *report;
  struct ovf_error *err = NULL;
  char *text = NULL;
  json_t *model = NULL;
  const char *titles = NULL;
  size_t n = json_array_size (json_object_get (result, "eulas"));

  if (n == 0 || cli_json (cli) || cli_quiet (cli))
    return;
  report = ovf_report_new ();
  if (strcmp (source, "-") != 0
      && !ovf_info (cli_ctx (cli), source, cli_options (cli), report, &text,
                    &err))
    ovf_error_free (err);
  ovf_report_free (report);
  if (text != NULL)
    model = json_loads (text, 0, NULL);
  free (text);
  titles = licence_titles (cli, model);
  json_decref (model);
  fprintf (cli_out (cli), "License agreement%s that come%s with it: %s\n",
           n == 1 ? "" : "s", n == 1 ? "s" : "",
           titles != NULL ? titles : cli_format (cli, "%zu", n));
}

void
print_written (struct cli *cli, const json_t *result)
{
  FILE *out = cli_out (cli);
  const json_t *space = json_object_get (result, "space");
  const json_t *start = json_object_get (result, "start"), *file, *line;
  struct table table = { .cli = cli, .columns = 3 };
  size_t i;

  /* A plan is what was asked for. */
  if (cli_quiet (cli) && space == NULL)
    return;
  fprintf (out, "%s %s\n", space != NULL ? "Would make" : "Made",
           json_show (cli, result, "target", "-"));
  json_array_foreach (json_object_get (result, "files"), i, file)
    table_add (&table, json_show (cli, file, "path", "-"),
               json_show (cli, file, "role", ""),
               json_get_size (cli, file, "size", ""));
  table_print (&table, "  ");
  if (space != NULL)
    fprintf (out, "Space needed: %s in the target, %s for temporary files\n",
             json_get_size (cli, space, "target", "?"),
             json_get_size (cli, space, "temporary", "?"));
  if (json_array_size (start) > 0 && space == NULL) {
    fputs ("Start it with:\n", out);
    json_array_foreach (start, i, line)
      fprintf (out, "  %s\n", cli_show_json (cli, line));
  }
}

/* TARGET `-` is data on standard output: what speaks against it, or NULL. */
static const char *
stdout_refusal (struct cli *cli, const char *target)
{
  if (target == NULL || strcmp (target, "-") != 0)
    return NULL;
  if (cli_json (cli))
    return "--json and a target on standard output exclude each other";
  if (isatty (STDOUT_FILENO))
    return "an archive is not written to a terminal";
  cli_keep_stdout (cli);
  return NULL;
}

int
convert_run (struct cli *cli, const char *source, const char *target)
{
  struct ovf_error *err = NULL;
  const char *refusal;
  char *text = NULL;
  json_t *result;

  refusal = stdout_refusal (cli, target);
  if (refusal != NULL)
    return cli_usage (cli, "%s", refusal);
  cli_set_subject (cli, source);
  ovf_convert (cli_ctx (cli), source, target, cli_options (cli),
               cli_report (cli), &text, &err);
  result = cli_parse (cli, text);
  name_licences (cli, source, result);
  if (result != NULL)
    print_written (cli, result);
  return cli_finish (cli, result, err);
}

int
change_run (struct cli *cli, operation_fn *operation, const char *package)
{
  const char *refusal = stdout_refusal (cli, cli_string (cli, "output"));
  struct ovf_error *err = NULL;
  char *text = NULL;
  json_t *result;

  if (refusal != NULL)
    return cli_usage (cli, "%s", refusal);
  cli_set_subject (cli, package);
  operation (cli_ctx (cli), package, cli_options (cli), cli_report (cli), &text,
             &err);
  result = cli_parse (cli, text);
  if (result != NULL)
    print_written (cli, result);
  return cli_finish (cli, result, err);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What convert, import and export share: one call of the library, and the
 * words about what was made. */
#include <stdlib.h>
#include <string.h>

#include "show.h"

#define TITLE_MAX 60 /* bytes of a licence's first line that are shown */

/* The first line of a licence agreement that says something. */
const char *
licence_title (struct cli *cli, const char *text)
{
  size_t n;

  text += strspn (text, " \t\r\n");
  n = strcspn (text, "\r\n");
  if (n > TITLE_MAX) {
    n = TITLE_MAX;
    /* Not within a character. */
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
      n--;
    return cli_show (cli, cli_format (cli, "%.*s...", (int)n, text));
  }
  return cli_show (cli, cli_format (cli, "%.*s", (int)n, text));
}

/* Our commands never prompt: one line names the licences (cli.md 1).  Looking
 * reads the descriptor only; what is wrong with the source is said by the
 * operation itself. */
static void
name_licences (struct cli *cli, const char *source)
{
  struct ovf_report *report;
  struct ovf_error *err = NULL;
  char *text = NULL;
  json_t *model, *machine;
  const char *names = NULL;
  size_t i, n = 0;

  if (strcmp (source, "-") == 0 || strstr (source, "://") != NULL
      || cli_json (cli) || cli_quiet (cli))
    return;
  report = ovf_report_new ();
  if (!ovf_info (cli_ctx (cli), source, cli_options (cli), report, &text, &err))
    ovf_error_free (err);
  ovf_report_free (report);
  model = text != NULL ? json_loads (text, 0, NULL) : NULL;
  free (text);
  json_array_foreach (json_object_get (model, "machines"), i, machine) {
    json_t *eula;
    size_t j;

    json_array_foreach (json_object_get (machine, "eulas"), j, eula) {
      const char *title = licence_title (cli, json_string_value (eula));

      names = n++ == 0 ? cli_format (cli, "'%s'", title)
                       : cli_format (cli, "%s, '%s'", names, title);
    }
  }
  json_decref (model);
  if (n > 0)
    fprintf (cli_out (cli),
             "License agreement%s of this appliance: %s (ovftool info shows "
             "%s)\n", n == 1 ? "" : "s", names, n == 1 ? "it" : "them");
}

void
print_written (struct cli *cli, const json_t *result)
{
  FILE *out = cli_out (cli);
  const json_t *space = json_object_get (result, "space");
  const json_t *start = json_object_get (result, "start"), *file, *line;
  struct table table = { .cli = cli, .columns = 3 };
  size_t i;

  if (cli_quiet (cli))
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

/* A finding that is an error says that the target could not run it: nothing
 * was written, so that the plan alone must say so (cli.md 3.6). */
static void
judge_plan (struct cli *cli)
{
  size_t n = ovf_report_count (cli_report (cli), OVF_FAULT);

  if (n > 0)
    cli_fail (cli, OVF_E_FORMAT, NULL,
              "the target could not run this: %zu error%s above", n,
              n == 1 ? "" : "s");
}

int
convert_run (struct cli *cli, const char *source, const char *target)
{
  struct ovf_error *err = NULL;
  char *text = NULL;
  json_t *result;

  if (target != NULL && strcmp (target, "-") == 0) {
    if (cli_json (cli))
      return cli_usage (cli, "--json and a target on standard output exclude "
                             "each other");
    cli_keep_stdout (cli);
  }
  cli_set_subject (cli, source);
  name_licences (cli, source);
  ovf_convert (cli_ctx (cli), source, target, cli_options (cli),
               cli_report (cli), &text, &err);
  result = cli_parse (cli, text);
  if (result != NULL)
    print_written (cli, result);
  if (err == NULL && cli_flag (cli, "dry-run"))
    judge_plan (cli);
  return cli_finish (cli, result, err);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool validate: is it sound, and will a platform take it? */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "checked.h"
#include "show.h"

#define STATUS_INVALID 3

/* ---- the rules ----------------------------------------------------------- */
static const char *
severity_of (struct cli *cli, const json_t *rule)
{
  const char *strict = json_show (cli, rule, "strict", "off");
  const char *lax = json_show (cli, rule, "lax", "off");

  return strcmp (strict, lax) == 0 ? strict
                                   : cli_format (cli, "%s, with --lax %s", strict, lax);
}

static void
print_rules (struct cli *cli, const json_t *rules)
{
  struct table table = { .cli = cli, .columns = 3 };
  const json_t *rule;
  size_t i;

  json_array_foreach (rules, i, rule)
    table_add (&table, json_show (cli, rule, "id", "-"), severity_of (cli, rule),
               json_show (cli, rule, "title", ""));
  table_print (&table, "");
}

static void
print_rule (struct cli *cli, const json_t *rule)
{
  FILE *out = cli_out (cli);

  fprintf (out, "%s: %s\n\n", json_show (cli, rule, "id", "-"),
           json_show (cli, rule, "title", ""));
  show_row (cli, "Severity", severity_of (cli, rule));
  show_row (cli, "OVF versions", json_show_list (cli, rule, "versions"));
  show_row (cli, "Source", json_show (cli, rule, "clause", NULL));
  fprintf (out, "\nWhy: %s\nFix: %s\n", json_show (cli, rule, "why", "-"),
           json_show (cli, rule, "fix", "-"));
}

static json_t *
find_rule (const json_t *rules, const char *id)
{
  json_t *rule;
  size_t i;

  json_array_foreach ((json_t *)rules, i, rule)
    if (strcasecmp (json_get_text (rule, "id"), id) == 0)
      return rule;
  return NULL;
}

static json_t *
rules_result (json_t *rules)
{
  return json_pack ("{s:[], s:o}", "sources", "rules", rules);
}

static int
explain (struct cli *cli, const char *id)
{
  json_t *rules = cli_parse (cli, ovf_rules_json ());
  json_t *rule = find_rule (rules, id);

  if (rule == NULL) {
    json_decref (rules);
    cli_fail (cli, OVF_E_USAGE, "'ovftool validate --list-rules' lists them",
              "there is no rule '%s'", id);
    return cli_finish (cli, NULL, NULL);
  }
  print_rule (cli, rule);
  rule = json_pack ("[O]", rule);
  json_decref (rules);
  return cli_finish (cli, rules_result (rule), NULL);
}

static int
list_rules (struct cli *cli)
{
  json_t *rules = cli_parse (cli, ovf_rules_json ());

  print_rules (cli, rules);
  return cli_finish (cli, rules_result (rules), NULL);
}

/* ---- checking ------------------------------------------------------------- */
static const char *
count_of (struct cli *cli, json_int_t n, const char *what)
{
  return cli_format (cli, "%" JSON_INTEGER_FORMAT " %s%s", n, what, n == 1 ? "" : "s");
}

static json_int_t
notes_of (struct cli *cli, const struct checked *c)
{
  json_int_t n = 0;

  for (size_t i = c->from; i < c->to; i++)
    n += ovf_report_get (cli_report (cli), i)->severity == OVF_NOTE;
  return n;
}

static void
print_verdict (struct cli *cli, const struct checked *c, const json_t *source)
{
  json_int_t notes = notes_of (cli, c);
  json_int_t errors = json_integer_value (json_object_get (source, "errors"));
  json_int_t warnings = json_integer_value (json_object_get (source, "warnings"));

  fprintf (cli_out (cli), "%s: %s", json_show (cli, source, "source", "-"),
           errors == 0 ? "valid" : "not valid");
  if (errors > 0)
    fprintf (cli_out (cli), ", %s", count_of (cli, errors, "error"));
  if (warnings > 0)
    fprintf (cli_out (cli), ", %s", count_of (cli, warnings, "warning"));
  if (notes > 0 && !cli_verbose (cli))
    fprintf (cli_out (cli), " (--verbose shows %s)", count_of (cli, notes, "note"));
  fputc ('\n', cli_out (cli));
}

/* One source; its line of the result goes to sources. */
static void
check (struct cli *cli, struct checked *c, json_t *sources, bool text)
{
  struct ovf_error *err = NULL;
  char *answer = NULL;
  json_t *result, *source;
  size_t i;

  cli_set_subject (cli, c->name);
  c->from = ovf_report_size (cli_report (cli));
  c->judged = ovf_validate (cli_ctx (cli), c->name, cli_options (cli),
                            cli_report (cli), &answer, &err);
  c->to = ovf_report_size (cli_report (cli));
  if (err != NULL)
    cli_error (cli, err);
  result = cli_parse (cli, answer);
  json_array_foreach (json_object_get (result, "sources"), i, source) {
    if (text)
      print_verdict (cli, c, source);
    json_array_append (sources, source);
  }
  json_decref (result);
}

/* A document says that it stands for a failure; people have seen the
 * findings. */
static void
conclude (struct cli *cli, const json_t *sources)
{
  const json_t *source;
  size_t i, bad = 0;

  json_array_foreach (sources, i, source)
    bad += !json_get_true (source, "valid");
  if (bad == 0)
    return;
  cli_answer (cli, STATUS_INVALID);
  if (cli_json (cli)) {
    cli_set_subject (cli, NULL);
    cli_fail (cli, OVF_E_FORMAT, NULL, "%zu of %zu source%s not valid", bad,
              json_array_size (sources), json_array_size (sources) == 1 ? " is" : "s are");
  }
}

const char *
checked_path (struct cli *cli, const struct checked *c, const struct ovf_finding *f,
              const char **ret_inside)
{
  const char *slash = strrchr (c->name, '/');
  const char *base = slash ? slash + 1 : c->name;
  size_t n = strlen (base);
  struct stat st;

  *ret_inside = NULL;
  if (f->file == NULL || strcmp (f->file, c->name) == 0 || strcmp (f->file, base) == 0)
    return c->name;
  if (stat (c->name, &st) == 0 && S_ISDIR (st.st_mode))
    return cli_format (cli, "%s/%s", c->name, f->file);
  if (n > 4 && strcasecmp (base + n - 4, ".ovf") == 0)
    return cli_format (cli, "%.*s%s", (int)(base - c->name), c->name, f->file);
  *ret_inside = f->file;
  return c->name;
}

static int
run (struct cli *cli, int argc, char **argv)
{
  const char *format = cli_string (cli, "format");
  bool sarif = format && strcmp (format, "sarif") == 0;
  bool junit = format && strcmp (format, "junit") == 0;
  struct checked *all;
  json_t *sources;

  if (format != NULL && strcmp (format, "json") == 0)
    cli_set_json (cli);
  if (cli_json (cli) && (sarif || junit))
    return cli_usage (cli, "--json and --format %s exclude each other", format);
  if (cli_flag (cli, "list-rules") || cli_flag (cli, "explain")) {
    if (argc > 0)
      return cli_usage (cli, "--list-rules and --explain take no source");
    return cli_flag (cli, "explain") ? explain (cli, cli_string (cli, "explain"))
                                     : list_rules (cli);
  }
  if (argc == 0)
    return cli_usage (cli, "'ovftool validate' lacks an argument");
  if (!cli_verbose (cli))
    cli_hide_notes (cli);
  sources = json_array ();
  all = calloc ((size_t)argc, sizeof *all);
  for (int i = 0; all != NULL && i < argc; i++) {
    all[i].name = argv[i];
    check (cli, &all[i], sources, !sarif && !junit);
  }
  conclude (cli, sources);
  if (sarif)
    sarif_print (cli, all, (size_t)argc);
  if (junit)
    junit_print (cli, all, (size_t)argc);
  free (all);
  return cli_finish (cli, json_pack ("{s:o}", "sources", sources), NULL);
}

static const struct cmd_option options[] = {
  { 0, "lax", ARG_NONE, NULL, "judge as importers do: forgive what they forgive" },
  { 0, "for", ARG_STRING, "PROFILE",
    "what this platform refuses is an error, too (repeatable)" },
  { 0, "schema-dir", ARG_STRING, "DIR",
    "use the official DMTF schemas in DIR instead of our own" },
  { 0, "format", ARG_CHOICE, "text|json|sarif|junit",
    "json is --json; sarif and junit are for CI systems" },
  { 0, "list-rules", ARG_NONE, NULL, "list all rules" },
  { 0, "explain", ARG_STRING, "RULE", "explain one rule, and how to mend its faults" },
  OPTION_FROM,
  OPTION_CONFIGURATION,
  OPTIONS_REACH,
  OPTIONS_TRUST,
  OPTIONS_END
};

const struct command cmd_validate = {
  .name = "validate",
  .synopsis = "validate SOURCE... [OPTIONS]\n"
              "validate --list-rules\n"
              "validate --explain RULE",
  .summary = "check a package against the standard and for a platform",
  .more = "Exit status 0 when there is no error, 3 when there is one. Warnings do "
          "not count.",
  .min_args = 0,
  .max_args = ANY_NUMBER,
  .options = options,
  .run = run,
};

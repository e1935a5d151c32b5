/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool verify: digests and signature, in the words of cli.md 3.1. */
#include "show.h"

/* "word", or "word (reason)". */
static const char *
with_reason (struct cli *cli, const char *word, const json_t *result,
             const char *key)
{
  const char *reason = json_show (cli, result, key, NULL);

  return reason != NULL ? cli_format (cli, "%s (%s)", word, reason) : word;
}

static void
print_files (struct cli *cli, const json_t *result)
{
  struct table table = { .cli = cli, .columns = 2 };
  json_t *file;
  size_t i;

  json_array_foreach (json_object_get (result, "files"), i, file)
    table_add (&table,
               !json_get_true (file, "listed")  ? "not listed"
               : json_get_true (file, "match") ? "matches"
                                                : "DIFFERS",
               json_show (cli, file, "name", "-"));
  table_print (&table, "  ");
}

static void
print_verdict (struct cli *cli, const json_t *result)
{
  FILE *out = cli_out (cli);
  const char *word = json_get_true (result, "verified") ? "yes"
                     : json_get_true (result, "lax")    ? "lax"
                                                        : "no";
  const char *from = json_show (cli, result, "not_before", NULL);
  const char *to = json_show (cli, result, "not_after", NULL);
  const char *signer = json_show (cli, result, "signer", NULL);

  fprintf (out, "verified: %s\n", with_reason (cli, word, result, "reason"));
  fprintf (out, "signature: %s\n",
           with_reason (cli, json_show (cli, result, "signature", "unsigned"),
                        result, "signature_reason"));
  if (signer != NULL)
    fprintf (out, "signer: %s\n", signer);
  if (from != NULL && to != NULL)
    fprintf (out, "valid: %s to %s\n", from, to);
  if (cli_verbose (cli))
    print_files (cli, result);
}

static int
run (struct cli *cli, int argc, char **argv)
{
  struct ovf_error *err = NULL;
  char *text = NULL;
  json_t *result;

  (void)argc;
  cli_set_subject (cli, argv[0]);
  ovf_verify (cli_ctx (cli), argv[0], cli_options (cli), cli_report (cli),
              &text, &err);
  result = cli_parse (cli, text);
  if (result != NULL)
    print_verdict (cli, result);
  return cli_finish (cli, result, err);
}

static const struct cmd_option options[] = { OPTIONS_TRUST, OPTIONS_END };

const struct command cmd_verify = {
  .name = "verify",
  .synopsis = "verify PACKAGE [OPTIONS]",
  .summary = "check the digests and the signature of a package",
  .more = "Exit status 0 when everything is listed and matches, 4 when not.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run,
};

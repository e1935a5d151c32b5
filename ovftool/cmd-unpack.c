/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool unpack: the members of an archive into a folder. */
#include "show.h"

static int
run (struct cli *cli, int argc, char **argv)
{
  struct ovf_error *err = NULL;
  char *text = NULL;
  json_t *result;

  (void)argc;
  cli_set_subject (cli, argv[0]);
  ovf_unpack (cli_ctx (cli), argv[0], cli_string (cli, "directory"),
              cli_options (cli), cli_report (cli), &text, &err);
  result = cli_parse (cli, text);
  if (result != NULL)
    print_written (cli, result);
  return cli_finish (cli, result, err);
}

static const struct cmd_option options[] = {
  { 'C', "directory", ARG_STRING, "DIR",
    "where the members go (default: a folder named after the OVA)" },
  OPTIONS_TRUST,
  OPTIONS_END
};

const struct command cmd_unpack = {
  .name = "unpack",
  .synopsis = "unpack OVA [-C DIR] [OPTIONS]",
  .summary = "unpack an OVA, checking its digests on the way",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run,
};

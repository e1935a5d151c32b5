/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool version. */
#include "command.h"

static int
run (struct cli *cli, int argc, char **argv)
{
  json_t *result = json_pack ("{s:s}", "version", ovf_version ());

  (void)argc;
  (void)argv;
  fprintf (cli_out (cli), "ovftool %s\n", ovf_version ());
  return cli_finish (cli, result, NULL);
}

static const struct cmd_option options[] = { OPTIONS_END };

const struct command cmd_version = {
  .name = "version",
  .synopsis = "version",
  .summary = "print the version",
  .max_args = 0,
  .options = options,
  .run = run,
};

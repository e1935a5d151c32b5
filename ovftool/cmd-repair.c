/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool repair: a package without what can be mended. */
#include "command.h"

static int
run (struct cli *cli, int argc, char **argv)
{
  (void)argc;
  if (cli_string (cli, "output") == NULL)
    return cli_usage (cli, "where is the repaired package to be written? (-o OUT)");
  return change_run (cli, ovf_repair, argv[0]);
}

static const struct cmd_option options[] = {
  OPTION_OUTPUT ("OUT", "the package to write: an .ova, an .ovf or a folder"),
  { 0, "for", ARG_STRING, "PROFILE", "mend what this platform refuses, too" },
  OPTIONS_TRUST,
  OPTIONS_END
};

const struct command cmd_repair = {
  .name = "repair",
  .synopsis = "repair PACKAGE -o OUT [OPTIONS]",
  .summary = "write a package anew without the faults that can be mended",
  .more = "Every change is listed with the rule that it cures, and what is left "
          "is told as validate does. A digest that differs is never mended.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run,
};

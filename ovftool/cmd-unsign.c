/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool unsign: drop the certificate. */
#include "command.h"

static int
run (struct cli *cli, int argc, char **argv)
{
  (void)argc;
  return change_run (cli, ovf_unsign, argv[0]);
}

static const struct cmd_option options[] = {
  OPTION_OUTPUT ("OUT", "write there instead of replacing PACKAGE"),
  OPTIONS_TRUST,
  OPTIONS_END
};

const struct command cmd_unsign = {
  .name = "unsign",
  .synopsis = "unsign PACKAGE [OPTIONS]",
  .summary = "drop the signature of a package; the manifest stays",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run,
};

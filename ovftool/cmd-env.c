/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool env: the OVF environment on an ISO image. */
#include "command.h"

static int
run (struct cli *cli, int argc, char **argv)
{
  (void)argc;
  if (cli_string (cli, "output") == NULL)
    return cli_usage (cli, "which image? (-o ovf-env.iso)");
  return change_run (cli, ovf_env, argv[0]);
}

static const struct cmd_option options[] = {
  OPTION_OUTPUT ("ISO", "the image to write; FILE.xml is the document alone"),
  { 0, "prop", ARG_STRING, "KEY=VALUE", "set a property (repeatable)" },
  OPTION_MACHINE,
  OPTION_CONFIGURATION,
  OPTIONS_TRUST,
  OPTIONS_END
};

const struct command cmd_env = {
  .name = "env",
  .synopsis = "env PACKAGE -o ISO [OPTIONS]",
  .summary = "make the ISO image that tells a guest its properties",
  .more = "For hypervisors without vApp support: attach it as a CD drive.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run,
};

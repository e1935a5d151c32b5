/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool export: a machine to an OVF or OVA package. */
#include "command.h"

static int
run (struct cli *cli, int argc, char **argv)
{
  (void)argc;
  if (cli_string (cli, "output") == NULL)
    return cli_usage (cli, "say where the package goes: -o PACKAGE");
  return convert_run (cli, argv[0], cli_string (cli, "output"));
}

static const struct cmd_option options[] = {
  OPTION_OUTPUT ("PACKAGE", "the .ova or .ovf to write, or '-'"),
  OPTIONS_CONVERT,
  OPTIONS_END
};

const struct command cmd_export = {
  .name = "export",
  .synopsis = "export SOURCE -o PACKAGE [OPTIONS]",
  .summary = "write a machine as an OVF or OVA package",
  .more = "Disks become streamOptimized VMDK, compressed and hashed straight "
          "into the\npackage in one pass.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run,
};

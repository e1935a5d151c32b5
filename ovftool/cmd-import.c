/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool import: a package to the configuration and disks of a hypervisor. */
#include "command.h"

static int
run (struct cli *cli, int argc, char **argv)
{
  static const char *const live[] = { "connect", "pool", "start" };

  (void)argc;
  if (cli_string (cli, "to") == NULL)
    return cli_usage (cli, "say which hypervisor it is for: --to KIND");
  for (size_t i = 0; i < sizeof live / sizeof live[0]; i++) {
    if (!cli_flag (cli, live[i]))
      continue;
    cli_fail (cli, OVF_E_UNSUPPORTED,
              "import into a folder with -o DIR and run the command it prints",
              "'--%s' is not there yet: no live host can be reached", live[i]);
    return cli_finish (cli, NULL, NULL);
  }
  return convert_run (cli, argv[0], cli_string (cli, "output"));
}

static const struct cmd_option options[] = {
  OPTION_OUTPUT ("DIR", "where the files go (default: a folder named after "
                        "the machine)"),
  { 0, "connect", ARG_STRING, "URI",
    "upload the disks to this libvirt host and define the machine" },
  { 0, "pool", ARG_STRING, "POOL", "with --connect: the storage pool" },
  { 0, "start", ARG_NONE, NULL, "with --connect: start the machine" },
  OPTIONS_CONVERT,
  OPTIONS_END
};

const struct command cmd_import = {
  .name = "import",
  .synopsis = "import PACKAGE --to KIND [-o DIR] [OPTIONS]",
  .summary = "verify a package and make a hypervisor's configuration and disks",
  .more = "Checks manifest and signature, converts the disks, writes the "
          "configuration into\nDIR and prints the command that starts the "
          "machine.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run,
};

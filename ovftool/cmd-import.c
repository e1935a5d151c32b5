/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool import: a package to the configuration and disks of a hypervisor. */
#include <string.h>

#include "command.h"

static int
run (struct cli *cli, int argc, char **argv)
{
  static const char *const live[] = { "pool", "start" };
  const char *to = cli_string (cli, "to");
  bool connect = cli_flag (cli, "connect");

  (void)argc;
  if (to == NULL && !connect)
    return cli_usage (cli, "say which hypervisor it is for: --to KIND");
  for (size_t i = 0; !connect && i < sizeof live / sizeof live[0]; i++)
    if (cli_flag (cli, live[i]))
      return cli_usage (cli, "--%s goes with --connect URI", live[i]);
  if (connect && to != NULL && strcmp (to, "libvirt") != 0)
    return cli_usage (cli, "--connect reaches libvirt hosts: --to libvirt, not '%s'", to);
  if (connect && cli_flag (cli, "output"))
    return cli_usage (cli, "--connect writes to a storage pool, -o into a folder: "
                           "they exclude each other");
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
  .synopsis = "import PACKAGE --to KIND [-o DIR] [OPTIONS]\n"
              "import PACKAGE --connect URI [--pool POOL] [--start] [OPTIONS]",
  .summary = "verify a package and make a hypervisor's configuration and disks",
  .more = "Checks manifest and signature, converts the disks, writes the "
          "configuration into\nDIR and prints the command that starts the "
          "machine; with --connect, makes the\nmachine on a live libvirt host "
          "instead.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run,
};

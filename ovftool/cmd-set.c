/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool set: edit the description of a package. */
#include "command.h"

static int
run (struct cli *cli, int argc, char **argv)
{
  struct ovf_error *err = NULL;

  for (int i = 1; i < argc; i++)
    if (!cli_set_option (cli, "key", argv[i], &err))
      return cli_finish (cli, NULL, err);
  if (argc < 2 && !cli_flag (cli, "remove"))
    return cli_usage (cli, "what is to be set? (KEY=VALUE, or --remove DEVICE)");
  return change_run (cli, ovf_set, argv[0]);
}

static const struct cmd_option options[] = {
  { 0, "remove", ARG_STRING, "DEVICE",
    "remove a device or property (repeatable): ovftool-set(1) lists them" },
  OPTION_MACHINE,
  OPTION_OUTPUT ("OUT", "write there instead of replacing PACKAGE"),
  OPTIONS_TRUST,
  OPTIONS_END
};

const struct command cmd_set = {
  .name = "set",
  .synopsis = "set PACKAGE KEY=VALUE... [OPTIONS]",
  .summary = "edit the description of a package",
  .more
  = "Keys: name, memory, cpus, os, annotation, eula (@FILE reads one),\n"
    "product.(product|vendor|version|full_version|product_url|vendor_url),\n"
    "prop.[CLASS.]KEY[.INSTANCE], net.OLDNAME,\n"
    "nic.N.(network|model|mac), disk.N.(bus|controller|unit); N from 0.\n"
    "The manifest follows, disks are not touched, a signature is dropped.",
  .min_args = 1,
  .max_args = ANY_NUMBER,
  .options = options,
  .run = run,
};

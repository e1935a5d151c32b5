/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool convert: any kind to any other, disks included. */
#include "command.h"

static int
run (struct cli *cli, int argc, char **argv)
{
  (void)argc;
  return convert_run (cli, argv[0], argv[1]);
}

static const struct cmd_option options[] = { OPTIONS_CONVERT, OPTIONS_END };

const struct command cmd_convert = {
  .name = "convert",
  .synopsis = "convert SOURCE TARGET [OPTIONS]",
  .summary = "convert a machine or package to another kind, disks included",
  .more = "The kind of SOURCE is found by its content, that of TARGET by its "
          "suffix;\n--from and --to settle both. What the target cannot "
          "express is reported.",
  .min_args = 2,
  .max_args = 2,
  .options = options,
  .run = run,
};

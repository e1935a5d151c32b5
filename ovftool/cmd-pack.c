/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool pack: a folder as an OVA. */
#include "command.h"

/* The target is an argument of ovf_pack (), an option here. */
static bool
pack (struct ovf_ctx *ctx, const char *source,
      const struct ovf_options *options, struct ovf_report *report,
      char **ret_json, struct ovf_error **err)
{
  return ovf_pack (ctx, source, NULL, options, report, ret_json, err);
}

static int
run (struct cli *cli, int argc, char **argv)
{
  (void)argc;
  if (cli_string (cli, "output") == NULL)
    return cli_usage (cli, "which archive? (-o OVA)");
  return change_run (cli, pack, argv[0]);
}

static const struct cmd_option options[] = {
  OPTION_OUTPUT ("OVA", "the archive to write; '-' is standard output"),
  OPTIONS_SIGN,
  OPTIONS_TRUST,
  OPTIONS_END
};

const struct command cmd_pack = {
  .name = "pack",
  .synopsis = "pack OVF|DIR -o OVA [OPTIONS]",
  .summary = "pack a descriptor and its files as an OVA",
  .more = "A manifest that is there must match, and is kept byte for byte.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run,
};

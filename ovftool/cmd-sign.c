/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool sign: make or replace manifest and certificate. */
#include "command.h"

/* The library knows the key by the name that it has where signing is one
 * option of many. */
static bool
give (struct cli *cli, const char *name, const char *library_name,
      struct ovf_error **err)
{
  const char *value = cli_string (cli, name);

  return value == NULL || cli_set_option (cli, library_name, value, err);
}

static int
run (struct cli *cli, int argc, char **argv)
{
  struct ovf_error *err = NULL;

  (void)argc;
  if (!give (cli, "key", "sign-key", &err)
      || !give (cli, "cert", "sign-cert", &err))
    return cli_finish (cli, NULL, err);
  return change_run (cli, ovf_sign, argv[0]);
}

static const struct cmd_option options[] = {
  { 0, "key", ARG_STRING, "PEM", "the private key, RSA or ECDSA" },
  { 0, "cert", ARG_STRING, "PEM",
    "the signer's certificate, with intermediates behind it" },
  { 0, "passin", ARG_STRING, "SOURCE",
    "where the key's passphrase is: pass:, env:, file:, fd:, stdin" },
  { 0, "sign-command", ARG_STRING, "COMMAND", "let COMMAND sign the manifest" },
  OPTION_OUTPUT ("OUT", "write there instead of replacing PACKAGE"),
  OPTIONS_TRUST,
  OPTIONS_END
};

const struct command cmd_sign = {
  .name = "sign",
  .synopsis = "sign PACKAGE --key PEM --cert PEM [OPTIONS]",
  .summary = "sign a package",
  .more = "A manifest that is complete stays as it is; else one is made.",
  .min_args = 1,
  .max_args = 1,
  .options = options,
  .run = run,
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool help, and --help: the same text, from the tables. */
#include <string.h>

#include "cli.h"

#define COLUMN 30 /* where the explanation of an option begins */

static void
print_options (FILE *fp, const struct cmd_option *o)
{
  for (; o != NULL && o->name != NULL; o++) {
    int n = fprintf (fp, o->letter != 0 ? "  -%c, " : "      ", o->letter);

    n += fprintf (fp, "--%s", o->name);
    if (o->arg != ARG_NONE)
      n += fprintf (fp, "=%s", o->metavar);
    if (n > COLUMN - 2) {
      fputc ('\n', fp);
      n = 0;
    }
    fprintf (fp, "%*s%s\n", COLUMN - n, "", o->help);
  }
}

/* "usage: ovftool A\n       ovftool B\n" from "A\nB". */
static void
print_synopsis (FILE *fp, const char *synopsis)
{
  const char *lead = "usage:";

  while (*synopsis != '\0') {
    int n = (int)strcspn (synopsis, "\n");

    fprintf (fp, "%s ovftool %.*s\n", lead, n, synopsis);
    synopsis += n + (synopsis[n] == '\n');
    lead = "      ";
  }
}

static void
print_command (FILE *fp, const struct command *c)
{
  print_synopsis (fp, c->synopsis);
  fprintf (fp, "\n%s: %s\n", c->name, c->summary);
  if (c->more != NULL)
    fprintf (fp, "%s\n", c->more);
  if (c->options[0].name != NULL) {
    fputs ("\nOptions:\n", fp);
    print_options (fp, c->options);
  }
  fputs ("\nOptions of all commands:\n", fp);
  print_options (fp, global_options);
  fprintf (fp, "\nThe manual has the rest: man ovftool-%s\n", c->name);
}

void
help_print (FILE *fp, const struct command *c)
{
  if (c != NULL) {
    print_command (fp, c);
    return;
  }
  print_synopsis (fp, "COMMAND [OPTIONS] ARGS\nhelp COMMAND\n"
                       "[OPTIONS] SOURCE [TARGET]");
  fputs ("\nReads, checks, converts and writes virtual machine packages "
         "(OVF and OVA).\nWithout a command, options and output are those "
         "of VMware's tool: ovftool-vmware(1).\n\nCommands:\n", fp);
  for (size_t i = 0; commands[i] != NULL; i++)
    fprintf (fp, "  %-10s  %s\n", commands[i]->name, commands[i]->summary);
  fputs ("\nOptions of all commands:\n", fp);
  print_options (fp, global_options);
  fputs ("\nExit status: 0 done; 1 failed; 2 wrong usage; 3 malformed or "
         "unsafe input;\n4 a digest or signature does not match; 5 --strict "
         "and something would be lost.\n", fp);
}

static int
run (struct cli *cli, int argc, char **argv)
{
  const struct command *c = argc > 0 ? command_by_name (argv[0]) : NULL;
  const char *near;

  cli->json = false;
  if (argc > 0 && c == NULL) {
    near = nearest_command (argv[0]);
    cli_fail (cli, OVF_E_USAGE,
              near != NULL ? cli_format (cli, "did you mean '%s'?", near)
                           : "'ovftool help' lists the commands",
              "there is no command '%s'", argv[0]);
    return cli_finish (cli, NULL, NULL);
  }
  help_print (cli_out (cli), c);
  return cli_finish (cli, NULL, NULL);
}

static const struct cmd_option options[] = { OPTIONS_END };

const struct command cmd_help = {
  .name = "help",
  .synopsis = "help [COMMAND]",
  .summary = "explain a command and its options",
  .max_args = 2, /* "help disk convert" */
  .options = options,
  .run = run,
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool: finds the command, reads its options, runs it, and ends with the
 * status or the signal that says how it went. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "compat.h"

/* ---- signals ------------------------------------------------------------ */

/* The only state outside struct cli: a handler gets no argument. */
static struct ovf_ctx *volatile running;
static volatile sig_atomic_t caught;

static void
on_signal (int sig)
{
  caught = sig;
  if (running != NULL)
    ovf_ctx_cancel (running);
}

/* The first signal asks the library to clean up; a second one ends at once.
 * Without SA_RESTART, so that a read from a silent pipe ends as well. */
static void
catch_signals (void)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  struct sigaction action = { .sa_handler = on_signal,
                              .sa_flags = (int)SA_RESETHAND };
  struct sigaction old;

  sigemptyset (&action.sa_mask);
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
    /* nohup has it ignored: keep that.  A shell's background jobs have SIGINT
     * ignored, but one that is sent to us by hand is meant. */
    if (signals[i] == SIGHUP && sigaction (SIGHUP, NULL, &old) == 0
        && old.sa_handler == SIG_IGN)
      continue;
    sigaction (signals[i], &action, NULL);
  }
  signal (SIGPIPE, SIG_IGN);
}

/* A standard descriptor that is closed would be given to the next file that
 * is opened, and messages would be written into it.  An end of a pipe whose
 * other end is closed behaves like a closed descriptor. */
static void
fill_descriptors (void)
{
  for (int fd = 0; fd <= 2; fd++) {
    int ends[2];

    if (fcntl (fd, F_GETFD) < 0 && pipe (ends) == 0)
      close (ends[1]);
  }
}

/* ---- running ------------------------------------------------------------ */

/* The face is decided before options are parsed: by the first word that does
 * not begin with '-' (cli.md 1).  argc when there is none. */
static int
first_word (int argc, char **argv)
{
  int i = 1;

  while (i < argc && argv[i][0] == '-')
    i++;
  return i;
}

/* An error in the options must still give a JSON document where one was
 * asked for, wherever the option stands. */
static bool
asks_for_json (int argc, char **argv)
{
  for (int i = 1; i < argc && strcmp (argv[i], "--") != 0; i++)
    if (strcmp (argv[i], "--json") == 0)
      return true;
  return false;
}

static bool
has_word (int argc, char **argv, const char *word)
{
  for (int i = 1; i < argc && strcmp (argv[i], "--") != 0; i++)
    if (strcmp (argv[i], word) == 0)
      return true;
  return false;
}

/* Options that print something and are done: true when there was one. */
static bool
run_special (struct cli *cli, int argc, char **argv)
{
  if (has_word (argc, argv, "--long-options"))
    options_list (cli->out, cli->command, true);
  else if (has_word (argc, argv, "--short-options"))
    options_list (cli->out, cli->command, false);
  else if (has_word (argc, argv, "--rules-pod"))
    rules_pod (cli->out);
  else if (has_word (argc, argv, "--commands"))
    for (size_t i = 0; commands[i] != NULL; i++)
      fprintf (cli->out, "%s\n", commands[i]->name);
  else
    return false;
  cli->json = false;
  cli_finish (cli, NULL, NULL);
  return true;
}

static int
check_count (struct cli *cli)
{
  const struct command *c = cli->command;
  unsigned n = (unsigned)cli->n_args;

  if (n >= c->min_args && n <= c->max_args)
    return 0;
  cli_fail (cli, OVF_E_USAGE,
            cli_format (cli, "usage: ovftool %.*s",
                        (int)strcspn (c->synopsis, "\n"), c->synopsis),
            n < c->min_args ? "'ovftool %s' lacks an argument"
                            : "'ovftool %s' was given too many arguments",
            c->name);
  return cli_finish (cli, NULL, NULL);
}

static int
run_command (struct cli *cli, int argc, char **argv, int at)
{
  int status;

  cli->json = asks_for_json (argc, argv);
  if (run_special (cli, argc, argv))
    return cli->status;
  if (!options_parse (cli, at - 1, argv + 1, true)
      || !options_parse (cli, argc - at - 1, argv + at + 1, false)
      || (!cli_flag (cli, "help") && !cli_flag (cli, "version")
          && !options_apply (cli)))
    return cli_finish (cli, NULL, NULL);
  cli->color_err = wants_color (cli_string (cli, "color"), STDERR_FILENO);
  cli->color_out = wants_color (cli_string (cli, "color"), STDOUT_FILENO);
  if (cli_flag (cli, "help")) {
    cli->json = false;
    help_print (cli->out, cli->command);
    return cli_finish (cli, NULL, NULL);
  }
  if (cli_flag (cli, "version"))
    return cmd_version.run (cli, 0, NULL);
  status = check_count (cli);
  return status != 0 ? status
                     : cli->command->run (cli, cli->n_args, cli->args);
}

/* Only options: `--version` and `--help` are ours. */
static int
run_bare (struct cli *cli, int argc, char **argv)
{
  if (run_special (cli, argc, argv))
    return cli->status;
  if (argc <= 1) {
    help_print (stderr, NULL);
    return code_status (OVF_E_USAGE);
  }
  if (!options_parse (cli, argc - 1, argv + 1, false))
    return cli_finish (cli, NULL, NULL);
  if (cli_flag (cli, "help"))
    help_print (cli->out, NULL);
  /* -v alone asks for the version in the VMware-compatible face. */
  else if (cli_flag (cli, "version")
           || (cli->n_values == 1 && cli->n_args == 0
               && cli_flag (cli, "verbose")))
    return cmd_version.run (cli, 0, NULL);
  else
    cli_fail (cli, OVF_E_USAGE, "see 'ovftool help'", "no command was given");
  return cli_finish (cli, NULL, NULL);
}

/* A word that is no command: misspelt, when it stands alone and looks like no
 * file; else a SOURCE of the VMware-compatible face. */
static int
run_other (struct cli *cli, int argc, char **argv, int at)
{
  const char *word = argv[at], *near = nearest_command (word);

  if (at > 1 || access (word, F_OK) == 0 || strpbrk (word, "./:") != NULL)
    return compat_run (cli, argc, argv);
  cli_fail (cli, OVF_E_USAGE,
            near != NULL ? cli_format (cli, "did you mean '%s'?", near)
                         : "'ovftool help' lists the commands",
            "there is no command '%s'", word);
  return cli_finish (cli, NULL, NULL);
}

int
main (int argc, char **argv)
{
  int at, status;
  const struct command *command;
  struct cli *cli;

  fill_descriptors ();
  at = first_word (argc, argv);
  command = at < argc ? command_by_name (argv[at]) : NULL;
  cli = cli_new (command);
  running = cli->ctx;
  catch_signals ();
  if (command != NULL)
    status = run_command (cli, argc, argv, at);
  else if (at >= argc)
    status = run_bare (cli, argc, argv);
  else
    status = run_other (cli, argc, argv, at);
  running = NULL;
  cli_free (cli);
  if (caught != 0 && status != 0) {
    signal (caught, SIG_DFL);
    raise (caught);
  }
  return status;
}

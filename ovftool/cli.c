/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* struct cli: what one run of the program knows, and the list of commands. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

const struct command *const commands[] = {
#define ROW(n) &cmd_##n,
  COMMANDS (ROW)
#undef ROW
  NULL
};

const struct command *
command_by_name (const char *name)
{
  for (size_t i = 0; commands[i] != NULL; i++)
    if (strcmp (commands[i]->name, name) == 0)
      return commands[i];
  return NULL;
}

bool
wants_color (const char *when, int fd)
{
  const char *no = getenv ("NO_COLOR"), *term = getenv ("TERM");

  if (when != NULL && strcmp (when, "auto") != 0)
    return strcmp (when, "always") == 0;
  return isatty (fd) && (no == NULL || *no == '\0') && term != NULL
         && strcmp (term, "dumb") != 0;
}

struct cli *
cli_new (const struct command *command)
{
  struct cli *cli = must_realloc (NULL, sizeof *cli);

  memset (cli, 0, sizeof *cli);
  cli->command = command;
  cli->name = command != NULL ? command->name : NULL;
  cli->ctx = ovf_ctx_new ();
  cli->report = ovf_report_new ();
  cli->options = ovf_options_new ();
  cli->out = must_have (open_memstream (&cli->out_text, &cli->out_len));
  cli->color_err = wants_color (NULL, STDERR_FILENO);
  return cli;
}

void
cli_free (struct cli *cli)
{
  progress_done (cli);
  fclose (cli->out);
  free (cli->out_text);
  ovf_options_free (cli->options);
  ovf_report_free (cli->report);
  ovf_ctx_free (cli->ctx);
  for (size_t i = 0; i < cli->n_kept; i++)
    free (cli->kept[i]);
  free (cli->kept);
  free (cli->failures);
  free (cli->values);
  free (cli->args);
  free (cli);
}

struct ovf_ctx *
cli_ctx (struct cli *cli)
{
  return cli->ctx;
}

struct ovf_report *
cli_report (struct cli *cli)
{
  return cli->report;
}

const struct ovf_options *
cli_options (struct cli *cli)
{
  return cli->options;
}

bool
cli_set_option (struct cli *cli, const char *name, const char *value,
                struct ovf_error **err)
{
  return ovf_options_set (cli->options, name, value, err);
}

static const struct value *
find_value (struct cli *cli, const char *name)
{
  for (size_t i = cli->n_values; i-- > 0;)
    if (strcmp (cli->values[i].option->name, name) == 0)
      return &cli->values[i];
  return NULL;
}

bool
cli_flag (struct cli *cli, const char *name)
{
  return find_value (cli, name) != NULL;
}

const char *
cli_string (struct cli *cli, const char *name)
{
  const struct value *v = find_value (cli, name);

  return v != NULL ? v->text : NULL;
}

bool
cli_json (struct cli *cli)
{
  return cli->json;
}

bool
cli_quiet (struct cli *cli)
{
  return cli->quiet;
}

bool
cli_verbose (struct cli *cli)
{
  return cli->verbose;
}

void
cli_set_json (struct cli *cli)
{
  cli->json = true;
}

void
cli_set_name (struct cli *cli, const char *constant)
{
  cli->name = constant;
}

void
cli_set_subject (struct cli *cli, const char *source)
{
  char *shown = source != NULL ? ovf_shown_source (source) : NULL;

  cli->subject = shown != NULL ? cli_format (cli, "%s", shown) : NULL;
  free (shown);
}

const char *
cli_subject (const struct cli *cli)
{
  return cli->subject;
}

FILE *
cli_out (struct cli *cli)
{
  return cli->out;
}

void
cli_keep_stdout (struct cli *cli)
{
  cli->keep_stdout = true;
}

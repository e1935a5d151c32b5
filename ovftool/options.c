/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options: one table a command, and one for all of them.  The rows are what
 * is parsed, what --help prints, and what completion and the manual's test
 * ask for.
 *
 * getopt_long () is not used: it takes abbreviations, which break scripts
 * when an option is added, and it cannot say what it did not understand. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

const struct cmd_option global_options[] = {
  { 'h', "help", ARG_NONE, NULL, "show this text" },
  { 'V', "version", ARG_NONE, NULL, "show the version" },
  { 'q', "quiet", ARG_NONE, NULL, "print results and errors only" },
  { 'v', "verbose", ARG_NONE, NULL, "print more" },
  { 'f', "force", ARG_NONE, NULL, "replace existing targets" },
  { 'j', "jobs", ARG_NUMBER, "N", "worker threads (default: all CPUs)" },
  { 0, "json", ARG_NONE, NULL, "print one JSON document" },
  { 0, "strict", ARG_NONE, NULL, "fail (5) when anything would be lost" },
  { 0, "progress", ARG_CHOICE, "auto|bar|plain|json|off",
    "how progress is shown on standard error" },
  { 0, "limit", ARG_STRING, "NAME=VALUE",
    "change a limit on the input (repeatable; see ovftool-security(7))" },
  { 0, "sandbox", ARG_CHOICE, "auto|require|off",
    "confine helper programs that read untrusted disks" },
  { 0, "color", ARG_CHOICE, "auto|always|never", "colours in messages" },
  OPTIONS_END
};

const struct cmd_option *
option_find (const struct cmd_option *o, const char *name, size_t len)
{
  for (; o != NULL && o->name != NULL; o++)
    if (strlen (o->name) == len && strncmp (o->name, name, len) == 0)
      return o;
  return NULL;
}

static const struct cmd_option *
find_letter (const struct cmd_option *o, char letter)
{
  for (; o != NULL && o->name != NULL; o++)
    if (o->letter != 0 && o->letter == letter)
      return o;
  return NULL;
}

static const struct cmd_option *
command_options (const struct cli *cli)
{
  return cli->command != NULL ? cli->command->options : NULL;
}

/* "the option is one of 'import' and 'convert'": where else a name is known. */
static const char *
option_home (const char *name)
{
  for (size_t i = 0; commands[i] != NULL; i++)
    if (option_find (commands[i]->options, name, strlen (name)) != NULL)
      return commands[i]->name;
  return NULL;
}

static bool
unknown_option (struct cli *cli, const char *name)
{
  const char *near = nearest_option (cli->command, name);
  const char *home = option_home (name), *hint = NULL;

  if (home != NULL)
    hint = cli_format (cli, "it is an option of 'ovftool %s'", home);
  else if (near != NULL)
    hint = cli_format (cli, "did you mean '--%s'?", near);
  else
    hint = cli->command != NULL
             ? cli_format (cli, "see 'ovftool help %s'", cli->command->name)
             : "see 'ovftool help'";
  if (cli->command != NULL)
    cli_fail (cli, OVF_E_USAGE, hint, "'ovftool %s' has no option '--%s'",
              cli->command->name, name);
  else
    cli_fail (cli, OVF_E_USAGE, hint, "there is no option '--%s'", name);
  return false;
}

/* Is word one of "a|b|c"? */
static bool
is_choice (const char *list, const char *word)
{
  size_t n = strlen (word);

  while (*list != '\0') {
    size_t len = strcspn (list, "|");

    if (len == n && strncmp (list, word, n) == 0)
      return true;
    list += len + (list[len] == '|');
  }
  return false;
}

static bool
check_value (struct cli *cli, const struct cmd_option *o, const char *text)
{
  uint64_t n;

  if (o->arg == ARG_CHOICE && !is_choice (o->metavar, text))
    cli_fail (cli, OVF_E_USAGE, NULL, "'--%s' takes %s, not '%s'", o->name,
              o->metavar, text);
  else if (o->arg == ARG_NUMBER
           && (*text == '\0' || strspn (text, "0123456789") != strlen (text)
               || strlen (text) > 9))
    cli_fail (cli, OVF_E_USAGE, NULL, "'--%s' takes a number, not '%s'",
              o->name, text);
  else if (o->arg == ARG_SIZE && !ovf_parse_size (text, &n))
    cli_fail (cli, OVF_E_USAGE, "write it as 512, 64K, 20G (base 1024)",
              "'--%s' takes a size, not '%s'", o->name, text);
  else
    return true;
  return false;
}

bool
options_add (struct cli *cli, const struct cmd_option *o, const char *text)
{
  if (o->arg != ARG_NONE && !check_value (cli, o, text))
    return false;
  cli->values = must_realloc (cli->values,
                              (cli->n_values + 1) * sizeof *cli->values);
  cli->values[cli->n_values++] = (struct value){ o, text };
  return true;
}

static bool
need_value (struct cli *cli, const struct cmd_option *o, bool joined)
{
  cli_fail (cli, OVF_E_USAGE,
            joined ? cli_format (cli,
                                 "before a command a value is joined: --%s=%s",
                                 o->name, o->metavar)
                   : NULL,
            "'--%s' needs a value: %s", o->name, o->metavar);
  return false;
}

/* "--name", "--name=value", "--name" "value".  *i is the last word used. */
static bool
parse_long (struct cli *cli, int argc, char **argv, int *i, bool joined)
{
  const char *name = argv[*i] + 2;
  size_t len = strcspn (name, "=");
  const char *value = name[len] == '=' ? name + len + 1 : NULL;
  const struct cmd_option *o = option_find (command_options (cli), name, len);

  if (o == NULL)
    o = option_find (global_options, name, len);
  if (o == NULL)
    return unknown_option (cli, cli_format (cli, "%.*s", (int)len, name));
  if (o->arg == ARG_NONE && value != NULL) {
    cli_fail (cli, OVF_E_USAGE, NULL, "'--%s' takes no value", o->name);
    return false;
  }
  if (o->arg != ARG_NONE && value == NULL) {
    if (joined || *i + 1 >= argc)
      return need_value (cli, o, joined);
    value = argv[++*i];
  }
  return options_add (cli, o, value);
}

/* "-q", "-qv", "-j4", "-j" "4". */
static bool
parse_short (struct cli *cli, int argc, char **argv, int *i, bool joined)
{
  const char *p = argv[*i] + 1;

  while (*p != '\0') {
    const struct cmd_option *o = find_letter (command_options (cli), *p);

    if (o == NULL)
      o = find_letter (global_options, *p);
    if (o == NULL) {
      cli_fail (cli, OVF_E_USAGE,
                cli_format (cli, "see 'ovftool help%s%s'",
                            cli->command ? " " : "",
                            cli->command ? cli->command->name : ""),
                "there is no option '-%c'", *p);
      return false;
    }
    p++;
    if (o->arg == ARG_NONE) {
      if (!options_add (cli, o, NULL))
        return false;
      continue;
    }
    if (*p == '\0' && (joined || *i + 1 >= argc))
      return need_value (cli, o, joined);
    return options_add (cli, o, *p != '\0' ? p : argv[++*i]);
  }
  return true;
}

bool
options_parse (struct cli *cli, int argc, char **argv, bool joined)
{
  bool only_words = false;

  for (int i = 0; i < argc; i++) {
    char *word = argv[i];

    if (only_words || word[0] != '-' || word[1] == '\0') {
      cli->args = must_realloc (cli->args,
                                (size_t)(cli->n_args + 2) * sizeof *cli->args);
      cli->args[cli->n_args++] = word;
      cli->args[cli->n_args] = NULL;
    } else if (strcmp (word, "--") == 0) {
      only_words = true;
    } else if (word[1] == '-') {
      if (!parse_long (cli, argc, argv, &i, joined))
        return false;
    } else if (!parse_short (cli, argc, argv, &i, joined)) {
      return false;
    }
  }
  return true;
}

/* ---- what they mean --------------------------------------------------- */

static bool
apply_limit (struct cli *cli, const char *text)
{
  struct ovf_error *err = NULL;
  size_t len = strcspn (text, "=");
  uint64_t value;

  if (text[len] == '\0' || !ovf_parse_size (text + len + 1, &value)) {
    cli_fail (cli, OVF_E_USAGE, "for instance --limit members=20000",
              "'--limit' takes NAME=SIZE, not '%s'", text);
    return false;
  }
  if (ovf_ctx_set_limit (cli->ctx, cli_format (cli, "%.*s", (int)len, text),
                         value, &err))
    return true;
  cli_error (cli, err);
  return false;
}

static unsigned
to_number (const char *digits)
{
  unsigned n = 0;

  for (; *digits != '\0'; digits++)
    n = n * 10 + (unsigned)(*digits - '0');
  return n;
}

static bool
apply_global (struct cli *cli, const char *name, const char *text)
{
  if (strcmp (name, "json") == 0)
    cli->json = true;
  else if (strcmp (name, "quiet") == 0)
    cli->quiet = true;
  else if (strcmp (name, "verbose") == 0)
    cli->verbose = true;
  else if (strcmp (name, "strict") == 0)
    cli->strict = true;
  else if (strcmp (name, "jobs") == 0)
    ovf_ctx_set_jobs (cli->ctx, to_number (text));
  else if (strcmp (name, "limit") == 0)
    return apply_limit (cli, text);
  else if (strcmp (name, "sandbox") == 0)
    ovf_ctx_set_sandbox (cli->ctx, text[0] == 'a'   ? OVF_SANDBOX_AUTO
                                   : text[0] == 'r' ? OVF_SANDBOX_REQUIRE
                                                    : OVF_SANDBOX_OFF);
  return true;
}

bool
options_apply (struct cli *cli)
{
  struct ovf_error *err = NULL;

  for (size_t i = 0; i < cli->n_values; i++) {
    const struct value *v = &cli->values[i];

    if (!apply_global (cli, v->option->name, v->text))
      return false;
    if (!ovf_options_known (v->option->name))
      continue;
    if (!ovf_options_set (cli->options, v->option->name,
                          v->text != NULL ? v->text : "yes", &err)) {
      cli_error (cli, err);
      return false;
    }
  }
  progress_init (cli, cli_string (cli, "progress"));
  return true;
}

void
options_list (FILE *fp, const struct command *c, bool long_forms)
{
  const struct cmd_option *lists[] = { c != NULL ? c->options : NULL,
                                       global_options };

  for (size_t i = 0; i < 2; i++) {
    for (const struct cmd_option *o = lists[i]; o != NULL && o->name; o++) {
      if (long_forms)
        fprintf (fp, "--%s%s\n", o->name, o->arg == ARG_NONE ? "" : "=");
      else if (o->letter != 0)
        fprintf (fp, "-%c\n", o->letter);
    }
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of a struct cli, shared by main.c, options.c, output.c and
 * progress.c; commands see command.h only. */
#ifndef OVFTOOL_CLI_H
#define OVFTOOL_CLI_H

#include <stdarg.h>

#include "command.h"

struct value { /* one option as it was given */
  const struct cmd_option *option;
  const char *text; /* NULL for ARG_NONE */
};

struct failure { /* an error, from the library or our own */
  enum ovf_code code;
  const char *message, *hint, *file, *rule; /* kept by the cli */
  unsigned line;
  size_t findings; /* how many were there when it happened */
};

enum progress_mode {
  PROGRESS_AUTO, /* a bar on a terminal, else nothing */
  PROGRESS_BAR,
  PROGRESS_PLAIN,
  PROGRESS_JSON,
  PROGRESS_OFF
};
struct progress {
  enum progress_mode mode;
  char *what, *shown;        /* as it is, and escaped */
  uint64_t started, printed; /* milliseconds of the monotonic clock */
  uint64_t first;            /* bytes done when it started */
  unsigned percent;          /* last one printed, 101 = none */
  bool on_line;              /* a bar stands on the terminal's line */
};

struct cli {
  const struct command *command; /* NULL: no command's name was given */
  const char *name;              /* "disk info" */
  const char *subject;
  struct ovf_ctx *ctx;
  struct ovf_report *report;
  struct ovf_options *options;

  struct value *values;
  size_t n_values;
  char **args;
  int n_args;

  bool json, quiet, verbose, strict, keep_stdout, hide_notes;
  bool color_err, color_out;
  FILE *out;
  char *out_text;
  size_t out_len;

  struct failure *failures;
  size_t n_failures;
  int status;

  void **kept; /* strings that live as long as the cli */
  size_t n_kept;
  struct progress progress;
};

struct cli *cli_new (const struct command *);
void cli_free (struct cli *);
/* What --color says (NULL = auto), for this descriptor. */
bool wants_color (const char *when, int fd);
/* ---- memory.c: there is some, or the program ends -------------------- */
void *must_have (void *p); /* p, which is not NULL */
void *must_realloc (void *p, size_t n);
char *must_format (const char *fmt, va_list) __attribute__ ((format (printf, 1, 0)));
const char *cli_keep (struct cli *, char *text /* taken */);

#define SIZE_TEXT 32
void size_text (char out[SIZE_TEXT], uint64_t bytes); /* "8.0 GiB" */

/* ---- options.c ------------------------------------------------------- */
extern const struct cmd_option global_options[];
/* Puts the options of argv into cli->values, the other words into cli->args.
 * `joined`: before a command's name, where a value must be joined.  False
 * after cli_fail (). */
bool options_parse (struct cli *, int argc, char **argv, bool joined);
/* One option with its value, which is checked; false after cli_fail (). */
bool options_add (struct cli *, const struct cmd_option *, const char *text);
/* Sets what the options mean: context, library options, JSON, colours. */
bool options_apply (struct cli *);
const struct cmd_option *option_find (const struct cmd_option *,
                                      const char *name, size_t len);
/* `--long-options`, `--short-options`: for completion and the manual's test. */
void options_list (FILE *, const struct command *, bool long_forms);

/* ---- suggest.c ------------------------------------------------------- */
/* The smallest number of letters to insert, drop, change or swap. */
unsigned edit_distance (const char *a, const char *b);
/* Near enough to be meant by `word`? */
bool is_near (const char *word, const char *known, unsigned distance);
const char *nearest_command (const char *word); /* or NULL */
const char *nearest_option (const struct command *, const char *word);

/* ---- progress.c ------------------------------------------------------ */
void progress_init (struct cli *, const char *mode);
void progress_clear (struct cli *); /* before anything else is printed */
void progress_done (struct cli *);

/* ---- document.c ------------------------------------------------------ */
/* As dumped by jansson, but ASCII to the last byte; free () it. */
char *json_ascii (const json_t *, size_t flags);
json_t *json_text (const char *); /* any bytes; NULL gives null */
/* The JSON document, ASCII only; result is lent and may be NULL. */
char *document_text (struct cli *, json_t *result);

/* ---- rules-pod.c ----------------------------------------------------- */
/* The manual page of the rules, ovftool-rules(7), as POD. */
void rules_pod (FILE *);

/* Status and word of an error code (cli.md 2). */
int code_status (enum ovf_code);
const char *code_word (enum ovf_code);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a file ovftool/cmd-*.c must provide: one struct command.  Its text is
 * what --help, the manual's test and completion print. */
#ifndef OVFTOOL_COMMAND_H
#define OVFTOOL_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "ovf.h"

enum arg { ARG_NONE, ARG_STRING, ARG_NUMBER, ARG_SIZE };
struct cmd_option {
  char letter;         /* 0 = long form only */
  const char *name;    /* "disk-format"; NULL ends the list */
  enum arg arg;
  const char *metavar; /* "FORMAT" */
  const char *help;    /* one line; the manual has the rest */
};

struct cli; /* parsed options, context, report, output */
struct command {
  const char *name;
  const char *synopsis;  /* "info SOURCE... [OPTIONS]" */
  const char *summary;   /* one line */
  const char *more;      /* a paragraph for --help, or NULL */
  unsigned min_args, max_args;
  const struct cmd_option *options;
  int (*run) (struct cli *, int argc, char **argv); /* exit status */
};

/* One word adds a command. */
#define COMMANDS(X)                                                           \
  X (info) X (verify) X (unpack) X (convert) X (import) X (disk) X (formats)  \
  X (help) X (version)
#define DECLARE(n) extern const struct command cmd_##n;
COMMANDS (DECLARE)
#undef DECLARE
extern const struct command *const commands[]; /* NULL-terminated */
const struct command *command_by_name (const char *);

/* Options shared by several commands: put these rows into a command's list.
 * They are the same words with the same meaning everywhere (cli.md 3). */
#define OPTIONS_TRUST                                                         \
  { 0, "ca", ARG_STRING, "FILE|system", "trust certificates of this PEM file" }, \
  { 0, "require-signature", ARG_NONE, NULL, "refuse a package without a signature" }, \
  { 0, "lax-manifest", ARG_NONE, NULL, "forgive a manifest that leaves out the descriptor or lists absent files" }, \
  { 0, "no-verify", ARG_NONE, NULL, "do not compare digests" }
#define OPTIONS_END { 0, NULL, ARG_NONE, NULL, NULL }

/* ---- what a command's run () may use ---------------------------------- */
struct ovf_ctx *cli_ctx (struct cli *);
struct ovf_report *cli_report (struct cli *);
/* All options given that the library knows, as its options object. */
const struct ovf_options *cli_options (struct cli *);
bool cli_flag (struct cli *, const char *name);
const char *cli_string (struct cli *, const char *name); /* the last, or NULL */
bool cli_json (struct cli *);   /* --json */
bool cli_quiet (struct cli *);
bool cli_verbose (struct cli *);
/* Standard output is collected and written once, when the command is done. */
FILE *cli_out (struct cli *);

/* The end of a command: prints findings, then either the JSON document with
 * `result` (a JSON text of the library, may be NULL) or, on failure, the
 * error (taken).  Returns the exit status, --strict included.  Text output
 * the command has put into cli_out () is dropped when --json is given, or
 * when it failed and keep_text is false. */
int cli_finish (struct cli *, const char *result, struct ovf_error *err,
                bool keep_text);
/* Wrong usage: one sentence and where help is; returns 2. */
int cli_usage (struct cli *, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));

#endif

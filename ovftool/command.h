/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a file ovftool/cmd-*.c must provide: one struct command.  Its text is
 * what --help, the manual's test and completion print.  A command is thin: it
 * hands its options to the library and words the result for people. */
#ifndef OVFTOOL_COMMAND_H
#define OVFTOOL_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "ovf.h"

/* ARG_CHOICE: the metavar is the list of words, "same|native". */
enum arg { ARG_NONE, ARG_STRING, ARG_NUMBER, ARG_SIZE, ARG_CHOICE };
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
  const char *synopsis;  /* "info SOURCE... [OPTIONS]"; more lines with \n */
  const char *summary;   /* one line */
  const char *more;      /* a paragraph for --help, or NULL */
  unsigned min_args, max_args;
  const struct cmd_option *options;
  int (*run) (struct cli *, int argc, char **argv); /* exit status */
};
#define ANY_NUMBER 1000000u

/* One word adds a command. */
#define COMMANDS(X)                                                           \
  X (info) X (validate) X (verify) X (unpack) X (pack) X (sign) X (unsign)    \
  X (convert) X (import) X (export) X (build) X (set) X (repair)          \
  X (env) X (diff) X (disk) X (formats) X (help) X (version)
#define DECLARE(n) extern const struct command cmd_##n;
COMMANDS (DECLARE)
#undef DECLARE
extern const struct command *const commands[]; /* NULL-terminated */
const struct command *command_by_name (const char *);

/* ---- options shared by several commands ------------------------------ */
/* Put these rows into a command's list: the same words with the same meaning
 * everywhere (cli.md 3). */
#define OPTION_OUTPUT(metavar, help)                                          \
  { 'o', "output", ARG_STRING, metavar, help }
#define OPTION_DRY_RUN                                                        \
  { 0, "dry-run", ARG_NONE, NULL,                                             \
    "write nothing; show the plan, the space it needs and the findings" }
#define OPTION_CONFIGURATION                                                  \
  { 0, "configuration", ARG_STRING, "ID",                                     \
    "take this deployment option instead of the default one" }
#define OPTION_MACHINE                                                        \
  { 0, "machine", ARG_STRING, "ID", "take one machine of several" }
#define OPTION_FROM                                                           \
  { 0, "from", ARG_STRING, "KIND",                                            \
    "what SOURCE is, instead of looking at its content" }
/* Every reader of a package. */
#define OPTIONS_TRUST                                                         \
  { 0, "ca", ARG_STRING, "FILE|system",                                       \
    "trust signatures that lead to a certificate of this PEM file" },         \
  { 0, "require-signature", ARG_NONE, NULL,                                   \
    "refuse a package that is not signed" },                                  \
  { 0, "lax-manifest", ARG_NONE, NULL,                                        \
    "forgive a manifest that omits the descriptor or lists absent files" },   \
  { 0, "no-verify", ARG_NONE, NULL, "do not compare digests" }
/* Every reader of a configuration or a disk. */
#define OPTIONS_REACH                                                         \
  { 0, "allow", ARG_STRING, "DIR",                                            \
    "a configuration may name files beneath DIR as well (repeatable)" },      \
  { 0, "disk-map", ARG_STRING, "NAME=FILE",                                   \
    "use FILE where the configuration says NAME (repeatable)" },              \
  { 0, "from-disk", ARG_STRING, "FORMAT",                                     \
    "the format of the disks read, instead of looking at their content" },    \
  { 0, "follow-backing", ARG_NONE, NULL,                                      \
    "read through backing files: flatten the chain" }
/* Signing what is written. */
#define OPTIONS_SIGN                                                          \
  { 0, "sha", ARG_CHOICE, "sha1|sha256|sha512",                               \
    "digest of the manifest (default sha256)" },                              \
  { 0, "sign-key", ARG_STRING, "PEM", "sign with this private key" },         \
  { 0, "sign-cert", ARG_STRING, "PEM",                                        \
    "the signer's certificate, with intermediates behind it" },               \
  { 0, "passin", ARG_STRING, "SOURCE",                                        \
    "where the key's passphrase is: pass:, env:, file:, fd:, stdin" },        \
  { 0, "sign-command", ARG_STRING, "COMMAND",                                 \
    "let COMMAND sign the manifest" }
/* convert, and with it import and export. */
#define OPTIONS_CONVERT                                                       \
  OPTION_FROM,                                                                \
  { 0, "to", ARG_STRING, "KIND",                                              \
    "what to write, instead of what TARGET's suffix says" },                  \
  { 0, "for", ARG_STRING, "PROFILE", "write what this platform accepts" },    \
  { 0, "name", ARG_STRING, "NAME", "name of the machine and of the files" },  \
  { 0, "net", ARG_STRING, "PATTERN=DEST",                                     \
    "attach networks that match PATTERN to DEST (repeatable)" },              \
  { 0, "prop", ARG_STRING, "KEY=VALUE",                                       \
    "set a property of the appliance (repeatable)" },                         \
  { 0, "hardware", ARG_CHOICE, "same|native",                                 \
    "keep the controllers and NICs, or use virtio (default same)" },          \
  { 0, "disk-format", ARG_STRING, "FORMAT", "format of the disks written" },  \
  { 0, "disk-option", ARG_STRING, "OPTION",                                   \
    "compressed, or subformat=WORD (repeatable)" },                           \
  { 0, "disk", ARG_STRING, "ID", "with --to disk: which one of several" },    \
  { 0, "compress", ARG_NUMBER, "1..9",                                        \
    "effort of compression (default 6)" },                                    \
  { 0, "chunk-size", ARG_SIZE, "SIZE",                                        \
    "split the files of a package into chunks" },                             \
  { 0, "ovf-version", ARG_CHOICE, "1.1|2.0",                                  \
    "version of the descriptor written (default 1.1)" },                      \
  { 0, "mac", ARG_CHOICE, "keep|strip|new", "MAC addresses (default keep)" }, \
  { 0, "uuid", ARG_CHOICE, "keep|new", "machine UUID (default keep)" },       \
  { 0, "virt-type", ARG_CHOICE, "kvm|qemu|xen",                               \
    "for libvirt and qemu (default kvm)" },                                   \
  { 0, "target-caps", ARG_STRING, "FILE",                                     \
    "what the host can do: saved output of virsh domcapabilities" },          \
  { 0, "kernel-dir", ARG_STRING, "DIR", "where kernels and ramdisks go" },    \
  { 0, "lax", ARG_NONE, NULL,                                                 \
    "go on with a required section that is not understood" },                 \
  OPTION_CONFIGURATION, OPTION_MACHINE, OPTION_DRY_RUN, OPTIONS_REACH,        \
  OPTIONS_SIGN, OPTIONS_TRUST
#define OPTIONS_END { 0, NULL, ARG_NONE, NULL, NULL }

/* ---- what a command's run () may use --------------------------------- */
struct ovf_ctx *cli_ctx (struct cli *);
struct ovf_report *cli_report (struct cli *);
/* All options given that the library knows, as its options object. */
const struct ovf_options *cli_options (struct cli *);
/* Sets an option of the library that the command line has in another form. */
bool cli_set_option (struct cli *, const char *name, const char *value,
                     struct ovf_error **err);
bool cli_flag (struct cli *, const char *name);
const char *cli_string (struct cli *, const char *name); /* the last, or NULL */
bool cli_json (struct cli *);   /* --json */
bool cli_quiet (struct cli *);
bool cli_verbose (struct cli *);
/* Asks for --json from within (`--format json`). */
void cli_set_json (struct cli *);
/* What the JSON document calls the command: "disk info". */
void cli_set_name (struct cli *, const char *constant);
/* What the command works on now: stands before messages that name no file. */
void cli_set_subject (struct cli *, const char *source);
/* The same as messages name it. */
const char *cli_subject (const struct cli *);
/* Standard output is collected and written once, when the command is done.
 * With --json it is dropped: print whatever the form. */
FILE *cli_out (struct cli *);
/* The data of an operation goes to standard output (TARGET `-`): words for
 * people go to standard error instead. */
void cli_keep_stdout (struct cli *);

/* Text for a terminal: escaped, "-" for NULL; lives as long as the cli. */
const char *cli_show (struct cli *, const char *untrusted);
const char *cli_show_json (struct cli *, const json_t *string_or_number);
const char *cli_size (struct cli *, uint64_t bytes); /* "8.0 GiB" */
/* Formatted, lives as long as the cli. */
const char *cli_format (struct cli *, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));

/* A result text of the library (taken) as JSON; NULL gives NULL. */
json_t *cli_parse (struct cli *, char *text);
/* One source of several failed (err taken): the command goes on, the highest
 * status counts, and the JSON document has the worst error. */
void cli_error (struct cli *, struct ovf_error *err);
/* A failure that the command itself found, in one sentence; hint or NULL. */
void cli_fail (struct cli *, enum ovf_code, const char *hint, const char *fmt,
               ...) __attribute__ ((format (printf, 4, 5)));
/* Notes are not worth a line each on standard error; documents have them. */
void cli_hide_notes (struct cli *);
/* The command did what it was asked for, and this is its answer: raises the
 * exit status without an error. */
void cli_answer (struct cli *, int status);
/* Wrong usage: one sentence and where help is; ends the command with 2. */
int cli_usage (struct cli *, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));
/* The end of a command: prints what is in cli_out () or the JSON document
 * with `result` (taken, may be NULL), then findings, then errors.  Returns
 * the exit status, --strict included. */
int cli_finish (struct cli *, json_t *result, struct ovf_error *err /* taken */);

/* ---- the common shapes (cmd-common.c) -------------------------------- */
/* One of ovf_verify () ... for each of argv; the elements of `key` in each
 * result ("images") are put together into one list. */
typedef bool operation_fn (struct ovf_ctx *, const char *,
                           const struct ovf_options *, struct ovf_report *,
                           char **ret_json, struct ovf_error **err);
/* One that writes the option "output" or replaces its argument, and the words
 * about what was made. */
int change_run (struct cli *, operation_fn *, const char *package);
/* ovf_convert () and the words about what was made. */
int convert_run (struct cli *, const char *source, const char *target);
void print_written (struct cli *, const json_t *result);

/* ---- help ------------------------------------------------------------ */
void help_print (FILE *, const struct command *); /* NULL: all commands */

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The VMware-compatible face (cli.md 6), which scripts call as
 * `ovftool [OPTIONS] SOURCE [TARGET]`: its own options, words and statuses
 * around the same library.  Commands do not see this. */
#ifndef OVFTOOL_COMPAT_H
#define OVFTOOL_COMPAT_H

#include "cli.h"
#include "show.h"

/* ---- compat-options.c ------------------------------------------------- */
enum compat_arg {
  COMPAT_FLAG,  /* --name, --name=true */
  COMPAT_VALUE, /* --name=value, --name value */
  COMPAT_KEYED, /* --name:key=value */
  COMPAT_KEY    /* --name:key, --name:key=value */
};
enum compat_use {
  COMPAT_OWN,     /* this face asks for it */
  COMPAT_LIBRARY, /* becomes the library's option `to` */
  COMPAT_IGNORED, /* means something only against vSphere */
  COMPAT_REFUSED  /* cannot be: `to` says why */
};
struct compat;
struct compat_option;
struct compat_value {
  const struct compat_option *option;
  const char *key, *text; /* key NULL where there is none */
};
/* Turns a value into options of the library; false after cli_fail (). */
typedef bool compat_fn (struct compat *, const struct compat_value *);
struct compat_option {
  const char *name, *letter; /* "sourceType", "st"; NULL name ends the list */
  enum compat_arg arg;
  enum compat_use use;
  const char *to;
  compat_fn *apply; /* NULL: the value as it is */
  const char *help;
};
extern const struct compat_option compat_options[];

struct compat {
  struct cli *cli;
  FILE *out;             /* what is said: standard output, as it happens */
  struct compat_value *values;
  size_t n_values;
  const char **warnings; /* our own, before the library's findings */
  size_t n_warnings;
  const char *source, *target;
  const json_t *model;   /* of the source, once it was looked at */
  bool machine, quiet;
  bool only_verify, hidden; /* --verifyOnly, --X:enableHiddenProperties */
  bool postponed;        /* the manifest is checked while it is used */
  const char *made_folder; /* for the target, or NULL */
  const char *dashes;    /* before the option being read */
  bool only_local;       /* options being read come from ./.ovftool */
  unsigned percent, files_done; /* progress */
  char *file;
  bool on_line;
};

/* The words of the command line behind its options' names.  False after
 * cli_fail (). */
bool compat_parse (struct compat *, int argc, char **argv);
/* One option without its dashes, "name:key=value"; *next is the word behind
 * it, and becomes NULL when it was taken as the value. */
bool compat_take (struct compat *, const char *word, const char **next);
/* Library options from all of them; the last of a name counts. */
bool compat_apply (struct compat *);
bool compat_flag (const struct compat *, const char *name);
bool compat_flag_or (const struct compat *, const char *name, bool otherwise);
const char *compat_text (const struct compat *, const char *name); /* or NULL */
void compat_set (struct compat *, const char *option, const char *value);
void compat_warn (struct compat *, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));

/* ---- compat-map.c: values in VMware's words --------------------------- */
compat_fn compat_chunk_size, compat_megabytes, compat_choice, compat_type,
  compat_disk_mode, compat_hardware, compat_export_flags, compat_lax,
  compat_key_file, compat_locale, compat_device, compat_extension;
bool compat_decode (char *text); /* Base64 in place; false when it is none */

/* ---- compat-config.c: ~/.ovftool, ./.ovftool, --configFile ------------ */
bool compat_config (struct compat *, int argc, char **argv);
void compat_config_help (struct compat *);

/* ---- compat-help.c ---------------------------------------------------- */
/* --help [TOPIC] and --version; false when neither was asked for. */
bool compat_asks_help (struct compat *, const char *topic);

/* ---- compat-facts.c: what a probe tells of a model -------------------- */
/* Collections first, then machines. */
#define EACH_OWNER(model, k, i, o)                                            \
  for (unsigned k = 0; k < 2; k++)                                            \
    json_array_foreach (json_object_get (model, k == 0 ? "collections"        \
                                                       : "machines"), i, o)
struct compat_sizes {
  uint64_t download, flat, sparse;
  bool no_download, no_flat, no_sparse, variable;
};
struct compat_sizes compat_sizes (const json_t *model);
const char *compat_os (struct cli *, const json_t *machine);
const char *compat_type_of (struct cli *, const json_t *property);
const char *compat_disk_type (struct cli *, const json_t *machine,
                              const json_t *drive);
const json_t *compat_product (const json_t *model); /* or NULL */
const char *compat_name (const json_t *model);
const json_t *compat_disk_of (const json_t *model, const json_t *drive);

/* ---- compat-probe.c, compat-machine.c: the probe ---------------------- */
void compat_probe_text (struct compat *, const json_t *model);
void compat_probe_machine (struct compat *, const json_t *model);
/* WARNING and ERROR blocks: `word` "Warning", lines of type and text. */
void compat_issues (struct compat *, const char *word, const char *const *types,
                    const char *const *texts, size_t n);
void compat_result (struct compat *, const char *word);

/* ---- compat-say.c: the console ---------------------------------------- */
/* A line of status; not with --quiet, not for machines. */
void compat_say (struct compat *, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));
void compat_watch (struct compat *); /* progress from here on */
void compat_end_line (struct compat *);
/* Warnings, errors and the last line; the exit status, 0 or 1. */
int compat_finish (struct compat *);
/* A finding or error in VMware's words where it has some (compat-words.c);
 * escaped, lives as long as the cli. */
const char *compat_words (struct cli *, const char *rule, const char *message,
                          unsigned line);

/* ---- compat-target.c -------------------------------------------------- */
/* What will be written, or NULL after cli_fail (); a target's folder that is
 * absent is made, and removed again by the second one. */
const char *compat_settle_target (struct compat *);
void compat_undo_target (struct compat *);

/* ---- compat-run.c ----------------------------------------------------- */
int compat_run (struct cli *, int argc, char **argv);
int compat_convert (struct compat *); /* compat-convert.c */
/* What kind a locator is: "OVA"; `type` is what -st or -tt said. */
const char *compat_kind (struct cli *, const char *type, const char *path,
                         const json_t *model);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules: what no schema can check, one row a rule (ids, clauses and severities
 * of the OVF standard DSP0243 and of common practice).  `--list-rules`,
 * `--explain`, the manual page and the samples' test read the same rows.
 *
 * A rule id is never reused.  A rule's finding may also be made where its
 * fault is met (a tar reader sees a duplicate member, the XML parser a
 * DOCTYPE): then `check` is NULL and `where` says who finds it. */
#ifndef OVF_CHECK_LINT_H
#define OVF_CHECK_LINT_H

#include <libxml/tree.h>

#include "base/ctx.h"
#include "base/report.h"
#include "model/model.h"
#include "package/package.h"

/* Bits: the versions a rule is for. */
#define OVF_09 1u
#define OVF_10 2u
#define OVF_11 4u
#define OVF_20 8u
#define OVF_1X (OVF_10 | OVF_11)
#define OVF_ALL (OVF_09 | OVF_1X | OVF_20)

enum level { LEVEL_OFF, LEVEL_NOTE, LEVEL_WARNING, LEVEL_ERROR };

struct lint;
struct rule {
  const char *id;         /* "OVF-REF-003" */
  enum level strict, lax; /* what importers refuse, and what they forgive */
  unsigned versions;      /* OVF_ALL */
  const char *clause;     /* "DSP0243 7.1"; or "practice", "security" */
  const char *title;      /* "every id of a File is unique" */
  const char *why;        /* what goes wrong, and who refuses it */
  const char *fix;        /* how to mend it, with the command where there is one */
  void (*check) (struct lint *, const struct rule *);
  const char *where;      /* who finds it when check is NULL */
};

struct lint {
  struct ovf_ctx *ctx;
  struct ovf_report *report;
  const char *file;               /* the descriptor's name, for findings */
  const xmlDoc *doc;
  const xmlNode *root;            /* Envelope */
  unsigned version;               /* one bit; OVF_11 when only "1.x" is known */
  const char *ns;                 /* the OVF namespace of this document */
  struct package *package;        /* NULL: no files to look at */
  const struct appliance *model;  /* as `info` reads it; NULL = unreadable */
  bool lax;
  unsigned found;                 /* by the rule that runs now */
};

/* A finding at a node (its line and path) with the severity of the mode;
 * nothing when the rule is off in it. */
void lint_add (struct lint *, const struct rule *, const xmlNode *at,
               const char *fmt, ...) PRINTF (4, 5);
/* The same at a line of the descriptor (model nouns know theirs). */
void lint_add_line (struct lint *, const struct rule *, unsigned line,
                    const char *fmt, ...) PRINTF (4, 5);

/* Every set ends with a row whose id is NULL. */
#define RULE_SETS(X)                                                          \
  X (package) X (tar) X (manifest) X (certificate) X (xml) X (refs) X (disks) \
  X (content) X (hardware) X (bounds) X (products) X (sections) X (sections2) \
  X (strings) X (environment) X (images) X (old) X (reading) \
  X (profiles) X (preflight)
#define DECLARE(n) extern const struct rule rules_##n[];
RULE_SETS (DECLARE)
#undef DECLARE
const struct rule *rule_by_id (const char *);
/* All rows in the order of the sets; NULL at the end. */
const struct rule *rule_at (size_t i);

/* All rules of the document's version. */
void lint_run (struct lint *);

/* Walking helpers that know what producers vary: an OVF attribute with or
 * without its namespace; allocated or NULL. */
char *lint_attr (const struct lint *, const xmlNode *, const char *name);
/* An OVF child, or the next sibling of the same name. */
xmlNode *lint_child (const struct lint *, const xmlNode *, const char *name);
xmlNode *lint_next (const struct lint *, const xmlNode *);
/* A section of the standard; an element that holds such: Envelope, machine,
 * collection (rules-content.c). */
bool lint_is_section (const struct lint *, const xmlNode *);
bool lint_holds_sections (const struct lint *, const xmlNode *);
/* Calls fn for every element of the document, in document order, without
 * recursion on the input's depth. */
void lint_each (struct lint *, const struct rule *, const char *name,
                void (*fn) (struct lint *, const struct rule *, const xmlNode *));

#endif

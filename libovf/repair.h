/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of `repair` share.  Each fix is tied to the rule that it
 * cures. */
#ifndef OVF_REPAIR_H
#define OVF_REPAIR_H

#include <jansson.h>

#include "check/profile.h"
#include "edit.h"
#include "rewrite.h"

struct repair {
  struct rewrite w;
  struct edit e;
  struct ovf_report *report;
  struct ovf_report *raw;       /* what reading found */
  const struct profile *profile; /* lent; NULL = none */
  json_t *fixes;
  size_t edits;                 /* of the descriptor's tree */
  unsigned removed;             /* devices */
};

/* A fix of the package as a whole, and one of the descriptor at a node. */
void repaired (struct repair *, const char *rule, const char *fmt, ...) PRINTF (3, 4);
void repaired_at (struct repair *, const char *rule, const xmlNode *, const char *fmt,
                  ...) PRINTF (4, 5);

/* ---- repair-items.c: hardware as the schema wants it ----------------- */
void repair_items (struct repair *);

/* ---- repair-disks.c: what the descriptor says of files and disks ------ */
bool repair_files (struct repair *, struct ovf_error **err);
bool repair_disks (struct repair *, struct ovf_error **err);

/* ---- repair-profile.c: what the platform refuses ---------------------- */
bool repair_for_profile (struct repair *, struct ovf_error **err);

#endif

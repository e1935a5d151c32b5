/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report: findings that do not stop the work.  The library never prints;
 * whoever called shows the report.  All functions do nothing when the report
 * is NULL. */
#ifndef OVF_BASE_REPORT_H
#define OVF_BASE_REPORT_H

#include "base/error.h"

/* rule is a constant; file and path may be NULL, line 0. */
void report_add (struct ovf_report *, enum ovf_severity, const char *rule,
                 const char *file, unsigned line, const char *path,
                 const char *fmt, ...) PRINTF (7, 8);
/* Adds a hint to the last finding. */
void report_hint (struct ovf_report *, const char *fmt, ...) PRINTF (2, 3);
/* Something the target cannot hold: a warning "LOSS-<target>-<what>".  Both
 * words are constants. */
void report_loss (struct ovf_report *, const char *target, const char *what,
                  const char *fmt, ...) PRINTF (4, 5);
/* Number of findings whose rule begins with "LOSS-". */
size_t report_losses (const struct ovf_report *);

#endif

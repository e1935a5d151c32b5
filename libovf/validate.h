/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inside of `validate`: its state, and what its files offer each other.
 *
 *   validate.c           the stages, and their findings put in order
 *   validate-package.c   digests, signature and disks of a package
 *   rules.c              the table of rules as JSON */
#ifndef OVF_VALIDATE_H
#define OVF_VALIDATE_H

#include "check/lint.h"
#include "check/profile.h"
#include "pipeline.h"

struct validation {
  struct ovf_ctx *ctx;
  const char *path;             /* as the user gave it */
  const struct ovf_options *options;
  struct source *source;
  struct ovf_report *raw;       /* findings as the stages make them */
  struct lint lint;             /* lint.doc NULL: no descriptor */
  unsigned digests;             /* algorithms of the manifest, a mask */
  profiles profiles;            /* of --for */
};

/* What is wrong with the content is a finding, and true.  That a file cannot
 * be read, or that the user ends it, is an error: *from goes to *err. */
bool validation_take (struct validation *, struct ovf_error **from,
                      struct ovf_error **err);
/* References that lead outside, told before anything is opened. */
bool validate_references (struct validation *, struct ovf_error **err);
bool validate_trust (struct validation *, struct ovf_error **err);
bool validate_disks (struct validation *, struct ovf_error **err);

#endif

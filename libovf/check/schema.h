/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The XSD stage: does a descriptor follow the DMTF content model? */
#ifndef OVF_CHECK_SCHEMA_H
#define OVF_CHECK_SCHEMA_H

#include <libxml/tree.h>

#include "base/ctx.h"
#include "base/report.h"

/* Findings OVF-XSD, with the lines of `doc` (not changed).  version: a bit of
 * lint.h.  lax: known habits of producers are masked first.  schema_dir: a
 * folder of the official DMTF files instead of our own schemas, or NULL.
 * False only when the schemas cannot be used: that says nothing about the
 * document. */
bool schema_validate (struct ovf_ctx *, const xmlDoc *doc, const char *file,
                      unsigned version, bool lax, const char *schema_dir,
                      struct ovf_report *, struct ovf_error **err);

#endif

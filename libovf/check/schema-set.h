/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds the documents of a schema by namespace, compiles, and keeps. */
#ifndef OVF_CHECK_SCHEMA_SET_H
#define OVF_CHECK_SCHEMA_SET_H

#include "base/xml-schema.h"

/* The schema of a namespace: ours (dir NULL), through schemas/catalog.xml, or
 * from the .xsd files in and below dir.  The context keeps it. */
const struct xml_schema *schema_for (struct ovf_ctx *, const char *ns,
                                     const char *dir, struct ovf_error **err);

#endif

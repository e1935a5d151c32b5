/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The schema stage of validate: descriptors and environments against our own
 * schemas, or against the DMTF's files in a folder. */
#ifndef OVF_CHECK_SCHEMA_H
#define OVF_CHECK_SCHEMA_H

#include "base/report.h"
#include "base/xml-schema.h"

/* Findings of rule OVF-XSD.  Works on a copy with sections of other
 * namespaces taken out (rules judge those), and mends every fault it reports
 * so that the next is seen, too.  lax: what importers forgive is mended
 * unreported: InstanceId, the order of CIM's elements, a missing ElementName
 * or InstanceID of a System, .xsd behind SASD's and EPASD's namespaces, a
 * missing initialBootStopDelay.
 * version is a bit of lint.h, OVF_09: there is no schema, a note says so.
 * false: no schema could be had, or the context was cancelled. */
bool schema_validate (struct ovf_ctx *, const xmlDoc *doc, const char *file,
                      unsigned version, bool lax, const char *schema_dir,
                      struct ovf_report *, struct ovf_error **err);

/* What the schema says of the document as it is: tests compare with it. */
bool schema_verdict (struct ovf_ctx *, xmlDoc *doc, const char *schema_dir,
                     bool *ret_valid, struct ovf_error **err);

#endif

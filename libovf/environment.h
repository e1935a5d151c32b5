/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The OVF environment of a machine (DSP8027): what its guest is told on first
 * boot. */
#ifndef OVF_ENVIRONMENT_H
#define OVF_ENVIRONMENT_H

#include "model/model.h"

#define ENVIRONMENT_FILE "ovf-env.xml"
#define ENVIRONMENT_LABEL "OVF ENV" /* as VMware calls the volume */

/* `KEY=VALUE` into the properties of the machine and of its collection: by
 * full key, or by the key alone when only one is called so.  A value must be
 * of the property's type (OVF_E_USAGE). */
bool environment_set (struct appliance *, size_t machine, const strings *assignments,
                      struct ovf_report *, struct ovf_error **err);
/* The same, into every machine that has the property; one must have it. */
bool environment_set_any (struct appliance *, const strings *assignments,
                          struct ovf_report *, struct ovf_error **err);
/* The document, allocated.  A property without a value that the user must
 * give is a warning. */
char *environment_text (const struct appliance *, size_t machine,
                        struct ovf_report *, size_t *ret_len,
                        struct ovf_error **err);
/* A drive of the machine for the image: an empty CD drive, or a new one. */
struct drive *environment_drive (struct machine *);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the Xen writer share. */
#ifndef OVF_CONVERTERS_XEN_WRITE_H
#define OVF_CONVERTERS_XEN_WRITE_H

#include "xen.h"

struct xen_writer {
  FILE *out;
  const struct appliance *a;
  const struct machine *m;
  bool hvm, native;
  bool ahci;                /* hdX are disks of an AHCI controller */
  struct ovf_report *report;
};

/* name = "text", as xl reads it: the only way in which text gets out.  NULL
 * writes nothing. */
void xen_put (struct xen_writer *, const char *name, const char *text);
/* The "text" alone. */
void xen_put_string (struct xen_writer *, const char *text);
void xen_put_number (struct xen_writer *, const char *name, uint64_t);
/* May this stand between the commas of a vif or a disk? */
bool xen_is_item (const char *text);
/* The text that was kept for this setting, or NULL. */
const char *xen_kept (const struct xen_writer *, const char *key);

/* disk = [ ... ] and hdtype; xen-write-disk.c. */
bool xen_put_disks (struct xen_writer *, struct ovf_error **err);
/* vif, display, ports ...; xen-write-devices.c. */
void xen_put_devices (struct xen_writer *);

#endif

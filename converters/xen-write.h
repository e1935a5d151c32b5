/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the Xen writer share. */
#ifndef OVF_CONVERTERS_XEN_WRITE_H
#define OVF_CONVERTERS_XEN_WRITE_H

#include "drive-name.h"
#include "xen.h"

struct xen_writer {
  FILE *out;                /* of xl.cfg: NULL where another format is written */
  const char *target;       /* of LOSS-<target>-...: a constant */
  const struct appliance *a;
  const struct machine *m;
  bool hvm, native;
  bool no_ahci;             /* there is no word for such a controller */
  bool ahci;                /* hdX are disks of an AHCI controller */
  struct ovf_report *report;
};
struct xen_seat { /* a drive, and its name in the guest */
  const struct drive *drive;
  struct drive_name name;
  bool placed;
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

/* ---- what a guest of Xen can have: for all formats that say it ---------- */
/* The boot loader among those that Xen brings, or NULL; xen-write.c. */
const char *xen_bootloader (struct xen_writer *);
/* The order of booting in letters of a PC: "cdn". */
void xen_boot_order (struct xen_writer *, char ret[8]);
/* What Xen has no firmware for, and no text. */
void xen_report_boot (struct xen_writer *);
/* Allocated: the seats of the drives that are not left out, with what moved
 * in the report; xen-write-disk.c. */
struct xen_seat *xen_seats (struct xen_writer *, size_t *n);
bool xen_disk_format (struct xen_writer *, const struct drive *, const char **ret,
                      struct ovf_error **err);
bool xen_is_read_only (const struct xen_writer *, const struct drive *);
/* What is said of a drive, and nobody can write. */
void xen_report_drive (struct xen_writer *, const struct drive *);
/* QEMU's adapter, "" = Xen's own; NULL = not said; xen-write-devices.c. */
const char *xen_nic_model (struct xen_writer *, const struct nic *);
/* Is it plugged into anything?  In the report, where it is not. */
bool xen_has_cable (struct xen_writer *, size_t nic);

/* ---- xl.cfg --------------------------------------------------------------- */
/* disk = [ ... ] and hdtype; xen-write-disk.c. */
bool xen_put_disks (struct xen_writer *, struct ovf_error **err);
/* vif, display, ports ...; xen-write-devices.c. */
void xen_put_devices (struct xen_writer *);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the libvirt converter share: the domain XML of KVM and
 * QEMU (https://libvirt.org/formatdomain.html, read against libvirt 9.0). */
#ifndef OVF_CONVERTERS_LIBVIRT_H
#define OVF_CONVERTERS_LIBVIRT_H

#include "base/xmlw.h"
#include "converter.h"
#include "model/maps.h"

/* ---- where the drives go (libvirt-place.c) ---------------------------- */
struct place { /* a drive of the model and its seat in the domain */
  const struct drive *drive;
  const struct controller *from; /* the model's, or NULL */
  enum bus bus;             /* IDE, SATA, SCSI, VIRTIO_*, USB, FLOPPY */
  unsigned controller;      /* IDE: the channel */
  unsigned unit;
  bool seated;              /* false: there is no room for it */
  char dev[8];              /* "sda" */
};
DEFINE_VECTOR (places, struct place)
struct lv_controller { /* a controller that has to be written */
  enum bus bus;             /* SATA, SCSI, VIRTIO_SCSI */
  unsigned from;            /* index in the model */
  unsigned index;           /* in the domain, where SCSI is one kind */
  const char *model;        /* libvirt's word, or NULL */
};
DEFINE_VECTOR (lv_controllers, struct lv_controller)
struct layout {
  const char *machine;      /* "pc", "q35" */
  places places;            /* in the order of the model */
  lv_controllers controllers;
  unsigned first_free;      /* SATA controllers before it are full */
  const struct place *explicit_boot; /* the boot disk, where libvirt would
                                        take another; else NULL */
};
/* Which machine, which bus, which seat: cli.md 3.3, --hardware. */
void layout_make (struct layout *, const struct machine *,
                  const struct write_settings *, struct ovf_report *);
void layout_done (struct layout *);
/* BUS_UNKNOWN: QEMU has nothing like it, and its drives move. */
enum bus bus_that_stays (const struct controller *);
/* Orders two `struct place *` as libvirt orders disks. */
int by_seat (const void *, const void *);
/* Sets explicit_boot; then says what moved (libvirt-place-report.c). */
void layout_choose_boot (struct layout *);
void layout_report (const struct layout *, const struct machine *, bool native,
                    struct ovf_report *);

/* ---- reading (libvirt-read.c) ------------------------------------------ */
struct appliance *libvirt_read (struct ovf_ctx *, const struct input *,
                                const struct read_settings *,
                                struct ovf_report *, struct ovf_error **err);

/* ---- writing ----------------------------------------------------------- */
bool libvirt_write (struct ovf_ctx *, const struct appliance *,
                    const struct write_settings *, FILE *, struct ovf_report *,
                    struct ovf_error **err);
/* <name a="b" c="d"/>: pairs up to a NULL name; a NULL value leaves its
 * attribute out (libvirt-devices.c). */
void lv_element (struct xmlw *, const char *name, ...)
  __attribute__ ((sentinel));
/* Does any device of the model have a boot order? */
bool has_boot_order (const struct machine *);
/* <devices>. */
void libvirt_devices (struct xmlw *, const struct appliance *,
                      const struct machine *, const struct layout *,
                      const struct write_settings *, struct ovf_report *);
/* What of the model the domain cannot say (libvirt-loss.c). */
void libvirt_losses (const struct appliance *, const struct machine *,
                     struct ovf_report *);

/* ---- libosinfo (libvirt-os.c) ------------------------------------------ */
#define LIBOSINFO_NS "http://libosinfo.org/xmlns/libvirt/domain/1.0"
/* "debian12" <-> "http://debian.org/debian/12"; allocated, NULL = unknown. */
char *osinfo_to_url (const char *short_id);
char *osinfo_of_url (const char *url);

#endif

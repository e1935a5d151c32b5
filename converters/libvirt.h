/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the libvirt converter share: the domain XML of KVM, QEMU
 * and Xen (https://libvirt.org/formatdomain.html, read against libvirt 9.0). */
#ifndef OVF_CONVERTERS_LIBVIRT_H
#define OVF_CONVERTERS_LIBVIRT_H

#include "base/xmlw.h"
#include "converter.h"
#include "loss.h"
#include "model/maps.h"
#include "place.h"

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
/* <devices>. */
void libvirt_devices (struct xmlw *, const struct appliance *,
                      const struct machine *, const struct layout *,
                      const struct write_settings *, struct ovf_report *);

/* All behind <vcpu> of a guest of Xen (libvirt-write-xen.c). */
bool libvirt_xen (struct xmlw *, const struct appliance *,
                  const struct machine *, const struct write_settings *,
                  struct ovf_report *, struct ovf_error **err);
/* What all hypervisors have in common. */
void lv_kernel (struct xmlw *, const struct appliance *,
                const struct machine *);
void lv_clock (struct xmlw *, const struct machine *);
void lv_nic_source (struct xmlw *, const struct nic *, bool xen,
                    struct ovf_report *);
void lv_nic_mac (struct xmlw *, const struct nic *, struct ovf_report *);
void lv_serials (struct xmlw *, const struct machine *, struct ovf_report *);
void lv_console (struct xmlw *, const char *type);
void lv_graphics (struct xmlw *, const struct machine *, bool has_spice,
                  struct ovf_report *);
void lv_sound (struct xmlw *, const struct machine *, struct ovf_report *);

/* ---- libosinfo (libvirt-os.c) ------------------------------------------ */
#define LIBOSINFO_NS "http://libosinfo.org/xmlns/libvirt/domain/1.0"
/* "debian12" <-> "http://debian.org/debian/12"; allocated, NULL = unknown. */
char *osinfo_to_url (const char *short_id);
char *osinfo_of_url (const char *url);

#endif

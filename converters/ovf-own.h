/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our own element at the end of a VirtualHardwareSection:
 *
 *   <ot:Machine xmlns:ot="https://ovftool.org/ns/1" ovf:required="false"
 *               uuid="..." clock="utc" ...>
 *     <ot:Boot kernelFile="file3" cmdline="root=/dev/xvda1"/>
 *     <ot:Device instanceId="3" wrote="vmware.sata.ahci" bus="virtio-blk"
 *                index="0"/>
 *   </ot:Machine>
 *
 * It holds what OVF has no words for, so that nothing is lost between two of
 * ours, and what a device is where its Item says the nearest thing that
 * importers know.  It stands inside the hardware section, because only there
 * the official schema allows foreign elements; it is left out when empty.
 *
 * Descriptors are edited: what it says of an Item holds only while the Item
 * is what it was when this was written (`wrote`), and for Items that are
 * still there.
 *
 * It comes from a stranger like the rest of the file.  So it never names a
 * file, a device or a program of the host: kernels are Files of the package,
 * and every word is checked when it is read. */
#ifndef OVF_OWN_H
#define OVF_OWN_H

#include "base/xml.h"
#include "base/xmlw.h"
#include "converter.h"

#define OWN_NS "https://ovftool.org/ns/1"

/* What a device really is.  NULL and 0: as its Item says. */
struct own_device {
  const char *id;         /* its InstanceID */
  const char *sub_type;   /* what its Item says: who edits that is right */
  const char *bus;        /* of a controller, with its index */
  unsigned index;
  const char *model;      /* "" = none was said */
  const char *attachment; /* of a NIC */
  const char *name;       /* of a drive, in the guest */
  unsigned boot_order;
  bool read_only, disk_read_only;
};
DEFINE_VECTOR (own_devices, struct own_device)

struct own_data {
  own_devices devices;
  const char *sound;      /* as model above */
  const char *family;     /* the hardware family, where it is ours */
};

/* Reports what even this cannot hold. */
void own_write (struct xmlw *, const struct appliance *, const struct machine *,
                const struct own_data *, struct ovf_report *);
/* Reads it into a machine that its Items, its annotation and the References
 * have filled: controllers, drives and NICs are found by their id
 * (InstanceID).  What makes no sense is ignored with a warning. */
void own_read (const xmlNode *, const struct input *, struct appliance *,
               struct machine *, struct ovf_report *);

#endif

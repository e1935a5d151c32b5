/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the drives of a machine go under VMware: which controllers there are
 * and every drive's seat. */
#ifndef OVF_CONVERTERS_VMX_PLACE_H
#define OVF_CONVERTERS_VMX_PLACE_H

#include "vmx.h"

struct vmx_place { /* a drive of the model and its seat */
  const struct drive *drive;
  struct vmx_seat seat;
  bool seated;              /* false: there is no room for it */
};
DEFINE_VECTOR (vmx_places, struct vmx_place)
struct vmx_adapter { /* a controller that has to be written */
  enum bus bus;             /* SCSI, SATA, NVME */
  unsigned index;
  const char *model;        /* virtualDev of a SCSI one: "pvscsi" */
};
DEFINE_VECTOR (vmx_adapters, struct vmx_adapter)
struct vmx_layout {
  vmx_places places;        /* in the order of the model */
  vmx_adapters adapters;
};
/* IDE, SATA, SCSI and NVMe stay; what VMware does not have becomes SATA, or
 * with native hardware every disk PVSCSI.  Says what moved. */
void vmx_layout_make (struct vmx_layout *, const struct machine *, bool native,
                      struct ovf_report *);
void vmx_layout_done (struct vmx_layout *);
/* The adapter, or NULL. */
const struct vmx_adapter *vmx_layout_adapter (const struct vmx_layout *,
                                              enum bus, unsigned index);
/* Is there a drive on this seat that was there in the source too? */
bool vmx_layout_kept (const struct vmx_layout *, const struct vmx_seat *);

/* ---- devices (vmx-write-devices.c) ------------------------------------------ */
void vmx_write_drives (FILE *, const struct appliance *, const struct machine *,
                       const struct vmx_layout *, struct ovf_report *);
void vmx_write_nics (FILE *, const struct appliance *, const struct machine *,
                     bool native, struct ovf_report *);
void vmx_write_ports (FILE *, const struct machine *, struct ovf_report *);
/* bios.bootOrder and what goes with it (vmx-write-boot.c). */
void vmx_write_boot (FILE *, const struct machine *, const struct vmx_layout *,
                     struct ovf_report *);
/* virtualDev of an adapter, or NULL = leave it to VMware; reports nothing. */
const char *vmx_nic_word (const struct nic *, bool native);

#endif

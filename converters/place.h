/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the drives of a machine go under QEMU: the machine type, the
 * controllers and every drive's seat (cli.md 3.3, --hardware).  The writers
 * of libvirt domains and of QEMU scripts decide it here, once. */
#ifndef OVF_CONVERTERS_PLACE_H
#define OVF_CONVERTERS_PLACE_H

#include "converter.h"
#include "model/maps.h"

struct place { /* a drive of the model and its seat in the guest */
  const struct drive *drive;
  const struct controller *from; /* the model's, or NULL */
  enum bus bus;             /* IDE, SATA, SCSI, VIRTIO_*, USB, FLOPPY */
  unsigned controller;      /* IDE: the channel */
  unsigned unit;
  bool seated;              /* false: there is no room for it */
  char dev[8];              /* "sda" */
};
DEFINE_VECTOR (places, struct place)
struct seats { /* a controller that has to be written */
  enum bus bus;             /* SATA, SCSI, VIRTIO_SCSI */
  unsigned from;            /* index in the model */
  unsigned index;           /* in the guest, where SCSI is one kind */
  const char *model;        /* libvirt's word, or NULL */
};
DEFINE_VECTOR (seats_list, struct seats)
struct layout {
  const char *target;       /* of LOSS-<target>-...: a constant */
  const char *machine;      /* "pc", "q35" */
  places places;            /* in the order of the model */
  seats_list controllers;
  unsigned first_free;      /* SATA controllers before it are full */
  const struct place *explicit_boot; /* the boot disk, where the first by
                                        name is another; else NULL */
};
/* Which machine, which bus, which seat.  target is a constant. */
void layout_make (struct layout *, const struct machine *, const char *target,
                  const struct write_settings *, struct ovf_report *);
void layout_done (struct layout *);
/* BUS_UNKNOWN: QEMU has nothing like it, and its drives move. */
enum bus bus_that_stays (const struct controller *);
/* Orders two `struct place *` as libvirt orders disks. */
int by_seat (const void *, const void *);
/* Sets explicit_boot; then says what moved (place-report.c). */
void layout_choose_boot (struct layout *);
void layout_report (const struct layout *, const struct machine *, bool native,
                    struct ovf_report *);
/* Does any device of the model have a boot order? */
bool has_boot_order (const struct machine *);
/* What the source says, or for a disk that is not the first by name its
 * place in the usual order: disk, media, network.  0 = not said. */
unsigned place_boot_order (const struct machine *, const struct layout *,
                           const struct place *);

/* What the drive holds: its disk, and the path of its file; or NULL. */
const struct disk *drive_disk (const struct appliance *, const struct drive *);
const char *drive_href (const struct appliance *, const struct drive *);
/* QEMU's name of the format that the drive's image has. */
const char *qemu_format (const struct disk *);
/* QEMU's and libvirt's name of the model `n` of an adapter; e1000 where they
 * have none, with LOSS-<target>-nic. */
const struct hwmodel *qemu_nic (const struct nic *, bool native,
                                const char *target, struct ovf_report *);
/* Does the guest take the hardware clock for local time?  Windows does. */
bool clock_is_local (const struct machine *);
/* A group address (its second digit is odd) is no adapter's. */
bool mac_is_unicast (const char *mac);

#endif

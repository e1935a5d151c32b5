/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the names of block devices say: "sdb" is the second SCSI disk.  And
 * the order of booting, in the letters of a PC's firmware. */
#ifndef OVF_CONVERTERS_DRIVE_NAME_H
#define OVF_CONVERTERS_DRIVE_NAME_H

#include "model/model.h"

struct drive_name {
  enum bus bus;
  unsigned index;           /* "sdb" is 1 */
  unsigned partition;       /* "xvda1" is 1; 0 = the whole disk */
};
/* "hda", "/dev/sdb", "xvda1", "vdc", "fda"; false for any other. */
bool drive_name_parse (const char *name, struct drive_name *ret);
/* The name, allocated; NULL for a bus that has none. */
char *drive_name_text (const struct drive_name *);
/* Bus, controller and unit of a drive, as libvirt and Xen number them.
 * wide_scsi: 15 on a controller, and 7 is the adapter. */
void drive_name_seat (const struct drive_name *, bool wide_scsi, struct drive *);
/* Is no other drive there? */
bool drive_seat_is_free (const struct machine *, const struct drive *);
/* Moves a drive behind all others of its bus. */
void drive_sit_behind (const struct machine *, struct drive *);

/* Gives the devices the order of `letters`: c disk, d medium, n network, a
 * floppy.  Nothing is said by what every machine does that is told nothing: a
 * disk first, then media, then the network. */
void boot_letters_read (struct machine *, const char *letters);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine around a disk that comes without one (cli.md section 7): 1 CPU,
 * 1 GiB, vmx-13, BIOS, no NIC. */
#include "pipeline.h"

#define SCSI_SEATS 15 /* disks on one controller: 16 ids, 7 is its own */

struct machine *
default_machine (struct appliance *a)
{
  struct machine *m = appliance_add_machine (a);

  m->cpus = 1;
  m->memory = UINT64_C (1) << 30;
  m->firmware = FIRMWARE_BIOS;
  strings_append (&m->hardware, xstrdup ("vmx-13"));
  return m;
}

/* LSI Logic has drivers in old guests too, PVSCSI in those with UEFI. */
void
default_drive (struct machine *m, size_t disk, unsigned number)
{
  unsigned unit = number % SCSI_SEATS;
  struct controller *c = machine_controller (m, BUS_SCSI, number / SCSI_SEATS);
  struct drive *d = machine_add_drive (m, DRIVE_DISK);

  if (c->model == NULL)
    c->model = xstrdup (m->firmware == FIRMWARE_UEFI ? "pvscsi" : "lsilogic");
  d->bus = BUS_SCSI;
  d->controller = number / SCSI_SEATS;
  d->unit = unit < 7 ? unit : unit + 1;
  d->disk = disk;
}

/* A bare disk gets the machine that `build` would give it. */
void
default_around_disk (struct appliance *a, struct ovf_report *report)
{
  struct machine *m;

  if (a->machines.len > 0 || strcmp (a->kind, "disk") != 0)
    return;
  m = default_machine (a);
  m->id = xstrdup (a->name);
  m->name = xstrdup (a->name);
  default_drive (m, 0, 0);
  report_add (report, OVF_NOTE, "EXPORT-DEFAULT-MACHINE", a->descriptor, 0, NULL,
              "a disk says nothing of its machine: 1 CPU, 1 GiB of memory, LSI Logic, BIOS");
  report_hint (report, "'ovftool build --disk FILE' takes --cpus, --memory, --firmware, --nic");
}

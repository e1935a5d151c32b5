/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a layout means: which disk boots, and what is not as it was. */
#include "place.h"

/* ---- the boot disk --------------------------------------------------------- */
/* The lowest disk of the controller that the first disk is on. */
static const struct place *
source_boot_disk (const struct layout *l)
{
  const struct place *boot = NULL;

  VECTOR_FOR (p, &l->places) {
    if (p->drive->kind != DRIVE_DISK || !p->seated)
      continue;
    if (boot == NULL
        || (p->from == boot->from && p->drive->unit < boot->drive->unit))
      boot = p;
  }
  return boot;
}

/* <boot dev='hd'/> means the first disk by name of the first bus.  NULL when
 * that is the disk that booted before, else this disk. */
void
layout_choose_boot (struct layout *l)
{
  const struct place *boot = source_boot_disk (l), *first = NULL;

  VECTOR_FOR (p, &l->places) {
    if (p->drive->kind != DRIVE_DISK || !p->seated)
      continue;
    if (first == NULL || (p->bus == first->bus && by_seat (&p, &first) < 0))
      first = p;
  }
  l->explicit_boot = boot == first ? NULL : boot;
}

/* ---- the report ------------------------------------------------------------ */
static char *
source_name (const struct controller *c)
{
  return xasprintf ("%s controller %u%s%s%s", bus_word (c->bus), c->index,
                    c->model ? " (" : "", c->model ? c->model : "",
                    c->model ? ")" : "");
}

/* One finding a controller of the source, not one a drive. */
static void
report_controller (const struct layout *l, const struct controller *c,
                   struct ovf_report *report)
{
  CLEANUP_FREE char *name = source_name (c);
  unsigned used = 0, moved = 0;
  enum bus to = BUS_UNKNOWN;

  VECTOR_FOR (p, &l->places) {
    if (p->from != c)
      continue;
    used++;
    if (p->bus != c->bus) {
      moved++;
      to = p->bus;
    }
  }
  if (moved > 0 && c->bus != BUS_UNKNOWN) {
    report_loss (report, l->target, "controller",
                 "the %s becomes %s on machine '%s'; %u of its drives moved",
                 name, bus_word (to), l->machine, moved);
    report_hint (report, "the guest must have a driver for %s",
                 to == BUS_IDE          ? "IDE"
                 : to == BUS_VIRTIO_BLK ? "virtio"
                                        : "SATA (AHCI)");
  }
  else if (used == 0 && bus_that_stays (c) == BUS_UNKNOWN)
    report_loss (report, l->target, "controller",
                 "the %s has no drives and is left out", name);
}

static void
report_seats (const struct layout *l, struct ovf_report *report)
{
  VECTOR_FOR (p, &l->places) {
    const struct drive *d = p->drive;
    if (!p->seated)
      report_loss (report, l->target, "drive",
                   "there is no room for the %s at %s %u:%u",
                   drive_kind_word (d->kind), bus_word (d->bus),
                   d->controller, d->unit);
    else if (p->bus == d->bus && p->unit != d->unit)
      report_loss (report, l->target, "unit",
                   "the %s at %s %u:%u moves to unit %u",
                   drive_kind_word (d->kind), bus_word (d->bus),
                   d->controller, d->unit, p->unit);
  }
}

/* Measured with OVMF as Debian builds it: no driver for PVSCSI.  SeaBIOS has
 * one. */
static void
report_firmware (const struct layout *l, const struct machine *m,
                 struct ovf_report *report)
{
  const struct place *boot = source_boot_disk (l);

  if (boot == NULL || boot->bus != BUS_SCSI
      || (m->firmware != FIRMWARE_UEFI && m->secure_boot != YES))
    return;
  report_add (report, OVF_WARNING, "HW-FIRMWARE", NULL, 0, NULL,
              "the first disk is on a SCSI controller (%s) that UEFI firmware "
              "for KVM often cannot start from",
              boot->from && boot->from->model ? boot->from->model : "scsi");
  report_hint (report, "--hardware native puts it on virtio, for a guest that "
                       "has the drivers");
}

/* The numbers of a guest's controllers have no holes. */
static void
report_numbers (const struct layout *l, struct ovf_report *report)
{
  VECTOR_FOR (s, &l->controllers)
    if (s->index != s->from)
      report_loss (report, l->target, "controller",
                   "the %s controller %u gets the number %u", bus_word (s->bus),
                   s->from, s->index);
}

void
layout_report (const struct layout *l, const struct machine *m, bool native,
               struct ovf_report *report)
{
  if (!native)
    VECTOR_FOR (c, &m->controllers)
      report_controller (l, c, report);
  report_numbers (l, report);
  report_seats (l, report);
  report_firmware (l, m, report);
}

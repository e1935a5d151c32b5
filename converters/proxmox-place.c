/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which key every drive gets: ide0 to ide3, sata0 to sata5, scsi0 to scsi30,
 * virtio0 to virtio15.
 *
 * A guest has one kind of SCSI controller (scsihw): that of the disk it
 * starts from.  Drives of other kinds, and of what Proxmox does not have,
 * become SATA, which every system knows, and SCSI where that is full. */
#include "place.h"
#include "proxmox.h"

static const struct {
  enum bus bus;
  const char *word;
  unsigned count;
} kinds[] = {
  { BUS_IDE, "ide", PROXMOX_IDE },
  { BUS_SATA, "sata", PROXMOX_SATA },
  { BUS_SCSI, "scsi", PROXMOX_SCSI },
  { BUS_VIRTIO_BLK, "virtio", PROXMOX_VIRTIO },
};

const char *
pm_bus_word (enum bus bus)
{
  for (size_t i = 0; i < ARRAY_SIZE (kinds); i++)
    if (kinds[i].bus == bus)
      return kinds[i].word;
  return NULL;
}

static unsigned
seats_of (enum bus bus)
{
  for (size_t i = 0; i < ARRAY_SIZE (kinds); i++)
    if (kinds[i].bus == bus)
      return kinds[i].count;
  return 0;
}

/* ---- the SCSI chip ------------------------------------------------------------ */
/* One virtio controller a drive numbers its drive as itself. */
static bool
is_single (const struct machine *m)
{
  VECTOR_FOR (d, &m->drives)
    if (d->bus == BUS_VIRTIO_SCSI && d->controller != d->unit)
      return false;
  return true;
}

static bool
is_lsi (const char *chip)
{
  return chip != NULL && strncmp (chip, "lsi", 3) == 0;
}

static const char *
chip_of (const struct machine *m, const struct drive *d)
{
  const struct controller *c = machine_find_controller (m, d->bus, d->controller);
  const struct hwmodel *h
    = c ? hwmodel_by_name (HW_CONTROLLER, c->model) : NULL;

  if (d->bus == BUS_VIRTIO_SCSI)
    return is_single (m) ? "virtio-scsi-single" : "virtio-scsi-pci";
  if (d->bus != BUS_SCSI)
    return NULL;
  return c == NULL || c->model == NULL ? "lsi" : h ? h->proxmox : NULL;
}

/* The kind of the first disk that has one, else of the first drive. */
static const char *
choose_chip (const struct machine *m)
{
  const char *any = NULL;

  VECTOR_FOR (d, &m->drives) {
    const char *chip = chip_of (m, d);
    if (chip != NULL && d->kind == DRIVE_DISK)
      return chip;
    any = any ? any : chip;
  }
  return any;
}

/* ---- seats ---------------------------------------------------------------------- */
static bool
taken (const struct pm_layout *l, enum bus bus, unsigned number)
{
  VECTOR_FOR (p, &l->places)
    if (p->seated && p->bus == bus && p->number == number)
      return true;
  return false;
}

static bool
sit (struct pm_layout *l, struct pm_place *p, enum bus bus, unsigned number)
{
  if (number >= seats_of (bus) || taken (l, bus, number))
    return false;
  p->bus = bus;
  p->number = number;
  p->seated = true;
  return true;
}

static enum bus
first_choice (const struct pm_layout *l, const struct machine *m,
              const struct drive *d, const char *chip, bool native)
{
  if (native && d->kind == DRIVE_DISK)
    return BUS_SCSI;
  if (d->bus == BUS_IDE || d->bus == BUS_SATA || d->bus == BUS_VIRTIO_BLK)
    return d->bus;
  if (l->scsihw != NULL && chip != NULL
      && (d->bus == BUS_SCSI || d->bus == BUS_VIRTIO_SCSI)
      && chip_of (m, d) != NULL && strcmp (chip_of (m, d), chip) == 0)
    return BUS_SCSI;
  return BUS_SATA;
}

/* The number that its old seat has. */
static unsigned
old_number (const struct pm_place *p, const char *chip)
{
  const struct drive *d = p->drive;
  unsigned per = p->bus == BUS_IDE ? 2 : PROXMOX_LSI_TARGETS;

  if (p->bus != BUS_IDE && !(p->bus == BUS_SCSI && is_lsi (chip)))
    return d->controller == 0
               || (p->bus == BUS_SCSI && chip && strstr (chip, "-single"))
             ? d->unit
             : UINT32_MAX;
  if (d->unit >= per || d->controller > 64)
    return UINT32_MAX;
  return d->controller * per + d->unit;
}

static void
sit_anywhere (struct pm_layout *l, struct pm_place *p)
{
  const enum bus order[] = { p->bus, BUS_SATA, BUS_SCSI };

  for (size_t i = 0; !p->seated && i < ARRAY_SIZE (order); i++)
    for (unsigned n = 0; !p->seated && n < seats_of (order[i]); n++)
      sit (l, p, order[i], n);
  if (p->seated && p->bus == BUS_SCSI && l->scsihw == NULL)
    l->scsihw = "virtio-scsi-pci";
}

/* ---- the report ------------------------------------------------------------------- */
static void
report_controller (const struct pm_layout *l, const struct controller *c,
                   const char *chip, struct ovf_report *report)
{
  const char *model = c->model ? c->model : "";
  enum bus to = BUS_UNKNOWN, as = c->bus == BUS_VIRTIO_SCSI ? BUS_SCSI : c->bus;
  unsigned used = 0, moved = 0;

  VECTOR_FOR (p, &l->places) {
    if (p->drive->bus != c->bus || p->drive->controller != c->index
        || !p->seated)
      continue;
    used++;
    if (p->bus != as) {
      moved++;
      to = p->bus;
    }
  }
  if (moved > 0 && c->bus != BUS_UNKNOWN)
    report_loss (report, "proxmox", "controller",
                 "the %s controller %u (%s) becomes %s; %u of its drives moved",
                 bus_word (c->bus), c->index, model, pm_bus_word (to), moved);
  else if (used > 0 && as == BUS_SCSI && l->scsihw != chip) {
    report_loss (report, "proxmox", "controller",
                 "the scsi controller %u (%s) becomes '%s'", c->index, model,
                 l->scsihw);
    report_hint (report, "UEFI firmware has no driver for it");
  }
}

/* Where the reader will find it. */
static void
report_seat (const struct pm_layout *l, const struct pm_place *p,
             struct ovf_report *report)
{
  const struct drive *d = p->drive;
  unsigned per = p->bus == BUS_IDE                          ? 2
                 : p->bus == BUS_SCSI && is_lsi (l->scsihw) ? PROXMOX_LSI_TARGETS
                                                            : 256;
  bool scsi = d->bus == BUS_SCSI || d->bus == BUS_VIRTIO_SCSI;
  bool single = p->bus == BUS_SCSI && strstr (l->scsihw, "-single") != NULL;
  unsigned unit = p->number % per;
  unsigned controller = single ? unit : p->number / per;

  if (d->kind == DRIVE_FLOPPY)
    report_loss (report, "proxmox", "floppy",
                 "a guest has no floppy drive: %u:%u is left out",
                 d->controller, d->unit);
  else if (!p->seated)
    report_loss (report, "proxmox", "drive",
                 "there is no room for the %s at %s %u:%u",
                 drive_kind_word (d->kind), bus_word (d->bus), d->controller,
                 d->unit);
  else if ((p->bus == d->bus || (scsi && p->bus == BUS_SCSI))
           && (unit != d->unit || controller != d->controller))
    report_loss (report, "proxmox", "unit", "the %s at %s %u:%u becomes %s%u",
                 drive_kind_word (d->kind), bus_word (d->bus), d->controller,
                 d->unit, pm_bus_word (p->bus), p->number);
}

/* QEMU's chip of that name is not VMware's. */
static void
report_chip (const struct pm_layout *l, const struct appliance *a,
             struct ovf_report *report)
{
  if (l->scsihw == NULL || strcmp (l->scsihw, "lsi") != 0
      || (a->kind && strcmp (a->kind, "proxmox") == 0))
    return;
  report_loss (report, "proxmox", "controller",
               "the LSI Logic controller becomes 'lsi', a chip of the same "
               "maker (53C895A)");
  report_hint (report, "the guest must have a driver for it, or: "
                       "--hardware native");
}

/* ---- all of it ---------------------------------------------------------------------- */
static void
seat_all (struct pm_layout *l, const struct machine *m, const char *chip,
          bool native)
{
  VECTOR_FOR (d, &m->drives) {
    struct pm_place *p = pm_places_add (&l->places);
    p->drive = d;
    p->bus = first_choice (l, m, d, chip, native);
  }
  VECTOR_FOR (p, &l->places)
    if (p->drive->kind != DRIVE_FLOPPY
        && (p->bus == p->drive->bus || p->bus == BUS_SCSI))
      sit (l, p, p->bus, old_number (p, chip));
  VECTOR_FOR (p, &l->places)
    if (p->drive->kind != DRIVE_FLOPPY && !p->seated)
      sit_anywhere (l, p);
}

void
pm_layout_make (struct pm_layout *l, const struct appliance *a,
                const struct machine *m, bool native, struct ovf_report *report)
{
  const char *chip = native ? "virtio-scsi-single" : choose_chip (m);
  bool efi = m->firmware == FIRMWARE_UEFI || m->secure_boot == YES;
  bool ours = a->kind != NULL && strcmp (a->kind, "proxmox") == 0;

  memset (l, 0, sizeof *l);
  /* As Proxmox itself does: its firmware has no driver for LSI's. */
  l->scsihw = efi && is_lsi (chip) && !ours ? "pvscsi" : chip;
  seat_all (l, m, chip, native);
  if (!native)
    VECTOR_FOR (c, &m->controllers)
      report_controller (l, c, chip, report);
  VECTOR_FOR (p, &l->places)
    report_seat (l, p, report);
  report_chip (l, a, report);
}

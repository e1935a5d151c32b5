/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk = [ ... ]: which name every drive gets.
 *
 * A paravirtual guest has Xen's disks whatever their names are: xvdX, or hdX
 * and sdX where it was told so before.  QEMU behind a fully virtual
 * one has four seats of IDE, or six of AHCI with hdtype, or a 53c895a; a drive
 * on any other controller goes to IDE, which every system knows, where four
 * seats are enough, else to AHCI. */
#include "place.h"
#include "xen-write.h"

#define IDE_SEATS 4
#define AHCI_SEATS 6
#define SCSI_SEATS 7

/* ---- buses ----------------------------------------------------------------- */
static const struct controller *
controller_of (const struct machine *m, const struct drive *d)
{
  VECTOR_FOR (c, &m->controllers)
    if (c->bus == d->bus && c->index == d->controller)
      return c;
  return NULL;
}

/* sdX is QEMU's 53c895a: a guest that had another chip has no driver. */
static bool
is_xens_scsi (const struct machine *m, const struct drive *d)
{
  const struct controller *c = controller_of (m, d);

  return d->bus == BUS_SCSI && (c == NULL || c->model == NULL
                                || strcmp (c->model, "lsi53c810") == 0);
}

/* BUS_UNKNOWN: wherever there is room. */
static enum bus
bus_of (const struct xen_writer *w, const struct drive *d)
{
  if (w->native && d->kind == DRIVE_DISK)
    return BUS_XEN;
  if (d->bus == BUS_XEN || d->bus == BUS_IDE || is_xens_scsi (w->m, d))
    return d->bus;
  if (!w->hvm)
    return BUS_XEN;
  return d->bus == BUS_SATA && w->ahci ? BUS_IDE : BUS_UNKNOWN;
}

/* hdX is either IDE or AHCI for all disks; media are always IDE. */
static bool
wants_ahci (const struct xen_writer *w)
{
  unsigned ide = 0, sata = 0, all = 0;

  if (!w->hvm || w->native || w->no_ahci)
    return false;
  VECTOR_FOR (d, &w->m->drives) {
    if (d->kind == DRIVE_FLOPPY || d->bus == BUS_XEN || is_xens_scsi (w->m, d))
      continue;
    all++;
    ide += d->bus == BUS_IDE && d->kind == DRIVE_DISK;
    sata += d->bus == BUS_SATA && d->kind == DRIVE_DISK;
  }
  return ide == 0 && (sata > 0 || all > IDE_SEATS);
}

static unsigned
seats_on (const struct xen_writer *w, enum bus bus, const struct drive *d)
{
  if (bus == BUS_IDE)
    return w->ahci && d->kind == DRIVE_DISK ? AHCI_SEATS : IDE_SEATS;
  return bus == BUS_SCSI ? SCSI_SEATS : 1024;
}

/* ---- seats ----------------------------------------------------------------- */
static bool
is_taken (const struct xen_seat *seats, size_t n, const struct drive_name *name)
{
  for (size_t i = 0; i < n; i++)
    if (seats[i].placed && seats[i].name.bus == name->bus
        && seats[i].name.index == name->index
        && (seats[i].name.partition == name->partition
            || seats[i].name.partition == 0 || name->partition == 0))
      return true;
  return false;
}

static unsigned
old_index (const struct drive *d)
{
  unsigned per = d->bus == BUS_IDE ? 2 : d->bus == BUS_SATA ? 30 : 7;

  return d->bus == BUS_XEN || d->controller > 64 ? d->unit : d->controller * per + d->unit;
}

/* Its old name, where the bus stays. */
static void
sit_as_before (struct xen_writer *w, struct xen_seat *seats, size_t n, struct xen_seat *s)
{
  const struct drive *d = s->drive;
  struct drive_name name = { .bus = bus_of (w, d), .index = old_index (d) };

  if (name.bus == BUS_UNKNOWN)
    return;
  if (d->name != NULL && drive_name_parse (d->name, &name) && name.bus != bus_of (w, d))
    return;
  if (name.bus != d->bus && !(d->bus == BUS_SATA && name.bus == BUS_IDE))
    return;
  if (name.index >= seats_on (w, name.bus, d) || is_taken (seats, n, &name))
    return;
  s->name = name;
  s->placed = true;
}

static void
sit_anywhere (struct xen_writer *w, struct xen_seat *seats, size_t n, struct xen_seat *s)
{
  enum bus bus = bus_of (w, s->drive);
  struct drive_name name = { .bus = bus == BUS_UNKNOWN ? BUS_IDE : bus };

  for (;; name.index++) {
    if (name.index >= seats_on (w, name.bus, s->drive)) {
      if (name.bus == BUS_XEN)
        return;
      name = (struct drive_name){ .bus = BUS_XEN };
    }
    if (!is_taken (seats, n, &name))
      break;
  }
  s->name = name;
  s->placed = true;
}

/* One finding a controller, not one a drive. */
static void
report_moves (struct xen_writer *w, const struct xen_seat *seats, size_t n)
{
  VECTOR_FOR (c, &w->m->controllers) {
    enum bus to = BUS_UNKNOWN;
    unsigned moved = 0;
    for (size_t i = 0; i < n; i++) {
      const struct drive *d = seats[i].drive;
      bool stays = seats[i].name.bus == c->bus
                   || (c->bus == BUS_SATA && seats[i].name.bus == BUS_IDE && w->ahci
                       && d->kind == DRIVE_DISK);
      if (!seats[i].placed || d->bus != c->bus || d->controller != c->index || stays)
        continue;
      moved++;
      to = seats[i].name.bus;
    }
    if (moved == 0)
      continue;
    report_loss (w->report, w->target, "controller",
                 "the %s controller %u%s%s%s becomes %s; %u of its drives moved",
                 bus_word (c->bus), c->index, c->model ? " (" : "",
                 c->model ? c->model : "", c->model ? ")" : "",
                 to == BUS_IDE && w->ahci ? "sata" : bus_word (to), moved);
    report_hint (w->report, "the guest must have a driver for %s",
                 to == BUS_XEN            ? "Xen's disks"
                 : to == BUS_IDE && w->ahci ? "SATA (AHCI)"
                                            : "IDE");
  }
}

static void
report_units (struct xen_writer *w, const struct xen_seat *s)
{
  struct drive d = { 0 };
  CLEANUP_FREE char *name = drive_name_text (&s->name);

  drive_name_seat (&s->name, false, &d);
  if (w->ahci && s->drive->bus == BUS_SATA && s->name.bus == BUS_IDE) {
    d.bus = BUS_SATA;
    d.controller = 0;
    d.unit = s->name.index;
  }
  if (d.bus == s->drive->bus && s->drive->name == NULL
      && (d.controller != s->drive->controller || d.unit != s->drive->unit))
    report_loss (w->report, w->target, "unit", "the %s at %s %u:%u becomes '%s'",
                 drive_kind_word (s->drive->kind), bus_word (d.bus),
                 s->drive->controller, s->drive->unit, name);
}

/* ---- what is in them ------------------------------------------------------- */
static const struct { const char *word, *xl; } formats[] = {
  { "raw", "raw" }, { "iso", "raw" }, { "qcow2", "qcow2" }, { "vhd", "vhd" },
};

static const char *
xl_format (const struct disk *disk)
{
  for (size_t i = 0; i < ARRAY_SIZE (formats); i++)
    if (disk == NULL || disk->format == NULL
        || strcmp (formats[i].word, disk->format) == 0)
      return formats[i].xl;
  return NULL;
}

static bool
is_left_out (struct xen_writer *w, const struct drive *d)
{
  bool empty = drive_href (w->a, d) == NULL;

  if (d->kind == DRIVE_FLOPPY)
    report_loss (w->report, w->target, "floppy", "Xen has no floppy drives: one is left out");
  else if (d->kind == DRIVE_DISK && empty)
    report_loss (w->report, w->target, "drive",
                 "the disk at %s %u:%u has no file and is left out",
                 bus_word (d->bus), d->controller, d->unit);
  else
    return false;
  return true;
}

void
xen_report_drive (struct xen_writer *w, const struct drive *d)
{
  if (d->kind != DRIVE_DISK && d->device != NULL && drive_href (w->a, d) == NULL)
    report_loss (w->report, w->target, "device",
                 "the host device '%s' is not given to the guest: the drive is empty",
                 d->device);
  if (d->kind == DRIVE_CDROM && d->connected == NO && drive_href (w->a, d) != NULL)
    report_loss (w->report, w->target, "drive",
                 "the %s drive at %s %u:%u is connected from the start",
                 drive_kind_word (d->kind), bus_word (d->bus), d->controller, d->unit);
}

bool
xen_disk_format (struct xen_writer *w, const struct drive *d, const char **ret,
                 struct ovf_error **err)
{
  const struct disk *disk = drive_disk (w->a, d);

  *ret = xl_format (disk);
  if (*ret != NULL)
    return true;
  error_set (err, OVF_E_USAGE, "Xen has no disks of the format '%s'", disk->format);
  return error_hint (err, "--disk-format raw, qcow2 or vhd");
}

bool
xen_is_read_only (const struct xen_writer *w, const struct drive *d)
{
  const struct disk *disk = drive_disk (w->a, d);

  return d->kind == DRIVE_CDROM || d->read_only || (disk && disk->read_only);
}

static bool
put_disk (struct xen_writer *w, const struct xen_seat *s, const char *comma,
          struct ovf_error **err)
{
  const struct drive *d = s->drive;
  const struct disk *disk = drive_disk (w->a, d);
  const char *href = drive_href (w->a, d), *format;
  CLEANUP_FREE char *name = drive_name_text (&s->name), *text = NULL;

  if (!xen_disk_format (w, d, &format, err))
    return false;
  xen_report_drive (w, d);
  if (disk != NULL && disk->shared)
    report_loss (w->report, "xen", "shared",
                 "the disk '%s' is not shared with other machines", disk->id);
  text = xasprintf ("format=%s, vdev=%s, access=%s%s%s%s", format, name,
                    xen_is_read_only (w, d) ? "ro" : "rw",
                    d->kind == DRIVE_CDROM ? ", devtype=cdrom" : "",
                    href ? ", target=" : "", href ? href : "");
  fprintf (w->out, "%s", comma);
  xen_put_string (w, text);
  return true;
}

struct xen_seat *
xen_seats (struct xen_writer *w, size_t *ret)
{
  struct xen_seat *seats = xcalloc (w->m->drives.len + 1, sizeof *seats);
  size_t n = 0;

  w->ahci = wants_ahci (w);
  VECTOR_FOR (d, &w->m->drives)
    if (!is_left_out (w, d))
      seats[n++].drive = d;
  for (size_t i = 0; i < n; i++)
    sit_as_before (w, seats, n, &seats[i]);
  for (size_t i = 0; i < n; i++)
    if (!seats[i].placed)
      sit_anywhere (w, seats, n, &seats[i]);
  for (size_t i = 0; i < n; i++)
    if (seats[i].placed)
      report_units (w, &seats[i]);
  report_moves (w, seats, n);
  *ret = n;
  return seats;
}

bool
xen_put_disks (struct xen_writer *w, struct ovf_error **err)
{
  size_t n;
  CLEANUP_FREE struct xen_seat *seats = xen_seats (w, &n);
  const char *comma = "disk = [ ";
  bool ok = true;

  if (w->ahci)
    xen_put (w, "hdtype", "ahci");
  for (size_t i = 0; ok && i < n; i++)
    if (seats[i].placed) {
      ok = put_disk (w, &seats[i], comma, err);
      comma = ",\n         ";
    }
  fprintf (w->out, "%s]\n", n > 0 ? " " : "disk = [ ");
  return ok;
}

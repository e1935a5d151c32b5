/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Controllers and drives on the seats of the layout, as devices of QEMU.  The
 * format of an image is always said: QEMU would else look into it and follow
 * what it names. */
#include "qemu.h"

/* ---- controllers ------------------------------------------------------------ */
/* q35 has its first SATA controller on the board. */
static bool
is_on_board (const struct layout *l, enum bus bus, unsigned index)
{
  return bus == BUS_SATA && index == 0 && strcmp (l->machine, "q35") == 0;
}

static void
put_controllers (struct qemu_writer *w)
{
  bool sata = false;

  VECTOR_FOR (c, &w->layout.controllers) {
    const struct hwmodel *h = hwmodel_by_name (HW_CONTROLLER, c->model);
    sata |= c->bus == BUS_SATA && c->index == 0;
    if (c->bus == BUS_SATA && !is_on_board (&w->layout, c->bus, c->index))
      qemu_option (w, "-device", "ich9-ahci,id=sata%u", c->index);
    else if (c->bus != BUS_SATA)
      qemu_option (w, "-device", "%s,id=scsi%u",
                   c->bus == BUS_VIRTIO_SCSI ? "virtio-scsi-pci"
                   : h && h->qemu            ? h->qemu
                                             : "pvscsi",
                   c->index);
  }
  VECTOR_FOR (p, &w->layout.places) /* i440fx, and a drive alone makes none */
    if (p->seated && p->bus == BUS_SATA && !sata
        && !is_on_board (&w->layout, BUS_SATA, 0)) {
      qemu_option (w, "-device", "ich9-ahci,id=sata0");
      sata = true;
    }
}

/* ---- drives -------------------------------------------------------------------- */
static char *
seat_of (const struct layout *l, const struct place *p)
{
  switch (p->bus) {
  case BUS_IDE:
    return xasprintf (",bus=ide.%u,unit=%u", p->controller, p->unit);
  case BUS_SATA:
    return is_on_board (l, p->bus, p->controller)
             ? xasprintf (",bus=ide.%u", p->unit)
             : xasprintf (",bus=sata%u.%u", p->controller, p->unit);
  case BUS_SCSI:
  case BUS_VIRTIO_SCSI:
    return xasprintf (",bus=scsi%u.0,scsi-id=%u", p->controller, p->unit);
  case BUS_USB:
    return xstrdup (",bus=usb0.0");
  case BUS_FLOPPY:
    return xasprintf (",unit=%u", p->unit);
  default:
    return xstrdup ("");
  }
}

static const char *
device_of (const struct place *p)
{
  bool cdrom = p->drive->kind == DRIVE_CDROM;

  switch (p->bus) {
  case BUS_IDE:
  case BUS_SATA:
    return cdrom ? "ide-cd" : "ide-hd";
  case BUS_SCSI:
  case BUS_VIRTIO_SCSI:
    return cdrom ? "scsi-cd" : "scsi-hd";
  case BUS_USB:
    return "usb-storage";
  case BUS_FLOPPY:
    return "floppy";
  default:
    return "virtio-blk-pci";
  }
}

static bool
is_read_only (struct qemu_writer *w, const struct place *p)
{
  const struct disk *disk = drive_disk (w->a, p->drive);
  bool wanted = p->drive->read_only || (disk && disk->read_only);

  if (p->drive->kind == DRIVE_CDROM)
    return true;
  if (!wanted || (p->bus != BUS_IDE && p->bus != BUS_SATA))
    return wanted;
  report_loss (w->report, "qemu", "read-only",
               "the disk at %s %u:%u can be written: QEMU has no read-only "
               "disk there", bus_word (p->bus), p->controller, p->unit);
  return false;
}

static void
put_drive (struct qemu_writer *w, const struct place *p, unsigned number)
{
  const struct disk *disk = drive_disk (w->a, p->drive);
  const char *href = drive_href (w->a, p->drive);
  unsigned order = place_boot_order (w->m, &w->layout, p);
  CLEANUP_FREE char *seat = seat_of (&w->layout, p);
  CLEANUP_FREE char *file = href ? qemu_escape (href) : NULL;
  CLEANUP_FREE char *boot
    = order ? xasprintf (",bootindex=%u", order) : xstrdup ("");
  CLEANUP_FREE char *drive
    = href ? xasprintf (",drive=drive%u", number) : xstrdup ("");

  if (file != NULL)
    qemu_option (w, "-drive", "if=none,id=drive%u,format=%s%s,file=%s%s", number,
                 qemu_format (disk), is_read_only (w, p) ? ",readonly=on" : "",
                 *file == '/' ? "" : "./", file);
  qemu_option (w, "-device", "%s%s%s%s%s", device_of (p), drive, seat, boot,
               disk && disk->shared ? ",share-rw=on" : "");
}

/* Drives without a medium: a CD drive may be empty, the others stay away. */
static bool
has_place (struct qemu_writer *w, const struct place *p)
{
  const struct drive *d = p->drive;
  const char *href = drive_href (w->a, d);

  if (!p->seated)
    return false; /* reported with the layout */
  if (href == NULL && d->device != NULL)
    report_loss (w->report, "qemu", "device",
                 "the host device '%s' is not given to the guest: the %s "
                 "drive is empty", d->device, drive_kind_word (d->kind));
  if (href != NULL && d->kind != DRIVE_DISK && d->connected == NO)
    report_loss (w->report, "qemu", "medium",
                 "the medium '%s' is in its drive from the start", href);
  if (href != NULL
      || (d->kind == DRIVE_CDROM && p->bus != BUS_VIRTIO_BLK
          && p->bus != BUS_USB))
    return true;
  if (d->kind != DRIVE_FLOPPY)
    report_loss (w->report, "qemu", "drive",
                 "the %s at %s %u:%u has no file and is left out",
                 drive_kind_word (d->kind), bus_word (d->bus), d->controller,
                 d->unit);
  return false;
}

void
qemu_drives (struct qemu_writer *w)
{
  unsigned number = 0;
  bool fdc = strcmp (w->layout.machine, "pc") == 0, ordered;

  put_controllers (w);
  VECTOR_FOR (p, &w->layout.places) {
    if (!has_place (w, p))
      continue;
    if (p->bus == BUS_FLOPPY && !fdc) {
      qemu_option (w, "-device", "isa-fdc");
      fdc = true;
    }
    put_drive (w, p, number++);
  }
  ordered = has_boot_order (w->m) || w->layout.explicit_boot != NULL;
  if (!ordered)
    qemu_option (w, "-boot", "order=cdn");
}

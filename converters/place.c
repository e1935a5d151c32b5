/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which machine type, which bus and which seat for every drive (cli.md 3.3,
 * --hardware).
 *
 * An appliance finds the controllers it has drivers for: IDE, SATA, PVSCSI
 * and virtio stay.  What QEMU lacks or has as another chip (lsilogic becomes
 * a 53c895a, buslogic does not exist, firmware cannot boot from an NVMe or
 * SAS disk that it has no driver for) becomes IDE, which every system knows,
 * where four seats are enough, else SATA on q35. */
#include "place.h"

#define IDE_SEATS 4        /* i440fx: two channels of two */
#define SATA_PORTS 6       /* QEMU's ich9-ahci */

/* ---- what a source controller becomes ---------------------------------- */
/* SCSI chips that QEMU has as they are, lsilogic and lsisas1068 apart: a
 * guest does not find its disk behind those (hypervisors.md 1). */
static const char *
scsi_that_stays (const struct controller *c)
{
  const struct hwmodel *h
    = c ? hwmodel_by_name (HW_CONTROLLER, c->model) : NULL;

  if (h == NULL || h->libvirt == NULL || h->bus != BUS_SCSI
      || strcmp (h->name, "lsilogic") == 0
      || strcmp (h->name, "lsisas1068") == 0
      || strcmp (h->name, "ibmvscsi") == 0)
    return NULL;
  return h->libvirt;
}

/* BUS_UNKNOWN: it moves to wherever there is room. */
enum bus
bus_that_stays (const struct controller *c)
{
  switch (c->bus) {
  case BUS_IDE:
  case BUS_SATA:
  case BUS_USB:
  case BUS_FLOPPY:
  case BUS_VIRTIO_BLK:
  case BUS_VIRTIO_SCSI:
    return c->bus;
  case BUS_SCSI:
    return scsi_that_stays (c) ? BUS_SCSI : BUS_UNKNOWN;
  default:
    return BUS_UNKNOWN;
  }
}

/* --hardware native: disks are virtio, media need a bus with a door. */
static enum bus
native_bus (const struct drive *d)
{
  if (d->kind == DRIVE_FLOPPY)
    return BUS_FLOPPY;
  if (d->bus == BUS_USB)
    return BUS_USB;
  return d->kind == DRIVE_DISK ? BUS_VIRTIO_BLK : BUS_SATA;
}

/* A paravirtual guest of Xen has no driver for a controller of a PC to lose:
 * virtio is what kernels that can be both bring for this. */
static enum bus
first_choice (const struct machine *m, const struct place *p, bool native)
{
  if (p->drive->kind == DRIVE_FLOPPY)
    return BUS_FLOPPY;
  if (native)
    return native_bus (p->drive);
  if (m->paravirtual == YES && p->drive->bus == BUS_XEN && p->drive->kind == DRIVE_DISK)
    return BUS_VIRTIO_BLK;
  return p->from ? bus_that_stays (p->from) : BUS_UNKNOWN;
}

/* ---- the machine -------------------------------------------------------- */
struct count {
  unsigned ide, sata, homeless, all;
};

static struct count
count_places (const struct layout *l)
{
  struct count n = { 0 };

  VECTOR_FOR (p, &l->places) {
    n.ide += p->bus == BUS_IDE;
    n.sata += p->bus == BUS_SATA;
    n.homeless += p->bus == BUS_UNKNOWN;
    n.all += p->bus != BUS_FLOPPY && p->bus != BUS_USB;
  }
  return n;
}

static bool
is_q35 (const struct machine *m)
{
  return m->machine_type && strstr (m->machine_type, "q35") != NULL;
}

/* i440fx has IDE, and takes a SATA controller as a card; q35 has SATA and no
 * IDE. */
static const char *
choose_machine (const struct machine *m, const struct count *n, bool native)
{
  if (m->secure_boot == YES || native)
    return "q35";
  if (n->homeless > 0)
    return n->all <= IDE_SEATS ? "pc" : "q35";
  if (n->ide > 0)
    return n->ide <= IDE_SEATS ? "pc" : "q35";
  if (m->machine_type != NULL)
    return is_q35 (m) ? "q35" : "pc";
  return n->sata > 0 ? "q35" : "pc";
}

/* ---- controllers --------------------------------------------------------- */
static bool
same_kind (enum bus a, enum bus b)
{
  bool scsi_a = a == BUS_SCSI || a == BUS_VIRTIO_SCSI;
  bool scsi_b = b == BUS_SCSI || b == BUS_VIRTIO_SCSI;

  return a == b || (scsi_a && scsi_b);
}

/* The controller of the model's (bus, index), made if absent.  Indexes have
 * no holes: libvirt would fill them with controllers of its own. */
static struct seats *
seats_of (struct layout *l, enum bus bus, unsigned from)
{
  struct seats *c;
  unsigned index = 0;

  VECTOR_FOR (old, &l->controllers) {
    if (old->bus == bus && old->from == from)
      return old;
    index += same_kind (old->bus, bus);
  }
  c = seats_list_add (&l->controllers);
  c->bus = bus;
  c->from = from;
  c->index = index;
  if (bus == BUS_VIRTIO_SCSI)
    c->model = "virtio-scsi";
  return c;
}

static int
by_index (const void *a, const void *b)
{
  const struct controller *x = *(const struct controller *const *)a;
  const struct controller *y = *(const struct controller *const *)b;

  return (x->index > y->index) - (x->index < y->index);
}

/* Those that stay, with drives or without: a guest may be given disks
 * later. */
static void
keep_controllers (struct layout *l, const struct machine *m)
{
  size_t n = m->controllers.len;
  CLEANUP_FREE const struct controller **order = xcalloc (n + 1, sizeof *order);

  for (size_t i = 0; i < n; i++)
    order[i] = &m->controllers.ptr[i];
  qsort (order, n, sizeof *order, by_index);
  for (size_t i = 0; i < n; i++) {
    enum bus bus = bus_that_stays (order[i]);
    if (bus == BUS_SCSI)
      seats_of (l, bus, order[i]->index)->model
        = scsi_that_stays (order[i]);
    else if (bus == BUS_SATA || bus == BUS_VIRTIO_SCSI)
      seats_of (l, bus, order[i]->index);
  }
}

/* ---- seats --------------------------------------------------------------- */
static unsigned
seats_on (enum bus bus)
{
  switch (bus) {
  case BUS_IDE:
  case BUS_FLOPPY:
    return 2;
  case BUS_SATA:
    return SATA_PORTS;
  case BUS_SCSI:
    return 64; /* PVSCSI of newer virtual hardware */
  case BUS_VIRTIO_SCSI:
    return 256;
  default:
    return UINT32_MAX;
  }
}

static unsigned
most_controllers (enum bus bus)
{
  switch (bus) {
  case BUS_IDE:
    return 2; /* channels */
  default:
    return 1;
  }
}

static bool
taken (const struct layout *l, enum bus bus, unsigned controller, unsigned unit)
{
  VECTOR_FOR (p, &l->places)
    if (p->seated && p->bus == bus && p->controller == controller
        && p->unit == unit)
      return true;
  return false;
}

static bool
sit (struct layout *l, struct place *p, unsigned controller, unsigned unit)
{
  if (unit >= seats_on (p->bus) || taken (l, p->bus, controller, unit))
    return false;
  p->controller = controller;
  p->unit = unit;
  p->seated = true;
  return true;
}

/* Its old seat, when bus and address are as they were. */
static void
sit_as_before (struct layout *l, struct place *p)
{
  const struct drive *d = p->drive;
  unsigned controller = d->controller;

  if (p->bus != d->bus)
    return;
  if (p->bus == BUS_SATA || p->bus == BUS_SCSI || p->bus == BUS_VIRTIO_SCSI)
    controller = seats_of (l, p->bus, d->controller)->index;
  else if (controller >= most_controllers (p->bus))
    return;
  sit (l, p, controller, d->unit);
}

/* Where every drive is a device of its own: behind the last one. */
static unsigned
behind_the_last (const struct layout *l, enum bus bus)
{
  unsigned unit = 0;

  VECTOR_FOR (p, &l->places)
    if (p->seated && p->bus == bus && p->unit >= unit)
      unit = p->unit + 1;
  return unit;
}

/* The first free seat of a controller; 7 is the SCSI adapter itself. */
static bool
sit_on (struct layout *l, struct place *p, unsigned controller)
{
  bool scsi = p->bus == BUS_SCSI;

  if (seats_on (p->bus) == UINT32_MAX)
    return sit (l, p, 0, behind_the_last (l, p->bus));
  for (unsigned unit = 0; unit < seats_on (p->bus); unit++)
    if (!(scsi && unit == 7) && sit (l, p, controller, unit))
      return true;
  return false;
}

static void
sit_anywhere (struct layout *l, struct place *p)
{
  unsigned from = p->drive->bus == p->bus ? p->drive->controller : 0;

  if (p->bus == BUS_SCSI || p->bus == BUS_VIRTIO_SCSI) {
    sit_on (l, p, seats_of (l, p->bus, from)->index);
    return;
  }
  if (p->bus != BUS_SATA) {
    for (unsigned c = 0; c < most_controllers (p->bus); c++)
      if (sit_on (l, p, c))
        return;
    return;
  }
  /* Ends: there are fewer full controllers than drives. */
  while (!sit_on (l, p, seats_of (l, BUS_SATA, l->first_free)->index))
    l->first_free++;
}

static int
by_source (const void *a, const void *b)
{
  const struct place *x = *(struct place *const *)a;
  const struct place *y = *(struct place *const *)b;

  if (x->from != y->from) /* all of one array: in document order */
    return (x->from > y->from) - (x->from < y->from);
  if (x->drive->unit != y->drive->unit)
    return (x->drive->unit > y->drive->unit)
           - (x->drive->unit < y->drive->unit);
  return (x->drive > y->drive) - (x->drive < y->drive);
}

/* In the order of their old seats, so that the first disk stays the first. */
static void
seat_the_rest (struct layout *l)
{
  size_t n = l->places.len;
  CLEANUP_FREE struct place **order = xcalloc (n + 1, sizeof *order);

  for (size_t i = 0; i < n; i++)
    order[i] = &l->places.ptr[i];
  qsort (order, n, sizeof *order, by_source);
  for (size_t i = 0; i < n; i++)
    if (!order[i]->seated)
      sit_anywhere (l, order[i]);
}

/* ---- names ---------------------------------------------------------------- */
/* "sda" .. "sdz", "sdaa" ..: bijective base 26. */
static void
name_dev (char dev[8], const char *prefix, unsigned n)
{
  char digits[5];
  size_t len = 0, at = strlen (prefix);

  memcpy (dev, prefix, at);
  for (n++; n > 0 && len < sizeof digits; n = (n - 1) / 26)
    digits[len++] = (char)('a' + (n - 1) % 26);
  while (len > 0)
    dev[at++] = digits[--len];
  dev[at] = '\0';
}

int
by_seat (const void *a, const void *b)
{
  const struct place *x = *(struct place *const *)a;
  const struct place *y = *(struct place *const *)b;

  if (x->bus != y->bus)
    return (x->bus > y->bus) - (x->bus < y->bus);
  if (x->controller != y->controller)
    return (x->controller > y->controller) - (x->controller < y->controller);
  return (x->unit > y->unit) - (x->unit < y->unit);
}

/* Names sort as the seats do: libvirt orders disks by them. */
static void
name_devs (struct layout *l)
{
  size_t n = l->places.len;
  CLEANUP_FREE struct place **order = xcalloc (n + 1, sizeof *order);
  unsigned sd = 0, vd = 0;

  for (size_t i = 0; i < n; i++)
    order[i] = &l->places.ptr[i];
  qsort (order, n, sizeof *order, by_seat);
  for (size_t i = 0; i < n; i++) {
    struct place *p = order[i];
    if (!p->seated)
      continue;
    if (p->bus == BUS_IDE)
      name_dev (p->dev, "hd", p->controller * 2 + p->unit);
    else if (p->bus == BUS_FLOPPY)
      name_dev (p->dev, "fd", p->unit);
    else if (p->bus == BUS_VIRTIO_BLK)
      name_dev (p->dev, "vd", vd++);
    else
      name_dev (p->dev, "sd", sd++);
  }
}

/* ---- all of it -------------------------------------------------------------- */
static void
choose_buses (struct layout *l, const struct machine *m, bool native)
{
  struct count n;
  enum bus home;

  VECTOR_FOR (d, &m->drives) {
    struct place *p = places_add (&l->places);
    p->drive = d;
    p->from = machine_find_controller (m, d->bus, d->controller);
    p->bus = first_choice (m, p, native);
  }
  n = count_places (l);
  l->machine = choose_machine (m, &n, native);
  home = strcmp (l->machine, "pc") == 0 ? BUS_IDE : BUS_SATA;
  VECTOR_FOR (p, &l->places)
    if (p->bus == BUS_UNKNOWN || (p->bus == BUS_IDE && home == BUS_SATA))
      p->bus = home;
}

void
layout_make (struct layout *l, const struct machine *m, const char *target,
             const struct write_settings *settings, struct ovf_report *report)
{
  memset (l, 0, sizeof *l);
  l->target = target;
  choose_buses (l, m, settings->native_hardware);
  if (!settings->native_hardware)
    keep_controllers (l, m);
  VECTOR_FOR (p, &l->places)
    sit_as_before (l, p);
  seat_the_rest (l);
  name_devs (l);
  layout_choose_boot (l);
  layout_report (l, m, settings->native_hardware, report);
}

void
layout_done (struct layout *l)
{
  free (l->places.ptr);
  free (l->controllers.ptr);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The devices of a machine in ova.xml: VBDs with their VDIs, VIFs with their
 * networks, and those that cannot travel.
 *
 * The data of a disk is in the archive under the VDI's reference, and disks
 * come there in the order of the references as text: so do ours. */
#include "xva.h"

#include "base/text.h"

#define POSITION_MAX 255    /* of block devices: xvda .. */

/* Objects of a class that belong to the machine, in document order. */
static xva_object_list
devices (const struct xva_reader *r, const char *class_name)
{
  xva_object_list list = { 0 };

  VECTOR_FOR (o, &r->objects) {
    CLEANUP_FREE char *vm = NULL;
    if (strcmp (o->class_name, class_name) != 0)
      continue;
    vm = xva_ref (o->record, "VM");
    if (vm != NULL && strcmp (vm, r->vm->id) == 0)
      xva_object_list_append (&list, o);
  }
  xva_sort (&list);
  return list;
}

/* ---- where a block device is ----------------------------------------------------- */
static const struct {
  const char *prefix;
  enum bus bus;
} prefixes[] = { { "xvd", BUS_XEN }, { "hd", BUS_IDE }, { "sd", BUS_SCSI } };

/* "3", "xvdd", "hdd": its number among all, or none. */
static bool
position_of (const char *name, enum bus *bus, unsigned *ret)
{
  *bus = BUS_XEN;
  if (parse_unsigned (name, 0, POSITION_MAX, ret))
    return true;
  for (size_t i = 0; i < ARRAY_SIZE (prefixes); i++) {
    const char *letter = name + strlen (prefixes[i].prefix);
    if (strncmp (name, prefixes[i].prefix, strlen (prefixes[i].prefix)) != 0
        || *letter < 'a' || *letter > 'z' || letter[1] != '\0')
      continue;
    *bus = prefixes[i].bus;
    *ret = (unsigned)(*letter - 'a');
    return true;
  }
  return false;
}

static bool
is_taken (const struct machine *m, enum bus bus, unsigned controller, unsigned unit)
{
  VECTOR_FOR (d, &m->drives)
    if (d->bus == bus && d->controller == controller && d->unit == unit)
      return true;
  return false;
}

/* A name of a device that is not known, or a seat that is taken, becomes the
 * next seat that is free. */
static void
choose_seat (struct xva_reader *r, const xmlNode *record, enum bus *bus,
             unsigned *controller, unsigned *unit)
{
  CLEANUP_FREE char *name = xva_field (record, "userdevice");
  CLEANUP_FREE char *device = xva_field (record, "device");
  unsigned n = 0;
  bool known = (name != NULL && position_of (name, bus, &n))
               || (device != NULL && position_of (device, bus, &n));

  *controller = known && *bus == BUS_IDE ? n / 2 : 0;
  *unit = known && *bus == BUS_IDE ? n % 2 : n;
  if (known && !is_taken (r->m, *bus, *controller, *unit))
    return;
  *bus = BUS_XEN;
  *controller = 0;
  for (*unit = 0; is_taken (r->m, *bus, 0, *unit);)
    (*unit)++;
  if (known || (name != NULL && strcmp (name, "autodetect") != 0))
    report_add (r->report, OVF_WARNING, "XVA-DEVICE", r->name, xml_line (record), NULL,
                "the block device '%s' has no seat of its own: it becomes number %u",
                name ? name : device, *unit);
}

/* ---- disks -------------------------------------------------------------------------- */
static bool
new_disk (struct xva_reader *r, const struct xva_object *vdi, size_t *ret,
          struct ovf_error **err)
{
  CLEANUP_FREE char *id = xasprintf ("vdi%s", vdi->id + 4);
  CLEANUP_FREE char *file = xasprintf ("file%s", vdi->id + 4);
  uint64_t size = 0;
  struct disk *d;

  if (!xva_number (r, vdi->record, "virtual_size", INT64_MAX, &size, err))
    return false;
  if (size == 0
      && !xva_fault (r, vdi->record, "XVA-DISK", err, "the disk '%s' has no size", vdi->id))
    return false;
  appliance_add_file (r->a, file, vdi->id)->line = xml_line (vdi->record);
  d = appliance_add_disk (r->a);
  d->id = STEAL (id);
  d->capacity = size ? size : NO_SIZE;
  d->format = disk_format_word ("raw");
  d->file = r->a->files.len - 1;
  d->shared = xva_true (vdi->record, "sharable");
  d->read_only = xva_true (vdi->record, "read_only");
  d->line = xml_line (vdi->record);
  *ret = r->a->disks.len - 1;
  return ctx_within (r->ctx, LIMIT_DISKS, r->a->disks.len, "virtual disks", err);
}

/* *ret stays NO_INDEX where a fault was only reported. */
static bool
disk_of (struct xva_reader *r, const xmlNode *vbd, size_t *ret, struct ovf_error **err)
{
  CLEANUP_FREE char *ref = xva_ref (vbd, "VDI");
  const struct xva_object *vdi = xva_find (r, ref);

  if (ref == NULL)
    return xva_fault (r, vbd, "XVA-DISK", err, "a block device has no disk");
  if (vdi == NULL || strcmp (vdi->class_name, "VDI") != 0)
    return xva_fault (r, vbd, "XVA-DISK", err, "the disk '%s' is not described", ref);
  if (!xva_is_disk_ref (ref))
    return xva_fault (r, vbd, "XVA-DISK", err,
                      "'%s' names no disk of the archive: that is 'Ref:NUMBER'", ref);
  for (size_t i = 0; i < r->a->disks.len; i++)
    if (strcmp (r->a->files.ptr[r->a->disks.ptr[i].file].href, ref) == 0) {
      *ret = i;
      return true;
    }
  return new_disk (r, vdi, ret, err);
}

/* ---- block devices ---------------------------------------------------------------------- */
static void
tell_medium (struct xva_reader *r, const xmlNode *record)
{
  CLEANUP_FREE char *ref = xva_ref (record, "VDI");
  const struct xva_object *vdi = xva_find (r, ref);
  CLEANUP_FREE char *name = vdi ? xva_field (vdi->record, "name_label") : NULL;

  if (ref != NULL && !xva_true (record, "empty"))
    report_add (r->report, OVF_NOTE, "XVA-MEDIUM", r->name, xml_line (record), NULL,
                "the medium '%s' in a drive is not in the archive: the drive is empty",
                name ? name : ref);
}

static bool
read_vbd (struct xva_reader *r, const xmlNode *record, struct ovf_error **err)
{
  CLEANUP_FREE char *type = xva_field (record, "type");
  CLEANUP_FREE char *mode = xva_field (record, "mode");
  enum drive_kind kind = type == NULL || strcmp (type, "Disk") == 0 ? DRIVE_DISK
                         : strcmp (type, "Floppy") == 0             ? DRIVE_FLOPPY
                                                                    : DRIVE_CDROM;
  unsigned controller = 0, unit = 0;
  size_t disk = NO_INDEX;
  enum bus bus = BUS_XEN;
  struct drive *d;

  if (kind == DRIVE_DISK && !disk_of (r, record, &disk, err))
    return false;
  if (kind != DRIVE_DISK)
    tell_medium (r, record);
  if (kind == DRIVE_FLOPPY) {
    bus = BUS_FLOPPY;
    while (is_taken (r->m, bus, 0, unit))
      unit++;
  } else
    choose_seat (r, record, &bus, &controller, &unit);
  d = machine_add_drive (r->m, kind);
  d->bus = bus;
  d->controller = controller;
  d->unit = unit;
  d->disk = disk;
  d->read_only = kind == DRIVE_DISK && mode != NULL && strcmp (mode, "RO") == 0;
  d->line = xml_line (record);
  machine_controller (r->m, bus, controller);
  return true;
}

/* ---- the order of booting ------------------------------------------------------------------ */
static struct drive *
first_drive (struct machine *m, enum drive_kind kind)
{
  struct drive *best = NULL;

  VECTOR_FOR (d, &m->drives)
    if (d->kind == kind
        && (best == NULL || d->controller < best->controller
            || (d->controller == best->controller && d->unit < best->unit)))
      best = d;
  return best;
}

/* "cdn": c is the first disk, d the first CD, n the network.  A disk before
 * all else is what a machine does that is told nothing. */
static void
read_order (struct xva_reader *r)
{
  CLEANUP_FREE char *order = xva_field (xva_get (r->vm->record, "HVM_boot_params"), "order");
  unsigned n = 0;

  for (const char *c = order; c != NULL && *c != '\0' && *order != 'c' && n < 8; c++) {
    struct drive *d = *c == 'c' ? first_drive (r->m, DRIVE_DISK)
                      : *c == 'd' ? first_drive (r->m, DRIVE_CDROM) : NULL;
    unsigned *place = d ? &d->boot_order : NULL;
    if (*c == 'n' && r->m->nics.len > 0)
      place = &r->m->nics.ptr[0].boot_order;
    if (place != NULL && *place == 0)
      *place = ++n;
  }
}

/* A paravirtual guest boots from the VBD that says so. */
static void
read_bootable (struct xva_reader *r, const xva_object_list *vbds)
{
  const struct drive *first = first_drive (r->m, DRIVE_DISK);

  for (size_t i = 0; i < vbds->len; i++)
    if (xva_true (vbds->ptr[i]->record, "bootable") && first != &r->m->drives.ptr[i]
        && r->m->drives.ptr[i].kind == DRIVE_DISK) {
      r->m->drives.ptr[i].boot_order = 1;
      return;
    }
}

static bool
read_vbds (struct xva_reader *r, struct ovf_error **err)
{
  xva_object_list list = devices (r, "VBD");
  bool ok = true;

  for (size_t i = 0; ok && i < list.len; i++)
    ok = ctx_alive (r->ctx, err) && read_vbd (r, list.ptr[i]->record, err);
  if (ok && r->m->paravirtual == YES
      && (first_drive (r->m, DRIVE_DISK) != NULL))
    read_bootable (r, &list);
  free (list.ptr);
  return ok;
}

/* ---- adapters --------------------------------------------------------------------------------- */
static void
add_network (struct xva_reader *r, const char *name, const struct xva_object *o)
{
  struct network *n;

  VECTOR_FOR (known, &r->a->networks)
    if (strcmp (known->name, name) == 0)
      return;
  n = networks_add (&r->a->networks);
  n->name = xstrdup (name);
  n->description = xva_field (o->record, "name_description");
  n->line = xml_line (o->record);
}

/* Importers find a network by its label, and by the bridge where there is
 * none of that label. */
static void
read_network (struct xva_reader *r, const xmlNode *vif, struct nic *nic)
{
  CLEANUP_FREE char *ref = xva_ref (vif, "network");
  const struct xva_object *o = xva_find (r, ref);
  CLEANUP_FREE char *label = o ? xva_field (o->record, "name_label") : NULL;
  CLEANUP_FREE char *bridge = o ? xva_field (o->record, "bridge") : NULL;

  if (label == NULL && bridge == NULL)
    return;
  nic->attachment = label && (!bridge || strcmp (label, bridge) != 0) ? ATTACH_NETWORK
                                                                      : ATTACH_BRIDGE;
  nic->network = xstrdup (label ? label : bridge);
  add_network (r, nic->network, o);
}

static void
read_vif (struct xva_reader *r, const xmlNode *record)
{
  CLEANUP_FREE char *mac = xva_field (record, "MAC");
  struct nic *nic = machine_add_nic (r->m);

  nic->line = xml_line (record);
  nic->model = xva_field (xva_get (r->vm->record, "platform"), "nic_type");
  read_network (r, record, nic);
  if (mac == NULL)
    return;
  nic->mac = text_mac (mac);
  if (nic->mac == NULL)
    report_add (r->report, OVF_WARNING, "XVA-MAC", r->name, nic->line, NULL,
                "'%s' is no MAC address", mac);
}

/* Adapters have numbers, and the guest counts by them. */
static int
by_device (const void *a, const void *b)
{
  const struct xva_object *x = *(const struct xva_object *const *)a;
  const struct xva_object *y = *(const struct xva_object *const *)b;
  CLEANUP_FREE char *p = xva_field (x->record, "device");
  CLEANUP_FREE char *q = xva_field (y->record, "device");
  uint64_t i = 0, k = 0;

  if (p != NULL && q != NULL && parse_u64 (p, 0, INT32_MAX, &i)
      && parse_u64 (q, 0, INT32_MAX, &k) && i != k)
    return i < k ? -1 : 1;
  return x->index < y->index ? -1 : x->index > y->index;
}

static void
read_vifs (struct xva_reader *r)
{
  xva_object_list list = devices (r, "VIF");

  if (list.len > 1)
    qsort (list.ptr, list.len, sizeof *list.ptr, by_device);
  for (size_t i = 0; i < list.len; i++)
    read_vif (r, list.ptr[i]->record);
  free (list.ptr);
}

/* ---- what cannot travel --------------------------------------------------------------------------- */
static void
tell_passed_through (struct xva_reader *r)
{
  static const struct { const char *class_name, *what; } rows[] = {
    { "VGPU", "a virtual GPU" }, { "VUSB", "a USB device of the host" },
  };
  const xmlNode *pcis = xva_get (r->vm->record, "attached_PCIs");
  const xmlNode *array = pcis ? xml_child (pcis, NULL, "array") : NULL;
  const xmlNode *data = array ? xml_child (array, NULL, "data") : NULL;
  CLEANUP_FREE char *pci = xva_field (xva_get (r->vm->record, "other_config"), "pci");

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    xva_object_list list = devices (r, rows[i].class_name);
    if (list.len > 0)
      report_add (r->report, OVF_WARNING, "XVA-HOST", r->name, r->m->line, NULL,
                  "'%s' has %s: it stays behind", r->m->id, rows[i].what);
    free (list.ptr);
  }
  if (pci != NULL || (data != NULL && xml_first (data) != NULL))
    report_add (r->report, OVF_WARNING, "XVA-HOST", r->name, r->m->line, NULL,
                "'%s' has a PCI device of the host: it stays behind", r->m->id);
}

static void
read_tpm (struct xva_reader *r)
{
  xva_object_list list = devices (r, "VTPM");

  if (list.len > 0)
    r->m->tpm = YES;
  free (list.ptr);
}

bool
xva_read_devices (struct xva_reader *r, struct ovf_error **err)
{
  if (!read_vbds (r, err))
    return false;
  read_vifs (r);
  read_tpm (r);
  read_order (r);
  tell_passed_through (r);
  return true;
}

/* ---- the order of disks ------------------------------------------------------------------------------ */
static int
by_href (const void *a, const void *b)
{
  return strcmp (((const struct file_ref *)a)->href, ((const struct file_ref *)b)->href);
}

/* Every disk has one file, which has its number. */
void
xva_sort_disks (struct appliance *a)
{
  size_t n = a->disks.len;
  struct disk *sorted = xcalloc (n + 1, sizeof *sorted);
  size_t *became = xcalloc (n + 1, sizeof *became);

  for (size_t i = 0; i < n; i++) /* while they are sorted, files tell theirs */
    a->files.ptr[i].size = i;
  if (n > 1)
    qsort (a->files.ptr, n, sizeof *a->files.ptr, by_href);
  for (size_t i = 0; i < n; i++) {
    sorted[i] = a->disks.ptr[a->files.ptr[i].size];
    sorted[i].file = i;
    became[a->files.ptr[i].size] = i;
    a->files.ptr[i].size = NO_SIZE;
  }
  if (n > 0)
    memcpy (a->disks.ptr, sorted, n * sizeof *sorted);
  VECTOR_FOR (m, &a->machines)
    VECTOR_FOR (d, &m->drives)
      if (d->disk != NO_INDEX)
        d->disk = became[d->disk];
  free (became);
  free (sorted);
}

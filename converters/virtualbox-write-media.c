/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Media, storage controllers and network adapters as VirtualBox writes them.
 * A medium stands in the registry, and its drive names it by the id that the
 * image itself carries (vb_disk_uuid ()). */
#include "virtualbox.h"

/* ---- the registry ------------------------------------------------------------------- */
static const struct disk *
disk_of (const struct appliance *a, const struct drive *d)
{
  return d->disk != NO_INDEX ? &a->disks.ptr[d->disk] : NULL;
}

static size_t
file_of (const struct appliance *a, const struct drive *d)
{
  const struct disk *disk = disk_of (a, d);

  return disk ? disk->file : d->file;
}

/* A disk in a CD drive is an image: ISO 9660 with a disk's name. */
static bool
is_hard_disk (const struct appliance *a, const struct drive *d)
{
  return d->kind == DRIVE_DISK && disk_of (a, d) != NULL
         && file_of (a, d) != NO_INDEX;
}

static char *
medium_uuid (const struct appliance *a, const struct drive *d)
{
  size_t file = file_of (a, d);

  if (is_hard_disk (a, d))
    return vb_disk_uuid (a, d->disk);
  return file == NO_INDEX ? NULL
                          : vb_uuid (a, "file", a->files.ptr[file].id, file);
}

static const char *
format_of (const struct disk *d)
{
  const struct vb_words *w = vb_formats;

  while (w->model != NULL && !(d->format && strcmp (w->model, d->format) == 0))
    w++;
  return w->model ? w->virtualbox : "RAW";
}

/* Is it the first drive that holds this? */
static bool
is_first (const struct appliance *a, const struct vb_layout *l,
          const struct vb_place *p)
{
  for (const struct vb_place *q = l->places.ptr; q < p; q++)
    if (q->seated && q->drive->kind == p->drive->kind
        && file_of (a, q->drive) == file_of (a, p->drive))
      return false;
  return true;
}

static void
write_hard_disk (struct xmlw *w, const struct appliance *a, const struct drive *d,
                 struct ovf_report *report)
{
  const struct disk *disk = disk_of (a, d);
  CLEANUP_FREE char *uuid = medium_uuid (a, d);

  if (disk->parent != NO_INDEX)
    report_loss (report, VB_OWNER, "parent",
                 "the disk '%s' is written without what it builds upon", disk->id);
  xmlw_start (w, "HardDisk");
  xmlw_attrf (w, "uuid", "{%s}", uuid);
  xmlw_attr (w, "location", a->files.ptr[disk->file].href);
  xmlw_attr (w, "format", format_of (disk));
  xmlw_attr (w, "type", disk->shared ? "Shareable"
                        : disk->read_only || d->read_only ? "Readonly" : "Normal");
  xmlw_end (w);
}

static void
write_image (struct xmlw *w, const struct appliance *a, const struct drive *d)
{
  CLEANUP_FREE char *uuid = medium_uuid (a, d);

  xmlw_start (w, "Image");
  xmlw_attrf (w, "uuid", "{%s}", uuid);
  xmlw_attr (w, "location", a->files.ptr[file_of (a, d)].href);
  xmlw_end (w);
}

static void
report_drives (const struct appliance *a, const struct vb_layout *l,
               struct ovf_report *report)
{
  VECTOR_FOR (p, &l->places) {
    const struct drive *d = p->drive;

    if (!p->seated)
      continue;
    if (file_of (a, d) == NO_INDEX && d->device != NULL)
      report_loss (report, VB_OWNER, "host-device",
                   "the drive '%s' of the host becomes an empty one", d->device);
    if (d->connected == NO && file_of (a, d) != NO_INDEX)
      report_loss (report, VB_OWNER, "drive",
                   "the %s drive at %s %u:%u is connected from the start",
                   drive_kind_word (d->kind), bus_word (d->bus), d->controller,
                   d->unit);
    if (is_hard_disk (a, d) && a->disks.ptr[d->disk].shared
        && (d->read_only || a->disks.ptr[d->disk].read_only))
      report_loss (report, VB_OWNER, "drive", "the shared disk at %s %u:%u can be written to",
                   bus_word (d->bus), d->controller, d->unit);
    if (d->read_only && !is_hard_disk (a, d) && d->kind != DRIVE_CDROM)
      report_loss (report, VB_OWNER, "drive", "the %s drive can be written to",
                   drive_kind_word (d->kind));
  }
}

void
vb_registry_write (struct xmlw *w, const struct appliance *a,
                   const struct vb_layout *l, struct ovf_report *report)
{
  static const char *const lists[]
    = { [DRIVE_DISK] = "HardDisks", [DRIVE_CDROM] = "DVDImages",
        [DRIVE_FLOPPY] = "FloppyImages" };

  xmlw_start (w, "MediaRegistry");
  for (unsigned kind = DRIVE_DISK; kind <= DRIVE_FLOPPY; kind++) {
    xmlw_start (w, lists[kind]);
    VECTOR_FOR (p, &l->places) {
      if (!p->seated || p->drive->kind != kind
          || file_of (a, p->drive) == NO_INDEX || !is_first (a, l, p))
        continue;
      if (is_hard_disk (a, p->drive))
        write_hard_disk (w, a, p->drive, report);
      else if (kind != DRIVE_DISK)
        write_image (w, a, p->drive);
    }
    xmlw_end (w);
  }
  xmlw_end (w);
  report_drives (a, l, report);
}

/* ---- controllers ---------------------------------------------------------------------- */
static void
write_device (struct xmlw *w, const struct appliance *a, const struct vb_place *p)
{
  static const char *const types[]
    = { [DRIVE_DISK] = "HardDisk", [DRIVE_CDROM] = "DVD", [DRIVE_FLOPPY] = "Floppy" };
  CLEANUP_FREE char *uuid = medium_uuid (a, p->drive);

  xmlw_start (w, "AttachedDevice");
  if (p->drive->kind == DRIVE_CDROM)
    xmlw_attr (w, "passthrough", "false");
  xmlw_attr (w, "type", types[p->drive->kind]);
  xmlw_attr (w, "hotpluggable", "false");
  xmlw_attrf (w, "port", "%u", p->port);
  xmlw_attrf (w, "device", "%u", p->device);
  if (uuid != NULL) {
    xmlw_start (w, "Image");
    xmlw_attrf (w, "uuid", "{%s}", uuid);
    xmlw_end (w);
  }
  xmlw_end (w);
}

/* IDE and floppies have all their ports, others as many as are in use. */
static unsigned
port_count (const struct vb_layout *l, size_t box)
{
  const struct vb_storage *kind = l->boxes.ptr[box].kind;
  unsigned n = kind->devices > 1 || kind->bus == BUS_USB ? kind->ports : 1;

  if (kind->bus == BUS_SCSI)
    n = kind->ports == 16 ? 16 : 8;
  VECTOR_FOR (p, &l->places)
    if (p->seated && p->box == box && p->port >= n)
      n = p->port + 1;
  return n;
}

void
vb_storage_write (struct xmlw *w, const struct appliance *a,
                  const struct vb_layout *l)
{
  xmlw_start (w, "StorageControllers");
  for (size_t i = 0; i < l->boxes.len; i++) {
    const struct vb_box *b = &l->boxes.ptr[i];
    CLEANUP_FREE char *name = b->number > 0
                                ? xasprintf ("%s %u", b->kind->name, b->number + 1)
                                : xstrdup (b->kind->name);
    bool host_cache = b->kind->devices > 1;

    xmlw_start (w, "StorageController");
    xmlw_attr (w, "name", name);
    xmlw_attr (w, "type", b->type);
    xmlw_attrf (w, "PortCount", "%u", port_count (l, i));
    xmlw_attr (w, "useHostIOCache", host_cache ? "true" : "false");
    xmlw_attr (w, "Bootable", "true");
    VECTOR_FOR (p, &l->places)
      if (p->seated && p->box == i)
        write_device (w, a, p);
    xmlw_end (w);
  }
  xmlw_end (w);
}

/* ---- network adapters ------------------------------------------------------------------ */
static void
write_attachment (struct xmlw *w, const struct nic *n, struct ovf_report *report)
{
  const struct vb_attachment *t = vb_attachments;
  enum attachment a = n->attachment == ATTACH_UNKNOWN ? ATTACH_NAT : n->attachment;

  if (a == ATTACH_NONE)
    return;
  while (t->element != NULL && t->attachment != a)
    t++;
  if (t->element == NULL || a != n->attachment) {
    report_loss (report, VB_OWNER, "network",
                 "the adapter at '%s' is attached to VirtualBox's NAT",
                 n->network ? n->network : "");
    t = vb_attachments;
  }
  xmlw_start (w, t->element);
  if (t->attribute != NULL)
    xmlw_attr (w, t->attribute, n->network);
  xmlw_end (w);
}

static const char *
adapter_type (const struct nic *n, struct ovf_report *report)
{
  const struct hwmodel *h = hwmodel_by_name (HW_NIC, n->model);

  if (h != NULL && h->virtualbox != NULL)
    return h->virtualbox;
  if (n->model != NULL) {
    report_loss (report, VB_OWNER, "nic",
                 "the network adapter model '%s' becomes e1000", n->model);
    report_hint (report, "the guest must have a driver for Intel 82540EM");
  }
  return "82540EM";
}

/* "52:54:00:12:34:56" as 525400123456; a group address is no adapter's. */
static void
write_mac (struct xmlw *w, const struct nic *n, struct ovf_report *report)
{
  char digits[13];
  size_t len = 0;

  if (n->mac == NULL)
    return;
  for (const char *c = n->mac; *c != '\0' && len < 12; c++)
    if (*c != ':')
      digits[len++] = (char)(*c >= 'a' && *c <= 'f' ? *c - 'a' + 'A' : *c);
  digits[len] = '\0';
  if (strchr ("02468ACE", digits[1]) != NULL)
    xmlw_attr (w, "MACAddress", digits);
  else
    report_loss (report, VB_OWNER, "mac",
                 "'%s' is the address of a group: VirtualBox makes one up", n->mac);
}

void
vb_network_write (struct xmlw *w, const struct machine *m,
                  struct ovf_report *report)
{
  unsigned slot = 0;

  xmlw_start (w, "Network");
  VECTOR_FOR (n, &m->nics) {
    if (slot == VB_NICS)
      break;
    xmlw_start (w, "Adapter");
    xmlw_attrf (w, "slot", "%u", slot++);
    xmlw_attr (w, "enabled", "true");
    write_mac (w, n, report);
    xmlw_attr (w, "cable", n->connected == NO ? "false" : "true");
    xmlw_attr (w, "type", adapter_type (n, report));
    write_attachment (w, n, report);
    xmlw_end (w);
  }
  xmlw_end (w);
  if (m->nics.len > VB_NICS)
    report_loss (report, VB_OWNER, "nic", "%zu of %zu network adapters are left "
                 "out: VirtualBox has %u", m->nics.len - VB_NICS, m->nics.len,
                 VB_NICS);
}

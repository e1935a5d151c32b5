/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Storage controllers and what is plugged into them.
 *
 * An IDE controller of VirtualBox has two ports of two devices: a port is a
 * controller of the model.  Before VirtualBox 3 the drives stood in
 * <HardDiskAttachments>, <DVDDrive> and <FloppyDrive>. */
#include "virtualbox.h"

#define PORT_MAX 65535u

static enum drive_kind
kind_of (const char *type)
{
  if (type != NULL && strcmp (type, "DVD") == 0)
    return DRIVE_CDROM;
  return type != NULL && strcmp (type, "Floppy") == 0 ? DRIVE_FLOPPY : DRIVE_DISK;
}

static struct drive *
plug (struct vb_reader *r, const xmlNode *n, enum drive_kind kind, enum bus bus,
      unsigned controller, unsigned unit)
{
  struct drive *d = machine_add_drive (r->m, kind);

  d->bus = bus;
  d->controller = controller;
  d->unit = unit;
  d->line = xml_line (n);
  machine_controller (r->m, bus, controller);
  return d;
}

static void
set_model (struct vb_reader *r, const xmlNode *n, enum bus bus, unsigned index,
           const char *model)
{
  struct controller *c = machine_controller (r->m, bus, index);

  set_string (&c->model, model);
  c->line = xml_line (n);
}

static bool
few (struct vb_reader *r, const xmlNode *n, struct ovf_error **err)
{
  if (ctx_alive (r->ctx, err)
      && ctx_within (r->ctx, LIMIT_DISKS, r->m->controllers.len,
                     "the number of controllers of a machine", err)
      && ctx_within (r->ctx, LIMIT_DISKS, r->m->drives.len,
                     "the number of drives of a machine", err))
    return true;
  return error_place (err, NULL, r->name, xml_line (n));
}

/* ---- since VirtualBox 3 --------------------------------------------------------- */
struct box {
  enum bus bus;
  unsigned index;           /* of IDE the first channel's */
  char *model;
};

/* A bus has its controllers counted in document order. */
static unsigned
next_index (const struct machine *m, enum bus bus)
{
  unsigned next = 0;

  VECTOR_FOR (c, &m->controllers)
    if (c->bus == bus && c->index >= next)
      next = c->index + 1;
  return bus == BUS_IDE ? (next + 1) / 2 * 2 : next;
}

static bool
read_device (struct vb_reader *r, const xmlNode *n, const struct box *box,
             struct ovf_error **err)
{
  CLEANUP_FREE char *type = vb_attr (n, "type");
  bool pair = box->bus == BUS_IDE;
  unsigned port = 0, device = 0, controller = box->index;
  struct drive *d;

  if (!vb_number (r, n, "port", PORT_MAX, &port, err)
      || !vb_number (r, n, "device", PORT_MAX, &device, err) || !few (r, n, err))
    return false;
  if (pair && (port > 1 || device > 1))
    return error_at (err, OVF_E_FORMAT, "VIRTUALBOX-NUMBER", r->name,
                     xml_line (n), "an IDE controller has no port %u, device %u",
                     port, device);
  controller += pair ? port : 0;
  d = plug (r, n, kind_of (type), box->bus, controller,
            pair || box->bus == BUS_FLOPPY ? device : port);
  set_model (r, n, box->bus, controller, box->model);
  return vb_medium_read (r, n, d, NULL, err);
}

static bool
read_controller (struct vb_reader *r, const xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *type = vb_attr (n, "type");
  const struct vb_storage *kind = vb_storage_by_type (type);
  const struct hwmodel *h = hwmodel_by_name (HW_CONTROLLER, type);
  CLEANUP_FREE char *model = xstrdup (h ? h->name : kind ? NULL : type);
  struct box box = { kind ? kind->bus : BUS_UNKNOWN, 0, model };
  bool any = false;

  if (kind == NULL)
    report_add (r->report, OVF_WARNING, "VIRTUALBOX-DEVICE", r->name,
                xml_line (n), NULL, "the storage controller '%s' is not known",
                type ? type : "");
  box.index = next_index (r->m, box.bus);
  if (box.bus != BUS_IDE)
    set_model (r, n, box.bus, box.index, box.model);
  XML_FOR (child, n) {
    if (!vb_is (child, "AttachedDevice"))
      continue;
    any = true;
    if (!read_device (r, child, &box, err))
      return false;
  }
  if (box.bus == BUS_IDE && !any)
    set_model (r, n, box.bus, box.index, box.model);
  return few (r, n, err);
}

/* ---- before that ----------------------------------------------------------------- */
static bool
read_old_disks (struct vb_reader *r, struct ovf_error **err)
{
  const xmlNode *list = vb_child (r->machine, "HardDiskAttachments");

  if (list == NULL)
    return true;
  XML_FOR (n, list) {
    CLEANUP_FREE char *uuid = vb_attr (n, "hardDisk");
    CLEANUP_FREE char *bus = vb_attr (n, "bus");
    bool sata = bus != NULL && text_equal_nocase (bus, "SATA");
    unsigned channel = 0, device = 0;
    struct drive *d;

    if (!vb_is (n, "HardDiskAttachment"))
      continue;
    if (!vb_number (r, n, "channel", PORT_MAX, &channel, err)
        || !vb_number (r, n, "device", PORT_MAX, &device, err) || !few (r, n, err))
      return false;
    d = sata ? plug (r, n, DRIVE_DISK, BUS_SATA, 0, channel)
             : plug (r, n, DRIVE_DISK, BUS_IDE, channel, device);
    if (!vb_medium_read (r, n, d, uuid ? uuid : "", err))
      return false;
  }
  return true;
}

/* The CD was always the second channel's first. */
static bool
read_old_drives (struct vb_reader *r, struct ovf_error **err)
{
  const xmlNode *dvd = vb_child (r->hardware, "DVDDrive");
  const xmlNode *floppy = vb_child (r->hardware, "FloppyDrive");
  const xmlNode *ide = vb_child (vb_child (r->hardware, "BIOS"), "IDEController");
  CLEANUP_FREE char *type = vb_attr (ide, "type");
  const struct hwmodel *h = hwmodel_by_name (HW_CONTROLLER, type);

  if (dvd != NULL
      && !vb_medium_read (r, dvd, plug (r, dvd, DRIVE_CDROM, BUS_IDE, 1, 0), NULL,
                          err))
    return false;
  if (floppy != NULL && vb_flag (floppy, "enabled", true)
      && !vb_medium_read (r, floppy, plug (r, floppy, DRIVE_FLOPPY, BUS_FLOPPY, 0, 0),
                          NULL, err))
    return false;
  VECTOR_FOR (c, &r->m->controllers)
    if (c->model == NULL && (c->bus == BUS_IDE || c->bus == BUS_SATA))
      set_string (&c->model, c->bus == BUS_SATA ? "ahci" : h ? h->name : NULL);
  return true;
}

static bool
read_list (struct vb_reader *r, const xmlNode *list, struct ovf_error **err)
{
  if (list == NULL)
    return true;
  XML_FOR (n, list)
    if (vb_is (n, "StorageController") && !read_controller (r, n, err))
      return false;
  return true;
}

/* In the machine, or since VirtualBox 7 in its hardware. */
bool
vb_storage_read (struct vb_reader *r, struct ovf_error **err)
{
  return read_list (r, vb_child (r->hardware, "StorageControllers"), err)
         && read_list (r, vb_child (r->machine, "StorageControllers"), err)
         && read_old_disks (r, err) && read_old_drives (r, err);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <disk> and <controller>: what lies on which seat.
 *
 * The seat is <address type='drive'>, or follows from the name of the target
 * as libvirt makes it up: "sdb" is the second on the first SCSI controller.
 * An IDE controller of libvirt has two channels; a channel is a controller of
 * the model. */
#include "drive-name.h"
#include "libvirt-reader.h"

#define INDEX_MAX 65535

/* ---- controllers ------------------------------------------------------------ */
static enum bus
controller_bus (const char *type, const struct hwmodel *h)
{
  if (lv_equal (type, "sata"))
    return BUS_SATA;
  if (lv_equal (type, "scsi"))
    return h != NULL ? h->bus : BUS_SCSI;
  return BUS_UNKNOWN;
}

static void
read_usb (struct lv_reader *r, const xmlNode *n, const char *model,
          unsigned index)
{
  const struct hwmodel *h = hwmodel_by_name (HW_CONTROLLER, model);
  struct controller *c;

  if (lv_equal (model, "none")) {
    r->m->usb = NO;
    return;
  }
  r->m->usb = YES;
  /* EHCI and its companions of USB 1 share one index. */
  if (h == NULL || h->bus != BUS_USB)
    h = model && strstr (model, "ehci") ? hwmodel_by_name (HW_CONTROLLER, "ehci")
        : model && strstr (model, "xhci")
          ? hwmodel_by_name (HW_CONTROLLER, "xhci")
        : model && strstr (model, "uhci")
          ? hwmodel_by_name (HW_CONTROLLER, "uhci")
          : NULL;
  c = machine_controller (r->m, BUS_USB, index);
  if (c->model == NULL || lv_equal (h ? h->name : NULL, "ehci")) {
    free (c->model);
    c->model = xstrdup (h ? h->name : model);
  }
  c->line = xml_line (n);
}

bool
lv_controller_read (struct lv_reader *r, const xmlNode *n,
                    struct ovf_error **err)
{
  /* What the buses of the board need, or paravirtual channels. */
  static const char *const harmless[]
    = { "pci", "ide", "fdc", "isa", "virtio-serial", "xenbus", "ccid" };
  CLEANUP_FREE char *type = lv_attr (n, "type");
  CLEANUP_FREE char *model = lv_attr (n, "model");
  const struct hwmodel *h = hwmodel_by_name (HW_CONTROLLER, model);
  struct controller *c;
  unsigned index = 0;
  enum bus bus;

  if (!lv_number (r, n, "index", INDEX_MAX, &index, err))
    return false;
  for (size_t i = 0; i < ARRAY_SIZE (harmless); i++)
    if (lv_equal (type, harmless[i]))
      return true;
  if (lv_equal (type, "usb")) {
    read_usb (r, n, model, index);
    return true;
  }
  bus = controller_bus (type, h);
  if (bus == BUS_UNKNOWN) {
    lv_lost (r, n, "devices/controller");
    return true;
  }
  c = machine_controller (r->m, bus, index);
  free (c->model);
  c->model = h != NULL && h->bus == bus ? xstrdup (h->name) : STEAL (model);
  c->line = xml_line (n);
  if (bus == BUS_SATA && c->model == NULL)
    c->model = xstrdup ("ahci");
  return true;
}

/* ---- names of targets --------------------------------------------------------- */
static const struct {
  const char *word;
  enum bus bus;
} buses[] = {
  { "ide", BUS_IDE },   { "sata", BUS_SATA },
  { "scsi", BUS_SCSI }, { "virtio", BUS_VIRTIO_BLK },
  { "usb", BUS_USB },   { "fdc", BUS_FLOPPY },
  { "xen", BUS_XEN },   { "nvme", BUS_NVME },
};

static struct drive_name
read_target (const xmlNode *disk)
{
  CLEANUP_FREE char *dev = lv_child_attr (disk, "target", "dev");
  CLEANUP_FREE char *bus = lv_child_attr (disk, "target", "bus");
  struct drive_name t = { 0 };

  drive_name_parse (dev, &t);
  for (size_t i = 0; bus && i < ARRAY_SIZE (buses); i++)
    if (strcmp (buses[i].word, bus) == 0)
      t.bus = buses[i].bus;
  return t;
}

/* ---- seats ---------------------------------------------------------------------- */
static bool
seat_by_address (struct lv_reader *r, const xmlNode *address, enum bus bus,
                 struct drive *d, struct ovf_error **err)
{
  unsigned controller = 0, channel = 0, target = 0, unit = 0;

  if (!lv_number (r, address, "controller", INDEX_MAX, &controller, err)
      || !lv_number (r, address, "bus", INDEX_MAX, &channel, err)
      || !lv_number (r, address, "target", INDEX_MAX, &target, err)
      || !lv_number (r, address, "unit", INDEX_MAX, &unit, err))
    return false;
  if (bus == BUS_IDE) {
    controller = controller * 2 + channel;
  }
  else if (bus == BUS_SCSI && target > 0) {
    if (unit > 0)
      lv_lost (r, address, "devices/disk logical unit");
    unit = target;
  }
  d->controller = controller;
  d->unit = unit;
  return true;
}

static bool
read_seat (struct lv_reader *r, const xmlNode *n, struct drive *d,
           struct ovf_error **err)
{
  const xmlNode *address = lv_child (n, "address");
  CLEANUP_FREE char *type = lv_attr (address, "type");
  struct drive_name t = read_target (n);

  d->bus = t.bus;
  if (t.bus == BUS_UNKNOWN && d->kind == DRIVE_FLOPPY)
    d->bus = t.bus = BUS_FLOPPY;
  /* VMware's and VirtualBox's SCSI is wide. */
  drive_name_seat (&t, r->wide_scsi, d);
  if (t.partition) {
    /* A partition of its own is a drive of its own: "xvda1" and "xvda2"
     * cannot both be the first. */
    drive_sit_behind (r->m, d);
    if (r->xen)
      d->name = drive_name_text (&t);
    else
      lv_lost (r, n, "devices/disk partition");
  }
  if (lv_equal (type, "drive")
      && !seat_by_address (r, address, t.bus, d, err))
    return false;
  /* The SCSI controller of that number may be virtio's. */
  VECTOR_FOR (c, &r->m->controllers)
    if (d->bus == BUS_SCSI && c->bus == BUS_VIRTIO_SCSI
        && c->index == d->controller)
      d->bus = BUS_VIRTIO_SCSI;
  machine_controller (r->m, d->bus, d->controller);
  return true;
}

/* ---- sources ----------------------------------------------------------------------- */
static const struct {
  const char *driver, *word;
} formats[] = {
  { "raw", "raw" },   { "aio", "raw" },   { "qcow2", "qcow2" },
  { "vmdk", "vmdk" }, { "vdi", "vdi" },   { "vpc", "vhd" },
  { "vhd", "vhd" },   { "vhdx", "vhdx" }, { "iso", "raw" },
};

/* No type is raw: libvirt does not look into images, nor do we. */
static const char *
read_format (struct lv_reader *r, const xmlNode *n)
{
  CLEANUP_FREE char *type = lv_child_attr (n, "driver", "type");

  if (type == NULL)
    return "raw";
  for (size_t i = 0; i < ARRAY_SIZE (formats); i++)
    if (strcmp (formats[i].driver, type) == 0)
      return disk_format_word (formats[i].word);
  report_add (r->report, OVF_WARNING, "LIBVIRT-DISK", r->name, xml_line (n),
              NULL, "the disk format '%s' is not known", type);
  return NULL;
}

/* What to call a source: a path, or a name that is no path, by which
 * --disk-map can say where a copy is. */
struct source_name {
  char *href;
  const char *kind;         /* what it is, where it is no file */
};

static struct source_name
name_source (const xmlNode *n)
{
  const xmlNode *source = lv_child (n, "source");
  CLEANUP_FREE char *type = lv_attr (n, "type");
  CLEANUP_FREE char *file = lv_attr (source, "file");
  CLEANUP_FREE char *dev = lv_attr (source, "dev");
  CLEANUP_FREE char *dir = lv_attr (source, "dir");
  CLEANUP_FREE char *protocol = lv_attr (source, "protocol");
  CLEANUP_FREE char *name = lv_attr (source, "name");
  CLEANUP_FREE char *pool = lv_attr (source, "pool");
  CLEANUP_FREE char *volume = lv_attr (source, "volume");
  struct source_name s = { NULL, NULL };

  if (file != NULL && *file != '\0')
    s.href = STEAL (file);
  else if (dev != NULL && *dev != '\0')
    s = (struct source_name){ STEAL (dev), "a device of the host" };
  else if (dir != NULL)
    s = (struct source_name){ xasprintf ("dir:%s", dir),
                              "a folder of the host" };
  else if (volume != NULL)
    s = (struct source_name){ xasprintf ("volume:%s/%s", pool ? pool : "",
                                         volume), "a volume of a pool" };
  else if (protocol != NULL)
    s = (struct source_name){ xasprintf ("%s:%s", protocol, name ? name : ""),
                              "on the network" };
  else if (source != NULL && type && strcmp (type, "file") != 0
           && strcmp (type, "block") != 0)
    s = (struct source_name){ xasprintf ("%s:", type), "of the host" };
  return s;
}

/* ---- disks -------------------------------------------------------------------------- */
static size_t
add_file (struct lv_reader *r, const xmlNode *n, const char *href)
{
  CLEANUP_FREE char *id = xasprintf ("file%zu", r->a->files.len + 1);
  struct file_ref *f = appliance_add_file (r->a, id, href);

  f->line = xml_line (n);
  return r->a->files.len - 1;
}

/* A medium in a drive is a file; a disk is a disk on a file. */
static void
plug_in (struct lv_reader *r, const xmlNode *n, struct drive *d,
         const char *href)
{
  struct disk *disk;

  if (d->kind != DRIVE_DISK) {
    d->file = add_file (r, n, href);
    return;
  }
  disk = appliance_add_disk (r->a);
  disk->id = xasprintf ("disk%zu", r->a->disks.len);
  disk->format = read_format (r, n);
  disk->shared = lv_child (n, "shareable") != NULL;
  disk->line = xml_line (n);
  disk->file = add_file (r, n, href);
  d->disk = r->a->disks.len - 1;
}

static void
read_source (struct lv_reader *r, const xmlNode *n, struct drive *d)
{
  struct source_name s = name_source (n);

  if (s.kind != NULL) {
    d->device = xstrdup (s.href);
    if (d->kind == DRIVE_DISK) {
      report_add (r->report, OVF_WARNING, "LIBVIRT-DISK", r->name,
                  xml_line (n), NULL, "the disk '%s' is no file: it is %s",
                  s.href, s.kind);
      report_hint (r->report, "a copy can be used: --disk-map '%s=FILE'",
                   s.href);
    }
  }
  /* A drive of the host is an empty drive anywhere else. */
  if (s.href != NULL && (s.kind == NULL || d->kind == DRIVE_DISK))
    plug_in (r, n, d, s.href);
  free (s.href);
}

/* Options that a host's storage is tuned with. */
static void
read_driver (struct lv_reader *r, const xmlNode *driver)
{
  const xmlAttr *a;

  for (a = driver ? driver->properties : NULL; a != NULL; a = a->next)
    if (strcmp ((const char *)a->name, "name") != 0
        && strcmp ((const char *)a->name, "type") != 0) {
      lv_lost (r, driver, "devices/disk/driver options");
      return;
    }
}

static bool
read_parts (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  static const struct lv_known rows[] = {
    { "source", HARMLESS, NULL },    { "driver", HARMLESS, NULL },
    { "target", HARMLESS, NULL },    { "readonly", HARMLESS, NULL },
    { "shareable", HARMLESS, NULL }, { "boot", HARMLESS, NULL },
    { "address", HARMLESS, NULL },   { "alias", HARMLESS, NULL },
    { "backingStore", HARMLESS, NULL }, /* the image itself says that */
    { "seclabel", HOST, NULL },      { NULL, LOST, NULL },
  };

  return lv_walk (r, n, "devices/disk", rows, err);
}

bool
lv_disk_read (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *device = lv_attr (n, "device");
  CLEANUP_FREE char *tray = lv_child_attr (n, "target", "tray");
  enum drive_kind kind = lv_equal (device, "cdrom")    ? DRIVE_CDROM
                         : lv_equal (device, "floppy") ? DRIVE_FLOPPY
                                                       : DRIVE_DISK;
  struct drive *d = machine_add_drive (r->m, kind);

  d->line = xml_line (n);
  d->read_only = kind != DRIVE_CDROM && lv_child (n, "readonly") != NULL;
  if (lv_equal (tray, "open"))
    d->connected = NO;
  if (lv_equal (device, "lun"))
    lv_lost (r, n, "devices/disk device='lun'");
  read_driver (r, lv_child (n, "driver"));
  if (!read_parts (r, n, err) || !read_seat (r, n, d, err)
      || !lv_number (r, lv_child (n, "boot"), "order", INDEX_MAX,
                     &d->boot_order, err))
    return false;
  read_source (r, n, d);
  return true;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <devices> of a domain: disks on the seats of the layout, controllers,
 * network adapters, ports, display.  QEMU has defaults for the rest; what
 * libvirt would add on its own and an appliance may not know (a balloon) is
 * turned off. */
#include "libvirt.h"

#include <stdarg.h>

void
lv_element (struct xmlw *w, const char *name, ...)
{
  const char *attribute;
  va_list ap;

  xmlw_start (w, name);
  va_start (ap, name);
  while ((attribute = va_arg (ap, const char *)) != NULL)
    xmlw_attr (w, attribute, va_arg (ap, const char *));
  va_end (ap);
  xmlw_end (w);
}

/* ---- disks ---------------------------------------------------------------- */
static const char *
target_bus (enum bus bus)
{
  switch (bus) {
  case BUS_IDE:
    return "ide";
  case BUS_SATA:
    return "sata";
  case BUS_USB:
    return "usb";
  case BUS_FLOPPY:
    return "fdc";
  case BUS_VIRTIO_BLK:
    return "virtio";
  default:
    return "scsi";
  }
}

/* libvirt: controller:bus:target:unit.  IDE has one controller of two
 * channels; PVSCSI and virtio-scsi number targets, the older SCSI chips of
 * QEMU take the number as unit. */
static void
drive_address (struct xmlw *w, const struct layout *l, const struct place *p)
{
  unsigned controller = p->controller, bus = 0, target = 0, unit = p->unit;

  if (p->bus == BUS_USB || p->bus == BUS_VIRTIO_BLK)
    return;
  if (p->bus == BUS_IDE) {
    bus = controller;
    controller = 0;
  }
  if (p->bus == BUS_VIRTIO_SCSI) {
    target = p->unit;
    unit = 0;
  }
  VECTOR_FOR (c, &l->controllers)
    if (p->bus == BUS_SCSI && c->bus == BUS_SCSI && c->index == p->controller
        && c->model && strcmp (c->model, "vmpvscsi") == 0) {
      target = p->unit;
      unit = 0;
    }
  xmlw_start (w, "address");
  xmlw_attr (w, "type", "drive");
  xmlw_attrf (w, "controller", "%u", controller);
  xmlw_attrf (w, "bus", "%u", bus);
  xmlw_attrf (w, "target", "%u", target);
  xmlw_attrf (w, "unit", "%u", unit);
  xmlw_end (w);
}

static void
write_boot (struct xmlw *w, unsigned order)
{
  if (order == 0)
    return;
  xmlw_start (w, "boot");
  xmlw_attrf (w, "order", "%u", order);
  xmlw_end (w);
}

static void
write_disk (struct xmlw *w, const struct appliance *a, const struct machine *m,
            const struct layout *l, const struct place *p)
{
  const struct drive *d = p->drive;
  const struct disk *disk = drive_disk (a, d);
  const char *href = drive_href (a, d);

  xmlw_start (w, "disk");
  xmlw_attr (w, "type", "file");
  xmlw_attr (w, "device", drive_kind_word (d->kind));
  lv_element (w, "driver", "name", "qemu", "type", qemu_format (disk), NULL);
  if (href != NULL)
    lv_element (w, "source", "file", href, NULL);
  lv_element (w, "target", "dev", p->dev, "bus", target_bus (p->bus), "tray",
              d->kind != DRIVE_DISK && href && d->connected == NO ? "open"
                                                                  : NULL,
              NULL);
  if (d->kind == DRIVE_CDROM || d->read_only || (disk && disk->read_only))
    lv_element (w, "readonly", NULL);
  if (disk && disk->shared)
    lv_element (w, "shareable", NULL);
  write_boot (w, place_boot_order (m, l, p));
  drive_address (w, l, p);
  xmlw_end (w);
}

static void
write_disks (struct xmlw *w, const struct appliance *a, const struct machine *m,
             const struct layout *l, struct ovf_report *report)
{
  VECTOR_FOR (p, &l->places) {
    const struct drive *d = p->drive;
    bool empty = drive_href (a, d) == NULL;

    if (!p->seated)
      continue; /* reported with the layout */
    if (d->kind == DRIVE_DISK && empty) {
      report_loss (report, "libvirt", "drive",
                   "the disk at %s %u:%u has no file and is left out",
                   bus_word (d->bus), d->controller, d->unit);
      continue;
    }
    if (empty && d->device != NULL)
      report_loss (report, "libvirt", "device",
                   "the host device '%s' is not given to the guest: the %s "
                   "drive is empty", d->device, drive_kind_word (d->kind));
    write_disk (w, a, m, l, p);
  }
}

/* ---- controllers ----------------------------------------------------------- */
static void
write_controllers (struct xmlw *w, const struct layout *l)
{
  VECTOR_FOR (c, &l->controllers) {
    xmlw_start (w, "controller");
    xmlw_attr (w, "type", c->bus == BUS_SATA ? "sata" : "scsi");
    xmlw_attrf (w, "index", "%u", c->index);
    xmlw_attr (w, "model", c->model);
    xmlw_end (w);
  }
}

static void
usb_controller (struct xmlw *w, unsigned index, const char *model)
{
  xmlw_start (w, "controller");
  xmlw_attr (w, "type", "usb");
  xmlw_attrf (w, "index", "%u", index);
  xmlw_attr (w, "model", model);
  xmlw_end (w);
}

/* Not said: libvirt's default for the machine stays. */
static void
write_usb (struct xmlw *w, const struct machine *m, bool native)
{
  unsigned index = 0;

  if (m->usb == NO) {
    usb_controller (w, 0, "none");
    return;
  }
  if (native) {
    usb_controller (w, 0, "qemu-xhci");
    return;
  }
  VECTOR_FOR (c, &m->controllers) {
    const struct hwmodel *h
      = c->bus == BUS_USB ? hwmodel_by_name (HW_CONTROLLER, c->model) : NULL;
    if (h != NULL && h->libvirt != NULL)
      usb_controller (w, index++, h->libvirt);
  }
  if (index == 0 && m->usb == YES)
    usb_controller (w, 0, "ehci");
}

/* ---- network adapters -------------------------------------------------------- */
void
lv_nic_source (struct xmlw *w, const struct nic *n, bool xen,
               struct ovf_report *report)
{
  enum attachment attachment = n->attachment;

  if (attachment == ATTACH_NONE) /* a plug without a cable: see the link below */
    attachment = ATTACH_USER;
  if (attachment == ATTACH_USER && !xen) {
    xmlw_attr (w, "type", "user");
    return;
  }
  switch (attachment) {
  case ATTACH_BRIDGE:
    xmlw_attr (w, "type", "bridge");
    lv_element (w, "source", "bridge",
                n->network ? n->network : xen ? "xenbr0" : "br0", NULL);
    break;
  case ATTACH_NETWORK:
    xmlw_attr (w, "type", "network");
    lv_element (w, "source", "network",
                   n->network ? n->network : "default", NULL);
    break;
  default: /* libvirt's own network, whatever the source called it */
    if (n->attachment != ATTACH_UNKNOWN && n->attachment != ATTACH_NAT)
      report_loss (report, "libvirt", "network",
                   "the %s network '%s' becomes the network 'default'",
                   attachment_word (n->attachment),
                   n->network ? n->network : "");
    xmlw_attr (w, "type", "network");
    lv_element (w, "source", "network", "default", NULL);
  }
}

/* libvirt refuses a group address. */
void
lv_nic_mac (struct xmlw *w, const struct nic *n, struct ovf_report *report)
{
  if (n->mac != NULL && mac_is_unicast (n->mac))
    lv_element (w, "mac", "address", n->mac, NULL);
  else if (n->mac != NULL)
    report_loss (report, "libvirt", "mac",
                 "'%s' is a group address: the adapter gets a new one",
                 n->mac);
}

static void
write_nic (struct xmlw *w, const struct nic *n, bool native,
           struct ovf_report *report)
{
  xmlw_start (w, "interface");
  lv_nic_source (w, n, false, report);
  lv_nic_mac (w, n, report);
  lv_element (w, "model", "type",
              qemu_nic (n, native, "libvirt", report)->libvirt, NULL);
  if (n->connected == NO || n->attachment == ATTACH_NONE)
    lv_element (w, "link", "state", "down", NULL);
  write_boot (w, n->boot_order);
  xmlw_end (w);
}

/* ---- ports, display, the rest ------------------------------------------------- */
#define SERIALS_MAX 4   /* COM1 to COM4 */
#define PARALLELS_MAX 3

static unsigned
at_most (unsigned n, unsigned max, const char *what, struct ovf_report *report)
{
  if (n <= max)
    return n;
  report_loss (report, "libvirt", "ports", "%u of %u %s ports are left out",
               n - max, n, what);
  return max;
}

/* There is always one serial port: it is what `virsh console` shows. */
void
lv_serials (struct xmlw *w, const struct machine *m, struct ovf_report *report)
{
  unsigned serials = at_most (m->serials, SERIALS_MAX, "serial", report);

  for (unsigned i = 0; i < serials || i == 0; i++) {
    xmlw_start (w, "serial");
    xmlw_attr (w, "type", "pty");
    xmlw_start (w, "target");
    xmlw_attrf (w, "port", "%u", i);
    xmlw_end (w);
    xmlw_end (w);
  }
}

void
lv_console (struct xmlw *w, const char *type)
{
  xmlw_start (w, "console");
  xmlw_attr (w, "type", "pty");
  lv_element (w, "target", "type", type, "port", "0", NULL);
  xmlw_end (w);
}

static void
write_ports (struct xmlw *w, const struct machine *m, struct ovf_report *report)
{
  unsigned parallels
    = at_most (m->parallels, PARALLELS_MAX, "parallel", report);

  lv_serials (w, m, report);
  for (unsigned i = 0; i < parallels; i++) {
    xmlw_start (w, "parallel");
    xmlw_attr (w, "type", "null");
    xmlw_start (w, "target");
    xmlw_attrf (w, "port", "%u", i);
    xmlw_end (w);
    xmlw_end (w);
  }
  lv_console (w, "serial");
}

void
lv_graphics (struct xmlw *w, const struct machine *m, bool has_spice,
             struct ovf_report *report)
{
  bool spice = has_spice && m->graphics && strcmp (m->graphics, "spice") == 0;

  if (m->graphics && !spice && strcmp (m->graphics, "vnc") != 0)
    report_loss (report, "libvirt", "graphics", "the display '%s' becomes vnc",
                 m->graphics);
  lv_element (w, "graphics", "type", spice ? "spice" : "vnc", "autoport", "yes",
              "listen", "127.0.0.1", NULL);
}

static void
write_video (struct xmlw *w, const struct machine *m, bool native,
             struct ovf_report *report)
{
  static const char *const models[]
    = { "vga", "cirrus", "qxl", "virtio", "bochs", "vmvga", "ramfb", "none" };
  const char *model = native ? "virtio" : "vga";
  bool known = m->video == NULL || native;

  for (size_t i = 0; !known && i < ARRAY_SIZE (models); i++)
    if (strcmp (models[i], m->video) == 0) {
      model = models[i];
      known = true;
    }
  if (!known)
    report_loss (report, "libvirt", "video", "the video model '%s' becomes vga",
                 m->video);
  xmlw_start (w, "video");
  lv_element (w, "model", "type", model, NULL);
  xmlw_end (w);
}

void
lv_sound (struct xmlw *w, const struct machine *m, struct ovf_report *report)
{
  const struct hwmodel *h = hwmodel_by_name (HW_SOUND, m->sound);

  if (m->sound == NULL)
    return;
  if (h == NULL || h->libvirt == NULL) {
    report_loss (report, "libvirt", "sound",
                 "the sound card '%s' is left out", m->sound);
    return;
  }
  if (strcmp (h->name, "es1371") == 0)
    report_loss (report, "libvirt", "sound",
                 "the sound card '%s' becomes es1370", m->sound);
  lv_element (w, "sound", "model", h->libvirt, NULL);
}

static void
write_tpm (struct xmlw *w, const struct machine *m)
{
  if (m->tpm != YES)
    return;
  xmlw_start (w, "tpm");
  /* BIOS knows the older interface only. */
  xmlw_attr (w, "model", m->firmware == FIRMWARE_UEFI ? "tpm-crb" : "tpm-tis");
  lv_element (w, "backend", "type", "emulator", "version", "2.0", NULL);
  xmlw_end (w);
}

void
libvirt_devices (struct xmlw *w, const struct appliance *a,
                 const struct machine *m, const struct layout *l,
                 const struct write_settings *settings,
                 struct ovf_report *report)
{
  bool native = settings->native_hardware;

  xmlw_start (w, "devices");
  write_disks (w, a, m, l, report);
  write_controllers (w, l);
  write_usb (w, m, native);
  VECTOR_FOR (n, &m->nics)
    write_nic (w, n, native, report);
  write_ports (w, m, report);
  if (m->usb != NO)
    lv_element (w, "input", "type", "tablet", "bus", "usb", NULL);
  write_tpm (w, m);
  lv_graphics (w, m, true, report);
  lv_sound (w, m, report);
  write_video (w, m, native, report);
  if (!native)
    lv_element (w, "memballoon", "model", "none", NULL);
  xmlw_end (w);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of a domain that a guest of Xen has in its own way: <os>, and the
 * devices on the buses of Xen's device model.  What such a guest can have is
 * decided where xl.cfg is written (xen-write.h); here are the words of
 * libvirt's driver for libxl, which refuses a domain with devices that it does
 * not know, and ignores none. */
#include "libvirt.h"
#include "xen-write.h"

/* Where libvirt looks for the firmware of Xen, on all systems. */
#define XEN_BIOS "/usr/lib/xen/boot/hvmloader"
#define XEN_UEFI "/usr/lib/xen/boot/ovmf.bin"

/* ---- what is booted -------------------------------------------------------- */
static void
write_type (struct xmlw *w, const struct xen_writer *x)
{
  bool pvh = x->m->machine_type && strcmp (x->m->machine_type, XEN_PVH) == 0;

  xmlw_start (w, "type");
  xmlw_attr (w, "arch", "x86_64");
  xmlw_attr (w, "machine", x->hvm ? "xenfv" : pvh ? XEN_PVH : "xenpv");
  xmlw_text (w, x->hvm ? "hvm" : pvh ? XEN_PVH : "linux");
  xmlw_end (w);
}

static void
write_loader (struct xmlw *w, const struct machine *m)
{
  bool uefi = m->firmware == FIRMWARE_UEFI;

  xmlw_start (w, "loader");
  xmlw_attr (w, "readonly", uefi ? "yes" : NULL);
  xmlw_attr (w, "type", uefi ? "pflash" : "rom");
  xmlw_text (w, uefi ? XEN_UEFI : XEN_BIOS);
  xmlw_end (w);
}

static void
write_boot_order (struct xmlw *w, const char *letters)
{
  for (; *letters != '\0'; letters++)
    lv_element (w, "boot", "dev", *letters == 'c'   ? "hd"
                                  : *letters == 'd' ? "cdrom" : "network", NULL);
}

static void
write_os (struct xmlw *w, struct xen_writer *x)
{
  char order[8];

  xen_report_boot (x);
  xmlw_element (w, "bootloader", xen_bootloader (x));
  xen_boot_order (x, order);
  xmlw_start (w, "os");
  write_type (w, x);
  if (x->hvm)
    write_loader (w, x->m);
  lv_kernel (w, x->a, x->m);
  if (x->hvm)
    write_boot_order (w, order);
  xmlw_end (w);
}

/* xl turns these on by itself; a domain without them has them off. */
static void
write_features (struct xmlw *w)
{
  xmlw_start (w, "features");
  lv_element (w, "acpi", NULL);
  lv_element (w, "apic", NULL);
  lv_element (w, "pae", NULL);
  xmlw_end (w);
}

/* ---- disks ----------------------------------------------------------------- */
static void
write_disk (struct xmlw *w, struct xen_writer *x, const struct xen_seat *s,
            const char *format)
{
  const struct drive *d = s->drive;
  const struct disk *disk = drive_disk (x->a, d);
  const char *href = drive_href (x->a, d);
  CLEANUP_FREE char *dev = drive_name_text (&s->name);

  xen_report_drive (x, d);
  xmlw_start (w, "disk");
  xmlw_attr (w, "type", "file");
  xmlw_attr (w, "device", drive_kind_word (d->kind));
  lv_element (w, "driver", "name", "qemu", "type", format, NULL);
  if (href != NULL)
    lv_element (w, "source", "file", href, NULL);
  lv_element (w, "target", "dev", dev, "bus", bus_word (s->name.bus), NULL);
  if (xen_is_read_only (x, d))
    lv_element (w, "readonly", NULL);
  if (disk && disk->shared)
    lv_element (w, "shareable", NULL);
  xmlw_end (w);
}

static bool
write_disks (struct xmlw *w, struct xen_writer *x, struct ovf_error **err)
{
  size_t n;
  CLEANUP_FREE struct xen_seat *seats = xen_seats (x, &n);
  const char *format;

  for (size_t i = 0; i < n; i++) {
    if (!seats[i].placed)
      continue;
    if (!xen_disk_format (x, seats[i].drive, &format, err))
      return false;
    write_disk (w, x, &seats[i], format);
  }
  return true;
}

/* ---- network adapters ------------------------------------------------------- */
static void
write_nics (struct xmlw *w, struct xen_writer *x)
{
  for (size_t i = 0; i < x->m->nics.len; i++) {
    const struct nic *n = &x->m->nics.ptr[i];
    const char *model;
    if (!xen_has_cable (x, i))
      continue;
    xmlw_start (w, "interface");
    lv_nic_source (w, n, true, x->report);
    lv_nic_mac (w, n, x->report);
    model = xen_nic_model (x, n);
    if (model != NULL && (x->hvm || n->model != NULL))
      lv_element (w, "model", "type", *model ? model : "netfront", NULL);
    xmlw_end (w);
  }
}

/* ---- the rest ---------------------------------------------------------------- */
static void
write_console (struct xmlw *w, struct xen_writer *x)
{
  if (x->m->parallels > 0)
    report_loss (x->report, x->target, "ports", "%u parallel ports are left out",
                 x->m->parallels);
  if (x->hvm) {
    lv_serials (w, x->m, x->report);
    lv_console (w, "serial");
    return;
  }
  if (x->m->serials > 0)
    report_loss (x->report, x->target, "ports",
                 "a paravirtual guest has Xen's console in place of serial ports");
  lv_console (w, "xen");
}

/* What Xen's device model draws with; not said: libvirt's choice. */
static void
write_video (struct xmlw *w, const struct xen_writer *x)
{
  static const char *const models[] = { "vga", "cirrus", "qxl" };
  const char *video = x->m->video;

  for (size_t i = 0; video != NULL && x->hvm && i < ARRAY_SIZE (models); i++)
    if (strcmp (models[i], video) == 0) {
      xmlw_start (w, "video");
      lv_element (w, "model", "type", video, NULL);
      xmlw_end (w);
      return;
    }
  if (video != NULL)
    report_loss (x->report, x->target, "video",
                 "the video model '%s' is left to libvirt", video);
}

static void
write_sound (struct xmlw *w, const struct xen_writer *x)
{
  if (x->hvm)
    lv_sound (w, x->m, x->report);
  else if (x->m->sound != NULL)
    report_loss (x->report, x->target, "sound",
                 "a paravirtual guest has no sound card: '%s' is left out", x->m->sound);
}

/* The tablet makes the controller that it hangs on. */
static void
write_usb (struct xmlw *w, const struct xen_writer *x)
{
  if (x->m->usb == YES && x->hvm)
    lv_element (w, "input", "type", "tablet", "bus", "usb", NULL);
  else if (x->m->usb == YES)
    report_loss (x->report, x->target, "usb", "the USB controllers are left out");
}

static bool
write_devices (struct xmlw *w, struct xen_writer *x, struct ovf_error **err)
{
  bool ok;

  xmlw_start (w, "devices");
  ok = write_disks (w, x, err);
  write_nics (w, x);
  write_console (w, x);
  write_usb (w, x);
  if (x->hvm || x->m->graphics != NULL)
    lv_graphics (w, x->m, x->hvm, x->report);
  write_sound (w, x);
  write_video (w, x);
  xmlw_end (w);
  return ok;
}

bool
libvirt_xen (struct xmlw *w, const struct appliance *a, const struct machine *m,
             const struct write_settings *settings, struct ovf_report *report,
             struct ovf_error **err)
{
  struct xen_writer x = { .target = "libvirt", .a = a, .m = m,
                          .hvm = m->paravirtual != YES,
                          .native = settings->native_hardware,
                          .no_ahci = true, .report = report };

  write_os (w, &x);
  if (x.hvm)
    write_features (w);
  if (m->cores_per_socket > 1)
    report_loss (report, "libvirt", "topology",
                 "Xen has no sockets: %u cores on each are not kept",
                 m->cores_per_socket);
  lv_clock (w, m);
  return write_devices (w, &x, err);
}

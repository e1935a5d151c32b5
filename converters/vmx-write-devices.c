/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices of a VMX file: controllers and drives, network adapters, ports,
 * USB, sound, display. */
#include <strings.h>

#include "base/text.h"
#include "place.h"
#include "vmx-place.h"

static void
put_of (FILE *f, const char *device, const char *name, const char *value)
{
  CLEANUP_FREE char *key = xasprintf ("%s.%s", device, name);

  vmx_put (f, key, value);
}

/* ---- drives --------------------------------------------------------------------- */
static void
write_adapters (FILE *f, const struct vmx_layout *l)
{
  VECTOR_FOR (a, &l->adapters) {
    CLEANUP_FREE char *name = xasprintf ("%s%u", vmx_bus_word (a->bus), a->index);
    put_of (f, name, "present", "TRUE");
    if (a->model != NULL)
      put_of (f, name, "virtualDev", a->model);
  }
}

/* An empty drive is the host's drive, which the guest shall not have before
 * somebody connects it. */
static void
write_empty (FILE *f, const struct drive *d, const char *name,
             struct ovf_report *report)
{
  bool floppy = d->kind == DRIVE_FLOPPY;

  put_of (f, name, floppy ? "fileType" : "deviceType",
          floppy ? "device" : "cdrom-raw");
  put_of (f, name, "fileName", "auto detect");
  put_of (f, name, "autodetect", "TRUE");
  put_of (f, name, "startConnected", "FALSE");
  if (d->device != NULL || d->connected == YES)
    report_loss (report, "vmx", "device",
                 "the host device '%s' is not given to the guest: the %s "
                 "drive is empty", d->device ? d->device : "auto detect",
                 drive_kind_word (d->kind));
}

static void
write_image (FILE *f, const struct drive *d, const struct disk *disk,
             const struct vmx_place *p, const char *name, const char *href)
{
  const char *type = p->seat.bus == BUS_SCSI  ? "scsi-hardDisk"
                     : p->seat.bus == BUS_IDE ? "ata-hardDisk"
                                              : NULL;

  if (d->kind == DRIVE_FLOPPY)
    put_of (f, name, "fileType", "file");
  else if (d->kind == DRIVE_CDROM)
    put_of (f, name, "deviceType", "cdrom-image");
  else if (type != NULL)
    put_of (f, name, "deviceType", type);
  put_of (f, name, "fileName", href);
  if (disk && disk->shared)
    put_of (f, name, "sharing", "multi-writer");
  if (d->connected != UNSET)
    put_of (f, name, "startConnected", d->connected == YES ? "TRUE" : "FALSE");
}

static void
write_drive (FILE *f, const struct appliance *a, const struct vmx_place *p,
             struct ovf_report *report)
{
  CLEANUP_FREE char *name = vmx_seat_name (&p->seat);
  const struct drive *d = p->drive;
  const struct disk *disk = drive_disk (a, d);
  const char *href = drive_href (a, d);

  if (d->kind == DRIVE_DISK && href == NULL) {
    report_loss (report, "vmx", "drive",
                 "the disk at %s %u:%u has no file and is left out",
                 bus_word (d->bus), d->controller, d->unit);
    return;
  }
  put_of (f, name, "present", "TRUE");
  if (href != NULL)
    write_image (f, d, disk, p, name, href);
  else
    write_empty (f, d, name, report);
  if (d->kind == DRIVE_FLOPPY && d->read_only)
    put_of (f, name, "readOnly", "TRUE");
  if (d->kind == DRIVE_DISK && (d->read_only || (disk && disk->read_only)))
    report_loss (report, "vmx", "read-only",
                 "the disk %s cannot be read-only: the guest may write to it",
                 name);
}

/* floppy0 is there unless a file says that it is not. */
void
vmx_write_drives (FILE *f, const struct appliance *a, const struct machine *m,
                  const struct vmx_layout *l, struct ovf_report *report)
{
  bool floppy = false;

  (void)m;
  write_adapters (f, l);
  VECTOR_FOR (p, &l->places) {
    if (!p->seated)
      continue; /* reported with the layout */
    floppy |= p->seat.bus == BUS_FLOPPY && p->seat.unit == 0;
    write_drive (f, a, p, report);
  }
  if (!floppy)
    vmx_put (f, "floppy0.present", "FALSE");
}

/* ---- network adapters --------------------------------------------------------------- */
const char *
vmx_nic_word (const struct nic *n, bool native)
{
  const struct hwmodel *h = hwmodel_by_name (HW_NIC, n->model);

  if (native)
    return "vmxnet3";
  if (h != NULL && h->vmx != NULL)
    return h->vmx;
  return n->model ? "e1000" : NULL;
}

static void
write_model (FILE *f, const char *name, const struct appliance *a,
             const struct nic *n, bool native, struct ovf_report *report)
{
  const struct hwmodel *h = hwmodel_by_name (HW_NIC, n->model);
  const char *word = vmx_nic_word (n, native);

  /* What VMware takes when nothing is said depends on its age. */
  if (word == NULL && strcmp (a->kind, "vmx") != 0)
    word = "e1000";
  if (word != NULL)
    put_of (f, name, "virtualDev", word);
  if (!native && h != NULL && strcmp (h->name, "vmxnet2") == 0)
    put_of (f, name, "features", "15");
  if (n->model != NULL && (h == NULL || h->vmx == NULL || native)
      && !text_equal_nocase (n->model, word)) {
    report_loss (report, "vmx", "nic",
                 "the network adapter model '%s' becomes %s", n->model, word);
    report_hint (report, "the guest must have a driver for it");
  }
}

/* VMware takes static addresses of 00:50:56:00:00:00 to 3f:ff:ff only, unless
 * told not to look; 00:0c:29 is what hosts make up, the upper part of
 * 00:50:56 what vCenter does. */
static void
write_mac (FILE *f, const char *name, const struct nic *n,
           struct ovf_report *report)
{
  bool own = n->mac && strncmp (n->mac, "00:50:56:", 9) == 0;
  char part = own ? n->mac[9] : '\0';

  if (n->mac != NULL && !mac_is_unicast (n->mac))
    report_loss (report, "vmx", "mac",
                 "'%s' is a group address: the adapter gets a new one", n->mac);
  if (n->mac == NULL || !mac_is_unicast (n->mac)) {
    put_of (f, name, "addressType", "generated");
    return;
  }
  if (strncmp (n->mac, "00:0c:29:", 9) == 0
      || (own && strchr ("89ab", part) != NULL)) {
    put_of (f, name, "addressType", own ? "vpx" : "generated");
    put_of (f, name, "generatedAddress", n->mac);
    if (!own)
      put_of (f, name, "generatedAddressOffset", "0");
    return;
  }
  put_of (f, name, "addressType", "static");
  put_of (f, name, "address", n->mac);
  if (!own || strchr ("0123", part) == NULL)
    put_of (f, name, "checkMACAddress", "false");
}

/* "VMnet2", "/dev/vmnet2": a switch of the host. */
static bool
is_switch (const char *network)
{
  const char *s = network;

  if (s == NULL)
    return false;
  s += strncmp (s, "/dev/", 5) == 0 ? 5 : 0;
  return strncasecmp (s, "vmnet", 5) == 0 && s[5] != '\0'
         && s[5 + strspn (s + 5, "0123456789")] == '\0';
}

static const struct {
  enum attachment attachment;
  const char *word;
  bool same;                /* false: VMware has no such network */
  bool named;               /* it can have a name */
} connections[] = {
  { ATTACH_UNKNOWN, NULL, true, true },
  { ATTACH_BRIDGE, "bridged", true, true },
  { ATTACH_NETWORK, "bridged", false, true },
  { ATTACH_NAT, "nat", true, true },
  { ATTACH_USER, "nat", false, true },
  { ATTACH_HOSTONLY, "hostonly", true, true },
  { ATTACH_INTERNAL, "hostonly", false, true },
  { ATTACH_NONE, "none", true, false },
};

static void
write_network (FILE *f, const char *name, const struct nic *n,
               struct ovf_report *report)
{
  size_t i = 0;

  while (i + 1 < ARRAY_SIZE (connections)
         && connections[i].attachment != n->attachment)
    i++;
  if (connections[i].attachment == ATTACH_BRIDGE && is_switch (n->network)) {
    put_of (f, name, "connectionType", "custom");
    put_of (f, name, "vnet", n->network);
    return;
  }
  if (connections[i].word != NULL)
    put_of (f, name, "connectionType", connections[i].word);
  if (n->network != NULL && connections[i].named)
    put_of (f, name, "networkName", n->network);
  if (!connections[i].same)
    report_loss (report, "vmx", "network", "the %s network '%s' becomes %s",
                 attachment_word (n->attachment), n->network ? n->network : "",
                 connections[i].word);
}

void
vmx_write_nics (FILE *f, const struct appliance *a, const struct machine *m,
                bool native, struct ovf_report *report)
{
  enum { NICS_MAX = 10 };

  for (size_t i = 0; i < m->nics.len && i < NICS_MAX; i++) {
    const struct nic *n = &m->nics.ptr[i];
    CLEANUP_FREE char *name = xasprintf ("ethernet%zu", i);
    put_of (f, name, "present", "TRUE");
    write_model (f, name, a, n, native, report);
    write_network (f, name, n, report);
    write_mac (f, name, n, report);
    if (n->connected != UNSET || n->attachment == ATTACH_NONE)
      put_of (f, name, "startConnected",
              n->connected == YES && n->attachment != ATTACH_NONE ? "TRUE" : "FALSE");
  }
  if (m->nics.len > NICS_MAX)
    report_loss (report, "vmx", "nic", "%zu of %zu network adapters are left out",
                 m->nics.len - NICS_MAX, m->nics.len);
}

/* ---- ports, USB, sound, display --------------------------------------------------------- */
/* The other end is a file beside the machine: no device of the host. */
static void
write_port (FILE *f, const char *word, unsigned n, unsigned max,
            struct ovf_report *report)
{
  for (unsigned i = 0; i < n && i < max; i++) {
    CLEANUP_FREE char *name = xasprintf ("%s%u", word, i);
    CLEANUP_FREE char *file = xasprintf ("%s.log", name);
    put_of (f, name, "present", "TRUE");
    put_of (f, name, "fileType", "file");
    put_of (f, name, "fileName", file);
  }
  if (n > max)
    report_loss (report, "vmx", "ports", "%u of %u %s ports are left out",
                 n - max, n, word);
}

static void
write_usb (FILE *f, const struct machine *m)
{
  bool xhci = false, ehci = false, uhci = false;

  VECTOR_FOR (c, &m->controllers) {
    const struct hwmodel *h = hwmodel_by_name (HW_CONTROLLER, c->model);
    if (c->bus != BUS_USB)
      continue;
    if (h != NULL && strcmp (h->name, "xhci") == 0)
      xhci = true;
    else if (h != NULL && strcmp (h->name, "uhci") == 0)
      uhci = true;
    else
      ehci = true;
  }
  ehci |= m->usb == YES && !xhci && !uhci;
  if (m->usb == NO)
    vmx_put (f, "usb.present", "FALSE");
  else if (ehci || uhci)
    vmx_put (f, "usb.present", "TRUE");
  if (ehci && m->usb != NO)
    vmx_put (f, "ehci.present", "TRUE");
  if (xhci && m->usb != NO)
    vmx_put (f, "usb_xhci.present", "TRUE");
}

static void
write_sound (FILE *f, const struct machine *m, struct ovf_report *report)
{
  const struct hwmodel *h = hwmodel_by_name (HW_SOUND, m->sound);

  if (m->sound == NULL)
    return;
  if (h == NULL || h->vmx == NULL) {
    report_loss (report, "vmx", "sound", "the sound card '%s' is left out",
                 m->sound);
    return;
  }
  vmx_put (f, "sound.present", "TRUE");
  vmx_put (f, "sound.virtualDev", h->vmx);
  vmx_put (f, "sound.autodetect", "TRUE");
  vmx_put (f, "sound.fileName", "-1");
}

/* A machine has VMware's display in every case.  VNC beside it listens on
 * this host only: it has no password. */
static void
write_display (FILE *f, const struct machine *m, struct ovf_report *report)
{
  vmx_put (f, "svga.present", "TRUE");
  if (m->graphics != NULL && strcmp (m->graphics, "vnc") == 0) {
    vmx_put (f, "RemoteDisplay.vnc.enabled", "TRUE");
    vmx_put (f, "RemoteDisplay.vnc.ip", "127.0.0.1");
    vmx_put (f, "RemoteDisplay.vnc.port", "5900");
  }
  else if (m->graphics != NULL)
    report_loss (report, "vmx", "graphics",
                 "the display '%s' becomes VMware's own", m->graphics);
  if (m->video != NULL && strcmp (m->video, "vmvga") != 0)
    report_loss (report, "vmx", "video",
                 "the video model '%s' becomes VMware's own", m->video);
}

void
vmx_write_ports (FILE *f, const struct machine *m, struct ovf_report *report)
{
  enum { SERIALS_MAX = 4, PARALLELS_MAX = 3 };

  write_port (f, "serial", m->serials, SERIALS_MAX, report);
  write_port (f, "parallel", m->parallels, PARALLELS_MAX, report);
  write_usb (f, m);
  write_sound (f, m, report);
  write_display (f, m, report);
}

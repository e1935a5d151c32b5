/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest has beside its drives, as devices of QEMU. */
#include "qemu.h"

#define SERIALS_MAX 4
#define PARALLELS_MAX 3

/* ---- USB ---------------------------------------------------------------------- */
static bool
has_usb_drive (const struct qemu_writer *w)
{
  VECTOR_FOR (p, &w->layout.places)
    if (p->seated && p->bus == BUS_USB)
      return true;
  return false;
}

/* The controllers of the source; drives hang on the first. */
void
qemu_usb (struct qemu_writer *w)
{
  unsigned n = 0;

  if (!w->settings->native_hardware)
    VECTOR_FOR (c, &w->m->controllers) {
      const struct hwmodel *h = c->bus == BUS_USB
                                  ? hwmodel_by_name (HW_CONTROLLER, c->model)
                                  : NULL;
      if (h != NULL && h->qemu != NULL)
        qemu_option (w, "-device", "%s,id=usb%u", h->qemu, n++);
    }
  if (n == 0 && (w->m->usb == YES || has_usb_drive (w)
                 || (w->settings->native_hardware && w->m->usb != NO)))
    qemu_option (w, "-device", "%s,id=usb%u",
                 w->settings->native_hardware ? "qemu-xhci" : "usb-ehci", n++);
  if (n > 0)
    qemu_option (w, "-device", "usb-tablet,bus=usb0.0");
}

/* ---- network adapters ------------------------------------------------------------ */
/* An adapter without a network: its link is down. */
static void
put_netdev (struct qemu_writer *w, const struct nic *n, size_t i)
{
  CLEANUP_FREE char *name = qemu_escape (n->network ? n->network : "br0");

  switch (n->attachment) {
  case ATTACH_NONE:
    return;
  case ATTACH_BRIDGE:
    qemu_option (w, "-netdev", "bridge,id=net%zu,br=%s", i, name);
    return;
  case ATTACH_USER:
  case ATTACH_UNKNOWN:
    break;
  default:
    report_loss (w->report, "qemu", "network",
                 "the %s network '%s' becomes QEMU's own",
                 attachment_word (n->attachment), n->network ? n->network : "");
  }
  qemu_option (w, "-netdev", "user,id=net%zu", i);
}

static void
put_nic (struct qemu_writer *w, const struct nic *n, size_t i)
{
  const struct hwmodel *h
    = qemu_nic (n, w->settings->native_hardware, "qemu", w->report);
  bool unicast = n->mac != NULL && mac_is_unicast (n->mac);
  CLEANUP_FREE char *peer = n->attachment == ATTACH_NONE
                              ? xstrdup ("") : xasprintf (",netdev=net%zu", i);
  CLEANUP_FREE char *boot = n->boot_order
                              ? xasprintf (",bootindex=%u", n->boot_order)
                              : xstrdup ("");

  if (n->mac != NULL && !unicast)
    report_loss (w->report, "qemu", "mac",
                 "'%s' is a group address: the adapter gets a new one", n->mac);
  if (n->connected == NO && n->attachment != ATTACH_NONE)
    report_loss (w->report, "qemu", "link",
                 "the adapter on '%s' is connected from the start",
                 n->network ? n->network : "");
  put_netdev (w, n, i);
  qemu_option (w, "-device", "%s%s%s%s%s", h->qemu ? h->qemu : "e1000", peer,
               unicast ? ",mac=" : "", unicast ? n->mac : "", boot);
}

/* ---- ports --------------------------------------------------------------------------- */
/* There is always one serial port: where the script was started. */
static void
put_ports (struct qemu_writer *w)
{
  const struct machine *m = w->m;

  qemu_option (w, "-serial", "mon:stdio");
  for (unsigned i = 1; i < m->serials && i < SERIALS_MAX; i++)
    qemu_option (w, "-serial", "null");
  for (unsigned i = 0; i < m->parallels && i < PARALLELS_MAX; i++)
    qemu_option (w, "-parallel", "null");
  if (m->serials > SERIALS_MAX || m->parallels > PARALLELS_MAX)
    report_loss (w->report, "qemu", "ports",
                 "of %u serial and %u parallel ports some are left out",
                 m->serials, m->parallels);
}

/* ---- display and sound ------------------------------------------------------------------ */
static const char *
vga_of (struct qemu_writer *w)
{
  static const struct {
    const char *video, *vga;
  } rows[] = {
    { "vga", "std" }, { "cirrus", "cirrus" }, { "qxl", "qxl" },
    { "virtio", "virtio" }, { "vmvga", "vmware" }, { "none", "none" },
  };

  if (w->settings->native_hardware)
    return "virtio";
  for (size_t i = 0; w->m->video && i < ARRAY_SIZE (rows); i++)
    if (strcmp (rows[i].video, w->m->video) == 0)
      return rows[i].vga;
  if (w->m->video != NULL)
    report_loss (w->report, "qemu", "video", "the video model '%s' becomes vga",
                 w->m->video);
  return "std";
}

static void
put_display (struct qemu_writer *w)
{
  const char *graphics = w->m->graphics;

  if (graphics != NULL && strcmp (graphics, "vnc") != 0)
    report_loss (w->report, "qemu", "graphics", "the display '%s' becomes vnc",
                 graphics);
  qemu_option (w, "-vga", "%s", vga_of (w));
  qemu_option (w, "-display", "vnc=127.0.0.1:0,to=99");
}

static void
put_sound (struct qemu_writer *w)
{
  static const struct {
    const char *name, *device;
  } rows[] = {
    { "hda", "hda-duplex" }, { "es1371", "ES1370" }, { "ac97", "AC97" },
    { "sb16", "sb16" },
  };
  const struct hwmodel *h = hwmodel_by_name (HW_SOUND, w->m->sound);

  if (w->m->sound == NULL)
    return;
  for (size_t i = 0; h && i < ARRAY_SIZE (rows); i++)
    if (strcmp (rows[i].name, h->name) == 0) {
      qemu_option (w, "-audiodev", "none,id=snd0");
      if (i == 0)
        qemu_option (w, "-device", "intel-hda");
      qemu_option (w, "-device", "%s,audiodev=snd0", rows[i].device);
      if (strcmp (h->name, "es1371") == 0)
        report_loss (w->report, "qemu", "sound",
                     "the sound card 'es1371' becomes es1370");
      return;
    }
  report_loss (w->report, "qemu", "sound", "the sound card '%s' is left out",
               w->m->sound);
}

void
qemu_devices (struct qemu_writer *w)
{
  for (size_t i = 0; i < w->m->nics.len; i++)
    put_nic (w, &w->m->nics.ptr[i], i);
  put_ports (w);
  put_display (w);
  put_sound (w);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Network adapters, display, ports, sound, USB of a Xen guest. */
#include "place.h"
#include "xen-write.h"

/* ---- network adapters ------------------------------------------------------ */
const char *
xen_nic_model (struct xen_writer *w, const struct nic *n)
{
  const struct hwmodel *h = hwmodel_by_name (HW_NIC, n->model);
  const char *model = h ? h->xen : NULL;

  if (n->model == NULL && !w->native)
    return w->hvm ? NULL : "";
  if (w->native || (model != NULL && strcmp (model, "netfront") == 0))
    return "";
  if (!w->hvm) {
    report_loss (w->report, w->target, "nic",
                 "the network adapter model '%s' becomes Xen's own", n->model);
    return "";
  }
  if (model != NULL)
    return model;
  report_loss (w->report, w->target, "nic",
               "the network adapter model '%s' becomes e1000", n->model);
  report_hint (w->report, "the guest must have a driver for Intel 82540EM");
  return "e1000";
}

/* What was kept of the Nth: "vif N what". */
static const char *
kept (const struct xen_writer *w, size_t n, const char *what)
{
  CLEANUP_FREE char *key = xasprintf ("vif %zu %s", n, what);
  const char *value = xen_kept (w, key);

  return value != NULL && xen_is_item (value) ? value : NULL;
}

static void
add (char **text, const char *name, const char *value)
{
  char *longer;

  if (value == NULL)
    return;
  longer = xasprintf ("%s%s%s=%s", *text ? *text : "", *text ? ", " : "", name, value);
  free (*text);
  *text = longer;
}

static void
add_attachment (struct xen_writer *w, const struct nic *n, size_t i, char **text)
{
  const char *script = kept (w, i, "script"), *vlan = kept (w, i, "vlan");
  CLEANUP_FREE char *bridge = NULL;

  if (n->attachment == ATTACH_NAT) {
    add (text, "script", "vif-nat");
    return;
  }
  if (n->attachment != ATTACH_BRIDGE && n->attachment != ATTACH_UNKNOWN)
    report_loss (w->report, "xen", "network", "the %s network '%s' becomes a bridge",
                 attachment_word (n->attachment), n->network ? n->network : "");
  if (n->network != NULL && !xen_is_item (n->network))
    report_loss (w->report, "xen", "network", "'%s' is no name of a bridge", n->network);
  else if (n->network != NULL) {
    bridge = xasprintf ("%s%s", n->network, script && vlan ? vlan : "");
    add (text, "bridge", bridge);
  }
  add (text, "script", script);
}

static char *
vif_text (struct xen_writer *w, const struct nic *n, size_t i)
{
  const char *model = xen_nic_model (w, n);
  char *text = NULL;

  if (n->mac != NULL && mac_is_unicast (n->mac))
    add (&text, "mac", n->mac);
  else if (n->mac != NULL)
    report_loss (w->report, "xen", "mac",
                 "'%s' is a group address: the adapter gets a new one", n->mac);
  add_attachment (w, n, i, &text);
  if (model != NULL && (w->hvm || n->model != NULL))
    add (&text, *model ? "model" : "type", *model ? model : "vif");
  add (&text, "ip", kept (w, i, "ip"));
  add (&text, "rate", kept (w, i, "rate"));
  add (&text, "gatewaydev", kept (w, i, "gatewaydev"));
  return text ? text : xstrdup ("");
}

/* A cable to nowhere cannot be said: xl would plug it into the usual bridge. */
bool
xen_has_cable (struct xen_writer *w, size_t nic)
{
  const struct nic *n = &w->m->nics.ptr[nic];

  if (n->attachment == ATTACH_NONE)
    report_loss (w->report, w->target, "network",
                 "the network adapter %zu goes nowhere and is left out", nic);
  else if (n->connected == NO)
    report_loss (w->report, w->target, "link",
                 "the network adapter %zu is plugged in from the start", nic);
  return n->attachment != ATTACH_NONE;
}

static void
put_nics (struct xen_writer *w)
{
  const char *comma = "vif = [ ";

  for (size_t i = 0; i < w->m->nics.len; i++) {
    const struct nic *n = &w->m->nics.ptr[i];
    CLEANUP_FREE char *text = NULL;
    if (!xen_has_cable (w, i))
      continue;
    text = vif_text (w, n, i);
    fputs (comma, w->out);
    xen_put_string (w, text);
    comma = ",\n        ";
  }
  fprintf (w->out, "%s]\n", *comma == 'v' ? comma : " ");
}

/* ---- display --------------------------------------------------------------- */
static void
put_display (struct xen_writer *w)
{
  static const char *const cards[][2]
    = { { "vga", "stdvga" }, { "cirrus", "cirrus" }, { "qxl", "qxl" }, { "none", "none" } };
  const char *g = w->m->graphics, *video = w->m->video;
  bool sdl = g && strcmp (g, "sdl") == 0;

  if (g != NULL && !sdl && strcmp (g, "vnc") != 0)
    report_loss (w->report, "xen", "graphics", "the display '%s' becomes vnc", g);
  if (w->hvm)
    xen_put_number (w, sdl ? "sdl" : "vnc", 1);
  else if (g != NULL)
    fprintf (w->out, "vfb = [ \"type=%s\" ]\n", sdl ? "sdl" : "vnc");
  for (size_t i = 0; video != NULL && w->hvm && i < ARRAY_SIZE (cards); i++)
    if (strcmp (cards[i][0], video) == 0) {
      xen_put (w, "vga", cards[i][1]);
      return;
    }
  if (video != NULL)
    report_loss (w->report, "xen", "video", "the video model '%s' is left to Xen", video);
}

/* ---- ports, sound, the rest ------------------------------------------------ */
#define SERIALS_MAX 4

/* A fully virtual guest always has a serial port: `xl console` shows it. */
static void
put_ports (struct xen_writer *w)
{
  unsigned n = w->m->serials > SERIALS_MAX ? SERIALS_MAX : w->m->serials;

  if (!w->hvm && w->m->serials > 0)
    report_loss (w->report, "xen", "ports",
                 "a paravirtual guest has Xen's console in place of serial ports");
  else if (w->m->serials > n)
    report_loss (w->report, "xen", "ports", "%u serial ports are left out",
                 w->m->serials - n);
  if (w->m->parallels > 0)
    report_loss (w->report, "xen", "ports", "%u parallel ports are left out",
                 w->m->parallels);
  if (!w->hvm)
    return;
  if (n <= 1)
    xen_put (w, "serial", "pty");
  else {
    fputs ("serial = [ \"pty\"", w->out);
    while (--n > 0)
      fputs (", \"pty\"", w->out);
    fputs (" ]\n", w->out);
  }
}

static void
put_sound (struct xen_writer *w)
{
  const struct hwmodel *h = hwmodel_by_name (HW_SOUND, w->m->sound);

  if (w->m->sound == NULL)
    return;
  if (!w->hvm || h == NULL || h->xen == NULL) {
    report_loss (w->report, "xen", "sound", "the sound card '%s' is left out",
                 w->m->sound);
    return;
  }
  if (strcmp (h->name, "es1371") == 0)
    report_loss (w->report, "xen", "sound", "the sound card 'es1371' becomes es1370");
  xen_put (w, "soundhw", h->xen);
}

static void
put_usb (struct xen_writer *w)
{
  if (w->m->usb == YES && w->hvm) {
    xen_put_number (w, "usb", 1);
    fputs ("usbdevice = [ \"tablet\" ]\n", w->out);
  }
  else if (w->m->usb == YES)
    report_loss (w->report, "xen", "usb", "the USB controllers are left out");
  else if (w->m->usb == NO && w->hvm)
    xen_put_number (w, "usb", 0);
}

void
xen_put_devices (struct xen_writer *w)
{
  put_nics (w);
  put_ports (w);
  put_display (w);
  put_sound (w);
  put_usb (w);
}

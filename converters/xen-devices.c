/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ports, display, sound, USB and the clock of a Xen guest. */
#include "xen.h"

/* Is there a number, and is it not 0? */
static bool
is_on (const struct xen_reader *r, const char *name)
{
  const struct xen_setting *s = xen_setting (r, name);
  uint64_t n;

  return s != NULL && xen_number (&s->value, UINT64_MAX, &n) && n != 0;
}

/* ---- ports ----------------------------------------------------------------- */
/* A port, or a list of them; what is behind it is the host's business. */
static unsigned
count_ports (struct xen_reader *r, const char *name)
{
  const struct xen_setting *s = xen_setting (r, name);
  const struct xen_value *v = s ? &s->value : NULL;
  size_t n = v == NULL ? 0 : v->kind == XEN_LIST ? v->len : 1;
  CLEANUP_FREE char *what = xasprintf ("the other end of a %s port", name);
  unsigned ports = 0;

  for (size_t i = 0; i < n && ports < 64; i++) {
    const char *text = xen_text (v->kind == XEN_LIST ? &v->items[i] : v);
    if (text == NULL || *text == '\0' || strcmp (text, "none") == 0)
      continue;
    ports++;
    if (strcmp (text, "pty") != 0 && strcmp (text, "null") != 0)
      xen_host (r, v->line, what);
  }
  return ports;
}

/* vfb = [ "type=vnc,vncpasswd=x" ]: the display of a PV guest. */
static void
read_vfb (struct xen_reader *r)
{
  const struct xen_setting *s = xen_setting (r, "vfb");
  const char *rest = s && s->value.kind == XEN_LIST && s->value.len > 0
                       ? xen_text (&s->value.items[0]) : NULL;
  char *word;

  while ((word = xen_word (&rest)) != NULL) {
    char *value;
    xen_split (word, &value);
    if (value != NULL && r->m->graphics == NULL
        && ((strcmp (word, "type") == 0)
            || (strcmp (value, "1") == 0
                && (strcmp (word, "vnc") == 0 || strcmp (word, "sdl") == 0))))
      r->m->graphics = xstrdup (strcmp (word, "type") == 0 ? value : word);
    if (strcmp (word, "vncpasswd") == 0)
      xen_host (r, s->value.line, "the display's password");
    free (word);
  }
}

static void
read_display (struct xen_reader *r)
{
  static const char *const kinds[] = { "spice", "vnc", "sdl" };
  const char *vga = xen_setting_text (r, "vga");

  for (size_t i = 0; i < ARRAY_SIZE (kinds); i++)
    if (is_on (r, kinds[i]) && r->m->graphics == NULL)
      r->m->graphics = xstrdup (kinds[i]);
  if (r->m->graphics == NULL)
    read_vfb (r);
  if (is_on (r, "stdvga"))
    vga = "stdvga";
  if (vga != NULL && r->hvm)
    r->m->video = xstrdup (strcmp (vga, "stdvga") == 0 ? "vga" : vga);
}

static void
read_sound (struct xen_reader *r)
{
  const char *rest = xen_setting_text (r, "soundhw");
  char *word;

  while ((word = xen_word (&rest)) != NULL) {
    const struct hwmodel *h = hwmodel_by_name (HW_SOUND, word);
    if (*word != '\0' && r->m->sound == NULL)
      r->m->sound = xstrdup (h ? h->name : word);
    else if (*word != '\0')
      xen_lost (r, xen_setting (r, "soundhw")->value.line, "soundhw");
    free (word);
  }
}

/* Pointers that QEMU makes up are part of a PC; others are the host's. */
static void
usb_device (struct xen_reader *r, const struct xen_value *v)
{
  static const char *const pointers[] = { "tablet", "mouse", "keyboard", "" };
  const char *text = xen_text (v);

  for (size_t i = 0; text != NULL && i < ARRAY_SIZE (pointers); i++)
    if (strcmp (pointers[i], text) == 0)
      return;
  xen_host (r, v->line, "a USB device");
}

static void
read_usb (struct xen_reader *r)
{
  const struct xen_setting *device = xen_setting (r, "usbdevice"), *bus = xen_setting (r, "usbctrl");
  const struct xen_setting *given = xen_setting (r, "usbdev");

  if (xen_setting (r, "usb") != NULL)
    r->m->usb = is_on (r, "usb") ? YES : NO;
  if (device != NULL) {
    r->m->usb = YES;
    if (device->value.kind != XEN_LIST)
      usb_device (r, &device->value);
    else
      for (size_t i = 0; i < device->value.len; i++)
        usb_device (r, &device->value.items[i]);
  }
  if (bus != NULL && bus->value.len > 0) {
    r->m->usb = YES;
    xen_lost (r, bus->value.line, "usbctrl");
  }
  if (given != NULL && given->value.len > 0)
    xen_host (r, given->value.line, "a USB device");
}

static void
read_passthrough (struct xen_reader *r)
{
  const struct xen_setting *s = xen_setting (r, "pci");

  if (s == NULL || (s->value.kind == XEN_LIST && s->value.len == 0))
    return;
  report_add (r->report, OVF_WARNING, "XEN-PASSTHROUGH", r->name, s->value.line, NULL,
              "devices of the host are passed through: they stay where they are");
  xen_lost (r, s->value.line, "pci");
}

void
xen_devices_read (struct xen_reader *r)
{
  r->m->serials = count_ports (r, "serial");
  r->m->parallels = count_ports (r, "parallel");
  read_display (r);
  read_sound (r);
  read_usb (r);
  read_passthrough (r);
  if (xen_setting (r, "localtime") != NULL)
    r->m->clock = xstrdup (is_on (r, "localtime") ? "localtime" : "utc");
}

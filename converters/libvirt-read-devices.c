/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <devices>: network adapters, ports, display and the rest; disks and their
 * controllers are in libvirt-read-disk.c. */
#include "libvirt-reader.h"

#include <ctype.h>

#define ORDER_MAX 65535

static char *
lower (char *s)
{
  for (char *c = s; c != NULL && *c != '\0'; c++)
    *c = (char)tolower ((unsigned char)*c);
  return s;
}

/* Our name of a device, or the file's own word. */
static char *
device_model (enum hw_class klass, const char *word)
{
  const struct hwmodel *h = hwmodel_by_name (klass, word);

  return h != NULL ? xstrdup (h->name) : lower (xstrdup (word));
}

/* ---- network adapters ---------------------------------------------------------- */
static const struct {
  const char *type;
  enum attachment attachment;
  const char *source;       /* attribute of <source> that names the network */
  bool exact;               /* false: the model cannot say all of it */
} interfaces[] = {
  { "bridge", ATTACH_BRIDGE, "bridge", true },
  { "network", ATTACH_NETWORK, "network", true },
  { "user", ATTACH_USER, NULL, true },
  { "internal", ATTACH_INTERNAL, "name", true },
  { "null", ATTACH_NONE, NULL, true },
  { "direct", ATTACH_BRIDGE, "dev", false },
  { "ethernet", ATTACH_NONE, NULL, false },
  { "hostdev", ATTACH_NONE, NULL, false },
  { "vhostuser", ATTACH_NONE, NULL, false },
  { "vdpa", ATTACH_NONE, NULL, false },
  { "server", ATTACH_NONE, NULL, false },
  { "client", ATTACH_NONE, NULL, false },
  { "mcast", ATTACH_NONE, NULL, false },
  { "udp", ATTACH_NONE, NULL, false },
};

static void
know_network (struct appliance *a, const char *name)
{
  if (name == NULL)
    return;
  VECTOR_FOR (n, &a->networks)
    if (lv_equal (n->name, name))
      return;
  networks_add (&a->networks)->name = xstrdup (name);
}

static void
read_attachment (struct lv_reader *r, const xmlNode *n, struct nic *nic)
{
  CLEANUP_FREE char *type = lv_attr (n, "type");
  size_t i = 0;

  while (i < ARRAY_SIZE (interfaces) && !lv_equal (type, interfaces[i].type))
    i++;
  if (i == ARRAY_SIZE (interfaces)) {
    lv_lost (r, n, "devices/interface type");
    return;
  }
  nic->attachment = interfaces[i].attachment;
  if (interfaces[i].source != NULL)
    nic->network = lv_child_attr (n, "source", interfaces[i].source);
  if (!interfaces[i].exact) {
    CLEANUP_FREE char *key
      = xasprintf ("devices/interface type='%s'", interfaces[i].type);
    lv_lost (r, n, key);
  }
  know_network (r->a, nic->network);
}

static void
read_mac (struct lv_reader *r, const xmlNode *n, struct nic *nic)
{
  CLEANUP_FREE char *text = lv_child_attr (n, "mac", "address");

  if (text == NULL)
    return;
  nic->mac = text_mac (text);
  if (nic->mac == NULL)
    report_add (r->report, OVF_WARNING, "LIBVIRT-MAC", r->name, xml_line (n),
                NULL, "'%s' is no network address", text);
  else if (strcmp (nic->mac, "00:00:00:00:00:00") == 0)
    set_string (&nic->mac, NULL); /* "make one up" */
}

static bool
read_interface (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  static const struct lv_known rows[] = {
    { "mac", HARMLESS, NULL },     { "source", HARMLESS, NULL },
    { "model", HARMLESS, NULL },   { "link", HARMLESS, NULL },
    { "boot", HARMLESS, NULL },    { "address", HARMLESS, NULL },
    { "alias", HARMLESS, NULL },   { "target", HARMLESS, NULL },
    { "script", HOST, NULL },      { "downscript", HOST, NULL },
    { "backend", HOST, NULL },     { NULL, LOST, NULL },
  };
  CLEANUP_FREE char *model = lv_child_attr (n, "model", "type");
  CLEANUP_FREE char *link = lv_child_attr (n, "link", "state");
  struct nic *nic = machine_add_nic (r->m);

  nic->line = xml_line (n);
  nic->model = device_model (HW_NIC, model);
  if (link != NULL)
    nic->connected = lv_equal (link, "down") ? NO : YES;
  read_attachment (r, n, nic);
  read_mac (r, n, nic);
  return lv_number (r, lv_child (n, "boot"), "order", ORDER_MAX,
                    &nic->boot_order, err)
         && lv_walk (r, n, "devices/interface", rows, err);
}

/* ---- ports ------------------------------------------------------------------------ */
/* Where the other end is, is the host's business; that there is a pipe or a
 * file behind the port is worth a word. */
static void
port_backend (struct lv_reader *r, const xmlNode *n)
{
  CLEANUP_FREE char *type = lv_attr (n, "type");
  CLEANUP_FREE char *what = xasprintf ("the other end of a %s port",
                                       xml_name (n));

  if (type != NULL && strcmp (type, "pty") != 0 && strcmp (type, "null") != 0)
    lv_host (r, n, what);
}

static bool
read_serial (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  (void)err;
  r->m->serials++;
  port_backend (r, n);
  return true;
}

static bool
read_parallel (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  (void)err;
  r->m->parallels++;
  port_backend (r, n);
  return true;
}

/* The first console is the first serial port by another name; alone it makes
 * that port. */
static bool
read_console (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *type = lv_child_attr (n, "target", "type");

  (void)err;
  if (lv_equal (type, "virtio"))
    lv_lost (r, n, "devices/console type='virtio'");
  else if ((type == NULL && !r->xen) || lv_equal (type, "serial")) {
    if (lv_child (n->parent, "serial") == NULL && r->m->serials == 0)
      r->m->serials = 1;
  }
  return true;
}

/* ---- display, sound, TPM ------------------------------------------------------------ */
static bool
read_graphics (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *type = lv_attr (n, "type");
  CLEANUP_FREE char *password = lv_attr (n, "passwd");

  (void)err;
  if (r->m->graphics == NULL)
    r->m->graphics = STEAL (type);
  else
    lv_lost (r, n, "devices/graphics");
  if (password != NULL)
    lv_host (r, n, "the display's password");
  return true;
}

static bool
read_video (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  char *type = lv_child_attr (n, "model", "type");

  (void)err;
  if (r->m->video == NULL)
    r->m->video = type;
  else {
    free (type);
    lv_lost (r, n, "devices/video");
  }
  return true;
}

static bool
read_sound (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *model = lv_attr (n, "model");

  (void)err;
  if (r->m->sound == NULL)
    r->m->sound = device_model (HW_SOUND, model);
  else
    lv_lost (r, n, "devices/sound");
  return true;
}

static bool
read_tpm (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *type = lv_child_attr (n, "backend", "type");
  CLEANUP_FREE char *version = lv_child_attr (n, "backend", "version");

  (void)err;
  r->m->tpm = YES;
  if (lv_equal (type, "passthrough"))
    lv_host (r, n, "the host's own TPM");
  if (version != NULL && strcmp (version, "2.0") != 0)
    lv_lost (r, n, "devices/tpm version");
  return true;
}

/* Keyboards, mice and tablets are part of a PC. */
static bool
read_input (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *type = lv_attr (n, "type");
  CLEANUP_FREE char *bus = lv_attr (n, "bus");

  (void)err;
  if (lv_equal (bus, "virtio") || lv_equal (type, "passthrough")
      || lv_equal (type, "evdev"))
    lv_lost (r, n, "devices/input");
  else if (r->xen && lv_equal (bus, "usb") && r->m->usb == UNSET)
    r->m->usb = YES; /* the controller is not written there */
  return true;
}

/* Missing or "none" is nothing; virtio's is of use to its driver only. */
static bool
read_balloon (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  (void)err;
  if (lv_child (n, "stats") != NULL)
    lv_lost (r, n, "devices/memballoon");
  return true;
}

/* What is passed through, by its kind: a PCI card, a USB device, a part of a
 * card that is shared (mdev). */
static bool
read_hostdev (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *type = lv_attr (n, "type");
  CLEANUP_FREE char *key = type ? xasprintf ("devices/hostdev type='%s'", type)
                                : xstrdup ("devices/hostdev");

  (void)err;
  lv_lost (r, n, key);
  return true;
}

/* ---- all of them ---------------------------------------------------------------------- */
static const struct lv_known device_rows[] = {
  { "controller", HARMLESS, NULL }, /* read first */
  { "disk", LOST, lv_disk_read },
  { "interface", LOST, read_interface },
  { "serial", LOST, read_serial },
  { "parallel", LOST, read_parallel },
  { "console", LOST, read_console },
  { "graphics", LOST, read_graphics },
  { "video", LOST, read_video },
  { "sound", LOST, read_sound },
  { "tpm", LOST, read_tpm },
  { "hostdev", LOST, read_hostdev },
  { "input", LOST, read_input },
  { "memballoon", LOST, read_balloon },
  { "audio", HARMLESS, NULL },      /* where the host plays the sound */
  { "emulator", HOST, NULL },
  { NULL, LOST, NULL },
};

bool
lv_devices_read (struct lv_reader *r, const xmlNode *devices,
                 struct ovf_error **err)
{
  XML_FOR (n, devices)
    if (lv_is (n, "controller") && !lv_controller_read (r, n, err))
      return false;
  return lv_walk (r, devices, "devices", device_rows, err);
}

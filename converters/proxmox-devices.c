/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest has beside its drives, in Proxmox's words: network adapters,
 * ports, display, sound. */
#include "place.h"
#include "proxmox.h"

#define BRIDGE_DEFAULT "vmbr0"

/* ---- network adapters ---------------------------------------------------------- */
static const char *
nic_model (const struct nic *n, bool native, struct ovf_report *report)
{
  const struct hwmodel *h = hwmodel_by_name (HW_NIC, n->model);

  if (native)
    return "virtio";
  if (h != NULL && h->proxmox != NULL)
    return h->proxmox;
  if (n->model != NULL) {
    report_loss (report, "proxmox", "nic",
                 "the network adapter model '%s' becomes e1000", n->model);
    report_hint (report, "the guest must have a driver for Intel 82540EM");
  }
  return "e1000";
}

/* Names of bridges are words. */
static char *
bridge_name (const struct nic *n, struct ovf_report *report)
{
  char *name = xstrdup (n->network && n->attachment == ATTACH_BRIDGE
                          ? n->network : BRIDGE_DEFAULT);
  bool changed = *name == '\0';

  for (char *c = name; *c != '\0'; c++)
    if (strchr ("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                "0123456789._-", *c) == NULL) {
      *c = '_';
      changed = true;
    }
  if (*name == '\0')
    set_string (&name, BRIDGE_DEFAULT);
  if (changed)
    report_loss (report, "proxmox", "network",
                 "'%s' cannot be the name of a bridge: it becomes '%s'",
                 n->network ? n->network : "", name);
  else if (n->attachment != ATTACH_BRIDGE && n->attachment != ATTACH_UNKNOWN)
    report_loss (report, "proxmox", "network",
                 "the %s network '%s' becomes the bridge '%s'",
                 attachment_word (n->attachment), n->network ? n->network : "",
                 name);
  return name;
}

static char *
nic_address (const struct nic *n, struct ovf_report *report)
{
  char *mac = n->mac && mac_is_unicast (n->mac) ? xstrdup (n->mac) : NULL;

  if (n->mac != NULL && mac == NULL)
    report_loss (report, "proxmox", "mac",
                 "'%s' is a group address: the adapter gets a new one",
                 n->mac);
  for (char *c = mac; c != NULL && *c != '\0'; c++)
    if (*c >= 'a' && *c <= 'f')
      *c = (char)(*c - 'a' + 'A');
  return mac;
}

static void
write_nic (struct pm_config *c, const struct machine *m, size_t i, bool native,
           struct ovf_report *report)
{
  const struct nic *n = &m->nics.ptr[i];
  CLEANUP_FREE char *key = xasprintf ("net%zu", i);
  CLEANUP_FREE char *mac = nic_address (n, report);
  bool bare = n->attachment == ATTACH_USER || n->attachment == ATTACH_NONE;
  CLEANUP_FREE char *bridge = bare ? NULL : bridge_name (n, report);
  bool down = n->connected == NO || n->attachment == ATTACH_NONE, lost;
  CLEANUP_FREE char *options
    = pm_options_kept ("net", pm_extra (m, key), &lost);

  if (lost)
    report_loss (report, "proxmox", "settings",
                 "options of '%s' are left out", key);
  pm_set (c, key, "%s%s%s%s%s%s%s%s", nic_model (n, native, report),
          mac ? "=" : "", mac ? mac : "", bridge ? ",bridge=" : "",
          bridge ? bridge : "", down ? ",link_down=1" : "",
          *options ? "," : "", options);
}

static void
write_nics (struct pm_config *c, const struct machine *m, bool native,
            struct ovf_report *report)
{
  size_t n = m->nics.len;

  if (n > PROXMOX_NICS)
    report_loss (report, "proxmox", "nic", "%zu of %zu adapters are left out",
                 n - PROXMOX_NICS, n);
  for (size_t i = 0; i < n && i < PROXMOX_NICS; i++)
    write_nic (c, m, i, native, report);
}

/* ---- ports ------------------------------------------------------------------------ */
static void
write_ports (struct pm_config *c, const struct machine *m,
             struct ovf_report *report)
{
  for (unsigned i = 0; i < m->serials && i < PROXMOX_SERIALS; i++) {
    CLEANUP_FREE char *key = xasprintf ("serial%u", i);
    pm_set (c, key, "socket");
  }
  if (m->serials > PROXMOX_SERIALS)
    report_loss (report, "proxmox", "ports", "%u of %u serial ports are left out",
                 m->serials - PROXMOX_SERIALS, m->serials);
  if (m->parallels > 0)
    report_loss (report, "proxmox", "ports",
                 "%u parallel port%s left out: they need a port of the host",
                 m->parallels, m->parallels > 1 ? "s are" : " is");
}

/* ---- display and sound --------------------------------------------------------------- */
static const char *
vga_of (const struct machine *m, bool spice, struct ovf_report *report)
{
  static const struct {
    const char *video, *word;
  } rows[] = {
    { "vga", "std" }, { "cirrus", "cirrus" }, { "vmvga", "vmware" },
    { "qxl", "qxl" }, { "virtio", "virtio" }, { "none", "none" },
    { "virtio-gl", "virtio-gl" }, { "bochs", "std" },
    { "serial0", "serial0" }, { "serial1", "serial1" },
    { "serial2", "serial2" }, { "serial3", "serial3" },
  };

  for (size_t i = 0; m->video && i < ARRAY_SIZE (rows); i++)
    if (strcmp (rows[i].video, m->video) == 0
        && (strncmp (m->video, "serial", 6) != 0
            || (unsigned)(m->video[6] - '0') < m->serials))
      return rows[i].word;
  if (m->video != NULL)
    report_loss (report, "proxmox", "video",
                 "the video model '%s' becomes %s", m->video,
                 spice ? "qxl" : "std");
  return spice ? "qxl" : m->video || m->graphics ? "std" : NULL;
}

static void
write_display (struct pm_config *c, const struct machine *m,
               struct ovf_report *report)
{
  bool spice = m->graphics && strcmp (m->graphics, "spice") == 0;
  const char *vga = vga_of (m, spice, report);

  if (vga != NULL)
    pm_set (c, "vga", "%s", vga);
  if (m->graphics != NULL && strcmp (m->graphics, "vnc") != 0
      && !(spice && strcmp (vga, "qxl") == 0))
    report_loss (report, "proxmox", "graphics", "the display '%s' becomes vnc",
                 m->graphics);
}

static void
write_sound (struct pm_config *c, const struct machine *m,
             struct ovf_report *report)
{
  const struct hwmodel *h = hwmodel_by_name (HW_SOUND, m->sound);

  if (m->sound == NULL)
    return;
  if (h == NULL || h->proxmox == NULL)
    report_loss (report, "proxmox", "sound", "the sound card '%s' is left out",
                 m->sound);
  else
    pm_set (c, "audio0", "device=%s,driver=none", h->proxmox);
}

void
pm_devices (struct pm_config *c, const struct machine *m, bool native,
            struct ovf_report *report)
{
  write_nics (c, m, native, report);
  write_ports (c, m, report);
  write_display (c, m, report);
  write_sound (c, m, report);
}

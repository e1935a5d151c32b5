/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can never move to another host, whatever described it: readers keep
 * such things as extras of their own, or have said in a finding that they
 * stay behind. */
#include "base/text.h"
#include "preflight.h"

struct row {
  const char *who;      /* an extra's owner, or a finding's rule */
  const char *pattern;  /* of the extra's key or the message, in lower case */
  const char *rule, *what;
};
/* The first row that fits. */
static const struct row kept[] = {
  { "libvirt", "devices/hostdev type='mdev'*", "PREFLIGHT-VGPU", "a virtual GPU of the host" },
  { "libvirt", "devices/hostdev type='usb'*", "PREFLIGHT-VUSB", "a USB device of the host" },
  { "libvirt", "devices/hostdev*", "PREFLIGHT-PASSTHROUGH", "a device of the host" },
  { "libvirt", "devices/redirdev*", "PREFLIGHT-VUSB", "a USB device from elsewhere" },
  { "libvirt", "devices/interface type='hostdev'*", "PREFLIGHT-SRIOV",
    "a network function of the host" },
  { "libvirt", "devices/interface type='vdpa'*", "PREFLIGHT-SRIOV",
    "a network function of the host" },
  { "virtualbox", "hardware/hostpci*", "PREFLIGHT-PASSTHROUGH", "a device of the host" },
  { "virtualbox", "hardware/usb/devicefilters*", "PREFLIGHT-VUSB", "USB devices of the host" },
  { "ovf", "*pcipassthru*", "PREFLIGHT-PASSTHROUGH", "a device of the host" },
};
static const struct row said[] = {
  { "VMX-HOST", "'pcipassthru*.vgpu*", "PREFLIGHT-VGPU", "a virtual GPU of the host" },
  { "VMX-HOST", "'pcipassthru*.present'*", "PREFLIGHT-PASSTHROUGH", "a device of the host" },
  { "VMX-HOST", "'usb.autoconnect.*", "PREFLIGHT-VUSB", "a USB device of the host" },
  { "VMX-HOST", "'checkpoint.vmstate'*", "PREFLIGHT-SUSPENDED", "a state it was suspended in" },
  { "XEN-PASSTHROUGH", "*", "PREFLIGHT-PASSTHROUGH", "a device of the host" },
  { "XEN-HOST", "gfx_passthru *", "PREFLIGHT-PASSTHROUGH", "a device of the host" },
  { "XEN-HOST", "a usb device *", "PREFLIGHT-VUSB", "a USB device of the host" },
  { "XEN-UNKNOWN", "*'vgpu'*", "PREFLIGHT-VGPU", "a virtual GPU of the host" },
  { "PROXMOX-PASSTHROUGH", "*mdev=*", "PREFLIGHT-VGPU", "a virtual GPU of the host" },
  { "PROXMOX-PASSTHROUGH", "*", "PREFLIGHT-PASSTHROUGH", "a device of the host" },
  { "PROXMOX-HOST", "the usb device *", "PREFLIGHT-VUSB", "a USB device of the host" },
  { "PROXMOX-HOST", "'vmstate'*", "PREFLIGHT-SUSPENDED", "a state it was suspended in" },
  { "PROXMOX-SNAPSHOT", "*", "PREFLIGHT-SNAPSHOTS", "snapshots" },
  { "VIRTUALBOX-SNAPSHOT", "*", "PREFLIGHT-SNAPSHOTS", "snapshots" },
  { "VIRTUALBOX-STATE", "*", "PREFLIGHT-SUSPENDED", "a state it was suspended in" },
};

static char *
lower (const char *s)
{
  char *t = xstrdup (s);

  for (char *c = t; c != NULL && *c != '\0'; c++)
    if (*c >= 'A' && *c <= 'Z')
      *c += 'a' - 'A';
  return t;
}

static const struct row *
find (const struct row *rows, size_t n, const char *who, const char *text)
{
  CLEANUP_FREE char *low = lower (text);

  for (size_t i = 0; who != NULL && low != NULL && i < n; i++)
    if (strcmp (rows[i].who, who) == 0 && text_glob (rows[i].pattern, low))
      return &rows[i];
  return NULL;
}

static const char *
name_of (const struct machine *m)
{
  return m->name ? m->name : "the machine";
}

static void
check_extra (const struct appliance *a, const struct machine *m, const struct extra *e,
             struct ovf_report *report)
{
  const struct row *r = find (kept, ARRAY_SIZE (kept), e->owner, e->key);

  if (r != NULL)
    report_add (report, OVF_WARNING, r->rule, a->descriptor, e->line, NULL,
                "'%s' has %s ('%s'): that cannot move", name_of (m), r->what, e->key);
}

static void
check_finding (const struct appliance *a, size_t i, struct ovf_report *report)
{
  const struct ovf_finding *f = ovf_report_get (report, i);
  const struct row *r = find (said, ARRAY_SIZE (said), f->rule, f->message);

  if (r != NULL)
    report_add (report, OVF_WARNING, r->rule, a->descriptor, f->line, NULL,
                "the guest has %s: that cannot move", r->what);
}

static void
check_drive (const struct appliance *a, const struct machine *m, const struct drive *d,
             struct ovf_report *report)
{
  if (d->kind == DRIVE_DISK || d->device == NULL)
    return;
  report_add (report, OVF_WARNING, "PREFLIGHT-HOST-MEDIA", a->descriptor, d->line, NULL,
              "the %s drive of '%s' is the host's '%s': it becomes an empty one",
              drive_kind_word (d->kind), name_of (m), d->device);
}

/* VMware's words for a function of a card that the guest has to itself. */
static void
check_nic (const struct appliance *a, const struct machine *m, const struct nic *n,
           struct ovf_report *report)
{
  CLEANUP_FREE char *model = lower (n->model);

  if (model == NULL || (strstr (model, "sriov") == NULL && strstr (model, "passthr") == NULL))
    return;
  report_add (report, OVF_WARNING, "PREFLIGHT-SRIOV", a->descriptor, n->line, NULL,
              "'%s' has a network function of the host ('%s'): that cannot move", name_of (m),
              n->model);
}

void
preflight_source (const struct appliance *a, struct ovf_report *report)
{
  size_t n = ovf_report_size (report);

  for (size_t i = 0; i < n; i++)
    check_finding (a, i, report);
  VECTOR_FOR (m, &a->machines) {
    VECTOR_FOR (e, &m->extras)
      check_extra (a, m, e, report);
    VECTOR_FOR (d, &m->drives)
      check_drive (a, m, d, report);
    VECTOR_FOR (nic, &m->nics)
      check_nic (a, m, nic, report);
  }
}

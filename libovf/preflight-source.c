/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can never move to another host, by the words in which each reader
 * keeps what only its own format can say. */
#include "base/text.h"
#include "preflight.h"

/* pattern: of the extra's key, in lower case. */
static const struct {
  const char *owner, *pattern, *rule, *what;
} rows[] = {
  { "libvirt", "devices/hostdev*mdev*", "PREFLIGHT-VGPU", "a virtual GPU" },
  { "libvirt", "devices/hostdev*usb*", "PREFLIGHT-VUSB", "a USB device of the host" },
  { "libvirt", "devices/hostdev*", "PREFLIGHT-PASSTHROUGH", "a device of the host" },
  { "libvirt", "devices/interface type='hostdev'*", "PREFLIGHT-SRIOV",
    "a network function of the host" },
  { "libvirt", "devices/interface type='vdpa'*", "PREFLIGHT-SRIOV",
    "a network function of the host" },
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

static void
check_extra (const struct appliance *a, const struct machine *m, const struct extra *e,
             struct ovf_report *report)
{
  CLEANUP_FREE char *key = lower (e->key);

  for (size_t i = 0; key != NULL && e->owner != NULL && i < ARRAY_SIZE (rows); i++) {
    if (strcmp (rows[i].owner, e->owner) != 0 || !text_glob (rows[i].pattern, key))
      continue;
    report_add (report, OVF_WARNING, rows[i].rule, a->descriptor, e->line, NULL,
                "'%s' has %s ('%s'): that cannot move", m->name ? m->name : "the machine",
                rows[i].what, e->key);
    return;
  }
}

static void
check_drive (const struct appliance *a, const struct machine *m, const struct drive *d,
             struct ovf_report *report)
{
  if (d->kind == DRIVE_DISK || d->device == NULL)
    return;
  report_add (report, OVF_WARNING, "PREFLIGHT-HOST-MEDIA", a->descriptor, d->line, NULL,
              "the %s drive of '%s' is the host's '%s': it becomes an empty one",
              drive_kind_word (d->kind), m->name ? m->name : "the machine", d->device);
}

void
preflight_source (const struct appliance *a, struct ovf_report *report)
{
  VECTOR_FOR (m, &a->machines) {
    VECTOR_FOR (e, &m->extras)
      check_extra (a, m, e, report);
    VECTOR_FOR (d, &m->drives)
      check_drive (a, m, d, report);
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the model has no place for: settings of the guest that are kept with
 * their values, and elements of which only the name is kept, so that a writer
 * can report them. */
#include "virtualbox.h"

void
vb_lost (struct vb_reader *r, const xmlNode *n, const char *key)
{
  VECTOR_FOR (e, &r->m->extras)
    if (strcmp (e->key, key) == 0)
      return;
  extras_keep (&r->m->extras, VB_OWNER, key, NULL)->line = xml_line (n);
}

/* ---- settings -------------------------------------------------------------------- */
static void
read_setting (struct vb_reader *r, const struct vb_setting *s)
{
  const xmlNode *parent
    = s->parent ? vb_child (r->hardware, s->parent) : r->hardware;
  const xmlNode *n = vb_child (parent, s->element);
  CLEANUP_FREE char *value = vb_attr (n, s->attribute);
  CLEANUP_FREE char *key = vb_setting_key (s);

  if (value == NULL || (s->usual != NULL && strcmp (value, s->usual) == 0))
    return;
  if (vb_setting_valid (s, value))
    extras_keep (&r->m->extras, VB_OWNER, key, value)->line = xml_line (n);
  else
    vb_lost (r, n, key);
}

/* ---- elements -------------------------------------------------------------------- */
/* Read elsewhere, of the host or its user interface, or without a meaning for
 * the guest. */
static const char *const known_hardware[] = {
  "CPU", "Memory", "Firmware", "HID", "HPET", "Chipset", "Paravirt", "Boot",
  "Display", "RemoteDisplay", "BIOS", "DVDDrive", "FloppyDrive",
  "USBController", "USB", "SATAController", "Network", "UART", "Uart", "LPT",
  "Lpt", "AudioAdapter", "RTC", "StorageControllers", "TrustedPlatformModule",
  "NVRAM", "VideoRecording", "VideoCapture", "Recording", "Clipboard",
  "DragAndDrop", "IO", "EmulatedUSB", "Guest", "GuestProperties", "GuestAdditions", "SecureBoot", NULL
};
static const char *const known_machine[] = {
  "MediaRegistry", "Description", "Hardware", "StorageControllers",
  "HardDiskAttachments", "Snapshot", "ExtraData", "Groups", "Screen", NULL
};
static const char *const known_cpu[] = {
  "HardwareVirtEx", "HardwareVirtExNestedPaging", "HardwareVirtExVPID",
  "HardwareVirtExUX", "PAE", "LongMode", "HardwareVirtExLargePages",
  "HardwareVirtForce", NULL
};

static bool
is_known (const char *const *list, const xmlNode *n)
{
  while (*list != NULL && !vb_is (n, *list))
    list++;
  return *list != NULL;
}

/* Neither an attribute nor a child with one: a list of nothing. */
static bool
says_nothing (const xmlNode *n)
{
  for (const xmlNode *c = n; c != NULL; c = xml_following (c, n))
    if (c->properties != NULL)
      return false;
  return true;
}

static void
lose_unknown (struct vb_reader *r, const xmlNode *parent, const char *path,
              const char *const *known)
{
  if (parent == NULL)
    return;
  XML_FOR (n, parent) {
    CLEANUP_FREE char *key = NULL;

    if (is_known (known, n) || says_nothing (n))
      continue;
    key = xasprintf ("%s%s%s", path, *path ? "/" : "", xml_name (n));
    if (r->m->extras.len < 256) /* names are the file's: a word for each */
      vb_lost (r, n, key);
  }
}

static void
lose_device_filters (struct vb_reader *r)
{
  const xmlNode *usb = vb_child (r->hardware, "USB");
  const xmlNode *filters = vb_child (usb, "DeviceFilters");

  if (filters != NULL && xml_first (filters) != NULL)
    vb_lost (r, filters, "Hardware/USB/DeviceFilters");
}

static void
note_shared_folders (struct vb_reader *r)
{
  const xmlNode *list = vb_child (r->hardware, "SharedFolders");

  if (list == NULL || xml_first (list) == NULL)
    return;
  report_add (r->report, OVF_NOTE, "VIRTUALBOX-HOST", r->name, xml_line (list),
              NULL, "shared folders are of one host: they are not taken over");
}

void
vb_rest_read (struct vb_reader *r)
{
  for (const struct vb_setting *s = vb_settings; s->element != NULL; s++)
    read_setting (r, s);
  note_shared_folders (r);
  lose_device_filters (r);
  lose_unknown (r, r->machine, "", known_machine);
  lose_unknown (r, r->hardware, "Hardware", known_hardware);
  lose_unknown (r, vb_child (r->hardware, "CPU"), "Hardware/CPU", known_cpu);
}

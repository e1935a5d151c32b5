/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The VirtualBox converter's row, and its tables of words. */
#include "virtualbox.h"

#include <inttypes.h>

#include "base/digest.h"

/* ---- settings ---------------------------------------------------------------- */
static const char *const booleans[] = { "false", "true", NULL };
static const char *const pointings[]
  = { "PS2Mouse", "USBMouse", "USBTablet", "ComboMouse", NULL };
static const char *const keyboards[]
  = { "PS2Keyboard", "USBKeyboard", "ComboKeyboard", NULL };
static const char *const providers[]
  = { "None", "Default", "Legacy", "Minimal", "HyperV", "KVM", NULL };
static const char *const menus[]
  = { "Disabled", "MenuOnly", "MessageAndMenu", NULL };

/* In the order of the schema. */
const struct vb_setting vb_settings[] = {
  { NULL, "CPU", "hotplug", "false", booleans, 0 },
  { "CPU", "HardwareVirtEx", "enabled", "true", booleans, 0 },
  { "CPU", "HardwareVirtExNestedPaging", "enabled", "true", booleans, 0 },
  { "CPU", "HardwareVirtExVPID", "enabled", "true", booleans, 0 },
  { "CPU", "HardwareVirtExUX", "enabled", "true", booleans, 0 },
  { "CPU", "PAE", "enabled", NULL, booleans, 0 },
  { "CPU", "LongMode", "enabled", "true", booleans, 0 },
  { "CPU", "HardwareVirtForce", "enabled", "false", booleans, 0 },
  { NULL, "Memory", "PageFusion", "false", booleans, 0 },
  { NULL, "HID", "Pointing", "PS2Mouse", pointings, 0 },
  { NULL, "HID", "Keyboard", "PS2Keyboard", keyboards, 0 },
  { NULL, "HPET", "enabled", "false", booleans, 0 },
  { NULL, "Paravirt", "provider", "Default", providers, 0 },
  { NULL, "Display", "VRAMSize", "16", NULL, 256 },
  { NULL, "Display", "monitorCount", "1", NULL, 64 },
  { NULL, "Display", "accelerate3D", "false", booleans, 0 },
  { NULL, "Display", "accelerate2DVideo", "false", booleans, 0 },
  { "BIOS", "ACPI", "enabled", "true", booleans, 0 },
  { "BIOS", "IOAPIC", "enabled", "true", booleans, 0 },
  { "BIOS", "BootMenu", "mode", "MessageAndMenu", menus, 0 },
  { "BIOS", "SmbiosUuidLittleEndian", "enabled", "true", booleans, 0 },
  { NULL, NULL, NULL, NULL, NULL, 0 }
};

bool
vb_setting_valid (const struct vb_setting *s, const char *value)
{
  unsigned n;

  if (s->words == NULL)
    return parse_unsigned (value, 0, s->max, &n);
  for (const char *const *w = s->words; *w != NULL; w++)
    if (strcmp (*w, value) == 0)
      return true;
  return false;
}

char *
vb_setting_key (const struct vb_setting *s)
{
  return xasprintf ("Hardware/%s%s%s@%s", s->parent ? s->parent : "",
                    s->parent ? "/" : "", s->element, s->attribute);
}

static const struct vb_setting *
find_setting (const char *parent, const char *element, const char *attribute)
{
  const struct vb_setting *s = vb_settings;

  while (s->element != NULL
         && (strcmp (s->element, element) != 0
             || strcmp (s->attribute, attribute) != 0
             || (s->parent == NULL) != (parent == NULL)))
    s++;
  return s->element != NULL ? s : NULL;
}

const char *
vb_setting_value (const struct machine *m, const char *parent,
                  const char *element, const char *attribute)
{
  const struct vb_setting *s = find_setting (parent, element, attribute);
  CLEANUP_FREE char *key = NULL;

  if (s == NULL)
    return NULL;
  key = vb_setting_key (s);
  VECTOR_FOR (e, &m->extras)
    if (e->owner && e->key && e->value && strcmp (e->owner, VB_OWNER) == 0
        && strcmp (e->key, key) == 0 && vb_setting_valid (s, e->value))
      return e->value;
  return s->usual;
}

/* ---- storage ------------------------------------------------------------------ */
const struct vb_storage vb_storages[] = {
  { "PIIX4", "IDE", BUS_IDE, 0, 1, 1, 2, 2 },
  { "PIIX3", "IDE", BUS_IDE, 0, 1, 1, 2, 2 },
  { "ICH6", "IDE", BUS_IDE, 0, 1, 1, 2, 2 },
  { "AHCI", "SATA", BUS_SATA, 1, 1, 8, 30, 1 },
  { "IntelAhci", "SATA", BUS_SATA, 1, 1, 8, 30, 1 },
  { "LsiLogic", "SCSI", BUS_SCSI, 2, 1, 8, 16, 1 },
  { "BusLogic", "SCSI", BUS_SCSI, 2, 1, 8, 16, 1 },
  { "LsiLogicSas", "SAS", BUS_SCSI, 3, 1, 8, 255, 1 },
  { "I82078", "Floppy", BUS_FLOPPY, 4, 1, 1, 1, 2 },
  { "USB", "USB", BUS_USB, 5, 1, 1, 8, 1 },
  { "NVMe", "NVMe", BUS_NVME, 6, 1, 8, 255, 1 },
  { "VirtioSCSI", "VirtIO", BUS_VIRTIO_SCSI, 7, 1, 8, 256, 1 },
  { NULL, NULL, BUS_UNKNOWN, 0, 0, 0, 0, 0 }
};

const struct vb_storage *
vb_storage_by_type (const char *type)
{
  const struct vb_storage *s = vb_storages;

  while (s->type != NULL && !(type && text_equal_nocase (s->type, type)))
    s++;
  return s->type != NULL ? s : NULL;
}

const struct vb_storage *
vb_storage_for (enum bus bus, const char *model)
{
  const struct hwmodel *h = hwmodel_by_name (HW_CONTROLLER, model);
  const struct vb_storage *s = h ? vb_storage_by_type (h->virtualbox) : NULL;

  if (s != NULL && s->bus == bus)
    return s;
  for (s = vb_storages; s->type != NULL; s++)
    if (s->bus == bus)
      return s;
  return NULL;
}

/* ---- words -------------------------------------------------------------------- */
const struct vb_attachment vb_attachments[] = {
  { "NAT", ATTACH_NAT, NULL },
  { "BridgedInterface", ATTACH_BRIDGE, "name" },
  { "HostInterface", ATTACH_BRIDGE, "name" }, /* before VirtualBox 3 */
  { "HostOnlyInterface", ATTACH_HOSTONLY, "name" },
  { "HostOnlyNetwork", ATTACH_HOSTONLY, "name" },
  { "InternalNetwork", ATTACH_INTERNAL, "name" },
  { "NATNetwork", ATTACH_NETWORK, "name" },
  { "GenericInterface", ATTACH_UNKNOWN, NULL },
  { "CloudNetwork", ATTACH_UNKNOWN, NULL },
  { NULL, ATTACH_UNKNOWN, NULL }
};

const struct vb_words vb_videos[] = {
  { "vbox", "VBoxVGA" },
  { "vmvga", "VMSVGA" },
  { "vboxsvga", "VBoxSVGA" },
  { NULL, NULL }
};

const struct vb_words vb_formats[] = {
  { "vmdk", "VMDK" },
  { "vmdk-sparse", "VMDK" },
  { "vmdk-stream", "VMDK" },
  { "vmdk-flat", "VMDK" },
  { "vdi", "VDI" },
  { "vhd", "VHD" },
  { "vhdx", "VHDX" },
  { "qcow2", "QCOW" },
  { "raw", "RAW" },
  { "parallels", "Parallels" },
  { NULL, NULL }
};

/* ---- ids ------------------------------------------------------------------------ */
char *
vb_uuid (const struct appliance *a, const char *what, const char *id,
         size_t index)
{
  const struct machine *m = a->machines.len > 0 ? &a->machines.ptr[0] : NULL;
  const char *whose = m == NULL ? "" : m->uuid ? m->uuid : m->name;
  CLEANUP_FREE char *seed = xasprintf ("%s\n%s\n%s\n%zu", whose ? whose : "",
                                       what, id ? id : "", index);
  char hex[DIGEST_HEX];

  digest_of (DIGEST_SHA256, seed, strlen (seed), hex);
  hex[12] = '5'; /* RFC 4122: made from a name */
  hex[16] = 'a';
  hex[32] = '\0';
  return text_uuid (hex);
}

char *
vb_disk_uuid (const struct appliance *a, size_t disk)
{
  return vb_uuid (a, "disk", a->disks.ptr[disk].id, disk);
}

/* ---- the row ---------------------------------------------------------------------- */
static int
probe (const struct input *in)
{
  const char *s = xml_root_start (in->text);

  if (strncmp (s, "<!DOCTYPE VirtualBox", 20) == 0)
    return 60; /* the parser says what is wrong with that */
  return strncmp (s, "<VirtualBox", 11) == 0
             && strchr (" \t\r\n>/", s[11]) != NULL ? 95 : 0;
}

static const char *const start[] = {
  "VBoxManage registervm %c", "VBoxManage startvm %n", NULL
};

const struct converter virtualbox_converter = {
  .name = "virtualbox",
  .title = "VirtualBox machine settings (.vbox)",
  .suffix = ".vbox",
  .disk_format = "vmdk",
  .disk_subformat = "monolithicSparse",
  .disk_uuid = vb_disk_uuid,
  .net_default = "nat",
  .net_bare = "network",
  .net_kinds = "bridge network nat hostonly internal none",
  .mac_prefix = "08:00:27",
  .start = start,
  .probe = probe,
  .read = virtualbox_read,
  .write = virtualbox_write,
};

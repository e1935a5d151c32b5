/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What VMware and VirtualBox say in elements of their own, and the order of
 * boot devices, which the standard has since 2.x only (ovf-spec.md part 3). */
#include "ovf-reader.h"

/* ---- vmw:Config, vmw:ExtraConfig ------------------------------------------ */
static struct extra *
keep_text (extras *list, const char *kind, const char *key, const char *value)
{
  CLEANUP_FREE char *whole = xasprintf ("%s %s", kind, key);

  return extras_keep (list, OVF_OWNER, whole, value);
}

static void
keep_config (extras *list, const char *kind, const char *key, const char *value,
             const xmlNode *n)
{
  CLEANUP_FREE char *required = std_attr (n, "required");
  struct extra *e = keep_text (list, kind, key, value);

  parse_bool (required, &e->required);
  e->configuration = std_attr (n, "configuration");
  e->line = xml_line (n);
}

static void
set_firmware (struct reader *r, const xmlNode *n, const char *value,
              struct machine *m)
{
  if (text_equal_nocase (value, "efi") || text_equal_nocase (value, "uefi"))
    m->firmware = FIRMWARE_UEFI;
  else if (text_equal_nocase (value, "bios"))
    m->firmware = FIRMWARE_BIOS;
  else
    reader_find (r, OVF_WARNING, "OVF-EXT-005", n,
                 "the firmware '%s' is neither 'bios' nor 'efi'", value);
}

/* The keys that the model has a place for; true when it took the value.
 * ExtraConfig is raw VMX. */
static bool
take_config (struct reader *r, const xmlNode *n, bool extra, const char *key,
             const char *value, struct machine *m)
{
  bool on;

  if (strcmp (key, "firmware") == 0)
    set_firmware (r, n, value, m);
  else if (strcmp (key, extra ? "uefi.secureBoot.enabled"
                              : "bootOptions.efiSecureBootEnabled") == 0
           && parse_bool (value, &on))
    m->secure_boot = on ? YES : NO;
  else if (extra && strcmp (key, "uuid.bios") == 0 && m->uuid == NULL)
    return (m->uuid = text_uuid (value)) != NULL;
  else
    return false;
  return true;
}

static bool
for_chosen (struct reader *r, const xmlNode *n)
{
  CLEANUP_FREE char *list = std_attr (n, "configuration");

  return text_is_blank (list) || r->configuration == NULL
         || r->settings->all_configurations || list_has (list, r->configuration);
}

bool
read_vmw_config (struct reader *r, const xmlNode *n, struct machine *m)
{
  bool extra = xml_is (n, VMW_NS, "ExtraConfig");
  CLEANUP_FREE char *key = NULL, *value = NULL;

  if (!extra && !xml_is (n, VMW_NS, "Config"))
    return false;
  key = own_attr (n, "key");
  value = own_attr (n, "value");
  if (key == NULL || value == NULL) {
    reader_find (r, OVF_WARNING, "OVF-EXT-005", n,
                 "a vmw:%s has no key or no value", xml_name (n));
    return true;
  }
  if (for_chosen (r, n) && !take_config (r, n, extra, key, value, m))
    keep_config (&m->extras, extra ? "extraconfig" : "config", key, value, n);
  return true;
}

void
keep_item_configs (const struct item *i, const char *id, struct machine *m)
{
  static const struct {
    enum field field;
    const char *key;
  } shares[] = { { FIELD_RESERVATION, "rasd:Reservation" },
                 { FIELD_LIMIT, "rasd:Limit" },
                 { FIELD_WEIGHT, "rasd:Weight" } };
  CLEANUP_FREE char *kind = NULL;

  if (text_is_blank (id) || strpbrk (id, " \t\r\n") != NULL)
    return;
  kind = xasprintf ("item-config %s", id);
  for (size_t k = 0; k < ARRAY_SIZE (shares); k++)
    if (i->fields[shares[k].field] != NULL)
      keep_text (&m->extras, kind, shares[k].key, i->fields[shares[k].field]);
  for (size_t k = 0; k < i->nodes.len; k++)
    XML_FOR (n, i->nodes.ptr[k]) {
      CLEANUP_FREE char *key = NULL, *value = NULL;
      if (!xml_is (n, VMW_NS, "Config"))
        continue;
      key = own_attr (n, "key");
      value = own_attr (n, "value");
      if (key != NULL && value != NULL)
        keep_config (&m->extras, kind, key, value, n);
    }
}

/* Each is searched for among the devices; firmware knows a handful. */
#define MAX_BOOT_DEVICES 256

/* ---- boot order --------------------------------------------------------------- */
static unsigned
next_boot_order (const struct machine *m)
{
  unsigned last = 0;

  VECTOR_FOR (v, &m->drives)
    last = v->boot_order > last ? v->boot_order : last;
  VECTOR_FOR (nic, &m->nics)
    last = nic->boot_order > last ? nic->boot_order : last;
  return last + 1;
}

static bool
boot_instance (struct machine *m, const char *id)
{
  unsigned order = next_boot_order (m);

  VECTOR_FOR (v, &m->drives)
    if (v->id != NULL && v->boot_order == 0 && strcmp (v->id, id) == 0) {
      v->boot_order = order;
      return true;
    }
  VECTOR_FOR (nic, &m->nics)
    if (nic->id != NULL && nic->boot_order == 0 && strcmp (nic->id, id) == 0) {
      nic->boot_order = order;
      return true;
    }
  return false;
}

/* The index-th (from 1) device of a kind. */
static bool
boot_kind (struct machine *m, bool net, enum drive_kind kind, unsigned index)
{
  unsigned order = next_boot_order (m);

  if (net && index <= m->nics.len && m->nics.ptr[index - 1].boot_order == 0) {
    m->nics.ptr[index - 1].boot_order = order;
    return true;
  }
  VECTOR_FOR (v, &m->drives)
    if (!net && v->kind == kind && --index == 0 && v->boot_order == 0) {
      v->boot_order = order;
      return true;
    }
  return false;
}

/* Words of vmw:type and of CIM boot strings (OVF-BOOT-002). */
static const struct {
  const char *word;
  bool net;
  enum drive_kind kind;
} boot_words[] = {
  { "disk", false, DRIVE_DISK },      { "Hard-Disk", false, DRIVE_DISK },
  { "cdrom", false, DRIVE_CDROM },    { "CD/DVD", false, DRIVE_CDROM },
  { "floppy", false, DRIVE_FLOPPY },  { "net", true, DRIVE_DISK },
  { "ethernet", true, DRIVE_DISK },   { "Network", true, DRIVE_DISK },
};

static bool
boot_word (struct machine *m, const char *word, unsigned index)
{
  for (size_t k = 0; k < ARRAY_SIZE (boot_words); k++)
    if (text_equal_nocase (boot_words[k].word, word))
      return boot_kind (m, boot_words[k].net, boot_words[k].kind, index);
  return false;
}

void
read_boot_order (struct reader *r, const xmlNode *n, struct machine *m)
{
  CLEANUP_FREE char *type = own_attr (n, "type");
  CLEANUP_FREE char *ids = own_attr (n, "instanceId");
  strings list = { 0 };
  bool ok = true;

  reader_words (r, n, ids, &list);
  for (size_t k = 0; k < list.len && k < MAX_BOOT_DEVICES; k++)
    ok &= boot_instance (m, list.ptr[k]);
  if (list.len == 0)
    ok = type != NULL && boot_word (m, type, 1);
  strings_free (&list);
  if (ok)
    return;
  reader_find (r, OVF_WARNING, "OVF-EXT-005", n,
               "the boot order names a device that is not there");
  keep_element (&m->extras, "section", n);
}

/* "CIM:Hard-Disk:1" */
static void
boot_string (struct reader *r, const xmlNode *n, struct machine *m)
{
  CLEANUP_FREE char *text = xml_text (n);
  char *word = strchr (text, ':'), *number = word ? strchr (word + 1, ':') : NULL;
  unsigned index;
  bool ok = false;

  if (number != NULL) {
    *number++ = '\0';
    ok = parse_unsigned (number, 1, UINT16_MAX, &index)
         && boot_word (m, word + 1, index);
  }
  if (!ok)
    reader_find (r, OVF_WARNING, "OVF-BOOT-002", n,
                 "a boot source names no device that is here");
}

static void
walk_boot_strings (struct reader *r, const xmlNode *parent, struct machine *m)
{
  XML_FOR (n, parent) {
    if (next_boot_order (m) > MAX_BOOT_DEVICES)
      return;
    if (strcmp (xml_name (n), "StructuredBootString") == 0)
      boot_string (r, n, m);
    else
      walk_boot_strings (r, n, m); /* as deep as the parser allows */
  }
}

void
read_boot_devices (struct reader *r, const xmlNode *section, struct machine *m)
{
  walk_boot_strings (r, section, m);
  keep_element (&m->extras, "section", section);
}

/* ---- vbox:Machine ------------------------------------------------------------------ */
/* VirtualBox's settings inherit OVF's default namespace, or have none. */
static const xmlNode *
child_named (const xmlNode *parent, const char *name)
{
  if (parent != NULL)
    XML_FOR (n, parent)
      if (strcmp (xml_name (n), name) == 0)
        return n;
  return NULL;
}

static char *
attr_of (const xmlNode *n, const char *name)
{
  return n ? xml_attr (n, "*", name) : NULL;
}

void
read_vbox_machine (struct reader *r, const xmlNode *n, struct machine *m)
{
  const xmlNode *hardware = child_named (n, "Hardware");
  CLEANUP_FREE char *uuid = attr_of (n, "uuid");
  CLEANUP_FREE char *firmware = attr_of (child_named (hardware, "Firmware"), "type");
  CLEANUP_FREE char *tpm
    = attr_of (child_named (hardware, "TrustedPlatformModule"), "type");
  CLEANUP_FREE char *secure
    = attr_of (child_named (child_named (hardware, "NVRAM"), "SecureBoot"), "enabled");
  bool on;

  reader_quirk (r, QUIRK_VBOX_MACHINE, n);
  if (m->uuid == NULL)
    m->uuid = text_uuid (uuid);
  if (m->os.virtualbox == NULL)
    m->os.virtualbox = attr_of (n, "OSType");
  if (m->firmware == FIRMWARE_UNKNOWN && firmware != NULL)
    m->firmware = strncmp (firmware, "EFI", 3) == 0 ? FIRMWARE_UEFI : FIRMWARE_BIOS;
  if (tpm != NULL && strcmp (tpm, "None") != 0)
    m->tpm = YES;
  if (parse_bool (secure, &on))
    m->secure_boot = on ? YES : NO;
  keep_element (&m->extras, "section", n);
}

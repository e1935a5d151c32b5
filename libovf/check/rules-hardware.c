/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on VirtualHardwareSection (DSP0243 clause 8).  What decides whether a
 * machine can be made of it the descriptor's reader finds; here is the rest. */
#include "check/lint-words.h"

#include <inttypes.h>

#include "base/text.h"
#include "base/xml.h"

#define READER "the descriptor's reader"

/* CIM_ResourceAllocationSettingData.ResourceType */
enum { OTHER = 1, CPU = 3, ETHERNET = 10, CD = 15, DVD = 16 };

static void
each_item (struct lint *l, const struct rule *r,
           void (*fn) (struct lint *, const struct rule *, const xmlNode *))
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root))
    if (lint_is_item (l, n))
      fn (l, r, n);
}

/* ---- the section ----------------------------------------------------------- */
static void
check_system_type (struct lint *l, const struct rule *r, const xmlNode *system)
{
  CLEANUP_FREE char *list = lint_cim (system, "VirtualSystemType");

  if (list != NULL && !lint_list_is_tidy (list))
    lint_add (l, r, system, "VirtualSystemType is not separated by single spaces: '%s'",
              list);
}

static void
check_system_types (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "System", check_system_type);
}

static void
check_transport (struct lint *l, const struct rule *r, const xmlNode *section)
{
  CLEANUP_FREE char *list = lint_attr (l, section, "transport");

  if (list != NULL && !lint_list_is_tidy (list))
    lint_add (l, r, section, "the transports are not separated by single spaces: '%s'",
              list);
}

static void
check_transports (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "VirtualHardwareSection", check_transport);
}

static bool
has_free_cd (const struct lint *l, const xmlNode *section)
{
  XML_FOR (n, section) {
    CLEANUP_FREE char *medium = NULL;
    unsigned type = lint_is_item (l, n) ? lint_resource_type (n) : 0;
    if (type != CD && type != DVD)
      continue;
    medium = lint_cim (n, "HostResource");
    if (text_is_blank (medium))
      return true;
  }
  return false;
}

static void
check_iso (struct lint *l, const struct rule *r, const xmlNode *section)
{
  CLEANUP_FREE char *list = lint_attr (l, section, "transport");
  const char *p = list;
  bool iso = false;
  char *word;

  while ((word = lint_word (&p)) != NULL) {
    iso |= strcmp (word, "iso") == 0;
    free (word);
  }
  if (iso && !has_free_cd (l, section))
    lint_add (l, r, section, "the transport 'iso' needs a CD drive without a medium");
}

static void
check_isos (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "VirtualHardwareSection", check_iso);
}

/* ---- kinds of devices -------------------------------------------------------- */
static void
check_other (struct lint *l, const struct rule *r, const xmlNode *item)
{
  CLEANUP_FREE char *other = lint_cim (item, "OtherResourceType");
  CLEANUP_FREE char *sub = lint_cim (item, "ResourceSubType");

  if (lint_resource_type (item) == OTHER && text_is_blank (other) && text_is_blank (sub))
    lint_add (l, r, item, "a device of ResourceType 1 (Other) does not say what it is");
}

static void
check_others (struct lint *l, const struct rule *r)
{
  each_item (l, r, check_other);
}

/* 35 is the sound card of VMware and VirtualBox, and accepted everywhere. */
static void
check_reserved (struct lint *l, const struct rule *r, const xmlNode *item)
{
  unsigned type = lint_resource_type (item);

  if (type >= 36 && type <= 0x7fff)
    lint_add (l, r, item, "the ResourceType %u is reserved", type);
}

static void
check_types (struct lint *l, const struct rule *r)
{
  each_item (l, r, check_reserved);
}

static void
check_kind (struct lint *l, const struct rule *r, const xmlNode *n)
{
  static const uint8_t ports[] = { 10, 30, 33 };
  static const uint8_t stores[] = { 14, 15, 16, 17, 19, 20, 31, 32 };
  bool port = xml_is (n, l->ns, "EthernetPortItem");
  unsigned type = lint_resource_type (n);

  if ((!port && !xml_is (n, l->ns, "StorageItem")) || type == 0)
    return;
  if (type > UINT8_MAX
      || memchr (port ? ports : stores, (int)type, port ? sizeof ports : sizeof stores) == NULL)
    lint_add (l, r, n, "the ResourceType %u does not belong into a %s", type,
              xml_name (n));
}

static void
check_kinds (struct lint *l, const struct rule *r)
{
  each_item (l, r, check_kind);
}

/* ---- parents ------------------------------------------------------------------- */
static void
check_parent (struct lint *l, const struct rule *r, const keyeds *ids, const xmlNode *item)
{
  CLEANUP_FREE char *parent = lint_cim (item, "Parent");
  CLEANUP_FREE char *own = lint_cim (item, "InstanceID");

  if (text_is_blank (parent))
    return;
  if (keyeds_find (ids, parent) == NULL)
    lint_add (l, r, item, "the Parent '%s' is no Item of this section", parent);
  else if (own != NULL && strcmp (own, parent) == 0)
    lint_add (l, r, item, "the Item '%s' is its own Parent", own);
}

static void
check_section_parents (struct lint *l, const struct rule *r, const xmlNode *section)
{
  CLEANUP_KEYEDS keyeds ids = { 0 };

  XML_FOR (n, section)
    if (lint_is_item (l, n))
      keyeds_take (&ids, lint_cim (n, "InstanceID"), n);
  keyeds_sort (&ids);
  XML_FOR (n, section)
    if (lint_is_item (l, n))
      check_parent (l, r, &ids, n);
}

static void
check_parents (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "VirtualHardwareSection", check_section_parents);
}

/* How many places a bus has at most; PVSCSI takes the most of all SCSI. */
static unsigned
places_of (enum bus bus)
{
  switch (bus) {
  case BUS_IDE: return 2;
  case BUS_FLOPPY: return 2;
  case BUS_SATA: return 30;
  case BUS_NVME: return 15;
  case BUS_SCSI: return 64;
  default: return UINT_MAX;
  }
}

static void
check_places (struct lint *l, const struct rule *r)
{
  if (l->model == NULL)
    return;
  VECTOR_FOR (m, &l->model->machines)
    VECTOR_FOR (d, &m->drives)
      if (d->unit >= places_of (d->bus))
        lint_add_line (l, r, d->line, "a controller of %s has no place %u", bus_word (d->bus),
                       d->unit);
}

/* ---- fields --------------------------------------------------------------------- */
static void
check_unit (struct lint *l, const struct rule *r, const xmlNode *item)
{
  CLEANUP_FREE char *units = NULL;
  uint64_t factor;
  bool standard = true;

  if (lint_resource_type (item) != CPU)
    return;
  units = lint_cim (item, "AllocationUnits");
  if (text_is_blank (units))
    return;
  if (!parse_units (units, "hertz", &factor, &standard) || !standard)
    lint_add (l, r, item, "the AllocationUnits '%s' of a CPU are no programmatic unit of hertz",
              units);
}

static void
check_units (struct lint *l, const struct rule *r)
{
  each_item (l, r, check_unit);
}

static void
check_sub_type (struct lint *l, const struct rule *r, const xmlNode *item)
{
  CLEANUP_FREE char *list = lint_cim (item, "ResourceSubType");

  if (list != NULL && strchr (list, ',') != NULL)
    lint_add (l, r, item, "ResourceSubType is separated by commas: '%s'", list);
}

static void
check_sub_types (struct lint *l, const struct rule *r)
{
  each_item (l, r, check_sub_type);
}

static void
check_macs (struct lint *l, const struct rule *r)
{
  CLEANUP_KEYEDS keyeds macs = { 0 };

  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_FREE char *address = NULL;
    char *mac;
    if (!lint_is_item (l, n) || lint_resource_type (n) != ETHERNET)
      continue;
    address = lint_cim (n, "Address");
    if (text_is_blank (address))
      continue;
    mac = text_mac (address);
    if (mac == NULL)
      lint_add (l, r, n, "the Address '%s' of an adapter is no MAC address", address);
    keyeds_take (&macs, mac, n);
  }
  keyeds_report_twins (l, r, &macs, "a second adapter has the MAC address");
}

static void
check_optional (struct lint *l, const struct rule *r, const xmlNode *item)
{
  CLEANUP_FREE char *required = lint_attr (l, item, "required");
  bool on = true;

  if (required != NULL && parse_bool (required, &on) && !on)
    lint_add (l, r, item, "an importer may leave this device out");
}

static void
check_optionals (struct lint *l, const struct rule *r)
{
  each_item (l, r, check_optional);
}

const struct rule rules_hardware[] = {
  { .id = "OVF-VH-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 8.1",
    .title = "hardware stands in a VirtualSystem; several sections are alternatives",
    .why = "Which alternative an importer builds is its own choice; most take "
           "the first one, VMware the newest hardware it can run.",
    .fix = "keep one VirtualHardwareSection where all targets take the same",
    .where = READER },
  { .id = "OVF-VH-002", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "DSP0243 7.2",
    .title = "VirtualSystemType is a list separated by single spaces",
    .why = "An importer that splits at spaces finds no type that it knows.",
    .fix = "write for example <vssd:VirtualSystemType>vmx-13 vmx-14<...>",
    .check = check_system_types },
  { .id = "OVF-VH-003", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 8.1",
    .title = "transport is a list separated by single spaces",
    .why = "The guest gets no environment document by a transport that the "
           "importer does not recognise.",
    .fix = "write ovf:transport=\"iso com.vmware.guestInfo\"", .check = check_transports },
  { .id = "OVF-VH-004", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 9.5",
    .title = "the transport iso has an empty CD drive to use",
    .why = "vSphere cannot hand the properties to the guest and refuses to power "
           "on the machine.",
    .fix = "add an Item of ResourceType 15 without a HostResource and with "
           "AutomaticAllocation false",
    .check = check_isos },
  { .id = "OVF-VH-005", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 8.3",
    .title = "an InstanceID is unique within its section",
    .why = "Devices name their controller by it; with two of them the disk may "
           "end up on the wrong one.",
    .fix = "give every Item a number of its own", .where = READER },
  { .id = "OVF-VH-006", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 8.3",
    .title = "every Item says its ResourceType, one for each InstanceID",
    .why = "Without it nobody knows which device is meant.",
    .fix = "add <rasd:ResourceType>, for example 17 for a disk drive",
    .where = READER },
  { .id = "OVF-VH-007", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 8.3, CIM",
    .title = "a device of the type Other says what it is",
    .why = "An importer cannot build it and drops it, or refuses the package.",
    .fix = "add <rasd:ResourceSubType>", .check = check_others },
  { .id = "OVF-VH-008", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20,
    .clause = "CIM",
    .title = "ResourceType is a number that CIM defines",
    .why = "A later CIM may give the number to another device.",
    .fix = "use 1 with ResourceSubType, or a number of the vendor's range from 32768",
    .check = check_types },
  { .id = "OVF-VH-009", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 8.3",
    .title = "Parent is the InstanceID of an Item of the same section",
    .why = "VMware refuses a drive without its controller; others put it on the "
           "first one they find.",
    .fix = "name the InstanceID of the controller's Item", .check = check_parents },
  { .id = "OVF-VH-010", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "practice",
    .title = "every drive has a place of its own that its bus has",
    .why = "Two drives cannot stand at one place, nor one behind the end of the "
           "bus; importers refuse the machine or move the drive.",
    .fix = "give the drives of a controller different AddressOnParent numbers",
    .check = check_places },
  { .id = "OVF-VH-011", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 8.3",
    .title = "HostResource is written ovf:/disk/ID or ovf:/file/ID and resolves",
    .why = "VMware refuses other spellings, and nobody finds a disk that is not "
           "there.",
    .fix = "`ovftool repair IN -o OUT` writes the standard spelling",
    .where = READER },
  { .id = "OVF-VH-012", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 8.3",
    .title = "a device has at most one HostResource",
    .why = "Importers use the first one, and what the others name is missing.",
    .fix = "make one Item for each medium", .where = READER },
  { .id = "OVF-VH-013", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "DSP0243 8.3",
    .title = "a disk drive names its disk",
    .why = "Its size would come from VirtualQuantity, which most importers do "
           "not read.",
    .fix = "describe the disk in the DiskSection and name it in HostResource",
    .where = READER },
  { .id = "OVF-VH-014", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "practice",
    .title = "disk drives hold disks, and CD drives hold ISO files",
    .why = "vCenter refuses a disk drive backed by a file, and a guest does not "
           "see a disk image as a CD.",
    .fix = "use ovf:/disk/ID for ResourceType 17 and ovf:/file/ID for 15 and 16",
    .where = READER },
  { .id = "OVF-VH-015", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 8.3, DSP0004 Annex C",
    .title = "AllocationUnits is a programmatic unit",
    .why = "An importer that does not know the word takes bytes, or refuses; "
           "VirtualBox knows 'byte * 2^20' for memory.",
    .fix = "`ovftool repair IN -o OUT` writes 'byte * 2^20' and 'hertz * 10^6'",
    .check = check_units },
  { .id = "OVF-VH-016", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "DSP0243 8.3",
    .title = "ResourceSubType is a list separated by single spaces, the best first",
    .why = "An importer that splits at spaces knows none of the words.",
    .fix = "put spaces for the commas", .check = check_sub_types },
  { .id = "OVF-VH-017", .strict = LEVEL_WARNING, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "practice",
    .title = "the Address of an adapter is a MAC address of its own",
    .why = "Two machines with one address on a network disturb each other.",
    .fix = "leave Address out: every importer makes a new one",
    .check = check_macs },
  { .id = "OVF-VH-018", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "practice",
    .title = "a machine has a CPU and memory, at least 1 of each",
    .why = "No hypervisor starts a machine without; importers refuse or guess.",
    .fix = "`ovftool set PACKAGE cpus=1 memory=1G`", .where = READER },
  { .id = "OVF-VH-019", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 8.3",
    .title = "a device marked required=false may be left out",
    .why = "The machine may come without it.",
    .fix = "nothing needs to be done if the guest can do without the device",
    .check = check_optionals },
  { .id = "OVF-VH-020", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_20,
    .clause = "DSP8023 2.0",
    .title = "EthernetPortItem and StorageItem hold the devices they are named for",
    .why = "An importer looks for adapters and for disks only there, and misses "
           "what stands in the other.",
    .fix = "move the device to an Item, or mend its ResourceType",
    .check = check_kinds },
  { .id = "OVF-VH-021", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 8.3",
    .title = "an Ethernet adapter names its network",
    .why = "VMware refuses the adapter; elsewhere it is plugged in nowhere.",
    .fix = "add <rasd:Connection> with the name of a Network", .where = READER },
  { .id = NULL }
};

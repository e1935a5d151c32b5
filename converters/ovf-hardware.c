/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VirtualHardwareSection to a machine: what kind of device an Item is, and
 * all kinds but controllers and drives (ovf-drives.c). */
#include "ovf-own.h"
#include "ovf-reader.h"

/* ---- kinds ------------------------------------------------------------------ */
/* ResourceSubTypes that tell more than the ResourceType: VMware has devices
 * of its own under "Other" and "Other Storage Device". */
static const struct {
  const char *prefix;
  enum device device;
} sub_types[] = {
  { "vmware.vtpm", DEVICE_TPM },
  { "vmware.soundcard.", DEVICE_SOUND },
  { "vmware.nvdimm.", DEVICE_OTHER },
  { "vmware.nvme.", DEVICE_CONTROLLER },
  { "vmware.sata.", DEVICE_CONTROLLER },
  { "vmware.usb.", DEVICE_USB },
  { "vmware.serialport.", DEVICE_SERIAL },
  { "vmware.parallelport.", DEVICE_PARALLEL },
  { "vmware.cdrom.", DEVICE_CDROM },
  { "vmware.floppy.", DEVICE_FLOPPY },
};
/* CIM_ResourceAllocationSettingData.ResourceType (ovf-spec.md 4.1). */
static const struct {
  unsigned type;
  enum device device;
} types[] = {
  { 3, DEVICE_CPU },        { 4, DEVICE_MEMORY },    { 5, DEVICE_CONTROLLER },
  { 6, DEVICE_CONTROLLER }, { 10, DEVICE_NIC },      { 14, DEVICE_FLOPPY },
  { 15, DEVICE_CDROM },     { 16, DEVICE_CDROM },    { 17, DEVICE_DISK },
  { 19, DEVICE_DISK },      { 20, DEVICE_CONTROLLER }, { 21, DEVICE_SERIAL },
  { 22, DEVICE_PARALLEL },  { 23, DEVICE_USB },      { 24, DEVICE_VIDEO },
  { 30, DEVICE_NIC },       { 31, DEVICE_DISK },     { 32, DEVICE_DISK },
  { 33, DEVICE_NIC },       { 35, DEVICE_SOUND },
};
/* Words of "item KIND" (ovf-format.h). */
static const char *const item_words[DEVICE_COUNT] = {
  [DEVICE_OTHER] = "other",   [DEVICE_SERIAL] = "serial",
  [DEVICE_PARALLEL] = "parallel", [DEVICE_USB] = "usb",
  [DEVICE_VIDEO] = "video",   [DEVICE_SOUND] = "sound",
  [DEVICE_TPM] = "tpm",
};

static bool
has_prefix_nocase (const char *s, const char *prefix)
{
  CLEANUP_FREE char *head = s ? xstrndup (s, strlen (prefix)) : NULL;

  return head != NULL && text_equal_nocase (head, prefix);
}

enum device
item_device (const struct item *i)
{
  const char *sub = i->fields[FIELD_RESOURCE_SUB_TYPE];
  const char *ovirt = i->fields[FIELD_OVIRT_TYPE];
  const struct hwmodel *model;
  enum device device = DEVICE_OTHER;
  unsigned type = 0;

  for (size_t k = 0; k < ARRAY_SIZE (sub_types); k++)
    if (has_prefix_nocase (sub, sub_types[k].prefix))
      return sub_types[k].device;
  parse_unsigned (i->fields[FIELD_RESOURCE_TYPE], 0, UINT16_MAX, &type);
  for (size_t k = 0; k < ARRAY_SIZE (types); k++)
    if (types[k].type == type)
      device = types[k].device;
  if (device == DEVICE_CONTROLLER && text_equal_nocase (ovirt, "video"))
    return DEVICE_VIDEO; /* oVirt counts it as type 20 */
  if (device == DEVICE_OTHER && item_model (i, HW_SOUND) != NULL)
    return DEVICE_SOUND;
  model = device == DEVICE_OTHER ? item_model (i, HW_CONTROLLER) : NULL;
  if (model != NULL)
    return model->bus == BUS_USB ? DEVICE_USB : DEVICE_CONTROLLER;
  return device;
}

/* Every word is looked up in tables; real lists have two or three. */
#define MAX_SUB_TYPES 16

const struct hwmodel *
item_model (const struct item *i, enum hw_class klass)
{
  const char *p = i->fields[FIELD_RESOURCE_SUB_TYPE];
  const struct hwmodel *m = NULL;

  for (size_t k = 0; p != NULL && *p != '\0' && m == NULL && k < MAX_SUB_TYPES; k++) {
    size_t len = strcspn (p, " \t\r\n,");
    CLEANUP_FREE char *word = xstrndup (p, len);
    m = *word ? hwmodel_by_ovf (klass, word) : NULL;
    if (m == NULL && *word)
      m = hwmodel_by_name (klass, word);
    p += len;
    p += strspn (p, " \t\r\n,");
  }
  return m;
}

char *
item_model_word (const struct item *i, const struct hwmodel *m)
{
  const char *own = i->fields[FIELD_RESOURCE_SUB_TYPE];

  if (m != NULL)
    return xstrdup (m->name);
  return text_is_blank (own) ? NULL : xstrdup (own);
}

/* In the configuration that the machine's own values are of? */
static bool
counts (struct reader *r, const struct item *i)
{
  return i->configuration == NULL
         || (r->configuration != NULL && list_has (i->configuration, r->configuration));
}

static void
keep_item (const struct item *i, enum device device, struct machine *m)
{
  const xmlNode *n = i->nodes.ptr[i->nodes.len - 1];
  CLEANUP_FREE char *key = xasprintf ("item %s", item_words[device]);
  CLEANUP_FREE char *xml = xml_serialize (n);
  struct extra *e = extras_keep (&m->extras, OVF_OWNER, key, xml);

  e->required = false;
  e->configuration = xstrdup (i->configuration);
  e->line = xml_line (n);
}

/* ---- processors and memory ------------------------------------------------------ */
static bool
quantity_of (struct reader *r, const struct item *i, const char *what,
             uint64_t max, uint64_t *ret, struct ovf_error **err)
{
  const char *text = i->fields[FIELD_VIRTUAL_QUANTITY];

  *ret = 0;
  if (text_is_blank (text)) {
    reader_find (r, OVF_WARNING, "OVF-VH-018", item_node (i),
                 "the %s Item has no VirtualQuantity", what);
    return true;
  }
  if (parse_u64 (text, 0, max, ret)) {
    if (*ret == 0)
      reader_find (r, OVF_WARNING, "OVF-VH-018", item_node (i),
                   "the VirtualQuantity of the %s Item is 0", what);
    return true;
  }
  *ret = 0;
  return reader_fault (r, err, OVF_E_FORMAT, "OVF-VH-018", item_node (i),
                       "the VirtualQuantity '%s' of the %s Item is no number in range",
                       text, what);
}

/* oVirt says sockets and cores instead of a quantity. */
static bool
ovirt_cpus (const struct item *i, uint64_t *cpus, unsigned *cores)
{
  unsigned sockets;

  if (i->fields[FIELD_VIRTUAL_QUANTITY] != NULL
      || !parse_unsigned (i->fields[FIELD_OVIRT_SOCKETS], 1, UINT16_MAX, &sockets)
      || !parse_unsigned (i->fields[FIELD_OVIRT_CORES], 1, UINT16_MAX, cores))
    return false;
  *cpus = (uint64_t)sockets * *cores;
  return true;
}

static bool
read_cpus (struct reader *r, const struct item *i, struct machine *m,
           struct ovf_error **err)
{
  uint64_t cpus = 0, sum;
  unsigned cores = 0;

  if (!ovirt_cpus (i, &cpus, &cores)) {
    if (!quantity_of (r, i, "CPU", UINT16_MAX, &cpus, err))
      return false;
    parse_unsigned (i->fields[FIELD_CORES_PER_SOCKET], 1, UINT16_MAX, &cores);
  }
  if (i->configuration != NULL) {
    struct cpu_memory *v = cpu_memories_add (&m->variants);
    v->configuration = xstrdup (i->configuration);
    v->cpus = (unsigned)cpus;
    v->cores_per_socket = cores;
  }
  if (!counts (r, i))
    return true;
  sum = m->cpus + cpus; /* both are small */
  if (sum > UINT16_MAX)
    return reader_fault (r, err, OVF_E_FORMAT, "OVF-VH-018", item_node (i),
                         "there are more than %u processors", UINT16_MAX);
  m->cpus = (unsigned)sum;
  if (cores > 0)
    m->cores_per_socket = cores;
  keep_item_configs (i, "cpu", m);
  return true;
}

/* AllocationUnits of memory.  Without any, the standard means bytes; no
 * machine has so few, and producers that leave them out mean MiB. */
static bool
memory_units (struct reader *r, const struct item *i, uint64_t quantity,
              uint64_t *ret, struct ovf_error **err)
{
  const char *units = i->fields[FIELD_ALLOCATION_UNITS];
  bool standard = true;

  *ret = 1;
  if (text_is_blank (units)) {
    if (quantity < 1 << 20) {
      *ret = 1 << 20;
      reader_quirk (r, QUIRK_NO_UNITS, item_node (i));
    }
    return true;
  }
  if (!parse_units (units, "byte", ret, &standard)) {
    *ret = 0;
    return reader_fault (r, err, OVF_E_FORMAT, "OVF-VH-015", item_node (i),
                         "the AllocationUnits '%s' of memory are no multiple of bytes",
                         units);
  }
  if (!standard)
    reader_quirk (r, QUIRK_UNITS, item_node (i));
  return true;
}

static bool
read_memory (struct reader *r, const struct item *i, struct machine *m,
             struct ovf_error **err)
{
  uint64_t quantity, factor, bytes, sum;

  if (!quantity_of (r, i, "memory", UINT64_MAX, &quantity, err)
      || !memory_units (r, i, quantity, &factor, err))
    return false;
  if (__builtin_mul_overflow (quantity, factor, &bytes) || bytes > INT64_MAX
      || __builtin_add_overflow (m->memory, bytes, &sum) || sum > INT64_MAX)
    return reader_fault (r, err, OVF_E_FORMAT, "OVF-VH-018", item_node (i),
                         "the memory does not fit 63 bits");
  if (i->configuration != NULL) {
    struct cpu_memory *v = cpu_memories_add (&m->variants);
    v->configuration = xstrdup (i->configuration);
    v->memory = bytes;
  }
  if (!counts (r, i))
    return true;
  m->memory = sum;
  keep_item_configs (i, "memory", m);
  return true;
}

/* ---- network adapters ------------------------------------------------------------- */
/* oVirt numbers its NIC models. */
static const char *const ovirt_nics[] = { "rtl8139", "rtl8139", "e1000", "virtio" };

static char *
nic_model (const struct item *i)
{
  const char *own = i->fields[FIELD_RESOURCE_SUB_TYPE];
  unsigned number;

  if (parse_unsigned (own, 0, ARRAY_SIZE (ovirt_nics) - 1, &number))
    return xstrdup (ovirt_nics[number]);
  return item_model_word (i, item_model (i, HW_NIC));
}

static enum tristate
connected_of (const struct item *i)
{
  bool yes;

  if (!parse_bool (i->fields[FIELD_AUTOMATIC_ALLOCATION], &yes))
    return UNSET;
  return yes ? YES : NO;
}

static void
read_nic (struct reader *r, const struct item *i, struct machine *m)
{
  const char *network = i->fields[FIELD_CONNECTION];
  struct nic *nic = machine_add_nic (m);

  nic->id = xstrdup (i->fields[FIELD_INSTANCE_ID]);
  nic->line = xml_line (item_node (i));
  nic->configuration = xstrdup (i->configuration);
  nic->model = nic_model (i);
  nic->subtype = xstrdup (i->fields[FIELD_RESOURCE_SUB_TYPE]);
  nic->mac = text_mac (i->fields[FIELD_ADDRESS]);
  nic->connected = connected_of (i);
  keep_item_configs (i, nic->id, m);
  if (text_is_blank (network)) {
    reader_find (r, OVF_WARNING, "OVF-VH-021", item_node (i),
                 "a network adapter names no network");
    return;
  }
  nic->network = xstrdup (network);
  if (xmlHashLookup (r->networks, (const xmlChar *)network) == NULL)
    reader_find (r, OVF_WARNING, "OVF-NET-003", item_node (i),
                 "the network '%s' is not listed in the NetworkSection", network);
}

/* ---- everything else ---------------------------------------------------------------- */
static void
read_summary (struct reader *r, const struct item *i, enum device device,
              struct machine *m)
{
  bool now = counts (r, i);

  switch (now ? device : DEVICE_OTHER) {
  case DEVICE_SERIAL:
    m->serials++;
    break;
  case DEVICE_PARALLEL:
    m->parallels++;
    break;
  case DEVICE_USB:
    m->usb = YES;
    break;
  case DEVICE_TPM:
    m->tpm = YES;
    break;
  case DEVICE_SOUND:
    free (m->sound);
    m->sound = item_model_word (i, item_model (i, HW_SOUND));
    if (m->sound == NULL)
      m->sound = xstrdup ("unknown");
    break;
  case DEVICE_VIDEO:
    free (m->video);
    m->video = item_model_word (i, NULL);
    break;
  default:
    break;
  }
  keep_item (i, device, m);
}

static bool
read_item (struct reader *r, const struct item *i, struct machine *m,
           struct drives_reader *d, struct ovf_error **err)
{
  enum device device = item_device (i);

  if (text_is_blank (i->fields[FIELD_RESOURCE_TYPE])
      && !reader_fault (r, err, OVF_E_FORMAT, "OVF-VH-006", item_node (i),
                        "an Item has no ResourceType"))
    return false;
  switch (device) {
  case DEVICE_CPU:
    return read_cpus (r, i, m, err);
  case DEVICE_MEMORY:
    return read_memory (r, i, m, err);
  case DEVICE_CONTROLLER:
    return true; /* read_controllers () */
  case DEVICE_NIC:
    read_nic (r, i, m);
    return true;
  case DEVICE_DISK:
    return read_drive (d, i, DRIVE_DISK, connected_of (i), err);
  case DEVICE_CDROM:
    return read_drive (d, i, DRIVE_CDROM, connected_of (i), err);
  case DEVICE_FLOPPY:
    return read_drive (d, i, DRIVE_FLOPPY, connected_of (i), err);
  default:
    read_summary (r, i, device, m);
    return true;
  }
}

/* ---- the section ------------------------------------------------------------------------ */
static void
read_virtual_system (struct reader *r, const xmlNode *system, struct machine *m)
{
  XML_FOR (n, system) {
    CLEANUP_FREE char *text = xml_text (n);
    if (strcmp (xml_name (n), "VirtualSystemType") == 0)
      reader_words (r, n, text, &m->hardware);
    else if (strcmp (xml_name (n), "VirtualSystemIdentifier") == 0
             && m->name == NULL && *text != '\0')
      m->name = STEAL (text);
  }
}

static bool
read_section_children (struct reader *r, const xmlNode *section, struct machine *m,
                       struct ovf_error **err)
{
  XML_FOR (n, section) {
    if (is_ovf (n, "System"))
      read_virtual_system (r, n, m);
    else if (is_ovf (n, "Item") || is_ovf (n, "StorageItem")
             || is_ovf (n, "EthernetPortItem") || is_ovf (n, "Info")
             || read_vmw_config (r, n, m)
             || xml_is (n, OWN_NS, "Machine")) /* once all is read */
      continue;
    else if (!keep_unknown (r, "hardware", n, &m->extras, err))
      return false;
  }
  return true;
}

bool
read_hardware (struct reader *r, const xmlNode *section, struct machine *m,
               struct ovf_error **err)
{
  CLEANUP_FREE char *transport = std_attr (section, "transport");
  struct drives_reader d = { .r = r, .m = m, .ids = xmlHashCreate (0) };
  items list = { 0 };
  bool ok;

  reader_words (r, section, transport, &m->transport);
  /* The Items are all there is: what is not among them is not there. */
  m->tpm = NO;
  m->usb = NO;
  ok = read_section_children (r, section, m, err)
       && read_items (r, section, &list, err)
       && read_controllers (&d, &list, err);
  VECTOR_FOR (i, &list) {
    ok = ok && ctx_alive (r->ctx, err) && read_item (r, i, m, &d, err);
    if (!ok)
      break;
  }
  if (ok && (m->cpus == 0 || m->memory == 0))
    reader_find (r, OVF_WARNING, "OVF-VH-018", section,
                 "the virtual hardware has no %s", m->cpus == 0 ? "CPU" : "memory");
  items_free (&list);
  xmlHashFree (d.ids, NULL);
  return ok;
}

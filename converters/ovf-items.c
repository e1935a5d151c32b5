/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hardware Items: their fields, and which of them make up a device in a
 * configuration (ovf-spec.md 2.10).
 *
 * All Items of one InstanceID are one device: those for the chosen
 * configuration are taken in document order, and a later child replaces an
 * earlier one of the same name (OVF-CFG-002).  Items that only bound a range
 * (ovf:bound min, max) say nothing of the value. */
#include "ovf-reader.h"

/* ---- fields ----------------------------------------------------------------- */
/* CIM children; "vmw" and oVirt's own stand with them. */
static const struct {
  const char *name;
  enum field field;
} field_names[] = {
  { "Address", FIELD_ADDRESS },
  { "AddressOnParent", FIELD_ADDRESS_ON_PARENT },
  { "AllocationUnits", FIELD_ALLOCATION_UNITS },
  { "AutomaticAllocation", FIELD_AUTOMATIC_ALLOCATION },
  { "BusNumber", FIELD_BUS_NUMBER },
  { "Connection", FIELD_CONNECTION },
  { "Description", FIELD_DESCRIPTION },
  { "ElementName", FIELD_ELEMENT_NAME },
  { "HostResource", FIELD_HOST_RESOURCE },
  { "InstanceID", FIELD_INSTANCE_ID },
  { "InstanceId", FIELD_INSTANCE_ID },
  { "Limit", FIELD_LIMIT },
  { "OtherResourceType", FIELD_OTHER_RESOURCE_TYPE },
  { "Parent", FIELD_PARENT },
  { "Reservation", FIELD_RESERVATION },
  { "ResourceSubType", FIELD_RESOURCE_SUB_TYPE },
  { "ResourceType", FIELD_RESOURCE_TYPE },
  { "VirtualQuantity", FIELD_VIRTUAL_QUANTITY },
  { "Weight", FIELD_WEIGHT },
  { "num_of_sockets", FIELD_OVIRT_SOCKETS },
  { "cpu_per_socket", FIELD_OVIRT_CORES },
};
/* CIM children that nothing here needs. */
static const char *const other_names[] = { "AutomaticDeallocation", "Caption",
  "ChangeableType", "ConfigurationName", "ConsumerVisibility", "Generation",
  "MappingBehavior", "PoolID", "VirtualQuantityUnits", "Access",
  "HostExtentName", "HostExtentNameFormat", "HostExtentNameNamespace",
  "HostExtentStartingAddress", "HostResourceBlockSize", "OtherHostExtentNameFormat",
  "OtherHostExtentNameNamespace", "VirtualResourceBlockSize", "DefaultPortVID",
  "DefaultPriority", "DesiredVLANEndpointMode", "GroupID", "ManagerID",
  "NetworkPortProfileID", "NetworkPortProfileIDType", "OtherEndpointMode",
  "OtherNetworkPortProfileIDTypeInfo", "PortCorrelationID", "PortVID",
  "Promiscuous", "ReceiveBandwidthLimit", "ReceiveBandwidthReservation",
  "SourceMACFilteringEnabled", "AllowedPriorities", "AllowedToReceiveMACAddresses",
  "AllowedToReceiveVLANs", "AllowedToTransmitMACAddresses",
  "AllowedToTransmitVLANs", "SoID", "SoOrgID", "ComponentSetting" };

/* Any of the allocation setting data classes, also with the ".xsd" that some
 * producers put behind (OVF-XML-005), or no namespace. */
static bool
in_cim (struct reader *r, const xmlNode *n)
{
  const char *ns = xml_ns (n);

  if (strncmp (ns, CIM_NS, strlen (CIM_NS)) != 0)
    return false;
  if (text_has_suffix (ns, ".xsd"))
    reader_quirk (r, QUIRK_XSD_NAMESPACE, n);
  return true;
}

static enum field
field_of (struct reader *r, const xmlNode *n)
{
  if (strcmp (xml_ns (n), VMW_NS) == 0)
    return strcmp (xml_name (n), "CoresPerSocket") == 0 ? FIELD_CORES_PER_SOCKET
                                                        : FIELD_COUNT;
  if (!in_cim (r, n))
    return is_ovf (n, "Type") ? FIELD_OVIRT_TYPE : FIELD_COUNT;
  for (size_t i = 0; i < ARRAY_SIZE (field_names); i++)
    if (strcmp (xml_name (n), field_names[i].name) == 0)
      return field_names[i].field;
  return FIELD_COUNT;
}

static bool
check_other_child (struct reader *r, const xmlNode *n, struct ovf_error **err)
{
  const char *ns = xml_ns (n);

  if (*ns == '\0' || strcmp (ns, VMW_NS) == 0)
    return true; /* oVirt's; vmw:Config */
  if (in_cim (r, n))
    for (size_t i = 0; i < ARRAY_SIZE (other_names); i++)
      if (strcmp (xml_name (n), other_names[i]) == 0)
        return true;
  return unknown_child (r, "OVF-EXT-007", n, err);
}

static bool
read_fields (struct reader *r, const xmlNode *node, struct item *item,
             struct ovf_error **err)
{
  XML_FOR (n, node) {
    enum field f = field_of (r, n);
    if (f == FIELD_COUNT) {
      if (!check_other_child (r, n, err))
        return false;
      continue;
    }
    if (strcmp (xml_name (n), "InstanceId") == 0 && !r->old)
      reader_quirk (r, QUIRK_INSTANCE_ID, n);
    if (item->fields[f] == NULL)
      item->fields[f] = f == FIELD_ELEMENT_NAME || f == FIELD_DESCRIPTION
                          ? reader_text (r, n) : xml_text (n);
    else if (f == FIELD_HOST_RESOURCE)
      reader_find (r, OVF_WARNING, "OVF-VH-012", n,
                   "a device has more than one HostResource; the first one counts");
  }
  if (item->fields[FIELD_ELEMENT_NAME] == NULL && !r->old)
    reader_quirk (r, QUIRK_ELEMENT_NAME, node);
  return true;
}

/* ---- configurations ------------------------------------------------------------ */
static size_t
configuration_index (const struct appliance *a, const char *id, size_t len)
{
  for (size_t i = 0; i < a->configurations.len; i++)
    if (strlen (a->configurations.ptr[i].id) == len
        && strncmp (a->configurations.ptr[i].id, id, len) == 0)
      return i;
  return NO_INDEX;
}

/* Which configurations an Item is for, as bits.  A file without deployment
 * options has nothing to choose by: its tags do not count. */
static void
read_tags (struct reader *r, const xmlNode *node, struct item *item)
{
  CLEANUP_FREE char *list = std_attr (node, "configuration");
  const char *p = list;
  bool unknown = false;

  if (text_is_blank (list) || r->a->configurations.len == 0)
    return;
  item->tagged = true;
  for (;;) {
    size_t len, i;
    p += strspn (p, " \t\r\n,");
    len = strcspn (p, " \t\r\n,");
    if (len == 0)
      break;
    i = configuration_index (r->a, p, len);
    if (i != NO_INDEX)
      item->in[i / 64] |= UINT64_C (1) << (i % 64);
    unknown |= i == NO_INDEX;
    p += len;
  }
  if (unknown)
    reader_find (r, OVF_WARNING, "OVF-CFG-001", node,
                 "an Item is for a configuration that is not defined: '%s'", list);
}

static bool
is_for (const struct item *i, size_t configuration)
{
  return !i->tagged
         || (configuration != NO_INDEX
             && (i->in[configuration / 64] >> (configuration % 64) & 1) != 0);
}

/* ---- all Items of a section ------------------------------------------------------ */
static void
item_clear (struct item *i)
{
  for (size_t f = 0; f < FIELD_COUNT; f++)
    free (i->fields[f]);
  free (i->configuration);
  free (i->nodes.ptr);
}

void
items_free (items *list)
{
  VECTOR_FOR (i, list)
    item_clear (i);
  free (list->ptr);
  memset (list, 0, sizeof *list);
}

/* A range marker: only "normal" Items are devices (OVF-BND-001). */
static bool
is_bound (const xmlNode *n)
{
  CLEANUP_FREE char *bound = std_attr (n, "bound");

  return bound != NULL && *bound != '\0' && strcmp (bound, "normal") != 0;
}

static bool
is_item (const xmlNode *n)
{
  return is_ovf (n, "Item") || is_ovf (n, "EthernetPortItem")
         || is_ovf (n, "StorageItem");
}

static bool
read_raw_items (struct reader *r, const xmlNode *section, items *raw,
                struct ovf_error **err)
{
  XML_FOR (n, section) {
    struct item *i;

    if (!is_item (n) || is_bound (n))
      continue;
    if (!ctx_alive (r->ctx, err))
      return false;
    i = items_add (raw);
    i->next = NO_INDEX;
    nodes_append (&i->nodes, n);
    read_tags (r, n, i);
    if (!read_fields (r, n, i, err))
      return false;
    if (i->fields[FIELD_INSTANCE_ID] == NULL)
      reader_find (r, OVF_WARNING, "OVF-VH-005", n, "an Item has no InstanceID");
  }
  return true;
}

/* Chains Items of one InstanceID through `next`; heads[i] is true for the
 * first of each.  Items that differ in kind are two devices whose numbers
 * collide, whatever the standard would merge. */
static bool
group_items (struct reader *r, items *raw, bool *heads, struct ovf_error **err)
{
  xmlHashTable *last = xmlHashCreate (0);
  bool ok = true;

  for (size_t i = 0; i < raw->len && ok; i++) {
    struct item *item = &raw->ptr[i], *before;
    const xmlChar *id = (const xmlChar *)item->fields[FIELD_INSTANCE_ID];
    const char *type = item->fields[FIELD_RESOURCE_TYPE];
    size_t at = id ? (size_t)(uintptr_t)xmlHashLookup (last, id) : 0;

    heads[i] = true;
    if (id == NULL)
      continue;
    xmlHashUpdateEntry (last, id, (void *)(uintptr_t)(i + 1), NULL);
    if (at == 0)
      continue;
    before = &raw->ptr[at - 1];
    if (item->tagged || before->tagged) {
      heads[i] = type != NULL && before->fields[FIELD_RESOURCE_TYPE] != NULL
                 && strcmp (type, before->fields[FIELD_RESOURCE_TYPE]) != 0;
      if (heads[i])
        reader_find (r, OVF_WARNING, "OVF-VH-006", item_node (item),
                     "Items of InstanceID '%s' differ in ResourceType", (const char *)id);
      else
        before->next = i;
    } else
      ok = reader_fault (r, err, OVF_E_FORMAT, "OVF-VH-005", item_node (item),
                         "two Items have the InstanceID '%s'", (const char *)id);
  }
  xmlHashFree (last, NULL);
  return ok;
}

/* ---- effective Items --------------------------------------------------------------- */
static void
merge (struct item *to, const struct item *from)
{
  for (size_t i = 0; i < from->nodes.len; i++)
    nodes_append (&to->nodes, from->nodes.ptr[i]);
  for (size_t f = 0; f < FIELD_COUNT; f++)
    if (from->fields[f] != NULL)
      set_string (&to->fields[f], from->fields[f]);
}

/* The device that the chain from `head` is in a configuration; none when no
 * Item is for it.  *ret_which is equal for equal selections. */
static bool
select_items (const items *raw, size_t head, size_t configuration,
              struct item *ret, uint64_t *ret_which)
{
  uint64_t which = UINT64_C (0xcbf29ce484222325);
  bool any = false;

  for (size_t i = head; i != NO_INDEX; i = raw->ptr[i].next)
    if (is_for (&raw->ptr[i], configuration)) {
      which = (which ^ i) * UINT64_C (0x100000001b3);
      if (ret != NULL)
        merge (ret, &raw->ptr[i]);
      any = true;
    }
  *ret_which = which;
  return any;
}

static void
append_tag (struct item *i, const char *id)
{
  char *longer = i->configuration ? xasprintf ("%s %s", i->configuration, id)
                                  : xstrdup (id);
  free (i->configuration);
  i->configuration = longer;
}

/* Every different device that the chain is in some configuration, tagged with
 * those; one that is the same in all bears no tag. */
static void
select_all (const struct appliance *a, const items *raw, size_t head, items *ret)
{
  uint64_t seen[MAX_CONFIGURATIONS];
  size_t first = ret->len, n_seen = 0, total = 0;

  for (size_t c = 0; c < a->configurations.len; c++) {
    uint64_t which;
    size_t k = 0;

    if (!select_items (raw, head, c, NULL, &which))
      continue;
    total++;
    while (k < n_seen && seen[k] != which)
      k++;
    if (k == n_seen) {
      struct item *i = items_add (ret);
      seen[n_seen++] = which;
      select_items (raw, head, c, i, &which);
    }
    append_tag (&ret->ptr[first + k], a->configurations.ptr[c].id);
  }
  if (n_seen == 1 && total == a->configurations.len) {
    free (ret->ptr[first].configuration);
    ret->ptr[first].configuration = NULL;
  }
}

bool
read_items (struct reader *r, const xmlNode *section, items *ret,
            struct ovf_error **err)
{
  size_t chosen = r->configuration ? configuration_index (r->a, r->configuration,
                                                          strlen (r->configuration))
                                   : NO_INDEX;
  CLEANUP_FREE bool *heads = NULL;
  items raw = { 0 };
  bool ok = read_raw_items (r, section, &raw, err);

  heads = xcalloc (raw.len + 1, sizeof *heads);
  ok = ok && group_items (r, &raw, heads, err);
  for (size_t i = 0; ok && i < raw.len; i++) {
    uint64_t which;

    ok = ctx_alive (r->ctx, err);
    if (!ok || !heads[i])
      continue;
    if (r->settings->all_configurations && r->a->configurations.len > 0)
      select_all (r->a, &raw, i, ret);
    else if (select_items (&raw, i, chosen, NULL, &which))
      select_items (&raw, i, chosen, items_add (ret), &which);
  }
  items_free (&raw);
  return ok;
}

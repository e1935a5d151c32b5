/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the reader kept of an OVF source (extras, ovf-format.h) goes back into
 * the descriptor: in the place and the namespace of the envelope that is
 * written, and in the order its schema wants. */
#include "base/text.h"
#include "ovf-reader.h"
#include "ovf-write.h"

static bool
has_kind (const struct extra *e, const char *kind)
{
  size_t n = strlen (kind);

  return strcmp (e->owner, OVF_OWNER) == 0 && strncmp (e->key, kind, n) == 0
         && (e->key[n] == ' ' || e->key[n] == '\0');
}

bool
any_kept (const extras *v, const char *kind)
{
  VECTOR_FOR (e, v)
    if (has_kind (e, kind))
      return true;
  return false;
}

xmlDoc *
kept_element (struct writer *w, const struct extra *e, struct ovf_error **err)
{
  return xml_parse (w->ctx, e->key, e->value, strlen (e->value), err);
}

/* ---- settings --------------------------------------------------------- */
void
write_config (struct writer *w, const char *element, const char *key,
              const char *value, const struct extra *e)
{
  xmlw_start (&w->x, element);
  xmlw_attr (&w->x, "ovf:required", e->required ? "true" : "false");
  xmlw_attr (&w->x, "ovf:configuration", e->configuration);
  xmlw_attr (&w->x, "vmw:key", key);
  xmlw_attr (&w->x, "vmw:value", value);
  xmlw_end (&w->x);
}

void
write_configs (struct writer *w, const extras *v, const char *kind,
               const char *element)
{
  VECTOR_FOR (e, v)
    if (has_kind (e, kind) && e->key[strlen (kind)] == ' ')
      write_config (w, element, e->key + strlen (kind) + 1, e->value, e);
}

/* ---- namespaces -------------------------------------------------------- */
/* Makes the OVF elements and attributes of a tree those of our envelope. */
static void
adopt (const struct writer *w, xmlNode *n)
{
  for (xmlNs *ns = n->nsDef; ns != NULL; ns = ns->next)
    if (ns->href != NULL && is_ovf_ns ((const char *)ns->href)) {
      xmlFree ((xmlChar *)ns->href);
      ns->href = xmlStrdup ((const xmlChar *)w->ns);
    }
  XML_FOR (child, n)
    adopt (w, child);
}

static bool
is_cim (const xmlNode *n)
{
  return strncmp (xml_ns (n), CIM_NS, strlen (CIM_NS)) == 0 || *xml_ns (n) == '\0'
         || is_ovf_ns (xml_ns (n));
}

struct placed { xmlNode *node; size_t place; };
DEFINE_VECTOR (placed_nodes, struct placed)

static int
by_cim_name (const void *a, const void *b)
{
  const struct placed *x = a, *y = b;
  bool cim = is_cim (x->node);
  int r = cim ? strcmp (xml_name (x->node), xml_name (y->node)) : 0;

  if (cim != is_cim (y->node))
    return cim ? -1 : 1;
  return r != 0 ? r : x->place < y->place ? -1 : 1;
}

/* Children of Items and of System in the schema's order, under its names. */
static void
tidy (xmlNode *item)
{
  placed_nodes list = { 0 };
  bool named = false;

  XML_FOR (n, item) {
    if (is_cim (n) && strcmp (xml_name (n), "InstanceId") == 0)
      xmlNodeSetName (n, (const xmlChar *)"InstanceID");
    named = named || (is_cim (n) && strcmp (xml_name (n), "ElementName") == 0);
    placed_nodes_append (&list, (struct placed){ n, list.len });
  }
  if (!named && list.len > 0 && is_cim (list.ptr[0].node)) {
    xmlNode *n = xmlNewChild (item, list.ptr[0].node->ns,
                              (const xmlChar *)"ElementName",
                              (const xmlChar *)"device");
    placed_nodes_append (&list, (struct placed){ n, list.len });
  }
  if (list.len > 0)
    qsort (list.ptr, list.len, sizeof *list.ptr, by_cim_name);
  VECTOR_FOR (n, &list) {
    xmlUnlinkNode (n->node);
    xmlAddChild (item, n->node);
  }
  free (list.ptr);
}

static void
tidy_section (xmlNode *section)
{
  XML_FOR (n, section)
    if (is_ovf (n, "Item") || is_ovf (n, "System"))
      tidy (n);
}

/* 0.9 says <Section xsi:type="ovf:InstallSection_Type">. */
static void
name_section (xmlNode *n)
{
  CLEANUP_FREE char *type = xml_attr (n, XSI_NS, "type");
  const char *colon = type ? strchr (type, ':') : NULL;
  char *name = type ? type + (colon ? colon + 1 - type : 0) : NULL;

  if (name == NULL || strcmp (xml_name (n), "Section") != 0
      || !text_has_suffix (name, "_Type"))
    return;
  name[strlen (name) - strlen ("_Type")] = '\0';
  xmlNodeSetName (n, (const xmlChar *)name);
  xmlUnsetNsProp (n, xmlSearchNsByHref (n->doc, n, (const xmlChar *)XSI_NS),
                  (const xmlChar *)"type");
}

/* Sections that 2.x added (ovf-spec.md 1.1). */
static bool
is_new_in_2 (const char *name)
{
  static const char *const names[] = {
    "EnvironmentFilesSection", "BootDeviceSection", "SharedDiskSection",
    "ScaleOutSection", "PlacementGroupSection", "PlacementSection",
    "EncryptionSection",
  };

  for (size_t i = 0; i < ARRAY_SIZE (names); i++)
    if (strcmp (names[i], name) == 0)
      return true;
  return false;
}

/* VMware puts sections of 2.x into 1.x envelopes, as foreign ones: they stay
 * what they are there. */
static bool
is_native (const struct writer *w, const xmlNode *n)
{
  if (!is_ovf_ns (xml_ns (n)) && *xml_ns (n) != '\0')
    return false;
  return strcmp (w->ns, OVF2_NS) == 0 || !is_new_in_2 (xml_name (n));
}

static bool
from_2 (const struct writer *w)
{
  return w->a->ovf_version != NULL && w->a->ovf_version[0] == '2';
}

/* ---- elements ----------------------------------------------------------- */
/* oVirt's elements in no namespace.  In a valid file they would be sections,
 * and sections are required where nothing is said. */
static void
not_required (const struct writer *w, const struct extra *e, xmlNode *root)
{
  xmlNs *ns;

  if (root->ns != NULL || e->required)
    return;
  ns = xmlNewNs (root, (const xmlChar *)w->ns, (const xmlChar *)"ovf");
  if (ns != NULL)
    xmlNewNsProp (root, ns, (const xmlChar *)"required", (const xmlChar *)"false");
}

static bool
write_element (struct writer *w, const struct extra *e, struct ovf_error **err)
{
  CLEANUP_XML xmlDoc *doc = kept_element (w, e, err);
  CLEANUP_FREE char *xml = NULL;
  xmlNode *root;

  if (doc == NULL)
    return false;
  root = xmlDocGetRootElement (doc);
  if (xml_is (root, VBOX_NS, "Machine")) {
    /* It names images by ids that they do not have any more, and VirtualBox
     * believes it more than the rest (ovf-spec.md 3.2). */
    report_loss (w->report, "ovf", "vbox-machine",
                 "VirtualBox's own description of the machine is left out");
    return true;
  }
  if (xml_is (root, OWN_NS, "Machine")) /* written anew */
    return true;
  if (!is_native (w, root) && from_2 (w) && is_new_in_2 (xml_name (root))) {
    report_loss (w->report, "ovf", "section", "OVF 1 has no %s", xml_name (root));
    report_hint (w->report, "--ovf-version 2.0 keeps it");
    return true;
  }
  if (is_native (w, root)) {
    name_section (root);
    if (strcmp (xml_name (root), "VirtualHardwareSection") == 0
        || strcmp (xml_name (root), "ResourceAllocationSection") == 0)
      tidy_section (root);
    adopt (w, root);
  }
  not_required (w, e, root);
  xml = xml_serialize (root);
  xmlw_raw (&w->x, xml);
  return true;
}

/* ---- Items --------------------------------------------------------------- */
/* The children that a RASD has, in the order of its schema. */
static const char *const rasd_names[] = {
  "rasd:Address", "rasd:AddressOnParent", "rasd:AllocationUnits",
  "rasd:AutomaticAllocation", "rasd:AutomaticDeallocation", "rasd:Caption",
  "rasd:Connection", "rasd:ConsumerVisibility", "rasd:Description",
  "rasd:ElementName", "rasd:HostResource", "rasd:InstanceID", "rasd:Limit",
  "rasd:MappingBehavior", "rasd:OtherResourceType", "rasd:Parent",
  "rasd:PoolID", "rasd:Reservation", "rasd:ResourceSubType",
  "rasd:ResourceType", "rasd:VirtualQuantity", "rasd:VirtualQuantityUnits",
  "rasd:Weight",
};

/* InstanceId is 0.9's InstanceID, BusNumber its Address. */
static bool
is_called (const xmlNode *n, const char *name)
{
  return text_equal_nocase (xml_name (n), name)
         || (strcmp (xml_name (n), "BusNumber") == 0 && strcmp (name, "Address") == 0);
}

static void
write_rasd_child (struct writer *w, const xmlNode *item, const char *name)
{
  const char *local = name + strlen ("rasd:");
  bool many = strcmp (local, "Connection") == 0 || strcmp (local, "HostResource") == 0;
  bool found = false;

  XML_FOR (n, item) {
    CLEANUP_FREE char *text = NULL;
    if (!is_cim (n) || !is_called (n, local) || (found && !many))
      continue;
    text = xml_text (n);
    xmlw_element (&w->x, name, text);
    found = true;
  }
  if (!found && strcmp (local, "ElementName") == 0)
    xmlw_element (&w->x, name, "device");
}

static void
copy_attr (struct writer *w, const xmlNode *n, const char *local, const char *name)
{
  CLEANUP_FREE char *value = std_attr (n, local);

  xmlw_attr (&w->x, name, value);
}

/* oVirt counts its video card among the storage devices. */
static bool
is_other_type (const struct extra *e, const char *name)
{
  return strcmp (e->key, "item video") == 0 && strcmp (name, "rasd:ResourceType") == 0;
}

static bool
write_kept_item (struct writer *w, const struct extra *e, struct ovf_error **err)
{
  CLEANUP_XML xmlDoc *doc = kept_element (w, e, err);
  xmlNode *item;

  if (doc == NULL)
    return false;
  item = xmlDocGetRootElement (doc);
  adopt (w, item);
  xmlw_start (&w->x, "Item");
  copy_attr (w, item, "bound", "ovf:bound");
  xmlw_attr (&w->x, "ovf:configuration", e->configuration);
  copy_attr (w, item, "required", "ovf:required");
  for (size_t i = 0; i < ARRAY_SIZE (rasd_names); i++)
    if (is_other_type (e, rasd_names[i]))
      xmlw_elementf (&w->x, rasd_names[i], "%d", CIM_GRAPHICS);
    else
      write_rasd_child (w, item, rasd_names[i]);
  XML_FOR (n, item)
    if (!is_cim (n)) {
      CLEANUP_FREE char *xml = xml_serialize (n);
      xmlw_raw (&w->x, xml);
    }
  xmlw_end (&w->x);
  return true;
}

/* Foreign elements of a product: not those of the schema, which have their
 * place before the properties. */
bool
write_kept_rest (struct writer *w, const extras *v, const char *kind,
                 struct ovf_error **err)
{
  VECTOR_FOR (e, v) {
    const char *name = strrchr (e->key, ' ');
    if (!has_kind (e, kind) || name == NULL || strchr (name, ':') == NULL)
      continue;
    if (!write_element (w, e, err))
      return false;
  }
  return true;
}

bool
write_kept (struct writer *w, const extras *v, const char *kind,
            struct ovf_error **err)
{
  bool item = strncmp (kind, "item", 4) == 0;

  VECTOR_FOR (e, v) {
    if (!has_kind (e, kind))
      continue;
    if (!ctx_alive (w->ctx, err)
        || !(item ? write_kept_item (w, e, err) : write_element (w, e, err)))
      return false;
  }
  return true;
}

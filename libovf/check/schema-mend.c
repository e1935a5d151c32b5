/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Masks and mending; see schema-mend.h.
 *
 * libxml2 stops at the first unexpected child of an element and looks at no
 * later sibling, nor into them.  So the copy is made what was probably meant:
 * names are corrected, missing children supplied, children put in order; what
 * still does not fit is taken out. */
#include "check/schema-mend.h"

#include "base/text.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"
#define CIM "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_"
#define RASD CIM "ResourceAllocationSettingData"
#define VSSD CIM "VirtualSystemSettingData"
#define SASD CIM "StorageAllocationSettingData"
#define EPASD CIM "EthernetPortAllocationSettingData"

/* ---- what stands in what, and in which order -------------------------------------- */
/* Children by name, in order: '!' behind a required one, '|' between names of
 * one place, a leading '*' for every name with that end. */
static const struct order {
  const char *parent, *children;
} orders[] = {
  { "Envelope", "References! *Section VirtualSystem|VirtualSystemCollection|Content Strings" },
  { "VirtualSystem", "Info! Name *Section" },
  { "VirtualSystemCollection", "Info! Name *Section VirtualSystem|VirtualSystemCollection|Content" },
  { "References", "File" },
  { "Strings", "Msg" },
  { "Network", "Description NetworkPortProfile|NetworkPortProfileURI" },
  { "Property", "Label Description Value" },
  { "Configuration", "Label! Description!" },
  { "AnnotationSection", "Info! Annotation!" },
  { "EulaSection", "Info! License!" },
  { "ProductSection", "Info! Product Vendor Version FullVersion ProductUrl VendorUrl "
                      "AppUrl Icon Category|Property" },
  { "VirtualHardwareSection", "Info! System Item EthernetPortItem StorageItem" },
  { "ResourceAllocationSection", "Info! Item EthernetPortItem StorageItem" },
  { "OperatingSystemSection", "Info! Description" },
  { "DiskSection", "Info! Disk" },
  { "NetworkSection", "Info! Network" },
  { "StartupSection", "Info! Item" },
  { "DeploymentOptionSection", "Info! Configuration" },
  { "SharedDiskSection", "Info! SharedDisk" },
  { "ScaleOutSection", "Info! Description InstanceCount" },
  { "PlacementGroupSection", "Info! Description" },
  { "EnvironmentFilesSection", "Info! File" },
  { "InstallSection", "Info!" },
  { "PlacementSection", "Info!" },
  { "BootDeviceSection", "Info!" },
  { "EncryptionSection", "Info!" }
};

/* What holds the properties of a CIM class, in the order of their names. */
static const struct item {
  const char *name, *ns;
  const char *lax; /* what importers supply when it is not there */
} items[] = {
  { "System", VSSD, "ElementName InstanceID" },
  { "Item", RASD, "ElementName" },
  { "StorageItem", SASD, "ElementName" },
  { "EthernetPortItem", EPASD, "ElementName" }
};
static const char item_required[] = "ElementName! InstanceID!";

#define MAX_ROLE 64

/* The name that says what an element is: its own, or that of its type in the
 * older form <Section xsi:type="ovf:DiskSection_Type">, which is still legal.
 * *ret_own is false for a type of another namespace. */
static const char *
role_of (const struct mend *m, const xmlNode *n, char role[MAX_ROLE], bool *ret_own)
{
  const char *name = xml_name (n), *local;
  CLEANUP_FREE char *type = NULL, *prefix = NULL;
  const xmlNs *ns;
  size_t len;

  *ret_own = strcmp (xml_ns (n), m->ns) == 0;
  if (strcmp (name, "Section") == 0 || strcmp (name, "Content") == 0)
    type = xml_attr (n, XSI, "type");
  if (type == NULL)
    return name;
  local = strchr (type, ':');
  prefix = local ? xstrndup (type, (size_t)(local - type)) : NULL;
  local = local ? local + 1 : type;
  ns = xmlSearchNs (n->doc, (xmlNode *)n, (const xmlChar *)prefix);
  *ret_own = *ret_own && (ns == NULL || strcmp ((const char *)ns->href, m->ns) == 0);
  len = strlen (local);
  if (text_has_suffix (local, "_Type"))
    len -= strlen ("_Type");
  snprintf (role, MAX_ROLE, "%.*s", (int)len, local);
  return role;
}

static const struct item *
item_of (const struct mend *m, const xmlNode *n)
{
  const xmlNode *parent = n->parent;
  char buffer[MAX_ROLE];
  const char *role;
  bool own;

  if (strcmp (xml_ns (n), m->ns) != 0 || parent == NULL || parent->type != XML_ELEMENT_NODE)
    return NULL;
  role = role_of (m, parent, buffer, &own);
  if (!own || (strcmp (role, "VirtualHardwareSection") != 0
               && strcmp (role, "ResourceAllocationSection") != 0))
    return NULL;
  for (size_t i = 0; i < ARRAY_SIZE (items); i++)
    if (strcmp (xml_name (n), items[i].name) == 0)
      return &items[i];
  return NULL;
}

static const char *
order_of (const struct mend *m, const xmlNode *n)
{
  char buffer[MAX_ROLE];
  bool own;
  const char *role = role_of (m, n, buffer, &own);

  if (!own)
    return NULL;
  for (size_t i = 0; i < ARRAY_SIZE (orders); i++)
    if (strcmp (role, orders[i].parent) == 0)
      return orders[i].children;
  return NULL;
}

/* Whether one of the places' names is this one. */
static bool
place_has (const char *place, size_t len, const char *name)
{
  size_t n = strlen (name);

  for (const char *p = place, *end = place + len; p < end;) {
    size_t k = strcspn (p, "|! ");
    bool tail = *p == '*' && n >= k - 1 && memcmp (name + n - (k - 1), p + 1, k - 1) == 0;
    if (tail || (n == k && memcmp (name, p, k) == 0))
      return true;
    p += k + 1;
  }
  return false;
}

#define NOWHERE 1000u

/* The place of a name in an order, from 1 on. */
static unsigned
place_of (const char *order, const char *name)
{
  unsigned place = 1;

  for (const char *p = order; *p != '\0'; place++) {
    size_t k = strcspn (p, " ");
    if (place_has (p, k, name))
      return place;
    p += k + (p[k] == ' ');
  }
  return NOWHERE;
}

/* ---- a child's rank among its siblings ------------------------------------------------ */
/* How the children of one element are ordered. */
struct kind {
  const char *ns;    /* of its own children */
  const char *order; /* NULL: by name */
  const char *required;
};

static bool
kind_of (const struct mend *m, const xmlNode *n, struct kind *ret)
{
  const struct item *item = item_of (m, n);
  const char *order = item ? NULL : order_of (m, n);

  *ret = item ? (struct kind) { item->ns, NULL, item_required }
              : (struct kind) { m->ns, order, order };
  return item != NULL || order != NULL;
}

static int
compare_children (const struct kind *k, const xmlNode *a, const xmlNode *b)
{
  bool own_a = strcmp (xml_ns (a), k->ns) == 0, own_b = strcmp (xml_ns (b), k->ns) == 0;

  if (!own_a || !own_b)
    return own_b - own_a; /* others' behind */
  if (k->order == NULL)
    return strcmp (xml_name (a), xml_name (b));
  return (int)place_of (k->order, xml_name (a)) - (int)place_of (k->order, xml_name (b));
}

struct ranked {
  xmlNode *node;
  const struct kind *kind;
  size_t index;
};
DEFINE_VECTOR (ranking, struct ranked)

static int
compare_ranked (const void *a, const void *b)
{
  const struct ranked *x = a, *y = b;
  int c = compare_children (x->kind, x->node, y->node);

  return c != 0 ? c : x->index < y->index ? -1 : 1;
}

/* Puts the children in order; false when they were. */
static bool
sort_children (const struct kind *kind, xmlNode *parent)
{
  ranking list = { 0 };
  bool sorted = true;

  XML_FOR (n, parent) {
    sorted = sorted && (list.len == 0
                        || compare_children (kind, list.ptr[list.len - 1].node, n) <= 0);
    ranking_append (&list, (struct ranked) { n, kind, list.len });
  }
  if (!sorted) {
    qsort (list.ptr, list.len, sizeof *list.ptr, compare_ranked);
    VECTOR_FOR (r, &list) {
      xmlUnlinkNode (r->node);
      xmlAddChild (parent, r->node);
    }
  }
  free (list.ptr);
  return !sorted;
}

/* ---- changes ------------------------------------------------------------------------------ */
static void
remove_node (struct mend *m, xmlNode *n)
{
  xmlUnlinkNode (n);
  nodes_append (&m->removed, n);
}

/* An empty child where it belongs among the others. */
static void
supply (const struct kind *kind, xmlNode *parent, const char *name)
{
  xmlNode *added = xmlNewDocNode (parent->doc, NULL, (const xmlChar *)name, NULL);
  xmlNode *before = NULL;

  if (added == NULL)
    abort ();
  xmlSetNs (added, xmlNewNs (added, (const xmlChar *)kind->ns, (const xmlChar *)"added"));
  XML_FOR (n, parent)
    if (before == NULL && compare_children (kind, n, added) > 0)
      before = n;
  if (before != NULL)
    xmlAddPrevSibling (before, added);
  else
    xmlAddChild (parent, added);
}

/* Supplies those of the named children (all, or those with a '!') that are
 * not there; their names, quoted, or NULL. */
static char *
supply_missing (const struct kind *kind, xmlNode *parent, const char *names, bool all)
{
  char *missing = NULL;

  for (const char *p = names; *p != '\0';) {
    size_t k = strcspn (p, " ");
    bool wanted = all || p[k - 1] == '!';
    CLEANUP_FREE char *name = xstrndup (p, strcspn (p, " !"));
    p += k + (p[k] == ' ');
    if (!wanted || xml_child (parent, kind->ns, name) != NULL)
      continue;
    supply (kind, parent, name);
    CLEANUP_FREE char *before = missing;
    missing = xasprintf ("%s%s'%s'", before ? before : "", before ? " and " : "", name);
  }
  return missing;
}

/* "http...CIM_StorageAllocationSettingData.xsd": what some producers write. */
static bool
is_with_xsd (const xmlNode *n, const char *ns)
{
  size_t len = strlen (ns);
  const char *have = xml_ns (n);

  return strncmp (have, ns, len) == 0 && strcmp (have + len, ".xsd") == 0;
}

/* Corrects the namespaces and names of an item's children; the first that
 * was wrong, with what is to be said of it. */
static xmlNode *
correct_names (const struct item *item, xmlNode *parent, char **ret_said)
{
  xmlNode *first = NULL;

  XML_FOR (n, parent) {
    bool suffix = is_with_xsd (n, item->ns);
    bool id = (suffix || strcmp (xml_ns (n), item->ns) == 0)
              && strcmp (xml_name (n), "InstanceId") == 0;
    if ((suffix || id) && first == NULL) {
      first = n;
      if (ret_said != NULL)
        *ret_said = suffix ? xasprintf ("the namespace of '%s' is the standard's with '.xsd' "
                                        "behind it", xml_name (n))
                           : xstrdup ("'InstanceId' should be 'InstanceID'");
    }
    if (suffix)
      xmlSetNs (n, xmlNewNs (n, (const xmlChar *)item->ns, (const xmlChar *)"mended"));
    if (id)
      xmlNodeSetName (n, (const xmlChar *)"InstanceID");
  }
  return first;
}

/* A child of another namespace stands before `child`; all such go behind. */
static bool
move_foreign (const struct kind *kind, xmlNode *parent, const xmlNode *child)
{
  nodes foreign = { 0 };
  bool early = false, before = true;

  if (strcmp (xml_ns (child), kind->ns) != 0)
    return false;
  XML_FOR (n, parent) {
    before = before && n != child;
    if (strcmp (xml_ns (n), kind->ns) != 0) {
      nodes_append (&foreign, n);
      early = early || before;
    }
  }
  if (early)
    VECTOR_FOR (n, &foreign) {
      xmlUnlinkNode (*n);
      xmlAddChild (parent, *n);
    }
  free (foreign.ptr);
  return early;
}

/* ---- the copy ------------------------------------------------------------------------------ */
static xmlNode *
next_in_document (xmlNode *n)
{
  if (n->type == XML_ELEMENT_NODE && n->children != NULL)
    return n->children;
  while (n != NULL && n->next == NULL)
    n = n->parent && n->parent->type == XML_ELEMENT_NODE ? n->parent : NULL;
  return n ? n->next : NULL;
}

/* Blanks around a number or a boolean have no meaning to XML Schema, nor
 * around any value to OVF (DSP0243 Annex A); libxml2 does not take them. */
static void
trim (xmlNode *only)
{
  const char *text = only && only->type == XML_TEXT_NODE && only->next == NULL
                       ? (const char *)only->content : NULL;
  size_t n = text ? strlen (text) : 0;

  if (n > 0 && (strchr (" \t\r\n", text[0]) || strchr (" \t\r\n", text[n - 1]))) {
    CLEANUP_FREE char *trimmed = text_trim (text);
    xmlNodeSetContent (only, NULL);
    xmlNodeAddContent (only, (const xmlChar *)trimmed);
  }
}

static void
trim_values (xmlNode *n)
{
  trim (n->children);
  for (xmlAttr *a = n->properties; a != NULL; a = a->next)
    trim (a->children);
}

void
mend_start (struct mend *m, const xmlDoc *original)
{
  xmlNode *from, *to;

  memset (m, 0, sizeof *m);
  m->doc = xmlCopyDoc ((xmlDoc *)original, 1);
  if (m->doc == NULL)
    abort ();
  from = xmlDocGetRootElement (original);
  to = xmlDocGetRootElement (m->doc);
  m->ns = xml_ns (to);
  for (; from != NULL && to != NULL;
       from = next_in_document (from), to = next_in_document (to))
    to->_private = from;
  for (to = xmlDocGetRootElement (m->doc); to != NULL; to = next_in_document (to))
    if (to->type == XML_ELEMENT_NODE)
      trim_values (to);
}

void
mend_end (struct mend *m)
{
  VECTOR_FOR (n, &m->removed)
    xmlFreeNode (*n);
  free (m->removed.ptr);
  xmlFreeDoc (m->doc);
}

const xmlNode *
mend_original (const xmlNode *n)
{
  return n->_private;
}

void
mend_foreign (struct mend *m)
{
  xmlNode *root = xmlDocGetRootElement (m->doc), *n = root, *next;

  for (; n != NULL; n = next) {
    char buffer[MAX_ROLE];
    bool own;
    const char *role = role_of (m, n, buffer, &own);
    bool holder = own && (n == root || strncmp (role, "VirtualSystem", 13) == 0);
    xmlNode *up = n;
    next = holder ? xml_first (n) : NULL;
    while (next == NULL && up != root) {
      next = xml_next (up);
      up = up->parent;
    }
    if (n != root && !own && *xml_ns (n) != '\0')
      remove_node (m, n);
  }
}

/* ---- what importers forgive -------------------------------------------------------------------- */
static void
forgive_item (const struct item *item, xmlNode *n)
{
  struct kind kind = { item->ns, NULL, item_required };

  correct_names (item, n, NULL);
  free (supply_missing (&kind, n, item->lax, true));
  sort_children (&kind, n);
}

void
mend_lax (struct mend *m)
{
  m->lax = true;
  xmlNode *n = xmlDocGetRootElement (m->doc);
  struct kind kind;

  for (; n != NULL; n = next_in_document (n)) {
    const struct item *item = n->type == XML_ELEMENT_NODE ? item_of (m, n) : NULL;
    if (item != NULL)
      forgive_item (item, n);
    /* VirtualBox writes the Items of OVF 2 in the order of its devices. */
    if (xml_is (n, m->ns, "VirtualHardwareSection") && kind_of (m, n, &kind))
      sort_children (&kind, n);
    if (xml_is (n, m->ns, "InstallSection") && n->ns != NULL) {
      CLEANUP_FREE char *delay = xml_attr (n, m->ns, "initialBootStopDelay");
      if (delay == NULL)
        xmlSetNsProp (n, n->ns, (const xmlChar *)"initialBootStopDelay", (const xmlChar *)"0");
    }
  }
}

/* ---- one fault ------------------------------------------------------------------------------- */
static char *
lacks (const xmlNode *parent, char *missing)
{
  char *said = xasprintf ("'%s' lacks %s", xml_name (parent), missing);

  free (missing);
  return said;
}

/* Elements in no namespace: those of drafts before 1.0.  All of the document
 * move into the root's, when that would make this one known. */
static bool
give_namespace (struct mend *m, const struct kind *kind, const xmlNode *child)
{
  xmlNode *n = xmlDocGetRootElement (m->doc);
  xmlNs *ns = n->ns;

  if (*xml_ns (child) != '\0' || kind->order == NULL
      || place_of (kind->order, xml_name (child)) == NOWHERE)
    return false;
  for (; n != NULL; n = next_in_document (n))
    if (n->type == XML_ELEMENT_NODE && *xml_ns (n) == '\0')
      xmlSetNs (n, ns);
  mend_foreign (m);
  if (m->lax)
    mend_lax (m); /* more is known now */
  return true;
}

/* A name or a namespace that is written wrong; *ret is filled in. */
static bool
mend_name (struct mend *m, xmlNode *parent, xmlNode *child, const struct kind *kind,
           struct mended *ret)
{
  const struct item *item = item_of (m, parent);
  xmlNode *wrong = item ? correct_names (item, parent, &ret->said) : NULL;

  if (wrong != NULL)
    ret->at = wrong;
  else if (child != NULL && give_namespace (m, kind, child)) {
    ret->said = xasprintf ("'%s' is in no namespace, and should be in that of '%s'",
                           xml_name (child), xml_name (xmlDocGetRootElement (m->doc)));
    ret->mild = true;
  } else
    return false;
  return true;
}

/* ovf:required="false": may be passed over by who does not know it. */
static bool
is_optional (const struct mend *m, const xmlNode *n)
{
  CLEANUP_FREE char *required = xml_attr (n, m->ns, "required");
  bool value = true;

  return required != NULL && parse_bool (required, &value) && !value;
}

struct mended
mend_fault (struct mend *m, enum xml_fault fault, xmlNode *at)
{
  struct mended r = { .at = at };
  xmlNode *child = fault == XML_FAULT_CHILD ? at : NULL;
  xmlNode *parent = child ? child->parent : at;
  struct kind kind;
  bool known;
  char *missing;

  if (fault == XML_FAULT_OTHER || parent == NULL || parent->type != XML_ELEMENT_NODE) {
    /* A section of a type that the schema does not have. */
    r.mild = strcmp (xml_name (at), "Section") == 0 && order_of (m, at) == NULL
             && is_optional (m, at);
    return r;
  }
  known = kind_of (m, parent, &kind);
  r.changed = true;
  if (known && mend_name (m, parent, child, &kind, &r))
    return r;
  missing = known ? supply_missing (&kind, parent, kind.required, false) : NULL;
  if (missing != NULL) {
    r.at = parent;
    r.said = lacks (parent, missing);
    return r;
  }
  r.changed = child != NULL;
  if (child == NULL)
    return r;
  if (known && move_foreign (&kind, parent, child))
    r.said = xasprintf ("'%s' follows an element of another namespace: those stand last",
                        xml_name (child));
  else if (!known || strcmp (xml_ns (child), kind.ns) != 0
           || (kind.order != NULL && place_of (kind.order, xml_name (child)) == NOWHERE)
           || !sort_children (&kind, parent)) {
    r.mild = is_optional (m, child);
    remove_node (m, child);
  }
  return r;
}

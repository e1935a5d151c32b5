/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Repair of hardware items: names, namespaces and order of the CIM classes,
 * units, and how a drive names its medium. */
#include "repair.h"

#include <inttypes.h>

#include "base/text.h"

#define CIM_NS "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_"

static bool
in_cim (const xmlNode *n)
{
  return strncmp (xml_ns (n), CIM_NS, strlen (CIM_NS)) == 0;
}

/* ---- namespaces ----------------------------------------------------------------- */
/* One declaration serves many elements. */
static void
mend_namespace (struct repair *r, xmlNode *n)
{
  char *cut;

  if (!in_cim (n) || !text_has_suffix (xml_ns (n), ".xsd"))
    return;
  cut = xstrndup (xml_ns (n), strlen (xml_ns (n)) - strlen (".xsd"));
  repaired_at (r, "OVF-XML-005", n, "the namespace '%s' instead of '%s'", cut, xml_ns (n));
  xmlFree ((xmlChar *)n->ns->href);
  n->ns->href = xmlStrdup ((const xmlChar *)cut);
  free (cut);
}

/* ---- order ------------------------------------------------------------------------ */
struct slot {
  xmlNode *n;
  size_t at;
};

/* The schema is a sequence in the order of the alphabet; what is not of the
 * class follows. */
static int
by_schema (const void *a, const void *b)
{
  const struct slot *x = a, *y = b;
  bool cx = in_cim (x->n), cy = in_cim (y->n);
  int order = cx != cy ? cy - cx : 0;

  if (order == 0 && cx)
    order = strcmp (xml_name (x->n), xml_name (y->n));
  return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

/* Elements change places; the white space between them stays. */
static void
put_in_order (struct slot *sorted, size_t n, xmlNode *parent)
{
  CLEANUP_FREE xmlNode **marks = xcalloc (n + 1, sizeof *marks);
  size_t i = 0;

  XML_FOR (child, parent) {
    marks[i] = xmlNewDocNode (parent->doc, NULL, (const xmlChar *)"x", NULL);
    if (marks[i] == NULL)
      abort ();
    xmlReplaceNode (child, marks[i]);
    child = marks[i++];
  }
  for (i = 0; i < n; i++) {
    xmlReplaceNode (marks[i], sorted[i].n);
    xmlFreeNode (marks[i]);
  }
}

static void
mend_order (struct repair *r, xmlNode *item)
{
  CLEANUP_FREE struct slot *slots = NULL;
  size_t n = 0, k = 0;
  bool ordered = true;

  XML_FOR (child, item)
    n++;
  slots = xcalloc (n + 1, sizeof *slots);
  XML_FOR (child, item) {
    slots[k] = (struct slot){ child, k };
    ordered = ordered && (k == 0 || by_schema (&slots[k - 1], &slots[k]) < 0);
    k++;
  }
  if (ordered)
    return;
  repaired_at (r, "OVF-XML-006", item, "the children of %s in the order of the schema",
               xml_name (item));
  qsort (slots, n, sizeof *slots, by_schema);
  put_in_order (slots, n, item);
}

/* ---- names -------------------------------------------------------------------------- */
static void
mend_instance (struct repair *r, xmlNode *item)
{
  xmlNode *old = xml_child (item, "*", "InstanceId");

  if (old == NULL || !in_cim (old) || xml_child (item, "*", "InstanceID"))
    return;
  repaired_at (r, "OVF-XML-006", old, "'InstanceID' instead of 'InstanceId'");
  xmlNodeSetName (old, (const xmlChar *)"InstanceID");
}

static void
mend_element_name (struct repair *r, xmlNode *item)
{
  static const char *const sources[] = { "Caption", "Description", "ResourceSubType",
                                         "VirtualSystemIdentifier" };
  CLEANUP_FREE char *text = NULL;

  if (xml_child (item, "*", "ElementName") || xml_child (item, "*", "InstanceID") == NULL)
    return;
  for (size_t i = 0; i < ARRAY_SIZE (sources) && (text == NULL || *text == '\0'); i++) {
    free (text);
    text = item_text (item, sources[i]);
  }
  if (text == NULL || *text == '\0') {
    CLEANUP_FREE char *id = item_text (item, "InstanceID");

    free (text);
    text = xasprintf ("%s %s", xml_name (item), id);
  }
  repaired_at (r, "OVF-XML-006", item, "the ElementName '%s' added", text);
  item_set (item, "ElementName", text);
}

/* ---- values ---------------------------------------------------------------------------- */
static void
mend_units (struct repair *r, xmlNode *item)
{
  CLEANUP_FREE char *units = item_text (item, "AllocationUnits");
  CLEANUP_FREE char *quantity = item_text (item, "VirtualQuantity");
  CLEANUP_FREE char *text = NULL;
  uint64_t factor = 1, n;
  bool standard = true;

  if (item_type (item) != RES_MEMORY || quantity == NULL)
    return;
  if (units == NULL || *units == '\0') {
    /* As it is read: no machine has so few bytes. */
    if (!parse_u64 (quantity, 1, (1 << 20) - 1, &n))
      return;
    factor = 1 << 20;
  } else if (!parse_units (units, "byte", &factor, &standard) || standard)
    return;
  if (factor == 0 || (factor & (factor - 1)) != 0)
    return;
  text = factor == 1 ? xstrdup ("byte")
                     : xasprintf ("byte * 2^%d", __builtin_ctzll (factor));
  repaired_at (r, "OVF-VH-015", item, "AllocationUnits '%s' instead of '%s'", text,
               units ? units : "");
  item_set (item, "AllocationUnits", text);
}

static void
mend_host_resource (struct repair *r, xmlNode *n)
{
  static const char *const prefixes[] = { "ovf://", "/", "" };
  CLEANUP_FREE char *text = xml_text (n);

  for (size_t i = 0; i < ARRAY_SIZE (prefixes); i++) {
    size_t len = strlen (prefixes[i]);
    const char *rest = text + len;

    if (strncmp (text, prefixes[i], len) == 0
        && (strncmp (rest, "disk/", 5) == 0 || strncmp (rest, "file/", 5) == 0)) {
      CLEANUP_FREE char *right = xasprintf ("ovf:/%s", rest);

      repaired_at (r, "OVF-VH-011", n, "HostResource '%s' instead of '%s'", right, text);
      edit_set_text (n, right);
      return;
    }
  }
}

/* ---- all of them -------------------------------------------------------------------------- */
static void
mend_item (struct repair *r, xmlNode *item)
{
  XML_FOR (n, item) {
    mend_namespace (r, n);
    if (xml_is (n, "*", "HostResource"))
      mend_host_resource (r, n);
  }
  mend_instance (r, item);
  mend_element_name (r, item);
  mend_units (r, item);
  mend_order (r, item);
}

static void
mend_machine (void *opaque, xmlNode *machine)
{
  struct repair *r = opaque;

  XML_FOR (section, machine) {
    xmlNode *system;

    if (!xml_is (section, edit_ns (&r->e), "VirtualHardwareSection"))
      continue;
    system = xml_child (section, edit_ns (&r->e), "System");
    if (system) {
      mend_instance (r, system);
      mend_element_name (r, system);
      mend_order (r, system);
    }
    EDIT_ITEMS (item, section)
      mend_item (r, item);
  }
}

void
repair_items (struct repair *r)
{
  edit_each_machine (&r->e, mend_machine, r);
}

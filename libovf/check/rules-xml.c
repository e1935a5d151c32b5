/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on XML and on extensions (DSP0243 clauses 6 and 7.7): what is foreign,
 * where it may stand, and who must understand it. */
#include "check/lint.h"

#include "base/text.h"
#include "base/xml.h"

#define READER "the descriptor's reader"
#define PARSER "the XML parser"
#define CIM "http://schemas.dmtf.org/wbem/wscim/1/"

static bool
is_foreign (const struct lint *l, const xmlNode *n)
{
  const char *ns = xml_ns (n);

  return *ns != '\0' && strcmp (ns, l->ns) != 0 && strncmp (ns, CIM, strlen (CIM)) != 0;
}

/* Open content is at the end: an OVF element behind a foreign one is out of
 * place.  libxml2 accepts it, other validators do not. */
static void
check_order (struct lint *l, const struct rule *r)
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    bool foreign = false;
    /* Envelope, VirtualSystem and collections mix sections of all kinds. */
    if (strcmp (xml_ns (n), l->ns) != 0 || n == l->root || strstr (xml_name (n), "VirtualSystem"))
      continue;
    XML_FOR (c, n) {
      if (is_foreign (l, c))
        foreign = true;
      else if (foreign && strcmp (xml_ns (c), l->ns) == 0) {
        lint_add (l, r, c, "'%s' stands behind an element of another namespace", xml_name (c));
        break;
      }
    }
  }
}

/* The level of conformance: 1 = standard only, 2 = all that is foreign is
 * optional, 3 = some of it is required. */
static void
check_conformance (struct lint *l, const struct rule *r)
{
  unsigned level = 1;

  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_FREE char *required = NULL;
    bool on = true;
    if (!is_foreign (l, n) || is_foreign (l, n->parent))
      continue;
    required = lint_attr (l, n, "required");
    if (required != NULL)
      parse_bool (required, &on);
    level = on ? 3 : level < 2 ? 2 : level;
  }
  if (level > 1)
    lint_add (l, r, l->root, "the descriptor is of conformance level %u", level);
}

/* Without a meaning, but there are readers that look for these. */
static void
check_prefixes (struct lint *l, const struct rule *r)
{
  static const struct { const char *end, *prefix; } usual[] = {
    { "/CIM_ResourceAllocationSettingData", "rasd" },
    { "/CIM_VirtualSystemSettingData", "vssd" },
    { "/CIM_StorageAllocationSettingData", "sasd" },
    { "/CIM_EthernetPortAllocationSettingData", "epasd" },
  };

  for (const xmlNs *ns = l->root->nsDef; ns != NULL; ns = ns->next) {
    const char *href = ns->href ? (const char *)ns->href : "";
    const char *want = strcmp (href, l->ns) == 0 && ns->prefix ? "ovf" : NULL;
    const char *end = strrchr (href, '/');
    for (size_t i = 0; i < ARRAY_SIZE (usual) && end != NULL; i++)
      if (strcmp (end, usual[i].end) == 0)
        want = usual[i].prefix;
    if (want != NULL && strcmp (ns->prefix ? (const char *)ns->prefix : "", want) != 0) {
      lint_add (l, r, l->root, "the prefix of %s is not '%s' but '%s'", href, want,
                ns->prefix ? (const char *)ns->prefix : "");
      return;
    }
  }
}

/* What stands beside sections and is none. */
static bool
is_core (const xmlNode *n)
{
  static const char *const names[] = { "References", "VirtualSystem", "Strings", "Info",
                                       "VirtualSystemCollection", "Name", "Content",
                                       "Section" };

  for (size_t i = 0; i < ARRAY_SIZE (names); i++)
    if (strcmp (xml_name (n), names[i]) == 0)
      return true;
  return false;
}

static void
check_own_names (struct lint *l, const struct rule *r)
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    if (!lint_holds_sections (l, n))
      continue;
    XML_FOR (c, n)
      if (strcmp (xml_ns (c), l->ns) == 0 && !is_core (c) && !lint_is_section (l, c))
        lint_add (l, r, c, "'%s' is no element of OVF, and uses its namespace",
                  xml_name (c));
  }
}

/* What the reader makes something of. */
static bool
is_vendor (const xmlNode *n)
{
  return strncmp (xml_ns (n), "http://www.vmware.com/", 22) == 0
         || strncmp (xml_ns (n), "http://www.virtualbox.org/", 26) == 0;
}

static void
check_required_child (struct lint *l, const struct rule *r)
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    if (!lint_is_section (l, n))
      continue;
    XML_FOR (c, n) {
      CLEANUP_FREE char *required = NULL;
      bool on = true;
      if (!is_foreign (l, c) || is_vendor (c))
        continue;
      required = lint_attr (l, c, "required");
      if (required != NULL)
        parse_bool (required, &on);
      if (on)
        lint_add (l, r, c, "the element '%s' is marked as required and is not understood",
                  xml_name (c));
    }
  }
}

const struct rule rules_xml[] = {
  { .id = "OVF-XML-001", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 6",
    .title = "the root is one Envelope in a namespace of OVF",
    .why = "The namespace says the version: an unknown one cannot be guessed.",
    .fix = "xmlns=\"http://schemas.dmtf.org/ovf/envelope/1\"", .where = READER },
  { .id = "OVF-XML-002", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "XML 1.0, XML Namespaces",
    .title = "the descriptor is well-formed, and so are its namespaces",
    .why = "No importer gets past it.",
    .fix = "mend the line that the message names; an undeclared prefix needs "
           "an xmlns:PREFIX on Envelope",
    .where = PARSER },
  { .id = "OVF-XML-003", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "security",
    .title = "there is no document type and no entity",
    .why = "Entities can read files of the host that imports the package and "
           "use up its memory.",
    .fix = "take the DOCTYPE out and write the texts in place", .where = PARSER },
  { .id = "OVF-XML-004", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "DSP0243 Annex A",
    .title = "the prefixes are the usual ones, though they have no meaning",
    .why = "Readers that look for a certain prefix instead of a namespace break.",
    .fix = "nothing needs to be done", .check = check_prefixes },
  { .id = "OVF-XML-005", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_20,
    .clause = "DSP8023 2.0",
    .title = "the namespaces of StorageItem and EthernetPortItem do not end in .xsd",
    .why = "VirtualBox writes them so; validators do not know such elements.",
    .fix = "`ovftool repair IN -o OUT` puts the right namespaces in", .where = READER },
  { .id = "OVF-XML-006", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "CIM schema",
    .title = "CIM elements have their names, their order and their mandatory parts",
    .why = "VMware insists on the alphabetical order; InstanceId is the "
           "spelling of drafts, InstanceID that of the standard.",
    .fix = "`ovftool repair IN -o OUT` renames, sorts and completes them",
    .where = READER },
  { .id = "OVF-EXT-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 7.7",
    .title = "sections of one's own do not use the namespace of OVF",
    .why = "They are taken for errors, or for what a later version means by "
           "that name.",
    .fix = "use a namespace of your own with ovf:required=\"false\"",
    .check = check_own_names },
  { .id = "OVF-EXT-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 7.7.1",
    .title = "a section that is not understood is not required",
    .why = "Required is the default: every importer that does not know the "
           "section must refuse the package.",
    .fix = "ovf:required=\"false\" on the section, if the guest runs without it",
    .where = READER },
  { .id = "OVF-EXT-003", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "DSP0243 7.7.1",
    .title = "an optional section that is not understood is skipped",
    .why = "What it says has no effect on the target.",
    .fix = "nothing needs to be done", .where = READER },
  { .id = "OVF-EXT-004", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 7.7.2",
    .title = "a known section holds no required element that is not understood",
    .why = "The whole section then counts as not understood.",
    .fix = "ovf:required=\"false\" on the element", .check = check_required_child },
  { .id = "OVF-EXT-005", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "DSP0243 7.7.3",
    .title = "nothing that is needed stands in attributes of one's own",
    .why = "Importers may drop such attributes without a word.",
    .fix = "say it in an element with ovf:required", .where = READER },
  { .id = "OVF-EXT-006", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_1X | OVF_20,
    .clause = "DSP8023",
    .title = "elements of other namespaces come last in a section or Item",
    .why = "Validators with a strict automaton, among them VMware's, refuse the "
           "OVF element that follows.",
    .fix = "move the foreign elements behind the others", .check = check_order },
  { .id = "OVF-EXT-007", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 8.1",
    .title = "an Item holds no required element that is not understood",
    .why = "The importer must then fail the device.",
    .fix = "ovf:required=\"false\" on the element", .where = READER },
  { .id = "OVF-EXT-008", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 4.2",
    .title = "the level of conformance: 1 standard only, 2 optional extensions, 3 required ones",
    .why = "A package of level 3 runs only where its extensions are known.",
    .fix = "nothing needs to be done", .check = check_conformance },
  { .id = NULL }
};

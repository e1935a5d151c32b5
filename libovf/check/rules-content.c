/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on content entities and on where sections may stand, and how often
 * (DSP0243 clause 7, table 5). */
#include "check/lint.h"

#include "base/text.h"
#include "base/xml.h"

#define READER "the descriptor's reader"

/* Which parents a section may have, and whether one is enough. */
enum place { ENVELOPE = 1, COLLECTION = 2, SYSTEM = 4 };
static const struct section {
  const char *name;
  unsigned places;
  bool single;
} sections[] = {
  { "DiskSection", ENVELOPE, true },
  { "NetworkSection", ENVELOPE, true },
  { "DeploymentOptionSection", ENVELOPE, true },
  { "SharedDiskSection", ENVELOPE, true },
  { "EncryptionSection", ENVELOPE, true },
  { "PlacementGroupSection", ENVELOPE, false },
  { "ResourceAllocationSection", COLLECTION, true },
  { "StartupSection", COLLECTION, true },
  { "ScaleOutSection", COLLECTION, false },
  { "AnnotationSection", COLLECTION | SYSTEM, true },
  { "ProductSection", COLLECTION | SYSTEM, false },
  { "EulaSection", COLLECTION | SYSTEM, false },
  { "PlacementSection", COLLECTION | SYSTEM, true },
  { "EnvironmentFilesSection", COLLECTION | SYSTEM, true },
  { "OperatingSystemSection", SYSTEM, true },
  { "InstallSection", SYSTEM, true },
  { "VirtualHardwareSection", SYSTEM, false },
  { "BootDeviceSection", SYSTEM, false },
};

static const struct section *
section_of (const struct lint *l, const xmlNode *n)
{
  if (strcmp (xml_ns (n), l->ns) != 0)
    return NULL;
  for (size_t i = 0; i < ARRAY_SIZE (sections); i++)
    if (strcmp (xml_name (n), sections[i].name) == 0)
      return &sections[i];
  return NULL;
}

static unsigned
place_of (const struct lint *l, const xmlNode *parent)
{
  if (parent == l->root)
    return ENVELOPE;
  if (xml_is (parent, l->ns, "VirtualSystemCollection"))
    return COLLECTION;
  return xml_is (parent, l->ns, "VirtualSystem") ? SYSTEM : 0;
}

bool
lint_is_section (const struct lint *l, const xmlNode *n)
{
  return section_of (l, n) != NULL;
}

bool
lint_holds_sections (const struct lint *l, const xmlNode *n)
{
  return place_of (l, n) != 0;
}

/* Sections that have a rule of their own for their place and number. */
static bool
has_own_rule (const struct section *s)
{
  static const char *const names[] = {
    "DiskSection",              /* OVF-DISK-001 */
    "NetworkSection",           /* OVF-NET-001 */
    "DeploymentOptionSection",  /* OVF-DEP-001 */
    "ResourceAllocationSection" /* OVF-RA-001 */
  };

  for (size_t i = 0; i < ARRAY_SIZE (names); i++)
    if (strcmp (s->name, names[i]) == 0)
      return true;
  return false;
}

static void
check_places (struct lint *l, const struct rule *r)
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    const struct section *s = section_of (l, n);
    if (s != NULL && !has_own_rule (s) && n->parent != NULL
        && (place_of (l, n->parent) & s->places) == 0)
      lint_add (l, r, n, "a %s does not belong into %s", s->name, xml_name (n->parent));
  }
}

static void
check_counts (struct lint *l, const struct rule *r)
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    unsigned count[ARRAY_SIZE (sections)] = { 0 };
    if (place_of (l, n) == 0)
      continue;
    XML_FOR (c, n) {
      const struct section *s = section_of (l, c);
      if (s != NULL && s->single && !has_own_rule (s) && ++count[s - sections] == 2)
        lint_add (l, r, c, "a second %s", s->name);
    }
  }
}

static void
check_empty_collection (struct lint *l, const struct rule *r, const xmlNode *n)
{
  if (!lint_child (l, n, "VirtualSystem") && !lint_child (l, n, "VirtualSystemCollection"))
    lint_add (l, r, n, "the collection holds no machine");
}

static void
check_collections (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "VirtualSystemCollection", check_empty_collection);
}

static void
check_draft (struct lint *l, const struct rule *r)
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root))
    if (strcmp (xml_name (n), "Content") == 0) {
      lint_add (l, r, n, "this is the form of OVF 0.9");
      return;
    }
}

const struct rule rules_content[] = {
  { .id = "OVF-CONT-001", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 7.4",
    .title = "there is one VirtualSystem or collection, and it has an id",
    .why = "A package without a machine has nothing to import.",
    .fix = "put several machines into one VirtualSystemCollection", .where = READER },
  { .id = "OVF-CONT-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 7.4",
    .title = "the ids of a collection's children are unique",
    .why = "Start order and scaling name machines by id.",
    .fix = "give every machine an id of its own", .where = READER },
  { .id = "OVF-CONT-003", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 7.4",
    .title = "a VirtualSystem has a VirtualHardwareSection",
    .why = "Without one the target does not know what to build.",
    .fix = "describe CPUs, memory and disks in a VirtualHardwareSection", .where = READER },
  { .id = "OVF-CONT-004", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20,
    .clause = "practice",
    .title = "a collection holds a machine",
    .why = "There is nothing to import in it.",
    .fix = "take it out, or put the machine in", .check = check_collections },
  { .id = "OVF-CONT-005", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_09,
    .clause = "practice",
    .title = "OVF 0.9 says Content and Section with xsi:type",
    .why = "That form was given up with 1.0; today's VMware still reads it.",
    .fix = "`ovftool export IN -o OUT.ova` writes 1.1", .check = check_draft },
  { .id = "OVF-SEC-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 7, table 5",
    .title = "every section stands where it belongs",
    .why = "Importers look for it in its place only; VMware refuses the package.",
    .fix = "move it to the element that the standard names", .check = check_places },
  { .id = "OVF-SEC-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 7, table 5",
    .title = "no section is given more often than it may",
    .why = "Importers read the first one and miss what the other says.",
    .fix = "join the sections", .check = check_counts },
  { .id = NULL }
};

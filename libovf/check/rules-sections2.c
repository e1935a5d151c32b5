/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on the sections that came with OVF 2 (DSP0243 2.0 clause 9). */
#include "check/lint-words.h"

#include "base/text.h"
#include "base/xml.h"

#define READER "the descriptor's reader"

/* ---- EnvironmentFilesSection ---------------------------------------------- */
static bool
is_env_file (const struct lint *l, const xmlNode *n)
{
  return xml_is (n, l->ns, "File") && xml_is (n->parent, l->ns, "EnvironmentFilesSection");
}

static void
check_env_files (struct lint *l, const struct rule *r)
{
  CLEANUP_KEYEDS keyeds files = { 0 };
  const xmlNode *references = lint_child (l, l->root, "References");

  if (references != NULL)
    XML_FOR (f, references)
      keyeds_take (&files, lint_attr (l, f, "id"), f);
  keyeds_sort (&files);
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_FREE char *id = is_env_file (l, n) ? lint_attr (l, n, "fileRef") : NULL;
    if (id != NULL && keyeds_find (&files, id) == NULL)
      lint_add (l, r, n, "there is no File '%s'", id);
  }
}

static bool
climbs (const char *path)
{
  for (const char *p = path; p != NULL; p = strchr (p, '/')) {
    p += *p == '/';
    if (strncmp (p, "..", 2) == 0 && (p[2] == '/' || p[2] == '\0'))
      return true;
  }
  return *path == '/';
}

static void
check_env_path (struct lint *l, const struct rule *r, const xmlNode *section)
{
  CLEANUP_KEYEDS keyeds paths = { 0 };

  XML_FOR (n, section) {
    char *path = lint_attr (l, n, "path");
    if (path != NULL && climbs (path))
      lint_add (l, r, n, "the path '%s' leads outside", path);
    keyeds_take (&paths, path, n);
  }
  keyeds_report_twins (l, r, &paths, "a second file has the path");
}

static void
check_env_paths (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "EnvironmentFilesSection", check_env_path);
}

static void
check_env_transport (struct lint *l, const struct rule *r, const xmlNode *n)
{
  CLEANUP_FREE char *list = lint_attr (l, n, "transport");

  if (list != NULL && !lint_list_is_tidy (list))
    lint_add (l, r, n, "the transports are not separated by single spaces: '%s'", list);
}

static void
check_env_transports (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "EnvironmentFilesSection", check_env_transport);
}

/* ---- BootDeviceSection ------------------------------------------------------- */
/* Calls fn for the elements of a local name, whatever their namespace. */
static void
each_named (struct lint *l, const struct rule *r, const char *name,
            void (*fn) (struct lint *, const struct rule *, const xmlNode *))
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root))
    if (xml_is (n, "*", name))
      fn (l, r, n);
}

static void
check_boot_name (struct lint *l, const struct rule *r, const xmlNode *n)
{
  CLEANUP_FREE char *id = lint_cim (n, "InstanceID");
  CLEANUP_FREE char *name = lint_cim (n, "ElementName");

  if (text_is_blank (id) || text_is_blank (name))
    lint_add (l, r, n, "a boot configuration lacks its InstanceID or its ElementName");
}

static void
check_boot_names (struct lint *l, const struct rule *r)
{
  each_named (l, r, "CIM_BootConfigSetting", check_boot_name);
}

static void
check_boot_word (struct lint *l, const struct rule *r, const xmlNode *n)
{
  static const char *const devices[] = { "Floppy", "Hard-Disk", "CD/DVD", "Network",
                                         "PCMCIA", "USB" };
  CLEANUP_FREE char *text = xml_text (n);
  const char *end = strrchr (text, ':');
  unsigned number;

  if (strncmp (text, "CIM:", 4) != 0 && strchr (text, ':') != NULL)
    return; /* another organisation's words */
  if (end != NULL && end - text >= 4 && parse_unsigned (end + 1, 1, UINT16_MAX, &number))
    for (size_t i = 0; i < ARRAY_SIZE (devices); i++)
      if (strlen (devices[i]) == (size_t)(end - text) - 4
          && strncmp (text + 4, devices[i], strlen (devices[i])) == 0)
        return;
  lint_add (l, r, n, "the boot source '%s' is none of CIM's", text);
}

static void
check_boot_words (struct lint *l, const struct rule *r)
{
  each_named (l, r, "StructuredBootString", check_boot_word);
}

static void
check_boot_caption (struct lint *l, const struct rule *r, const xmlNode *n)
{
  CLEANUP_FREE char *caption = lint_cim (n, "Caption");

  if (text_is_blank (caption))
    lint_add (l, r, n, "the boot configuration does not say what it is for");
}

static void
check_boot_captions (struct lint *l, const struct rule *r)
{
  each_named (l, r, "CIM_BootConfigSetting", check_boot_caption);
}

/* ---- ScaleOutSection ------------------------------------------------------------- */
static unsigned
number_of (const struct lint *l, const xmlNode *n, const char *name, unsigned otherwise)
{
  CLEANUP_FREE char *text = lint_attr (l, n, name);
  unsigned number;

  return parse_unsigned (text, 0, UINT32_MAX, &number) ? number : otherwise;
}

static void
check_counts (struct lint *l, const struct rule *r, const xmlNode *section)
{
  CLEANUP_KEYEDS keyeds seen = { 0 };

  XML_FOR (n, section) {
    unsigned low, high, usual;
    char *configuration;
    if (!xml_is (n, l->ns, "InstanceCount"))
      continue;
    low = number_of (l, n, "minimum", 1);
    high = number_of (l, n, "maximum", UINT32_MAX);
    usual = number_of (l, n, "default", low);
    if (low > usual || usual > high)
      lint_add (l, r, n, "%u, %u and %u are not in ascending order", low, usual, high);
    configuration = lint_attr (l, n, "configuration");
    keyeds_take (&seen, configuration ? configuration : xstrdup (""), n);
  }
  keyeds_report_twins (l, r, &seen, "a second InstanceCount for the configuration");
}

static void
check_scale (struct lint *l, const struct rule *r)
{
  CLEANUP_KEYEDS keyeds content = { 0 };

  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root))
    if (xml_is (n, l->ns, "VirtualSystem") || xml_is (n, l->ns, "VirtualSystemCollection"))
      keyeds_take (&content, lint_attr (l, n, "id"), n);
  keyeds_sort (&content);
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_FREE char *id = NULL;
    if (!xml_is (n, l->ns, "ScaleOutSection"))
      continue;
    id = lint_attr (l, n, "id");
    if (id != NULL && keyeds_find (&content, id) == NULL)
      lint_add (l, r, n, "there is no machine '%s' to copy", id);
    check_counts (l, r, n);
  }
}

static void
check_copy (struct lint *l, const struct rule *r, const xmlNode *n)
{
  lint_add (l, r, n, "copies are made of a machine");
}

static void
check_copies (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "ScaleOutSection", check_copy);
}

/* ---- placement --------------------------------------------------------------------- */
static void
check_groups (struct lint *l, const struct rule *r)
{
  CLEANUP_KEYEDS keyeds groups = { 0 };

  keyeds_collect (l, &groups, "PlacementGroupSection", "id");
  keyeds_report_twins (l, r, &groups, "a second placement group has the id");
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_FREE char *id =
      xml_is (n, l->ns, "PlacementSection") ? lint_attr (l, n, "group") : NULL;
    if (id != NULL && keyeds_find (&groups, id) == NULL)
      lint_add (l, r, n, "there is no placement group '%s'", id);
  }
}

static void
check_policy (struct lint *l, const struct rule *r, const xmlNode *n)
{
  CLEANUP_FREE char *policy = lint_attr (l, n, "policy");

  if (policy != NULL && strcmp (policy, "affinity") != 0
      && strcmp (policy, "availability") != 0)
    lint_add (l, r, n, "the policy '%s' is none of the standard", policy);
}

static void
check_policies (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "PlacementGroupSection", check_policy);
}

/* ---- encryption, shared disks ------------------------------------------------------ */
static void
check_encrypted (struct lint *l, const struct rule *r, const xmlNode *n)
{
  lint_add (l, r, n, "files of this package are encrypted");
}

static void
check_encryption (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "EncryptionSection", check_encrypted);
}

static void
check_shared (struct lint *l, const struct rule *r)
{
  static const char prefix[] = "ovf:/disk/";
  CLEANUP_KEYEDS keyeds shared = { 0 };

  keyeds_collect (l, &shared, "SharedDisk", "diskId");
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_FREE char *text = lint_is_item (l, n) ? lint_cim (n, "HostResource") : NULL;
    const char *id = text ? strrchr (text, '/') : NULL;
    id = id ? id + 1 : text;
    if (id != NULL && keyeds_find (&shared, id) != NULL
        && ((size_t)(id - text) != sizeof prefix - 1
            || strncmp (text, prefix, sizeof prefix - 1) != 0))
      lint_add (l, r, n, "the shared disk '%s' is named '%s'", id, text);
  }
}

const struct rule rules_sections2[] = {
  { .id = "OVF-ENVF-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_20, .clause = "DSP0243 2.0 9.12",
    .title = "a file for the environment names a File",
    .why = "The guest misses it.",
    .fix = "put the file into References",
    .check = check_env_files },
  { .id = "OVF-ENVF-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_20, .clause = "DSP0243 2.0 9.12",
    .title = "the path of a file for the environment is relative, stays "
             "inside and is unique",
    .why = "Two files cannot stand at one place, nor one outside of the "
           "image.",
    .fix = "write a relative path without '..'",
    .check = check_env_paths },
  { .id = "OVF-ENVF-003", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_20, .clause = "DSP0243 2.0 9.12",
    .title = "the transport of these files is a list separated by single "
             "spaces",
    .why = "The guest gets no files by a transport that the importer does "
           "not recognise.",
    .fix = "write ovf:transport=\"iso\"",
    .check = check_env_transports },
  { .id = "OVF-BOOT-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_20, .clause = "DSP8023 2.0",
    .title = "a boot configuration has an InstanceID and an ElementName",
    .why = "An importer cannot name it, and most schemas refuse it.",
    .fix = "add both elements",
    .check = check_boot_names },
  { .id = "OVF-BOOT-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_20, .clause = "CIM",
    .title = "a boot source is written CIM:DEVICE:NUMBER",
    .why = "The machine starts from another device.",
    .fix = "write for example CIM:Hard-Disk:1; Floppy, CD/DVD, Network, "
           "PCMCIA and USB are the others",
    .check = check_boot_words },
  { .id = "OVF-BOOT-003", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE,
    .versions = OVF_20, .clause = "DSP8023 2.0",
    .title = "a boot configuration says which start it is for",
    .why = "Which of several is used is left to the importer.",
    .fix = "add a Caption such as 'normal boot'",
    .check = check_boot_captions },
  { .id = "OVF-SCALE-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 2.0 9.14",
    .title = "a ScaleOutSection names a child, and its numbers are in order",
    .why = "An importer makes the wrong number of machines.",
    .fix = "write minimum <= default <= maximum, and the id of a machine",
    .check = check_scale },
  { .id = "OVF-SCALE-002", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 2.0 9.14",
    .title = "copies of a machine get ids that are made up",
    .why = "Start order and settings hold for all copies.",
    .fix = "nothing needs to be done if that is meant",
    .check = check_copies },
  { .id = "OVF-PLACE-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_20, .clause = "DSP0243 2.0 9.15",
    .title = "the id of a placement group is unique, and a PlacementSection "
             "names one",
    .why = "The machines are placed anywhere.",
    .fix = "mend the name of the group",
    .check = check_groups },
  { .id = "OVF-PLACE-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_20, .clause = "DSP0243 2.0 9.15",
    .title = "the policy of a placement group is affinity or availability",
    .why = "An importer cannot follow another.",
    .fix = "write one of the two words",
    .check = check_policies },
  { .id = "OVF-ENC-001", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR,
    .versions = OVF_20, .clause = "DSP0243 2.0 9.16",
    .title = "a package is not encrypted",
    .why = "No importer in wide use can decrypt it, ovftool cannot either.",
    .fix = "decrypt the package where it was made, then pack it again",
    .where = READER },
  { .id = "OVF-ENC-002", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE,
    .versions = OVF_20, .clause = "DSP0243 2.0 9.16",
    .title = "encrypted files are compressed before and cut into chunks "
             "after",
    .why = "The digests of the manifest are of the encrypted bytes.",
    .fix = "nothing needs to be done",
    .check = check_encryption },
  { .id = "OVF-SHARE-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_20, .clause = "DSP0243 2.0 9.13",
    .title = "a shared disk is named ovf:/disk/ID",
    .why = "The importer does not find it, or makes a copy for each "
           "machine.",
    .fix = "write ovf:/disk/ID in HostResource",
    .check = check_shared },
  { .id = NULL }
};

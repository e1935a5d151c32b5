/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules of the set 'old': what a schema of OVF 0.9 would check, for which none
 * is public.  Its elements stand in no namespace or in the Envelope's. */
#include "base/xml.h"
#include "check/lint.h"

static bool
is_old (const struct lint *l, const xmlNode *n, const char *name)
{
  return xml_is (n, NULL, name) || xml_is (n, l->ns, name);
}

/* "DiskSection" of <Section xsi:type="ovf:DiskSection_Type">; allocated. */
static char *
old_type (const xmlNode *n)
{
  CLEANUP_FREE char *type = xml_attr (n, "*", "type");
  const char *colon = type ? strchr (type, ':') : NULL;

  return xstrdup (colon ? colon + 1 : type);
}

static void
check_info (struct lint *l, const struct rule *r)
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_FREE char *type = NULL;
    if ((!is_old (l, n, "Section") && !is_old (l, n, "Content"))
        || xml_child (n, "*", "Info") != NULL)
      continue;
    type = old_type (n);
    lint_add (l, r, n, "%s%s%s%s has no Info", xml_name (n), type ? " (" : "",
              type ? type : "", type ? ")" : "");
  }
}

static void
check_version (struct lint *l, const struct rule *r)
{
  CLEANUP_FREE char *version = lint_attr (l, l->root, "version");

  if (version == NULL)
    lint_add (l, r, l->root, "the Envelope has no version");
  else if (strcmp (version, "0.9") != 0)
    lint_add (l, r, l->root, "the Envelope's version is '%s', its namespace is that of 0.9",
              version);
}

static void
check_attributes (struct lint *l, const struct rule *r)
{
  static const struct { const char *element, *attribute; } needed[] = {
    { "File", "id" }, { "File", "href" }, { "Disk", "diskId" }, { "Disk", "capacity" },
    { "Network", "name" }, { "Content", "id" }, { "Property", "key" },
    { "Property", "type" }, { "Configuration", "id" }
  };

  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root))
    for (size_t i = 0; i < ARRAY_SIZE (needed); i++) {
      CLEANUP_FREE char *value = NULL;
      if (!is_old (l, n, needed[i].element))
        continue;
      value = lint_attr (l, n, needed[i].attribute);
      if (value == NULL)
        lint_add (l, r, n, "%s has no %s", needed[i].element, needed[i].attribute);
    }
}

const struct rule rules_old[] = {
  { .id = "OVF-OLD-001",
    .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_09,
    .clause = "practice",
    .title = "OVF 0.9: every Section and Content has an Info",
    .why = "Importers of OVF 0.9 checked it: VMware's own test files count its "
           "absence as an error.",
    .fix = "put an Info element first in it, or write OVF 1.1 with 'ovftool convert'",
    .check = check_info },
  { .id = "OVF-OLD-002",
    .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_09,
    .clause = "practice",
    .title = "OVF 0.9: the Envelope says that it is version 0.9",
    .why = "In 0.9 the version was an attribute that importers compared; another one, "
           "or none, was refused.",
    .fix = "write ovf:version=\"0.9\", or OVF 1.1 with 'ovftool convert'",
    .check = check_version },
  { .id = "OVF-OLD-003",
    .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_09,
    .clause = "practice",
    .title = "OVF 0.9: the attributes that say what an element is are there",
    .why = "Without its id, name, key or type an element cannot be used.",
    .fix = "add the attribute, or write OVF 1.1 with 'ovftool convert'",
    .check = check_attributes },
  { .id = NULL }
};

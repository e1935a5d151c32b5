/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Elements and attributes of OVF by name, in all the ways they are written:
 * three namespaces in several spellings, children and attributes with or
 * without one, and the 0.9 form in which every section is a <Section> whose
 * xsi:type tells what it is (ovf-spec.md 2.5, 2.9). */
#include "ovf-reader.h"

/* ---- namespaces -------------------------------------------------------- */
static const char *const ovf_namespaces[] = {
  OVF1_NS, OVF2_NS, OVF09_NS,
  "http://schemas.dmtf.org/ovf/envelope", /* open-ovf: no version */
  "http://www.vmware.com/schema/ovf/envelope",
};

bool
is_ovf_ns (const char *ns)
{
  size_t len = strlen (ns);

  if (len > 0 && ns[len - 1] == '/')
    len--;
  for (size_t i = 0; i < ARRAY_SIZE (ovf_namespaces); i++)
    if (strlen (ovf_namespaces[i]) == len
        && strncmp (ovf_namespaces[i], ns, len) == 0)
      return true;
  return false;
}

static bool
in_ovf (const xmlNode *n)
{
  const char *ns = xml_ns (n);

  return *ns == '\0' || is_ovf_ns (ns);
}

bool
is_ovf (const xmlNode *n, const char *name)
{
  return strcmp (xml_name (n), name) == 0 && in_ovf (n);
}

const xmlNode *
std_child (const xmlNode *parent, const char *name)
{
  XML_FOR (n, parent)
    if (is_ovf (n, name))
      return n;
  return NULL;
}

/* ---- attributes ---------------------------------------------------------- */
/* The walk is over what the parser made; values come through xml_attr (). */
char *
std_attr (const xmlNode *n, const char *name)
{
  for (const xmlAttr *a = n->properties; a != NULL; a = a->next) {
    const char *ns = a->ns && a->ns->href ? (const char *)a->ns->href : NULL;
    if (strcmp ((const char *)a->name, name) == 0
        && (ns == NULL || is_ovf_ns (ns)))
      return xml_attr (n, ns, name);
  }
  return NULL;
}

char *
own_attr (const xmlNode *n, const char *name)
{
  char *value = xml_attr (n, xml_ns (n), name);

  return value ? value : xml_attr (n, NULL, name);
}

bool
is_required (const xmlNode *n)
{
  CLEANUP_FREE char *value = std_attr (n, "required");
  bool required;

  return !parse_bool (value, &required) || required;
}

/* ---- texts ---------------------------------------------------------------- */
char *
reader_text (struct reader *r, const xmlNode *n)
{
  CLEANUP_FREE char *msgid = std_attr (n, "msgid");
  const char *message = NULL;
  char *own = xml_text (n);

  if (msgid != NULL && *msgid != '\0') {
    message = xmlHashLookup (r->messages, (const xmlChar *)msgid);
    if (message == NULL && *own == '\0')
      message = xmlHashLookup (r->other_messages, (const xmlChar *)msgid);
  }
  if (message != NULL)
    set_string (&own, message);
  return own;
}

char *
reader_child_text (struct reader *r, const xmlNode *parent, const char *name)
{
  const xmlNode *n = std_child (parent, name);
  char *text = n ? reader_text (r, n) : NULL;

  if (text != NULL && *text == '\0') {
    free (text);
    text = NULL;
  }
  return text;
}

/* ---- lists ------------------------------------------------------------------ */
#define SEPARATORS " \t\r\n,"

void
reader_words (struct reader *r, const xmlNode *n, const char *text, strings *list)
{
  if (text == NULL)
    return;
  if (strchr (text, ',') != NULL)
    reader_quirk (r, QUIRK_SEPARATOR, n);
  for (;;) {
    size_t len;
    text += strspn (text, SEPARATORS);
    len = strcspn (text, SEPARATORS);
    if (len == 0)
      return;
    strings_append (list, xstrndup (text, len));
    text += len;
  }
}

bool
list_has (const char *list, const char *word)
{
  size_t want = strlen (word);

  while (list != NULL && *list != '\0') {
    size_t len = strcspn (list, SEPARATORS);
    if (len == want && strncmp (list, word, len) == 0)
      return true;
    list += len;
    list += strspn (list, SEPARATORS);
  }
  return false;
}

/* ---- sections ---------------------------------------------------------------- */
enum vocabulary { OVF, VMW, VCLOUD, VBOX };
static const struct {
  enum vocabulary vocabulary;
  const char *name;
  enum section kind;
} sections[] = {
  { OVF, "Info", SECTION_INFO },
  { OVF, "Name", SECTION_INFO },
  { OVF, "References", SECTION_REFERENCES },
  { OVF, "DiskSection", SECTION_DISKS },
  { OVF, "SharedDiskSection", SECTION_SHARED_DISKS },
  { OVF, "NetworkSection", SECTION_NETWORKS },
  { OVF, "DeploymentOptionSection", SECTION_DEPLOYMENT },
  { OVF, "Strings", SECTION_STRINGS },
  { OVF, "VirtualSystem", SECTION_SYSTEM },
  { OVF, "VirtualSystemCollection", SECTION_COLLECTION },
  { OVF, "VirtualHardwareSection", SECTION_HARDWARE },
  { OVF, "OperatingSystemSection", SECTION_OS },
  { OVF, "ProductSection", SECTION_PRODUCT },
  { OVF, "EulaSection", SECTION_EULA },
  { OVF, "AnnotationSection", SECTION_ANNOTATION },
  { OVF, "StartupSection", SECTION_STARTUP },
  { OVF, "BootDeviceSection", SECTION_BOOT_DEVICES },
  { OVF, "EncryptionSection", SECTION_ENCRYPTION },
  { OVF, "InstallSection", SECTION_KNOWN },
  { OVF, "ResourceAllocationSection", SECTION_KNOWN },
  { OVF, "EnvironmentFilesSection", SECTION_KNOWN },
  { OVF, "ScaleOutSection", SECTION_KNOWN },
  { OVF, "PlacementGroupSection", SECTION_KNOWN },
  { OVF, "PlacementSection", SECTION_KNOWN },
  { OVF, "CpuCompatibilitySection", SECTION_KNOWN }, /* 0.9 */
  { OVF, "IpAssignmentSection", SECTION_KNOWN },     /* 0.9 */
  { VMW, "BootOrderSection", SECTION_BOOT_ORDER },
  { VMW, "IpAssignmentSection", SECTION_KNOWN },
  { VMW, "CpuCompatibilitySection", SECTION_KNOWN },
  { VMW, "StorageGroupSection", SECTION_KNOWN },
  { VMW, "StorageSection", SECTION_KNOWN },
  { VMW, "vServiceDependencySection", SECTION_KNOWN },
  { VMW, "TagBasedPlacementGroupSection", SECTION_KNOWN },
  { VMW, "TagBasedPlacementSection", SECTION_KNOWN },
  { VMW, "VirtualDeviceGroupSection", SECTION_KNOWN },
  { VMW, "MigrationUpgradeRequisitesSection", SECTION_KNOWN },
  { VCLOUD, "NetworkConfigSection", SECTION_KNOWN },
  { VCLOUD, "CustomizationSection", SECTION_KNOWN },
  { VCLOUD, "GuestCustomizationSection", SECTION_KNOWN },
  { VCLOUD, "NetworkConnectionSection", SECTION_KNOWN },
  { VCLOUD, "LeaseSettingsSection", SECTION_KNOWN },
  { VCLOUD, "RuntimeInfoSection", SECTION_KNOWN },
  { VBOX, "Machine", SECTION_VBOX },
};

static bool
vocabulary_of (const xmlNode *n, enum vocabulary *ret)
{
  const char *ns = xml_ns (n);

  if (in_ovf (n))
    *ret = OVF;
  else if (strcmp (ns, VMW_NS) == 0)
    *ret = VMW;
  else if (strncmp (ns, "http://www.vmware.com/vcloud/v1", 31) == 0)
    *ret = VCLOUD;
  else if (strcmp (ns, VBOX_NS) == 0)
    *ret = VBOX;
  else
    return false;
  return true;
}

/* What a <Section> without a usable type is, by what stands in it. */
static const char *
section_by_content (const xmlNode *section)
{
  static const struct {
    const char *child, *section;
  } marks[] = {
    { "Disk", "DiskSection" },         { "Network", "NetworkSection" },
    { "System", "VirtualHardwareSection" }, { "License", "EulaSection" },
    { "Annotation", "AnnotationSection" },  { "Property", "ProductSection" },
    { "Product", "ProductSection" },
    { "Configuration", "DeploymentOptionSection" },
  };

  for (size_t i = 0; i < ARRAY_SIZE (marks); i++)
    if (std_child (section, marks[i].child) != NULL)
      return marks[i].section;
  return "Section";
}

/* The name of the schema type of a 0.9 element, "ovf:DiskSection_Type", as an
 * element's name.  open-ovf writes the attribute as xs:name. */
static char *
old_name (const xmlNode *n)
{
  CLEANUP_FREE char *type = xml_attr (n, XSI_NS, "type");
  const char *name;
  size_t len;

  if (type == NULL)
    type = xml_attr (n, "http://www.w3.org/2001/XMLSchema", "name");
  if (type == NULL)
    return xstrdup (strcmp (xml_name (n), "Content") == 0
                      ? "VirtualSystem" : section_by_content (n));
  name = strrchr (type, ':') ? strrchr (type, ':') + 1 : type;
  len = strlen (name);
  if (text_has_suffix (name, "_Type"))
    len -= strlen ("_Type");
  return xstrndup (name, len);
}

static char *
section_name (const xmlNode *n)
{
  if (in_ovf (n) && (is_ovf (n, "Section") || is_ovf (n, "Content")))
    return old_name (n);
  return xstrdup (xml_name (n));
}

enum section
section_kind (const xmlNode *n)
{
  CLEANUP_FREE char *name = NULL;
  enum vocabulary v;

  if (!vocabulary_of (n, &v))
    return SECTION_UNKNOWN;
  name = section_name (n);
  for (size_t i = 0; i < ARRAY_SIZE (sections); i++)
    if (sections[i].vocabulary == v && strcmp (sections[i].name, name) == 0)
      return sections[i].kind;
  return SECTION_UNKNOWN;
}

char *
element_title (const xmlNode *n)
{
  CLEANUP_FREE char *name = section_name (n);
  enum vocabulary v;

  if (!vocabulary_of (n, &v))
    return n->ns != NULL && n->ns->prefix != NULL
             ? xasprintf ("%s:%s", (const char *)n->ns->prefix, name)
             : STEAL (name);
  return xasprintf ("%s%s", v == VMW ? "vmw:" : v == VCLOUD ? "vcloud:"
                            : v == VBOX ? "vbox:" : "", name);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on the core sections: licenses, annotations, start order, deployment
 * options, operating system, installation (DSP0243 clause 9). */
#include "check/lint-words.h"

#include "base/text.h"
#include "base/xml.h"
#include "model/maps.h"

#define READER "the descriptor's reader"
#define VMW_NS "http://www.vmware.com/schema/ovf"

/* ---- licenses and messages ------------------------------------------------ */
static void
check_license (struct lint *l, const struct rule *r, const xmlNode *n)
{
  lint_add (l, r, n, "there is a license to accept");
}

static void
check_licenses (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "EulaSection", check_license);
}

static void
check_message_files (struct lint *l, const struct rule *r)
{
  CLEANUP_KEYEDS keyeds files = { 0 };

  keyeds_collect (l, &files, "File", "id");
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_FREE char *id = xml_is (n, l->ns, "Msg") ? lint_attr (l, n, "fileRef") : NULL;
    if (id != NULL && keyeds_find (&files, id) == NULL)
      lint_add (l, r, n, "there is no File '%s' with the message", id);
  }
}

/* ---- start order ------------------------------------------------------------ */
static bool
is_content (const struct lint *l, const xmlNode *n)
{
  return xml_is (n, l->ns, "VirtualSystem") || xml_is (n, l->ns, "VirtualSystemCollection");
}

static void
collect_children (const struct lint *l, const xmlNode *section, keyeds *children)
{
  XML_FOR (n, section->parent)
    if (is_content (l, n))
      keyeds_take (children, lint_attr (l, n, "id"), n);
  keyeds_sort (children);
}

static void
collect_items (const struct lint *l, const xmlNode *section, keyeds *items)
{
  XML_FOR (n, section)
    if (xml_is (n, l->ns, "Item"))
      keyeds_take (items, lint_attr (l, n, "id"), n);
  keyeds_sort (items);
}

static void
check_start_id (struct lint *l, const struct rule *r, const xmlNode *section)
{
  CLEANUP_KEYEDS keyeds children = { 0 }, items = { 0 };

  collect_children (l, section, &children);
  collect_items (l, section, &items);
  VECTOR_FOR (i, &items)
    if (keyeds_find (&children, i->key) == NULL)
      lint_add (l, r, i->node, "'%s' is no child of this collection", i->key);
  keyeds_report_twins (l, r, &items, "a second Item for");
}

static void
check_start_ids (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "StartupSection", check_start_id);
}

static void
check_action (struct lint *l, const struct rule *r, const xmlNode *n, const char *attr,
              const char *const *words)
{
  CLEANUP_FREE char *value = lint_attr (l, n, attr);

  if (value == NULL)
    return;
  for (; *words != NULL; words++)
    if (strcmp (value, *words) == 0)
      return;
  lint_add (l, r, n, "'%s' is no %s of the standard", value, attr);
}

static void
check_start_action (struct lint *l, const struct rule *r, const xmlNode *section)
{
  static const char *const starts[] = { "powerOn", "none", NULL };
  static const char *const stops[] = { "powerOff", "guestShutdown", "none", NULL };

  XML_FOR (n, section) {
    check_action (l, r, n, "startAction", starts);
    check_action (l, r, n, "stopAction", stops);
  }
}

static void
check_start_actions (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "StartupSection", check_start_action);
}

static void
check_nested (struct lint *l, const struct rule *r, const xmlNode *section)
{
  static const char *const attrs[] = { "startDelay", "stopDelay", "waitingForGuest",
                                       "startAction", "stopAction" };
  CLEANUP_KEYEDS keyeds children = { 0 };

  collect_children (l, section, &children);
  XML_FOR (n, section) {
    CLEANUP_FREE char *id = lint_attr (l, n, "id");
    const xmlNode *child = id ? keyeds_find (&children, id) : NULL;
    if (child == NULL || !xml_is (child, l->ns, "VirtualSystemCollection"))
      continue;
    for (size_t i = 0; i < ARRAY_SIZE (attrs); i++) {
      CLEANUP_FREE char *value = lint_attr (l, n, attrs[i]);
      if (value != NULL)
        lint_add (l, r, n, "%s has no meaning for the collection '%s'", attrs[i], id);
    }
  }
}

static void
check_start_nested (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "StartupSection", check_nested);
}

static void
check_missing (struct lint *l, const struct rule *r, const xmlNode *section)
{
  CLEANUP_KEYEDS keyeds children = { 0 }, items = { 0 };

  collect_children (l, section, &children);
  collect_items (l, section, &items);
  VECTOR_FOR (c, &children)
    if (keyeds_find (&items, c->key) == NULL)
      lint_add (l, r, c->node, "the StartupSection does not name '%s'", c->key);
}

static void
check_start_missing (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "StartupSection", check_missing);
}

/* ---- deployment options ----------------------------------------------------- */
static void
check_deployment_section (struct lint *l, const struct rule *r)
{
  lint_only_one (l, r, "DeploymentOptionSection");
}

/* ---- operating system -------------------------------------------------------- */
static void
check_os_id (struct lint *l, const struct rule *r, const xmlNode *n)
{
  CLEANUP_FREE char *id = lint_attr (l, n, "id");
  CLEANUP_FREE char *said = xml_child_text (n, l->ns, "Description");
  unsigned number;

  if (!parse_unsigned (id, 0, UINT16_MAX, &number))
    return; /* the reader says so */
  if (cim_os_title ((int)number) == NULL)
    lint_add (l, r, n, "the operating system %u is not in CIM's list", number);
  else if ((number == 1 || number == 59) && text_is_blank (said))
    lint_add (l, r, n, "the operating system %u (%s) needs a Description", number,
              cim_os_title ((int)number));
}

static void
check_os_ids (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "OperatingSystemSection", check_os_id);
}

static bool
is_windows (const char *title)
{
  return strstr (title, "Win") != NULL || strstr (title, "WIN") != NULL;
}

static void
check_os_type (struct lint *l, const struct rule *r, const xmlNode *n)
{
  CLEANUP_FREE char *id = lint_attr (l, n, "id");
  CLEANUP_FREE char *word = xml_attr (n, VMW_NS, "osType");
  const struct ostype *type = word ? ostype_by_vmware (word) : NULL;
  unsigned number;

  /* vmw:osType only refines the id, unless the one is Windows and the other not. */
  if (type != NULL && parse_unsigned (id, 2, UINT16_MAX, &number)
      && cim_os_title ((int)number) != NULL
      && is_windows (type->title) != is_windows (cim_os_title ((int)number)))
    lint_add (l, r, n, "the id %u and vmw:osType '%s' are not the same system", number, word);
}

static void
check_os_types (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "OperatingSystemSection", check_os_type);
}

/* ---- installation --------------------------------------------------------------- */
static void
check_install (struct lint *l, const struct rule *r, const xmlNode *n)
{
  CLEANUP_FREE char *delay = lint_attr (l, n, "initialBootStopDelay");
  unsigned seconds;

  if (!parse_unsigned (delay, 0, UINT16_MAX, &seconds))
    lint_add (l, r, n, "the InstallSection does not say initialBootStopDelay");
}

static void
check_installs (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "InstallSection", check_install);
}

static void
check_install_transport (struct lint *l, const struct rule *r, const xmlNode *n)
{
  const xmlNode *hardware = lint_child (l, n->parent, "VirtualHardwareSection");
  CLEANUP_FREE char *transport = hardware ? lint_attr (l, hardware, "transport") : NULL;

  if (hardware != NULL && text_is_blank (transport))
    lint_add (l, r, n, "the machine installs itself and gets no settings: no transport");
}

static void
check_install_transports (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "InstallSection", check_install_transport);
}

const struct rule rules_sections[] = {
  { .id = "OVF-EULA-001", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.3",
    .title = "a license is shown and accepted before deployment",
    .why = "An unattended import accepts it without asking.",
    .fix = "`ovftool info PACKAGE` shows it",
    .check = check_licenses },
  { .id = "OVF-EULA-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_20, .clause = "DSP0243 10",
    .title = "the fileRef of a message names a File",
    .why = "The text of the license or of the message is missing.",
    .fix = "put the file into References, or write the text into Msg",
    .check = check_message_files },
  { .id = "OVF-ANN-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_ALL, .clause = "DSP0243 9.2",
    .title = "a machine has at most one annotation",
    .why = "Importers show the first one.",
    .fix = "join the texts into one AnnotationSection",
    .where = READER },
  { .id = "OVF-START-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.7",
    .title = "a StartupSection names each child of its collection at most "
             "once",
    .why = "vCenter refuses the vApp; elsewhere the order of start is "
           "another.",
    .fix = "mend the id, or take the Item out",
    .check = check_start_ids },
  { .id = "OVF-START-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.7",
    .title = "start and stop actions are words of the standard",
    .why = "An importer that does not know the word does not start or "
           "stop the machine.",
    .fix = "startAction is powerOn or none, stopAction is powerOff, "
           "guestShutdown or none",
    .check = check_start_actions },
  { .id = "OVF-START-003", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.7",
    .title = "delays and actions are for machines, not for collections",
    .why = "They are ignored on a collection.",
    .fix = "write them on the machines in it",
    .check = check_start_nested },
  { .id = "OVF-START-004", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.7",
    .title = "a child without an Item starts with order 0",
    .why = "It starts before all others, at the same time as those of "
           "order 0.",
    .fix = "add an Item with the order that is meant",
    .check = check_start_missing },
  { .id = "OVF-DEP-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_ALL, .clause = "DSP0243 9.8",
    .title = "there is one DeploymentOptionSection, under Envelope",
    .why = "Importers read the first one only.",
    .fix = "put all Configuration elements into one section",
    .check = check_deployment_section },
  { .id = "OVF-DEP-002", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR,
    .versions = OVF_ALL, .clause = "DSP0243 9.8",
    .title = "ids of configurations are unique, and one is the default at "
             "most",
    .why = "Which one is built without a choice differs from importer to "
           "importer.",
    .fix = "give each an id of its own and mark one with "
           "ovf:default=\"true\"",
    .where = READER },
  { .id = "OVF-OS-001", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.9, CIM",
    .title = "the operating system is one of CIM's list",
    .why = "Importers fall back to 'Other' and choose poor devices.",
    .fix = "`ovftool set PACKAGE os=NAME`",
    .check = check_os_ids },
  { .id = "OVF-OS-002", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "practice",
    .title = "the id and vmw:osType mean the same system",
    .why = "VMware takes vmw:osType, all others take the id.",
    .fix = "`ovftool set PACKAGE os=NAME` writes both",
    .check = check_os_types },
  { .id = "OVF-INST-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.10",
    .title = "an InstallSection says initialBootStopDelay",
    .why = "An importer cannot tell an installation from one that hangs.",
    .fix = "add ovf:initialBootStopDelay in seconds, or 0 to wait for "
           "power off",
    .check = check_installs },
  { .id = "OVF-INST-002", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.10",
    .title = "a machine that installs itself has a transport for its "
             "settings",
    .why = "The installation in the guest gets no properties.",
    .fix = "add ovf:transport=\"iso\" to the VirtualHardwareSection",
    .check = check_install_transports },
  { .id = NULL }
};

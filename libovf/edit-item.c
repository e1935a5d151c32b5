/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Machines and hardware items of a descriptor that is edited; see edit.h.
 * CIM children stand in alphabetical order (DSP8023, a sequence). */
#include "edit.h"

#include "base/text.h"

/* ---- machines -------------------------------------------------------- */

static void
each_machine (const struct edit *e, xmlNode *parent, edit_each_fn *fn,
              void *opaque)
{
  XML_FOR (n, parent) {
    if (xml_is (n, edit_ns (e), "VirtualSystem"))
      fn (opaque, n);
    else if (xml_is (n, edit_ns (e), "VirtualSystemCollection"))
      each_machine (e, n, fn, opaque);
  }
}

void
edit_each_machine (const struct edit *e, edit_each_fn *fn, void *opaque)
{
  each_machine (e, e->root, fn, opaque);
}

struct search {
  const char *wanted; /* id or name; NULL = any */
  const char *ns;
  xmlNode *found;
  unsigned count;     /* of those that fit */
  FILE *names;
};

static void
look_at (void *opaque, xmlNode *machine)
{
  struct search *s = opaque;
  CLEANUP_FREE char *id = xml_attr (machine, "*", "id");
  CLEANUP_FREE char *name = xml_child_text (machine, s->ns, "Name");

  fprintf (s->names, " '%s'", id ? id : name ? name : "");
  if (s->wanted && !(id && strcmp (id, s->wanted) == 0)
      && !(name && strcmp (name, s->wanted) == 0))
    return;
  s->found = s->found ? s->found : machine;
  s->count++;
}

bool
edit_choose_machine (struct edit *e, struct ovf_error **err)
{
  CLEANUP_FREE char *names = NULL;
  struct search s = { .wanted = option_text (e->options, OPT_MACHINE),
                      .ns = edit_ns (e) };
  size_t len;

  if (e->machine)
    return true;
  s.names = open_memstream (&names, &len);
  if (s.names == NULL)
    abort ();
  edit_each_machine (e, look_at, &s);
  fclose (s.names);
  e->machine = s.found;
  if (s.count == 0 && s.wanted)
    return error_set (err, OVF_E_USAGE, "there is no machine '%s', only%s",
                      s.wanted, names);
  if (s.count == 0 && xml_child (e->root, "*", "Content")) {
    error_set (err, OVF_E_UNSUPPORTED, "descriptors of OVF 0.9 are not edited");
    return error_hint (err, "'ovftool convert' makes a package of OVF 1.1 of it");
  }
  if (s.count == 0)
    return error_set (err, OVF_E_USAGE, "the package holds no machine");
  if (s.count > 1 && s.wanted == NULL) {
    error_set (err, OVF_E_USAGE, "there are several machines:%s", names);
    return error_hint (err, "--machine ID chooses one");
  }
  return true;
}

/* ---- configurations -------------------------------------------------- */

void
edit_find_configuration (struct edit *e)
{
  xmlNode *section = xml_child (e->root, edit_ns (e), "DeploymentOptionSection");
  xmlNode *chosen = NULL;

  if (section == NULL)
    return;
  XML_FOR (n, section) {
    CLEANUP_FREE char *text = xml_attr (n, "*", "default");
    bool is_default = false;

    if (!xml_is (n, edit_ns (e), "Configuration"))
      continue;
    if (text && parse_bool (text, &is_default) && is_default) {
      chosen = n;
      break;
    }
    chosen = chosen ? chosen : n;
  }
  e->configuration = chosen ? xml_attr (chosen, "*", "id") : NULL;
}

static bool
has_word (const char *list, const char *word)
{
  size_t len = strlen (word);

  for (const char *p = list; (p = strstr (p, word)) != NULL; p++) {
    bool starts = p == list || strchr (" \t\r\n,", p[-1]);

    if (starts && (p[len] == '\0' || strchr (" \t\r\n,", p[len])))
      return true;
  }
  return false;
}

bool
item_counts (const struct edit *e, const xmlNode *item)
{
  CLEANUP_FREE char *list = xml_attr (item, "*", "configuration");
  CLEANUP_FREE char *bound = xml_attr (item, "*", "bound");

  if (bound && strcmp (bound, "normal") != 0)
    return false;
  return list == NULL || *list == '\0'
         || (e->configuration && has_word (list, e->configuration));
}

/* ---- items ----------------------------------------------------------- */

xmlNode *
edit_hardware (struct edit *e, struct ovf_error **err)
{
  xmlNode *section;

  if (!edit_choose_machine (e, err))
    return NULL;
  section = xml_child (e->machine, edit_ns (e), "VirtualHardwareSection");
  if (section == NULL)
    error_at (err, OVF_E_FORMAT, "OVF-VH-001", e->file, xml_line (e->machine),
              "the machine has no VirtualHardwareSection");
  return section;
}

xmlNode *
edit_item (xmlNode *n)
{
  static const char *const names[] = { "Item", "StorageItem",
                                       "EthernetPortItem" };

  for (; n != NULL; n = xml_next (n))
    for (size_t i = 0; i < ARRAY_SIZE (names); i++)
      if (strcmp (xml_name (n), names[i]) == 0)
        return n;
  return NULL;
}

char *
item_text (const xmlNode *item, const char *child)
{
  return xml_child_text (item, "*", child);
}

bool
item_text_is (const xmlNode *item, const char *child, const char *text)
{
  CLEANUP_FREE char *got = item_text (item, child);

  return got && text_equal_nocase (got, text);
}

unsigned
item_type (const xmlNode *item)
{
  CLEANUP_FREE char *text = item_text (item, "ResourceType");
  unsigned type = 0;

  return text && parse_unsigned (text, 0, 0xffff, &type) ? type : 0;
}

/* The namespace of the CIM children, from one that is there. */
static xmlNs *
cim_ns (const xmlNode *item)
{
  static const char *const always[] = { "ResourceType", "InstanceID",
                                        "InstanceId", "ElementName" };

  for (size_t i = 0; i < ARRAY_SIZE (always); i++) {
    const xmlNode *n = xml_child (item, "*", always[i]);

    if (n)
      return n->ns;
  }
  return item->ns;
}

void
item_set (xmlNode *item, const char *child, const char *text)
{
  xmlNode *found = xml_child (item, "*", child), *next = NULL;
  xmlNs *ns = cim_ns (item);

  if (found) {
    edit_set_text (found, text);
    return;
  }
  XML_FOR (n, item)
    if (next == NULL && (n->ns != ns || strcmp (xml_name (n), child) > 0))
      next = n;
  edit_insert (item, next, ns, child, text);
}

xmlNode *
edit_quantity_item (struct edit *e, xmlNode *hardware, unsigned type)
{
  xmlNode *found = NULL, *any = NULL;

  /* Of the items of a configuration a later value replaces the earlier. */
  EDIT_ITEMS (item, hardware) {
    if (item_type (item) != type || !item_counts (e, item))
      continue;
    any = any ? any : item;
    if (xml_child (item, "*", "VirtualQuantity"))
      found = item;
  }
  return found ? found : any;
}

xmlNode *
edit_nth (xmlNode *hardware, unsigned type, unsigned type2, unsigned n,
          unsigned *ret_count)
{
  xmlNode *found = NULL;

  *ret_count = 0;
  EDIT_ITEMS (item, hardware) {
    unsigned t = item_type (item);

    if (t != type && t != type2)
      continue;
    if ((*ret_count)++ == n)
      found = item;
  }
  return found;
}

static char *
free_instance (xmlNode *hardware)
{
  uint64_t max = 0;

  EDIT_ITEMS (item, hardware) {
    CLEANUP_FREE char *text = item_text (item, "InstanceID");
    uint64_t n;

    if (text && parse_u64 (text, 0, UINT32_MAX, &n) && n > max)
      max = n;
  }
  return xasprintf ("%llu", (unsigned long long)max + 1);
}

xmlNode *
edit_new_item (xmlNode *hardware, xmlNode *next, unsigned type,
               const char *sub_type, const char *element_name)
{
  CLEANUP_FREE char *instance = free_instance (hardware);
  CLEANUP_FREE char *number = xasprintf ("%u", type);
  xmlNode *model = xml_child (hardware, "*", "Item");
  xmlNode *item = edit_insert (hardware, next, hardware->ns, "Item", NULL);
  xmlNs *ns = model ? cim_ns (model) : hardware->ns;

  /* In alphabetical order. */
  edit_insert (item, NULL, ns, "ElementName", element_name);
  edit_insert (item, NULL, ns, "InstanceID", instance);
  if (sub_type)
    edit_insert (item, NULL, ns, "ResourceSubType", sub_type);
  edit_insert (item, NULL, ns, "ResourceType", number);
  return item;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Envelope-level sections of an OVF descriptor other than files and disks:
 * networks, deployment options, message bundles (ovf-spec.md 2.8, 2.13,
 * 2.15). */
#include "ovf-reader.h"

/* ---- networks --------------------------------------------------------------- */
static void
keep_network_extras (struct reader *r, const xmlNode *n, size_t index)
{
  CLEANUP_FREE char *kind = xasprintf ("network %zu", index);

  XML_FOR (child, n)
    if (!is_ovf (child, "Description"))
      keep_element (&r->a->extras, kind, child);
}

bool
read_networks (struct reader *r, const xmlNode *section, struct ovf_error **err)
{
  XML_FOR (n, section) {
    CLEANUP_FREE char *name = NULL;
    struct network *net;

    if (!is_ovf (n, "Network"))
      continue;
    if (!ctx_alive (r->ctx, err))
      return false;
    name = std_attr (n, "name");
    if (name == NULL) {
      reader_find (r, OVF_WARNING, "OVF-NET-002", n, "a network has no name");
      continue;
    }
    if (xmlHashAddEntry (r->networks, (const xmlChar *)name, r) != 0) {
      reader_find (r, OVF_WARNING, "OVF-NET-002", n,
                   "two networks have the name '%s'", name);
      continue;
    }
    net = networks_add (&r->a->networks);
    net->name = STEAL (name);
    net->description = reader_child_text (r, n, "Description");
    net->line = xml_line (n);
    keep_network_extras (r, n, r->a->networks.len - 1);
  }
  return true;
}

/* ---- deployment options -------------------------------------------------------- */
static const struct configuration *
find_configuration (const struct appliance *a, const char *id)
{
  VECTOR_FOR (c, &a->configurations)
    if (strcmp (c->id, id) == 0)
      return c;
  return NULL;
}

bool
read_deployment (struct reader *r, const xmlNode *section, struct ovf_error **err)
{
  XML_FOR (n, section) {
    CLEANUP_FREE char *id = NULL, *def = NULL;
    struct configuration *c;

    if (!is_ovf (n, "Configuration"))
      continue;
    id = std_attr (n, "id");
    def = std_attr (n, "default");
    if (id == NULL || *id == '\0') {
      reader_find (r, OVF_WARNING, "OVF-DEP-002", n, "a deployment option has no id");
      continue;
    }
    if (find_configuration (r->a, id) != NULL) {
      if (!reader_fault (r, err, OVF_E_FORMAT, "OVF-DEP-002", n,
                         "two deployment options have the id '%s'", id))
        return false;
      continue;
    }
    if (r->a->configurations.len == MAX_CONFIGURATIONS)
      return error_at (err, OVF_E_LIMIT, NULL, r->in->name, xml_line (n),
                       "there are more than %d deployment options",
                       MAX_CONFIGURATIONS);
    c = configurations_add (&r->a->configurations);
    c->id = STEAL (id);
    c->label = reader_child_text (r, n, "Label");
    c->description = reader_child_text (r, n, "Description");
    parse_bool (def, &c->is_default);
  }
  return true;
}

static bool
unknown_configuration (struct reader *r, struct ovf_error **err)
{
  CLEANUP_FREE char *known = NULL;

  VECTOR_FOR (c, &r->a->configurations) {
    char *longer = xasprintf ("%s%s'%s'", known ? known : "", known ? ", " : "", c->id);
    free (known);
    known = longer;
  }
  error_set (err, OVF_E_USAGE, "there is no configuration '%s' in '%s'",
             r->settings->configuration, r->in->name);
  return known ? error_hint (err, "there are: %s", known)
               : error_hint (err, "this package has no configurations");
}

/* Without a mark the first one is the default (OVF-DEP-002). */
bool
choose_configuration (struct reader *r, struct ovf_error **err)
{
  struct configuration *def = NULL;

  VECTOR_FOR (c, &r->a->configurations) {
    if (c->is_default && def != NULL) {
      reader_find (r, OVF_WARNING, "OVF-DEP-002", NULL,
                   "'%s' and '%s' are both the default deployment option; the "
                   "first one counts", def->id, c->id);
      c->is_default = false;
    }
    def = def == NULL && c->is_default ? c : def;
  }
  if (def == NULL && r->a->configurations.len > 0) {
    def = r->a->configurations.ptr;
    def->is_default = true;
  }
  if (r->settings->configuration == NULL) {
    r->configuration = def ? def->id : NULL;
    return true;
  }
  def = (struct configuration *)find_configuration (r->a, r->settings->configuration);
  if (def == NULL)
    return unknown_configuration (r, err);
  r->configuration = def->id;
  return true;
}

/* ---- message bundles ------------------------------------------------------------- */
void
free_text (void *text, const xmlChar *id)
{
  (void)id;
  free (text);
}

static void
add_message (struct reader *r, const xmlNode *msg, bool own_locale)
{
  CLEANUP_FREE char *id = std_attr (msg, "msgid");
  CLEANUP_FREE char *file = std_attr (msg, "fileRef");
  char *text;

  if (id == NULL || *id == '\0')
    return;
  if (file != NULL && *file != '\0') {
    reader_find (r, OVF_NOTE, "OVF-EULA-002", msg,
                 "the message '%s' stands in the file '%s', which is not read",
                 id, file);
    return;
  }
  text = xml_text (msg);
  if (own_locale) /* the later wins (OVF-STR-005) */
    xmlHashUpdateEntry (r->messages, (const xmlChar *)id, text, free_text);
  else if (xmlHashAddEntry (r->other_messages, (const xmlChar *)id, text) != 0)
    free (text);
}

bool
read_strings (struct reader *r, const xmlNode *bundle, const char *locale,
              struct ovf_error **err)
{
  CLEANUP_FREE char *lang = xml_attr (bundle, XML_XML_NS, "lang");
  CLEANUP_FREE char *file = std_attr (bundle, "fileRef");
  bool own = lang == NULL || text_equal_nocase (lang, locale);

  if (file != NULL && *file != '\0')
    reader_find (r, OVF_NOTE, "OVF-STR-002", bundle,
                 "the messages of the file '%s' are not read", file);
  XML_FOR (msg, bundle) {
    if (!ctx_alive (r->ctx, err))
      return false;
    if (is_ovf (msg, "Msg"))
      add_message (r, msg, own);
  }
  return true;
}

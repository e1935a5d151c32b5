/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sections that describe software: products and their properties, EULAs,
 * annotations, the operating system; and what becomes of sections that are
 * not understood (ovf-spec.md 2.5, 2.12, 2.13). */
#include "ovf-reader.h"

/* ---- what is kept -------------------------------------------------------- */
struct extra *
keep_element (extras *list, const char *kind, const xmlNode *n)
{
  CLEANUP_FREE char *title = element_title (n);
  CLEANUP_FREE char *key = xasprintf ("%s %s", kind, title);
  CLEANUP_FREE char *xml = xml_serialize (n);
  struct extra *e = extras_keep (list, OVF_OWNER, key, xml);

  e->configuration = std_attr (n, "configuration");
  e->line = xml_line (n);
  return e;
}

/* oVirt lines up settings of its own, in no namespace, among the sections. */
static bool
is_setting (struct reader *r, const xmlNode *n)
{
  return r->old && *xml_ns (n) == '\0' && !is_ovf (n, "Section")
         && !text_has_suffix (xml_name (n), "Section");
}

bool
keep_unknown (struct reader *r, const char *kind, const xmlNode *n, extras *list,
              struct ovf_error **err)
{
  CLEANUP_FREE char *title = element_title (n);

  if (is_setting (r, n)) {
    reader_quirk (r, QUIRK_SETTINGS, n);
    keep_element (list, kind, n);
    return true;
  }
  if (is_required (n)) {
    CLEANUP_FREE char *what = xasprintf ("the section '%s'", title);
    if (!reader_required (r, err, "OVF-EXT-002", n, what))
      return false;
  } else {
    CLEANUP_FREE char *info = reader_child_text (r, n, "Info");
    reader_find (r, OVF_WARNING, "OVF-EXT-003", n,
                 "the section '%s' is not understood%s%s", title,
                 info ? ": " : "", info ? info : "");
  }
  keep_element (list, kind, n)->required = is_required (n);
  return true;
}

/* The default of ovf:required is true here too, yet producers leave it out of
 * elements that nobody needs: only what is said counts. */
bool
unknown_child (struct reader *r, const char *rule, const xmlNode *n,
               struct ovf_error **err)
{
  CLEANUP_FREE char *required = std_attr (n, "required");
  CLEANUP_FREE char *title = element_title (n);
  CLEANUP_FREE char *what = xasprintf ("the element '%s'", title);
  bool yes;

  if (parse_bool (required, &yes) && yes)
    return reader_required (r, err, rule, n, what);
  if (required == NULL && !r->old)
    reader_find (r, OVF_WARNING, rule, n, "%s is not understood", what);
  return true;
}

/* ---- properties ------------------------------------------------------------- */
static void
set_flag (const xmlNode *n, const char *name, bool *flag)
{
  CLEANUP_FREE char *value = std_attr (n, name);

  parse_bool (value, flag);
}

/* VMware keeps words of its own (Ip, Netmask ...) in a second attribute. */
static char *
qualifiers_of (const xmlNode *n)
{
  CLEANUP_FREE char *std = std_attr (n, "qualifiers");
  CLEANUP_FREE char *vmw = xml_attr (n, VMW_NS, "qualifiers");
  bool has_std = !text_is_blank (std), has_vmw = !text_is_blank (vmw);

  if (has_std && has_vmw)
    return xasprintf ("%s, %s", std, vmw);
  return has_std ? STEAL (std) : has_vmw ? STEAL (vmw) : NULL;
}

/* A Value for the chosen configuration goes before the attribute. */
static void
read_values (struct reader *r, const xmlNode *n, struct property *p)
{
  bool all = r->settings->all_configurations;

  XML_FOR (v, n) {
    struct property_value *pv;

    if (!is_ovf (v, "Value"))
      continue;
    pv = property_values_add (&p->values);
    pv->configuration = std_attr (v, "configuration");
    pv->value = std_attr (v, "value");
    if (pv->value == NULL)
      pv->value = xml_text (v);
    if (pv->configuration != NULL && *pv->configuration != '\0'
        && (r->configuration == NULL || !list_has (pv->configuration, r->configuration)))
      continue;
    if (p->value == NULL || !all)
      set_string (&p->value, pv->value);
  }
}

static bool
belongs (struct reader *r, const xmlNode *n)
{
  CLEANUP_FREE char *list = std_attr (n, "configuration");

  return list == NULL || r->configuration == NULL
         || r->settings->all_configurations || list_has (list, r->configuration);
}

static void
read_property (struct reader *r, const xmlNode *n, const char *category,
               struct product *product, xmlHashTable *keys)
{
  CLEANUP_FREE char *key = std_attr (n, "key");
  struct property *p;

  if (key == NULL || *key == '\0') {
    reader_find (r, OVF_WARNING, "OVF-PROP-001", n, "a property has no key");
    return;
  }
  if (!belongs (r, n))
    return;
  if (xmlHashAddEntry (keys, (const xmlChar *)key, r) != 0)
    reader_find (r, OVF_WARNING, "OVF-PROP-001", n,
                 "two properties of one product have the key '%s'", key);
  p = properties_add (&product->properties);
  p->line = xml_line (n);
  p->key = STEAL (key);
  p->type = std_attr (n, "type");
  p->value = std_attr (n, "value");
  p->label = reader_child_text (r, n, "Label");
  p->description = reader_child_text (r, n, "Description");
  p->category = xstrdup (category);
  p->qualifiers = qualifiers_of (n);
  set_flag (n, "configurableByUser", &p->user_configurable); /* 0.9 drafts */
  set_flag (n, "userConfigurable", &p->user_configurable);
  set_flag (n, "isPassword", &p->password);
  set_flag (n, "password", &p->password);
  set_flag (n, "required", &p->required);
  read_values (r, n, p);
}

/* ---- products ------------------------------------------------------------------ */
static void
read_product_texts (struct reader *r, const xmlNode *n, struct product *p)
{
  const struct {
    const char *name;
    char **to;
  } texts[] = {
    { "Info", &p->info },
    { "Product", &p->product },
    { "Vendor", &p->vendor },
    { "Version", &p->version },
    { "FullVersion", &p->full_version },
    { "ProductUrl", &p->product_url },
    { "VendorUrl", &p->vendor_url },
  };

  for (size_t i = 0; i < ARRAY_SIZE (texts); i++)
    *texts[i].to = reader_child_text (r, n, texts[i].name);
}

/* A child of ProductSection that has no place in the model. */
static bool
is_other_child (const xmlNode *n)
{
  static const char *const known[] = { "Info", "Product", "Vendor", "Version",
    "FullVersion", "ProductUrl", "VendorUrl", "Category", "Property" };

  for (size_t i = 0; i < ARRAY_SIZE (known); i++)
    if (is_ovf (n, known[i]))
      return false;
  return true;
}

static bool
read_product (struct reader *r, const xmlNode *section, const struct owner *o,
              struct ovf_error **err)
{
  CLEANUP_FREE char *kind = xasprintf ("product %zu", o->products->len);
  CLEANUP_FREE char *category = NULL;
  struct product *p = products_add (o->products);
  xmlHashTable *keys = xmlHashCreate (0);
  bool ok = true;

  p->line = xml_line (section);
  p->class_name = std_attr (section, "class");
  p->instance = std_attr (section, "instance");
  read_product_texts (r, section, p);
  XML_FOR (n, section) {
    if (is_ovf (n, "Property"))
      read_property (r, n, category, p, keys);
    else { /* a category ends at the next element that is no Property */
      free (category);
      category = is_ovf (n, "Category") ? reader_text (r, n) : NULL;
      if (category != NULL && *category == '\0') { /* an empty one only ends it */
        free (category);
        category = NULL;
      }
      if (is_other_child (n)) {
        if (!is_ovf (n, "Icon") && !is_ovf (n, "AppUrl"))
          ok = unknown_child (r, "OVF-EXT-004", n, err);
        keep_element (o->extras, kind, n);
      }
    }
    ok = ok && ctx_alive (r->ctx, err);
    if (!ok)
      break;
  }
  xmlHashFree (keys, NULL);
  return ok;
}

/* ---- other texts ------------------------------------------------------------------ */
static bool
read_eula (struct reader *r, const xmlNode *section, const struct owner *o)
{
  XML_FOR (n, section)
    if (is_ovf (n, "License"))
      strings_append (o->eulas, reader_text (r, n));
  return true;
}

static bool
read_annotation (struct reader *r, const xmlNode *section, const struct owner *o)
{
  if (*o->annotation != NULL)
    reader_find (r, OVF_WARNING, "OVF-ANN-001", section,
                 "there are two annotations; the first one counts");
  else
    *o->annotation = reader_child_text (r, section, "Annotation");
  return true;
}

bool
read_shared_section (struct reader *r, const xmlNode *n, const struct owner *o,
                     struct ovf_error **err)
{
  switch (section_kind (n)) {
  case SECTION_INFO:
    return true;
  case SECTION_PRODUCT:
    return read_product (r, n, o, err);
  case SECTION_EULA:
    return read_eula (r, n, o);
  case SECTION_ANNOTATION:
    return read_annotation (r, n, o);
  case SECTION_KNOWN:
    keep_element (o->extras, "section", n);
    return true;
  case SECTION_ENCRYPTION:
    keep_element (o->extras, "section", n);
    return reader_fault (r, err, OVF_E_UNSUPPORTED, "OVF-ENC-001", n,
                         "the package is encrypted, which is not supported");
  case SECTION_UNKNOWN:
    return keep_unknown (r, "section", n, o->extras, err);
  default: /* known, in the wrong place */ {
    CLEANUP_FREE char *title = element_title (n);
    reader_find (r, OVF_WARNING, "OVF-SEC-001", n,
                 "the section '%s' does not belong here", title);
    keep_element (o->extras, "section", n);
    return true;
  }
  }
}

void
read_os (struct reader *r, const xmlNode *n, struct os *os)
{
  CLEANUP_FREE char *id = std_attr (n, "id");
  unsigned number;

  if (parse_unsigned (id, 0, UINT16_MAX, &number))
    os->cim_id = (int)number;
  else if (id != NULL)
    reader_find (r, OVF_WARNING, "OVF-OS-001", n,
                 "the id '%s' of the operating system is no number of CIM's list", id);
  free (os->vmware);
  free (os->version);
  free (os->description);
  os->vmware = xml_attr (n, VMW_NS, "osType");
  os->version = std_attr (n, "version");
  os->description = reader_child_text (r, n, "Description");
  if (os->virtualbox == NULL)
    os->virtualbox = xml_child_text (n, VBOX_NS, "OSType");
}

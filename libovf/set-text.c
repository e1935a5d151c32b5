/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys of `set` that are words for people and for the guest: product,
 * annotation, EULA, properties. */
#include "base/file.h"
#include "base/text.h"
#include "edit.h"
#include "model/property.h"

/* ---- product --------------------------------------------------------- */

bool
set_product (struct edit *e, const char *rest, const char *value,
             struct ovf_error **err)
{
  static const struct { const char *key, *element; } rows[]
    = { { "product", "Product" },         { "vendor", "Vendor" },
        { "version", "Version" },         { "full_version", "FullVersion" },
        { "product_url", "ProductUrl" },  { "vendor_url", "VendorUrl" } };
  static const char *const order[]
    = { "Info",       "Product",   "Vendor", "Version", "FullVersion",
        "ProductUrl", "VendorUrl", "AppUrl", "Icon",    "Category",
        "Property",   NULL };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
    if (strcmp (rest, rows[i].key) == 0) {
      xmlNode *section, *n;

      if (!edit_choose_machine (e, err))
        return false;
      section = edit_section (e, e->machine, "ProductSection",
                              "Information about the installed software");
      n = edit_child (section, rows[i].element, order);
      edit_set_text (n, value);
      edit_set_attr (e, n, "msgid", NULL);
      return true;
    }
  error_set (err, OVF_E_USAGE, "a product has no '%s'", rest);
  return error_hint (err, "product, vendor, version, full_version, product_url "
                          "or vendor_url");
}

/* ---- annotation and EULA --------------------------------------------- */

static bool
set_section_text (struct edit *e, const char *name, const char *info,
                  const char *element, const char *value,
                  struct ovf_error **err)
{
  static const char *const order[] = { "Info", NULL };
  xmlNode *section, *n;

  if (!edit_choose_machine (e, err))
    return false;
  section = edit_section (e, e->machine, name, info);
  n = edit_child (section, element, order);
  edit_set_text (n, value);
  edit_set_attr (e, n, "msgid", NULL);
  return true;
}

bool
set_annotation (struct edit *e, const char *rest, const char *value,
                struct ovf_error **err)
{
  (void)rest;
  return set_section_text (e, "AnnotationSection",
                           "A human-readable annotation", "Annotation", value,
                           err);
}

bool
set_eula (struct edit *e, const char *rest, const char *value,
          struct ovf_error **err)
{
  CLEANUP_FD int fd = -1;
  CLEANUP_FREE char *text = NULL;
  size_t len = strlen (value);

  (void)rest;
  if (*value == '@') {
    fd = file_open_user (value + 1, NULL, err);
    if (fd == -1)
      return false;
    text = file_read_text (e->ctx, fd, value + 1, LIMIT_TEXT, &len, err);
    if (text == NULL)
      return false;
    if (strlen (text) != len || !text_is_utf8 (text, len))
      return error_set (err, OVF_E_FORMAT, "'%s' is no text in UTF-8",
                        value + 1);
  }
  return set_section_text (e, "EulaSection", "The licence agreement", "License",
                           text ? text : value, err);
}

/* ---- properties ------------------------------------------------------ */

struct look {
  const char *key;   /* as asked for */
  xmlNode *full, *bare; /* by full key; by KEY alone */
  unsigned bares;
  FILE *names;
};

static void
look_in_section (struct look *l, const struct edit *e, const xmlNode *section)
{
  CLEANUP_FREE char *class_name = xml_attr (section, "*", "class");
  CLEANUP_FREE char *instance = xml_attr (section, "*", "instance");

  XML_FOR (n, section) {
    CLEANUP_FREE char *key = xml_attr (n, "*", "key");
    CLEANUP_FREE char *full = NULL;

    if (!xml_is (n, edit_ns (e), "Property") || key == NULL)
      continue;
    full = property_full_key (class_name, key, instance);
    fprintf (l->names, " '%s'", full);
    if (strcmp (full, l->key) == 0 && l->full == NULL)
      l->full = n;
    if (strcmp (key, l->key) == 0 && l->bares++ == 0)
      l->bare = n;
  }
}

xmlNode *
edit_property (struct edit *e, const char *key, struct ovf_error **err)
{
  CLEANUP_FREE char *names = NULL;
  struct look l = { .key = key };
  size_t len;

  if (!edit_choose_machine (e, err))
    return NULL;
  l.names = open_memstream (&names, &len);
  if (l.names == NULL)
    abort ();
  /* A machine sees the properties of the collection that holds it. */
  for (const xmlNode *n = e->machine; n && n != e->root && l.full == NULL;
       n = n->parent)
    XML_FOR (section, n)
      if (xml_is (section, edit_ns (e), "ProductSection"))
        look_in_section (&l, e, section);
  fclose (l.names);
  if (l.full)
    return l.full;
  if (l.bares == 1)
    return l.bare;
  if (l.bares)
    error_set (err, OVF_E_USAGE, "several properties are called '%s':%s", key,
               names);
  else
    error_set (err, OVF_E_USAGE, "there is no property '%s'%s%s", key,
               *names ? ", only" : "", names);
  return NULL;
}

bool
set_prop (struct edit *e, const char *rest, const char *value,
          struct ovf_error **err)
{
  xmlNode *property = edit_property (e, rest, err);
  CLEANUP_FREE char *type = NULL;
  CLEANUP_FREE char *qualifiers = NULL;
  CLEANUP_FREE char *password = NULL;
  struct property_rule rule = { .key = rest };

  if (property == NULL)
    return false;
  rule.type = type = xml_attr (property, "*", "type");
  rule.qualifiers = qualifiers = xml_attr (property, "*", "qualifiers");
  password = xml_attr (property, "*", "password");
  if (password)
    parse_bool (password, &rule.password);
  if (!property_check (&rule, value, err))
    return false;
  edit_set_attr (e, property, "value", value);
  /* The default configuration may have a value of its own. */
  XML_FOR (n, property)
    if (xml_is (n, edit_ns (e), "Value") && e->configuration
        && edit_attr_is (n, "configuration", e->configuration))
      edit_set_attr (e, n, "value", value);
  return true;
}

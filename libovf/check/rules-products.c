/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on ProductSection and its properties (DSP0243 clause 9.5). */
#include "check/lint-words.h"

#include "base/text.h"
#include "base/xml.h"
#include "model/property.h"

#define READER "the descriptor's reader"

typedef void check_node (struct lint *, const struct rule *, const xmlNode *);

static void
each_property (struct lint *l, const struct rule *r, check_node *fn)
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root))
    if (xml_is (n, l->ns, "Property") && xml_is (n->parent, l->ns, "ProductSection"))
      fn (l, r, n);
}

static char *
text_or_empty (char *s)
{
  return s ? s : xstrdup ("");
}

static char *
key_of (const struct lint *l, const xmlNode *n)
{
  return text_or_empty (lint_attr (l, n, "key"));
}

static bool
flag_of (const struct lint *l, const xmlNode *n, const char *name)
{
  CLEANUP_FREE char *text = lint_attr (l, n, name);
  bool on = false;

  return text != NULL && parse_bool (text, &on) && on;
}

/* ---- products ---------------------------------------------------------------- */
static bool
is_entity (const struct lint *l, const xmlNode *n)
{
  return xml_is (n, l->ns, "VirtualSystem") || xml_is (n, l->ns, "VirtualSystemCollection");
}

static void
check_products (struct lint *l, const struct rule *r)
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_KEYEDS keyeds seen = { 0 };
    if (!is_entity (l, n))
      continue;
    XML_FOR (p, n) {
      CLEANUP_FREE char *class_name = NULL, *instance = NULL;
      if (!xml_is (p, l->ns, "ProductSection"))
        continue;
      class_name = text_or_empty (lint_attr (l, p, "class"));
      instance = text_or_empty (lint_attr (l, p, "instance"));
      keyeds_take (&seen, xasprintf ("%s %s", class_name, instance), p);
    }
    keyeds_report_twins (l, r, &seen, "a second product has the class and instance");
  }
}

static void
check_first (struct lint *l, const struct rule *r)
{
  const xmlNode *entity = lint_child (l, l->root, "VirtualSystemCollection");
  const xmlNode *first;

  entity = entity ? entity : lint_child (l, l->root, "VirtualSystem");
  first = entity ? lint_child (l, entity, "ProductSection") : NULL;
  if (first == NULL || lint_child (l, first, "Product") != NULL)
    return;
  for (const xmlNode *n = lint_next (l, first); n != NULL; n = lint_next (l, n))
    if (lint_child (l, n, "Product") != NULL) {
      lint_add (l, r, first, "the first ProductSection names no product, a later one does");
      return;
    }
}

static void
check_class (struct lint *l, const struct rule *r, const xmlNode *n)
{
  CLEANUP_FREE char *class_name = lint_attr (l, n, "class");

  if (!text_is_blank (class_name) && strchr (class_name, '.') == NULL)
    lint_add (l, r, n, "the class '%s' is no reversed domain name", class_name);
}

static void
check_classes (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "ProductSection", check_class);
}

static void
check_icons (struct lint *l, const struct rule *r)
{
  CLEANUP_KEYEDS keyeds files = { 0 };

  keyeds_collect (l, &files, "File", "id");
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_FREE char *id = xml_is (n, l->ns, "Icon") ? lint_attr (l, n, "fileRef") : NULL;
    if (id != NULL && keyeds_find (&files, id) == NULL)
      lint_add (l, r, n, "there is no File '%s' with the icon", id);
  }
}

/* ---- keys ------------------------------------------------------------------------ */
/* OVF 2 says "shall not"; 1.x leaves it open and VMware's own products do it. */
static void
check_key (struct lint *l, const struct rule *r, const xmlNode *n)
{
  CLEANUP_FREE char *key = key_of (l, n);
  if (strpbrk (key, ".:") != NULL)
    lint_add (l, r, n, "the key '%s' contains '.' or ':'", key);
}

static void
check_keys (struct lint *l, const struct rule *r)
{
  struct rule strict = *r;

  if ((l->version & OVF_20) != 0)
    strict.strict = LEVEL_ERROR;
  each_property (l, &strict, check_key);
}

static void
check_entity_keys (struct lint *l, const struct rule *r, const xmlNode *entity)
{
  CLEANUP_KEYEDS keyeds keys = { 0 };

  XML_FOR (p, entity) {
    CLEANUP_FREE char *class_name = NULL, *instance = NULL;
    if (!xml_is (p, l->ns, "ProductSection"))
      continue;
    class_name = lint_attr (l, p, "class");
    instance = lint_attr (l, p, "instance");
    XML_FOR (n, p) {
      CLEANUP_FREE char *key = key_of (l, n);
      if (xml_is (n, l->ns, "Property") && *key != '\0')
        keyeds_take (&keys, property_full_key (class_name, key, instance), n);
    }
  }
  keyeds_report_twins (l, r, &keys, "a second property is in the guest");
}

static void
check_full_keys (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "VirtualSystem", check_entity_keys);
  lint_each (l, r, "VirtualSystemCollection", check_entity_keys);
}

/* ---- types and values ----------------------------------------------------------- */
static void
check_type (struct lint *l, const struct rule *r, const xmlNode *n)
{
  static const char *const types[] = { "uint8", "sint8", "uint16", "sint16", "uint32",
    "sint32", "uint64", "sint64", "string", "boolean", "real32", "real64" };
  CLEANUP_FREE char *type = text_or_empty (lint_attr (l, n, "type"));
  CLEANUP_FREE char *key = key_of (l, n);

  for (size_t i = 0; i < ARRAY_SIZE (types); i++)
    if (strcmp (type, types[i]) == 0)
      return;
  lint_add (l, r, n, "the type '%s' of '%s' is none of the standard", type, key);
}

static void
check_types (struct lint *l, const struct rule *r)
{
  each_property (l, r, check_type);
}

/* The end of one qualifier, "Word(...)" or "Word{...}"; NULL when it is none. */
static const char *
qualifier_end (const char *p)
{
  static const char *const words[] = { "MinLen(", "MaxLen(", "ValueMap{", "MinValue(",
                                       "MaxValue(" };

  for (size_t i = 0; i < ARRAY_SIZE (words); i++) {
    size_t len = strlen (words[i]);
    const char *end;
    if (strncmp (p, words[i], len) != 0)
      continue;
    end = strchr (p + len, words[i][len - 1] == '{' ? '}' : ')');
    return end ? end + 1 : NULL;
  }
  return NULL;
}

static void
check_qualifier (struct lint *l, const struct rule *r, const xmlNode *n)
{
  CLEANUP_FREE char *list = lint_attr (l, n, "qualifiers");
  CLEANUP_FREE char *key = key_of (l, n);

  for (const char *p = list; p != NULL && *(p += strspn (p, " ,\t\r\n")) != '\0';) {
    p = qualifier_end (p);
    if (p == NULL)
      lint_add (l, r, n, "the qualifiers '%s' of '%s' are none of the standard", list, key);
  }
}

static void
check_qualifiers (struct lint *l, const struct rule *r)
{
  each_property (l, r, check_qualifier);
}

static bool
is_macro (const char *value)
{
  return strncmp (value, "${", 2) == 0 && text_has_suffix (value, "}");
}

static void
check_one_value (struct lint *l, const struct rule *r, const xmlNode *property,
                 const xmlNode *at)
{
  CLEANUP_FREE char *raw = lint_attr (l, at, "value");
  CLEANUP_FREE char *value = raw ? text_trim (raw) : NULL;
  CLEANUP_FREE char *key = key_of (l, property);
  CLEANUP_FREE char *type = lint_attr (l, property, "type");
  CLEANUP_FREE char *qualifiers = lint_attr (l, property, "qualifiers");
  struct property_rule rule = { .key = key, .type = type, .qualifiers = qualifiers,
                                .password = flag_of (l, property, "password") };
  struct ovf_error *why = NULL;

  /* Without a default the user is asked. */
  if (value == NULL || *value == '\0' || is_macro (value)
      || property_check (&rule, value, &why))
    return;
  lint_add (l, r, at, "%s", ovf_error_message (why));
  ovf_error_free (why);
}

static void
check_value (struct lint *l, const struct rule *r, const xmlNode *n)
{
  check_one_value (l, r, n, n);
  XML_FOR (v, n)
    if (xml_is (v, l->ns, "Value"))
      check_one_value (l, r, n, v);
}

static void
check_values (struct lint *l, const struct rule *r)
{
  each_property (l, r, check_value);
}

static bool
has_value (const struct lint *l, const xmlNode *n)
{
  CLEANUP_FREE char *value = lint_attr (l, n, "value");

  return !text_is_blank (value) || lint_child (l, n, "Value") != NULL;
}

static void
check_fixed_one (struct lint *l, const struct rule *r, const xmlNode *n)
{
  CLEANUP_FREE char *key = key_of (l, n);

  if (!flag_of (l, n, "userConfigurable") && !has_value (l, n))
    lint_add (l, r, n, "'%s' has no value and the user cannot set one", key);
}

static void
check_fixed (struct lint *l, const struct rule *r)
{
  each_property (l, r, check_fixed_one);
}

static void
check_password (struct lint *l, const struct rule *r, const xmlNode *n)
{
  CLEANUP_FREE char *key = key_of (l, n);

  if (flag_of (l, n, "password") && has_value (l, n))
    lint_add (l, r, n, "the password '%s' stands in the descriptor", key);
}

static void
check_passwords (struct lint *l, const struct rule *r)
{
  each_property (l, r, check_password);
}

/* ---- configurations ------------------------------------------------------------------ */
static void
check_choices (struct lint *l, const struct rule *r)
{
  CLEANUP_KEYEDS keyeds known = { 0 };

  keyeds_collect (l, &known, "Configuration", "id");
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_KEYEDS keyeds seen = { 0 };
    if (!xml_is (n, l->ns, "Property"))
      continue;
    XML_FOR (v, n)
      if (xml_is (v, l->ns, "Value"))
        keyeds_take (&seen, lint_attr (l, v, "configuration"), v);
    VECTOR_FOR (s, &seen)
      if (keyeds_find (&known, s->key) == NULL)
        lint_add (l, r, s->node, "the configuration '%s' is not defined", s->key);
    keyeds_report_twins (l, r, &seen, "a second Value for");
  }
}

static void
check_tags (struct lint *l, const struct rule *r)
{
  CLEANUP_KEYEDS keyeds known = { 0 };

  keyeds_collect (l, &known, "Configuration", "id");
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_FREE char *list =
      xml_is (n, l->ns, "Property") ? lint_attr (l, n, "configuration") : NULL;
    const char *p = list;
    char *word;
    while ((word = lint_word (&p)) != NULL) {
      if (keyeds_find (&known, word) == NULL)
        lint_add (l, r, n, "the configuration '%s' is not defined", word);
      free (word);
    }
  }
}

/* ---- macros ------------------------------------------------------------------------------ */
/* Keys, plain and full, of the products of a collection. */
static void
collect_keys (const struct lint *l, const xmlNode *collection, keyeds *keys)
{
  XML_FOR (p, collection) {
    CLEANUP_FREE char *class_name = NULL, *instance = NULL;
    if (!xml_is (p, l->ns, "ProductSection"))
      continue;
    class_name = lint_attr (l, p, "class");
    instance = lint_attr (l, p, "instance");
    XML_FOR (n, p) {
      CLEANUP_FREE char *key = key_of (l, n);
      keyeds_take (keys, property_full_key (class_name, key, instance), n);
      keyeds_take (keys, STEAL (key), n);
    }
  }
  keyeds_sort (keys);
}

static void
check_macro (struct lint *l, const struct rule *r, const keyeds *above, const xmlNode *n)
{
  CLEANUP_FREE char *value = lint_attr (l, n, "value");
  CLEANUP_FREE char *name = NULL;

  if (value == NULL || !is_macro (value))
    return;
  name = xstrndup (value + 2, strlen (value) - 3);
  if (keyeds_find (above, name) == NULL)
    lint_add (l, r, n, "the collection above has no property '%s'", name);
}

/* The properties of the children of one entity: the Envelope has none itself. */
static void
check_below (struct lint *l, const struct rule *r, const xmlNode *parent)
{
  CLEANUP_KEYEDS keyeds above = { 0 };

  collect_keys (l, parent, &above);
  XML_FOR (entity, parent)
    if (is_entity (l, entity))
      XML_FOR (product, entity)
        if (xml_is (product, l->ns, "ProductSection"))
          XML_FOR (n, product)
            check_macro (l, r, &above, n);
}

static void
check_macros (struct lint *l, const struct rule *r)
{
  check_below (l, r, l->root);
  lint_each (l, r, "VirtualSystemCollection", check_below);
}

static void
check_category (struct lint *l, const struct rule *r, const xmlNode *n)
{
  const xmlNode *next = xml_next (n);

  if (next == NULL || !xml_is (next, l->ns, "Property"))
    lint_add (l, r, n, "no property follows the Category");
}

static void
check_categories (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "Category", check_category);
}

const struct rule rules_products[] = {
  { .id = "OVF-PROD-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.5", .check = check_products,
    .title = "class and instance tell the products of a machine apart",
    .why = "Their properties get the same names in the guest, and one "
           "hides the other.",
    .fix = "give each ProductSection a class, or an instance" },
  { .id = "OVF-PROD-002", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.5", .check = check_first,
    .title = "the first ProductSection of the package describes it",
    .why = "Importers show the name and vendor of the first one.",
    .fix = "put the section with Product and Vendor first" },
  { .id = "OVF-PROD-003", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.5", .check = check_classes,
    .title = "the class of a product is a reversed domain name",
    .why = "Another product may have the same class.",
    .fix = "write for example ovf:class=\"com.example.app\"" },
  { .id = "OVF-PROD-004", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.5", .check = check_icons,
    .title = "an Icon names a File",
    .why = "Importers cannot show it; VMware refuses the package.",
    .fix = "put the picture into References, or take the Icon out" },
  { .id = "OVF-PROP-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_ALL, .clause = "DSP0243 9.5.1", .where = READER,
    .title = "the key of a property is unique in its product",
    .why = "One value hides the other.",
    .fix = "rename one of them" },
  { .id = "OVF-PROP-002", .strict = LEVEL_WARNING, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.5.1", .check = check_keys,
    .title = "a key has no '.' and no ':'",
    .why = "They separate class, key and instance: the guest cannot tell "
           "them apart.  OVF 2 forbids it; VMware accepts it in 1.x.",
    .fix = "put '_' for them, or move the first part to the class" },
  { .id = "OVF-PROP-003", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.5.1", .check = check_types,
    .title = "the type of a property is one of the standard",
    .why = "An importer that does not know the type refuses it, or checks "
           "nothing.",
    .fix = "write one of uint8 .. uint64, sint8 .. sint64, real32, "
           "real64, boolean, string; VMware's own types belong into "
           "vmw:qualifiers" },
  { .id = "OVF-PROP-004", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.5.1", .check = check_qualifiers,
    .title = "qualifiers are those of the standard",
    .why = "An importer that does not know them refuses the property, or "
           "checks nothing.",
    .fix = "MinLen(n), MaxLen(n), ValueMap{\"a\",\"b\"}; VMware's own "
           "belong into vmw:qualifiers" },
  { .id = "OVF-PROP-005", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.5.1", .check = check_values,
    .title = "a default value fits the type and the qualifiers",
    .why = "Importers refuse the value, or the program in the guest fails.",
    .fix = "`ovftool set PACKAGE prop.KEY=VALUE`" },
  { .id = "OVF-PROP-006", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.5.1", .check = check_choices,
    .title = "every Value is for a configuration that is defined, one for "
             "each",
    .why = "Nobody can choose the value, or which one counts is open.",
    .fix = "mend the name of the configuration, or take the Value out" },
  { .id = "OVF-PROP-007", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.5.1", .check = check_fixed,
    .title = "a property that the user cannot set has a value",
    .why = "The guest gets an empty one.",
    .fix = "add ovf:userConfigurable=\"true\", or a value" },
  { .id = "OVF-PROP-008", .strict = LEVEL_WARNING, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "security", .check = check_passwords,
    .title = "a password has no default value",
    .why = "It stands in the descriptor for everybody to read, and is the "
           "same on all machines.",
    .fix = "take ovf:value out: importers ask for it" },
  { .id = "OVF-PROP-009", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.5.1", .check = check_macros,
    .title = "${name} names a property of the collection above",
    .why = "The guest gets the text '${name}' itself.",
    .fix = "mend the name, or write the value" },
  { .id = "OVF-PROP-010", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.5", .check = check_categories,
    .title = "a Category stands before its properties",
    .why = "One without properties shows an empty group.",
    .fix = "move it in front of its properties, or take it out" },
  { .id = "OVF-PROP-011", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 9.5.1", .check = check_full_keys,
    .title = "the guest sees a property as CLASS.KEY.INSTANCE",
    .why = "Two properties with one such name cannot be told apart there.",
    .fix = "rename one of them" },
  { .id = "OVF-PROP-012", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_20, .clause = "DSP8023 2.0", .check = check_tags,
    .title = "a property names only configurations that are defined",
    .why = "It is never used.",
    .fix = "mend the name of the configuration" },
  { .id = NULL }
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Build file to model: products, their properties, and what the environment
 * section adds to the first of them. */
#include "spec.h"

/* ---- properties ----------------------------------------------------------------- */
struct property_in {
  char *type, *label, *description, *category, *qualifiers;
  enum tristate user_configurable, password, required;
  yaml_node_t *value, *values;
};
#define FIELD(name, kind) SPEC_FIELD (property_in, name, kind)
static const struct spec_field property_fields[] = {
  FIELD (type, SPEC_TEXT),
  FIELD (value, SPEC_NODE),
  FIELD (values, SPEC_NODE),
  FIELD (label, SPEC_TEXT),
  FIELD (description, SPEC_TEXT),
  FIELD (category, SPEC_TEXT),
  FIELD (user_configurable, SPEC_FLAG),
  FIELD (password, SPEC_FLAG),
  FIELD (qualifiers, SPEC_TEXT),
  FIELD (required, SPEC_FLAG),
};
#undef FIELD

/* {small: "1", big: "2"}: a value per configuration; "default" is the value
 * of all others unless a configuration is called so. */
static bool
read_values (struct spec *s, yaml_node_t *map, struct property *p,
             struct ovf_error **err)
{
  if (!spec_is_map (s, map, "values", err))
    return false;
  for (size_t i = 0; i < (spec_is_null (map) ? 0 : spec_count (map)); i++) {
    yaml_node_t *key, *value;
    const char *id;
    spec_pair (s, map, i, &id, &key, &value);
    if (value->type != YAML_SCALAR_NODE)
      return spec_error (s, value, err, "the value for '%s' is one text", id);
    if (spec_has_configuration (s, id))
      property_values_append (&p->values, (struct property_value){
        xstrdup (id), xstrdup (spec_text (value)) });
    else if (strcmp (id, "default") == 0)
      set_string (&p->value, spec_text (value));
    else
      return spec_error (s, key, err, "there is no configuration '%s'", id);
  }
  return true;
}

static bool
read_value (struct spec *s, yaml_node_t *n, struct property *p, struct ovf_error **err)
{
  if (spec_is_null (n) && spec_text (n)[0] == '\0')
    return true;
  if (n->type == YAML_MAPPING_NODE)
    return read_values (s, n, p, err);
  if (n->type != YAML_SCALAR_NODE)
    return spec_error (s, n, err, "'value' is one text, or one for each configuration");
  if (!spec_is_null (n))
    set_string (&p->value, spec_text (n));
  return true;
}

/* The index of a category, and its text. */
static bool
find_category (struct spec *s, yaml_node_t *categories, const struct property_in *in,
               const yaml_node_t *where, size_t *ret, struct property *p,
               struct ovf_error **err)
{
  *ret = 0;
  if (in->category == NULL)
    return true;
  for (size_t i = 0; i < spec_count (categories); i++) {
    yaml_node_t *value;
    const char *id;
    spec_pair (s, categories, i, &id, NULL, &value);
    if (strcmp (id, in->category) == 0) {
      p->category = xstrdup (spec_is_null (value) ? id : spec_text (value));
      *ret = i + 1;
      return true;
    }
  }
  spec_error (s, where, err, "there is no category '%s'", in->category);
  return error_hint (err, "'categories' lists them as ID: TEXT");
}

static bool
read_property (struct spec *s, const char *key, yaml_node_t *n, yaml_node_t *categories,
               struct property *p, size_t *ret_category, struct ovf_error **err)
{
  struct property_in in = { 0 };
  bool ok = spec_fields (s, n, key, property_fields, ARRAY_SIZE (property_fields), &in, err)
            && read_value (s, in.value, p, err) && read_values (s, in.values, p, err)
            && find_category (s, categories, &in, n, ret_category, p, err);

  if (ok) {
    p->key = xstrdup (key);
    p->type = in.type ? STEAL (in.type) : xstrdup ("string");
    p->label = STEAL (in.label);
    p->description = STEAL (in.description);
    p->qualifiers = STEAL (in.qualifiers);
    p->user_configurable = in.user_configurable == YES;
    p->password = in.password == YES;
    p->required = in.required == YES;
    p->line = spec_line (n);
  }
  spec_fields_free (property_fields, ARRAY_SIZE (property_fields), &in);
  return ok;
}

/* Categories are headings in the descriptor: properties are grouped by them,
 * those without one first. */
struct sorted { size_t category, place; struct property property; };

static int
by_category (const void *a, const void *b)
{
  const struct sorted *x = a, *y = b;

  if (x->category != y->category)
    return x->category < y->category ? -1 : 1;
  return x->place < y->place ? -1 : x->place > y->place;
}

static bool
read_properties (struct spec *s, yaml_node_t *map, yaml_node_t *categories,
                 struct product *product, struct ovf_error **err)
{
  CLEANUP_FREE struct sorted *all = NULL;
  size_t n;
  bool ok = true;

  if (!spec_is_map (s, map, "properties", err) || !spec_is_map (s, categories, "categories", err))
    return false;
  if (!ctx_within (s->ctx, LIMIT_DISKS, spec_count (categories),
                   "the number of categories", err))
    return error_place (err, NULL, s->in->name, spec_line (categories));
  n = spec_is_null (map) ? 0 : spec_count (map);
  all = xcalloc (n + 1, sizeof *all);
  for (size_t i = 0; i < n; i++) {
    yaml_node_t *value;
    const char *key;
    spec_pair (s, map, i, &key, NULL, &value);
    all[i].place = i;
    ok = ok && read_property (s, key, value, categories, &all[i].property,
                              &all[i].category, err);
  }
  if (n > 0)
    qsort (all, n, sizeof *all, by_category);
  /* On failure too: the model frees them. */
  for (size_t i = 0; i < n; i++)
    properties_append (&product->properties, all[i].property);
  return ok;
}

/* ---- products ----------------------------------------------------------------------- */
struct product_in {
  char *info, *product, *vendor, *version, *full_version, *class_name, *instance;
  char *product_url, *vendor_url;
  yaml_node_t *transports, *categories, *properties;
};
#define FIELD(name, kind) SPEC_FIELD (product_in, name, kind)
static const struct spec_field product_fields[] = {
  FIELD (info, SPEC_TEXT),
  FIELD (product, SPEC_TEXT),
  FIELD (vendor, SPEC_TEXT),
  FIELD (version, SPEC_TEXT),
  FIELD (full_version, SPEC_TEXT),
  { "class", SPEC_TEXT, offsetof (struct product_in, class_name) },
  FIELD (instance, SPEC_TEXT),
  FIELD (product_url, SPEC_TEXT),
  FIELD (vendor_url, SPEC_TEXT),
  /* of a list of sections, and of the environment */
  FIELD (transports, SPEC_NODE),
  FIELD (categories, SPEC_NODE),
  FIELD (properties, SPEC_NODE),
};
#undef FIELD
#define N_PLAIN 9

static bool
add_transports (struct spec *s, yaml_node_t *n, struct ovf_error **err)
{
  strings words = { 0 };
  bool ok = spec_words (s, n, "transports", &words, err);

  VECTOR_FOR (w, &words) {
    bool known = false;
    VECTOR_FOR (t, &s->m->transport)
      known = known || strcmp (*t, *w) == 0;
    if (!known)
      strings_append (&s->m->transport, xstrdup (*w));
  }
  strings_free (&words);
  return ok;
}

static void
move_texts (struct product *p, struct product_in *in)
{
  p->info = STEAL (in->info);
  p->product = STEAL (in->product);
  p->vendor = STEAL (in->vendor);
  p->version = STEAL (in->version);
  p->full_version = STEAL (in->full_version);
  p->class_name = STEAL (in->class_name);
  p->instance = STEAL (in->instance);
  p->product_url = STEAL (in->product_url);
  p->vendor_url = STEAL (in->vendor_url);
}

static bool
read_product (struct spec *s, yaml_node_t *n, const char *what, size_t n_fields,
              struct ovf_error **err)
{
  struct product_in in = { 0 };
  bool ok = spec_fields (s, n, what, product_fields, n_fields, &in, err);
  struct product *p = products_add (&s->m->products);

  move_texts (p, &in);
  p->line = spec_line (n);
  return ok && add_transports (s, in.transports, err)
         && read_properties (s, in.properties, in.categories, p, err);
}

static bool
read_environment (struct spec *s, yaml_node_t *n, struct ovf_error **err)
{
  struct product_in in = { 0 };

  if (spec_is_null (n))
    return true;
  if (!spec_fields (s, n, "environment", product_fields + N_PLAIN,
                    ARRAY_SIZE (product_fields) - N_PLAIN, &in, err)
      || !add_transports (s, in.transports, err))
    return false;
  if (spec_is_null (in.properties))
    return true;
  if (s->m->products.len == 0)
    products_add (&s->m->products);
  return read_properties (s, in.properties, in.categories, &s->m->products.ptr[0], err);
}

bool
spec_products (struct spec *s, yaml_node_t *product, yaml_node_t *environment,
               yaml_node_t *sections, struct ovf_error **err)
{
  if (!spec_is_null (product) && !read_product (s, product, "product", N_PLAIN, err))
    return false;
  if (!read_environment (s, environment, err))
    return false;
  if (!spec_is_null (sections) && sections->type != YAML_SEQUENCE_NODE)
    return spec_error (s, sections, err, "'product_sections' is a list");
  for (size_t i = 0; i < spec_count (sections); i++)
    if (!read_product (s, spec_item (s, sections, i), "product_sections",
                       ARRAY_SIZE (product_fields), err))
      return false;
  return true;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values that several sections of a build file have: the configurations that
 * something is for, free settings, numbers and memory sizes. */
#include "ovf-format.h"
#include "spec.h"

#define MIB (UINT64_C (1) << 20)

bool
spec_has_configuration (const struct spec *s, const char *id)
{
  VECTOR_FOR (c, &s->a->configurations)
    if (strcmp (c->id, id) == 0)
      return true;
  return false;
}

bool
spec_configuration (struct spec *s, yaml_node_t *n, char **ret, struct ovf_error **err)
{
  strings words = { 0 };
  bool ok = spec_words (s, n, "configuration", &words, err);

  *ret = NULL;
  VECTOR_FOR (w, &words) {
    char *more;
    if (ok && !spec_has_configuration (s, *w))
      ok = spec_error (s, n, err, "there is no configuration '%s'", *w);
    more = *ret ? xasprintf ("%s %s", *ret, *w) : xstrdup (*w);
    free (*ret);
    *ret = more;
  }
  strings_free (&words);
  if (!ok) {
    free (*ret);
    *ret = NULL;
  }
  return ok;
}

struct config_in { char *value; enum tristate required; yaml_node_t *configuration; };
static const struct spec_field config_fields[] = {
  SPEC_FIELD (config_in, value, SPEC_TEXT),
  SPEC_FIELD (config_in, required, SPEC_FLAG),
  SPEC_FIELD (config_in, configuration, SPEC_NODE),
};

static bool
add_config (struct spec *s, const char *prefix, const char *key, yaml_node_t *n,
            struct ovf_error **err)
{
  CLEANUP_FREE char *full = xasprintf ("%s %s", prefix, key);
  struct config_in in = { .required = UNSET };
  bool ok = true;

  if (n->type == YAML_MAPPING_NODE)
    ok = spec_fields (s, n, key, config_fields, ARRAY_SIZE (config_fields), &in, err);
  else if (n->type == YAML_SCALAR_NODE)
    in.value = xstrdup (spec_text (n));
  if (ok && in.value == NULL)
    ok = spec_error (s, n, err, "'%s' needs a value", key);
  if (ok) {
    struct extra *e = extras_keep (&s->m->extras, OVF_OWNER, full, in.value);
    e->required = in.required == YES;
    e->line = spec_line (n);
    ok = spec_configuration (s, in.configuration, &e->configuration, err);
  }
  spec_fields_free (config_fields, ARRAY_SIZE (config_fields), &in);
  return ok;
}

bool
spec_config (struct spec *s, yaml_node_t *map, const char *prefix, struct ovf_error **err)
{
  if (!spec_is_map (s, map, "config", err))
    return false;
  for (size_t i = 0; i < (spec_is_null (map) ? 0 : spec_count (map)); i++) {
    yaml_node_t *key_node, *value;
    const char *key;
    spec_pair (s, map, i, &key, &key_node, &value);
    if (*key == '\0' || strcspn (key, " \t\n:") != strlen (key))
      return spec_error (s, key_node, err, "'%s' is no key of a setting", key);
    if (!add_config (s, prefix, key, value, err))
      return false;
  }
  return true;
}

bool
spec_count_of (struct spec *s, const yaml_node_t *n, const char *what, const char *text,
             unsigned max, unsigned *ret, struct ovf_error **err)
{
  return text == NULL || parse_unsigned (text, what[0] == 'u' ? 0 : 1, max, ret)
         || spec_error (s, n, err, "'%s' is a number to %u, not '%s'", what, max, text);
}

/* A bare number is MiB, as ova-compose has it. */
bool
spec_memory (struct spec *s, const yaml_node_t *n, const char *text, uint64_t *ret,
              struct ovf_error **err)
{
  uint64_t mib;

  if (text != NULL && parse_u64 (text, 1, INT64_MAX / MIB, &mib)) {
    *ret = mib * MIB;
    return true;
  }
  return (text != NULL && parse_size (text, ret) && *ret > 0 && *ret <= INT64_MAX)
         || spec_error (s, n, err, "memory is a number of MiB or a size like 4G, not '%s'",
                        text ? text : "");
}

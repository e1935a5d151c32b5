/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* YAML (libyaml's document API) for build files: bounded, without anchors,
 * keys checked against tables, !param filled in. */
#include <stdarg.h>

#include "spec.h"

/* ---- errors ---------------------------------------------------------------- */
unsigned
spec_line (const yaml_node_t *n)
{
  return n ? (unsigned)n->start_mark.line + 1 : 0;
}

bool
spec_error (struct spec *s, const yaml_node_t *n, struct ovf_error **err,
            const char *fmt, ...)
{
  CLEANUP_FREE char *text = NULL;
  va_list ap;

  va_start (ap, fmt);
  text = xvasprintf (fmt, ap);
  va_end (ap);
  return error_at (err, OVF_E_FORMAT, "SPEC-002", s->in->name, spec_line (n), "%s",
                   text);
}

static bool
yaml_error (struct spec *s, const yaml_parser_t *p, struct ovf_error **err)
{
  if (p->error == YAML_MEMORY_ERROR)
    abort ();
  return error_at (err, OVF_E_FORMAT, "SPEC-001", s->in->name,
                   (unsigned)p->problem_mark.line + 1, "%s",
                   p->problem ? p->problem : "this is no YAML");
}

static void
parser_begin (struct spec *s, yaml_parser_t *p)
{
  if (!yaml_parser_initialize (p))
    abort ();
  yaml_parser_set_encoding (p, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string (p, (const unsigned char *)s->in->text, s->in->len);
}

/* ---- limits ------------------------------------------------------------------ */
struct extent {
  uint64_t depth, nodes, documents;
};

static bool
over_limit (struct spec *s, const yaml_event_t *e, enum limit limit, uint64_t value,
            const char *what, struct ovf_error **err)
{
  if (ctx_within (s->ctx, limit, value, what, err))
    return false;
  error_place (err, NULL, s->in->name, (unsigned)e->start_mark.line + 1);
  return true;
}

static const char *
anchor_of (const yaml_event_t *e)
{
  switch (e->type) {
  case YAML_ALIAS_EVENT: return (const char *)e->data.alias.anchor;
  case YAML_SCALAR_EVENT: return (const char *)e->data.scalar.anchor;
  case YAML_SEQUENCE_START_EVENT: return (const char *)e->data.sequence_start.anchor;
  case YAML_MAPPING_START_EVENT: return (const char *)e->data.mapping_start.anchor;
  default: return NULL;
  }
}

static bool
judge_event (struct spec *s, const yaml_event_t *e, struct extent *x,
             struct ovf_error **err)
{
  const char *anchor = anchor_of (e);

  if (anchor != NULL)
    return error_at (err, OVF_E_FORMAT, "SPEC-003", s->in->name,
                     (unsigned)e->start_mark.line + 1,
                     "anchors and aliases ('%s') are not supported", anchor);
  switch (e->type) {
  case YAML_DOCUMENT_START_EVENT:
    if (++x->documents > 1)
      return error_at (err, OVF_E_FORMAT, "SPEC-001", s->in->name,
                       (unsigned)e->start_mark.line + 1,
                       "a build file is one YAML document");
    return true;
  case YAML_SEQUENCE_START_EVENT:
  case YAML_MAPPING_START_EVENT:
    if (over_limit (s, e, LIMIT_DEPTH, ++x->depth, "the depth of the file", err))
      return false;
    break;
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT:
    x->depth--;
    return true;
  case YAML_SCALAR_EVENT:
    if (over_limit (s, e, LIMIT_TEXT, e->data.scalar.length, "the size of a text", err))
      return false;
    if (memchr (e->data.scalar.value, '\0', e->data.scalar.length) != NULL)
      return error_at (err, OVF_E_FORMAT, "SPEC-001", s->in->name,
                       (unsigned)e->start_mark.line + 1, "a text holds a NUL");
    break;
  default:
    return true;
  }
  return !over_limit (s, e, LIMIT_ELEMENTS, ++x->nodes, "the number of values", err);
}

/* Events first: they are looked at one by one, while a document is built as
 * a whole. */
static bool
within_limits (struct spec *s, struct ovf_error **err)
{
  struct extent x = { 0 };
  yaml_parser_t p;
  bool ok = true, end = false;

  parser_begin (s, &p);
  while (ok && !end) {
    yaml_event_t e;
    if (!yaml_parser_parse (&p, &e)) {
      ok = yaml_error (s, &p, err);
      break;
    }
    end = e.type == YAML_STREAM_END_EVENT;
    ok = ctx_alive (s->ctx, err) && judge_event (s, &e, &x, err);
    yaml_event_delete (&e);
  }
  yaml_parser_delete (&p);
  return ok;
}

/* ---- !param --------------------------------------------------------------------- */
static const char *
given_param (struct spec *s, const char *key)
{
  const char *value = NULL;

  if (s->settings->params == NULL)
    return NULL;
  VECTOR_FOR (p, s->settings->params) {
    size_t n = strlen (key);
    if (strncmp (*p, key, n) == 0 && (*p)[n] == '=')
      value = *p + n + 1;
  }
  return value;
}

static char *
unquote (char *text)
{
  size_t n = strlen (text);

  if (n < 2 || (*text != '"' && *text != '\'') || text[n - 1] != *text)
    return text;
  memmove (text, text + 1, n - 2);
  text[n - 2] = '\0';
  return text;
}

/* `!param KEY` or `!param KEY=DEFAULT`.  libyaml's memory is malloc's. */
static bool
fill_param (struct spec *s, yaml_node_t *n, struct ovf_error **err)
{
  CLEANUP_FREE char *text = xstrdup (spec_text (n));
  char *eq = strchr (text, '=');
  CLEANUP_FREE char *standby = eq ? text_trim (eq + 1) : NULL;
  CLEANUP_FREE char *key = NULL;
  const char *value;

  if (eq != NULL)
    *eq = '\0';
  key = text_trim (text);
  value = given_param (s, key);
  if (value == NULL && standby == NULL) {
    spec_error (s, n, err, "no value is given for the parameter '%s'", key);
    return error_hint (err, "say --param %s=VALUE", key);
  }
  free (n->data.scalar.value);
  n->data.scalar.value = (yaml_char_t *)xstrdup (value ? value : unquote (standby));
  n->data.scalar.length = strlen (spec_text (n));
  return true;
}

static bool
uses_param (struct spec *s, const char *key)
{
  size_t n = strlen (key);

  for (yaml_node_t *node = s->doc.nodes.start; node < s->doc.nodes.top; node++) {
    const char *text = spec_text (node);
    if (node->tag == NULL || strcmp ((const char *)node->tag, "!param") != 0)
      continue;
    text += strspn (text, " ");
    if (strncmp (text, key, n) == 0 && strchr (" =", text[n]) != NULL)
      return true;
  }
  return false;
}

static bool
judge_tags (struct spec *s, struct ovf_error **err)
{
  for (size_t i = 0; s->settings->params != NULL && i < s->settings->params->len; i++) {
    const char *p = s->settings->params->ptr[i];
    const char *eq = strchr (p, '=');
    CLEANUP_FREE char *key = xstrndup (p, eq ? (size_t)(eq - p) : strlen (p));
    if (eq == NULL || eq == p)
      return error_set (err, OVF_E_USAGE, "--param is KEY=VALUE, not '%s'", p);
    if (!uses_param (s, key))
      report_add (s->report, OVF_WARNING, "SPEC-004", s->in->name, 0, NULL,
                  "the file has no parameter '%s'", key);
  }
  for (yaml_node_t *n = s->doc.nodes.start; n < s->doc.nodes.top; n++) {
    const char *tag = n->tag ? (const char *)n->tag : "";
    if (strcmp (tag, "!param") == 0 && n->type == YAML_SCALAR_NODE) {
      if (!fill_param (s, n, err))
        return false;
    }
    else if (*tag == '!')
      return spec_error (s, n, err, "the tag '%s' is not known", tag);
  }
  return true;
}

/* ---- double keys ------------------------------------------------------------------ */
static int
by_text (const void *a, const void *b)
{
  return strcmp (spec_text (*(yaml_node_t *const *)a),
                 spec_text (*(yaml_node_t *const *)b));
}

DEFINE_VECTOR (nodes, yaml_node_t *)

static bool
unique_keys (struct spec *s, const yaml_node_t *map, struct ovf_error **err)
{
  nodes keys = { 0 };
  bool ok = true;

  for (size_t i = 0; ok && i < spec_count (map); i++) {
    yaml_node_t *k = yaml_document_get_node (
      &s->doc, map->data.mapping.pairs.start[i].key);
    ok = k->type == YAML_SCALAR_NODE || spec_error (s, k, err, "a key must be a text");
    nodes_append (&keys, k);
  }
  if (ok && keys.len > 1)
    qsort (keys.ptr, keys.len, sizeof *keys.ptr, by_text);
  for (size_t i = 1; ok && i < keys.len; i++)
    if (by_text (&keys.ptr[i - 1], &keys.ptr[i]) == 0)
      ok = spec_error (s, keys.ptr[i], err, "the key '%s' is here twice",
                       spec_text (keys.ptr[i]));
  free (keys.ptr);
  return ok;
}

/* ---- loading ------------------------------------------------------------------------ */
bool
spec_load (struct spec *s, struct ovf_error **err)
{
  yaml_parser_t p;
  bool ok;

  if (!within_limits (s, err))
    return false;
  parser_begin (s, &p);
  ok = yaml_parser_load (&p, &s->doc) || yaml_error (s, &p, err);
  yaml_parser_delete (&p);
  if (!ok)
    return false;
  ok = judge_tags (s, err);
  for (yaml_node_t *n = s->doc.nodes.start; ok && n < s->doc.nodes.top; n++)
    if (n->type == YAML_MAPPING_NODE)
      ok = unique_keys (s, n, err);
  if (!ok)
    spec_unload (s);
  return ok;
}

void
spec_unload (struct spec *s)
{
  yaml_document_delete (&s->doc);
}

yaml_node_t *
spec_root (struct spec *s)
{
  return yaml_document_get_root_node (&s->doc);
}

/* ---- values ---------------------------------------------------------------------------- */
const char *
spec_text (const yaml_node_t *n)
{
  return n != NULL && n->type == YAML_SCALAR_NODE
           ? (const char *)n->data.scalar.value : "";
}

bool
spec_is_null (const yaml_node_t *n)
{
  static const char *const words[] = { "", "~", "null", "Null", "NULL" };

  if (n == NULL)
    return true;
  if (n->type != YAML_SCALAR_NODE
      || n->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
    return false;
  for (size_t i = 0; i < ARRAY_SIZE (words); i++)
    if (strcmp (words[i], spec_text (n)) == 0)
      return true;
  return false;
}

bool
spec_is_map (struct spec *s, const yaml_node_t *n, const char *what,
             struct ovf_error **err)
{
  return spec_is_null (n) || n->type == YAML_MAPPING_NODE
         || spec_error (s, n, err, "'%s' must have keys of its own", what);
}

size_t
spec_count (const yaml_node_t *n)
{
  if (n != NULL && n->type == YAML_MAPPING_NODE)
    return (size_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start);
  if (n != NULL && n->type == YAML_SEQUENCE_NODE)
    return (size_t)(n->data.sequence.items.top - n->data.sequence.items.start);
  return 0;
}

void
spec_pair (struct spec *s, const yaml_node_t *map, size_t i, const char **ret_key,
           yaml_node_t **ret_key_node, yaml_node_t **ret_value)
{
  const yaml_node_pair_t *p = &map->data.mapping.pairs.start[i];
  yaml_node_t *key = yaml_document_get_node (&s->doc, p->key);

  *ret_key = spec_text (key);
  if (ret_key_node != NULL)
    *ret_key_node = key;
  *ret_value = yaml_document_get_node (&s->doc, p->value);
}

yaml_node_t *
spec_item (struct spec *s, const yaml_node_t *list, size_t i)
{
  return yaml_document_get_node (&s->doc, list->data.sequence.items.start[i]);
}

bool
spec_words (struct spec *s, yaml_node_t *n, const char *what, strings *ret,
            struct ovf_error **err)
{
  const char *p = spec_text (n);

  if (spec_is_null (n))
    return true;
  if (n->type == YAML_MAPPING_NODE)
    return spec_error (s, n, err, "'%s' is a word or a list of words", what);
  for (size_t i = 0; i < spec_count (n); i++) {
    yaml_node_t *item = spec_item (s, n, i);
    if (item->type != YAML_SCALAR_NODE)
      return spec_error (s, item, err, "'%s' is a list of words", what);
    strings_append (ret, xstrdup (spec_text (item)));
  }
  while (*(p += strspn (p, " \t\n")) != '\0') {
    size_t len = strcspn (p, " \t\n");
    strings_append (ret, xstrndup (p, len));
    p += len;
  }
  return true;
}

/* ---- tables -------------------------------------------------------------------------------- */
static const struct spec_field *
find_field (const char *key, const struct spec_field *fields, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (strcmp (fields[i].key, key) == 0)
      return &fields[i];
  return NULL;
}

static bool
unknown_key (struct spec *s, const yaml_node_t *key, const char *what,
             const struct spec_field *fields, size_t n, struct ovf_error **err)
{
  CLEANUP_FREE char *all = NULL;

  for (size_t i = 0; i < n; i++) {
    char *more = xasprintf ("%s%s%s", all ? all : "", all ? ", " : "", fields[i].key);
    free (all);
    all = more;
  }
  spec_error (s, key, err, "unknown key '%s' in '%s'", spec_text (key), what);
  return error_hint (err, "known keys: %s", all ? all : "none");
}

static bool
set_field (struct spec *s, yaml_node_t *v, const struct spec_field *f, void *base,
           struct ovf_error **err)
{
  char *at = (char *)base + f->offset;
  bool yes;

  if (f->kind == SPEC_NODE)
    *(yaml_node_t **)(void *)at = v;
  if (f->kind == SPEC_NODE || spec_is_null (v))
    return true;
  if (v->type != YAML_SCALAR_NODE)
    return spec_error (s, v, err, "'%s' is one value", f->key);
  if (f->kind == SPEC_TEXT) {
    set_string ((char **)(void *)at, spec_text (v));
    return true;
  }
  if (!parse_bool (spec_text (v), &yes))
    return spec_error (s, v, err, "'%s' is true or false, not '%s'", f->key,
                       spec_text (v));
  *(enum tristate *)(void *)at = yes ? YES : NO;
  return true;
}

bool
spec_fields (struct spec *s, yaml_node_t *map, const char *what,
             const struct spec_field *fields, size_t n, void *base,
             struct ovf_error **err)
{
  for (size_t i = 0; i < n; i++)
    if (fields[i].kind == SPEC_FLAG)
      *(enum tristate *)(void *)((char *)base + fields[i].offset) = UNSET;
  if (!spec_is_map (s, map, what, err))
    return false;
  for (size_t i = 0; i < (spec_is_null (map) ? 0 : spec_count (map)); i++) {
    const struct spec_field *f;
    yaml_node_t *key, *value;
    const char *name;
    spec_pair (s, map, i, &name, &key, &value);
    f = find_field (name, fields, n);
    if (f == NULL)
      return unknown_key (s, key, what, fields, n, err);
    if (!set_field (s, value, f, base, err))
      return false;
  }
  return true;
}

void
spec_fields_free (const struct spec_field *fields, size_t n, void *base)
{
  for (size_t i = 0; i < n; i++)
    if (fields[i].kind == SPEC_TEXT)
      free (*(char **)(void *)((char *)base + fields[i].offset));
}

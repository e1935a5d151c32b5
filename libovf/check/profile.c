/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads profiles: small YAML files of known keys.  A user may write one, so
 * every mistake is told with its line. */
#include "check/profile.h"

#include <unistd.h>
#include <yaml.h>

#include "base/data.h"
#include "base/file.h"
#include "base/text.h"

#define MAX_REFUSALS 1000
#define MAX_WORDS 1000

static const char *const list_names[PROFILE_LISTS] = {
  [PROFILE_DIGESTS] = "digests",
  [PROFILE_FAMILIES] = "hardware_families",
  [PROFILE_VERSIONS] = "ovf_versions",
  [PROFILE_BUSES] = "buses",
  [PROFILE_NICS] = "nics",
  [PROFILE_SOUND] = "sound",
  [PROFILE_FIRMWARE] = "firmware",
  [PROFILE_COMPRESSION] = "compression",
  [PROFILE_TAR] = "tar",
  [PROFILE_MACHINES] = "machines"
};

struct loader {
  const char *file;         /* for messages */
  yaml_document_t doc;
  struct profile *p;
};

/* ---- life ------------------------------------------------------------------ */
void
profile_free (struct profile *p)
{
  if (p == NULL)
    return;
  for (size_t i = 0; i < PROFILE_LISTS; i++)
    strings_free (&p->lists[i]);
  VECTOR_FOR (r, &p->refuse) {
    free (r->rule);
    free (r->message);
    free (r->source);
  }
  free (p->refuse.ptr);
  free (p->name);
  free (p->title);
  free (p);
}

void
profiles_free (profiles *all)
{
  VECTOR_FOR (p, all)
    profile_free (*p);
  free (all->ptr);
  memset (all, 0, sizeof *all);
}

/* ---- values ------------------------------------------------------------------ */
static bool
wrong (const struct loader *l, const yaml_node_t *n, struct ovf_error **err,
       const char *what)
{
  return error_at (err, OVF_E_FORMAT, NULL, l->file,
                   n ? (unsigned)n->start_mark.line + 1 : 0, "%s", what);
}

/* A scalar's text without NUL bytes, or NULL and an error. */
static const char *
scalar (const struct loader *l, const yaml_node_t *n, struct ovf_error **err)
{
  const char *s;

  if (n == NULL || n->type != YAML_SCALAR_NODE) {
    wrong (l, n, err, "a word is expected here");
    return NULL;
  }
  s = (const char *)n->data.scalar.value;
  if (strlen (s) == n->data.scalar.length)
    return s;
  wrong (l, n, err, "a text holds a NUL");
  return NULL;
}

static yaml_node_t *
node (struct loader *l, int index)
{
  return yaml_document_get_node (&l->doc, index);
}

static bool
read_list (struct loader *l, enum profile_list which, yaml_node_t *n,
           struct ovf_error **err)
{
  strings *list = &l->p->lists[which];
  const char *s;

  l->p->given[which] = true;
  if (n->type != YAML_SEQUENCE_NODE) {
    s = scalar (l, n, err);
    return s != NULL && (strings_append (list, xstrdup (s)), true);
  }
  for (yaml_node_item_t *i = n->data.sequence.items.start;
       i < n->data.sequence.items.top; i++) {
    s = scalar (l, node (l, *i), err);
    if (s == NULL)
      return false;
    if (list->len == MAX_WORDS)
      return wrong (l, n, err, "the list is too long");
    strings_append (list, xstrdup (s));
  }
  return true;
}

static bool
read_severity (const struct loader *l, const yaml_node_t *n, enum level *ret,
               struct ovf_error **err)
{
  static const struct { const char *word; enum level level; } words[] = {
    { "error", LEVEL_ERROR }, { "warning", LEVEL_WARNING }, { "note", LEVEL_NOTE }
  };
  const char *s = scalar (l, n, err);

  if (s == NULL)
    return false;
  for (size_t i = 0; i < ARRAY_SIZE (words); i++)
    if (strcmp (s, words[i].word) == 0) {
      *ret = words[i].level;
      return true;
    }
  return wrong (l, n, err, "a severity is error, warning or note");
}

static bool
read_refusal (struct loader *l, yaml_node_t *n, struct ovf_error **err)
{
  struct refusal *r;

  if (n == NULL || n->type != YAML_MAPPING_NODE)
    return wrong (l, n, err, "a refusal has the keys rule, severity, message, source");
  if (l->p->refuse.len == MAX_REFUSALS)
    return wrong (l, n, err, "there are too many refusals");
  r = refusals_add (&l->p->refuse);
  r->severity = LEVEL_ERROR;
  for (yaml_node_pair_t *i = n->data.mapping.pairs.start;
       i < n->data.mapping.pairs.top; i++) {
    const yaml_node_t *k = node (l, i->key), *v = node (l, i->value);
    const char *key = scalar (l, k, err), *text = scalar (l, v, err);
    if (key == NULL || text == NULL)
      return false;
    if (strcmp (key, "severity") == 0) {
      if (!read_severity (l, v, &r->severity, err))
        return false;
      continue;
    }
    if (strcmp (key, "rule") == 0)
      set_string (&r->rule, text);
    else if (strcmp (key, "message") == 0)
      set_string (&r->message, text);
    else if (strcmp (key, "source") == 0)
      set_string (&r->source, text);
    else
      return wrong (l, k, err, "a refusal has the keys rule, severity, message, source");
  }
  if (r->rule == NULL || rule_by_id (r->rule) == NULL) {
    wrong (l, n, err, "the rule of a refusal is missing, or there is no such rule");
    return error_hint (err, "'ovftool validate --list-rules' lists them");
  }
  return true;
}

static bool
read_refuse (struct loader *l, yaml_node_t *n, struct ovf_error **err)
{
  if (n->type != YAML_SEQUENCE_NODE)
    return wrong (l, n, err, "'refuse' is a list");
  for (yaml_node_item_t *i = n->data.sequence.items.start;
       i < n->data.sequence.items.top; i++)
    if (!read_refusal (l, node (l, *i), err))
      return false;
  return true;
}

/* ---- keys ------------------------------------------------------------------------ */
static bool
read_key (struct loader *l, const yaml_node_t *k, yaml_node_t *v, struct ovf_error **err)
{
  const char *key = scalar (l, k, err), *text;
  bool name;

  if (key == NULL || v == NULL)
    return false;
  if (strcmp (key, "refuse") == 0)
    return read_refuse (l, v, err);
  for (size_t i = 0; i < PROFILE_LISTS; i++)
    if (strcmp (key, list_names[i]) == 0)
      return l->p->given[i] ? wrong (l, k, err, "the key is given twice")
                            : read_list (l, i, v, err);
  name = strcmp (key, "name") == 0;
  if (!name && strcmp (key, "title") != 0) {
    CLEANUP_FREE char *what = xasprintf ("there is no key '%s'", key);
    wrong (l, k, err, what);
    return error_hint (err, "ovftool-profiles(5) lists the keys");
  }
  text = scalar (l, v, err);
  if (text == NULL)
    return false;
  set_string (name ? &l->p->name : &l->p->title, text);
  return true;
}

static bool
read_document (struct loader *l, struct ovf_error **err)
{
  yaml_node_t *root = yaml_document_get_root_node (&l->doc);

  if (root == NULL || root->type != YAML_MAPPING_NODE)
    return wrong (l, root, err, "a profile is a mapping of keys");
  for (yaml_node_pair_t *i = root->data.mapping.pairs.start;
       i < root->data.mapping.pairs.top; i++)
    if (!read_key (l, node (l, i->key), node (l, i->value), err))
      return false;
  if (l->p->name == NULL)
    return wrong (l, root, err, "a profile has a name");
  if (l->p->title == NULL)
    l->p->title = xstrdup (l->p->name);
  return true;
}

static struct profile *
parse (const char *file, const char *text, size_t len, struct ovf_error **err)
{
  CLEANUP (profile) struct profile *p = xcalloc (1, sizeof *p);
  struct loader l = { .file = file, .p = p };
  yaml_parser_t parser;
  bool ok;

  if (!yaml_parser_initialize (&parser))
    abort ();
  yaml_parser_set_encoding (&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string (&parser, (const unsigned char *)text, len);
  if (!yaml_parser_load (&parser, &l.doc)) {
    error_at (err, OVF_E_FORMAT, NULL, file, (unsigned)parser.problem_mark.line + 1,
              "%s", parser.problem ? parser.problem : "this is no YAML");
    yaml_parser_delete (&parser);
    return NULL;
  }
  ok = read_document (&l, err);
  yaml_document_delete (&l.doc);
  yaml_parser_delete (&parser);
  return ok ? STEAL (p) : NULL;
}

/* ---- files ------------------------------------------------------------------------- */
static struct profile *
load_file (const struct ovf_ctx *ctx, const char *path, struct ovf_error **err)
{
  CLEANUP_FD int fd = file_open_user (path, NULL, err);
  CLEANUP_FREE char *text = NULL;
  size_t len;

  if (fd < 0)
    return NULL;
  text = file_read_text (ctx, fd, path, LIMIT_MANIFEST, &len, err);
  return text ? parse (path, text, len, err) : NULL;
}

static bool
no_such (const char *name, struct ovf_error **err)
{
  CLEANUP_FREE char *list = xstrdup ("");
  strings names = { 0 };

  error_set (err, OVF_E_USAGE, "there is no profile '%s'", name);
  if (profile_names (&names, NULL))
    VECTOR_FOR (n, &names) {
      char *more = xasprintf ("%s%s%s", list, *list ? ", " : "", *n);
      free (list);
      list = more;
    }
  strings_free (&names);
  return error_hint (err, "there are %s; a file of your own is given with its path", list);
}

struct profile *
profile_load (const struct ovf_ctx *ctx, const char *name, struct ovf_error **err)
{
  CLEANUP_FREE char *base = NULL;
  CLEANUP_FREE char *path = NULL;

  if (strchr (name, '/') != NULL || text_has_suffix (name, ".yaml"))
    return load_file (ctx, name, err);
  base = xasprintf ("profiles/%s.yaml", name);
  path = data_path (base);
  if (*name == '\0' || *name == '.' || access (path, F_OK) != 0) {
    no_such (name, err);
    return NULL;
  }
  return load_file (ctx, path, err);
}

bool
profiles_load (const struct ovf_ctx *ctx, const strings *names, profiles *ret,
               struct ovf_error **err)
{
  VECTOR_FOR (name, names) {
    struct profile *p = profile_load (ctx, *name, err);
    if (p == NULL) {
      profiles_free (ret);
      return false;
    }
    profiles_append (ret, p);
  }
  return true;
}

bool
profile_names (strings *ret, struct ovf_error **err)
{
  CLEANUP_FREE char *path = data_path ("profiles");
  CLEANUP_FD int dir = dir_open (path, err);

  if (dir < 0 || !dir_find (dir, ".yaml", ret, err))
    return false;
  VECTOR_FOR (n, ret)
    (*n)[strlen (*n) - strlen (".yaml")] = '\0';
  return true;
}

/* ---- questions ------------------------------------------------------------------------ */
bool
profile_takes (const struct profile *p, enum profile_list which, const char *word)
{
  if (!p->given[which])
    return true;
  VECTOR_FOR (w, &p->lists[which])
    if (text_glob (*w, word))
      return true;
  return false;
}

const char *
profile_best (const struct profile *p, enum profile_list which)
{
  return p->given[which] && p->lists[which].len > 0 ? p->lists[which].ptr[0] : NULL;
}

const struct refusal *
profile_refusal (const struct profile *p, const char *rule)
{
  VECTOR_FOR (r, &p->refuse)
    if (strcmp (r->rule, rule) == 0)
      return r;
  return NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Schemas by namespace; see schema-set.h.
 *
 * A folder of official files may hold several versions of each, drafts too:
 * of the documents with the wanted namespace the newest that compiles is
 * taken, and its imports come from its own folder before any other. */
#include "check/schema-set.h"

#include <ctype.h>
#include <pthread.h>

#include "base/data.h"
#include "base/file.h"
#include "base/text.h"

#define CATALOG_NS "urn:oasis:names:tc:entity:xmlns:xml:catalog"
#define MAX_FILES 400 /* all the DMTF ever published for OVF is a tenth */
#define MAX_DEPTH 8
#define MAX_FOLDERS 400 /* links can make a few of them many */
#define MAX_TRIES 8

/* ---- documents ------------------------------------------------------------------ */
struct source {
  struct schema_doc schema;
  char *folder;
  unsigned rank; /* its version, 0 unknown or a draft */
};
DEFINE_VECTOR (sources, struct source *)

static void
sources_clear (sources *v)
{
  VECTOR_FOR (s, v) {
    schema_doc_clear (&(*s)->schema);
    free ((*s)->folder);
    free (*s);
  }
  free (v->ptr);
  memset (v, 0, sizeof *v);
}
#define CLEANUP_SOURCES __attribute__ ((cleanup (sources_clear)))

/* "Version: 1.1.1" in a comment before the root; with a letter behind it
 * ("1.0.0d") a draft. */
static unsigned
version_of (const xmlDoc *doc)
{
  for (const xmlNode *n = doc->children; n != NULL; n = n->next) {
    const char *p = n->type == XML_COMMENT_NODE && n->content
                      ? strstr ((const char *)n->content, "Version:") : NULL;
    unsigned rank = 0, part = 0;
    if (p == NULL)
      continue;
    for (p += strlen ("Version:"); *p == ' '; p++)
      ;
    for (; isdigit ((unsigned char)*p) || *p == '.'; p++) {
      if (*p == '.') {
        rank = (rank + part) * 100;
        part = 0;
      } else if (part < 10)
        part = part * 10 + (unsigned)(*p - '0');
    }
    return isalpha ((unsigned char)*p) ? 0 : (rank + part) % 1000000;
  }
  return 0;
}

/* fd is the file's, or -1 with the error set. */
static struct source *
read_source (const struct ovf_ctx *ctx, int fd, const char *folder,
             const char *name, struct ovf_error **err)
{
  CLEANUP_FREE char *path = path_join (folder, name);
  CLEANUP_FREE char *text = NULL;
  struct source *s;
  size_t len;

  if (fd < 0)
    return NULL;
  text = file_read_text (ctx, fd, path, LIMIT_DESCRIPTOR, &len, err);
  if (text == NULL)
    return NULL;
  s = xcalloc (1, sizeof *s);
  if (!schema_doc_read (ctx, path, text, len, &s->schema, err)) {
    free (s);
    return NULL;
  }
  s->folder = xstrdup (folder);
  s->rank = version_of (s->schema.doc);
  return s;
}

/* ---- our own: the catalog says where ------------------------------------------------ */
static char *
catalog_file (const xmlDoc *catalog, const char *ns)
{
  XML_FOR (n, xmlDocGetRootElement (catalog)) {
    CLEANUP_FREE char *name = NULL;
    if (!xml_is (n, CATALOG_NS, "uri"))
      continue;
    name = xml_attr (n, NULL, "name");
    if (name != NULL && strcmp (name, ns) == 0)
      return xml_attr (n, NULL, "uri");
  }
  return NULL;
}

static xmlDoc *
read_catalog (const struct ovf_ctx *ctx, struct ovf_error **err)
{
  CLEANUP_FREE char *path = data_path ("catalog.xml");
  CLEANUP_FD int fd = file_open_user (path, NULL, err);
  CLEANUP_FREE char *text = NULL;
  size_t len;

  if (fd >= 0)
    text = file_read_text (ctx, fd, path, LIMIT_DESCRIPTOR, &len, err);
  return text ? xml_parse (ctx, path, text, len, err) : NULL;
}

static bool
add_own (const struct ovf_ctx *ctx, const xmlDoc *catalog, const char *ns,
         sources *set, struct ovf_error **err)
{
  CLEANUP_FREE char *folder = data_path (".");
  CLEANUP_FREE char *file = catalog_file (catalog, ns);
  CLEANUP_FREE char *path = file ? path_join (folder, file) : NULL;
  CLEANUP_FD int fd = -1;
  struct source *s;

  if (file == NULL)
    return error_set (err, OVF_E_UNSUPPORTED, "there is no schema of the namespace '%s'", ns);
  fd = file_open_user (path, NULL, err);
  s = read_source (ctx, fd, folder, file, err);
  if (s != NULL)
    sources_append (set, s);
  return s != NULL;
}

static bool
has (const sources *set, const char *ns)
{
  VECTOR_FOR (s, set)
    if (strcmp ((*s)->schema.ns, ns) == 0)
      return true;
  return false;
}

static struct xml_schema *
compile (const sources *set, struct ovf_error **err)
{
  struct schema_doc **docs = xcalloc (set->len, sizeof *docs);
  struct xml_schema *schema;

  for (size_t i = 0; i < set->len; i++)
    docs[i] = &set->ptr[i]->schema;
  schema = xml_schema_compile (docs, set->len, err);
  free (docs);
  return schema;
}

static struct xml_schema *
own_schema (const struct ovf_ctx *ctx, const char *ns, struct ovf_error **err)
{
  CLEANUP_XML xmlDoc *catalog = read_catalog (ctx, err);
  CLEANUP_SOURCES sources set = { 0 };

  if (catalog == NULL || !add_own (ctx, catalog, ns, &set, err))
    return NULL;
  /* set grows while it is walked: what is imported imports, too. */
  for (size_t i = 0; i < set.len; i++) {
    const strings *imports = &set.ptr[i]->schema.imports;
    for (size_t k = 0; k < imports->len; k++)
      if (!has (&set, imports->ptr[k])
          && !add_own (ctx, catalog, imports->ptr[k], &set, err))
        return NULL;
  }
  return compile (&set, err);
}

/* ---- a folder of official files ------------------------------------------------------ */
static void
add_found (const struct ovf_ctx *ctx, int dirfd, const char *folder,
           const char *name, sources *found)
{
  struct stat st;
  CLEANUP_FD int fd = file_open_beneath (dirfd, name, &st, NULL);
  struct source *s = read_source (ctx, fd, folder, name, NULL);

  if (s != NULL)
    sources_append (found, s);
}

/* Files that are no schema, or not well-formed, are passed over. */
static bool
scan_folder (const struct ovf_ctx *ctx, const char *folder, unsigned depth,
             unsigned *folders, sources *found, struct ovf_error **err)
{
  CLEANUP_FD int fd = dir_open (folder, depth == 0 ? err : NULL);
  strings names = { 0 };
  bool ok = fd >= 0 && dir_find (fd, "", &names, err);

  if (fd < 0)
    return depth > 0; /* a file among the folders */
  VECTOR_FOR (name, &names) {
    CLEANUP_FREE char *path = path_join (folder, *name);
    if (!ok || found->len >= MAX_FILES || **name == '.')
      continue;
    if (!text_has_suffix (*name, ".xsd")) {
      if (depth < MAX_DEPTH && (*folders)++ < MAX_FOLDERS)
        ok = scan_folder (ctx, path, depth + 1, folders, found, err);
      continue;
    }
    add_found (ctx, fd, folder, *name, found);
    ok = ctx_alive (ctx, err);
  }
  strings_free (&names);
  return ok;
}

/* The document to import into `root`: of its folder, else the newest. */
static struct source *
best (const sources *found, const char *ns, const struct source *root)
{
  struct source *win = NULL;

  VECTOR_FOR (s, found) {
    bool near = strcmp ((*s)->folder, root->folder) == 0;
    bool win_near = win && strcmp (win->folder, root->folder) == 0;
    if (strcmp ((*s)->schema.ns, ns) != 0)
      continue;
    if (win == NULL || near > win_near || (near == win_near && (*s)->rank > win->rank))
      win = *s;
  }
  return win;
}

/* The W3C's schemas may come from our folder: nobody keeps those with OVF's. */
static bool
add_import (const struct ovf_ctx *ctx, const sources *found, const char *ns,
            const struct source *root, sources *set, sources *own,
            struct ovf_error **err)
{
  struct source *s = best (found, ns, root);

  if (s == NULL && strncmp (ns, "http://www.w3.org/", 18) == 0) {
    CLEANUP_XML xmlDoc *catalog = read_catalog (ctx, err);
    if (catalog == NULL || !add_own (ctx, catalog, ns, own, err))
      return false;
    s = own->ptr[own->len - 1];
  }
  if (s == NULL)
    return error_set (err, OVF_E_IO, "no schema of the namespace '%s' is there", ns);
  sources_append (set, s);
  return true;
}

/* A schema with this document as its root. */
static struct xml_schema *
try_root (const struct ovf_ctx *ctx, const sources *found, struct source *root,
          struct ovf_error **err)
{
  sources set = { 0 }; /* borrowed from the other two */
  CLEANUP_SOURCES sources own = { 0 };
  struct xml_schema *schema = NULL;
  bool ok = true;

  sources_append (&set, root);
  for (size_t i = 0; i < set.len && ok; i++) {
    const strings *imports = &set.ptr[i]->schema.imports;
    for (size_t k = 0; k < imports->len && ok; k++)
      if (!has (&set, imports->ptr[k]))
        ok = add_import (ctx, found, imports->ptr[k], root, &set, &own, err);
  }
  if (ok)
    schema = compile (&set, err);
  free (set.ptr);
  return schema;
}

static int
by_rank (const void *a, const void *b)
{
  const struct source *x = *(struct source *const *)a, *y = *(struct source *const *)b;

  if (x->rank != y->rank)
    return x->rank > y->rank ? -1 : 1;
  return strcmp (x->folder, y->folder);
}

static struct xml_schema *
folder_schema (const struct ovf_ctx *ctx, const char *ns, const char *dir,
               struct ovf_error **err)
{
  CLEANUP_SOURCES sources found = { 0 };
  CLEANUP_ERROR struct ovf_error *why = NULL;
  struct xml_schema *schema = NULL;
  unsigned tries = 0, folders = 0;

  if (!scan_folder (ctx, dir, 0, &folders, &found, err))
    return NULL;
  if (found.len > 1)
    qsort (found.ptr, found.len, sizeof *found.ptr, by_rank);
  VECTOR_FOR (s, &found)
    if (schema == NULL && strcmp ((*s)->schema.ns, ns) == 0 && tries++ < MAX_TRIES)
      schema = try_root (ctx, &found, *s, &why);
  if (schema != NULL)
    return schema;
  if (why != NULL)
    error_move (err, &why);
  else
    error_set (err, OVF_E_IO, "no schema of the namespace '%s' is there", ns);
  error_prefix (err, "the folder '%s'", dir);
  error_hint (err, "--schema-dir needs the .xsd files of DSP8023 with all that they "
                   "import; without it, the tool's own schemas are used");
  return NULL;
}

/* ---- what a context keeps ------------------------------------------------------------ */
struct entry {
  char *ns, *dir; /* dir NULL: ours */
  struct xml_schema *schema;
};
DEFINE_VECTOR (entries, struct entry)

struct cache {
  pthread_mutex_t lock;
  entries list;
};

static void *
cache_new (void)
{
  struct cache *c = xcalloc (1, sizeof *c);

  pthread_mutex_init (&c->lock, NULL);
  return c;
}

static void
cache_free (void *p)
{
  struct cache *c = p;

  VECTOR_FOR (e, &c->list) {
    free (e->ns);
    free (e->dir);
    xml_schema_free (e->schema);
  }
  free (c->list.ptr);
  pthread_mutex_destroy (&c->lock);
  free (c);
}

static bool
same (const char *a, const char *b)
{
  return a == NULL || b == NULL ? a == b : strcmp (a, b) == 0;
}

const struct xml_schema *
schema_for (struct ovf_ctx *ctx, const char *ns, const char *dir, struct ovf_error **err)
{
  struct cache *c = ctx_keep (ctx, cache_new, cache_free);
  struct xml_schema *schema = NULL;

  pthread_mutex_lock (&c->lock);
  VECTOR_FOR (e, &c->list)
    if (same (e->dir, dir) && strcmp (e->ns, ns) == 0)
      schema = e->schema;
  if (schema == NULL) {
    schema = dir ? folder_schema (ctx, ns, dir, err) : own_schema (ctx, ns, err);
    if (schema != NULL)
      entries_append (&c->list, (struct entry) { xstrdup (ns), xstrdup (dir), schema });
  }
  pthread_mutex_unlock (&c->lock);
  return schema;
}

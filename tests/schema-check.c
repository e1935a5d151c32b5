/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verdicts of schemas on documents as they are.
 *
 *   schema-check [--schema-dir DIR] FILE...
 *     prints "valid KIND FILE" or "invalid KIND FILE", KIND 1, 2 (OVF) or env;
 *     "other FILE" (no DMTF namespace), "unreadable FILE: why".
 *   schema-check --compare DIR [--mutate N] [--keep FOLDER] FILE...
 *     our schemas against those in DIR: every file, and N mutations of each
 *     (elements and attributes dropped, doubled, moved, renamed, added, given
 *     other values).  Prints the counts; writes documents on which the two
 *     differ to FOLDER.  "loose": only ours refuses, and both take it once
 *     foreign elements stand behind the standard's.
 */
#include <libxml/tree.h>
#include <stdio.h>

#include "base/file.h"
#include "base/text.h"
#include "check/schema.h"

DEFINE_VECTOR (node_list, xmlNode *)

struct run {
  struct ovf_ctx *ctx;
  const char *dir, *keep;
  unsigned mutations;
  uint64_t seed;
  strings names; /* "namespace name" of elements and attributes met */
  unsigned long files, compared, valid, differ, loose;
};

/* ---- chance, the same on every machine ---------------------------------------- */
static unsigned
roll (struct run *r, size_t n)
{
  r->seed = r->seed * UINT64_C (6364136223846793005) + UINT64_C (1442695040888963407);
  return n ? (unsigned)((r->seed >> 33) % n) : 0;
}

static const char *const values[] = {
  "", " ", "abc", "-1", "0", "1", "2", "3", "4", "7", "65535", "65536", "4294967295",
  "4294967296", "18446744073709551615", "18446744073709551616", "true", "false", "TRUE",
  " 12 ", "1.5", "16777216", "en-US", "en_US", "x y", "http://a b/%zz", "%", "preserve",
  "2013-08-22T00:00:00Z", "P1D", "AAEC", "AAE",
  "a text that is longer than the sixty-four letters which a Caption may have"
};

static const char *
any_value (struct run *r)
{
  return values[roll (r, ARRAY_SIZE (values))];
}

/* ---- mutations -------------------------------------------------------------------- */
static void
collect (const xmlDoc *doc, node_list *list)
{
  const xmlNode *root = xmlDocGetRootElement (doc), *n = root;

  while (n != NULL) {
    node_list_append (list, (xmlNode *)n);
    if (xml_first (n) != NULL) {
      n = xml_first (n);
      continue;
    }
    while (n != root && xml_next (n) == NULL)
      n = n->parent;
    n = n == root ? NULL : xml_next (n);
  }
}

/* An element of any name that any document had. */
static xmlNode *
new_element (struct run *r, xmlDoc *doc)
{
  const char *name = r->names.ptr[roll (r, r->names.len)];
  const char *blank = strchr (name, ' ');
  CLEANUP_FREE char *ns = xstrndup (name, (size_t)(blank - name));
  xmlNode *n = xmlNewDocNode (doc, NULL, (const xmlChar *)blank + 1,
                              (const xmlChar *)(roll (r, 2) ? any_value (r) : NULL));

  if (*ns != '\0')
    xmlSetNs (n, xmlNewNs (n, (const xmlChar *)ns, (const xmlChar *)"m"));
  return n;
}

static void
set_attribute (struct run *r, xmlNode *n)
{
  const char *name = r->names.ptr[roll (r, r->names.len)];
  const char *local = strchr (name, ' ') + 1;
  xmlAttr *a = n->properties;

  for (unsigned k = roll (r, 4); a != NULL && a->next != NULL && k > 0; k--)
    a = a->next;
  switch (roll (r, 4)) {
  case 0:
    if (a != NULL)
      xmlRemoveProp (a);
    break;
  case 1:
    xmlSetNsProp (n, n->ns, (const xmlChar *)local, (const xmlChar *)any_value (r));
    break;
  case 2: {
    xmlNs *xsi = xmlNewNs (n, (const xmlChar *)"http://www.w3.org/2001/XMLSchema-instance",
                           (const xmlChar *)"mxsi");
    if (xsi != NULL)
      xmlSetNsProp (n, xsi, (const xmlChar *)"nil", (const xmlChar *)any_value (r));
    break;
  }
  default:
    if (a != NULL && a->ns != NULL)
      xmlSetNsProp (n, a->ns, a->name, (const xmlChar *)any_value (r));
    else if (a != NULL)
      xmlSetProp (n, a->name, (const xmlChar *)any_value (r));
  }
}

static void
mutate (struct run *r, xmlDoc *doc)
{
  node_list list = { 0 };
  xmlNode *n, *other;

  collect (doc, &list);
  n = list.ptr[list.len > 1 ? 1 + roll (r, list.len - 1) : 0];
  other = n->parent->type == XML_ELEMENT_NODE ? xml_next (n) : NULL;
  switch (n->parent->type == XML_ELEMENT_NODE ? roll (r, 10) : 9) {
  case 0: /* dropped */
    xmlUnlinkNode (n);
    xmlFreeNode (n);
    break;
  case 1: /* doubled */
    xmlAddNextSibling (n, xmlCopyNode (n, 1));
    break;
  case 2: /* behind the next one */
    if (other != NULL)
      xmlAddNextSibling (other, n);
    break;
  case 3: /* another name */
    xmlNodeSetName (n, (const xmlChar *)strchr (r->names.ptr[roll (r, r->names.len)], ' ') + 1);
    break;
  case 4: /* another text */
    xmlNodeSetContent (n, (const xmlChar *)any_value (r));
    break;
  case 5: /* something new before, behind or in it */
    xmlAddPrevSibling (n, new_element (r, doc));
    break;
  case 6:
    xmlAddNextSibling (n, new_element (r, doc));
    break;
  case 7:
    xmlAddChild (n, new_element (r, doc));
    break;
  default:
    set_attribute (r, n);
  }
  free (list.ptr);
}

/* ---- verdicts -------------------------------------------------------------------------- */
/* Puts children of other namespaces behind those of their parent's own;
 * false when they were.  libxml2 takes them anywhere where a schema ends its
 * children in a wildcard, against the standard; with our schemas it does not. */
static bool
foreign_last (xmlDoc *doc)
{
  node_list list = { 0 };
  bool changed = false;

  collect (doc, &list);
  VECTOR_FOR (p, &list) {
    node_list foreign = { 0 };
    if (strstr (xml_ns (*p), "/ovf/") == NULL || text_has_suffix (xml_name (*p), "Item")
        || strcmp (xml_name (*p), "System") == 0)
      continue; /* an Item's own children are CIM's */
    XML_FOR (n, *p)
      if (strcmp (xml_ns (n), xml_ns (*p)) != 0)
        node_list_append (&foreign, n);
      else
        changed = changed || foreign.len > 0;
    VECTOR_FOR (n, &foreign) {
      xmlUnlinkNode (*n);
      xmlAddChild (*p, *n);
    }
    free (foreign.ptr);
  }
  free (list.ptr);
  return changed;
}

static bool
verdict (struct run *r, xmlDoc *doc, const char *dir, bool *ret)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;

  if (schema_verdict (r->ctx, doc, dir, ret, &err))
    return true;
  fprintf (stderr, "%s\n", ovf_error_message (err));
  return false;
}

static void
keep (struct run *r, xmlDoc *doc, bool ours)
{
  CLEANUP_FREE char *path = NULL;
  CLEANUP_FILE FILE *f = NULL;
  size_t len;

  if (r->keep == NULL)
    return;
  path = xasprintf ("%s/%s-%lu.xml", r->keep, ours ? "ours-valid" : "ours-invalid", r->differ);
  CLEANUP_FREE char *text = xml_dump (doc, &len);
  f = fopen (path, "w");
  if (f == NULL || fwrite (text, 1, len, f) != len)
    perror (path);
}

static bool
compare (struct run *r, xmlDoc *doc)
{
  bool ours = false, theirs = false, ours_last = false, theirs_last = false;

  if (!verdict (r, doc, NULL, &ours) || !verdict (r, doc, r->dir, &theirs))
    return false;
  r->compared++;
  r->valid += theirs;
  if (ours == theirs)
    return true;
  CLEANUP_XML xmlDoc *last = xmlCopyDoc (doc, 1);
  if (!ours && foreign_last (last)) {
    if (!verdict (r, last, NULL, &ours_last) || !verdict (r, last, r->dir, &theirs_last))
      return false;
    r->loose += ours_last && theirs_last;
  }
  if (!ours_last || !theirs_last) {
    r->differ++;
    keep (r, doc, ours);
  }
  return true;
}

static void
learn (struct run *r, const xmlDoc *doc)
{
  node_list list = { 0 };

  collect (doc, &list);
  VECTOR_FOR (n, &list) {
    strings_append (&r->names, xasprintf ("%s %s", xml_ns (*n), xml_name (*n)));
    for (xmlAttr *a = (*n)->properties; a != NULL; a = a->next)
      strings_append (&r->names, xasprintf ("%s %s", xml_ns (*n), (const char *)a->name));
  }
  free (list.ptr);
}

static xmlDoc *
read_file (struct run *r, const char *path)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP_FD int fd = file_open_user (path, NULL, &err);
  CLEANUP_FREE char *text = NULL;
  xmlDoc *doc = NULL;
  size_t len;

  if (fd >= 0)
    text = file_read_text (r->ctx, fd, path, LIMIT_DESCRIPTOR, &len, &err);
  if (text != NULL)
    doc = xml_parse (r->ctx, path, text, len, &err);
  if (doc == NULL)
    printf ("unreadable %s: %s\n", path, ovf_error_message (err));
  return doc;
}

/* OVF 1.x, 2.x and the environment: the namespaces the DMTF has files of. */
static const char *
kind_of (const xmlDoc *doc)
{
  static const struct { const char *ns, *kind; } kinds[] = {
    { "http://schemas.dmtf.org/ovf/envelope/1", "1" },
    { "http://schemas.dmtf.org/ovf/envelope/2", "2" },
    { "http://schemas.dmtf.org/ovf/environment/1", "env" }
  };

  for (size_t i = 0; i < ARRAY_SIZE (kinds); i++)
    if (strcmp (xml_ns (xmlDocGetRootElement (doc)), kinds[i].ns) == 0)
      return kinds[i].kind;
  return NULL;
}

static bool
take (struct run *r, const char *path)
{
  CLEANUP_XML xmlDoc *doc = read_file (r, path);
  const char *kind = doc ? kind_of (doc) : NULL;
  bool valid = false;

  if (doc == NULL)
    return true;
  if (kind == NULL) {
    printf ("other %s\n", path);
    return true;
  }
  r->files++;
  if (r->dir == NULL || r->keep == NULL) {
    /* verdicts only */
    if (!verdict (r, doc, r->dir, &valid))
      return false;
    printf ("%s %s %s\n", valid ? "valid" : "invalid", kind, path);
    return true;
  }
  learn (r, doc);
  if (!compare (r, doc))
    return false;
  for (unsigned i = 0; i < r->mutations; i++) {
    CLEANUP_XML xmlDoc *copy = xmlCopyDoc (doc, 1);
    for (unsigned k = 1 + roll (r, 2); k > 0; k--)
      mutate (r, copy);
    if (!compare (r, copy))
      return false;
  }
  return true;
}

int
main (int argc, char **argv)
{
  struct run r = { .ctx = ovf_ctx_new (), .seed = 1 };
  bool ok = true;
  int i = 1;

  for (; i + 1 < argc && strncmp (argv[i], "--", 2) == 0; i += 2) {
    if (strcmp (argv[i], "--schema-dir") == 0)
      r.dir = argv[i + 1];
    else if (strcmp (argv[i], "--compare") == 0) {
      r.dir = argv[i + 1];
      r.keep = ".";
    } else if (strcmp (argv[i], "--keep") == 0)
      r.keep = argv[i + 1];
    else if (strcmp (argv[i], "--mutate") == 0)
      ok = parse_unsigned (argv[i + 1], 0, 1000000, &r.mutations) && ok;
    else
      ok = false;
  }
  for (; i < argc && ok; i++)
    ok = take (&r, argv[i]);
  if (r.keep != NULL && ok)
    printf ("files %lu compared %lu valid %lu differ %lu loose %lu\n", r.files, r.compared,
            r.valid, r.differ, r.loose);
  strings_free (&r.names);
  ovf_ctx_free (r.ctx);
  return ok ? 0 : 99;
}

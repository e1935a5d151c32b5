/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Elements and attributes of a descriptor that is edited; see edit.h. */
#include "edit.h"

#include "base/text.h"

const char *
edit_ns (const struct edit *e)
{
  return e->root->ns ? (const char *)e->root->ns->href : NULL;
}

void
edit_set_text (xmlNode *n, const char *text)
{
  while (n->children) {
    xmlNode *child = n->children;

    xmlUnlinkNode (child);
    xmlFreeNode (child);
  }
  if (*text)
    xmlAddChild (n, xmlNewDocText (n->doc, (const xmlChar *)text));
}

/* ---- attributes ------------------------------------------------------ */

static xmlAttr *
find_attr (const xmlNode *n, const char *name)
{
  for (xmlAttr *a = n->properties; a != NULL; a = a->next)
    if (strcmp ((const char *)a->name, name) == 0)
      return a;
  return NULL;
}

/* The prefix that attributes have here: the default namespace does not count
 * for them. */
static xmlNs *
attribute_ns (const struct edit *e, xmlNode *n)
{
  xmlNs **all = xmlGetNsList (e->doc, n);
  const char *uri = edit_ns (e);
  xmlNs *found = NULL;

  for (size_t i = 0; all && all[i] && !found; i++)
    if (all[i]->prefix && uri && strcmp ((const char *)all[i]->href, uri) == 0)
      found = all[i];
  xmlFree (all);
  if (found == NULL && uri)
    found = xmlNewNs (e->root, (const xmlChar *)uri, (const xmlChar *)"ovf");
  return found;
}

void
edit_set_attr (const struct edit *e, xmlNode *n, const char *name,
               const char *value)
{
  xmlAttr *a = find_attr (n, name);

  if (value == NULL) {
    if (a)
      xmlRemoveProp (a);
    return;
  }
  xmlSetNsProp (n, a ? a->ns : attribute_ns (e, n), (const xmlChar *)name,
                (const xmlChar *)value);
}

bool
edit_attr_is (const xmlNode *n, const char *name, const char *value)
{
  CLEANUP_FREE char *text = xml_attr (n, "*", name);

  return text && strcmp (text, value) == 0;
}

xmlNs *
edit_declare (struct edit *e, const char *uri, const char *prefix)
{
  xmlNs *ns = xmlSearchNsByHref (e->doc, e->root, (const xmlChar *)uri);
  CLEANUP_FREE char *other = NULL;

  if (ns && ns->prefix)
    return ns;
  ns = xmlNewNs (e->root, (const xmlChar *)uri, (const xmlChar *)prefix);
  if (ns)
    return ns;
  other = xasprintf ("%s1", prefix); /* the prefix means something else here */
  return xmlNewNs (e->root, (const xmlChar *)uri, (const xmlChar *)other);
}

/* ---- white space ----------------------------------------------------- */

static bool
is_blank_text (const xmlNode *n)
{
  return n && n->type == XML_TEXT_NODE && xmlIsBlankNode (n);
}

/* What stands before an element, from the line break on: "\n    ". */
static char *
indent_of (const xmlNode *n)
{
  const char *text, *line;

  if (!is_blank_text (n->prev))
    return NULL;
  text = (const char *)n->prev->content;
  line = strrchr (text, '\n');
  return line ? xstrdup (line) : NULL;
}

static void
add_blank (xmlNode *parent, xmlNode *next, const char *blank)
{
  xmlNode *text = xmlNewDocText (parent->doc, (const xmlChar *)blank);

  if (next)
    xmlAddPrevSibling (next, text);
  else
    xmlAddChild (parent, text);
}

static xmlNode *
last_element (const xmlNode *parent)
{
  xmlNode *last = NULL;

  XML_FOR (n, parent)
    last = n;
  return last;
}

/* As the first element of a parent: one step further in. */
static void
insert_first (xmlNode *parent, xmlNode *n)
{
  CLEANUP_FREE char *outer = indent_of (parent);
  CLEANUP_FREE char *inner = outer ? xasprintf ("%s  ", outer) : NULL;

  while (is_blank_text (parent->children)) {
    xmlNode *blank = parent->children;

    xmlUnlinkNode (blank);
    xmlFreeNode (blank);
  }
  if (inner)
    add_blank (parent, NULL, inner);
  xmlAddChild (parent, n);
  if (outer)
    add_blank (parent, NULL, outer);
}

/* A neighbour may have declared the namespace for itself alone. */
static void
bring_namespace (xmlNode *n)
{
  xmlNs *seen = n->ns ? xmlSearchNs (n->doc, n->parent, n->ns->prefix) : NULL;

  if (n->ns == NULL || (seen && xmlStrEqual (seen->href, n->ns->href)))
    return;
  n->ns = xmlNewNs (n, n->ns->href, n->ns->prefix);
}

xmlNode *
edit_insert (xmlNode *parent, xmlNode *next, xmlNs *ns, const char *name,
             const char *text)
{
  xmlNode *n = xmlNewDocNode (parent->doc, ns, (const xmlChar *)name, NULL);
  xmlNode *last = last_element (parent);
  CLEANUP_FREE char *indent = NULL;

  if (n == NULL)
    abort ();
  if (text)
    edit_set_text (n, text);
  if (next) {
    indent = indent_of (next);
    xmlAddPrevSibling (next, n);
    if (indent)
      add_blank (parent, next, indent);
  } else if (last) {
    indent = indent_of (last);
    xmlAddNextSibling (last, n);
    if (indent)
      add_blank (parent, n, indent);
  } else
    insert_first (parent, n);
  bring_namespace (n);
  return n;
}

void
edit_remove (xmlNode *n)
{
  xmlNode *before = n->prev;

  if (is_blank_text (before)) {
    xmlUnlinkNode (before);
    xmlFreeNode (before);
  }
  xmlUnlinkNode (n);
  xmlFreeNode (n);
}

/* ---- children and sections ------------------------------------------- */

static size_t
rank (const char *const *order, const char *name)
{
  size_t i = 0;

  while (order[i] && strcmp (order[i], name) != 0)
    i++;
  return i; /* what is not listed comes last */
}

xmlNode *
edit_child (xmlNode *parent, const char *name, const char *const *order)
{
  xmlNode *found = xml_child (parent, xml_ns (parent), name), *next = NULL;

  if (found)
    return found;
  XML_FOR (n, parent)
    if (next == NULL && rank (order, xml_name (n)) > rank (order, name))
      next = n;
  return edit_insert (parent, next, parent->ns, name, NULL);
}

xmlNode *
edit_section (struct edit *e, xmlNode *content, const char *name,
              const char *info)
{
  xmlNode *section = xml_child (content, edit_ns (e), name);
  xmlNode *next = xml_child (content, edit_ns (e), "VirtualHardwareSection");

  if (section)
    return section;
  section = edit_insert (content, next, e->root->ns, name, NULL);
  edit_insert (section, NULL, e->root->ns, "Info", info);
  return section;
}

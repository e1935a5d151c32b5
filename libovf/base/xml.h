/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one XML entry point: no DTD, no entities, no network, own limits
 * (security.md section 5).  Everything else walks the tree with these. */
#ifndef OVF_BASE_XML_H
#define OVF_BASE_XML_H

#include <libxml/tree.h>

#include "base/ctx.h"

/* OVF_E_FORMAT (rule OVF-XML-002, OVF-XML-003 for a DOCTYPE), OVF_E_LIMIT;
 * file and line set.  Input with a NUL byte, or not namespace-well-formed, is
 * malformed.  Free with xmlFreeDoc (). */
xmlDoc *xml_parse (const struct ovf_ctx *, const char *name, const char *text,
                   size_t len, struct ovf_error **err);
/* Between these two another library may read files of its own on this thread
 * (libvirt its schemas): else libxml2 opens none, whoever asks it. */
void xml_foreign_begin (void);
void xml_foreign_end (void);
/* Where the root of a text begins that may be XML: behind a byte order mark,
 * declaration, comments and blanks; for who only guesses what it is. */
const char *xml_root_start (const char *text);
static inline void
xml_doc_cleanup (xmlDoc **doc)
{
  if (*doc)
    xmlFreeDoc (*doc);
}
#define CLEANUP_XML __attribute__ ((cleanup (xml_doc_cleanup)))

unsigned xml_line (const xmlNode *); /* also beyond 65535 */
/* ns NULL = no namespace; "*" = any. */
bool xml_is (const xmlNode *, const char *ns, const char *name);
const char *xml_ns (const xmlNode *); /* "" when none */
static inline const char *
xml_name (const xmlNode *n)
{
  return (const char *)n->name;
}
/* Elements only. */
xmlNode *xml_first (const xmlNode *parent);
xmlNode *xml_next (const xmlNode *);
xmlNode *xml_child (const xmlNode *parent, const char *ns, const char *name);
/* The element after n in document order within root; NULL at the end.  No
 * recursion, whatever the depth. */
const xmlNode *xml_following (const xmlNode *n, const xmlNode *root);
#define XML_FOR(n, parent)                                                    \
  for (xmlNode *n = xml_first (parent); n != NULL; n = xml_next (n))
/* An attribute's value, allocated, or NULL.  ns as in xml_is (). */
char *xml_attr (const xmlNode *, const char *ns, const char *name);
/* The element's text, white space at both ends removed, allocated; "" when
 * empty.  xml_text_raw () keeps white space. */
char *xml_text (const xmlNode *);
char *xml_text_raw (const xmlNode *);
/* The text of a child, or NULL when there is no such child. */
char *xml_child_text (const xmlNode *parent, const char *ns, const char *name);
/* "/Envelope/VirtualSystem/Item[3]", allocated: for findings. */
char *xml_path (const xmlNode *);
/* The element with everything in it as standalone XML text that declares the
 * namespaces it uses, allocated. */
char *xml_serialize (const xmlNode *);
/* The whole document in its own encoding, white space as it was parsed. */
char *xml_dump (xmlDoc *, size_t *ret_len);

#endif

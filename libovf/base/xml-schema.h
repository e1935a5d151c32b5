/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XML Schema: documents that the caller read become a schema, and a schema
 * judges a document.  An import is answered from the caller's documents, by
 * its namespace, and by nothing else: no file, no network. */
#ifndef OVF_BASE_XML_SCHEMA_H
#define OVF_BASE_XML_SCHEMA_H

#include "base/vector.h"
#include "base/xml.h"

/* One schema document. */
struct schema_doc {
  xmlDoc *doc;
  char *ns;        /* its target namespace, "" when it has none */
  strings imports; /* the namespaces it imports */
};
/* From the text of a file.  A document type, which the W3C's own schemas
 * have, is passed over unread. */
bool schema_doc_read (const struct ovf_ctx *, const char *name, const char *text,
                      size_t len, struct schema_doc *ret, struct ovf_error **err);
void schema_doc_clear (struct schema_doc *);

/* A compiled schema; any number of threads may use one. */
struct xml_schema;
/* docs[0] is what documents are judged by; it finds its imports among all. */
struct xml_schema *xml_schema_compile (struct schema_doc *const *docs, size_t n,
                                       struct ovf_error **err);
void xml_schema_free (struct xml_schema *);
DEFINE_CLEANUP (xml_schema, xml_schema_free)
/* The schema itself (not an import) has an element of this name, anywhere. */
bool xml_schema_has (const struct xml_schema *, const char *name);

enum xml_fault {
  XML_FAULT_CHILD,   /* a child that may not stand where it is: `at` */
  XML_FAULT_MISSING, /* `at` lacks a child */
  XML_FAULT_OTHER
};
/* `message` is libxml2's own. */
typedef void xml_schema_fn (void *opaque, xmlNode *at, enum xml_fault,
                            const char *message);
/* Every fault that libxml2 names: after the first child that is not expected
 * it looks at no later sibling.  True when there is none. */
bool xml_schema_validate (const struct xml_schema *, xmlDoc *, xml_schema_fn *,
                          void *opaque);

#endif

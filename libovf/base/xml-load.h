/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between xml.c, which owns libxml2's loader of the whole process, and
 * xml-schema.c, which knows the only documents it may hand out. */
#ifndef OVF_BASE_XML_LOAD_H
#define OVF_BASE_XML_LOAD_H

#include <libxml/parser.h>

/* NULL unless this thread compiles a schema and url is one of its own. */
xmlParserInput *xml_schema_load (const char *url, xmlParserCtxt *);

#endif

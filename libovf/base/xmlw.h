/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing XML: two-space indentation, every value escaped in one place.  A
 * control character or broken UTF-8 in a value is replaced by U+FFFD and
 * counted: xmlw_finish () fails then unless the caller accepts it. */
#ifndef OVF_BASE_XMLW_H
#define OVF_BASE_XMLW_H

#include <stdio.h>

#include "base/error.h"

struct xmlw {
  FILE *out; /* lent */
  const char *stack[64];
  unsigned depth;
  bool open, text; /* start tag not closed yet; element has text */
  bool compact;    /* set after xmlw_begin (): no white space of ours */
  unsigned replaced;
};

void xmlw_begin (struct xmlw *, FILE *out); /* writes the XML declaration */
/* Names are constants and must outlive the element. */
void xmlw_start (struct xmlw *, const char *name);
void xmlw_attr (struct xmlw *, const char *name, const char *value); /* NULL: left out */
void xmlw_attrf (struct xmlw *, const char *name, const char *fmt, ...) PRINTF (3, 4);
void xmlw_text (struct xmlw *, const char *value);
void xmlw_end (struct xmlw *);
/* <name>value</name>; left out when value is NULL. */
void xmlw_element (struct xmlw *, const char *name, const char *value);
void xmlw_elementf (struct xmlw *, const char *name, const char *fmt, ...) PRINTF (3, 4);
/* Well-formed XML of our own making (xml_serialize), as it is. */
void xmlw_raw (struct xmlw *, const char *xml);
void xmlw_comment (struct xmlw *, const char *text);
/* All elements closed, stream without error? */
bool xmlw_finish (struct xmlw *, struct ovf_error **err);

#endif

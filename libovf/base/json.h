/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON (jansson) of what need not be UTF-8. */
#ifndef OVF_BASE_JSON_H
#define OVF_BASE_JSON_H

#include <jansson.h>

/* File names are bytes, JSON is text: bytes that are no UTF-8 become visible
 * escapes.  NULL gives null. */
json_t *json_text (const char *bytes);

#endif

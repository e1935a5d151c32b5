/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts for JSON; see json.h. */
#include "base/json.h"

#include "base/alloc.h"
#include "base/text.h"

json_t *
json_text (const char *bytes)
{
  CLEANUP_FREE char *shown = NULL;

  if (bytes == NULL)
    return json_null ();
  if (text_is_utf8 (bytes, strlen (bytes)))
    return json_string (bytes);
  shown = ovf_escape (bytes);
  return json_string (shown);
}

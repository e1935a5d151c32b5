/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of rules as JSON, for --list-rules, --explain and the manual. */
#include <jansson.h>

#include "check/lint.h"
#include "pipeline.h"

static const char *const levels[] = {
  [LEVEL_OFF] = "off", [LEVEL_NOTE] = "note", [LEVEL_WARNING] = "warning",
  [LEVEL_ERROR] = "error"
};

static json_t *
versions_json (unsigned mask)
{
  static const struct { unsigned bit; const char *name; } versions[] = {
    { OVF_09, "0.9" }, { OVF_10, "1.0" }, { OVF_11, "1.1" }, { OVF_20, "2" }
  };
  json_t *list = json_array ();

  for (size_t i = 0; i < ARRAY_SIZE (versions); i++)
    if (mask & versions[i].bit)
      json_array_append_new (list, json_string (versions[i].name));
  return list;
}

static json_t *
text (const char *s)
{
  return json_string (s ? s : "");
}

char *
ovf_rules_json (void)
{
  json_t *list = json_array ();
  const struct rule *r;

  for (size_t i = 0; (r = rule_at (i)) != NULL; i++)
    json_array_append_new (
      list, json_pack ("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "id", r->id,
                       "strict", levels[r->strict], "lax", levels[r->lax], "versions",
                       versions_json (r->versions), "clause", text (r->clause),
                       "title", text (r->title), "why", text (r->why), "fix",
                       text (r->fix)));
  return result_dump (list);
}

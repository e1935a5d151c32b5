/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings as SARIF 2.1.0 (OASIS), which code scanning of forges takes. */
#include <stdlib.h>
#include <string.h>

#include "checked.h"
#include "cli.h"

#define SARIF_SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

struct sarif {
  struct cli *cli;
  const json_t *table;  /* all rules: ovf_rules_json () */
  json_t *rules;        /* those that are used */
  json_t *indexes;      /* id -> index into rules */
};

/* ---- rules ---------------------------------------------------------------- */
static const json_t *
table_row (const struct sarif *s, const char *id)
{
  const json_t *row;
  size_t i;

  json_array_foreach (s->table, i, row)
    if (strcmp (json_string_value (json_object_get (row, "id")), id) == 0)
      return row;
  return NULL;
}

static const char *
field (const json_t *row, const char *key, const char *otherwise)
{
  const char *s = json_string_value (json_object_get (row, key));

  return s != NULL && *s != '\0' ? s : otherwise;
}

static json_t *
message (const char *text)
{
  return json_pack ("{s:o}", "text", json_text (text));
}

static json_t *
rule_json (struct sarif *s, const char *id)
{
  const json_t *row = table_row (s, id);
  const char *title = field (row, "title", id), *why = field (row, "why", title);
  const char *level = field (row, "strict", "warning");
  const char *help = cli_format (s->cli, "%s\n\nFix: %s", why,
                                 field (row, "fix", "see the message"));

  if (strcmp (level, "off") == 0)
    level = "none";
  return json_pack ("{s:o, s:o, s:o, s:o, s:{s:s}, s:{s:[s], s:o}}", "id",
                    json_text (id), "shortDescription", message (title),
                    "fullDescription", message (why), "help", message (help),
                    "defaultConfiguration", "level", level, "properties", "tags", "ovf",
                    "clause", json_text (field (row, "clause", "practice")));
}

static size_t
rule_index (struct sarif *s, const char *id)
{
  const json_t *known = json_object_get (s->indexes, id);
  size_t n = json_array_size (s->rules);

  if (known != NULL)
    return (size_t)json_integer_value (known);
  json_array_append_new (s->rules, rule_json (s, id));
  json_object_set_new (s->indexes, id, json_integer ((json_int_t)n));
  return n;
}

/* ---- places --------------------------------------------------------------- */
/* A path as a relative reference or a file: URI; bytes as RFC 3986 wants
 * them. */
static const char *
path_uri (struct cli *cli, const char *path)
{
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                              "0123456789-._~/";
  char *out = must_realloc (NULL, 3 * strlen (path) + 1), *p = out;
  const char *kept;

  for (; *path != '\0'; path++)
    if (strchr (plain, *path) != NULL)
      *p++ = *path;
    else
      p += snprintf (p, 4, "%%%02X", (unsigned char)*path);
  *p = '\0';
  kept = cli_keep (cli, out);
  return *kept == '/' ? cli_format (cli, "file://%s", kept) : kept;
}

/* Forges want a line: the first one where there is none. */
static json_t *
location_json (struct sarif *s, const struct checked *c, const struct ovf_finding *f)
{
  const char *inside;
  const char *path = checked_path (s->cli, c, f, &inside);
  const char *element = f->path != NULL ? f->path : "";
  json_t *o = json_pack ("{s:{s:{s:o}, s:{s:I}}}", "physicalLocation",
                         "artifactLocation", "uri", json_text (path_uri (s->cli, path)),
                         "region", "startLine", (json_int_t)(f->line ? f->line : 1));

  if (inside != NULL || f->path != NULL)
    json_object_set_new (
      o, "logicalLocations",
      json_pack ("[{s:o, s:s}]", "fullyQualifiedName",
                 json_text (inside ? cli_format (s->cli, "%s%s%s", inside,
                                                 *element ? ":" : "", element)
                                   : element),
                 "kind", f->path != NULL ? "element" : "member"));
  return o;
}

static json_t *
result_json (struct sarif *s, const struct checked *c, const struct ovf_finding *f)
{
  static const char *const levels[] = {
    [OVF_NOTE] = "note", [OVF_WARNING] = "warning", [OVF_FAULT] = "error"
  };
  const char *text = f->hint != NULL
                       ? cli_format (s->cli, "%s. Hint: %s", f->message, f->hint)
                       : f->message;

  return json_pack ("{s:o, s:I, s:s, s:o, s:[o]}", "ruleId", json_text (f->rule),
                    "ruleIndex", (json_int_t)rule_index (s, f->rule), "level",
                    levels[f->severity], "message", message (text), "locations",
                    location_json (s, c, f));
}

/* ---- the document ------------------------------------------------------------ */
static json_t *
invocation_json (const struct cli *cli)
{
  json_t *notes = json_array ();

  for (size_t i = 0; i < cli->n_failures; i++)
    json_array_append_new (notes, json_pack ("{s:s, s:o}", "level", "error", "message",
                                             message (cli->failures[i].message)));
  return json_pack ("{s:b, s:I, s:o}", "executionSuccessful", cli->n_failures == 0,
                    "exitCode", (json_int_t)cli->status, "toolExecutionNotifications",
                    notes);
}

void
sarif_print (struct cli *cli, const struct checked *all, size_t n)
{
  json_t *table = cli_parse (cli, ovf_rules_json ()), *results = json_array (), *o;
  struct sarif s = { cli, table, json_array (), json_object () };
  char *text;

  for (size_t i = 0; i < n; i++)
    for (size_t k = all[i].from; k < all[i].to; k++)
      json_array_append_new (results,
                             result_json (&s, &all[i],
                                          ovf_report_get (cli_report (cli), k)));
  o = json_pack ("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:[o], s:o}]}", "$schema",
                 SARIF_SCHEMA, "version", "2.1.0", "runs", "tool", "driver", "name",
                 "ovftool", "version", ovf_version (), "rules", s.rules, "invocations",
                 invocation_json (cli), "results", results);
  text = json_ascii (o, JSON_INDENT (1));
  fprintf (cli_out (cli), "%s\n", text);
  free (text);
  json_decref (o);
  json_decref (s.indexes);
  json_decref (table);
}

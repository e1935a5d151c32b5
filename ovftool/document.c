/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one JSON document of a command (cli.md 2):
 *
 *   {"ovftool":1,"command":"info","result":{...},"findings":[...]}
 *   {"ovftool":1,"command":"info","error":{...},"findings":[...]}
 */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static const struct {
  const char *word;
  int status;
} codes[] = {
  [OVF_E_IO] = { "io", 1 },
  [OVF_E_FORMAT] = { "format", 3 },
  [OVF_E_LIMIT] = { "limit", 3 },
  [OVF_E_INTEGRITY] = { "integrity", 4 },
  [OVF_E_UNSAFE] = { "unsafe", 3 },
  [OVF_E_LOSS] = { "loss", 5 },
  [OVF_E_UNSUPPORTED] = { "unsupported", 1 },
  [OVF_E_TOOL] = { "tool", 1 },
  [OVF_E_USAGE] = { "usage", 2 },
  [OVF_E_CANCELLED] = { "cancelled", 1 },
};

int
code_status (enum ovf_code code)
{
  return codes[code].status;
}

const char *
code_word (enum ovf_code code)
{
  return codes[code].word;
}

/* Bytes that are no UTF-8 cannot stand in JSON: those are shown escaped. */
json_t *
json_text (const char *s)
{
  json_t *o = s != NULL ? json_string (s) : json_null ();
  char *shown;

  if (o != NULL)
    return o;
  shown = ovf_escape (s);
  o = json_string (shown);
  free (shown);
  return o != NULL ? o : json_null ();
}

/* jansson leaves DEL as it is.  It can only stand inside a string. */
char *
json_ascii (const json_t *o, size_t flags)
{
  char *text = must_have (json_dumps (o, flags | JSON_ENSURE_ASCII));
  size_t n = 0, len;

  for (const char *p = text; *p != '\0'; p++)
    n += *p == 0x7f;
  if (n == 0)
    return text;
  len = strlen (text);
  text = must_realloc (text, len + n * 5 + 1);
  /* From the end, so that the text grows in place. */
  for (char *from = text + len, *to = text + len + n * 5; from < to; from--) {
    if (*from == 0x7f)
      to = (char *)memcpy (to - 5, "\\u007f", 6) - 1;
    else
      *to-- = *from;
  }
  return text;
}

static json_t *
failure_json (const struct failure *f)
{
  json_t *o = json_object ();

  json_object_set_new (o, "code", json_string (code_word (f->code)));
  json_object_set_new (o, "exit", json_integer (code_status (f->code)));
  json_object_set_new (o, "message", json_text (f->message));
  json_object_set_new (o, "hint", json_text (f->hint));
  if (f->rule != NULL)
    json_object_set_new (o, "rule", json_text (f->rule));
  if (f->file != NULL)
    json_object_set_new (o, "file", json_text (f->file));
  if (f->line != 0)
    json_object_set_new (o, "line", json_integer (f->line));
  return o;
}

static json_t *
finding_json (const struct ovf_finding *f)
{
  static const char *const severities[] = {
    [OVF_NOTE] = "note", [OVF_WARNING] = "warning", [OVF_FAULT] = "error"
  };
  json_t *o = json_object ();

  json_object_set_new (o, "severity", json_string (severities[f->severity]));
  json_object_set_new (o, "rule", json_text (f->rule));
  json_object_set_new (o, "file", json_text (f->file));
  json_object_set_new (o, "line",
                       f->line != 0 ? json_integer (f->line) : json_null ());
  json_object_set_new (o, "path", json_text (f->path));
  json_object_set_new (o, "message", json_text (f->message));
  json_object_set_new (o, "hint", json_text (f->hint));
  return o;
}

/* The error whose status is the command's; the first of several. */
static const struct failure *
worst_failure (const struct cli *cli)
{
  const struct failure *worst = NULL;

  for (size_t i = 0; i < cli->n_failures; i++)
    if (worst == NULL || code_status (cli->failures[i].code)
                           > code_status (worst->code))
      worst = &cli->failures[i];
  return worst;
}

char *
document_text (struct cli *cli, json_t *result)
{
  const struct failure *worst = worst_failure (cli);
  json_t *o = json_object (), *findings = json_array ();
  char *text;

  json_object_set_new (o, "ovftool", json_integer (1));
  json_object_set_new (o, "command", json_text (cli->name));
  if (worst != NULL)
    json_object_set_new (o, "error", failure_json (worst));
  if (result != NULL)
    json_object_set (o, "result", result);
  for (size_t i = 0; i < ovf_report_size (cli->report); i++)
    json_array_append_new (findings,
                           finding_json (ovf_report_get (cli->report, i)));
  json_object_set_new (o, "findings", findings);
  text = json_ascii (o, JSON_INDENT (1));
  json_decref (o);
  return text;
}

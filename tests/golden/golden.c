/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Goldens of the readers: every description in tests/golden/KIND-read/ is
 * read by the converter KIND, and what comes out is compared with the JSON
 * beside it.
 *
 *   CASE.ovf                 a description
 *   CASE.json                what `info` makes of it: model and findings
 *   CASE.WORD.json           the same read otherwise: WORD is "strict" (as for
 *                            a conversion), "lax", "all" (every configuration),
 *                            or the id of a configuration; several are joined
 *                            by dots
 *
 * OVF_TEST_REGENERATE=1 writes the JSON files that are there anew, and
 * CASE.json where there is none; look at the difference before you commit it.
 * With arguments, KIND FILE..., it prints what it reads. */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/text.h"
#include "converter.h"

static unsigned cases, failures;

static void
result (bool ok, const char *kind, const char *name)
{
  cases++;
  failures += !ok;
  printf ("%s %u - %s: %s\n", ok ? "ok" : "not ok", cases, kind, name);
}

/* ---- files ------------------------------------------------------------------ */
static char *
slurp (const char *path, size_t *len)
{
  CLEANUP_FILE FILE *f = fopen (path, "rb");
  char *text = NULL;
  size_t n = 0, room = 0;

  if (f == NULL)
    return NULL;
  do {
    room += 1 << 16;
    text = xrealloc (text, room + 1);
    n += fread (text + n, 1, room - n, f);
  } while (n == room);
  text[n] = '\0';
  *len = n;
  return text;
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static strings
list_folder (const char *path)
{
  DIR *dir = opendir (path);
  struct dirent *e;
  strings list = { 0 };

  while (dir != NULL && (e = readdir (dir)) != NULL)
    if (e->d_name[0] != '.')
      strings_append (&list, xstrdup (e->d_name));
  if (dir != NULL)
    closedir (dir);
  if (list.len > 0)
    qsort (list.ptr, list.len, sizeof *list.ptr, by_name);
  return list;
}

/* ---- reading ------------------------------------------------------------------- */
static json_t *
finding_json (const struct ovf_finding *f)
{
  static const char *const words[] = { "note", "warning", "error" };
  CLEANUP_FREE char *line = xasprintf ("%s %s, line %u: %s", words[f->severity],
                                       f->rule, f->line, f->message);

  return json_string (line);
}

static json_t *
error_json (const struct ovf_error *e)
{
  return json_pack ("{s:i, s:s?, s:i, s:s, s:s?}", "code", (int)e->code, "rule",
                    e->rule, "line", (int)e->line, "message", e->message, "hint",
                    e->hint);
}

static json_t *
read_text (const struct converter *c, const struct input *in,
           const struct read_settings *settings)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_report *report = ovf_report_new ();
  struct ovf_error *err = NULL;
  struct appliance *a = c->read (ctx, in, settings, report, &err);
  json_t *o = json_object (), *findings = json_array ();

  if (a != NULL && model_check (ctx, a, &err))
    json_object_set_new (o, "model", model_to_json (a));
  else
    json_object_set_new (o, "error", error_json (err));
  for (size_t i = 0; i < ovf_report_size (report); i++)
    json_array_append_new (findings, finding_json (ovf_report_get (report, i)));
  json_object_set_new (o, "findings", findings);
  appliance_free (a);
  ovf_error_free (err);
  ovf_report_free (report);
  ovf_ctx_free (ctx);
  return o;
}

static json_t *
read_file (const struct converter *c, const char *path, const char *name,
           const struct read_settings *settings)
{
  struct input in = { .name = name };
  CLEANUP_FREE char *text = slurp (path, &in.len);

  if (text == NULL)
    return NULL;
  in.text = text;
  return read_text (c, &in, settings);
}

/* ---- comparing --------------------------------------------------------------------- */
static void
show (const char *what, const json_t *j)
{
  CLEANUP_FREE char *s
    = j ? json_dumps (j, JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_COMPACT)
        : xstrdup ("(nothing)");

  printf ("#   %s: %.400s\n", what, s);
}

/* Shows the first place where they differ. */
static void
explain (const char *path, const json_t *want, const json_t *got)
{
  const char *key;
  json_t *value;

  if (json_is_object (want) && json_is_object (got)) {
    json_object_foreach ((json_t *)want, key, value)
      if (!json_equal (value, json_object_get (got, key))) {
        CLEANUP_FREE char *at = xasprintf ("%s/%s", path, key);
        explain (at, value, json_object_get (got, key));
        return;
      }
    json_object_foreach ((json_t *)got, key, value)
      if (json_object_get (want, key) == NULL)
        printf ("#   %s/%s is new\n", path, key);
    return;
  }
  if (json_is_array (want) && json_is_array (got))
    for (size_t i = 0; i < json_array_size (want); i++)
      if (!json_equal (json_array_get (want, i), json_array_get (got, i))) {
        CLEANUP_FREE char *at = xasprintf ("%s/%zu", path, i);
        explain (at, json_array_get (want, i), json_array_get (got, i));
        return;
      }
  printf ("# %s\n", path);
  show ("want", want);
  show ("got", got);
}

static bool
regenerating (void)
{
  const char *s = getenv ("OVF_TEST_REGENERATE");

  return s != NULL && strcmp (s, "1") == 0;
}

static bool
check (const char *path, const json_t *got)
{
  json_error_t e;
  json_t *want;
  bool same;

  if (regenerating ())
    return json_dump_file (got, path, JSON_INDENT (1) | JSON_ENSURE_ASCII) == 0;
  want = json_load_file (path, 0, &e);
  if (want == NULL) {
    printf ("# %s: %s\n", path, e.text);
    return false;
  }
  same = json_equal (want, got);
  if (!same)
    explain ("", want, got);
  json_decref (want);
  return same;
}

/* ---- cases ------------------------------------------------------------------------------ */
/* "small.strict" to settings; words is cut up. */
static struct read_settings
settings_of (char *words)
{
  struct read_settings s = { .inspect = true };

  while (words != NULL && *words != '\0') {
    char *word = words, *dot = strchr (words, '.');
    words = dot ? dot + 1 : NULL;
    if (dot != NULL)
      *dot = '\0';
    if (strcmp (word, "strict") == 0)
      s.inspect = false;
    else if (strcmp (word, "lax") == 0)
      s.lax = true;
    else if (strcmp (word, "all") == 0)
      s.all_configurations = true;
    else
      s.configuration = word;
  }
  return s;
}

static void
run_case (const struct converter *c, const char *folder, const char *input,
          const char *golden, const char *words)
{
  CLEANUP_FREE char *from = xasprintf ("%s/%s", folder, input);
  CLEANUP_FREE char *to = xasprintf ("%s/%s", folder, golden);
  CLEANUP_FREE char *own_words = xstrdup (words);
  struct read_settings s = settings_of (own_words);
  json_t *got = read_file (c, from, input, &s);

  result (got != NULL && check (to, got), c->name, golden);
  json_decref (got);
}

/* Every golden CASE[.WORD...].json of one input CASE.EXT. */
static void
run_input (const struct converter *c, const char *folder, const strings *files,
           const char *input)
{
  CLEANUP_FREE char *stem = xstrndup (input, (size_t)(strrchr (input, '.') - input));
  CLEANUP_FREE char *plain = xasprintf ("%s.json", stem);
  size_t n = strlen (stem);
  bool seen = false;

  VECTOR_FOR (f, files) {
    CLEANUP_FREE char *words = NULL;
    if (strncmp (*f, stem, n) != 0 || (*f)[n] != '.' || !text_has_suffix (*f, ".json"))
      continue;
    seen |= strcmp (*f, plain) == 0;
    if (strlen (*f) > n + strlen (".json"))
      words = xstrndup (*f + n + 1, strlen (*f) - n - 1 - strlen (".json"));
    run_case (c, folder, input, *f, words);
  }
  if (!seen && regenerating ())
    run_case (c, folder, input, plain, NULL);
  else if (!seen)
    result (false, c->name, plain);
}

static void
run_folder (const struct converter *c, const char *folder)
{
  strings files = list_folder (folder);

  VECTOR_FOR (f, &files)
    if (strchr (*f, '.') != NULL && !text_has_suffix (*f, ".json"))
      run_input (c, folder, &files, *f);
  strings_free (&files);
}

static int
dump (const struct converter *c, char **paths)
{
  const struct read_settings s = { .inspect = true };

  for (; c != NULL && *paths != NULL; paths++) {
    json_t *j = read_file (c, *paths, *paths, &s);
    if (j == NULL)
      return 1;
    json_dumpf (j, stdout, JSON_INDENT (1) | JSON_ENSURE_ASCII);
    puts ("");
    json_decref (j);
  }
  return c == NULL;
}

int
main (int argc, char **argv)
{
  const char *srcdir = getenv ("srcdir");

  if (argc > 2)
    return dump (converter_by_name (argv[1]), argv + 2);
  for (size_t i = 0; converters[i] != NULL; i++) {
    CLEANUP_FREE char *folder
      = xasprintf ("%s/tests/golden/%s-read", srcdir ? srcdir : ".", converters[i]->name);
    if (converters[i]->read != NULL)
      run_folder (converters[i], folder);
  }
  printf ("1..%u\n", cases);
  return failures != 0 || cases == 0;
}

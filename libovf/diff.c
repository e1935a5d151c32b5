/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovf_diff (): two sources compared by what they mean: their models, as
 * `info --json` shows them, are walked side by side.  Before that, all that
 * only names or places things is taken out of both: ids become positions,
 * names and offsets of files go, and each file of a package gets the digest
 * of its bytes. */
#include <jansson.h>

#include "base/text.h"
#include "pipeline.h"

struct diff {
  struct ovf_ctx *ctx;
  const struct ovf_options *options;
  struct ovf_report *report;
  json_t *changes;
  char *kinds[2];       /* whose words the extras are */
};

/* ---- a model without names and places --------------------------------------- */
static void
drop (json_t *object, const char *const *keys)
{
  for (; *keys; keys++)
    json_object_del (object, *keys);
}

/* The position of each id in a list. */
static json_t *
positions (const json_t *list)
{
  json_t *map = json_object (), *element;
  size_t i;

  json_array_foreach ((json_t *)list, i, element) {
    const char *id = json_string_value (json_object_get (element, "id"));

    if (id && json_object_get (map, id) == NULL)
      json_object_set_new (map, id, json_integer ((json_int_t)i));
  }
  return map;
}

static void
point (json_t *object, const char *key, const json_t *map)
{
  const char *id = json_string_value (json_object_get (object, key));
  json_t *position = id ? json_object_get (map, id) : NULL;

  if (position)
    json_object_set (object, key, position);
}

static void
plain_machine (json_t *machine, const json_t *disk_ids, const json_t *file_ids)
{
  static const char *const places[] = { "id", NULL };
  static const char *const lists[] = { "controllers", "drives", "nics" };
  json_t *device;
  size_t i;

  for (size_t k = 0; k < ARRAY_SIZE (lists); k++)
    json_array_foreach (json_object_get (machine, lists[k]), i, device) {
      drop (device, places);
      point (device, "disk", disk_ids);
      point (device, "file", file_ids);
    }
}

/* How an image is stored says nothing of what the guest sees: its file is
 * known by its digest alone. */
static void
plain_disks (json_t *model, const json_t *disk_ids, const json_t *file_ids)
{
  static const char *const names[] = { "id", "format_uri", "populated_size", NULL };
  static const char *const stored[] = { "size", "compression", "chunk_size", NULL };
  json_t *all = json_object_get (model, "files"), *disk;
  size_t i;

  json_array_foreach (json_object_get (model, "disks"), i, disk) {
    point (disk, "file", file_ids);
    point (disk, "parent", disk_ids);
    drop (disk, names);
    if (json_is_integer (json_object_get (disk, "file")))
      drop (json_array_get (all, (size_t)json_integer_value (
                                   json_object_get (disk, "file"))), stored);
  }
}

static void
plain_model (json_t *model)
{
  static const char *const places[]
    = { "kind", "descriptor", "package", "ovf_version", NULL };
  static const char *const names[] = { "id", "href", NULL };
  json_t *file_ids = positions (json_object_get (model, "files"));
  json_t *disk_ids = positions (json_object_get (model, "disks")), *element;
  size_t i;

  drop (model, places);
  plain_disks (model, disk_ids, file_ids);
  json_array_foreach (json_object_get (model, "machines"), i, element)
    plain_machine (element, disk_ids, file_ids);
  json_array_foreach (json_object_get (model, "files"), i, element)
    drop (element, names);
  json_decref (file_ids);
  json_decref (disk_ids);
}

/* ---- the files of a package --------------------------------------------------- */
/* A description can be compared without its files. */
static bool
forgive_absence (struct diff *d, const struct file_ref *f, struct ovf_error **why,
                 struct ovf_error **err)
{
  const char *rule = ovf_error_rule (*why);

  if (rule == NULL || strcmp (rule, "OVF-REF-004") != 0)
    return error_move (err, why);
  report_add (d->report, OVF_WARNING, rule, NULL, 0, NULL,
              "'%s' is not there: its content is not compared", f->href);
  return true;
}

/* Every file is read: what is compared is what the manifest vouches for. */
static bool
read_file (struct diff *d, struct source *s, size_t i, json_t *file,
           struct ovf_error **err)
{
  const struct file_ref *f = &s->appliance->files.ptr[i];
  CLEANUP_ERROR struct ovf_error *why = NULL;
  const char *hex;
  struct blob *b
    = package_blob (s->package, f->href, f->chunk_size,
                    f->chunk_size ? f->size : BLOB_UNKNOWN, &why);
  bool ok;

  if (b == NULL)
    return forgive_absence (d, f, &why, err);
  ok = package_blob_done (s->package, b, err);
  blob_free (b);
  if (!ok)
    return false;
  hex = package_digest (s->package, f->href, DIGEST_SHA256);
  json_object_set_new (file, "sha256", hex ? json_string (hex) : json_null ());
  return true;
}

static bool
read_files (struct diff *d, struct source *s, json_t *model, struct ovf_error **err)
{
  const file_refs *files = &s->appliance->files;
  CLEANUP_FREE size_t *all = xcalloc (files->len + 1, sizeof *all);

  if (s->package == NULL || option_flag (d->options, OPT_NO_VERIFY))
    return true;
  for (size_t i = 0; i < files->len; i++)
    all[i] = i;
  package_tap (s->package, DIGEST_SHA256);
  if (!source_trust (s, all, files->len, d->report, err))
    return false;
  for (size_t i = 0; i < files->len; i++)
    if (!read_file (d, s, i, json_array_get (json_object_get (model, "files"), i), err))
      return false;
  return package_settle (s->package, err);
}

static json_t *
load (struct diff *d, const char *path, char **ret_kind, struct ovf_error **err)
{
  CLEANUP (source) struct source *s
    = source_open (d->ctx, path, PURPOSE_USE_ALL, d->options, d->report, err);
  json_t *model;

  if (s == NULL)
    return NULL;
  model = model_to_json (s->appliance);
  *ret_kind = xstrdup (s->package ? "ovf" : json_string_value (
                                              json_object_get (model, "kind")));
  plain_model (model);
  if (read_files (d, s, model, err))
    return model;
  json_decref (model);
  error_prefix (err, "%s", path);
  return NULL;
}

/* ---- comparing ---------------------------------------------------------------- */
static void compare (struct diff *, const char *path, json_t *a, json_t *b);

static void
differ (struct diff *d, const char *path, json_t *a, json_t *b)
{
  json_t *none = json_null ();

  json_array_append_new (d->changes, json_pack ("{s:s, s:O, s:O}", "path", path, "a",
                                                a ? a : none, "b", b ? b : none));
  json_decref (none);
}

static void
compare_member (struct diff *d, const char *path, const char *key, json_t *a, json_t *b)
{
  CLEANUP_FREE char *beneath = xasprintf ("%s%s%s", path, *path ? "." : "", key);

  compare (d, beneath, a, b);
}

static void
compare_objects (struct diff *d, const char *path, json_t *a, json_t *b)
{
  const char *key;
  json_t *value;

  json_object_foreach (a, key, value)
    compare_member (d, path, key, value, json_object_get (b, key));
  json_object_foreach (b, key, value)
    if (json_object_get (a, key) == NULL)
      compare_member (d, path, key, NULL, value);
}

/* What an element is known by: it may stand elsewhere in the other list.  Else
 * the position counts. */
static const char *
label_of (const json_t *element)
{
  static const char *const keys[] = { "id", "name", "full_key" };

  for (size_t i = 0; i < ARRAY_SIZE (keys); i++) {
    const char *text = json_string_value (json_object_get (element, keys[i]));

    if (text)
      return text;
  }
  return NULL;
}

/* The elements of a list by their label, the first of each; NULL when not all
 * have one. */
static json_t *
by_label (const json_t *list)
{
  json_t *map = json_object (), *element;
  size_t i;

  json_array_foreach ((json_t *)list, i, element) {
    const char *label = label_of (element);

    if (label == NULL || json_object_get (map, label)) {
      json_decref (map);
      return NULL;
    }
    json_object_set (map, label, element);
  }
  return map;
}

static void
compare_element (struct diff *d, const char *path, const char *label, json_t *a,
                 json_t *b)
{
  CLEANUP_FREE char *beneath = xasprintf ("%s[%s]", path, label);

  compare (d, beneath, a, b);
}

static void
compare_labelled (struct diff *d, const char *path, json_t *a, json_t *b)
{
  const char *label;
  json_t *element;

  json_object_foreach (a, label, element)
    compare_element (d, path, label, element, json_object_get (b, label));
  json_object_foreach (b, label, element)
    if (json_object_get (a, label) == NULL)
      compare_element (d, path, label, NULL, element);
}

static void
compare_places (struct diff *d, const char *path, json_t *a, json_t *b)
{
  size_t n = json_array_size (a), m = json_array_size (b);
  bool lone = n == 1 && m == 1; /* one machine each: whatever they are called */

  for (size_t i = 0; i < n || i < m; i++) {
    const char *label = lone ? label_of (json_array_get (a, i)) : NULL;
    CLEANUP_FREE char *number = xasprintf ("%zu", i);

    compare_element (d, path, label ? label : number, json_array_get (a, i),
                     json_array_get (b, i));
  }
}

static void
compare_lists (struct diff *d, const char *path, json_t *a, json_t *b)
{
  json_t *left = by_label (a), *right = by_label (b);
  bool lone = json_array_size (a) == 1 && json_array_size (b) == 1;

  if (left && right && !lone)
    compare_labelled (d, path, left, right);
  else
    compare_places (d, path, a, b);
  json_decref (left);
  json_decref (right);
}

/* As deep as a model is. */
static void
compare (struct diff *d, const char *path, json_t *a, json_t *b)
{
  if (json_is_object (a) && json_is_object (b))
    compare_objects (d, path, a, b);
  else if (json_is_array (a) && json_is_array (b))
    compare_lists (d, path, a, b);
  else if (a == NULL ? !json_is_null (b) : b == NULL ? !json_is_null (a)
                                                     : !json_equal (a, b))
    differ (d, path, a, b);
}

/* The bytes of two images say something only where both are of one format and
 * read; a configuration's files have no digest. */
static void
forget_digests (json_t *a, json_t *b)
{
  json_t *one = json_object_get (a, "files"), *other = json_object_get (b, "files");
  json_t *file, *disk, *twin;
  size_t i;

  json_array_foreach (one, i, file)
    if (!json_is_string (json_object_get (json_array_get (other, i), "sha256")))
      json_object_del (file, "sha256");
  json_array_foreach (other, i, file)
    if (!json_is_string (json_object_get (json_array_get (one, i), "sha256")))
      json_object_del (file, "sha256");
  json_array_foreach (json_object_get (a, "disks"), i, disk) {
    twin = json_array_get (json_object_get (b, "disks"), i);
    if (twin == NULL
        || json_equal (json_object_get (disk, "format"), json_object_get (twin, "format")))
      continue;
    json_object_del (json_array_get (one, (size_t)json_integer_value (
                                            json_object_get (disk, "file"))), "sha256");
    json_object_del (json_array_get (other, (size_t)json_integer_value (
                                              json_object_get (twin, "file"))), "sha256");
  }
}

/* What a format keeps for itself no other one has. */
static void
forget_extras (json_t *model)
{
  static const char *const keys[] = { "extras", NULL };
  json_t *machine;
  size_t i;

  drop (model, keys);
  json_array_foreach (json_object_get (model, "machines"), i, machine)
    drop (machine, keys);
}

bool
ovf_diff (struct ovf_ctx *ctx, const char *first, const char *second,
          const struct ovf_options *options, struct ovf_report *report,
          char **ret_json, struct ovf_error **err)
{
  struct diff d = { .ctx = ctx, .options = options, .report = report };
  json_t *a = load (&d, first, &d.kinds[0], err);
  json_t *b = a ? load (&d, second, &d.kinds[1], err) : NULL;

  *ret_json = NULL;
  if (a && b) {
    d.changes = json_array ();
    forget_digests (a, b);
    if (d.kinds[0] == NULL || d.kinds[1] == NULL
        || strcmp (d.kinds[0], d.kinds[1]) != 0) {
      forget_extras (a);
      forget_extras (b);
    }
    compare (&d, "", a, b);
    *ret_json = result_dump (json_pack ("{s:b, s:o}", "same",
                                        json_array_size (d.changes) == 0, "changes",
                                        d.changes));
  }
  free (d.kinds[0]);
  free (d.kinds[1]);
  json_decref (a);
  json_decref (b);
  return *ret_json != NULL;
}

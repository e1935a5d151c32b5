/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovf_set (): the description edited; the manifest follows, the bytes of the
 * disks are not touched, and a signature is dropped. */
#include <jansson.h>

#include "base/text.h"
#include "edit.h"
#include "rewrite.h"

/* A key that ends in a dot is a prefix; what follows it is the rest. */
static const struct row {
  const char *key;
  edit_set_fn *set;
} rows[] = {
  { "name", set_name },
  { "memory", set_memory },
  { "cpus", set_cpus },
  { "os", set_os },
  { "product.", set_product },
  { "annotation", set_annotation },
  { "eula", set_eula },
  { "prop.", set_prop },
  { "net.", set_net },
  { "nic.", set_nic },
  { "disk.", set_disk },
};

static bool
is_row (const struct row *r, const char *key)
{
  size_t n = strlen (r->key);

  return r->key[n - 1] == '.' ? strncmp (key, r->key, n) == 0 && key[n] != '\0'
                              : strcmp (key, r->key) == 0;
}

static bool
assign (struct edit *e, const char *assignment, struct ovf_error **err)
{
  /* A network's name may hold '=', what it becomes may not. */
  bool net = strncmp (assignment, "net.", 4) == 0;
  const char *eq = net ? strrchr (assignment, '=') : strchr (assignment, '=');
  CLEANUP_FREE char *key
    = eq ? xstrndup (assignment, (size_t)(eq - assignment)) : NULL;

  if (key == NULL || *key == '\0')
    return error_set (err, OVF_E_USAGE, "'%s' is not KEY=VALUE", assignment);
  for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
    if (is_row (&rows[i], key)) {
      size_t n = strlen (rows[i].key);
      bool prefix = rows[i].key[n - 1] == '.';

      return rows[i].set (e, prefix ? key + n : "", eq + 1, err);
    }
  error_set (err, OVF_E_USAGE, "there is no key '%s'", key);
  return error_hint (err, "name, memory, cpus, os, product.WORD, annotation, "
                          "eula, prop.KEY, net.OLDNAME, nic.N.WORD, "
                          "disk.N.WORD");
}

/* Values become XML text. */
static bool
check_text (const char *assignment, struct ovf_error **err)
{
  if (!text_is_utf8 (assignment, strlen (assignment)))
    return error_set (err, OVF_E_USAGE, "'%s' is not UTF-8", assignment);
  for (const char *p = assignment; *p; p++)
    if ((unsigned char)*p < ' ' && !strchr ("\t\n\r", *p))
      return error_set (err, OVF_E_USAGE,
                        "'%s' holds a control character", assignment);
  return true;
}

/* Higher numbers first, so that they stay what the user counted: of two
 * numbers the longer one is the higher. */
static int
from_the_back (const void *a, const void *b)
{
  const char *x = *(char *const *)a, *y = *(char *const *)b;
  size_t n = strlen (x), m = strlen (y);

  return n != m ? (n < m) - (n > m) : strcmp (y, x);
}

static bool
remove_all (struct edit *e, const strings *list, struct ovf_error **err)
{
  CLEANUP_FREE char **sorted = xcalloc (list->len + 1, sizeof *sorted);

  for (size_t i = 0; i < list->len; i++)
    sorted[i] = list->ptr[i];
  qsort (sorted, list->len, sizeof *sorted, from_the_back);
  for (size_t i = 0; i < list->len; i++)
    if ((i == 0 || strcmp (sorted[i], sorted[i - 1]) != 0)
        && !edit_remove_device (e, sorted[i], err))
      return false;
  return true;
}

static bool
apply (struct edit *e, struct ovf_error **err)
{
  const strings *keys = option_list (e->options, OPT_KEY);
  const strings *remove = option_list (e->options, OPT_REMOVE);

  if (keys->len + remove->len == 0)
    return error_set (err, OVF_E_USAGE, "nothing to set");
  VECTOR_FOR (key, keys)
    if (!check_text (*key, err) || !assign (e, *key, err))
      return false;
  return remove_all (e, remove, err);
}

static void
settle_manifest (struct rewrite *w)
{
  w->keep_manifest = false;
  w->algorithm = w->state == MANIFEST_NONE ? DIGEST_NONE : w->old_algorithm;
  rewrite_drop_signature (w);
}

static bool
set (struct rewrite *w, char **ret_json, struct ovf_error **err)
{
  CLEANUP_XML xmlDoc *doc
    = xml_parse (w->ctx, package_descriptor_name (w->package), w->descriptor,
                 w->descriptor_len, err);
  struct edit e = { .ctx = w->ctx, .options = w->options, .report = w->report,
                    .file = package_descriptor_name (w->package), .doc = doc };
  CLEANUP_FREE char *text = NULL;
  bool ok;

  if (doc == NULL)
    return false;
  e.root = xmlDocGetRootElement (doc);
  edit_find_configuration (&e);
  ok = apply (&e, err);
  free (e.configuration);
  w->drop = e.dropped;
  if (!ok)
    return false;
  text = xml_dump (doc, &w->descriptor_len);
  w->descriptor = text;
  settle_manifest (w);
  return rewrite_target (w, option_text (w->options, OPT_OUTPUT), false, err)
         && rewrite_run (w, ret_json, err);
}

bool
ovf_set (struct ovf_ctx *ctx, const char *package,
         const struct ovf_options *options, struct ovf_report *report,
         char **ret_json, struct ovf_error **err)
{
  struct rewrite w;
  bool ok;

  *ret_json = NULL;
  ok = rewrite_open (&w, ctx, package, options, report, err)
       && set (&w, ret_json, err);
  rewrite_done (&w);
  return ok;
}

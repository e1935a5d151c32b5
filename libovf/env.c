/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovf_env (): the OVF environment document on the ISO image that guests read,
 * for hypervisors that have no vApp support. */
#include <jansson.h>
#include <unistd.h>

#include "base/file.h"
#include "base/output.h"
#include "base/text.h"
#include "environment.h"
#include "package/iso.h"
#include "pipeline.h"

/* All machines are read, --machine or not: the guest is told of its siblings. */
static struct ovf_options *
options_without_machine (const struct ovf_options *options)
{
  static const enum option flags[]
    = { OPT_LAX, OPT_LAX_MANIFEST, OPT_NO_VERIFY, OPT_REQUIRE_SIGNATURE };
  static const enum option texts[] = { OPT_FROM, OPT_CA, OPT_CONFIGURATION };
  struct ovf_options *copy = ovf_options_new ();

  for (size_t i = 0; i < ARRAY_SIZE (flags); i++)
    if (option_flag (options, flags[i]))
      ovf_options_set (copy, option_name (flags[i]), "yes", NULL);
  for (size_t i = 0; i < ARRAY_SIZE (texts); i++)
    if (option_text (options, texts[i]))
      ovf_options_set (copy, option_name (texts[i]),
                       option_text (options, texts[i]), NULL);
  return copy;
}

static bool
is_machine (const struct machine *m, const char *word)
{
  return (m->id && strcmp (m->id, word) == 0)
         || (m->name && strcmp (m->name, word) == 0);
}

static bool
choose_machine (const struct appliance *a, const char *word, size_t *ret,
                struct ovf_error **err)
{
  if (word == NULL && a->machines.len == 1) {
    *ret = 0;
    return true;
  }
  for (*ret = 0; word && *ret < a->machines.len; (*ret)++)
    if (is_machine (&a->machines.ptr[*ret], word))
      return true;
  if (a->machines.len == 0)
    return error_set (err, OVF_E_USAGE, "there is no machine in it");
  if (word)
    return error_set (err, OVF_E_USAGE, "there is no machine '%s'", word);
  error_set (err, OVF_E_USAGE, "there are several machines");
  return error_hint (err, "--machine ID chooses one");
}

/* A manifest that is there is checked by every command that uses a package. */
static bool
check_files (struct source *s, struct ovf_report *report, struct ovf_error **err)
{
  size_t n = s->appliance->files.len;
  CLEANUP_FREE size_t *all = xcalloc (n + 1, sizeof *all);

  if (s->package == NULL)
    return true;
  for (size_t i = 0; i < n; i++)
    all[i] = i;
  if (!source_trust (s, all, n, report, err))
    return false;
  for (size_t i = 0; i < n && package_manifest_name (s->package); i++) {
    struct blob_pair pair;

    if (option_flag (s->options, OPT_NO_VERIFY))
      break;
    if (!source_file (s, i, ctx_limit (s->ctx, LIMIT_CAPACITY), &pair, err)
        || !source_file_done (s, &pair, err))
      return false;
  }
  return package_settle (s->package, err);
}

/* ---- writing --------------------------------------------------------- */

static bool
put (int fd, bool xml, const char *text, size_t len, struct ovf_error **err)
{
  return xml ? file_write (fd, text, len, err)
             : iso_write (fd, ENVIRONMENT_LABEL, ENVIRONMENT_FILE, text, len,
                          err);
}

static bool
write_output (struct source *s, const char *target,
              const struct ovf_options *options, const char *text, size_t len, char **ret_json,
              struct ovf_error **err)
{
  bool xml = text_has_suffix (target, ".xml");
  struct output *out = output_new_file (
    s->ctx, target, option_flag (options, OPT_FORCE), err);
  CLEANUP_FREE char *path = out ? output_path (out, NULL) : NULL;
  json_t *files = json_array ();
  uint64_t size = 0;
  char hex[DIGEST_HEX];
  bool ok = out && put (output_fd (out), xml, text, len, err)
            && file_size (output_fd (out), &size, err)
            && result_digest (s->ctx, options, output_fd (out), hex, err)
            && output_commit (out, err);

  if (ok) {
    result_file (files, path, ROLE_FILE, size, hex);
    *ret_json = result_written (path, files);
  } else
    json_decref (files);
  output_free (out);
  return ok;
}

static bool
run (struct source *s, const struct ovf_options *options,
     struct ovf_report *report, char **ret_json, struct ovf_error **err)
{
  const char *target = option_text (options, OPT_OUTPUT);
  CLEANUP_FREE char *text = NULL;
  size_t machine, len;

  if (strcmp (target, "-") == 0)
    return error_set (err, OVF_E_USAGE, "the image is written to a file only");
  if (s->fd >= 0 && output_is_same (target, s->fd))
    return error_set (err, OVF_E_USAGE, "the target is the source: '%s'",
                      target);
  if (!choose_machine (s->appliance, option_text (options, OPT_MACHINE),
                       &machine, err)
      || !environment_set (s->appliance, machine,
                           option_list (options, OPT_PROP), report, err)
      || !check_files (s, report, err))
    return false;
  text = environment_text (s->appliance, machine, report, &len, err);
  return text && write_output (s, target, options, text, len, ret_json, err);
}

bool
ovf_env (struct ovf_ctx *ctx, const char *package,
         const struct ovf_options *options, struct ovf_report *report,
         char **ret_json, struct ovf_error **err)
{
  struct ovf_options *reading = options_without_machine (options);
  struct source *s = NULL;
  bool ok = false;

  *ret_json = NULL;
  if (option_text (options, OPT_OUTPUT) == NULL)
    error_set (err, OVF_E_USAGE, "which image is to be written?");
  else {
    s = source_open (ctx, package, PURPOSE_USE, reading, report, err);
    ok = s && run (s, options, report, ret_json, err);
  }
  source_free (s);
  ovf_options_free (reading);
  return ok;
}

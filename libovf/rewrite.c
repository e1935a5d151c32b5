/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening a package to write it again; see rewrite.h.  The copying is in
 * rewrite-run.c. */
#include "rewrite.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/output.h"
#include "base/text.h"
#include "package/manifest.h"

/* ---- opening --------------------------------------------------------- */

static bool
is_part (const struct package *p, const char *name)
{
  const char *const parts[] = { package_manifest_name (p),
                                package_certificate_name (p) };

  for (size_t i = 0; i < ARRAY_SIZE (parts); i++)
    if (parts[i] && strcmp (parts[i], name) == 0)
      return true;
  return false;
}

/* A manifest may stay only if `verify` would be content with it. */
static bool
lists_all (const struct package *p, const struct manifest *m)
{
  size_t covered = 0;

  if (m->flaw)
    return false;
  VECTOR_FOR (member, package_members (p)) {
    if (is_part (p, member->name))
      continue;
    if (manifest_find (m, member->name) == NULL)
      return false;
    covered++;
  }
  return covered == m->entries.len;
}

static bool
judge_manifest (struct rewrite *w, bool verify, struct ovf_error **err)
{
  const char *name = package_manifest_name (w->package);
  struct manifest m = { 0 };
  size_t len;
  const char *text;

  if (name == NULL)
    return true;
  text = package_manifest (w->package, &len);
  w->state = MANIFEST_LACKING;
  w->old_algorithm = DIGEST_SHA256;
  if (!manifest_parse (w->ctx, name, text, len, &m, verify ? err : NULL))
    return !verify;
  if (m.weakest != DIGEST_NONE)
    w->old_algorithm = m.weakest;
  if (verify && lists_all (w->package, &m))
    w->state = MANIFEST_GOOD;
  manifest_done (&m);
  return true;
}

/* Every file must be there: a chunk that is missing shows here. */
static bool
find_files (struct rewrite *w, struct ovf_error **err)
{
  VECTOR_FOR (r, &w->refs) {
    struct blob *b = package_blob (w->package, r->href, r->chunk_size,
                                   r->chunk_size ? r->size : BLOB_UNKNOWN, err);

    if (b == NULL)
      return false;
    blob_free (b);
  }
  return true;
}

static bool
trust (struct rewrite *w, struct ovf_error **err)
{
  struct trust_policy policy = trust_policy_of (w->options);
  strings hrefs = { 0 };
  bool ok;

  policy.mend = w->mend;
  VECTOR_FOR (r, &w->refs)
    strings_append (&hrefs, r->href);
  package_refer (w->package, &hrefs);
  ok = package_trust (w->package, &policy, &hrefs, w->report, err)
       && find_files (w, err) && judge_manifest (w, policy.verify, err);
  free (hrefs.ptr); /* the strings are lent */
  return ok;
}

static char *
resolved (const char *path)
{
  char *real = realpath (path, NULL);

  return real ? real : xstrdup (path);
}

static bool
open_package (struct rewrite *w, struct ovf_ctx *ctx, const char *path,
              const struct ovf_options *options, struct ovf_report *report,
              struct ovf_error **err)
{
  w->ctx = ctx;
  w->options = options;
  w->report = report;
  w->path = resolved (path);
  w->package = package_open (ctx, path, report, err);
  if (w->package == NULL)
    return false;
  if (package_form (w->package) == PACKAGE_PIPE) {
    error_set (err, OVF_E_USAGE,
               "a package that comes through a pipe cannot be changed");
    return error_hint (err, "store it in a file first");
  }
  w->descriptor = package_descriptor (w->package, &w->descriptor_len);
  return references_read (ctx, package_descriptor_name (w->package),
                          w->descriptor, w->descriptor_len, &w->refs, err)
         && trust (w, err);
}

bool
rewrite_open (struct rewrite *w, struct ovf_ctx *ctx, const char *path,
              const struct ovf_options *options, struct ovf_report *report,
              struct ovf_error **err)
{
  memset (w, 0, sizeof *w);
  return open_package (w, ctx, path, options, report, err);
}

bool
rewrite_open_mend (struct rewrite *w, struct ovf_ctx *ctx, const char *path,
                   const struct ovf_options *options, struct ovf_report *report,
                   struct ovf_error **err)
{
  memset (w, 0, sizeof *w);
  w->mend = true;
  return open_package (w, ctx, path, options, report, err);
}

void
rewrite_done (struct rewrite *w)
{
  VECTOR_FOR (m, &w->remakes)
    free (m->name);
  free (w->remakes.ptr);
  package_free (w->package);
  references_free (&w->refs);
  strings_free (&w->drop);
  free (w->path);
  free (w->target);
  free (w->descriptor_name);
}

/* ---- the target ------------------------------------------------------ */

static bool
target_in_place (struct rewrite *w, struct ovf_error **err)
{
  struct stat st;

  w->in_place = true;
  w->form = package_form (w->package);
  if (w->form == PACKAGE_PIPE || http_is_url (w->path))
    return error_set (err, OVF_E_USAGE, "this source cannot be replaced")
           || error_hint (err, "say where the result goes: -o OUT");
  if (stat (w->path, &st) == -1)
    return error_errno (err, errno, "%s", w->path);
  if (w->form == PACKAGE_DIR && !S_ISDIR (st.st_mode))
    w->target = path_dir (w->path);
  else
    w->target = xstrdup (w->path);
  if (S_ISREG (st.st_mode))
    w->mode = st.st_mode & 07777;
  return true;
}

static bool
is_source (const struct rewrite *w, const char *output)
{
  struct stat a, b;

  return stat (w->path, &a) == 0 && stat (output, &b) == 0
         && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool
rewrite_target (struct rewrite *w, const char *output, bool archive,
                struct ovf_error **err)
{
  struct stat st;

  w->descriptor_name = xstrdup (package_descriptor_name (w->package));
  if (output == NULL)
    return target_in_place (w, err);
  if (strcmp (output, "-") == 0) {
    w->form = PACKAGE_PIPE;
    return true;
  }
  if (is_source (w, output)) {
    error_set (err, OVF_E_USAGE, "the target is the source: '%s'", output);
    if (!archive)
      error_hint (err, "without -o it is replaced");
    return false;
  }
  if (archive || text_has_suffix (output, ".ova")) {
    w->form = PACKAGE_OVA;
    w->target = xstrdup (output);
    if (stat (output, &st) == 0 && S_ISDIR (st.st_mode))
      return error_set (err, OVF_E_USAGE, "'%s' is a folder", output);
    return true;
  }
  w->form = PACKAGE_DIR;
  if (!text_has_suffix (output, ".ovf")) {
    w->target = xstrdup (output);
    return true;
  }
  w->target = path_dir (output);
  free (w->descriptor_name);
  w->descriptor_name = path_base (output);
  return true;
}

/* ---- signatures ------------------------------------------------------ */

void
rewrite_drop_signature (struct rewrite *w)
{
  const char *name = package_certificate_name (w->package);

  w->keep_certificate = false;
  if (name && w->signer == NULL)
    report_add (w->report, OVF_NOTE, "SIGN-DROPPED", name, 0, NULL,
                "the signature is dropped: it does not fit what is written");
}

bool
rewrite_signer (struct rewrite *w, const char *key, const char *cert,
                struct signer **ret, struct ovf_error **err)
{
  struct signer_settings settings = {
    .key = key,
    .cert = cert,
    .passin = option_text (w->options, OPT_PASSIN),
    .command = option_text (w->options, OPT_SIGN_COMMAND)
  };

  *ret = NULL;
  if (key == NULL && cert == NULL && settings.command == NULL)
    return true;
  *ret = signer_new (w->ctx, &settings, w->report, err);
  w->signer = *ret;
  return *ret != NULL;
}

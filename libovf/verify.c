/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovf_verify: what a package's manifest and signature are worth, as the JSON
 * of `verify` (cli.md section 2). */
#include <jansson.h>

#include "base/text.h"
#include "pipeline.h"

static json_t *
text_or_null (const char *s)
{
  return s != NULL ? json_string (s) : json_null ();
}

/* Names and reasons quote input that need not be UTF-8; jansson refuses such
 * text, and nothing may be left out. */
static json_t *
quoted_or_null (const char *s)
{
  CLEANUP_FREE char *shown
    = s != NULL && !text_is_utf8 (s, strlen (s)) ? ovf_escape (s) : NULL;

  return text_or_null (shown ? shown : s);
}

static json_t *
files_json (const verified_files *files)
{
  json_t *list = json_array ();

  VECTOR_FOR (f, files)
    json_array_append_new (list, json_pack ("{s:o, s:b, s:b}", "name",
                                            quoted_or_null (f->name),
                                            "listed", f->listed, "match", f->match));
  return list;
}

static char *
verdict_json (const struct verdict *v)
{
  const char *algorithm = v->algorithm ? digest_name (v->algorithm) : NULL;

  return result_dump (json_pack (
    "{s:b, s:b, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "verified", v->verified,
    "lax", v->lax, "reason", quoted_or_null (v->reason), "algorithm",
    text_or_null (algorithm), "signature", trust_word (v->trust),
    "signature_reason", quoted_or_null (v->trust_reason), "signer",
    quoted_or_null (v->signer), "not_before", text_or_null (v->not_before),
    "not_after", text_or_null (v->not_after), "files", files_json (&v->files)));
}

bool
source_references (struct source *s, strings *ret, struct ovf_error **err)
{
  VECTOR_FOR (f, &s->appliance->files) {
    if (!package_href_check (s->package, f->href, err))
      return error_place (err, NULL, s->appliance->descriptor, f->line);
    strings_append (ret, xstrdup (f->href));
  }
  return true;
}

struct source *
source_open_package (struct ovf_ctx *ctx, const char *path,
                     const struct ovf_options *options, struct ovf_report *report,
                     struct ovf_error **err)
{
  struct source *s = source_open (ctx, path, PURPOSE_LOOK, options, report, err);

  if (s == NULL || s->package != NULL)
    return s;
  error_set (err, OVF_E_USAGE, "'%s' is no package", s->path);
  error_hint (err, "a package is an .ova, an .ovf or a folder that holds one");
  source_free (s);
  return NULL;
}

/* What is odd in the descriptor is `validate`'s business. */
void
report_of_package (const struct ovf_report *all, struct ovf_report *report)
{
  static const char *const ours[] = { "OVF-TAR-", "OVF-PKG-", "OVF-MF-", "OVF-CERT-" };

  for (size_t i = 0; i < ovf_report_size (all); i++) {
    const struct ovf_finding *f = ovf_report_get (all, i);
    for (size_t k = 0; k < ARRAY_SIZE (ours); k++) {
      if (strncmp (f->rule, ours[k], strlen (ours[k])) != 0)
        continue;
      report_add (report, f->severity, f->rule, f->file, f->line, f->path, "%s",
                  f->message);
      if (f->hint != NULL)
        report_hint (report, "%s", f->hint);
    }
  }
}

static bool
verify (struct ovf_ctx *ctx, const char *path, const struct ovf_options *options,
        struct ovf_report *report, char **ret_json, struct ovf_error **err)
{
  CLEANUP (source) struct source *s
    = source_open_package (ctx, path, options, report, err);
  struct trust_policy policy = trust_policy_of (options);
  strings referenced = { 0 };
  struct verdict v = { 0 };
  bool ok = s != NULL && source_references (s, &referenced, err)
            && package_verify (s->package, &policy, &referenced, &v, report, err)
            && package_whole (s->package, &referenced, err);

  if (ok) {
    *ret_json = verdict_json (&v);
    ok = verdict_accepted (s->package, &v, err);
  }
  verdict_done (&v);
  strings_free (&referenced);
  return ok;
}

bool
ovf_verify (struct ovf_ctx *ctx, const char *path, const struct ovf_options *options,
            struct ovf_report *report, char **ret_json, struct ovf_error **err)
{
  struct ovf_report *all = ovf_report_new ();
  bool ok;

  *ret_json = NULL;
  ok = verify (ctx, path, options, all, ret_json, err);
  report_of_package (all, report);
  ovf_report_free (all);
  return ok;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovf_pack (): a folder as an OVA.  A manifest that is there must match and
 * goes in byte for byte; one is made where there is none, where it cannot be
 * kept, or where another algorithm is asked for. */
#include "rewrite.h"

static bool
wanted_algorithm (const struct ovf_options *options, enum digest_alg *ret,
                  struct ovf_error **err)
{
  const char *word = option_text (options, OPT_SHA);

  *ret = word ? digest_by_name (word) : DIGEST_NONE;
  if (word == NULL || (*ret & (DIGEST_SHA1 | DIGEST_SHA256 | DIGEST_SHA512)))
    return true;
  return error_set (err, OVF_E_USAGE, "--sha is sha1, sha256 or sha512, not '%s'",
                    word);
}

static bool
settle_manifest (struct rewrite *w, struct ovf_error **err)
{
  const char *name = package_manifest_name (w->package);
  enum digest_alg wanted;

  if (!wanted_algorithm (w->options, &wanted, err))
    return false;
  if (w->state == MANIFEST_LACKING)
    report_add (w->report, OVF_WARNING, "OVF-MF-005", name, 0, NULL,
                "the manifest is replaced: %s",
                option_flag (w->options, OPT_NO_VERIFY)
                  ? "it was not checked" : "it does not list what it must");
  w->keep_manifest = w->state == MANIFEST_GOOD
                     && (wanted == DIGEST_NONE || wanted == w->old_algorithm);
  w->keep_certificate = w->keep_manifest && w->signer == NULL;
  w->algorithm = wanted != DIGEST_NONE ? wanted
                 : w->keep_manifest    ? w->old_algorithm
                                       : DIGEST_SHA256;
  if (!w->keep_manifest)
    rewrite_drop_signature (w);
  if (w->algorithm == DIGEST_SHA1 && !w->keep_manifest)
    report_add (w->report, OVF_WARNING, "OVF-MF-002", NULL, 0, NULL,
                "SHA-1 is weak: only readers from before OVF 2.0 need it");
  return true;
}

static bool
pack (struct rewrite *w, const char *target, char **ret_json,
      struct ovf_error **err)
{
  CLEANUP (signer) struct signer *signer = NULL;

  return rewrite_target (w, target, true, err)
         && rewrite_signer (w, option_text (w->options, OPT_SIGN_KEY),
                            option_text (w->options, OPT_SIGN_CERT), &signer,
                            err)
         && settle_manifest (w, err) && rewrite_run (w, ret_json, err);
}

bool
ovf_pack (struct ovf_ctx *ctx, const char *source, const char *target,
          const struct ovf_options *options, struct ovf_report *report,
          char **ret_json, struct ovf_error **err)
{
  struct rewrite w;
  bool ok;

  *ret_json = NULL;
  if (target == NULL)
    target = option_text (options, OPT_OUTPUT);
  if (target == NULL)
    return error_set (err, OVF_E_USAGE, "which archive is to be written?");
  ok = rewrite_open (&w, ctx, source, options, report, err)
       && pack (&w, target, ret_json, err);
  rewrite_done (&w);
  return ok;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovf_sign () and ovf_unsign (): a certificate file made, replaced or
 * dropped.  A manifest that lists everything stays as it is. */
#include "rewrite.h"

static void
settle_manifest (struct rewrite *w)
{
  w->keep_manifest = w->state == MANIFEST_GOOD;
  w->algorithm = w->keep_manifest ? w->old_algorithm : DIGEST_SHA256;
  if (w->state == MANIFEST_LACKING)
    report_add (w->report, OVF_WARNING, "OVF-MF-005",
                package_manifest_name (w->package), 0, NULL,
                "the manifest is replaced: %s",
                option_flag (w->options, OPT_NO_VERIFY)
                  ? "it was not checked" : "it does not list what it must");
}

/* A descriptor of another name needs a manifest that lists that one. */
static bool
renamed (const struct rewrite *w)
{
  return strcmp (w->descriptor_name, package_descriptor_name (w->package)) != 0;
}

static bool
sign (struct rewrite *w, char **ret_json, struct ovf_error **err)
{
  const char *key = option_text (w->options, OPT_SIGN_KEY);
  const char *cert = option_text (w->options, OPT_SIGN_CERT);
  CLEANUP (signer) struct signer *signer = NULL;

  if (key == NULL && cert == NULL
      && option_text (w->options, OPT_SIGN_COMMAND) == NULL) {
    error_set (err, OVF_E_USAGE, "signing needs a key and a certificate");
    return error_hint (err, "--key PEM --cert PEM, or --sign-command COMMAND");
  }
  settle_manifest (w);
  if (!rewrite_target (w, option_text (w->options, OPT_OUTPUT), false, err)
      || !rewrite_signer (w, key, cert, &signer, err))
    return false;
  w->keep_manifest = w->keep_manifest && !renamed (w);
  return rewrite_run (w, ret_json, err);
}

static bool
unsign (struct rewrite *w, char **ret_json, struct ovf_error **err)
{
  if (package_certificate_name (w->package) == NULL)
    report_add (w->report, OVF_NOTE, "SIGN-DROPPED", w->path, 0, NULL,
                "the package is not signed");
  if (w->state != MANIFEST_NONE)
    settle_manifest (w);
  if (!rewrite_target (w, option_text (w->options, OPT_OUTPUT), false, err))
    return false;
  w->keep_manifest = w->keep_manifest && !renamed (w);
  return rewrite_run (w, ret_json, err);
}

static bool
operate (bool (*operation) (struct rewrite *, char **ret_json,
                            struct ovf_error **err),
         struct ovf_ctx *ctx, const char *package,
         const struct ovf_options *options, struct ovf_report *report,
         char **ret_json, struct ovf_error **err)
{
  struct rewrite w;
  bool ok;

  *ret_json = NULL;
  ok = rewrite_open (&w, ctx, package, options, report, err)
       && operation (&w, ret_json, err);
  rewrite_done (&w);
  return ok;
}

bool
ovf_sign (struct ovf_ctx *ctx, const char *package,
          const struct ovf_options *options, struct ovf_report *report,
          char **ret_json, struct ovf_error **err)
{
  return operate (sign, ctx, package, options, report, ret_json, err);
}

bool
ovf_unsign (struct ovf_ctx *ctx, const char *package,
            const struct ovf_options *options, struct ovf_report *report,
            char **ret_json, struct ovf_error **err)
{
  return operate (unsign, ctx, package, options, report, ret_json, err);
}

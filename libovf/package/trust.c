/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trust for the commands that use files (cli.md 3.1): what is used must be
 * listed and match, and nothing is kept when it does not.  Everything is
 * fail-closed; --lax-manifest forgives two flaws that old producers have. */
#include "package/signature.h"

/* ---- flaws ---------------------------------------------------------------------- */
static bool
mismatch (const struct package *p, const char *rule, unsigned line,
          const char *message, struct ovf_error **err)
{
  return error_at (err, OVF_E_INTEGRITY, rule, p->manifest.name, line, "%s", message);
}

/* One of the two that --lax-manifest forgives. */
static bool
forgivable (struct package *p, const char *rule, const char *message,
            struct ovf_error **err)
{
  if (p->policy.mend) {
    report_add (p->report, OVF_WARNING, rule, p->manifest.name, 0, NULL, "%s", message);
    return true;
  }
  if (p->policy.lax_manifest) {
    report_add (p->report, OVF_WARNING, rule, p->manifest.name, 0, NULL,
                "%s: accepted because of --lax-manifest", message);
    return true;
  }
  mismatch (p, rule, 0, message, err);
  return error_hint (err, "--lax-manifest accepts this, but never a digest that differs");
}

char *
trust_no_descriptor (const struct package *p)
{
  return xasprintf ("the manifest does not list the descriptor '%s'", p->descriptor.name);
}

char *
trust_absent (const struct manifest_entry *absent)
{
  return xasprintf ("the manifest lists '%.300s', which is not in the package",
                    absent->name);
}

const struct manifest_entry *
trust_find_absent (const struct package *p, bool *ret_itself)
{
  CLEANUP_FREE bool *there = xcalloc (p->list.entries.len + 1, sizeof (bool));
  const struct manifest_entry *e, *absent = NULL;

  *ret_itself = false;
  VECTOR_FOR (m, &p->members) {
    e = manifest_find (&p->list, m->name);
    if (e == NULL)
      continue;
    there[e - p->list.entries.ptr] = true;
    if (part_is (&p->manifest, m->name) || part_is (&p->certificate, m->name)) {
      *ret_itself = true;
      return e;
    }
  }
  for (size_t i = 0; i < p->list.entries.len && absent == NULL; i++)
    if (!there[i]
        && (i == 0 || strcmp (p->list.entries.ptr[i - 1].name, p->list.entries.ptr[i].name) != 0))
      absent = &p->list.entries.ptr[i];
  return absent;
}

static bool
check_absent (struct package *p, struct ovf_error **err)
{
  bool itself;
  const struct manifest_entry *e = trust_find_absent (p, &itself);
  CLEANUP_FREE char *why = NULL;

  if (e == NULL)
    return true;
  if (itself && !p->policy.mend)
    return mismatch (p, "OVF-MF-007", e->line,
                     "the manifest lists itself or the certificate", err);
  why = trust_absent (e);
  return forgivable (p, "OVF-MF-006", why, err);
}

/* ---- digests --------------------------------------------------------------------- */
static bool
compare (struct package *p, const struct manifest_entry *e, const char *hex,
         struct ovf_error **err)
{
  CLEANUP_FREE char *why = NULL;

  if (hex != NULL && strcmp (hex, e->hex) == 0)
    return true;
  why = xasprintf ("the %s digest of '%s' does not match",
                   e->alg ? digest_label (e->alg) : "", e->name);
  return mismatch (p, "OVF-MF-005", e->line, why, err);
}

static bool
unlisted (struct package *p, const char *name, struct ovf_error **err)
{
  CLEANUP_FREE char *why
    = xasprintf ("the manifest does not list '%s', which is used", name);

  if (p->policy.mend)
    return forgivable (p, "OVF-MF-006", why, err);
  return mismatch (p, "OVF-MF-006", 0, why, err);
}

bool
trust_member (struct package *p, size_t i, struct ovf_error **err)
{
  const char *name = p->members.ptr[i].name;
  const struct manifest_entry *e;

  if (!p->checking || !p->parsed || package_part (p, name) != NULL)
    return true;
  e = manifest_find (&p->list, name);
  if (e == NULL) /* with `mend` it has been told */
    return p->policy.mend || unlisted (p, name, err);
  return compare (p, e, slot_digest (&p->slots.ptr[i], e->alg), err);
}

static bool
check_descriptor (struct package *p, struct ovf_error **err)
{
  const struct manifest_entry *e = manifest_find (&p->list, p->descriptor.name);
  CLEANUP_FREE char *why = NULL;
  char hex[DIGEST_HEX];

  if (e == NULL) {
    why = trust_no_descriptor (p);
    return forgivable (p, "OVF-MF-007", why, err);
  }
  if (e->alg == DIGEST_NONE)
    return compare (p, e, NULL, err);
  digest_of (e->alg, p->descriptor.data, p->descriptor.len, hex);
  return compare (p, e, hex, err);
}

static bool
check_all (struct package *p, struct ovf_error **err)
{
  VECTOR_FOR (m, &p->members)
    if (package_part (p, m->name) == NULL && manifest_find (&p->list, m->name) == NULL)
      return unlisted (p, m->name, err);
  return true;
}

/* A file that is not there is another error, of whoever uses it. */
static bool
check_used (struct package *p, struct ovf_error **err)
{
  if (p->use_all)
    return check_all (p, err);
  VECTOR_FOR (href, &p->used) {
    indexes found = { 0 };
    bool good = package_resolve (p, *href, false, &found, err);
    for (size_t k = 0; good && k < found.len; k++) {
      const char *name = p->members.ptr[found.ptr[k]].name;
      if (package_part (p, name) == NULL && manifest_find (&p->list, name) == NULL)
        good = unlisted (p, name, err);
    }
    free (found.ptr);
    if (!good)
      return false;
  }
  return true;
}

bool
trust_parse (struct package *p, struct ovf_error **err)
{
  if (p->parsed)
    return true;
  p->parsed = manifest_parse (p->ctx, p->manifest.name, p->manifest.data,
                              p->manifest.len, &p->list, err);
  if (p->parsed && p->list.weakest == DIGEST_SHA1)
    report_add (p->report, OVF_WARNING, "OVF-MF-004", p->manifest.name, 0, NULL,
                "the manifest uses SHA-1, which no longer stops a forger");
  return p->parsed;
}

/* What can be said with the manifest at hand before a file is read. */
static bool
check_manifest (struct package *p, struct ovf_error **err)
{
  if (!trust_parse (p, err))
    return false;
  if (p->list.flaw != NULL)
    return mismatch (p, p->list.flaw_rule, p->list.flaw_line, p->list.flaw, err);
  if (p->list.entries.len == 0)
    return mismatch (p, "OVF-MF-006", 0, "the manifest lists nothing", err);
  p->tap = p->list.algorithms;
  return check_descriptor (p, err);
}

/* ---- the signature ------------------------------------------------------------------ */
bool
trust_accepts (const struct package *p, enum trust trust, const char *reason,
               struct ovf_error **err)
{
  if (trust == TRUST_UNSIGNED && p->policy.require_signature) {
    error_at (err, OVF_E_INTEGRITY, "OVF-CERT-002", p->path, 0,
              "the package is not signed");
    return error_hint (err, "--require-signature asks for a signature");
  }
  if (trust == TRUST_INVALID)
    return error_at (err, OVF_E_INTEGRITY, "OVF-CERT-002", p->certificate.name, 0,
                     "the signature is invalid (%s)", reason);
  if (trust == TRUST_UNTRUSTED && p->policy.ca != NULL)
    return error_at (err, OVF_E_INTEGRITY, "OVF-CERT-002", p->certificate.name, 0,
                     "the signature is not trusted (%s)", reason);
  return true;
}

static bool
check_signature (struct package *p, struct ovf_error **err)
{
  struct signature s;
  bool good;

  if (p->judged)
    return true;
  p->judged = true;
  if (!signature_judge (p->ctx, &p->manifest, &p->certificate, p->policy.ca, &s, err))
    return false;
  good = trust_accepts (p, s.trust, s.reason, err);
  if (good && s.trust == TRUST_UNTRUSTED)
    report_add (p->report,
                strcmp (s.reason, SIGNATURE_NO_CA) == 0 ? OVF_NOTE : OVF_WARNING,
                "OVF-CERT-002", p->certificate.name, 0, NULL,
                "the signature fits, but is not trusted (%s)", s.reason);
  if (good && s.trust == TRUST_UNSIGNED && p->policy.ca != NULL)
    report_add (p->report, OVF_WARNING, "OVF-CERT-002", p->path, 0, NULL,
                "the package is not signed: --ca has nothing to check");
  signature_done (&s);
  return good;
}

/* --no-verify skips the signature too, unless one was asked for. */
static bool
judge_now (struct package *p, struct ovf_error **err)
{
  if (p->policy.ca == NULL && !p->policy.require_signature
      && (!p->checking || p->policy.any_signature))
    return true;
  return check_signature (p, err);
}

/* ---- in order ---------------------------------------------------------------------------- */
void
trust_take_policy (struct package *p, const struct trust_policy *policy)
{
  p->policy = *policy;
  free (p->ca);
  p->ca = xstrdup (policy->ca);
  p->policy.ca = p->ca;
}

static void
report_unchecked (struct package *p)
{
  if (p->manifest.name != NULL || p->form == PACKAGE_PIPE)
    report_add (p->report, OVF_WARNING, "OVF-MF-005", p->path, 0, NULL,
                "digests are not compared (--no-verify)");
}

bool
package_trust (struct package *p, const struct trust_policy *policy,
               const strings *used, struct ovf_report *report,
               struct ovf_error **err)
{
  p->report = report;
  p->trusting = true;
  trust_take_policy (p, policy);
  package_set_used (p, used);
  p->checking = policy->verify;
  if (!p->checking) {
    report_unchecked (p);
    p->tap = 0;
  }
  if (p->checking && p->manifest.name != NULL
      && (!check_manifest (p, err)
          || (p->form != PACKAGE_PIPE && (!check_used (p, err) || !check_absent (p, err)))))
    return false;
  if (p->form != PACKAGE_PIPE && p->manifest.name == NULL)
    p->tap = 0;
  /* In a pipe the certificate may still come. */
  if (p->form == PACKAGE_PIPE && p->certificate.name == NULL)
    return true;
  return judge_now (p, err);
}

/* All that a pipe brought and that is used. */
static bool
check_passed (struct package *p, struct ovf_error **err)
{
  for (size_t i = 0; i < p->members.len; i++)
    if (package_is_used (p, p->members.ptr[i].name) && !trust_member (p, i, err))
      return false;
  return check_absent (p, err);
}

bool
package_settle (struct package *p, struct ovf_error **err)
{
  if (p->form != PACKAGE_PIPE)
    return true;
  if (!pipe_drain (p, err))
    return false;
  if (p->checking && p->manifest.name != NULL
      && (!check_manifest (p, err) || !check_passed (p, err)))
    return false;
  return judge_now (p, err);
}

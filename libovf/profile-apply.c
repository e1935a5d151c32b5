/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `convert --for`: the model as a platform takes it.  What has a replacement
 * that the guest will not miss is replaced, what has none is dropped, each as
 * a loss; the rest is told, and written as it is. */
#include "base/text.h"
#include "profile-apply.h"

#define LOSS "profile"

static void
apply_families (const struct profile *p, struct machine *m)
{
  const char *best = profile_best (p, PROFILE_FAMILIES);
  bool taken = false;

  if (best == NULL || strchr (best, '*') != NULL)
    return;
  VECTOR_FOR (word, &m->hardware)
    taken |= profile_takes (p, PROFILE_FAMILIES, *word);
  if (taken)
    return;
  strings_free (&m->hardware);
  strings_append (&m->hardware, xstrdup (best));
}

static void
apply_sound (const struct profile *p, struct machine *m, struct ovf_report *report)
{
  CLEANUP_FREE char *word = m->sound ? xasprintf ("vmware.soundcard.%s", m->sound) : NULL;

  if (word == NULL || profile_takes (p, PROFILE_SOUND, m->sound)
      || profile_takes (p, PROFILE_SOUND, word))
    return;
  report_loss (report, LOSS, "sound", "the sound card '%s' is dropped: %s does not take it",
               m->sound, p->title);
  set_string (&m->sound, NULL);
  extras_drop (&m->extras, "item sound");
}

/* Every guest has a driver for the e1000. */
static void
apply_nics (const struct profile *p, struct machine *m, struct ovf_report *report)
{
  const char *best = profile_takes (p, PROFILE_NICS, "e1000")
                       ? "e1000" : profile_best (p, PROFILE_NICS);

  if (best == NULL)
    return;
  VECTOR_FOR (n, &m->nics) {
    if (n->model == NULL || profile_takes (p, PROFILE_NICS, n->model))
      continue;
    report_loss (report, LOSS, "nic", "the network adapter '%s' becomes '%s': %s does not "
                 "take it", n->model, best, p->title);
    set_string (&n->model, best);
  }
}

/* What is left, as warnings: files, manifest and archive are written anew. */
static void
tell_rest (struct ovf_ctx *ctx, const struct appliance *a, const struct profile *p,
           struct ovf_report *report)
{
  static const char *const rules[] = { "PROFILE-BUS", "PROFILE-NIC", "PROFILE-SOUND",
                                       "PROFILE-FIRMWARE", "PROFILE-MACHINES",
                                       "PROFILE-HARDWARE" };
  struct lint l = { .ctx = ctx, .report = ovf_report_new (), .file = a->descriptor,
                    .model = a };

  profile_check (p, &l, 0);
  for (size_t i = 0; i < ovf_report_size (l.report); i++) {
    const struct ovf_finding *f = ovf_report_get (l.report, i);
    for (size_t k = 0; k < ARRAY_SIZE (rules); k++)
      if (strcmp (f->rule, rules[k]) == 0) {
        report_add (report, f->severity == OVF_NOTE ? OVF_NOTE : OVF_WARNING, f->rule,
                    f->file, f->line, NULL, "%s", f->message);
        report_hint (report, "%s", rule_by_id (rules[k])->fix);
      }
  }
  ovf_report_free (l.report);
}

bool
profile_apply (struct ovf_ctx *ctx, struct appliance *a, const struct ovf_options *options,
               const char *usual, struct ovf_report *report, struct profile **ret, struct ovf_error **err)
{
  const strings *names = option_list (options, OPT_FOR);
  struct profile *p;

  *ret = NULL;
  if (names->len == 0 && usual == NULL)
    return true;
  if (names->len > 1)
    return error_set (err, OVF_E_USAGE, "--for is given %zu times: one platform is written for",
                      names->len);
  p = profile_load (ctx, names->len > 0 ? names->ptr[0] : usual, err);
  if (p == NULL)
    return false;
  VECTOR_FOR (m, &a->machines) {
    apply_families (p, m);
    apply_sound (p, m, report);
    apply_nics (p, m, report);
  }
  tell_rest (ctx, a, p, report);
  *ret = p;
  return true;
}

const char *
profile_ovf_version (const struct profile *p)
{
  const char *best = p ? profile_best (p, PROFILE_VERSIONS) : NULL;

  return best != NULL && *best == '2' ? "2.0" : "1.1";
}

enum digest_alg
profile_digest (const struct profile *p)
{
  enum digest_alg alg = DIGEST_NONE;

  for (size_t i = 0; p != NULL && alg == DIGEST_NONE && i < p->lists[PROFILE_DIGESTS].len; i++)
    alg = digest_by_name (p->lists[PROFILE_DIGESTS].ptr[i])
          & (DIGEST_SHA1 | DIGEST_SHA256 | DIGEST_SHA512);
  return alg != DIGEST_NONE ? alg : DIGEST_SHA256;
}

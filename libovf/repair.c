/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovf_repair (): a package written anew without the faults that can be mended.
 * The archive and the manifest are always made as the standard wants them; the
 * descriptor is edited only where a rule asks for it, and the bytes of disks
 * stay what they are.  Whatever a digest does not vouch for is not repaired. */
#include "repair.h"

#include "base/json.h"
#include "base/text.h"
#include "package/manifest.h"

/* A path takes time that grows with the element's position. */
#define MAX_PATHS 200

/* ---- fixes ------------------------------------------------------------------ */
static void
note (struct repair *r, const char *rule, unsigned line, const char *path,
      const char *message)
{
  report_add (r->report, OVF_NOTE, rule, r->e.file, line, path, "repaired: %s", message);
  json_array_append_new (r->fixes, json_pack ("{s:s, s:o}", "rule", rule, "message",
                                              json_text (message)));
}

void
repaired (struct repair *r, const char *rule, const char *fmt, ...)
{
  CLEANUP_FREE char *text = NULL;
  va_list ap;

  va_start (ap, fmt);
  text = xvasprintf (fmt, ap);
  va_end (ap);
  note (r, rule, 0, NULL, text);
}

void
repaired_at (struct repair *r, const char *rule, const xmlNode *n, const char *fmt, ...)
{
  CLEANUP_FREE char *text = NULL;
  CLEANUP_FREE char *path = r->edits < MAX_PATHS ? xml_path (n) : NULL;
  va_list ap;

  va_start (ap, fmt);
  text = xvasprintf (fmt, ap);
  va_end (ap);
  note (r, rule, xml_line (n), path, text);
  r->edits++;
}

/* ---- what reading the package found ------------------------------------------- */
/* Writing it again is the cure. */
static bool
is_cured (const char *rule)
{
  static const char *const cured[]
    = { "OVF-TAR-001", "OVF-TAR-004", "OVF-TAR-005", "OVF-TAR-009", "OVF-TAR-011",
        "OVF-PKG-004", "OVF-PKG-007", "OVF-MF-006",  "OVF-MF-007" };

  for (size_t i = 0; i < ARRAY_SIZE (cured); i++)
    if (strcmp (rule, cured[i]) == 0)
      return true;
  return false;
}

static void
sort_findings (struct repair *r)
{
  for (size_t i = 0; i < ovf_report_size (r->raw); i++) {
    const struct ovf_finding *f = ovf_report_get (r->raw, i);

    if (f->severity != OVF_NOTE && is_cured (f->rule))
      repaired (r, f->rule, "%s", f->message);
    else
      report_add (r->report, f->severity, f->rule, f->file, f->line, f->path, "%s",
                  f->message);
  }
}

/* ---- files that nobody names ------------------------------------------------- */
static bool
is_part (const struct package *p, const char *name)
{
  const char *const parts[] = { package_descriptor_name (p), package_manifest_name (p),
                                package_certificate_name (p) };

  for (size_t i = 0; i < ARRAY_SIZE (parts); i++)
    if (parts[i] && strcmp (parts[i], name) == 0)
      return true;
  return false;
}

static bool
is_named (const struct repair *r, const char *name)
{
  VECTOR_FOR (f, &r->w.refs)
    if (member_is_of (name, f->href))
      return true;
  return false;
}

static bool
drop_strangers (struct repair *r, struct ovf_error **err)
{
  VECTOR_FOR (m, package_members (r->w.package)) {
    if (!ctx_alive (r->w.ctx, err))
      return false;
    if (!is_part (r->w.package, m->name) && !is_named (r, m->name))
      strings_append (&r->w.drop, xstrdup (m->name));
  }
  return true;
}

/* ---- the manifest --------------------------------------------------------------- */
static bool
is_tight (const char *line, size_t n)
{
  struct manifest_line l;
  size_t at;

  if (line_is_blank (line, n))
    return true;
  if (!manifest_line_parse (line, n, &l))
    return false;
  /* ALG(NAME)= HEX, and nothing around the pieces. */
  at = l.alg_len + 1 + l.name_len;
  if (l.alg != line || l.name != line + l.alg_len + 1 || n != at + 3 + l.hex_len
      || memcmp (line + at, ")= ", 3) != 0 || strncmp (l.name, "./", 2) == 0)
    return false;
  for (size_t i = 0; i < l.hex_len; i++)
    if (l.hex[i] >= 'A' && l.hex[i] <= 'F')
      return false;
  for (size_t i = 0; i < l.alg_len; i++)
    if (l.alg[i] >= 'a' && l.alg[i] <= 'z')
      return false;
  return true;
}

static bool
is_well_spelt (const struct rewrite *w)
{
  size_t len = 0, at = 0, n;
  const char *text = package_manifest (w->package, &len), *line;

  if (text == NULL)
    return true;
  if (memchr (text, '\r', len))
    return false;
  while ((line = text_next_line (text, len, &at, &n)) != NULL)
    if (!is_tight (line, n))
      return false;
  return true;
}

static bool
settle_algorithm (struct repair *r)
{
  struct rewrite *w = &r->w;
  const char *best;

  w->algorithm = w->state == MANIFEST_NONE ? DIGEST_NONE : w->old_algorithm;
  if (w->state == MANIFEST_NONE || r->profile == NULL
      || profile_takes (r->profile, PROFILE_DIGESTS, digest_name (w->old_algorithm)))
    return false;
  best = profile_best (r->profile, PROFILE_DIGESTS);
  if (best == NULL || digest_by_name (best) == DIGEST_NONE)
    return false;
  w->algorithm = digest_by_name (best);
  repaired (r, "PROFILE-DIGEST", "the manifest uses %s instead of %s", best,
            digest_name (w->old_algorithm));
  return true;
}

static void
settle_manifest (struct repair *r)
{
  struct rewrite *w = &r->w;
  bool changed = settle_algorithm (r);

  if (!is_well_spelt (w)) {
    repaired (r, "OVF-MF-001", "the manifest is written in the standard's spelling");
    changed = true;
  }
  w->keep_manifest = !changed && r->edits == 0 && w->state == MANIFEST_GOOD
                     && w->drop.len == 0 && w->remakes.len == 0
                     && strcmp (w->descriptor_name,
                                package_descriptor_name (w->package)) == 0;
  w->keep_certificate = w->keep_manifest;
  if (!w->keep_manifest)
    rewrite_drop_signature (w);
}

/* ---- the descriptor --------------------------------------------------------------- */
static bool
edit_descriptor (struct repair *r, struct ovf_error **err)
{
  r->e.root = xmlDocGetRootElement (r->e.doc);
  edit_find_configuration (&r->e);
  if (r->profile && !repair_for_profile (r, err))
    return false;
  VECTOR_FOR (href, &r->e.dropped)
    strings_append (&r->w.drop, xstrdup (*href));
  repair_items (r);
  return repair_files (r, err) && repair_disks (r, err);
}

/* ---- the operation ------------------------------------------------------------------ */
static void
hand_over (struct repair *r, const struct ovf_report *left)
{
  for (size_t i = 0; i < ovf_report_size (left); i++) {
    const struct ovf_finding *f = ovf_report_get (left, i);

    if (f->severity == OVF_NOTE)
      continue;
    report_add (r->report, f->severity, f->rule, f->file, f->line, f->path, "%s",
                f->message);
    if (f->hint)
      report_hint (r->report, "%s", f->hint);
  }
}

/* What is left is told with its reasons.  The package is there: that it cannot
 * be judged is no failure of the repair. */
static bool
judge_result (struct repair *r, struct ovf_error **err)
{
  CLEANUP_ERROR struct ovf_error *why = NULL;
  CLEANUP_FREE char *ignored = NULL;
  struct ovf_report *left;

  if (r->w.target == NULL)
    return true;
  left = ovf_report_new ();
  if (!ovf_validate (r->w.ctx, r->w.target, r->w.options, left, &ignored, &why))
    report_add (r->report, OVF_WARNING,
                ovf_error_rule (why) ? ovf_error_rule (why) : "REPAIR-UNJUDGED",
                r->w.target, 0, NULL, "what is left cannot be told: %s",
                ovf_error_message (why));
  hand_over (r, left);
  ovf_report_free (left);
  return ctx_alive (r->w.ctx, err);
}

static char *
result_with_fixes (const struct repair *r, char *written)
{
  json_t *result = json_loads (written, 0, NULL);

  free (written);
  json_object_set (result, "fixes", r->fixes);
  return result_dump (result);
}

static bool
run (struct repair *r, const char *output, char **ret_json, struct ovf_error **err)
{
  CLEANUP_XML xmlDoc *doc = xml_parse (r->w.ctx, r->e.file, r->w.descriptor,
                                       r->w.descriptor_len, err);
  CLEANUP_FREE char *text = NULL;

  r->e.doc = doc;
  if (doc == NULL || !rewrite_target (&r->w, output, false, err)
      || !drop_strangers (r, err) || !edit_descriptor (r, err))
    return false;
  if (r->edits > 0) {
    text = xml_dump (doc, &r->w.descriptor_len);
    r->w.descriptor = text;
  }
  settle_manifest (r);
  if (!rewrite_run (&r->w, ret_json, err))
    return false;
  *ret_json = result_with_fixes (r, *ret_json);
  return judge_result (r, err);
}

static bool
repair (struct repair *r, const char *path, char **ret_json, struct ovf_error **err)
{
  const struct ovf_options *options = r->e.options;
  const char *output = option_text (options, OPT_OUTPUT);
  bool ok;

  if (output == NULL)
    return error_set (err, OVF_E_USAGE, "where is the repaired package to be written?");
  ok = rewrite_open_mend (&r->w, r->e.ctx, path, options, r->raw, err);
  r->w.report = r->report;
  if (ok) {
    r->e.file = package_descriptor_name (r->w.package);
    sort_findings (r);
    ok = run (r, output, ret_json, err);
  }
  free (r->e.configuration);
  strings_free (&r->e.dropped);
  rewrite_done (&r->w);
  return ok;
}

bool
ovf_repair (struct ovf_ctx *ctx, const char *package, const struct ovf_options *options,
            struct ovf_report *report, char **ret_json, struct ovf_error **err)
{
  const strings *names = option_list (options, OPT_FOR);
  CLEANUP (profile) struct profile *profile = NULL;
  struct repair r = { .report = report };
  bool ok;

  *ret_json = NULL;
  if (names->len > 1)
    return error_set (err, OVF_E_USAGE, "a package is repaired for one platform");
  if (names->len > 0 && (profile = profile_load (ctx, names->ptr[0], err)) == NULL)
    return false;
  r.e = (struct edit){ .ctx = ctx, .options = options, .report = report };
  r.profile = profile;
  r.raw = ovf_report_new ();
  r.fixes = json_array ();
  ok = repair (&r, package, ret_json, err);
  json_decref (r.fixes);
  ovf_report_free (r.raw);
  return ok;
}

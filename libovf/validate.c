/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `validate`: the stages one after the other, each with its findings; then
 * the findings with the severity of the mode, each once, in the order of the
 * file. */
#include "validate.h"

#include <jansson.h>

#include "base/text.h"
#include "base/xml.h"
#include "check/schema.h"
#include "ovf-format.h"

/* ---- errors become findings ----------------------------------------------- */
static const char *
rule_of_code (enum ovf_code code)
{
  switch (code) {
  case OVF_E_LIMIT: return "READ-LIMIT";
  case OVF_E_UNSAFE: return "READ-UNSAFE";
  case OVF_E_INTEGRITY: return "OVF-MF-005";
  default: return "READ-FORMAT";
  }
}

bool
validation_take (struct validation *v, struct ovf_error **from, struct ovf_error **err)
{
  struct ovf_error *e = *from;
  const char *rule, *hint;

  if (e == NULL)
    return true;
  switch (ovf_error_code (e)) {
  case OVF_E_FORMAT:
  case OVF_E_LIMIT:
  case OVF_E_UNSAFE:
  case OVF_E_INTEGRITY:
    break;
  default:
    return error_move (err, from);
  }
  rule = ovf_error_rule (e);
  report_add (v->raw, OVF_FAULT, rule ? rule : rule_of_code (ovf_error_code (e)),
              ovf_error_file (e) ? ovf_error_file (e) : v->path, ovf_error_line (e),
              NULL, "%s", ovf_error_message (e));
  hint = ovf_error_hint (e);
  if (hint != NULL)
    report_hint (v->raw, "%s", hint);
  ovf_error_free (e);
  *from = NULL;
  return true;
}

/* ---- the descriptor ---------------------------------------------------------- */
static unsigned
version_of (const char *ns)
{
  if (strncmp (ns, OVF2_NS, strlen (OVF2_NS)) == 0)
    return OVF_20;
  if (strncmp (ns, OVF09_NS, strlen (OVF09_NS)) == 0)
    return OVF_09;
  return OVF_11;
}

static bool
validate_descriptor (struct validation *v, struct ovf_error **err)
{
  struct ovf_error *why = NULL;
  struct lint *l = &v->lint;
  const char *text;
  size_t len;

  text = package_descriptor (v->source->package, &len);
  l->file = package_descriptor_name (v->source->package);
  l->doc = xml_parse (v->ctx, l->file, text, len, &why);
  if (l->doc == NULL)
    return validation_take (v, &why, err);
  l->root = xmlDocGetRootElement ((xmlDoc *)l->doc);
  l->ns = xml_ns (l->root);
  l->version = version_of (l->ns);
  l->package = v->source->package;
  l->model = v->source->appliance;
  if (!schema_validate (v->ctx, l->doc, l->file, l->version, l->lax,
                        option_text (v->options, OPT_SCHEMA_DIR), v->raw, err))
    return false;
  lint_run (l);
  return ctx_alive (v->ctx, err);
}

static bool
validate_package (struct validation *v, struct ovf_error **err)
{
  return validate_descriptor (v, err) && validate_references (v, err)
         && validate_trust (v, err) && validate_disks (v, err);
}

static bool
validate_source (struct validation *v, struct ovf_error **err)
{
  struct ovf_error *why = NULL;

  v->source = source_open (v->ctx, v->path, PURPOSE_LOOK, v->options, v->raw, &why);
  if (v->source == NULL)
    return validation_take (v, &why, err);
  v->lint.file = v->source->appliance->descriptor;
  v->lint.model = v->source->appliance;
  if (v->source->package != NULL ? !validate_package (v, err)
                                 : strcmp (v->source->appliance->kind, "disk") == 0
                                     && !validate_disks (v, err))
    return false;
  VECTOR_FOR (p, &v->profiles)
    profile_check (*p, &v->lint, v->digests);
  return true;
}

/* ---- findings in order --------------------------------------------------------- */
struct place { /* a raw finding, and where it came in */
  const struct ovf_finding *f;
  size_t index;
};
DEFINE_VECTOR (places, struct place)

static int
compare_text (const char *a, const char *b)
{
  return strcmp (a ? a : "", b ? b : "");
}

static int
by_place (const void *pa, const void *pb)
{
  const struct place *a = pa, *b = pb;
  int c = compare_text (a->f->file, b->f->file);

  if (c == 0 && a->f->line != b->f->line)
    c = a->f->line < b->f->line ? -1 : 1;
  if (c == 0)
    c = strcmp (a->f->rule, b->f->rule);
  if (c == 0 && a->f->severity != b->f->severity)
    c = a->f->severity > b->f->severity ? -1 : 1;
  return c != 0 ? c : a->index < b->index ? -1 : 1;
}

/* One path is the other's, or of an element within it. */
static bool
paths_agree (const char *a, const char *b)
{
  return a == NULL || b == NULL || strncmp (a, b, strlen (a)) == 0
         || strncmp (b, a, strlen (b)) == 0;
}

/* Each profile speaks for itself. */
static bool
is_of_profile (const struct ovf_finding *f)
{
  return strncmp (f->rule, "PROFILE-", 8) == 0;
}

/* The reader and a rule may meet the same fault: it is told once.  In a file
 * of one line the path tells two faults apart. */
static bool
same_fault (const struct ovf_finding *a, const struct ovf_finding *b)
{
  if (compare_text (a->file, b->file) != 0 || a->line != b->line
      || strcmp (a->rule, b->rule) != 0)
    return false;
  return strcmp (a->message, b->message) == 0
         || (a->line != 0 && paths_agree (a->path, b->path) && !is_of_profile (a));
}

static bool
told (const places *kept, const struct ovf_finding *f)
{
  for (size_t i = kept->len; i-- > 0;) {
    const struct ovf_finding *k = kept->ptr[i].f;
    if (k->line != f->line || strcmp (k->rule, f->rule) != 0)
      return false;
    if (same_fault (k, f))
      return true;
  }
  return false;
}

/* The schema stage weighs each fault for itself. */
static bool
is_weighed (const struct ovf_finding *f)
{
  return is_of_profile (f) || strcmp (f->rule, "OVF-XSD") == 0;
}

/* The severity of the rule in this mode.  A note stays one: it tells what was
 * made of something, not that it is wrong.  An error stays one: it ended the
 * reading. */
static enum level
level_of (const struct validation *v, const struct ovf_finding *f, const struct rule *r)
{
  if (f->severity == OVF_FAULT)
    return LEVEL_ERROR;
  if (f->severity == OVF_NOTE)
    return LEVEL_NOTE;
  return r == NULL || is_weighed (f) ? LEVEL_WARNING : v->lint.lax ? r->lax : r->strict;
}

/* What a platform says about a fault of the standard: never less than the
 * standard does. */
static const struct profile *
refused_by (const struct validation *v, const struct ovf_finding *f, enum level *level)
{
  const struct profile *by = NULL;

  if (is_of_profile (f) || f->severity == OVF_NOTE)
    return NULL;
  VECTOR_FOR (p, &v->profiles) {
    const struct refusal *r = profile_refusal (*p, f->rule);
    if (r == NULL || r->severity < *level || (by != NULL && r->severity == *level))
      continue;
    *level = r->severity;
    by = *p;
  }
  return by;
}

static void
copy_finding (const struct validation *v, const struct ovf_finding *f,
              struct ovf_report *report)
{
  static const enum ovf_severity severities[] = {
    [LEVEL_NOTE] = OVF_NOTE, [LEVEL_WARNING] = OVF_WARNING, [LEVEL_ERROR] = OVF_FAULT
  };
  const struct rule *r = rule_by_id (f->rule);
  enum level level = level_of (v, f, r);
  const struct profile *by = refused_by (v, f, &level);
  const char *why = by ? profile_refusal (by, f->rule)->message : NULL;
  const char *hint = f->hint ? f->hint : r ? r->fix : NULL;

  if (level == LEVEL_OFF)
    return;
  if (by != NULL)
    report_add (report, severities[level], f->rule, f->file, f->line, f->path,
                "%s; %s%s%s", f->message, by->title, why ? ": " : " refuses it",
                why ? why : "");
  else
    report_add (report, severities[level], f->rule, f->file, f->line, f->path, "%s",
                f->message);
  if (hint != NULL)
    report_hint (report, "%s", hint);
}

static void
hand_over (const struct validation *v, struct ovf_report *report)
{
  places all = { 0 }, kept = { 0 };

  for (size_t i = 0; i < ovf_report_size (v->raw); i++)
    *places_add (&all) = (struct place){ ovf_report_get (v->raw, i), i };
  if (all.len > 0)
    qsort (all.ptr, all.len, sizeof *all.ptr, by_place);
  VECTOR_FOR (p, &all)
    if (!told (&kept, p->f)) {
      places_append (&kept, *p);
      copy_finding (v, p->f, report);
    }
  free (all.ptr);
  free (kept.ptr);
}

/* ---- the operation ---------------------------------------------------------------- */
static char *
verdict_json (const char *path, size_t errors, size_t warnings)
{
  CLEANUP_FREE char *name = ovf_shown_source (path);
  CLEANUP_FREE char *shown = text_is_utf8 (name, strlen (name)) ? NULL : ovf_escape (name);

  return result_dump (json_pack ("{s:[{s:s, s:b, s:I, s:I}]}", "sources", "source",
                                 shown ? shown : name, "valid", errors == 0, "errors",
                                 (json_int_t)errors, "warnings", (json_int_t)warnings));
}

bool
ovf_validate (struct ovf_ctx *ctx, const char *path, const struct ovf_options *options,
              struct ovf_report *report, char **ret_json, struct ovf_error **err)
{
  size_t errors = ovf_report_count (report, OVF_FAULT);
  size_t all = ovf_report_count (report, OVF_WARNING);
  struct validation v = { .ctx = ctx, .path = path, .options = options,
                          .raw = ovf_report_new () };
  bool ok;

  *ret_json = NULL;
  if (!profiles_load (ctx, option_list (options, OPT_FOR), &v.profiles, err)) {
    ovf_report_free (v.raw);
    return false;
  }
  v.lint.ctx = ctx;
  v.lint.report = v.raw;
  v.lint.lax = option_flag (options, OPT_LAX);
  ok = validate_source (&v, err);
  hand_over (&v, report);
  if (v.lint.doc != NULL)
    xmlFreeDoc ((xmlDoc *)v.lint.doc);
  source_free (v.source);
  ovf_report_free (v.raw);
  profiles_free (&v.profiles);
  if (!ok)
    return false;
  errors = ovf_report_count (report, OVF_FAULT) - errors;
  all = ovf_report_count (report, OVF_WARNING) - all;
  *ret_json = verdict_json (path, errors, all - errors);
  return true;
}

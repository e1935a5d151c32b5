/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `validate`: what needs the bytes of a package's files: digests, signature,
 * and whether each disk image is whole and as large as it is said to be. */
#include <inttypes.h>

#include "package/signature.h"
#include "validate.h"

/* ---- references ------------------------------------------------------------- */
#define MAX_TOLD 50

/* DSP0243 allows these beside a descriptor that lies in a folder: "../x",
 * http, https.  Nothing here follows them. */
static bool
is_allowed (const struct package *p, const char *href)
{
  return package_form (p) == PACKAGE_DIR
         && (strncmp (href, "../", 3) == 0 || strstr (href, "/../") != NULL
             || strncmp (href, "http://", 7) == 0 || strncmp (href, "https://", 8) == 0);
}

static void
judge_reference (struct validation *v, const struct file_ref *f)
{
  struct package *p = v->source->package;
  struct ovf_error *why = NULL;
  indexes found = { 0 };

  /* Whatever else leads outside is an error in any mode. */
  if (!package_href_check (p, f->href, &why))
    report_add (v->raw, is_allowed (p, f->href) ? OVF_WARNING : OVF_FAULT, "OVF-REF-003",
                v->lint.file, f->line, NULL, "%s", ovf_error_message (why));
  else if (package_form (p) == PACKAGE_DIR
           && package_resolve (p, f->href, f->chunk_size != 0, &found, &why)
           && found.len == 0)
    report_add (v->raw, OVF_WARNING, "OVF-REF-004", v->lint.file, f->line, NULL,
                "the file '%s' is not there", f->href);
  ovf_error_free (why);
  free (found.ptr);
}

bool
validate_references (struct validation *v, struct ovf_error **err)
{
  const file_refs *files = &v->source->appliance->files;

  for (size_t i = 0; i < files->len && i < MAX_TOLD; i++)
    judge_reference (v, &files->ptr[i]);
  return ctx_alive (v->ctx, err);
}

/* The archive has been read to its end: is all there? */
static bool
validate_members (struct validation *v, const strings *referenced, struct ovf_error **err)
{
  struct ovf_error *why = NULL;

  return package_form (v->source->package) == PACKAGE_DIR
         || package_whole (v->source->package, referenced, &why)
         || validation_take (v, &why, err);
}

/* ---- digests and signature --------------------------------------------------- */
static bool
is_member (const struct package *p, const char *name)
{
  return package_find (p, name) != SIZE_MAX;
}

static void
report_file (struct validation *v, const struct verified_file *f)
{
  struct package *p = v->source->package;
  const struct manifest_entry *e = manifest_find (&p->list, f->name);
  unsigned line = e != NULL ? e->line : 0;

  if (f->match)
    return;
  if (!f->listed && is_member (p, f->name))
    report_add (v->raw, OVF_WARNING,
                strcmp (f->name, package_descriptor_name (p)) == 0 ? "OVF-MF-007"
                                                                  : "OVF-MF-006",
                p->manifest.name, 0, NULL, "the manifest does not list '%s'", f->name);
  else if (f->listed && !is_member (p, f->name))
    report_add (v->raw, OVF_WARNING, "OVF-MF-006", p->manifest.name, line, NULL,
                "the manifest lists '%s', which is not in the package", f->name);
  else if (f->listed && p->list.flaw == NULL)
    report_add (v->raw, OVF_FAULT, "OVF-MF-005", p->manifest.name, line, NULL,
                "the digest of '%s' does not match", f->name);
}

static void
report_signature (struct validation *v, const struct verdict *d, const char *ca)
{
  struct package *p = v->source->package;
  bool expected = ca == NULL && d->trust_reason != NULL
                  && strcmp (d->trust_reason, SIGNATURE_NO_CA) == 0;

  if (d->trust == TRUST_INVALID)
    report_add (v->raw, OVF_FAULT, "OVF-CERT-002", p->certificate.name, 0, NULL,
                "the signature is invalid (%s)", d->trust_reason);
  if (d->trust == TRUST_UNTRUSTED)
    report_add (v->raw, expected ? OVF_NOTE : OVF_WARNING, "CERT-UNTRUSTED",
                p->certificate.name, 0, NULL, "the signature fits, but is not trusted (%s)",
                d->trust_reason);
}

/* What the policy asks for beyond what the package's own rules say. */
static bool
report_policy (struct validation *v, const struct verdict *d, struct ovf_error **err)
{
  struct ovf_error *why = NULL;

  if (d->trust != TRUST_INVALID
      && !trust_accepts (v->source->package, d->trust, d->trust_reason, &why))
    return validation_take (v, &why, err);
  return true;
}

/* Compares every file with the manifest, and judges the signature. */
static bool
verify_all (struct validation *v, const strings *referenced,
            const struct trust_policy *policy, struct ovf_error **err)
{
  struct package *p = v->source->package;
  struct ovf_error *why = NULL;
  struct verdict d;
  bool ok;

  if (!package_verify (p, policy, referenced, &d, v->raw, &why))
    return validation_take (v, &why, err);
  v->digests = p->list.algorithms;
  if (p->list.flaw != NULL)
    report_add (v->raw, OVF_FAULT, p->list.flaw_rule, p->manifest.name,
                p->list.flaw_line, NULL, "%s", p->list.flaw);
  if (p->manifest.name != NULL)
    VECTOR_FOR (f, &d.files)
      report_file (v, f);
  report_signature (v, &d, policy->ca);
  ok = report_policy (v, &d, err);
  verdict_done (&d);
  return ok;
}

bool
validate_trust (struct validation *v, struct ovf_error **err)
{
  struct trust_policy policy = trust_policy_of (v->options);
  struct package *p = v->source->package;
  strings referenced = { 0 };
  bool ok = true;

  VECTOR_FOR (f, &v->source->appliance->files)
    if (package_href_check (p, f->href, NULL))
      strings_append (&referenced, xstrdup (f->href));
  /* A pipe has to be read to its end in any case. */
  if (p->form == PACKAGE_PIPE || policy.require_signature
      || (p->manifest.name != NULL && policy.verify))
    ok = verify_all (v, &referenced, &policy, err);
  ok = ok && validate_members (v, &referenced, err);
  strings_free (&referenced);
  return ok;
}

/* ---- disks -------------------------------------------------------------------- */
/* The size of the image against that of the description. */
static void
compare_capacity (struct validation *v, const struct disk *d, uint64_t capacity)
{
  if (d->capacity == NO_SIZE || d->capacity == capacity || capacity == 0)
    return;
  report_add (v->raw, OVF_WARNING, "OVF-DISK-012", v->lint.file, d->line, NULL,
              "the disk '%s' has %" PRIu64 " bytes, the description says %" PRIu64,
              d->id ? d->id : "", capacity, d->capacity);
}

static bool
inspect_image (struct validation *v, size_t i, struct blob_pair *pair,
               struct ovf_error **err)
{
  const struct disk *d = &v->source->appliance->disks.ptr[i];
  const struct disk_format *format = source_disk_format (v->source, i, pair, err);
  struct disk_facts facts = { 0 };
  bool ok;

  if (format == NULL)
    return false;
  ok = disk_inspect (v->ctx, pair->plain, format, true, &facts, v->raw, err);
  if (ok)
    compare_capacity (v, d, facts.virtual_size);
  disk_facts_done (&facts);
  return ok;
}

/* An image of an unknown kind is a matter of its rules, not of this one. */
static bool
is_unknown_kind (const struct ovf_error *e)
{
  return e != NULL && (ovf_error_code (e) == OVF_E_USAGE
                       || ovf_error_code (e) == OVF_E_UNSUPPORTED);
}

/* That a file is missing, outside or compressed in a way of its own is told by the rules of References. */
static bool
is_told (const struct ovf_error *e)
{
  const char *rule = ovf_error_rule (e);

  return rule != NULL && (strcmp (rule, "OVF-REF-004") == 0
                          || strcmp (rule, "OVF-REF-003") == 0
                          || (strcmp (rule, "OVF-REF-006") == 0
                              && ovf_error_code (e) == OVF_E_UNSUPPORTED));
}

static bool
validate_disk (struct validation *v, size_t i, struct ovf_error **err)
{
  const struct disk *d = &v->source->appliance->disks.ptr[i];
  struct ovf_error *why = NULL;
  struct blob_pair pair;
  const char *name;

  if (d->file == NO_INDEX || d->parent != NO_INDEX)
    return true;
  name = v->source->appliance->files.ptr[d->file].href;
  if (!source_file (v->source, d->file, ctx_limit (v->ctx, LIMIT_CAPACITY), &pair, &why)) {
    if (!is_told (why))
      return validation_take (v, &why, err);
    ovf_error_free (why);
    return true;
  }
  if (!inspect_image (v, i, &pair, &why)) {
    error_place (&why, NULL, name, 0);
    if (is_unknown_kind (why)) {
      report_add (v->raw, OVF_WARNING, "OVF-DISK-014", name, 0, NULL, "%s",
                  ovf_error_message (why));
      ovf_error_free (why);
      why = NULL;
    }
  }
  blob_pair_free (&pair);
  return validation_take (v, &why, err);
}

bool
validate_disks (struct validation *v, struct ovf_error **err)
{
  const struct appliance *a = v->source->appliance;

  if (v->source->package != NULL && package_form (v->source->package) == PACKAGE_PIPE) {
    if (a->disks.len > 0)
      report_add (v->raw, OVF_NOTE, "DISK-FORMAT", v->lint.file, 0, NULL,
                  "the disks of an archive on standard input are not looked into");
    return true;
  }
  for (size_t i = 0; i < a->disks.len; i++)
    if (!validate_disk (v, i, err))
      return false;
  return true;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything that `verify` says about a package (cli.md 3.1): a verdict on
 * every member, on the archive's end and on the signature. */
#include "package/signature.h"

#define COPY_BUFFER (256u << 10)

/* Why not: the first flaw that nothing forgives, and those that may be. */
struct flaws {
  char *hard;
  char *descriptor, *absent;
};

static void
hard (struct flaws *f, char *why)
{
  if (f->hard == NULL)
    f->hard = why;
  else
    free (why);
}

/* ---- hashing ------------------------------------------------------------------------ */
struct progress {
  uint64_t done, total;
};

static bool
hash_blob (struct package *p, struct blob *b, struct progress *g, struct ovf_error **err)
{
  CLEANUP_FREE char *buf = xmalloc (COPY_BUFFER);
  ssize_t n;

  do {
    if (!ctx_alive (p->ctx, err))
      return false;
    n = blob_read (b, buf, COPY_BUFFER, err);
    if (n > 0)
      g->done += (uint64_t)n;
    ctx_progress (p->ctx, blob_name (b), g->done, g->total);
  } while (n > 0);
  return n == 0;
}

static bool
hash_member (struct package *p, size_t i, enum digest_alg alg, struct progress *g,
             struct ovf_error **err)
{
  const struct member *m = &p->members.ptr[i];
  struct blob *b = blob_new_stored (m->name, p->slots.ptr[i].store,
                                  m->offset == UINT64_MAX ? 0 : m->offset, m->size);
  char hex[DIGEST_HEX];
  bool good;

  blob_tap (b, alg);
  good = hash_blob (p, b, g, err);
  if (good && blob_segment_digest (b, 0, alg, hex))
    slot_keep (&p->slots.ptr[i], alg, hex);
  else if (!good)
    error_prefix (err, "%s", m->name);
  blob_free (b);
  return good;
}

/* ---- files ---------------------------------------------------------------------------- */
static void
note_match (const struct package *p, const struct manifest_entry *e,
            const char *hex, struct verified_file *f, struct flaws *flaws)
{
  f->match = hex != NULL && strcmp (hex, e->hex) == 0;
  if (!f->match && p->list.flaw == NULL)
    hard (flaws, xasprintf ("the digest of '%s' does not match", f->name));
}

static bool
verify_member (struct package *p, size_t i, struct verdict *v,
               struct flaws *flaws, struct progress *g, struct ovf_error **err)
{
  const char *name = p->members.ptr[i].name;
  const struct manifest_entry *e = manifest_find (&p->list, name);
  const struct part *part = package_part (p, name);
  struct verified_file *f;
  char hex[DIGEST_HEX];

  if (part == &p->manifest || part == &p->certificate)
    return true;
  f = verified_files_add (&v->files);
  f->name = xstrdup (name);
  f->listed = e != NULL;
  if (e == NULL && part == &p->descriptor)
    flaws->descriptor = trust_no_descriptor (p);
  else if (e == NULL)
    hard (flaws, xasprintf ("the manifest does not list '%s'", name));
  else if (e->alg == DIGEST_NONE)
    note_match (p, e, NULL, f, flaws);
  else if (part == &p->descriptor) {
    digest_of (e->alg, part->data, part->len, hex);
    note_match (p, e, hex, f, flaws);
  } else {
    if (p->form != PACKAGE_PIPE && !hash_member (p, i, e->alg, g, err))
      return false;
    note_match (p, e, slot_digest (&p->slots.ptr[i], e->alg), f, flaws);
  }
  return true;
}

/* A file of References that the folder lacks. */
static bool
verify_absent_reference (struct package *p, const char *href, struct verdict *v,
                         struct flaws *flaws, struct ovf_error **err)
{
  indexes found = { 0 };
  bool good = package_resolve (p, href, false, &found, err);

  if (good && found.len == 0 && manifest_find (&p->list, member_name (href)) == NULL) {
    struct verified_file *f = verified_files_add (&v->files);
    f->name = xstrdup (member_name (href));
    hard (flaws, xasprintf ("'%s' is missing", f->name));
  }
  free (found.ptr);
  return good;
}

static void
verify_entries (struct package *p, struct verdict *v, struct flaws *flaws)
{
  bool itself;
  const struct manifest_entry *e = trust_find_absent (p, &itself);

  if (e == NULL)
    return;
  if (itself) {
    hard (flaws, xasprintf ("the manifest lists '%s'", e->name));
    return;
  }
  flaws->absent = trust_absent (e);
  VECTOR_FOR (each, &p->list.entries)
    if (package_find (p, each->name) == SIZE_MAX) {
      struct verified_file *f = verified_files_add (&v->files);
      f->name = xstrdup (each->name);
      f->listed = true;
    }
}

static uint64_t
bytes_to_hash (const struct package *p)
{
  uint64_t n = 0;

  VECTOR_FOR (m, &p->members)
    if (package_part (p, m->name) == NULL)
      n += m->size;
  return n;
}

static bool
verify_files (struct package *p, const strings *referenced, struct verdict *v,
              struct flaws *flaws, struct ovf_error **err)
{
  struct progress g = { 0, bytes_to_hash (p) };

  if (p->list.flaw != NULL)
    hard (flaws, xasprintf ("%s:%u: %s", p->manifest.name, p->list.flaw_line, p->list.flaw));
  else if (p->manifest.name != NULL && p->list.entries.len == 0)
    hard (flaws, xstrdup ("the manifest lists nothing"));
  for (size_t i = 0; i < p->members.len; i++)
    if (!verify_member (p, i, v, flaws, &g, err))
      return false;
  if (p->form == PACKAGE_DIR)
    VECTOR_FOR (href, referenced)
      if (!verify_absent_reference (p, *href, v, flaws, err))
        return false;
  verify_entries (p, v, flaws);
  return true;
}

/* ---- the verdict ----------------------------------------------------------------------- */
static bool
verify_signature (struct package *p, struct verdict *v, struct flaws *flaws,
                  struct ovf_error **err)
{
  struct signature s;

  if (!signature_judge (p->ctx, &p->manifest, &p->certificate, p->policy.ca, &s, err))
    return false;
  if (s.trust == TRUST_INVALID)
    hard (flaws, xasprintf ("the signature is invalid: %s", s.reason));
  v->trust = s.trust;
  v->trust_reason = STEAL (s.reason);
  v->signer = STEAL (s.signer);
  v->not_before = STEAL (s.not_before);
  v->not_after = STEAL (s.not_after);
  return true;
}

static void
conclude (const struct package *p, struct verdict *v, struct flaws *flaws)
{
  const char *join = flaws->descriptor && flaws->absent ? "; " : "";

  if (p->manifest.name == NULL)
    v->reason = xstrdup ("no manifest");
  else if (flaws->hard != NULL)
    v->reason = STEAL (flaws->hard);
  else if (flaws->descriptor || flaws->absent) {
    v->reason = xasprintf ("%s%s%s", flaws->descriptor ? flaws->descriptor : "",
                           join, flaws->absent ? flaws->absent : "");
    v->lax = p->policy.lax_manifest;
    v->forgivable = true;
  }
  v->verified = v->reason == NULL;
  free (flaws->hard);
  free (flaws->descriptor);
  free (flaws->absent);
}

static bool
look_at_all (struct package *p, const strings *referenced, struct verdict *v,
             struct flaws *flaws, struct ovf_error **err)
{
  if (p->form == PACKAGE_PIPE && !pipe_drain (p, err))
    return false;
  if (p->manifest.name != NULL && !trust_parse (p, err))
    return false;
  v->algorithm = p->list.weakest;
  if (!verify_files (p, referenced, v, flaws, err))
    return false;
  if (p->other_tail)
    hard (flaws, xstrdup ("other bytes follow the end of the archive"));
  return verify_signature (p, v, flaws, err);
}

bool
package_verify (struct package *p, const struct trust_policy *policy,
                const strings *referenced, struct verdict *ret,
                struct ovf_report *report, struct ovf_error **err)
{
  struct flaws flaws = { 0 };

  memset (ret, 0, sizeof *ret);
  p->report = report;
  trust_take_policy (p, policy);
  if (!look_at_all (p, referenced, ret, &flaws, err)) {
    conclude (p, ret, &flaws);
    verdict_done (ret);
    return false;
  }
  conclude (p, ret, &flaws);
  return true;
}

bool
verdict_accepted (const struct package *p, const struct verdict *v, struct ovf_error **err)
{
  if (!v->verified && !v->lax) {
    error_at (err, OVF_E_INTEGRITY, NULL, p->path, 0, "the package is not verified (%s)",
              v->reason);
    if (v->forgivable)
      error_hint (err, "--lax-manifest accepts this, but never a digest that differs");
    return false;
  }
  return trust_accepts (p, v->trust, v->trust_reason, err);
}

void
verdict_done (struct verdict *v)
{
  VECTOR_FOR (f, &v->files)
    free (f->name);
  free (v->files.ptr);
  free (v->reason);
  free (v->trust_reason);
  free (v->signer);
  free (v->not_before);
  free (v->not_after);
  memset (v, 0, sizeof *v);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on the manifest.  Most are found where the bytes are
 * read; the rows say what they mean.  Clauses: DSP0243. */
#include "check/lint.h"

#include "base/text.h"
#include "package/internal.h"

/* False where there is none, or none that can be read: its reader tells. */
static bool
read_manifest (const struct lint *l, struct manifest *ret)
{
  size_t len;
  const char *text = l->package ? package_manifest (l->package, &len) : NULL;

  memset (ret, 0, sizeof *ret);
  return text != NULL
         && manifest_parse (l->ctx, package_manifest_name (l->package), text, len, ret,
                            NULL);
}

static void
want_algorithms (struct lint *l, const struct rule *r, unsigned wanted, const char *what)
{
  struct manifest m;

  if (read_manifest (l, &m) && (m.algorithms & ~wanted) != 0)
    report_add (l->report, OVF_NOTE, r->id, package_manifest_name (l->package), 0, NULL,
                "%s", what);
  manifest_done (&m);
}

static void
check_sha1 (struct lint *l, const struct rule *r)
{
  want_algorithms (l, r, DIGEST_SHA1, "the manifest of a 1.x package does not use SHA-1");
}

static void
check_sha256 (struct lint *l, const struct rule *r)
{
  want_algorithms (l, r, DIGEST_SHA256,
                   "the manifest of a 2.x package does not use SHA-256");
}

/* A file that lies here in chunks is listed chunk by chunk. */
static void
check_chunks (struct lint *l, const struct rule *r)
{
  struct manifest m;

  if (read_manifest (l, &m) && l->model != NULL)
    VECTOR_FOR (f, &l->model->files) {
      const struct manifest_entry *e
        = f->chunk_size != 0 && f->href ? manifest_find (&m, f->href) : NULL;
      if (e != NULL && package_find (l->package, f->href) == SIZE_MAX)
        report_add (l->report, OVF_WARNING, r->id, package_manifest_name (l->package),
                    e->line, NULL, "'%s' lies in chunks and is listed as one file",
                    f->href);
    }
  manifest_done (&m);
}

/* %41 as A; what is no escape stays. */
static char *
decoded (const char *s)
{
  static const char digits[] = "0123456789abcdef";
  char *d = xstrdup (s), *to = d;

  for (const char *at = d; *at != '\0'; to++) {
    const char *a = *at == '%' && at[1] ? strchr (digits, at[1] | 0x20) : NULL;
    const char *b = a != NULL && at[2] ? strchr (digits, at[2] | 0x20) : NULL;
    *to = b != NULL ? (char)((a - digits) * 16 + (b - digits)) : *at;
    at += b != NULL ? 3 : 1;
  }
  *to = '\0';
  return d;
}

static void
check_names (struct lint *l, const struct rule *r)
{
  struct manifest m;

  if (read_manifest (l, &m) && l->model != NULL)
    VECTOR_FOR (f, &l->model->files) {
      CLEANUP_FREE char *plain
        = f->href && strchr (f->href, '%') ? decoded (f->href) : NULL;
      const struct manifest_entry *e = plain ? manifest_find (&m, plain) : NULL;
      if (e != NULL && manifest_find (&m, f->href) == NULL)
        report_add (l->report, OVF_NOTE, r->id, package_manifest_name (l->package),
                    e->line, NULL, "'%s' is called '%s' in References", plain, f->href);
    }
  manifest_done (&m);
}

const struct rule rules_manifest[] = {
  { .id = "OVF-MF-001", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 5.1",
    .title = "every line of a manifest reads ALG(name)= hex",
    .why = "A line that is not understood could be the one that counts. "
           "vCenter refuses a blank before the bracket: \"Invalid OVF "
           "checksum algorithm\".",
    .fix = "`ovftool repair IN -o OUT` writes the tight form",
    .where = "the manifest reader" },
  { .id = "OVF-MF-002", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_09 | OVF_1X,
    .clause = "DSP0243 1.x",
    .title = "the manifest of a 1.x package uses SHA-1",
    .why = "The old standard knows SHA-1 only; today's tools write and "
           "read SHA-256, some ESXi refuse SHA-1.",
    .fix = "profiles decide: `ovftool validate --for PROFILE`",
    .check = check_sha1 },
  { .id = "OVF-MF-003", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_20,
    .clause = "practice",
    .title = "the manifest of a 2.x package uses SHA-256",
    .why = "VirtualBox and others expect SHA-256 there.",
    .fix = "`ovftool pack DIR -o OUT.ova --sha sha256`",
    .check = check_sha256 },
  { .id = "OVF-MF-004", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "practice",
    .title = "the digest algorithm is one that importers accept",
    .why = "SHA-1 no longer stops a forger, MD5 never did; OpenSSL's label "
           "\"SHA2-256\" is refused by vCenter 8.",
    .fix = "`ovftool pack DIR -o OUT.ova --sha sha256`",
    .where = "the manifest reader" },
  { .id = "OVF-MF-005", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 5.1",
    .title = "every digest of the manifest matches",
    .why = "The file is not the one that was packed: damaged on the way, "
           "or exchanged.",
    .fix = "get the package again; only if the change is your own: "
           "`ovftool pack DIR -o OUT.ova --no-verify`",
    .where = "the manifest reader" },
  { .id = "OVF-MF-006", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 5.1",
    .title = "the manifest lists every file of the package",
    .why = "A file that is not listed can be exchanged unnoticed.",
    .fix = "`ovftool repair IN -o OUT` lists every file",
    .where = "the manifest reader" },
  { .id = "OVF-MF-007", .strict = LEVEL_WARNING, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "practice",
    .title = "the manifest lists the descriptor, and neither itself nor the "
             "certificate",
    .why = "VirtualBox left the descriptor out in old packages; then CPUs, "
           "memory and disks of the guest are not protected.",
    .fix = "`ovftool repair IN -o OUT`",
    .where = "the manifest reader" },
  { .id = "OVF-MF-008", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 5.1",
    .title = "the manifest has a line for every chunk, over the stored bytes",
    .why = "Digests are over what lies in the package: chunk by chunk, "
           "compressed.",
    .fix = "`ovftool repair IN -o OUT`",
    .check = check_chunks },
  { .id = "OVF-MF-009", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "practice",
    .title = "no file is listed twice",
    .why = "Two lines with different digests leave it to the reader which "
           "one holds.",
    .fix = "`ovftool repair IN -o OUT`",
    .where = "the manifest reader" },
  { .id = "OVF-MF-010", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "practice",
    .title = "the names of the manifest are those of References",
    .why = "They are compared byte by byte, without percent-decoding.",
    .fix = "`ovftool repair IN -o OUT`",
    .check = check_names },
  { .id = NULL }
};

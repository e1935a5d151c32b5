/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packages: an .ova, a folder, a bare .ovf, or an OVA on standard input,
 * read in place.  A package knows its members, the bytes of its descriptor,
 * its manifest and certificate, and hands out each file as a blob whose
 * digest is compared when it has been read. */
#ifndef OVF_PACKAGE_H
#define OVF_PACKAGE_H

#include "base/blob.h"
#include "base/report.h"
#include "base/vector.h"

struct member {
  char *name;       /* normalised: no leading "./" */
  uint64_t offset;  /* in the archive; NO offset (UINT64_MAX) in a folder */
  uint64_t size;    /* bytes */
};
DEFINE_VECTOR (members, struct member)

enum package_form { PACKAGE_OVA, PACKAGE_DIR, PACKAGE_PIPE };

/* How much is checked and what is forgiven: from the options ca,
 * require-signature, lax-manifest, no-verify. */
struct trust_policy {
  bool verify;              /* false: --no-verify */
  bool lax_manifest;
  bool mend;                /* what it lists too much or too little is reported
                             * and made anew by the caller */
  bool require_signature;
  bool any_signature;       /* signature and certificate are not looked at */
  const char *ca;           /* PEM file, "system", or NULL */
};

enum trust { TRUST_UNSIGNED, TRUST_INVALID, TRUST_UNTRUSTED, TRUST_TRUSTED };

struct package;

/* path: file, folder, URL of an archive, or "-".  The descriptor, manifest and certificate are
 * in memory afterwards (in a pipe: those that come before the first disk).
 * Errors: OVF_E_FORMAT and OVF_E_UNSAFE with rule and file; findings on tar
 * deviations go to the report, which must outlive the package. */
struct package *package_open (struct ovf_ctx *, const char *path,
                              struct ovf_report *, struct ovf_error **err);
void package_free (struct package *);
DEFINE_CLEANUP (package, package_free)
/* Is this an OVA, a folder, or an .ovf?  By content, then by suffix. */
bool package_probe (const char *path, int fd);

enum package_form package_form (const struct package *);
const char *package_path (const struct package *);
int package_fd (const struct package *);       /* of the archive; -1 in a folder
                                                  and for a URL */
/* Exactly n bytes of the archive; false in a folder and a pipe. */
bool package_pread (const struct package *, void *buf, size_t n, uint64_t offset,
                    struct ovf_error **err);
const members *package_members (const struct package *);
const char *package_descriptor_name (const struct package *);
const char *package_descriptor (const struct package *, size_t *ret_len);
const char *package_manifest_name (const struct package *);    /* or NULL */
const char *package_manifest (const struct package *, size_t *ret_len);
const char *package_certificate_name (const struct package *); /* or NULL */
const char *package_certificate (const struct package *, size_t *ret_len);

/* All hrefs of References, once the descriptor has been read.  In a folder
 * those that are there become members; in an archive the order and files that
 * nobody names become findings.  Never fails: package_blob () tells whoever
 * uses a file what is wrong with it. */
void package_refer (struct package *, const strings *hrefs);
/* All members known (a pipe: after package_settle ()): a file of References
 * that is missing is a finding (OVF-PKG-006), and an error when the archive has
 * no end mark: it was cut between two files.  One that is unsafe is an error. */
bool package_whole (struct package *, const strings *hrefs, struct ovf_error **err);
/* Is it relative and inside (OVF_E_UNSAFE, OVF-REF-003)?  Need not exist. */
bool package_href_check (const struct package *, const char *href,
                         struct ovf_error **err);
/* In a pipe: the name of the member that can be had next, or NULL (at the end,
 * or with an error).  Reads over manifest and certificate, and after
 * package_trust () over what is not used. */
const char *package_next (struct package *, struct ovf_error **err);

/* A file of References as `href chunk_size` says: a member, or its chunks
 * joined.  href must be relative and inside (OVF_E_UNSAFE, OVF-REF-003), and
 * exist (OVF_E_FORMAT, OVF-REF-004).  size: what the descriptor says, or
 * UINT64_MAX; chunks are checked against it.  Inflating is the caller's
 * business (blob_new_gunzip).  In a pipe only the next member can be had. */
struct blob *package_blob (struct package *, const char *href, uint64_t chunk_size,
                           uint64_t size, struct ovf_error **err);

/* Hash all that is read with these too; before package_blob (). */
void package_tap (struct package *, unsigned algorithms);
/* The digest of a member that package_blob_done () was told of, or NULL. */
const char *package_digest (const struct package *, const char *name,
                            enum digest_alg);

/* A member as it stands in the package, by its own name. */
struct blob *package_member (struct package *, const char *name,
                             struct ovf_error **err);
/* Is `name` the file of `href` or one of its chunks? */
bool member_is_of (const char *name, const char *href);

/* ---- trust (trust.c, signature.c) ------------------------------------ */
/* Before any file is used and after package_refer (): parses the manifest,
 * compares the descriptor, checks that every href of `used` (descriptor
 * excluded) is listed, and judges the signature under the policy.  used NULL:
 * every member is.
 * OVF_E_INTEGRITY (exit 4); a manifest that is none is OVF_E_FORMAT.
 * Without this call nothing is compared. */
bool package_trust (struct package *, const struct trust_policy *,
                    const strings *used, struct ovf_report *,
                    struct ovf_error **err);
/* After a blob of package_blob () has been read to its end (this drains it):
 * do its digests match?  OVF_E_INTEGRITY. */
bool package_blob_done (struct package *, struct blob *, struct ovf_error **err);
/* Before outputs are kept: in a pipe, reads what follows the last file used,
 * and settles what could not be settled before (the manifest may come last).
 * Elsewhere there is nothing to do. */
bool package_settle (struct package *, struct ovf_error **err);

/* Everything `verify` says (cli.md 3.1): hashes all members.  After
 * package_refer (). */
struct verified_file {
  char *name;
  bool listed, match;
};
DEFINE_VECTOR (verified_files, struct verified_file)
struct verdict {
  bool verified;                /* `verified: yes` */
  bool lax;                     /* `verified: lax` */
  bool forgivable;              /* --lax-manifest would */
  char *reason;                 /* why not, or what was forgiven; or NULL */
  enum digest_alg algorithm;    /* of the manifest */
  enum trust trust;
  char *trust_reason;           /* or NULL */
  char *signer, *not_before, *not_after; /* "2015-05-14"; or NULL */
  verified_files files;
};
bool package_verify (struct package *, const struct trust_policy *,
                     const strings *referenced, struct verdict *ret,
                     struct ovf_report *, struct ovf_error **err);
/* Is that enough, under the policy?  OVF_E_INTEGRITY. */
bool verdict_accepted (const struct package *, const struct verdict *,
                       struct ovf_error **err);
void verdict_done (struct verdict *);
const char *trust_word (enum trust); /* "untrusted" */

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a manifest (DSP0243, "Package Integrity"): `SHA256(disk.vmdk)= 9f…`,
 * one line a file, in all the spellings that producers use.  Nothing is
 * forgiven here: a line that is no such line is malformed, and what is wrong
 * with a well-formed one is a flaw that the caller must act on. */
#ifndef OVF_PACKAGE_MANIFEST_H
#define OVF_PACKAGE_MANIFEST_H

#include "base/ctx.h"
#include "base/digest.h"
#include "base/vector.h"

struct manifest_entry {
  char *name;           /* without "./", as a member's */
  enum digest_alg alg;  /* DIGEST_NONE: unknown or weak, never matches */
  char *hex;            /* lower case */
  unsigned line;
};
DEFINE_VECTOR (manifest_entries, struct manifest_entry)

struct manifest {
  manifest_entries entries; /* sorted by name */
  enum digest_alg weakest;  /* of the algorithms used */
  unsigned algorithms;      /* a mask of them */
  char *flaw;               /* the first that breaks trust, or NULL */
  unsigned flaw_line;
  const char *flaw_rule;
};

/* OVF_E_FORMAT with rule OVF-MF-001, file and line; OVF_E_LIMIT. */
bool manifest_parse (const struct ovf_ctx *, const char *name, const char *text,
                     size_t len, struct manifest *ret, struct ovf_error **err);
void manifest_done (struct manifest *);
/* The entry of a file, the first if there are two; or NULL. */
const struct manifest_entry *manifest_find (const struct manifest *, const char *name);

/* One `ALG(NAME)= HEX` without its line end, as manifest and certificate use
 * it.  Lends pieces of the line; false when it is none. */
struct manifest_line {
  const char *alg, *name, *hex;
  size_t alg_len, name_len, hex_len;
};
bool manifest_line_parse (const char *line, size_t n, struct manifest_line *ret);
/* The next line in text, which ends in LF, CR LF or CR: advances *at, *n is
 * the length without the end; NULL at the end of everything. */
const char *text_next_line (const char *text, size_t len, size_t *at, size_t *n);
bool line_is_blank (const char *line, size_t n);

#endif

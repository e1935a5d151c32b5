/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Walking an OVA, entry by entry, in a file (data is skipped by seeking) or
 * in a pipe (data is read or thrown away). */
#ifndef OVF_PACKAGE_OVA_H
#define OVF_PACKAGE_OVA_H

#include "package/package.h"

struct ova;
/* What is in the store is lent.  size: BLOB_UNKNOWN makes it a pipe, which is read from where
 * it stands; else the bytes of a file.  name: the archive's, for messages. */
struct ova *ova_new (struct ovf_ctx *, struct store, uint64_t size, const char *name,
                     struct ovf_report *, struct ovf_error **err);
void ova_free (struct ova *);
DEFINE_CLEANUP (ova, ova_free)
/* The caller checks that names ascend, so that they need not be remembered,
 * and may be more than there is memory for. */
void ova_keep_no_names (struct ova *);
/* The next regular file: 1; the name is the caller's.  0 at the archive's
 * end; -1 and an error for anything no package may hold. */
int ova_next (struct ova *, struct member *ret, struct ovf_error **err);
/* In a pipe: bytes of that file; 0 at its end, -1 on failure. */
ssize_t ova_read (struct ova *, void *buf, size_t n, struct ovf_error **err);
/* After ova_next () gave 0: do bytes other than zeros follow the end?  Reads
 * a pipe to its end. */
bool ova_tail (struct ova *, bool *ret_other, struct ovf_error **err);

/* Was there an end mark? */
bool ova_has_end (const struct ova *);

/* "member.ovf" of "./member.ovf". */
const char *member_name (const char *name);
#endif

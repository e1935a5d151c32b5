/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The archive of a XenServer export (XVA): ova.xml, then every disk in chunks
 * of 1 MiB, each followed by a file with its sum.
 *
 *   Ref:7/00000000   Ref:7/00000000.xxhash   Ref:7/00000003   ...
 *
 * It is read once, from front to back, as it comes from a pipe; of a file, a
 * disk that lies behind is found by beginning anew. */
#ifndef OVF_PACKAGE_XVA_H
#define OVF_PACKAGE_XVA_H

#include "base/blob.h"
#include "base/report.h"

#define XVA_CHUNK (1u << 20)
#define XVA_DESCRIPTOR "ova.xml"

/* ---- reading ------------------------------------------------------------- */
struct xva;
/* Does the archive begin with ova.xml?  Looks at its first block. */
bool xva_probe (int fd);
/* fd is lent: of a regular file, which is read in place, or of a pipe.  path is
 * for messages.  Reads ova.xml. */
struct xva *xva_open (struct ovf_ctx *, int fd, const char *path, struct ovf_report *,
                      struct ovf_error **err);
void xva_free (struct xva *);
DEFINE_CLEANUP (xva, xva_free)
const char *xva_descriptor (const struct xva *, size_t *ret_len);
/* The `size` bytes of the disk `ref` ("Ref:7"), to be read once; what the
 * archive leaves out is zeros.  Every chunk is compared with its sum before a
 * byte of it is handed out: OVF_E_INTEGRITY. */
struct blob *xva_blob (struct xva *, const char *ref, uint64_t size,
                       struct ovf_error **err);
/* In a pipe: the disk whose chunks come next, or NULL. */
const char *xva_next (const struct xva *);
/* Reads what is left of the disk. */
bool xva_blob_done (struct xva *, struct blob *, struct ovf_error **err);
/* Before outputs are kept: to the end of the archive, where old exports have a
 * table of sums. */
bool xva_settle (struct xva *, struct ovf_error **err);

/* ---- writing --------------------------------------------------------------- */
struct xva_archive;
/* fd is lent and may be a pipe; each byte goes through digest (or NULL). */
struct xva_archive *xva_archive_new (struct ovf_ctx *, int fd, struct digest *,
                                     struct ovf_error **err);
void xva_archive_free (struct xva_archive *);
DEFINE_CLEANUP (xva_archive, xva_archive_free)
bool xva_archive_descriptor (struct xva_archive *, const char *text, size_t len,
                             struct ovf_error **err);
/* Chunks of one disk come in order of their numbers. */
bool xva_archive_chunk (struct xva_archive *, const char *ref, uint64_t number,
                        const void *data, size_t n, uint64_t sum, struct ovf_error **err);
bool xva_archive_finish (struct xva_archive *, uint64_t *ret_size, struct ovf_error **err);

/* ---- sums (xva-sum.c) --------------------------------------------------------- */
/* XXH64 with the seed 0. */
bool xva_sum (const void *p, size_t n, uint64_t *ret, struct ovf_error **err);
/* As it is written: 16 upper-case digits and a NUL. */
#define XVA_SUM_DIGITS 16
void xva_sum_text (uint64_t sum, char out[XVA_SUM_DIGITS + 1]);
bool xva_sum_have (void);

#endif

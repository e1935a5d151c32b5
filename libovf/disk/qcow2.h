/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* On-disk structures of qcow2, versions 2 and 3 (qemu's docs/interop/qcow2.txt).
 * All numbers are big-endian. */
#ifndef OVF_QCOW2_H
#define OVF_QCOW2_H

#include "disk/disk.h"

#define QCOW2_MAGIC "QFI\xfb"
#define QCOW2_HEADER_MAX 112u /* bytes that are looked at */

/* incompatible features */
#define QCOW2_DIRTY (UINT64_C (1) << 0)    /* refcounts only */
#define QCOW2_CORRUPT (UINT64_C (1) << 1)
#define QCOW2_EXTERNAL (UINT64_C (1) << 2) /* data in another file */
#define QCOW2_COMPRESSION (UINT64_C (1) << 3) /* not deflate */
#define QCOW2_SUBCLUSTERS (UINT64_C (1) << 4)
#define QCOW2_KNOWN                                                           \
  (QCOW2_DIRTY | QCOW2_CORRUPT | QCOW2_EXTERNAL | QCOW2_COMPRESSION           \
   | QCOW2_SUBCLUSTERS)

/* table entries */
#define QCOW2_OFFSET UINT64_C (0x00fffffffffffe00)
#define QCOW2_COPIED (UINT64_C (1) << 63)
#define QCOW2_COMPRESSED (UINT64_C (1) << 62)
#define QCOW2_ZERO UINT64_C (1)

struct qcow2_header {
  uint32_t version;
  uint64_t backing_offset; /* 0 = none */
  uint32_t backing_size;
  uint32_t cluster_bits;
  uint64_t size;           /* guest bytes */
  uint32_t crypt;          /* 0 = none */
  uint32_t l1_size;        /* entries */
  uint64_t l1_offset;
  uint32_t snapshots;
  uint64_t incompatible;
  uint32_t header_length;
  uint8_t compression;     /* 0 = deflate, 1 = zstd */
};
/* Magic, version and the ranges of what is needed to read on.  OVF_E_FORMAT,
 * OVF_E_LIMIT; OVF_E_UNSUPPORTED for another version.  A witness (or NULL)
 * hears what is read. */
struct witness;
bool qcow2_header_read (const struct ovf_ctx *, struct blob *, struct witness *,
                        struct qcow2_header *ret, struct ovf_error **err);
/* What this program reads itself: no backing file, no other data file
 * (OVF_E_UNSAFE), no encryption, zstd or subclusters (OVF_E_UNSUPPORTED). */
bool qcow2_readable (const struct qcow2_header *, const char *name,
                     struct ovf_error **err);

/* The same for reading through QEMU: all but references and encryption. */
bool qcow2_of_qemu (const struct qcow2_header *, const char *name,
                    struct ovf_error **err);
/* The name of the backing file, and its format or NULL; both allocated. */
bool qcow2_backing (struct blob *, const struct qcow2_header *, char **ret_name,
                    char **ret_format, struct ovf_error **err);

bool qcow2_open (struct disk_source *, struct ovf_error **err);
bool qcow2_next (struct disk_source *, struct piece *, struct ovf_error **err);
/* The cells of the next PIECE_MAX bytes that hold any, without their bytes;
 * none at the end. */
bool qcow2_map (struct disk_source *, struct piece *, struct ovf_error **err);
bool qcow2_decode (struct disk_source *, unsigned worker, struct piece *in,
                   struct piece *out, struct ovf_error **err);
void qcow2_close (struct disk_source *);

#endif

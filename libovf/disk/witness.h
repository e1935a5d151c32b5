/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading out of order what is also hashed in order.  A manifest speaks of
 * the bytes that were read in sequence; a reader that jumps about reads other
 * bytes when the file is changed meanwhile.  The witness remembers a digest
 * of all that was read by place and, at the end, reads the file in sequence
 * and compares: the bytes used are the bytes hashed (security.md row 19). */
#ifndef OVF_WITNESS_H
#define OVF_WITNESS_H

#include "base/blob.h"
#include "base/vector.h"

struct testimony {
  uint64_t from;
  uint32_t size;
  char digest[32];      /* 128 bits of SHA-256, hexadecimal */
};
DEFINE_VECTOR (testimonies, struct testimony)
struct witness {
  const struct ovf_ctx *ctx;
  struct blob *blob;    /* lent */
  bool on;              /* the blob is digested */
  bool overlap;         /* neighbours may share bytes (qcow2 packs compressed
                         * clusters and counts them in sectors) */
  testimonies heard;
};
void witness_init (struct witness *, const struct ovf_ctx *, struct blob *);
void witness_done (struct witness *);
bool witness_pread (struct witness *, void *buf, size_t n, uint64_t from,
                    struct ovf_error **err);
/* Reads on in sequence up to the last byte that was used.  What was used must
 * lie behind what has been read in sequence. */
bool witness_verify (struct witness *, struct ovf_error **err);

#endif

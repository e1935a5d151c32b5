/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Digests (OpenSSL EVP). */
#ifndef OVF_BASE_DIGEST_H
#define OVF_BASE_DIGEST_H

#include "base/error.h"

/* Bits of a mask. */
enum digest_alg {
  DIGEST_NONE = 0,
  DIGEST_SHA1 = 1,
  DIGEST_SHA256 = 2,
  DIGEST_SHA512 = 4,
  DIGEST_SHA224 = 8,
  DIGEST_SHA384 = 16
};
#define DIGEST_MAX 64 /* bytes of the longest */
#define DIGEST_HEX (2 * DIGEST_MAX + 1)

const char *digest_name (enum digest_alg);  /* "sha256" */
const char *digest_label (enum digest_alg); /* "SHA256", for manifests */
unsigned digest_size (enum digest_alg);     /* bytes */
/* "SHA256", "sha-256", "SHA2-256", any case; DIGEST_NONE when unknown. */
enum digest_alg digest_by_name (const char *name);

/* Several digests of one stream of bytes. */
struct digest;
struct digest *digest_new (unsigned mask);
void digest_update (struct digest *, const void *p, size_t n);
/* Lower-case hex of one of the mask; may be asked once for each algorithm
 * after the last update. */
void digest_hex (struct digest *, enum digest_alg, char out[DIGEST_HEX]);
void digest_free (struct digest *);
/* Of bytes in memory. */
void digest_of (enum digest_alg, const void *p, size_t n, char out[DIGEST_HEX]);

#endif

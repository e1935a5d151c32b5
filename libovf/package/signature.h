/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signature of a package: is it right, and who made it?  The certificate
 * file holds `ALG(x.mf)= HEX`, a signature over the very bytes of the
 * manifest (RSA PKCS #1 v1.5, or ECDSA), and the signer's certificate. */
#ifndef OVF_PACKAGE_SIGNATURE_H
#define OVF_PACKAGE_SIGNATURE_H

#include <openssl/x509.h>

#include "package/internal.h"

struct cert_file {
  char *alg, *name, *hex;   /* the signature line, or NULL */
  X509 *signer;             /* the first certificate, or NULL */
  STACK_OF (X509) *others;
  unsigned count;           /* certificates seen */
  char *unclean;            /* why nobody should trust the file; or NULL */
};
void cert_file_read (struct cert_file *, const char *text, size_t len);
void cert_file_done (struct cert_file *);

/* The reason when there is no other. */
#define SIGNATURE_NO_CA "no --ca given"
struct signature {
  enum trust trust;
  char *reason;             /* NULL when trusted or unsigned */
  char *signer, *not_before, *not_after;
};
/* ca: PEM file, "system" or NULL.  False only when the ca cannot be used. */
bool signature_judge (struct ovf_ctx *, const struct part *manifest,
                      const struct part *certificate, const char *ca,
                      struct signature *ret, struct ovf_error **err);
void signature_done (struct signature *);

#endif

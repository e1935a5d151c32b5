/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making a certificate file (.cert): a signature over the manifest's very
 * bytes with a key of ours, or by a program the user names. */
#ifndef OVF_SIGNER_H
#define OVF_SIGNER_H

#include "base/alloc.h"
#include "base/ctx.h"
#include "base/digest.h"
#include "base/report.h"

struct signer_settings {
  const char *key, *cert; /* PEM files */
  const char *passin;     /* "pass:", "file:", "env:", "fd:", "stdin"; or NULL */
  const char *command;    /* --sign-command instead of key and cert; or NULL */
};
struct signer;
/* Reads key and certificates and checks that they belong together.  What will
 * keep a verifier from trusting the certificate (expired, too short a key) is
 * a warning. */
struct signer *signer_new (struct ovf_ctx *, const struct signer_settings *,
                           struct ovf_report *, struct ovf_error **err);
void signer_free (struct signer *);
DEFINE_CLEANUP (signer, signer_free)
/* What a signature over a manifest of this algorithm is made with: SHA-1 is no
 * longer good for one, whatever the digests are. */
enum digest_alg signer_digest (enum digest_alg manifest);
/* The most bytes a certificate file for a manifest of this name can have. */
size_t signer_room (const struct signer *, const char *manifest_name);
/* The text of the certificate file, allocated, of at most signer_room ()
 * bytes. */
char *signer_sign (const struct signer *, const char *manifest_name,
                   const char *manifest, size_t len, enum digest_alg,
                   size_t *ret_len, struct ovf_error **err);

#endif

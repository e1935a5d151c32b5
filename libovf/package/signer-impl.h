/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inside the signer: passwords and the program a user names. */
#ifndef OVF_SIGNER_IMPL_H
#define OVF_SIGNER_IMPL_H

#include "package/signer.h"

/* Room for what a signing program makes, as VMware's tool keeps it. */
#define SIGNER_COMMAND_ROOM (100u << 10)

/* The password that `source` names in OpenSSL's notation (NULL: asked for on
 * the terminal), allocated; the caller wipes it. */
char *passin_read (const struct ovf_ctx *, const char *source, const char *key,
                   struct ovf_error **err);
/* Runs the program with the path of a copy of the manifest; it writes NAME.cert
 * beside it, which must fit the manifest. */
char *signer_run (struct ovf_ctx *, const char *command,
                  const char *manifest_name, const char *manifest, size_t len,
                  size_t *ret_len, struct ovf_error **err);

#endif

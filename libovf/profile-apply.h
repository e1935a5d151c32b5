/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `convert --for`: see profile-apply.c. */
#ifndef OVF_PROFILE_APPLY_H
#define OVF_PROFILE_APPLY_H

#include "base/digest.h"
#include "check/profile.h"
#include "pipeline.h"

/* Changes the model as the profile of --for, or the usual one (NULL: none),
 * wants it; *ret (NULL without one) is the caller's. */
bool profile_apply (struct ovf_ctx *, struct appliance *, const struct ovf_options *,
                    const char *usual, struct ovf_report *,
                    struct profile **ret, struct ovf_error **err);
/* What is written where the user does not say; p may be NULL. */
const char *profile_ovf_version (const struct profile *p);
enum digest_alg profile_digest (const struct profile *p);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules of the set 'profiles': what a platform of --for refuses. */
#include "check/lint.h"

const struct rule rules_profiles[] = {
  { .id = NULL }
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules of the set 'refs'; see lint.h. */
#include "check/lint.h"

const struct rule rules_refs[] = {
  { .id = NULL }
};

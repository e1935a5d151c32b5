/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules of the set 'sections2'; see lint.h. */
#include "check/lint.h"

const struct rule rules_sections2[] = {
  { .id = NULL }
};

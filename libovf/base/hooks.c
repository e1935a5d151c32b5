/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* No hook is on but in the tests; see hooks.h. */
#include "base/hooks.h"

bool
hook_on (enum hook hook)
{
  (void)hook;
  return false;
}

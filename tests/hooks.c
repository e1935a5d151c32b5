/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hooks of libovf/base/hooks.h for tests/ovftool-hooks: on as
 * OVF_TEST_HOOKS says, words with commas between them.  The tool that is
 * installed has nothing of this. */
#include "base/hooks.h"

#include <stdlib.h>
#include <string.h>

bool
hook_on (enum hook hook)
{
  static const char *const names[] = {
    [HOOK_NO_LANDLOCK] = "no-landlock",
    [HOOK_NO_SECCOMP] = "no-seccomp",
    [HOOK_NO_INSPECTION] = "no-inspection",
  };
  const char *given = getenv ("OVF_TEST_HOOKS");

  return given != NULL && strstr (given, names[hook]) != NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Switches of the tests.  In the library and the program they are constants:
 * a test links a definition of its own, and so shows what one line of defence
 * holds when another is gone. */
#ifndef OVF_BASE_HOOKS_H
#define OVF_BASE_HOOKS_H

#include <stdbool.h>

enum hook {
  HOOK_NO_LANDLOCK,     /* as on a kernel without */
  HOOK_NO_SECCOMP,      /* as in a build without */
  HOOK_NO_INSPECTION    /* images go to helpers as they are */
};
bool hook_on (enum hook);

#endif

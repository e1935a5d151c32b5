/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `ovftool [OPTIONS] SOURCE TARGET`. */
#include "compat.h"

int
compat_convert (struct compat *c)
{
  cli_fail (c->cli, OVF_E_UNSUPPORTED, NULL,
            "'ovftool convert SOURCE TARGET' converts");
  return compat_finish (c);
}

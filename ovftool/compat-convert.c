/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `ovftool [OPTIONS] SOURCE TARGET`. */
#include "compat.h"

int
compat_convert (struct compat *c)
{
  return compat_finish (c);
}

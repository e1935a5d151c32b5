/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sum behind a chunk of an XVA: XXH64 of libxxhash, inlined, where this
 * build has it. */
#include "package/xva.h"

#include <stdio.h>

#ifdef HAVE_XXHASH
#define XXH_INLINE_ALL
#include <xxhash.h>

bool
xva_sum (const void *p, size_t n, uint64_t *ret, struct ovf_error **err)
{
  (void)err;
  *ret = XXH64 (p, n, 0);
  return true;
}

bool
xva_sum_have (void)
{
  return true;
}
#else
bool
xva_sum (const void *p, size_t n, uint64_t *ret, struct ovf_error **err)
{
  (void)p;
  (void)n;
  *ret = 0;
  error_set (err, OVF_E_UNSUPPORTED, "this build does not know the sums of an XVA");
  return error_hint (err, "build it with libxxhash (on Debian and Ubuntu: apt install "
                          "libxxhash-dev)");
}

bool
xva_sum_have (void)
{
  return false;
}
#endif

void
xva_sum_text (uint64_t sum, char out[XVA_SUM_DIGITS + 1])
{
  snprintf (out, XVA_SUM_DIGITS + 1, "%016llX", (unsigned long long)sum);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of a manifest (DSP0243 5.1): `SHA256(name)= hex`, with no blank
 * before the bracket and exactly one after the sign, since vCenter and ESXi
 * refuse any other spacing; LF; lower-case digits. */
#include "package/write.h"

size_t
manifest_line_length (enum digest_alg alg, const char *name)
{
  return strlen (digest_label (alg)) + strlen ("(") + strlen (name)
         + strlen (")= ") + 2 * (size_t)digest_size (alg) + strlen ("\n");
}

void
manifest_write_line (FILE *out, enum digest_alg alg, const char *name,
                     const char *hex)
{
  fprintf (out, "%s(%s)= %s\n", digest_label (alg), name, hex);
}

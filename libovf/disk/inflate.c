/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inflating one block: the output is bounded by the block, and anything but
 * the length it must have is an error (security.md row 16). */
#include "disk/disk.h"

#include <libdeflate.h>

static const char *
complaint (enum libdeflate_result r)
{
  if (r == LIBDEFLATE_INSUFFICIENT_SPACE)
    return "inflates to more than its size";
  return r == LIBDEFLATE_SUCCESS ? "inflates to less than its size"
                                 : "is damaged";
}

bool
cell_inflate (struct libdeflate_decompressor *d, const char *name,
              const struct piece *p, const struct cell *c, uint8_t *out,
              uint32_t block, size_t *ret_size, size_t *ret_used,
              struct ovf_error **err)
{
  const uint8_t *in = p->data + c->at;
  size_t used = 0, size = 0;
  enum libdeflate_result r;

  r = c->kind == CELL_ZLIB
        ? libdeflate_zlib_decompress_ex (d, in, c->size, out, block, &used, &size)
        : libdeflate_deflate_decompress_ex (d, in, c->size, out, block, &used,
                                            &size);
  if (r != LIBDEFLATE_SUCCESS || (size != c->length && size != block))
    return error_at (err, OVF_E_FORMAT, "DISK-GRAIN", name, 0,
                     "the compressed block at byte %llu of the file %s",
                     (unsigned long long)c->from, complaint (r));
  if (ret_size != NULL)
    *ret_size = size;
  if (ret_used != NULL)
    *ret_used = used;
  return true;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Xen reader on any bytes, and its writer on what was read. */
#include "text.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  return fuzz_text (&xen_converter, data, size);
}

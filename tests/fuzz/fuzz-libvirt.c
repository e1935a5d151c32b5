/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The libvirt reader on any bytes, and its writer on what was read. */
#include "text.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  return fuzz_text (&libvirt_converter, data, size);
}

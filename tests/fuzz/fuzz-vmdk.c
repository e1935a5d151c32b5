/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The VMDK reader on any bytes: as a file, hashed, and as a pipe. */
#include "disk.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct ovf_ctx *ctx = fuzz_ctx ();

  for (unsigned way = 0; way < 5; way++) {
    int fd = fuzz_file (data, size);
    struct blob *blob = way == 4
      ? blob_new_stream ("fuzz.vmdk", BLOB_UNKNOWN, fuzz_read, &fd)
      : blob_new_span ("fuzz.vmdk", fd, 0, size);

    lseek (fd, 0, SEEK_SET);
    if (way & 1)
      blob_tap (blob, DIGEST_SHA256);
    fuzz_read_all (ctx, blob, &vmdk_format, way & 2);
    blob_free (blob);
    close (fd);
  }
  ovf_ctx_free (ctx);
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as a disk image of every format: recognised, inspected, read. */
#include "disk.h"

static void
look (struct ovf_ctx *ctx, struct blob *blob, const struct disk_format *format)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct ovf_report *report = ovf_report_new ();
  struct disk_facts facts;
  bool ok = disk_inspect (ctx, blob, format, false, &facts, report, &err);

  if (ok != (err == NULL) || (ok && facts.format == NULL))
    abort ();
  disk_facts_done (&facts);
  ovf_report_free (report);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct ovf_ctx *ctx = fuzz_ctx ();
  int fd = fuzz_file (data, size);
  struct disk_claim claim = { 0 };
  struct blob *blob = blob_new_span ("fuzz", fd, 0, size);

  disk_identify (ctx, blob, &claim, NULL);
  for (size_t i = 0; disk_formats[i] != NULL; i++) {
    look (ctx, blob, disk_formats[i]);
    if (disk_formats[i]->open != NULL) {
      struct blob *fresh = blob_new_span ("fuzz", fd, 0, size);

      if (i & 1)
        blob_tap (fresh, DIGEST_SHA256);
      fuzz_read_all (ctx, fresh, disk_formats[i], true);
      blob_free (fresh);
    }
  }
  blob_free (blob);
  close (fd);
  ovf_ctx_free (ctx);
  return 0;
}

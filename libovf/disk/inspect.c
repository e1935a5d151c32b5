/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `disk info` and `disk check`: what an image says of itself, and whether all
 * of it can be read.  The deep walk is a copy to nowhere: what checks an image
 * is what converts it. */
#include "disk/qemu.h"

static bool
null_create (struct disk_sink *s, struct ovf_error **err)
{
  (void)s;
  (void)err;
  return true;
}

static const struct disk_format null_format = {
  .name = "null",
  .create = null_create,
  .finish = null_create,
};

static bool
walk (struct ovf_ctx *ctx, struct blob *blob, const struct disk_format *format,
      struct disk_facts *facts, struct ovf_report *report, struct ovf_error **err)
{
  CLEANUP (disk_source) struct disk_source *source =
    disk_source_new (ctx, blob, format, !blob_is_seekable (blob), err);
  CLEANUP (disk_sink) struct disk_sink *sink = NULL;
  struct disk_target nowhere = { .fd = -1 };

  if (source == NULL)
    return false;
  facts->virtual_size = source->capacity;
  source->report = report;
  sink = disk_sink_new (ctx, &null_format, &nowhere, source->capacity, NULL, err);
  return sink != NULL && disk_copy (ctx, source, sink, blob_name (blob), err);
}

bool
disk_inspect (struct ovf_ctx *ctx, struct blob *blob,
              const struct disk_format *format, bool deep,
              struct disk_facts *ret, struct ovf_report *report,
              struct ovf_error **err)
{
  const char *name = blob_name (blob);

  memset (ret, 0, sizeof *ret);
  ret->allocated = UINT64_MAX;
  /* A compressed one is read once, from its start to its end. */
  if (deep && !blob_is_seekable (blob) && format->open != NULL)
    return walk (ctx, blob, format, ret, report, err)
           || error_place (err, "DISK-FORMAT", name, 0);
  if (!format->check (ctx, blob, ret, err))
    return error_place (err, "DISK-FORMAT", name, 0);
  if (ret->references.len > 0) {
    if (deep)
      return error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", name, 0,
                       "the image refers to '%s', which is outside of it",
                       ret->references.ptr[0]);
    report_add (report, OVF_WARNING, "DISK-REFERENCE", name, 0, NULL,
                "the image refers to '%s', which is outside of it",
                ret->references.ptr[0]);
    return true;
  }
  if (!deep)
    return true;
  if (qemu_reads (ctx, blob, format, NULL)) {
    if (!qemu_check (ctx, blob, format, NULL, report, err))
      return error_place (err, "DISK-FORMAT", name, 0);
  } else if (format->open == NULL) {
    report_add (report, OVF_NOTE, "DISK-FORMAT", name, 0, NULL,
                "of %s images only the header is checked", format->name);
    return true;
  }
  return walk (ctx, blob, format, ret, report, err)
         || error_place (err, "DISK-FORMAT", name, 0);
}

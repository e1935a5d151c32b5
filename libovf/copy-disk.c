/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One disk of a source on its way into a target: found, recognised, held
 * against what the description says, copied, its digest compared. */
#include <inttypes.h>

#include "base/text.h"
#include "pipeline.h"

/* The table and header bytes an image may have beside its data. */
#define IMAGE_OVERHEAD (UINT64_C (64) << 20)
/* A description may round: producers count in MiB. */
#define CAPACITY_SLACK (UINT64_C (1) << 20)

const struct disk_format *
source_disk_format (struct source *s, size_t disk, struct blob_pair *p,
                    struct ovf_error **err)
{
  const struct disk *d = &s->appliance->disks.ptr[disk];
  struct disk_claim claim = {
    .user = option_text (s->options, OPT_FROM_DISK),
    .declared = d->format,
    .named = s->own_files
  };

  return disk_identify (s->ctx, p->plain, &claim, err);
}

bool
source_check_capacity (struct source *s, size_t disk, uint64_t capacity,
                       struct ovf_report *report, struct ovf_error **err)
{
  const struct disk *d = &s->appliance->disks.ptr[disk];
  const char *file = s->appliance->descriptor;
  uint64_t said = d->capacity, off;

  if (said == NO_SIZE || said == capacity)
    return true;
  off = said > capacity ? said - capacity : capacity - said;
  if (off >= CAPACITY_SLACK && !option_flag (s->options, OPT_LAX)) {
    error_at (err, OVF_E_FORMAT, "OVF-DISK-012", file, d->line,
              "the disk '%s' has %" PRIu64 " bytes, the description says %" PRIu64,
              d->id, capacity, said);
    return error_hint (err, "--lax takes the size that the disk itself has");
  }
  report_add (report, OVF_WARNING, "OVF-DISK-012", file, d->line, NULL,
              "the disk '%s' has %" PRIu64 " bytes, the description says %" PRIu64,
              d->id, capacity, said);
  return true;
}

/* What a compressed file may inflate to. */
static uint64_t
plain_limit (const struct source *s, const struct disk *d)
{
  uint64_t capacity = d->capacity != NO_SIZE ? d->capacity
                                             : ctx_limit (s->ctx, LIMIT_CAPACITY);

  return capacity + capacity / 64 + IMAGE_OVERHEAD;
}

static bool
copy_empty (struct source *s, struct disk_job *job, struct ovf_error **err)
{
  const struct disk *d = &s->appliance->disks.ptr[job->disk];
  CLEANUP (disk_sink) struct disk_sink *sink = NULL;

  if (d->capacity == NO_SIZE || d->capacity == 0)
    return error_at (err, OVF_E_FORMAT, "OVF-DISK-006", s->appliance->descriptor,
                     d->line, "the empty disk '%s' has no capacity", d->id);
  job->capacity = d->capacity;
  sink = disk_sink_new (s->ctx, job->to, &job->target, d->capacity, &job->options, err);
  if (sink == NULL || !disk_copy (s->ctx, NULL, sink, d->id, err))
    return false;
  job->written = sink->written;
  return true;
}

void
note_sandbox (const struct ovf_ctx *ctx, struct ovf_report *report)
{
  const char *what = ctx_unconfined (ctx);

  if (what != NULL)
    report_add (report, OVF_WARNING, "READ-SANDBOX", NULL, 0, NULL,
                "a helper program read the disk without its whole sandbox: %s; "
                "--sandbox=require refuses that", what);
}

static bool
copy_image (struct source *s, struct disk_job *job, struct blob_pair *p,
            struct ovf_report *report, struct ovf_error **err)
{
  const struct disk_format *from = source_disk_format (s, job->disk, p, err);
  CLEANUP_FREE char *folder
    = source_folder_of (s, s->appliance->disks.ptr[job->disk].file);
  struct disk_reach reach = { folder, option_list (s->options, OPT_ALLOW),
                              option_flag (s->options, OPT_FOLLOW_BACKING) };
  CLEANUP (disk_source) struct disk_source *source = NULL;
  CLEANUP (disk_sink) struct disk_sink *sink = NULL;

  if (from == NULL)
    return false;
  source = disk_source_reach (s->ctx, p->plain, from, job->to->sequential,
                              folder ? &reach : NULL, err);
  if (source == NULL)
    return false;
  job->capacity = source->capacity;
  if (!source_check_capacity (s, job->disk, source->capacity, report, err))
    return false;
  sink = disk_sink_new (s->ctx, job->to, &job->target, source->capacity,
                        &job->options, err);
  if (sink == NULL || !disk_copy (s->ctx, source, sink, blob_name (p->stored), err))
    return false;
  job->written = sink->written;
  job->populated = sink->populated;
  return true;
}

bool
source_copy_disk (struct source *s, struct disk_job *job, struct ovf_report *report,
                  struct ovf_error **err)
{
  const struct disk *d = &s->appliance->disks.ptr[job->disk];
  struct blob_pair pair;
  bool ok;

  if (d->parent != NO_INDEX) {
    error_at (err, OVF_E_UNSUPPORTED, "OVF-DISK-009", s->appliance->descriptor, d->line,
              "the disk '%s' is the difference to another one", d->id);
    return error_hint (err, "flatten it where it was made");
  }
  if (d->file == NO_INDEX)
    return copy_empty (s, job, err);
  if (!source_file (s, d->file, plain_limit (s, d), &pair, err))
    return false;
  ok = copy_image (s, job, &pair, report, err);
  note_sandbox (s->ctx, report);
  if (!ok) {
    error_prefix (err, "disk '%s'", d->id);
    error_place (err, NULL, blob_name (pair.stored), 0);
    return source_file_failed (s, &pair, err);
  }
  return source_file_done (s, &pair, err);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `--to disk`: an appliance's only disk, or the one that --disk names, as an
 * image file. */
#include <inttypes.h>
#include <jansson.h>

#include "base/file.h"
#include "base/output.h"
#include "pipeline.h"

static bool
choose_disk (const struct source *s, size_t *ret, struct ovf_error **err)
{
  const struct appliance *a = s->appliance;
  const char *id = option_text (s->options, OPT_DISK);

  if (id != NULL) {
    *ret = appliance_find_disk (a, id);
    return *ret != NO_INDEX || error_set (err, OVF_E_USAGE, "there is no disk '%s'", id);
  }
  *ret = 0;
  if (a->disks.len == 1)
    return true;
  error_set (err, OVF_E_USAGE, "there are %zu disks", a->disks.len);
  return error_hint (err, "--disk ID chooses one ('ovftool info' lists them)");
}

static const struct disk_format *
choose_format (const struct source *s, const char *target, struct ovf_error **err)
{
  const char *name = option_text (s->options, OPT_DISK_FORMAT);
  const struct disk_format *f = name ? disk_format_by_name (name)
                                     : disk_format_by_suffix (target);

  if (f == NULL)
    error_set (err, OVF_E_USAGE, "no disk format is known for '%s'", name ? name : target);
  else if (f->create == NULL)
    error_set (err, OVF_E_UNSUPPORTED, "disks of the format '%s' cannot be written yet", f->name);
  else
    return disk_format_written (f, option_list (s->options, OPT_DISK_OPTION), NULL, err);
  error_hint (err, "--disk-format raw, vmdk, vdi, qcow2, vhd or vhdx");
  return NULL;
}

static bool
copy_to (struct source *s, struct disk_job *job, struct output *out,
         struct ovf_report *report, char hex[DIGEST_HEX], struct ovf_error **err)
{
  size_t file = s->appliance->disks.ptr[job->disk].file;

  return source_trust (s, &file, file == NO_INDEX ? 0 : 1, report, err)
         && source_copy_disk (s, job, report, err)
         && source_settle (s, err)
         && result_digest (s->ctx, s->options, output_fd (out), hex, err)
         && strict_check (s->options, report, err) && output_commit (out, err);
}

bool
pipeline_write_disk (struct source *s, const char *target, struct ovf_report *report,
                     char **ret_json, struct ovf_error **err)
{
  struct disk_job job = { .options = { .options = option_list (s->options, OPT_DISK_OPTION) } };
  CLEANUP_FREE char *path = NULL, *base = NULL;
  char hex[DIGEST_HEX];
  struct output *out;
  json_t *files;
  bool ok;

  if (target == NULL)
    return error_set (err, OVF_E_USAGE, "a disk needs a target file");
  job.to = choose_format (s, target, err);
  if (job.to == NULL || !choose_disk (s, &job.disk, err))
    return false;
  base = path_base (target);
  job.options.id = s->appliance->disks.ptr[job.disk].id;
  job.options.name = base;
  out = output_new_file (s->ctx, target, option_flag (s->options, OPT_FORCE), err);
  if (out == NULL)
    return false;
  job.target.fd = output_fd (out);
  ok = copy_to (s, &job, out, report, hex, err);
  path = output_path (out, NULL);
  output_free (out);
  if (!ok)
    return false;
  files = json_array ();
  result_file (files, path, ROLE_DISK, job.written, hex);
  *ret_json = result_written (path, files);
  return true;
}

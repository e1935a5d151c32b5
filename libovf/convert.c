/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb: any kind to any other, disks included.
 *
 *   read -> check -> copy disks -> write
 *
 * A conversion to a configuration (libvirt, ...) is here; to a package in
 * export.c; to a bare disk in disk-target.c. */
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "base/output.h"
#include "base/text.h"
#include "environment.h"
#include "libvirt-live.h"
#include "package/iso.h"
#include "preflight.h"
#include "profile-apply.h"
#include "vagrant.h"

/* ---- the text of the configurations -------------------------------------- */
static bool
write_text (struct source *s, const struct plan *p, const struct planned_config *config,
            struct text *ret, struct ovf_report *report, struct ovf_error **err)
{
  const char *hardware = option_text (s->options, OPT_HARDWARE);
  const char *virt = option_text (s->options, OPT_VIRT_TYPE);
  struct write_settings settings = {
    .native_hardware = hardware != NULL && strcmp (hardware, "native") == 0,
    .virt_type = virt ? virt : "kvm",
    .ovf_version = "1.1",
    .machine = config->machine
  };
  FILE *f = open_memstream (&ret->text, &ret->len);
  bool ok;

  if (f == NULL)
    abort ();
  ok = config->write (s->ctx, p->model, &settings, f, report, err);
  return fclose (f) == 0 && ok;
}

static bool
check_words (const struct ovf_options *options, const char *kind, struct ovf_error **err)
{
  static const struct { enum option option; const char *words[4], *text; } rows[] = {
    { OPT_HARDWARE, { "same", "native", NULL }, "same or native" },
    { OPT_VIRT_TYPE, { "kvm", "qemu", "xen", NULL }, "kvm, qemu or xen" },
  };
  const char *virt = option_text (options, OPT_VIRT_TYPE);

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    const char *value = option_text (options, rows[i].option);
    bool known = value == NULL;
    for (size_t k = 0; !known && rows[i].words[k] != NULL; k++)
      known = strcmp (value, rows[i].words[k]) == 0;
    if (!known)
      return error_set (err, OVF_E_USAGE, "--%s is %s, not '%s'",
                        option_name (rows[i].option), rows[i].text, value);
  }
  if (virt != NULL && strcmp (virt, "xen") == 0 && strcmp (kind, "libvirt") != 0) {
    error_set (err, OVF_E_USAGE, "--virt-type xen is for the target libvirt");
    return error_hint (err, "--to xen writes what Xen's own tools read");
  }
  return true;
}

/* ---- disks and files -------------------------------------------------------- */
static bool
copy_plain (struct source *s, const struct planned_file *f, int fd, uint64_t *ret_size,
            struct ovf_error **err)
{
  const uint64_t limit = ctx_limit (s->ctx, LIMIT_CAPACITY);
  CLEANUP_FREE char *buf = xmalloc (PIECE_MAX);
  struct blob_pair pair;
  uint64_t done = 0;
  ssize_t n;

  if (!source_file (s, f->file, limit, &pair, err))
    return false;
  while ((n = blob_read (pair.plain, buf, PIECE_MAX, err)) > 0) {
    if (!ctx_alive (s->ctx, err) || !file_write (fd, buf, (size_t)n, err))
      break;
    done += (uint64_t)n;
    ctx_progress (s->ctx, blob_name (pair.stored), done, blob_size (pair.plain) == BLOB_UNKNOWN
                                                           ? 0 : blob_size (pair.plain));
  }
  if (n != 0)
    return source_file_failed (s, &pair, err);
  *ret_size = done;
  return source_file_done (s, &pair, err);
}

/* VMDK's ddb.adapterType, from where the disk is plugged in; NULL = nowhere. */
static const char *
adapter_of (const struct appliance *a, size_t disk)
{
  VECTOR_FOR (m, &a->machines)
    VECTOR_FOR (d, &m->drives) {
      if (d->disk != disk)
        continue;
      if (d->bus == BUS_IDE || d->bus == BUS_SATA)
        return "ide";
      VECTOR_FOR (c, &m->controllers)
        if (c->bus == d->bus && c->index == d->controller && c->model != NULL
            && strcmp (c->model, "buslogic") == 0)
          return "buslogic";
      return "lsilogic";
    }
  return NULL;
}

bool
plan_fill (struct source *s, const struct plan *p, const struct planned_file *f, int fd,
           uint64_t *ret_size, struct ovf_report *report, struct ovf_error **err)
{
  struct disk_job job = {
    .disk = f->disk, .to = f->to, .target = { .fd = fd },
    .options = { .options = option_list (s->options, OPT_DISK_OPTION), .name = f->name }
  };
  CLEANUP_FREE char *uuid = p->converter->disk_uuid && f->disk != NO_INDEX
                              ? p->converter->disk_uuid (p->model, f->disk) : NULL;

  if (f->environment != NULL)
    return iso_write (fd, ENVIRONMENT_LABEL, ENVIRONMENT_FILE, f->environment,
                      f->environment_len, err)
           && file_size (fd, ret_size, err);
  if (f->disk == NO_INDEX)
    return copy_plain (s, f, fd, ret_size, err);
  job.options.id = p->model->disks.ptr[f->disk].id;
  job.options.uuid = uuid;
  job.options.adapter = adapter_of (p->model, f->disk);
  if (!source_copy_disk (s, &job, report, err))
    return false;
  *ret_size = job.written;
  return true;
}

static bool
make_file (struct source *s, const struct plan *p, struct output *out,
           const struct planned_file *f, json_t *files, struct ovf_report *report,
           struct ovf_error **err)
{
  CLEANUP_FREE char *path = output_path (out, f->name);
  int fd = output_create (out, f->name, false, err);
  char hex[DIGEST_HEX];
  uint64_t size = 0;

  if (fd < 0 || !plan_fill (s, p, f, fd, &size, report, err)
      || !result_digest (s->ctx, s->options, fd, hex, err))
    return false;
  result_file (files, path, f->disk != NO_INDEX ? ROLE_DISK : ROLE_FILE, size, hex);
  return true;
}

/* The files the manifest must vouch for. */
static bool
trust_files (struct source *s, const struct plan *p, struct ovf_report *report,
             struct ovf_error **err)
{
  CLEANUP_FREE size_t *used = xcalloc (p->files.len, sizeof *used);
  size_t n = 0;

  VECTOR_FOR (f, &p->files)
    if (f->file != NO_INDEX && f->environment == NULL)
      used[n++] = f->file;
  return source_trust (s, used, n, report, err);
}

/* ---- the result ------------------------------------------------------------------ */
static void
dry_run_files (const struct plan *p, const char *folder, json_t *files)
{
  VECTOR_FOR (f, &p->files) {
    CLEANUP_FREE char *path = f->path ? xstrdup (f->path) : path_join (folder, f->name);
    result_file (files, path, f->disk != NO_INDEX ? ROLE_DISK : ROLE_FILE, f->estimate, NULL);
  }
}

/* Configurations come into the output last; in a dry run only into the
 * result. */
static bool
make_configs (const struct plan *p, const struct text *texts, struct output *out,
              const char *folder, json_t *files, json_t *start, struct ovf_error **err)
{
  CLEANUP_FREE char *script = NULL; /* comes before its configuration */

  for (size_t i = 0; i < p->configs.len; i++) {
    const struct planned_config *c = &p->configs.ptr[i];
    CLEANUP_FREE char *path = path_join (folder, c->name);
    char hex[DIGEST_HEX];

    if (out != NULL
        && (!output_write_text (out, c->name, true, texts[i].text, texts[i].len, err)
            || (c->executable && !output_executable (out, c->name, err))))
      return false;
    digest_of (DIGEST_SHA256, texts[i].text, texts[i].len, hex);
    result_file (files, path, c->role, texts[i].len, hex);
    if (c->role == ROLE_CONFIGURATION)
      result_start (start, p->converter, path, script, p->model->machines.ptr[c->machine].name);
    else
      set_string (&script, path);
  }
  return true;
}

/* ---- to a configuration ------------------------------------------------------------ */
/* Writers see final paths, the source's hrefs are what its files are opened
 * by: the texts are made with the former put in for a while. */
bool
plan_texts (struct source *s, struct plan *p, const char *folder, struct text *texts,
            struct ovf_report *report, struct ovf_error **err)
{
  size_t n_files = p->model->files.len, n_disks = p->model->disks.len;
  char **hrefs = xcalloc (n_files, sizeof *hrefs);
  const char **formats = xcalloc (n_disks, sizeof *formats);
  bool ok = true;

  for (size_t i = 0; i < n_files; i++)
    hrefs[i] = xstrdup (p->model->files.ptr[i].href);
  for (size_t i = 0; i < n_disks; i++)
    formats[i] = p->model->disks.ptr[i].format;
  plan_settle_paths (p, folder);
  for (size_t i = 0; ok && i < p->configs.len; i++)
    ok = write_text (s, p, &p->configs.ptr[i], &texts[i], report, err);
  VECTOR_FOR (f, &p->files)
    if (f->file == NO_INDEX)
      p->model->disks.ptr[f->disk].file = NO_INDEX;
  for (size_t i = 0; i < n_files; i++) {
    free (p->model->files.ptr[i].href);
    p->model->files.ptr[i].href = hrefs[i];
  }
  for (size_t i = 0; i < n_disks; i++)
    p->model->disks.ptr[i].format = formats[i];
  free (hrefs);
  free (formats);
  return ok;
}

/* What comes from a pipe is used as it arrives: the next file of the plan is
 * the one that comes next. */
bool
plan_next (struct source *s, struct plan *p, size_t i, struct ovf_error **err)
{
  struct ovf_error *why = NULL;
  const char *name = NULL;

  if (s->package != NULL && p->files.ptr[i].file != NO_INDEX)
    name = package_next (s->package, &why);
  else if (s->xva != NULL)
    name = xva_next (s->xva);
  for (size_t k = i; name != NULL && k < p->files.len; k++) {
    struct planned_file f = p->files.ptr[k];
    if (f.file == NO_INDEX || !member_is_of (name, s->appliance->files.ptr[f.file].href))
      continue;
    p->files.ptr[k] = p->files.ptr[i];
    p->files.ptr[i] = f;
    break;
  }
  return why == NULL || error_move (err, &why);
}

/* Where --kernel-dir says, if anything goes there; it is committed first. */
static bool
open_kernels (struct source *s, const struct plan *p, struct output **ret,
              struct ovf_error **err)
{
  bool any = false;

  *ret = NULL;
  VECTOR_FOR (f, &p->files)
    any |= f->kernel && f->path != NULL;
  if (!any)
    return true;
  *ret = output_new_dir (s->ctx, p->kernel_folder, p->base,
                         option_flag (s->options, OPT_FORCE), err);
  return *ret != NULL;
}

static bool
make_all (struct source *s, struct plan *p, const struct text *texts, json_t *files,
          json_t *start, struct ovf_report *report, struct ovf_error **err)
{
  bool force = option_flag (s->options, OPT_FORCE);
  struct output *kernels = NULL;
  struct output *out = output_new_dir (s->ctx, p->folder, p->base, force, err);
  CLEANUP_FREE char *folder = path_absolute (p->folder);
  bool ok = out != NULL && output_space (out, p->space, err);

  ok = ok && open_kernels (s, p, &kernels, err);
  for (size_t i = 0; ok && i < p->files.len; i++)
    ok = plan_next (s, p, i, err)
         && make_file (s, p, kernels && p->files.ptr[i].path ? kernels : out,
                       &p->files.ptr[i], files, report, err);
  ok = ok && source_settle (s, err)
       && make_configs (p, texts, out, folder, files, start, err)
       && strict_check (s->options, report, err)
       && (kernels == NULL || output_commit (kernels, err)) && output_commit (out, err);
  output_free (kernels);
  output_free (out);
  return ok;
}

static bool
dry_run (struct source *s, struct plan *p, const struct text *texts, const char *folder,
         json_t *result, struct ovf_report *report, struct ovf_error **err)
{
  json_t *files = json_object_get (result, "files");

  dry_run_files (p, folder, files);
  json_object_set_new (result, "space", json_pack ("{s:I, s:i}", "target",
                                                   (json_int_t)p->space, "temporary", 0));
  if (!make_configs (p, texts, NULL, folder, files, json_object_get (result, "start"), err))
    return false;
  preflight_source (p->model, report);
  return preflight_verdict (report, err) && strict_check (s->options, report, err);
}

/* --target-caps: would that host run it? */
static bool
check_target (struct source *s, const struct plan *p, const struct text *texts,
              struct ovf_report *report, struct ovf_error **err)
{
  const char *file = option_text (s->options, OPT_TARGET_CAPS);
  CLEANUP_FREE char *caps = NULL;
  struct preflight check = { .ctx = s->ctx, .caps_name = file };

  if (file == NULL)
    return true;
  if (strcmp (p->converter->name, "libvirt") != 0)
    return error_set (err, OVF_E_USAGE, "--target-caps speaks of libvirt hosts, not of '%s'",
                      p->converter->name);
  check.caps = caps = preflight_read_caps (s->ctx, file, err);
  if (caps == NULL)
    return false;
  for (size_t i = 0; i < p->configs.len; i++)
    if (!preflight_domain (&check, texts[i].text, texts[i].len, report, err))
      return false;
  return option_flag (s->options, OPT_DRY_RUN) || preflight_verdict (report, err);
}

static bool
run_plan (struct source *s, struct plan *p, json_t *result, struct ovf_report *report,
          struct ovf_error **err)
{
  CLEANUP_FREE char *folder = path_absolute (p->folder);
  struct text *texts = xcalloc (p->configs.len, sizeof *texts);
  bool ok = trust_files (s, p, report, err) && plan_texts (s, p, folder, texts, report, err)
            && check_target (s, p, texts, report, err);

  json_object_set_new (result, "target", json_text (folder));
  if (ok && option_flag (s->options, OPT_DRY_RUN))
    ok = dry_run (s, p, texts, folder, result, report, err);
  else
    ok = ok && strict_check (s->options, report, err)
         && make_all (s, p, texts, json_object_get (result, "files"),
                      json_object_get (result, "start"), report, err);
  for (size_t i = 0; i < p->configs.len; i++)
    free (texts[i].text);
  free (texts);
  return ok;
}

/* The EULAs a package carries: our commands name them, never prompt. */
static json_t *
eula_names (const struct appliance *a)
{
  json_t *list = json_array ();

  VECTOR_FOR (m, &a->machines)
    for (size_t i = 0; i < m->eulas.len; i++)
      json_array_append_new (list, json_string (m->name ? m->name : m->id));
  VECTOR_FOR (c, &a->collections)
    for (size_t i = 0; i < c->eulas.len; i++)
      json_array_append_new (list, json_string (c->name ? c->name : c->id));
  return list;
}

static bool
to_configuration (struct source *s, const struct converter *to, const char *target,
                  struct ovf_report *report, char **ret_json, struct ovf_error **err)
{
  json_t *result = json_pack ("{s:n, s:[], s:[]}", "target", "files", "start");
  struct profile *profile = NULL;
  struct plan plan = { 0 };
  bool ok = profile_apply (s->ctx, s->appliance, s->options, NULL, report, &profile, err)
            && plan_make (&plan, s, to, target, s->options, report, err);

  profile_free (profile);
  json_object_set_new (result, "eulas", eula_names (s->appliance));
  if (ok && option_text (s->options, OPT_CONNECT) != NULL)
    ok = trust_files (s, &plan, report, err) && live_import (s, &plan, result, report, err);
  else
    ok = ok && run_plan (s, &plan, result, report, err);
  plan_done (&plan);
  if (ok || option_flag (s->options, OPT_DRY_RUN))
    *ret_json = result_dump (result);
  else
    json_decref (result);
  return ok;
}

/* ---- which target --------------------------------------------------------------------- */
static bool
is_package_kind (const char *kind)
{
  return strcmp (kind, "ova") == 0 || strcmp (kind, "ovf") == 0
         || strcmp (kind, VAGRANT_VIRTUALBOX) == 0;
}

/* --to, else the suffix of the target; NULL = cannot be known. */
static const char *
target_kind (const char *target, const struct ovf_options *options)
{
  const char *kind = option_text (options, OPT_TO);

  if (kind == NULL && option_text (options, OPT_CONNECT) != NULL)
    return "libvirt";
  if (kind != NULL || target == NULL)
    return kind;
  if (strcmp (target, "-") == 0 || text_has_suffix (target, ".ova"))
    return "ova";
  if (text_has_suffix (target, ".ovf"))
    return "ovf";
  for (size_t i = 0; converters[i] != NULL; i++)
    if (converters[i]->write != NULL && text_has_suffix (target, converters[i]->suffix))
      return converters[i]->name;
  return disk_format_by_suffix (target) ? "disk" : NULL;
}

static bool
unknown_target (const char *kind, const char *target, struct ovf_error **err)
{
  if (kind != NULL)
    error_set (err, OVF_E_USAGE, "there is no kind '%s' that can be written", kind);
  else
    error_set (err, OVF_E_USAGE, "what '%s' shall be is not known", target ? target : "the target");
  return error_hint (err, "--to KIND ('ovftool formats' lists the kinds)");
}

static bool
same_file (const struct source *s, const char *target, struct ovf_error **err)
{
  int fd = s->package != NULL ? package_fd (s->package) : s->fd;

  if (target == NULL || fd < 0 || !output_is_same (target, fd))
    return true;
  return error_set (err, OVF_E_USAGE, "'%s' is the source itself", target);
}

bool
ovf_convert (struct ovf_ctx *ctx, const char *path, const char *target,
             const struct ovf_options *options, struct ovf_report *report,
             char **ret_json, struct ovf_error **err)
{
  const char *kind = target_kind (target, options);
  const struct converter *to = kind ? converter_by_name (kind) : NULL;
  bool package = kind != NULL && is_package_kind (kind);
  bool disk = kind != NULL && strcmp (kind, "disk") == 0;
  bool box = kind != NULL && strcmp (kind, VAGRANT_LIBVIRT) == 0;
  CLEANUP (source) struct source *s = NULL;

  *ret_json = NULL;
  if (!package && !disk && !box && (to == NULL || to->write == NULL))
    return unknown_target (kind, target, err);
  if (!check_words (options, kind, err))
    return false;
  s = source_open (ctx, path, package ? PURPOSE_USE_ALL : PURPOSE_USE, options, report, err);
  if (s == NULL || !same_file (s, target, err))
    return false;
  if (target != NULL && strcmp (target, "-") != 0)
    s->scratch = path_dir (target);
  if (package)
    return pipeline_write_package (s, target, options, report, ret_json, err);
  if (box)
    return pipeline_write_box (s, target, report, ret_json, err);
  if (strcmp (kind, "xva") == 0)
    return pipeline_write_xva (s, target, report, ret_json, err);
  if (disk)
    return pipeline_write_disk (s, target, report, ret_json, err);
  return to_configuration (s, to, target, report, ret_json, err);
}

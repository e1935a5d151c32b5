/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A machine as a XenServer export, in one pass: the description is complete
 * before the first disk is read, so that the archive can go into a pipe. */
#include <inttypes.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adjust.h"
#include "base/file.h"
#include "base/output.h"
#include "base/text.h"
#include "environment.h"
#include "pipeline.h"
#include "profile-apply.h"
#include "xva-sink.h"

struct xva_disk {
  size_t disk;              /* index into disks */
  char *ref;                /* "Ref:7" */
};
DEFINE_VECTOR (xva_disks, struct xva_disk)

struct xva_export {
  struct source *source;
  struct appliance *model;  /* lent: the source's, changed */
  const struct converter *converter;
  const struct ovf_options *options;
  struct ovf_report *report;
  char *path;               /* "-": standard output */
  xva_disks disks;          /* in the order in which they are read */
  char *text;               /* ova.xml */
  size_t text_len;
};

static void
export_done (struct xva_export *x)
{
  VECTOR_FOR (d, &x->disks)
    free (d->ref);
  free (x->disks.ptr);
  free (x->text);
  free (x->path);
}

/* ---- what ------------------------------------------------------------------------ */
static bool
is_used (const struct appliance *a, size_t disk)
{
  VECTOR_FOR (m, &a->machines)
    VECTOR_FOR (d, &m->drives)
      if (d->disk == disk && d->kind == DRIVE_DISK)
        return true;
  return false;
}

static void
add_disk (struct xva_export *x, size_t disk)
{
  xva_disks_append (&x->disks, (struct xva_disk){ .disk = disk });
}

/* In the order of References, which is that of a pipe; empty disks last.  In
 * the archive they stand in the order of their references as text: those have
 * one length. */
static void
choose_disks (struct xva_export *x)
{
  const struct appliance *a = x->model;
  size_t base = 1;

  for (size_t f = 0; f < a->files.len; f++)
    for (size_t i = 0; i < a->disks.len; i++)
      if (a->disks.ptr[i].file == f && is_used (a, i))
        add_disk (x, i);
  for (size_t i = 0; i < a->disks.len; i++)
    if (a->disks.ptr[i].file == NO_INDEX && is_used (a, i))
      add_disk (x, i);
  while (base * 9 < x->disks.len)
    base *= 10;
  for (size_t i = 0; i < x->disks.len; i++)
    x->disks.ptr[i].ref = xasprintf ("Ref:%zu", base + i);
}

static bool
settle_target (struct xva_export *x, const char *target)
{
  bool file = target != NULL && text_has_suffix (target, x->converter->suffix);
  CLEANUP_FREE char *stem = file ? path_stem (target) : NULL;
  CLEANUP_FREE char *base = pipeline_base (x->model, x->options, stem);
  struct stat st;

  if (target == NULL)
    x->path = xasprintf ("%s%s", base, x->converter->suffix);
  else if (!file && strcmp (target, "-") != 0 && stat (target, &st) == 0
           && S_ISDIR (st.st_mode))
    x->path = xasprintf ("%s/%s%s", target, base, x->converter->suffix);
  else
    x->path = xstrdup (target);
  return true;
}

/* ---- how large -------------------------------------------------------------------- */
/* What the image itself says; the description may have rounded, or be
 * silent. */
static bool
image_capacity (struct source *s, size_t disk, uint64_t *ret, struct ovf_error **err)
{
  struct blob_pair pair;
  const struct disk_format *format;
  struct disk_source *image = NULL;
  bool ok = false;

  if (!source_file (s, s->appliance->disks.ptr[disk].file,
                    ctx_limit (s->ctx, LIMIT_CAPACITY), &pair, err))
    return false;
  format = source_disk_format (s, disk, &pair, err);
  if (format != NULL)
    image = disk_source_new (s->ctx, pair.plain, format, false, err);
  if (image != NULL) {
    ok = image->capacity != UINT64_MAX;
    *ret = image->capacity;
    if (!ok)
      error_set (err, OVF_E_UNSUPPORTED, "the size of the disk '%s' cannot be known before "
                 "it is read", s->appliance->disks.ptr[disk].id);
  }
  disk_source_free (image);
  blob_pair_free (&pair);
  return ok;
}

/* What comes once cannot be looked into: the description must say it. */
static bool
comes_once (const struct source *s)
{
  return s->xva != NULL
         || (s->package != NULL && package_form (s->package) == PACKAGE_PIPE);
}

static bool
settle_capacities (struct xva_export *x, struct ovf_error **err)
{
  VECTOR_FOR (d, &x->disks) {
    struct disk *disk = &x->model->disks.ptr[d->disk];
    uint64_t capacity = disk->capacity;
    if (disk->file != NO_INDEX && !comes_once (x->source)
        && !image_capacity (x->source, d->disk, &capacity, err))
      return false;
    if (capacity == NO_SIZE || capacity == 0)
      return error_at (err, OVF_E_FORMAT, "OVF-DISK-006", x->model->descriptor, disk->line,
                       "how large the disk '%s' is is not said", disk->id);
    if (disk->file != NO_INDEX
        && !source_check_capacity (x->source, d->disk, capacity, x->report, err))
      return false;
    disk->capacity = capacity;
  }
  return true;
}

/* ---- the description ----------------------------------------------------------------- */
static bool
write_text (struct xva_export *x, struct ovf_error **err)
{
  struct write_settings settings = { .virt_type = "kvm", .ovf_version = "1.1" };
  FILE *f = open_memstream (&x->text, &x->text_len);
  bool ok;

  if (f == NULL)
    abort ();
  ok = x->converter->write (x->source->ctx, x->model, &settings, f, x->report, err);
  return fclose (f) == 0 && ok;
}

/* The writer sees the references, the source's files are opened by hrefs. */
static bool
make_text (struct xva_export *x, struct ovf_error **err)
{
  struct appliance *a = x->model;
  size_t n = a->files.len, n_disks = a->disks.len;
  char **hrefs = xcalloc (n + 1, sizeof *hrefs);
  size_t *files = xcalloc (n_disks + 1, sizeof *files);
  bool ok;

  for (size_t i = 0; i < n; i++)
    hrefs[i] = a->files.ptr[i].href;
  for (size_t i = 0; i < n_disks; i++)
    files[i] = a->disks.ptr[i].file;
  for (size_t i = 0; i < n; i++)
    a->files.ptr[i].href = xstrdup ("");
  VECTOR_FOR (d, &x->disks) {
    appliance_add_file (a, d->ref, d->ref);
    a->disks.ptr[d->disk].file = a->files.len - 1;
  }
  ok = write_text (x, err);
  while (a->files.len > n) {
    struct file_ref *f = &a->files.ptr[--a->files.len];
    free (f->id);
    free (f->href);
  }
  for (size_t i = 0; i < n; i++) {
    free (a->files.ptr[i].href);
    a->files.ptr[i].href = hrefs[i];
  }
  for (size_t i = 0; i < n_disks; i++)
    a->disks.ptr[i].file = files[i];
  free (hrefs);
  free (files);
  return ok;
}

/* ---- the archive -------------------------------------------------------------------------- */
static bool
write_disks (struct xva_export *x, struct xva_archive *archive, struct ovf_error **err)
{
  VECTOR_FOR (d, &x->disks) {
    struct disk *disk = &x->model->disks.ptr[d->disk];
    struct xva_chunks chunks = { .archive = archive, .ref = d->ref, .size = disk->capacity };
    struct disk_job job = {
      .disk = d->disk, .to = &xva_chunks_format,
      .target = { .fd = -1, .opaque = &chunks },
      .options = { .id = disk->id, .name = d->ref }
    };
    /* The findings on its size were made before. */
    if (!source_copy_disk (x->source, &job, NULL, err))
      return false;
  }
  return true;
}

static bool
write_archive (struct xva_export *x, int fd, struct digest *digest, uint64_t *ret_size,
               struct ovf_error **err)
{
  CLEANUP (xva_archive) struct xva_archive *archive
    = xva_archive_new (x->source->ctx, fd, digest, err);

  return archive != NULL && xva_archive_descriptor (archive, x->text, x->text_len, err)
         && write_disks (x, archive, err) && source_settle (x->source, err)
         && xva_archive_finish (archive, ret_size, err)
         && strict_check (x->options, x->report, err);
}

static bool
write_target (struct xva_export *x, json_t *result, struct ovf_error **err)
{
  bool pipe = strcmp (x->path, "-") == 0;
  struct output *out = NULL;
  struct digest *digest = NULL;
  CLEANUP_FREE char *path = NULL;
  char hex[DIGEST_HEX] = "";
  uint64_t size = 0;
  bool ok;

  if (!pipe) {
    out = output_new_file (x->source->ctx, x->path, option_flag (x->options, OPT_FORCE), err);
    if (out == NULL)
      return false;
  }
  if (option_flag (x->options, OPT_JSON))
    digest = digest_new (DIGEST_SHA256);
  ok = write_archive (x, pipe ? STDOUT_FILENO : output_fd (out), digest, &size, err);
  if (digest != NULL)
    digest_hex (digest, DIGEST_SHA256, hex);
  digest_free (digest);
  path = pipe ? xstrdup ("-") : output_path (out, NULL);
  ok = ok && (pipe || output_commit (out, err));
  output_free (out);
  result_file (json_object_get (result, "files"), path, ROLE_PACKAGE, size, hex);
  return ok;
}

/* ---- the whole ------------------------------------------------------------------------------ */
static bool
check_machines (struct appliance *a, struct ovf_report *report, struct ovf_error **err)
{
  default_around_disk (a, report);
  if (a->machines.len == 0)
    return error_at (err, OVF_E_FORMAT, NULL, a->descriptor, 0,
                     "there is no virtual machine in it");
  if (a->machines.len > 1)
    return error_set (err, OVF_E_USAGE, "an XVA holds one machine, there are %zu",
                      a->machines.len)
           || error_hint (err, "--machine ID chooses one");
  return true;
}

static bool
trust_disks (struct xva_export *x, struct ovf_error **err)
{
  CLEANUP_FREE size_t *used = xcalloc (x->disks.len + 1, sizeof *used);
  size_t n = 0;

  VECTOR_FOR (d, &x->disks)
    if (x->model->disks.ptr[d->disk].file != NO_INDEX)
      used[n++] = x->model->disks.ptr[d->disk].file;
  return source_trust (x->source, used, n, x->report, err);
}

static bool
prepare (struct xva_export *x, const char *target, struct ovf_error **err)
{
  struct appliance *a = x->model;
  struct profile *profile = NULL;
  bool ok = profile_apply (x->source->ctx, a, x->options, NULL, x->report, &profile, err)
            && adjust_apply (a, x->converter, x->options, x->report, err);

  profile_free (profile);
  if (!ok || !identity_apply (a, x->converter, x->options, err)
      || !environment_set_any (a, option_list (x->options, OPT_PROP), x->report, err)
      || !netmap_apply (a, x->converter, option_list (x->options, OPT_NET), x->report, err)
      || !settle_target (x, target))
    return false;
  choose_disks (x);
  return trust_disks (x, err) && settle_capacities (x, err) && make_text (x, err);
}

/* Chunks, their sums and the headers, were every disk full. */
static uint64_t
estimate (const struct xva_export *x)
{
  uint64_t n = x->text_len;

  VECTOR_FOR (d, &x->disks) {
    const struct disk *disk = &x->model->disks.ptr[d->disk];
    n += disk->populated != NO_SIZE ? disk->populated : disk->capacity;
  }
  return n;
}

static bool
run (struct xva_export *x, json_t *result, struct ovf_error **err)
{
  bool pipe = strcmp (x->path, "-") == 0;
  CLEANUP_FREE char *path = pipe ? xstrdup ("-") : path_absolute (x->path);

  json_object_set_new (result, "target", json_string (path));
  result_start (json_object_get (result, "start"), x->converter, path, NULL,
                x->model->machines.ptr[0].name);
  if (!strict_check (x->options, x->report, err))
    return false;
  if (!option_flag (x->options, OPT_DRY_RUN))
    return write_target (x, result, err);
  result_file (json_object_get (result, "files"), path, ROLE_PACKAGE, estimate (x), NULL);
  json_object_set_new (result, "space", json_pack ("{s:I, s:i}", "target",
                                                   (json_int_t)estimate (x), "temporary", 0));
  return true;
}

bool
pipeline_write_xva (struct source *s, const char *target, struct ovf_report *report,
                    char **ret_json, struct ovf_error **err)
{
  struct xva_export x = {
    .source = s, .model = s->appliance, .converter = converter_by_name ("xva"),
    .options = s->options, .report = report
  };
  json_t *result = json_pack ("{s:n, s:[], s:[]}", "target", "files", "start");
  bool ok = check_machines (x.model, report, err) && prepare (&x, target, err)
            && run (&x, result, err);

  export_done (&x);
  if (ok)
    *ret_json = result_dump (result);
  else
    json_decref (result);
  return ok;
}

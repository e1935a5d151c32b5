/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An appliance as an OVF package, in one pass: disks are compressed straight
 * into the archive while they are hashed, the descriptor and the manifest
 * are put into the room kept for them at the end. */
#include <inttypes.h>
#include <jansson.h>
#include <sys/stat.h>

#include "adjust.h"
#include "base/file.h"
#include "base/output.h"
#include "base/text.h"
#include "environment.h"
#include "gzip-sink.h"
#include "pipeline.h"
#include "profile-apply.h"
#include "vagrant.h"

struct entry {
  size_t file;              /* index into the new model's files */
  size_t source_file;       /* into the source's; NO_INDEX: an empty disk */
  size_t disk;              /* NO_INDEX: copied as it is */
};
DEFINE_VECTOR (entries, struct entry)

struct export {
  struct source *source;
  struct appliance *model;  /* lent: the source's, changed */
  const struct ovf_options *options;
  struct ovf_report *report;
  const char *ovf_version;
  char *base, *path;        /* of the files; the archive or folder */
  char *descriptor;         /* "vm.ovf" */
  enum package_form form;
  unsigned level;           /* deflate, 0 = default */
  unsigned gzip;            /* of disks, once more around them; 0 = none */
  uint64_t chunk_size;
  enum digest_alg algorithm;
  struct profile *profile;  /* of --for, or NULL */
  bool box;                 /* a Vagrant box for VirtualBox, not an OVA */
  entries entries;
  char **hrefs;             /* the source's, to open files by */
  size_t n_hrefs;
};

static void
export_done (struct export *x)
{
  for (size_t i = 0; i < x->n_hrefs; i++)
    free (x->hrefs[i]);
  free (x->hrefs);
  free (x->entries.ptr);
  profile_free (x->profile);
  free (x->descriptor);
  free (x->base);
  free (x->path);
}

/* ---- options --------------------------------------------------------------- */
static bool
parse_numbers (struct export *x, struct ovf_error **err)
{
  const char *level = option_text (x->options, OPT_COMPRESS);
  const char *chunk = option_text (x->options, OPT_CHUNK_SIZE);
  const char *gzip = option_text (x->options, OPT_GZIP);
  const char *sha = option_text (x->options, OPT_SHA);
  const char *version = option_text (x->options, OPT_OVF_VERSION);

  if (level != NULL && !parse_unsigned (level, 1, 9, &x->level))
    return error_set (err, OVF_E_USAGE, "--compress is 1 to 9, not '%s'", level);
  if (gzip != NULL && !parse_unsigned (gzip, 1, 9, &x->gzip))
    return error_set (err, OVF_E_USAGE, "--gzip is 1 to 9, not '%s'", gzip);
  if (chunk != NULL && (!parse_size (chunk, &x->chunk_size) || x->chunk_size < 4096))
    return error_set (err, OVF_E_USAGE, "--chunk-size '%s' is no size of 4K or more", chunk);
  x->algorithm = sha ? digest_by_name (sha) : profile_digest (x->profile);
  if ((x->algorithm & (DIGEST_SHA1 | DIGEST_SHA256 | DIGEST_SHA512)) == 0)
    return error_set (err, OVF_E_USAGE, "--sha is sha1, sha256 or sha512, not '%s'", sha);
  if (x->box || option_flag (x->options, OPT_NO_MANIFEST))
    x->algorithm = DIGEST_NONE;
  if (x->box && x->chunk_size > 0)
    return error_set (err, OVF_E_USAGE, "the disks of a box are in one piece");
  if (x->algorithm == DIGEST_SHA1)
    report_add (x->report, OVF_WARNING, "OVF-MF-002", NULL, 0, NULL,
                "SHA-1 is weak: only readers from before OVF 2.0 need it");
  x->ovf_version = version ? version : profile_ovf_version (x->profile);
  if (strcmp (x->ovf_version, "1.1") != 0 && strcmp (x->ovf_version, "2.0") != 0)
    return error_set (err, OVF_E_USAGE, "--ovf-version is 1.1 or 2.0, not '%s'", version);
  return true;
}

/* Vagrant looks for box.ovf. */
static bool
settle_box (struct export *x, const char *target)
{
  x->path = vagrant_path (x->model, x->options, target);
  x->form = strcmp (x->path, "-") == 0 ? PACKAGE_PIPE : PACKAGE_OVA;
  x->base = xstrdup ("box");
  x->descriptor = xstrdup ("box.ovf");
  return true;
}

/* x.ova, x.ovf (its folder), a folder, or "-". */
static bool
settle_target (struct export *x, const char *target, struct ovf_error **err)
{
  const char *to = option_text (x->options, OPT_TO);
  bool file = target != NULL && (text_has_suffix (target, ".ova")
                                 || text_has_suffix (target, ".ovf"));
  CLEANUP_FREE char *stem = file ? path_stem (target) : NULL;
  bool as_ovf = file ? text_has_suffix (target, ".ovf") : to && strcmp (to, "ovf") == 0;
  struct stat st;

  if (x->box)
    return settle_box (x, target);
  if (file && stat (target, &st) == 0 && S_ISDIR (st.st_mode))
    return error_set (err, OVF_E_USAGE, "'%s' is a folder", target);
  x->base = pipeline_base (x->model, x->options, stem);
  x->descriptor = xasprintf ("%s.ovf", x->base);
  if (target != NULL && strcmp (target, "-") == 0)
    x->form = PACKAGE_PIPE;
  else
    x->form = as_ovf ? PACKAGE_DIR : PACKAGE_OVA;
  if (target == NULL)
    x->path = as_ovf ? xstrdup (x->base) : xasprintf ("%s.ova", x->base);
  else if (file && as_ovf)
    x->path = path_dir (target);
  else if (!file && !as_ovf && stat (target, &st) == 0 && S_ISDIR (st.st_mode))
    x->path = xasprintf ("%s/%s.ova", target, x->base);
  else
    x->path = xstrdup (target);
  return true;
}

/* ---- the model ------------------------------------------------------------------ */
static size_t
disk_of (const struct appliance *a, size_t file)
{
  for (size_t i = 0; i < a->disks.len; i++)
    if (a->disks.ptr[i].file == file
        && !(a->disks.ptr[i].format && strcmp (a->disks.ptr[i].format, "iso") == 0))
      return i;
  return NO_INDEX;
}

static char *
file_suffix (const char *href)
{
  CLEANUP_FREE char *base = path_base (href);
  const char *dot = strrchr (base, '.');

  return dot && dot != base && strlen (dot) <= 16 ? text_file_base (dot + 1) : NULL;
}

static char *
new_name (const struct export *x, const char *href, bool disk, unsigned n)
{
  CLEANUP_FREE char *suffix = disk ? xstrdup ("vmdk") : file_suffix (href);

  return xasprintf ("%s-%s%u%s%s", x->base, disk ? "disk" : "file", n, suffix ? "." : "",
                    suffix ? suffix : "");
}

/* Two descriptions of one image would be written twice; a file of a
 * configuration that several drives name is one file. */
static void
plan_entries (struct export *x)
{
  struct appliance *a = x->model;
  unsigned n_disks = 0, n_files = 0;

  x->n_hrefs = a->files.len;
  x->hrefs = xcalloc (a->files.len, sizeof *x->hrefs);
  for (size_t i = 0; i < a->files.len; i++) {
    struct file_ref *f = &a->files.ptr[i];
    struct entry *e = entries_add (&x->entries);
    e->file = e->source_file = i;
    e->disk = disk_of (a, i);
    x->hrefs[i] = f->href;
    f->href = new_name (x, f->href, e->disk != NO_INDEX,
                        e->disk != NO_INDEX ? ++n_disks : ++n_files);
  }
}

/* The numbers that are known only at the end, at their widest. */
static void
widest_numbers (struct export *x)
{
  VECTOR_FOR (f, &x->model->files) {
    f->size = INT64_MAX;
    f->chunk_size = x->chunk_size;
  }
  VECTOR_FOR (e, &x->entries)
    if (x->gzip != 0 && e->disk != NO_INDEX)
      x->model->files.ptr[e->file].compression = COMPRESSION_GZIP;
  VECTOR_FOR (d, &x->model->disks) {
    if (d->file == NO_INDEX)
      continue;
    d->populated = INT64_MAX;
    d->capacity = INT64_MAX;
  }
}

static bool
descriptor_text (struct export *x, char **ret, size_t *ret_len, struct ovf_report *report,
                 struct ovf_error **err)
{
  const struct converter *ovf = converter_by_name ("ovf");
  struct write_settings settings = {
    .ovf_version = x->ovf_version,
    .plain_devices = option_flag (x->options, OPT_PLAIN_DEVICES)
  };
  FILE *f = open_memstream (ret, ret_len);
  bool ok;

  if (f == NULL)
    abort ();
  ok = ovf->write (x->source->ctx, x->model, &settings, f, report, err);
  return fclose (f) == 0 && ok;
}

/* ---- the files -------------------------------------------------------------------- */
/* The description keeps the source's numbers while its files are opened. */
static bool
write_disk (struct export *x, struct package_writer *w, const struct entry *e,
            const struct appliance *original, struct ovf_error **err)
{
  struct file_ref *f = &x->model->files.ptr[e->file];
  struct disk *d = &x->model->disks.ptr[e->disk];
  struct disk_job job = {
    .disk = e->disk,
    .to = disk_format_by_name ("vmdk"),
    .target = { .fd = -1, .append = package_writer_append, .opaque = w },
    .options = { .level = x->level, .id = d->id, .name = f->href }
  };
  CLEANUP (gzip_sink) struct gzip_sink *gzip
    = x->gzip != 0 ? gzip_sink_new (x->gzip, package_writer_append, w) : NULL;
  char *href = f->href;
  bool ok;

  if (gzip != NULL) {
    job.target.append = gzip_sink_append;
    job.target.opaque = gzip;
  }
  f->href = x->hrefs[e->source_file];
  f->size = original->files.ptr[e->source_file].size;
  f->chunk_size = original->files.ptr[e->source_file].chunk_size;
  f->compression = original->files.ptr[e->source_file].compression;
  d->capacity = original->disks.ptr[e->disk].capacity;
  d->format = original->disks.ptr[e->disk].format;
  ok = source_copy_disk (x->source, &job, x->report, err)
       && (gzip == NULL || gzip_sink_finish (gzip, err));
  f->href = href;
  f->chunk_size = x->chunk_size;
  f->compression = gzip != NULL ? COMPRESSION_GZIP : COMPRESSION_NONE;
  d->format = disk_format_word ("vmdk-stream");
  /* A VMDK is whole sectors. */
  d->capacity = (job.capacity + SECTOR - 1) / SECTOR * SECTOR;
  d->populated = job.populated;
  return ok;
}

static bool
write_file (struct export *x, struct package_writer *w, const struct entry *e,
            const struct appliance *original, struct ovf_error **err)
{
  struct file_ref *f = &x->model->files.ptr[e->file];
  struct blob_pair pair;
  char *href = f->href;
  bool ok;

  f->href = x->hrefs[e->source_file];
  f->size = original->files.ptr[e->source_file].size;
  f->chunk_size = original->files.ptr[e->source_file].chunk_size;
  ok = source_file (x->source, e->source_file, ctx_limit (x->source->ctx, LIMIT_CAPACITY),
                    &pair, err);
  f->href = href;
  f->chunk_size = x->chunk_size;
  if (!ok)
    return false;
  f->compression = COMPRESSION_NONE;
  if (!package_writer_copy (w, pair.plain, err))
    return source_file_failed (x->source, &pair, err);
  return source_file_done (x->source, &pair, err);
}

static bool
write_entries (struct export *x, struct package_writer *w,
               const struct appliance *original, struct ovf_error **err)
{
  VECTOR_FOR (e, &x->entries) {
    struct file_ref *f = &x->model->files.ptr[e->file];
    enum file_role role = e->disk != NO_INDEX ? ROLE_DISK : ROLE_FILE;
    uint64_t size;
    if (!package_writer_begin (w, f->href, role, err)
        || !(e->disk != NO_INDEX ? write_disk (x, w, e, original, err)
                                 : write_file (x, w, e, original, err))
        || !package_writer_end (w, BLOB_UNKNOWN, &size, err))
      return false;
    f->size = size;
  }
  return true;
}

static bool
reserve (struct export *x, struct package_writer *w, struct ovf_error **err)
{
  CLEANUP_FREE char *text = NULL;
  strings names = { 0 };
  size_t len = 0;
  bool ok;

  widest_numbers (x);
  VECTOR_FOR (f, &x->model->files)
    strings_append (&names, xstrdup (f->href));
  if (x->box)
    vagrant_names (&names);
  ok = descriptor_text (x, &text, &len, x->report, err)
       && strict_check (x->options, x->report, err)
       && package_writer_reserve (w, x->descriptor, len, &names, err);
  strings_free (&names);
  return ok;
}

static bool
write_all (struct export *x, struct package_writer *w, const struct appliance *original,
           struct ovf_error **err)
{
  CLEANUP_FREE char *text = NULL;
  size_t len = 0;

  return reserve (x, w, err) && write_entries (x, w, original, err)
         && (!x->box || vagrant_virtualbox (w, &x->model->machines.ptr[0], err))
         && source_settle (x->source, err)
         && descriptor_text (x, &text, &len, NULL, err)
         && package_writer_descriptor (w, text, len, err)
         && package_writer_finish (w, err) && strict_check (x->options, x->report, err)
         && package_writer_commit (w, err);
}

/* ---- the whole ----------------------------------------------------------------------- */
static bool
trust_all (struct export *x, struct ovf_error **err)
{
  size_t n = x->model->files.len;
  CLEANUP_FREE size_t *used = xcalloc (n, sizeof *used);

  for (size_t i = 0; i < n; i++)
    used[i] = i;
  return source_trust (x->source, used, n, x->report, err);
}

static bool
make_signer (struct export *x, struct signer **ret, struct ovf_error **err)
{
  struct signer_settings settings = {
    .key = option_text (x->options, OPT_SIGN_KEY),
    .cert = option_text (x->options, OPT_SIGN_CERT),
    .passin = option_text (x->options, OPT_PASSIN),
    .command = option_text (x->options, OPT_SIGN_COMMAND)
  };

  *ret = NULL;
  if (settings.key == NULL && settings.cert == NULL && settings.command == NULL)
    return true;
  if (x->algorithm == DIGEST_NONE)
    return error_set (err, OVF_E_USAGE, "without a manifest there is nothing to sign");
  *ret = signer_new (x->source->ctx, &settings, x->report, err);
  return *ret != NULL;
}

/* What the numbers of the source were, while the model gets new ones. */
static struct appliance *
remember (const struct appliance *a)
{
  struct appliance *o = appliance_new (a->kind);

  VECTOR_FOR (f, &a->files)
    *appliance_add_file (o, NULL, NULL) = (struct file_ref){
      .size = f->size, .chunk_size = f->chunk_size, .compression = f->compression };
  VECTOR_FOR (d, &a->disks) {
    struct disk *copy = appliance_add_disk (o);
    copy->capacity = d->capacity;
    copy->format = d->format;
  }
  return o;
}

static bool
run (struct export *x, const struct signer *signer, char **ret_json, struct ovf_error **err)
{
  struct package_target target = {
    .form = x->form, .path = x->path, .base = x->base,
    .force = option_flag (x->options, OPT_FORCE),
    .algorithm = x->algorithm, .chunk_size = x->chunk_size, .signer = signer,
    .want_sha256 = option_flag (x->options, OPT_JSON)
  };
  CLEANUP (appliance) struct appliance *original = remember (x->model);
  CLEANUP (package_writer) struct package_writer *w = NULL;
  json_t *result;

  plan_entries (x);
  VECTOR_FOR (d, &x->model->disks)
    if (d->file != NO_INDEX && !(d->format && strcmp (d->format, "iso") == 0)) {
      d->format = disk_format_word ("vmdk-stream");
      set_string (&d->format_uri, NULL);
    }
  w = package_writer_new (x->source->ctx, &target, err);
  if (w == NULL || !write_all (x, w, original, err))
    return false;
  result = package_writer_json (w);
  json_object_set_new (result, "start", json_array ());
  *ret_json = result_dump (result);
  return true;
}

/* A package has one kind of disk that everybody reads. */
static bool
check_disk_options (const struct ovf_options *options, struct ovf_error **err)
{
  const char *format = option_text (options, OPT_DISK_FORMAT);

  if (format != NULL && strcmp (format, "vmdk") != 0)
    return error_set (err, OVF_E_USAGE,
                      "the disks of a package are streamOptimized VMDK, not '%s'", format);
  VECTOR_FOR (o, option_list (options, OPT_DISK_OPTION))
    if (!text_equal_nocase (*o, "subformat=streamOptimized"))
      return error_set (err, OVF_E_USAGE,
                        "the disks of a package are streamOptimized VMDK: '%s' is no option "
                        "of theirs", *o);
  return true;
}

bool
pipeline_write_package (struct source *s, const char *target,
                        const struct ovf_options *options, struct ovf_report *report,
                        char **ret_json, struct ovf_error **err)
{
  struct export x = { .source = s, .model = s->appliance, .options = options, .report = report };
  CLEANUP (signer) struct signer *signer = NULL;
  const struct converter *ovf = converter_by_name ("ovf");
  bool ok;

  if (ovf->write == NULL)
    return error_set (err, OVF_E_UNSUPPORTED, "this build cannot write packages");
  if (!check_disk_options (options, err))
    return false;
  default_around_disk (x.model, report);
  if (x.model->machines.len == 0)
    return error_at (err, OVF_E_FORMAT, NULL, x.model->descriptor, 0,
                     "there is no virtual machine in it");
  if (!vagrant_check (x.model, options, &x.box, err))
    return false;
  ok = profile_apply (s->ctx, x.model, options, x.box ? "virtualbox-7" : NULL, report,
                      &x.profile, err)
       && adjust_apply (x.model, NULL, options, report, err)
       && parse_numbers (&x, err) && identity_apply (x.model, NULL, options, err)
       && environment_set_any (x.model, option_list (options, OPT_PROP), report, err)
       && netmap_rename (x.model, option_list (options, OPT_NET), err)
       && (!x.box || vagrant_first_nic (x.model, report)) && settle_target (&x, target, err)
       && make_signer (&x, &signer, err) && trust_all (&x, err)
       && run (&x, signer, ret_json, err);
  export_done (&x);
  return ok;
}

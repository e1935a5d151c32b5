/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `disk info`, `disk check` and `disk convert`: one image, without an
 * appliance around it. */
#include <errno.h>

#include "base/file.h"
#include "base/json.h"
#include "base/output.h"
#include "base/text.h"
#include "pipeline.h"

struct image {
  struct ovf_ctx *ctx;
  const char *path;     /* lent */
  int fd;
  struct blob *blob;
  const struct disk_format *format;
};

static void
image_close (struct image *i)
{
  blob_free (i->blob);
  cleanup_fd (&i->fd);
}

static ssize_t
read_stream (void *opaque, void *buf, size_t n, struct ovf_error **err)
{
  const struct image *i = opaque;

  return file_read_some (i->ctx, i->fd, buf, n, err);
}

/* A file, a block device, or a pipe, which is read once and needs --from. */
static bool
image_open (struct ovf_ctx *ctx, const char *path,
            const struct ovf_options *options, struct image *i,
            struct ovf_error **err)
{
  const char *from = option_text (options, OPT_FROM);
  struct disk_claim claim = { .user = from, .named = true };
  struct stat st;
  uint64_t size;

  memset (i, 0, sizeof *i);
  i->ctx = ctx;
  i->path = path;
  i->fd = file_open_user (path, &st, err);
  if (i->fd < 0)
    return false;
  if (claim.user == NULL)
    claim.user = option_text (options, OPT_FROM_DISK);
  if (S_ISDIR (st.st_mode))
    return error_errno (err, EISDIR, "cannot read '%s'", path);
  if (S_ISREG (st.st_mode) || S_ISBLK (st.st_mode)) {
    if (!file_size (i->fd, &size, err))
      return false;
    i->blob = blob_new_span (path, i->fd, 0, size);
  } else
    i->blob = blob_new_stream (path, BLOB_UNKNOWN, read_stream, i);
  i->format = disk_identify (ctx, i->blob, &claim, err);
  return i->format != NULL;
}

/* ---- info and check ----------------------------------------------------- */
static json_t *
size_json (uint64_t n)
{
  return n > INT64_MAX ? json_null () : json_integer ((json_int_t)n);
}

static json_t *
facts_json (const struct image *i, const struct disk_facts *f, bool ok)
{
  json_t *references = json_array ();
  bool known = f->format != NULL;

  VECTOR_FOR (r, &f->references)
    json_array_append_new (references, json_text (*r));
  return json_pack (
    "{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "path", json_text (i->path),
    "format", known ? f->format : i->format->name, "virtual_size",
    known ? size_json (f->virtual_size) : json_null (), "file_size",
    size_json (blob_size (i->blob)), "allocated",
    known ? size_json (f->allocated) : json_null (), "block_size",
    f->block_size ? json_integer (f->block_size) : json_null (), "compressed",
    known ? json_boolean (f->compressed) : json_null (), "references", references,
    "safe", ok && f->references.len == 0);
}

static bool
needs_file (const struct image *i, struct ovf_error **err)
{
  if (blob_is_seekable (i->blob))
    return true;
  return error_set (err, OVF_E_USAGE, "'%s' is no file that can be looked into",
                    i->path);
}

static bool
inspect (struct ovf_ctx *ctx, const char *path, const struct ovf_options *options,
         bool deep, struct ovf_report *report, char **ret_json,
         struct ovf_error **err)
{
  size_t before = ovf_report_count (report, OVF_WARNING);
  struct disk_facts facts = { 0 };
  struct image i;
  json_t *image;
  bool ok = image_open (ctx, path, options, &i, err) && needs_file (&i, err);

  if (!ok) {
    image_close (&i);
    return false;
  }
  ok = disk_inspect (ctx, i.blob, i.format, deep, &facts, report, err);
  note_sandbox (ctx, report);
  image = facts_json (&i, &facts, ok);
  if (deep) {
    size_t warnings = ovf_report_count (report, OVF_WARNING) - before;

    json_object_set_new (image, "errors", json_integer (!ok));
    json_object_set_new (image, "warnings", json_integer ((json_int_t)warnings));
  }
  *ret_json = result_dump (json_pack ("{s:[o]}", "images", image));
  disk_facts_done (&facts);
  image_close (&i);
  return ok;
}

bool
ovf_disk_info (struct ovf_ctx *ctx, const char *path,
               const struct ovf_options *options, struct ovf_report *report,
               char **ret_json, struct ovf_error **err)
{
  return inspect (ctx, path, options, false, report, ret_json, err);
}

bool
ovf_disk_check (struct ovf_ctx *ctx, const char *path,
                const struct ovf_options *options, struct ovf_report *report,
                char **ret_json, struct ovf_error **err)
{
  return inspect (ctx, path, options, true, report, ret_json, err);
}

/* ---- convert ------------------------------------------------------------ */
static const struct disk_format *
target_format (const char *out, const struct ovf_options *options,
               struct ovf_error **err)
{
  const char *word = option_text (options, OPT_TO);
  const struct disk_format *f;

  if (word == NULL)
    word = option_text (options, OPT_DISK_FORMAT);
  f = word ? disk_format_by_name (word) : disk_format_by_suffix (out);
  if (f == NULL && word != NULL)
    error_set (err, OVF_E_USAGE, "there is no disk format '%s'", word);
  else if (f == NULL) {
    error_set (err, OVF_E_USAGE, "'%s': the suffix names no disk format", out);
    error_hint (err, "say it with --to raw, vmdk, vdi, qcow2, vhd or vhdx");
  }
  return f ? disk_format_written (f, option_list (options, OPT_DISK_OPTION), NULL, err)
           : NULL;
}

static bool
sink_options (const char *base, const struct ovf_options *options,
              struct disk_sink_options *ret, struct ovf_error **err)
{
  const char *level = option_text (options, OPT_COMPRESS);

  memset (ret, 0, sizeof *ret);
  ret->options = option_list (options, OPT_DISK_OPTION);
  ret->id = ret->name = base;
  return level == NULL || parse_unsigned (level, 1, 9, &ret->level) ||
         error_set (err, OVF_E_USAGE, "--compress takes 1 to 9, not '%s'", level);
}

/* What was written; hex is "" where its parts were written in no order. */
struct written {
  uint64_t size;
  char hex[DIGEST_HEX];
};

static bool
copy (struct ovf_ctx *ctx, struct image *in, const struct disk_reach *reach,
      const struct disk_format *to, int fd, struct digest *digest,
      const struct disk_sink_options *options, struct written *ret,
      struct ovf_error **err)
{
  CLEANUP (disk_source) struct disk_source *source =
    disk_source_reach (ctx, in->blob, in->format, to->sequential, reach, err);
  CLEANUP (disk_sink) struct disk_sink *sink = NULL;
  struct disk_target target = { .fd = fd, .digest = to->sequential ? digest : NULL };

  if (source == NULL)
    return false;
  if (source->capacity == UINT64_MAX)
    return error_set (err, OVF_E_UNSUPPORTED, "'%s': a raw disk of unknown size "
                      "cannot be read from a pipe", in->path);
  sink = disk_sink_new (ctx, to, &target, source->capacity, options, err);
  if (sink == NULL || !disk_copy (ctx, source, sink, in->path, err))
    return false;
  ret->size = sink->written;
  if (to->sequential)
    digest_hex (digest, DIGEST_SHA256, ret->hex);
  return true;
}

static bool
convert (struct ovf_ctx *ctx, struct image *in, const char *out,
         const struct ovf_options *options, struct ovf_report *report,
         char **ret_json, struct ovf_error **err)
{
  const struct disk_format *to = target_format (out, options, err);
  CLEANUP_FREE char *base = path_base (out), *folder = path_dir (in->path), *path = NULL;
  struct disk_reach reach = { folder, option_list (options, OPT_ALLOW),
                              option_flag (options, OPT_FOLLOW_BACKING) };
  struct disk_sink_options o;
  struct output *output;
  struct digest *digest;
  struct written written = { 0 };
  json_t *files;
  bool ok;

  if (to == NULL || !sink_options (base, options, &o, err))
    return false;
  if (output_is_same (out, in->fd))
    return error_set (err, OVF_E_USAGE, "'%s' would be written over itself", out);
  output = output_new_file (ctx, out, option_flag (options, OPT_FORCE), err);
  if (output == NULL)
    return false;
  digest = digest_new (DIGEST_SHA256);
  ok = copy (ctx, in, &reach, to, output_fd (output), digest, &o, &written, err) &&
       strict_check (options, report, err) && output_commit (output, err);
  path = output_path (output, NULL);
  output_free (output);
  digest_free (digest);
  if (!ok)
    return false;
  files = json_array ();
  result_file (files, path, ROLE_DISK, written.size, written.hex);
  *ret_json = result_written (path, files);
  return true;
}

bool
ovf_disk_convert (struct ovf_ctx *ctx, const char *in, const char *out,
                  const struct ovf_options *options, struct ovf_report *report,
                  char **ret_json, struct ovf_error **err)
{
  struct image i;
  bool ok = image_open (ctx, in, options, &i, err) &&
            convert (ctx, &i, out, options, report, ret_json, err);

  note_sandbox (ctx, report);
  image_close (&i);
  return ok;
}

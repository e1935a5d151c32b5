/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovf_unpack: the members of a package into a folder, each compared with the
 * manifest while it is written; the folder appears when all of them match. */
#include <errno.h>
#include <jansson.h>
#include <unistd.h>

#include "base/file.h"
#include "base/output.h"
#include "base/text.h"
#include "pipeline.h"

#define COPY_BUFFER (256u << 10)
#define HOLE (64u << 10) /* zeros of this many bytes, aligned, are not written */

struct unpack {
  struct source *source;
  struct package *package;
  struct output *out;
  uint64_t done, total; /* bytes, for progress; total 0 = not known */
};

/* ---- one file ---------------------------------------------------------- */
/* The file is new, so what is skipped reads as zeros. */
static bool
write_data (int fd, const char *buf, size_t n, uint64_t at, struct ovf_error **err)
{
  while (n > 0) {
    size_t piece = HOLE - at % HOLE < n ? HOLE - at % HOLE : n;
    if (!is_zero (buf, piece) && !file_pwrite (fd, buf, piece, at, err))
      return false;
    buf += piece;
    n -= piece;
    at += piece;
  }
  return true;
}

static bool
copy_blob (struct unpack *u, struct blob *b, int fd, struct ovf_error **err)
{
  struct ovf_ctx *ctx = u->source->ctx;
  CLEANUP_FREE char *buf = xmalloc (COPY_BUFFER);
  uint64_t at = 0;
  ssize_t n;

  while ((n = blob_read (b, buf, COPY_BUFFER, err)) > 0) {
    if (!ctx_alive (ctx, err) || !write_data (fd, buf, (size_t)n, at, err))
      return false;
    at += (uint64_t)n;
    u->done += (uint64_t)n;
    ctx_progress (ctx, blob_name (b), u->done, u->total);
  }
  if (n < 0)
    return false;
  if (ftruncate (fd, (off_t)at) != 0)
    return error_errno (err, errno, "cannot write");
  return true;
}

static bool
unpack_member (struct unpack *u, const char *name, struct ovf_error **err)
{
  struct blob *b = package_member (u->package, name, err);
  int fd = b != NULL ? output_create (u->out, name, false, err) : -1;
  bool ok = fd >= 0 && (copy_blob (u, b, fd, err) || error_prefix (err, "%s", name))
            && package_blob_done (u->package, b, err);

  blob_free (b);
  return ok;
}

/* ---- all of them ---------------------------------------------------------- */
static enum file_role
role_of (const struct unpack *u, const char *name)
{
  const struct appliance *a = u->source->appliance;
  const char *manifest = package_manifest_name (u->package);
  const char *certificate = package_certificate_name (u->package);

  if (strcmp (name, package_descriptor_name (u->package)) == 0)
    return ROLE_DESCRIPTOR;
  if (manifest != NULL && strcmp (name, manifest) == 0)
    return ROLE_MANIFEST;
  if (certificate != NULL && strcmp (name, certificate) == 0)
    return ROLE_CERTIFICATE;
  VECTOR_FOR (d, &a->disks)
    if (d->file != NO_INDEX && member_is_of (name, a->files.ptr[d->file].href))
      return ROLE_DISK;
  return ROLE_FILE;
}

static bool
is_part (enum file_role role)
{
  return role == ROLE_DESCRIPTOR || role == ROLE_MANIFEST || role == ROLE_CERTIFICATE;
}

static bool
unpack_files (struct unpack *u, struct ovf_error **err)
{
  struct ovf_error *end = NULL;
  const char *next;

  if (package_form (u->package) != PACKAGE_PIPE) {
    for (size_t i = 0; i < package_members (u->package)->len; i++) {
      const char *name = package_members (u->package)->ptr[i].name;
      if (!is_part (role_of (u, name)) && !unpack_member (u, name, err))
        return false;
    }
    return true;
  }
  while ((next = package_next (u->package, &end)) != NULL) {
    CLEANUP_FREE char *name = xstrdup (next); /* the list moves as it grows */
    if (!unpack_member (u, name, err))
      return false;
  }
  return end == NULL || error_move (err, &end);
}

/* The three that are in memory; the descriptor appears last. */
static bool
unpack_parts (struct unpack *u, struct ovf_error **err)
{
  size_t len;
  const char *text;

  text = package_manifest (u->package, &len);
  if (text != NULL
      && !output_write_text (u->out, package_manifest_name (u->package), true, text, len, err))
    return false;
  text = package_certificate (u->package, &len);
  if (text != NULL
      && !output_write_text (u->out, package_certificate_name (u->package), true, text, len, err))
    return false;
  text = package_descriptor (u->package, &len);
  return output_write_text (u->out, package_descriptor_name (u->package), true, text, len, err);
}

/* ---- the result ------------------------------------------------------------- */
static const char *
sum_of (const struct unpack *u, const char *name, enum file_role role,
        char hex[DIGEST_HEX])
{
  size_t len;
  const char *text = role == ROLE_DESCRIPTOR  ? package_descriptor (u->package, &len)
                     : role == ROLE_MANIFEST ? package_manifest (u->package, &len)
                                             : package_certificate (u->package, &len);

  if (!is_part (role))
    return package_digest (u->package, name, DIGEST_SHA256);
  digest_of (DIGEST_SHA256, text, len, hex);
  return hex;
}

static char *
result_json (const struct unpack *u)
{
  json_t *files = json_array ();
  CLEANUP_FREE char *target = output_path (u->out, NULL);
  char hex[DIGEST_HEX];

  VECTOR_FOR (m, package_members (u->package)) {
    CLEANUP_FREE char *path = output_path (u->out, m->name);
    enum file_role role = role_of (u, m->name);
    result_file (files, path, role, m->size, sum_of (u, m->name, role, hex));
  }
  return result_written (target, files);
}

/* ---- the operation -------------------------------------------------------------- */
static uint64_t
bytes_of (const struct package *p)
{
  uint64_t sum = 0;

  VECTOR_FOR (m, package_members (p))
    if (__builtin_add_overflow (sum, m->size, &sum))
      return UINT64_MAX;
  return sum;
}

static char *
default_target (const struct source *s)
{
  CLEANUP_FREE char *base = NULL, *stem = NULL;

  if (!http_is_url (s->path))
    return path_stem (strcmp (s->path, "-") == 0 ? package_descriptor_name (s->package)
                                                 : s->path);
  base = http_base (s->path);
  stem = path_stem (*base != '\0' ? base : package_descriptor_name (s->package));
  return text_file_base (stem);
}

static bool
unpack_all (struct unpack *u, struct ovf_report *report, struct ovf_error **err)
{
  struct trust_policy policy = trust_policy_of (u->source->options);
  bool pipe = package_form (u->package) == PACKAGE_PIPE;
  strings hrefs = { 0 };
  bool ok = source_references (u->source, &hrefs, err);

  u->total = pipe ? 0 : bytes_of (u->package);
  package_tap (u->package, DIGEST_SHA256);
  ok = ok && (pipe || package_whole (u->package, &hrefs, err))
       && package_trust (u->package, &policy, NULL, report, err)
       && output_space (u->out, u->total, err) && unpack_files (u, err)
       && package_settle (u->package, err)
       && (!pipe || package_whole (u->package, &hrefs, err)) && unpack_parts (u, err)
       && output_commit (u->out, err);
  strings_free (&hrefs);
  return ok;
}

static bool
unpack (struct ovf_ctx *ctx, const char *path, const char *target,
        const struct ovf_options *options, struct ovf_report *report,
        char **ret_json, struct ovf_error **err)
{
  CLEANUP (source) struct source *s
    = source_open_package (ctx, path, options, report, err);
  CLEANUP_FREE char *folder = NULL, *base = NULL;
  struct unpack u = { .source = s };
  bool ok;

  if (s == NULL)
    return false;
  u.package = s->package;
  folder = target != NULL ? xstrdup (target) : default_target (s);
  base = path_stem (package_descriptor_name (s->package));
  u.out = output_new_dir (ctx, folder, base, option_flag (options, OPT_FORCE), err);
  if (u.out == NULL)
    return false;
  ok = unpack_all (&u, report, err);
  if (ok)
    *ret_json = result_json (&u);
  output_free (u.out);
  return ok;
}

bool
ovf_unpack (struct ovf_ctx *ctx, const char *path, const char *target,
            const struct ovf_options *options, struct ovf_report *report,
            char **ret_json, struct ovf_error **err)
{
  struct ovf_report *all = ovf_report_new ();
  bool ok;

  *ret_json = NULL;
  ok = unpack (ctx, path, target, options, all, ret_json, err);
  report_of_package (all, report);
  ovf_report_free (all);
  return ok;
}

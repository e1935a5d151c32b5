/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing a package again; see rewrite.h.  To a new place every member is
 * copied; in a folder that is changed in place the disks stay where they are
 * and are only read, for their digests. */
#include "rewrite.h"

#include <errno.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/output.h"
#include "base/text.h"

/* ---- members --------------------------------------------------------- */

static bool
same (const char *a, const char *b)
{
  return a && b && strcmp (a, b) == 0;
}

/* "disk.vmdk" and its chunks, "disk.vmdk.000000003". */
static bool
is_of (const char *name, const char *href)
{
  size_t n = strlen (href);

  return strncmp (name, href, n) == 0
         && (name[n] == '\0'
             || (name[n] == '.' && strlen (name + n) == 10
                 && strspn (name + n + 1, "0123456789") == 9));
}

static bool
is_copied (const struct rewrite *w, const char *name)
{
  const struct package *p = w->package;

  if (same (name, package_descriptor_name (p))
      || same (name, package_manifest_name (p))
      || same (name, package_certificate_name (p)))
    return false;
  VECTOR_FOR (href, &w->drop)
    if (is_of (name, *href))
      return false;
  return true;
}

/* A member, or a file that is made of some. */
struct part {
  const char *name;            /* in the new package; lent */
  const struct remake *remake; /* or NULL */
  size_t place;                /* in References */
  size_t at;                   /* among the members */
  uint64_t size;
};
DEFINE_VECTOR (parts, struct part)

static int
by_place (const void *a, const void *b)
{
  const struct part *x = a, *y = b;

  if (x->place != y->place)
    return (x->place > y->place) - (x->place < y->place);
  return (x->at > y->at) - (x->at < y->at);
}

struct named {
  const char *href;
  size_t place;
};

static int
by_href (const void *a, const void *b)
{
  const struct named *x = a, *y = b;

  return strcmp (x->href, y->href);
}

/* Where its file stands in References; behind them all if nowhere. */
static size_t
place_of (const struct named *sorted, size_t n, const char *name)
{
  CLEANUP_FREE char *href = xstrdup (name);
  struct named key = { .href = href };
  const struct named *found
    = n ? bsearch (&key, sorted, n, sizeof *sorted, by_href) : NULL;
  char *dot = strrchr (href, '.');

  if (found == NULL && n && dot && strlen (dot) == 10
      && strspn (dot + 1, "0123456789") == 9) { /* a chunk */
    *dot = '\0';
    found = bsearch (&key, sorted, n, sizeof *sorted, by_href);
  }
  return found ? found->place : SIZE_MAX;
}

static const struct remake *
remake_at (const struct rewrite *w, size_t place)
{
  VECTOR_FOR (m, &w->remakes)
    if (place == (size_t)(m->from - w->refs.ptr))
      return m;
  return NULL;
}

/* What is copied, in the order of References, then what they do not name. */
static void
list_parts (const struct rewrite *w, parts *ret)
{
  const members *all = package_members (w->package);
  CLEANUP_FREE struct named *names = xcalloc (w->refs.len + 1, sizeof *names);

  for (size_t i = 0; i < w->refs.len; i++)
    names[i] = (struct named){ w->refs.ptr[i].href, i };
  if (w->refs.len)
    qsort (names, w->refs.len, sizeof *names, by_href);
  for (size_t i = 0; i < all->len; i++) {
    const struct member *m = &all->ptr[i];
    size_t place = place_of (names, w->refs.len, m->name);

    if (is_copied (w, m->name) && remake_at (w, place) == NULL)
      *parts_add (ret) = (struct part){ m->name, NULL, place, i, m->size };
  }
  VECTOR_FOR (m, &w->remakes)
    *parts_add (ret) = (struct part){ m->name, m, (size_t)(m->from - w->refs.ptr), 0, 0 };
  if (ret->len)
    qsort (ret->ptr, ret->len, sizeof *ret->ptr, by_place);
}

static enum file_role
role_of (const struct rewrite *w, const char *name)
{
  static const char *const suffixes[]
    = { ".vmdk", ".vmdk.gz", ".vdi", ".qcow2", ".vhd", ".vhdx", ".raw", ".img" };

  VECTOR_FOR (r, &w->refs)
    for (size_t i = 0; i < ARRAY_SIZE (suffixes) && is_of (name, r->href); i++)
      if (text_has_suffix (r->href, suffixes[i]))
        return ROLE_DISK;
  return ROLE_FILE;
}

/* One member through its digest, into the writer if there is one. */
static bool
pass_member (struct rewrite *w, struct package_writer *out, const char *name,
             struct ovf_error **err)
{
  struct blob *b = package_member (w->package, name, err);
  bool ok;

  if (b == NULL)
    return false;
  ok = (out == NULL
        || (package_writer_begin (out, name, role_of (w, name), err)
            && package_writer_copy (out, b, err)
            && package_writer_end (out, BLOB_UNKNOWN, NULL, err)))
       && package_blob_done (w->package, b, err);
  blob_free (b);
  return ok;
}

bool
rewrite_image (struct rewrite *w, struct blob *b, append_fn *append, void *opaque,
               struct ovf_error **err)
{
  struct disk_claim claim = { .named = false };
  const struct disk_format *format = disk_identify (w->ctx, b, &claim, err);
  struct disk_target target = { .fd = -1, .append = append, .opaque = opaque };
  CLEANUP (disk_source) struct disk_source *source
    = format ? disk_source_new (w->ctx, b, format, true, err) : NULL;
  CLEANUP (disk_sink) struct disk_sink *sink
    = source ? disk_sink_new (w->ctx, format, &target, source->capacity, NULL, err)
             : NULL;

  return sink && disk_copy (w->ctx, source, sink, blob_name (b), err);
}

/* The same for one that is made of its members. */
static bool
pass_remake (struct rewrite *w, struct package_writer *out, const struct part *part,
             struct ovf_error **err)
{
  const struct reference *r = part->remake->from;
  struct blob *b = package_blob (w->package, r->href, r->chunk_size,
                                 r->chunk_size ? r->size : BLOB_UNKNOWN, err);
  struct blob *plain
    = b && r->gzip ? blob_new_gunzip (b, ctx_limit (w->ctx, LIMIT_CAPACITY)) : b;
  bool ok = b && package_writer_begin (out, part->name, role_of (w, r->href), err)
            && (part->remake->image
                  ? rewrite_image (w, plain, package_writer_append, out, err)
                  : package_writer_copy (out, plain, err))
            && package_writer_end (out, BLOB_UNKNOWN, NULL, err)
            && package_blob_done (w->package, b, err);

  if (plain != b)
    blob_free (plain);
  blob_free (b);
  return ok;
}

/* ---- to a new place -------------------------------------------------- */

static void
keep_parts (struct rewrite *w, struct package_writer *out)
{
  size_t mf_len = 0, cert_len = 0;
  const char *mf = package_manifest (w->package, &mf_len), *cert = NULL;

  if (w->keep_certificate)
    cert = package_certificate (w->package, &cert_len);
  package_writer_keep (out, mf, mf_len, cert, cert_len);
}

static bool
copy_all (struct rewrite *w, struct package_writer *out, struct ovf_error **err)
{
  strings names = { 0 };
  parts all = { 0 };
  uint64_t total = 0;
  bool ok;

  list_parts (w, &all);
  VECTOR_FOR (part, &all) {
    strings_append (&names, (char *)part->name);
    total += part->size;
  }
  if (w->keep_manifest)
    keep_parts (w, out);
  ok = package_writer_space (out, total + w->descriptor_len, err)
       && package_writer_reserve (out, w->descriptor_name, w->descriptor_len,
                                  &names, err);
  VECTOR_FOR (part, &all)
    ok = ok && (part->remake ? pass_remake (w, out, part, err)
                             : pass_member (w, out, part->name, err));
  free (names.ptr);
  free (all.ptr);
  return ok
         && package_writer_descriptor (out, w->descriptor, w->descriptor_len,
                                       err)
         && package_settle (w->package, err) && package_writer_finish (out, err)
         && strict_check (w->options, w->report, err)
         && package_writer_commit (out, err);
}

static bool
write_copy (struct rewrite *w, char **ret_json, struct ovf_error **err)
{
  CLEANUP_FREE char *base = path_stem (w->descriptor_name);
  struct package_target target
    = { .form = w->form,
        .path = w->target,
        .base = base,
        .force = w->in_place || option_flag (w->options, OPT_FORCE),
        .algorithm = w->algorithm,
        .signer = w->signer,
        .want_sha256 = option_flag (w->options, OPT_JSON),
        .mode = w->mode };
  CLEANUP (package_writer) struct package_writer *out
    = package_writer_new (w->ctx, &target, err);

  if (out == NULL || !copy_all (w, out, err))
    return false;
  *ret_json = result_dump (package_writer_json (out));
  return true;
}

/* ---- in a folder, in place ------------------------------------------- */

/* The new manifest's text, from digests of what was just read. */
static char *
folder_manifest (const struct rewrite *w, size_t *ret_len)
{
  char *text = NULL, hex[DIGEST_HEX];
  FILE *f = open_memstream (&text, ret_len);

  if (f == NULL)
    abort ();
  digest_of (w->algorithm, w->descriptor, w->descriptor_len, hex);
  manifest_write_line (f, w->algorithm, w->descriptor_name, hex);
  VECTOR_FOR (m, package_members (w->package))
    if (is_copied (w, m->name))
      manifest_write_line (f, w->algorithm, m->name,
                           package_digest (w->package, m->name, w->algorithm));
  fclose (f);
  return text;
}

/* One small file of the folder, with the access rights it had. */
static bool
put_part (struct rewrite *w, struct output *out, const char *name,
          enum file_role role, const char *text, size_t len, json_t *files,
          struct ovf_error **err)
{
  CLEANUP_FREE char *path = output_path (out, name);
  char hex[DIGEST_HEX];
  int fd = output_create (out, name, role == ROLE_DESCRIPTOR, err);

  if (fd == -1 || !file_write (fd, text, len, err))
    return false;
  if (w->mode)
    fchmod (fd, w->mode);
  digest_of (DIGEST_SHA256, text, len, hex);
  result_file (files, path, role, len, hex);
  return true;
}

static char *
sibling (const struct rewrite *w, const char *old, const char *suffix)
{
  CLEANUP_FREE char *stem = path_stem (w->descriptor_name);

  return old ? xstrdup (old) : xasprintf ("%s%s", stem, suffix);
}

static bool
put_certificate (struct rewrite *w, struct output *out, const char *mf_name,
                 const char *mf, size_t mf_len, json_t *files,
                 struct ovf_error **err)
{
  CLEANUP_FREE char *name
    = sibling (w, package_certificate_name (w->package), ".cert");
  CLEANUP_FREE char *text = NULL;
  size_t len;

  if (w->signer == NULL)
    return true;
  text = signer_sign (w->signer, mf_name, mf, mf_len,
                      signer_digest (w->algorithm), &len, err);
  return text
         && put_part (w, out, name, ROLE_CERTIFICATE, text, len, files, err);
}

/* Only what changes is written. */
static bool
put_parts (struct rewrite *w, struct output *out, json_t *files,
           struct ovf_error **err)
{
  size_t old_len, mf_len = 0;
  const char *old = package_descriptor (w->package, &old_len);
  const char *kept = package_manifest (w->package, &mf_len);
  CLEANUP_FREE char *made = NULL;
  CLEANUP_FREE char *mf_name
    = sibling (w, package_manifest_name (w->package), ".mf");

  if (!w->keep_manifest && w->algorithm != DIGEST_NONE) {
    made = folder_manifest (w, &mf_len);
    if (!put_part (w, out, mf_name, ROLE_MANIFEST, made, mf_len, files, err))
      return false;
  }
  if (!put_certificate (w, out, mf_name, made ? made : kept, mf_len, files, err))
    return false;
  return (old_len == w->descriptor_len
          && memcmp (old, w->descriptor, old_len) == 0)
         || put_part (w, out, w->descriptor_name, ROLE_DESCRIPTOR,
                      w->descriptor, w->descriptor_len, files, err);
}

/* The new files are in place: what no longer belongs to them goes. */
static bool
remove_leftovers (struct rewrite *w, struct ovf_error **err)
{
  const char *cert = package_certificate_name (w->package);
  CLEANUP_FREE char *path = cert ? path_join (w->target, cert) : NULL;

  if (cert == NULL || w->signer || w->keep_certificate)
    return true;
  if (unlink (path) == -1 && errno != ENOENT)
    return error_errno (err, errno, "cannot remove '%s'", path);
  return true;
}

static bool
change_folder (struct rewrite *w, char **ret_json, struct ovf_error **err)
{
  CLEANUP_FREE char *base = path_stem (w->descriptor_name);
  CLEANUP_FREE char *shown = NULL;
  json_t *files = json_array ();
  struct output *out;
  parts all = { 0 };
  bool ok = true;

  package_tap (w->package, w->algorithm);
  list_parts (w, &all);
  VECTOR_FOR (part, &all)
    ok = ok && pass_member (w, NULL, part->name, err);
  free (all.ptr);
  out = ok ? output_new_dir (w->ctx, w->target, base, true, err) : NULL;
  ok = out && put_parts (w, out, files, err)
       && strict_check (w->options, w->report, err) && output_commit (out, err)
       && remove_leftovers (w, err);
  if (ok) {
    shown = output_path (out, NULL);
    *ret_json = result_written (shown, files);
  } else
    json_decref (files);
  output_free (out);
  return ok;
}

bool
rewrite_run (struct rewrite *w, char **ret_json, struct ovf_error **err)
{
  if (w->in_place && w->form == PACKAGE_DIR)
    return change_folder (w, ret_json, err);
  return write_copy (w, ret_json, err);
}

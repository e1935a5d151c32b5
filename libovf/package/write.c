/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The package writer: entries (one a member) that are streamed and hashed,
 * and slots for the descriptor, manifest and certificate.  In an OVA an entry
 * is a header block, bytes, and padding; in a folder it is a file.  Header
 * blocks are written last: by then all sizes are known, and the archive is
 * never read again. */
#include "package/write-impl.h"

#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define COPY_SIZE (1u << 20)
#define CHUNKS_MAX 999999999u /* nine digits */

const char *
role_word (enum file_role role)
{
  static const char *const words[] = {
    [ROLE_PACKAGE] = "package",
    [ROLE_DESCRIPTOR] = "descriptor",
    [ROLE_CONFIGURATION] = "configuration",
    [ROLE_DISK] = "disk",
    [ROLE_MANIFEST] = "manifest",
    [ROLE_CERTIFICATE] = "certificate",
    [ROLE_FILE] = "file"
  };
  return words[role];
}

bool
writer_is_archive (const struct package_writer *w)
{
  return w->target.form != PACKAGE_DIR;
}

/* ---- the target ------------------------------------------------------ */

/* Modification time of all members (reproducible-builds.org). */
bool
source_date (uint64_t *ret, struct ovf_error **err)
{
  const char *text = getenv ("SOURCE_DATE_EPOCH");

  *ret = 0;
  if (text && *text && !parse_u64 (text, 0, UINT64_C (077777777777), ret))
    return error_set (err, OVF_E_USAGE,
                      "SOURCE_DATE_EPOCH is not a number of seconds: '%s'",
                      text);
  return true;
}

struct package_writer *
package_writer_new (struct ovf_ctx *ctx, const struct package_target *target,
                    struct ovf_error **err)
{
  CLEANUP (package_writer) struct package_writer *w = xcalloc (1, sizeof *w);

  w->ctx = ctx;
  w->target = *target;
  w->target.path = w->path = xstrdup (target->path);
  w->target.base = w->base = xstrdup (target->base);
  w->fd = -1;
  w->descriptor = w->manifest = w->certificate = NO_SLOT;
  if (!source_date (&w->mtime, err))
    return NULL;
  switch (target->form) {
  case PACKAGE_OVA:
    w->out = output_new_file (ctx, target->path, target->force, err);
    if (w->out)
      w->fd = output_fd (w->out);
    if (w->fd != -1 && target->mode)
      fchmod (w->fd, target->mode);
    break;
  case PACKAGE_DIR:
    w->out = output_new_dir (ctx, target->path, target->base, target->force,
                             err);
    break;
  case PACKAGE_PIPE: /* its first bytes depend on the last */
    w->fd = output_scratch (NULL, err);
    break;
  }
  if (w->out == NULL && w->fd == -1)
    return NULL;
  return STEAL (w);
}

void
package_writer_free (struct package_writer *w)
{
  if (w == NULL)
    return;
  if (w->out == NULL && w->fd != -1)
    close (w->fd);
  output_free (w->out);
  digest_free (w->digest);
  VECTOR_FOR (e, &w->entries)
    free (e->name);
  free (w->entries.ptr);
  VECTOR_FOR (f, &w->files)
    free (f->path);
  free (w->files.ptr);
  free (w->kept_manifest);
  free (w->kept_certificate);
  free (w->name);
  free (w->path);
  free (w->base);
  free (w);
}

bool
package_writer_space (struct package_writer *w, uint64_t bytes,
                      struct ovf_error **err)
{
  struct statvfs vfs;

  if (w->out)
    return output_space (w->out, bytes, err);
  if (fstatvfs (w->fd, &vfs) == 0
      && bytes / vfs.f_frsize > (uint64_t)vfs.f_bavail) {
    error_set (err, OVF_E_IO,
               "the archive may need %llu bytes of temporary space, %llu are "
               "free",
               (unsigned long long)bytes,
               (unsigned long long)vfs.f_bavail * vfs.f_frsize);
    return error_hint (err, "TMPDIR names another folder");
  }
  return true;
}

void
package_writer_keep (struct package_writer *w, const char *manifest,
                     size_t manifest_len, const char *certificate,
                     size_t certificate_len)
{
  w->kept_manifest = xstrndup (manifest, manifest_len);
  w->kept_manifest_len = manifest_len;
  if (certificate) {
    w->kept_certificate = xstrndup (certificate, certificate_len);
    w->kept_certificate_len = certificate_len;
  }
}

/* ---- entries --------------------------------------------------------- */

static uint64_t
padded (uint64_t size)
{
  return (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
}

static bool
check_name (struct package_writer *w, const char *name, struct ovf_error **err)
{
  if (!name_check (w->ctx, name, err))
    return false;
  if (!ctx_within (w->ctx, LIMIT_MEMBERS, w->entries.len + 1,
                   "number of files in the package", err))
    return false;
  if (writer_is_archive (w) && !ustar_name_fits (name)) {
    error_set (err, OVF_E_IO, "the name '%s' does not fit into a tar header",
               name);
    return error_hint (err, "at most 100 bytes, or 155 and 100 around a slash");
  }
  VECTOR_FOR (e, &w->entries)
    if (strcmp (e->name, name) == 0)
      return error_set (err, OVF_E_USAGE, "two files are named '%s'", name);
  return true;
}

struct entry *
writer_add_entry (struct package_writer *w, const char *name,
                  enum file_role role, struct ovf_error **err)
{
  struct entry *e;

  if (!check_name (w, name, err))
    return NULL;
  e = entries_add (&w->entries);
  e->name = xstrdup (name);
  e->role = role;
  e->fd = w->fd;
  if (writer_is_archive (w)) {
    e->header = w->end;
    e->data = w->end + TAR_BLOCK;
  }
  return e;
}

bool
writer_close_entry (struct package_writer *w, struct entry *e,
                    struct ovf_error **err)
{
  if (writer_is_archive (w)
      && __builtin_add_overflow (e->data, padded (e->size), &w->end))
    return error_set (err, OVF_E_LIMIT, "the archive becomes too large");
  if (w->digest) {
    if (w->target.algorithm != DIGEST_NONE)
      digest_hex (w->digest, w->target.algorithm, e->digest);
    if (w->target.algorithm == DIGEST_SHA256)
      memcpy (e->sha256, e->digest, sizeof e->sha256);
    else if (w->target.want_sha256)
      digest_hex (w->digest, DIGEST_SHA256, e->sha256);
    digest_free (w->digest);
    w->digest = NULL;
  }
  return true;
}

/* What is hashed of every member. */
static struct digest *
new_digest (const struct package_writer *w)
{
  unsigned mask = w->target.algorithm
                  | (w->target.want_sha256 ? DIGEST_SHA256 : 0);

  return mask ? digest_new (mask) : NULL;
}

/* Reads back what a sink put into place. */
bool
writer_hash (struct package_writer *w, int fd, uint64_t offset, uint64_t size,
            struct digest *digest, struct ovf_error **err)
{
  CLEANUP_FREE uint8_t *buf = xmalloc (COPY_SIZE);

  for (uint64_t done = 0; done < size;) {
    size_t n = size - done < COPY_SIZE ? (size_t)(size - done) : COPY_SIZE;

    if (!ctx_alive (w->ctx, err)
        || !file_pread (fd, buf, n, offset + done, err))
      return false;
    digest_update (digest, buf, n);
    done += n;
  }
  return true;
}

/* ---- files ----------------------------------------------------------- */

/* The entry being written: the last one. */
static struct entry *
current (struct package_writer *w)
{
  return &w->entries.ptr[w->entries.len - 1];
}

static bool
open_part (struct package_writer *w, struct ovf_error **err)
{
  CLEANUP_FREE char *name = NULL;
  struct entry *e;

  if (w->target.chunk_size > 0) {
    if (w->chunk > CHUNKS_MAX)
      return error_set (err, OVF_E_LIMIT, "'%s' has too many chunks", w->name);
    name = xasprintf ("%s.%09u", w->name, w->chunk++);
  }
  e = writer_add_entry (w, name ? name : w->name, w->role, err);
  if (e == NULL)
    return false;
  if (!writer_is_archive (w)) {
    e->fd = output_create (w->out, e->name, false, err);
    if (e->fd == -1)
      return false;
  }
  w->digest = new_digest (w);
  return true;
}

bool
package_writer_begin (struct package_writer *w, const char *name,
                      enum file_role role, struct ovf_error **err)
{
  set_string (&w->name, name);
  w->role = role;
  w->chunk = 0;
  w->total = 0;
  w->placed = false;
  return open_part (w, err);
}

bool
package_writer_append (void *writer, const void *buf, size_t n,
                       struct ovf_error **err)
{
  struct package_writer *w = writer;
  const uint8_t *p = buf;

  while (n > 0) {
    struct entry *e = current (w);
    uint64_t left = w->target.chunk_size ? w->target.chunk_size - e->size
                                         : UINT64_MAX;
    size_t m = n < left ? n : (size_t)left;

    if (m == 0) {
      if (!writer_close_entry (w, e, err) || !open_part (w, err))
        return false;
      continue;
    }
    if (!file_pwrite (e->fd, p, m, e->data + e->size, err))
      return error_prefix (err, "%s", e->name);
    if (w->digest)
      digest_update (w->digest, p, m);
    e->size += m;
    w->total += m;
    p += m;
    n -= m;
  }
  return true;
}

bool
package_writer_copy (struct package_writer *w, struct blob *blob,
                     struct ovf_error **err)
{
  CLEANUP_FREE uint8_t *buf = xmalloc (COPY_SIZE);
  uint64_t size = blob_size (blob);
  ssize_t n;

  while ((n = blob_read (blob, buf, COPY_SIZE, err)) > 0) {
    if (!ctx_alive (w->ctx, err)
        || !package_writer_append (w, buf, (size_t)n, err))
      return false;
    ctx_progress (w->ctx, w->name, blob_tell (blob),
                  size == BLOB_UNKNOWN ? 0 : size);
  }
  return n == 0;
}

bool
package_writer_place (struct package_writer *w, int *ret_fd,
                      uint64_t *ret_offset, struct ovf_error **err)
{
  if (w->target.chunk_size > 0) {
    error_set (err, OVF_E_UNSUPPORTED,
               "a disk of this format cannot be written in chunks");
    return error_hint (err, "leave out --chunk-size, or use vmdk");
  }
  w->placed = true;
  *ret_fd = current (w)->fd;
  *ret_offset = current (w)->data;
  return true;
}

bool
package_writer_end (struct package_writer *w, uint64_t size, uint64_t *ret_size,
                    struct ovf_error **err)
{
  struct entry *e = current (w);

  if (w->placed) {
    e->size = w->total = size;
    if (w->digest
        && !writer_hash (w, e->fd, e->data, size, w->digest, err))
      return false;
  }
  if (ret_size)
    *ret_size = w->total;
  return writer_close_entry (w, e, err);
}

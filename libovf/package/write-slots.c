/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The package writer's slots: descriptor, manifest and certificate, for which
 * room is kept in front of the files, and how an archive ends. */
#include "package/write-impl.h"

#include "base/file.h"
#include "base/json.h"

#include <errno.h>
#include <unistd.h>

#define COPY_SIZE (1u << 20)

/* ---- slots ----------------------------------------------------------- */

static char *
sibling_name (const char *descriptor, const char *suffix)
{
  CLEANUP_FREE char *stem = path_stem (descriptor);

  return xasprintf ("%s%s", stem, suffix);
}

static bool
add_slot (struct package_writer *w, const char *name, enum file_role role,
          uint64_t room, size_t *ret, struct ovf_error **err)
{
  struct entry *e = writer_add_entry (w, name, role, err);

  if (e == NULL)
    return false;
  e->room = e->size = room;
  *ret = w->entries.len - 1;
  return writer_close_entry (w, e, err);
}

static bool
makes_manifest (const struct package_writer *w)
{
  return w->kept_manifest || w->target.algorithm != DIGEST_NONE;
}

static bool
makes_certificate (const struct package_writer *w)
{
  return w->target.signer || w->kept_certificate;
}

static uint64_t
manifest_room (const struct package_writer *w, const char *descriptor,
               const strings *files)
{
  uint64_t room;

  if (w->kept_manifest)
    return w->kept_manifest_len;
  room = manifest_line_length (w->target.algorithm, descriptor);
  VECTOR_FOR (name, files)
    room += manifest_line_length (w->target.algorithm, *name);
  return room;
}

static uint64_t
certificate_room (const struct package_writer *w, const char *manifest)
{
  return w->target.signer ? signer_room (w->target.signer, manifest)
                          : w->kept_certificate_len;
}

bool
package_writer_reserve (struct package_writer *w, const char *descriptor,
                        size_t room, const strings *files,
                        struct ovf_error **err)
{
  CLEANUP_FREE char *mf = sibling_name (descriptor, ".mf");
  CLEANUP_FREE char *cert = sibling_name (descriptor, ".cert");

  if (!add_slot (w, descriptor, ROLE_DESCRIPTOR, room, &w->descriptor, err))
    return false;
  if (w->target.chunk_size > 0 && w->kept_manifest == NULL)
    return true; /* how many chunks is not known: last in the archive */
  if (makes_manifest (w)
      && !add_slot (w, mf, ROLE_MANIFEST, manifest_room (w, descriptor, files),
                    &w->manifest, err))
    return false;
  return !makes_certificate (w)
         || add_slot (w, cert, ROLE_CERTIFICATE, certificate_room (w, mf),
                      &w->certificate, err);
}

/* Fills a slot; what is left of its room becomes blanks.  In a folder a slot
 * is a file of its own length. */
static bool
fill_slot (struct package_writer *w, struct entry *e, const char *text,
           size_t len, struct ovf_error **err)
{
  size_t room = writer_is_archive (w) ? e->room : len;
  CLEANUP_FREE char *bytes = NULL;

  if (len > room)
    return error_set (err, OVF_E_IO,
                      "'%s' has %zu bytes and only %zu are kept for it",
                      e->name, len, room);
  bytes = xmalloc (room + 1);
  memset (bytes, ' ', room);
  memcpy (bytes, text, len);
  if (e->role == ROLE_DESCRIPTOR && len < room)
    bytes[room - 1] = '\n';
  e->size = room;
  digest_of (DIGEST_SHA256, bytes, room, e->sha256);
  if (w->target.algorithm != DIGEST_NONE)
    digest_of (w->target.algorithm, bytes, room, e->digest);
  if (writer_is_archive (w))
    return file_pwrite (e->fd, bytes, room, e->data, err);
  return output_write_text (w->out, e->name, e->role == ROLE_DESCRIPTOR, bytes,
                            room, err);
}

bool
package_writer_descriptor (struct package_writer *w, const char *text,
                           size_t len, struct ovf_error **err)
{
  return fill_slot (w, &w->entries.ptr[w->descriptor], text, len, err);
}

/* ---- the end --------------------------------------------------------- */

/* The manifest's text, allocated. */
static char *
make_manifest (const struct package_writer *w, size_t *ret_len)
{
  const struct entry *first = &w->entries.ptr[w->descriptor];
  char *text = NULL;
  FILE *f;

  if (w->kept_manifest) {
    *ret_len = w->kept_manifest_len;
    return xstrdup (w->kept_manifest);
  }
  f = open_memstream (&text, ret_len);
  if (f == NULL)
    abort ();
  manifest_write_line (f, w->target.algorithm, first->name, first->digest);
  VECTOR_FOR (e, &w->entries)
    if (e->role == ROLE_DISK || e->role == ROLE_FILE)
      manifest_write_line (f, w->target.algorithm, e->name, e->digest);
  fclose (f);
  return text;
}

/* Into its slot, or into a new entry behind the files. */
static bool
put_text (struct package_writer *w, size_t *slot, const char *suffix,
          enum file_role role, const char *text, size_t len,
          struct ovf_error **err)
{
  if (*slot == NO_SLOT) {
    CLEANUP_FREE char *name
      = sibling_name (w->entries.ptr[w->descriptor].name, suffix);

    if (!add_slot (w, name, role, len, slot, err))
      return false;
  }
  return fill_slot (w, &w->entries.ptr[*slot], text, len, err);
}

static bool
put_certificate (struct package_writer *w, const char *manifest, size_t len,
                 struct ovf_error **err)
{
  CLEANUP_FREE char *mf
    = sibling_name (w->entries.ptr[w->descriptor].name, ".mf");
  CLEANUP_FREE char *text = NULL;
  size_t text_len = w->kept_certificate_len;

  if (w->target.signer) {
    text = signer_sign (w->target.signer, mf, manifest, len,
                        signer_digest (w->target.algorithm), &text_len, err);
    if (text == NULL)
      return false;
  }
  return put_text (w, &w->certificate, ".cert", ROLE_CERTIFICATE,
                   text ? text : w->kept_certificate, text_len, err);
}

/* Header blocks, and the two zero blocks that end the archive. */
static bool
put_headers (struct package_writer *w, struct ovf_error **err)
{
  uint8_t block[TAR_BLOCK];

  VECTOR_FOR (e, &w->entries)
    if (!ustar_header (block, e->name, e->size, w->mtime)
        || !file_pwrite (w->fd, block, sizeof block, e->header, err))
      return error_prefix (err, "%s", e->name);
  w->end += 2 * TAR_BLOCK;
  if (ftruncate (w->fd, (off_t)w->end) == -1)
    return error_errno (err, errno, "cannot end the archive");
  return true;
}

static bool
list_archive (struct package_writer *w, struct ovf_error **err)
{
  struct written_file *f = written_files_add (&w->files);
  struct digest *digest;
  char hex[DIGEST_HEX];
  bool ok;

  f->path = w->out ? output_path (w->out, NULL) : xstrdup ("-");
  f->role = ROLE_PACKAGE;
  f->size = w->end;
  if (!w->target.want_sha256)
    return true;
  digest = digest_new (DIGEST_SHA256);
  ok = writer_hash (w, w->fd, 0, w->end, digest, err);
  digest_hex (digest, DIGEST_SHA256, hex);
  memcpy (f->sha256, hex, sizeof f->sha256 - 1);
  digest_free (digest);
  return ok;
}

static void
list_folder (struct package_writer *w)
{
  VECTOR_FOR (e, &w->entries) {
    struct written_file *f = written_files_add (&w->files);

    f->path = output_path (w->out, e->name);
    f->role = e->role;
    f->size = e->size;
    memcpy (f->sha256, e->sha256, sizeof f->sha256 - 1);
  }
}

bool
package_writer_finish (struct package_writer *w, struct ovf_error **err)
{
  CLEANUP_FREE char *manifest = NULL;
  size_t len = 0;

  if (makes_manifest (w)) {
    manifest = make_manifest (w, &len);
    if (!put_text (w, &w->manifest, ".mf", ROLE_MANIFEST, manifest, len, err))
      return false;
  }
  if (makes_certificate (w) && !put_certificate (w, manifest, len, err))
    return false;
  if (!writer_is_archive (w)) {
    list_folder (w);
    return true;
  }
  return put_headers (w, err) && list_archive (w, err);
}

static bool
send_spool (struct package_writer *w, struct ovf_error **err)
{
  CLEANUP_FREE uint8_t *buf = xmalloc (COPY_SIZE);

  for (uint64_t done = 0; done < w->end;) {
    size_t n = w->end - done < COPY_SIZE ? (size_t)(w->end - done) : COPY_SIZE;

    if (!ctx_alive (w->ctx, err) || !file_pread (w->fd, buf, n, done, err)
        || !file_send (w->ctx, STDOUT_FILENO, buf, n, err))
      return false;
    done += n;
  }
  return true;
}

bool
package_writer_commit (struct package_writer *w, struct ovf_error **err)
{
  return w->out ? output_commit (w->out, err) : send_spool (w, err);
}

const written_files *
package_writer_files (const struct package_writer *w)
{
  return &w->files;
}

json_t *
package_writer_json (const struct package_writer *w)
{
  json_t *files = json_array ();
  CLEANUP_FREE char *target
    = w->out ? output_path (w->out, NULL) : xstrdup ("-");

  VECTOR_FOR (f, &w->files)
    json_array_append_new (
      files, json_pack ("{s:o, s:s, s:I, s:o}", "path", json_text (f->path),
                        "role", role_word (f->role), "size",
                        (json_int_t)f->size, "sha256",
                        json_text (*f->sha256 ? f->sha256 : NULL)));
  return json_pack ("{s:o, s:o, s:[]}", "target", json_text (target), "files",
                    files, "start");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of a source as blobs: members of a package, chunks of an XVA,
 * volumes of a live host, files beside a configuration. */
#include "base/file.h"
#include "base/text.h"
#include "libvirt-live.h"

static int
keep_fd (struct source *s, int fd)
{
  s->fds = xrealloc (s->fds, (s->n_fds + 1) * sizeof *s->fds);
  s->fds[s->n_fds++] = fd;
  return fd;
}

/* `--disk-map NAME=FILE`: the user says where a file is.  NAME is what stands
 * in the configuration: "phy:/dev/x" is /dev/x there, and "phy:x" too. */
static const char *
mapped (const struct source *s, const char *href)
{
  VECTOR_FOR (m, option_list (s->options, OPT_DISK_MAP)) {
    const char *eq = strrchr (*m, '='), *name = *m, *plain = href;
    if (strncmp (name, "phy:", 4) == 0 || strncmp (name, "file:", 5) == 0)
      name = strchr (name, ':') + 1;
    if (name != *m && *name != '/' && strncmp (href, "/dev/", 5) == 0)
      plain = href + 5;
    if (eq != NULL && eq >= name && (size_t)(eq - name) == strlen (plain)
        && strncmp (name, plain, strlen (plain)) == 0)
      return eq + 1;
  }
  return NULL;
}

static bool
outside (const struct source *s, const char *href, struct ovf_error **err)
{
  CLEANUP_FREE char *dir = path_dir (href);

  error_at (err, OVF_E_UNSAFE, NULL, s->appliance->descriptor, 0,
            "the file '%s' lies outside the folder of the configuration", href);
  return error_hint (err, "if it may be read: --allow '%s'", dir);
}

/* href beneath one root; *ret_fd stays -1 when it is not. */
static bool
open_in (const char *root, const char *href, int *ret_fd, struct ovf_error **err)
{
  struct ovf_error *problem = NULL;

  *ret_fd = file_open_in_root (root, href, &problem);
  return problem == NULL || error_move (err, &problem);
}

/* "local-lvm:vm-100-disk-0" is no file of this folder. */
static bool
is_volume (const struct source *s, const char *href)
{
  const struct converter *c = converter_by_name (s->appliance->kind);

  return c != NULL && c->names_volumes && *href != '/';
}

/* Something of the host that a disk of the configuration is on. */
static bool
is_device (const struct source *s, const char *href)
{
  VECTOR_FOR (m, &s->appliance->machines)
    VECTOR_FOR (d, &m->drives)
      if (d->disk != NO_INDEX && d->device != NULL && strcmp (d->device, href) == 0)
        return true;
  return false;
}

static bool
refuse_device (const struct source *s, const char *href, const char *what,
               struct ovf_error **err)
{
  error_at (err, OVF_E_UNSAFE, NULL, s->appliance->descriptor, 0,
            "'%s' is a %s, not a file", href, what);
  return error_hint (err, "say where a copy lies: --disk-map '%s=FILE'", href);
}

/* What --disk-map and --allow let in; *ret_fd stays -1 when they say nothing. */
static bool
open_allowed (struct source *s, const char *href, int *ret_fd, struct ovf_error **err)
{
  const char *user = mapped (s, href);

  *ret_fd = -1;
  if (user != NULL) {
    *ret_fd = file_open_user (user, NULL, err);
    return *ret_fd >= 0;
  }
  VECTOR_FOR (root, option_list (s->options, OPT_ALLOW))
    if (!open_in (*root, href, ret_fd, err) || *ret_fd >= 0)
      return *ret_fd >= 0;
  return true;
}

static int
open_beside (struct source *s, const char *href, struct ovf_error **err)
{
  CLEANUP_FREE char *folder = path_join (s->folder, ".");
  int fd = -1;

  if (s->own_files && mapped (s, href) == NULL) {
    CLEANUP_FREE char *path = path_join (s->folder, href);
    return file_open_user (path, NULL, err);
  }
  if (mapped (s, href) == NULL && (is_volume (s, href) || is_device (s, href))) {
    refuse_device (s, href, is_volume (s, href) ? "volume of a storage"
                                                : "device of the host", err);
    return -1;
  }
  if (mapped (s, href) == NULL && (!open_in (folder, href, &fd, err) || fd >= 0))
    return fd;
  if (open_allowed (s, href, &fd, err) && fd < 0)
    outside (s, href, err);
  return fd;
}

char *
source_folder_of (const struct source *s, size_t i)
{
  const char *href = s->appliance->files.ptr[i].href, *user = mapped (s, href);
  CLEANUP_FREE char *path = NULL;

  if (s->package != NULL || s->xva != NULL || (s->live != NULL && user == NULL))
    return NULL;
  path = user ? xstrdup (user) : path_join (s->folder, href);
  return path_dir (path);
}

static struct blob *
blob_of_fd (struct source *s, const char *href, int fd, struct ovf_error **err)
{
  uint64_t size;

  if (fd < 0)
    return NULL;
  keep_fd (s, fd);
  if (!file_size (fd, &size, err))
    return NULL;
  return blob_new_span (href, fd, 0, size);
}

/* Of a live host: a file that the user lets in, or a volume of libvirt. */
static struct blob *
file_of_host (struct source *s, const struct file_ref *f, bool raw, struct ovf_error **err)
{
  struct ovf_error *why = NULL;
  struct blob *blob;
  bool local;
  int fd;

  if (!open_allowed (s, f->href, &fd, err))
    return NULL;
  if (fd >= 0)
    return blob_of_fd (s, f->href, fd, err);
  blob = live_source_blob (s->live, f->href, raw, s->scratch, &local, &why);
  if (blob != NULL)
    return blob;
  if (why != NULL) {
    error_move (err, &why);
    return NULL;
  }
  error_at (err, OVF_E_UNSAFE, NULL, s->appliance->descriptor, 0,
            "'%s' is in no storage pool that libvirt knows", f->href);
  if (*f->href == '/') {
    CLEANUP_FREE char *dir = path_dir (f->href);
    CLEANUP_FREE char *word = text_shell_quote (dir);
    error_hint (err, "'virsh pool-create-as NAME dir --target %s' makes one of its folder%s%s",
                word, local ? "; or, if it may be read: --allow " : "", local ? word : "");
  } else
    error_hint (err, "a copy can be used: --disk-map '%s=FILE'", f->href);
  return NULL;
}

/* Is what files[i] holds said to be raw, or a medium? */
static bool
is_raw (const struct source *s, size_t i)
{
  VECTOR_FOR (d, &s->appliance->disks)
    if (d->file == i)
      return option_text (s->options, OPT_FROM_DISK) == NULL && d->format != NULL
             && strcmp (d->format, "raw") == 0;
  return true;
}

/* Disks alone are in it, and one file is one disk. */
static struct blob *
file_of_xva (struct source *s, size_t file, struct ovf_error **err)
{
  uint64_t size = 0;

  VECTOR_FOR (d, &s->appliance->disks)
    if (d->file == file)
      size = d->capacity;
  return xva_blob (s->xva, s->appliance->files.ptr[file].href, size, err);
}

static struct blob *
stored_blob (struct source *s, size_t i, struct ovf_error **err)
{
  const struct file_ref *f = &s->appliance->files.ptr[i];

  if (s->package != NULL)
    return package_blob (s->package, f->href, f->chunk_size, f->size, err);
  if (s->xva != NULL)
    return file_of_xva (s, i, err);
  if (s->live != NULL)
    return file_of_host (s, f, is_raw (s, i), err);
  return blob_of_fd (s, f->href, open_beside (s, f->href, err), err);
}

bool
source_settle (struct source *s, struct ovf_error **err)
{
  if (s->package != NULL)
    return package_settle (s->package, err);
  return s->xva == NULL || xva_settle (s->xva, err);
}

bool
source_file (struct source *s, size_t i, uint64_t max_plain, struct blob_pair *ret,
             struct ovf_error **err)
{
  const struct file_ref *f = &s->appliance->files.ptr[i];

  ret->plain = NULL;
  ret->stored = stored_blob (s, i, err);
  if (ret->stored == NULL)
    return error_place (err, NULL, s->appliance->descriptor, f->line);
  if (f->compression == COMPRESSION_OTHER) {
    error_at (err, OVF_E_UNSUPPORTED, "OVF-REF-006", s->appliance->descriptor, f->line,
              "'%s' is compressed in a way that is not known here", f->href);
    blob_pair_free (ret);
    return false;
  }
  ret->plain = f->compression == COMPRESSION_GZIP
                 ? blob_new_gunzip (ret->stored, max_plain) : ret->stored;
  return true;
}

void
blob_pair_free (struct blob_pair *p)
{
  if (p->plain != p->stored)
    blob_free (p->plain);
  blob_free (p->stored);
  p->plain = p->stored = NULL;
}

bool
source_file_failed (struct source *s, struct blob_pair *p, struct ovf_error **err)
{
  struct ovf_error *differs = NULL;
  enum ovf_code code = err && *err ? ovf_error_code (*err) : OVF_E_IO;

  if ((code == OVF_E_FORMAT || code == OVF_E_LIMIT) && s->package != NULL
      && !package_blob_done (s->package, p->stored, &differs)
      && ovf_error_code (differs) == OVF_E_INTEGRITY) {
    ovf_error_free (*err);
    *err = STEAL (differs);
  }
  ovf_error_free (differs);
  blob_pair_free (p);
  return false;
}

bool
source_file_done (struct source *s, struct blob_pair *p, struct ovf_error **err)
{
  bool ok;

  /* Inflating to the end first: what follows the image is checked too. */
  if (p->plain != p->stored && !blob_drain (s->ctx, p->plain, err))
    return source_file_failed (s, p, err);
  ok = s->package != NULL ? package_blob_done (s->package, p->stored, err)
                          : s->xva == NULL || xva_blob_done (s->xva, p->stored, err);
  blob_pair_free (p);
  return ok;
}

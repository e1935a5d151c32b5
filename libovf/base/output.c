/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Atomic outputs; see output.h. */
#include "base/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/vector.h"

struct made { /* a file under construction */
  char *name; /* relative to the target folder */
  int fd;
  bool last;
};
DEFINE_VECTOR (mades, struct made)

struct output {
  const struct ovf_ctx *ctx;
  char *target;   /* absolute */
  char *name;     /* of the target in its parent */
  char *partial;  /* ".NAME.partial", in `parent` */
  int parent;     /* where the .partial lies: the parent, or the target folder */
  int dir;        /* the .partial folder; -1 for a single file */
  int lock;       /* descriptor that holds the flock (file or folder) */
  int existing;   /* the target folder when it existed; else -1 */
  bool force, committed, created;
  mades files;
};

/* ---- the .partial ---------------------------------------------------------- */
static bool
remove_tree (int parent, const char *name)
{
  int fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct dirent *e;
  DIR *d;

  if (fd < 0)
    return unlinkat (parent, name, 0) == 0 || errno == ENOENT;
  d = fdopendir (fd);
  if (d == NULL) {
    close (fd);
    return false;
  }
  while ((e = readdir (d)) != NULL)
    if (strcmp (e->d_name, ".") != 0 && strcmp (e->d_name, "..") != 0)
      remove_tree (dirfd (d), e->d_name);
  closedir (d);
  return unlinkat (parent, name, AT_REMOVEDIR) == 0;
}

static bool
busy (const struct output *o, struct ovf_error **err)
{
  return error_set (err, OVF_E_IO, "another run is writing '%s'", o->target);
}

/* Takes what an earlier, killed run left, or fails when a live one holds it. */
static bool
clear_stale (struct output *o, struct ovf_error **err)
{
  int fd = openat (o->parent, o->partial, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

  if (fd < 0 && errno == ENOENT)
    return true;
  if (fd >= 0) {
    bool held = flock (fd, LOCK_EX | LOCK_NB) != 0;
    close (fd);
    if (held)
      return busy (o, err);
  }
  if (!remove_tree (o->parent, o->partial))
    return error_errno (err, errno, "cannot remove the leftover '%s'", o->partial);
  return true;
}

static bool
make_partial (struct output *o, bool folder, struct ovf_error **err)
{
  if (!clear_stale (o, err))
    return false;
  if (folder) {
    if (mkdirat (o->parent, o->partial, 0700) != 0)
      return error_errno (err, errno, "cannot create '%s'", o->target);
    o->created = true;
    o->dir = openat (o->parent, o->partial, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    o->lock = o->dir;
  } else {
    o->lock = openat (o->parent, o->partial,
                      O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    o->created = o->lock >= 0;
  }
  if (o->lock < 0)
    return error_errno (err, errno, "cannot create '%s'", o->target);
  if (flock (o->lock, LOCK_EX | LOCK_NB) != 0)
    return busy (o, err);
  return true;
}

/* ---- making ------------------------------------------------------------------ */
static struct output *
new_output (const struct ovf_ctx *ctx, const char *target, bool force)
{
  struct output *o = xcalloc (1, sizeof *o);

  o->ctx = ctx;
  o->target = path_absolute (target);
  o->name = path_base (o->target);
  o->parent = o->dir = o->lock = o->existing = -1;
  o->force = force;
  return o;
}

static bool
open_parent (struct output *o, struct ovf_error **err)
{
  CLEANUP_FREE char *dir = path_dir (o->target);

  o->parent = dir_open (dir, err);
  return o->parent >= 0;
}

static bool
already_there (const char *what, struct ovf_error **err)
{
  error_set (err, OVF_E_IO, "'%s' exists already", what);
  return error_hint (err, "-f replaces it");
}

static bool
start_file (struct output *o, struct ovf_error **err)
{
  struct stat st;

  if (!open_parent (o, err))
    return false;
  if (fstatat (o->parent, o->name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
    if (!o->force)
      return already_there (o->target, err);
    if (S_ISDIR (st.st_mode))
      return error_set (err, OVF_E_IO, "'%s' is a folder", o->target);
  }
  o->partial = xasprintf (".%s.partial", o->name);
  return make_partial (o, false, err);
}

struct output *
output_new_file (const struct ovf_ctx *ctx, const char *target, bool force,
                 struct ovf_error **err)
{
  struct output *o = new_output (ctx, target, force);

  if (start_file (o, err))
    return o;
  output_free (o);
  return NULL;
}

static bool
start_dir (struct output *o, const char *base, struct ovf_error **err)
{
  if (!open_parent (o, err))
    return false;
  o->existing = openat (o->parent, o->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (o->existing < 0 && errno != ENOENT)
    return error_errno (err, errno, "cannot write into '%s'", o->target);
  o->partial = xasprintf (".%s.partial", o->existing >= 0 ? base : o->name);
  if (o->existing >= 0) {
    close (o->parent);
    o->parent = fcntl (o->existing, F_DUPFD_CLOEXEC, 0);
  }
  return make_partial (o, true, err);
}

struct output *
output_new_dir (const struct ovf_ctx *ctx, const char *target, const char *base,
                bool force, struct ovf_error **err)
{
  struct output *o = new_output (ctx, target, force);

  if (start_dir (o, base, err))
    return o;
  output_free (o);
  return NULL;
}

void
output_free (struct output *o)
{
  if (o == NULL)
    return;
  VECTOR_FOR (m, &o->files) {
    if (m->fd >= 0)
      close (m->fd);
    free (m->name);
  }
  free (o->files.ptr);
  if (o->created && !o->committed)
    remove_tree (o->parent, o->partial);
  if (o->lock >= 0)
    close (o->lock);
  if (o->existing >= 0)
    close (o->existing);
  if (o->parent >= 0)
    close (o->parent);
  free (o->target);
  free (o->name);
  free (o->partial);
  free (o);
}

/* ---- files --------------------------------------------------------------------- */
int
output_fd (struct output *o)
{
  return o->lock;
}

/* The folders of "a/b/c", beneath at. */
static bool
make_folders (int at, const char *name, struct ovf_error **err)
{
  CLEANUP_FREE char *path = xstrdup (name);

  for (char *p = strchr (path, '/'); p != NULL; p = strchr (p + 1, '/')) {
    *p = '\0';
    if (mkdirat (at, path, 0755) != 0 && errno != EEXIST)
      return error_errno (err, errno, "cannot create the folder '%s'", path);
    *p = '/';
  }
  return true;
}

int
output_create (struct output *o, const char *name, bool last,
               struct ovf_error **err)
{
  struct stat st;
  struct made *m;
  int fd;

  if (!name_check (o->ctx, name, err))
    return -1;
  if (o->existing >= 0 && !o->force
      && fstatat (o->existing, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
    CLEANUP_FREE char *path = path_join (o->target, name);
    already_there (path, err);
    return -1;
  }
  if (!make_folders (o->dir, name, err))
    return -1;
  fd = openat (o->dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd < 0) {
    error_errno (err, errno, "cannot create '%s'", name);
    return -1;
  }
  m = mades_add (&o->files);
  m->name = xstrdup (name);
  m->fd = fd;
  m->last = last;
  return fd;
}

bool
output_write_text (struct output *o, const char *name, bool last,
                   const char *text, size_t len, struct ovf_error **err)
{
  int fd = output_create (o, name, last, err);

  if (fd < 0)
    return false;
  return file_write (fd, text, len, err) || error_prefix (err, "'%s'", name);
}

bool
output_executable (struct output *o, const char *name, struct ovf_error **err)
{
  struct stat st;

  VECTOR_FOR (f, &o->files)
    if (strcmp (f->name, name) == 0)
      return (fstat (f->fd, &st) == 0
              && fchmod (f->fd, (st.st_mode | (st.st_mode & 0444) >> 2) & 07777) == 0)
             || error_errno (err, errno, "'%s' cannot be made executable", name);
  return error_set (err, OVF_E_IO, "'%s' was not made", name);
}

char *
output_path (const struct output *o, const char *name)
{
  return name ? path_join (o->target, name) : xstrdup (o->target);
}

bool
output_space (struct output *o, uint64_t bytes, struct ovf_error **err)
{
  struct statvfs v;
  uint64_t free_bytes;

  if (fstatvfs (o->parent, &v) != 0)
    return true; /* cannot be known: writing will tell */
  if (__builtin_mul_overflow ((uint64_t)v.f_bavail, (uint64_t)v.f_frsize, &free_bytes)
      || free_bytes >= bytes)
    return true;
  return error_errno (err, ENOSPC, "'%s' needs %llu bytes, %llu are free",
                      o->target, (unsigned long long)bytes,
                      (unsigned long long)free_bytes);
}

bool
output_is_same (const char *target, int source_fd)
{
  struct stat a, b;

  return stat (target, &a) == 0 && fstat (source_fd, &b) == 0
         && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* ---- without a name --------------------------------------------------------------- */
static const char *
scratch_folder (const char *folder)
{
  const char *user = getenv ("TMPDIR");

  return folder != NULL ? folder : user && *user != '\0' ? user : "/var/tmp";
}

bool
output_scratch_space (const char *folder, char **ret_folder, uint64_t *ret_free)
{
  struct statvfs v;

  *ret_folder = xstrdup (scratch_folder (folder));
  return statvfs (*ret_folder, &v) == 0
         && !__builtin_mul_overflow ((uint64_t)v.f_bavail, (uint64_t)v.f_frsize, ret_free);
}

int
output_scratch (const char *folder, struct ovf_error **err)
{
  const char *dir = scratch_folder (folder);
  CLEANUP_FREE char *path = xasprintf ("%s/.ovftool-XXXXXX", dir);
  int fd = mkostemp (path, O_CLOEXEC);

  if (fd < 0) {
    error_errno (err, errno, "cannot make a temporary file in '%s'", dir);
    if (folder == NULL)
      error_hint (err, "TMPDIR names another folder");
    return -1;
  }
  unlink (path);
  return fd;
}

/* ---- commit ---------------------------------------------------------------------- */
static bool
sync_fd (int fd, const char *name, struct ovf_error **err)
{
  /* EINVAL: a file system without fsync (some FUSE); nothing can be done. */
  if (fsync (fd) != 0 && errno != EINVAL && errno != EROFS)
    return error_errno (err, errno, "cannot write '%s' to the disk", name);
  return true;
}

static bool
rename_into (int from, const char *a, int to, const char *b, bool force,
             struct ovf_error **err)
{
  int r;
#ifdef RENAME_NOREPLACE
  r = renameat2 (from, a, to, b, force ? 0 : RENAME_NOREPLACE);
  if (r != 0 && (errno == EINVAL || errno == ENOSYS))
    r = renameat (from, a, to, b);
#else
  r = renameat (from, a, to, b);
#endif
  if (r != 0 && errno == EEXIST)
    return already_there (b, err);
  if (r != 0)
    return error_errno (err, errno, "cannot rename to '%s'", b);
  return true;
}

/* Into a folder that existed: file by file, the descriptor or configuration
 * last, so that whoever sees it finds everything it names. */
static bool
fill_existing (struct output *o, struct ovf_error **err)
{
  for (int last = 0; last <= 1; last++) {
    VECTOR_FOR (m, &o->files) {
      if (m->last != (bool)last)
        continue;
      if (!make_folders (o->existing, m->name, err)
          || !rename_into (o->dir, m->name, o->existing, m->name, o->force, err))
        return false;
    }
  }
  if (!remove_tree (o->parent, o->partial))
    return error_errno (err, errno, "cannot remove '%s'", o->partial);
  return sync_fd (o->existing, o->target, err);
}

bool
output_commit (struct output *o, struct ovf_error **err)
{
  VECTOR_FOR (m, &o->files)
    if (!sync_fd (m->fd, m->name, err))
      return false;
  if (!ctx_alive (o->ctx, err))
    return false;
  if (o->dir >= 0) {
    mode_t mask = umask (0);
    umask (mask);
    fchmod (o->dir, 0777 & ~mask);
  }
  if (!sync_fd (o->lock, o->name, err))
    return false;
  if (o->existing >= 0) {
    if (!fill_existing (o, err))
      return false;
  } else {
    bool replace = o->force && o->dir < 0;
    if (!rename_into (o->parent, o->partial, o->parent, o->name, replace, err)
        || !sync_fd (o->parent, o->target, err))
      return false;
  }
  o->committed = true;
  return true;
}

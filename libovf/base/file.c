/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files beneath a directory, and files the user names; see file.h. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef HAVE_LINUX_OPENAT2_H
#include <linux/openat2.h>
#endif
#include <linux/fs.h>

#include "base/alloc.h"
#include "base/text.h"

#define MAX_SEGMENTS 8 /* folders in a package: real ones have one or two */

/* ---- names ------------------------------------------------------------- */
static bool
bad_name (const char *name, const char *why, struct ovf_error **err)
{
  return error_at (err, OVF_E_UNSAFE, "OVF-TAR-008", NULL, 0,
                   "the name '%s' %s", name, why);
}

static bool
segment_is (const char *p, size_t n, const char *word)
{
  return n == strlen (word) && memcmp (p, word, n) == 0;
}

static bool
check_segments (const char *name, struct ovf_error **err)
{
  unsigned count = 0;

  for (const char *p = name;;) {
    size_t n = strcspn (p, "/");
    if (n == 0)
      return bad_name (name, "has an empty part", err);
    if (segment_is (p, n, ".") || segment_is (p, n, ".."))
      return bad_name (name, "leads outside or says '.'", err);
    if (++count > MAX_SEGMENTS)
      return bad_name (name, "lies in too many folders", err);
    if (p[n] == '\0')
      return true;
    p += n + 1;
  }
}

bool
name_check (const struct ovf_ctx *ctx, const char *name, struct ovf_error **err)
{
  size_t n = strlen (name);

  if (n == 0)
    return bad_name (name, "is empty", err);
  if (n > ctx_limit (ctx, LIMIT_NAME))
    return ctx_within (ctx, LIMIT_NAME, n, "the length of a file name", err);
  if (*name == '/')
    return bad_name (name, "is absolute", err);
  if (!text_is_utf8 (name, n))
    return bad_name (name, "is not UTF-8", err);
  for (const char *p = name; *p != '\0'; p++) {
    if ((unsigned char)*p < 0x20 || *p == 0x7f)
      return bad_name (name, "holds a control character", err);
    if (*p == '\\')
      return bad_name (name, "holds a backslash", err);
  }
  return check_segments (name, err);
}

/* ---- opening ------------------------------------------------------------ */
int
dir_open (const char *path, struct ovf_error **err)
{
  int fd = open (*path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    error_errno (err, errno, "cannot open the folder '%s'", path);
  return fd;
}

#define MAX_FOUND 100

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

bool
dir_find (int dirfd, const char *suffix, strings *ret, struct ovf_error **err)
{
  int fd = openat (dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  struct dirent *e;

  if (dir == NULL) {
    error_errno (err, errno, "cannot read the folder");
    if (fd >= 0)
      close (fd);
    return false;
  }
  while (ret->len < MAX_FOUND && (e = readdir (dir)) != NULL)
    if (text_has_suffix (e->d_name, suffix))
      strings_append (ret, xstrdup (e->d_name));
  closedir (dir);
  if (ret->len > 1)
    qsort (ret->ptr, ret->len, sizeof *ret->ptr, compare_names);
  return true;
}

/* Component by component with O_NOFOLLOW: for kernels without openat2. */
static int
walk_open (int dirfd, const char *name, int flags)
{
  CLEANUP_FREE char *copy = xstrdup (name);
  char *p = copy, *slash;
  int at = fcntl (dirfd, F_DUPFD_CLOEXEC, 0);

  while (at >= 0 && (slash = strchr (p, '/')) != NULL) {
    int next;
    *slash = '\0';
    next = *p == '\0' || strcmp (p, "..") == 0
             ? (errno = EXDEV, -1)
             : openat (at, p, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    close (at);
    at = next;
    p = slash + 1;
  }
  if (at >= 0) {
    int fd = strcmp (p, "..") == 0 ? (errno = EXDEV, -1)
                                   : openat (at, p, flags | O_NOFOLLOW);
    int saved = errno;
    close (at);
    errno = saved;
    return fd;
  }
  return -1;
}

/* O_NONBLOCK: a FIFO must not hang us before fstat tells what it is. */
static int
open_beneath (int dirfd, const char *name)
{
  const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
#if defined HAVE_LINUX_OPENAT2_H && defined SYS_openat2
  struct open_how how = {
    .flags = (uint64_t)(flags | O_NOFOLLOW),
    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS
  };
  int fd = (int)syscall (SYS_openat2, dirfd, name, &how, sizeof how);

  if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
    return fd;
#endif
  return walk_open (dirfd, name, flags);
}

static int
must_be_regular (int fd, const char *name, struct stat *ret_st,
                 struct ovf_error **err)
{
  struct stat st;

  if (fstat (fd, &st) != 0)
    error_errno (err, errno, "cannot look at '%s'", name);
  else if (!S_ISREG (st.st_mode))
    error_at (err, OVF_E_UNSAFE, "OVF-TAR-008", NULL, 0,
              "'%s' is no regular file", name);
  else {
    if (ret_st != NULL)
      *ret_st = st;
    return fd;
  }
  close (fd);
  return -1;
}

int
file_open_optional (int dirfd, const char *name, struct stat *ret_st,
                    bool *ret_absent, struct ovf_error **err)
{
  int fd = open_beneath (dirfd, name);

  *ret_absent = fd < 0 && errno == ENOENT;
  if (fd >= 0)
    return must_be_regular (fd, name, ret_st, err);
  if (errno == ELOOP || errno == EXDEV || errno == EMLINK)
    error_at (err, OVF_E_UNSAFE, "OVF-TAR-008", NULL, 0,
              "'%s' is a link or leads outside its folder", name);
  else if (!*ret_absent)
    error_errno (err, errno, "cannot open '%s'", name);
  return -1;
}

int
file_open_beneath (int dirfd, const char *name, struct stat *ret_st,
                   struct ovf_error **err)
{
  bool absent;
  int fd = file_open_optional (dirfd, name, ret_st, &absent, err);

  if (absent)
    error_errno (err, ENOENT, "cannot open '%s'", name);
  return fd;
}

int
file_open_in_root (const char *root, const char *name, struct ovf_error **err)
{
  CLEANUP_FREE char *real = path_absolute (root);
  CLEANUP_FREE char *top = *name == '/' ? path_absolute (name) : NULL;
  CLEANUP_FD int dir = -1;
  size_t n = strlen (real);

  if (top != NULL) {
    if (strncmp (top, real, n) != 0 || (top[n] != '/' && strcmp (real, "/") != 0))
      return -1;
    name = top + n + (top[n] == '/');
  }
  dir = dir_open (real, err);
  return dir < 0 ? -1 : file_open_beneath (dir, name, NULL, err);
}

int
file_open_user (const char *path, struct stat *ret_st, struct ovf_error **err)
{
  struct stat st;
  int fd;

  /* A FIFO the user names is meant to be waited for, so no O_NONBLOCK. */
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0 || fstat (fd, &st) != 0) {
    error_errno (err, errno, "cannot open '%s'", path);
    if (fd >= 0)
      close (fd);
    return -1;
  }
  if (S_ISREG (st.st_mode) || S_ISFIFO (st.st_mode) || S_ISBLK (st.st_mode)
      || S_ISDIR (st.st_mode)) {
    if (ret_st != NULL)
      *ret_st = st;
    return fd;
  }
  close (fd);
  error_set (err, OVF_E_IO, "'%s' is neither a file nor a folder", path);
  return -1;
}

int
file_scratch (struct ovf_error **err)
{
  char name[] = "/var/tmp/ovftool-XXXXXX";
  int fd = mkostemp (name, O_CLOEXEC);

  if (fd < 0)
    error_errno (err, errno, "cannot make a scratch file in '/var/tmp'");
  else
    unlink (name);
  return fd;
}

/* ---- reading and writing -------------------------------------------------- */
bool
file_pread (int fd, void *buf, size_t n, uint64_t offset, struct ovf_error **err)
{
  char *p = buf;

  if (offset > INT64_MAX - n)
    return error_set (err, OVF_E_FORMAT, "an offset is beyond any file");
  while (n > 0) {
    ssize_t r = pread (fd, p, n, (off_t)offset);
    if (r < 0 && errno == EINTR)
      continue;
    if (r < 0)
      return error_errno (err, errno, "cannot read");
    if (r == 0)
      return error_set (err, OVF_E_FORMAT, "the file ends early at %llu",
                        (unsigned long long)offset);
    p += r;
    n -= (size_t)r;
    offset += (uint64_t)r;
  }
  return true;
}

bool
file_pwrite (int fd, const void *buf, size_t n, uint64_t offset,
             struct ovf_error **err)
{
  const char *p = buf;

  if (offset > INT64_MAX - n)
    return error_set (err, OVF_E_LIMIT, "the output is larger than a file can be");
  while (n > 0) {
    ssize_t r = pwrite (fd, p, n, (off_t)offset);
    if (r < 0 && errno == EINTR)
      continue;
    if (r <= 0)
      return error_errno (err, r < 0 ? errno : ENOSPC, "cannot write");
    p += r;
    n -= (size_t)r;
    offset += (uint64_t)r;
  }
  return true;
}

void
file_start_writeback (int fd, uint64_t offset, uint64_t n)
{
#ifdef SYNC_FILE_RANGE_WRITE
  if (offset <= INT64_MAX && n <= INT64_MAX - offset)
    (void)sync_file_range (fd, (off_t)offset, (off_t)n, SYNC_FILE_RANGE_WRITE);
#else
  (void)fd, (void)offset, (void)n;
#endif
}

bool
file_write (int fd, const void *buf, size_t n, struct ovf_error **err)
{
  const char *p = buf;

  while (n > 0) {
    ssize_t r = write (fd, p, n);
    if (r < 0 && errno == EINTR)
      continue;
    if (r <= 0)
      return error_errno (err, r < 0 ? errno : ENOSPC, "cannot write");
    p += r;
    n -= (size_t)r;
  }
  return true;
}

bool
file_wait (const struct ovf_ctx *ctx, int fd, bool to_write, struct ovf_error **err)
{
  struct pollfd p = { fd, to_write ? POLLOUT : POLLIN, 0 };

  /* With a limit: a signal may come between the question and poll (), or to
   * another thread. */
  for (;;) {
    int r = poll (&p, 1, 100);
    if (!ctx_alive (ctx, err))
      return false;
    if (r > 0)
      return true;
    if (r < 0 && errno != EINTR)
      return error_errno (err, errno, "cannot wait");
  }
}

bool
file_send (const struct ovf_ctx *ctx, int fd, const void *buf, size_t n,
           struct ovf_error **err)
{
  const uint8_t *p = buf;

  while (n > 0) {
    size_t some = n < PIPE_BUF ? n : PIPE_BUF;
    if (!file_wait (ctx, fd, true, err) || !file_write (fd, p, some, err))
      return false;
    p += some;
    n -= some;
  }
  return true;
}

ssize_t
file_read_some (const struct ovf_ctx *ctx, int fd, void *buf, size_t n,
                struct ovf_error **err)
{
  size_t done = 0;

  while (done < n) {
    ssize_t r;
    if (ctx != NULL && !file_wait (ctx, fd, false, err))
      return -1;
    r = read (fd, (char *)buf + done, n - done);
    if (r < 0 && errno == EINTR)
      continue;
    if (r < 0) {
      error_errno (err, errno, "cannot read");
      return -1;
    }
    if (r == 0)
      break;
    done += (size_t)r;
  }
  return (ssize_t)done;
}

char *
file_read_text (const struct ovf_ctx *ctx, int fd, const char *what,
                enum limit limit, size_t *ret_len, struct ovf_error **err)
{
  CLEANUP_FREE char *text = NULL;
  size_t len = 0, room = 0;
  ssize_t r;

  do {
    if (len + 1 >= room) {
      room = room ? room * 2 : 16384;
      text = xrealloc (text, room);
    }
    r = file_read_some (ctx, fd, text + len, room - len - 1, err);
    if (r < 0) {
      error_prefix (err, "%s", what);
      return NULL;
    }
    len += (size_t)r;
    if (!ctx_within (ctx, limit, len, what, err)
        && error_place (err, NULL, what, 0) == false)
      return NULL;
  } while (r > 0);
  text[len] = '\0';
  *ret_len = len;
  return STEAL (text);
}

bool
file_size (int fd, uint64_t *ret, struct ovf_error **err)
{
  struct stat st;

  if (fstat (fd, &st) != 0)
    return error_errno (err, errno, "cannot look at the file");
  if (S_ISBLK (st.st_mode)) {
    if (ioctl (fd, BLKGETSIZE64, ret) != 0)
      return error_errno (err, errno, "cannot ask the device for its size");
    return true;
  }
  *ret = (uint64_t)st.st_size;
  return true;
}

bool
file_next_data (int fd, uint64_t size, uint64_t *offset, uint64_t *length,
                struct ovf_error **err)
{
  off_t data, hole;

  *length = 0;
  if (*offset >= size)
    return true;
  data = lseek (fd, (off_t)*offset, SEEK_DATA);
  if (data < 0 && errno == ENXIO) {
    *offset = size;
    return true;
  }
  if (data < 0 && (errno == EINVAL || errno == ESPIPE || errno == EOPNOTSUPP)) {
    *length = size - *offset; /* no such thing here: all is data */
    return true;
  }
  if (data < 0)
    return error_errno (err, errno, "cannot look for data");
  if ((uint64_t)data >= size) {
    *offset = size;
    return true;
  }
  hole = lseek (fd, data, SEEK_HOLE);
  if (hole < 0)
    return error_errno (err, errno, "cannot look for a hole");
  *offset = (uint64_t)data;
  *length = ((uint64_t)hole < size ? (uint64_t)hole : size) - (uint64_t)data;
  return true;
}

/* ---- path names ----------------------------------------------------------- */
static size_t
base_at (const char *path)
{
  size_t n = strlen (path);

  while (n > 1 && path[n - 1] == '/')
    n--;
  while (n > 0 && path[n - 1] != '/')
    n--;
  return n;
}

char *
path_dir (const char *path)
{
  size_t n = base_at (path);

  if (n == 0)
    return xstrdup (".");
  while (n > 1 && path[n - 1] == '/')
    n--;
  return xstrndup (path, n);
}

char *
path_base (const char *path)
{
  const char *base = path + base_at (path);
  size_t n = strlen (base);

  if (n == 0 && *path != '\0')
    return xstrdup ("/");
  while (n > 1 && base[n - 1] == '/')
    n--;
  return xstrndup (base, n);
}

char *
path_stem (const char *path)
{
  char *base = path_base (path);
  char *dot = strrchr (base, '.');

  if (dot != NULL && dot != base)
    *dot = '\0';
  return base;
}

char *
path_join (const char *dir, const char *name)
{
  size_t n = strlen (dir);

  if (n == 0 || *name == '/')
    return xstrdup (name);
  return xasprintf ("%s%s%s", dir, dir[n - 1] == '/' ? "" : "/", name);
}

/* The parent must exist (cli.md section 2); where it does not, the name is
 * made absolute as it stands. */
char *
path_absolute (const char *path)
{
  CLEANUP_FREE char *dir = path_dir (path);
  CLEANUP_FREE char *base = path_base (path);
  CLEANUP_FREE char *real = NULL;

  if (strcmp (base, ".") == 0 || strcmp (base, "..") == 0
      || strcmp (base, "/") == 0) {
    real = realpath (path, NULL);
    return real ? STEAL (real) : xstrdup (path);
  }
  real = realpath (dir, NULL);
  return real ? path_join (real, base) : xstrdup (path);
}

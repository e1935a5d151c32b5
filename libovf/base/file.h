/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files.  The only place that opens a name which came from an input; those
 * names are opened beneath a directory descriptor, never through a link, and
 * must be regular files (security.md rows 10 and 11). */
#ifndef OVF_BASE_FILE_H
#define OVF_BASE_FILE_H

#include <sys/stat.h>
#include <sys/types.h>

#include "base/ctx.h"
#include "base/vector.h"

/* The rules for a name inside a package: relative, no empty, "." or ".."
 * segment, no control byte, no backslash, valid UTF-8, at most `name` bytes,
 * at most 8 segments.  A leading "./" must be removed before.  OVF_E_UNSAFE,
 * rule OVF-TAR-008, that quotes the name. */
bool name_check (const struct ovf_ctx *, const char *name, struct ovf_error **err);

/* An open directory; "" is ".".  The name is the user's: links are followed. */
int dir_open (const char *path, struct ovf_error **err);
/* The names in a directory that end in suffix (ASCII, any case), sorted; at
 * most 100 of them. */
bool dir_find (int dirfd, const char *suffix, strings *ret, struct ovf_error **err);
/* A regular file beneath dirfd, read-only; -1 and an error otherwise.  No
 * links, no "..", no other file system's magic links, no blocking on FIFOs. */
int file_open_beneath (int dirfd, const char *name, struct stat *ret_st,
                       struct ovf_error **err);
/* As above; a name that is absent is no error: -1, and *ret_absent is true. */
int file_open_optional (int dirfd, const char *name, struct stat *ret_st,
                        bool *ret_absent, struct ovf_error **err);
/* The same below `root`, a folder, of a name that is relative to it or
 * absolute.  -1 without an error when the absolute name is not below it. */
int file_open_in_root (const char *root, const char *name, struct ovf_error **err);
/* A file the user named: links are followed; regular files, pipes and block
 * devices.  A missing one is OVF_E_IO. */
int file_open_user (const char *path, struct stat *ret_st, struct ovf_error **err);

/* A new file without a name: gone when it is closed. */
int file_scratch (struct ovf_error **err);

/* All n bytes, or an error; reading past the end is OVF_E_FORMAT. */
bool file_pread (int fd, void *buf, size_t n, uint64_t offset, struct ovf_error **err);
bool file_pwrite (int fd, const void *buf, size_t n, uint64_t offset, struct ovf_error **err);
/* Begins to bring what was written to the disk, so that a later fsync () has
 * little to wait for.  Does not wait; no promise. */
void file_start_writeback (int fd, uint64_t offset, uint64_t n);
bool file_write (int fd, const void *buf, size_t n, struct ovf_error **err);
/* The same into what may be a pipe, whose reader may be slow: ends when the
 * context is cancelled. */
bool file_send (const struct ovf_ctx *, int fd, const void *buf, size_t n,
                struct ovf_error **err);
/* Waits until fd can be read, or written: PIPE_BUF bytes of a pipe.  Ends when
 * the context is cancelled, so that a silent peer does not hold up a signal. */
bool file_wait (const struct ovf_ctx *, int fd, bool to_write, struct ovf_error **err);
/* Up to n bytes (less only at the end); -1 on failure.  ctx NULL: waits for
 * ever. */
ssize_t file_read_some (const struct ovf_ctx *ctx, int fd, void *buf, size_t n, struct ovf_error **err);
/* A whole file of at most limit bytes, NUL added behind; a NUL inside is the
 * caller's business.  `what` names it in errors. */
char *file_read_text (const struct ovf_ctx *, int fd, const char *what,
                      enum limit limit, size_t *ret_len, struct ovf_error **err);
/* The size of a regular file or a block device. */
bool file_size (int fd, uint64_t *ret, struct ovf_error **err);

/* The next stretch of data at or after *offset: *offset and *length are set;
 * length 0 at the end.  A file system without SEEK_DATA: all is data. */
bool file_next_data (int fd, uint64_t size, uint64_t *offset, uint64_t *length,
                     struct ovf_error **err);

/* Directory part ("." when none) and last component, freshly allocated. */
char *path_dir (const char *path);
char *path_base (const char *path);
/* The last component without its last suffix ("a/router.ova" -> "router"). */
char *path_stem (const char *path);
char *path_join (const char *dir, const char *name);
/* An absolute form of a path that need not exist yet. */
char *path_absolute (const char *path);

#endif

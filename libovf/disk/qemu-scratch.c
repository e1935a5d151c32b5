/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guest bytes through a confined qemu-img and a raw scratch file that has no
 * name: where this build has no libnbd.  See qemu.h. */
#include "disk/qemu.h"

#ifndef HAVE_LIBNBD

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

struct qemu_disk {
  struct ovf_ctx *ctx;
  struct qemu_target target; /* driver NULL: it is read */
  int raw;
  uint64_t size;
};

/* Quiet programs are taken for dead: -p makes it talk. */
static bool
run (struct ovf_ctx *ctx, const char *const *argv, const struct child_fd *fds, size_t n,
     const struct sandbox_policy *policy, struct ovf_error **err)
{
  struct child_setup setup = { .argv = argv, .policy = policy, .fds = fds, .n_fds = n };
  struct child_result r;
  bool ok;

  if (!child_talk (ctx, &setup, NULL, 0, &r, err))
    return false;
  ok = r.status == 0;
  if (!ok) {
    CLEANUP_FREE char *said = text_trim (r.err_text);
    error_set (err, OVF_E_TOOL, "'qemu-img' failed with status %d%s%s", r.status,
               *said ? ": " : "", said);
  }
  child_result_free (&r);
  return ok;
}

static struct qemu_disk *
new_disk (struct ovf_ctx *ctx, struct ovf_error **err)
{
  struct qemu_disk *d = xcalloc (1, sizeof *d);

  d->ctx = ctx;
  d->raw = file_scratch (err);
  if (d->raw >= 0)
    return d;
  free (d);
  return NULL;
}

struct qemu_disk *
qemu_disk_open (struct ovf_ctx *ctx, const struct qemu_image *q, unsigned workers,
                struct ovf_error **err)
{
  struct qemu_disk *d = new_disk (ctx, err);
  CLEANUP_FREE struct child_fd *fds = xcalloc (q->fds.len + 1, sizeof *fds);
  const char *argv[] = { "qemu-img", "convert", "-p", "-O", "raw", q->json,
                         "/proc/self/fd/3", NULL };
  struct sandbox_policy policy = { .work = q->capacity,
                                   .file_size = q->capacity + SECTOR };

  (void)workers;
  if (d == NULL)
    return NULL;
  fds[0] = (struct child_fd){ d->raw, CHILD_WRITE };
  if (q->fds.len > 0)
    memcpy (fds + 1, q->fds.ptr, q->fds.len * sizeof *fds);
  if (run (ctx, argv, fds, q->fds.len + 1, &policy, err)
      && file_size (d->raw, &d->size, err))
    return d;
  qemu_disk_free (d);
  return NULL;
}

struct qemu_disk *
qemu_disk_create (struct ovf_ctx *ctx, const struct qemu_target *t, unsigned workers,
                  struct ovf_error **err)
{
  struct qemu_disk *d = new_disk (ctx, err);

  (void)workers;
  if (d == NULL)
    return NULL;
  d->target = *t;
  d->size = t->capacity;
  if (ftruncate (d->raw, (off_t)t->capacity) == 0)
    return d;
  error_errno (err, errno, "cannot set the size of the scratch file");
  qemu_disk_free (d);
  return NULL;
}

uint64_t
qemu_disk_size (const struct qemu_disk *d)
{
  return d->size;
}

bool
qemu_disk_next_data (struct qemu_disk *d, uint64_t *offset, uint64_t *length,
                     struct ovf_error **err)
{
  return file_next_data (d->raw, d->size, offset, length, err);
}

bool
qemu_disk_read (struct qemu_disk *d, unsigned worker, void *buf, size_t n,
                uint64_t offset, struct ovf_error **err)
{
  (void)worker;
  return file_pread (d->raw, buf, n, offset, err);
}

bool
qemu_disk_write (struct qemu_disk *d, unsigned worker, const void *buf, size_t n,
                 uint64_t offset, struct ovf_error **err)
{
  (void)worker;
  return file_pwrite (d->raw, buf, n, offset, err);
}

bool
qemu_disk_finish (struct qemu_disk *d, struct ovf_error **err)
{
  const struct qemu_target *t = &d->target;
  const char *argv[] = { "qemu-img", "convert", "-p", "-f", "raw", "-O", t->driver,
                         "/proc/self/fd/4", "/proc/self/fd/3",
                         t->options ? "-o" : NULL, t->options, NULL };
  struct child_fd fds[] = { { t->fd, CHILD_WRITE }, { d->raw, CHILD_READ } };
  struct sandbox_policy policy = { .work = t->capacity,
                                   .file_size = qemu_file_limit (t->capacity) };

  return t->driver == NULL || run (d->ctx, argv, fds, 2, &policy, err);
}

void
qemu_disk_free (struct qemu_disk *d)
{
  if (d == NULL)
    return;
  if (d->raw >= 0)
    close (d->raw);
  free (d);
}

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guest bytes through a confined qemu-nbd: a connection for the calling thread
 * and one for each worker, made before the helper runs.  See qemu.h. */
#include "disk/qemu.h"

#ifdef HAVE_LIBNBD

#include <libnbd.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 9u     /* workers beyond that share */
#define EXTENTS_SPAN (UINT64_C (1) << 31)
#define WORK_RATIO 20u         /* guest bytes that a byte of a file may be */

struct connection {
  struct nbd_handle *nbd;
  pthread_mutex_t lock;
};
struct extent {
  uint64_t offset, length;
  bool data;
};
DEFINE_VECTOR (extents, struct extent)
struct qemu_disk {
  struct ovf_ctx *ctx;
  struct child *child;
  struct connection connections[CONNECTIONS_MAX];
  unsigned n;
  bool writable;
  uint64_t size;
  extents extents;      /* the last answer */
  size_t extent;        /* of those, the one at hand */
};

/* ---- waiting -------------------------------------------------------------- */
static uint64_t
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* The helper refused, or is gone: its own words say more than ours. */
static bool
broken (struct qemu_disk *d, const struct connection *c, const char *what,
        struct ovf_error **err)
{
  const struct timespec moment = { 0, 10000000 };
  bool gone = nbd_aio_is_dead (c->nbd) > 0 || nbd_aio_is_closed (c->nbd) > 0;
  CLEANUP_FREE char *words = NULL;

  /* A connection ends a moment before its process does. */
  for (unsigned i = 0; gone && i < 100 && !child_ended (d->child); i++)
    nanosleep (&moment, NULL);
  words = gone ? child_words (d->child)
               : xstrdup (nbd_get_error () ? nbd_get_error () : "no reason is given");
  return error_set (err, OVF_E_TOOL, "'qemu-nbd' cannot %s: %s", what, words);
}

/* One step towards what is waited for. */
static bool
step (struct qemu_disk *d, struct connection *c, uint64_t begin, const char *what,
      struct ovf_error **err)
{
  if (!ctx_alive (d->ctx, err))
    return false;
  if (now () - begin >= ctx_limit (d->ctx, LIMIT_HELPER_SILENCE) * 1000)
    return error_set (err, OVF_E_TOOL, "'qemu-nbd' has done nothing for too long");
  return nbd_poll (c->nbd, 100) >= 0 || broken (d, c, what, err);
}

static bool
complete (struct qemu_disk *d, struct connection *c, int64_t cookie, const char *what,
          struct ovf_error **err)
{
  uint64_t begin = now ();
  int r;

  if (cookie < 0)
    return broken (d, c, what, err);
  while ((r = nbd_aio_command_completed (c->nbd, (uint64_t)cookie)) == 0)
    if (!step (d, c, begin, what, err))
      return false;
  return r > 0 || broken (d, c, what, err);
}

/* ---- life ----------------------------------------------------------------- */
static bool
greet (struct qemu_disk *d, struct connection *c, int fd, struct ovf_error **err)
{
  uint64_t begin = now ();

  c->nbd = nbd_create ();
  if (c->nbd == NULL) {
    close (fd);
    return error_set (err, OVF_E_TOOL, "libnbd: %s", nbd_get_error ());
  }
  nbd_add_meta_context (c->nbd, LIBNBD_CONTEXT_BASE_ALLOCATION);
  if (nbd_aio_connect_socket (c->nbd, fd) < 0)
    return broken (d, c, "open the image", err);
  while (!nbd_aio_is_ready (c->nbd)) {
    if (nbd_aio_is_dead (c->nbd) || nbd_aio_is_closed (c->nbd))
      return broken (d, c, "open the image", err);
    if (!step (d, c, begin, "open the image", err))
      return false;
  }
  return true;
}

static bool
greet_all (struct qemu_disk *d, const int *sockets, struct ovf_error **err)
{
  int64_t size;

  for (unsigned i = 0; i < d->n; i++) {
    if (greet (d, &d->connections[i], sockets[i], err))
      continue;
    while (++i < d->n)
      close (sockets[i]);
    return false;
  }
  size = nbd_get_size (d->connections[0].nbd);
  if (size < 0)
    return broken (d, &d->connections[0], "tell the size", err);
  d->size = (uint64_t)size;
  return true;
}

static struct qemu_disk *
start (struct ovf_ctx *ctx, const char *image, const struct child_fd *files, size_t n,
       const struct sandbox_policy *policy, unsigned workers, struct ovf_error **err)
{
  char shared[16];
  const char *argv[] = { "qemu-nbd", policy->file_size ? "-t" : "-rt", "-e", shared,
                         image, NULL };
  CLEANUP_FREE struct child_fd *fds = xcalloc (n + 1, sizeof *fds);
  struct child_setup setup = { .argv = argv, .policy = policy, .fds = fds, .n_fds = n + 1 };
  struct qemu_disk *d = xcalloc (1, sizeof *d);
  int sockets[CONNECTIONS_MAX];
  CLEANUP_FD int socket = -1;

  d->ctx = ctx;
  d->writable = policy->file_size > 0;
  d->n = workers + 1 < CONNECTIONS_MAX ? workers + 1 : CONNECTIONS_MAX;
  for (unsigned i = 0; i < CONNECTIONS_MAX; i++)
    pthread_mutex_init (&d->connections[i].lock, NULL);
  snprintf (shared, sizeof shared, "%u", d->n);
  if (!child_listen (d->n, &socket, sockets, err)) {
    qemu_disk_free (d);
    return NULL;
  }
  fds[0] = (struct child_fd){ socket, CHILD_SOCKET };
  if (n > 0)
    memcpy (fds + 1, files, n * sizeof *files);
  d->child = child_start (ctx, &setup, err);
  cleanup_fd (&socket);
  socket = -1;
  if (d->child == NULL) {
    for (unsigned i = 0; i < d->n; i++)
      close (sockets[i]);
  } else if (greet_all (d, sockets, err))
    return d;
  qemu_disk_free (d);
  return NULL;
}

struct qemu_disk *
qemu_disk_open (struct ovf_ctx *ctx, const struct qemu_image *q, unsigned workers,
                struct ovf_error **err)
{
  uint64_t most = q->file_size < UINT64_MAX / WORK_RATIO ? q->file_size * WORK_RATIO
                                                         : UINT64_MAX;
  struct sandbox_policy policy = { .work = most < q->capacity ? most : q->capacity };

  return start (ctx, q->json, q->fds.ptr, q->fds.len, &policy, workers, err);
}

struct qemu_disk *
qemu_disk_create (struct ovf_ctx *ctx, const struct qemu_target *t, unsigned workers,
                  struct ovf_error **err)
{
  CLEANUP_FREE char *image = xasprintf (
    "json:{\"driver\":\"%s\",\"file\":{\"driver\":\"file\","
    "\"filename\":\"/proc/self/fd/%d\"}}", t->driver, CHILD_FIRST + 1);
  struct child_fd file = { t->fd, CHILD_WRITE };
  struct sandbox_policy policy = { .work = t->capacity,
                                   .file_size = qemu_file_limit (t->capacity) };
  struct qemu_disk *d;

  if (!qemu_create_image (ctx, t, err))
    return NULL;
  d = start (ctx, image, &file, 1, &policy, workers, err);
  if (d == NULL || d->size == t->capacity)
    return d;
  error_set (err, OVF_E_TOOL, "'qemu-img' made a disk of %llu bytes, not %llu",
             (unsigned long long)d->size, (unsigned long long)t->capacity);
  qemu_disk_free (d);
  return NULL;
}

uint64_t
qemu_disk_size (const struct qemu_disk *d)
{
  return d->size;
}

bool
qemu_disk_finish (struct qemu_disk *d, struct ovf_error **err)
{
  if (d->writable) {
    struct connection *c = &d->connections[0];

    if (!complete (d, c, nbd_aio_flush (c->nbd, NBD_NULL_COMPLETION, 0),
                   "write the image", err))
      return false;
  }
  for (unsigned i = 0; i < d->n; i++)
    nbd_aio_disconnect (d->connections[i].nbd, 0);
  return child_finish (d->ctx, d->child, err);
}

void
qemu_disk_free (struct qemu_disk *d)
{
  if (d == NULL)
    return;
  child_stop (d->child);
  for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
    nbd_close (d->connections[i].nbd);
    pthread_mutex_destroy (&d->connections[i].lock);
  }
  free (d->extents.ptr);
  free (d);
}

/* ---- bytes ---------------------------------------------------------------- */
static struct connection *
connection_of (struct qemu_disk *d, unsigned worker)
{
  return &d->connections[d->n > 1 ? 1 + worker % (d->n - 1) : 0];
}

bool
qemu_disk_read (struct qemu_disk *d, unsigned worker, void *buf, size_t n,
                uint64_t offset, struct ovf_error **err)
{
  struct connection *c = connection_of (d, worker);
  bool ok;

  pthread_mutex_lock (&c->lock);
  ok = complete (d, c, nbd_aio_pread (c->nbd, buf, n, offset, NBD_NULL_COMPLETION, 0),
                 "read the image", err);
  pthread_mutex_unlock (&c->lock);
  return ok;
}

bool
qemu_disk_write (struct qemu_disk *d, unsigned worker, const void *buf, size_t n,
                 uint64_t offset, struct ovf_error **err)
{
  struct connection *c = connection_of (d, worker);
  bool ok;

  pthread_mutex_lock (&c->lock);
  ok = complete (d, c, nbd_aio_pwrite (c->nbd, buf, n, offset, NBD_NULL_COMPLETION, 0),
                 "write the image", err);
  pthread_mutex_unlock (&c->lock);
  return ok;
}

/* ---- holes ---------------------------------------------------------------- */
static int
take_extents (void *opaque, const char *context, uint64_t offset, uint32_t *entries,
              size_t n, int *error)
{
  struct qemu_disk *d = opaque;

  (void)error;
  if (strcmp (context, LIBNBD_CONTEXT_BASE_ALLOCATION) != 0)
    return 0;
  for (size_t i = 0; i + 1 < n; i += 2) {
    struct extent *e = extents_add (&d->extents);

    e->offset = offset;
    e->length = entries[i];
    e->data = (entries[i + 1] & LIBNBD_STATE_ZERO) == 0;
    offset += entries[i];
  }
  return 0;
}

static bool
ask (struct qemu_disk *d, uint64_t offset, struct ovf_error **err)
{
  struct connection *c = &d->connections[0];
  nbd_extent_callback callback = { .callback = take_extents, .user_data = d };
  uint64_t left = d->size - offset, span = left < EXTENTS_SPAN ? left : EXTENTS_SPAN;

  d->extents.len = d->extent = 0;
  if (!nbd_can_meta_context (c->nbd, LIBNBD_CONTEXT_BASE_ALLOCATION)) {
    *extents_add (&d->extents) = (struct extent){ offset, left, true };
    return true;
  }
  if (!complete (d, c, nbd_aio_block_status (c->nbd, span, offset, callback,
                                             NBD_NULL_COMPLETION, 0),
                 "tell what the image holds", err))
    return false;
  return d->extents.len > 0 && d->extents.ptr[0].length > 0
         ? true : error_set (err, OVF_E_TOOL, "'qemu-nbd' gives no answer");
}

bool
qemu_disk_next_data (struct qemu_disk *d, uint64_t *offset, uint64_t *length,
                     struct ovf_error **err)
{
  *length = 0;
  while (*offset < d->size) {
    const struct extent *e = d->extents.ptr + d->extent;
    uint64_t end;

    if (d->extent >= d->extents.len) {
      if (!ctx_alive (d->ctx, err) || !ask (d, *offset, err))
        return false;
      continue;
    }
    end = e->offset + e->length < d->size ? e->offset + e->length : d->size;
    if (e->length == 0 || *offset >= end) {
      d->extent++;
      continue;
    }
    if (e->data) {
      *length = end - *offset;
      return true;
    }
    *offset = end;
    d->extent++;
  }
  return true;
}

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The context; see ctx.h. */
#include "base/ctx.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"

#define MAX_KEPT 4 /* kinds of things, so far one: schemas */

struct kept {
  void *(*make) (void);
  void (*release) (void *);
  void *object;
};

/* What is noted on the way, also by those who have a const context. */
struct notes {
  _Atomic (const char *) unconfined;
  atomic_bool said;
};

struct ovf_ctx {
  uint64_t limits[LIMIT_COUNT];
  unsigned jobs;
  enum ovf_sandbox sandbox;
  ovf_progress_fn *progress;
  void *opaque;
  atomic_bool cancelled;
  struct notes *notes;
  pthread_mutex_t lock; /* of kept */
  struct kept kept[MAX_KEPT];
};

static const struct limit_row {
  const char *name;
  uint64_t value;
} limit_rows[] = {
#define LIMIT(constant, name, value, reason) { name, value },
#include "base/limits.def"
#undef LIMIT
};

struct ovf_ctx *
ovf_ctx_new (void)
{
  struct ovf_ctx *ctx = xcalloc (1, sizeof *ctx);

  for (size_t i = 0; i < LIMIT_COUNT; i++)
    ctx->limits[i] = limit_rows[i].value;
  ovf_ctx_set_jobs (ctx, 0);
  ctx->notes = xcalloc (1, sizeof *ctx->notes);
  pthread_mutex_init (&ctx->lock, NULL);
  return ctx;
}

void
ovf_ctx_free (struct ovf_ctx *ctx)
{
  if (ctx == NULL)
    return;
  for (size_t i = 0; i < MAX_KEPT; i++)
    if (ctx->kept[i].object != NULL)
      ctx->kept[i].release (ctx->kept[i].object);
  pthread_mutex_destroy (&ctx->lock);
  free (ctx->notes);
  free (ctx);
}

/* The CPUs this process may run on, not those the machine has: containers. */
static unsigned
usable_cpus (void)
{
  cpu_set_t set;

  if (sched_getaffinity (0, sizeof set, &set) != 0)
    return 1;
  return CPU_COUNT (&set) > 0 ? (unsigned)CPU_COUNT (&set) : 1;
}

void
ovf_ctx_set_jobs (struct ovf_ctx *ctx, unsigned n)
{
  ctx->jobs = n ? n : usable_cpus ();
  if (ctx->jobs > 256)
    ctx->jobs = 256;
}

void
ovf_ctx_set_sandbox (struct ovf_ctx *ctx, enum ovf_sandbox mode)
{
  ctx->sandbox = mode;
}

void
ovf_ctx_set_progress (struct ovf_ctx *ctx, ovf_progress_fn *fn, void *opaque)
{
  ctx->progress = fn;
  ctx->opaque = opaque;
}

bool
ovf_ctx_set_limit (struct ovf_ctx *ctx, const char *name, uint64_t value,
                   struct ovf_error **err)
{
  for (size_t i = 0; i < LIMIT_COUNT; i++) {
    if (strcmp (limit_rows[i].name, name) == 0) {
      ctx->limits[i] = value;
      return true;
    }
  }
  return error_set (err, OVF_E_USAGE, "there is no limit '%s'", name);
}

void
ovf_ctx_cancel (struct ovf_ctx *ctx)
{
  atomic_store (&ctx->cancelled, true);
}

uint64_t
ctx_limit (const struct ovf_ctx *ctx, enum limit limit)
{
  return ctx->limits[limit];
}

const char *
limit_name (enum limit limit)
{
  return limit_rows[limit].name;
}

bool
ctx_within (const struct ovf_ctx *ctx, enum limit limit, uint64_t value,
            const char *what, struct ovf_error **err)
{
  if (value <= ctx->limits[limit])
    return true;
  error_set (err, OVF_E_LIMIT, "%s: %llu is over the limit of %llu", what,
             (unsigned long long)value, (unsigned long long)ctx->limits[limit]);
  return error_hint (err, "if the file can be trusted, raise it with --limit %s=%llu",
                     limit_rows[limit].name, (unsigned long long)value);
}

unsigned
ctx_jobs (const struct ovf_ctx *ctx)
{
  return ctx->jobs;
}

enum ovf_sandbox
ctx_sandbox (const struct ovf_ctx *ctx)
{
  return ctx->sandbox;
}

void
ctx_note_unconfined (const struct ovf_ctx *ctx, const char *what)
{
  atomic_store (&ctx->notes->unconfined, what);
}

const char *
ctx_unconfined (const struct ovf_ctx *ctx)
{
  const char *what = atomic_load (&ctx->notes->unconfined);

  return what == NULL || atomic_exchange (&ctx->notes->said, true) ? NULL : what;
}

bool
ctx_alive (const struct ovf_ctx *ctx, struct ovf_error **err)
{
  if (!atomic_load_explicit (&ctx->cancelled, memory_order_relaxed))
    return true;
  return error_set (err, OVF_E_CANCELLED, "interrupted");
}

void
ctx_progress (const struct ovf_ctx *ctx, const char *what, uint64_t done,
              uint64_t total)
{
  struct ovf_progress p = { what, done, total };

  if (ctx->progress != NULL)
    ctx->progress (ctx->opaque, &p);
}

void *
ctx_keep (struct ovf_ctx *ctx, void *(*make) (void), void (*release) (void *))
{
  void *object = NULL;

  pthread_mutex_lock (&ctx->lock);
  for (size_t i = 0; i < MAX_KEPT && object == NULL; i++) {
    struct kept *k = &ctx->kept[i];
    if (k->object == NULL)
      *k = (struct kept) { make, release, make () };
    if (k->make == make)
      object = k->object;
  }
  pthread_mutex_unlock (&ctx->lock);
  if (object == NULL)
    abort (); /* more kinds than MAX_KEPT */
  return object;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The copy engine: the calling thread reads pieces into a ring, N workers
 * take them through decode () and encode (), and put () them.
 *
 * A sink that wants order (sequential, or with place ()) gets it without a
 * thread of its own and without anybody waiting: a worker that is done marks
 * its slot ready, and whoever finds the next ones in line ready, and nobody
 * else at it, takes them through the ordered step.
 *
 * Failure is sticky.  The error of the lowest sequence number wins, and all
 * pieces before it are still done, so that the same input gives the same
 * error whatever the number of workers. */
#include "disk/disk.h"

#include <pthread.h>
#include <signal.h>

#define SLOTS_PER_WORKER 4

enum slot_state {
  SLOT_FREE,
  SLOT_FULL,    /* filled by next () */
  SLOT_BUSY,    /* a worker has it */
  SLOT_READY,   /* decoded and encoded, waits for its turn */
  SLOT_PLACED   /* knows its place, waits for put () */
};
struct slot {
  enum slot_state state;
  struct piece piece;
};
struct engine {
  struct ovf_ctx *ctx;
  struct disk_source *source;
  struct disk_sink *sink;
  bool ordered;

  pthread_mutex_t lock; /* over all that follows, but for slots that are busy */
  pthread_cond_t work, room;
  struct slot *slots;
  unsigned n_slots;
  uint64_t filled;      /* pieces that next () gave so far */
  uint64_t taken;       /* pieces that workers took */
  uint64_t turn;        /* pieces that are through the ordered step */
  unsigned placed;      /* slots in SLOT_PLACED */
  bool turning;         /* a worker is in the ordered step */
  bool ended;           /* no more pieces will come */
  uint64_t failed_at;   /* sequence of the first failure; UINT64_MAX */
  struct ovf_error *error;
};
struct worker {
  struct engine *engine;
  unsigned number;
  struct piece spare;
  pthread_t thread;
};

static struct slot *
slot_of (struct engine *e, uint64_t sequence)
{
  return &e->slots[sequence % e->n_slots];
}

/* Locked.  Takes the error. */
static void
fail (struct engine *e, uint64_t sequence, struct ovf_error *error)
{
  if (sequence < e->failed_at) {
    e->failed_at = sequence;
    ovf_error_free (e->error);
    e->error = error;
  } else
    ovf_error_free (error);
  pthread_cond_broadcast (&e->room);
  pthread_cond_broadcast (&e->work);
}

/* Decode and encode, each from one buffer into the other.  The outcome is in
 * the slot's piece, or *ret_done, a worker's own, which is hot in its cache. */
static bool
transform (struct worker *w, struct slot *slot, struct piece **ret_done,
           struct ovf_error **err)
{
  const struct engine *e = w->engine;
  struct disk_source *source = e->source;
  struct disk_sink *sink = e->sink;
  struct piece *in = &slot->piece, *out = &w->spare, *t;
  bool plain = source->format->decode == NULL ||
               (sink->format->takes != NULL && sink->format->takes (sink, in));

  *ret_done = in;
  if (!plain) {
    piece_clear (out);
    out->sequence = in->sequence;
    if (!source->format->decode (source, w->number, in, out, err))
      return false;
    t = in, in = out, out = t;
  }
  if (sink->format->encode != NULL) {
    piece_clear (out);
    out->sequence = in->sequence;
    if (!sink->format->encode (sink, w->number, in, out, err))
      return false;
    in = out;
  }
  *ret_done = in;
  return true;
}

static bool
put (struct worker *w, const struct piece *p, struct ovf_error **err)
{
  struct disk_sink *sink = w->engine->sink;

  return p->count == 0 || sink->format->put == NULL ||
         sink->format->put (sink, w->number, p, err);
}

/* Locked; the lock is given up meanwhile.  Everything that is ready and next
 * in line. */
static void
take_turns (struct worker *w)
{
  struct engine *e = w->engine;
  bool sequential = e->sink->format->sequential;

  if (e->turning)
    return;
  e->turning = true;
  while (e->turn < e->filled && slot_of (e, e->turn)->state == SLOT_READY) {
    struct slot *slot = slot_of (e, e->turn);
    struct ovf_error *error = NULL;
    bool skip = e->turn >= e->failed_at || slot->piece.count == 0, ok = true;

    pthread_mutex_unlock (&e->lock);
    if (!skip)
      ok = sequential ? put (w, &slot->piece, &error)
                      : e->sink->format->place (e->sink, &slot->piece, &error);
    pthread_mutex_lock (&e->lock);
    if (!ok)
      fail (e, e->turn, error);
    if (!ok || skip || sequential) {
      slot->state = SLOT_FREE;
      pthread_cond_signal (&e->room);
    } else {
      slot->state = SLOT_PLACED;
      e->placed++;
    }
    e->turn++;
  }
  e->turning = false;
  if (e->placed > 0 || e->ended)
    pthread_cond_broadcast (&e->work);
}

/* Locked; the lock is given up meanwhile. */
static void
work_on (struct worker *w, uint64_t sequence)
{
  struct engine *e = w->engine;
  struct slot *slot = slot_of (e, sequence);
  struct ovf_error *error = NULL;
  struct piece *done = NULL;
  bool ok = true, skip = sequence >= e->failed_at;

  slot->state = SLOT_BUSY;
  pthread_mutex_unlock (&e->lock);
  if (skip)
    piece_clear (&slot->piece);
  else {
    ok = transform (w, slot, &done, &error);
    if (ok && !e->ordered)
      ok = put (w, done, &error);
    else if (ok && done != &slot->piece)
      piece_swap (done, &slot->piece);
  }
  pthread_mutex_lock (&e->lock);
  if (!ok)
    fail (e, sequence, error);
  if (!e->ordered) {
    slot->state = SLOT_FREE;
    pthread_cond_signal (&e->room);
    return;
  }
  slot->state = SLOT_READY;
  take_turns (w);
}

/* Locked; the lock is given up meanwhile.  A piece that has its place. */
static void
put_placed (struct worker *w)
{
  struct engine *e = w->engine;
  struct ovf_error *error = NULL;
  struct slot *slot = e->slots;
  uint64_t sequence;
  bool ok = true;

  while (slot->state != SLOT_PLACED)
    slot++;
  slot->state = SLOT_BUSY;
  sequence = slot->piece.sequence;
  e->placed--;
  pthread_mutex_unlock (&e->lock);
  ok = put (w, &slot->piece, &error);
  pthread_mutex_lock (&e->lock);
  if (!ok)
    fail (e, sequence, error);
  slot->state = SLOT_FREE;
  pthread_cond_signal (&e->room);
}

static void *
run_worker (void *opaque)
{
  struct worker *w = opaque;
  struct engine *e = w->engine;

  pthread_mutex_lock (&e->lock);
  for (;;) {
    if (e->placed > 0)
      put_placed (w);
    else if (e->taken < e->filled)
      work_on (w, e->taken++);
    else if (e->ended && (!e->ordered || e->turn == e->filled))
      break;
    else
      pthread_cond_wait (&e->work, &e->lock);
  }
  pthread_mutex_unlock (&e->lock);
  return NULL;
}

/* A free slot for the next piece; NULL once something has failed. */
static struct slot *
wait_for_room (struct engine *e)
{
  struct slot *slot;

  pthread_mutex_lock (&e->lock);
  slot = slot_of (e, e->filled);
  while (slot->state != SLOT_FREE && e->failed_at == UINT64_MAX)
    pthread_cond_wait (&e->room, &e->lock);
  if (e->failed_at != UINT64_MAX)
    slot = NULL;
  pthread_mutex_unlock (&e->lock);
  return slot;
}

/* The calling thread's part. */
static void
read_all (struct engine *e, const char *what)
{
  uint64_t total = blob_size (e->source->blob);
  struct ovf_error *error = NULL;
  struct slot *slot;

  if (total == BLOB_UNKNOWN)
    total = 0;
  while ((slot = wait_for_room (e)) != NULL) {
    piece_clear (&slot->piece);
    slot->piece.sequence = e->filled;
    if (!ctx_alive (e->ctx, &error) ||
        !e->source->format->next (e->source, &slot->piece, &error))
      break;
    ctx_progress (e->ctx, what, slot->piece.consumed, total);
    pthread_mutex_lock (&e->lock);
    slot->state = SLOT_FULL;
    e->filled++;
    pthread_cond_signal (&e->work);
    pthread_mutex_unlock (&e->lock);
  }
  pthread_mutex_lock (&e->lock);
  e->ended = true;
  if (error != NULL)
    fail (e, e->filled, error);
  pthread_cond_broadcast (&e->work);
  pthread_mutex_unlock (&e->lock);
}

/* Signals are the calling thread's business.  At least one worker, or an
 * error. */
static unsigned
start_workers (struct worker *workers, struct engine *e, struct ovf_error **err)
{
  unsigned n;
  sigset_t all, old;
  int r = 0;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &old);
  for (n = 0; n < e->sink->workers && r == 0; n += r == 0) {
    workers[n].engine = e;
    workers[n].number = n;
    r = pthread_create (&workers[n].thread, NULL, run_worker, &workers[n]);
  }
  pthread_sigmask (SIG_SETMASK, &old, NULL);
  if (n == 0)
    error_errno (err, r, "cannot start a worker thread");
  return n;
}

static bool
run (struct engine *e, const char *what, struct ovf_error **err)
{
  CLEANUP_FREE struct worker *workers =
    xcalloc (e->sink->workers, sizeof *workers);
  unsigned n = start_workers (workers, e, err);

  if (n == 0)
    return false;
  read_all (e, what);
  for (unsigned i = 0; i < n; i++) {
    pthread_join (workers[i].thread, NULL);
    piece_done (&workers[i].spare);
  }
  if (e->error != NULL)
    return error_move (err, &e->error);
  return e->source->format->settle == NULL || e->source->format->settle (e->source, err);
}

bool
disk_copy (struct ovf_ctx *ctx, struct disk_source *source,
           struct disk_sink *sink, const char *what, struct ovf_error **err)
{
  struct engine e = { .ctx = ctx, .source = source, .sink = sink };
  bool ok;

  if (sink->format->start != NULL && !sink->format->start (sink, source, err))
    return false;
  if (source == NULL)
    return sink->format->finish (sink, err);

  e.ordered = sink->format->sequential || sink->format->place != NULL;
  e.failed_at = UINT64_MAX;
  e.n_slots = SLOTS_PER_WORKER * sink->workers;
  e.slots = xcalloc (e.n_slots, sizeof *e.slots);
  pthread_mutex_init (&e.lock, NULL);
  pthread_cond_init (&e.work, NULL);
  pthread_cond_init (&e.room, NULL);
  ok = run (&e, what, err);
  pthread_cond_destroy (&e.room);
  pthread_cond_destroy (&e.work);
  pthread_mutex_destroy (&e.lock);
  for (unsigned i = 0; i < e.n_slots; i++)
    piece_done (&e.slots[i].piece);
  free (e.slots);
  return ok && sink->format->finish (sink, err);
}

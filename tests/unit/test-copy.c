/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The copy engine, with formats made for the purpose: order, bounds, failure
 * and cancellation, whatever the number of workers; and pieces. */
#include "disk.h"

#include <pthread.h>
#include <sched.h>

#define PIECES 200u

/* ---- a source and sinks that watch the engine --------------------------- */
struct watch {
  unsigned pieces;
  uint64_t given;           /* by next () */
  uint64_t fail_decode[2];  /* sequences that fail, or UINT64_MAX */
  uint64_t fail_next, fail_put, fail_place;
  struct ovf_ctx *cancel_ctx;
  uint64_t cancel_at;
  pthread_t caller;
  atomic_uint in_flight, most, decoded;
  uint64_t put_next, place_next; /* what must come */
  atomic_uint put_count;
  atomic_bool wrong;
  uint64_t sum;             /* of places */
};

static bool
watch_open (struct disk_source *s, struct ovf_error **err)
{
  (void)s;
  (void)err;
  return true;
}

static bool
watch_next (struct disk_source *s, struct piece *p, struct ovf_error **err)
{
  struct watch *w = s->state;
  struct cell *c;
  unsigned now;

  if (p->count != 0 || p->used != 0 || p->sequence != w->given ||
      !pthread_equal (w->caller, pthread_self ()))
    w->wrong = true;
  if (w->given == w->fail_next)
    return error_set (err, OVF_E_IO, "next %u", (unsigned)w->given);
  if (w->given == w->pieces)
    return false;
  if (w->given == w->cancel_at)
    ovf_ctx_cancel (w->cancel_ctx);
  c = piece_append (p, CELL_PLAIN, w->given * 512, 512, 512);
  memset (p->data + c->at, (int)w->given, 512);
  w->given++;
  now = atomic_fetch_add (&w->in_flight, 1) + 1;
  if (now > w->most)
    w->most = now;
  return true;
}

static bool
watch_decode (struct disk_source *s, unsigned worker, struct piece *in,
              struct piece *out, struct ovf_error **err)
{
  struct watch *w = s->state;

  if (worker >= s->workers || out->count != 0 || out->sequence != in->sequence)
    w->wrong = true;
  for (uint64_t i = in->sequence * 7 % 5; i > 0; i--)
    sched_yield ();
  for (size_t i = 0; i < ARRAY_SIZE (w->fail_decode); i++) {
    if (in->sequence == w->fail_decode[i])
      return error_set (err, OVF_E_FORMAT, "decode %u", (unsigned)in->sequence);
  }
  w->decoded++;
  piece_swap (in, out);
  return true;
}

static bool
watch_create (struct disk_sink *s, struct ovf_error **err)
{
  (void)s;
  (void)err;
  return true;
}

static bool
watch_encode (struct disk_sink *s, unsigned worker, struct piece *in,
              struct piece *out, struct ovf_error **err)
{
  (void)s;
  (void)worker;
  (void)err;
  if (in->sequence % 3 == 0) /* swap or copy: both are allowed */
    piece_swap (in, out);
  else {
    struct cell *c = piece_append (out, CELL_PLAIN, in->cells[0].offset, 512, 512);

    memcpy (out->data + c->at, in->data + in->cells[0].at, 512);
  }
  return true;
}

static void
look (struct watch *w, const struct piece *p)
{
  if (p->count != 1 || p->cells[0].offset != p->sequence * 512 ||
      p->data[p->cells[0].at] != (uint8_t)p->sequence)
    w->wrong = true;
}

static bool
watch_place (struct disk_sink *s, struct piece *p, struct ovf_error **err)
{
  struct watch *w = s->state;

  if (p->sequence != w->place_next++)
    w->wrong = true;
  if (p->sequence == w->fail_place)
    return error_set (err, OVF_E_IO, "place %u", (unsigned)p->sequence);
  p->place = w->sum += p->sequence;
  return true;
}

static bool
watch_put_ordered (struct disk_sink *s, unsigned worker, const struct piece *p,
                   struct ovf_error **err)
{
  struct watch *w = s->state;

  (void)worker;
  if (p->sequence != w->put_next++)
    w->wrong = true;
  look (w, p);
  w->in_flight--;
  w->put_count++;
  if (p->sequence == w->fail_put)
    return error_set (err, OVF_E_IO, "put %u", (unsigned)p->sequence);
  return true;
}

static bool
watch_put (struct disk_sink *s, unsigned worker, const struct piece *p,
           struct ovf_error **err)
{
  struct watch *w = s->state;

  (void)worker;
  look (w, p);
  if (s->format->place && p->place != p->sequence * (p->sequence + 1) / 2)
    w->wrong = true;
  w->in_flight--;
  w->put_count++;
  if (p->sequence == w->fail_put)
    return error_set (err, OVF_E_IO, "put %u", (unsigned)p->sequence);
  return true;
}

static const struct disk_format source_format = {
  .name = "watch", .open = watch_open, .next = watch_next, .decode = watch_decode
};
static const struct disk_format sinks[] = {
  { .name = "sequential", .sequential = true, .create = watch_create,
    .encode = watch_encode, .put = watch_put_ordered, .finish = watch_create },
  { .name = "placed", .create = watch_create, .encode = watch_encode,
    .place = watch_place, .put = watch_put, .finish = watch_create },
  { .name = "free", .create = watch_create, .put = watch_put,
    .finish = watch_create },
};

static struct watch
watch (void)
{
  struct watch w = { .pieces = PIECES, .fail_decode = { UINT64_MAX, UINT64_MAX },
                     .fail_next = UINT64_MAX, .fail_put = UINT64_MAX,
                     .fail_place = UINT64_MAX, .cancel_at = UINT64_MAX,
                     .caller = pthread_self () };

  return w;
}

static bool
run (struct watch *w, const struct disk_format *to, unsigned jobs,
     struct ovf_error **err)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  int fd = memory_file ("", 1);
  struct blob *blob = blob_new_span ("w", fd, 0, 1);
  struct disk_target target = { .fd = -1 };
  struct disk_source *source;
  struct disk_sink *sink;
  bool ok;

  ovf_ctx_set_jobs (ctx, jobs);
  w->cancel_ctx = ctx;
  source = disk_source_new (ctx, blob, &source_format, false, NULL);
  sink = disk_sink_new (ctx, to, &target, 0, NULL, NULL);
  CU_ASSERT_FATAL (source != NULL && sink != NULL);
  source->state = sink->state = w;
  ok = disk_copy (ctx, source, sink, "watch", err);
  CU_ASSERT (!w->wrong);
  CU_ASSERT (w->most <= 4 * jobs + 1);
  disk_sink_free (sink);
  disk_source_free (source);
  blob_free (blob);
  close (fd);
  ovf_ctx_free (ctx);
  return ok;
}

/* ---- the engine --------------------------------------------------------- */
#define FOR_ALL(to, jobs)                                                     \
  for (const struct disk_format *to = sinks; to < sinks + ARRAY_SIZE (sinks); to++) \
    for (unsigned jobs = 1; jobs <= 8; jobs++)

static void
test_order (void)
{
  FOR_ALL (to, jobs) {
    struct watch w = watch ();

    CU_ASSERT (run (&w, to, jobs, NULL));
    CU_ASSERT_EQUAL (w.put_count, PIECES);
    CU_ASSERT_EQUAL (w.decoded, PIECES);
  }
}

static void
test_few (void)
{
  FOR_ALL (to, jobs) {
    for (unsigned n = 0; n < 3; n++) {
      struct watch w = watch ();

      w.pieces = n;
      CU_ASSERT (run (&w, to, jobs, NULL));
      CU_ASSERT_EQUAL (w.put_count, n);
    }
  }
}

/* The same input gives the same error. */
static void
test_failure (void)
{
  FOR_ALL (to, jobs) {
    static const char *const want[] = { "decode 60", "next 33", "put 70", "place 5" };

    for (unsigned i = 0; i < ARRAY_SIZE (want); i++) {
      struct watch w = watch ();
      struct ovf_error *err = NULL;

      if (i == 0)
        w.fail_decode[0] = 61, w.fail_decode[1] = 60;
      else if (i == 1)
        w.fail_next = 33;
      else if (i == 2)
        w.fail_put = 70;
      else if (to->place != NULL)
        w.fail_place = 5;
      else
        continue;
      CU_ASSERT (!run (&w, to, jobs, &err));
      CU_ASSERT_STRING_EQUAL (ovf_error_message (err), want[i]);
      CU_ASSERT (w.given < PIECES);
      if (i == 1) /* what was read before is still done */
        CU_ASSERT_EQUAL (w.put_count, 33);
      ovf_error_free (err);
    }
  }
}

static void
test_cancel (void)
{
  FOR_ALL (to, jobs) {
    struct watch w = watch ();
    struct ovf_error *err = NULL;

    w.cancel_at = 20;
    CU_ASSERT (!run (&w, to, jobs, &err));
    CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_CANCELLED);
    CU_ASSERT_EQUAL (w.given, 21);
    ovf_error_free (err);
  }
}

static void
count_progress (void *opaque, const struct ovf_progress *p)
{
  struct watch *w = opaque;

  w->put_count++;
  if (!pthread_equal (w->caller, pthread_self ()) || strcmp (p->what, "d") != 0)
    w->wrong = true;
}

/* Progress comes from the calling thread and only there. */
static void
test_progress (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct watch w = watch ();
  struct ovf_error *err = NULL;
  uint8_t bytes[3 * 4096];
  int fd, out;
  struct blob *blob;
  struct disk_source *source;
  struct disk_sink *sink;
  struct disk_target target;

  noise (bytes, sizeof bytes, 1);
  fd = memory_file (bytes, sizeof bytes);
  target = (struct disk_target){ .fd = out = memory_file (NULL, 0) };
  blob = blob_new_span ("d.raw", fd, 0, sizeof bytes);
  ovf_ctx_set_progress (ctx, count_progress, &w);
  source = disk_source_new (ctx, blob, &raw_format, false, &err);
  sink = disk_sink_new (ctx, &raw_format, &target, sizeof bytes, NULL, &err);
  CU_ASSERT (disk_copy (ctx, source, sink, "d", &err));
  CU_ASSERT_EQUAL (w.put_count, 1);
  CU_ASSERT (!w.wrong);
  disk_sink_free (sink);
  disk_source_free (source);
  blob_free (blob);
  close (fd);
  close (out);
  ovf_ctx_free (ctx);
}

/* ---- pieces ------------------------------------------------------------- */
static void
add (struct piece *p, uint64_t offset, uint32_t n, int value)
{
  struct cell *c = piece_append (p, CELL_PLAIN, offset, n, n);

  memset (p->data + c->at, value, n);
}

static void
test_reblock (void)
{
  struct piece p = { 0 };

  /* One large cell is split; zeros go. */
  add (&p, 8192, 12288, 1);
  memset (p.data + 4096, 0, 4096);
  piece_reblock (&p, 4096, 1 << 20);
  CU_ASSERT_EQUAL_FATAL (p.count, 2);
  CU_ASSERT_EQUAL (p.cells[0].offset, 8192);
  CU_ASSERT_EQUAL (p.cells[1].offset, 16384);
  CU_ASSERT_EQUAL (p.cells[1].length, 4096);
  CU_ASSERT_EQUAL (p.data[p.cells[1].at], 1);

  /* Small cells out of order are gathered, with zeros between. */
  piece_clear (&p);
  add (&p, 6144, 512, 3);
  add (&p, 4096, 512, 2);
  add (&p, 0, 4096, 0);
  piece_reblock (&p, 4096, 1 << 20);
  CU_ASSERT_EQUAL_FATAL (p.count, 1);
  CU_ASSERT_EQUAL (p.cells[0].offset, 4096);
  CU_ASSERT_EQUAL (p.cells[0].length, 4096);
  CU_ASSERT_EQUAL (p.data[p.cells[0].at], 2);
  CU_ASSERT_EQUAL (p.data[p.cells[0].at + 512], 0);
  CU_ASSERT_EQUAL (p.data[p.cells[0].at + 2048], 3);

  /* A cell that crosses blocks, at the end of the disk. */
  piece_clear (&p);
  add (&p, 2048, 4096, 5);
  piece_reblock (&p, 4096, 6144);
  CU_ASSERT_EQUAL_FATAL (p.count, 2);
  CU_ASSERT_EQUAL (p.cells[1].offset, 4096);
  CU_ASSERT_EQUAL (p.cells[1].length, 2048);
  CU_ASSERT_EQUAL (p.data[p.cells[1].at + 2047], 5);
  CU_ASSERT_EQUAL (p.data[p.cells[0].at], 0);
  CU_ASSERT_EQUAL (p.data[p.cells[0].at + 2048], 5);

  /* Nothing but zeros. */
  piece_clear (&p);
  add (&p, 512, 1024, 0);
  piece_reblock (&p, 4096, 1 << 20);
  CU_ASSERT_EQUAL (p.count, 0);
  piece_done (&p);
}

static void
test_is_zero (void)
{
  uint8_t b[200] = { 0 };

  for (size_t n = 0; n < sizeof b; n++) {
    CU_ASSERT (is_zero (b, n));
    for (size_t i = 0; i < n; i++) {
      b[i] = 1;
      if (is_zero (b, n))
        CU_FAIL ("a byte was overlooked");
      b[i] = 0;
    }
  }
}

TAP_MAIN ("copy", { "order", test_order }, { "few pieces", test_few },
          { "failure", test_failure }, { "cancelling", test_cancel },
          { "progress", test_progress }, { "blocks", test_reblock },
          { "zeros", test_is_zero })

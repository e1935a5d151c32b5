/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing gzip; see gzip-sink.h. */
#include "gzip-sink.h"

#include <zlib.h>

#define ROOM (64 << 10)
#define GZIP_BITS (15 + 16) /* the largest window, in a gzip frame */

struct gzip_sink {
  z_stream z;
  gzip_append_fn *append;
  void *opaque;
  uint8_t out[ROOM];
};

struct gzip_sink *
gzip_sink_new (unsigned level, gzip_append_fn *append, void *opaque)
{
  struct gzip_sink *s = xcalloc (1, sizeof *s);

  s->append = append;
  s->opaque = opaque;
  if (deflateInit2 (&s->z, (int)level, Z_DEFLATED, GZIP_BITS, 8, Z_DEFAULT_STRATEGY)
      != Z_OK)
    abort (); /* only memory can be wanting */
  return s;
}

void
gzip_sink_free (struct gzip_sink *s)
{
  if (s == NULL)
    return;
  deflateEnd (&s->z);
  free (s);
}

/* All that the input gives; with Z_FINISH also the end. */
static bool
pump (struct gzip_sink *s, int flush, struct ovf_error **err)
{
  int r;

  do {
    s->z.next_out = s->out;
    s->z.avail_out = ROOM;
    r = deflate (&s->z, flush);
    if (r == Z_STREAM_ERROR)
      return error_set (err, OVF_E_IO, "gzip fails");
    if (s->z.avail_out < ROOM
        && !s->append (s->opaque, s->out, ROOM - s->z.avail_out, err))
      return false;
  } while (s->z.avail_out == 0 || (flush == Z_FINISH && r != Z_STREAM_END));
  return true;
}

bool
gzip_sink_append (void *sink, const void *buf, size_t n, struct ovf_error **err)
{
  struct gzip_sink *s = sink;
  const uint8_t *p = buf;

  while (n > 0) {
    uInt part = n > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uInt)n;

    s->z.next_in = (z_const Bytef *)p;
    s->z.avail_in = part;
    if (!pump (s, Z_NO_FLUSH, err))
      return false;
    p += part;
    n -= part;
  }
  return true;
}

bool
gzip_sink_finish (struct gzip_sink *s, struct ovf_error **err)
{
  s->z.avail_in = 0;
  return pump (s, Z_FINISH, err);
}

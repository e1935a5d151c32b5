/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes through gzip on their way into a package (ovf:compression).  The same
 * bytes give the same stream: no time, no name. */
#ifndef OVF_GZIP_SINK_H
#define OVF_GZIP_SINK_H

#include "base/alloc.h"
#include "base/ctx.h"

typedef bool gzip_append_fn (void *opaque, const void *buf, size_t n,
                             struct ovf_error **err);

struct gzip_sink;
/* level 1 to 9. */
struct gzip_sink *gzip_sink_new (unsigned level, gzip_append_fn *, void *opaque);
void gzip_sink_free (struct gzip_sink *);
DEFINE_CLEANUP (gzip_sink, gzip_sink_free)
bool gzip_sink_append (void *sink, const void *buf, size_t n, struct ovf_error **err);
bool gzip_sink_finish (struct gzip_sink *, struct ovf_error **err);

#endif

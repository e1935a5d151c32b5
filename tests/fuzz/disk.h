/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the fuzz targets of disks share: bytes as a file and as a pipe, read
 * to the end. */
#ifndef OVF_FUZZ_DISK_H
#define OVF_FUZZ_DISK_H

#include <sys/mman.h>
#include <unistd.h>

#include "disk/qemu.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Limits that keep one input short. */
static inline struct ovf_ctx *
fuzz_ctx (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();

  ovf_ctx_set_jobs (ctx, 1);
  ovf_ctx_set_limit (ctx, "capacity", 256 << 20, NULL);
  ovf_ctx_set_limit (ctx, "directory", 1 << 20, NULL);
  return ctx;
}

static inline int
fuzz_file (const uint8_t *data, size_t size)
{
  int fd = memfd_create ("fuzz", MFD_CLOEXEC);

  if (fd < 0 || write (fd, data, size) != (ssize_t)size)
    abort ();
  return fd;
}

static inline ssize_t
fuzz_read (void *opaque, void *buf, size_t n, struct ovf_error **err)
{
  (void)err;
  return read (*(int *)opaque, buf, n);
}

/* All of the image, decoded, to nowhere. */
static inline void
fuzz_read_all (struct ovf_ctx *ctx, struct blob *blob,
               const struct disk_format *format, bool guest_order)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  /* What is QEMU's is not for us to try. */
  struct disk_source *s = qemu_reads (ctx, blob, format, NULL)
                            ? (error_set (&err, OVF_E_UNSUPPORTED, "for QEMU"), NULL)
                            : disk_source_new (ctx, blob, format, guest_order, &err);
  struct piece in = { 0 }, out = { 0 };

  if ((s == NULL) == (err == NULL))
    abort (); /* a source or an error, never both */
  for (uint64_t end = 0; s != NULL && s->format->next (s, &in, &err);
       in.sequence++) {
    if (in.count == 0)
      abort ();
    out.sequence = in.sequence;
    if (s->format->decode != NULL) {
      if (!s->format->decode (s, 0, &in, &out, &err))
        break;
    } else
      piece_swap (&in, &out);
    for (unsigned i = 0; i < out.count; i++) {
      const struct cell *c = &out.cells[i];

      if (c->kind != CELL_PLAIN || c->length != c->size || c->length == 0 ||
          c->at + (uint64_t)c->size > out.used ||
          c->offset + c->length > s->capacity ||
          (s->guest_order && c->offset < end))
        abort (); /* what every sink relies on */
      end = c->offset + c->length;
    }
    piece_clear (&in);
    piece_clear (&out);
  }
  piece_done (&in);
  piece_done (&out);
  disk_source_free (s);
}

#endif

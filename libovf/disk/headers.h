/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the inspection of headers shares: headers.c, vhdx.c. */
#ifndef OVF_DISK_HEADERS_H
#define OVF_DISK_HEADERS_H

#include "base/rd.h"
#include "disk/qemu.h"

bool header_has_magic (const struct disk_sample *, size_t at, const char *magic,
                       size_t n);
bool header_malformed (struct blob *, const char *what, struct ovf_error **err);
/* Bytes at a place, fewer at the end of the file. */
bool header_peek (struct blob *, uint8_t *buf, size_t n, uint64_t at, struct rd *ret,
                  struct ovf_error **err);
/* The image names another file: information, or the end. */
bool header_refer (struct blob *, struct disk_facts *, const char *what,
                   struct ovf_error **err);
bool header_fill (struct ovf_ctx *, struct blob *, struct disk_facts *,
                  const char *format, uint64_t size, uint64_t allocated,
                  uint32_t block, struct ovf_error **err);
uint64_t header_times (uint64_t a, uint64_t b); /* UINT64_MAX on overflow */

/* A format that QEMU reads and, the second kind, writes. */
#define READ(format, file_suffix, name_of_qemu, text)                         \
  .name = #format,                                                            \
  .suffix = file_suffix,                                                      \
  .title = text,                                                              \
  .qemu = name_of_qemu,                                                       \
  .probe = format##_probe,                                                    \
  .check = format##_check
#define WRITTEN                                                               \
  .create = qemu_sink_create,                                                 \
  .put = qemu_sink_put,                                                       \
  .finish = qemu_sink_finish,                                                 \
  .discard = qemu_sink_discard

#endif

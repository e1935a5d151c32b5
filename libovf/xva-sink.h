/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A disk image as chunks of an XVA. */
#ifndef OVF_XVA_SINK_H
#define OVF_XVA_SINK_H

#include "disk/disk.h"
#include "package/xva.h"

/* The opaque of a disk_target whose format is xva_chunks_format. */
struct xva_chunks {
  struct xva_archive *archive;
  const char *ref;
  uint64_t size;            /* the description says so; an image may be smaller */
  uint64_t next;            /* number of the next chunk */
};
/* Not one of the table: it makes no file of its own. */
extern const struct disk_format xva_chunks_format;

#endif

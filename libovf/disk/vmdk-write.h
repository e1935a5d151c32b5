/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sinks for VMDK: the functions of their rows, and what they share. */
#ifndef OVF_VMDK_WRITE_H
#define OVF_VMDK_WRITE_H

#include "disk/disk.h"

/* ---- streamOptimized (vmdk-write.c) --------------------------------------- */
bool vmdk_stream_create (struct disk_sink *, struct ovf_error **err);
bool vmdk_stream_takes (const struct disk_sink *, const struct piece *);
bool vmdk_stream_encode (struct disk_sink *, unsigned worker, struct piece *in,
                         struct piece *out, struct ovf_error **err);
bool vmdk_stream_put (struct disk_sink *, unsigned worker, const struct piece *,
                      struct ovf_error **err);
bool vmdk_stream_finish (struct disk_sink *, struct ovf_error **err);
void vmdk_stream_discard (struct disk_sink *);

/* ---- monolithicSparse (vmdk-sparse.c) ------------------------------------- */
extern const struct disk_format vmdk_sparse_format;

/* ---- the front (vmdk-front.c) --------------------------------------------- */
#define VMDK_FRONT_SECTORS 21u  /* header and descriptor */
#define VMDK_FRONT (VMDK_FRONT_SECTORS * SECTOR)
struct vmdk_front {
  uint32_t version, flags;
  uint64_t sectors;     /* of the guest */
  uint32_t grain;       /* bytes */
  uint64_t rgd, gd;     /* sectors */
  uint64_t overhead;    /* sectors before the grains */
};
void vmdk_front_header (const struct vmdk_front *, uint8_t h[SECTOR]);
bool vmdk_front_write (const struct disk_sink *, const struct vmdk_front *,
                       uint8_t front[VMDK_FRONT], struct ovf_error **err);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sink for streamOptimized VMDK: the functions of its row. */
#ifndef OVF_VMDK_WRITE_H
#define OVF_VMDK_WRITE_H

#include "disk/disk.h"

bool vmdk_stream_create (struct disk_sink *, struct ovf_error **err);
bool vmdk_stream_takes (const struct disk_sink *, const struct piece *);
bool vmdk_stream_encode (struct disk_sink *, unsigned worker, struct piece *in,
                         struct piece *out, struct ovf_error **err);
bool vmdk_stream_put (struct disk_sink *, unsigned worker, const struct piece *,
                      struct ovf_error **err);
bool vmdk_stream_finish (struct disk_sink *, struct ovf_error **err);
void vmdk_stream_discard (struct disk_sink *);

#endif

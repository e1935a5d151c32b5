/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sink for qcow2: the functions of its row. */
#ifndef OVF_QCOW2_WRITE_H
#define OVF_QCOW2_WRITE_H

#include "disk/disk.h"

bool qcow2_create (struct disk_sink *, struct ovf_error **err);
bool qcow2_start (struct disk_sink *, const struct disk_source *,
                  struct ovf_error **err);
bool qcow2_takes (const struct disk_sink *, const struct piece *);
bool qcow2_encode (struct disk_sink *, unsigned worker, struct piece *in,
                   struct piece *out, struct ovf_error **err);
bool qcow2_place (struct disk_sink *, struct piece *, struct ovf_error **err);
bool qcow2_finish (struct disk_sink *, struct ovf_error **err);
void qcow2_discard (struct disk_sink *);

#endif

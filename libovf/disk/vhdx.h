/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which blocks of a VHDX lie in the file. */
#ifndef OVF_DISK_VHDX_H
#define OVF_DISK_VHDX_H

#include "base/blob.h"
#include "disk/bits.h"

/* *ret is to be freed with bits_done () in every case. */
bool vhdx_map (struct ovf_ctx *, struct blob *, struct bits *ret, uint32_t *ret_block,
               struct ovf_error **err);

#endif

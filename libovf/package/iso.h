/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An ISO 9660 image with one file in its root, for the OVF environment that a
 * guest reads from its CD drive (DSP0243, transport "iso"). */
#ifndef OVF_ISO_H
#define OVF_ISO_H

#include "base/error.h"

/* Into fd, an empty file.  label: at most 16 characters (Joliet's limit). */
bool iso_write (int fd, const char *label, const char *name, const void *data,
                size_t len, struct ovf_error **err);

#endif

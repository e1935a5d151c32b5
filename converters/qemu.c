/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The QEMU converter: written only.  A command line says too little of what a
 * guest is to be read back. */
#include "qemu.h"

static const char *const start[] = { "%c", NULL };

const struct converter qemu_converter = {
  .name = "qemu",
  .title = "script that starts QEMU",
  .suffix = ".qemu.sh",
  .disk_format = "qcow2",
  .net_default = "user",
  .net_bare = "bridge",
  .net_kinds = "bridge user none",
  .start = start,
  .executable = true,
  .write = qemu_write,
};

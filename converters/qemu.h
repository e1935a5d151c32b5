/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the QEMU converter share: a script that starts a guest
 * with qemu-system-x86_64 (words tried with QEMU 7.2). */
#ifndef OVF_CONVERTERS_QEMU_H
#define OVF_CONVERTERS_QEMU_H

#include "converter.h"
#include "place.h"

struct qemu_writer {
  FILE *out;
  const struct appliance *a;
  const struct machine *m;
  const struct write_settings *settings;
  struct ovf_report *report;
  struct layout layout;
};

/* A line of the command: the option, and its value as one quoted word. */
void qemu_option (struct qemu_writer *, const char *option, const char *fmt, ...)
  PRINTF (3, 4);
/* A value inside a list of options: commas doubled, control characters
 * replaced; allocated. */
char *qemu_escape (const char *);

/* USB controllers come before the drives on them (qemu-devices.c); other
 * controllers with theirs (qemu-drives.c). */
void qemu_usb (struct qemu_writer *);
void qemu_drives (struct qemu_writer *);
void qemu_devices (struct qemu_writer *);

bool qemu_write (struct ovf_ctx *, const struct appliance *,
                 const struct write_settings *, FILE *, struct ovf_report *,
                 struct ovf_error **err);

#endif

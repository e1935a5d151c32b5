/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The libvirt converter: domain XML of KVM and QEMU. */
#include "libvirt.h"

#include "base/xml.h"

static int
probe (const struct input *in)
{
  const char *s = xml_root_start (in->text);

  if (strncmp (s, "<!DOCTYPE domain", 16) == 0)
    return 60; /* the parser says what is wrong with that */
  return strncmp (s, "<domain", 7) == 0 && strchr (" \t\r\n>/", s[7]) ? 95 : 0;
}

static const char *const start[] = {
  "virsh define %c", "virsh start %n", NULL
};

const struct converter libvirt_converter = {
  .name = "libvirt",
  .title = "libvirt domain XML (KVM, QEMU)",
  .suffix = ".xml",
  .disk_format = "qcow2",
  .net_default = "network:default",
  .net_bare = "network",
  .net_kinds = "bridge network user none",
  .start = start,
  .absolute_paths = true,
  .probe = probe,
  .read = libvirt_read,
  .write = libvirt_write,
};

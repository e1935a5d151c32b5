/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The libvirt converter: domain XML of KVM and QEMU. */
#include "libvirt.h"

/* After the XML declaration and comments, the root is <domain>. */
static int
probe (const struct input *in)
{
  const char *s = in->text;

  while (*s != '\0') {
    if (strchr (" \t\r\n", *s) != NULL)
      s++;
    else if (strncmp (s, "\xef\xbb\xbf", 3) == 0)
      s += 3;
    else if (strncmp (s, "<?", 2) == 0 || strncmp (s, "<!--", 4) == 0) {
      const char *close = s[1] == '?' ? "?>" : "-->";
      s = strstr (s, close);
      if (s == NULL)
        return 0;
      s += strlen (close);
    }
    else if (strncmp (s, "<!DOCTYPE domain", 16) == 0)
      return 60; /* the parser says what is wrong with that */
    else
      return strncmp (s, "<domain", 7) == 0 && strchr (" \t\r\n>/", s[7]) ? 95
                                                                       : 0;
  }
  return 0;
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The build file as a converter: the row, and how a text is recognised. */
#include "spec.h"

/* Does a line begin with this key? */
static bool
has_key (const char *text, const char *key)
{
  size_t n = strlen (key);

  for (const char *p = text; p != NULL; p = strchr (p, '\n')) {
    p += *p == '\n';
    if (strncmp (p, key, n) == 0 && p[n] == ':')
      return true;
  }
  return false;
}

/* `hardware` is mandatory, and no key of the other formats with colons. */
static int
probe (const struct input *in)
{
  return has_key (in->text, "hardware") ? has_key (in->text, "system") ? 90 : 60 : 0;
}

const struct converter spec_converter = {
  .name = "spec",
  .title = "YAML build file",
  .suffix = ".yaml",
  .disk_format = "vmdk",
  .net_bare = "network",
  .net_kinds = "network",
  .probe = probe,
  .read = spec_read,
  .write = spec_write,
};

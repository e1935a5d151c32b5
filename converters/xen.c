/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Xen converter: xl.cfg and the files of xm. */
#include "xen.h"

#include <ctype.h>

/* Settings at the begin of a line that tell what this is. */
static const struct {
  const char *name;
  bool list;                /* "= [" makes it sure */
  int bid;
} signs[] = {
  { "disk", true, 45 },      { "vif", true, 45 },
  { "memory", false, 20 },   { "vcpus", false, 20 },
  { "maxmem", false, 20 },   { "builder", false, 30 },
  { "bootloader", false, 20 }, { "kernel", false, 15 },
  { "ramdisk", false, 15 },  { "name", false, 10 },
  { "type", false, 10 },     { "on_poweroff", false, 20 },
  { "on_crash", false, 20 }, { "device_model_version", false, 30 },
  { "uuid", false, 10 },     { "extra", false, 15 },
  { "vfb", true, 45 },       { "localtime", false, 10 },
};

/* Is this line such a setting? */
static int
bid_of_line (const char *line)
{
  size_t n;

  while (isblank ((unsigned char)*line))
    line++;
  n = strspn (line, "abcdefghijklmnopqrstuvwxyz_");
  for (size_t i = 0; i < ARRAY_SIZE (signs); i++) {
    const char *p = line + n;
    if (strlen (signs[i].name) != n || strncmp (signs[i].name, line, n) != 0)
      continue;
    p += strspn (p, " \t");
    p += *p == '+';
    if (*p++ != '=' || *p == '=')
      return 0;
    p += strspn (p, " \t");
    return !signs[i].list || *p == '[' ? signs[i].bid : 15;
  }
  return 0;
}

/* XML and YAML do not say "memory = 512" at the begin of lines; VMX and
 * Proxmox do, with other names. */
static int
probe (const struct input *in)
{
  int bid = 0;

  if (in->text[strspn (in->text, " \t\r\n")] == '<')
    return 0;
  for (const char *line = in->text; line != NULL && bid < 90;) {
    const char *end = strchr (line, '\n');
    bid += bid_of_line (line);
    line = end ? end + 1 : NULL;
  }
  return bid < 20 ? 0 : bid > 90 ? 90 : bid;
}

/* xl takes the paths in a configuration from the folder that it is started
 * in. */
static const char *const start[] = { "cd %d && xl create %c", NULL };

const struct converter xen_converter = {
  .name = "xen",
  .title = "Xen domain configuration (xl, xm)",
  .suffix = ".cfg",
  .disk_format = "raw",
  .net_default = "bridge:xenbr0",
  .net_bare = "bridge",
  .net_kinds = "bridge nat none",
  .mac_prefix = "00:16:3e",
  .start = start,
  .probe = probe,
  .read = xen_read,
  .write = xen_write,
};

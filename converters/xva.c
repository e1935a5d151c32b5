/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The XVA converter: exports of XenServer and XCP-ng.  Here is the text that
 * such an archive begins with; libovf/package/xva-read.c has the archive. */
#include "xva.h"

/* One XML-RPC value with a version and objects; nobody else writes that. */
static int
probe (const struct input *in)
{
  const char *s = in->text;

  if (strncmp (s, "\xef\xbb\xbf", 3) == 0)
    s += 3;
  s += strspn (s, " \t\r\n");
  if (strncmp (s, "<?xml", 5) == 0) {
    s = strstr (s, "?>");
    if (s == NULL)
      return 0;
    s += 2;
    s += strspn (s, " \t\r\n");
  }
  if (strncmp (s, "<value", 6) != 0)
    return 0;
  return strstr (s, "export_vsn") != NULL || strstr (s, "objects") != NULL ? 95 : 20;
}

static const char *const start[] = { "xe vm-import filename=%c", NULL };

const struct converter xva_converter = {
  .name = "xva",
  .title = "XenServer and XCP-ng export",
  .suffix = ".xva",
  .disk_format = "raw",
  .net_default = "bridge:xenbr0",
  .net_bare = "network",
  .net_kinds = "bridge network",
  .mac_prefix = "00:16:3e",
  .start = start,
  .probe = probe,
  .read = xva_read,
  .write = xva_write,
};

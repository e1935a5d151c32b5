/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Proxmox converter: the row, and how a configuration is recognised. */
#include "proxmox.h"

/* A line that may stand before the first section: 1 = of ours, 0 = says
 * nothing, -1 = of another format. */
static int
judge_line (const char *line, size_t n)
{
  size_t key_len = strcspn (line, ":\n");
  CLEANUP_FREE char *key = NULL;
  unsigned number;

  if (n == 0 || *line == '#' || strspn (line, " \t\r") >= n)
    return 0;
  if (key_len >= n || key_len > 64 || key_len + 1 >= n)
    return -1;
  key = xstrndup (line, key_len);
  return pm_key_find (key, &number) != NULL ? 1 : -1;
}

/* Every line is "key: value" with a key that we know: surely.  Most are:
 * broken, or of a newer version. */
static int
probe (const struct input *in)
{
  size_t ours = 0, foreign = 0;

  for (const char *p = in->text; *p != '\0' && *p != '[';) {
    size_t n = strcspn (p, "\n");
    int verdict = judge_line (p, n);
    ours += verdict > 0;
    foreign += verdict < 0;
    p += n + (p[n] != '\0');
  }
  if (ours == 0)
    return 0;
  return foreign == 0 ? 85 : ours > 3 * foreign ? 50 : ours > foreign ? 20 : 0;
}

static const char *const start[] = { "%s VMID STORAGE", "qm start VMID", NULL };
static const struct companion script = { ".qm.sh", proxmox_script };

const struct converter proxmox_converter = {
  .name = "proxmox",
  .title = "Proxmox VE configuration (qemu-server)",
  .suffix = ".conf",
  .disk_format = "qcow2",
  .net_default = "bridge:vmbr0",
  .net_bare = "bridge",
  .net_kinds = "bridge user none",
  .mac_prefix = "bc:24:11",
  .start = start,
  .absolute_paths = true,
  .names_volumes = true,
  .companion = &script,
  .probe = probe,
  .read = proxmox_read,
  .write = proxmox_write,
};

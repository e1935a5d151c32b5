/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The VMX converter: configurations of VMware's hypervisors. */
#include "vmx.h"

#include <strings.h>

/* Keys that begin a line of such a file, and of few others: Xen's and
 * Proxmox's are key = value as well. */
static const struct {
  const char *key;
  int weight;
} signs[] = {
  { "config.version", 40 },  { "virtualHW.version", 40 },
  { ".encoding", 30 },       { "displayName", 20 },
  { "guestOS", 20 },         { "memsize", 20 },
  { "uuid.bios", 20 },       { "scsi0", 20 },
  { "ide0", 20 },            { "ide1", 20 },
  { "sata0", 20 },           { "nvme0", 20 },
  { "ethernet0", 20 },       { "floppy0", 20 },
  { "uuid.location", 20 },
};
#define CERTAIN 90
#define ENOUGH 40   /* below that it is a guess */

/* A key at the start of a line ends with '=', a blank, or goes on: "scsi0:0"
 * (Proxmox has "scsi0: "). */
static bool
is_sign (const char *line, const char *key)
{
  size_t n = strlen (key);

  if (strncasecmp (line, key, n) != 0 || line[n] == '\0')
    return false;
  return line[n] == ':' ? strchr ("0123456789", line[n + 1]) != NULL
                            && line[n + 1] != '\0'
                        : strchr (" \t=.", line[n]) != NULL;
}

static int
probe (const struct input *in)
{
  bool seen[ARRAY_SIZE (signs)] = { 0 };
  const char *s = in->text;
  int sum = 0;

  s += strncmp (s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  while (*s != '\0' && sum < CERTAIN) {
    s += strspn (s, " \t\r");
    if (*s == '<' || *s == '{' || *s == '[')
      return 0; /* XML, JSON, sections */
    for (size_t i = 0; i < ARRAY_SIZE (signs); i++)
      if (!seen[i] && is_sign (s, signs[i].key)) {
        seen[i] = true;
        sum += signs[i].weight;
      }
    s += strcspn (s, "\n");
    s += *s == '\n';
  }
  return sum < ENOUGH ? 0 : sum > CERTAIN ? CERTAIN : sum;
}

static const char *const start[] = { "vmrun start %c", NULL };

const struct converter vmx_converter = {
  .name = "vmx",
  .title = "VMware configuration (VMX)",
  .suffix = ".vmx",
  .disk_format = "vmdk",
  .disk_subformat = "monolithicSparse",
  .net_default = "nat",
  .net_bare = "bridge",
  .net_kinds = "bridge nat hostonly none",
  .mac_prefix = "00:0c:29",
  .start = start,
  .probe = probe,
  .read = vmx_read,
  .write = vmx_write,
};

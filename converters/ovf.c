/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The OVF descriptor as a converter: the row, and how a text is recognised. */
#include "ovf-format.h"

/* Past white space, processing instructions, comments and a DOCTYPE (which
 * the reader refuses with its own words). */
static const char *
skip_prolog (const char *p)
{
  static const struct {
    const char *begin, *end;
  } skips[] = { { "<!--", "-->" }, { "<?", "?>" }, { "<!DOCTYPE", ">" } };
  size_t i;

  if (strncmp (p, "\xef\xbb\xbf", 3) == 0)
    p += 3;
  do {
    p += strspn (p, " \t\r\n");
    for (i = 0; i < ARRAY_SIZE (skips); i++)
      if (strncmp (p, skips[i].begin, strlen (skips[i].begin)) == 0) {
        const char *end = strstr (p, skips[i].end);
        if (end == NULL)
          return p + strlen (p);
        p = end + strlen (skips[i].end);
        break;
      }
  } while (i < ARRAY_SIZE (skips));
  return p;
}

/* An Envelope root of whatever namespace: which one it is, the reader says
 * with a rule id. */
static int
probe (const struct input *in)
{
  const char *p = skip_prolog (in->text), *name;

  if (*p != '<')
    return 0;
  name = p + 1;
  p = name + strcspn (name, " \t\r\n/>:");
  if (*p == ':') {
    name = p + 1;
    p = name + strcspn (name, " \t\r\n/>");
  }
  return (size_t)(p - name) == strlen ("Envelope")
             && strncmp (name, "Envelope", strlen ("Envelope")) == 0
           ? 100 : 0;
}

const struct converter ovf_converter = {
  .name = "ovf",
  .title = "OVF descriptor",
  .suffix = ".ovf",
  .disk_format = "vmdk",
  .net_bare = "network",
  .net_kinds = "network",
  .probe = probe,
  .read = descriptor_read,
  .write = descriptor_write,
};

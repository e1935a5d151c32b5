/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of a probe, column by column as VMware's tool prints it: scripts
 * cut it with grep and awk. */
#include <string.h>

#include "compat.h"

#define WRAP 80 /* columns of a long text */
enum { TOP = 15, DOWNLOAD = 16, SIZES = 14, SECTION = 13, MACHINE = 20,
       HARDWARE = 18, DEVICE = 16 };

/* ---- lines ------------------------------------------------------------------ */

/* "  Label:    value"; nothing for NULL. */
static void
field (struct compat *c, int indent, int width, const char *label,
       const char *value)
{
  if (value != NULL)
    fprintf (c->cli->out, "%*s%-*s%s\n", indent, "", width,
             cli_format (c->cli, "%s:", label), value);
}

/* Characters: what follows the first byte of one begins with the bits 10. */
static size_t
width_of (const char *s, size_t n)
{
  size_t width = 0;

  for (size_t i = 0; i < n; i++)
    width += ((unsigned char)s[i] & 0xc0) != 0x80;
  return width;
}

/* One paragraph from column `hang` on; the first line stands there already. */
static void
wrap (FILE *fp, const char *text, int hang)
{
  size_t room = (size_t)(WRAP - hang), column = 0;

  for (text += strspn (text, " "); *text != '\0'; text += strspn (text, " ")) {
    size_t n = strcspn (text, " "), width = width_of (text, n);

    if (column > 0 && column + 1 + width > room) {
      fprintf (fp, "\n%*s", hang, "");
      column = 0;
    }
    fprintf (fp, "%s%.*s", column > 0 ? " " : "", (int)n, text);
    column += width + (column > 0);
    text += n;
  }
}

/* A text of several lines and any length. */
static void
paragraphs (struct compat *c, int indent, int width, const char *label,
            const char *untrusted)
{
  FILE *fp = c->cli->out;
  bool first = true;

  if (untrusted == NULL)
    return;
  untrusted += strspn (untrusted, "\r\n");
  if (*untrusted == '\0')
    return;
  fprintf (fp, "%*s%-*s", indent, "", width, cli_format (c->cli, "%s:", label));
  while (*untrusted != '\0') {
    size_t n = strcspn (untrusted, "\n");
    const char *line
      = cli_format (c->cli, "%.*s",
                    (int)(n - (n > 0 && untrusted[n - 1] == '\r')), untrusted);

    line += strspn (line, " \t");
    if (!first)
      fprintf (fp, "%*s", *line != '\0' ? indent + width : 0, "");
    wrap (fp, cli_show (c->cli, line), indent + width);
    fputc ('\n', fp);
    first = false;
    untrusted += n + (untrusted[n] == '\n');
  }
}

static void
heading (struct compat *c, const char *text)
{
  fprintf (c->cli->out, "%s:\n", text);
}

static void
end (struct compat *c)
{
  fputc ('\n', c->cli->out);
}

static const char *
size_of (struct cli *cli, uint64_t bytes, bool unknown)
{
  static const char *const units[] = { "KB", "MB", "GB", "TB", "PB", "EB" };
  double value = (double)bytes / 1024;
  unsigned i = 0;

  if (unknown)
    return "Unknown";
  if (bytes < 1024)
    return cli_format (cli, "%llu bytes", (unsigned long long)bytes);
  /* 1023.995 would be printed as 1024.00. */
  for (; value >= 1023.995; i++)
    value /= 1024;
  return cli_format (cli, "%.2f %s", value, units[i]);
}

static const char *
json_size (struct cli *cli, const json_t *o, const char *key)
{
  const json_t *v = json_object_get (o, key);

  return json_is_integer (v)
           ? size_of (cli, (uint64_t)json_integer_value (v), false) : NULL;
}

static const char *
show (struct compat *c, const json_t *o, const char *key)
{
  return json_show (c->cli, o, key, NULL);
}

/* ---- what it is ---------------------------------------------------------------- */

/* All that is read through the 1.x namespace is 1.0 there. */
static const char *
version_of (struct compat *c, const json_t *model)
{
  const char *version = show (c, model, "ovf_version");

  return version == NULL || strcmp (version, "1.1") == 0 ? "1.0" : version;
}

static void
print_product (struct compat *c, const json_t *model)
{
  const json_t *product = compat_product (model);
  const char *name = compat_name (model);

  field (c, 0, TOP, "OVF version", version_of (c, model));
  field (c, 0, TOP, "VirtualApp",
         json_get_true (model, "virtual_app") ? "true" : "false");
  field (c, 0, TOP, "Name", name != NULL ? cli_show (c->cli, name) : NULL);
  field (c, 0, TOP, "Version", show (c, product, "version"));
  field (c, 0, TOP, "Full Version", show (c, product, "full_version"));
  field (c, 0, TOP, "Vendor", show (c, product, "vendor"));
  field (c, 0, TOP, "Product URL", show (c, product, "product_url"));
  field (c, 0, TOP, "Vendor URL", show (c, product, "vendor_url"));
  end (c);
}

static void
print_annotations (struct compat *c, const json_t *model)
{
  json_t *o;
  size_t i;

  EACH_OWNER (model, k, i, o) {
    const char *text = json_get_text (o, "annotation");

    if (text == NULL || *text == '\0')
      continue;
    paragraphs (c, 0, TOP, "Annotation", text);
    end (c);
  }
}

static void
print_licences (struct compat *c, const json_t *model)
{
  bool any = false;
  json_t *o, *eula;
  size_t i, n;

  if (compat_flag (c, "hideEula"))
    return;
  EACH_OWNER (model, k, i, o)
    json_array_foreach (json_object_get (o, "eulas"), n, eula) {
      if (!any)
        heading (c, "End-user License Agreements");
      any = true;
      field (c, 2, SECTION, "Name", json_show (c->cli, o, "name",
                                               show (c, o, "id")));
      paragraphs (c, 2, SECTION, "Text", json_string_value (eula));
      end (c);
    }
}

static void
print_sizes (struct compat *c, const json_t *model)
{
  struct compat_sizes s = compat_sizes (model);

  field (c, 0, DOWNLOAD, "Download Size",
         size_of (c->cli, s.download, s.no_download));
  end (c);
  heading (c, "Deployment Sizes");
  field (c, 2, SIZES, "Flat disks", size_of (c->cli, s.flat, s.no_flat));
  field (c, 2, SIZES, "Sparse disks", size_of (c->cli, s.sparse, s.no_sparse));
  if (s.no_download)
    fputs ("  (note: Source included files for which the file size is "
           "unknown)\n", c->cli->out);
  end (c);
}

static void
print_networks (struct compat *c, const json_t *model)
{
  const json_t *list = json_object_get (model, "networks");
  json_t *network;
  size_t i;

  if (json_array_size (list) == 0)
    return;
  heading (c, "Networks");
  json_array_foreach (list, i, network) {
    field (c, 2, SECTION, "Name", show (c, network, "name"));
    paragraphs (c, 2, SECTION, "Description",
                json_get_text (network, "description"));
    end (c);
  }
}

/* ---- machines --------------------------------------------------------------------- */

static void
print_disks (struct compat *c, const json_t *model, const json_t *machine)
{
  const json_t *drives = json_object_get (machine, "drives");
  unsigned index = 0;
  json_t *drive;
  size_t i;

  json_array_foreach (drives, i, drive) {
    const json_t *disk = compat_disk_of (model, drive);
    const char *kind = json_get_text (drive, "kind");

    if (kind == NULL || strcmp (kind, "disk") != 0)
      continue;
    if (index == 0)
      fputs ("    Disks:\n", c->cli->out);
    field (c, 6, DEVICE, "Index", cli_format (c->cli, "%u", index++));
    field (c, 6, DEVICE, "Instance ID", show (c, drive, "id"));
    field (c, 6, DEVICE, "Capacity",
           disk != NULL && json_size (c->cli, disk, "capacity") != NULL
             ? json_size (c->cli, disk, "capacity") : "Unknown");
    field (c, 6, DEVICE, "Disk Types",
           compat_disk_type (c->cli, machine, drive));
    end (c);
  }
}

static void
print_nics (struct compat *c, const json_t *machine)
{
  const json_t *nics = json_object_get (machine, "nics");
  json_t *nic;
  size_t i;

  if (json_array_size (nics) > 0)
    fputs ("    NICs:\n", c->cli->out);
  json_array_foreach (nics, i, nic) {
    field (c, 6, DEVICE, "Adapter Type", show (c, nic, "subtype"));
    field (c, 6, DEVICE, "Connection", show (c, nic, "network"));
    end (c);
  }
}

static void
print_machines (struct compat *c, const json_t *model)
{
  const json_t *list = json_object_get (model, "machines");
  json_t *m;
  size_t i;

  if (json_array_size (list) == 0)
    return;
  heading (c, "Virtual Machines");
  json_array_foreach (list, i, m) {
    field (c, 2, MACHINE, "Name", json_show (c->cli, m, "name", show (c, m, "id")));
    field (c, 2, MACHINE, "Operating System", compat_os (c->cli, m));
    fputs ("  Virtual Hardware:\n", c->cli->out);
    field (c, 4, HARDWARE, "Families", json_show_list (c->cli, m, "hardware"));
    field (c, 4, HARDWARE, "Number of CPUs", show (c, m, "cpus"));
    field (c, 4, HARDWARE, "Cores per socket",
           json_show (c->cli, m, "cores_per_socket", "automatic"));
    field (c, 4, HARDWARE, "Memory", json_size (c->cli, m, "memory"));
    end (c);
    print_disks (c, model, m);
    print_nics (c, m);
  }
}

/* ---- the rest ------------------------------------------------------------------------ */

static void
print_property (struct compat *c, const json_t *product, const json_t *p)
{
  const char *instance = show (c, product, "instance");
  const char *value = show (c, p, "value");

  field (c, 2, SECTION, "ClassId", show (c, product, "class"));
  field (c, 2, SECTION, "Key", show (c, p, "key"));
  /* Without a colon: what is compared with expects it so. */
  if (instance != NULL)
    fprintf (c->cli->out, "  %-*s%s\n", SECTION, "InstanceId", instance);
  field (c, 2, SECTION, "Category", show (c, p, "category"));
  field (c, 2, SECTION, "Label", show (c, p, "label"));
  field (c, 2, SECTION, "Type", compat_type_of (c->cli, p));
  paragraphs (c, 2, SECTION, "Description", json_get_text (p, "description"));
  /* What may be a secret is not put on a screen. */
  field (c, 2, SECTION, "Value",
         value != NULL && json_get_true (p, "password") ? "********" : value);
  end (c);
}

static void
print_properties (struct compat *c, const json_t *model)
{
  bool any = false;
  json_t *o, *product, *p;
  size_t i, n, q;

  EACH_OWNER (model, k, i, o)
    json_array_foreach (json_object_get (o, "products"), n, product)
      json_array_foreach (json_object_get (product, "properties"), q, p) {
        if (!any)
          heading (c, "Properties");
        any = true;
        print_property (c, product, p);
      }
}

static void
print_options (struct compat *c, const json_t *model)
{
  const json_t *list = json_object_get (model, "configurations");
  json_t *o;
  size_t i;

  if (json_array_size (list) == 0)
    return;
  heading (c, "Deployment Options");
  json_array_foreach (list, i, o) {
    field (c, 2, SECTION, "Id", show (c, o, "id"));
    field (c, 2, SECTION, "Label", show (c, o, "label"));
    paragraphs (c, 2, SECTION, "Description", json_get_text (o, "description"));
    end (c);
  }
}

static void
print_references (struct compat *c, const json_t *model)
{
  const json_t *files = json_object_get (model, "files");
  json_t *file;
  size_t i;

  if (json_array_size (files) == 0)
    return;
  heading (c, "References");
  json_array_foreach (files, i, file)
    field (c, 2, 7, "File", show (c, file, "href"));
  end (c);
}

void
compat_probe_text (struct compat *c, const json_t *model)
{
  print_product (c, model);
  print_annotations (c, model);
  print_licences (c, model);
  print_sizes (c, model);
  print_networks (c, model);
  print_machines (c, model);
  print_properties (c, model);
  print_options (c, model);
  print_references (c, model);
}

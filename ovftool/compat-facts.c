/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a probe tells of a model, for both of its forms: sizes, system, types
 * of disks and properties, as VMware's tool words them. */
#include <ctype.h>
#include <string.h>

#include "compat.h"

/* ---- sizes --------------------------------------------------------------- */

static void
add_size (uint64_t *sum, bool *unknown, const json_t *size)
{
  if (!json_is_integer (size) || json_integer_value (size) < 0
      || __builtin_add_overflow (*sum, (uint64_t)json_integer_value (size), sum))
    *unknown = true;
}

static bool
is_of_disk (const json_t *model, const json_t *file)
{
  const json_t *id = json_object_get (file, "id");
  json_t *disk;
  size_t i;

  json_array_foreach (json_object_get (model, "disks"), i, disk)
    if (json_is_string (id) && json_equal (json_object_get (disk, "file"), id))
      return true;
  return false;
}

/* Files that are no disks count as they are, in every sum. */
struct compat_sizes
compat_sizes (const json_t *model)
{
  struct compat_sizes s = { 0 };
  json_t *o;
  size_t i;

  json_array_foreach (json_object_get (model, "files"), i, o) {
    const json_t *size = json_object_get (o, "size");

    add_size (&s.download, &s.no_download, size);
    if (is_of_disk (model, o))
      continue;
    add_size (&s.flat, &s.no_flat, size);
    add_size (&s.sparse, &s.no_sparse, size);
  }
  json_array_foreach (json_object_get (model, "disks"), i, o) {
    add_size (&s.flat, &s.no_flat, json_object_get (o, "capacity"));
    add_size (&s.sparse, &s.no_sparse, json_object_get (o, "populated_size"));
    s.variable |= json_is_string (json_object_get (o, "capacity_property"));
  }
  return s;
}

/* ---- words ----------------------------------------------------------------- */

const char *
compat_os (struct cli *cli, const json_t *machine)
{
  const json_t *os = json_object_get (machine, "os");
  const char *said = json_get_text (os, "vmware");
  const char *near = json_get_text (os, "vmware_near");
  char *s;

  s = must_have (strdup (said != NULL && *said != '\0' ? said
                         : near != NULL && *near != '\0' ? near : "otherGuest"));
  for (char *p = s; *p != '\0'; p++)
    *p = (char)tolower ((unsigned char)*p);
  cli_keep (cli, s);
  return cli_show (cli, said != NULL && *said != '\0' ? s : cli_format (cli, "*%s", s));
}

/* "63" from MaxLen(63) within the qualifiers; NULL where it is not there. */
static const char *
qualifier (struct cli *cli, const char *qualifiers, const char *name)
{
  const char *at = qualifiers != NULL ? strstr (qualifiers, name) : NULL;
  size_t n;

  if (at == NULL)
    return NULL;
  at += strlen (name);
  at += strspn (at, " ");
  if (*at++ != '(')
    return NULL;
  at += strspn (at, " ");
  n = strspn (at, "-0123456789");
  return n > 0 ? cli_format (cli, "%.*s", (int)n, at) : NULL;
}

/* `"a", "b"` of ValueMap{"a","b"}. */
static const char *
value_map (struct cli *cli, const char *qualifiers)
{
  const char *at = qualifiers != NULL ? strstr (qualifiers, "ValueMap") : NULL;
  size_t n;

  if (at == NULL)
    return NULL;
  at += strlen ("ValueMap");
  at += strspn (at, " ");
  if (*at++ != '{')
    return NULL;
  n = strcspn (at, "}");
  return cli_show (cli, cli_format (cli, "%.*s", (int)n, at));
}

/* "string(..63)", "password(..25)", "int(1..9)", "string["a","b"]", "ip". */
const char *
compat_type_of (struct cli *cli, const json_t *property)
{
  const char *qualifiers = json_get_text (property, "qualifiers");
  const char *type = json_get_true (property, "password")
                       ? "password" : json_show (cli, property, "type", "string");
  bool text = strcmp (type, "string") == 0 || strcmp (type, "password") == 0;
  const char *low = qualifier (cli, qualifiers, text ? "MinLen" : "MinValue");
  const char *high = qualifier (cli, qualifiers, text ? "MaxLen" : "MaxValue");
  const char *choices = value_map (cli, qualifiers);

  if (text && qualifiers != NULL && strncmp (qualifiers, "Ip", 2) == 0)
    type = "ip";
  if (choices != NULL)
    return cli_format (cli, "%s[%s]", type, choices);
  if (low == NULL && high == NULL)
    return type;
  return cli_format (cli, "%s(%s..%s)", type, low != NULL ? low : "",
                     high != NULL ? high : "");
}

const json_t *
compat_disk_of (const json_t *model, const json_t *drive)
{
  const json_t *id = json_object_get (drive, "disk");
  json_t *disk;
  size_t i;

  json_array_foreach (json_object_get (model, "disks"), i, disk)
    if (json_is_string (id) && json_equal (json_object_get (disk, "id"), id))
      return disk;
  return NULL;
}

/* The controller that a drive hangs on. */
static const json_t *
controller_of (const json_t *machine, const json_t *drive)
{
  json_t *c;
  size_t i;

  json_array_foreach (json_object_get (machine, "controllers"), i, c)
    if (json_equal (json_object_get (c, "bus"), json_object_get (drive, "bus"))
        && json_equal (json_object_get (c, "index"),
                       json_object_get (drive, "controller")))
      return c;
  return NULL;
}

/* "SCSI-VirtualSCSI", "SATA-ahci", "IDE": the bus, and what the file calls
 * the controller, without VMware's prefix ("vmware.sata.ahci"). */
const char *
compat_disk_type (struct cli *cli, const json_t *machine, const json_t *drive)
{
  static const char *const buses[][2] = {
    { "ide", "IDE" }, { "sata", "SATA" }, { "scsi", "SCSI" }, { "nvme", "NVME" },
    { "usb", "USB" }, { "virtio-blk", "VIRTIO" }, { "virtio-scsi", "SCSI" },
    { "xen", "XEN" }, { "floppy", "FLOPPY" }
  };
  const char *bus = json_get_text (drive, "bus"), *word = "UNKNOWN";
  const char *type = json_get_text (controller_of (machine, drive), "subtype");
  const char *first;

  for (size_t i = 0; bus != NULL && i < sizeof buses / sizeof buses[0]; i++)
    if (strcmp (bus, buses[i][0]) == 0)
      word = buses[i][1];
  if (type == NULL || *type == '\0' || strcmp (word, "IDE") == 0)
    return word;
  /* "lsilogic lsilogicsas" is a list, the best first. */
  first = cli_format (cli, "%.*s", (int)strcspn (type, " ,"), type);
  if (strncmp (first, "vmware.", 7) == 0)
    first = strrchr (first, '.') + 1;
  return cli_show (cli, cli_format (cli, "%s-%s", word, first));
}

/* ---- the product ------------------------------------------------------------- */

static const json_t *
first_product (const json_t *owner)
{
  static const char *const keys[] = { "product", "vendor", "version",
                                      "full_version", "product_url",
                                      "vendor_url" };
  json_t *p;
  size_t i;

  json_array_foreach (json_object_get (owner, "products"), i, p)
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
      if (json_is_string (json_object_get (p, keys[k])))
        return p;
  return NULL;
}

/* Of the outermost collection, else of the first machine that has one. */
const json_t *
compat_product (const json_t *model)
{
  static const char *const owners[] = { "collections", "machines" };
  const json_t *found = NULL;
  json_t *o;
  size_t i;

  for (size_t k = 0; k < sizeof owners / sizeof owners[0]; k++)
    json_array_foreach (json_object_get (model, owners[k]), i, o)
      if (found == NULL)
        found = first_product (o);
  return found;
}

const char *
compat_name (const json_t *model)
{
  const char *name = json_get_text (compat_product (model), "product");

  return name != NULL && *name != '\0' ? name : json_get_text (model, "name");
}

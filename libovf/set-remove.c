/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `set --remove`: devices of a kind, one NIC or disk, a property.  What only
 * a removed device used, a Disk and its File, goes with it. */
#include "base/report.h"
#include "base/text.h"
#include "edit.h"

/* ---- files that nothing names any more ------------------------------- */

/* "ovf:/disk/vmdisk1", "/disk/vmdisk1": the id, or NULL. */
static const char *
resource_id (const char *text, const char *kind)
{
  const char *p = strstr (text, kind);

  return p ? p + strlen (kind) : NULL;
}

static bool
text_names (const char *text, const char *kind, const char *id)
{
  const char *got = resource_id (text, kind);

  return got && strcmp (got, id) == 0;
}

/* Does an attribute or a text beneath n name the file or the disk? */
static bool
names (const xmlNode *n, const char *attribute, const char *kind, const char *id)
{
  for (const xmlAttr *a = n->properties; a != NULL; a = a->next) {
    CLEANUP_FREE char *value = xml_attr (n, "*", (const char *)a->name);

    if (value
        && ((strcmp ((const char *)a->name, attribute) == 0
             && strcmp (value, id) == 0)
            || text_names (value, kind, id)))
      return true;
  }
  if (xml_is (n, "*", "HostResource")) {
    CLEANUP_FREE char *text = xml_text (n);

    if (text_names (text, kind, id))
      return true;
  }
  XML_FOR (child, n)
    if (names (child, attribute, kind, id))
      return true;
  return false;
}

static void
release_file (struct edit *e, const char *id)
{
  xmlNode *refs = xml_child (e->root, edit_ns (e), "References");

  if (id == NULL || refs == NULL || names (e->root, "fileRef", "/file/", id))
    return;
  XML_FOR (n, refs)
    if (xml_is (n, edit_ns (e), "File") && edit_attr_is (n, "id", id)) {
      char *href = xml_attr (n, "*", "href");

      if (href)
        strings_append (&e->dropped, href);
      edit_remove (n);
      return;
    }
}

static void
release_disk (struct edit *e, const char *id)
{
  xmlNode *section = xml_child (e->root, edit_ns (e), "DiskSection");

  /* Another disk may be the difference to it. */
  if (id == NULL || section == NULL || names (e->root, "parentRef", "/disk/", id))
    return;
  XML_FOR (n, section)
    if (xml_is (n, edit_ns (e), "Disk") && edit_attr_is (n, "diskId", id)) {
      CLEANUP_FREE char *file = xml_attr (n, "*", "fileRef");

      edit_remove (n);
      release_file (e, file);
      return;
    }
}

/* ---- devices --------------------------------------------------------- */

void
edit_remove_item (struct edit *e, xmlNode *item)
{
  CLEANUP_FREE char *resource = item_text (item, "HostResource");
  const char *disk = resource ? resource_id (resource, "/disk/") : NULL;
  const char *file = resource ? resource_id (resource, "/file/") : NULL;

  edit_remove (item);
  release_disk (e, disk);
  release_file (e, file);
}

static const struct kind {
  const char *word;
  unsigned type, type2;
  const char *sub_type; /* instead of the types */
} kinds[] = {
  { "sound", RES_SOUND, RES_SOUND, NULL },
  { "usb", RES_USB, RES_USB, NULL },
  { "floppy", RES_FLOPPY, RES_FLOPPY, NULL },
  { "cdrom", RES_CD, RES_DVD, NULL },
  { "serial", RES_SERIAL, RES_SERIAL, NULL },
  { "parallel", RES_PARALLEL, RES_PARALLEL, NULL },
  { "tpm", 0, 0, "vmware.vtpm" },
};

static bool
is_kind (const xmlNode *item, const struct kind *k)
{
  unsigned type = item_type (item);

  if (k->sub_type)
    return item_text_is (item, "ResourceSubType", k->sub_type);
  return type == k->type || type == k->type2;
}

static unsigned
remove_kind (struct edit *e, xmlNode *hardware, const struct kind *k)
{
  unsigned count = 0;

  for (xmlNode *i = edit_item (xml_first (hardware)), *next; i; i = next) {
    next = edit_item (xml_next (i));
    if (!is_kind (i, k))
      continue;
    edit_remove_item (e, i);
    count++;
  }
  return count;
}

/* The ExtraConfig that names the file of firmware variables. */
unsigned
edit_remove_nvram (struct edit *e, xmlNode *hardware)
{
  XML_FOR (n, hardware)
    if (xml_is (n, "*", "ExtraConfig") && edit_attr_is (n, "key", "nvram")) {
      CLEANUP_FREE char *value = xml_attr (n, "*", "value");

      edit_remove (n);
      if (value)
        release_file (e, resource_id (value, "/file/"));
      return 1;
    }
  return 0;
}

static bool
remove_numbered (struct edit *e, xmlNode *hardware, const char *word,
                 const char *number, unsigned type, unsigned type2,
                 struct ovf_error **err)
{
  unsigned n, count;
  xmlNode *item;

  if (!edit_number (word, number, &n, NULL, err))
    return false;
  item = edit_nth (hardware, type, type2, n, &count);
  if (item == NULL)
    return error_set (err, OVF_E_USAGE, "there is no %s %u: the machine has "
                      "%u, counted from 0", word, n, count);
  edit_remove_item (e, item);
  return true;
}

static bool
remove_class (struct edit *e, xmlNode *hardware, const char *what,
              struct ovf_error **err)
{
  unsigned count = 0;
  bool known = strcmp (what, "nvram") == 0;

  if (known)
    count = edit_remove_nvram (e, hardware);
  for (size_t i = 0; i < ARRAY_SIZE (kinds); i++)
    if (strcmp (what, kinds[i].word) == 0) {
      known = true;
      count = remove_kind (e, hardware, &kinds[i]);
    }
  if (!known) {
    error_set (err, OVF_E_USAGE, "'%s' is nothing that can be removed", what);
    return error_hint (err, "sound, usb, floppy, cdrom, serial, parallel, tpm, "
                            "nvram, nic.N, disk.N or prop.KEY");
  }
  if (count == 0)
    report_add (e->report, OVF_NOTE, "SET-ABSENT", e->file, 0, NULL,
                "nothing to remove: the machine has no %s", what);
  return true;
}

bool
edit_remove_device (struct edit *e, const char *what, struct ovf_error **err)
{
  xmlNode *hardware, *property;

  if (strncmp (what, "prop.", 5) == 0) {
    property = edit_property (e, what + 5, err);
    if (property)
      edit_remove (property);
    return property != NULL;
  }
  hardware = edit_hardware (e, err);
  if (hardware == NULL)
    return false;
  if (strncmp (what, "nic.", 4) == 0)
    return remove_numbered (e, hardware, "nic", what + 4, RES_ETHERNET,
                            RES_ETHERNET, err);
  if (strncmp (what, "disk.", 5) == 0)
    return remove_numbered (e, hardware, "disk", what + 5, RES_DISK,
                            RES_LOGICAL_DISK, err);
  return remove_class (e, hardware, what, err);
}

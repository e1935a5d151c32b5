/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The registry of media, and what lies in a drive.
 *
 * A drive names its medium by an id; the registry says which file that is.  A
 * <HardDisk> in another one holds only what differs from it: that is how
 * VirtualBox keeps snapshots.  The attached one is the current state.  Before
 * VirtualBox 4 the registry was in another file. */
#include "virtualbox.h"

static bool
bad_medium (struct vb_reader *r, const xmlNode *n, struct ovf_error **err,
            const char *what, const char *uuid)
{
  if (r->inspect) {
    report_add (r->report, OVF_WARNING, "VIRTUALBOX-MEDIUM", r->name,
                xml_line (n), NULL, "%s '%s'", what, uuid);
    return true;
  }
  return error_at (err, OVF_E_FORMAT, "VIRTUALBOX-MEDIUM", r->name,
                   xml_line (n), "%s '%s'", what, uuid);
}

/* ---- the registry ------------------------------------------------------------- */
static bool
add_medium (struct vb_reader *r, const xmlNode *n, enum drive_kind kind,
            struct ovf_error **err)
{
  CLEANUP_FREE char *text = vb_attr (n, "uuid");
  CLEANUP_FREE char *uuid = text_uuid (text ? text : "");
  struct vb_medium *m;

  if (uuid == NULL)
    return bad_medium (r, n, err, "a medium's id is no UUID:", text ? text : "");
  m = vb_media_add (&r->media);
  m->uuid = STEAL (uuid);
  m->node = n;
  m->kind = kind;
  m->disk = m->file = NO_INDEX;
  return true;
}

static int
by_uuid (const void *a, const void *b)
{
  const struct vb_medium *x = a, *y = b;

  return strcmp (x->uuid, y->uuid);
}

/* Nested ones too, without recursion. */
static bool
read_list (struct vb_reader *r, const xmlNode *list, const char *element,
           enum drive_kind kind, struct ovf_error **err)
{
  const xmlNode *n = list;

  while (n != NULL && (n = xml_following (n, list)) != NULL) {
    if (!ctx_alive (r->ctx, err)
        || (vb_is (n, element) && !add_medium (r, n, kind, err)))
      return false;
  }
  return true;
}

bool
vb_registry_read (struct vb_reader *r, struct ovf_error **err)
{
  const xmlNode *registry = vb_child (r->machine, "MediaRegistry");
  vb_media *v = &r->media;

  if (!read_list (r, vb_child (registry, "HardDisks"), "HardDisk", DRIVE_DISK, err)
      || !read_list (r, vb_child (registry, "DVDImages"), "Image", DRIVE_CDROM, err)
      || !read_list (r, vb_child (registry, "FloppyImages"), "Image",
                     DRIVE_FLOPPY, err))
    return false;
  if (v->len > 1)
    qsort (v->ptr, v->len, sizeof *v->ptr, by_uuid);
  for (size_t i = 1; i < v->len; i++)
    if (by_uuid (&v->ptr[i - 1], &v->ptr[i]) == 0
        && !bad_medium (r, v->ptr[i].node, err, "two media have the id",
                        v->ptr[i].uuid))
      return false;
  return true;
}

void
vb_registry_done (struct vb_reader *r)
{
  VECTOR_FOR (m, &r->media)
    free (m->uuid);
  free (r->media.ptr);
}

static struct vb_medium *
find_medium (struct vb_reader *r, const char *uuid)
{
  struct vb_medium key = { .uuid = (char *)uuid };

  return r->media.len == 0 ? NULL
                           : bsearch (&key, r->media.ptr, r->media.len,
                                      sizeof key, by_uuid);
}

static struct vb_medium *
find_node (struct vb_reader *r, const xmlNode *n)
{
  CLEANUP_FREE char *text = vb_attr (n, "uuid");
  CLEANUP_FREE char *uuid = text_uuid (text ? text : "");
  struct vb_medium *m = uuid ? find_medium (r, uuid) : NULL;

  return m != NULL && m->node == n ? m : NULL;
}

/* ---- files --------------------------------------------------------------------- */
static size_t
add_file (struct vb_reader *r, const xmlNode *n, const char *href)
{
  CLEANUP_FREE char *id = xasprintf ("file%zu", r->a->files.len + 1);
  struct file_ref *f = appliance_add_file (r->a, id, href);

  f->line = xml_line (n);
  return r->a->files.len - 1;
}

/* What is no file has a name by which --disk-map can say where a copy is. */
static void
not_a_file (struct vb_reader *r, const xmlNode *n, const char *name,
            const char *what)
{
  report_add (r->report, OVF_WARNING, "VIRTUALBOX-MEDIUM", r->name, xml_line (n),
              NULL, "the medium '%s' is no file that is known here: %s", name,
              what);
  report_hint (r->report, "a copy can be used: --disk-map '%s=FILE'", name);
}

static const char *
format_word (struct vb_reader *r, const xmlNode *n, const char *format)
{
  const struct vb_words *w = vb_formats;

  /* The first row of a word is what it means. */
  while (w->model != NULL && !(format && text_equal_nocase (w->virtualbox, format)))
    w++;
  if (w->model == NULL)
    report_add (r->report, OVF_WARNING, "VIRTUALBOX-MEDIUM", r->name,
                xml_line (n), NULL, "the disk format '%s' is not known",
                format ? format : "");
  return disk_format_word (w->model);
}

/* Encrypted by VirtualBox: the bytes in the file are of no use to others. */
static bool
refuse_encrypted (struct vb_reader *r, const xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *location = vb_attr (n, "location");

  XML_FOR (p, n) {
    CLEANUP_FREE char *name = vb_attr (p, "name");
    if (!vb_is (p, "Property") || name == NULL || strncmp (name, "CRYPT/", 6) != 0)
      continue;
    if (r->inspect) {
      report_add (r->report, OVF_WARNING, "VIRTUALBOX-ENCRYPTED", r->name,
                  xml_line (n), NULL, "the disk '%s' is encrypted",
                  location ? location : "");
      return true;
    }
    error_at (err, OVF_E_UNSUPPORTED, "VIRTUALBOX-ENCRYPTED", r->name,
              xml_line (n), "the disk '%s' is encrypted",
              location ? location : "");
    return error_hint (err, "decrypt it first: VBoxManage encryptmedium FILE "
                            "--oldpassword -");
  }
  return true;
}

/* ---- disks ----------------------------------------------------------------------- */
static size_t
add_disk (struct vb_reader *r, const xmlNode *n, const char *href,
          const char *format)
{
  struct disk *d = appliance_add_disk (r->a);
  size_t i = r->a->disks.len - 1;

  d->id = xasprintf ("disk%zu", i + 1);
  d->format = format;
  d->line = xml_line (n);
  d->file = add_file (r, n, href);
  return i;
}

static bool
one_disk (struct vb_reader *r, struct vb_medium *m, struct ovf_error **err)
{
  CLEANUP_FREE char *location = vb_attr (m->node, "location");
  CLEANUP_FREE char *format = vb_attr (m->node, "format");
  CLEANUP_FREE char *type = vb_attr (m->node, "type");
  CLEANUP_FREE char *name = xasprintf ("{%s}", m->uuid);
  bool remote = format && text_equal_nocase (format, "iSCSI");

  if (!refuse_encrypted (r, m->node, err)
      || !ctx_within (r->ctx, LIMIT_DISKS, r->a->disks.len + 1,
                      "the number of disks", err))
    return error_place (err, NULL, r->name, xml_line (m->node));
  if (location == NULL || *location == '\0' || remote) {
    not_a_file (r, m->node, name, remote ? "it is on the network"
                                         : "the registry names no file");
    m->disk = add_disk (r, m->node, name, NULL);
    return true;
  }
  m->disk = add_disk (r, m->node, location, format_word (r, m->node, format));
  r->a->disks.ptr[m->disk].shared = type && strcmp (type, "Shareable") == 0;
  return true;
}

/* The leaf, and what it builds upon. */
static bool
use_disk (struct vb_reader *r, struct vb_medium *leaf, size_t *ret,
          struct ovf_error **err)
{
  struct vb_medium *m = leaf;
  size_t child = NO_INDEX;

  while (m != NULL) {
    bool known = m->disk != NO_INDEX;

    if (!known && !one_disk (r, m, err))
      return false;
    if (child != NO_INDEX)
      r->a->disks.ptr[child].parent = m->disk;
    child = m->disk;
    m = known ? NULL : find_node (r, m->node->parent);
  }
  if (r->a->disks.ptr[leaf->disk].parent != NO_INDEX)
    report_add (r->report, OVF_NOTE, "VIRTUALBOX-SNAPSHOT", r->name,
                xml_line (leaf->node), NULL,
                "the disk '%s' holds only what differs from another one",
                r->a->disks.ptr[leaf->disk].id);
  *ret = leaf->disk;
  return true;
}

static bool
is_read_only (const struct vb_medium *m)
{
  CLEANUP_FREE char *type = vb_attr (m->node, "type");

  return type != NULL && strcmp (type, "Readonly") == 0;
}

/* ---- drives ------------------------------------------------------------------------ */
/* A CD or a floppy: an image file, or an empty drive. */
static bool
use_image (struct vb_reader *r, struct vb_medium *m, struct drive *d)
{
  CLEANUP_FREE char *location = vb_attr (m->node, "location");
  CLEANUP_FREE char *format = vb_attr (m->node, "format");

  if (format && !text_equal_nocase (format, "RAW")) {
    report_add (r->report, OVF_WARNING, "VIRTUALBOX-MEDIUM", r->name,
                xml_line (m->node), NULL, "the medium '%s' is made up by "
                "VirtualBox as it runs (%s): the drive is taken as empty",
                location ? location : "", format);
    return true;
  }
  if (location == NULL || *location == '\0')
    return true;
  if (m->file == NO_INDEX)
    m->file = add_file (r, m->node, location);
  d->file = m->file;
  return true;
}

static bool
unknown_medium (struct vb_reader *r, const xmlNode *n, const char *uuid,
                struct drive *d)
{
  CLEANUP_FREE char *name = xasprintf ("{%s}", uuid);

  if (d->kind == DRIVE_DISK) {
    not_a_file (r, n, name, "the file does not register it");
    d->disk = add_disk (r, n, name, NULL);
  } else
    report_add (r->report, OVF_WARNING, "VIRTUALBOX-MEDIUM", r->name, xml_line (n),
                NULL, "the file does not register the medium '%s': the drive is "
                "taken as empty", name);
  return true;
}

bool
vb_medium_read (struct vb_reader *r, const xmlNode *n, struct drive *d,
                const char *id, struct ovf_error **err)
{
  const xmlNode *host = vb_child (n, "HostDrive");
  CLEANUP_FREE char *text
    = id ? xstrdup (id) : vb_attr (vb_child (n, "Image"), "uuid");
  CLEANUP_FREE char *uuid = text ? text_uuid (text) : NULL;
  struct vb_medium *m = uuid ? find_medium (r, uuid) : NULL;

  if (host != NULL)
    d->device = vb_attr (host, "src");
  if (text == NULL)
    return true;
  if (uuid == NULL)
    return bad_medium (r, n, err, "a medium's id is no UUID:", text);
  if (m == NULL)
    return unknown_medium (r, n, uuid, d);
  if ((m->kind == DRIVE_DISK) != (d->kind == DRIVE_DISK))
    return bad_medium (r, n, err, "the drive cannot hold the medium", uuid);
  d->read_only = d->kind == DRIVE_DISK && is_read_only (m);
  return d->kind == DRIVE_DISK ? use_disk (r, m, &d->disk, err)
                               : use_image (r, m, d);
}

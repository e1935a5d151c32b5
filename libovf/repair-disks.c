/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Repair of what the descriptor says of files and disks: each is measured. */
#include "repair.h"

#include <inttypes.h>

#include "base/text.h"
#include "model/maps.h"

static xmlNode *
find_file (const struct edit *e, const char *id)
{
  xmlNode *refs = xml_child (e->root, edit_ns (e), "References");

  if (refs)
    XML_FOR (n, refs)
      if (xml_is (n, edit_ns (e), "File") && edit_attr_is (n, "id", id))
        return n;
  return NULL;
}

static void
set_number (struct repair *r, xmlNode *n, const char *name, uint64_t value)
{
  CLEANUP_FREE char *text = xasprintf ("%" PRIu64, value);

  edit_set_attr (&r->e, n, name, text);
}

/* ---- sizes ----------------------------------------------------------------------- */
static bool
mend_size (struct repair *r, xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *href = xml_attr (n, "*", "href");
  CLEANUP_FREE char *text = xml_attr (n, "*", "size");
  CLEANUP_FREE char *chunk = xml_attr (n, "*", "chunkSize");
  uint64_t said, size = 0;

  if (href == NULL || text == NULL || chunk)
    return true;
  VECTOR_FOR (m, &r->w.remakes)
    if (strcmp (m->name, href) == 0)
      return true;
  {
    struct blob *b = package_blob (r->w.package, href, 0, BLOB_UNKNOWN, err);

    if (b == NULL)
      return false;
    size = blob_size (b);
    blob_free (b);
  }
  if (size == BLOB_UNKNOWN || (parse_u64 (text, 0, INT64_MAX, &said) && said == size))
    return true;
  repaired_at (r, "OVF-REF-005", n, "the size of '%s' is %" PRIu64 ", not %s", href, size,
               text);
  set_number (r, n, "size", size);
  return true;
}

bool
repair_files (struct repair *r, struct ovf_error **err)
{
  xmlNode *refs = xml_child (r->e.root, edit_ns (&r->e), "References");

  if (refs)
    XML_FOR (n, refs)
      if (xml_is (n, edit_ns (&r->e), "File")
          && (!ctx_alive (r->w.ctx, err) || !mend_size (r, n, err)))
        return false;
  return true;
}

/* ---- disks ------------------------------------------------------------------------- */
/* False without a reason when the image cannot be read: `validate` tells. */
static bool
measure (struct repair *r, const xmlNode *disk, struct disk_facts *ret)
{
  CLEANUP_FREE char *id = xml_attr (disk, "*", "fileRef");
  CLEANUP_FREE char *uri = xml_attr (disk, "*", "format");
  const xmlNode *file = id ? find_file (&r->e, id) : NULL;
  struct ovf_report *ignored = ovf_report_new ();
  const struct reference *ref = NULL;
  struct blob *stored = NULL, *plain = NULL;
  const struct disk_format *format = NULL;
  struct disk_claim claim = { .named = false };
  bool ok;

  VECTOR_FOR (x, &r->w.refs)
    if (file && x->id && strcmp (x->id, id) == 0)
      ref = x;
  if (ref)
    stored = package_blob (r->w.package, ref->href, ref->chunk_size,
                           ref->chunk_size ? ref->size : BLOB_UNKNOWN, NULL);
  /* What comes out of gzip is read once: it is what it is said to be. */
  if (ref && ref->gzip && uri)
    claim.declared = disk_format_of_uri (uri);
  if (stored)
    plain = ref->gzip
              ? blob_new_gunzip (stored, ctx_limit (r->w.ctx, LIMIT_CAPACITY)) : stored;
  if (plain)
    format = disk_identify (r->w.ctx, plain, &claim, NULL);
  ok = format && format->open
       && disk_inspect (r->w.ctx, plain, format, false, ret, ignored, NULL);
  if (plain != stored)
    blob_free (plain);
  blob_free (stored);
  ovf_report_free (ignored);
  return ok;
}

/* ---- the layout of a stream --------------------------------------------------------- */
static bool
count (void *opaque, const void *buf, size_t n, struct ovf_error **err)
{
  uint64_t *size = opaque;

  (void)buf;
  (void)err;
  *size += n;
  return true;
}

/* What `disk check` finds that writing the stream anew cures; or NULL. */
static const struct ovf_finding *
stream_fault (struct repair *r, struct blob *b, struct ovf_report *found)
{
  struct disk_claim claim = { .named = false };
  const struct disk_format *format = disk_identify (r->w.ctx, b, &claim, NULL);
  struct disk_facts facts = { 0 };
  bool ok = format && disk_inspect (r->w.ctx, b, format, true, &facts, found, NULL);

  disk_facts_done (&facts);
  for (size_t i = 0; ok && i < ovf_report_size (found); i++) {
    const struct ovf_finding *f = ovf_report_get (found, i);

    if (strcmp (f->rule, "DISK-VMDK-END") == 0
        || strcmp (f->rule, "DISK-VMDK-TRAILING") == 0)
      return f;
  }
  return NULL;
}

/* Only then is a disk rewritten; the guest sees the same. */
static bool
mend_stream (struct repair *r, const struct reference *ref, struct ovf_error **err)
{
  xmlNode *file = find_file (&r->e, ref->id);
  struct ovf_report *found = ovf_report_new ();
  struct blob *b = package_blob (r->w.package, ref->href, 0, BLOB_UNKNOWN, err);
  const struct ovf_finding *f = b ? stream_fault (r, b, found) : NULL;
  bool ok = b != NULL;
  uint64_t size = 0;

  blob_free (b);
  b = f ? package_blob (r->w.package, ref->href, 0, BLOB_UNKNOWN, err) : NULL;
  if (f)
    ok = b && rewrite_image (&r->w, b, count, &size, err);
  if (f && ok) {
    repaired_at (r, f->rule, file, "the disk image '%s' is written anew: %s", ref->href,
                 f->message);
    set_number (r, file, "size", size);
    remakes_append (&r->w.remakes, (struct remake){ ref, xstrdup (ref->href), true });
  }
  blob_free (b);
  ovf_report_free (found);
  return ok;
}

static bool
mend_image (struct repair *r, const xmlNode *disk, struct ovf_error **err)
{
  CLEANUP_FREE char *id = xml_attr (disk, "*", "fileRef");
  const struct reference *ref = NULL;

  VECTOR_FOR (x, &r->w.refs)
    if (id && x->id && strcmp (x->id, id) == 0)
      ref = x;
  if (ref == NULL || ref->gzip || ref->chunk_size || find_file (&r->e, id) == NULL)
    return true;
  VECTOR_FOR (m, &r->w.remakes)
    if (m->from == ref)
      return true;
  return mend_stream (r, ref, err);
}

/* Bytes; false where it is no number of them, or waits for a property. */
static bool
capacity_of (const xmlNode *n, uint64_t *ret, bool *ret_standard)
{
  CLEANUP_FREE char *text = xml_attr (n, "*", "capacity");
  CLEANUP_FREE char *units = xml_attr (n, "*", "capacityAllocationUnits");
  uint64_t factor = 1;

  *ret_standard = true;
  return text && parse_units (units, "byte", &factor, ret_standard)
         && parse_u64 (text, 0, INT64_MAX, ret)
         && !__builtin_mul_overflow (*ret, factor, ret);
}

static bool
waits_for_property (const xmlNode *n)
{
  CLEANUP_FREE char *text = xml_attr (n, "*", "capacity");

  return text && strncmp (text, "${", 2) == 0;
}

static void
set_capacity (struct repair *r, xmlNode *n, const char *rule, uint64_t bytes)
{
  repaired_at (r, rule, n, "the capacity of the disk is %" PRIu64 " bytes", bytes);
  set_number (r, n, "capacity", bytes);
  edit_set_attr (&r->e, n, "capacityAllocationUnits", NULL);
}

static void
mend_populated (struct repair *r, xmlNode *n, uint64_t allocated)
{
  CLEANUP_FREE char *text = xml_attr (n, "*", "populatedSize");
  uint64_t capacity, said;
  bool standard;

  if (text == NULL || !capacity_of (n, &capacity, &standard)
      || (parse_u64 (text, 0, INT64_MAX, &said) && said <= capacity))
    return;
  if (allocated > capacity) {
    repaired_at (r, "OVF-DISK-008", n, "the populatedSize '%s' is left out", text);
    edit_set_attr (&r->e, n, "populatedSize", NULL);
    return;
  }
  repaired_at (r, "OVF-DISK-008", n, "the populatedSize is %" PRIu64 ", not %s", allocated,
               text);
  set_number (r, n, "populatedSize", allocated);
}

static void
mend_format (struct repair *r, xmlNode *n, const char *word)
{
  CLEANUP_FREE char *said = xml_attr (n, "*", "format");
  const char *uri = disk_format_to_uri (word);

  if (uri == NULL || (said && disk_format_of_uri (said)))
    return;
  repaired_at (r, "OVF-DISK-014", n, "the format of the disk is '%s'", uri);
  edit_set_attr (&r->e, n, "format", uri);
}

static bool
mend_disk (struct repair *r, xmlNode *n, struct ovf_error **err)
{
  struct disk_facts facts = { .allocated = UINT64_MAX };
  CLEANUP_FREE char *parent = xml_attr (n, "*", "parentRef");
  uint64_t capacity = 0;
  bool stream = false, standard = true, known = capacity_of (n, &capacity, &standard);

  if (parent == NULL && measure (r, n, &facts)) {
    if (!waits_for_property (n) && facts.virtual_size != 0
        && (!known || capacity != facts.virtual_size))
      set_capacity (r, n, known ? "OVF-DISK-012" : "OVF-DISK-006", facts.virtual_size);
    mend_format (r, n, facts.format);
    stream = strcmp (facts.format, "vmdk-stream") == 0;
  }
  if (capacity_of (n, &capacity, &standard) && !standard)
    set_capacity (r, n, "OVF-VH-015", capacity);
  mend_populated (r, n, facts.allocated);
  disk_facts_done (&facts);
  return !stream || mend_image (r, n, err);
}

bool
repair_disks (struct repair *r, struct ovf_error **err)
{
  xmlNode *section = xml_child (r->e.root, edit_ns (&r->e), "DiskSection");

  if (section)
    XML_FOR (n, section) {
      if (!ctx_alive (r->w.ctx, err))
        return false;
      if (xml_is (n, edit_ns (&r->e), "Disk") && !mend_disk (r, n, err))
        return false;
    }
  return true;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* References and disks of an OVF descriptor (ovf-spec.md 2.6, 2.7).
 *
 * Whether a file exists is the package's business; that its name stays
 * inside the package is judged here already, with the line. */
#include "ovf-reader.h"

/* ---- names of files ------------------------------------------------------- */
static int
hex_digit (char c)
{
  static const char digits[] = "0123456789abcdef";
  const char *p = c ? strchr (digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

  return p ? (int)(p - digits) : -1;
}

/* An href is a URI reference: "%2e%2e" goes up as well as ".." does. */
static char *
percent_decode (const char *s)
{
  char *out = xstrdup (s), *o = out;

  for (; *s != '\0'; s++) {
    int high = *s == '%' ? hex_digit (s[1]) : -1;
    int low = high >= 0 ? hex_digit (s[2]) : -1;
    *o++ = low >= 0 && high * 16 + low != 0 ? (char)(high * 16 + low) : *s;
    s += low >= 0 ? 2 : 0;
  }
  *o = '\0';
  return out;
}

static bool
goes_up (const char *path)
{
  for (;;) {
    size_t len = strcspn (path, "/\\");
    if (len == 2 && path[0] == '.' && path[1] == '.')
      return true;
    if (path[len] == '\0')
      return false;
    path += len + 1;
  }
}

/* Why an href cannot be used, or NULL. */
static const char *
href_problem (const char *href)
{
  CLEANUP_FREE char *plain = percent_decode (href);
  static const char letters[]
    = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  static const char scheme[]
    = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-";

  if (*href == '\0')
    return "is empty";
  if (*plain == '/' || *plain == '\\' || (strspn (plain, letters) == 1 && plain[1] == ':'))
    return "is an absolute path";
  if (strspn (href, letters) > 0 && href[strspn (href, scheme)] == ':')
    return "is a URL: files are taken from the package only";
  if (goes_up (plain))
    return "leads out of the package";
  return NULL;
}

/* ---- References -------------------------------------------------------------- */
static bool
read_file_numbers (struct reader *r, const xmlNode *n, struct file_ref *f,
                   struct ovf_error **err)
{
  CLEANUP_FREE char *size = std_attr (n, "size");
  CLEANUP_FREE char *chunk = std_attr (n, "chunkSize");
  CLEANUP_FREE char *compression = std_attr (n, "compression");

  if (size != NULL && !parse_u64 (size, 0, INT64_MAX, &f->size)) {
    f->size = NO_SIZE;
    reader_find (r, OVF_WARNING, "OVF-REF-005", n,
                 "the size '%s' of file '%s' is no number of bytes", size, f->href);
  }
  if (compression == NULL || text_is_blank (compression)
      || text_equal_nocase (compression, "identity"))
    f->compression = COMPRESSION_NONE;
  else if (text_equal_nocase (compression, "gzip"))
    f->compression = COMPRESSION_GZIP;
  else {
    f->compression = COMPRESSION_OTHER;
    if (!reader_fault (r, err, OVF_E_FORMAT, "OVF-REF-006", n,
                       "the compression '%s' of file '%s' is not 'gzip'",
                       compression, f->href))
      return false;
  }
  if (chunk != NULL && !parse_u64 (chunk, 1, INT64_MAX, &f->chunk_size)) {
    f->chunk_size = 0;
    return reader_fault (r, err, OVF_E_FORMAT, "OVF-REF-007", n,
                         "the chunkSize '%s' of file '%s' is no positive number",
                         chunk, f->href);
  }
  return true;
}

static bool
read_file (struct reader *r, const xmlNode *n, xmlHashTable *ids,
           xmlHashTable *hrefs, struct ovf_error **err)
{
  CLEANUP_FREE char *id = std_attr (n, "id");
  CLEANUP_FREE char *href = std_attr (n, "href");
  const char *problem = href_problem (href ? href : "");
  struct file_ref *f;

  if (!ctx_within (r->ctx, LIMIT_MEMBERS, r->a->files.len + 1,
                   "the number of files in References", err))
    return error_place (err, NULL, r->in->name, xml_line (n));
  if (problem != NULL
      && !reader_fault (r, err, href ? OVF_E_UNSAFE : OVF_E_FORMAT,
                        "OVF-REF-003", n, "the href '%s' %s", href ? href : "",
                        problem))
    return false;
  if (id == NULL || *id == '\0')
    reader_find (r, OVF_WARNING, "OVF-REF-001", n,
                 "the file '%s' has no id", href ? href : "");
  else if (xmlHashAddEntry (ids, (const xmlChar *)id, r) != 0
           && !reader_fault (r, err, OVF_E_FORMAT, "OVF-REF-001", n,
                             "two files have the id '%s'", id))
    return false;
  if (href != NULL && *href != '\0'
      && xmlHashAddEntry (hrefs, (const xmlChar *)href, r) != 0)
    reader_find (r, OVF_WARNING, "OVF-REF-002", n,
                 "the file '%s' is listed twice", href);
  f = appliance_add_file (r->a, id, href ? href : "");
  f->line = xml_line (n);
  return read_file_numbers (r, n, f, err);
}

bool
read_references (struct reader *r, const xmlNode *refs, struct ovf_error **err)
{
  xmlHashTable *ids = xmlHashCreate (0), *hrefs = xmlHashCreate (0);
  bool ok = true;

  XML_FOR (n, refs) {
    if (!is_ovf (n, "File"))
      continue;
    ok = ctx_alive (r->ctx, err) && read_file (r, n, ids, hrefs, err);
    if (!ok)
      break;
  }
  xmlHashFree (ids, NULL);
  xmlHashFree (hrefs, NULL);
  return ok;
}

static const char *
name_of (const struct disk *d)
{
  return d->id ? d->id : "";
}

/* ---- disks -------------------------------------------------------------------- */
/* capacity x capacityAllocationUnits.  "${name}" waits for the properties. */
static bool
set_capacity (struct reader *r, const xmlNode *n, struct disk *d,
              const char *value, struct ovf_error **err)
{
  CLEANUP_FREE char *units = std_attr (n, "capacityAllocationUnits");
  uint64_t factor = 1, count, bytes;
  bool standard = true;

  if (!parse_units (units, "byte", &factor, &standard))
    return reader_fault (r, err, OVF_E_FORMAT, "OVF-DISK-007", n,
                         "the capacityAllocationUnits '%s' of disk '%s' are no "
                         "multiple of bytes", units, name_of (d));
  if (!standard)
    reader_quirk (r, QUIRK_UNITS, n);
  if (!parse_u64 (value, 0, INT64_MAX, &count))
    return reader_fault (r, err, OVF_E_FORMAT, "OVF-DISK-006", n,
                         "the capacity '%s' of disk '%s' is no number", value,
                         name_of (d));
  if (__builtin_mul_overflow (count, factor, &bytes) || bytes > INT64_MAX)
    return reader_fault (r, err, OVF_E_FORMAT, "OVF-DISK-007", n,
                         "the capacity of disk '%s' does not fit 63 bits",
                         name_of (d));
  if (bytes == 0)
    reader_find (r, OVF_WARNING, "OVF-DISK-006", n, "the disk '%s' has capacity 0",
                 name_of (d));
  d->capacity = bytes;
  return true;
}

static bool
read_capacity (struct reader *r, const xmlNode *n, struct disk *d,
               struct ovf_error **err)
{
  CLEANUP_FREE char *value = std_attr (n, "capacity");
  CLEANUP_FREE char *ovirt = std_attr (n, "volume-format");
  size_t len = value ? strlen (value) : 0;
  uint64_t gib;

  if (ovirt != NULL && value == NULL) { /* oVirt: ovf:size is the capacity */
    value = std_attr (n, "size");
    if (parse_u64 (value, 0, INT64_MAX >> 30, &gib))
      d->capacity = gib << 30;
    return true;
  }
  if (value == NULL) {
    reader_find (r, OVF_WARNING, "OVF-DISK-006", n, "the disk '%s' has no capacity",
                 name_of (d));
    return true;
  }
  if (len > 3 && strncmp (value, "${", 2) == 0 && value[len - 1] == '}') {
    d->capacity_property = xstrndup (value + 2, len - 3);
    return true;
  }
  return set_capacity (r, n, d, value, err);
}

static void
read_populated (struct reader *r, const xmlNode *n, struct disk *d)
{
  CLEANUP_FREE char *value = std_attr (n, "populatedSize");

  if (value != NULL && !parse_u64 (value, 0, INT64_MAX, &d->populated)) {
    d->populated = NO_SIZE;
    reader_find (r, OVF_WARNING, "OVF-DISK-008", n,
                 "the populatedSize '%s' of disk '%s' is no number of bytes",
                 value, name_of (d));
  } else if (value != NULL && d->capacity != NO_SIZE && d->populated > d->capacity)
    reader_find (r, OVF_WARNING, "OVF-DISK-008", n,
                 "the populatedSize of disk '%s' is larger than its capacity",
                 name_of (d));
}

static void
read_format (struct reader *r, const xmlNode *n, struct disk *d)
{
  CLEANUP_FREE char *ovirt = std_attr (n, "volume-format");

  d->format_uri = std_attr (n, "format");
  if (ovirt != NULL) /* oVirt names a VMDK where it means something else */
    d->format = text_equal_nocase (ovirt, "COW") ? disk_format_word ("qcow2")
                : text_equal_nocase (ovirt, "RAW") ? disk_format_word ("raw") : NULL;
  else if (d->format_uri != NULL)
    d->format = disk_format_of_uri (d->format_uri);
  if (d->format_uri != NULL && d->format == NULL)
    reader_quirk (r, QUIRK_FORMAT, n);
}

static bool
read_file_ref (struct reader *r, const xmlNode *n, struct disk *d,
               struct ovf_error **err)
{
  CLEANUP_FREE char *ref = std_attr (n, "fileRef");
  const struct appliance *a = r->a;

  if (ref == NULL || *ref == '\0')
    return true;
  d->file = appliance_find_file (a, ref);
  for (size_t i = 0; d->file == NO_INDEX && i < a->files.len; i++)
    if (strcmp (a->files.ptr[i].href, ref) == 0) /* oVirt */
      d->file = i;
  if (d->file == NO_INDEX)
    return reader_fault (r, err, OVF_E_FORMAT, "OVF-DISK-003", n,
                         "the disk '%s' names a file '%s' that is not in References",
                         name_of (d), ref);
  for (const struct disk *o = a->disks.ptr; o < d; o++)
    if (o->file == d->file)
      reader_find (r, OVF_WARNING, "OVF-DISK-003", n,
                   "two disks have the file '%s'", ref);
  return true;
}

/* A disk may only build on an earlier one, so that chains end. */
static bool
read_parent (struct reader *r, const xmlNode *n, struct disk *d,
             struct ovf_error **err)
{
  CLEANUP_FREE char *ref = std_attr (n, "parentRef");
  size_t own = (size_t)(d - r->a->disks.ptr), parent;

  if (ref == NULL || *ref == '\0')
    return true;
  parent = appliance_find_disk (r->a, ref);
  if (parent == NO_INDEX || parent >= own)
    return reader_fault (r, err, OVF_E_FORMAT, "OVF-DISK-009", n,
                         "the parent '%s' of disk '%s' is no earlier disk", ref,
                         name_of (d));
  d->parent = parent;
  if (d->capacity != r->a->disks.ptr[parent].capacity)
    reader_find (r, OVF_WARNING, "OVF-DISK-009", n,
                 "the disk '%s' and its parent '%s' differ in capacity",
                 name_of (d), ref);
  return true;
}

static bool
read_disk (struct reader *r, const xmlNode *n, bool shared, struct ovf_error **err)
{
  CLEANUP_FREE char *id = std_attr (n, "diskId");
  CLEANUP_FREE char *read_only = std_attr (n, "readOnly");
  CLEANUP_FREE char *bus = NULL;
  struct disk *d;

  if (!ctx_within (r->ctx, LIMIT_DISKS, r->a->disks.len + 1,
                   "the number of disks", err))
    return error_place (err, NULL, r->in->name, xml_line (n));
  if (id == NULL || *id == '\0') {
    if (!reader_fault (r, err, OVF_E_FORMAT, "OVF-DISK-002", n,
                       "a disk has no diskId"))
      return false;
  } else if (appliance_find_disk (r->a, id) != NO_INDEX
             && !reader_fault (r, err, OVF_E_FORMAT, "OVF-DISK-002", n,
                               "two disks have the diskId '%s'", id))
    return false;
  d = appliance_add_disk (r->a);
  d->id = id && *id ? STEAL (id) : NULL;
  bus = std_attr (n, "disk-interface"); /* oVirt */
  if (bus != NULL && d->id != NULL
      && xmlHashAddEntry (r->disk_buses, (const xmlChar *)d->id, bus) == 0)
    STEAL (bus);
  d->line = xml_line (n);
  d->shared = shared;
  parse_bool (read_only, &d->read_only);
  if (!read_file_ref (r, n, d, err) || !read_capacity (r, n, d, err)
      || !read_parent (r, n, d, err))
    return false;
  read_format (r, n, d);
  read_populated (r, n, d);
  return true;
}

bool
read_disks (struct reader *r, const xmlNode *section, struct ovf_error **err)
{
  bool shared = section_kind (section) == SECTION_SHARED_DISKS;

  XML_FOR (n, section) {
    bool is_shared = is_ovf (n, "SharedDisk");
    if (!is_shared && !is_ovf (n, "Disk")) {
      if (!is_ovf (n, "Info") && !unknown_child (r, "OVF-EXT-004", n, err))
        return false;
      continue;
    }
    if (!ctx_alive (r->ctx, err) || !read_disk (r, n, shared || is_shared, err))
      return false;
  }
  return true;
}

/* ---- capacities that a property gives ------------------------------------------ */
/* Under the key alone, and with its class and instance (OVF-PROP-011); the
 * first one of a name counts. */
static void
list_properties (xmlHashTable *values, const products *list)
{
  VECTOR_FOR (p, list)
    VECTOR_FOR (q, &p->properties) {
      const char *c = p->class_name ? p->class_name : "";
      const char *i = p->instance ? p->instance : "";
      CLEANUP_FREE char *full = xasprintf ("%s%s%s%s%s", c, *c ? "." : "", q->key,
                                           *i ? "." : "", i);
      void *value = q->value ? q->value : (char *)"";

      xmlHashAddEntry (values, (const xmlChar *)full, value);
      xmlHashAddEntry (values, (const xmlChar *)q->key, value);
    }
}

static bool
resolve_capacity (struct reader *r, const xmlNode *n, struct disk *d,
                  xmlHashTable *values, struct ovf_error **err)
{
  const char *value = xmlHashLookup (values, (const xmlChar *)d->capacity_property);

  if (value != NULL && *value != '\0')
    return set_capacity (r, n, d, value, err);
  reader_find (r, OVF_WARNING, "OVF-DISK-006", n,
               "the capacity of disk '%s' is a property '%s' without a value",
               name_of (d), d->capacity_property); /* the user may give one */
  return true;
}

bool
resolve_capacities (struct reader *r, const xmlNode *section, struct ovf_error **err)
{
  xmlHashTable *values = NULL;
  bool ok = true;

  XML_FOR (n, section) {
    CLEANUP_FREE char *id = std_attr (n, "diskId");
    size_t i = id ? appliance_find_disk (r->a, id) : NO_INDEX;
    struct disk *d = i != NO_INDEX ? &r->a->disks.ptr[i] : NULL;

    if (d == NULL || d->capacity_property == NULL || d->capacity != NO_SIZE)
      continue;
    if (values == NULL) {
      values = xmlHashCreate (0);
      VECTOR_FOR (c, &r->a->collections)
        list_properties (values, &c->products);
      VECTOR_FOR (m, &r->a->machines)
        list_properties (values, &m->products);
    }
    ok = resolve_capacity (r, n, d, values, err);
    if (!ok)
      break;
  }
  xmlHashFree (values, NULL);
  return ok;
}

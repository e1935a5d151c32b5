/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Controllers, and the drives that are plugged into them: Parent,
 * AddressOnParent and HostResource of hardware Items. */
#include "ovf-reader.h"

/* Two Items can be apart by more than the limit on disks, but no machine has
 * more places to plug into; searches here are linear in them. */
static bool
too_many (struct reader *r, const struct item *i, size_t n, const char *what,
          struct ovf_error **err)
{
  if (ctx_within (r->ctx, LIMIT_DISKS, n, what, err))
    return false;
  error_place (err, NULL, r->in->name, xml_line (item_node (i)));
  return true;
}

/* ---- controllers -------------------------------------------------------------- */
static unsigned
type_of (const struct item *i)
{
  unsigned type = 0;

  parse_unsigned (i->fields[FIELD_RESOURCE_TYPE], 0, UINT16_MAX, &type);
  return type;
}

static bool
says (const struct item *i, const char *word)
{
  CLEANUP_FREE char *pattern = xasprintf ("*%s*", word);
  const char *name = i->fields[FIELD_ELEMENT_NAME];
  const char *text = i->fields[FIELD_DESCRIPTION];

  return (name != NULL && text_glob (pattern, name))
         || (text != NULL && text_glob (pattern, text));
}

/* The ResourceSubType goes before the ResourceType; "virtio" alone is what
 * the type makes of it (Cisco's images for KVM). */
static enum bus
bus_of (const struct item *i, const struct hwmodel *model)
{
  const char *sub = i->fields[FIELD_RESOURCE_SUB_TYPE];
  unsigned type = type_of (i);

  if (text_equal_nocase (sub, "virtio"))
    return type == 6 ? BUS_VIRTIO_SCSI : BUS_VIRTIO_BLK;
  if (model != NULL && model->bus != BUS_UNKNOWN)
    return model->bus;
  if (type == 5)
    return BUS_IDE;
  if (type == 6)
    return BUS_SCSI;
  return says (i, "NVM") ? BUS_NVME : BUS_SATA;
}

static bool
index_taken (const struct machine *m, enum bus bus, unsigned index, const char *id)
{
  VECTOR_FOR (c, &m->controllers)
    if (c->bus == bus && c->index == index
        && (id == NULL || c->id == NULL || strcmp (c->id, id) != 0))
      return true;
  return false;
}

/* The lowest number that is free, in time linear in the numbers. */
static unsigned
lowest_free (const unsigned *used, size_t n)
{
  CLEANUP_FREE bool *taken = xcalloc (n + 1, sizeof *taken);
  unsigned k = 0;

  for (size_t i = 0; i < n; i++)
    if (used[i] < n)
      taken[used[i]] = true;
  while (taken[k])
    k++;
  return k;
}

static unsigned
free_index (const struct machine *m, enum bus bus)
{
  CLEANUP_FREE unsigned *used = xcalloc (m->controllers.len + 1, sizeof *used);
  size_t n = 0;

  VECTOR_FOR (c, &m->controllers)
    if (c->bus == bus)
      used[n++] = c->index;
  return lowest_free (used, n);
}

/* One InstanceID in several configurations is one place: it has one index. */
static bool
sibling_index (const struct machine *m, enum bus bus, const char *id, unsigned *ret)
{
  VECTOR_FOR (c, &m->controllers)
    if (id != NULL && c->id != NULL && c->bus == bus && strcmp (c->id, id) == 0) {
      *ret = c->index;
      return true;
    }
  return false;
}

static void
add_controller (struct drives_reader *d, const struct item *i, unsigned index)
{
  const struct hwmodel *model = item_model (i, HW_CONTROLLER);
  struct controller *c = controllers_add (&d->m->controllers);

  c->id = xstrdup (i->fields[FIELD_INSTANCE_ID]);
  c->bus = bus_of (i, model);
  if (model != NULL && model->bus != c->bus) /* "virtio" */
    model = hwmodel_by_name (HW_CONTROLLER, bus_word (c->bus));
  c->model = item_model_word (i, model);
  c->subtype = xstrdup (i->fields[FIELD_RESOURCE_SUB_TYPE]);
  c->index = index;
  c->configuration = xstrdup (i->configuration);
  c->line = xml_line (item_node (i));
  keep_item_configs (i, c->id, d->m);
}

/* Addresses first, where they are sane and differ; the others get the lowest
 * numbers left.  The vector keeps document order: places are made first. */
bool
read_controllers (struct drives_reader *d, const items *list, struct ovf_error **err)
{
  struct machine *m = d->m;
  size_t n = 0;

  VECTOR_FOR (i, list) {
    const char *address = i->fields[FIELD_ADDRESS];
    enum bus bus;
    unsigned index;

    if (item_device (i) != DEVICE_CONTROLLER)
      continue;
    if (!ctx_alive (d->r->ctx, err)
        || too_many (d->r, i, ++n, "the number of controllers", err))
      return false;
    bus = bus_of (i, item_model (i, HW_CONTROLLER));
    if (text_is_blank (address))
      address = i->fields[FIELD_BUS_NUMBER];
    if (!parse_unsigned (address, 0, 255, &index)
        || index_taken (m, bus, index, i->fields[FIELD_INSTANCE_ID]))
      index = UINT32_MAX; /* below */
    add_controller (d, i, index);
  }
  VECTOR_FOR (c, &m->controllers) {
    unsigned index;
    if (c->index == UINT32_MAX)
      c->index = sibling_index (m, c->bus, c->id, &index) && index != UINT32_MAX
                   ? index : free_index (m, c->bus);
    if (c->id != NULL)
      xmlHashAddEntry (d->ids, (const xmlChar *)c->id,
                       (void *)(uintptr_t)(c - m->controllers.ptr + 1));
  }
  return true;
}

/* ---- what is in a drive ------------------------------------------------------------ */
enum backing { BACKING_NONE, BACKING_DISK, BACKING_FILE, BACKING_OTHER };

/* "ovf:/disk/ID", and what it is mistaken for: "/disk/ID" (VirtualBox),
 * "ovf://disk/ID", "disk/ID" (0.9). */
static enum backing
split_host_resource (const char *text, const char **ret_id, bool *ret_exact)
{
  static const char *const prefixes[] = { "ovf:/", "ovf://", "/", "" };

  for (size_t k = 0; k < ARRAY_SIZE (prefixes); k++) {
    size_t len = strlen (prefixes[k]);
    if (strncmp (text, prefixes[k], len) != 0)
      continue;
    *ret_exact = k == 0;
    *ret_id = text + len + strlen ("disk/");
    if (strncmp (text + len, "disk/", 5) == 0)
      return BACKING_DISK;
    if (strncmp (text + len, "file/", 5) == 0)
      return BACKING_FILE;
  }
  return BACKING_OTHER;
}

/* The last component as the id of a disk or a file (oVirt). */
static bool
match_loosely (const struct appliance *a, const char *text, struct drive *v)
{
  const char *last = strrchr (text, '/') ? strrchr (text, '/') + 1 : text;

  v->disk = appliance_find_disk (a, last);
  if (v->disk == NO_INDEX)
    v->file = appliance_find_file (a, last);
  return v->disk != NO_INDEX || v->file != NO_INDEX;
}

/* A CD image that stands in the DiskSection, as VirtualBox exports it, is a
 * file in the drive too; a disk drive that names a File means its Disk. */
static void
settle_backing (struct reader *r, const struct item *i, struct drive *v)
{
  const struct appliance *a = r->a;

  if (v->kind != DRIVE_DISK && v->disk != NO_INDEX) {
    const struct disk *d = &a->disks.ptr[v->disk];
    v->file = d->file;
    if (d->format != NULL && strcmp (d->format, "iso") != 0 && v->kind == DRIVE_CDROM)
      reader_find (r, OVF_WARNING, "OVF-VH-014", item_node (i),
                   "a CD drive holds the disk '%s', which is no ISO image", d->id);
  }
  if (v->kind == DRIVE_DISK && v->file != NO_INDEX) {
    reader_find (r, OVF_WARNING, "OVF-VH-014", item_node (i),
                 "a disk drive names a file instead of a disk");
    for (size_t k = 0; k < a->disks.len && v->disk == NO_INDEX; k++)
      if (a->disks.ptr[k].file == v->file)
        v->disk = k;
    if (v->disk != NO_INDEX)
      v->file = NO_INDEX;
  }
}

static bool
read_backing (struct reader *r, const struct item *i, struct drive *v,
              struct ovf_error **err)
{
  const char *text = i->fields[FIELD_HOST_RESOURCE], *id = NULL;
  bool exact = true;
  enum backing kind;

  if (text_is_blank (text)) {
    if (v->kind == DRIVE_DISK)
      reader_find (r, OVF_WARNING, "OVF-VH-013", item_node (i),
                   "a disk drive names no disk: it has no content here");
    return true;
  }
  kind = split_host_resource (text, &id, &exact);
  if (kind == BACKING_DISK)
    v->disk = appliance_find_disk (r->a, id);
  else if (kind == BACKING_FILE)
    v->file = appliance_find_file (r->a, id);
  if (v->disk == NO_INDEX && v->file == NO_INDEX) {
    exact = false;
    if (!match_loosely (r->a, text, v)) {
      if (v->kind == DRIVE_DISK || kind != BACKING_OTHER)
        return reader_fault (r, err, OVF_E_FORMAT, "OVF-VH-011", item_node (i),
                             "the HostResource '%s' names nothing in this package",
                             text);
      reader_find (r, OVF_WARNING, "OVF-VH-011", item_node (i),
                   "the medium '%s' is not in this package: the drive is empty", text);
      return true;
    }
  }
  if (!exact)
    reader_quirk (r, QUIRK_HOST_RESOURCE, item_node (i));
  settle_backing (r, i, v);
  return true;
}

/* ---- where it is plugged in ------------------------------------------------------------ */
static bool
unit_taken (const struct machine *m, const struct drive *v, unsigned unit)
{
  VECTOR_FOR (o, &m->drives)
    if (o != v && o->bus == v->bus && o->controller == v->controller
        && o->unit == unit
        && (o->configuration == NULL || v->configuration == NULL))
      return true;
  return false;
}

static unsigned
free_unit (const struct machine *m, const struct drive *v)
{
  CLEANUP_FREE unsigned *used = xcalloc (m->drives.len + 1, sizeof *used);
  size_t n = 0;

  if (v->bus == BUS_SCSI)
    used[n++] = 7; /* the controller itself */
  VECTOR_FOR (o, &m->drives)
    if (o != v && o->bus == v->bus && o->controller == v->controller)
      used[n++] = o->unit;
  return lowest_free (used, n);
}

/* oVirt has no controllers, but names the bus with the disk. */
static enum bus
ovirt_bus (struct reader *r, const struct drive *v)
{
  static const struct {
    const char *word;
    enum bus bus;
  } words[] = { { "VirtIO", BUS_VIRTIO_BLK }, { "VirtIO_SCSI", BUS_VIRTIO_SCSI },
                { "IDE", BUS_IDE }, { "SATA", BUS_SATA } };
  const char *id = v->disk != NO_INDEX ? r->a->disks.ptr[v->disk].id : NULL;
  const char *said = id ? xmlHashLookup (r->disk_buses, (const xmlChar *)id) : NULL;

  for (size_t k = 0; said != NULL && k < ARRAY_SIZE (words); k++)
    if (text_equal_nocase (said, words[k].word))
      return words[k].bus;
  return BUS_UNKNOWN;
}

static void
plug_in (struct drives_reader *d, const struct item *i, struct drive *v)
{
  const char *parent = i->fields[FIELD_PARENT];
  size_t at = text_is_blank (parent)
                ? 0 : (size_t)(uintptr_t)xmlHashLookup (d->ids, (const xmlChar *)parent);

  if (at != 0) {
    const struct controller *c = &d->m->controllers.ptr[at - 1];
    v->bus = c->bus;
    v->controller = c->index;
    return;
  }
  v->bus = v->kind == DRIVE_FLOPPY ? BUS_FLOPPY : ovirt_bus (d->r, v);
  v->controller = 0;
  if (!text_is_blank (parent) && v->bus == BUS_UNKNOWN)
    reader_find (d->r, OVF_WARNING, "OVF-VH-009", item_node (i),
                 "the Parent '%s' of a drive is no controller of this section", parent);
  machine_controller (d->m, v->bus, 0);
}

static void
set_unit (struct drives_reader *d, const struct item *i, struct drive *v)
{
  const char *text = i->fields[FIELD_ADDRESS_ON_PARENT];

  if (!parse_unsigned (text, 0, UINT16_MAX, &v->unit)) {
    if (!text_is_blank (text))
      reader_find (d->r, OVF_WARNING, "OVF-VH-010", item_node (i),
                   "the AddressOnParent '%s' is no number", text);
    v->unit = free_unit (d->m, v);
  } else if (unit_taken (d->m, v, v->unit)) {
    reader_find (d->r, OVF_WARNING, "OVF-VH-010", item_node (i),
                 "two drives have the place %u of one controller", v->unit);
    if (!d->r->settings->inspect) /* no machine could start so */
      v->unit = free_unit (d->m, v);
  }
}

bool
read_drive (struct drives_reader *d, const struct item *i, enum drive_kind kind,
            enum tristate connected, struct ovf_error **err)
{
  struct drive *v;

  if (too_many (d->r, i, d->m->drives.len + 1, "the number of drives", err))
    return false;
  v = machine_add_drive (d->m, kind);
  v->id = xstrdup (i->fields[FIELD_INSTANCE_ID]);
  v->configuration = xstrdup (i->configuration);
  v->line = xml_line (item_node (i));
  v->connected = connected;
  if (!read_backing (d->r, i, v, err))
    return false;
  plug_in (d, i, v);
  set_unit (d, i, v);
  keep_item_configs (i, v->id, d->m);
  return true;
}

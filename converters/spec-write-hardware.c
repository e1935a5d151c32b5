/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Model to build file: networks and devices. */
#include "base/xml.h"
#include "model/maps.h"
#include "ovf-format.h"
#include "spec-out.h"

#define MIB (UINT64_C (1) << 20)

/* ---- networks ---------------------------------------------------------------- */
/* Ids of the file are numbers; names may be anything. */
static size_t
network_index (const struct appliance *a, const char *name)
{
  size_t i = 0;

  while (i < a->networks.len && strcmp (a->networks.ptr[i].name, name) != 0)
    i++;
  return i;
}

/* A NIC's network that the appliance does not list: by the NIC's number. */
static char *
network_id (const struct spec_out *o, const struct nic *n)
{
  size_t i = n->network ? network_index (o->a, n->network) : o->a->networks.len;

  if (i < o->a->networks.len)
    return xasprintf ("network%zu", i + 1);
  return xasprintf ("nic_network%zu", (size_t)(n - o->m->nics.ptr) + 1);
}

static void
write_network (struct spec_out *o, const char *id, const char *name,
               const char *description)
{
  out_map (o, id);
  out_text (o, "name", name);
  out_text (o, "description", description);
  out_map_end (o);
}

void
out_networks (struct spec_out *o)
{
  if (o->a->networks.len + o->m->nics.len == 0)
    return;
  out_map (o, "networks");
  VECTOR_FOR (n, &o->a->networks) {
    CLEANUP_FREE char *id = xasprintf ("network%zu", (size_t)(n - o->a->networks.ptr) + 1);
    write_network (o, id, n->name, n->description);
  }
  VECTOR_FOR (n, &o->m->nics) {
    CLEANUP_FREE char *id = network_id (o, n);
    if (n->network == NULL || network_index (o->a, n->network) == o->a->networks.len)
      write_network (o, id, n->network ? n->network : id, NULL);
  }
  out_map_end (o);
}

/* ---- processors and memory ------------------------------------------------------- */
static void
write_memory (struct spec_out *o, const char *key, uint64_t bytes)
{
  CLEANUP_FREE char *size = NULL;

  if (bytes % MIB == 0) {
    out_number (o, key, bytes / MIB);
    return;
  }
  size = xasprintf ("%lluK", (unsigned long long)(bytes / 1024 + (bytes % 1024 != 0)));
  out_text (o, key, size);
}

static void
write_variant (struct spec_out *o, const struct cpu_memory *v, size_t i)
{
  CLEANUP_FREE char *cpus = xasprintf ("cpus%zu", i + 1);
  CLEANUP_FREE char *memory = xasprintf ("memory%zu", i + 1);

  if (v->cpus > 0) {
    out_map (o, cpus);
    out_text (o, "type", "cpus");
    out_number (o, "number", v->cpus);
    if (v->cores_per_socket > 0)
      out_number (o, "cores_per_socket", v->cores_per_socket);
    out_text (o, "configuration", v->configuration);
    if (v->configuration == NULL)
      out_configs (o, "config", "item-config cpu");
    out_map_end (o);
  }
  if (v->memory > 0) {
    out_map (o, memory);
    out_text (o, "type", "memory");
    write_memory (o, "size", v->memory);
    out_text (o, "configuration", v->configuration);
    if (v->configuration == NULL)
      out_configs (o, "config", "item-config memory");
    out_map_end (o);
  }
}

static bool
has_settings (const struct machine *m)
{
  VECTOR_FOR (e, &m->extras)
    if (out_is_kept (e, "item-config cpu") || out_is_kept (e, "item-config memory"))
      return true;
  return false;
}

static void
write_processors (struct spec_out *o)
{
  const struct machine *m = o->m;
  struct cpu_memory all = { NULL, m->cpus, m->cores_per_socket, m->memory };

  if (m->variants.len == 0 && has_settings (m))
    write_variant (o, &all, 0);
  else if (m->variants.len == 0) {
    if (m->cpus > 0)
      out_number (o, "cpus", m->cpus);
    if (m->cores_per_socket > 0)
      out_number (o, "cores_per_socket", m->cores_per_socket);
    if (m->memory > 0)
      write_memory (o, "memory", m->memory);
  }
  VECTOR_FOR (v, &m->variants)
    write_variant (o, v, (size_t)(v - m->variants.ptr));
}

/* ---- controllers -------------------------------------------------------------------- */
/* The types of the file have no word for virtio and Xen: the model says it
 * (spec-hardware.c). */
static const struct bus_row {
  enum bus bus;
  const char *type, *model;
} bus_rows[] = {
  { BUS_SCSI, "scsi_controller", NULL },
  { BUS_SATA, "sata_controller", NULL },
  { BUS_IDE, "ide_controller", NULL },
  { BUS_NVME, "nvme_controller", NULL },
  { BUS_VIRTIO_SCSI, "scsi_controller", "virtio-scsi" },
  { BUS_VIRTIO_BLK, "sata_controller", "virtio-blk" },
  { BUS_XEN, "sata_controller", "xenbus" },
};

static const struct bus_row *
row_of (enum bus bus)
{
  for (size_t i = 0; i < ARRAY_SIZE (bus_rows); i++)
    if (bus_rows[i].bus == bus)
      return &bus_rows[i];
  return NULL;
}

/* VMware's word, which ova-compose knows too, where it means the same. */
static const char *
model_word (enum hw_class class, const char *model)
{
  const struct hwmodel *row = *model ? hwmodel_by_name (class, model) : NULL;
  const struct hwmodel *back
    = row && row->ovf ? hwmodel_by_name (class, row->ovf) : NULL;

  return back != NULL && strcmp (back->name, model) == 0 ? row->ovf : model;
}

static char *
controller_key (enum bus bus, unsigned index)
{
  char *key = xasprintf ("%s%u", bus_word (bus), index);

  for (char *p = key; *p != '\0'; p++)
    if (*p == '-')
      *p = '_';
  return key;
}

static void
write_configs_of (struct spec_out *o, const char *id)
{
  CLEANUP_FREE char *prefix = id ? xasprintf ("item-config %s", id) : NULL;

  if (prefix != NULL)
    out_configs (o, "config", prefix);
}

static void
write_controller (struct spec_out *o, const struct controller *c, unsigned expected)
{
  const struct bus_row *row = row_of (c->bus);
  const char *model = c->model ? c->model : row && row->model ? row->model : "";
  CLEANUP_FREE char *key = controller_key (c->bus, c->index);

  if (row == NULL) {
    if (c->bus != BUS_FLOPPY)
      report_loss (o->report, "spec", "controller",
                   "a build file has no '%s' controllers to plug drives into",
                   bus_word (c->bus));
    return;
  }
  if (c->index != expected)
    report_loss (o->report, "spec", "controller-index",
                 "controller '%s' gets the number %u", key, expected);
  out_map (o, key);
  out_text (o, "type", row->type);
  out_text (o, "subtype", c->bus == BUS_IDE && *model == '\0'
                              ? NULL : model_word (HW_CONTROLLER, model));
  out_text (o, "configuration", c->configuration);
  write_configs_of (o, c->id);
  out_map_end (o);
}

static void
write_controllers (struct spec_out *o)
{
  unsigned next[BUS_XEN + 1] = { 0 };

  VECTOR_FOR (c, &o->m->controllers)
    write_controller (o, c, next[c->bus]++);
}

/* ---- drives --------------------------------------------------------------------------- */
static void
write_file (struct spec_out *o, const char *key, size_t file)
{
  const struct file_ref *f = &o->a->files.ptr[file];

  if (f->compression != COMPRESSION_NONE || f->chunk_size > 0)
    report_loss (o->report, "spec", "stored",
                 "'%s' must be unpacked before a build can use it", f->href);
  out_text (o, key, f->href);
  out_text (o, "file_id", f->id);
}

static void
write_disk (struct spec_out *o, const struct drive *d)
{
  const struct disk *disk = &o->a->disks.ptr[d->disk];

  if (disk->file != NO_INDEX)
    write_file (o, disk->format && strcmp (disk->format, "raw") == 0 ? "raw_image"
                                                                      : "disk_image",
                disk->file);
  else
    out_number (o, "disk_capacity", disk->capacity);
  out_text (o, "disk_id", disk->id);
  if (disk->shared)
    report_loss (o->report, "spec", "shared", "disk '%s' is shared by several machines",
                 disk->id ? disk->id : "");
  if (disk->parent != NO_INDEX)
    report_loss (o->report, "spec", "parent", "disk '%s' needs its parent",
                 disk->id ? disk->id : "");
}

static void
write_medium (struct spec_out *o, const struct drive *d)
{
  size_t file = d->file != NO_INDEX ? d->file
                : d->disk != NO_INDEX ? o->a->disks.ptr[d->disk].file : NO_INDEX;

  if (file != NO_INDEX)
    write_file (o, "image", file);
  out_flag (o, "connected", d->connected);
  if (d->device != NULL && file == NO_INDEX)
    report_loss (o->report, "spec", "host-device", "the drive is '%s' of the host",
                 d->device);
}

/* A disk needs an image or a size. */
static bool
is_buildable (struct spec_out *o, const struct drive *d)
{
  const struct disk *disk = d->disk != NO_INDEX ? &o->a->disks.ptr[d->disk] : NULL;

  if (d->kind != DRIVE_DISK)
    return true;
  if (disk == NULL || (disk->file == NO_INDEX && disk->capacity == NO_SIZE)) {
    report_loss (o->report, "spec", "disk", "a disk drive without a disk of known size");
    return false;
  }
  if (disk->capacity_property != NULL)
    report_loss (o->report, "spec", "capacity", "the capacity of disk '%s' is no longer "
                 "the property '%s'", disk->id ? disk->id : "", disk->capacity_property);
  return true;
}

static void
write_drive (struct spec_out *o, const struct drive *d, unsigned number)
{
  static const struct { const char *key, *type; } words[] = {
    [DRIVE_DISK] = { "disk", "hard_disk" },
    [DRIVE_CDROM] = { "cdrom", "cd_drive" },
    [DRIVE_FLOPPY] = { "floppy", "floppy" },
  };
  CLEANUP_FREE char *key = xasprintf ("%s%u", words[d->kind].key, number);
  CLEANUP_FREE char *parent = controller_key (d->bus, d->controller);

  out_map (o, key);
  out_text (o, "type", words[d->kind].type);
  if (d->bus != BUS_FLOPPY && row_of (d->bus) != NULL) {
    out_text (o, "parent", parent);
    out_number (o, "unit", d->unit);
  }
  if (d->kind == DRIVE_FLOPPY && d->unit != number - 1)
    report_loss (o->report, "spec", "unit", "'%s' is floppy drive %u, and was %u", key,
                 number - 1, d->unit);
  if (d->bus != BUS_FLOPPY && row_of (d->bus) == NULL)
    report_loss (o->report, "spec", "bus", "'%s' has no controller that a build file knows",
                 key);
  if (d->kind == DRIVE_DISK)
    write_disk (o, d);
  else
    write_medium (o, d);
  out_text (o, "configuration", d->configuration);
  write_configs_of (o, d->id);
  out_map_end (o);
  if (d->boot_order > 0)
    report_loss (o->report, "spec", "boot-order", "the boot order of '%s'", key);
  if (d->name != NULL)
    report_loss (o->report, "spec", "partition",
                 "the disk that the guest calls '%s' is called otherwise here", d->name);
  if (d->read_only || (d->disk != NO_INDEX && o->a->disks.ptr[d->disk].read_only))
    report_loss (o->report, "spec", "read-only", "'%s' is read-only", key);
}

static void
write_drives (struct spec_out *o)
{
  unsigned numbers[3] = { 0 };

  VECTOR_FOR (d, &o->m->drives)
    if (is_buildable (o, d))
      write_drive (o, d, ++numbers[d->kind]);
}

/* Files that no drive holds: NVRAM, layouts, texts. */
static void
report_files (struct spec_out *o)
{
  CLEANUP_FREE bool *used = xcalloc (o->a->files.len + 1, sizeof *used);
  CLEANUP_FREE bool *plugged = xcalloc (o->a->disks.len + 1, sizeof *plugged);

  VECTOR_FOR (d, &o->m->drives) {
    if (d->file != NO_INDEX)
      used[d->file] = true;
    if (d->disk != NO_INDEX) {
      plugged[d->disk] = true;
      if (o->a->disks.ptr[d->disk].file != NO_INDEX)
        used[o->a->disks.ptr[d->disk].file] = true;
    }
  }
  VECTOR_FOR (disk, &o->a->disks)
    if (!plugged[disk - o->a->disks.ptr])
      report_loss (o->report, "spec", "disk", "no device holds the disk '%s'",
                   disk->id ? disk->id : "");
  for (size_t i = 0; i < o->a->files.len; i++)
    if (!used[i])
      report_loss (o->report, "spec", "file", "no device holds the file '%s'",
                   o->a->files.ptr[i].href);
}

/* ---- network adapters -------------------------------------------------------------------- */
static void
write_nics (struct spec_out *o)
{
  VECTOR_FOR (n, &o->m->nics) {
    CLEANUP_FREE char *key = xasprintf ("ethernet%zu", (size_t)(n - o->m->nics.ptr) + 1);
    CLEANUP_FREE char *network = network_id (o, n);
    out_map (o, key);
    out_text (o, "type", "ethernet");
    out_text (o, "subtype", model_word (HW_NIC, n->model ? n->model : ""));
    out_text (o, "network", network);
    out_flag (o, "connected", n->connected);
    out_text (o, "mac", n->mac);
    out_text (o, "configuration", n->configuration);
    write_configs_of (o, n->id);
    out_map_end (o);
    if (n->attachment != ATTACH_UNKNOWN)
      report_loss (o->report, "spec", "attachment", "how '%s' is attached", key);
    if (n->boot_order > 0)
      report_loss (o->report, "spec", "boot-order", "the boot order of '%s'", key);
  }
}

/* ---- the rest ------------------------------------------------------------------------------- */
/* Devices that the model knows in summary: what the reader of descriptors
 * kept of them, else the summary. */
struct other {
  const char *name, *type;
  unsigned number;
};

static void
write_other (struct spec_out *o, const struct other *d, const char *sub_type,
             const char *configuration, const xmlNode *item)
{
  CLEANUP_FREE char *key = xasprintf ("%s%u", d->name, d->number);
  bool any = false;

  out_map (o, key);
  out_text (o, "type", d->type);
  out_text (o, "subtype", sub_type);
  out_text (o, "configuration", configuration);
  for (xmlNode *n = item ? xml_first (item) : NULL; n != NULL; n = xml_next (n)) {
    CLEANUP_FREE char *name = xml_attr (n, "*", "key");
    CLEANUP_FREE char *value = xml_attr (n, "*", "value");
    if (!xml_is (n, VMW_NS, "Config") || name == NULL || value == NULL)
      continue;
    if (!any)
      out_map (o, "config");
    any = true;
    out_text (o, name, value);
  }
  if (any)
    out_map_end (o);
  out_map_end (o);
}

static bool
has_part (const char *text, const char *part)
{
  CLEANUP_FREE char *pattern = xasprintf ("*%s*", part);

  return text != NULL && text_glob (pattern, text);
}

/* Which type of the file a kept Item is; false: none. */
static bool
kept_type (const char *kind, const char *sub_type, struct other *ret)
{
  static const struct { const char *kind, *part, *name, *type; } rows[] = {
    { "usb", "xhci", "usb", "usb3_controller" },
    { "usb", NULL, "usb", "usb_controller" },
    { "sound", NULL, "sound", "sound" },
    { "video", NULL, "video", "video_card" },
    { "serial", NULL, "serial", "serial" },
    { "other", "vmware.vmci", "vmci", "vmci" },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
    if (strcmp (rows[i].kind, kind) == 0
        && (rows[i].part == NULL || has_part (sub_type, rows[i].part))) {
      ret->name = rows[i].name;
      ret->type = rows[i].type;
      return true;
    }
  return false;
}

static void
write_kept (struct spec_out *o, const struct extra *e, struct other *d)
{
  CLEANUP_XML xmlDoc *doc = NULL;
  CLEANUP_FREE char *sub_type = NULL;
  const xmlNode *item;

  if (o->failed)
    return;
  doc = xml_parse (o->ctx, e->key, e->value, strlen (e->value), o->err);
  if (doc == NULL) {
    o->failed = true;
    return;
  }
  item = xmlDocGetRootElement (doc);
  sub_type = xml_child_text (item, "*", "ResourceSubType");
  if (kept_type (e->key + strlen ("item "), sub_type, d))
    write_other (o, d, sub_type, e->configuration, item);
  else if (strcmp (e->key, "item tpm") != 0) /* in `system` */
    report_loss (o->report, "spec", "device", "a build file has no device '%s'",
                 sub_type ? sub_type : e->key + strlen ("item "));
}

static void
write_summary (struct spec_out *o, unsigned *number)
{
  const struct machine *m = o->m;
  bool usb = m->usb == YES, serial = true, sound = m->sound != NULL,
       video = m->video != NULL;

  VECTOR_FOR (e, &m->extras) {
    usb = usb && strcmp (e->key, "item usb") != 0;
    serial = serial && strcmp (e->key, "item serial") != 0;
    sound = sound && strcmp (e->key, "item sound") != 0;
    video = video && strcmp (e->key, "item video") != 0;
  }
  VECTOR_FOR (c, &m->controllers)
    if (c->bus == BUS_USB && m->usb != NO) {
      bool usb3 = c->model != NULL && strcmp (c->model, "xhci") == 0;
      write_other (o, &(struct other){ "usb", usb3 ? "usb3_controller" : "usb_controller",
                                       ++*number }, NULL, NULL, NULL);
      usb = false;
    }
  if (usb)
    write_other (o, &(struct other){ "usb", "usb_controller", ++*number }, NULL, NULL, NULL);
  for (unsigned i = 0; serial && i < m->serials; i++)
    write_other (o, &(struct other){ "serial", "serial", ++*number }, NULL, NULL, NULL);
  if (sound)
    write_other (o, &(struct other){ "sound", "sound", ++*number }, m->sound, NULL, NULL);
  if (video)
    write_other (o, &(struct other){ "video", "video_card", ++*number }, m->video, NULL, NULL);
}

void
out_hardware (struct spec_out *o)
{
  unsigned number = 0;

  out_map (o, "hardware");
  write_processors (o);
  write_controllers (o);
  write_drives (o);
  write_nics (o);
  VECTOR_FOR (e, &o->m->extras)
    if (out_is_kept (e, "item"))
      write_kept (o, e, &(struct other){ NULL, NULL, ++number });
  write_summary (o, &number);
  out_map_end (o);
  report_files (o);
}

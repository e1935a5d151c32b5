/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Build file to model: drives, what is in them and where they are plugged in. */
#include "model/maps.h"
#include "spec-device.h"

#define MIB (UINT64_C (1) << 20)

/* The controller for a drive that names none: the first of the file that is
 * surely meant, else a new one.  A disk wants SCSI (SATA and IDE may be there
 * for a CD): LSI Logic has drivers in old BIOS guests, PVSCSI in UEFI ones. */
static size_t
standby_controller (struct hardware_in *h, enum drive_kind kind)
{
  static const enum bus for_disk[] = { BUS_SCSI, BUS_NVME };
  static const enum bus for_cd[] = { BUS_SATA, BUS_IDE };
  const enum bus *order = kind == DRIVE_DISK ? for_disk : for_cd;
  size_t n = kind == DRIVE_DISK ? ARRAY_SIZE (for_disk) : ARRAY_SIZE (for_cd);
  struct machine *m = h->s->m;
  bool efi = m->firmware == FIRMWARE_UEFI;

  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < m->controllers.len; c++)
      if (m->controllers.ptr[c].bus == order[i])
        return c;
  if (kind == DRIVE_DISK)
    device_controller (h, BUS_SCSI, efi ? "pvscsi" : "lsilogic");
  else
    device_controller (h, efi ? BUS_SATA : BUS_IDE, efi ? "vmware.sata.ahci" : NULL);
  return m->controllers.len - 1;
}

static size_t
find_parent (struct hardware_in *h, const char *id)
{
  for (size_t i = 0; i < h->s->m->controllers.len; i++)
    if (h->ids[i] != NULL && strcmp (h->ids[i], id) == 0)
      return i;
  return NO_INDEX;
}

/* Two drives of different configurations may share a place. */
static bool
unit_taken (const struct machine *m, const struct drive *d, unsigned unit)
{
  VECTOR_FOR (o, &m->drives)
    if (o != d && o->bus == d->bus && o->controller == d->controller && o->unit == unit
        && (o->configuration == NULL || d->configuration == NULL
            || strcmp (o->configuration, d->configuration) == 0))
      return true;
  return false;
}

static bool
plug_in (struct hardware_in *h, const yaml_node_t *n, const struct device *in,
         struct drive *d, struct ovf_error **err)
{
  struct machine *m = h->s->m;
  size_t c = NO_INDEX;

  if (d->kind == DRIVE_FLOPPY) {
    d->bus = BUS_FLOPPY;
    machine_controller (m, BUS_FLOPPY, 0);
  }
  else {
    c = in->parent ? find_parent (h, in->parent) : standby_controller (h, d->kind);
    if (c == NO_INDEX)
      return spec_error (h->s, n, err, "the parent '%s' is no controller", in->parent);
    d->bus = m->controllers.ptr[c].bus;
    d->controller = m->controllers.ptr[c].index;
  }
  if (in->unit != NULL)
    return spec_count_of (h->s, n, "unit", in->unit, 65535, &d->unit, err)
           && (!unit_taken (m, d, d->unit)
               || spec_error (h->s, n, err, "the place %u is taken", d->unit));
  while (unit_taken (m, d, d->unit) || (d->bus == BUS_SCSI && d->unit == 7))
    d->unit++; /* 7 is the controller itself */
  return true;
}

static size_t
add_file (struct spec *s, const yaml_node_t *n, const char *id, const char *href)
{
  CLEANUP_FREE char *made = NULL;
  struct file_ref *f;

  for (size_t i = s->a->files.len + 1; made == NULL; i++) {
    made = xasprintf ("file%zu", i);
    if (appliance_find_file (s->a, made) != NO_INDEX) {
      free (made);
      made = NULL;
    }
  }
  f = appliance_add_file (s->a, id ? id : made, href);
  f->line = spec_line (n);
  return s->a->files.len - 1;
}

/* Bytes; small plain numbers are certainly meant in another unit. */
static bool
parse_capacity (struct spec *s, const yaml_node_t *n, const struct device *in,
                uint64_t *ret, struct ovf_error **err)
{
  uint64_t factor = 1, number;
  bool standard;

  if (in->units != NULL && !parse_units (in->units, "byte", &factor, &standard))
    return spec_error (s, n, err, "'units' are like 'byte * 2^30', not '%s'", in->units);
  if (in->units != NULL
        ? !parse_u64 (in->disk_capacity, 1, UINT64_MAX, &number)
            || __builtin_mul_overflow (number, factor, ret)
        : !parse_size (in->disk_capacity, ret))
    return spec_error (s, n, err, "'disk_capacity' is no size: '%s'", in->disk_capacity);
  if (*ret >= MIB)
    return ctx_within (s->ctx, LIMIT_CAPACITY, *ret, "the capacity of a disk", err)
           || error_place (err, NULL, s->in->name, spec_line (n));
  spec_error (s, n, err, "a disk of %s bytes is too small", in->disk_capacity);
  return error_hint (err, "say 'disk_capacity: 20G', or a number with 'units'");
}

static bool
is_same_disk (const struct appliance *a, size_t i, const char *image, uint64_t capacity)
{
  const struct disk *disk = &a->disks.ptr[i];

  if (image == NULL || disk->file == NO_INDEX)
    return image == NULL && disk->file == NO_INDEX && disk->capacity == capacity;
  return strcmp (a->files.ptr[disk->file].href, image) == 0;
}

static bool
read_medium (struct hardware_in *h, const yaml_node_t *n, const struct device *in,
             struct drive *d, struct ovf_error **err)
{
  struct spec *s = h->s;
  const char *image = in->disk_image ? in->disk_image : in->raw_image;
  CLEANUP_FREE char *made = xasprintf ("vmdisk%zu", s->a->disks.len + 1);
  uint64_t capacity = NO_SIZE;
  struct disk *disk;

  if ((in->disk_image != NULL) + (in->raw_image != NULL) + (in->disk_capacity != NULL) != 1)
    return spec_error (s, n, err, "a hard_disk has one of 'disk_image', 'raw_image' "
                                  "and 'disk_capacity'");
  if (in->disk_capacity != NULL && !parse_capacity (s, n, in, &capacity, err))
    return false;
  d->disk = in->disk_id ? appliance_find_disk (s->a, in->disk_id) : NO_INDEX;
  if (d->disk != NO_INDEX) /* one disk in two places */
    return is_same_disk (s->a, d->disk, image, capacity)
           || spec_error (s, n, err, "the disk '%s' is another one above", in->disk_id);
  disk = appliance_add_disk (s->a);
  disk->id = xstrdup (in->disk_id ? in->disk_id : made);
  disk->line = spec_line (n);
  disk->capacity = capacity;
  if (in->raw_image != NULL)
    disk->format = disk_format_word ("raw");
  if (image != NULL)
    disk->file = add_file (s, n, in->file_id, image);
  d->disk = s->a->disks.len - 1;
  if (in->sector_size != NULL && strcmp (in->sector_size, "512") != 0)
    return spec_error (s, n, err, "'sector_size' is 512: others cannot be built");
  return true;
}

bool
device_drive (struct hardware_in *h, const yaml_node_t *n, enum drive_kind kind,
            const struct device *in, struct ovf_error **err)
{
  struct spec *s = h->s;
  CLEANUP_FREE char *id = NULL;
  struct drive *d;

  if (!ctx_within (s->ctx, LIMIT_DISKS, s->m->drives.len + 1, "the number of drives", err))
    return error_place (err, NULL, s->in->name, spec_line (n));
  d = machine_add_drive (s->m, kind);
  d->line = spec_line (n);
  if (kind == DRIVE_DISK && !read_medium (h, n, in, d, err))
    return false;
  if (kind != DRIVE_DISK) {
    d->connected = in->connected != UNSET ? in->connected : in->image ? YES : NO;
    if (in->image != NULL)
      d->file = add_file (s, n, in->file_id, in->image);
  }
  if (!spec_configuration (s, in->configuration, &d->configuration, err)
      || !plug_in (h, n, in, d, err))
    return false;
  d->id = device_id_next (h);
  return device_config (s, in->config, d->id, err);
}

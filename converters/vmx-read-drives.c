/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Controllers and what is plugged into them: scsi0, sata0:1, ide1:0, nvme0:0,
 * floppy0.  Drives come in the order in which the file first speaks of them.
 *
 * Only devices that are `present` exist, and those of a SCSI, SATA or NVMe
 * controller only while that is. */
#include "vmx-reader.h"

#include <ctype.h>

/* ---- controllers ------------------------------------------------------------ */
static const struct {
  const char *word;
  enum bus bus;
  const char *model;        /* the only one there is */
} adapters[] = {
  { "scsi", BUS_SCSI, NULL },
  { "sata", BUS_SATA, "ahci" },
  { "nvme", BUS_NVME, "nvme" },
};

/* Our name of a device, or the file's own word. */
static char *
device_model (enum hw_class klass, const char *word)
{
  const struct hwmodel *h = hwmodel_by_name (klass, word);
  char *own = xstrdup (h ? h->name : word);

  for (char *c = own; c != NULL && *c != '\0'; c++)
    *c = (char)tolower ((unsigned char)*c);
  return own;
}

/* Numbers that nothing can have are not asked for by name. */
static bool
is_on (const struct vmx_entry *e)
{
  bool on;

  return parse_bool (e->value, &on) && on;
}

static bool
read_controller (struct vmx_reader *r, size_t row, unsigned index,
                 struct vmx_entry *e, struct ovf_error **err)
{
  CLEANUP_FREE char *name = xasprintf ("%s%u", adapters[row].word, index);
  const struct vmx_seat first = { adapters[row].bus, index, 0 };
  const char *model;
  struct controller *c;

  if (!is_on (e))
    return true;
  e->used = true;
  if (!vmx_seat_exists (&first, NULL))
    return vr_wrong (r, "VMX-INDEX", e->line, err,
                     "there is no controller '%.40s'", e->key);
  model = vr_text (r, name, "virtualDev");
  c = machine_controller (r->m, first.bus, index);
  free (c->model);
  c->model = adapters[row].model ? xstrdup (adapters[row].model)
                                    : device_model (HW_CONTROLLER, model);
  c->line = e->line;
  return true;
}

static bool
read_controllers (struct vmx_reader *r, struct ovf_error **err)
{
  VECTOR_FOR (e, &r->dict.entries)
    for (size_t i = 0; i < ARRAY_SIZE (adapters); i++) {
      const char *rest;
      unsigned index;
      if (vr_numbered (e->key, adapters[i].word, &index, &rest)
          && text_equal_nocase (rest, "present")
          && !read_controller (r, i, index, e, err))
        return false;
    }
  return true;
}

/* ---- what kind of drive ---------------------------------------------------------- */
/* Images are files; what is behind the others is the host's. */
static const struct type_row {
  const char *word;
  enum drive_kind kind;
  bool image;
} types[] = {
  { "scsi-hardDisk", DRIVE_DISK, true },
  { "ata-hardDisk", DRIVE_DISK, true },
  { "sata-hardDisk", DRIVE_DISK, true },
  { "nvme-hardDisk", DRIVE_DISK, true },
  { "disk", DRIVE_DISK, true },
  { "hardDisk", DRIVE_DISK, true },
  { "plainDisk", DRIVE_DISK, true },
  { "rawDisk", DRIVE_DISK, true }, /* a descriptor that names the device */
  { "cdrom-image", DRIVE_CDROM, true },
  { "cdrom-raw", DRIVE_CDROM, false },
  { "atapi-cdrom", DRIVE_CDROM, false },
  { "cdrom", DRIVE_CDROM, false },
  { "scsi-passthru", DRIVE_CDROM, false },
  { "scsi-generic", DRIVE_CDROM, false },
};
static const struct type_row floppy_file = { "file", DRIVE_FLOPPY, true };
static const struct type_row floppy_device = { "device", DRIVE_FLOPPY, false };
static const struct type_row iso_file = { "", DRIVE_CDROM, true };

static const struct type_row *
type_of (struct vmx_reader *r, const struct vmx_seat *seat, const char *name)
{
  const struct vmx_entry *e = vr_entry (r, name, "deviceType");
  const char *file = vr_text (r, name, "fileName");
  const char *file_type;

  if (seat->bus == BUS_FLOPPY) {
    file_type = vr_text (r, name, "fileType");
    return file_type ? text_equal_nocase (file_type, "file") ? &floppy_file
                                                             : &floppy_device
           : file && text_has_suffix (file, ".flp") ? &floppy_file
                                                    : &floppy_device;
  }
  for (size_t i = 0; e && i < ARRAY_SIZE (types); i++)
    if (text_equal_nocase (types[i].word, e->value))
      return &types[i];
  if (e != NULL)
    report_add (r->report, OVF_WARNING, "VMX-DEVICE", r->in->name, e->line,
                NULL, "the device type '%.80s' is not known: taken for a %s",
                e->value, file && text_has_suffix (file, ".iso") ? "CD" : "disk");
  return file && text_has_suffix (file, ".iso") ? &iso_file : &types[0];
}

/* ---- what is in it ------------------------------------------------------------------ */
/* How VMware's products say "nothing", or "whatever the host has". */
static bool
is_placeholder (const char *file)
{
  static const char *const words[]
    = { "auto detect", "emptyBackingString", "vmware-null-remote-floppy",
        "vmware-null-remote-cdrom", "-1" };

  for (size_t i = 0; i < ARRAY_SIZE (words); i++)
    if (text_equal_nocase (words[i], file))
      return true;
  return false;
}

static size_t
add_file (struct vmx_reader *r, const struct vmx_entry *e)
{
  CLEANUP_FREE char *id = xasprintf ("file%zu", r->a->files.len + 1);

  appliance_add_file (r->a, id, e->value)->line = e->line;
  return r->a->files.len - 1;
}

static void
add_disk (struct vmx_reader *r, const char *name, struct drive *d,
          const struct vmx_entry *e)
{
  struct disk *disk = appliance_add_disk (r->a);

  disk->id = xasprintf ("disk%zu", r->a->disks.len);
  disk->line = e->line;
  disk->file = add_file (r, e);
  disk->shared = text_equal_nocase (vr_text (r, name, "sharing"), "multi-writer");
  if (text_has_suffix (e->value, ".vmdk"))
    disk->format = disk_format_word ("vmdk");
  d->disk = r->a->disks.len - 1;
}

static void
plug_in (struct vmx_reader *r, const char *name, struct drive *d,
         const struct type_row *type)
{
  const struct vmx_entry *e = vr_entry (r, name, "fileName");
  bool client = vr_bool (r, name, "clientDevice") == YES;
  bool any = vr_bool (r, name, "autodetect") == YES && !type->image;

  if (e == NULL || is_placeholder (e->value))
    return;
  if (d->kind == DRIVE_DISK)
    add_disk (r, name, d, e);
  else if (type->image)
    d->file = add_file (r, e);
  else if (!client && !any)
    d->device = xstrdup (e->value);
}

/* ---- drives ----------------------------------------------------------------------------- */
static bool
read_drive (struct vmx_reader *r, const struct vmx_seat *seat,
            const struct vmx_entry *e, struct ovf_error **err)
{
  CLEANUP_FREE char *name = vmx_seat_name (seat);
  const struct controller *c = machine_find_controller (r->m, seat->bus, seat->controller);
  const struct type_row *type;
  struct drive *d;

  if (vr_bool (r, name, "present") != YES)
    return true;
  if (!vmx_seat_exists (seat, c ? c->model : NULL))
    return vr_wrong (r, "VMX-INDEX", e->line, err, "there is no place '%s'", name);
  if (c == NULL && seat->bus != BUS_IDE && seat->bus != BUS_FLOPPY) {
    report_add (r->report, OVF_WARNING, "VMX-CONTROLLER", r->in->name, e->line,
                NULL, "'%s' is on a controller that is not present: no machine "
                "sees it", name);
    return true;
  }
  type = type_of (r, seat, name);
  d = machine_add_drive (r->m, type->kind);
  d->line = e->line;
  d->bus = seat->bus;
  d->controller = seat->controller;
  d->unit = seat->unit;
  d->connected = vr_bool (r, name, "startConnected");
  d->read_only = d->kind == DRIVE_FLOPPY && vr_bool (r, name, "readOnly") == YES;
  machine_controller (r->m, d->bus, d->controller);
  plug_in (r, name, d, type);
  return true;
}

bool
vmx_drives_read (struct vmx_reader *r, struct ovf_error **err)
{
  bool seen[BUS_XEN][4][72] = { 0 };

  if (!read_controllers (r, err))
    return false;
  VECTOR_FOR (e, &r->dict.entries) {
    struct vmx_seat seat;
    const char *rest;
    bool *mark = NULL;
    if (!vmx_seat_of_key (e->key, &seat, &rest))
      continue;
    if (seat.controller < 4 && seat.unit < ARRAY_SIZE (seen[0][0]))
      mark = &seen[seat.bus][seat.controller][seat.unit];
    if (mark == NULL && text_equal_nocase (rest, "present") && is_on (e)
        && !vr_wrong (r, "VMX-INDEX", e->line, err, "there is no place for "
                      "'%.40s'", e->key))
      return false;
    if (mark == NULL || *mark)
      continue;
    *mark = true;
    if (!read_drive (r, &seat, e, err))
      return false;
  }
  return true;
}

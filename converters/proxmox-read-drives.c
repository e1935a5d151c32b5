/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Drives: "scsi0: local-lvm:vm-100-disk-0,size=32G".
 *
 * A volume is named by the configuration as it is ("STORAGE:VOLUME"), which
 * is no path: --disk-map says where a copy lies.  The number is the seat, by
 * the number of drives that a controller of the kind has under Proxmox. */
#include "proxmox.h"

/* ---- seats -------------------------------------------------------------------- */
static const struct {
  const char *word;         /* of scsihw */
  enum bus bus;
  const char *model;        /* ours */
  unsigned targets;         /* on one controller; 0 = one each */
} chips[] = {
  { "lsi", BUS_SCSI, "lsilogic", PROXMOX_LSI_TARGETS },
  { "lsi53c810", BUS_SCSI, "lsi53c810", PROXMOX_LSI_TARGETS },
  { "megasas", BUS_SCSI, "lsisas1078", 256 },
  { "pvscsi", BUS_SCSI, "pvscsi", 256 },
  { "virtio-scsi-pci", BUS_VIRTIO_SCSI, "virtio-scsi", 256 },
  { "virtio-scsi-single", BUS_VIRTIO_SCSI, "virtio-scsi", 0 },
};

/* A virtio controller of its own numbers its only drive as the drives are. */
static bool
seat_scsi (struct pm_reader *r, struct drive *d, unsigned number,
           struct ovf_error **err)
{
  const struct pm_line *l = pm_text_find (&r->text, "scsihw");
  const char *word = l && *l->value ? l->value : "lsi";
  struct controller *c;
  size_t i = 0;

  while (i < ARRAY_SIZE (chips) && strcmp (chips[i].word, word) != 0)
    i++;
  if (i == ARRAY_SIZE (chips))
    return pm_bad (r, l, "SCSI controller", err);
  d->bus = chips[i].bus;
  d->controller = chips[i].targets ? number / chips[i].targets : number;
  d->unit = chips[i].targets ? number % chips[i].targets : number;
  c = machine_controller (r->m, d->bus, d->controller);
  if (c->model == NULL)
    c->model = xstrdup (chips[i].model);
  return true;
}

/* ---- what lies in it ------------------------------------------------------------ */
static size_t
add_file (struct pm_reader *r, const struct pm_line *l, const char *href)
{
  CLEANUP_FREE char *id = xasprintf ("file%zu", r->a->files.len + 1);

  appliance_add_file (r->a, id, href)->line = l->line;
  return r->a->files.len - 1;
}

/* By the suffix; block storages have none, and hold the bare bytes. */
static const char *
format_of (const char *volume, const char *said)
{
  static const struct {
    const char *suffix, *word;
  } rows[] = {
    { "qcow2", "qcow2" }, { "vmdk", "vmdk" }, { "vdi", "vdi" },
    { "vhd", "vhd" },     { "vpc", "vhd" },   { "vhdx", "vhdx" },
  };
  const char *dot = strrchr (volume, '.');
  const char *word = said ? said : dot ? dot + 1 : "raw";

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
    if (text_equal_nocase (rows[i].suffix, word))
      return rows[i].word;
  return "raw";
}

static size_t
add_disk (struct pm_reader *r, const struct pm_line *l, const char *volume,
          const pm_options *v)
{
  const char *size = pm_option (v, "size");
  struct disk *d = appliance_add_disk (r->a);

  d->id = xstrdup (l->key);
  d->line = l->line;
  d->format = disk_format_word (format_of (volume, pm_option (v, "format")));
  d->file = add_file (r, l, volume);
  d->shared = pm_option_is (v, "shared", false);
  d->read_only = pm_option_is (v, "ro", false);
  if (size != NULL && (!parse_size (size, &d->capacity) || d->capacity == 0)) {
    d->capacity = NO_SIZE;
    report_add (r->report, OVF_WARNING, "PROXMOX-SIZE", r->name, l->line, NULL,
                "'%s' is no size of a disk", size);
  }
  return r->a->disks.len - 1;
}

/* A disk of the host is a disk that the user must copy; its drive for media
 * is an empty drive anywhere else. */
static void
read_volume (struct pm_reader *r, const struct pm_line *l, struct drive *d,
             const char *volume, const pm_options *v)
{
  bool device = strncmp (volume, "/dev/", 5) == 0;
  bool host_drive = strcmp (volume, "cdrom") == 0;

  if (device || host_drive)
    d->device = xstrdup (volume);
  if (device && d->kind == DRIVE_DISK) {
    report_add (r->report, OVF_WARNING, "PROXMOX-DISK", r->name, l->line, NULL,
                "the disk '%s' is no file: it is a device of the host", volume);
    report_hint (r->report, "a copy can be used: --disk-map '%s=FILE'", volume);
  }
  if (d->kind == DRIVE_DISK)
    d->disk = add_disk (r, l, volume, v);
  else if (!device && !host_drive)
    d->file = add_file (r, l, volume);
}

/* ---- options --------------------------------------------------------------------- */
/* What the model has. */
static bool
is_read (const char *name)
{
  static const char *const names[]
    = { "file", "volume", "media", "size", "format", "shared", "ro" };

  for (size_t i = 0; i < ARRAY_SIZE (names); i++)
    if (strcmp (names[i], name) == 0)
      return true;
  return false;
}

static void
keep_options (struct pm_reader *r, const struct pm_line *l, const pm_options *v)
{
  CLEANUP_FREE char *text = xstrdup ("");

  VECTOR_FOR (o, v) {
    char *longer;
    if (is_read (o->name))
      continue;
    longer = xasprintf ("%s%s%s=%s", text, *text ? "," : "", o->name, o->value);
    free (text);
    text = longer;
  }
  if (*text != '\0')
    pm_keep (r, l, l->key, text);
}

static bool
read_drive (struct pm_reader *r, const struct pm_line *l, enum bus bus,
            unsigned controller, unsigned unit, struct ovf_error **err)
{
  pm_options v = pm_options_parse (l->value, "file");
  const char *volume = pm_option (&v, "file");
  const char *media = pm_option (&v, "media");
  bool cdrom = (media && strcmp (media, "cdrom") == 0)
               || (volume && strcmp (volume, "cdrom") == 0);
  struct drive *d = machine_add_drive (r->m, cdrom ? DRIVE_CDROM : DRIVE_DISK);
  bool ok = true;

  if (volume == NULL)
    volume = pm_option (&v, "volume");
  d->id = xstrdup (l->key);
  d->line = l->line;
  d->bus = bus;
  d->controller = controller;
  d->unit = unit;
  if (bus == BUS_SCSI)
    ok = seat_scsi (r, d, unit, err);
  else {
    struct controller *c = machine_controller (r->m, bus, controller);
    if (bus == BUS_SATA)
      set_string (&c->model, "ahci");
  }
  if (ok && volume != NULL && strcmp (volume, "none") != 0)
    read_volume (r, l, d, volume, &v);
  keep_options (r, l, &v);
  pm_options_free (&v);
  return ok;
}

/* A channel of an IDE controller is a controller of two. */
bool
pm_read_ide (struct pm_reader *r, const struct pm_line *l, unsigned number,
             struct ovf_error **err)
{
  return read_drive (r, l, BUS_IDE, number / 2, number % 2, err);
}

bool
pm_read_sata (struct pm_reader *r, const struct pm_line *l, unsigned number,
              struct ovf_error **err)
{
  return read_drive (r, l, BUS_SATA, 0, number, err);
}

bool
pm_read_scsi (struct pm_reader *r, const struct pm_line *l, unsigned number,
              struct ovf_error **err)
{
  return read_drive (r, l, BUS_SCSI, 0, number, err);
}

bool
pm_read_virtio (struct pm_reader *r, const struct pm_line *l, unsigned number,
                struct ovf_error **err)
{
  return read_drive (r, l, BUS_VIRTIO_BLK, 0, number, err);
}

/* A disk that was taken out, and waits to be deleted. */
bool
pm_read_unused (struct pm_reader *r, const struct pm_line *l, unsigned number,
                struct ovf_error **err)
{
  pm_options v = pm_options_parse (l->value, "file");
  const char *volume = pm_option (&v, "file");

  (void)number, (void)err;
  if (r->inspect && volume != NULL)
    add_disk (r, l, volume, &v);
  else
    report_add (r->report, OVF_NOTE, "PROXMOX-UNUSED", r->name, l->line, NULL,
                "the disk '%s' is plugged in nowhere: it is left out",
                volume ? volume : l->value);
  pm_options_free (&v);
  return true;
}

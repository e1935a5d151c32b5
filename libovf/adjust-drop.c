/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a conversion leaves out: the data of disks, images of removable media,
 * the file that holds a firmware's settings. */
#include "adjust.h"
#include "base/text.h"

/* ---- positions ----------------------------------------------------------- */
static void
shift (size_t *index, size_t gone)
{
  if (*index == NO_INDEX)
    return;
  if (*index == gone)
    *index = NO_INDEX;
  else if (*index > gone)
    --*index;
}

static void
drop_file (struct appliance *a, size_t gone)
{
  struct file_ref *f = &a->files.ptr[gone];

  free (f->id);
  free (f->href);
  memmove (f, f + 1, (a->files.len - gone - 1) * sizeof *f);
  a->files.len--;
  VECTOR_FOR (d, &a->disks)
    shift (&d->file, gone);
  VECTOR_FOR (m, &a->machines) {
    shift (&m->kernel_file, gone);
    shift (&m->ramdisk_file, gone);
    VECTOR_FOR (d, &m->drives)
      shift (&d->file, gone);
  }
}

static void
drop_disk (struct appliance *a, size_t gone)
{
  struct disk *d = &a->disks.ptr[gone];

  free (d->id);
  free (d->format_uri);
  free (d->capacity_property);
  memmove (d, d + 1, (a->disks.len - gone - 1) * sizeof *d);
  a->disks.len--;
  VECTOR_FOR (other, &a->disks)
    shift (&other->parent, gone);
  VECTOR_FOR (m, &a->machines)
    VECTOR_FOR (drive, &m->drives)
      shift (&drive->disk, gone);
}

static bool
is_iso (const struct disk *d)
{
  return d->format != NULL && strcmp (d->format, "iso") == 0;
}

/* ---- disks ------------------------------------------------------------------ */
static void
drop_drive (struct machine *m, size_t i)
{
  struct drive *d = &m->drives.ptr[i];

  free (d->id);
  free (d->device);
  free (d->configuration);
  memmove (d, d + 1, (m->drives.len - i - 1) * sizeof *d);
  m->drives.len--;
}

/* A disk becomes an empty one of its size; one whose size nobody knows goes
 * with its drives. */
static void
drop_disks (struct appliance *a)
{
  for (size_t i = a->disks.len; i-- > 0;) {
    struct disk *d = &a->disks.ptr[i];
    bool sized = d->capacity != NO_SIZE || d->capacity_property != NULL;
    size_t file = d->file;

    if (is_iso (d) || file == NO_INDEX)
      continue;
    d->populated = NO_SIZE;
    d->parent = NO_INDEX;
    VECTOR_FOR (m, &a->machines)
      for (size_t k = m->drives.len; !sized && k-- > 0;)
        if (m->drives.ptr[k].disk == i)
          drop_drive (m, k);
    drop_file (a, file);
    if (!sized)
      drop_disk (a, i);
  }
}

/* ---- images ------------------------------------------------------------------- */
static bool
holds_disk (const struct appliance *a, size_t file)
{
  VECTOR_FOR (d, &a->disks)
    if (d->file == file && !is_iso (d))
      return true;
  return false;
}

/* The medium of a CD or floppy drive, as a file or as a disk. */
static void
drop_images (struct appliance *a)
{
  CLEANUP_FREE bool *gone = xcalloc (a->files.len + 1, sizeof *gone);

  VECTOR_FOR (m, &a->machines)
    VECTOR_FOR (d, &m->drives) {
      size_t file = d->disk != NO_INDEX ? a->disks.ptr[d->disk].file : d->file;
      if (d->kind == DRIVE_DISK)
        continue;
      if (file != NO_INDEX && !holds_disk (a, file))
        gone[file] = true;
      d->file = d->disk = NO_INDEX;
      d->connected = NO;
    }
  for (size_t i = a->disks.len; i-- > 0;)
    if (a->disks.ptr[i].file != NO_INDEX && gone[a->disks.ptr[i].file])
      drop_disk (a, i);
  for (size_t i = a->files.len; i-- > 0;)
    if (gone[i])
      drop_file (a, i);
}

/* ---- firmware settings ----------------------------------------------------------- */
/* Does the ExtraConfig "nvram" mean this file: "ovf:/file/ID" or its name? */
static bool
is_nvram (const struct appliance *a, const struct file_ref *f)
{
  VECTOR_FOR (m, &a->machines)
    VECTOR_FOR (e, &m->extras) {
      const char *id = e->value ? strrchr (e->value, '/') : NULL;
      if (text_has_suffix (e->key, "nvram") && e->value != NULL
          && ((id != NULL && f->id != NULL && strcmp (id + 1, f->id) == 0)
              || strcmp (e->value, f->href) == 0))
        return true;
    }
  return text_has_suffix (f->href, ".nvram");
}

static void
drop_nvram (struct appliance *a)
{
  for (size_t i = a->files.len; i-- > 0;)
    if (is_nvram (a, &a->files.ptr[i]))
      drop_file (a, i);
  VECTOR_FOR (m, &a->machines) {
    extras_drop (&m->extras, "nvram");
    extras_drop (&m->extras, "extraconfig nvram");
  }
}

void
adjust_drop_files (struct appliance *a, const struct ovf_options *options)
{
  if (option_flag (options, OPT_NO_DISKS))
    drop_disks (a);
  if (option_flag (options, OPT_NO_IMAGES))
    drop_images (a);
  if (option_flag (options, OPT_NO_NVRAM))
    drop_nvram (a);
}

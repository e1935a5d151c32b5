/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a conversion to a configuration will make; see plan.h. */
#include "plan.h"

#include <sys/stat.h>

#include "adjust.h"
#include "base/file.h"
#include "base/text.h"
#include "environment.h"

void
plan_done (struct plan *p)
{
  VECTOR_FOR (f, &p->files) {
    free (f->name);
    free (f->path);
    free (f->environment);
  }
  VECTOR_FOR (c, &p->configs)
    free (c->name);
  free (p->files.ptr);
  free (p->configs.ptr);
  free (p->folder);
  free (p->base);
  free (p->kernel_folder);
}

/* ---- where ------------------------------------------------------------- */
/* TARGET with the kind's suffix names the configuration, else a folder. */
static bool
settle_target (struct plan *p, const struct source *s, const char *target,
               const struct ovf_options *options, struct ovf_error **err)
{
  struct stat st;
  bool is_file = target != NULL && text_has_suffix (target, p->converter->suffix)
                 && !(stat (target, &st) == 0 && S_ISDIR (st.st_mode));
  CLEANUP_FREE char *stem = is_file ? path_base (target) : NULL;

  if (is_file && s->appliance->machines.len > 1)
    return error_set (err, OVF_E_USAGE, "'%s' is one file, but there are %zu machines",
                      target, s->appliance->machines.len)
           || error_hint (err, "give a folder");
  if (stem != NULL)
    stem[strlen (stem) - strlen (p->converter->suffix)] = '\0';
  p->base = pipeline_base (s->appliance, options, stem);
  if (target == NULL)
    p->folder = xasprintf ("./%s", p->base);
  else
    p->folder = is_file ? path_dir (target) : xstrdup (target);
  return true;
}

/* ---- which files ---------------------------------------------------------- */
static const char *
suffix_of (const char *href)
{
  CLEANUP_FREE char *base = path_base (href);
  const char *dot = strrchr (base, '.');

  return dot && dot != base ? href + strlen (href) - strlen (dot) : "";
}

/* An unfriendly suffix must not become part of a name we make. */
static char *
clean_suffix (const char *href)
{
  CLEANUP_FREE char *suffix = text_file_base (suffix_of (href));

  if (*suffix_of (href) == '\0' || strlen (suffix) > 16)
    return xstrdup ("");
  *suffix = '.';
  return STEAL (suffix);
}

static bool
is_iso (const struct disk *d)
{
  return d->format != NULL && strcmp (d->format, "iso") == 0;
}

static bool
disk_is_used (const struct appliance *a, size_t disk)
{
  VECTOR_FOR (m, &a->machines)
    VECTOR_FOR (d, &m->drives)
      if (d->disk == disk)
        return true;
  return false;
}

static bool
file_is_used (const struct appliance *a, size_t file)
{
  VECTOR_FOR (m, &a->machines) {
    if (m->kernel_file == file || m->ramdisk_file == file)
      return true;
    VECTOR_FOR (d, &m->drives)
      if (d->file == file)
        return true;
  }
  return false;
}

static size_t
disk_of_file (const struct appliance *a, size_t file)
{
  for (size_t i = 0; i < a->disks.len; i++)
    if (a->disks.ptr[i].file == file && disk_is_used (a, i))
      return i;
  return NO_INDEX;
}

static uint64_t
estimate (const struct appliance *a, size_t file, size_t disk)
{
  uint64_t stored = file != NO_INDEX ? a->files.ptr[file].size : 0;
  uint64_t used = disk != NO_INDEX ? a->disks.ptr[disk].populated : NO_SIZE;

  if (used != NO_SIZE)
    return used;
  return stored != NO_SIZE ? stored : 0;
}

static void
add_file (struct plan *p, size_t file, size_t disk, const struct disk_format *to,
          char *name)
{
  struct planned_file *f = planned_files_add (&p->files);

  f->file = file;
  f->disk = disk;
  f->to = to;
  f->name = name;
  f->estimate = estimate (p->model, file, disk);
  if (__builtin_add_overflow (p->space, f->estimate, &p->space))
    p->space = UINT64_MAX;
}

/* BASE-kernel, BASE-ramdisk; of further machines BASE-kernel2 and so on. */
static char *
kernel_name (const struct plan *p, size_t file)
{
  for (size_t i = 0; i < p->model->machines.len; i++) {
    const struct machine *m = &p->model->machines.ptr[i];
    CLEANUP_FREE char *number = i > 0 ? xasprintf ("%zu", i + 1) : xstrdup ("");
    if (m->kernel_file == file)
      return xasprintf ("%s-kernel%s", p->base, number);
    if (m->ramdisk_file == file)
      return xasprintf ("%s-ramdisk%s", p->base, number);
  }
  return NULL;
}

/* In the order of References, disks and other files counted apart; empty
 * disks last.  The number of other files. */
static unsigned
choose_files (struct plan *p, const struct disk_format *to)
{
  const struct appliance *a = p->model;
  unsigned n_disks = 0, n_files = 0;

  for (size_t i = 0; i < a->files.len; i++) {
    size_t disk = disk_of_file (a, i);
    CLEANUP_FREE char *suffix = clean_suffix (a->files.ptr[i].href);
    CLEANUP_FREE char *kernel = kernel_name (p, i);
    if (disk != NO_INDEX && !is_iso (&a->disks.ptr[disk]))
      add_file (p, i, disk, to, xasprintf ("%s-disk%u%s", p->base, ++n_disks, to->suffix));
    else if (kernel != NULL) {
      add_file (p, i, NO_INDEX, NULL, STEAL (kernel));
      p->files.ptr[p->files.len - 1].kernel = true;
    }
    else if (disk != NO_INDEX || file_is_used (a, i))
      add_file (p, i, NO_INDEX, NULL,
                xasprintf ("%s-file%u%s", p->base, ++n_files, disk != NO_INDEX && *suffix == '\0'
                                                              ? ".iso" : suffix));
  }
  for (size_t i = 0; i < a->disks.len; i++)
    if (a->disks.ptr[i].file == NO_INDEX && disk_is_used (a, i))
      add_file (p, NO_INDEX, i, to, xasprintf ("%s-disk%u%s", p->base, ++n_disks, to->suffix));
  return n_files;
}

/* With --prop, an image that tells each machine its properties. */
static bool
choose_environments (struct plan *p, unsigned n_files, struct ovf_report *report,
                     struct ovf_error **err)
{
  for (size_t i = 0; i < p->model->machines.len; i++) {
    struct drive *drive = environment_drive (&p->model->machines.ptr[i]);
    CLEANUP_FREE char *name = xasprintf ("%s-file%u.iso", p->base, ++n_files);
    struct planned_file *f;

    appliance_add_file (p->model, name, name);
    drive->file = p->model->files.len - 1;
    drive->connected = YES;
    p->model->machines.ptr[i].environment = true;
    add_file (p, drive->file, NO_INDEX, NULL, STEAL (name));
    f = &p->files.ptr[p->files.len - 1];
    f->environment = environment_text (p->model, i, report, &f->environment_len, err);
    if (f->environment == NULL)
      return false;
  }
  return true;
}

static bool
config_is_taken (const struct plan *p, const char *name)
{
  VECTOR_FOR (c, &p->configs)
    if (strcmp (c->name, name) == 0)
      return true;
  return false;
}

/* The configuration comes last: what it needs is there then. */
static void
add_config (struct plan *p, size_t machine, char *name)
{
  const struct converter *to = p->converter;
  size_t n = strlen (name) - strlen (to->suffix);
  struct planned_config *c;

  if (to->companion != NULL) {
    c = planned_configs_add (&p->configs);
    c->machine = machine;
    c->name = xasprintf ("%.*s%s", (int)n, name, to->companion->suffix);
    c->write = to->companion->write;
    c->role = ROLE_FILE;
    c->executable = true;
  }
  c = planned_configs_add (&p->configs);
  c->machine = machine;
  c->name = name;
  c->write = to->write;
  c->role = ROLE_CONFIGURATION;
  c->executable = to->executable;
}

/* One configuration a machine; a second of the same name gets "-2". */
static void
choose_configs (struct plan *p)
{
  for (size_t i = 0; i < p->model->machines.len; i++) {
    const struct machine *m = &p->model->machines.ptr[i];
    CLEANUP_FREE char *stem = p->model->machines.len == 1
                                ? xstrdup (p->base)
                                : text_file_base (m->name ? m->name : m->id);
    char *name = xasprintf ("%s%s", stem, p->converter->suffix);

    for (unsigned n = 2; config_is_taken (p, name); n++) {
      free (name);
      name = xasprintf ("%s-%u%s", stem, n, p->converter->suffix);
    }
    add_config (p, i, name);
  }
}

/* ---- the model ------------------------------------------------------------------ */
static const struct disk_format *
target_format (const struct converter *c, const struct ovf_options *options,
               struct ovf_error **err)
{
  const char *name = option_text (options, OPT_DISK_FORMAT);
  const struct disk_format *f = disk_format_by_name (name ? name : c->disk_format);

  if (f == NULL)
    error_set (err, OVF_E_USAGE, "there is no disk format '%s'", name ? name : c->disk_format);
  else if (f->create == NULL) {
    error_set (err, OVF_E_UNSUPPORTED, "disks of the format '%s' cannot be written yet", f->name);
    error_hint (err, "--disk-format raw, vmdk, vdi, qcow2, vhd or vhdx");
  } else
    return disk_format_written (f, option_list (options, OPT_DISK_OPTION),
                                f == disk_format_by_name (c->disk_format)
                                  ? c->disk_subformat : NULL, err);
  return NULL;
}

/* Names go into start commands and file names of the target. */
static void
clean_machine_names (struct appliance *a)
{
  VECTOR_FOR (m, &a->machines) {
    char *name = m->name ? m->name : xstrdup (m->id);
    for (char *c = name; c != NULL && *c != '\0'; c++)
      if ((unsigned char)*c < 0x20 || *c == 0x7f || *c == '/')
        *c = '_';
    m->name = name;
  }
}

/* The target's own folder is no folder apart. */
static void
settle_kernels (struct plan *p, const struct ovf_options *options)
{
  const char *dir = option_text (options, OPT_KERNEL_DIR);
  CLEANUP_FREE char *folder = path_absolute (p->folder);

  p->kernel_folder = dir ? path_absolute (dir) : NULL;
  if (dir != NULL && strcmp (p->kernel_folder, folder) == 0)
    set_string (&p->kernel_folder, NULL);
  VECTOR_FOR (f, &p->files)
    if (f->kernel && p->kernel_folder != NULL)
      f->path = path_join (p->kernel_folder, f->name);
}

bool
plan_make (struct plan *p, struct source *s, const struct converter *converter,
           const char *target, const struct ovf_options *options,
           struct ovf_report *report, struct ovf_error **err)
{
  const struct disk_format *to = target_format (converter, options, err);
  const strings *props = option_list (options, OPT_PROP);
  unsigned n_files;

  memset (p, 0, sizeof *p);
  p->converter = converter;
  p->model = s->appliance;
  if (to == NULL)
    return false;
  if (p->model->machines.len == 0)
    return error_at (err, OVF_E_FORMAT, NULL, p->model->descriptor, 0,
                     "there is no virtual machine in it");
  if (!adjust_apply (p->model, converter, options, report, err)
      || !identity_apply (p->model, converter, options, err)
      || !settle_target (p, s, target, options, err)
      || !netmap_apply (p->model, converter, option_list (options, OPT_NET), report, err))
    return false;
  clean_machine_names (p->model);
  if (!environment_set_any (p->model, props, report, err))
    return false;
  n_files = choose_files (p, to);
  settle_kernels (p, options);
  if (props->len > 0 && !choose_environments (p, n_files, report, err))
    return false;
  choose_configs (p);
  return true;
}

void
plan_settle_paths (struct plan *p, const char *folder)
{
  VECTOR_FOR (f, &p->files) {
    char *path = f->path                       ? xstrdup (f->path)
                 : p->converter->absolute_paths ? path_join (folder, f->name)
                                                : xstrdup (f->name);
    struct disk *d = f->disk != NO_INDEX ? &p->model->disks.ptr[f->disk] : NULL;

    if (f->file == NO_INDEX) {
      appliance_add_file (p->model, d->id, path);
      d->file = p->model->files.len - 1;
    } else
      set_string (&p->model->files.ptr[f->file].href, path);
    if (d != NULL)
      d->format = disk_format_word (f->to->name);
    free (path);
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `build`: an appliance from disk images and a short description, the build
 * file of cli.md section 7 or a few options.  Either becomes a model whose
 * files the user named; the pipeline does the rest. */
#include <unistd.h>

#include "base/file.h"
#include "base/output.h"
#include "base/text.h"
#include "pipeline.h"

#define MIB (UINT64_C (1) << 20)

/* ---- from a build file ------------------------------------------------------ */
struct reach { /* where texts that the file names may lie */
  struct ovf_ctx *ctx;
  const struct ovf_options *options;
  const char *folder;
};

static int
open_beneath (const char *folder, const char *name, struct ovf_error **err)
{
  CLEANUP_FD int dir = dir_open (folder, err);

  return dir < 0 ? -1 : file_open_beneath (dir, name, NULL, err);
}

/* Beneath the folder of the build file, or one that --allow names: this text
 * goes into a package, and who builds may not have written the file. */
static int
open_text (const struct reach *r, const char *name, struct ovf_error **err)
{
  CLEANUP_FREE char *full = path_join (r->folder, name);
  CLEANUP_FREE char *absolute = path_absolute (full);
  CLEANUP_FREE char *dir = NULL;

  if (*name != '/' && strstr (name, "..") == NULL)
    return open_beneath (r->folder, name, err);
  VECTOR_FOR (root, option_list (r->options, OPT_ALLOW)) {
    CLEANUP_FREE char *top = path_absolute (*root);
    size_t n = strlen (top);
    if (strncmp (absolute, top, n) == 0 && absolute[n] == '/')
      return open_beneath (top, absolute + n + 1, err);
  }
  dir = path_dir (absolute);
  error_set (err, OVF_E_UNSAFE, "the file '%s' lies outside the folder of the build file",
             name);
  error_hint (err, "if it may be read: --allow '%s'", dir);
  return -1;
}

static char *
read_named_text (void *opaque, const char *name, struct ovf_error **err)
{
  const struct reach *r = opaque;
  CLEANUP_FD int fd = open_text (r, name, err);
  CLEANUP_FREE char *text = NULL;
  size_t len;

  if (fd < 0)
    return NULL;
  text = file_read_text (r->ctx, fd, name, LIMIT_TEXT, &len, err);
  if (text == NULL)
    return NULL;
  if (memchr (text, '\0', len) != NULL || !text_is_utf8 (text, len)) {
    error_set (err, OVF_E_FORMAT, "'%s' is no text in UTF-8", name);
    return NULL;
  }
  return STEAL (text);
}

/* What a build file says itself is not said by options too. */
static bool
refuse_options (const struct ovf_options *options, bool file, struct ovf_error **err)
{
  static const enum option with_disks[] = { OPT_DISK, OPT_CPUS, OPT_MEMORY, OPT_OS,
                                            OPT_FIRMWARE, OPT_NIC };

  for (size_t i = 0; file && i < ARRAY_SIZE (with_disks); i++)
    if (option_list (options, with_disks[i])->len > 0) {
      error_set (err, OVF_E_USAGE, "--%s and a build file exclude each other",
                 option_name (with_disks[i]));
      return error_hint (err, "say it in the file");
    }
  if (!file && option_list (options, OPT_PARAM)->len > 0)
    return error_set (err, OVF_E_USAGE, "--param fills a build file, and there is none");
  return true;
}

static struct appliance *
read_spec (struct ovf_ctx *ctx, const char *path, const char *folder,
           const struct ovf_options *options, struct ovf_report *report,
           struct ovf_error **err)
{
  CLEANUP_FD int fd = file_open_user (path, NULL, err);
  CLEANUP_FREE char *text = NULL;
  struct reach reach = { ctx, options, folder };
  struct read_settings settings = {
    .params = option_list (options, OPT_PARAM),
    .all_configurations = true,
    .read_file = read_named_text,
    .opaque = &reach
  };
  struct input in = { .name = path };

  if (fd < 0)
    return NULL;
  text = file_read_text (ctx, fd, path, LIMIT_DESCRIPTOR, &in.len, err);
  if (text == NULL)
    return NULL;
  in.text = text;
  if (memchr (text, '\0', in.len) != NULL) {
    error_at (err, OVF_E_FORMAT, "SPEC-001", path, 0, "the file holds a NUL byte");
    return NULL;
  }
  return converter_by_name ("spec")->read (ctx, &in, &settings, report, err);
}

/* ---- from options ------------------------------------------------------------- */
static bool
set_size (struct machine *m, const struct ovf_options *options, struct ovf_error **err)
{
  const char *cpus = option_text (options, OPT_CPUS);
  const char *memory = option_text (options, OPT_MEMORY);

  if (cpus != NULL && !parse_unsigned (cpus, 1, 65535, &m->cpus))
    return error_set (err, OVF_E_USAGE, "--cpus is a number from 1, not '%s'", cpus);
  if (memory == NULL)
    return true;
  if (!parse_size (memory, &m->memory) || m->memory > INT64_MAX)
    return error_set (err, OVF_E_USAGE, "--memory is a size like 2G, not '%s'", memory);
  if (m->memory >= 4 * MIB)
    return true;
  error_set (err, OVF_E_USAGE, "'%s' bytes of memory are too few", memory);
  return error_hint (err, "--memory 2048M, or 2G");
}

static bool
set_system (struct machine *m, const struct ovf_options *options, struct ovf_error **err)
{
  const char *os = option_text (options, OPT_OS);
  const char *firmware = option_text (options, OPT_FIRMWARE);
  const struct ostype *row = os ? ostype_by_any (os) : NULL;

  m->firmware = firmware && strcmp (firmware, "efi") == 0 ? FIRMWARE_UEFI : FIRMWARE_BIOS;
  if (firmware != NULL && strcmp (firmware, "efi") != 0 && strcmp (firmware, "bios") != 0)
    return error_set (err, OVF_E_USAGE, "--firmware is bios or efi, not '%s'", firmware);
  if (row != NULL) {
    m->os.cim_id = row->cim_id;
    m->os.vmware = xstrdup (row->vmware);
    m->os.virtualbox = xstrdup (row->virtualbox);
    m->os.osinfo = xstrdup (row->osinfo);
    m->os.description = xstrdup (row->title);
  }
  else if (os != NULL && text_has_suffix (os, "Guest"))
    m->os.vmware = xstrdup (os); /* newer than our table */
  else if (os != NULL) {
    error_set (err, OVF_E_USAGE, "the operating system '%s' is not known", os);
    return error_hint (err, "name it as VMware, VirtualBox or libosinfo do: "
                            "debian12_64Guest, Debian12_64, debian12");
  }
  os_complete (&m->os);
  return true;
}

static void
add_disk (struct appliance *a, struct machine *m, const char *path, unsigned number)
{
  CLEANUP_FREE char *file = xasprintf ("file%u", number + 1);
  struct disk *disk = appliance_add_disk (a);

  appliance_add_file (a, file, path);
  disk->id = xasprintf ("vmdisk%u", number + 1);
  disk->file = a->files.len - 1;
  default_drive (m, a->disks.len - 1, number);
}

static void
add_nic (struct appliance *a, struct machine *m, const char *network)
{
  struct nic *n = machine_add_nic (m);
  bool listed = false;

  n->network = xstrdup (network);
  n->model = xstrdup ("e1000"); /* every guest has a driver for it */
  n->connected = YES;
  VECTOR_FOR (old, &a->networks)
    listed = listed || strcmp (old->name, network) == 0;
  if (!listed)
    networks_add (&a->networks)->name = xstrdup (network);
}

static struct appliance *
from_options (const struct ovf_options *options, const char *target, struct ovf_error **err)
{
  const strings *images = option_list (options, OPT_DISK);
  const char *name = option_text (options, OPT_NAME);
  CLEANUP (appliance) struct appliance *a = appliance_new ("spec");
  struct machine *m = default_machine (a);

  if (images->len == 0) {
    error_set (err, OVF_E_USAGE, "there is nothing to build from");
    error_hint (err, "give a build file, or --disk FILE");
    return NULL;
  }
  if (!set_size (m, options, err) || !set_system (m, options, err))
    return NULL;
  m->name = name ? xstrdup (name)
                 : path_stem (strcmp (target, "-") == 0 ? images->ptr[0] : target);
  m->id = xstrdup (m->name);
  a->name = xstrdup (m->name);
  for (size_t i = 0; i < images->len; i++)
    add_disk (a, m, images->ptr[i], (unsigned)i);
  VECTOR_FOR (network, option_list (options, OPT_NIC))
    add_nic (a, m, *network);
  return STEAL (a);
}

/* ---- the target is none of the sources ------------------------------------------- */
static bool
is_target (const char *path, const char *target)
{
  CLEANUP_FD int fd = file_open_user (path, NULL, NULL);

  return fd >= 0 && output_is_same (target, fd);
}

static bool
check_target (const char *spec, const char *folder, const struct appliance *a,
              const char *target, struct ovf_error **err)
{
  bool same = spec != NULL && is_target (spec, target);

  if (strcmp (target, "-") == 0)
    return true;
  VECTOR_FOR (f, &a->files) {
    CLEANUP_FREE char *path = path_join (folder, f->href);
    same = same || is_target (path, target);
  }
  return !same || error_set (err, OVF_E_USAGE, "'%s' is what the package is made of",
                             target);
}

/* ---- the operation --------------------------------------------------------------- */
bool
ovf_build (struct ovf_ctx *ctx, const char *spec, const char *target,
           const struct ovf_options *options, struct ovf_report *report,
           char **ret_json, struct ovf_error **err)
{
  CLEANUP_FREE char *folder = spec ? path_dir (spec) : xstrdup (".");
  CLEANUP (source) struct source *s = NULL;
  struct appliance *a;

  *ret_json = NULL;
  if (target == NULL)
    target = option_text (options, OPT_OUTPUT);
  if (target == NULL)
    return error_set (err, OVF_E_USAGE, "which package is to be written?");
  if (!refuse_options (options, spec != NULL, err))
    return false;
  a = spec != NULL ? read_spec (ctx, spec, folder, options, report, err)
                   : from_options (options, target, err);
  if (a == NULL)
    return false;
  if (!model_check_ids (a, err) || !check_target (spec, folder, a, target, err)) {
    appliance_free (a);
    return error_place (err, NULL, spec, 0);
  }
  s = source_of_model (ctx, a, folder, options, err);
  return s != NULL && pipeline_write_package (s, target, options, report, ret_json, err);
}

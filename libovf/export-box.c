/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Vagrant box for libvirt (vagrant-libvirt/vagrant-libvirt:
 * docs/boxes.markdown): box.img in qcow2, metadata.json with the size, and a
 * Vagrantfile with the hardware that the plugin can be told of.  The rest is
 * the business of whoever uses the box. */
#include <inttypes.h>
#include <jansson.h>

#include "adjust.h"
#include "environment.h"
#include "loss.h"
#include "model/maps.h"
#include "profile-apply.h"
#include "vagrant.h"

#define GIB (UINT64_C (1) << 30)
#define METADATA_ROOM 512   /* bytes beside a line for each disk */

struct box {
  struct source *source;
  struct machine *m;
  const struct ovf_options *options;
  struct ovf_report *report;
  size_t *disks;            /* indexes, in the order of References */
  size_t n_disks;
  uint64_t capacity;        /* of the first */
};

static char *
image_name (size_t i)
{
  return i == 0 ? xstrdup ("box.img") : xasprintf ("box_%zu.img", i + 1);
}

/* ---- what the plugin can be told ------------------------------------------------- */
static const char *
disk_bus (const struct box *b)
{
  const char *hardware = option_text (b->options, OPT_HARDWARE);

  if (hardware != NULL && strcmp (hardware, "native") == 0)
    return "virtio";
  VECTOR_FOR (d, &b->m->drives) {
    if (b->n_disks == 0 || d->disk != b->disks[0])
      continue;
    switch (d->bus) {
    case BUS_IDE: return "ide";
    case BUS_VIRTIO_BLK: return "virtio";
    case BUS_VIRTIO_SCSI: return "scsi";
    default: return "sata";
    }
  }
  return "virtio";
}

/* A word of the table, so that no text of the source gets into Ruby. */
static const char *
nic_model (const struct machine *m)
{
  const struct hwmodel *h
    = m->nics.len > 0 ? hwmodel_by_name (HW_NIC, m->nics.ptr[0].model) : NULL;

  return h != NULL ? h->libvirt : NULL;
}

static char *
vagrantfile (const struct box *b)
{
  const struct machine *m = b->m;
  const char *model = nic_model (m);
  CLEANUP_FREE char *nic
    = model ? xasprintf ("    libvirt.nic_model_type = \"%s\"\n", model) : xstrdup ("");
  CLEANUP_FREE char *memory
    = m->memory ? xasprintf ("    libvirt.memory = %" PRIu64 "\n",
                             (m->memory + (1 << 20) - 1) >> 20) : xstrdup ("");
  CLEANUP_FREE char *cpus
    = m->cpus ? xasprintf ("    libvirt.cpus = %u\n", m->cpus) : xstrdup ("");

  return xasprintf ("Vagrant.configure(\"2\") do |config|\n"
                    "  config.vm.provider :libvirt do |libvirt|\n"
                    "%s%s    libvirt.disk_bus = \"%s\"\n%s"
                    "  end\n"
                    "end\n", memory, cpus, disk_bus (b), nic);
}

/* One disk: its size in GiB, rounded up.  Several: a list, whose sizes the
 * images tell. */
static char *
metadata (const struct box *b, size_t *ret_len)
{
  json_t *j = json_pack ("{s:s, s:s}", "provider", "libvirt", "format", "qcow2");
  char *text;

  if (b->n_disks == 1)
    json_object_set_new (j, "virtual_size",
                         json_integer ((json_int_t)((b->capacity + GIB - 1) / GIB)));
  else {
    json_t *list = json_array ();
    for (size_t i = 0; i < b->n_disks; i++) {
      CLEANUP_FREE char *name = image_name (i);
      json_array_append_new (list, json_pack ("{s:s}", "path", name));
    }
    json_object_set_new (j, "disks", list);
  }
  text = json_dumps (j, JSON_INDENT (2));
  json_decref (j);
  if (text == NULL)
    abort ();
  *ret_len = strlen (text);
  return text;
}

/* ---- what it cannot --------------------------------------------------------------------- */
#define LOSE(what, ...) report_loss (b->report, VAGRANT_LIBVIRT, what, __VA_ARGS__)

static void
lost_hardware (const struct box *b)
{
  const struct machine *m = b->m;
  const char *bus = disk_bus (b);

  VECTOR_FOR (c, &m->controllers)
    if (c->bus != BUS_FLOPPY && c->bus != BUS_USB
        && !(strcmp (bus, "scsi") == 0 && c->bus == BUS_VIRTIO_SCSI)
        && !(strcmp (bus, "virtio") == 0 && c->bus == BUS_VIRTIO_BLK)
        && strcmp (bus, bus_word (c->bus)) != 0)
      LOSE ("controller", "the disks of the %s controller %u go to %s",
            c->model ? c->model : bus_word (c->bus), c->index, bus);
  VECTOR_FOR (d, &m->drives)
    if (d->kind != DRIVE_DISK)
      LOSE ("drive", "a box has no %s drive", drive_kind_word (d->kind));
  if (m->nics.len > 1)
    LOSE ("nics", "of %zu adapters one is left: the Vagrantfile of the user adds others",
          m->nics.len);
  if (m->nics.len > 0 && m->nics.ptr[0].model != NULL && nic_model (m) == NULL)
    LOSE ("nic", "libvirt has no adapter '%s'", m->nics.ptr[0].model);
  if (m->nics.len > 0 && m->nics.ptr[0].mac != NULL)
    LOSE ("mac", "the plugin makes a MAC address of its own");
  if (m->firmware == FIRMWARE_UEFI || m->secure_boot == YES) {
    LOSE ("firmware", "a box cannot ask for UEFI, whose file is the host's");
    report_hint (b->report, "the user's Vagrantfile names it: libvirt.loader = '...'");
  }
  if (m->tpm == YES)
    LOSE ("tpm", "a box has no TPM");
  if (m->sound != NULL)
    LOSE ("sound", "the sound card '%s' is left out", m->sound);
  if (m->serials > 0 || m->parallels > 0)
    LOSE ("ports", "serial and parallel ports are left out");
}

static void
lost_rest (const struct box *b)
{
  static const struct loss_words words = {
    .target = VAGRANT_LIBVIRT, .noun = "box", .boots_kernel = false
  };
  const struct machine *m = b->m;

  lost_hardware (b);
  if (m->uuid != NULL)
    LOSE ("uuid", "every guest of a box has a UUID of its own");
  if (m->description != NULL || m->annotation != NULL)
    LOSE ("description", "a box has no description");
  if (m->eulas.len > 0)
    LOSE ("eula", "the license agreement has no place in a box");
  loss_report (&words, b->source->appliance, m, b->report);
}

/* ---- writing ------------------------------------------------------------------------------ */
static bool
check_format (const struct ovf_options *options, struct ovf_error **err)
{
  const char *format = option_text (options, OPT_DISK_FORMAT);

  return format == NULL || strcmp (format, "qcow2") == 0
         || error_set (err, OVF_E_USAGE, "the disks of this box are qcow2, not '%s'", format);
}

static void
choose_disks (struct box *b)
{
  const struct appliance *a = b->source->appliance;

  b->disks = xcalloc (a->disks.len + 1, sizeof *b->disks);
  for (size_t f = 0; f <= a->files.len; f++) /* empty ones last */
    for (size_t i = 0; i < a->disks.len; i++) {
      size_t file = a->disks.ptr[i].file;
      bool used = false;
      VECTOR_FOR (d, &b->m->drives)
        used = used || (d->kind == DRIVE_DISK && d->disk == i);
      if (used && (file == NO_INDEX ? a->files.len : file) == f)
        b->disks[b->n_disks++] = i;
    }
}

static bool
trust (struct box *b, struct ovf_error **err)
{
  CLEANUP_FREE size_t *used = xcalloc (b->n_disks + 1, sizeof *used);
  size_t n = 0;

  for (size_t i = 0; i < b->n_disks; i++)
    if (b->source->appliance->disks.ptr[b->disks[i]].file != NO_INDEX)
      used[n++] = b->source->appliance->disks.ptr[b->disks[i]].file;
  return source_trust (b->source, used, n, b->report, err);
}

static bool
write_image (struct box *b, struct package_writer *w, size_t i, struct ovf_error **err)
{
  CLEANUP_FREE char *name = image_name (i);
  struct disk_job job = {
    .disk = b->disks[i], .to = disk_format_by_name ("qcow2"),
    .options = { .options = option_list (b->options, OPT_DISK_OPTION), .name = name,
                 .id = b->source->appliance->disks.ptr[b->disks[i]].id }
  };

  if (!package_writer_begin (w, name, ROLE_DISK, err)
      || !package_writer_place (w, &job.target.fd, &job.target.offset, err)
      || !source_copy_disk (b->source, &job, b->report, err))
    return false;
  if (i == 0)
    b->capacity = job.capacity;
  return package_writer_end (w, job.written, NULL, err);
}

static bool
write_all (struct box *b, struct package_writer *w, struct ovf_error **err)
{
  CLEANUP_FREE char *ruby = vagrantfile (b);
  CLEANUP_FREE char *json = NULL;
  strings names = { 0 };
  size_t len;
  bool ok;

  strings_append (&names, xstrdup (VAGRANT_FILE));
  for (size_t i = 0; i < b->n_disks; i++)
    strings_append (&names, image_name (i));
  ok = package_writer_reserve (w, VAGRANT_METADATA, METADATA_ROOM + 64 * b->n_disks, &names,
                               err)
       && vagrant_put (w, VAGRANT_FILE, ruby, err);
  strings_free (&names);
  for (size_t i = 0; ok && i < b->n_disks; i++)
    ok = write_image (b, w, i, err);
  if (!ok || !source_settle (b->source, err))
    return false;
  json = metadata (b, &len);
  return package_writer_descriptor (w, json, len, err) && package_writer_finish (w, err)
         && strict_check (b->options, b->report, err) && package_writer_commit (w, err);
}

static bool
run (struct box *b, const char *path, char **ret_json, struct ovf_error **err)
{
  struct package_target target = {
    .form = strcmp (path, "-") == 0 ? PACKAGE_PIPE : PACKAGE_OVA, .path = path, .base = "box",
    .force = option_flag (b->options, OPT_FORCE), .algorithm = DIGEST_NONE,
    .want_sha256 = option_flag (b->options, OPT_JSON)
  };
  CLEANUP (package_writer) struct package_writer *w = NULL;
  json_t *result;

  lost_rest (b);
  if (!strict_check (b->options, b->report, err) || !trust (b, err))
    return false;
  w = package_writer_new (b->source->ctx, &target, err);
  if (w == NULL || !write_all (b, w, err))
    return false;
  result = package_writer_json (w);
  json_object_set_new (result, "start", json_array ());
  *ret_json = result_dump (result);
  return true;
}

bool
pipeline_write_box (struct source *s, const char *target, struct ovf_report *report,
                    char **ret_json, struct ovf_error **err)
{
  struct box b = { .source = s, .options = s->options, .report = report };
  struct appliance *a = s->appliance;
  struct profile *profile = NULL;
  CLEANUP_FREE char *path = NULL;
  bool other, ok;

  default_around_disk (a, report);
  if (a->machines.len == 0)
    return error_at (err, OVF_E_FORMAT, NULL, a->descriptor, 0,
                     "there is no virtual machine in it");
  if (!vagrant_check (a, s->options, &other, err) || !check_format (s->options, err)
      || !profile_apply (s->ctx, a, s->options, NULL, report, &profile, err))
    return false;
  profile_free (profile);
  b.m = &a->machines.ptr[0];
  choose_disks (&b);
  path = vagrant_path (a, s->options, target);
  ok = (b.n_disks > 0
        || error_at (err, OVF_E_FORMAT, NULL, a->descriptor, 0, "the machine has no disk"))
       && adjust_apply (a, NULL, s->options, report, err)
       && identity_apply (a, NULL, s->options, err)
       && environment_set_any (a, option_list (s->options, OPT_PROP), report, err)
       && run (&b, path, ret_json, err);
  free (b.disks);
  return ok;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Build file to model: the devices of `hardware`, each a key with a `type`.
 * Controllers are made first, because a device may name a parent that comes
 * later. */
#include "spec-device.h"

const struct device_type device_types[TYPE_COUNT] = {
  [TYPE_CPUS] = { "cpus", BUS_UNKNOWN, NULL, NULL, 3 },
  [TYPE_MEMORY] = { "memory", BUS_UNKNOWN, NULL, NULL, 4 },
  [TYPE_SCSI] = { "scsi_controller", BUS_SCSI, "VirtualSCSI", NULL, 6 },
  [TYPE_SATA] = { "sata_controller", BUS_SATA, "vmware.sata.ahci", NULL, 20 },
  [TYPE_IDE] = { "ide_controller", BUS_IDE, NULL, NULL, 5 },
  [TYPE_NVME] = { "nvme_controller", BUS_NVME, "vmware.nvme.controller", NULL, 20 },
  [TYPE_USB] = { "usb_controller", BUS_UNKNOWN, "vmware.usb.ehci", "usb", 23 },
  [TYPE_USB3] = { "usb3_controller", BUS_UNKNOWN, "vmware.usb.xhci", "usb", 23 },
  [TYPE_CD] = { "cd_drive", BUS_UNKNOWN, NULL, NULL, 15 },
  [TYPE_FLOPPY] = { "floppy", BUS_UNKNOWN, NULL, NULL, 14 },
  [TYPE_DISK] = { "hard_disk", BUS_UNKNOWN, NULL, NULL, 17 },
  [TYPE_NIC] = { "ethernet", BUS_UNKNOWN, "VmxNet3", NULL, 10 },
  [TYPE_VIDEO] = { "video_card", BUS_UNKNOWN, NULL, "video", 24 },
  [TYPE_VMCI] = { "vmci", BUS_UNKNOWN, "vmware.vmci", "other", 1 },
  [TYPE_SOUND] = { "sound", BUS_UNKNOWN, "vmware.soundcard.hdaudio", "sound", 35 },
  [TYPE_SERIAL] = { "serial", BUS_UNKNOWN, "vmware.serialport.device", "serial", 21 },
};

#define FIELD(name, kind) SPEC_FIELD (device, name, kind)
#define COMMON                                                                \
  FIELD (type, SPEC_TEXT), FIELD (subtype, SPEC_TEXT), FIELD (parent, SPEC_TEXT), \
    FIELD (configuration, SPEC_NODE), FIELD (config, SPEC_NODE),              \
    FIELD (unit, SPEC_TEXT)
/* The common ones come first; type_keys says which others a type has. */
static const struct spec_field device_fields[] = {
  COMMON,
  FIELD (number, SPEC_TEXT),
  FIELD (cores_per_socket, SPEC_TEXT),
  FIELD (size, SPEC_TEXT),
  FIELD (disk_image, SPEC_TEXT),
  FIELD (raw_image, SPEC_TEXT),
  FIELD (disk_capacity, SPEC_TEXT),
  FIELD (disk_id, SPEC_TEXT),
  FIELD (units, SPEC_TEXT),
  FIELD (sector_size, SPEC_TEXT),
  FIELD (file_id, SPEC_TEXT),
  FIELD (image, SPEC_TEXT),
  FIELD (connected, SPEC_FLAG),
  FIELD (network, SPEC_TEXT),
  FIELD (mac, SPEC_TEXT),
};
#undef FIELD
static const char *const type_keys[TYPE_COUNT] = {
  [TYPE_CPUS] = "number cores_per_socket",
  [TYPE_MEMORY] = "size",
  [TYPE_DISK] = "disk_image raw_image disk_capacity disk_id file_id units sector_size",
  [TYPE_CD] = "image connected file_id",
  [TYPE_FLOPPY] = "image connected file_id",
  [TYPE_NIC] = "network connected mac",
};

/* ---- processors and memory ----------------------------------------------------------- */
/* The limit on configurations bounds their combinations too. */
static bool
few_variants (struct hardware_in *h, const yaml_node_t *n, struct ovf_error **err)
{
  return ctx_within (h->s->ctx, LIMIT_DISKS, h->s->m->variants.len + 1,
                     "the number of sizes", err)
         || error_place (err, NULL, h->s->in->name, spec_line (n));
}

static struct cpu_memory *
variant_of (struct machine *m, const char *configuration)
{
  struct cpu_memory *v;

  VECTOR_FOR (old, &m->variants)
    if ((old->configuration == NULL && configuration == NULL)
        || (old->configuration != NULL && configuration != NULL
            && strcmp (old->configuration, configuration) == 0))
      return old;
  v = cpu_memories_add (&m->variants);
  v->configuration = xstrdup (configuration);
  return v;
}

static bool
read_cpus (struct hardware_in *h, const yaml_node_t *n, const struct device *d,
           struct ovf_error **err)
{
  CLEANUP_FREE char *configuration = NULL;
  unsigned cpus = 0, cores = 0;
  struct cpu_memory *v;

  if (d->number == NULL)
    return spec_error (h->s, n, err, "'cpus' needs a 'number'");
  if (!few_variants (h, n, err) || !spec_configuration (h->s, d->configuration, &configuration, err)
      || !spec_count_of (h->s, n, "number", d->number, 65535, &cpus, err)
      || !spec_count_of (h->s, n, "cores_per_socket", d->cores_per_socket, 65535, &cores, err))
    return false;
  v = variant_of (h->s->m, configuration);
  v->cpus = cpus;
  v->cores_per_socket = cores;
  return spec_config (h->s, d->config, "item-config cpu", err);
}

static bool
read_memory (struct hardware_in *h, const yaml_node_t *n, const struct device *d,
             struct ovf_error **err)
{
  CLEANUP_FREE char *configuration = NULL;
  uint64_t bytes;

  if (!few_variants (h, n, err)
      || !spec_configuration (h->s, d->configuration, &configuration, err)
      || !spec_memory (h->s, n, d->size, &bytes, err))
    return false;
  variant_of (h->s->m, configuration)->memory = bytes;
  return spec_config (h->s, d->config, "item-config memory", err);
}

/* What the file says nothing of: 1 CPU, 1 GiB. */
static void
default_variant (struct machine *m)
{
  bool cpus = false, memory = false;

  VECTOR_FOR (v, &m->variants) {
    cpus = cpus || v->cpus > 0;
    memory = memory || v->memory > 0;
  }
  if (!cpus)
    variant_of (m, NULL)->cpus = 1;
  if (!memory)
    variant_of (m, NULL)->memory = UINT64_C (1) << 30;
}

static bool
has_word (const char *list, const char *word)
{
  size_t n = strlen (word);

  for (const char *p = list; (p = strstr (p, word)) != NULL; p += n)
    if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
      return true;
  return false;
}

/* The machine's own values are those of the default configuration. */
static void
settle_variants (struct spec *s)
{
  struct machine *m = s->m;
  bool tagged = false;
  const char *chosen = s->a->configurations.len > 0 ? s->a->configurations.ptr[0].id : NULL;

  VECTOR_FOR (c, &s->a->configurations)
    if (c->is_default)
      chosen = c->id;
  if (s->settings->configuration != NULL)
    chosen = s->settings->configuration;
  for (int pass = 0; pass < 2; pass++) /* what holds for all, then the chosen */
    VECTOR_FOR (v, &m->variants) {
      bool counts = pass == 0 ? v->configuration == NULL
                              : v->configuration != NULL && chosen != NULL
                                  && has_word (v->configuration, chosen);
      tagged = tagged || v->configuration != NULL;
      if (counts && v->cpus > 0) {
        m->cpus = v->cpus;
        m->cores_per_socket = v->cores_per_socket;
      }
      if (counts && v->memory > 0)
        m->memory = v->memory;
    }
  if (tagged)
    return;
  free (m->variants.ptr);
  memset (&m->variants, 0, sizeof m->variants);
}

/* ---- controllers ----------------------------------------------------------------------- */
/* 1 and 2 are the processors and the memory. */
char *
device_id_next (struct hardware_in *h)
{
  return xasprintf ("%u", 3 + h->instances++);
}

bool
device_config (struct spec *s, yaml_node_t *config, const char *id, struct ovf_error **err)
{
  CLEANUP_FREE char *prefix = xasprintf ("item-config %s", id);

  return spec_config (s, config, prefix, err);
}

/* A model may belong to another bus than the type says: the types of the
 * file have no word for virtio.  "" is no model at all. */
struct controller *
device_controller (struct hardware_in *h, enum bus bus, const char *word)
{
  const struct hwmodel *row = word ? hwmodel_by_name (HW_CONTROLLER, word) : NULL;
  struct controller *c;
  unsigned index = 0;

  if (row != NULL && row->bus != BUS_UNKNOWN)
    bus = row->bus;
  VECTOR_FOR (old, &h->s->m->controllers)
    index += old->bus == bus;
  c = machine_controller (h->s->m, bus, index);
  c->id = device_id_next (h);
  c->model = word && *word ? xstrdup (row ? row->name : word) : NULL;
  return c;
}

static bool
read_controller (struct hardware_in *h, const char *id, const yaml_node_t *n,
                 enum type type, const struct device *d, struct ovf_error **err)
{
  struct spec *s = h->s;
  struct controller *c;

  if (!ctx_within (s->ctx, LIMIT_DISKS, s->m->controllers.len + 1,
                   "the number of controllers", err))
    return error_place (err, NULL, s->in->name, spec_line (n));
  c = device_controller (h, device_types[type].bus,
                         d->subtype ? d->subtype : device_types[type].sub_type);

  h->ids[s->m->controllers.len - 1] = id;
  c->line = spec_line (n);
  return spec_configuration (s, d->configuration, &c->configuration, err)
         && device_config (s, d->config, c->id, err);
}

/* ---- the section ------------------------------------------------------------------------------ */
static enum type
type_of (const char *word)
{
  size_t i = 0;

  while (i < TYPE_COUNT && strcmp (device_types[i].word, word) != 0)
    i++;
  return (enum type)i;
}

/* Keys of other types are errors too. */
static bool
check_keys (struct spec *s, yaml_node_t *n, const char *id, enum type type,
            struct ovf_error **err)
{
  struct spec_field fields[ARRAY_SIZE (device_fields)];
  const char *extra = type_keys[type] ? type_keys[type] : "";
  size_t n_fields = 0;
  struct device dummy = { 0 };
  bool ok;

  for (size_t i = 0; i < ARRAY_SIZE (device_fields); i++)
    if (i < 6 || has_word (extra, device_fields[i].key))
      fields[n_fields++] = device_fields[i];
  ok = spec_fields (s, n, id, fields, n_fields, &dummy, err);
  spec_fields_free (fields, n_fields, &dummy);
  return ok;
}

static bool
read_typed (struct hardware_in *h, const char *id, yaml_node_t *n, enum type type,
            const struct device *in, struct ovf_error **err)
{
  switch (type) {
  case TYPE_CPUS:
    return read_cpus (h, n, in, err);
  case TYPE_MEMORY:
    return read_memory (h, n, in, err);
  case TYPE_SCSI:
  case TYPE_SATA:
  case TYPE_IDE:
  case TYPE_NVME:
    return read_controller (h, id, n, type, in, err);
  case TYPE_DISK:
    return device_drive (h, n, DRIVE_DISK, in, err);
  case TYPE_CD:
    return device_drive (h, n, DRIVE_CDROM, in, err);
  case TYPE_FLOPPY:
    return device_drive (h, n, DRIVE_FLOPPY, in, err);
  case TYPE_NIC:
    return device_nic (h, n, in, err);
  default:
    return device_other (h, id, type, in, err);
  }
}

/* `cpus: 2`, `memory: 1024`, `cores_per_socket: 2`. */
static bool
read_short (struct hardware_in *h, const char *key, const yaml_node_t *n, bool *ret_short,
            struct ovf_error **err)
{
  struct machine *m = h->s->m;

  *ret_short = true;
  if (strcmp (key, "cpus") == 0)
    return spec_count_of (h->s, n, "cpus", spec_text (n), 65535,
                        &variant_of (m, NULL)->cpus, err);
  if (strcmp (key, "cores_per_socket") == 0)
    return spec_count_of (h->s, n, "cores_per_socket", spec_text (n), 65535,
                        &variant_of (m, NULL)->cores_per_socket, err);
  if (strcmp (key, "memory") == 0)
    return spec_memory (h->s, n, spec_text (n), &variant_of (m, NULL)->memory, err);
  *ret_short = false;
  return true;
}

static bool
read_device (struct hardware_in *h, size_t i, bool first, struct ovf_error **err)
{
  struct device in = { 0 };
  yaml_node_t *key, *value;
  const char *id;
  enum type type = TYPE_COUNT;
  bool ok, is_short = false;

  spec_pair (h->s, h->map, i, &id, &key, &value);
  if (value->type == YAML_SCALAR_NODE) {
    if (first)
      return true;
    return read_short (h, id, value, &is_short, err)
           && (is_short || spec_error (h->s, key, err,
                                       "unknown key '%s' in 'hardware'", id));
  }
  ok = spec_fields (h->s, value, id, device_fields, ARRAY_SIZE (device_fields), &in, err);
  if (ok) {
    type = type_of (in.type ? in.type : "");
    ok = type < TYPE_COUNT
         || spec_error (h->s, value, err, "'%s' has no known 'type'", id);
  }
  if (ok && (device_types[type].bus != BUS_UNKNOWN) == first)
    ok = check_keys (h->s, value, id, type, err)
         && read_typed (h, id, value, type, &in, err);
  spec_fields_free (device_fields, ARRAY_SIZE (device_fields), &in);
  return ok;
}

bool
spec_hardware (struct spec *s, yaml_node_t *map, struct ovf_error **err)
{
  struct hardware_in h = { .s = s, .map = map };
  bool ok = spec_is_map (s, map, "hardware", err);
  size_t n = ok ? spec_count (map) : 0;

  h.ids = xcalloc (2 * n + 2, sizeof *h.ids);
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; ok && i < n; i++)
      ok = ctx_alive (s->ctx, err) && read_device (&h, i, pass == 0, err);
  if (ok) {
    default_variant (s->m);
    settle_variants (s);
  }
  free (h.ids);
  return ok;
}

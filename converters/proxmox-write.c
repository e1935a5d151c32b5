/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model as a qemu-server configuration.
 *
 * What a model says as settings both outputs share (pm_config); the file puts
 * a path where a drive's volume is, the script (proxmox-script.c) imports it.
 * Nothing a source brought as free text becomes a key, and no value holds a
 * line end. */
#include <inttypes.h>
#include <stdarg.h>

#include "loss.h"
#include "place.h"
#include "proxmox.h"

#define MEMORY_DEFAULT (UINT64_C (1) << 30)
#define MIB (UINT64_C (1) << 20)
#define DESCRIPTION_MAX 8000
/* Of what Proxmox offers, the least that current systems start on; left out
 * it would be a processor of 2005. */
#define CPU_DEFAULT "x86-64-v2-AES"

/* ---- settings ------------------------------------------------------------------ */
static struct pm_setting *
add_setting (struct pm_config *c, const char *key, char *value)
{
  struct pm_setting *s = pm_settings_add (&c->settings);

  for (char *p = value; *p != '\0'; p++)
    if ((unsigned char)*p < 0x20 || *p == 0x7f)
      *p = '_';
  s->key = xstrdup (key);
  s->value = value;
  return s;
}

void
pm_set (struct pm_config *c, const char *key, const char *fmt, ...)
{
  va_list ap;
  char *value;

  va_start (ap, fmt);
  value = xvasprintf (fmt, ap);
  va_end (ap);
  add_setting (c, key, value);
}

const char *
pm_extra (const struct machine *m, const char *key)
{
  VECTOR_FOR (e, &m->extras)
    if (e->owner && strcmp (e->owner, PROXMOX_OWNER) == 0 && e->key
        && strcmp (e->key, key) == 0)
      return e->value;
  return NULL;
}

void
pm_config_done (struct pm_config *c)
{
  VECTOR_FOR (s, &c->settings) {
    free (s->key);
    free (s->value);
  }
  free (c->settings.ptr);
  free (c->description);
}

/* ---- identity -------------------------------------------------------------------- */
/* Labels of letters, digits and '-', with dots between them. */
static char *
dns_name (const struct machine *m, struct ovf_report *report)
{
  const char *name = m->name ? m->name : m->id ? m->id : "";
  char *t = xmalloc (strlen (name) + 3), *to = t;

  for (const char *p = name; *p != '\0'; p++) {
    bool word = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')
                || (*p >= '0' && *p <= '9');
    bool start = to == t || to[-1] == '.';
    if (to - t >= 253)
      break;
    if (*p == '.' && !start) {
      while (to > t && to[-1] == '-')
        to--;
      *to++ = '.';
    }
    else if (word || !start)
      *to++ = word ? *p : '-';
  }
  while (to > t && (to[-1] == '-' || to[-1] == '.'))
    to--;
  *to = '\0';
  if (*t == '\0')
    memcpy (t, "vm", 3);
  if (m->name != NULL && strcmp (t, name) != 0)
    report_loss (report, "proxmox", "name",
                 "the name '%s' is no host name: it becomes '%s'", name, t);
  return t;
}

/* Proxmox takes no more than 8 KiB. */
static char *
describe (const struct machine *m, struct ovf_report *report)
{
  char *text = machine_text (m);
  size_t n = DESCRIPTION_MAX;

  if (text == NULL || strlen (text) <= n)
    return text;
  while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
    n--; /* not within a character */
  report_loss (report, "proxmox", "description",
               "of %zu bytes of description %zu are kept", strlen (text), n);
  text[n] = '\0';
  return text;
}

static void
set_identity (struct pm_config *c, const struct machine *m,
              struct ovf_report *report)
{
  CLEANUP_FREE char *name = dns_name (m, report);
  const struct ostype *os = ostype_of (&m->os);

  pm_set (c, "name", "%s", name);
  if (m->uuid != NULL)
    pm_set (c, "smbios1", "uuid=%s", m->uuid);
  if (os != NULL && os->proxmox != NULL)
    pm_set (c, "ostype", "%s", os->proxmox);
  c->description = describe (m, report);
}

/* ---- memory and processors ---------------------------------------------------------- */
static void
set_memory (struct pm_config *c, const struct machine *m,
            struct ovf_report *report)
{
  uint64_t memory = m->memory;

  if (memory == 0) {
    memory = MEMORY_DEFAULT;
    report_add (report, OVF_WARNING, "HW-MEMORY", NULL, 0, NULL,
                "the source does not say how much memory: 1 GiB is written");
  }
  if (memory % MIB != 0 || memory < 16 * MIB)
    report_loss (report, "proxmox", "memory",
                 "%" PRIu64 " bytes of memory are no number of MiB from 16",
                 memory);
  memory = memory / MIB + (memory % MIB != 0);
  pm_set (c, "memory", "%" PRIu64, memory < 16 ? 16 : memory);
}

static void
set_cpus (struct pm_config *c, const struct appliance *a,
          const struct machine *m, struct ovf_report *report)
{
  unsigned cpus = m->cpus ? m->cpus : 1, sockets, more = 0;
  unsigned cores = m->cores_per_socket ? m->cores_per_socket : cpus;
  const char *most = pm_extra (m, "sockets");
  bool ours = a->kind && strcmp (a->kind, "proxmox") == 0;

  if (most == NULL && !ours && cpus % cores != 0) {
    report_loss (report, "proxmox", "topology",
                 "%u processors are no multiple of %u cores per socket", cpus,
                 cores);
    cores = cpus;
  }
  sockets = cpus / cores + (cpus % cores != 0);
  if (most != NULL && parse_unsigned (most, sockets, 1024, &more))
    sockets = more;
  pm_set (c, "sockets", "%u", sockets);
  pm_set (c, "cores", "%u", cores);
  if ((uint64_t)sockets * cores != cpus)
    pm_set (c, "vcpus", "%u", cpus);
  if (pm_extra (m, "cpu") == NULL && !ours)
    pm_set (c, "cpu", CPU_DEFAULT);
}

/* ---- firmware and board ---------------------------------------------------------------- */
static void
set_board (struct pm_config *c, const struct machine *m,
           struct ovf_report *report)
{
  bool q35 = m->machine_type && strstr (m->machine_type, "q35") != NULL;

  c->secure = m->secure_boot == YES;
  c->efi = m->firmware == FIRMWARE_UEFI || c->secure;
  c->tpm = m->tpm == YES;
  pm_set (c, "bios", "%s", c->efi ? "ovmf" : "seabios");
  if (q35)
    pm_set (c, "machine", "q35");
  else if (m->machine_type && strcmp (m->machine_type, "pc") == 0)
    pm_set (c, "machine", "pc");
  else if (loss_board (m))
    report_loss (report, "proxmox", "machine", "the machine type '%s' becomes pc",
                 m->machine_type);
  if (m->clock != NULL) /* else by the system */
    pm_set (c, "localtime", "%d", clock_is_local (m));
}

/* A volume of the storage, which only Proxmox can make. */
static void
report_state (const struct pm_config *c, struct ovf_report *report)
{
  static const char hint[] = "the script beside it makes one";

  if (c->secure) {
    report_loss (report, "proxmox", "secure-boot",
                 "the configuration has no disk with the keys of secure boot");
    report_hint (report, hint);
  }
  else if (c->efi) {
    report_add (report, OVF_NOTE, "PROXMOX-STATE", NULL, 0, NULL,
                "the configuration has no disk for the firmware's variables");
    report_hint (report, hint);
  }
  if (c->tpm) {
    report_loss (report, "proxmox", "tpm", "the configuration has no TPM");
    report_hint (report, hint);
  }
}

/* ---- drives ------------------------------------------------------------------------------- */
/* The largest unit that divides it; '' = no size to speak of. */
static char *
size_text (const struct disk *d)
{
  static const char units[] = "KMGT";
  uint64_t size = d != NULL && d->capacity != NO_SIZE ? d->capacity : 0;
  size_t i = 0;

  if (size == 0 || size % 1024 != 0)
    return xstrdup ("");
  for (size /= 1024; i < 3 && size % 1024 == 0; i++)
    size /= 1024;
  return xasprintf (",size=%" PRIu64 "%c", size, units[i]);
}

static bool
path_is_plain (const char *path, struct ovf_error **err)
{
  bool ok = true;

  for (const char *p = path; *p != '\0'; p++)
    ok = ok && (unsigned char)*p >= 0x20 && *p != 0x7f && *p != ',';
  if (ok)
    return true;
  error_set (err, OVF_E_USAGE,
             "'%s' cannot stand in a Proxmox configuration: a path there has "
             "no comma and no control character", path);
  return error_hint (err, "choose another folder");
}

/* A drive without a medium, or whose medium is not in it at the start. */
static bool
is_empty (const struct drive *d, const char *href, struct ovf_report *report)
{
  if (href == NULL && d->device != NULL)
    report_loss (report, "proxmox", "device",
                 "the host device '%s' is not given to the guest: the %s "
                 "drive is empty", d->device, drive_kind_word (d->kind));
  if (href != NULL && d->kind == DRIVE_CDROM && d->connected == NO)
    report_loss (report, "proxmox", "medium",
                 "the medium '%s' is in its drive from the start", href);
  return href == NULL;
}

static bool
set_drive (struct pm_config *c, const struct appliance *a,
           const struct machine *m, const struct pm_place *p,
           struct ovf_report *report, struct ovf_error **err)
{
  const struct drive *d = p->drive;
  const struct disk *disk = drive_disk (a, d);
  const char *href = drive_href (a, d), *word = pm_bus_word (p->bus);
  CLEANUP_FREE char *key = xasprintf ("%s%u", word, p->number);
  bool empty = is_empty (d, href, report), lost;
  /* Options of the drive under the key it had, which is its id. */
  bool same = d->id != NULL && strcmp (d->id, key) == 0;
  const char *extra = d->id ? pm_extra (m, d->id) : NULL;
  CLEANUP_FREE char *options
    = pm_options_kept (word, same ? extra : NULL, &lost);
  CLEANUP_FREE char *size = size_text (disk);
  struct pm_setting *s;

  if (empty && d->kind == DRIVE_DISK) {
    report_loss (report, "proxmox", "drive",
                 "the disk at %s %u:%u has no file and is left out",
                 bus_word (d->bus), d->controller, d->unit);
    return true;
  }
  if (lost || (extra != NULL && !same))
    report_loss (report, "proxmox", "settings",
                 "options of '%s' are left out", d->id);
  if (!empty && !path_is_plain (href, err))
    return false;
  s = add_setting (c, key, xasprintf (
    "%s%s%s%s%s%s", d->kind == DRIVE_CDROM ? ",media=cdrom" : "",
    *options ? "," : "", options, disk && disk->shared ? ",shared=1" : "",
    d->kind == DRIVE_DISK && (d->read_only || (disk && disk->read_only))
      ? ",ro=1" : "", d->kind == DRIVE_DISK ? size : ""));
  s->drive = true;
  s->image = d->kind == DRIVE_DISK;
  s->path = href;
  return true;
}

/* ---- boot order --------------------------------------------------------------------------- */
struct boot {
  unsigned order;
  char key[16];
};
DEFINE_VECTOR (boots, struct boot)

static int
by_order (const void *a, const void *b)
{
  const struct boot *x = a, *y = b;

  return (x->order > y->order) - (x->order < y->order);
}

static void
add_boot (boots *v, unsigned order, const char *word, size_t number)
{
  struct boot *b = boots_add (v);

  b->order = order;
  snprintf (b->key, sizeof b->key, "%s%zu", word, number);
}

/* The lowest disk of the controller that the first disk is on. */
static const struct pm_place *
first_disk (const struct pm_layout *l)
{
  const struct pm_place *boot = NULL;

  VECTOR_FOR (p, &l->places) {
    const struct drive *d = p->drive;
    if (d->kind == DRIVE_DISK && p->seated
        && (boot == NULL
            || (d->bus == boot->drive->bus
                && d->controller == boot->drive->controller
                && d->unit < boot->drive->unit)))
      boot = p;
  }
  return boot;
}

/* What the source says; else the disk, media, the network. */
static void
set_boot (struct pm_config *c, const struct machine *m,
          const struct pm_layout *l)
{
  const bool said = has_boot_order (m);
  const struct pm_place *disk = first_disk (l);
  CLEANUP_FREE char *text = xstrdup ("");
  boots v = { 0 };

  VECTOR_FOR (p, &l->places) {
    unsigned order = said                              ? p->drive->boot_order
                     : p == disk                       ? 1
                     : p->drive->kind == DRIVE_CDROM   ? 2 + p->number
                                                       : 0;
    if (p->seated && order > 0)
      add_boot (&v, order, pm_bus_word (p->bus), p->number);
  }
  for (size_t i = 0; i < m->nics.len && i < PROXMOX_NICS; i++)
    if (said ? m->nics.ptr[i].boot_order > 0 : i == 0)
      add_boot (&v, said ? m->nics.ptr[i].boot_order : 100, "net", i);
  if (v.len > 0) /* qsort () takes no NULL */
    qsort (v.ptr, v.len, sizeof *v.ptr, by_order);
  VECTOR_FOR (b, &v) {
    char *longer = xasprintf ("%s%s%s", text, *text ? ";" : "", b->key);
    free (text);
    text = longer;
  }
  if (*text != '\0')
    pm_set (c, "boot", "order=%s", text);
  free (v.ptr);
}

/* ---- what only Proxmox has ------------------------------------------------------------------ */
/* Options of devices are looked at with the devices. */
static bool
is_of_device (const struct extra *e)
{
  static const char *const devices[] = { "ide", "sata", "scsi", "virtio", "net" };
  unsigned number;
  const struct pm_key *k = e->key ? pm_key_find (e->key, &number) : NULL;

  for (size_t i = 0; k && e->value && i < ARRAY_SIZE (devices); i++)
    if (strcmp (k->name, devices[i]) == 0)
      return true;
  return e->key && strcmp (e->key, "sockets") == 0;
}

static void
set_extras (struct pm_config *c, const struct machine *m,
            struct ovf_report *report)
{
  VECTOR_FOR (e, &m->extras) {
    if (e->owner == NULL || strcmp (e->owner, PROXMOX_OWNER) != 0
        || is_of_device (e))
      continue;
    if (pm_key_is_kept (e))
      pm_set (c, e->key, "%s", e->value);
    else
      report_loss (report, "proxmox", "settings",
                   "the setting '%s' is left out", e->key ? e->key : "");
  }
}

bool
pm_config_make (struct pm_config *c, const struct appliance *a,
                const struct machine *m, const struct write_settings *settings,
                struct ovf_report *report, struct ovf_error **err)
{
  const bool native = settings->native_hardware;
  struct pm_layout layout;
  bool ok = true;

  memset (c, 0, sizeof *c);
  set_identity (c, m, report);
  set_memory (c, m, report);
  set_cpus (c, a, m, report);
  set_board (c, m, report);
  pm_layout_make (&layout, a, m, native, report);
  if (layout.scsihw != NULL)
    pm_set (c, "scsihw", "%s", layout.scsihw);
  VECTOR_FOR (p, &layout.places)
    ok = ok && (!p->seated || set_drive (c, a, m, p, report, err));
  pm_devices (c, m, native, report);
  set_boot (c, m, &layout);
  set_extras (c, m, report);
  free (layout.places.ptr);
  return ok;
}

/* ---- the file ---------------------------------------------------------------------------------- */
/* A comment a line, so that none can become a key. */
static void
write_description (FILE *out, const char *text)
{
  while (text != NULL && *text != '\0') {
    size_t n = strcspn (text, "\n");
    CLEANUP_FREE char *line = xstrndup (text, n);
    CLEANUP_FREE char *encoded = pm_encode (line);
    fprintf (out, "#%s\n", encoded);
    text += n + (text[n] != '\0');
  }
}

static void
write_settings (FILE *out, const struct pm_config *c)
{
  VECTOR_FOR (s, &c->settings)
    if (!s->drive)
      fprintf (out, "%s: %s\n", s->key, s->value);
    else
      fprintf (out, "%s: %s%s\n", s->key, s->path ? s->path : "none", s->value);
}

bool
proxmox_write (struct ovf_ctx *ctx, const struct appliance *a,
               const struct write_settings *settings, FILE *out,
               struct ovf_report *report, struct ovf_error **err)
{
  static const struct loss_words loss
    = { .target = "proxmox", .noun = "Proxmox guest", .keeps_own = true };
  const struct machine *m;
  struct pm_config c;
  bool ok;

  if (settings->machine >= a->machines.len)
    return error_set (err, OVF_E_USAGE, "there is no virtual machine");
  if (!model_check (ctx, a, err))
    return false;
  m = &a->machines.ptr[settings->machine];
  ok = pm_config_make (&c, a, m, settings, report, err);
  if (ok) {
    write_description (out, c.description);
    write_settings (out, &c);
    report_state (&c, report);
    loss_report (&loss, a, m, report);
  }
  pm_config_done (&c);
  return ok;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A qemu-server configuration as a model: the machine itself; drives are in
 * proxmox-read-drives.c, other devices in proxmox-read-devices.c.
 *
 * What has its default is not in the file: Proxmox writes a key only when it
 * is set.  Memory, processors and firmware are what a guest without the key
 * gets; nothing else is filled in. */
#include "proxmox.h"

#include <ctype.h>

#define CPUS_MAX 65535
#define MEMORY_DEFAULT 512 /* MiB */
#define MEMORY_MAX (UINT32_MAX / 2)

/* ---- findings ---------------------------------------------------------------- */
void
pm_keep (struct pm_reader *r, const struct pm_line *l, const char *key,
         const char *value)
{
  extras_keep (&r->m->extras, PROXMOX_OWNER, key, value)->line = l->line;
}

void
pm_host (struct pm_reader *r, const struct pm_line *l, const char *what)
{
  report_add (r->report, OVF_WARNING, "PROXMOX-HOST", r->name, l->line, NULL,
              "%s is of one host: it is not taken over", what);
}

bool
pm_bad (struct pm_reader *r, const struct pm_line *l, const char *what,
        struct ovf_error **err)
{
  return error_at (err, OVF_E_FORMAT, "PROXMOX-VALUE", r->name, l->line,
                   "'%s' is no %s that '%s' can have", l->value, what, l->key);
}

/* ---- identity ------------------------------------------------------------------ */
bool
pm_read_name (struct pm_reader *r, const struct pm_line *l, unsigned number,
              struct ovf_error **err)
{
  (void)number, (void)err;
  set_string (&r->m->name, l->value);
  set_string (&r->a->name, l->value);
  return true;
}

/* Everything but the UUID is text for the guest's firmware tables. */
bool
pm_read_smbios (struct pm_reader *r, const struct pm_line *l, unsigned number,
                struct ovf_error **err)
{
  pm_options v = pm_options_parse (l->value, "uuid");
  const char *uuid = pm_option (&v, "uuid");
  bool more = false;

  (void)number, (void)err;
  if (uuid != NULL) {
    r->m->uuid = text_uuid (uuid);
    if (r->m->uuid == NULL)
      report_add (r->report, OVF_WARNING, "PROXMOX-UUID", r->name, l->line,
                  NULL, "'%s' is no UUID", uuid);
  }
  VECTOR_FOR (o, &v)
    more |= strcmp (o->name, "uuid") != 0 && strcmp (o->name, "base64") != 0;
  if (more)
    pm_keep (r, l, "smbios1", NULL);
  pm_options_free (&v);
  return true;
}

bool
pm_read_ostype (struct pm_reader *r, const struct pm_line *l, unsigned number,
                struct ovf_error **err)
{
  const char *vmware = pm_ostype_vmware (l->value);

  (void)number, (void)err;
  if (vmware == NULL) {
    pm_keep (r, l, "ostype", l->value);
    return true;
  }
  set_string (&r->m->os.vmware, vmware);
  os_complete (&r->m->os);
  return true;
}

/* The whole file may have no name: then it is called by its number. */
static void
identify (struct pm_reader *r)
{
  const char *slash = strrchr (r->name, '/');
  const char *file = slash ? slash + 1 : r->name;
  size_t n = strlen (file);
  const char *text = r->text.description;
  const struct pm_line *l = pm_text_find (&r->text, "description");
  CLEANUP_FREE char *decoded = l ? pm_decode (l->value) : NULL;
  CLEANUP_FREE char *trimmed = NULL;

  if (text_has_suffix (file, ".conf"))
    n -= strlen (".conf");
  r->m->id = r->m->name ? xstrdup (r->m->name) : xstrndup (file, n);
  if (text == NULL)
    text = decoded;
  trimmed = text ? text_trim (text) : NULL;
  if (trimmed != NULL && *trimmed != '\0')
    set_string (&r->m->description, trimmed);
}

/* ---- memory and processors ------------------------------------------------------ */
bool
pm_read_memory (struct pm_reader *r, const struct pm_line *l, unsigned number,
                struct ovf_error **err)
{
  pm_options v = pm_options_parse (l->value, "current");
  const char *current = pm_option (&v, "current");
  uint64_t mib = 0;
  bool ok = current != NULL && parse_u64 (current, 1, MEMORY_MAX, &mib);

  (void)number;
  pm_options_free (&v);
  r->m->memory = mib << 20;
  return ok || pm_bad (r, l, "size in MiB", err);
}

static bool
count_of (struct pm_reader *r, const char *key, unsigned *ret,
          struct ovf_error **err)
{
  const struct pm_line *l = pm_text_find (&r->text, key);

  if (l == NULL || parse_unsigned (l->value, 1, CPUS_MAX, ret))
    return true;
  return pm_bad (r, l, "number", err);
}

/* vcpus: so many of sockets * cores are there at the start. */
static bool
read_cpus (struct pm_reader *r, struct ovf_error **err)
{
  const struct pm_line *hot = pm_text_find (&r->text, "vcpus");
  unsigned sockets = 1, cores = 1, all, vcpus;

  if (!count_of (r, "sockets", &sockets, err)
      || !count_of (r, "cores", &cores, err))
    return false;
  if (__builtin_mul_overflow (sockets, cores, &all) || all > CPUS_MAX)
    return error_at (err, OVF_E_FORMAT, "PROXMOX-VALUE", r->name,
                     pm_text_find (&r->text, "cores")->line,
                     "%u sockets of %u processors are more than %u", sockets,
                     cores, CPUS_MAX);
  vcpus = all;
  if (!count_of (r, "vcpus", &vcpus, err))
    return false;
  if (vcpus < all && hot != NULL) {
    CLEANUP_FREE char *most = xasprintf ("%u", sockets);
    pm_keep (r, hot, "sockets", most);
  }
  r->m->cpus = vcpus < all ? vcpus : all;
  r->m->cores_per_socket = cores;
  return true;
}

/* ---- firmware and board ----------------------------------------------------------- */
bool
pm_read_bios (struct pm_reader *r, const struct pm_line *l, unsigned number,
              struct ovf_error **err)
{
  (void)number;
  if (strcmp (l->value, "ovmf") == 0)
    r->m->firmware = FIRMWARE_UEFI;
  else if (strcmp (l->value, "seabios") == 0)
    r->m->firmware = FIRMWARE_BIOS;
  else
    return pm_bad (r, l, "firmware", err);
  return true;
}

/* "q35", "pc-q35-8.1+pve0", "pc-i440fx-7.2", "q35,viommu=intel". */
bool
pm_read_machine (struct pm_reader *r, const struct pm_line *l, unsigned number,
                 struct ovf_error **err)
{
  pm_options v = pm_options_parse (l->value, "type");
  const char *type = pm_option (&v, "type");
  const char *word = type == NULL                  ? NULL
                     : strstr (type, "q35")        ? "q35"
                     : strncmp (type, "pc", 2) == 0 ? "pc"
                     : strncmp (type, "virt", 4) == 0 ? "virt"
                                                      : type;

  (void)number, (void)err;
  set_string (&r->m->machine_type, word);
  if (type != NULL && (strcmp (type, word) != 0 || v.len > 1))
    pm_keep (r, l, "machine", NULL);
  pm_options_free (&v);
  return true;
}

bool
pm_read_localtime (struct pm_reader *r, const struct pm_line *l,
                   unsigned number, struct ovf_error **err)
{
  bool local;

  (void)number;
  if (!parse_bool (l->value, &local))
    return pm_bad (r, l, "truth value", err);
  set_string (&r->m->clock, local ? "localtime" : "utc");
  return true;
}

/* ---- the configuration -------------------------------------------------------------- */
static bool
read_line (struct pm_reader *r, const struct pm_line *l, struct ovf_error **err)
{
  CLEANUP_FREE char *what = xasprintf ("'%s'", l->key);
  unsigned number;
  const struct pm_key *k = pm_key_find (l->key, &number);

  if (*l->value == '\0')
    return true; /* set to nothing */
  if (k->read != NULL)
    return k->read (r, l, number, err);
  else if (k->fate == PM_KEPT || k->fate == PM_NAMED)
    pm_keep (r, l, l->key, k->fate == PM_KEPT ? l->value : NULL);
  else if (k->fate == PM_HOST)
    pm_host (r, l, what);
  return true;
}

static void
report_text (struct pm_reader *r)
{
  if (r->text.wrong > 0)
    report_add (r->report, OVF_WARNING, "PROXMOX-LINE", r->name,
                r->text.wrong_line, NULL,
                "%u line%s no 'key: value': Proxmox ignores %s", r->text.wrong,
                r->text.wrong > 1 ? "s are" : " is",
                r->text.wrong > 1 ? "them" : "it");
  if (r->text.snapshots > 0)
    report_add (r->report, OVF_WARNING, "PROXMOX-SNAPSHOT", r->name, 0, NULL,
                "%u snapshot%s not taken over: the current state counts",
                r->text.snapshots, r->text.snapshots > 1 ? "s are" : " is");
  if (r->text.pending > 0)
    report_add (r->report, OVF_WARNING, "PROXMOX-PENDING", r->name, 0, NULL,
                "changes that wait for the next start are not taken over");
}

/* A newer version's, a typing error, or not for a virtual machine at all. */
static bool
read_unknown (struct pm_reader *r, struct ovf_error **err)
{
  VECTOR_FOR (l, &r->text.unknown) {
    if (strcmp (l->key, "rootfs") == 0)
      return error_at (err, OVF_E_UNSUPPORTED, "PROXMOX-TYPE", r->name, l->line,
                       "a container is no virtual machine");
    report_add (r->report, OVF_WARNING, "PROXMOX-KEY", r->name, l->line, NULL,
                "the key '%s' is not known", l->key);
    pm_keep (r, l, l->key, NULL);
  }
  return true;
}

static bool
read_lines (struct pm_reader *r, struct ovf_error **err)
{
  if (!read_unknown (r, err))
    return false;
  r->m->firmware = FIRMWARE_BIOS;
  r->m->usb = YES; /* its boards have it always */
  r->m->memory = (uint64_t)MEMORY_DEFAULT << 20;
  VECTOR_FOR (l, &r->text.lines)
    if (!ctx_alive (r->ctx, err) || !read_line (r, l, err))
      return false;
  if (!read_cpus (r, err))
    return false;
  pm_read_boot (r);
  identify (r);
  report_text (r);
  return true;
}

struct appliance *
proxmox_read (struct ovf_ctx *ctx, const struct input *in,
              const struct read_settings *settings, struct ovf_report *report,
              struct ovf_error **err)
{
  CLEANUP (appliance) struct appliance *a = appliance_new ("proxmox");
  struct pm_reader r = { .ctx = ctx, .name = in->name, .report = report,
                         .a = a, .inspect = settings->inspect };
  bool ok;

  if (settings->configuration != NULL) {
    error_set (err, OVF_E_USAGE,
               "a Proxmox guest has no deployment options: '%s'",
               settings->configuration);
    return NULL;
  }
  r.m = appliance_add_machine (a);
  r.m->line = 1;
  ok = pm_text_read (ctx, in->text, in->name, &r.text, err)
       && read_lines (&r, err);
  pm_text_done (&r.text);
  return ok ? STEAL (a) : NULL;
}

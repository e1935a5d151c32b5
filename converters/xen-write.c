/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model as xl.cfg.  Nothing that a source brought as free settings passes
 * through: a setting that was kept is written again only under a name of
 * xen-keys.c, and every text goes through xen_put (). */
#include <inttypes.h>

#include "loss.h"
#include "place.h"
#include "xen-write.h"

#define DEFAULT_MEMORY (UINT64_C (1) << 30)
#define MIB (UINT64_C (1) << 20)

/* ---- text ------------------------------------------------------------------ */
/* Quotes and backslashes are escaped; there is no way for control characters
 * that all versions of xl agree upon. */
void
xen_put_string (struct xen_writer *w, const char *text)
{
  fputc ('"', w->out);
  for (; *text != '\0'; text++)
    if ((unsigned char)*text < 0x20 || *text == 0x7f)
      fputc (' ', w->out);
    else {
      if (*text == '"' || *text == '\\')
        fputc ('\\', w->out);
      fputc (*text, w->out);
    }
  fputc ('"', w->out);
}

void
xen_put (struct xen_writer *w, const char *name, const char *text)
{
  if (text == NULL)
    return;
  fprintf (w->out, "%s = ", name);
  xen_put_string (w, text);
  fputc ('\n', w->out);
}

void
xen_put_number (struct xen_writer *w, const char *name, uint64_t n)
{
  fprintf (w->out, "%s = %" PRIu64 "\n", name, n);
}

bool
xen_is_item (const char *s)
{
  return *s != '\0'
         && s[strspn (s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789 ._:/+@-")] == '\0';
}

const char *
xen_kept (const struct xen_writer *w, const char *key)
{
  VECTOR_FOR (e, &w->m->extras)
    if (e->owner && e->key && strcmp (e->owner, XEN_OWNER) == 0
        && strcmp (e->key, key) == 0)
      return e->value;
  return NULL;
}

/* ---- the guest ------------------------------------------------------------- */
static void
put_name (struct xen_writer *w)
{
  const char *name = w->m->name ? w->m->name : w->m->id;
  CLEANUP_FREE char *t = xstrdup (name && !text_is_blank (name) ? name : "vm");
  bool changed = false;

  for (char *c = t; *c != '\0'; c++)
    if ((unsigned char)*c < 0x20 || *c == '/' || *c == 0x7f) {
      *c = '_';
      changed = true;
    }
  if (changed)
    report_loss (w->report, "xen", "name", "the name '%s' becomes '%s'", name, t);
  xen_put (w, "name", t);
  xen_put (w, "uuid", w->m->uuid);
}

static void
put_size (struct xen_writer *w)
{
  uint64_t memory = w->m->memory ? w->m->memory : DEFAULT_MEMORY;
  uint64_t mib = memory / MIB + (memory % MIB != 0), boot, most;
  unsigned cpus = w->m->cpus ? w->m->cpus : 1;
  const char *less = xen_kept (w, "memory"), *more = xen_kept (w, "maxvcpus");

  if (w->m->memory == 0)
    report_add (w->report, OVF_WARNING, "HW-MEMORY", NULL, 0, NULL,
                "the source does not say how much memory: 1 GiB is written");
  else if (memory % MIB != 0)
    report_loss (w->report, "xen", "memory", "the memory is rounded up to %" PRIu64 " MiB",
                 mib);
  if (less != NULL && parse_u64 (less, 1, mib, &boot)) {
    xen_put_number (w, "memory", boot);
    xen_put_number (w, "maxmem", mib);
  }
  else
    xen_put_number (w, "memory", mib);
  xen_put_number (w, "vcpus", cpus);
  if (more != NULL && parse_u64 (more, cpus, 65535, &most))
    xen_put_number (w, "maxvcpus", most);
  if (w->m->cores_per_socket > 1)
    report_loss (w->report, "xen", "topology",
                 "Xen has no sockets: %u cores on each are not kept",
                 w->m->cores_per_socket);
}

/* ---- what is booted -------------------------------------------------------- */
static const char *
file_path (const struct xen_writer *w, size_t file)
{
  return file != NO_INDEX ? w->a->files.ptr[file].href : NULL;
}

/* Programs of the host: those that Xen brings, by their names. */
const char *
xen_bootloader (struct xen_writer *w)
{
  static const char *const known[] = { "pygrub", "pvgrub", "pvgrub32", "pvgrub64" };
  const char *path = w->m->bootloader;
  const char *base = path && strrchr (path, '/') ? strrchr (path, '/') + 1 : path;

  for (size_t i = 0; base != NULL && i < ARRAY_SIZE (known); i++)
    if (strcmp (known[i], base) == 0)
      return known[i];
  if (path != NULL)
    report_loss (w->report, w->target, "bootloader",
                 "the boot loader '%s' of the host is left out", path);
  if (w->hvm || w->m->kernel_file != NO_INDEX)
    return NULL;
  report_add (w->report, OVF_WARNING, "XEN-BOOTLOADER", NULL, 0, NULL,
              "there is no kernel for the guest: pygrub looks for one on its disk");
  return "pygrub";
}

static char
boot_letter (const struct machine *m, unsigned order)
{
  VECTOR_FOR (d, &m->drives)
    if (d->boot_order == order && d->kind != DRIVE_FLOPPY)
      return d->kind == DRIVE_DISK ? 'c' : 'd';
  VECTOR_FOR (n, &m->nics)
    if (n->boot_order == order)
      return 'n';
  return '\0';
}

/* Letters say kinds of devices, and the first of a kind is meant. */
static bool
is_first (const struct machine *m, const struct drive *d)
{
  VECTOR_FOR (o, &m->drives)
    if (o->kind == d->kind)
      return o == d;
  return false;
}

void
xen_boot_order (struct xen_writer *w, char order[8])
{
  const struct machine *m = w->m;
  size_t n = 0;
  bool lost = false, media = false;

  *order = '\0';
  VECTOR_FOR (d, &m->drives) {
    media |= d->kind == DRIVE_CDROM;
    lost |= d->boot_order > 0 && (!is_first (m, d) || d->kind == DRIVE_FLOPPY);
  }
  for (size_t i = 1; i < m->nics.len; i++)
    lost |= m->nics.ptr[i].boot_order > 0;
  for (unsigned i = 1; i <= 64; i++) {
    char letter = boot_letter (m, i);
    if (letter != '\0' && strchr (order, letter) == NULL && n + 1 < 8) {
      order[n++] = letter;
      order[n] = '\0';
    }
  }
  if (n == 0)
    snprintf (order, 8, "c%s%s", media ? "d" : "", m->nics.len ? "n" : "");
  if (lost || (n > 0 && !w->hvm))
    report_loss (w->report, w->target, "boot-order",
                 "the order of booting is kept only by kinds of devices");
}

static bool
has_control (const char *s)
{
  for (; s != NULL && *s != '\0'; s++)
    if ((unsigned char)*s < 0x20 || *s == 0x7f)
      return true;
  return false;
}

void
xen_report_boot (struct xen_writer *w)
{
  if (!w->hvm && w->m->firmware == FIRMWARE_UEFI)
    report_loss (w->report, w->target, "firmware",
                 "a paravirtual guest starts without firmware");
  if (w->m->secure_boot == YES)
    report_loss (w->report, w->target, "secure-boot", "Xen has no secure boot");
  if (w->m->tpm == YES)
    report_loss (w->report, w->target, "tpm", "the TPM is left out");
  if (has_control (w->m->cmdline))
    report_loss (w->report, w->target, "cmdline",
                 "control characters in the kernel's command line become blanks");
}

static void
put_boot (struct xen_writer *w)
{
  const struct machine *m = w->m;
  char order[8];

  if (w->hvm && m->firmware == FIRMWARE_UEFI)
    xen_put (w, "bios", "ovmf");
  xen_report_boot (w);
  if (m->kernel != NULL && m->kernel_file == NO_INDEX)
    report_loss (w->report, "xen", "kernel", "the kernel '%s' is not among the files",
                 m->kernel);
  if (m->ramdisk != NULL && m->ramdisk_file == NO_INDEX)
    report_loss (w->report, "xen", "kernel", "the ramdisk '%s' is not among the files",
                 m->ramdisk);
  xen_put (w, "kernel", file_path (w, m->kernel_file));
  xen_put (w, "ramdisk", file_path (w, m->ramdisk_file));
  xen_put (w, "cmdline", m->cmdline);
  xen_put (w, "bootloader", xen_bootloader (w));
  xen_boot_order (w, order);
  if (w->hvm)
    xen_put (w, "boot", order);
}

/* ---- settings of Xen ------------------------------------------------------- */
static bool
is_number (const char *s)
{
  return *s != '\0' && strlen (s) < 16 && s[strspn (s, "0123456789")] == '\0';
}

static bool
is_written (const char *key)
{
  return strcmp (key, "memory") == 0 || strcmp (key, "maxvcpus") == 0
         || strncmp (key, "vif ", 4) == 0;
}

static void
put_kept (struct xen_writer *w)
{
  CLEANUP_FREE char *lost = NULL;

  VECTOR_FOR (e, &w->m->extras) {
    const struct xen_key *k;
    if (e->owner == NULL || e->key == NULL || strcmp (e->owner, XEN_OWNER) != 0)
      continue;
    k = xen_key (e->key);
    if (e->value == NULL || ((k == NULL || k->fate != XEN_KEEP) && !is_written (e->key))) {
      char *longer = xasprintf ("%s%s%s", lost ? lost : "", lost ? ", " : "", e->key);
      free (lost);
      lost = longer;
    }
    else if (k != NULL && k->fate == XEN_KEEP && is_number (e->value))
      fprintf (w->out, "%s = %s\n", k->name, e->value);
    else if (k != NULL && k->fate == XEN_KEEP)
      xen_put (w, k->name, e->value);
  }
  if (lost != NULL)
    report_loss (w->report, "xen", "settings", "settings that are left out: %s", lost);
}

static void
report_texts (struct xen_writer *w)
{
  static const struct loss_words words
    = { "xen", "configuration", .boots_kernel = true, .keeps_own = true };
  const struct machine *m = w->m;

  if (m->description != NULL || m->annotation != NULL)
    report_loss (w->report, "xen", "description", "the description is left out");
  if (m->os.vmware || m->os.osinfo || m->os.virtualbox || m->os.cim_id > 1)
    report_loss (w->report, "xen", "os", "which system the guest has is not kept");
  loss_settings (&words, w->a, m, w->report);
}

/* ---- all of it ------------------------------------------------------------- */
static const char *
type_of (const struct machine *m)
{
  if (m->paravirtual != YES)
    return "hvm";
  return m->machine_type && strcmp (m->machine_type, XEN_PVH) == 0 ? "pvh" : "pv";
}

bool
xen_write (struct ovf_ctx *ctx, const struct appliance *a,
           const struct write_settings *settings, FILE *out, struct ovf_report *report,
           struct ovf_error **err)
{
  struct xen_writer w = { .out = out, .target = "xen", .a = a, .report = report,
                          .native = settings->native_hardware };

  if (settings->machine >= a->machines.len)
    return error_set (err, OVF_E_USAGE, "there is no virtual machine");
  if (!model_check (ctx, a, err))
    return false;
  w.m = &a->machines.ptr[settings->machine];
  w.hvm = w.m->paravirtual != YES;
  xen_put (&w, "type", type_of (w.m));
  put_name (&w);
  put_size (&w);
  put_boot (&w);
  if (!xen_put_disks (&w, err))
    return false;
  xen_put_devices (&w);
  if (w.hvm || w.m->clock != NULL)
    xen_put_number (&w, "localtime", clock_is_local (w.m));
  put_kept (&w);
  report_texts (&w);
  if (settings->native_hardware)
    report_add (report, OVF_NOTE, "HW-NATIVE", NULL, 0, NULL,
                "the guest must have drivers for Xen (--hardware native)");
  return true;
}

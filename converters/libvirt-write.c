/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model as domain XML for KVM, QEMU and Xen.  Nothing that a source brought
 * as free settings passes through: every element here is one of ours. */
#include "libvirt.h"

#include <inttypes.h>

#include "base/text.h"

#define DEFAULT_MEMORY (UINT64_C (1) << 30)
#define DEFAULT_CPUS 1

static bool
writes_xen (const struct write_settings *settings)
{
  return strcmp (settings->virt_type, "xen") == 0;
}

/* ---- text ------------------------------------------------------------------ */
/* XML has no word for control characters. */
static char *
plain_text (const char *s)
{
  char *t = xstrdup (s);

  for (char *c = t; c != NULL && *c != '\0'; c++)
    if ((unsigned char)*c < 0x20 && strchr ("\t\n\r", *c) == NULL)
      *c = ' ';
  return t;
}

/* libvirt refuses '/' and line ends in names, and names of blanks. */
static char *
domain_name (const struct machine *m, struct ovf_report *report)
{
  const char *name = m->name ? m->name : m->id;
  char *t = xstrdup (name && !text_is_blank (name) ? name : "vm");
  bool changed = false;

  for (char *c = t; *c != '\0'; c++)
    if ((unsigned char)*c < 0x20 || *c == '/' || *c == 0x7f) {
      *c = '_';
      changed = true;
    }
  if (changed)
    report_loss (report, "libvirt", "name",
                 "the name '%s' cannot stand in a domain: it becomes '%s'",
                 name, t);
  return t;
}

static void
write_description (struct xmlw *w, const struct machine *m)
{
  CLEANUP_FREE char *both = machine_text (m);
  CLEANUP_FREE char *text = plain_text (both);

  if (text != NULL && !text_is_blank (text))
    xmlw_element (w, "description", text);
}

/* ---- what the guest is ------------------------------------------------------- */
static void
write_metadata (struct xmlw *w, const struct machine *m)
{
  const struct ostype *os = ostype_of (&m->os);
  const char *id = m->os.osinfo ? m->os.osinfo : os ? os->osinfo : NULL;
  CLEANUP_FREE char *url = osinfo_to_url (id);

  if (url == NULL)
    return;
  xmlw_start (w, "metadata");
  xmlw_start (w, "libosinfo:libosinfo");
  xmlw_attr (w, "xmlns:libosinfo", LIBOSINFO_NS);
  xmlw_start (w, "libosinfo:os");
  xmlw_attr (w, "id", url);
  xmlw_end (w);
  xmlw_end (w);
  xmlw_end (w);
}

/* ---- memory and processors ------------------------------------------------- */
static void
write_memory (struct xmlw *w, const struct machine *m,
              struct ovf_report *report)
{
  CLEANUP_FREE char *kib = NULL;
  uint64_t memory = m->memory;

  if (memory == 0) {
    memory = DEFAULT_MEMORY;
    report_add (report, OVF_WARNING, "HW-MEMORY", NULL, 0, NULL,
                "the source does not say how much memory: 1 GiB is written");
  }
  xmlw_start (w, "memory");
  xmlw_attr (w, "unit", "KiB");
  kib = xasprintf ("%" PRIu64, memory / 1024 + (memory % 1024 != 0));
  xmlw_text (w, kib);
  xmlw_end (w);
}

/* What libvirt takes when nothing is said is a processor of 2005, on which
 * systems built for x86-64-v2 do not start. */
static void
write_cpu (struct xmlw *w, const struct machine *m,
           const struct write_settings *settings, struct ovf_report *report)
{
  unsigned cpus = m->cpus ? m->cpus : DEFAULT_CPUS;
  unsigned cores = m->cores_per_socket;
  bool kvm = strcmp (settings->virt_type, "qemu") != 0;

  if (cores > 0 && cpus % cores != 0) {
    report_loss (report, "libvirt", "topology",
                 "%u processors are no multiple of %u cores per socket", cpus,
                 cores);
    cores = 0;
  }
  xmlw_start (w, "cpu");
  xmlw_attr (w, "mode", kvm ? "host-model" : "maximum");
  if (cores > 0) {
    xmlw_start (w, "topology");
    xmlw_attrf (w, "sockets", "%u", cpus / cores);
    xmlw_attrf (w, "cores", "%u", cores);
    xmlw_attr (w, "threads", "1");
    xmlw_end (w);
  }
  xmlw_end (w);
}

/* ---- firmware and boot -------------------------------------------------------- */
static const char *
file_path (const struct appliance *a, size_t file)
{
  return file != NO_INDEX ? a->files.ptr[file].href : NULL;
}

/* firmware='efi' alone may choose the build that starts signed loaders only
 * (on Debian it does): say what is wanted. */
static void
write_firmware (struct xmlw *w, bool secure)
{
  xmlw_start (w, "firmware");
  lv_element (w, "feature", "enabled", secure ? "yes" : "no", "name",
              "secure-boot", NULL);
  if (secure)
    lv_element (w, "feature", "enabled", "yes", "name", "enrolled-keys", NULL);
  xmlw_end (w);
  if (secure)
    lv_element (w, "loader", "secure", "yes", NULL);
}

/* An installed system first, then media, then the network. */
static void
write_boot_devices (struct xmlw *w, const struct machine *m)
{
  bool cdrom = false;

  VECTOR_FOR (d, &m->drives)
    cdrom |= d->kind == DRIVE_CDROM;
  lv_element (w, "boot", "dev", "hd", NULL);
  if (cdrom)
    lv_element (w, "boot", "dev", "cdrom", NULL);
  if (m->nics.len > 0)
    lv_element (w, "boot", "dev", "network", NULL);
}

void
lv_kernel (struct xmlw *w, const struct appliance *a, const struct machine *m)
{
  CLEANUP_FREE char *cmdline = plain_text (m->cmdline);

  xmlw_element (w, "kernel", file_path (a, m->kernel_file));
  xmlw_element (w, "initrd", file_path (a, m->ramdisk_file));
  xmlw_element (w, "cmdline", cmdline);
}

static void
write_os (struct xmlw *w, const struct appliance *a, const struct machine *m,
          const struct layout *l)
{
  bool secure = m->secure_boot == YES;
  bool efi = m->firmware == FIRMWARE_UEFI || secure;

  xmlw_start (w, "os");
  xmlw_attr (w, "firmware", efi ? "efi" : NULL);
  xmlw_start (w, "type");
  xmlw_attr (w, "arch", "x86_64");
  xmlw_attr (w, "machine", l->machine);
  xmlw_text (w, "hvm");
  xmlw_end (w);
  if (efi)
    write_firmware (w, secure);
  if (m->kernel_file != NO_INDEX)
    lv_kernel (w, a, m);
  if (!has_boot_order (m) && l->explicit_boot == NULL)
    write_boot_devices (w, m);
  xmlw_end (w);
}

static void
write_features (struct xmlw *w, const struct machine *m)
{
  xmlw_start (w, "features");
  lv_element (w, "acpi", NULL);
  lv_element (w, "apic", NULL);
  if (m->secure_boot == YES) /* the variables are guarded by SMM */
    lv_element (w, "smm", "state", "on", NULL);
  xmlw_end (w);
}

void
lv_clock (struct xmlw *w, const struct machine *m)
{
  lv_element (w, "clock", "offset", clock_is_local (m) ? "localtime" : "utc",
              NULL);
}

/* ---- the domain ----------------------------------------------------------------- */
static const char *
domain_type (const struct write_settings *settings)
{
  static const char *const types[] = { "qemu", "xen" };

  for (size_t i = 0; i < ARRAY_SIZE (types); i++)
    if (strcmp (settings->virt_type, types[i]) == 0)
      return types[i];
  return "kvm";
}

static void
write_pc (struct xmlw *w, const struct appliance *a, const struct machine *m,
          const struct layout *l, const struct write_settings *settings,
          struct ovf_report *report)
{
  write_os (w, a, m, l);
  write_features (w, m);
  write_cpu (w, m, settings, report);
  lv_clock (w, m);
  libvirt_devices (w, a, m, l, settings, report);
}

/* No layout: a guest of Xen. */
static bool
write_domain (struct xmlw *w, const struct appliance *a,
              const struct machine *m, const struct layout *l,
              const struct write_settings *settings, struct ovf_report *report,
              struct ovf_error **err)
{
  CLEANUP_FREE char *name = domain_name (m, report);
  bool ok = true;

  xmlw_start (w, "domain");
  xmlw_attr (w, "type", domain_type (settings));
  xmlw_element (w, "name", name);
  xmlw_element (w, "uuid", m->uuid);
  write_description (w, m);
  write_metadata (w, m);
  write_memory (w, m, report);
  xmlw_elementf (w, "vcpu", "%u", m->cpus ? m->cpus : DEFAULT_CPUS);
  if (l == NULL)
    ok = libvirt_xen (w, a, m, settings, report, err);
  else
    write_pc (w, a, m, l, settings, report);
  xmlw_end (w);
  return ok;
}

bool
libvirt_write (struct ovf_ctx *ctx, const struct appliance *a,
               const struct write_settings *settings, FILE *out,
               struct ovf_report *report, struct ovf_error **err)
{
  const bool xen = writes_xen (settings);
  const struct loss_words loss
    = { .target = "libvirt", .noun = "domain", .boots_kernel = true, .boots_xen = xen };
  const struct machine *m;
  struct layout layout = { 0 };
  struct xmlw w;
  bool ok;

  if (settings->machine >= a->machines.len)
    return error_set (err, OVF_E_USAGE, "there is no virtual machine");
  if (!model_check (ctx, a, err))
    return false;
  m = &a->machines.ptr[settings->machine];
  if (!xen)
    layout_make (&layout, m, "libvirt", settings, report);
  xmlw_begin (&w, out);
  ok = write_domain (&w, a, m, xen ? NULL : &layout, settings, report, err);
  layout_done (&layout);
  if (!ok)
    return false;
  loss_report (&loss, a, m, report);
  if (settings->native_hardware)
    report_add (report, OVF_NOTE, "HW-NATIVE", NULL, 0, NULL,
                "the guest must have %s (--hardware native)",
                xen ? "drivers for Xen" : "virtio drivers");
  return xmlw_finish (&w, err);
}

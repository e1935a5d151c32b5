/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model as a VMX file: the machine itself; devices are in
 * vmx-write-devices.c, seats in vmx-place.c. */
#include <inttypes.h>
#include <strings.h>

#include "base/text.h"
#include "loss.h"
#include "vmx-place.h"

#define DEFAULT_MEMORY (UINT64_C (1) << 30)
#define MEMORY_STEP 4        /* MiB */
#define DEFAULT_VERSION 13   /* ESXi 6.5, Workstation 14: all that is here */
#define VERSION_OF_PCIE 7    /* before it there were no bridges */

/* ---- the hardware version ---------------------------------------------------- */
static unsigned
family_version (const struct machine *m)
{
  unsigned version = 0, n;

  VECTOR_FOR (family, &m->hardware)
    if (strncasecmp (*family, "vmx-", 4) == 0
        && parse_unsigned (*family + 4, 3, 999, &n) && n > version)
      version = n;
  return version;
}

static bool
has_bus (const struct vmx_layout *l, enum bus bus)
{
  VECTOR_FOR (a, &l->adapters)
    if (a->bus == bus)
      return true;
  return false;
}

/* What came with which version. */
static unsigned
needed_version (const struct machine *m, const struct vmx_layout *l, bool native)
{
  const struct { bool needed; unsigned version; } rows[] = {
    { true, 4 },
    { native, 7 },
    { m->cpus > 4, 7 },
    { m->cpus > 8 || m->memory > UINT64_C (255) << 30, 8 },
    { m->firmware == FIRMWARE_UEFI, 8 },
    { m->cpus > 32, 9 },
    { has_bus (l, BUS_SATA) || m->cpus > 64, 10 },
    { m->memory > UINT64_C (1011) << 30, 11 },
    { has_bus (l, BUS_NVME) || m->secure_boot == YES, 13 },
    { m->cpus > 128, 18 },
  };
  unsigned version = 0;

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
    if (rows[i].needed && rows[i].version > version)
      version = rows[i].version;
  VECTOR_FOR (a, &l->adapters)
    if (a->model && (strcmp (a->model, "pvscsi") == 0
                     || strcmp (a->model, "lsisas1068") == 0) && version < 7)
      version = 7;
  VECTOR_FOR (n, &m->nics) {
    const char *word = vmx_nic_word (n, native);
    unsigned since = word && strcmp (word, "e1000e") == 0    ? 8
                     : word && strcmp (word, "vmxnet3") == 0 ? 7
                                                             : 0;
    version = since > version ? since : version;
  }
  return version;
}

static unsigned
choose_version (const struct machine *m, const struct vmx_layout *l, bool native,
                struct ovf_report *report)
{
  unsigned said = family_version (m), needed = needed_version (m, l, native);

  if (said == 0)
    return needed > DEFAULT_VERSION ? needed : DEFAULT_VERSION;
  if (said >= needed)
    return said;
  report_loss (report, "vmx", "hardware",
               "the devices need hardware version %u: it was vmx-%02u", needed,
               said);
  return needed;
}

static void
write_head (FILE *f, unsigned version)
{
  static const unsigned ports[] = { 4, 5, 6, 7 };

  vmx_put (f, ".encoding", "UTF-8");
  vmx_put (f, "config.version", "8");
  vmx_putf (f, "virtualHW.version", "%u", version);
  if (version < VERSION_OF_PCIE)
    return;
  vmx_put (f, "pciBridge0.present", "TRUE");
  for (size_t i = 0; i < ARRAY_SIZE (ports); i++) {
    fprintf (f, "pciBridge%u.present = \"TRUE\"\n", ports[i]);
    fprintf (f, "pciBridge%u.virtualDev = \"pcieRootPort\"\n", ports[i]);
    fprintf (f, "pciBridge%u.functions = \"8\"\n", ports[i]);
  }
  vmx_put (f, "vmci0.present", "TRUE");
  vmx_put (f, "hpet0.present", "TRUE");
}

/* ---- identity ----------------------------------------------------------------- */
/* As vCenter escapes names: vmx-read.c. */
static void
write_name (FILE *f, const struct machine *m)
{
  const char *name = m->name ? m->name : m->id ? m->id : "vm";
  CLEANUP_FREE char *text = NULL;
  size_t len;
  FILE *t = open_memstream (&text, &len);

  if (t == NULL)
    abort ();
  for (; *name != '\0'; name++)
    if (strchr ("%/\\", *name) != NULL)
      fprintf (t, "%%%02x", (unsigned)*name);
    else
      fputc (*name, t);
  if (fclose (t) != 0)
    abort ();
  vmx_put (f, "displayName", text);
}

static const char *
guest_id (const struct os *os)
{
  const struct ostype *t;

  if (os->vmware != NULL)
    return os->vmware;
  t = ostype_by_virtualbox (os->virtualbox);
  if (t == NULL)
    t = ostype_by_osinfo (os->osinfo);
  if (t == NULL && os->cim_id > 1)
    t = ostype_by_cim (os->cim_id, os->version);
  return t && t->vmware ? t->vmware : "otherGuest64";
}

static void
write_annotation (FILE *f, const struct machine *m)
{
  CLEANUP_FREE char *both = machine_text (m);

  if (!text_is_blank (both))
    vmx_put (f, "annotation", both);
}

/* "56 4d ..-..": sixteen bytes, a dash in the middle.  VMware asks whether a
 * machine that lies elsewhere than before was moved or copied: moved. */
static void
write_uuid (FILE *f, const struct machine *m)
{
  CLEANUP_FREE char *text = NULL;
  size_t len, digits = 0;
  FILE *t;

  if (m->uuid == NULL) {
    vmx_put (f, "uuid.action", "create");
    return;
  }
  t = open_memstream (&text, &len);
  if (t == NULL)
    abort ();
  for (const char *s = m->uuid; *s != '\0'; s++) {
    if (*s == '-')
      continue;
    if (digits > 0 && digits % 2 == 0)
      fputc (digits == 16 ? '-' : ' ', t);
    fputc (*s, t);
    digits++;
  }
  if (fclose (t) != 0)
    abort ();
  vmx_put (f, "uuid.bios", text);
  vmx_put (f, "uuid.action", "keep");
}

/* VMware tells few releases of a system apart. */
static void
report_system (const struct os *os, const char *id, const char *word,
               struct ovf_report *report)
{
  const struct ostype *t = ostype_by_vmware (id);

  if (os->osinfo != NULL && !text_equal_nocase (t ? t->osinfo : NULL, os->osinfo))
    report_loss (report, "vmx", "os", "the system '%s' becomes '%s'", os->osinfo,
                 word);
}

static void
write_identity (FILE *f, const struct machine *m, struct ovf_report *report)
{
  const char *id = guest_id (&m->os);
  CLEANUP_FREE char *system = vmx_os_of_guest_id (id);

  report_system (&m->os, id, system, report);
  write_name (f, m);
  write_annotation (f, m);
  vmx_put (f, "guestOS", system);
  if (!text_is_blank (m->os.description))
    vmx_put (f, "guestOSAltName", m->os.description);
  write_uuid (f, m);
}

/* ---- memory, processors, firmware ------------------------------------------------ */
static void
write_memory (FILE *f, const struct machine *m, struct ovf_report *report)
{
  uint64_t memory = m->memory, mib;

  if (memory == 0) {
    memory = DEFAULT_MEMORY;
    report_add (report, OVF_WARNING, "HW-MEMORY", NULL, 0, NULL,
                "the source does not say how much memory: 1 GiB is written");
  }
  mib = (memory >> 20) + ((memory & 0xfffff) != 0);
  mib = (mib + MEMORY_STEP - 1) / MEMORY_STEP * MEMORY_STEP;
  if (mib << 20 != memory)
    report_loss (report, "vmx", "memory",
                 "memory is a multiple of %u MiB: %" PRIu64 " bytes become %"
                 PRIu64 " MiB", MEMORY_STEP, memory, mib);
  vmx_putf (f, "memSize", "%" PRIu64, mib);
}

static void
write_cpus (FILE *f, const struct machine *m, struct ovf_report *report)
{
  unsigned cpus = m->cpus ? m->cpus : 1;

  vmx_putf (f, "numvcpus", "%u", cpus);
  if (m->cores_per_socket > 0 && cpus % m->cores_per_socket == 0)
    vmx_putf (f, "cpuid.coresPerSocket", "%u", m->cores_per_socket);
  else if (m->cores_per_socket > 0)
    report_loss (report, "vmx", "topology",
                 "%u processors are no multiple of %u cores per socket", cpus,
                 m->cores_per_socket);
}

static void
write_firmware (FILE *f, const struct machine *m, struct ovf_report *report)
{
  bool uefi = m->firmware == FIRMWARE_UEFI || m->secure_boot == YES;

  if (uefi) /* libvirt refuses the word for the other */
    vmx_put (f, "firmware", "efi");
  if (m->secure_boot != UNSET)
    vmx_put (f, "uefi.secureBoot.enabled", m->secure_boot == YES ? "TRUE" : "FALSE");
  if (m->clock != NULL && strcmp (m->clock, "utc") == 0)
    vmx_put (f, "rtc.diffFromUTC", "0");
  if (m->tpm != YES)
    return;
  report_loss (report, "vmx", "tpm",
               "a TPM needs an encrypted machine, which is made by VMware only");
  report_hint (report, "encrypt the machine and add a TPM where it runs");
}

/* ---- settings that were kept --------------------------------------------------------- */
/* Of a device that sits elsewhere now they would be another's. */
static bool
has_device (const struct machine *m, const struct vmx_layout *l, const char *key)
{
  struct vmx_seat seat;
  const char *rest;

  if (vmx_seat_of_key (key, &seat, &rest))
    return vmx_layout_kept (l, &seat);
  for (unsigned i = 0; i < 4; i++) {
    CLEANUP_FREE char *scsi = xasprintf ("scsi%u.", i);
    if (strncasecmp (key, scsi, strlen (scsi)) == 0)
      return vmx_layout_adapter (l, BUS_SCSI, i) != NULL;
  }
  for (unsigned i = 0; i < 10; i++) {
    CLEANUP_FREE char *nic = xasprintf ("ethernet%u.", i);
    if (strncasecmp (key, nic, strlen (nic)) == 0)
      return i < m->nics.len;
  }
  return true;
}

/* One line for all that are lost. */
struct lost {
  size_t n;
  char *list;
};

static void
lose (struct lost *l, const char *key)
{
  enum { SHOWN = 5 };
  char *longer;

  if (l->n++ >= SHOWN)
    return;
  longer = l->list ? xasprintf ("%s, %s", l->list, key) : xstrdup (key);
  free (l->list);
  l->list = longer;
}

static void
write_kept (FILE *f, const struct machine *m, const struct vmx_layout *l,
            struct ovf_report *report)
{
  struct lost lost = { 0 };

  VECTOR_FOR (e, &m->extras) {
    if (strcmp (e->owner, VMX_OWNER) != 0)
      continue;
    if (e->value != NULL && vmx_key_is_kept (e->key) && has_device (m, l, e->key))
      vmx_put (f, e->key, e->value);
    else if (strcmp (e->key, "nvram") == 0)
      report_loss (report, "vmx", "nvram",
                   "the variables of the firmware ('%s') stay behind",
                   e->value ? e->value : "");
    else
      lose (&lost, e->key);
  }
  if (lost.n > 0)
    report_loss (report, "vmx", "setting", "%zu setting%s of the source %s left "
                 "out: %s", lost.n, lost.n > 1 ? "s" : "",
                 lost.n > 1 ? "are" : "is", lost.list);
  free (lost.list);
}

/* ---- the file --------------------------------------------------------------------------- */
static const struct loss_words words = { .target = "vmx", .noun = "VMware machine",
                                         .keeps_own = true };

static void
write_machine (FILE *f, const struct appliance *a, const struct machine *m,
               bool native, struct ovf_report *report)
{
  struct vmx_layout l;

  vmx_layout_make (&l, m, native, report);
  write_head (f, choose_version (m, &l, native, report));
  write_identity (f, m, report);
  write_memory (f, m, report);
  write_cpus (f, m, report);
  write_firmware (f, m, report);
  vmx_write_boot (f, m, &l, report);
  vmx_write_drives (f, a, m, &l, report);
  vmx_write_nics (f, a, m, native, report);
  vmx_write_ports (f, m, report);
  write_kept (f, m, &l, report);
  vmx_layout_done (&l);
}

static void
report_rest (const struct appliance *a, const struct machine *m, bool native,
             struct ovf_report *report)
{
  loss_report (&words, a, m, report);
  if (loss_board (m))
    report_loss (report, "vmx", "machine",
                 "the board '%s' becomes VMware's (Intel 440BX)", m->machine_type);
  VECTOR_FOR (d, &a->disks)
    if (d->format != NULL && strncmp (d->format, "vmdk", 4) != 0 && d->file != NO_INDEX)
      report_add (report, OVF_WARNING, "VMX-DISK", NULL, 0, NULL,
                  "VMware opens VMDK disks only: '%s' is %s",
                  a->files.ptr[d->file].href, d->format);
  if (native)
    report_add (report, OVF_NOTE, "HW-NATIVE", NULL, 0, NULL,
                "the guest must have drivers for PVSCSI and VMXNET3 "
                "(--hardware native)");
}

bool
vmx_write (struct ovf_ctx *ctx, const struct appliance *a,
           const struct write_settings *settings, FILE *out,
           struct ovf_report *report, struct ovf_error **err)
{
  const struct machine *m;

  if (settings->machine >= a->machines.len)
    return error_set (err, OVF_E_USAGE, "there is no virtual machine");
  if (!model_check (ctx, a, err))
    return false;
  m = &a->machines.ptr[settings->machine];
  write_machine (out, a, m, settings->native_hardware, report);
  report_rest (a, m, settings->native_hardware, report);
  if (fflush (out) != 0 || ferror (out))
    return error_set (err, OVF_E_IO, "the configuration cannot be written");
  return true;
}

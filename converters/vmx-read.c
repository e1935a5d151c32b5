/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A VMX file as a model: the machine itself; drives are in
 * vmx-read-drives.c, network adapters in vmx-read-nics.c. */
#include "vmx-reader.h"

#include <stdarg.h>
#include <strings.h>

#define MEMORY_DEFAULT 32     /* MiB: what VMware gives where nothing is said */
#define MEMORY_MAX (64u << 20) /* MiB */
#define CPUS_MAX 4096

/* ---- asking for settings -------------------------------------------------------- */
struct vmx_entry *
vr_entry (struct vmx_reader *r, const char *device, const char *name)
{
  CLEANUP_FREE char *key = device ? xasprintf ("%s.%s", device, name)
                                  : xstrdup (name);
  struct vmx_entry *e = vmx_find (&r->dict, key);

  return e != NULL && !text_is_blank (e->value) ? e : NULL;
}

const char *
vr_text (struct vmx_reader *r, const char *device, const char *name)
{
  const struct vmx_entry *e = vr_entry (r, device, name);

  return e ? e->value : NULL;
}

enum tristate
vr_bool (struct vmx_reader *r, const char *device, const char *name)
{
  const struct vmx_entry *e = vr_entry (r, device, name);
  bool on;

  if (e == NULL)
    return UNSET;
  if (parse_bool (e->value, &on))
    return on ? YES : NO;
  report_add (r->report, OVF_WARNING, "VMX-BOOLEAN", r->in->name, e->line, NULL,
              "'%.80s' is neither TRUE nor FALSE: taken for FALSE", e->value);
  return UNSET;
}

bool
vr_wrong (struct vmx_reader *r, const char *rule, unsigned line,
          struct ovf_error **err, const char *fmt, ...)
{
  CLEANUP_FREE char *text = NULL;
  va_list ap;

  va_start (ap, fmt);
  text = xvasprintf (fmt, ap);
  va_end (ap);
  if (!r->inspect)
    return error_at (err, OVF_E_FORMAT, rule, r->in->name, line, "%s", text);
  report_add (r->report, OVF_WARNING, rule, r->in->name, line, NULL, "%s", text);
  return true;
}

bool
vr_number (struct vmx_reader *r, const char *name, unsigned min, unsigned max,
           unsigned *ret, struct ovf_error **err)
{
  const struct vmx_entry *e = vr_entry (r, NULL, name);

  if (e == NULL || parse_unsigned (e->value, min, max, ret))
    return true;
  return vr_wrong (r, "VMX-NUMBER", e->line, err,
                   "'%.80s' is no number that '%s' can have", e->value, name);
}

bool
vr_numbered (const char *key, const char *word, unsigned *ret,
             const char **ret_rest)
{
  size_t n = strlen (word), digits;
  CLEANUP_FREE char *number = NULL;

  if (strncasecmp (key, word, n) != 0)
    return false;
  digits = strspn (key + n, "0123456789");
  if (digits == 0 || key[n + digits] != '.')
    return false;
  number = xstrndup (key + n, digits);
  if (!parse_unsigned (number, 0, UINT32_MAX, ret))
    *ret = UINT32_MAX;
  *ret_rest = key + n + digits + 1;
  return true;
}

/* ---- identity ------------------------------------------------------------------------ */
/* vCenter writes '%', '/' and '\' of a name as %25, %2f, %5c. */
static char *
plain_name (const char *s)
{
  char *name = xstrdup (s), *to = name;

  for (s = name; *s != '\0'; s++)
    if (strncasecmp (s, "%25", 3) == 0 || strncasecmp (s, "%2f", 3) == 0
        || strncasecmp (s, "%5c", 3) == 0) {
      *to++ = s[1] == '5' ? '\\' : s[2] == '5' ? '%' : '/';
      s += 2;
    }
    else
      *to++ = *s;
  *to = '\0';
  return name;
}

/* Without displayName VMware shows the name of the file. */
static void
read_name (struct vmx_reader *r)
{
  const char *name = vr_text (r, NULL, "displayName");
  const char *dot = strrchr (r->in->name, '.');
  size_t n = dot && dot != r->in->name ? (size_t)(dot - r->in->name)
                                       : strlen (r->in->name);

  if (name != NULL)
    r->m->name = plain_name (name);
  r->m->id = r->m->name ? xstrdup (r->m->name) : xstrndup (r->in->name, n);
  r->a->name = xstrdup (r->m->name);
}

static void
read_identity (struct vmx_reader *r)
{
  const struct vmx_entry *uuid = vr_entry (r, NULL, "uuid.bios");
  const char *system = vr_text (r, NULL, "guestOS");

  read_name (r);
  set_string (&r->m->annotation, vr_text (r, NULL, "annotation"));
  set_string (&r->m->os.description, vr_text (r, NULL, "guestOSAltName"));
  if (system != NULL)
    r->m->os.vmware = vmx_os_to_guest_id (system);
  if (uuid == NULL)
    return;
  r->m->uuid = text_uuid (uuid->value);
  if (r->m->uuid == NULL)
    report_add (r->report, OVF_WARNING, "VMX-UUID", r->in->name, uuid->line,
                NULL, "'%.80s' is no UUID", uuid->value);
}

/* ---- memory, processors, firmware ------------------------------------------------------ */
static bool
read_size (struct vmx_reader *r, struct ovf_error **err)
{
  unsigned memory = MEMORY_DEFAULT, version = 0;

  r->m->cpus = 1;
  if (!vr_number (r, "memSize", 1, MEMORY_MAX, &memory, err)
      || !vr_number (r, "numvcpus", 1, CPUS_MAX, &r->m->cpus, err)
      || !vr_number (r, "cpuid.coresPerSocket", 1, CPUS_MAX,
                     &r->m->cores_per_socket, err)
      || !vr_number (r, "virtualHW.version", 1, 999, &version, err))
    return false;
  r->m->memory = (uint64_t)memory << 20;
  if (vr_entry (r, NULL, "memSize") == NULL)
    report_add (r->report, OVF_NOTE, "VMX-MEMORY", r->in->name, 0, NULL,
                "the file does not say how much memory: VMware gives %u MiB",
                MEMORY_DEFAULT);
  if (version > 0)
    strings_append (&r->m->hardware, xasprintf ("vmx-%02u", version));
  return true;
}

/* The variables of UEFI lie in a file that VMware alone reads; what BIOS has
 * there are the settings of its own menu. */
static void
read_firmware (struct vmx_reader *r)
{
  const struct vmx_entry *e = vr_entry (r, NULL, "firmware");
  const struct vmx_entry *nvram = vr_entry (r, NULL, "nvram");

  if (e != NULL && text_equal_nocase (e->value, "efi"))
    r->m->firmware = FIRMWARE_UEFI;
  else if (e != NULL && text_equal_nocase (e->value, "bios"))
    r->m->firmware = FIRMWARE_BIOS;
  else if (e != NULL)
    report_add (r->report, OVF_WARNING, "VMX-FIRMWARE", r->in->name, e->line,
                NULL, "the firmware '%.80s' is neither 'bios' nor 'efi'", e->value);
  r->m->secure_boot = vr_bool (r, NULL, "uefi.secureBoot.enabled");
  r->m->tpm = vr_bool (r, NULL, "vtpm.present");
  if (nvram != NULL && r->m->firmware == FIRMWARE_UEFI)
    extras_keep (&r->m->extras, VMX_OWNER, "nvram", nvram->value)->line = nvram->line;
}

static void
read_clock (struct vmx_reader *r)
{
  struct vmx_entry *e = vr_entry (r, NULL, "rtc.diffFromUTC");
  unsigned difference;

  if (e != NULL && parse_unsigned (e->value, 0, 0, &difference))
    r->m->clock = xstrdup ("utc");
  else if (e != NULL)
    e->used = false; /* another: reported as what is not known */
}

/* ---- ports and the rest ----------------------------------------------------------------- */
/* What says where a port's other end is. */
static void
pass_backend (struct vmx_reader *r, const char *name)
{
  static const char *const keys[] = { "fileName", "startConnected", "autodetect",
                                      "network.endPoint", "pipe.endPoint",
                                      "vspc", "tryNoRxLoss" };

  for (size_t i = 0; i < ARRAY_SIZE (keys); i++)
    vr_entry (r, name, keys[i]);
}

/* thinPrint is a channel of VMware's own for printing. */
static unsigned
count_ports (struct vmx_reader *r, const char *word, unsigned max)
{
  unsigned n = 0;

  for (unsigned i = 0; i < max; i++) {
    CLEANUP_FREE char *name = xasprintf ("%s%u", word, i);
    const struct vmx_entry *e = vr_entry (r, name, "fileType");
    pass_backend (r, name);
    if (vr_bool (r, name, "present") != YES
        || (e != NULL && text_equal_nocase (e->value, "thinprint")))
      continue;
    n++;
    report_add (r->report, OVF_NOTE, "VMX-HOST", r->in->name, e ? e->line : 0,
                NULL, "the other end of %s is of one host: it is not taken over",
                name);
  }
  return n;
}

static const struct {
  const char *key, *model;
} usbs[] = {
  { "usb.present", "uhci" },
  { "ehci.present", "ehci" },
  { "usb_xhci.present", "xhci" },
};

/* EHCI and its companion of USB 1 are one: "usb" alone is the companion. */
static void
read_usb (struct vmx_reader *r)
{
  unsigned index = 0;
  bool companion = false;

  for (size_t i = 0; i < ARRAY_SIZE (usbs); i++) {
    const struct vmx_entry *e = vr_entry (r, NULL, usbs[i].key);
    enum tristate on = vr_bool (r, NULL, usbs[i].key);
    struct controller *c;
    if (on == NO && r->m->usb == UNSET)
      r->m->usb = NO;
    if (on != YES)
      continue;
    r->m->usb = YES;
    c = machine_controller (r->m, BUS_USB, companion && i == 1 ? 0 : index++);
    set_string (&c->model, usbs[i].model);
    c->line = e->line;
    companion = i == 0;
  }
}

static void
read_sound (struct vmx_reader *r)
{
  const char *word = vr_text (r, "sound", "virtualDev");
  const struct hwmodel *h = hwmodel_by_name (HW_SOUND, word ? word : "es1371");

  if (vr_bool (r, "sound", "present") == YES)
    r->m->sound = xstrdup (h ? h->name : word);
}

static void
read_devices (struct vmx_reader *r)
{
  r->m->serials = count_ports (r, "serial", 32);
  r->m->parallels = count_ports (r, "parallel", 3);
  read_usb (r);
  read_sound (r);
  if (vr_bool (r, "RemoteDisplay.vnc", "enabled") == YES)
    r->m->graphics = xstrdup ("vnc");
}

/* ---- what is left ------------------------------------------------------------------------ */
/* Settings of devices that are not there mean nothing. */
static bool
is_of_absent_device (struct vmx_reader *r, const char *key)
{
  static const char *const words[] = { "ethernet", "serial", "parallel", "floppy",
                                       "scsi", "sata", "nvme", "sharedFolder" };
  struct vmx_seat seat;
  const char *rest;
  unsigned index;

  if (vmx_seat_of_key (key, &seat, &rest)) {
    VECTOR_FOR (d, &r->m->drives)
      if (d->bus == seat.bus && d->controller == seat.controller
          && d->unit == seat.unit)
        return false;
    return true;
  }
  for (size_t i = 0; i < ARRAY_SIZE (words); i++)
    if (vr_numbered (key, words[i], &index, &rest)) {
      CLEANUP_FREE char *name = xasprintf ("%s%u", words[i], index);
      return vr_bool (r, name, "present") != YES;
    }
  return false;
}

/* The adapters of the model have no gaps between their numbers. */
static char *
key_in_model (struct vmx_reader *r, const char *key)
{
  const char *rest;
  unsigned index;

  if (vr_numbered (key, "ethernet", &index, &rest) && index < VMX_NICS)
    return xasprintf ("ethernet%zu.%s", r->nic_place[index], rest);
  return xstrdup (key);
}

static void
keep (struct vmx_reader *r, const struct vmx_entry *e, const char *value)
{
  CLEANUP_FREE char *key = key_in_model (r, e->key);

  extras_keep (&r->m->extras, VMX_OWNER, key, value)->line = e->line;
}

/* Devices of the host that a guest was given. */
static bool
is_passthrough (const char *key)
{
  return strncasecmp (key, "pciPassthru", 11) == 0;
}

static void
read_rest (struct vmx_reader *r)
{
  VECTOR_FOR (e, &r->dict.entries) {
    enum vmx_fate fate;
    if (e->used || text_is_blank (e->value) || is_of_absent_device (r, e->key))
      continue;
    fate = vmx_key_fate (e->key, e->value);
    if (fate == VMX_KEEP || fate == VMX_LOST)
      keep (r, e, fate == VMX_KEEP ? e->value : NULL);
    if (fate == VMX_HOST)
      report_add (r->report, is_passthrough (e->key) ? OVF_WARNING : OVF_NOTE,
                  "VMX-HOST", r->in->name, e->line, NULL,
                  "'%s' is of one host: it is not taken over", e->key);
  }
}

/* ---- the file ------------------------------------------------------------------------------ */
static bool
read_machine (struct vmx_reader *r, struct ovf_error **err)
{
  if (!vmx_dict_parse (r->ctx, r->in, r->inspect, &r->dict, r->report, err))
    return false;
  if (r->dict.entries.len == 0)
    return error_at (err, OVF_E_FORMAT, "VMX-SYNTAX", r->in->name, 0,
                     "no line of it is a setting");
  read_identity (r);
  if (!read_size (r, err) || !vmx_drives_read (r, err)
      || !vmx_nics_read (r, err))
    return false;
  read_firmware (r);
  read_clock (r);
  read_devices (r);
  vmx_boot_read (r);
  read_rest (r);
  return true;
}

struct appliance *
vmx_read (struct ovf_ctx *ctx, const struct input *in,
          const struct read_settings *settings, struct ovf_report *report,
          struct ovf_error **err)
{
  CLEANUP (appliance) struct appliance *a = NULL;
  struct vmx_reader r = { .ctx = ctx, .in = in, .report = report,
                          .inspect = settings->inspect };
  bool ok;

  for (size_t i = 0; i < VMX_NICS; i++)
    r.nic_place[i] = NO_INDEX;

  if (settings->configuration != NULL) {
    error_set (err, OVF_E_USAGE, "a VMX file has no deployment options: '%s'",
               settings->configuration);
    return NULL;
  }
  r.a = a = appliance_new ("vmx");
  r.m = appliance_add_machine (a);
  ok = read_machine (&r, err);
  vmx_dict_done (&r.dict);
  return ok ? STEAL (a) : NULL;
}

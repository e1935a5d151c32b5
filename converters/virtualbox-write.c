/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model as machine settings that VirtualBox 6 and 7 register: the machine
 * and its hardware.  Nothing that a source brought as free settings passes
 * through: extra data can name files and programs of the host. */
#include "virtualbox.h"

#include <inttypes.h>

#include "loss.h"

#define DEFAULT_MEMORY 1024u /* MiB */
#define SETTINGS_6 "1.16-linux" /* of VirtualBox 6 */
#define SETTINGS_7 "1.19-linux"

/* ---- words --------------------------------------------------------------------------- */
static const struct ostype *
machine_ostype (const struct machine *m)
{
  const struct ostype *os = ostype_by_vmware (m->os.vmware);

  if (os == NULL)
    os = ostype_by_osinfo (m->os.osinfo);
  if (os == NULL)
    os = ostype_by_cim (m->os.cim_id, m->os.version);
  return os;
}

static const char *
os_word (const struct machine *m, struct ovf_report *report)
{
  const struct ostype *os = machine_ostype (m);
  const char *said = m->os.vmware ? m->os.vmware : m->os.osinfo;

  if (m->os.virtualbox != NULL && !text_is_blank (m->os.virtualbox))
    return m->os.virtualbox;
  if (os != NULL && os->virtualbox != NULL)
    return os->virtualbox;
  if (said != NULL || m->os.cim_id > 1)
    report_loss (report, VB_OWNER, "os",
                 "VirtualBox has no word for the operating system '%s'",
                 said ? said : m->os.description ? m->os.description : "");
  return "Other_64";
}

static bool
is_ich9 (const struct machine *m)
{
  return m->machine_type != NULL
         && (strstr (m->machine_type, "q35") != NULL
             || text_equal_nocase (m->machine_type, "ICH9"));
}

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

/* An element with one attribute; left out where value is NULL. */
static void
element (struct xmlw *w, const char *name, const char *attribute,
         const char *value)
{
  if (value == NULL)
    return;
  xmlw_start (w, name);
  xmlw_attr (w, attribute, value);
  xmlw_end (w);
}

static void
setting (struct xmlw *w, const struct machine *m, const char *parent,
         const char *name, const char *attribute)
{
  element (w, name, attribute, vb_setting_value (m, parent, name, attribute));
}

/* ---- processors, memory, firmware -------------------------------------------------------- */
static unsigned
cpus_of (const struct machine *m, struct ovf_report *report)
{
  if (m->cpus <= VB_CPUS_MAX)
    return m->cpus ? m->cpus : 1;
  report_loss (report, VB_OWNER, "cpus", "%u processors become %u: VirtualBox has "
               "no more", m->cpus, VB_CPUS_MAX);
  return VB_CPUS_MAX;
}

static void
write_cpu (struct xmlw *w, const struct machine *m, struct ovf_report *report)
{
  unsigned cpus = cpus_of (m, report);

  if (m->cores_per_socket > 1 && m->cores_per_socket != cpus)
    report_loss (report, VB_OWNER, "topology",
                 "VirtualBox has one socket, not sockets of %u cores",
                 m->cores_per_socket);
  xmlw_start (w, "CPU");
  xmlw_attrf (w, "count", "%u", cpus);
  xmlw_attr (w, "hotplug", vb_setting_value (m, NULL, "CPU", "hotplug"));
  for (const struct vb_setting *s = vb_settings; s->element != NULL; s++)
    if (s->parent != NULL && strcmp (s->parent, "CPU") == 0)
      setting (w, m, "CPU", s->element, s->attribute);
  xmlw_end (w);
}

static void
write_memory (struct xmlw *w, const struct machine *m, struct ovf_report *report)
{
  uint64_t mib = (m->memory >> 20) + (m->memory % (1u << 20) != 0);

  if (mib == 0) {
    mib = DEFAULT_MEMORY;
    report_add (report, OVF_WARNING, "HW-MEMORY", NULL, 0, NULL,
                "the source does not say how much memory: 1 GiB is written");
  }
  if (mib < 4 || mib > VB_MEMORY_MAX || m->memory % (1u << 20) != 0) {
    mib = mib < 4 ? 4 : mib > VB_MEMORY_MAX ? VB_MEMORY_MAX : mib;
    report_loss (report, VB_OWNER, "memory",
                 "%" PRIu64 " bytes of memory become %" PRIu64 " MiB", m->memory,
                 mib);
  }
  xmlw_start (w, "Memory");
  xmlw_attrf (w, "RAMSize", "%" PRIu64, mib);
  xmlw_attr (w, "PageFusion", vb_setting_value (m, NULL, "Memory", "PageFusion"));
  xmlw_end (w);
}

static void
write_firmware (struct xmlw *w, const struct machine *m, struct ovf_report *report)
{
  bool efi = m->firmware == FIRMWARE_UEFI || m->secure_boot == YES;

  element (w, "Firmware", "type", efi ? "EFI" : "BIOS");
  if (m->secure_boot == YES) {
    report_loss (report, VB_OWNER, "secure-boot",
                 "secure boot is off: VirtualBox keeps it in a file of its own");
    report_hint (report, "VBoxManage modifynvram NAME inituefivarstore, enrollmssignatures, "
                         "enrollorclpk, and secureboot --enable switch it on");
  }
}

static void
write_chipset (struct xmlw *w, const struct machine *m, struct ovf_report *report)
{
  bool ich9 = is_ich9 (m);

  if (m->machine_type == NULL)
    return;
  element (w, "Chipset", "type", ich9 ? "ICH9" : "PIIX3");
  if (strcmp (m->machine_type, ich9 ? "q35" : "pc") != 0)
    report_loss (report, VB_OWNER, "machine-type",
                 "the machine type '%s' becomes VirtualBox's %s", m->machine_type,
                 ich9 ? "ICH9" : "PIIX3");
}

/* ---- boot order ------------------------------------------------------------------------------ */
/* VirtualBox orders kinds of devices, not devices. */
struct boot { unsigned order; const char *word; };

static int
by_order (const void *a, const void *b)
{
  const struct boot *x = a, *y = b;

  return (x->order > y->order) - (x->order < y->order);
}

static bool
note_order (struct boot *b, unsigned order, bool first)
{
  bool fits = order == 0 ? true : first && b->order == 0;

  if (order > 0 && (b->order == 0 || order < b->order))
    b->order = order;
  return fits;
}

static void
write_boot (struct xmlw *w, const struct machine *m, struct ovf_report *report)
{
  struct boot kinds[] = { { 0, "HardDisk" }, { 0, "DVD" }, { 0, "Floppy" },
                          { 0, "Network" } };
  bool seen[4] = { false }, exact = true;
  unsigned position = 0;

  VECTOR_FOR (d, &m->drives) {
    exact &= note_order (&kinds[d->kind], d->boot_order, !seen[d->kind]);
    seen[d->kind] = true;
  }
  VECTOR_FOR (n, &m->nics) {
    exact &= note_order (&kinds[3], n->boot_order, !seen[3]);
    seen[3] = true;
  }
  if (!exact)
    report_loss (report, VB_OWNER, "boot-order",
                 "VirtualBox orders kinds of devices, and boots from the first of "
                 "a kind");
  qsort (kinds, ARRAY_SIZE (kinds), sizeof *kinds, by_order);
  if (kinds[3].order == 0)
    return;
  xmlw_start (w, "Boot");
  for (size_t i = 0; i < ARRAY_SIZE (kinds); i++) {
    if (kinds[i].order == 0)
      continue;
    xmlw_start (w, "Order");
    xmlw_attrf (w, "position", "%u", ++position);
    xmlw_attr (w, "device", kinds[i].word);
    xmlw_end (w);
  }
  while (position < 4) {
    xmlw_start (w, "Order");
    xmlw_attrf (w, "position", "%u", ++position);
    xmlw_attr (w, "device", "None");
    xmlw_end (w);
  }
  xmlw_end (w);
}

/* ---- display, sound, USB ------------------------------------------------------------------- */
static void
write_display (struct xmlw *w, const struct machine *m, struct ovf_report *report)
{
  static const char *const attributes[]
    = { "VRAMSize", "monitorCount", "accelerate3D", "accelerate2DVideo" };
  const struct vb_words *v = vb_videos;

  while (v->model != NULL && !(m->video && strcmp (v->model, m->video) == 0))
    v++;
  if (m->video != NULL && v->model == NULL)
    report_loss (report, VB_OWNER, "video",
                 "the graphics adapter '%s' becomes VMSVGA", m->video);
  xmlw_start (w, "Display");
  xmlw_attr (w, "controller",
             v->model ? v->virtualbox : m->video ? "VMSVGA" : NULL);
  for (size_t i = 0; i < ARRAY_SIZE (attributes); i++)
    xmlw_attr (w, attributes[i],
               vb_setting_value (m, NULL, "Display", attributes[i]));
  xmlw_end (w);
  if (m->graphics != NULL && strcmp (m->graphics, "rdp") == 0)
    element (w, "RemoteDisplay", "enabled", "true");
  else if (m->graphics != NULL)
    report_loss (report, VB_OWNER, "graphics",
                 "the display '%s' becomes VirtualBox's window", m->graphics);
}

static void
write_bios (struct xmlw *w, const struct machine *m)
{
  bool smp = m->cpus > 1;

  xmlw_start (w, "BIOS");
  setting (w, m, "BIOS", "ACPI", "enabled");
  if (smp) /* several processors need it */
    element (w, "IOAPIC", "enabled", "true");
  else
    setting (w, m, "BIOS", "IOAPIC", "enabled");
  setting (w, m, "BIOS", "BootMenu", "mode");
  setting (w, m, "BIOS", "SmbiosUuidLittleEndian", "enabled");
  xmlw_end (w);
}

static void
write_usb (struct xmlw *w, const struct machine *m, struct ovf_report *report)
{
  unsigned n = 0;

  if (m->usb != YES) {
    if (m->usb == NO) {
      xmlw_start (w, "USB");
      xmlw_start (w, "Controllers");
      xmlw_end (w);
      xmlw_end (w);
    }
    return;
  }
  xmlw_start (w, "USB");
  xmlw_start (w, "Controllers");
  VECTOR_FOR (c, &m->controllers) {
    const struct hwmodel *h = hwmodel_by_name (HW_CONTROLLER, c->model);
    const char *type = h && h->bus == BUS_USB ? h->virtualbox : NULL;
    CLEANUP_FREE char *name = NULL;

    if (c->bus != BUS_USB || n >= 8)
      continue;
    if (type == NULL && c->model != NULL)
      report_loss (report, VB_OWNER, "usb",
                   "the USB controller '%s' becomes VirtualBox's OHCI", c->model);
    type = type ? type : "OHCI";
    xmlw_start (w, "Controller");
    name = n > 0 ? xasprintf ("%s %u", type, n + 1) : xstrdup (type);
    xmlw_attr (w, "name", name);
    xmlw_attr (w, "type", type);
    xmlw_end (w);
    n++;
  }
  if (n == 0) {
    xmlw_start (w, "Controller");
    xmlw_attr (w, "name", "OHCI");
    xmlw_attr (w, "type", "OHCI");
    xmlw_end (w);
  }
  xmlw_end (w);
  xmlw_end (w);
}

static void
write_sound (struct xmlw *w, const struct machine *m, struct ovf_report *report)
{
  const struct hwmodel *h = hwmodel_by_name (HW_SOUND, m->sound);
  const char *type = h ? h->virtualbox : NULL;

  if (m->sound == NULL)
    return;
  if (type == NULL)
    report_loss (report, VB_OWNER, "sound", "the sound card '%s' becomes AC97",
                 m->sound);
  xmlw_start (w, "AudioAdapter");
  xmlw_attr (w, "enabled", "true");
  xmlw_attr (w, "enabledOut", "true");
  xmlw_attr (w, "controller", type ? type : "AC97");
  xmlw_attr (w, "driver", "Null"); /* which the host plays is its choice */
  xmlw_end (w);
}

/* ---- ports ---------------------------------------------------------------------------------------- */
struct port { const char *base, *irq; };

static void
write_ports (struct xmlw *w, const char *list, unsigned wanted,
             const struct port *ports, unsigned most, bool serial,
             struct ovf_report *report)
{
  if (wanted > most)
    report_loss (report, VB_OWNER, "ports", "%u of %u %s ports are left out",
                 wanted - most, wanted, serial ? "serial" : "parallel");
  if (wanted == 0)
    return;
  xmlw_start (w, list);
  for (unsigned i = 0; i < wanted && i < most; i++) {
    xmlw_start (w, "Port");
    xmlw_attrf (w, "slot", "%u", i);
    xmlw_attr (w, "enabled", "true");
    xmlw_attr (w, "IOBase", ports[i].base);
    xmlw_attr (w, "IRQ", ports[i].irq);
    xmlw_attr (w, "hostMode", serial ? "Disconnected" : NULL);
    xmlw_end (w);
  }
  xmlw_end (w);
}

static void
write_all_ports (struct xmlw *w, const struct machine *m, struct ovf_report *report)
{
  static const struct port serials[VB_SERIALS] = {
    { "0x3f8", "4" }, { "0x2f8", "3" }, { "0x3e8", "4" }, { "0x2e8", "3" }
  };
  static const struct port parallels[VB_PARALLELS]
    = { { "0x378", "7" }, { "0x278", "5" } };

  write_ports (w, "UART", m->serials, serials, VB_SERIALS, true, report);
  write_ports (w, "LPT", m->parallels, parallels, VB_PARALLELS, false, report);
}

/* ---- the machine ------------------------------------------------------------------------------------ */
/* The tables know Windows by Proxmox's words: w2k, wxp, win10. */
static const char *
clock_word (const struct machine *m)
{
  const struct ostype *os = machine_ostype (m);
  bool local = m->clock != NULL
                 ? strcmp (m->clock, "localtime") == 0
                 : os != NULL && os->proxmox != NULL && os->proxmox[0] == 'w';

  return local ? "local" : "UTC";
}

static void
write_hardware (struct xmlw *w, const struct appliance *a, const struct machine *m,
                const struct vb_layout *l, struct ovf_report *report)
{
  xmlw_start (w, "Hardware");
  write_cpu (w, m, report);
  write_memory (w, m, report);
  write_firmware (w, m, report);
  xmlw_start (w, "HID");
  xmlw_attr (w, "Pointing", vb_setting_value (m, NULL, "HID", "Pointing"));
  xmlw_attr (w, "Keyboard", vb_setting_value (m, NULL, "HID", "Keyboard"));
  xmlw_end (w);
  setting (w, m, NULL, "HPET", "enabled");
  write_chipset (w, m, report);
  setting (w, m, NULL, "Paravirt", "provider");
  write_boot (w, m, report);
  write_display (w, m, report);
  write_bios (w, m);
  if (m->tpm == YES)
    element (w, "TrustedPlatformModule", "type", "v2_0");
  write_usb (w, m, report);
  vb_network_write (w, m, report);
  write_all_ports (w, m, report);
  write_sound (w, m, report);
  element (w, "RTC", "localOrUTC", clock_word (m));
  if (m->tpm == YES) /* there since VirtualBox 7 */
    vb_storage_write (w, a, l);
  xmlw_end (w);
}

static void
write_description (struct xmlw *w, const struct machine *m)
{
  CLEANUP_FREE char *both = machine_text (m);
  CLEANUP_FREE char *text = plain_text (both);

  if (text != NULL && !text_is_blank (text))
    xmlw_element (w, "Description", text);
}

static char *
machine_name (const struct machine *m, struct ovf_report *report)
{
  const char *name = m->name ? m->name : m->id;
  char *t = xstrdup (name && !text_is_blank (name) ? name : "vm");
  bool changed = false;

  for (char *c = t; *c != '\0'; c++)
    if ((unsigned char)*c < 0x20 || strchr ("/\\:*?\"<>|", *c) != NULL || *c == 0x7f) {
      *c = '_';
      changed = true;
    }
  if (changed)
    report_loss (report, VB_OWNER, "name",
                 "the name '%s' cannot be a machine's: it becomes '%s'", name, t);
  return t;
}

static void
write_machine (struct xmlw *w, const struct appliance *a, size_t index,
               const struct vb_layout *l, struct ovf_report *report)
{
  const struct machine *m = &a->machines.ptr[index];
  CLEANUP_FREE char *name = machine_name (m, report);
  CLEANUP_FREE char *uuid
    = m->uuid ? xstrdup (m->uuid) : vb_uuid (a, "machine", m->name, index);

  xmlw_start (w, "VirtualBox");
  xmlw_attr (w, "xmlns", VB_NS);
  xmlw_attr (w, "version", m->tpm == YES ? SETTINGS_7 : SETTINGS_6);
  xmlw_start (w, "Machine");
  xmlw_attrf (w, "uuid", "{%s}", uuid);
  xmlw_attr (w, "name", name);
  xmlw_attr (w, "OSType", os_word (m, report));
  xmlw_attr (w, "snapshotFolder", "Snapshots");
  vb_registry_write (w, a, l, report);
  write_description (w, m);
  write_hardware (w, a, m, l, report);
  if (m->tpm != YES)
    vb_storage_write (w, a, l);
  xmlw_end (w);
  xmlw_end (w);
}

/* Its own settings that are not written. */
static void
report_own (const struct machine *m, struct ovf_report *report)
{
  VECTOR_FOR (e, &m->extras)
    if (e->owner && strcmp (e->owner, VB_OWNER) == 0 && e->value == NULL)
      report_loss (report, VB_OWNER, "settings", "'%s' is left out", e->key);
}

bool
virtualbox_write (struct ovf_ctx *ctx, const struct appliance *a,
                  const struct write_settings *settings, FILE *out,
                  struct ovf_report *report, struct ovf_error **err)
{
  static const struct loss_words loss
    = { .target = VB_OWNER, .noun = "machine", .keeps_own = true };
  const struct machine *m;
  struct vb_layout layout;
  struct xmlw w;

  if (settings->machine >= a->machines.len)
    return error_set (err, OVF_E_USAGE, "there is no virtual machine");
  if (!model_check (ctx, a, err))
    return false;
  m = &a->machines.ptr[settings->machine];
  vb_layout_make (&layout, m, is_ich9 (m), report);
  xmlw_begin (&w, out);
  write_machine (&w, a, settings->machine, &layout, report);
  vb_layout_done (&layout);
  report_own (m, report);
  loss_report (&loss, a, m, report);
  return xmlw_finish (&w, err);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Machine settings as a model: the machine and its hardware; media are in
 * virtualbox-media.c, storage in virtualbox-storage.c, adapters in
 * virtualbox-network.c, what is left in virtualbox-rest.c.
 *
 * Snapshots keep a machine's older states; only the current one is read. */
#include "virtualbox.h"

#define CPUS_MAX 65535u

/* ---- attributes ------------------------------------------------------------------ */
bool
vb_number (struct vb_reader *r, const xmlNode *n, const char *attribute,
           unsigned max, unsigned *ret, struct ovf_error **err)
{
  CLEANUP_FREE char *text = vb_attr (n, attribute);

  return text == NULL || parse_unsigned (text, 0, max, ret)
         || error_at (err, OVF_E_FORMAT, "VIRTUALBOX-NUMBER", r->name,
                      xml_line (n), "'%s' is no number that %s of <%s> can have",
                      text, attribute, xml_name (n));
}

bool
vb_flag (const xmlNode *n, const char *attribute, bool usual)
{
  CLEANUP_FREE char *text = vb_attr (n, attribute);

  if (text != NULL)
    parse_bool (text, &usual);
  return usual;
}

static char *
child_attr (const xmlNode *parent, const char *child, const char *attribute)
{
  return vb_attr (vb_child (parent, child), attribute);
}

/* ---- the machine ------------------------------------------------------------------ */
static void
read_identity (struct vb_reader *r)
{
  const xmlNode *n = r->machine;
  CLEANUP_FREE char *uuid = vb_attr (n, "uuid");
  const xmlNode *text = vb_child (n, "Description");
  struct machine *m = r->m;

  m->name = vb_attr (n, "name");
  set_string (&m->id, m->name);
  set_string (&r->a->name, m->name);
  m->uuid = text_uuid (uuid ? uuid : "");
  if (m->uuid == NULL)
    report_add (r->report, OVF_WARNING, "VIRTUALBOX-UUID", r->name, xml_line (n),
                NULL, "'%s' is no UUID", uuid ? uuid : "");
  m->os.virtualbox = vb_attr (n, "OSType");
  if (text != NULL)
    m->description = xml_text (text);
  if (m->description != NULL && *m->description == '\0')
    set_string (&m->description, NULL);
}

static void
read_state (struct vb_reader *r)
{
  const xmlNode *n = r->machine;
  CLEANUP_FREE char *snapshot = vb_attr (n, "currentSnapshot");
  CLEANUP_FREE char *saved = vb_attr (n, "stateFile");

  if (snapshot != NULL || vb_child (n, "Snapshot") != NULL)
    report_add (r->report, OVF_NOTE, "VIRTUALBOX-SNAPSHOT", r->name, xml_line (n),
                NULL, "the machine has snapshots: only its current state is taken");
  if (saved != NULL) {
    report_add (r->report, OVF_WARNING, "VIRTUALBOX-STATE", r->name, xml_line (n),
                NULL, "the machine was saved while it ran: its memory is not taken");
    report_hint (r->report, "start it and shut it down, so that its disks are "
                            "in order");
  }
}

static bool
read_processors (struct vb_reader *r, struct ovf_error **err)
{
  const xmlNode *memory = vb_child (r->hardware, "Memory");
  unsigned mib = 0;

  r->m->cpus = 1; /* what VirtualBox leaves out */
  if (!vb_number (r, vb_child (r->hardware, "CPU"), "count", CPUS_MAX,
                  &r->m->cpus, err)
      || !vb_number (r, memory, "RAMSize", 1u << 30, &mib, err))
    return false;
  r->m->memory = (uint64_t)mib << 20;
  return true;
}

/* ---- firmware --------------------------------------------------------------------- */
static void
read_secure_boot (struct vb_reader *r)
{
  const xmlNode *bios = vb_child (r->hardware, "BIOS");
  const xmlNode *places[] = { vb_child (r->hardware, "NVRAM"),
                              vb_child (bios, "NVRAM"), bios, r->hardware };

  for (size_t i = 0; i < ARRAY_SIZE (places); i++) {
    const xmlNode *n = vb_child (places[i], "SecureBoot");
    if (n != NULL)
      r->m->secure_boot = vb_flag (n, "enabled", false) ? YES : NO;
  }
}

static void
read_firmware (struct vb_reader *r)
{
  CLEANUP_FREE char *type = child_attr (r->hardware, "Firmware", "type");
  CLEANUP_FREE char *chipset = child_attr (r->hardware, "Chipset", "type");
  CLEANUP_FREE char *tpm
    = child_attr (r->hardware, "TrustedPlatformModule", "type");
  struct machine *m = r->m;

  m->firmware = type && strncmp (type, "EFI", 3) == 0 ? FIRMWARE_UEFI
                                                      : FIRMWARE_BIOS;
  if (type && strcmp (type, "EFI32") == 0)
    vb_lost (r, vb_child (r->hardware, "Firmware"), "Hardware/Firmware type='EFI32'");
  if (chipset != NULL)
    m->machine_type = xstrdup (strcmp (chipset, "ICH9") == 0    ? "q35"
                               : strcmp (chipset, "PIIX3") == 0 ? "pc"
                                                                : chipset);
  if (tpm != NULL)
    m->tpm = strcmp (tpm, "None") == 0 ? NO : YES;
  read_secure_boot (r);
}

/* ---- devices ----------------------------------------------------------------------- */
static unsigned
count_ports (const xmlNode *list)
{
  unsigned n = 0;

  if (list != NULL)
    XML_FOR (p, list)
      n += vb_is (p, "Port") && vb_flag (p, "enabled", false);
  return n;
}

static void
read_ports (struct vb_reader *r)
{
  const xmlNode *h = r->hardware;

  r->m->serials = count_ports (vb_child (h, "UART")) + count_ports (vb_child (h, "Uart"));
  r->m->parallels = count_ports (vb_child (h, "LPT")) + count_ports (vb_child (h, "Lpt"));
}

static void
read_display (struct vb_reader *r)
{
  const xmlNode *remote = vb_child (r->hardware, "RemoteDisplay");
  CLEANUP_FREE char *type = child_attr (r->hardware, "Display", "controller");
  const struct vb_words *w = vb_videos;

  if (remote != NULL && vb_flag (remote, "enabled", false))
    set_string (&r->m->graphics, "rdp");
  if (type == NULL)
    return;
  while (w->model != NULL && strcmp (w->virtualbox, type) != 0)
    w++;
  set_string (&r->m->video, w->model ? w->model : type);
}

static void
read_sound (struct vb_reader *r)
{
  const xmlNode *n = vb_child (r->hardware, "AudioAdapter");
  CLEANUP_FREE char *type = vb_attr (n, "controller");
  const struct hwmodel *h = hwmodel_by_name (HW_SOUND, type ? type : "AC97");

  if (n != NULL && vb_flag (n, "enabled", false))
    set_string (&r->m->sound, h ? h->name : type);
}

static void
add_usb (struct vb_reader *r, const xmlNode *n, const char *type, unsigned index)
{
  const struct hwmodel *h = hwmodel_by_name (HW_CONTROLLER, type);
  struct controller *c = machine_controller (r->m, BUS_USB, index);

  set_string (&c->model, h ? h->name : type);
  c->line = xml_line (n);
}

static void
read_usb (struct vb_reader *r)
{
  const xmlNode *list = vb_child (vb_child (r->hardware, "USB"), "Controllers");
  const xmlNode *old = vb_child (r->hardware, "USBController");
  unsigned n = 0;

  if (list != NULL) {
    XML_FOR (c, list) {
      CLEANUP_FREE char *type = vb_attr (c, "type");
      if (vb_is (c, "Controller") && n < 16)
        add_usb (r, c, type, n++);
    }
    r->m->usb = n > 0 ? YES : NO;
  } else if (old != NULL) {
    r->m->usb = vb_flag (old, "enabled", false) ? YES : NO;
    if (r->m->usb == YES)
      add_usb (r, old, "OHCI", n++);
    if (r->m->usb == YES
        && (vb_flag (old, "enabledEhci", false) || vb_flag (old, "enabledEHCI", false)))
      add_usb (r, old, "EHCI", n++);
  }
}

/* VirtualBox's clock is the host's local time where nothing else is said. */
static void
read_clock (struct vb_reader *r)
{
  CLEANUP_FREE char *word = child_attr (r->hardware, "RTC", "localOrUTC");

  set_string (&r->m->clock,
              word && strcmp (word, "UTC") == 0 ? "utc" : "localtime");
}

/* ---- boot order --------------------------------------------------------------------- */
/* The first device of the kind that has no place yet. */
static unsigned *
boot_place (struct machine *m, const char *device)
{
  enum drive_kind kind = strcmp (device, "DVD") == 0      ? DRIVE_CDROM
                         : strcmp (device, "Floppy") == 0 ? DRIVE_FLOPPY
                                                          : DRIVE_DISK;

  if (strcmp (device, "Network") == 0)
    return m->nics.len > 0 ? &m->nics.ptr[0].boot_order : NULL;
  if (kind == DRIVE_DISK && strcmp (device, "HardDisk") != 0)
    return NULL;
  VECTOR_FOR (d, &m->drives)
    if (d->kind == kind)
      return &d->boot_order;
  return NULL;
}

static bool
read_boot (struct vb_reader *r, struct ovf_error **err)
{
  const xmlNode *boot = vb_child (r->hardware, "Boot");
  char *devices[17] = { NULL };
  unsigned order = 0;
  bool ok = true;

  if (boot == NULL)
    return true;
  XML_FOR (n, boot) {
    unsigned position = 0;

    if (!ok || !vb_is (n, "Order"))
      continue;
    ok = vb_number (r, n, "position", 16, &position, err);
    free (devices[position]);
    devices[position] = vb_attr (n, "device");
  }
  for (size_t i = 0; i < ARRAY_SIZE (devices); i++) {
    unsigned *place = ok && devices[i] ? boot_place (r->m, devices[i]) : NULL;

    if (place != NULL && *place == 0)
      *place = ++order;
    free (devices[i]);
  }
  return ok;
}

/* ---- the file ------------------------------------------------------------------------ */
static bool
wrong_root (struct vb_reader *r, const xmlNode *root, struct ovf_error **err)
{
  if (vb_child (root, "MachineEncrypted") != NULL) {
    error_at (err, OVF_E_UNSUPPORTED, "VIRTUALBOX-ENCRYPTED", r->name,
              xml_line (root), "the machine's settings are encrypted");
    return error_hint (err, "decrypt it first: VBoxManage encryptvm NAME "
                            "removeencryption");
  }
  if (vb_child (root, "Global") != NULL)
    return error_at (err, OVF_E_FORMAT, "VIRTUALBOX-ROOT", r->name,
                     xml_line (root),
                     "these are VirtualBox's own settings, not a machine's");
  return error_at (err, OVF_E_FORMAT, "VIRTUALBOX-ROOT", r->name, xml_line (root),
                   "there is no machine in the file");
}

static bool
check_root (struct vb_reader *r, const xmlNode *root, struct ovf_error **err)
{
  CLEANUP_FREE char *version = vb_attr (root, "version");
  unsigned minor;

  if (!xml_is (root, VB_NS, "VirtualBox") && !xml_is (root, VB_OLD_NS, "VirtualBox"))
    return error_at (err, OVF_E_FORMAT, "VIRTUALBOX-ROOT", r->name,
                     xml_line (root), "<%s> of the namespace '%s' is no VirtualBox "
                     "machine", xml_name (root), xml_ns (root));
  r->machine = vb_child (root, "Machine");
  r->hardware = vb_child (r->machine, "Hardware");
  if (r->machine == NULL)
    return wrong_root (r, root, err);
  if (r->hardware == NULL)
    return error_at (err, OVF_E_FORMAT, "VIRTUALBOX-ROOT", r->name,
                     xml_line (r->machine), "the machine has no hardware");
  if (version == NULL || strncmp (version, "1.", 2) != 0)
    minor = UINT32_MAX;
  else {
    CLEANUP_FREE char *number = xstrndup (version + 2, strcspn (version + 2, "-"));
    if (!parse_unsigned (number, 0, 9999, &minor))
      minor = UINT32_MAX;
  }
  if (minor > 20)
    report_add (r->report, OVF_WARNING, "VIRTUALBOX-VERSION", r->name,
                xml_line (root), NULL,
                "the version '%s' of the settings is not known",
                version ? version : "");
  return true;
}

static struct appliance *
read_machine (struct vb_reader *r, const xmlNode *root, struct ovf_error **err)
{
  CLEANUP (appliance) struct appliance *a = appliance_new ("virtualbox");

  if (!check_root (r, root, err))
    return NULL;
  r->a = a;
  r->m = appliance_add_machine (a);
  r->m->line = xml_line (r->machine);
  read_identity (r);
  read_state (r);
  if (!read_processors (r, err) || !vb_registry_read (r, err))
    return NULL;
  read_firmware (r);
  read_ports (r);
  read_display (r);
  read_sound (r);
  read_clock (r);
  if (!vb_storage_read (r, err) || !vb_network_read (r, err) || !read_boot (r, err))
    return NULL;
  read_usb (r);
  vb_rest_read (r);
  return STEAL (a);
}

struct appliance *
virtualbox_read (struct ovf_ctx *ctx, const struct input *in,
                 const struct read_settings *settings, struct ovf_report *report,
                 struct ovf_error **err)
{
  CLEANUP_XML xmlDoc *doc = xml_parse (ctx, in->name, in->text, in->len, err);
  struct vb_reader r = { .ctx = ctx, .name = in->name, .report = report,
                         .inspect = settings->inspect };
  struct appliance *a;

  if (doc == NULL)
    return NULL;
  if (settings->configuration != NULL) {
    error_set (err, OVF_E_USAGE, "a VirtualBox machine has no deployment options: "
               "'%s'", settings->configuration);
    return NULL;
  }
  a = read_machine (&r, xmlDocGetRootElement (doc), err);
  vb_registry_done (&r);
  return a;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Model to OVF: VirtualHardwareSection.  A machine is first turned into a
 * list of Items; what an Item cannot say in words that importers know is
 * added to our own element at the section's end (ovf-own.h). */
#include "base/text.h"
#include "model/maps.h"
#include "ovf-write.h"

#define MIB (UINT64_C (1) << 20)

/* ---- models ----------------------------------------------------------- */
/* What a reader makes of a ResourceSubType. */
static bool
reads_back (enum hw_class class, const char *sub_type, const char *model)
{
  const struct hwmodel *row;

  if (sub_type == NULL || model == NULL)
    return sub_type == NULL && model == NULL;
  row = hwmodel_by_ovf (class, sub_type);
  return strchr (sub_type, ' ') == NULL
         && text_equal_nocase (row ? row->name : sub_type, model);
}

/* Words that VMware and VirtualBox take; with any other VMware refuses the
 * package or VirtualBox the device (hypervisors.md 2). */
static bool
is_common (enum hw_class class, const char *sub_type)
{
  static const char *const words[] = {
    "E1000", "E1000e", "PCNet32", "VmxNet", "VmxNet2", "VmxNet3",
    "SriovEthernetCard", "PIIX4", "PIIX3", "ICH6", "AHCI", "vmware.sata.ahci",
    "lsilogic", "lsilogicsas", "buslogic", "VirtualSCSI",
    "vmware.nvme.controller", "vmware.usb.ehci", "vmware.usb.xhci",
  };

  for (size_t i = 0; i < ARRAY_SIZE (words); i++)
    if (text_equal_nocase (words[i], sub_type))
      return true;
  return class == HW_SOUND;
}

/* The word of OVF for a model, `fallback` when it has none; an unknown model
 * is the source's own word and stays. */
static const char *
sub_type_of (const struct hardware *h, enum hw_class class, const char *model,
             const char *fallback)
{
  const struct hwmodel *row = model ? hwmodel_by_name (class, model) : NULL;

  if (model == NULL)
    return fallback;
  if (row == NULL)
    return model;
  return row->ovf != NULL && (h->virtualbox || is_common (class, row->ovf))
           ? row->ovf : fallback;
}

static struct own_device *
add_own (struct hardware *h, const char *id, const char *sub_type)
{
  struct own_device *d;

  if (h->own.devices.len > 0) {
    d = &h->own.devices.ptr[h->own.devices.len - 1];
    if (strcmp (d->id, id) == 0)
      return d;
  }
  d = own_devices_add (&h->own.devices);
  d->id = id;
  d->sub_type = sub_type;
  return d;
}

/* ---- processors and memory -------------------------------------------- */
static void
add_cpus (struct hardware *h, const char *id, const char *configuration,
          unsigned cpus, unsigned cores)
{
  struct out_item *i = add_item (h, CIM_CPU, id);

  i->kept_id = "cpu";
  i->configuration = configuration;
  i->name = xasprintf ("%u virtual CPU(s)", cpus);
  i->units = "hertz * 10^6";
  i->quantity = cpus;
  i->cores_per_socket = cores;
}

/* MiB, because VirtualBox and Proxmox take nothing else (ovf-spec.md 3.2). */
static void
add_memory (struct hardware *h, const char *id, const char *configuration,
            uint64_t bytes)
{
  struct out_item *i = add_item (h, CIM_MEMORY, id);
  uint64_t mib = bytes / MIB + (bytes % MIB != 0);

  if (bytes % MIB != 0)
    report_loss (h->w->report, "ovf", "memory",
                 "%llu bytes of memory are no whole MiB: %llu MiB are written",
                 (unsigned long long)bytes, (unsigned long long)mib);
  i->kept_id = "memory";
  i->configuration = configuration;
  i->name = xasprintf ("%lluMB of memory", (unsigned long long)mib);
  i->units = "byte * 2^20";
  i->quantity = mib;
}

/* All values of one kind share an InstanceID: they are alternatives
 * (OVF-VH-005). */
static void
add_processors (struct hardware *h)
{
  const char *cpu_id = new_instance (h), *memory_id = new_instance (h);
  bool cpus = false, memory = false;

  VECTOR_FOR (v, &h->m->variants) {
    cpus = cpus || v->cpus > 0;
    memory = memory || v->memory > 0;
  }
  if (!cpus && h->m->cpus > 0)
    add_cpus (h, cpu_id, NULL, h->m->cpus, h->m->cores_per_socket);
  VECTOR_FOR (v, &h->m->variants)
    if (v->cpus > 0)
      add_cpus (h, cpu_id, v->configuration, v->cpus, v->cores_per_socket);
  if (!memory && h->m->memory > 0)
    add_memory (h, memory_id, NULL, h->m->memory);
  VECTOR_FOR (v, &h->m->variants)
    if (v->memory > 0)
      add_memory (h, memory_id, v->configuration, v->memory);
}

/* ---- controllers ------------------------------------------------------ */
static const struct bus_row {
  enum bus bus;
  unsigned type;
  const char *sub_type, *title;
} bus_rows[] = {
  { BUS_IDE, CIM_IDE, NULL, "IDE Controller" },
  { BUS_SCSI, CIM_SCSI, "lsilogic", "SCSI Controller" },
  { BUS_SATA, CIM_OTHER_STORAGE, "vmware.sata.ahci", "SATA Controller" },
  { BUS_NVME, CIM_OTHER_STORAGE, "vmware.nvme.controller", "NVMe Controller" },
  { BUS_USB, CIM_USB, "vmware.usb.ehci", "USB Controller" },
  { BUS_VIRTIO_SCSI, CIM_SCSI, "VirtioSCSI", "SCSI Controller" },
};

/* The way a bus is said.  SATA stands for those OVF has no word for: of all
 * controllers AHCI finds a driver in most guests, and it has room for 30
 * disks.  Only VirtualBox knows virtio (ovf-spec.md 3.1); VMware refuses a
 * package with a controller that it does not know. */
static const struct bus_row *
bus_row (const struct hardware *h, const struct controller *c, bool used)
{
  enum bus bus = c->bus;

  if ((bus == BUS_VIRTIO_SCSI && !h->virtualbox) || (bus == BUS_USB && used))
    bus = BUS_SATA;
  for (size_t i = 0; i < ARRAY_SIZE (bus_rows); i++)
    if (bus_rows[i].bus == bus)
      return &bus_rows[i];
  return &bus_rows[2];
}

/* A drive of a floppy bus needs no controller, nor does one whose controller
 * the source did not name. */
static bool
is_written (const struct controller *c)
{
  return c->bus != BUS_FLOPPY && (c->bus != BUS_UNKNOWN || c->model != NULL);
}

static void
add_controller (struct hardware *h, size_t n)
{
  const struct controller *c = &h->m->controllers.ptr[n];
  const struct bus_row *row = bus_row (h, c, h->used[n]);
  bool same = row->bus == c->bus;
  const char *id = instance_of (h, c->id);
  struct out_item *i = add_item (h, row->type, id);

  h->controllers[n] = id;
  i->kept_id = c->id;
  i->configuration = c->configuration;
  i->address = same ? c->index : h->next_sata++;
  i->name = xasprintf ("%s %u", row->title, i->address);
  i->optional = row->bus == BUS_USB;
  i->sub_type = same ? sub_type_of (h, HW_CONTROLLER, c->model, row->sub_type)
                     : row->sub_type;
  if (!same || c->bus == BUS_USB) {
    struct own_device *d = add_own (h, id, i->sub_type);
    d->bus = bus_word (c->bus);
    d->index = c->index;
    d->model = c->model ? c->model : "";
    if (!same)
      report_add (h->w->report, OVF_NOTE, "OVF-WRITE-001", NULL, 0, NULL,
                  "OVF has no '%s' controller: '%s' is written", bus_word (c->bus),
                  row->sub_type);
  }
  else if (!reads_back (HW_CONTROLLER, i->sub_type, c->model))
    add_own (h, id, i->sub_type)->model = c->model ? c->model : "";
}

static size_t
find_controller (const struct machine *m, const struct drive *d)
{
  for (size_t i = 0; i < m->controllers.len; i++)
    if (m->controllers.ptr[i].bus == d->bus
        && m->controllers.ptr[i].index == d->controller)
      return i;
  return NO_INDEX;
}

static void
add_controllers (struct hardware *h)
{
  const controllers *v = &h->m->controllers;

  VECTOR_FOR (d, &h->m->drives) {
    size_t c = find_controller (h->m, d);
    if (c != NO_INDEX)
      h->used[c] = true;
  }
  VECTOR_FOR (c, v)
    if (c->bus == BUS_SATA && c->index < INT_MAX && c->index >= h->next_sata)
      h->next_sata = c->index + 1;
  for (size_t i = 0; i < v->len; i++)
    if (is_written (&v->ptr[i]))
      add_controller (h, i);
}

/* ---- drives ----------------------------------------------------------- */
static const struct {
  unsigned type;
  const char *title, *with_medium, *empty;
} drive_rows[] = {
  [DRIVE_DISK] = { CIM_DISK, "Hard Disk", NULL, NULL },
  [DRIVE_CDROM] = { CIM_CD, "CD/DVD drive", "vmware.cdrom.iso",
                    "vmware.cdrom.remotepassthrough" },
  [DRIVE_FLOPPY] = { CIM_FLOPPY, "Floppy drive", "vmware.floppy.image",
                     "vmware.floppy.remotedevice" },
};

/* VMware's section holds one device.  It is a foreign section, which the
 * official schema does not allow, so only a source that may have had one gets
 * it; our element holds every other order. */
static bool
has_one_boot_device (const struct hardware *h)
{
  unsigned n = 0;

  VECTOR_FOR (d, &h->m->drives)
    n += d->boot_order > 0;
  VECTOR_FOR (nic, &h->m->nics)
    n += nic->boot_order > 0;
  return n == 1 && h->w->a->ovf_version != NULL;
}

static void
note_boot (struct hardware *h, const char *id, const char *type, unsigned order)
{
  if (order == 1 && h->one_boot_device) {
    h->boot_id = id;
    h->boot_type = type;
  }
  else if (order > 0)
    add_own (h, id, NULL)->boot_order = order;
}

static const char *const boot_words[] = {
  [DRIVE_DISK] = "disk", [DRIVE_CDROM] = "cdrom", [DRIVE_FLOPPY] = "floppy",
};

static void
add_drive (struct hardware *h, const struct drive *d, unsigned number)
{
  const char *id = instance_of (h, d->id);
  struct out_item *i = add_item (h, drive_rows[d->kind].type, id);
  bool medium = d->disk != NO_INDEX || d->file != NO_INDEX;
  size_t c = find_controller (h->m, d);

  i->kept_id = d->id;
  i->configuration = d->configuration;
  i->name = xasprintf ("%s %u", drive_rows[d->kind].title, number);
  i->parent = c != NO_INDEX ? h->controllers[c] : NULL;
  if (i->parent != NULL || d->unit > 0 || d->kind == DRIVE_FLOPPY)
    i->unit = d->unit;
  if (!h->w->plain_devices)
    i->sub_type = medium ? drive_rows[d->kind].with_medium : drive_rows[d->kind].empty;
  i->host_resource = host_resource (h->w->a, d->disk, d->file);
  i->connected = d->connected;
  note_boot (h, id, boot_words[d->kind], d->boot_order);
  if (d->read_only)
    add_own (h, id, NULL)->read_only = true;
  if (d->name != NULL)
    add_own (h, id, NULL)->name = d->name;
  if (d->disk != NO_INDEX && h->w->a->disks.ptr[d->disk].read_only)
    add_own (h, id, NULL)->disk_read_only = true;
  if (d->device != NULL && !medium)
    report_loss (h->w->report, "ovf", "host-device",
                 "%s is '%s' of the host: an empty drive is written", i->name,
                 d->device);
}

static void
add_drives (struct hardware *h)
{
  unsigned numbers[3] = { 0 };

  VECTOR_FOR (d, &h->m->drives)
    add_drive (h, d, ++numbers[d->kind]);
}

/* ---- network adapters -------------------------------------------------- */
static void
add_nic (struct hardware *h, const struct nic *n, unsigned number)
{
  const char *id = instance_of (h, n->id);
  struct out_item *i = add_item (h, CIM_ETHERNET, id);

  i->kept_id = n->id;
  i->configuration = n->configuration;
  i->name = xasprintf ("Network adapter %u", number);
  i->mac = n->mac;
  i->connection = out_network (n);
  i->connected = n->connected;
  if (n->model != NULL)
    i->sub_type = sub_type_of (h, HW_NIC, n->model, "E1000");
  if (!reads_back (HW_NIC, i->sub_type, n->model)) {
    add_own (h, id, i->sub_type)->model = n->model;
    report_add (h->w->report, OVF_NOTE, "OVF-WRITE-002", NULL, 0, NULL,
                "OVF has no '%s' adapter: '%s' is written", n->model,
                i->sub_type);
  }
  if (n->attachment != ATTACH_UNKNOWN)
    add_own (h, id, i->sub_type)->attachment = attachment_word (n->attachment);
  note_boot (h, id, "net", n->boot_order);
}

static void
add_nics (struct hardware *h)
{
  unsigned number = 0;

  VECTOR_FOR (n, &h->m->nics)
    add_nic (h, n, ++number);
}

/* ---- the rest ---------------------------------------------------------- */
static void
add_optional (struct hardware *h, unsigned type, const char *sub_type,
              const char *name, unsigned number)
{
  struct out_item *i = add_item (h, type, new_instance (h));

  i->optional = true;
  i->sub_type = sub_type;
  i->name = number > 0 ? xasprintf ("%s %u", name, number) : xstrdup (name);
  i->connected = NO;
}

/* What an OVF source said of such devices goes back as it was; the model
 * knows only a summary of it. */
static bool
said_otherwise (const struct hardware *h, const char *kind)
{
  return any_kept (&h->m->extras, kind);
}

static void
add_ports (struct hardware *h)
{
  unsigned serials = said_otherwise (h, "item serial") ? 0 : h->m->serials;
  unsigned parallels = said_otherwise (h, "item parallel") ? 0 : h->m->parallels;

  for (unsigned i = 1; i <= serials; i++)
    add_optional (h, CIM_SERIAL, h->w->plain_devices ? NULL : "vmware.serialport.device",
                  "Serial port", i);
  for (unsigned i = 1; i <= parallels; i++)
    add_optional (h, CIM_PARALLEL, h->w->plain_devices ? NULL : "vmware.parallelport.device",
                  "Parallel port", i);
}

static void
add_others (struct hardware *h)
{
  const struct machine *m = h->m;
  bool usb = said_otherwise (h, "item usb");

  VECTOR_FOR (c, &m->controllers)
    usb = usb || (c->bus == BUS_USB && !h->used[c - m->controllers.ptr]);
  if (m->usb == YES && !usb)
    add_optional (h, CIM_USB, "vmware.usb.ehci", "USB Controller", 0);
  add_ports (h);
  if (m->video != NULL && !said_otherwise (h, "item video"))
    add_optional (h, CIM_GRAPHICS, m->video, "Video card", 0);
  if (m->sound != NULL && !said_otherwise (h, "item sound")) {
    const char *word
      = sub_type_of (h, HW_SOUND, m->sound, "vmware.soundcard.hdaudio");
    add_optional (h, CIM_SOUND, word, "Sound card", 0);
    h->own.sound = reads_back (HW_SOUND, word, m->sound) ? NULL : m->sound;
  }
  if (m->tpm == YES && !said_otherwise (h, "item tpm"))
    add_optional (h, CIM_OTHER, "vmware.vtpm", "Virtual TPM", 0);
}

/* ---- the section -------------------------------------------------------- */
/* VMware refuses a machine without a family: vmx-13 (ESXi 6.5) is the first
 * with NVMe and secure boot, vmx-14 with a TPM. */
static char *
families (struct hardware *h)
{
  const struct machine *m = h->m;
  char *all = NULL;

  VECTOR_FOR (f, &m->hardware) {
    char *more = all ? xasprintf ("%s %s", all, *f) : xstrdup (*f);
    free (all);
    all = more;
  }
  if (all != NULL)
    return all;
  h->own.family = m->tpm == YES ? "vmx-14" : "vmx-13";
  return xstrdup (h->own.family);
}

static void
write_system (struct hardware *h)
{
  struct xmlw *x = &h->w->x;
  CLEANUP_FREE char *family = families (h);

  xmlw_start (x, "System");
  xmlw_element (x, "vssd:ElementName", "Virtual Hardware Family");
  xmlw_element (x, "vssd:InstanceID", "0");
  xmlw_element (x, "vssd:VirtualSystemIdentifier", h->m->name);
  xmlw_element (x, "vssd:VirtualSystemType", family);
  xmlw_end (x);
}

static void
write_settings (struct hardware *h)
{
  static const struct extra optional;
  const struct machine *m = h->m;
  const char *firmware = m->firmware == FIRMWARE_UEFI ? "efi" : "bios";

  if (m->firmware != FIRMWARE_UNKNOWN)
    write_config (h->w, "vmw:Config", "firmware", firmware, &optional);
  if (m->secure_boot != UNSET)
    write_config (h->w, "vmw:Config", "bootOptions.efiSecureBootEnabled",
                  m->secure_boot == YES ? "true" : "false", &optional);
  write_configs (h->w, &m->extras, "config", "vmw:Config");
  write_configs (h->w, &m->extras, "extraconfig", "vmw:ExtraConfig");
}

static void
start_hardware (struct hardware *h)
{
  CLEANUP_FREE char *transport = NULL;

  VECTOR_FOR (t, &h->m->transport) {
    char *more = transport ? xasprintf ("%s %s", transport, *t) : xstrdup (*t);
    free (transport);
    transport = more;
  }
  xmlw_start (&h->w->x, "VirtualHardwareSection");
  xmlw_attr (&h->w->x, "ovf:transport", transport);
  xmlw_element (&h->w->x, "Info", "Virtual hardware requirements");
  write_system (h);
}

static void
write_boot_order (struct hardware *h)
{
  struct xmlw *x = &h->w->x;

  if (h->boot_id == NULL)
    return;
  xmlw_start (x, "vmw:BootOrderSection");
  xmlw_attr (x, "ovf:required", "false");
  xmlw_attr (x, "vmw:instanceId", h->boot_id);
  xmlw_attr (x, "vmw:type", h->boot_type);
  xmlw_element (x, "Info", "The device that is booted first");
  xmlw_end (x);
}

static void
add_all (struct hardware *h)
{
  VECTOR_FOR (f, &h->m->hardware)
    h->virtualbox = h->virtualbox || strncmp (*f, "virtualbox-", 11) == 0;
  h->one_boot_device = has_one_boot_device (h);
  add_processors (h);
  add_controllers (h);
  add_drives (h);
  add_nics (h);
  add_others (h);
}

bool
write_hardware (struct writer *w, const struct machine *m, struct ovf_error **err)
{
  struct hardware h = { .w = w, .m = m };
  bool ok = items_begin (&h, err);

  if (ok) {
    add_all (&h);
    start_hardware (&h);
    ok = write_items (&h, err) && write_kept (w, &m->extras, "item", err);
  }
  if (ok) {
    write_settings (&h);
    ok = write_kept (w, &m->extras, "hardware", err);
    own_write (&w->x, w->a, m, &h.own, w->report);
    xmlw_end (&w->x);
    write_boot_order (&h);
  }
  items_end (&h);
  return ok;
}

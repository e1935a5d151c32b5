/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys of `set` that speak of devices: net.OLD, nic.N.*, disk.N.*. */
#include <inttypes.h>

#include "base/text.h"
#include "edit.h"
#include "model/maps.h"

bool
edit_number (const char *key, const char *text, unsigned *ret_n,
             const char **ret_rest, struct ovf_error **err)
{
  size_t n = strspn (text, "0123456789");
  CLEANUP_FREE char *digits = xstrndup (text, n);

  if (!parse_unsigned (digits, 0, 100000, ret_n)
      || (text[n] != '\0' && text[n] != '.'))
    return error_set (err, OVF_E_USAGE, "which one? '%s.%s' has no number", key,
                      text);
  if (ret_rest)
    *ret_rest = text[n] == '.' ? text + n + 1 : "";
  else if (text[n] != '\0')
    return error_set (err, OVF_E_USAGE, "nothing may follow the number in '%s.%s'",
                      key, text);
  return true;
}

static bool
no_such (const char *what, unsigned n, unsigned count, struct ovf_error **err)
{
  return error_set (err, OVF_E_USAGE, "there is no %s %u: the machine has %u, "
                    "counted from 0", what, n, count);
}

/* ---- networks -------------------------------------------------------- */

struct renaming {
  struct edit *edit;
  const char *old, *new;
};

static void
rename_connections (void *opaque, xmlNode *machine)
{
  const struct renaming *r = opaque;
  xmlNode *hardware
    = xml_child (machine, edit_ns (r->edit), "VirtualHardwareSection");

  if (hardware == NULL)
    return;
  EDIT_ITEMS (item, hardware)
    XML_FOR (n, item) {
      CLEANUP_FREE char *text = xml_text (n);

      if (xml_is (n, "*", "Connection") && strcmp (text, r->old) == 0)
        edit_set_text (n, r->new);
    }
}

static xmlNode *
find_network (const struct edit *e, const char *name)
{
  xmlNode *section = xml_child (e->root, edit_ns (e), "NetworkSection");

  if (section == NULL)
    return NULL;
  XML_FOR (n, section)
    if (xml_is (n, edit_ns (e), "Network") && edit_attr_is (n, "name", name))
      return n;
  return NULL;
}

bool
set_net (struct edit *e, const char *rest, const char *value,
         struct ovf_error **err)
{
  struct renaming r = { e, rest, value };
  xmlNode *network = find_network (e, rest);

  if (text_is_blank (value))
    return error_set (err, OVF_E_USAGE, "a network's name cannot be empty");
  if (network == NULL)
    return error_set (err, OVF_E_USAGE, "there is no network '%s'", rest);
  /* Two networks that become one are one. */
  if (find_network (e, value))
    edit_remove (network);
  else
    edit_set_attr (e, network, "name", value);
  edit_each_machine (e, rename_connections, &r);
  return true;
}

static bool
need_network (struct edit *e, const char *name)
{
  static const char *const order[] = { "References", "DiskSection",
                                       "NetworkSection", NULL };
  CLEANUP_FREE char *words = xasprintf ("The %s network", name);
  xmlNode *section = xml_child (e->root, edit_ns (e), "NetworkSection");
  xmlNode *network;

  if (find_network (e, name))
    return true;
  if (section == NULL) {
    section = edit_child (e->root, "NetworkSection", order);
    edit_insert (section, NULL, e->root->ns, "Info", "The list of networks");
  }
  network = edit_insert (section, NULL, e->root->ns, "Network", NULL);
  edit_set_attr (e, network, "name", name);
  edit_insert (network, NULL, e->root->ns, "Description", words);
  return true;
}

/* ---- NICs ------------------------------------------------------------ */

static bool
set_nic_network (struct edit *e, xmlNode *item, const char *value,
                 struct ovf_error **err)
{
  if (text_is_blank (value))
    return error_set (err, OVF_E_USAGE, "a network's name cannot be empty");
  item_set (item, "Connection", value);
  return need_network (e, value);
}

static bool
set_nic_model (struct edit *e, xmlNode *item, const char *value,
               struct ovf_error **err)
{
  const struct hwmodel *model = hwmodel_by_name (HW_NIC, value);

  (void)e;
  if (model == NULL || model->ovf == NULL) {
    error_set (err, OVF_E_USAGE, "'%s' is no model of a NIC", value);
    return error_hint (err, "e1000, e1000e, vmxnet3, virtio, pcnet32 ...");
  }
  item_set (item, "ResourceSubType", model->ovf);
  return true;
}

static bool
set_nic_mac (struct edit *e, xmlNode *item, const char *value,
             struct ovf_error **err)
{
  CLEANUP_FREE char *mac = text_mac (value);

  (void)e;
  if (mac == NULL)
    return error_set (err, OVF_E_USAGE, "'%s' is no MAC address", value);
  item_set (item, "Address", mac);
  return true;
}

bool
set_nic (struct edit *e, const char *rest, const char *value,
         struct ovf_error **err)
{
  static const struct {
    const char *word;
    bool (*set) (struct edit *, xmlNode *item, const char *value,
                 struct ovf_error **err);
  } rows[] = { { "network", set_nic_network },
               { "model", set_nic_model },
               { "mac", set_nic_mac } };
  xmlNode *hardware = edit_hardware (e, err), *item;
  const char *word;
  unsigned n, count;

  if (hardware == NULL || !edit_number ("nic", rest, &n, &word, err))
    return false;
  item = edit_nth (hardware, RES_ETHERNET, RES_ETHERNET, n, &count);
  if (item == NULL)
    return no_such ("NIC", n, count, err);
  for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
    if (strcmp (word, rows[i].word) == 0)
      return rows[i].set (e, item, value, err);
  error_set (err, OVF_E_USAGE, "a NIC has no '%s'", word);
  return error_hint (err, "network, model or mac");
}

/* ---- disks: where they are plugged in -------------------------------- */

static const struct bus_row {
  const char *word;
  unsigned type;
  const char *sub_type, *name; /* of a controller that is made */
  unsigned units, reserved;    /* reserved: the controller's own */
} buses[] = {
  { "ide", RES_IDE, "PIIX4", "IDE Controller", 2, 99 },
  { "scsi", RES_SCSI, "lsilogic", "SCSI Controller", 16, 7 },
  { "sata", RES_OTHER_STORAGE, "AHCI", "SATA Controller", 30, 99 },
  { "nvme", RES_OTHER_STORAGE, "vmware.nvme.controller", "NVMe Controller", 15,
    99 },
};

static bool
is_controller (const xmlNode *item, const struct bus_row *bus)
{
  bool nvme = item_text_is (item, "ResourceSubType", "vmware.nvme.controller");

  return item_type (item) == bus->type
         && (bus->type != RES_OTHER_STORAGE
             || nvme == (strcmp (bus->word, "nvme") == 0));
}

static const struct bus_row *
bus_of_controller (const xmlNode *controller)
{
  for (size_t i = 0; i < ARRAY_SIZE (buses); i++)
    if (is_controller (controller, &buses[i]))
      return &buses[i];
  return NULL;
}

/* The index-th controller of a bus: by its Address, else a running number. */
static xmlNode *
find_controller (xmlNode *hardware, const struct bus_row *bus, unsigned index,
                 unsigned *ret_count)
{
  xmlNode *found = NULL;

  *ret_count = 0;
  EDIT_ITEMS (item, hardware) {
    CLEANUP_FREE char *address = NULL;
    unsigned n = *ret_count;

    if (!is_controller (item, bus))
      continue;
    address = item_text (item, "Address");
    if (address)
      parse_unsigned (address, 0, 1000, &n);
    if (n == index && found == NULL)
      found = item;
    (*ret_count)++;
  }
  return found;
}

static xmlNode *
controller_of (xmlNode *hardware, const xmlNode *disk)
{
  CLEANUP_FREE char *parent = item_text (disk, "Parent");

  EDIT_ITEMS (item, hardware)
    if (parent && item_text_is (item, "InstanceID", parent))
      return item;
  return NULL;
}

static bool
is_taken (xmlNode *hardware, const xmlNode *disk, const char *parent,
          unsigned unit)
{
  CLEANUP_FREE char *text = xasprintf ("%u", unit);

  EDIT_ITEMS (item, hardware)
    if (item != disk && item_text_is (item, "Parent", parent)
        && item_text_is (item, "AddressOnParent", text))
      return true;
  return false;
}

/* Plugs the disk in: at its unit if that is free, else at the lowest. */
static bool
plug (xmlNode *hardware, xmlNode *disk, const xmlNode *controller,
      const struct bus_row *bus, struct ovf_error **err)
{
  CLEANUP_FREE char *parent = item_text (controller, "InstanceID");
  CLEANUP_FREE char *old = item_text (disk, "AddressOnParent");
  CLEANUP_FREE char *text = NULL;
  unsigned unit = 0;

  if (parent == NULL)
    return error_set (err, OVF_E_FORMAT, "the controller has no InstanceID");
  if (old == NULL || !parse_unsigned (old, 0, bus->units - 1, &unit)
      || unit == bus->reserved || is_taken (hardware, disk, parent, unit))
    for (unit = 0; unit < bus->units; unit++)
      if (unit != bus->reserved && !is_taken (hardware, disk, parent, unit))
        break;
  if (unit >= bus->units)
    return error_set (err, OVF_E_USAGE, "the %s controller is full", bus->word);
  text = xasprintf ("%u", unit);
  item_set (disk, "AddressOnParent", text);
  item_set (disk, "Parent", parent);
  return true;
}

static bool
set_disk_bus (struct edit *e, xmlNode *hardware, xmlNode *disk,
              const char *value, struct ovf_error **err)
{
  xmlNode *controller;
  unsigned count;

  (void)e;
  for (size_t i = 0; i < ARRAY_SIZE (buses); i++) {
    if (strcmp (value, buses[i].word) != 0)
      continue;
    controller = find_controller (hardware, &buses[i], 0, &count);
    if (controller == NULL) {
      controller = edit_new_item (hardware, disk, buses[i].type,
                                  buses[i].sub_type, buses[i].name);
      item_set (controller, "Address", "0");
    }
    return plug (hardware, disk, controller, &buses[i], err);
  }
  error_set (err, OVF_E_USAGE, "'%s' is no bus of a disk in a package", value);
  return error_hint (err, "ide, scsi, sata or nvme");
}

static const struct bus_row *
current_bus (xmlNode *hardware, const xmlNode *disk, struct ovf_error **err)
{
  const xmlNode *controller = controller_of (hardware, disk);
  const struct bus_row *bus = controller ? bus_of_controller (controller) : NULL;

  if (bus == NULL) {
    error_set (err, OVF_E_USAGE, "the disk is on no controller");
    error_hint (err, "set its bus first: disk.N.bus=sata");
  }
  return bus;
}

static bool
set_disk_controller (struct edit *e, xmlNode *hardware, xmlNode *disk,
                     const char *value, struct ovf_error **err)
{
  const struct bus_row *bus = current_bus (hardware, disk, err);
  xmlNode *controller;
  unsigned index, count;

  (void)e;
  if (bus == NULL)
    return false;
  if (!parse_unsigned (value, 0, 1000, &index))
    return error_set (err, OVF_E_USAGE, "'%s' is no number of a controller",
                      value);
  controller = find_controller (hardware, bus, index, &count);
  if (controller == NULL)
    return error_set (err, OVF_E_USAGE, "there is no %s controller %u, only %u "
                      "of them", bus->word, index, count);
  return plug (hardware, disk, controller, bus, err);
}

static bool
set_disk_unit (struct edit *e, xmlNode *hardware, xmlNode *disk,
               const char *value, struct ovf_error **err)
{
  const struct bus_row *bus = current_bus (hardware, disk, err);
  CLEANUP_FREE char *parent = item_text (disk, "Parent");
  CLEANUP_FREE char *text = NULL;
  unsigned unit;

  (void)e;
  if (bus == NULL)
    return false;
  if (!parse_unsigned (value, 0, bus->units - 1, &unit)
      || unit == bus->reserved)
    return error_set (err, OVF_E_USAGE, "'%s' is no unit of a %s controller",
                      value, bus->word);
  if (is_taken (hardware, disk, parent, unit))
    return error_set (err, OVF_E_USAGE, "unit %u of the %s controller is taken",
                      unit, bus->word);
  text = xasprintf ("%u", unit);
  item_set (disk, "AddressOnParent", text);
  return true;
}

bool
set_disk (struct edit *e, const char *rest, const char *value,
          struct ovf_error **err)
{
  static const struct {
    const char *word;
    bool (*set) (struct edit *, xmlNode *hardware, xmlNode *disk,
                 const char *value, struct ovf_error **err);
  } rows[] = { { "bus", set_disk_bus },
               { "controller", set_disk_controller },
               { "unit", set_disk_unit } };
  xmlNode *hardware = edit_hardware (e, err), *disk;
  const char *word;
  unsigned n, count;

  if (hardware == NULL || !edit_number ("disk", rest, &n, &word, err))
    return false;
  disk = edit_nth (hardware, RES_DISK, RES_LOGICAL_DISK, n, &count);
  if (disk == NULL)
    return no_such ("disk", n, count, err);
  for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
    if (strcmp (word, rows[i].word) == 0)
      return rows[i].set (e, hardware, disk, value, err);
  error_set (err, OVF_E_USAGE, "a disk has no '%s'", word);
  return error_hint (err, "bus, controller or unit");
}

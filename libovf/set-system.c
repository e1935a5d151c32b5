/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys of `set` that speak of a machine as a whole: name, cpus, memory, os. */
#include <inttypes.h>

#include "base/report.h"
#include "base/text.h"
#include "edit.h"
#include "model/maps.h"

#define MIB (UINT64_C (1) << 20)
#define CPUS_MAX 4096u

bool
set_name (struct edit *e, const char *rest, const char *value,
          struct ovf_error **err)
{
  static const char *const order[] = { "Info", "Name", NULL };
  xmlNode *name;

  (void)rest;
  if (text_is_blank (value))
    return error_set (err, OVF_E_USAGE, "a machine's name cannot be empty");
  if (!edit_choose_machine (e, err))
    return false;
  name = edit_child (e->machine, "Name", order);
  edit_set_text (name, value);
  edit_set_attr (e, name, "msgid", NULL); /* a translation would win */
  return true;
}

/* ---- quantities ------------------------------------------------------ */

/* "4096MB of memory", "2 virtual CPU(s)": the words follow the number. */
static void
follow (xmlNode *item, const char *child, const char *old, const char *new)
{
  CLEANUP_FREE char *text = item_text (item, child);
  CLEANUP_FREE char *changed = NULL;
  size_t n = text && old ? strspn (text, "0123456789") : 0;

  if (n == 0 || n != strlen (old) || strncmp (text, old, n) != 0)
    return;
  changed = xasprintf ("%s%s", new, text + n);
  item_set (item, child, changed);
}

static void
set_quantity (xmlNode *item, uint64_t n, bool same_unit)
{
  static const char *const words[] = { "ElementName", "Caption",
                                       "Description" };
  CLEANUP_FREE char *old = item_text (item, "VirtualQuantity");
  CLEANUP_FREE char *new = xasprintf ("%" PRIu64, n);

  item_set (item, "VirtualQuantity", new);
  for (size_t i = 0; same_unit && i < ARRAY_SIZE (words); i++)
    follow (item, words[i], old, new);
}

/* VirtualBox reads its own description of the machine rather than this. */
static void
warn_of_virtualbox (struct edit *e)
{
  if (xml_child (e->machine, "*", "Machine") == NULL)
    return;
  report_add (e->report, OVF_WARNING, "SET-VIRTUALBOX", e->file, 0, NULL,
              "the descriptor also holds VirtualBox's own description of the "
              "machine, which is left as it was");
  report_hint (e->report, "VirtualBox prefers it when it imports the package");
}

static xmlNode *
quantity_item (struct edit *e, unsigned type, const char *words,
               struct ovf_error **err)
{
  xmlNode *hardware = edit_hardware (e, err), *item;

  if (hardware == NULL)
    return NULL;
  warn_of_virtualbox (e);
  item = edit_quantity_item (e, hardware, type);
  if (item == NULL)
    item = edit_new_item (hardware, edit_item (xml_first (hardware)), type,
                          NULL, words);
  return item;
}

/* vmw:CoresPerSocket must divide the number of CPUs. */
static void
fit_cores (struct edit *e, xmlNode *item, unsigned cpus)
{
  CLEANUP_FREE char *text = item_text (item, "CoresPerSocket");
  unsigned cores;

  if (text == NULL || !parse_unsigned (text, 1, UINT32_MAX, &cores)
      || cpus % cores == 0)
    return;
  item_set (item, "CoresPerSocket", "1");
  report_add (e->report, OVF_NOTE, "SET-CORES", e->file, xml_line (item), NULL,
              "%u CPUs are no sockets of %u cores: one core a socket now",
              cpus, cores);
}

bool
set_cpus (struct edit *e, const char *rest, const char *value,
          struct ovf_error **err)
{
  unsigned cpus;
  xmlNode *item;

  (void)rest;
  if (!parse_unsigned (value, 1, CPUS_MAX, &cpus))
    return error_set (err, OVF_E_USAGE, "'%s' is no number of CPUs", value);
  item = quantity_item (e, RES_CPU, "CPUs", err);
  if (item == NULL)
    return false;
  set_quantity (item, cpus, true);
  fit_cores (e, item, cpus);
  return true;
}

bool
set_memory (struct edit *e, const char *rest, const char *value,
            struct ovf_error **err)
{
  CLEANUP_FREE char *units = NULL;
  uint64_t bytes, unit = 1;
  xmlNode *item;
  bool standard, usable;

  (void)rest;
  if (!parse_size (value, &bytes) || bytes == 0 || bytes % MIB != 0) {
    error_set (err, OVF_E_USAGE, "'%s' is no size of memory", value);
    return error_hint (err, "whole MiB: 512M, 2G");
  }
  item = quantity_item (e, RES_MEMORY, "Memory", err);
  if (item == NULL)
    return false;
  units = item_text (item, "AllocationUnits");
  usable = units && parse_units (units, "byte", &unit, &standard)
           && bytes % unit == 0;
  if (!usable) {
    unit = MIB;
    item_set (item, "AllocationUnits", "byte * 2^20");
  }
  set_quantity (item, bytes / unit, usable);
  return true;
}

/* ---- operating system ------------------------------------------------ */

static void
set_vmware_type (struct edit *e, xmlNode *section, const char *word)
{
  if (word)
    xmlSetNsProp (section, edit_declare (e, VMW_NS, "vmw"),
                  (const xmlChar *)"osType", (const xmlChar *)word);
  else
    edit_set_attr (e, section, "osType", NULL);
}

/* vbox:OSType would win in VirtualBox. */
static void
set_virtualbox_type (xmlNode *section, const char *word)
{
  xmlNode *n = xml_child (section, "*", "OSType");

  if (n == NULL)
    return;
  if (word)
    edit_set_text (n, word);
  else
    edit_remove (n);
}

bool
set_os (struct edit *e, const char *rest, const char *value,
        struct ovf_error **err)
{
  static const char *const order[] = { "Info", "License", "Description", NULL };
  const struct ostype *row = ostype_by_any (value);
  CLEANUP_FREE char *id = NULL;
  xmlNode *section, *description;
  const char *title;

  (void)rest;
  if (row == NULL) {
    error_set (err, OVF_E_USAGE, "'%s' is no operating system", value);
    return error_hint (err, "a CIM number, or a name that VMware, VirtualBox or "
                            "libosinfo uses: 94, debian12_64Guest, debian12");
  }
  if (!edit_choose_machine (e, err))
    return false;
  warn_of_virtualbox (e);
  section = edit_section (e, e->machine, "OperatingSystemSection",
                          "The operating system installed");
  id = xasprintf ("%d", row->cim_id);
  edit_set_attr (e, section, "id", id);
  edit_set_attr (e, section, "version", NULL);
  set_vmware_type (e, section, row->vmware);
  set_virtualbox_type (section, row->virtualbox);
  title = row->title ? row->title : cim_os_title (row->cim_id);
  description = edit_child (section, "Description", order);
  edit_set_text (description, title ? title : value);
  edit_set_attr (e, description, "msgid", NULL);
  return true;
}

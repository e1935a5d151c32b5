/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model as ova.xml: version, and the objects VM, VDI, VBD, VIF, network
 * and SR with all their fields, as one line without white space of ours: that
 * is how XAPI writes it, and its parser was never shown anything else. */
#include "xva.h"

#include <inttypes.h>

#include "base/text.h"

#define DEFAULT_MEMORY (UINT64_C (1) << 30)
#define EXPORT_VSN "2"      /* a sum behind each chunk */

/* ---- fields ---------------------------------------------------------------------- */
static struct xva_override *
override (xva_overrides *v, const char *name)
{
  struct xva_override *o;

  VECTOR_FOR (known, v)
    if (strcmp (known->name, name) == 0)
      return known;
  o = xva_overrides_add (v);
  o->name = name;
  return o;
}

void
xva_set (xva_overrides *v, const char *name, char *text)
{
  struct xva_override *o = override (v, name);

  free (o->text);
  o->text = text;
}

void
xva_add (xva_overrides *v, const char *name, const char *item)
{
  strings_append (&override (v, name)->items, xstrdup (item));
}

void
xva_put (xva_overrides *v, const char *map, const char *key, const char *value)
{
  struct xva_override *o = override (v, map);

  for (size_t i = 0; i < o->items.len; i += 2)
    if (strcmp (o->items.ptr[i], key) == 0) {
      set_string (&o->items.ptr[i + 1], value);
      return;
    }
  strings_append (&o->items, xstrdup (key));
  strings_append (&o->items, xstrdup (value));
}

/* XML has no word for control characters. */
static char *
plain (const char *s)
{
  char *t = xstrdup (s ? s : "");

  for (char *c = t; *c != '\0'; c++)
    if ((unsigned char)*c < 0x20 && strchr ("\t\n", *c) == NULL)
      *c = ' ';
  return t;
}

static void
put_typed (struct xmlw *w, const char *element, const char *text)
{
  xmlw_start (w, "value");
  xmlw_element (w, element, text);
  xmlw_end (w);
}

static void
put_set (struct xmlw *w, const strings *items)
{
  xmlw_start (w, "value");
  xmlw_start (w, "array");
  xmlw_start (w, "data");
  for (size_t i = 0; items != NULL && i < items->len; i++)
    xva_put_text (w, items->ptr[i]);
  xva_end (w, 3);
}

static void
put_map (struct xmlw *w, const strings *items)
{
  xva_begin_struct (w);
  for (size_t i = 0; items != NULL && i + 1 < items->len; i += 2) {
    CLEANUP_FREE char *key = plain (items->ptr[i]);
    CLEANUP_FREE char *value = plain (items->ptr[i + 1]);
    xva_begin_member (w, key);
    xva_put_text (w, value);
    xmlw_end (w);
  }
  xva_end (w, 2);
}

static void
put_field (struct xmlw *w, const struct xva_row *row, const struct xva_override *o)
{
  const char *text = o && o->text ? o->text : row->usual;
  CLEANUP_FREE char *clean = plain (text);

  xva_begin_member (w, row->name);
  switch (row->type) {
  case XVA_TEXT: xva_put_text (w, clean); break;
  case XVA_BOOL: put_typed (w, "boolean", clean); break;
  case XVA_DATE: put_typed (w, "dateTime.iso8601", clean); break;
  case XVA_SET: put_set (w, o ? &o->items : NULL); break;
  case XVA_MAP: put_map (w, o ? &o->items : NULL); break;
  }
  xmlw_end (w);
}

static void
put_pair (struct xmlw *w, const char *name, const char *value)
{
  xva_begin_member (w, name);
  xva_put_text (w, value);
  xmlw_end (w);
}

void
xva_object (struct xva_writer *x, const char *class_name, const char *ref,
            const struct xva_row *rows, xva_overrides *v)
{
  struct xmlw *w = &x->w;

  xva_begin_struct (w);
  put_pair (w, "class", class_name);
  put_pair (w, "id", ref);
  xva_begin_member (w, "snapshot");
  xva_begin_struct (w);
  for (; rows->name != NULL; rows++) {
    const struct xva_override *found = NULL;
    VECTOR_FOR (o, v)
      if (strcmp (o->name, rows->name) == 0)
        found = o;
    put_field (w, rows, found);
  }
  xva_end (w, 5);
  VECTOR_FOR (o, v) {
    free (o->text);
    strings_free (&o->items);
  }
  free (v->ptr);
  memset (v, 0, sizeof *v);
}

static char *
number (uint64_t n)
{
  return xasprintf ("%" PRIu64, n);
}

/* ---- the machine -------------------------------------------------------------------- */
static void
put_extras (const struct xva_writer *x, xva_overrides *v)
{
  VECTOR_FOR (e, &x->m->extras) {
    if (strcmp (e->owner, XVA_OWNER) != 0)
      continue;
    if (strncmp (e->key, "tag ", 4) == 0)
      xva_add (v, "tags", e->key + 4);
    for (const struct xva_row *row = xva_vm_rows; row->name != NULL; row++) {
      size_t n = strlen (row->name);
      if (strncmp (e->key, row->name, n) != 0)
        continue;
      if (e->key[n] == '\0' && (row->type == XVA_TEXT || row->type == XVA_BOOL))
        xva_set (v, row->name, xstrdup (e->value));
      else if (e->key[n] == ' ' && row->type == XVA_MAP)
        xva_put (v, row->name, e->key + n + 1, e->value ? e->value : "");
    }
  }
}

static void
put_identity (const struct xva_writer *x, xva_overrides *v)
{
  const struct machine *m = x->m;
  char *text = machine_text (m);

  xva_set (v, "uuid", m->uuid ? xstrdup (m->uuid) : xva_uuid (x, x->vm));
  xva_set (v, "name_label", xstrdup (m->name ? m->name : m->id ? m->id : "vm"));
  if (text != NULL)
    xva_set (v, "name_description", text);
}

static void
put_os (const struct os *os, xva_overrides *v)
{
  const struct { const char *key, *value; } rows[] = {
    { XVA_OS "vmware", os->vmware },
    { XVA_OS "virtualbox", os->virtualbox },
    { XVA_OS "osinfo", os->osinfo },
    { XVA_OS "version", os->version },
  };
  CLEANUP_FREE char *cim = xasprintf ("%d", os->cim_id);

  xva_put (v, "other_config", "base_template_name",
           os->description ? os->description : "Other install media");
  for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
    if (rows[i].value != NULL)
      xva_put (v, "other_config", rows[i].key, rows[i].value);
  if (os->cim_id >= 0)
    xva_put (v, "other_config", XVA_OS "cim", cim);
}

/* Without a balloon all four are one; what an XVA said otherwise comes with
 * the extras. */
static void
put_size (const struct xva_writer *x, xva_overrides *v)
{
  static const char *const fields[] = {
    "memory_static_max", "memory_dynamic_max", "memory_dynamic_min", "memory_target"
  };
  const struct machine *m = x->m;
  unsigned cpus = m->cpus ? m->cpus : 1;

  if (m->memory == 0)
    report_add (x->report, OVF_WARNING, "HW-MEMORY", NULL, 0, NULL,
                "the source does not say how much memory: 1 GiB is written");
  for (size_t i = 0; i < ARRAY_SIZE (fields); i++)
    xva_set (v, fields[i], number (m->memory ? m->memory : DEFAULT_MEMORY));
  xva_set (v, "VCPUs_max", number (cpus));
  xva_set (v, "VCPUs_at_startup", number (cpus));
  if (m->start_order > 0)
    xva_set (v, "order", number (m->start_order));
}

/* ---- booting -------------------------------------------------------------------------- */
struct boot_letter {
  unsigned order;
  char letter;
};

static int
by_order (const void *a, const void *b)
{
  return (int)((const struct boot_letter *)a)->order - (int)((const struct boot_letter *)b)->order;
}

static void
note_letter (struct boot_letter *l, unsigned order)
{
  if (order > 0 && order <= INT32_MAX && (l->order == 0 || order < l->order))
    l->order = order;
}

/* "cdn" where nothing is said: disk, CD, network. */
static char *
boot_order (const struct machine *m)
{
  struct boot_letter all[] = { { 0, 'c' }, { 0, 'd' }, { 0, 'n' } };
  char order[4] = "";
  size_t n = 0;

  VECTOR_FOR (d, &m->drives)
    if (d->kind != DRIVE_FLOPPY)
      note_letter (&all[d->kind == DRIVE_CDROM], d->boot_order);
  VECTOR_FOR (nic, &m->nics)
    note_letter (&all[2], nic->boot_order);
  qsort (all, ARRAY_SIZE (all), sizeof *all, by_order);
  for (size_t i = 0; i < ARRAY_SIZE (all); i++)
    if (all[i].order > 0)
      order[n++] = all[i].letter;
  return xstrdup (n > 0 ? order : "cdn");
}

static void
put_pv (const struct xva_writer *x, xva_overrides *v)
{
  const struct machine *m = x->m;

  xva_set (v, "domain_type", xstrdup ("pv"));
  /* Without a kernel of the host one from the guest's own disk. */
  xva_set (v, "PV_bootloader",
           xstrdup (m->bootloader ? m->bootloader : m->kernel ? "" : "pygrub"));
  xva_set (v, "PV_kernel", xstrdup (m->kernel ? m->kernel : ""));
  xva_set (v, "PV_ramdisk", xstrdup (m->ramdisk ? m->ramdisk : ""));
  xva_set (v, "PV_args", xstrdup (m->cmdline ? m->cmdline : ""));
}

static void
put_hvm (const struct xva_writer *x, xva_overrides *v)
{
  const struct machine *m = x->m;
  bool uefi = m->firmware == FIRMWARE_UEFI || m->secure_boot == YES;
  CLEANUP_FREE char *order = boot_order (m);

  xva_set (v, "HVM_boot_policy", xstrdup ("BIOS order"));
  xva_put (v, "HVM_boot_params", "order", order);
  xva_put (v, "HVM_boot_params", "firmware", uefi ? "uefi" : "bios");
  xva_put (v, "platform", "acpi", "1");
  xva_put (v, "platform", "apic", "true");
  xva_put (v, "platform", "pae", "true");
  xva_put (v, "platform", "nx", "true");
  xva_put (v, "platform", "hpet", "true");
  xva_put (v, "platform", "viridian", "false");
  xva_put (v, "platform", "device-model",
           uefi ? "qemu-upstream-uefi" : "qemu-upstream-compat");
  if (m->secure_boot != UNSET)
    xva_put (v, "platform", "secureboot", m->secure_boot == YES ? "true" : "false");
  if (m->usb != UNSET)
    xva_put (v, "platform", "usb", m->usb == YES ? "true" : "false");
  if (m->video != NULL)
    xva_put (v, "platform", "vga", strcmp (m->video, "cirrus") == 0 ? "cirrus" : "std");
  if (m->serials > 0)
    xva_put (v, "other_config", "hvm_serial", "pty");
}

static const char *
emulated_nic (const struct machine *m)
{
  const char *model = m->nics.len > 0 ? m->nics.ptr[0].model : NULL;

  return model && (strcmp (model, "e1000") == 0 || strcmp (model, "rtl8139") == 0) ? model
                                                                                  : NULL;
}

static void
put_vm (struct xva_writer *x)
{
  const struct machine *m = x->m;
  CLEANUP_FREE char *cores = xasprintf ("%u", m->cores_per_socket);
  xva_overrides v = { 0 };

  put_identity (x, &v);
  put_os (&m->os, &v);
  put_size (x, &v);
  if (x->pv)
    put_pv (x, &v);
  else
    put_hvm (x, &v);
  if (m->cores_per_socket > 0)
    xva_put (&v, "platform", "cores-per-socket", cores);
  if (!x->pv && emulated_nic (m) != NULL)
    xva_put (&v, "platform", "nic_type", emulated_nic (m));
  VECTOR_FOR (d, &x->drives)
    xva_add (&v, "VBDs", d->vbd);
  VECTOR_FOR (n, &x->nics)
    xva_add (&v, "VIFs", n->vif);
  put_extras (x, &v);
  xva_object (x, "VM", x->vm, xva_vm_rows, &v);
}

/* ---- devices ------------------------------------------------------------------------------ */
static bool
is_boot_disk (const struct xva_writer *x, const struct xva_drive *d)
{
  const struct xva_drive *best = NULL;

  VECTOR_FOR (o, &x->drives) {
    if (o->vdi == NULL)
      continue;
    if (o->drive->boot_order == 1)
      return o == d;
    if (best == NULL || o->position < best->position)
      best = o;
  }
  return d == best;
}

static void
put_vbd (struct xva_writer *x, const struct xva_drive *d)
{
  bool cd = d->drive->kind == DRIVE_CDROM;
  bool read_only = cd || d->drive->read_only
                   || (d->drive->disk != NO_INDEX && x->a->disks.ptr[d->drive->disk].read_only);
  xva_overrides v = { 0 };

  xva_set (&v, "uuid", xva_uuid (x, d->vbd));
  xva_set (&v, "VM", xstrdup (x->vm));
  xva_set (&v, "VDI", xstrdup (d->vdi ? d->vdi : XVA_NULL));
  xva_set (&v, "userdevice", number (d->position));
  xva_set (&v, "bootable", xstrdup (is_boot_disk (x, d) ? "1" : "0"));
  xva_set (&v, "mode", xstrdup (read_only ? "RO" : "RW"));
  xva_set (&v, "type", xstrdup (cd ? "CD" : "Disk"));
  xva_set (&v, "unpluggable", xstrdup (cd ? "0" : "1"));
  xva_set (&v, "empty", xstrdup (d->vdi ? "0" : "1"));
  xva_object (x, "VBD", d->vbd, xva_vbd_rows, &v);
}

static bool
comes_first (const struct xva_writer *x, const struct xva_drive *d)
{
  VECTOR_FOR (o, &x->drives) {
    if (o == d)
      return true;
    if (o->vdi != NULL && strcmp (o->vdi, d->vdi) == 0)
      return false;
  }
  return true;
}

static void
put_vdi (struct xva_writer *x, const struct xva_drive *d)
{
  const struct disk *disk = &x->a->disks.ptr[d->drive->disk];
  uint64_t size = disk->capacity != NO_SIZE ? disk->capacity : 0;
  xva_overrides v = { 0 };

  xva_set (&v, "uuid", xva_uuid (x, d->vdi));
  xva_set (&v, "name_label", xasprintf ("%s %u", x->m->name ? x->m->name : "disk", d->position));
  xva_set (&v, "SR", xstrdup (x->sr));
  VECTOR_FOR (o, &x->drives)
    if (o->vdi != NULL && strcmp (o->vdi, d->vdi) == 0)
      xva_add (&v, "VBDs", o->vbd);
  xva_set (&v, "virtual_size", number (size));
  xva_set (&v, "physical_utilisation", number (size));
  xva_set (&v, "location", xva_uuid (x, d->vdi));
  xva_set (&v, "sharable", xstrdup (disk->shared ? "1" : "0"));
  xva_set (&v, "read_only", xstrdup (disk->read_only ? "1" : "0"));
  xva_object (x, "VDI", d->vdi, xva_vdi_rows, &v);
}

static void
put_sr (struct xva_writer *x)
{
  xva_overrides v = { 0 };

  xva_set (&v, "uuid", xva_uuid (x, x->sr));
  xva_set (&v, "name_label", xstrdup ("Local storage"));
  VECTOR_FOR (d, &x->drives)
    if (d->vdi != NULL && comes_first (x, d))
      xva_add (&v, "VDIs", d->vdi);
  xva_object (x, "SR", x->sr, xva_sr_rows, &v);
}

static void
put_vif (struct xva_writer *x, const struct xva_nic *n, unsigned device)
{
  xva_overrides v = { 0 };

  xva_set (&v, "uuid", xva_uuid (x, n->vif));
  xva_set (&v, "device", number (device));
  xva_set (&v, "network", xstrdup (n->network));
  xva_set (&v, "VM", xstrdup (x->vm));
  xva_set (&v, "MAC", xstrdup (n->nic->mac ? n->nic->mac : ""));
  xva_set (&v, "MAC_autogenerated", xstrdup (n->nic->mac ? "0" : "1"));
  xva_object (x, "VIF", n->vif, xva_vif_rows, &v);
}

static void
put_network (struct xva_writer *x, const struct xva_net *net)
{
  const struct nic *nic = NULL;
  xva_overrides v = { 0 };

  VECTOR_FOR (n, &x->nics)
    if (strcmp (n->network, net->ref) == 0) {
      xva_add (&v, "VIFs", n->vif);
      nic = nic ? nic : n->nic;
    }
  VECTOR_FOR (n, &x->a->networks)
    if (n->name && n->description && strcmp (n->name, net->name) == 0)
      xva_set (&v, "name_description", xstrdup (n->description));
  xva_set (&v, "uuid", xva_uuid (x, net->ref));
  xva_set (&v, "name_label", xstrdup (net->name));
  if (nic != NULL && nic->attachment == ATTACH_BRIDGE)
    xva_set (&v, "bridge", xstrdup (net->name));
  xva_object (x, "network", net->ref, xva_network_rows, &v);
}

/* ---- the whole ------------------------------------------------------------------------------ */
static void
put_version (struct xmlw *w)
{
  static const struct { const char *name, *value; } rows[] = {
    { "hostname", "localhost" },    { "date", "19700101T00:00:00Z" },
    { "product_version", "8.0.0" }, { "product_brand", "ovftool" },
    { "build_number", "0" },        { "xapi_major", "1" },
    { "xapi_minor", "3" },          { "export_vsn", EXPORT_VSN },
  };

  xva_begin_member (w, "version");
  xva_begin_struct (w);
  for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
    put_pair (w, rows[i].name, rows[i].value);
  xva_end (w, 3);
}

static void
put_objects (struct xva_writer *x)
{
  unsigned device = 0;

  put_vm (x);
  VECTOR_FOR (d, &x->drives)
    if (d->vdi != NULL && comes_first (x, d))
      put_vdi (x, d);
  VECTOR_FOR (d, &x->drives)
    put_vbd (x, d);
  VECTOR_FOR (n, &x->nics)
    put_vif (x, n, device++);
  VECTOR_FOR (n, &x->nets)
    put_network (x, n);
  put_sr (x);
}

bool
xva_write (struct ovf_ctx *ctx, const struct appliance *a,
           const struct write_settings *settings, FILE *out,
           struct ovf_report *report, struct ovf_error **err)
{
  struct xva_writer x = { .a = a, .report = report };

  if (settings->machine >= a->machines.len)
    return error_set (err, OVF_E_USAGE, "there is no virtual machine");
  if (!model_check (ctx, a, err))
    return false;
  x.m = &a->machines.ptr[settings->machine];
  xva_plan (&x);
  xmlw_begin (&x.w, out);
  x.w.compact = true;
  xva_begin_struct (&x.w);
  put_version (&x.w);
  xva_begin_member (&x.w, "objects");
  xmlw_start (&x.w, "value");
  xmlw_start (&x.w, "array");
  xmlw_start (&x.w, "data");
  put_objects (&x);
  xva_end (&x.w, 6);
  xva_losses (&x);
  xva_plan_done (&x);
  return xmlw_finish (&x.w, err);
}

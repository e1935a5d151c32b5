/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ova.xml of a XenServer export as a model: the objects, and the record of
 * each machine.  Its devices are in xva-read-devices.c.
 *
 * An export with snapshots holds a VM for each; only what is no snapshot is a
 * machine here.  What is of the host or of a running guest is left out. */
#include "xva.h"

#include <inttypes.h>
#include <stdarg.h>

#include "base/text.h"

#define CPUS_MAX 65535

/* ---- faults and numbers ------------------------------------------------------- */
bool
xva_fault (struct xva_reader *r, const xmlNode *n, const char *rule,
           struct ovf_error **err, const char *fmt, ...)
{
  CLEANUP_FREE char *text = NULL;
  va_list ap;

  va_start (ap, fmt);
  text = xvasprintf (fmt, ap);
  va_end (ap);
  if (!r->inspect)
    return error_at (err, OVF_E_FORMAT, rule, r->name, xml_line (n), "%s", text);
  report_add (r->report, OVF_FAULT, rule, r->name, xml_line (n), NULL, "%s", text);
  return true;
}

bool
xva_number (struct xva_reader *r, const xmlNode *record, const char *field,
            uint64_t max, uint64_t *ret, struct ovf_error **err)
{
  const xmlNode *n = xva_get (record, field);
  CLEANUP_FREE char *text = xva_text (n);

  if (text == NULL || parse_u64 (text, 0, max, ret))
    return true;
  return xva_fault (r, n, "XVA-NUMBER", err, "'%s' is no number that %s can have",
                    text, field);
}

/* ---- objects ---------------------------------------------------------------------- */
static int
by_id (const void *a, const void *b)
{
  return strcmp (((const struct xva_object *)a)->id, ((const struct xva_object *)b)->id);
}

const struct xva_object *
xva_find (const struct xva_reader *r, const char *id)
{
  const struct xva_object key = { .id = (char *)id };

  return id != NULL && r->objects.len > 0
           ? bsearch (&key, r->objects.ptr, r->objects.len, sizeof key, by_id) : NULL;
}

static int
by_index (const void *a, const void *b)
{
  size_t x = (*(const struct xva_object *const *)a)->index;
  size_t y = (*(const struct xva_object *const *)b)->index;

  return x < y ? -1 : x > y;
}

void
xva_sort (xva_object_list *list)
{
  if (list->len > 1)
    qsort (list->ptr, list->len, sizeof *list->ptr, by_index);
}

static bool
take_object (struct xva_reader *r, const xmlNode *value, struct ovf_error **err)
{
  struct xva_object o = { .id = xva_field (value, "id"),
                          .class_name = xva_field (value, "class"),
                          .record = xva_get (value, "snapshot"),
                          .index = r->objects.len };

  if (o.id == NULL || o.class_name == NULL || o.record == NULL) {
    free (o.id);
    free (o.class_name);
    return error_at (err, OVF_E_FORMAT, "XVA-OBJECT", r->name, xml_line (value),
                     "an object without class, id or record");
  }
  xva_objects_append (&r->objects, o);
  return ctx_alive (r->ctx, err);
}

static bool
take_objects (struct xva_reader *r, const xmlNode *root, struct ovf_error **err)
{
  const xmlNode *list = xva_get (root, "objects");
  const xmlNode *array = list ? xml_child (list, NULL, "array") : NULL;
  const xmlNode *data = array ? xml_child (array, NULL, "data") : NULL;

  if (data == NULL)
    return error_at (err, OVF_E_FORMAT, "XVA-OBJECT", r->name, xml_line (root),
                     "there is no list of objects in it");
  XML_FOR (n, data)
    if (!take_object (r, n, err))
      return false;
  if (r->objects.len > 1)
    qsort (r->objects.ptr, r->objects.len, sizeof *r->objects.ptr, by_id);
  for (size_t i = 1; i < r->objects.len; i++)
    if (by_id (&r->objects.ptr[i - 1], &r->objects.ptr[i]) == 0)
      return error_at (err, OVF_E_FORMAT, "XVA-OBJECT", r->name,
                       xml_line (r->objects.ptr[i].record),
                       "two objects are called '%s'", r->objects.ptr[i].id);
  return true;
}

/* ---- identity --------------------------------------------------------------------- */
static bool
name_taken (const struct xva_reader *r, const char *name)
{
  VECTOR_FOR (m, &r->a->machines)
    if (m != r->m && m->id != NULL && strcmp (m->id, name) == 0)
      return true;
  return false;
}

static void
read_identity (struct xva_reader *r)
{
  const xmlNode *record = r->vm->record;
  CLEANUP_FREE char *uuid = xva_field (record, "uuid");
  struct machine *m = r->m;

  m->line = xml_line (record);
  m->name = xva_field (record, "name_label");
  m->description = xva_field (record, "name_description");
  m->id = xstrdup (m->name && !name_taken (r, m->name) ? m->name : r->vm->id);
  if (uuid == NULL)
    return;
  m->uuid = text_uuid (uuid);
  if (m->uuid == NULL)
    report_add (r->report, OVF_WARNING, "XVA-UUID", r->name, m->line, NULL,
                "'%s' is no UUID", uuid);
}

/* "debian" and "12", as the guest's tools told the host: "debian12". */
static void
read_guest_os (struct xva_reader *r)
{
  CLEANUP_FREE char *ref = xva_ref (r->vm->record, "guest_metrics");
  const struct xva_object *o = xva_find (r, ref);
  const xmlNode *version = o ? xva_get (o->record, "os_version") : NULL;
  CLEANUP_FREE char *distro = xva_field (version, "distro");
  CLEANUP_FREE char *major = xva_field (version, "major");
  CLEANUP_FREE char *minor = xva_field (version, "minor");
  CLEANUP_FREE char *one = distro && major ? xasprintf ("%s%s", distro, major) : NULL;
  CLEANUP_FREE char *two = one && minor ? xasprintf ("%s.%s", one, minor) : NULL;
  const struct ostype *os = one ? ostype_by_osinfo (one) : NULL;

  if (os == NULL && two != NULL)
    os = ostype_by_osinfo (two);
  if (r->m->os.osinfo == NULL && os != NULL)
    r->m->os.osinfo = xstrdup (os->osinfo);
  if (r->m->os.description == NULL)
    r->m->os.description = xva_field (version, "name");
}

static bool
read_os (struct xva_reader *r, struct ovf_error **err)
{
  const xmlNode *config = xva_get (r->vm->record, "other_config");
  struct os *os = &r->m->os;
  uint64_t cim = UINT64_MAX;

  os->vmware = xva_field (config, XVA_OS "vmware");
  os->virtualbox = xva_field (config, XVA_OS "virtualbox");
  os->osinfo = xva_field (config, XVA_OS "osinfo");
  os->version = xva_field (config, XVA_OS "version");
  if (!xva_number (r, config, XVA_OS "cim", 65535, &cim, err))
    return false;
  if (cim != UINT64_MAX)
    os->cim_id = (int)cim;
  os->description = xva_field (config, "base_template_name");
  if (os->description != NULL && strcmp (os->description, "Other install media") == 0)
    set_string (&os->description, NULL);
  read_guest_os (r);
  return true;
}

/* ---- memory and processors ----------------------------------------------------------- */
static void
keep_other (struct xva_reader *r, const char *field, uint64_t value, uint64_t usual)
{
  CLEANUP_FREE char *text = xasprintf ("%" PRIu64, value);

  if (value != usual && value != 0)
    extras_keep (&r->m->extras, XVA_OWNER, field, text)->line = r->m->line;
}

static bool
read_memory (struct xva_reader *r, struct ovf_error **err)
{
  const xmlNode *record = r->vm->record;
  uint64_t most = 0, dynamic = 0, low = 0, least = 0;

  if (!xva_number (r, record, "memory_static_max", INT64_MAX, &most, err)
      || !xva_number (r, record, "memory_dynamic_max", INT64_MAX, &dynamic, err)
      || !xva_number (r, record, "memory_dynamic_min", INT64_MAX, &low, err)
      || !xva_number (r, record, "memory_static_min", INT64_MAX, &least, err))
    return false;
  r->m->memory = most ? most : dynamic;
  keep_other (r, "memory_dynamic_max", dynamic, r->m->memory);
  keep_other (r, "memory_dynamic_min", low, dynamic ? dynamic : r->m->memory);
  /* What XAPI computes from the template; nobody sets it. */
  (void)least;
  return true;
}

static bool
read_cpus (struct xva_reader *r, struct ovf_error **err)
{
  const xmlNode *record = r->vm->record;
  uint64_t most = 0, start = 0, cores = 0;

  if (!xva_number (r, record, "VCPUs_max", CPUS_MAX, &most, err)
      || !xva_number (r, record, "VCPUs_at_startup", CPUS_MAX, &start, err)
      || !xva_number (r, xva_get (record, "platform"), "cores-per-socket", CPUS_MAX,
                      &cores, err))
    return false;
  r->m->cpus = (unsigned)(start ? start : most);
  r->m->cores_per_socket = (unsigned)cores;
  keep_other (r, "VCPUs_max", most, r->m->cpus);
  return true;
}

/* ---- firmware and boot ----------------------------------------------------------------- */
static enum tristate
tristate_of (const xmlNode *map, const char *key)
{
  CLEANUP_FREE char *text = xva_field (map, key);
  bool on;

  return text != NULL && parse_bool (text, &on) ? (on ? YES : NO) : UNSET;
}

static void
read_firmware (struct xva_reader *r)
{
  const xmlNode *platform = xva_get (r->vm->record, "platform");
  CLEANUP_FREE char *firmware
    = xva_field (xva_get (r->vm->record, "HVM_boot_params"), "firmware");
  CLEANUP_FREE char *vga = xva_field (platform, "vga");
  struct machine *m = r->m;

  if (text_equal_nocase (firmware, "uefi"))
    m->firmware = FIRMWARE_UEFI;
  else if (text_equal_nocase (firmware, "bios"))
    m->firmware = FIRMWARE_BIOS;
  m->secure_boot = tristate_of (platform, "secureboot");
  m->usb = tristate_of (platform, "usb");
  if (vga != NULL)
    m->video = xstrdup (strcmp (vga, "std") == 0 ? "vga" : vga);
}

static void
read_boot (struct xva_reader *r)
{
  const xmlNode *record = r->vm->record;
  CLEANUP_FREE char *policy = xva_field (record, "HVM_boot_policy");
  CLEANUP_FREE char *type = xva_field (record, "domain_type");
  CLEANUP_FREE char *serial = xva_field (xva_get (record, "other_config"), "hvm_serial");
  struct machine *m = r->m;

  m->paravirtual = policy != NULL || (type != NULL && strcmp (type, "hvm") == 0) ? NO : YES;
  m->kernel = xva_field (record, "PV_kernel");
  m->ramdisk = xva_field (record, "PV_ramdisk");
  m->cmdline = xva_field (record, "PV_args");
  m->bootloader = xva_field (record, "PV_bootloader");
  m->serials = serial != NULL && strcmp (serial, "pty") == 0;
  read_firmware (r);
}

/* ---- what only this format says --------------------------------------------------------- */
static void
keep_map (struct xva_reader *r, const char *map)
{
  const xmlNode *value = xva_get (r->vm->record, map), *n = NULL;
  char *key = NULL;

  while ((n = xva_member (value, n, &key)) != NULL) {
    CLEANUP_FREE char *text = xva_text (n);
    CLEANUP_FREE char *name = xasprintf ("%s %s", map, key);
    if (!xva_is_usual (map, key, text))
      extras_keep (&r->m->extras, XVA_OWNER, name, text ? text : "")->line = xml_line (n);
    free (key);
  }
}

static void
keep_text (struct xva_reader *r, const struct xva_row *row)
{
  const xmlNode *n = xva_get (r->vm->record, row->name);
  CLEANUP_FREE char *text = xva_text (n);

  /* "1.000" of a fraction is its 1. */
  if (text == NULL || strcmp (text, row->usual) == 0
      || (strcmp (row->usual, "1") == 0 && strspn (text, "1.0") == strlen (text)
          && strncmp (text, "1.", 2) == 0))
    return;
  extras_keep (&r->m->extras, XVA_OWNER, row->name, text)->line = xml_line (n);
}

static void
keep_tags (struct xva_reader *r)
{
  const xmlNode *tags = xva_get (r->vm->record, "tags");
  const xmlNode *array = tags ? xml_child (tags, NULL, "array") : NULL;
  const xmlNode *data = array ? xml_child (array, NULL, "data") : NULL;

  if (data == NULL)
    return;
  XML_FOR (n, data) {
    CLEANUP_FREE char *text = xva_text (n);
    CLEANUP_FREE char *key = xasprintf ("tag %s", text ? text : "");
    if (text != NULL)
      extras_keep (&r->m->extras, XVA_OWNER, key, NULL)->line = xml_line (n);
  }
}

static void
read_extras (struct xva_reader *r)
{
  for (const struct xva_row *row = xva_vm_rows; row->name != NULL; row++)
    if (row->kept && row->type == XVA_MAP)
      keep_map (r, row->name);
    else if (row->kept)
      keep_text (r, row);
  keep_tags (r);
  if (xva_true (r->vm->record, "is_a_template"))
    extras_keep (&r->m->extras, XVA_OWNER, "is_a_template", "1")->line = r->m->line;
}

/* ---- a machine ------------------------------------------------------------------------------ */
static void
tell_state (struct xva_reader *r)
{
  CLEANUP_FREE char *state = xva_field (r->vm->record, "power_state");
  CLEANUP_FREE char *image = xva_ref (r->vm->record, "suspend_VDI");

  if (image == NULL && (state == NULL || strcmp (state, "Suspended") != 0))
    return;
  report_add (r->report, OVF_WARNING, "XVA-SUSPENDED", r->name, r->m->line, NULL,
              "'%s' was suspended: its memory is not taken over", r->m->id);
  report_hint (r->report, "shut the guest down and export it again");
}

static bool
read_machine (struct xva_reader *r, const struct xva_object *vm, struct ovf_error **err)
{
  uint64_t order = 0;

  r->vm = vm;
  r->m = appliance_add_machine (r->a);
  read_identity (r);
  if (!read_os (r, err) || !read_memory (r, err) || !read_cpus (r, err)
      || !xva_number (r, vm->record, "order", INT32_MAX, &order, err))
    return false;
  r->m->start_order = (unsigned)order;
  read_boot (r);
  read_extras (r);
  tell_state (r);
  return xva_read_devices (r, err);
}

static bool
is_machine (const struct xva_object *o, bool snapshot)
{
  return strcmp (o->class_name, "VM") == 0 && !xva_true (o->record, "is_control_domain")
         && xva_true (o->record, "is_a_snapshot") == snapshot;
}

static bool
read_machines (struct xva_reader *r, bool snapshot, struct ovf_error **err)
{
  xva_object_list list = { 0 };
  bool ok = true;

  VECTOR_FOR (o, &r->objects)
    if (is_machine (o, snapshot))
      xva_object_list_append (&list, o);
  xva_sort (&list);
  ok = ctx_within (r->ctx, LIMIT_MACHINES, list.len, "virtual machines", err);
  for (size_t i = 0; ok && i < list.len; i++)
    ok = read_machine (r, list.ptr[i], err);
  free (list.ptr);
  return ok;
}

static bool
read_root (struct xva_reader *r, const xmlNode *root, struct ovf_error **err)
{
  if (xml_is (root, NULL, "appliance"))
    return error_at (err, OVF_E_UNSUPPORTED, "XVA-ROOT", r->name, xml_line (root),
                     "this is the XVA of before XenServer 4.0, whose disks are files "
                     "beside it");
  if (!xml_is (root, NULL, "value"))
    return error_at (err, OVF_E_FORMAT, "XVA-ROOT", r->name, xml_line (root),
                     "<%s> is no XML-RPC value", xml_name (root));
  if (!take_objects (r, root, err) || !read_machines (r, false, err))
    return false;
  if (r->a->machines.len == 0 && !read_machines (r, true, err))
    return false;
  xva_sort_disks (r->a);
  if (r->a->machines.len > 0)
    set_string (&r->a->name, r->a->machines.ptr[0].name);
  return true;
}

struct appliance *
xva_read (struct ovf_ctx *ctx, const struct input *in,
          const struct read_settings *settings, struct ovf_report *report,
          struct ovf_error **err)
{
  CLEANUP_XML xmlDoc *doc = xml_parse (ctx, in->name, in->text, in->len, err);
  struct xva_reader r = { .ctx = ctx, .name = in->name, .report = report,
                          .inspect = settings->inspect };
  bool ok;

  if (doc == NULL)
    return NULL;
  if (settings->configuration != NULL) {
    error_set (err, OVF_E_USAGE, "an XVA has no deployment options: '%s'",
               settings->configuration);
    return NULL;
  }
  r.a = appliance_new ("xva");
  ok = read_root (&r, xmlDocGetRootElement (doc), err);
  VECTOR_FOR (o, &r.objects) {
    free (o->id);
    free (o->class_name);
  }
  free (r.objects.ptr);
  if (ok)
    return r.a;
  appliance_free (r.a);
  return NULL;
}

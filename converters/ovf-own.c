/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our own element in descriptors; see ovf-own.h. */
#include "ovf-own.h"

#include "base/text.h"
#include "model/maps.h"

/* ---- the words of a machine -------------------------------------------- */
/* Attributes that are a text of struct machine, and what they may hold. */
enum text_kind { WORD, UUID, ANY };
static const struct text_row {
  const char *name;
  size_t offset;
  enum text_kind kind;
} text_rows[] = {
#define ROW(name, field, kind) { name, offsetof (struct machine, field), kind }
  ROW ("uuid", uuid, UUID),
  ROW ("clock", clock, WORD),
  ROW ("graphics", graphics, WORD),
  ROW ("machineType", machine_type, WORD),
#undef ROW
};

static char **
text_of (const struct machine *m, const struct text_row *row)
{
  return (char **)((char *)m + row->offset);
}

/* Letters, digits and little else: what ends up in other formats unquoted. */
static bool
is_word (const char *s)
{
  return *s != '\0' && strlen (s) <= 64
         && s[strspn (s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789._-")] == '\0';
}

/* Boot loaders are programs of the host: only well-known names. */
static const char *
loader_word (const char *s)
{
  static const char *const known[] = { "pygrub", "pvgrub", "pvgrub32", "pvgrub64" };
  const char *base = strrchr (s, '/') ? strrchr (s, '/') + 1 : s;

  for (size_t i = 0; i < ARRAY_SIZE (known); i++)
    if (strcmp (known[i], base) == 0)
      return known[i];
  return NULL;
}

/* Need not be said: descriptors and build files do not say it themselves, so
 * there it was found from what they say, and will be again. */
static bool
osinfo_is_implied (const struct appliance *a, const struct os *os)
{
  struct os copy = { .cim_id = os->cim_id, .vmware = xstrdup (os->vmware),
                     .virtualbox = xstrdup (os->virtualbox),
                     .version = xstrdup (os->version) };
  bool same;

  os_complete (&copy);
  same = (a->ovf_version != NULL || strcmp (a->kind, "spec") == 0)
         && text_equal_nocase (copy.osinfo, os->osinfo);
  free (copy.vmware);
  free (copy.virtualbox);
  free (copy.osinfo);
  free (copy.version);
  free (copy.description);
  return same;
}

/* ---- writing ------------------------------------------------------------- */
static bool
has_boot (const struct machine *m)
{
  return m->kernel_file != NO_INDEX || m->ramdisk_file != NO_INDEX
         || m->cmdline != NULL || m->paravirtual != UNSET
         || (m->bootloader != NULL && loader_word (m->bootloader) != NULL);
}

static bool
is_needed (const struct appliance *a, const struct machine *m,
           const struct own_data *own)
{
  for (size_t i = 0; i < ARRAY_SIZE (text_rows); i++)
    if (*text_of (m, &text_rows[i]) != NULL)
      return true;
  return own->devices.len > 0 || own->sound != NULL || own->family != NULL
         || has_boot (m) || m->description != NULL
         || (m->os.osinfo != NULL && !osinfo_is_implied (a, &m->os));
}

static void
write_file (struct xmlw *x, const struct appliance *a, const char *name, size_t i)
{
  if (i != NO_INDEX && a->files.ptr[i].id != NULL)
    xmlw_attr (x, name, a->files.ptr[i].id);
}

static void
write_boot (struct xmlw *x, const struct appliance *a, const struct machine *m)
{
  if (!has_boot (m))
    return;
  xmlw_start (x, "ot:Boot");
  write_file (x, a, "kernelFile", m->kernel_file);
  write_file (x, a, "ramdiskFile", m->ramdisk_file);
  xmlw_attr (x, "cmdline", m->cmdline);
  if (m->bootloader != NULL)
    xmlw_attr (x, "bootloader", loader_word (m->bootloader));
  if (m->paravirtual != UNSET)
    xmlw_attr (x, "paravirtual", m->paravirtual == YES ? "true" : "false");
  xmlw_end (x);
}

static void
write_device (struct xmlw *x, const struct own_device *d)
{
  xmlw_start (x, "ot:Device");
  xmlw_attr (x, "instanceId", d->id);
  xmlw_attr (x, "wrote", d->sub_type);
  xmlw_attr (x, "bus", d->bus);
  if (d->bus != NULL)
    xmlw_attrf (x, "index", "%u", d->index);
  xmlw_attr (x, "model", d->model);
  xmlw_attr (x, "attachment", d->attachment);
  xmlw_attr (x, "name", d->name);
  if (d->boot_order > 0)
    xmlw_attrf (x, "bootOrder", "%u", d->boot_order);
  if (d->read_only)
    xmlw_attr (x, "readOnly", "true");
  if (d->disk_read_only)
    xmlw_attr (x, "diskReadOnly", "true");
  xmlw_end (x);
}

/* Paths of the host would be a stranger's paths for whoever reads this. */
static void
report_host_paths (const struct machine *m, struct ovf_report *report)
{
  if (m->kernel != NULL && m->kernel_file == NO_INDEX)
    report_loss (report, "ovf", "kernel", "the kernel '%s' is not in the package",
                 m->kernel);
  if (m->ramdisk != NULL && m->ramdisk_file == NO_INDEX)
    report_loss (report, "ovf", "ramdisk", "the ramdisk '%s' is not in the package",
                 m->ramdisk);
  if (m->bootloader != NULL && loader_word (m->bootloader) == NULL)
    report_loss (report, "ovf", "bootloader", "the boot loader '%s' is the host's",
                 m->bootloader);
}

void
own_write (struct xmlw *x, const struct appliance *a, const struct machine *m,
           const struct own_data *own, struct ovf_report *report)
{
  report_host_paths (m, report);
  if (!is_needed (a, m, own))
    return;
  xmlw_start (x, "ot:Machine");
  xmlw_attr (x, "xmlns:ot", OWN_NS);
  xmlw_attr (x, "ovf:required", "false");
  for (size_t i = 0; i < ARRAY_SIZE (text_rows); i++) {
    const char *text = *text_of (m, &text_rows[i]);
    if (text != NULL && text_rows[i].kind == WORD && !is_word (text))
      report_loss (report, "ovf", "word", "%s '%s' cannot be kept",
                   text_rows[i].name, text);
    else
      xmlw_attr (x, text_rows[i].name, text);
  }
  if (m->os.osinfo != NULL && !osinfo_is_implied (a, &m->os)) {
    xmlw_attr (x, "osinfo", m->os.osinfo);
    xmlw_attr (x, "osType", m->os.vmware ? m->os.vmware : "");
  }
  xmlw_attr (x, "sound", own->sound);
  xmlw_attr (x, "family", own->family);
  if (m->description != NULL && m->annotation == NULL)
    xmlw_attr (x, "annotationIsDescription", "true");
  if (m->description != NULL && m->annotation != NULL)
    xmlw_element (x, "ot:Description", m->description);
  write_boot (x, a, m);
  VECTOR_FOR (d, &own->devices)
    write_device (x, d);
  xmlw_end (x);
}

/* More devices than this no machine has (limits "disks"): what is searched for
 * each of them is bounded too. */
#define MAX_DEVICES 4096
#define MAX_USB 64

/* ---- reading -------------------------------------------------------------- */
struct own_reader {
  const struct input *in;
  struct appliance *a;
  struct machine *m;
  struct ovf_report *report;
  unsigned devices, usb;
};

static void
ignore (struct own_reader *r, const xmlNode *n, const char *what, const char *value)
{
  report_add (r->report, OVF_WARNING, "OVF-OWN-001", r->in->name, xml_line (n), NULL,
              "%s '%s' makes no sense here and is ignored", what, value);
}

/* The value of a WORD or UUID attribute, allocated; NULL when it is absent or
 * ignored. */
static char *
read_word (struct own_reader *r, const xmlNode *n, const char *name,
           enum text_kind kind)
{
  char *value = xml_attr (n, NULL, name);
  char *uuid;

  if (value == NULL || kind == ANY || (kind == WORD && is_word (value)))
    return value;
  uuid = kind == UUID ? text_uuid (value) : NULL;
  if (uuid == NULL)
    ignore (r, n, name, value);
  free (value);
  return uuid;
}

static bool
read_flag (struct own_reader *r, const xmlNode *n, const char *name, bool *ret)
{
  CLEANUP_FREE char *value = xml_attr (n, NULL, name);

  if (value == NULL)
    return false;
  if (parse_bool (value, ret))
    return true;
  ignore (r, n, name, value);
  return false;
}

/* Leaves *ret as it is when there is no such number. */
static void
read_number (struct own_reader *r, const xmlNode *n, const char *name, unsigned *ret)
{
  CLEANUP_FREE char *value = xml_attr (n, NULL, name);

  if (value != NULL && !parse_unsigned (value, 0, 65535, ret))
    ignore (r, n, name, value);
}

static void
read_machine (struct own_reader *r, const xmlNode *n)
{
  struct machine *m = r->m;
  CLEANUP_FREE char *sound = read_word (r, n, "sound", WORD);
  CLEANUP_FREE char *osinfo = read_word (r, n, "osinfo", WORD);
  CLEANUP_FREE char *os_type = xml_attr (n, NULL, "osType");
  CLEANUP_FREE char *family = xml_attr (n, NULL, "family");
  bool yes;

  for (size_t i = 0; i < ARRAY_SIZE (text_rows); i++) {
    CLEANUP_FREE char *value = read_word (r, n, text_rows[i].name, text_rows[i].kind);
    if (value != NULL)
      set_string (text_of (m, &text_rows[i]), value);
  }
  if (sound != NULL && m->sound != NULL)
    set_string (&m->sound, sound);
  if (family != NULL && m->hardware.len == 1 && strcmp (m->hardware.ptr[0], family) == 0)
    strings_free (&m->hardware);
  if (osinfo != NULL && strcmp (os_type ? os_type : "", m->os.vmware ? m->os.vmware : "") == 0)
    set_string (&m->os.osinfo, osinfo);
  if (read_flag (r, n, "annotationIsDescription", &yes) && yes && m->annotation != NULL) {
    free (m->description);
    m->description = STEAL (m->annotation);
  }
}

static size_t
read_file (struct own_reader *r, const xmlNode *n, const char *name, char **ret_href)
{
  CLEANUP_FREE char *id = xml_attr (n, NULL, name);
  size_t i = id ? appliance_find_file (r->a, id) : NO_INDEX;

  if (id != NULL && i == NO_INDEX)
    ignore (r, n, name, id);
  if (i != NO_INDEX)
    set_string (ret_href, r->a->files.ptr[i].href);
  return i;
}

static void
read_boot (struct own_reader *r, const xmlNode *n)
{
  struct machine *m = r->m;
  CLEANUP_FREE char *loader = xml_attr (n, NULL, "bootloader");
  CLEANUP_FREE char *cmdline = xml_attr (n, NULL, "cmdline");
  bool yes;

  m->kernel_file = read_file (r, n, "kernelFile", &m->kernel);
  m->ramdisk_file = read_file (r, n, "ramdiskFile", &m->ramdisk);
  if (cmdline != NULL)
    set_string (&m->cmdline, cmdline);
  if (loader != NULL && loader_word (loader) != NULL)
    set_string (&m->bootloader, loader_word (loader));
  else if (loader != NULL)
    ignore (r, n, "bootloader", loader);
  if (read_flag (r, n, "paravirtual", &yes))
    m->paravirtual = yes ? YES : NO;
}

/* Is the Item's model still that of the ResourceSubType that was written? */
static bool
is_unchanged (const xmlNode *n, enum hw_class class, const char *model)
{
  CLEANUP_FREE char *wrote = xml_attr (n, NULL, "wrote");
  const struct hwmodel *row = wrote ? hwmodel_by_ovf (class, wrote) : NULL;

  return text_equal_nocase (row ? row->name : wrote, model);
}

/* A model of "" takes away the one that the Item had to name. */
static void
read_model (struct own_reader *r, const xmlNode *n, enum hw_class class, char **model)
{
  CLEANUP_FREE char *value = xml_attr (n, NULL, "model");

  if (value == NULL || !is_unchanged (n, class, *model))
    return;
  if (*value != '\0' && !is_word (value))
    ignore (r, n, "model", value);
  else
    set_string (model, *value != '\0' ? value : NULL);
}

static bool
is_taken (const struct machine *m, const struct controller *c, enum bus bus,
          unsigned index)
{
  VECTOR_FOR (o, &m->controllers)
    if (o != c && o->bus == bus && o->index == index)
      return true;
  return false;
}

/* Another bus for a controller and for the drives on it.  The drives are
 * those that were on it when the element was come to: `before` is what they
 * were then. */
static void
move_controller (struct own_reader *r, const xmlNode *n, struct controller *c,
                 const drives *before)
{
  CLEANUP_FREE char *word = xml_attr (n, NULL, "bus");
  enum bus bus = word ? bus_by_word (word) : BUS_UNKNOWN;
  unsigned index = 0;

  read_number (r, n, "index", &index);
  if (word == NULL || !is_unchanged (n, HW_CONTROLLER, c->model))
    return;
  if ((bus == BUS_UNKNOWN && strcmp (word, "unknown") != 0) || is_taken (r->m, c, bus, index)) {
    ignore (r, n, "bus", word);
    return;
  }
  for (size_t i = 0; i < before->len; i++) {
    const struct drive *d = &before->ptr[i];
    if (d->bus == c->bus && d->controller == c->index) {
      r->m->drives.ptr[i].bus = bus;
      r->m->drives.ptr[i].controller = index;
    }
  }
  c->bus = bus;
  c->index = index;
}

static void
read_nic (struct own_reader *r, const xmlNode *n, struct nic *nic)
{
  CLEANUP_FREE char *word = xml_attr (n, NULL, "attachment");

  read_model (r, n, HW_NIC, &nic->model);
  read_number (r, n, "bootOrder", &nic->boot_order);
  if (word == NULL)
    return;
  nic->attachment = attachment_by_word (word);
  if (nic->attachment == ATTACH_UNKNOWN)
    ignore (r, n, "attachment", word);
}

static bool
is_id (const char *a, const char *b)
{
  return a != NULL && strcmp (a, b) == 0;
}

static void
free_extra (extras *v, size_t i)
{
  struct extra *e = &v->ptr[i];

  free (e->owner);
  free (e->key);
  free (e->value);
  free (e->configuration);
  memmove (e, e + 1, (--v->len - i) * sizeof *e);
}

/* The reader of descriptors keeps a USB controller as an Item: this one is a
 * controller.  It stands where its InstanceID puts it. */
static void
read_usb (struct own_reader *r, const xmlNode *n, const char *id)
{
  CLEANUP_FREE char *bus = xml_attr (n, NULL, "bus");
  CLEANUP_FREE char *model = read_word (r, n, "model", ANY);
  CLEANUP_FREE char *part = xasprintf (":InstanceID>%s<", id);
  extras *v = &r->m->extras;
  struct controller c = { .bus = BUS_USB };
  size_t item = 0, at = 0;
  unsigned mine, other;

  if (bus == NULL || strcmp (bus, "usb") != 0 || ++r->usb > MAX_USB)
    return;
  read_number (r, n, "index", &c.index);
  while (item < v->len && !(strcmp (v->ptr[item].key, "item usb") == 0
                            && strstr (v->ptr[item].value, part) != NULL))
    item++;
  if (item == v->len || is_taken (r->m, NULL, c.bus, c.index) || !parse_unsigned (id, 0, INT_MAX, &mine))
    return;
  free_extra (v, item);
  c.id = xstrdup (id);
  c.model = model != NULL && is_word (model) ? STEAL (model) : NULL;
  controllers_append (&r->m->controllers, c);
  for (at = r->m->controllers.len - 1; at > 0; at--) {
    struct controller *p = &r->m->controllers.ptr[at - 1];
    if (p->id != NULL && parse_unsigned (p->id, 0, INT_MAX, &other) && other < mine)
      break; /* those without an id, such as for floppies, come last */
    p[1] = p[0];
    p[0] = c;
  }
}

static void
read_device (struct own_reader *r, const xmlNode *n, const drives *before)
{
  CLEANUP_FREE char *id = xml_attr (n, NULL, "instanceId");
  bool yes;

  if (id == NULL || ++r->devices > MAX_DEVICES)
    return;
  VECTOR_FOR (c, &r->m->controllers)
    if (is_id (c->id, id)) {
      move_controller (r, n, c, before);
      read_model (r, n, HW_CONTROLLER, &c->model);
      return;
    }
  VECTOR_FOR (d, &r->m->drives)
    if (is_id (d->id, id)) {
      read_number (r, n, "bootOrder", &d->boot_order);
      if (read_flag (r, n, "readOnly", &yes))
        d->read_only = yes;
      if (d->disk != NO_INDEX && read_flag (r, n, "diskReadOnly", &yes))
        r->a->disks.ptr[d->disk].read_only = yes;
      free (d->name);
      d->name = read_word (r, n, "name", WORD);
      return;
    }
  VECTOR_FOR (nic, &r->m->nics)
    if (is_id (nic->id, id)) {
      read_nic (r, n, nic);
      return;
    }
  read_usb (r, n, id);
}

void
own_read (const xmlNode *n, const struct input *in, struct appliance *a,
          struct machine *m, struct ovf_report *report)
{
  struct own_reader r = { .in = in, .a = a, .m = m, .report = report };
  drives before = { 0 };

  VECTOR_FOR (d, &m->drives)
    drives_append (&before, *d);
  read_machine (&r, n);
  XML_FOR (child, n) {
    if (xml_is (child, OWN_NS, "Boot"))
      read_boot (&r, child);
    else if (xml_is (child, OWN_NS, "Device"))
      read_device (&r, child, &before);
    else if (xml_is (child, OWN_NS, "Description")) {
      free (m->description);
      m->description = xml_text_raw (child);
    }
  }
  free (before.ptr);
}

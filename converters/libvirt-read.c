/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Domain XML as a model: the domain itself; <os> is in libvirt-read-os.c,
 * devices in libvirt-read-devices.c, disks in libvirt-read-disk.c.
 *
 * A file of this kind describes one host's guest.  What is of that host (the
 * emulator, labels, passed-through devices) is dropped with a finding; what
 * the model has no place for is kept by name, and a writer reports it. */
#include "libvirt-reader.h"

#define CPUS_MAX 65535

/* ---- walking ----------------------------------------------------------------- */
void
lv_lost (struct lv_reader *r, const xmlNode *n, const char *key)
{
  struct extra *e = extras_keep (&r->m->extras, LIBVIRT_OWNER, key, NULL);

  e->line = xml_line (n);
}

void
lv_host (struct lv_reader *r, const xmlNode *n, const char *what)
{
  report_add (r->report, OVF_NOTE, "LIBVIRT-HOST", r->name, xml_line (n), NULL,
              "%s is of one host: it is not taken over", what);
}

static const struct lv_known *
find_known (const struct lv_known *table, const xmlNode *n)
{
  for (; table->name != NULL; table++)
    if (lv_is (n, table->name))
      return table;
  return NULL;
}

bool
lv_walk (struct lv_reader *r, const xmlNode *parent, const char *path,
         const struct lv_known *table, struct ovf_error **err)
{
  XML_FOR (n, parent) {
    const struct lv_known *k = find_known (table, n);
    CLEANUP_FREE char *key = NULL;

    if (!ctx_alive (r->ctx, err))
      return false;
    if (k != NULL && k->read != NULL) {
      if (!k->read (r, n, err))
        return false;
      continue;
    }
    if (k != NULL && k->fate == HARMLESS)
      continue;
    key = xasprintf ("%s%s%s", path, *path ? "/" : "", xml_name (n));
    if (k != NULL && k->fate == HOST)
      lv_host (r, n, key);
    else
      lv_lost (r, n, key);
  }
  return true;
}

static bool
bad_number (struct lv_reader *r, const xmlNode *n, const char *text,
            struct ovf_error **err)
{
  return error_at (err, OVF_E_FORMAT, "LIBVIRT-NUMBER", r->name, xml_line (n),
                   "'%s' is no number that <%s> can have", text, xml_name (n));
}

bool
lv_number (struct lv_reader *r, const xmlNode *n, const char *attribute,
           unsigned max, unsigned *ret, struct ovf_error **err)
{
  CLEANUP_FREE char *text = attribute ? lv_attr (n, attribute) : xml_text (n);

  if (text == NULL || parse_unsigned (text, 0, max, ret))
    return true;
  return bad_number (r, n, text, err);
}

/* ---- identity --------------------------------------------------------------------- */
void
lv_take_text (char **to, const xmlNode *n)
{
  char *text = xml_text (n);

  if (*text == '\0') {
    free (text);
    return;
  }
  free (*to);
  *to = text;
}

static bool
read_name (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  (void)err;
  lv_take_text (&r->m->name, n);
  set_string (&r->m->id, r->m->name);
  set_string (&r->a->name, r->m->name);
  return true;
}

static bool
read_uuid (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *text = xml_text (n);

  (void)err;
  free (r->m->uuid);
  r->m->uuid = text_uuid (text);
  if (r->m->uuid == NULL)
    report_add (r->report, OVF_WARNING, "LIBVIRT-UUID", r->name, xml_line (n),
                NULL, "'%s' is no UUID", text);
  return true;
}

static bool
read_description (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  (void)err;
  lv_take_text (&r->m->description, n);
  return true;
}

/* A short form of the description; of use only where there is none. */
static bool
read_title (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  (void)err;
  if (lv_child (n->parent, "description") == NULL)
    lv_take_text (&r->m->description, n);
  else
    lv_lost (r, n, "title");
  return true;
}

static bool
read_metadata (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  (void)err;
  XML_FOR (child, n) {
    const xmlNode *os = xml_child (child, LIBOSINFO_NS, "os");
    CLEANUP_FREE char *url = lv_attr (os, "id");
    if (!xml_is (child, LIBOSINFO_NS, "libosinfo") || url == NULL)
      lv_lost (r, child, "metadata");
    else if (r->m->os.osinfo == NULL) {
      r->m->os.osinfo = osinfo_of_url (url);
      if (r->m->os.osinfo == NULL)
        lv_lost (r, child, "metadata/libosinfo");
    }
  }
  return true;
}

/* ---- memory and processors ----------------------------------------------------------- */
/* libvirt's words: KB is 1000, K and KiB are 1024. */
static const struct {
  const char *word;
  uint64_t bytes;
} units[] = {
  { "b", 1 },
  { "bytes", 1 },
  { "KB", 1000 },
  { "k", UINT64_C (1) << 10 },
  { "KiB", UINT64_C (1) << 10 },
  { "MB", 1000 * 1000 },
  { "M", UINT64_C (1) << 20 },
  { "MiB", UINT64_C (1) << 20 },
  { "GB", UINT64_C (1000) * 1000 * 1000 },
  { "G", UINT64_C (1) << 30 },
  { "GiB", UINT64_C (1) << 30 },
  { "TB", UINT64_C (1000) * 1000 * 1000 * 1000 },
  { "T", UINT64_C (1) << 40 },
  { "TiB", UINT64_C (1) << 40 },
};

static bool
scaled_size (struct lv_reader *r, const xmlNode *n, uint64_t *ret,
             struct ovf_error **err)
{
  CLEANUP_FREE char *text = xml_text (n);
  CLEANUP_FREE char *unit = lv_attr (n, "unit");
  uint64_t factor = unit ? 0 : 1024, number;

  for (size_t i = 0; unit && i < ARRAY_SIZE (units); i++)
    if (text_equal_nocase (units[i].word, unit))
      factor = units[i].bytes;
  if (factor == 0)
    return error_at (err, OVF_E_FORMAT, "LIBVIRT-NUMBER", r->name, xml_line (n),
                     "'%s' is no unit of memory", unit);
  if (!parse_u64 (text, 0, INT64_MAX, &number)
      || __builtin_mul_overflow (number, factor, &number)
      || number > INT64_MAX)
    return bad_number (r, n, text, err);
  *ret = number;
  return true;
}

static bool
read_memory (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  return scaled_size (r, n, &r->m->memory, err);
}

/* What a balloon leaves the guest: the model has one size. */
static bool
read_current_memory (struct lv_reader *r, const xmlNode *n,
                     struct ovf_error **err)
{
  const xmlNode *memory = lv_child (n->parent, "memory");
  uint64_t current, whole;

  if (!scaled_size (r, n, &current, err))
    return false;
  if (memory == NULL) {
    r->m->memory = current;
    return true;
  }
  if (!scaled_size (r, memory, &whole, err))
    return false;
  if (current != whole)
    lv_lost (r, n, "currentMemory");
  return true;
}

static bool
read_vcpu (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *cpuset = lv_attr (n, "cpuset");
  unsigned most = 0, current = 0;

  if (!lv_number (r, n, NULL, CPUS_MAX, &most, err)
      || !lv_number (r, n, "current", CPUS_MAX, &current, err))
    return false;
  r->m->cpus = current ? current : most;
  if (current != 0 && current != most)
    lv_lost (r, n, "vcpu maximum");
  if (cpuset != NULL)
    lv_host (r, n, "vcpu cpuset");
  return true;
}

static bool
read_topology (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  unsigned cores = 1, dies = 1, threads = 1;
  uint64_t per_socket;

  if (!lv_number (r, n, "cores", CPUS_MAX, &cores, err)
      || !lv_number (r, n, "dies", CPUS_MAX, &dies, err)
      || !lv_number (r, n, "threads", CPUS_MAX, &threads, err))
    return false;
  per_socket = (uint64_t)cores * dies * threads;
  if (per_socket > CPUS_MAX)
    return error_at (err, OVF_E_FORMAT, "LIBVIRT-NUMBER", r->name, xml_line (n),
                     "a socket has more than %u processors", CPUS_MAX);
  r->m->cores_per_socket = (unsigned)per_socket;
  if (dies > 1 || threads > 1)
    lv_lost (r, n, "cpu/topology threads");
  return true;
}

/* Modes that mean "as the host has it" name nothing of the guest. */
static bool
read_cpu (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  static const struct lv_known rows[] = {
    { "topology", LOST, read_topology },
    { "cache", HARMLESS, NULL },
    { NULL, LOST, NULL },
  };

  return lv_walk (r, n, "cpu", rows, err);
}

/* ---- features, clock, events ---------------------------------------------------------------- */
static bool
read_features (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  static const struct lv_known rows[] = {
    { "acpi", HARMLESS, NULL },
    { "apic", HARMLESS, NULL },
    { "pae", HARMLESS, NULL },
    { "smm", HARMLESS, NULL }, /* goes with secure boot */
    { "vmport", HARMLESS, NULL },
    { NULL, LOST, NULL },
  };

  return lv_walk (r, n, "features", rows, err);
}

static bool
read_clock (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *offset = lv_attr (n, "offset");

  (void)err;
  if (lv_equal (offset, "utc") || lv_equal (offset, "localtime"))
    set_string (&r->m->clock, offset);
  else if (offset != NULL)
    lv_lost (r, n, "clock offset");
  if (xml_first (n) != NULL)
    lv_lost (r, n, "clock timers");
  return true;
}

/* What happens then anywhere else. */
static bool
read_event (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *action = xml_text (n);
  const char *usual = lv_is (n, "on_poweroff") ? "destroy" : "restart";

  (void)err;
  if (strcmp (action, usual) != 0
      && !(lv_is (n, "on_crash") && strcmp (action, "destroy") == 0))
    lv_lost (r, n, xml_name (n));
  return true;
}

/* ---- the domain --------------------------------------------------------------------------------- */
static const struct lv_known domain_rows[] = {
  { "name", LOST, read_name },
  { "uuid", LOST, read_uuid },
  { "title", LOST, read_title },
  { "description", LOST, read_description },
  { "metadata", LOST, read_metadata },
  { "memory", LOST, read_memory },
  { "currentMemory", LOST, read_current_memory },
  { "vcpu", LOST, read_vcpu },
  { "cpu", LOST, read_cpu },
  { "os", LOST, lv_os_read },
  { "bootloader", LOST, lv_bootloader_read },
  { "features", LOST, read_features },
  { "clock", LOST, read_clock },
  { "on_poweroff", LOST, read_event },
  { "on_reboot", LOST, read_event },
  { "on_crash", LOST, read_event },
  { "on_lockfailure", HOST, NULL },
  { "devices", LOST, lv_devices_read },
  { "seclabel", HOST, NULL },
  { "resource", HOST, NULL },
  { "numatune", HOST, NULL },
  { NULL, LOST, NULL },
};

static bool
is_domain (struct lv_reader *r, const xmlNode *root, struct ovf_error **err)
{
  CLEANUP_FREE char *type = lv_attr (root, "type");

  if (!lv_is (root, "domain"))
    return error_at (err, OVF_E_FORMAT, "LIBVIRT-ROOT", r->name,
                     xml_line (root), "<%s> is no libvirt domain",
                     xml_name (root));
  if (lv_equal (type, "lxc") || lv_equal (type, "openvz"))
    return error_at (err, OVF_E_UNSUPPORTED, "LIBVIRT-TYPE", r->name,
                     xml_line (root),
                     "a container ('%s') is no virtual machine", type);
  r->xen = lv_equal (type, "xen");
  r->wide_scsi = lv_equal (type, "vmware") || lv_equal (type, "vbox");
  return true;
}

static struct appliance *
read_domain (struct lv_reader *r, const xmlNode *root, struct ovf_error **err)
{
  CLEANUP (appliance) struct appliance *a = appliance_new ("libvirt");

  if (!is_domain (r, root, err))
    return NULL;
  r->a = a;
  r->m = appliance_add_machine (a);
  r->m->line = xml_line (root);
  if (!lv_walk (r, root, "", domain_rows, err))
    return NULL;
  if (!has_boot_order (r->m))
    lv_boot_read (r, lv_child (root, "os"));
  return STEAL (a);
}

struct appliance *
libvirt_read (struct ovf_ctx *ctx, const struct input *in,
              const struct read_settings *settings, struct ovf_report *report,
              struct ovf_error **err)
{
  CLEANUP_XML xmlDoc *doc = xml_parse (ctx, in->name, in->text, in->len, err);
  struct lv_reader r = { .ctx = ctx, .name = in->name, .report = report };

  if (doc == NULL)
    return NULL;
  if (settings->configuration != NULL) {
    error_set (err, OVF_E_USAGE, "a domain has no deployment options: '%s'",
               settings->configuration);
    return NULL;
  }
  return read_domain (&r, xmlDocGetRootElement (doc), err);
}

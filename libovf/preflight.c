/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preflight of a domain; see preflight.h. */
#include "preflight.h"

#include <inttypes.h>

#include "base/file.h"
#include "base/text.h"
#include "base/xml.h"

/* ---- the domain -------------------------------------------------------------- */
struct guest {
  const struct preflight *p;
  struct ovf_report *report;
  const xmlNode *root, *devices, *os;
  struct domain_words words;
};

void
domain_words_done (struct domain_words *w)
{
  free (w->name);
  free (w->uuid);
  free (w->type);
  free (w->arch);
  free (w->machine);
  memset (w, 0, sizeof *w);
}

static const xmlNode *
child (const xmlNode *n, const char *name)
{
  return n ? xml_child (n, NULL, name) : NULL;
}

static char *
attr (const xmlNode *n, const char *name)
{
  return n ? xml_attr (n, NULL, name) : NULL;
}

static char *
child_text (const xmlNode *n, const char *name)
{
  return n ? xml_child_text (n, NULL, name) : NULL;
}

static bool
same (const char *a, const char *b)
{
  return a != NULL && b != NULL && strcmp (a, b) == 0;
}

static void
read_words (struct domain_words *w, const xmlNode *root)
{
  const xmlNode *type = child (child (root, "os"), "type");

  w->name = child_text (root, "name");
  w->uuid = child_text (root, "uuid");
  w->type = attr (root, "type");
  w->arch = attr (type, "arch");
  w->machine = attr (type, "machine");
}

bool
domain_words_read (const struct ovf_ctx *ctx, const char *xml, size_t len,
                   struct domain_words *ret, struct ovf_error **err)
{
  CLEANUP_XML xmlDoc *doc = xml_parse (ctx, "domain", xml, len, err);

  memset (ret, 0, sizeof *ret);
  if (doc == NULL)
    return false;
  read_words (ret, xmlDocGetRootElement (doc));
  return true;
}

/* A file of the host stands in an attribute of <source>, or is the text of
 * <kernel>, <initrd>, <nvram> and their like. */
static bool
element_uses (const xmlNode *n, const char *path, const char *pool, const char *volume)
{
  CLEANUP_FREE char *file = attr (n, "file");
  CLEANUP_FREE char *dev = attr (n, "dev");
  CLEANUP_FREE char *of_pool = attr (n, "pool");
  CLEANUP_FREE char *name = attr (n, "volume");
  CLEANUP_FREE char *text = xml_first (n) == NULL ? xml_text (n) : NULL;

  return same (file, path) || same (dev, path) || same (text, path)
         || (same (of_pool, pool) && same (name, volume));
}

static bool
text_uses (const struct ovf_ctx *ctx, const char *xml, const char *path, const char *pool,
           const char *volume)
{
  CLEANUP_XML xmlDoc *doc = xml ? xml_parse (ctx, "domain", xml, strlen (xml), NULL) : NULL;
  const xmlNode *root = doc ? xmlDocGetRootElement (doc) : NULL;

  for (const xmlNode *n = root; n != NULL; n = xml_following (n, root))
    if (element_uses (n, path, pool, volume))
      return true;
  return false;
}

bool
domain_uses (const struct ovf_ctx *ctx, const struct virt_domain *d, const char *path,
             const char *pool, const char *volume)
{
  return text_uses (ctx, d->xml, path, pool, volume)
         || text_uses (ctx, d->live_xml, path, pool, volume);
}

/* A finding on the machine. */
#define SAY(g, severity, rule, ...)                                           \
  report_add ((g)->report, severity, rule, NULL, 0, NULL, __VA_ARGS__)

/* ---- what domain capabilities say ------------------------------------------------ */
enum answer { NOT_SAID, SAID_NO, SAID_YES };

/* <parent supported=><enum name=><value> */
static enum answer
enum_has (const xmlNode *parent, const char *name, const char *value)
{
  CLEANUP_FREE char *supported = attr (parent, "supported");

  if (parent == NULL)
    return NOT_SAID;
  if (same (supported, "no"))
    return SAID_NO;
  XML_FOR (e, parent) {
    CLEANUP_FREE char *is = attr (e, "name");
    if (!xml_is (e, NULL, "enum") || !same (is, name))
      continue;
    XML_FOR (v, e) {
      CLEANUP_FREE char *text = xml_text (v);
      if (same (text, value))
        return SAID_YES;
    }
    return SAID_NO;
  }
  return NOT_SAID;
}

/* ---- devices: one row each ---------------------------------------------------------- */
static const struct device_row {
  const char *rule;
  const char *element, *child, *attribute; /* child NULL: the element's own */
  const char *caps, *values; /* <devices><caps><enum name=values> */
  const char *what, *fix;
} device_rows[] = {
  { "PREFLIGHT-DISK-DEVICE", "disk", NULL, "device", "disk", "diskDevice",
    "a drive of the kind", "remove it: 'ovftool set PACKAGE --remove cdrom'" },
  { "PREFLIGHT-DISK-BUS", "disk", "target", "bus", "disk", "bus", "disks on the bus",
    "--hardware native puts disks on virtio" },
  { "PREFLIGHT-CONTROLLER", "controller", NULL, "type", "controller", "type",
    "controllers of the type", "--hardware native puts disks on virtio" },
  { "PREFLIGHT-CONTROLLER", "controller", NULL, "model", "controller", "model",
    "controllers of the model", "--hardware native puts disks on virtio" },
  { "PREFLIGHT-NIC", "interface", "model", "type", "interface", "modelType",
    "network cards of the model", "--hardware native takes virtio" },
  { "PREFLIGHT-NIC", "interface", "model", "type", "interface", "model",
    "network cards of the model", "--hardware native takes virtio" },
  { "PREFLIGHT-VIDEO", "video", "model", "type", "video", "modelType",
    "video cards of the model", "QEMU on the host lacks it: install its display modules" },
  { "PREFLIGHT-GRAPHICS", "graphics", NULL, "type", "graphics", "type",
    "displays of the type", "QEMU on the host lacks it: install its display modules" },
  { "PREFLIGHT-SOUND", "sound", NULL, "model", "sound", "model",
    "sound cards of the model", "remove it: 'ovftool set PACKAGE --remove sound'" },
  { "PREFLIGHT-TPM", "tpm", NULL, "model", "tpm", "model", "TPMs of the model",
    "install swtpm on the host, or 'ovftool set PACKAGE --remove tpm'" },
  { "PREFLIGHT-TPM", "tpm", "backend", "type", "tpm", "backendModel", "TPMs behind it of the kind",
    "install swtpm on the host, or 'ovftool set PACKAGE --remove tpm'" },
  { "PREFLIGHT-TPM", "tpm", "backend", "version", "tpm", "backendVersion", "TPMs of the version",
    "install swtpm on the host, or 'ovftool set PACKAGE --remove tpm'" },
};

static bool
is_q35 (const char *machine)
{
  return machine != NULL && strstr (machine, "q35") != NULL;
}

/* IDE and the floppy are there or not with the chipset, of which the
 * capabilities may be another. */
static bool
is_of_chipset (const struct guest *g, const char *caps_machine, const char *value)
{
  return is_q35 (caps_machine) != is_q35 (g->words.machine)
         && (same (value, "ide") || same (value, "fdc"));
}

/* Each value once: a guest with four NICs has one finding. */
static bool
seen_before (const struct guest *g, const struct device_row *r, const xmlNode *device,
             const char *value)
{
  XML_FOR (n, g->devices) {
    CLEANUP_FREE char *other = NULL;
    if (n == device)
      return false;
    if (!xml_is (n, NULL, r->element))
      continue;
    other = attr (r->child ? child (n, r->child) : n, r->attribute);
    if (same (other, value))
      return true;
  }
  return false;
}

static void
check_device (struct guest *g, const struct device_row *r, const xmlNode *device,
              const xmlNode *caps)
{
  const xmlNode *where = r->child ? child (device, r->child) : device;
  const xmlNode *devices = child (caps, "devices");
  CLEANUP_FREE char *value = attr (where, r->attribute);
  CLEANUP_FREE char *machine = child_text (caps, "machine");

  if (value == NULL || enum_has (child (devices, r->caps), r->values, value) != SAID_NO
      || is_of_chipset (g, machine, value) || seen_before (g, r, device, value))
    return;
  SAY (g, OVF_FAULT, r->rule, "the host has no %s '%s'", r->what, value);
  report_hint (g->report, "%s", r->fix);
}

static void
check_devices (struct guest *g, const xmlNode *caps)
{
  for (size_t i = 0; i < ARRAY_SIZE (device_rows); i++)
    XML_FOR (n, g->devices)
      if (xml_is (n, NULL, device_rows[i].element))
        check_device (g, &device_rows[i], n, caps);
}

/* ---- the board ------------------------------------------------------------------------- */
static void
check_virt_type (struct guest *g, const xmlNode *caps)
{
  CLEANUP_FREE char *domain = child_text (caps, "domain");
  CLEANUP_FREE char *arch = child_text (caps, "arch");
  CLEANUP_FREE char *machine = child_text (caps, "machine");

  /* Where there is KVM there is QEMU without it. */
  if (domain != NULL && g->words.type != NULL && strcmp (domain, g->words.type) != 0
      && !(strcmp (domain, "kvm") == 0 && strcmp (g->words.type, "qemu") == 0)) {
    SAY (g, OVF_FAULT, "PREFLIGHT-VIRT-TYPE", "the host runs guests of the type '%s', not '%s'",
         domain, g->words.type);
    report_hint (g->report, strcmp (domain, "qemu") == 0
                              ? "--virt-type qemu runs it without hardware virtualization"
                              : "the capabilities must be those of a KVM or QEMU host");
  }
  if (arch != NULL && g->words.arch != NULL && strcmp (arch, g->words.arch) != 0)
    SAY (g, OVF_FAULT, "PREFLIGHT-ARCH", "the host offers '%s', the guest is '%s'", arch,
         g->words.arch);
  else if (machine != NULL && g->words.machine != NULL && is_q35 (machine) != is_q35 (g->words.machine)) {
    SAY (g, OVF_WARNING, "PREFLIGHT-MACHINE",
         "the capabilities are those of the machine '%s', the guest needs '%s'", machine,
         g->words.machine);
    report_hint (g->report, "'virsh domcapabilities --machine %s' tells those", g->words.machine);
  }
}

/* The mode; for a model of its own, whether this host can do it. */
static void
check_cpu (struct guest *g, const xmlNode *caps)
{
  const xmlNode *cpu = child (g->root, "cpu"), *known = child (caps, "cpu");
  CLEANUP_FREE char *mode = attr (cpu, "mode");
  CLEANUP_FREE char *model = child_text (cpu, "model");
  const char *wanted = mode ? mode : model ? "custom" : NULL;

  if (wanted == NULL || known == NULL)
    return;
  XML_FOR (m, known) {
    CLEANUP_FREE char *name = attr (m, "name");
    CLEANUP_FREE char *supported = attr (m, "supported");
    if (!same (name, wanted) || same (supported, "no"))
      continue;
    if (model == NULL)
      return;
    XML_FOR (v, m) {
      CLEANUP_FREE char *text = xml_text (v);
      CLEANUP_FREE char *usable = attr (v, "usable");
      if (same (text, model) && !same (usable, "no"))
        return;
    }
  }
  SAY (g, OVF_FAULT, "PREFLIGHT-CPU", "the host cannot give a guest a processor '%s'",
       model ? model : wanted);
  report_hint (g->report, "--virt-type %s takes another", same (g->words.type, "kvm") ? "qemu" : "kvm");
}

static void
check_firmware (struct guest *g, const xmlNode *caps)
{
  const xmlNode *os = child (caps, "os"), *loader = child (os, "loader");
  CLEANUP_FREE char *firmware = attr (g->os, "firmware");
  CLEANUP_FREE char *secure = attr (child (g->os, "loader"), "secure");
  CLEANUP_FREE char *supported = attr (loader, "supported");

  if (!same (firmware, "efi"))
    return;
  if (enum_has (os, "firmware", "efi") == SAID_NO || same (supported, "no")) {
    SAY (g, OVF_FAULT, "PREFLIGHT-FIRMWARE", "the host has no UEFI firmware for guests");
    report_hint (g->report, "on Debian and Ubuntu: apt install ovmf");
  } else if (same (secure, "yes") && enum_has (loader, "secure", "yes") == SAID_NO) {
    SAY (g, OVF_FAULT, "PREFLIGHT-SECURE-BOOT", "the host has no firmware with secure boot");
    report_hint (g->report, "on Debian and Ubuntu: apt install ovmf; secure boot needs q35");
  }
}

static unsigned
guest_cpus (const struct guest *g)
{
  CLEANUP_FREE char *text = child_text (g->root, "vcpu");
  unsigned n = 1;

  if (text != NULL)
    parse_unsigned (text, 1, 1000000, &n);
  return n;
}

static void
check_cpus (struct guest *g, const xmlNode *caps)
{
  CLEANUP_FREE char *text = attr (child (caps, "vcpu"), "max");
  unsigned max, cpus = guest_cpus (g);

  if (text != NULL && parse_unsigned (text, 1, 1000000, &max) && cpus > max) {
    SAY (g, OVF_FAULT, "PREFLIGHT-CPUS", "the guest has %u processors, the host allows %u",
         cpus, max);
    report_hint (g->report, "'ovftool set PACKAGE cpus=%u'", max);
  } else if (g->p->host != NULL && g->p->host->cpus > 0 && cpus > g->p->host->cpus)
    SAY (g, OVF_WARNING, "PREFLIGHT-CPUS", "the guest has %u processors, the host itself %u",
         cpus, g->p->host->cpus);
}

/* ---- the host ----------------------------------------------------------------------------- */
static void
check_memory (struct guest *g)
{
  const struct virt_host *h = g->p->host;
  CLEANUP_FREE char *text = child_text (g->root, "memory");
  CLEANUP_FREE char *wanted = NULL;
  uint64_t kib, bytes;

  if (h == NULL || text == NULL || !parse_u64 (text, 0, INT64_MAX / 1024, &kib))
    return;
  bytes = kib * 1024; /* our writer counts in KiB */
  wanted = text_human_size (bytes);
  if (h->memory > 0 && bytes > h->memory) {
    CLEANUP_FREE char *all = text_human_size (h->memory);
    SAY (g, OVF_FAULT, "PREFLIGHT-MEMORY", "the guest has %s of memory, the host %s", wanted,
         all);
    report_hint (g->report, "'ovftool set PACKAGE memory=SIZE'");
  } else if (h->free_memory > 0 && bytes > h->free_memory) {
    CLEANUP_FREE char *left = text_human_size (h->free_memory);
    SAY (g, OVF_WARNING, "PREFLIGHT-MEMORY",
         "the guest has %s of memory, on the host %s are free now", wanted, left);
  }
}

static bool
has_string (const strings *list, const char *s)
{
  VECTOR_FOR (x, list)
    if (strcmp (*x, s) == 0)
      return true;
  return false;
}

static void
check_network (struct guest *g, const char *name)
{
  const struct virt_host *h = g->p->host;

  if (!h->networks_known || has_string (&h->networks, name))
    return;
  if (!has_string (&h->inactive_networks, name)) {
    SAY (g, OVF_FAULT, "PREFLIGHT-NETWORK", "the host has no network '%s'", name);
    report_hint (g->report, "--net '*=network:NAME', or bridge:NAME, or user");
    return;
  }
  SAY (g, g->p->start ? OVF_FAULT : OVF_WARNING, "PREFLIGHT-NETWORK",
       "the network '%s' of the host is not active", name);
  report_hint (g->report, "'virsh net-start %s'", name);
}

static void
check_nic (struct guest *g, const xmlNode *n)
{
  const struct virt_host *h = g->p->host;
  const xmlNode *source = child (n, "source");
  CLEANUP_FREE char *network = attr (source, "network");
  CLEANUP_FREE char *bridge = attr (source, "bridge");

  if (h != NULL && network != NULL)
    check_network (g, network);
  if (h == NULL || bridge == NULL || !h->links_known || has_string (&h->links, bridge))
    return;
  SAY (g, OVF_FAULT, "PREFLIGHT-BRIDGE", "the host has no bridge '%s'", bridge);
  report_hint (g->report, "--net '*=bridge:NAME', or network:NAME, or user");
}

/* ---- collisions ------------------------------------------------------------------------------ */
static bool
domain_has_mac (struct ovf_ctx *ctx, const struct virt_domain *d, const char *mac)
{
  CLEANUP_XML xmlDoc *doc = xml_parse (ctx, d->name, d->xml, strlen (d->xml), NULL);
  const xmlNode *root = doc ? xmlDocGetRootElement (doc) : NULL;
  const xmlNode *devices = child (root, "devices");

  if (devices == NULL)
    return false;
  XML_FOR (n, devices) {
    CLEANUP_FREE char *text = attr (child (n, "mac"), "address");
    CLEANUP_FREE char *other = text && xml_is (n, NULL, "interface") ? text_mac (text) : NULL;
    if (same (other, mac))
      return true;
  }
  return false;
}

static void
check_macs (struct guest *g, const struct virt_domain *d)
{
  XML_FOR (n, g->devices) {
    CLEANUP_FREE char *mac = attr (child (n, "mac"), "address");
    if (mac == NULL || !xml_is (n, NULL, "interface") || !domain_has_mac (g->p->ctx, d, mac))
      continue;
    SAY (g, OVF_WARNING, "PREFLIGHT-MAC", "the domain '%s' has the network address %s too",
         d->name, mac);
    report_hint (g->report, "--mac new");
  }
}

static void
check_collisions (struct guest *g)
{
  VECTOR_FOR (d, g->p->domains) {
    if (same (d->name, g->p->replaced))
      continue;
    if (same (d->name, g->words.name)) {
      SAY (g, OVF_FAULT, "PREFLIGHT-NAME", "the host has a domain '%s' already", d->name);
      report_hint (g->report, "--name NAME takes another one, -f replaces it");
    }
    if (same (d->uuid, g->words.uuid)) {
      SAY (g, OVF_FAULT, "PREFLIGHT-UUID", "the domain '%s' has the UUID %s already", d->name,
           d->uuid);
      report_hint (g->report, "--uuid new");
    }
    check_macs (g, d);
  }
}

/* ---- the whole --------------------------------------------------------------------------------- */
static bool
check_caps (struct guest *g, struct ovf_error **err)
{
  const struct preflight *p = g->p;
  CLEANUP_XML xmlDoc *doc = xml_parse (p->ctx, p->caps_name, p->caps, strlen (p->caps), err);
  const xmlNode *caps;

  if (doc == NULL)
    return false;
  caps = xmlDocGetRootElement (doc);
  if (!xml_is (caps, NULL, "domainCapabilities")) {
    error_at (err, OVF_E_FORMAT, NULL, p->caps_name, xml_line (caps),
              "these are no capabilities of a host");
    return error_hint (err, "'virsh domcapabilities' prints them");
  }
  check_virt_type (g, caps);
  check_cpu (g, caps);
  check_firmware (g, caps);
  check_cpus (g, caps);
  check_devices (g, caps);
  return true;
}

bool
preflight_domain (const struct preflight *p, const char *xml, size_t len,
                  struct ovf_report *report, struct ovf_error **err)
{
  struct guest g = { .p = p, .report = report };
  CLEANUP_XML xmlDoc *doc = xml_parse (p->ctx, "domain", xml, len, err);
  bool ok;

  if (doc == NULL)
    return false;
  g.root = xmlDocGetRootElement (doc);
  g.devices = child (g.root, "devices");
  g.os = child (g.root, "os");
  read_words (&g.words, g.root);
  ok = p->caps == NULL || check_caps (&g, err);
  if (p->caps == NULL)
    check_cpus (&g, NULL);
  check_memory (&g);
  if (g.devices != NULL)
    XML_FOR (n, g.devices)
      if (xml_is (n, NULL, "interface"))
        check_nic (&g, n);
  if (p->domains != NULL)
    check_collisions (&g);
  domain_words_done (&g.words);
  return ok;
}

static void
check_room (const char *rule, const char *what, const char *name, uint64_t needs,
            uint64_t left, const char *fix, struct ovf_report *report)
{
  CLEANUP_FREE char *a = text_human_size (needs);
  CLEANUP_FREE char *b = text_human_size (left);

  if (name == NULL || needs <= left)
    return;
  report_add (report, OVF_FAULT, rule, NULL, 0, NULL, "%s '%s' has %s free, %s are needed",
              what, name, b, a);
  report_hint (report, "%s", fix);
}

void
preflight_space (const struct preflight *p, struct ovf_report *report)
{
  check_room ("PREFLIGHT-SPACE", "the storage pool", p->pool, p->pool_needs, p->pool_free,
              "--pool NAME takes another one", report);
  check_room ("PREFLIGHT-SCRATCH", "the folder", p->scratch, p->scratch_needs,
              p->scratch_free, "TMPDIR names another folder for temporary files", report);
}

char *
preflight_read_caps (struct ovf_ctx *ctx, const char *path, struct ovf_error **err)
{
  CLEANUP_FD int fd = file_open_user (path, NULL, err);
  CLEANUP_FREE char *text = NULL;
  size_t len;

  if (fd < 0)
    return NULL;
  text = file_read_text (ctx, fd, path, LIMIT_DESCRIPTOR, &len, err);
  if (text != NULL && memchr (text, '\0', len) != NULL) {
    error_at (err, OVF_E_FORMAT, NULL, path, 0, "the file holds a NUL byte");
    return NULL;
  }
  return STEAL (text);
}

bool
preflight_verdict (const struct ovf_report *report, struct ovf_error **err)
{
  return ovf_report_count (report, OVF_FAULT) == 0
         || error_set (err, OVF_E_FORMAT, "the target could not run this");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* OVF descriptors, 0.9 to 2.x, to the model: the Envelope, and systems and
 * collections in it.  Start here; ovf-reader.h says what stands in the other
 * files.
 *
 * Sections are found by kind, not by place or order, since real files mix
 * both up.  The passes over the Envelope follow what refers to what:
 * messages, files, disks and configurations, then systems. */
#include "ovf-reader.h"

#include "base/file.h"
#include "ovf-own.h"

/* ---- systems ------------------------------------------------------------- */
static struct owner
machine_owner (struct machine *m)
{
  return (struct owner){ &m->products, &m->eulas, &m->annotation, &m->extras };
}

static struct owner
collection_owner (struct collection *c)
{
  return (struct owner){ &c->products, &c->eulas, &c->annotation, &c->extras };
}

static char *
content_name (struct reader *r, const xmlNode *n)
{
  char *name = reader_child_text (r, n, "Name");

  if (name == NULL)
    name = std_attr (n, "name");
  return name;
}

static char *
content_id (struct reader *r, const xmlNode *n)
{
  char *id = std_attr (n, "id");

  if (id == NULL)
    reader_quirk (r, QUIRK_NO_ID, n);
  return id;
}

/* Several hardware sections are alternatives (OVF-VH-001): the first one is
 * what the producer likes best. */
static bool
read_system_section (struct reader *r, const xmlNode *n, struct machine *m,
                     const xmlNode **hardware, struct ovf_error **err)
{
  struct owner o = machine_owner (m);

  switch (section_kind (n)) {
  case SECTION_OS:
    read_os (r, n, &m->os);
    return true;
  case SECTION_HARDWARE:
    if (*hardware == NULL) {
      *hardware = n;
      return true;
    }
    reader_find (r, OVF_NOTE, "OVF-VH-001", n,
                 "this alternative hardware is not used; the first one is");
    keep_element (&m->extras, "section", n);
    return true;
  case SECTION_BOOT_ORDER:
  case SECTION_BOOT_DEVICES:
  case SECTION_VBOX:
    return true; /* after the hardware */
  default:
    return read_shared_section (r, n, &o, err);
  }
}

static bool
read_system_hardware (struct reader *r, const xmlNode *system,
                      const xmlNode *hardware, struct machine *m,
                      struct ovf_error **err)
{
  if (hardware == NULL)
    return reader_fault (r, err, OVF_E_FORMAT, "OVF-CONT-003", system,
                         "the virtual system '%s' has no VirtualHardwareSection",
                         m->name ? m->name : "");
  if (!read_hardware (r, hardware, m, err))
    return false;
  XML_FOR (n, system)
    switch (section_kind (n)) {
    case SECTION_BOOT_ORDER:
      read_boot_order (r, n, m);
      break;
    case SECTION_BOOT_DEVICES:
      read_boot_devices (r, n, m);
      break;
    default:
      break;
    }
  return true;
}

static bool
read_system (struct reader *r, const xmlNode *system, size_t collection,
             struct ovf_error **err)
{
  const xmlNode *hardware = NULL;
  struct machine *m;

  if (!ctx_within (r->ctx, LIMIT_MACHINES, r->a->machines.len + 1,
                   "the number of virtual systems", err))
    return error_place (err, NULL, r->in->name, xml_line (system));
  m = appliance_add_machine (r->a);
  m->line = xml_line (system);
  m->collection = collection;
  m->id = content_id (r, system);
  m->name = content_name (r, system);
  if (m->name == NULL && m->id != NULL && *m->id != '\0')
    m->name = xstrdup (m->id);
  for (const struct machine *o = r->a->machines.ptr; m->id != NULL && o < m; o++)
    if (o->id != NULL && strcmp (o->id, m->id) == 0
        && !reader_fault (r, err, OVF_E_FORMAT, "OVF-CONT-002", system,
                          "two virtual systems have the id '%s'", m->id))
      return false;
  XML_FOR (n, system)
    if (!read_system_section (r, n, m, &hardware, err))
      return false;
  if (!read_system_hardware (r, system, hardware, m, err))
    return false;
  XML_FOR (n, system)
    if (section_kind (n) == SECTION_VBOX)
      read_vbox_machine (r, n, m);
  for (xmlNode *n = hardware ? xml_first (hardware) : NULL; n; n = xml_next (n))
    if (xml_is (n, OWN_NS, "Machine"))
      own_read (n, r->in, r->a, m, r->report);
  if (!r->settings->inspect)
    os_complete (&m->os); /* `info` shows what the file says */
  return true;
}

/* ---- collections --------------------------------------------------------------- */
static void
read_startup (struct reader *r, const xmlNode *section, size_t collection)
{
  XML_FOR (n, section) {
    CLEANUP_FREE char *id = NULL, *order = NULL;
    unsigned number = 0;

    if (!is_ovf (n, "Item"))
      continue;
    id = std_attr (n, "id");
    order = std_attr (n, "order");
    if (id == NULL || !parse_unsigned (order, 0, UINT16_MAX, &number)) {
      reader_find (r, OVF_WARNING, "OVF-START-001", n,
                   "an Item of the StartupSection lacks its id or its order");
      continue;
    }
    VECTOR_FOR (m, &r->a->machines)
      if (m->collection == collection && m->id != NULL && strcmp (m->id, id) == 0)
        m->start_order = number;
  }
}

static bool read_content (struct reader *, const xmlNode *, size_t collection,
                          struct ovf_error **);

static bool
read_collection (struct reader *r, const xmlNode *n, size_t parent,
                 struct ovf_error **err)
{
  size_t own = r->a->collections.len;
  struct collection *c = collections_add (&r->a->collections);

  c->parent = parent;
  c->id = content_id (r, n);
  c->name = content_name (r, n);
  if (c->name == NULL && c->id != NULL && *c->id != '\0')
    c->name = xstrdup (c->id);
  c->info = reader_child_text (r, n, "Info");
  XML_FOR (child, n) {
    enum section kind = section_kind (child);
    if (kind == SECTION_SYSTEM || kind == SECTION_COLLECTION) {
      if (!read_content (r, child, own, err))
        return false;
    } else if (kind != SECTION_STARTUP) {
      struct owner o = collection_owner (&r->a->collections.ptr[own]);
      if (!read_shared_section (r, child, &o, err))
        return false;
    }
  }
  XML_FOR (child, n)
    if (section_kind (child) == SECTION_STARTUP) {
      read_startup (r, child, own);
      keep_element (&r->a->collections.ptr[own].extras, "section", child);
    }
  return true;
}

/* Recursion ends at the depth that the parser allows. */
static bool
read_content (struct reader *r, const xmlNode *n, size_t collection,
              struct ovf_error **err)
{
  if (!ctx_alive (r->ctx, err))
    return false;
  return section_kind (n) == SECTION_COLLECTION
           ? read_collection (r, n, collection, err)
           : read_system (r, n, collection, err);
}

/* ---- the Envelope ----------------------------------------------------------------- */
static bool
for_sections (struct reader *r, const xmlNode *root, enum section kind,
              bool (*read) (struct reader *, const xmlNode *, struct ovf_error **),
              struct ovf_error **err)
{
  XML_FOR (n, root)
    if (section_kind (n) == kind && !read (r, n, err))
      return false;
  return true;
}

static bool
read_bundles (struct reader *r, const xmlNode *root, struct ovf_error **err)
{
  CLEANUP_FREE char *lang = xml_attr (root, XML_XML_NS, "lang");

  XML_FOR (n, root)
    if (section_kind (n) == SECTION_STRINGS
        && !read_strings (r, n, lang ? lang : "en-US", err))
      return false;
  return true;
}

/* Sections that no pass before has taken.  Those of systems and collections
 * that stand here are the content's. */
static bool
read_other_section (struct reader *r, const xmlNode *n, struct ovf_error **err)
{
  struct appliance *a = r->a;
  strings eulas = { 0 };
  char *annotation = NULL;
  products list = { 0 };
  struct owner o = { &list, &eulas, &annotation, &a->extras };

  switch (section_kind (n)) {
  case SECTION_REFERENCES:
  case SECTION_DISKS:
  case SECTION_SHARED_DISKS:
  case SECTION_NETWORKS:
  case SECTION_DEPLOYMENT:
  case SECTION_STRINGS:
  case SECTION_SYSTEM:
  case SECTION_COLLECTION:
    return true;
  case SECTION_PRODUCT:
  case SECTION_EULA:
  case SECTION_ANNOTATION:
    if (a->collections.len + a->machines.len == 0) {
      keep_element (&a->extras, "section", n);
      return true;
    }
    o = a->virtual_app ? collection_owner (a->collections.ptr)
                       : machine_owner (a->machines.ptr);
    reader_find (r, OVF_WARNING, "OVF-SEC-001", n,
                 "this section belongs into the virtual system or collection");
    return read_shared_section (r, n, &o, err);
  default:
    return read_shared_section (r, n, &o, err);
  }
}

static bool
read_contents (struct reader *r, const xmlNode *root, struct ovf_error **err)
{
  struct appliance *a = r->a;

  XML_FOR (n, root) {
    enum section kind = section_kind (n);
    if (kind != SECTION_SYSTEM && kind != SECTION_COLLECTION)
      continue;
    if (!read_content (r, n, NO_INDEX, err))
      return false;
  }
  a->virtual_app = a->collections.len > 0;
  if (a->virtual_app)
    a->name = xstrdup (a->collections.ptr[0].name);
  else if (a->machines.len > 0)
    a->name = xstrdup (a->machines.ptr[0].name);
  if (a->machines.len == 0)
    return reader_fault (r, err, OVF_E_FORMAT,
                         a->virtual_app ? "OVF-CONT-004" : "OVF-CONT-001", root,
                         "there is no virtual system in this descriptor");
  return true;
}

static bool
read_others (struct reader *r, const xmlNode *root, struct ovf_error **err)
{
  XML_FOR (n, root)
    if (!read_other_section (r, n, err))
      return false;
  return true;
}

static bool
read_envelope (struct reader *r, const xmlNode *root, struct ovf_error **err)
{
  return read_bundles (r, root, err)
         && for_sections (r, root, SECTION_REFERENCES, read_references, err)
         && for_sections (r, root, SECTION_DISKS, read_disks, err)
         && for_sections (r, root, SECTION_SHARED_DISKS, read_disks, err)
         && for_sections (r, root, SECTION_NETWORKS, read_networks, err)
         && for_sections (r, root, SECTION_DEPLOYMENT, read_deployment, err)
         && choose_configuration (r, err)
         && read_contents (r, root, err) && read_others (r, root, err)
         && for_sections (r, root, SECTION_DISKS, resolve_capacities, err)
         && for_sections (r, root, SECTION_SHARED_DISKS, resolve_capacities, err);
}

/* ---- which version ------------------------------------------------------------------ */
/* The namespace tells 0.9, 1 and 2 apart; within 1 and 2 only a remark of the
 * producer does.  Without one it is the usual "1.1" or "2.0". */
static const char *
version_of (const char *ns, bool old, const char *said)
{
  if (strstr (ns, "vmware") != NULL)
    return "0.9";
  if (strstr (ns, "/envelope/2") != NULL)
    return said && strncmp (said, "2.1", 3) == 0 ? "2.1" : "2.0";
  if (strstr (ns, "/envelope/1") == NULL && old)
    return "0.9";
  return said && strcmp (said, "1.0") >= 0 && strncmp (said, "1.0", 3) == 0
           ? "1.0" : "1.1";
}

static bool
is_exact_ns (const char *ns)
{
  return strcmp (ns, OVF1_NS) == 0 || strcmp (ns, OVF2_NS) == 0
         || strcmp (ns, OVF09_NS) == 0;
}

static bool
check_root (struct reader *r, const xmlNode *root, struct ovf_error **err)
{
  CLEANUP_FREE char *said = std_attr (root, "version");
  const char *ns = xml_ns (root);

  if (strcmp (xml_name (root), "Envelope") != 0)
    return error_at (err, OVF_E_FORMAT, "OVF-XML-001", r->in->name, xml_line (root),
                     "the root element is '%s', not an OVF Envelope",
                     xml_name (root));
  if (!is_ovf_ns (ns))
    return error_at (err, OVF_E_FORMAT, "OVF-XML-001", r->in->name, xml_line (root),
                     "the namespace '%s' of the Envelope is none of OVF 0.9, 1 or 2",
                     ns);
  if (!is_exact_ns (ns))
    reader_quirk (r, QUIRK_NAMESPACE, root);
  r->ns = ns;
  XML_FOR (n, root) {
    r->old |= is_ovf (n, "Section") || is_ovf (n, "Content");
    if (*xml_ns (n) == '\0' && strcmp (ns, OVF09_NS) != 0)
      reader_quirk (r, QUIRK_UNQUALIFIED, n);
  }
  r->a->ovf_version = xstrdup (version_of (ns, r->old, said));
  return true;
}

/* The tables of a reader. */
static void
reader_begin (struct reader *r)
{
  r->messages = xmlHashCreate (0);
  r->other_messages = xmlHashCreate (0);
  r->networks = xmlHashCreate (0);
  r->disk_buses = xmlHashCreate (0);
}

static void
reader_end (struct reader *r)
{
  xmlHashFree (r->messages, free_text);
  xmlHashFree (r->other_messages, free_text);
  xmlHashFree (r->networks, NULL);
  xmlHashFree (r->disk_buses, free_text);
}

struct appliance *
descriptor_read (struct ovf_ctx *ctx, const struct input *in,
                 const struct read_settings *settings,
                 struct ovf_report *report, struct ovf_error **err)
{
  CLEANUP_XML xmlDoc *doc = xml_parse (ctx, in->name, in->text, in->len, err);
  CLEANUP (appliance) struct appliance *a = NULL;
  struct reader r = { .ctx = ctx, .in = in, .settings = settings, .report = report };
  const xmlNode *root;
  bool ok;

  if (doc == NULL)
    return NULL;
  root = xmlDocGetRootElement (doc);
  r.a = a = appliance_new ("ovf");
  a->descriptor = path_base (in->name);
  if (!check_root (&r, root, err))
    return NULL;
  reader_begin (&r);
  ok = read_envelope (&r, root, err);
  reader_end (&r);
  return ok ? STEAL (a) : NULL;
}

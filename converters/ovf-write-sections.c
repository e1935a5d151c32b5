/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Model to OVF: every section but the hardware. */
#include "base/text.h"
#include "model/maps.h"
#include "model/property.h"
#include "ovf-write.h"

#define STREAM_OPTIMIZED disk_format_to_uri ("vmdk-stream")

/* ---- disks and networks ---------------------------------------------- */
static void
disk_id (struct writer *w, const char *attr, size_t i)
{
  if (w->a->disks.ptr[i].id != NULL)
    xmlw_attr (&w->x, attr, w->a->disks.ptr[i].id);
  else
    xmlw_attrf (&w->x, attr, "vmdisk%zu", i + 1);
}

/* What the disk is counts more than what its source called it.  VirtualBox
 * wants a format on empty disks too (ovf-spec.md 3.2). */
static const char *
format_uri (const struct disk *d)
{
  const char *of_uri = d->format_uri ? disk_format_of_uri (d->format_uri) : NULL;
  const char *uri;

  if (d->format_uri != NULL && (d->format == NULL || d->format == of_uri))
    return d->format_uri;
  uri = d->format ? disk_format_to_uri (d->format) : NULL;
  return uri ? uri : d->format_uri ? d->format_uri : STREAM_OPTIMIZED;
}

/* The default of a property, by its key or its full name (OVF-PROP-011). */
static const char *
value_in (const products *v, const char *name)
{
  VECTOR_FOR (p, v)
    VECTOR_FOR (q, &p->properties) {
      CLEANUP_FREE char *full
        = xasprintf ("%s%s%s%s%s", p->class_name ? p->class_name : "",
                     p->class_name && *p->class_name ? "." : "", q->key,
                     p->instance && *p->instance ? "." : "",
                     p->instance ? p->instance : "");
      if (strcmp (q->key, name) == 0 || strcmp (full, name) == 0)
        return q->value ? q->value : "";
    }
  return NULL;
}

static const char *
property_value (const struct appliance *a, const char *name)
{
  const char *value = NULL;

  VECTOR_FOR (c, &a->collections)
    value = value ? value : value_in (&c->products, name);
  VECTOR_FOR (m, &a->machines)
    value = value ? value : value_in (&m->products, name);
  return value;
}

/* A capacity that a property gives: in which power of two does it count?  The
 * model has the product only.  false: say the number. */
static bool
write_property_capacity (struct writer *w, const struct disk *d)
{
  const char *value = property_value (w->a, d->capacity_property);
  uint64_t count, factor;

  if (d->capacity == NO_SIZE) {
    xmlw_attrf (&w->x, "ovf:capacity", "${%s}", d->capacity_property);
    xmlw_attr (&w->x, "ovf:capacityAllocationUnits", "byte");
    return true;
  }
  factor = value && parse_u64 (value, 1, INT64_MAX, &count) && d->capacity % count == 0
             ? d->capacity / count : 0;
  if (d->file != NO_INDEX || factor == 0 || (factor & (factor - 1)) != 0) {
    report_loss (w->report, "ovf", "capacity",
                 "the capacity of disk '%s' is no longer the property '%s'",
                 d->id ? d->id : "", d->capacity_property);
    return false;
  }
  xmlw_attrf (&w->x, "ovf:capacity", "${%s}", d->capacity_property);
  if (factor == 1)
    xmlw_attr (&w->x, "ovf:capacityAllocationUnits", "byte");
  else
    xmlw_attrf (&w->x, "ovf:capacityAllocationUnits", "byte * 2^%d",
                __builtin_ctzll (factor));
  return true;
}

/* Bytes: VirtualBox ignores the units, others honour them. */
static void
write_capacity (struct writer *w, const struct disk *d)
{
  if (d->capacity_property != NULL && write_property_capacity (w, d))
    return;
  xmlw_attrf (&w->x, "ovf:capacity", "%llu", (unsigned long long)d->capacity);
  xmlw_attr (&w->x, "ovf:capacityAllocationUnits", "byte");
}

static void
write_disk (struct writer *w, const struct disk *d, bool shared)
{
  xmlw_start (&w->x, shared ? "SharedDisk" : "Disk");
  write_capacity (w, d);
  disk_id (w, "ovf:diskId", d - w->a->disks.ptr);
  if (d->file != NO_INDEX)
    write_file_id (w, "ovf:fileRef", d->file);
  if (d->parent != NO_INDEX)
    disk_id (w, "ovf:parentRef", d->parent);
  xmlw_attr (&w->x, "ovf:format", format_uri (d));
  if (d->populated != NO_SIZE)
    xmlw_attrf (&w->x, "ovf:populatedSize", "%llu",
                (unsigned long long)d->populated);
  if (shared && d->read_only)
    xmlw_attr (&w->x, "ovf:readOnly", "true");
  xmlw_end (&w->x);
}

/* 2.x keeps the disks of several machines apart (DSP8023 2.0.1). */
static void
write_disk_section (struct writer *w, bool shared)
{
  bool v2 = strcmp (w->ns, OVF2_NS) == 0, any = false;

  VECTOR_FOR (d, &w->a->disks)
    any = any || (v2 && d->shared) == shared;
  if (!any)
    return;
  write_section (w, shared ? "SharedDiskSection" : "DiskSection",
                     "The virtual disks");
  VECTOR_FOR (d, &w->a->disks)
    if ((v2 && d->shared) == shared)
      write_disk (w, d, shared);
  xmlw_end (&w->x);
}

void
write_disks (struct writer *w)
{
  write_disk_section (w, false);
  write_disk_section (w, true);
  VECTOR_FOR (d, &w->a->disks)
    if (d->shared && strcmp (w->ns, OVF1_NS) == 0)
      report_loss (w->report, "ovf", "shared-disk",
                   "disk '%s' is shared: only OVF 2 says so", d->id ? d->id : "");
}

/* The networks that NICs name and the appliance does not list (OVF-NET-003),
 * each once, in the order of the NICs: by name first, which finds the double
 * ones, then by place. */
struct mention { const char *name; size_t place; };
DEFINE_VECTOR (mentions, struct mention)

static int
by_name (const void *a, const void *b)
{
  const struct mention *x = a, *y = b;
  int r = strcmp (x->name, y->name);

  return r != 0 ? r : x->place < y->place ? -1 : x->place > y->place;
}

static int
by_place (const void *a, const void *b)
{
  const struct mention *x = a, *y = b;

  return x->place < y->place ? -1 : x->place > y->place;
}

/* What a NIC is connected to.  Without a network's name, how it is attached:
 * words that VirtualBox's import takes for that. */
const char *
out_network (const struct nic *n)
{
  static const char *const words[] = {
    [ATTACH_BRIDGE] = "Bridged", [ATTACH_NAT] = "NAT", [ATTACH_USER] = "NAT",
    [ATTACH_HOSTONLY] = "HostOnly", [ATTACH_INTERNAL] = "Internal",
    [ATTACH_NONE] = NULL,
  };

  return n->network != NULL ? n->network : words[n->attachment];
}

static mentions
unlisted (const struct appliance *a)
{
  mentions all = { 0 };
  size_t kept = 0;

  VECTOR_FOR (n, &a->networks)
    mentions_append (&all, (struct mention){ n->name, 0 });
  VECTOR_FOR (m, &a->machines)
    VECTOR_FOR (n, &m->nics)
      if (out_network (n) != NULL)
        mentions_append (&all, (struct mention){ out_network (n), all.len + 1 });
  if (all.len > 0)
    qsort (all.ptr, all.len, sizeof *all.ptr, by_name);
  for (size_t i = 0; i < all.len; i++) {
    bool again = i > 0 && strcmp (all.ptr[i].name, all.ptr[i - 1].name) == 0;
    if (!again && all.ptr[i].place > 0)
      all.ptr[kept++] = all.ptr[i];
  }
  all.len = kept;
  if (kept > 0)
    qsort (all.ptr, kept, sizeof *all.ptr, by_place);
  return all;
}

static bool
write_network (struct writer *w, const struct network *n, size_t i,
               struct ovf_error **err)
{
  CLEANUP_FREE char *kind = xasprintf ("network %zu", i);

  xmlw_start (&w->x, "Network");
  xmlw_attr (&w->x, "ovf:name", n->name);
  if (n->description != NULL)
    xmlw_element (&w->x, "Description", n->description);
  else /* optional in the schema, but no producer leaves it out */
    xmlw_elementf (&w->x, "Description", "The %s network", n->name);
  if (i != NO_INDEX && !write_kept (w, &w->a->extras, kind, err))
    return false;
  xmlw_end (&w->x);
  return true;
}

bool
write_networks (struct writer *w, struct ovf_error **err)
{
  mentions more = unlisted (w->a);
  bool ok = true;

  if (w->a->networks.len + more.len > 0) {
    write_section (w, "NetworkSection", "The networks that are used");
    VECTOR_FOR (n, &w->a->networks)
      ok = ok && write_network (w, n, n - w->a->networks.ptr, err);
    VECTOR_FOR (n, &more)
      ok = ok && write_network (w, &(struct network){ .name = (char *)n->name },
                                NO_INDEX, err);
    xmlw_end (&w->x);
  }
  free (more.ptr);
  return ok;
}

void
write_configurations (struct writer *w)
{
  if (w->a->configurations.len == 0)
    return;
  write_section (w, "DeploymentOptionSection", "Deployment options");
  VECTOR_FOR (c, &w->a->configurations) {
    xmlw_start (&w->x, "Configuration");
    xmlw_attr (&w->x, "ovf:id", c->id);
    if (c->is_default)
      xmlw_attr (&w->x, "ovf:default", "true");
    /* Both are mandatory in the schema. */
    xmlw_element (&w->x, "Label", c->label ? c->label : c->id);
    xmlw_element (&w->x, "Description", c->description ? c->description : "");
    xmlw_end (&w->x);
  }
  xmlw_end (&w->x);
}

/* ---- the operating system --------------------------------------------- */
void
write_os (struct writer *w, const struct machine *m)
{
  struct os os = { .cim_id = m->os.cim_id };
  const struct ostype *row = NULL;

  if (os.cim_id < 0) {
    row = m->os.vmware ? ostype_by_vmware (m->os.vmware)
          : m->os.osinfo ? ostype_by_osinfo (m->os.osinfo)
          : m->os.virtualbox ? ostype_by_virtualbox (m->os.virtualbox) : NULL;
    os.cim_id = row ? row->cim_id : 1; /* Other: Description says which */
  }
  if (m->os.cim_id < 0 && row == NULL && m->os.vmware == NULL
      && m->os.virtualbox == NULL && m->os.description == NULL)
    return;
  xmlw_start (&w->x, "OperatingSystemSection");
  xmlw_attrf (&w->x, "ovf:id", "%d", os.cim_id > 65535 ? 1 : os.cim_id);
  xmlw_attr (&w->x, "ovf:version", m->os.version);
  xmlw_attr (&w->x, "vmw:osType", m->os.vmware);
  xmlw_element (&w->x, "Info", "The operating system installed");
  xmlw_element (&w->x, "Description",
                m->os.description ? m->os.description : row ? row->title : NULL);
  if (m->os.virtualbox != NULL) {
    xmlw_start (&w->x, "vbox:OSType");
    xmlw_attr (&w->x, "xmlns:vbox", VBOX_NS);
    xmlw_attr (&w->x, "ovf:required", "false");
    xmlw_text (&w->x, m->os.virtualbox);
    xmlw_end (&w->x);
  }
  xmlw_end (&w->x);
}

/* ---- text ------------------------------------------------------------ */
void
write_annotation (struct writer *w, const char *text)
{
  if (text == NULL)
    return;
  write_section (w, "AnnotationSection", "A description for people");
  xmlw_element (&w->x, "Annotation", text);
  xmlw_end (&w->x);
}

void
write_eulas (struct writer *w, const strings *eulas)
{
  VECTOR_FOR (text, eulas) {
    write_section (w, "EulaSection", "The license to accept");
    xmlw_element (&w->x, "License", *text);
    xmlw_end (&w->x);
  }
}

/* ---- products -------------------------------------------------------- */
static void
write_property (struct writer *w, const struct property *p)
{
  CLEANUP_FREE char *standard = NULL, *vendor = NULL;

  qualifiers_split (p->qualifiers, &standard, &vendor);
  xmlw_start (&w->x, "Property");
  xmlw_attr (&w->x, "ovf:key", p->key);
  xmlw_attr (&w->x, "ovf:type", p->type ? p->type : "string");
  xmlw_attr (&w->x, "ovf:qualifiers", standard);
  xmlw_attr (&w->x, "vmw:qualifiers", vendor);
  if (p->user_configurable)
    xmlw_attr (&w->x, "ovf:userConfigurable", "true");
  if (p->password)
    xmlw_attr (&w->x, "ovf:password", "true");
  if (p->required)
    xmlw_attr (&w->x, "ovf:required", "true");
  xmlw_attr (&w->x, "ovf:value", p->value);
  xmlw_element (&w->x, "Label", p->label);
  xmlw_element (&w->x, "Description", p->description);
  VECTOR_FOR (v, &p->values) {
    xmlw_start (&w->x, "Value");
    xmlw_attr (&w->x, "ovf:value", v->value ? v->value : "");
    xmlw_attr (&w->x, "ovf:configuration", v->configuration);
    xmlw_end (&w->x);
  }
  xmlw_end (&w->x);
}

/* A Category holds for all that follow it: an empty one ends it. */
static void
write_properties (struct writer *w, const struct product *p)
{
  const char *category = "";

  VECTOR_FOR (q, &p->properties) {
    const char *its = q->category ? q->category : "";
    if (strcmp (its, category) != 0)
      xmlw_element (&w->x, "Category", its);
    category = its;
    write_property (w, q);
  }
}

/* The schema's order: texts, AppUrl, Icon, properties, foreign elements. */
static bool
write_product (struct writer *w, const struct product *p, size_t i,
               const extras *kept, struct ovf_error **err)
{
  CLEANUP_FREE char *app_url = xasprintf ("product %zu AppUrl", i);
  CLEANUP_FREE char *icon = xasprintf ("product %zu Icon", i);
  CLEANUP_FREE char *kind = xasprintf ("product %zu", i);

  xmlw_start (&w->x, "ProductSection");
  xmlw_attr (&w->x, "ovf:class", p->class_name);
  xmlw_attr (&w->x, "ovf:instance", p->instance);
  xmlw_element (&w->x, "Info", p->info ? p->info : "About the software installed");
  xmlw_element (&w->x, "Product", p->product);
  xmlw_element (&w->x, "Vendor", p->vendor);
  xmlw_element (&w->x, "Version", p->version);
  xmlw_element (&w->x, "FullVersion", p->full_version);
  xmlw_element (&w->x, "ProductUrl", p->product_url);
  xmlw_element (&w->x, "VendorUrl", p->vendor_url);
  if (!write_kept (w, kept, app_url, err) || !write_kept (w, kept, icon, err))
    return false;
  write_properties (w, p);
  if (!write_kept_rest (w, kept, kind, err))
    return false;
  xmlw_end (&w->x);
  return true;
}

bool
write_products (struct writer *w, const products *v, const extras *kept,
                struct ovf_error **err)
{
  VECTOR_FOR (p, v)
    if (!write_product (w, p, p - v->ptr, kept, err))
      return false;
  return true;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model as JSON: what `info --json` shows.  Keys stand in the order of
 * schemas/ovftool-json-1.schema.json; what the source does not say is null,
 * never left out. */
#include <jansson.h>

#include "model/model.h"

/* ---- values ---------------------------------------------------------- */
static json_t *
text (const char *s)
{
  json_t *j = s != NULL ? json_string (s) : NULL;

  return j != NULL ? j : json_null ();
}

static json_t *
number (uint64_t n)
{
  return n <= INT64_MAX ? json_integer (n) : json_null ();
}

/* 0 is "not said". */
static json_t *
positive (uint64_t n)
{
  return n != 0 ? number (n) : json_null ();
}

static json_t *
maybe (enum tristate t)
{
  return t == UNSET ? json_null () : json_boolean (t == YES);
}

static json_t *
text_list (const strings *v)
{
  json_t *a = json_array ();

  VECTOR_FOR (s, v)
    json_array_append_new (a, text (*s));
  return a;
}

static void
put (json_t *object, const char *key, json_t *value)
{
  json_object_set_new_nocheck (object, key, value);
}

/* One function a thing makes its object; LIST makes the array of them. */
#define LIST(vector, function)                                                \
  __extension__ ({                                                            \
    json_t *list_ = json_array ();                                            \
    VECTOR_FOR (e_, vector)                                                   \
      json_array_append_new (list_, function (e_));                           \
    list_;                                                                    \
  })

/* ---- files, disks, networks ------------------------------------------ */
static const char *const compression_words[] = {
  [COMPRESSION_NONE] = NULL,
  [COMPRESSION_GZIP] = "gzip",
  [COMPRESSION_OTHER] = "other",
};

static json_t *
file_json (const struct file_ref *f)
{
  json_t *o = json_object ();

  put (o, "id", text (f->id));
  put (o, "href", text (f->href));
  put (o, "size", number (f->size));
  put (o, "compression", text (compression_words[f->compression]));
  put (o, "chunk_size", positive (f->chunk_size));
  return o;
}

static const char *
file_id (const struct appliance *a, size_t i)
{
  return i < a->files.len ? a->files.ptr[i].id : NULL;
}

static const char *
disk_id (const struct appliance *a, size_t i)
{
  return i < a->disks.len ? a->disks.ptr[i].id : NULL;
}

static json_t *
disk_json (const struct appliance *a, const struct disk *d)
{
  json_t *o = json_object ();

  put (o, "id", text (d->id));
  put (o, "capacity", number (d->capacity));
  put (o, "populated_size", number (d->populated));
  put (o, "format", text (d->format));
  put (o, "format_uri", text (d->format_uri));
  put (o, "file", text (file_id (a, d->file)));
  put (o, "parent", text (disk_id (a, d->parent)));
  put (o, "capacity_property", text (d->capacity_property));
  put (o, "shared", json_boolean (d->shared));
  put (o, "read_only", json_boolean (d->read_only));
  return o;
}

static json_t *
disk_list (const struct appliance *a)
{
  json_t *v = json_array ();

  VECTOR_FOR (d, &a->disks)
    json_array_append_new (v, disk_json (a, d));
  return v;
}

static json_t *
network_json (const struct network *n)
{
  json_t *o = json_object ();

  put (o, "name", text (n->name));
  put (o, "description", text (n->description));
  return o;
}

static json_t *
configuration_json (const struct configuration *c)
{
  json_t *o = json_object ();

  put (o, "id", text (c->id));
  put (o, "label", text (c->label));
  put (o, "description", text (c->description));
  put (o, "default", json_boolean (c->is_default));
  return o;
}

/* ---- software -------------------------------------------------------- */
/* [class.]key[.instance], DSP0243 9.5.1. */
static json_t *
full_key (const struct product *p, const struct property *q)
{
  const char *c = p->class_name, *i = p->instance;
  CLEANUP_FREE char *key = NULL;

  if (q->key == NULL)
    return json_null ();
  key = xasprintf ("%s%s%s%s%s", c ? c : "", c && *c ? "." : "", q->key,
                   i && *i ? "." : "", i ? i : "");
  return text (key);
}

static json_t *
value_json (const struct property_value *v)
{
  json_t *o = json_object ();

  put (o, "configuration", text (v->configuration));
  put (o, "value", text (v->value));
  return o;
}

static json_t *
property_json (const struct product *p, const struct property *q)
{
  json_t *o = json_object ();

  put (o, "key", text (q->key));
  put (o, "full_key", full_key (p, q));
  put (o, "type", text (q->type));
  put (o, "value", text (q->value));
  put (o, "label", text (q->label));
  put (o, "description", text (q->description));
  put (o, "category", text (q->category));
  put (o, "user_configurable", json_boolean (q->user_configurable));
  put (o, "password", json_boolean (q->password));
  put (o, "qualifiers", text (q->qualifiers));
  put (o, "required", json_boolean (q->required));
  put (o, "values", LIST (&q->values, value_json));
  return o;
}

static json_t *
product_json (const struct product *p)
{
  json_t *o = json_object (), *v = json_array ();

  put (o, "class", text (p->class_name));
  put (o, "instance", text (p->instance));
  put (o, "product", text (p->product));
  put (o, "vendor", text (p->vendor));
  put (o, "version", text (p->version));
  put (o, "full_version", text (p->full_version));
  put (o, "product_url", text (p->product_url));
  put (o, "vendor_url", text (p->vendor_url));
  VECTOR_FOR (q, &p->properties)
    json_array_append_new (v, property_json (p, q));
  put (o, "properties", v);
  put (o, "info", text (p->info));
  return o;
}

static json_t *
extra_json (const struct extra *e)
{
  json_t *o = json_object ();

  put (o, "owner", text (e->owner));
  put (o, "key", text (e->key));
  put (o, "value", text (e->value));
  put (o, "required", json_boolean (e->required));
  return o;
}

/* ---- hardware -------------------------------------------------------- */
static json_t *
controller_json (const struct controller *c)
{
  json_t *o = json_object ();

  put (o, "id", text (c->id));
  put (o, "bus", text (bus_word (c->bus)));
  put (o, "model", text (c->model));
  put (o, "index", number (c->index));
  return o;
}

static json_t *
drive_json (const struct appliance *a, const struct drive *d)
{
  json_t *o = json_object ();

  put (o, "kind", text (drive_kind_word (d->kind)));
  put (o, "bus", text (bus_word (d->bus)));
  put (o, "controller", number (d->controller));
  put (o, "unit", number (d->unit));
  put (o, "disk", text (disk_id (a, d->disk)));
  put (o, "file", text (file_id (a, d->file)));
  put (o, "connected", maybe (d->connected));
  put (o, "boot_order", positive (d->boot_order));
  put (o, "read_only", json_boolean (d->read_only));
  put (o, "device", text (d->device));
  put (o, "id", text (d->id));
  if (d->name != NULL)
    put (o, "name", text (d->name));
  return o;
}

static json_t *
drive_list (const struct appliance *a, const struct machine *m)
{
  json_t *v = json_array ();

  VECTOR_FOR (d, &m->drives)
    json_array_append_new (v, drive_json (a, d));
  return v;
}

static json_t *
nic_json (const struct nic *n)
{
  json_t *o = json_object ();

  put (o, "network", text (n->network));
  put (o, "model", text (n->model));
  put (o, "mac", text (n->mac));
  put (o, "connected", maybe (n->connected));
  put (o, "attachment", text (attachment_word (n->attachment)));
  put (o, "boot_order", positive (n->boot_order));
  put (o, "id", text (n->id));
  return o;
}

/* ---- machines -------------------------------------------------------- */
static json_t *
os_json (const struct os *os)
{
  json_t *o = json_object ();

  put (o, "cim_id", os->cim_id >= 0 ? number (os->cim_id) : json_null ());
  put (o, "vmware", text (os->vmware));
  put (o, "osinfo", text (os->osinfo));
  put (o, "description", text (os->description));
  put (o, "virtualbox", text (os->virtualbox));
  put (o, "version", text (os->version));
  return o;
}

static void
put_system (json_t *o, const struct machine *m)
{
  put (o, "id", text (m->id));
  put (o, "name", text (m->name));
  put (o, "os", os_json (&m->os));
  put (o, "hardware", text_list (&m->hardware));
  put (o, "cpus", positive (m->cpus));
  put (o, "cores_per_socket", positive (m->cores_per_socket));
  put (o, "memory", positive (m->memory));
  put (o, "uuid", text (m->uuid));
  put (o, "description", text (m->description));
  put (o, "firmware", text (firmware_word (m->firmware)));
  put (o, "secure_boot", json_boolean (m->secure_boot == YES));
  put (o, "tpm", json_boolean (m->tpm == YES));
  put (o, "kernel", text (m->kernel));
  put (o, "ramdisk", text (m->ramdisk));
  put (o, "cmdline", text (m->cmdline));
  put (o, "bootloader", text (m->bootloader));
  put (o, "serials", number (m->serials));
  put (o, "graphics", text (m->graphics));
}

/* What this page knows beyond the contract comes last. */
static void
put_more (json_t *o, const struct appliance *a, const struct machine *m)
{
  const char *collection = m->collection < a->collections.len
                             ? a->collections.ptr[m->collection].id : NULL;

  put (o, "kernel_file", text (file_id (a, m->kernel_file)));
  put (o, "ramdisk_file", text (file_id (a, m->ramdisk_file)));
  put (o, "paravirtual", maybe (m->paravirtual));
  put (o, "parallels", number (m->parallels));
  put (o, "video", text (m->video));
  put (o, "sound", text (m->sound));
  put (o, "usb", maybe (m->usb));
  put (o, "clock", text (m->clock));
  put (o, "machine_type", text (m->machine_type));
  put (o, "start_order", positive (m->start_order));
  put (o, "collection", text (collection));
  put (o, "extras", LIST (&m->extras, extra_json));
}

static json_t *
machine_json (const struct appliance *a, const struct machine *m)
{
  json_t *o = json_object ();

  put_system (o, m);
  put (o, "controllers", LIST (&m->controllers, controller_json));
  put (o, "drives", drive_list (a, m));
  put (o, "nics", LIST (&m->nics, nic_json));
  put (o, "products", LIST (&m->products, product_json));
  put (o, "eulas", text_list (&m->eulas));
  put (o, "annotation", text (m->annotation));
  put (o, "transport", text_list (&m->transport));
  put_more (o, a, m);
  return o;
}

static json_t *
machine_list (const struct appliance *a)
{
  json_t *v = json_array ();

  VECTOR_FOR (m, &a->machines)
    json_array_append_new (v, machine_json (a, m));
  return v;
}

static json_t *
collection_list (const struct appliance *a)
{
  json_t *v = json_array ();

  VECTOR_FOR (c, &a->collections) {
    json_t *o = json_object ();
    put (o, "id", text (c->id));
    put (o, "name", text (c->name));
    put (o, "info", text (c->info));
    put (o, "parent", text (c->parent < a->collections.len
                              ? a->collections.ptr[c->parent].id : NULL));
    put (o, "products", LIST (&c->products, product_json));
    put (o, "eulas", text_list (&c->eulas));
    put (o, "annotation", text (c->annotation));
    put (o, "extras", LIST (&c->extras, extra_json));
    json_array_append_new (v, o);
  }
  return v;
}

struct json_t *
model_to_json (const struct appliance *a)
{
  json_t *o = json_object ();

  put (o, "kind", text (a->kind));
  put (o, "descriptor", text (a->descriptor));
  put (o, "ovf_version", text (a->ovf_version));
  put (o, "name", text (a->name));
  put (o, "virtual_app", json_boolean (a->virtual_app));
  put (o, "package", json_null ());
  put (o, "files", LIST (&a->files, file_json));
  put (o, "disks", disk_list (a));
  put (o, "networks", LIST (&a->networks, network_json));
  put (o, "configurations", LIST (&a->configurations, configuration_json));
  put (o, "machines", machine_list (a));
  put (o, "collections", collection_list (a));
  put (o, "extras", LIST (&a->extras, extra_json));
  return o;
}

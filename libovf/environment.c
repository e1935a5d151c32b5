/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The OVF environment; see environment.h.  A machine sees its own properties
 * and those of the collection that holds it; its own win.  It also sees those
 * of its siblings (ovf-spec rules OVF-ENV-001 to 003). */
#include "environment.h"

#include "base/text.h"
#include "base/xmlw.h"
#include "model/property.h"

#define NS "http://schemas.dmtf.org/ovf/environment/1"

struct pair { /* lent, but key */
  char *key;
  const char *value;
};
DEFINE_VECTOR (pairs, struct pair)

static void
pairs_free (pairs *v)
{
  VECTOR_FOR (p, v)
    free (p->key);
  free (v->ptr);
}

/* ---- --prop ---------------------------------------------------------- */

struct found {
  struct property *full, *bare;
  unsigned bares;
};

static void
look (products *list, const char *key, struct found *f)
{
  VECTOR_FOR (product, list)
    VECTOR_FOR (p, &product->properties) {
      CLEANUP_FREE char *full
        = property_full_key (product->class_name, p->key, product->instance);

      if (strcmp (full, key) == 0 && f->full == NULL)
        f->full = p;
      if (strcmp (p->key, key) == 0 && f->bares++ == 0)
        f->bare = p;
    }
}

static struct property *
find_property (struct appliance *a, size_t machine, const char *key,
               struct ovf_error **err)
{
  struct machine *m = &a->machines.ptr[machine];
  struct found f = { 0 };

  look (&m->products, key, &f);
  if (m->collection != NO_INDEX)
    look (&a->collections.ptr[m->collection].products, key, &f);
  if (f.full)
    return f.full;
  if (f.bares == 1)
    return f.bare;
  if (f.bares)
    error_set (err, OVF_E_USAGE, "several properties are called '%s'", key);
  else
    error_set (err, OVF_E_USAGE, "there is no property '%s'", key);
  error_hint (err, "'ovftool info' lists them");
  return NULL;
}

static bool
set_value (const struct appliance *a, struct property *p, const char *key,
           const char *value, struct ovf_report *report, struct ovf_error **err)
{
  struct property_rule rule = { key, p->type, p->qualifiers, p->password };

  if (!property_check (&rule, value, err))
    return false;
  if (!p->user_configurable)
    report_add (report, OVF_WARNING, "PROP-FIXED", a->descriptor, p->line, NULL,
                "the property '%s' is not meant to be set by the user", key);
  set_string (&p->value, value);
  return true;
}

/* The KEY of KEY=VALUE, allocated, and where VALUE begins; NULL. */
static char *
split (const char *text, const char **ret_value, struct ovf_error **err)
{
  const char *eq = strchr (text, '=');

  if (eq == NULL || eq == text) {
    error_set (err, OVF_E_USAGE, "--prop is KEY=VALUE, not '%s'", text);
    return NULL;
  }
  *ret_value = eq + 1;
  return xstrndup (text, (size_t)(eq - text));
}

bool
environment_set (struct appliance *a, size_t machine, const strings *assignments,
                 struct ovf_report *report, struct ovf_error **err)
{
  VECTOR_FOR (text, assignments) {
    const char *value;
    CLEANUP_FREE char *key = split (*text, &value, err);
    struct property *p = key ? find_property (a, machine, key, err) : NULL;

    if (p == NULL || !set_value (a, p, key, value, report, err))
      return false;
  }
  return true;
}

bool
environment_set_any (struct appliance *a, const strings *assignments,
                     struct ovf_report *report, struct ovf_error **err)
{
  VECTOR_FOR (text, assignments) {
    const char *value;
    CLEANUP_FREE char *key = split (*text, &value, err);
    CLEANUP_ERROR struct ovf_error *why = NULL;
    struct property *last = NULL;

    for (size_t i = 0; key && i < a->machines.len; i++) {
      struct property *p = find_property (a, i, key, why ? NULL : &why);

      /* That of a collection is found by each of its machines. */
      if (p && p != last && !set_value (a, p, key, value, report, err))
        return false;
      last = p ? p : last;
    }
    if (last == NULL)
      return key ? error_move (err, &why) : false;
  }
  return true;
}

/* ---- the drive ------------------------------------------------------- */

static bool
is_taken (const struct machine *m, enum bus bus, unsigned controller,
          unsigned unit)
{
  VECTOR_FOR (d, &m->drives)
    if (d->bus == bus && d->controller == controller && d->unit == unit)
      return true;
  return false;
}

static bool
has_bus (const struct machine *m, enum bus bus)
{
  VECTOR_FOR (c, &m->controllers)
    if (c->bus == bus)
      return true;
  return false;
}

struct drive *
environment_drive (struct machine *m)
{
  struct drive *d;
  unsigned slot = 0;

  VECTOR_FOR (old, &m->drives)
    if (old->kind == DRIVE_CDROM && old->file == NO_INDEX
        && old->disk == NO_INDEX && old->device == NULL)
      return old;
  d = machine_add_drive (m, DRIVE_CDROM);
  d->bus = has_bus (m, BUS_SATA) ? BUS_SATA : BUS_IDE;
  if (d->bus == BUS_IDE)
    while (slot < 4 && is_taken (m, BUS_IDE, slot / 2, slot % 2))
      slot++;
  if (slot == 4)
    d->bus = BUS_SATA; /* both channels are full */
  if (d->bus == BUS_SATA)
    for (slot = 0; is_taken (m, BUS_SATA, 0, slot);)
      slot++;
  d->controller = d->bus == BUS_IDE ? slot / 2 : 0;
  d->unit = d->bus == BUS_IDE ? slot % 2 : slot;
  machine_controller (m, d->bus, d->controller);
  return d;
}

/* ---- values ---------------------------------------------------------- */

/* "${name}" as the whole value names a property of the collection, one level
 * up; its value, or NULL. */
static const char *
macro_value (const struct appliance *a, const struct machine *m,
             const char *value)
{
  size_t n = strlen (value);
  CLEANUP_FREE char *name = NULL;
  struct found f = { 0 };

  if (m->collection == NO_INDEX || n < 4 || strncmp (value, "${", 2) != 0
      || value[n - 1] != '}')
    return NULL;
  name = xstrndup (value + 2, n - 3);
  look ((products *)&a->collections.ptr[m->collection].products, name, &f);
  if (f.full == NULL && f.bares != 1)
    return NULL;
  return f.full ? f.full->value : f.bare->value;
}

static void
add_pair (pairs *out, const char *class_name, const char *key,
          const char *instance, const char *value)
{
  CLEANUP_FREE char *full = property_full_key (class_name, key, instance);
  struct pair *p;

  VECTOR_FOR (old, out)
    if (strcmp (old->key, full) == 0)
      return; /* the machine's own comes first */
  p = pairs_add (out);
  p->key = STEAL (full);
  p->value = value ? value : "";
}

static void
add_products (const struct appliance *a, const struct machine *m,
              const products *list, bool own, pairs *out)
{
  VECTOR_FOR (product, list)
    VECTOR_FOR (p, &product->properties) {
      const char *value = p->value;

      if (own && value) {
        const char *named = macro_value (a, m, value);

        value = named ? named : value;
      }
      add_pair (out, product->class_name, p->key, product->instance, value);
    }
}

static void
collect (const struct appliance *a, const struct machine *m, pairs *out)
{
  add_products (a, m, &m->products, true, out);
  if (m->collection != NO_INDEX)
    add_products (a, m, &a->collections.ptr[m->collection].products, false, out);
}

static void
report_missing (const struct appliance *a, const struct machine *m,
                struct ovf_report *report)
{
  VECTOR_FOR (product, &m->products)
    VECTOR_FOR (p, &product->properties) {
      bool empty = p->value == NULL || *p->value == '\0';
      bool text = p->type == NULL || text_equal_nocase (p->type, "string");

      /* Only a string may well be empty. */
      if (empty && p->user_configurable && (p->required || !text)) {
        report_add (report, OVF_WARNING, "PROP-EMPTY", a->descriptor, p->line,
                    NULL, "the property '%s' has no value", p->key);
        report_hint (report, "--prop %s=VALUE gives one", p->key);
      }
    }
}

/* ---- the document ---------------------------------------------------- */

static void
write_properties (struct xmlw *x, const struct appliance *a,
                  const struct machine *m)
{
  pairs list = { 0 };

  collect (a, m, &list);
  if (list.len > 0) {
    xmlw_start (x, "PropertySection");
    VECTOR_FOR (p, &list) {
      xmlw_start (x, "Property");
      xmlw_attr (x, "oe:key", p->key);
      xmlw_attr (x, "oe:value", p->value);
      xmlw_end (x);
    }
    xmlw_end (x);
  }
  pairs_free (&list);
}

static void
write_siblings (struct xmlw *x, const struct appliance *a, size_t machine)
{
  const struct machine *self = &a->machines.ptr[machine];

  for (size_t i = 0; i < a->machines.len; i++) {
    const struct machine *m = &a->machines.ptr[i];

    if (i == machine || self->collection == NO_INDEX
        || m->collection != self->collection)
      continue;
    xmlw_start (x, "Entity");
    xmlw_attr (x, "oe:id", m->id ? m->id : "");
    write_properties (x, a, m);
    xmlw_end (x);
  }
}

static bool
write_document (FILE *f, const struct appliance *a, size_t machine,
                struct ovf_error **err)
{
  const struct machine *m = &a->machines.ptr[machine];
  struct xmlw x;

  xmlw_begin (&x, f);
  xmlw_start (&x, "Environment");
  xmlw_attr (&x, "xmlns", NS);
  xmlw_attr (&x, "xmlns:oe", NS);
  xmlw_attr (&x, "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
  xmlw_attr (&x, "oe:id", m->id ? m->id : "");
  xmlw_start (&x, "PlatformSection");
  xmlw_element (&x, "Kind", "ovftool");
  xmlw_element (&x, "Version", ovf_version ());
  xmlw_element (&x, "Locale", "en");
  xmlw_end (&x);
  write_properties (&x, a, m);
  write_siblings (&x, a, machine);
  xmlw_end (&x);
  return xmlw_finish (&x, err);
}

char *
environment_text (const struct appliance *a, size_t machine,
                  struct ovf_report *report, size_t *ret_len,
                  struct ovf_error **err)
{
  char *text = NULL;
  FILE *f = open_memstream (&text, ret_len);
  bool ok;

  if (f == NULL)
    abort ();
  report_missing (a, &a->machines.ptr[machine], report);
  ok = write_document (f, a, machine, err);
  fclose (f);
  if (ok)
    return text;
  free (text);
  return NULL;
}

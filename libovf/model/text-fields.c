/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The walk over every text of a model; see text-fields.h. */
#include "model/text-fields.h"

/* VISIT (&p->a, &p->b): those fields of one thing. */
#define VISIT(...)                                                            \
  do {                                                                        \
    char **visit_[] = { __VA_ARGS__ };                                        \
    for (size_t i_ = 0; i_ < ARRAY_SIZE (visit_); i_++)                       \
      fn (opaque, visit_[i_]);                                                \
  } while (0)

static void
each_string (strings *v, text_fn *fn, void *opaque)
{
  VECTOR_FOR (s, v)
    fn (opaque, s);
}

static void
each_extra (extras *v, text_fn *fn, void *opaque)
{
  VECTOR_FOR (e, v)
    VISIT (&e->owner, &e->key, &e->value, &e->configuration);
}

static void
each_product (products *v, text_fn *fn, void *opaque)
{
  VECTOR_FOR (p, v) {
    VISIT (&p->class_name, &p->instance, &p->info, &p->product, &p->vendor,
           &p->version, &p->full_version, &p->product_url, &p->vendor_url);
    VECTOR_FOR (q, &p->properties) {
      VISIT (&q->key, &q->type, &q->value, &q->label, &q->description,
             &q->category, &q->qualifiers);
      VECTOR_FOR (w, &q->values)
        VISIT (&w->configuration, &w->value);
    }
  }
}

static void
each_device (struct machine *m, text_fn *fn, void *opaque)
{
  VECTOR_FOR (c, &m->controllers)
    VISIT (&c->id, &c->model, &c->subtype, &c->configuration);
  VECTOR_FOR (d, &m->drives)
    VISIT (&d->id, &d->device, &d->name, &d->configuration);
  VECTOR_FOR (n, &m->nics)
    VISIT (&n->id, &n->network, &n->model, &n->subtype, &n->mac, &n->configuration);
  VECTOR_FOR (v, &m->variants)
    VISIT (&v->configuration);
}

void
machine_each_text (struct machine *m, text_fn *fn, void *opaque)
{
  VISIT (&m->id, &m->name, &m->description, &m->annotation, &m->uuid,
         &m->os.vmware, &m->os.virtualbox, &m->os.osinfo, &m->os.version,
         &m->os.description, &m->kernel, &m->ramdisk, &m->cmdline,
         &m->bootloader, &m->graphics, &m->video, &m->sound, &m->clock,
         &m->machine_type);
  each_string (&m->hardware, fn, opaque);
  each_string (&m->transport, fn, opaque);
  each_string (&m->eulas, fn, opaque);
  each_device (m, fn, opaque);
  each_product (&m->products, fn, opaque);
  each_extra (&m->extras, fn, opaque);
}

void
collection_each_text (struct collection *c, text_fn *fn, void *opaque)
{
  VISIT (&c->id, &c->name, &c->info, &c->annotation);
  each_product (&c->products, fn, opaque);
  each_string (&c->eulas, fn, opaque);
  each_extra (&c->extras, fn, opaque);
}

void
appliance_each_text (struct appliance *a, text_fn *fn, void *opaque)
{
  VISIT (&a->kind, &a->descriptor, &a->ovf_version, &a->name);
  VECTOR_FOR (f, &a->files)
    VISIT (&f->id, &f->href);
  VECTOR_FOR (d, &a->disks)
    VISIT (&d->id, &d->format_uri, &d->capacity_property);
  VECTOR_FOR (n, &a->networks)
    VISIT (&n->name, &n->description);
  VECTOR_FOR (c, &a->configurations)
    VISIT (&c->id, &c->label, &c->description);
  VECTOR_FOR (c, &a->collections)
    collection_each_text (c, fn, opaque);
  VECTOR_FOR (m, &a->machines)
    machine_each_text (m, fn, opaque);
  each_extra (&a->extras, fn, opaque);
}

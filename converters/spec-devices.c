/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Build file to model: network adapters, and devices of which the model holds
 * a summary only. */
#include "base/xmlw.h"
#include "ovf-format.h"
#include "spec-device.h"

char *
device_model (enum hw_class class, const char *word)
{
  const struct hwmodel *row = word ? hwmodel_by_name (class, word) : NULL;

  return word && *word ? xstrdup (row ? row->name : word) : NULL;
}

/* ---- network adapters -------------------------------------------------------------------- */
static const char *
network_name (struct spec *s, const char *id)
{
  for (size_t i = 0; i < spec_count (s->networks); i++) {
    yaml_node_t *value, *name;
    const char *key, *field;
    spec_pair (s, s->networks, i, &key, NULL, &value);
    if (strcmp (key, id) != 0)
      continue;
    for (size_t f = 0; value->type == YAML_MAPPING_NODE && f < spec_count (value); f++) {
      spec_pair (s, value, f, &field, NULL, &name);
      if (strcmp (field, "name") == 0 && !spec_is_null (name))
        return spec_text (name);
    }
    return key;
  }
  return NULL;
}

bool
device_nic (struct hardware_in *h, const yaml_node_t *n, const struct device *in,
          struct ovf_error **err)
{
  struct spec *s = h->s;
  const char *network = in->network ? network_name (s, in->network) : NULL;
  struct nic *nic;

  if (in->network == NULL)
    return spec_error (s, n, err, "an ethernet needs a 'network'");
  if (network == NULL) {
    spec_error (s, n, err, "there is no network '%s'", in->network);
    return error_hint (err, "'networks' of the build file lists them");
  }
  if (!ctx_within (s->ctx, LIMIT_DISKS, s->m->nics.len + 1, "the number of adapters", err))
    return error_place (err, NULL, s->in->name, spec_line (n));
  nic = machine_add_nic (s->m);
  nic->id = device_id_next (h);
  nic->network = xstrdup (network);
  nic->model = device_model (HW_NIC, in->subtype ? in->subtype : device_types[TYPE_NIC].sub_type);
  nic->connected = in->connected == NO ? NO : YES;
  nic->line = spec_line (n);
  nic->mac = in->mac ? text_mac (in->mac) : NULL;
  if (in->mac != NULL && nic->mac == NULL)
    return spec_error (s, n, err, "'%s' is no MAC address", in->mac);
  return spec_configuration (s, in->configuration, &nic->configuration, err)
         && device_config (s, in->config, nic->id, err);
}

/* ---- what the model knows in summary only ---------------------------------------------------- */
/* The Item itself is kept, as the reader of descriptors keeps it; its settings
 * are the extras from `configs` on. */
static char *
item_text (enum type type, const char *sub_type, const char *name,
           struct hardware_in *h, size_t configs)
{
  CLEANUP_FREE char *id = device_id_next (h);
  const extras *v = &h->s->m->extras;
  struct xmlw x;
  char *text = NULL;
  size_t len;
  FILE *f = open_memstream (&text, &len);

  if (f == NULL)
    abort ();
  memset (&x, 0, sizeof x);
  x.out = f; /* a fragment: no XML declaration */
  xmlw_start (&x, "Item");
  xmlw_attr (&x, "xmlns", OVF1_NS);
  xmlw_attr (&x, "xmlns:ovf", OVF1_NS);
  xmlw_attr (&x, "xmlns:rasd", RASD_NS);
  xmlw_attr (&x, "xmlns:vmw", VMW_NS);
  xmlw_attr (&x, "ovf:required", "false");
  xmlw_element (&x, "rasd:AutomaticAllocation", "false");
  xmlw_element (&x, "rasd:ElementName", name);
  xmlw_element (&x, "rasd:InstanceID", id);
  xmlw_element (&x, "rasd:ResourceSubType", sub_type);
  xmlw_elementf (&x, "rasd:ResourceType", "%u", device_types[type].resource);
  for (const struct extra *e = v->ptr + configs; e < v->ptr + v->len; e++) {
    xmlw_start (&x, "vmw:Config");
    xmlw_attr (&x, "ovf:required", e->required ? "true" : "false");
    xmlw_attr (&x, "vmw:key", strchr (e->key, ' ') + 1);
    xmlw_attr (&x, "vmw:value", e->value);
    xmlw_end (&x);
  }
  xmlw_end (&x);
  fclose (f);
  return text;
}

/* The settings of an Item that is kept whole are in it. */
static void
drop_extras (extras *v, size_t len)
{
  for (; v->len > len; v->len--) {
    struct extra *e = &v->ptr[v->len - 1];
    free (e->owner);
    free (e->key);
    free (e->value);
    free (e->configuration);
  }
}

static void
summarise (struct machine *m, enum type type, const char *sub_type)
{
  switch (type) {
  case TYPE_USB:
  case TYPE_USB3:
    m->usb = YES;
    break;
  case TYPE_SERIAL:
    m->serials++;
    break;
  case TYPE_SOUND:
    free (m->sound);
    m->sound = device_model (HW_SOUND, sub_type);
    break;
  case TYPE_VIDEO:
    set_string (&m->video, sub_type);
    break;
  default:
    break;
  }
}

bool
device_other (struct hardware_in *h, const char *name, enum type type,
            const struct device *in, struct ovf_error **err)
{
  struct spec *s = h->s;
  const struct hwmodel *row
    = type == TYPE_SOUND && in->subtype ? hwmodel_by_name (HW_SOUND, in->subtype) : NULL;
  const char *sub = row && row->ovf ? row->ovf : in->subtype ? in->subtype
                                                            : device_types[type].sub_type;
  CLEANUP_FREE char *key = xasprintf ("item %s", device_types[type].kind);
  CLEANUP_FREE char *text = NULL, *configuration = NULL;
  size_t before = s->m->extras.len;
  struct extra *e;

  if (!spec_configuration (s, in->configuration, &configuration, err)
      || !spec_config (s, in->config, "kept", err))
    return false;
  text = item_text (type, sub, name, h, before);
  drop_extras (&s->m->extras, before);
  e = extras_keep (&s->m->extras, OVF_OWNER, key, text);
  e->required = false;
  e->configuration = STEAL (configuration);
  summarise (s->m, type, sub);
  return true;
}

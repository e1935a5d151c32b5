/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Items to XML: which InstanceID each gets, and the alphabetical order of CIM
 * children that the schema and VMware insist on. */
#include "base/text.h"
#include "ovf-reader.h"
#include "ovf-write.h"

enum { FREE, RESERVED, GIVEN };

/* ---- InstanceIDs ------------------------------------------------------ */
/* Numbers only, and not 0: VirtualBox wants them so (ovf-spec.md 3.2). */
static bool
is_small_number (const char *id, unsigned *ret)
{
  CLEANUP_FREE char *plain = NULL;

  if (id == NULL || !parse_unsigned (id, 1, MAX_KEPT_ID, ret))
    return false;
  plain = xasprintf ("%u", *ret);
  return strcmp (plain, id) == 0;
}

static void
reserve (struct hardware *h, const char *id, uint8_t state)
{
  unsigned n;

  if (is_small_number (id, &n))
    h->numbers[n] = state;
}

const char *
new_instance (struct hardware *h)
{
  while (h->next <= MAX_KEPT_ID && h->numbers[h->next] != FREE)
    h->next++;
  strings_append (&h->ids, xasprintf ("%u", h->next++));
  return h->ids.ptr[h->ids.len - 1];
}

const char *
instance_of (struct hardware *h, const char *id)
{
  unsigned n;

  if (!is_small_number (id, &n) || h->numbers[n] == GIVEN)
    return new_instance (h);
  h->numbers[n] = GIVEN;
  strings_append (&h->ids, xstrdup (id));
  return h->ids.ptr[h->ids.len - 1];
}

/* Length of "item-config ID " in a key. */
static size_t
id_part (const char *key)
{
  size_t n = strcspn (key, " ") + 1;

  return n + strcspn (key + n, " ") + 1;
}

/* By ID; those of one Item stay in their order. */
static int
by_id (const void *a, const void *b)
{
  const struct extra *x = *(const struct extra *const *)a;
  const struct extra *y = *(const struct extra *const *)b;
  size_t n = id_part (x->key), m = id_part (y->key);
  int r = memcmp (x->key, y->key, n < m ? n : m);

  return r != 0 ? r : n != m ? (n < m ? -1 : 1) : x < y ? -1 : x > y;
}

static bool
has_kind (const struct extra *e, const char *kind)
{
  size_t n = strlen (kind);

  return strcmp (e->owner, OVF_OWNER) == 0 && strncmp (e->key, kind, n) == 0
         && e->key[n] == ' ';
}

/* Items kept whole bring their own InstanceIDs along. */
static bool
reserve_kept (struct hardware *h, struct ovf_error **err)
{
  VECTOR_FOR (e, &h->m->extras) {
    CLEANUP_XML xmlDoc *doc = NULL;
    if (has_kind (e, "item-config") && strchr (e->key + strlen ("item-config "), ' '))
      extra_refs_append (&h->configs, e);
    if (!has_kind (e, "item"))
      continue;
    if ((doc = kept_element (h->w, e, err)) == NULL)
      return false;
    XML_FOR (n, xmlDocGetRootElement (doc)) {
      CLEANUP_FREE char *id = xml_text (n);
      if (text_equal_nocase (xml_name (n), "InstanceID"))
        reserve (h, id, GIVEN);
    }
  }
  return true;
}

bool
items_begin (struct hardware *h, struct ovf_error **err)
{
  h->next = 1;
  h->numbers = xcalloc (MAX_KEPT_ID + 1, 1);
  h->controllers = xcalloc (h->m->controllers.len + 1, sizeof *h->controllers);
  h->used = xcalloc (h->m->controllers.len + 1, sizeof *h->used);
  VECTOR_FOR (c, &h->m->controllers)
    reserve (h, c->id, RESERVED);
  VECTOR_FOR (d, &h->m->drives)
    reserve (h, d->id, RESERVED);
  VECTOR_FOR (n, &h->m->nics)
    reserve (h, n->id, RESERVED);
  if (!reserve_kept (h, err))
    return false;
  if (h->configs.len > 0)
    qsort (h->configs.ptr, h->configs.len, sizeof *h->configs.ptr, by_id);
  return true;
}

void
items_end (struct hardware *h)
{
  VECTOR_FOR (i, &h->items) {
    free (i->name);
    free (i->host_resource);
  }
  free (h->items.ptr);
  free (h->own.devices.ptr);
  free (h->numbers);
  free (h->controllers);
  free (h->used);
  free (h->configs.ptr);
  strings_free (&h->ids);
}

struct out_item *
add_item (struct hardware *h, unsigned type, const char *id)
{
  struct out_item *i = out_items_add (&h->items);

  i->type = type;
  i->id = id;
  i->address = i->unit = NOT_SAID;
  i->connected = UNSET;
  return i;
}

/* ---- children ---------------------------------------------------------- */
struct child {
  const char *name; /* "rasd:Parent" */
  char *value;      /* owned */
};
DEFINE_VECTOR (children, struct child)

static void
add_text (children *v, const char *name, const char *value)
{
  if (value != NULL)
    children_append (v, (struct child){ name, xstrdup (value) });
}

static void
add_number (children *v, const char *name, uint64_t n)
{
  children_append (v, (struct child){
    name, xasprintf ("%llu", (unsigned long long)n) });
}

static void
known_children (children *v, const struct out_item *i)
{
  add_text (v, "rasd:Address", i->mac);
  if (i->address != NOT_SAID)
    add_number (v, "rasd:Address", i->address);
  if (i->unit != NOT_SAID)
    add_number (v, "rasd:AddressOnParent", i->unit);
  add_text (v, "rasd:AllocationUnits", i->units);
  if (i->connected != UNSET)
    add_text (v, "rasd:AutomaticAllocation", i->connected == YES ? "true" : "false");
  add_text (v, "rasd:Connection", i->connection);
  add_text (v, "rasd:ElementName", i->name);
  add_text (v, "rasd:HostResource", i->host_resource);
  add_text (v, "rasd:InstanceID", i->id);
  add_text (v, "rasd:Parent", i->parent);
  add_text (v, "rasd:ResourceSubType", i->sub_type);
  add_number (v, "rasd:ResourceType", i->type);
  if (i->quantity > 0)
    add_number (v, "rasd:VirtualQuantity", i->quantity);
}

/* CIM children that the reader kept, only under names the schema has. */
static const char *
cim_name (const char *key)
{
  static const char *const names[] = {
    "rasd:AutomaticDeallocation", "rasd:Caption", "rasd:ConsumerVisibility",
    "rasd:Description", "rasd:Limit", "rasd:MappingBehavior",
    "rasd:OtherResourceType", "rasd:PoolID", "rasd:Reservation",
    "rasd:VirtualQuantityUnits", "rasd:Weight",
  };

  for (size_t i = 0; i < ARRAY_SIZE (names); i++)
    if (strcmp (names[i], key) == 0)
      return names[i];
  return NULL;
}

static int
by_name (const void *a, const void *b)
{
  const struct child *x = a, *y = b;

  return strcmp (x->name, y->name);
}

/* The first of the "item-config ID KEY" whose ID is i's. */
static size_t
first_config (const struct hardware *h, const char *prefix)
{
  size_t low = 0, high = h->configs.len;

  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strncmp (h->configs.ptr[middle]->key, prefix, strlen (prefix)) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Settings of Items that had one InstanceID in several configurations are
 * kept together: those that share a configuration with this one. */
static bool
is_for (const struct extra *e, const struct out_item *i)
{
  const char *p = e->configuration;

  if (e->configuration == NULL || i->configuration == NULL)
    return true;
  while (*(p += strspn (p, " ")) != '\0') {
    size_t n = strcspn (p, " ");
    CLEANUP_FREE char *word = xstrndup (p, n);
    if (list_has (i->configuration, word))
      return true;
    p += n;
  }
  return false;
}

static void
write_item (struct hardware *h, const struct out_item *i)
{
  struct xmlw *x = &h->w->x;
  CLEANUP_FREE char *prefix
    = i->kept_id ? xasprintf ("item-config %s ", i->kept_id) : NULL;
  size_t first = prefix ? first_config (h, prefix) : h->configs.len;
  size_t n = prefix ? strlen (prefix) : 0, end = first;
  children v = { 0 };

  known_children (&v, i);
  for (; end < h->configs.len
         && strncmp (h->configs.ptr[end]->key, prefix, n) == 0; end++) {
    const struct extra *e = h->configs.ptr[end];
    if (is_for (e, i))
      add_text (&v, cim_name (e->key + n) ? cim_name (e->key + n) : "", e->value);
  }
  qsort (v.ptr, v.len, sizeof *v.ptr, by_name);

  xmlw_start (x, "Item");
  xmlw_attr (x, "ovf:configuration", i->configuration);
  if (i->optional)
    xmlw_attr (x, "ovf:required", "false");
  VECTOR_FOR (c, &v) {
    bool again = c > v.ptr && strcmp (c->name, c[-1].name) == 0;
    if (c->name[0] != '\0' && !again)
      xmlw_element (x, c->name, c->value);
    free (c->value);
  }
  free (v.ptr);
  if (i->cores_per_socket > 0) {
    CLEANUP_FREE char *cores = xasprintf ("%u", i->cores_per_socket);
    xmlw_start (x, "vmw:CoresPerSocket");
    xmlw_attr (x, "ovf:required", "false");
    xmlw_text (x, cores);
    xmlw_end (x);
  }
  for (size_t e = first; e < end; e++)
    if (is_for (h->configs.ptr[e], i) && strchr (h->configs.ptr[e]->key + n, ':') == NULL)
      write_config (h->w, "vmw:Config", h->configs.ptr[e]->key + n,
                    h->configs.ptr[e]->value, h->configs.ptr[e]);
  xmlw_end (x);
}

bool
write_items (struct hardware *h, struct ovf_error **err)
{
  VECTOR_FOR (i, &h->items) {
    if (!ctx_alive (h->w->ctx, err))
      return false;
    write_item (h, i);
  }
  return true;
}

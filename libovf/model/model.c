/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The nouns: making, finding and freeing them; see model.h. */
#include "model/model.h"

#include "model/text-fields.h"

struct appliance *
appliance_new (const char *kind)
{
  struct appliance *a = xcalloc (1, sizeof *a);

  a->kind = xstrdup (kind);
  return a;
}

/* ---- freeing --------------------------------------------------------- */
static void
free_text (void *opaque, char **text)
{
  (void)opaque;
  free (*text);
  *text = NULL;
}

static void
free_products (products *v)
{
  VECTOR_FOR (p, v) {
    VECTOR_FOR (q, &p->properties)
      free (q->values.ptr);
    free (p->properties.ptr);
  }
  free (v->ptr);
}

/* The texts are gone already: only the arrays. */
static void
free_machine (struct machine *m)
{
  free (m->hardware.ptr);
  free (m->controllers.ptr);
  free (m->drives.ptr);
  free (m->nics.ptr);
  free (m->variants.ptr);
  free_products (&m->products);
  free (m->eulas.ptr);
  free (m->transport.ptr);
  free (m->extras.ptr);
}

void
machine_clear (struct machine *m)
{
  machine_each_text (m, free_text, NULL);
  free_machine (m);
}

void
collection_clear (struct collection *c)
{
  collection_each_text (c, free_text, NULL);
  free_products (&c->products);
  free (c->eulas.ptr);
  free (c->extras.ptr);
}

void
appliance_free (struct appliance *a)
{
  if (a == NULL)
    return;
  appliance_each_text (a, free_text, NULL);
  VECTOR_FOR (m, &a->machines)
    free_machine (m);
  VECTOR_FOR (c, &a->collections)
    collection_clear (c);
  free (a->files.ptr);
  free (a->disks.ptr);
  free (a->networks.ptr);
  free (a->configurations.ptr);
  free (a->collections.ptr);
  free (a->machines.ptr);
  free (a->extras.ptr);
  free (a);
}

/* ---- making ---------------------------------------------------------- */
struct machine *
appliance_add_machine (struct appliance *a)
{
  struct machine *m = machines_add (&a->machines);

  m->os.cim_id = -1;
  m->secure_boot = m->tpm = m->paravirtual = m->usb = UNSET;
  m->kernel_file = m->ramdisk_file = NO_INDEX;
  m->collection = NO_INDEX;
  return m;
}

struct disk *
appliance_add_disk (struct appliance *a)
{
  struct disk *d = disks_add (&a->disks);

  d->capacity = d->populated = NO_SIZE;
  d->file = d->parent = NO_INDEX;
  return d;
}

struct file_ref *
appliance_add_file (struct appliance *a, const char *id, const char *href)
{
  struct file_ref *f = file_refs_add (&a->files);

  f->id = xstrdup (id);
  f->href = xstrdup (href);
  f->size = NO_SIZE;
  return f;
}

struct drive *
machine_add_drive (struct machine *m, enum drive_kind kind)
{
  struct drive *d = drives_add (&m->drives);

  d->kind = kind;
  d->disk = d->file = NO_INDEX;
  d->connected = UNSET;
  return d;
}

struct nic *
machine_add_nic (struct machine *m)
{
  struct nic *n = nics_add (&m->nics);

  n->connected = UNSET;
  return n;
}

const struct controller *
machine_find_controller (const struct machine *m, enum bus bus, unsigned index)
{
  VECTOR_FOR (c, &m->controllers)
    if (c->bus == bus && c->index == index)
      return c;
  return NULL;
}

struct controller *
machine_controller (struct machine *m, enum bus bus, unsigned index)
{
  const struct controller *old = machine_find_controller (m, bus, index);
  struct controller *c;

  if (old != NULL)
    return &m->controllers.ptr[old - m->controllers.ptr];
  c = controllers_add (&m->controllers);
  c->bus = bus;
  c->index = index;
  return c;
}

char *
machine_text (const struct machine *m)
{
  const char *a = m->description, *b = m->annotation;

  return a != NULL && b != NULL && strcmp (a, b) != 0 ? xasprintf ("%s\n\n%s", a, b)
                                                      : xstrdup (a ? a : b);
}

struct extra *
extras_keep (extras *v, const char *owner, const char *key, const char *value)
{
  struct extra *e = extras_add (v);

  e->owner = xstrdup (owner);
  e->key = xstrdup (key);
  e->value = xstrdup (value);
  return e;
}

void
extras_drop (extras *list, const char *key)
{
  size_t kept = 0;

  VECTOR_FOR (e, list) {
    if (strcmp (e->key, key) != 0) {
      list->ptr[kept++] = *e;
      continue;
    }
    free (e->owner);
    free (e->key);
    free (e->value);
    free (e->configuration);
  }
  list->len = kept;
}

/* ---- finding --------------------------------------------------------- */
static bool
same (const char *a, const char *b)
{
  return a != NULL && b != NULL && strcmp (a, b) == 0;
}

size_t
appliance_find_file (const struct appliance *a, const char *id)
{
  for (size_t i = 0; i < a->files.len; i++)
    if (same (a->files.ptr[i].id, id))
      return i;
  return NO_INDEX;
}

size_t
appliance_find_disk (const struct appliance *a, const char *id)
{
  for (size_t i = 0; i < a->disks.len; i++)
    if (same (a->disks.ptr[i].id, id))
      return i;
  return NO_INDEX;
}

/* ---- words ----------------------------------------------------------- */
static const char *const bus_words[] = {
  [BUS_UNKNOWN] = "unknown",       [BUS_IDE] = "ide",
  [BUS_SATA] = "sata",             [BUS_SCSI] = "scsi",
  [BUS_NVME] = "nvme",             [BUS_VIRTIO_BLK] = "virtio-blk",
  [BUS_VIRTIO_SCSI] = "virtio-scsi", [BUS_USB] = "usb",
  [BUS_FLOPPY] = "floppy",         [BUS_XEN] = "xen",
};
static const char *const drive_words[] = {
  [DRIVE_DISK] = "disk", [DRIVE_CDROM] = "cdrom", [DRIVE_FLOPPY] = "floppy",
};
static const char *const attachment_words[] = {
  [ATTACH_UNKNOWN] = NULL,         [ATTACH_BRIDGE] = "bridge",
  [ATTACH_NETWORK] = "network",    [ATTACH_NAT] = "nat",
  [ATTACH_USER] = "user",          [ATTACH_HOSTONLY] = "hostonly",
  [ATTACH_INTERNAL] = "internal",  [ATTACH_NONE] = "none",
};

static size_t
find_word (const char *const *words, size_t n, const char *word)
{
  for (size_t i = 0; i < n; i++)
    if (same (words[i], word))
      return i;
  return 0;
}

const char *
bus_word (enum bus bus)
{
  return bus_words[bus];
}

enum bus
bus_by_word (const char *word)
{
  return find_word (bus_words, ARRAY_SIZE (bus_words), word);
}

const char *
drive_kind_word (enum drive_kind kind)
{
  return drive_words[kind];
}

const char *
firmware_word (enum firmware firmware)
{
  return firmware == FIRMWARE_BIOS   ? "bios"
         : firmware == FIRMWARE_UEFI ? "efi"
                                     : NULL;
}

const char *
attachment_word (enum attachment attachment)
{
  return attachment_words[attachment];
}

enum attachment
attachment_by_word (const char *word)
{
  return find_word (attachment_words, ARRAY_SIZE (attachment_words), word);
}

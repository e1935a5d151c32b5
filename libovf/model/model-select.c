/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One machine out of several: the others go, and with them the disks, files
 * and networks that only they use.  What nobody uses stays: it may be part of
 * the package for a reason that the model does not know. */
#include "model/text-fields.h"

/* How many of the machines before and after the choice use a thing. */
struct use {
  bool ours, others;
};
struct uses {
  struct use *files, *disks, *networks;
};

static void
mark (struct use *v, size_t index, bool ours)
{
  if (index == NO_INDEX)
    return;
  v[index].ours |= ours;
  v[index].others |= !ours;
}

/* A disk, its file, and all of its parents. */
static void
mark_disk (const struct appliance *a, struct uses *u, size_t i, bool ours)
{
  for (size_t steps = 0; i != NO_INDEX && steps <= a->disks.len; steps++) {
    mark (u->disks, i, ours);
    mark (u->files, a->disks.ptr[i].file, ours);
    i = a->disks.ptr[i].parent;
  }
}

static void
mark_network (const struct appliance *a, struct uses *u, const char *name,
              bool ours)
{
  for (size_t i = 0; name != NULL && i < a->networks.len; i++)
    if (a->networks.ptr[i].name && strcmp (a->networks.ptr[i].name, name) == 0)
      mark (u->networks, i, ours);
}

static void
mark_machine (const struct appliance *a, struct uses *u,
              const struct machine *m, bool ours)
{
  VECTOR_FOR (d, &m->drives) {
    mark_disk (a, u, d->disk, ours);
    mark (u->files, d->file, ours);
  }
  VECTOR_FOR (n, &m->nics)
    mark_network (a, u, n->network, ours);
  mark (u->files, m->kernel_file, ours);
  mark (u->files, m->ramdisk_file, ours);
}

static bool
stays (const struct use *u)
{
  return u->ours || !u->others;
}

/* New positions of what stays. */
static size_t *
new_places (const struct use *u, size_t len)
{
  size_t *to = xcalloc (len + 1, sizeof *to), n = 0;

  for (size_t i = 0; i < len; i++)
    to[i] = stays (&u[i]) ? n++ : NO_INDEX;
  return to;
}

static void
move (size_t *index, const size_t *to)
{
  if (*index != NO_INDEX)
    *index = to[*index];
}

static void
drop_files (struct appliance *a, const struct use *u)
{
  CLEANUP_FREE size_t *to = new_places (u, a->files.len);
  struct machine *m = &a->machines.ptr[0];
  size_t n = 0;

  for (size_t i = 0; i < a->files.len; i++) {
    struct file_ref *f = &a->files.ptr[i];
    if (stays (&u[i])) {
      a->files.ptr[n++] = *f;
    }
    else {
      free (f->id);
      free (f->href);
    }
  }
  a->files.len = n;
  VECTOR_FOR (d, &a->disks)
    move (&d->file, to);
  VECTOR_FOR (d, &m->drives)
    move (&d->file, to);
  move (&m->kernel_file, to);
  move (&m->ramdisk_file, to);
}

static void
drop_disks (struct appliance *a, const struct use *u)
{
  CLEANUP_FREE size_t *to = new_places (u, a->disks.len);
  size_t n = 0;

  for (size_t i = 0; i < a->disks.len; i++) {
    struct disk *d = &a->disks.ptr[i];
    if (stays (&u[i])) {
      a->disks.ptr[n++] = *d;
    }
    else {
      free (d->id);
      free (d->format_uri);
      free (d->capacity_property);
    }
  }
  a->disks.len = n;
  VECTOR_FOR (d, &a->disks)
    move (&d->parent, to);
  VECTOR_FOR (d, &a->machines.ptr[0].drives)
    move (&d->disk, to);
}

static void
drop_networks (struct appliance *a, const struct use *u)
{
  size_t n = 0;

  for (size_t i = 0; i < a->networks.len; i++) {
    struct network *w = &a->networks.ptr[i];
    if (stays (&u[i])) {
      a->networks.ptr[n++] = *w;
    }
    else {
      free (w->name);
      free (w->description);
    }
  }
  a->networks.len = n;
}

/* Only the chain of collections that the machine is in. */
static void
drop_collections (struct appliance *a)
{
  struct use *u = xcalloc (a->collections.len + 1, sizeof *u);
  CLEANUP_FREE size_t *to = NULL;
  size_t n = 0;

  for (size_t i = 0; i < a->collections.len; i++)
    u[i].others = true;
  for (size_t i = a->machines.ptr[0].collection; i != NO_INDEX;
       i = a->collections.ptr[i].parent)
    u[i].ours = true;
  to = new_places (u, a->collections.len);
  move (&a->machines.ptr[0].collection, to);
  for (size_t i = 0; i < a->collections.len; i++) {
    struct collection *c = &a->collections.ptr[i];
    if (stays (&u[i])) {
      move (&c->parent, to);
      a->collections.ptr[n++] = *c;
    }
    else
      collection_clear (c);
  }
  a->collections.len = n;
  free (u);
}

static void
keep_only (struct appliance *a, size_t chosen)
{
  struct uses u = {
    .files = xcalloc (a->files.len + 1, sizeof *u.files),
    .disks = xcalloc (a->disks.len + 1, sizeof *u.disks),
    .networks = xcalloc (a->networks.len + 1, sizeof *u.networks),
  };
  struct machine kept = a->machines.ptr[chosen];

  for (size_t i = 0; i < a->machines.len; i++)
    mark_machine (a, &u, &a->machines.ptr[i], i == chosen);
  for (size_t i = 0; i < a->machines.len; i++)
    if (i != chosen)
      machine_clear (&a->machines.ptr[i]);
  a->machines.ptr[0] = kept;
  a->machines.len = 1;
  drop_disks (a, u.disks);
  drop_files (a, u.files);
  drop_networks (a, u.networks);
  drop_collections (a);
  free (u.files);
  free (u.disks);
  free (u.networks);
}

/* ---- finding it ------------------------------------------------------ */
static char *
machine_list (const struct appliance *a)
{
  char *list = xstrdup ("");

  for (size_t i = 0; i < a->machines.len; i++) {
    const struct machine *m = &a->machines.ptr[i];
    const char *id = m->id ? m->id : m->name ? m->name : "";
    char *longer = xasprintf ("%s%s'%s'", list, i > 0 ? ", " : "", id);
    free (list);
    list = longer;
    if (i >= 15 && i + 1 < a->machines.len) {
      longer = xasprintf ("%s and %zu more", list, a->machines.len - i - 1);
      free (list);
      return longer;
    }
  }
  return list;
}

static size_t
count (const struct appliance *a, const char *id, bool by_name, size_t *ret)
{
  size_t n = 0;

  for (size_t i = a->machines.len; i-- > 0;) {
    const struct machine *m = &a->machines.ptr[i];
    const char *word = by_name ? m->name : m->id;
    if (word != NULL && strcmp (word, id) == 0) {
      *ret = i;
      n++;
    }
  }
  return n;
}

bool
appliance_select_machine (struct appliance *a, const char *id,
                          struct ovf_error **err)
{
  size_t chosen = 0, n = count (a, id, false, &chosen);

  if (n == 0)
    n = count (a, id, true, &chosen);
  if (n != 1) {
    CLEANUP_FREE char *list = machine_list (a);
    error_set (err, OVF_E_USAGE,
               n == 0 ? "there is no virtual machine '%s'"
                      : "there is more than one virtual machine '%s'",
               id);
    if (a->machines.len > 0)
      error_hint (err, "choose one of %s", list);
    return false;
  }
  keep_only (a, chosen);
  return true;
}

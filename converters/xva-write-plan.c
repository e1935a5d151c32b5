/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which devices an XVA will have, where they sit, and the references by which
 * its objects name each other.  The pipeline has named the disks ("Ref:7", the
 * href of their files), because their data stands in the archive so. */
#include "xva.h"

#include "base/digest.h"
#include "base/text.h"

#define HVM_CDROM 3         /* where every template has its CD drive */
#define POSITIONS 255

static char *
new_ref (struct xva_writer *x)
{
  return xasprintf ("Ref:%u", x->next++);
}

char *
xva_uuid (const struct xva_writer *x, const char *ref)
{
  CLEANUP_FREE char *text = xasprintf ("%s/%s", x->seed, ref);
  char hex[DIGEST_HEX];

  digest_of (DIGEST_SHA256, text, strlen (text), hex);
  hex[32] = '\0';
  hex[12] = '5';            /* RFC 4122: made from a name */
  hex[16] = "89ab"[hex[16] % 4];
  return text_uuid (hex);
}

/* ---- block devices -------------------------------------------------------------- */
static bool
is_free (const struct xva_writer *x, unsigned position)
{
  VECTOR_FOR (d, &x->drives)
    if (d->position == position)
      return false;
  return true;
}

static unsigned
seat_of (const struct xva_writer *x, const struct drive *d)
{
  bool cd = d->kind == DRIVE_CDROM && !x->pv;
  unsigned position = 0;

  if (d->bus == BUS_XEN && d->controller == 0 && d->unit < POSITIONS && is_free (x, d->unit))
    return d->unit;
  if (cd && is_free (x, HVM_CDROM))
    return HVM_CDROM;
  while (!is_free (x, position) || (!x->pv && !cd && position == HVM_CDROM))
    position++;
  return position;
}

static char *
disk_ref (struct xva_writer *x, const struct drive *d)
{
  size_t file = d->disk != NO_INDEX ? x->a->disks.ptr[d->disk].file : NO_INDEX;
  const char *href = file != NO_INDEX ? x->a->files.ptr[file].href : NULL;

  if (d->kind != DRIVE_DISK || d->disk == NO_INDEX)
    return NULL;
  VECTOR_FOR (o, &x->drives)
    if (o->vdi != NULL && o->drive->disk == d->disk)
      return xstrdup (o->vdi);
  return xva_is_disk_ref (href) ? xstrdup (href) : new_ref (x);
}

/* Drives of the bus Xen keep their seats: they choose first. */
static void
plan_drives (struct xva_writer *x, bool of_xen)
{
  VECTOR_FOR (d, &x->m->drives) {
    struct xva_drive e = { .drive = d };
    if ((d->bus == BUS_XEN) != of_xen || d->kind == DRIVE_FLOPPY
        || (d->kind == DRIVE_DISK && d->disk == NO_INDEX) || x->drives.len >= POSITIONS)
      continue;
    e.position = seat_of (x, d);
    e.vdi = disk_ref (x, d);
    e.vbd = new_ref (x);
    xva_drives_append (&x->drives, e);
  }
}

static int
by_drive (const void *a, const void *b)
{
  const struct drive *x = ((const struct xva_drive *)a)->drive;
  const struct drive *y = ((const struct xva_drive *)b)->drive;

  return x < y ? -1 : x > y;
}

/* ---- networks ----------------------------------------------------------------------- */
static const char *
network_ref (struct xva_writer *x, const char *name)
{
  struct xva_net *n;

  VECTOR_FOR (known, &x->nets)
    if (strcmp (known->name, name) == 0)
      return known->ref;
  n = xva_nets_add (&x->nets);
  n->name = xstrdup (name);
  n->ref = new_ref (x);
  return n->ref;
}

static void
plan_nics (struct xva_writer *x)
{
  VECTOR_FOR (n, &x->m->nics) {
    struct xva_nic e = { .nic = n };
    e.network = xstrdup (n->network ? network_ref (x, n->network) : XVA_NULL);
    e.vif = new_ref (x);
    xva_nics_append (&x->nics, e);
  }
}

/* ---- the whole --------------------------------------------------------------------------- */
/* Above those that the disks have. */
static unsigned
first_number (const struct appliance *a)
{
  uint64_t n, next = 0;

  VECTOR_FOR (f, &a->files)
    if (xva_is_disk_ref (f->href) && parse_u64 (f->href + 4, 0, UINT32_MAX / 2, &n) && n >= next)
      next = n + 1;
  return (unsigned)next;
}

void
xva_plan (struct xva_writer *x)
{
  const struct machine *m = x->m;

  x->pv = m->paravirtual == YES;
  x->next = first_number (x->a);
  x->seed = xstrdup (m->uuid ? m->uuid : m->name ? m->name : m->id ? m->id : "vm");
  x->vm = new_ref (x);
  x->sr = new_ref (x);
  plan_drives (x, true);
  plan_drives (x, false);
  if (x->drives.len > 1)
    qsort (x->drives.ptr, x->drives.len, sizeof *x->drives.ptr, by_drive);
  plan_nics (x);
}

void
xva_plan_done (struct xva_writer *x)
{
  VECTOR_FOR (d, &x->drives) {
    free (d->vbd);
    free (d->vdi);
  }
  VECTOR_FOR (n, &x->nics) {
    free (n->vif);
    free (n->network);
  }
  VECTOR_FOR (n, &x->nets) {
    free (n->name);
    free (n->ref);
  }
  free (x->drives.ptr);
  free (x->nics.ptr);
  free (x->nets.ptr);
  free (x->vm);
  free (x->sr);
  free (x->seed);
}

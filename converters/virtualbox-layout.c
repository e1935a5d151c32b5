/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which storage controllers are written, and where every drive sits.
 *
 * VirtualBox has one controller of a kind with the PIIX3 chipset and eight of
 * most with ICH9; one IDE controller of two channels.  What it has nothing
 * like goes to SATA, with a finding for each controller. */
#include "virtualbox.h"

void
vb_layout_done (struct vb_layout *l)
{
  free (l->places.ptr);
  free (l->boxes.ptr);
}

/* ---- controllers ------------------------------------------------------------------ */
static unsigned
group_count (const struct vb_layout *l, const struct vb_storage *kind)
{
  unsigned n = 0;

  VECTOR_FOR (b, &l->boxes)
    n += b->kind->group == kind->group;
  return n;
}

/* The controller for (bus, index) of the model, if it is there. */
static struct vb_box *
find_box (const struct vb_layout *l, enum bus bus, unsigned index)
{
  VECTOR_FOR (b, &l->boxes)
    if (b->bus == bus && b->from == (bus == BUS_IDE ? index / 2 * 2 : index))
      return b;
  return NULL;
}

static struct vb_box *
add_box (struct vb_layout *l, enum bus bus, unsigned index, const char *model,
         bool ich9)
{
  const struct vb_storage *kind = vb_storage_for (bus, model);
  struct vb_box *b;
  unsigned n;

  if (kind == NULL)
    return NULL;
  n = group_count (l, kind);
  if (n >= (ich9 ? kind->most_ich9 : kind->most))
    return NULL;
  b = vb_boxes_add (&l->boxes);
  b->kind = kind;
  b->bus = bus;
  b->from = bus == BUS_IDE ? index / 2 * 2 : index;
  b->number = n;
  b->type = kind->type;
  return b;
}

static bool
has_drives (const struct machine *m, const struct controller *c)
{
  VECTOR_FOR (d, &m->drives)
    if (d->bus == c->bus && d->controller == c->index)
      return true;
  return false;
}

static int
by_bus_and_index (const void *a, const void *b)
{
  const struct controller *x = *(const struct controller *const *)a;
  const struct controller *y = *(const struct controller *const *)b;

  return x->bus != y->bus ? (int)x->bus - (int)y->bus
                          : (x->index > y->index) - (x->index < y->index);
}

static int
by_box (const void *a, const void *b)
{
  const struct vb_box *x = a, *y = b;

  return x->bus != y->bus ? (int)x->bus - (int)y->bus
                          : (x->from > y->from) - (x->from < y->from);
}

/* Controllers of USB are not storage; they are written where a disk is. */
static void
make_boxes (struct vb_layout *l, const struct machine *m, bool ich9)
{
  size_t n = m->controllers.len;
  CLEANUP_FREE const struct controller **order = xcalloc (n + 1, sizeof *order);

  for (size_t i = 0; i < n; i++)
    order[i] = &m->controllers.ptr[i];
  qsort (order, n, sizeof *order, by_bus_and_index);
  for (int used = 1; used >= 0; used--) /* those with drives come first */
    for (size_t i = 0; i < n; i++) {
      const struct controller *c = order[i];

      if (has_drives (m, c) == used && (used || c->bus != BUS_USB)
          && find_box (l, c->bus, c->index) == NULL)
        add_box (l, c->bus, c->index, c->model, ich9);
    }
  if (l->boxes.len > 1)
    qsort (l->boxes.ptr, l->boxes.len, sizeof *l->boxes.ptr, by_box);
  for (size_t i = 0; i < l->boxes.len; i++) {
    struct vb_box *b = &l->boxes.ptr[i];

    b->number = 0;
    for (size_t k = 0; k < i; k++)
      b->number += l->boxes.ptr[k].kind->group == b->kind->group;
  }
}

/* ---- seats ------------------------------------------------------------------------ */
static bool
is_free (const struct vb_layout *l, size_t box, unsigned port, unsigned device)
{
  VECTOR_FOR (p, &l->places)
    if (p->seated && p->box == box && p->port == port && p->device == device)
      return false;
  return true;
}

static bool
sit (struct vb_layout *l, struct vb_place *p, size_t box, unsigned port,
     unsigned device)
{
  const struct vb_storage *kind = l->boxes.ptr[box].kind;

  if (port >= kind->ports || device >= kind->devices
      || !is_free (l, box, port, device))
    return false;
  p->box = box;
  p->port = port;
  p->device = device;
  p->seated = true;
  return true;
}

/* Where the model has it. */
static bool
sit_as_is (struct vb_layout *l, struct vb_place *p)
{
  const struct drive *d = p->drive;
  struct vb_box *b = find_box (l, d->bus, d->controller);

  if (b == NULL || (b->bus == BUS_FLOPPY) != (d->kind == DRIVE_FLOPPY))
    return false;
  if (b->bus == BUS_IDE)
    return sit (l, p, (size_t)(b - l->boxes.ptr), d->controller % 2, d->unit);
  if (b->bus == BUS_FLOPPY)
    return sit (l, p, (size_t)(b - l->boxes.ptr), 0, d->unit);
  return sit (l, p, (size_t)(b - l->boxes.ptr), d->unit, 0);
}

static bool
sit_on (struct vb_layout *l, struct vb_place *p, enum bus bus, bool ich9)
{
  unsigned next = 0;

  for (size_t i = 0; i < l->boxes.len; i++) {
    const struct vb_storage *kind = l->boxes.ptr[i].kind;

    if (l->boxes.ptr[i].bus != bus)
      continue;
    for (unsigned port = 0; port < kind->ports; port++)
      for (unsigned device = 0; device < kind->devices; device++)
        if (sit (l, p, i, port, device))
          return true;
    if (l->boxes.ptr[i].from >= next)
      next = l->boxes.ptr[i].from + 1;
  }
  return add_box (l, bus, next, NULL, ich9) != NULL
         && sit (l, p, l->boxes.len - 1, 0, 0);
}

/* ---- the report -------------------------------------------------------------------- */
static void
report_controller (const struct vb_layout *l, const struct controller *c,
                   struct ovf_report *report)
{
  const struct vb_box *b = find_box (l, c->bus, c->index);
  const struct hwmodel *h = hwmodel_by_name (HW_CONTROLLER, c->model);
  unsigned moved = 0, lost = 0;
  const char *to = "SATA";

  VECTOR_FOR (p, &l->places) {
    if (p->drive->bus != c->bus || p->drive->controller != c->index)
      continue;
    lost += !p->seated;
    if (p->seated && &l->boxes.ptr[p->box] != b) {
      moved++;
      to = l->boxes.ptr[p->box].kind->name;
    }
  }
  if (moved > 0)
    report_loss (report, VB_OWNER, "controller",
                 "%u drive%s of the %s controller %u %s to the %s controller",
                 moved, moved > 1 ? "s" : "", bus_word (c->bus), c->index,
                 moved > 1 ? "move" : "moves", to);
  if (lost > 0)
    report_loss (report, VB_OWNER, "drive",
                 "there is no room for %u drive%s of the %s controller %u", lost,
                 lost > 1 ? "s" : "", bus_word (c->bus), c->index);
  if (b == NULL && moved + lost == 0 && c->bus != BUS_USB)
    report_loss (report, VB_OWNER, "controller",
                 "the %s controller %u is left out: it has no drives",
                 bus_word (c->bus), c->index);
  if (b != NULL && c->model != NULL && c->bus != BUS_USB
      && (h == NULL || h->virtualbox == NULL
          || vb_storage_by_type (h->virtualbox) != b->kind))
    report_loss (report, VB_OWNER, "controller",
                 "the %s controller %u ('%s') becomes VirtualBox's %s",
                 bus_word (c->bus), c->index, c->model, b->type);
}

/* VirtualBox counts its controllers from 0 without gaps. */
static void
report_numbers (const struct vb_layout *l, struct ovf_report *report)
{
  unsigned next[BUS_XEN + 1] = { 0 };

  VECTOR_FOR (b, &l->boxes) {
    unsigned step = b->bus == BUS_IDE ? 2 : 1;
    if (b->from != next[b->bus])
      report_loss (report, VB_OWNER, "controller",
                   "the %s controller %u becomes number %u", bus_word (b->bus),
                   b->from, next[b->bus]);
    next[b->bus] += step;
  }
}

void
vb_layout_make (struct vb_layout *l, const struct machine *m, bool ich9,
                struct ovf_report *report)
{
  memset (l, 0, sizeof *l);
  make_boxes (l, m, ich9);
  VECTOR_FOR (d, &m->drives)
    vb_places_add (&l->places)->drive = d;
  VECTOR_FOR (p, &l->places)
    sit_as_is (l, p);
  VECTOR_FOR (p, &l->places)
    if (!p->seated)
      sit_on (l, p, p->drive->kind == DRIVE_FLOPPY ? BUS_FLOPPY : BUS_SATA, ich9);
  VECTOR_FOR (c, &m->controllers)
    report_controller (l, c, report);
  report_numbers (l, report);
}

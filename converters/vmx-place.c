/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which controllers a VMX file has, and what sits where; see vmx-place.h. */
#include "vmx-place.h"

#include "base/text.h"

/* ---- controllers ------------------------------------------------------------ */
/* VMware's word for a SCSI controller; lsilogic is what every system knows. */
static const char *
scsi_word (const struct machine *m, unsigned index, bool native)
{
  const struct controller *c = machine_find_controller (m, BUS_SCSI, index);
  const struct hwmodel *h = c ? hwmodel_by_name (HW_CONTROLLER, c->model) : NULL;

  if (native)
    return "pvscsi";
  return h && h->bus == BUS_SCSI && h->vmx ? h->vmx : "lsilogic";
}

const struct vmx_adapter *
vmx_layout_adapter (const struct vmx_layout *l, enum bus bus, unsigned index)
{
  VECTOR_FOR (a, &l->adapters)
    if (a->bus == bus && a->index == index)
      return a;
  return NULL;
}

static void
need_adapter (struct vmx_layout *l, const struct machine *m, bool native,
              enum bus bus, unsigned index)
{
  struct vmx_adapter *a;

  if ((bus != BUS_SCSI && bus != BUS_SATA && bus != BUS_NVME)
      || vmx_layout_adapter (l, bus, index) != NULL)
    return;
  a = vmx_adapters_add (&l->adapters);
  a->bus = bus;
  a->index = index;
  a->model = bus == BUS_SCSI ? scsi_word (m, index, native) : NULL;
}

/* ---- seats ------------------------------------------------------------------- */
static enum bus
target_bus (const struct drive *d, bool native)
{
  if (d->kind == DRIVE_FLOPPY)
    return BUS_FLOPPY;
  if (native)
    return d->kind == DRIVE_DISK ? BUS_SCSI : BUS_SATA;
  if (vmx_bus_word (d->bus) == NULL || d->bus == BUS_FLOPPY
      || (d->bus == BUS_NVME && d->kind != DRIVE_DISK))
    return BUS_SATA;
  return d->bus;
}

static bool
is_free (const struct vmx_layout *l, const struct vmx_seat *s)
{
  VECTOR_FOR (p, &l->places)
    if (p->seated && p->seat.bus == s->bus && p->seat.unit == s->unit
        && p->seat.controller == s->controller)
      return false;
  return true;
}

static bool
exists (const struct machine *m, const struct vmx_seat *s, bool native)
{
  return vmx_seat_exists (s, s->bus == BUS_SCSI
                               ? scsi_word (m, s->controller, native) : NULL);
}

/* The first free one of the bus. */
static bool
find_seat (const struct vmx_layout *l, const struct machine *m, bool native,
           struct vmx_seat *s)
{
  enum { CONTROLLERS = 4, UNITS = 65 };

  for (s->controller = 0; s->controller < CONTROLLERS; s->controller++)
    for (s->unit = 0; s->unit < UNITS; s->unit++)
      if (exists (m, s, native) && is_free (l, s))
        return true;
  return false;
}

/* First those that can stay, then the others around them. */
static void
take_seats (struct vmx_layout *l, const struct machine *m, bool native)
{
  VECTOR_FOR (d, &m->drives) {
    struct vmx_place *p = vmx_places_add (&l->places);
    p->drive = d;
    p->seat = (struct vmx_seat){ target_bus (d, native), d->controller, d->unit };
  }
  VECTOR_FOR (p, &l->places)
    p->seated = p->seat.bus == p->drive->bus && exists (m, &p->seat, native)
                && is_free (l, &p->seat);
  VECTOR_FOR (p, &l->places) {
    if (p->seated)
      continue;
    p->seated = find_seat (l, m, native, &p->seat);
    if (!p->seated && p->seat.bus != BUS_FLOPPY) {
      p->seat.bus = BUS_SATA;
      p->seated = find_seat (l, m, native, &p->seat);
    }
  }
}

/* ---- what moved ------------------------------------------------------------------ */
static void
report_places (const struct vmx_layout *l, struct ovf_report *report)
{
  VECTOR_FOR (p, &l->places) {
    const struct drive *d = p->drive;
    CLEANUP_FREE char *name = vmx_seat_name (&p->seat);
    if (!p->seated)
      report_loss (report, "vmx", "drive",
                   "there is no room for the %s at %s %u:%u: it is left out",
                   drive_kind_word (d->kind), bus_word (d->bus), d->controller,
                   d->unit);
    else if (p->seat.bus != d->bus)
      report_loss (report, "vmx", "controller",
                   "the %s at %s %u:%u moves to %s", drive_kind_word (d->kind),
                   bus_word (d->bus), d->controller, d->unit, name);
    else if (p->seat.controller != d->controller || p->seat.unit != d->unit)
      report_loss (report, "vmx", "unit", "the %s at %s %u:%u moves to %s",
                   drive_kind_word (d->kind), bus_word (d->bus), d->controller,
                   d->unit, name);
  }
}

static void
report_adapters (const struct vmx_layout *l, const struct machine *m,
                 struct ovf_report *report)
{
  VECTOR_FOR (a, &l->adapters) {
    const struct controller *c = machine_find_controller (m, a->bus, a->index);
    const struct hwmodel *h = hwmodel_by_name (HW_CONTROLLER, c ? c->model : NULL);
    if (a->model == NULL || c == NULL || c->model == NULL
        || (h != NULL && text_equal_nocase (h->vmx, a->model)))
      continue;
    report_loss (report, "vmx", "controller",
                 "the SCSI controller %u becomes %s: it was '%s'", a->index,
                 a->model, c->model);
  }
}

/* ---- all of it ---------------------------------------------------------------------- */
void
vmx_layout_make (struct vmx_layout *l, const struct machine *m, bool native,
                 struct ovf_report *report)
{
  memset (l, 0, sizeof *l);
  take_seats (l, m, native);
  VECTOR_FOR (c, &m->controllers) {
    const struct vmx_seat first = { c->bus, c->index, 0 };
    bool used = false;
    VECTOR_FOR (p, &l->places)
      used |= p->seated && p->seat.bus == c->bus && p->seat.controller == c->index;
    if (used || (!native && vmx_seat_exists (&first, NULL)))
      need_adapter (l, m, native, c->bus, c->index);
  }
  VECTOR_FOR (p, &l->places)
    if (p->seated)
      need_adapter (l, m, native, p->seat.bus, p->seat.controller);
  report_places (l, report);
  report_adapters (l, m, report);
}

void
vmx_layout_done (struct vmx_layout *l)
{
  free (l->places.ptr);
  free (l->adapters.ptr);
  memset (l, 0, sizeof *l);
}

bool
vmx_layout_kept (const struct vmx_layout *l, const struct vmx_seat *s)
{
  VECTOR_FOR (p, &l->places)
    if (p->seated && p->seat.bus == s->bus && p->seat.unit == s->unit
        && p->seat.controller == s->controller)
      return p->drive->bus == s->bus && p->drive->unit == s->unit
             && p->drive->controller == s->controller;
  return false;
}

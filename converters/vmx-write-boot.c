/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The boot order as VMware says it: kinds of devices in turn, the network
 * adapters by name, and the disks in a list of their own. */
#include "base/text.h"
#include "place.h"
#include "vmx-place.h"

struct step { /* a device with a boot order */
  unsigned order;
  const struct vmx_place *place; /* or NULL: a network adapter */
  size_t nic;
};
DEFINE_VECTOR (steps, struct step)

static int
by_order (const void *a, const void *b)
{
  const struct step *x = a, *y = b;

  return x->order < y->order ? -1 : x->order > y->order;
}

static steps
collect (const struct machine *m, const struct vmx_layout *l)
{
  steps list = { 0 };

  VECTOR_FOR (p, &l->places)
    if (p->seated && p->drive->boot_order > 0)
      steps_append (&list, (struct step){ p->drive->boot_order, p, 0 });
  for (size_t i = 0; i < m->nics.len; i++)
    if (m->nics.ptr[i].boot_order > 0)
      steps_append (&list, (struct step){ m->nics.ptr[i].boot_order, NULL, i });
  if (list.len > 0)
    qsort (list.ptr, list.len, sizeof *list.ptr, by_order);
  return list;
}

static void
append (char **list, char *word /* taken */)
{
  char *longer = *list ? xasprintf ("%s,%s", *list, word) : xstrdup (word);

  free (*list);
  free (word);
  *list = longer;
}

/* The first CD drive is meant, whichever was said. */
static bool
is_first_of_kind (const struct vmx_layout *l, const struct vmx_place *place)
{
  VECTOR_FOR (p, &l->places)
    if (p->seated && p->drive->kind == place->drive->kind)
      return p == place;
  return false;
}

/* Adds one step to both lists; false when they cannot say it. */
static bool
add_step (const struct vmx_layout *l, const struct step *s, bool *after_disks,
          char **order, char **hdds)
{
  if (s->place == NULL) {
    *after_disks = *hdds != NULL;
    append (order, xasprintf ("ethernet%zu", s->nic));
    return true;
  }
  if (s->place->drive->kind == DRIVE_DISK) {
    if (*hdds == NULL)
      append (order, xstrdup ("hdd"));
    append (hdds, vmx_seat_name (&s->place->seat));
    return !*after_disks;
  }
  *after_disks = *hdds != NULL;
  append (order, xstrdup (s->place->drive->kind == DRIVE_CDROM ? "cdrom" : "floppy"));
  return is_first_of_kind (l, s->place);
}

void
vmx_write_boot (FILE *f, const struct machine *m, const struct vmx_layout *l,
                struct ovf_report *report)
{
  CLEANUP_FREE char *order = NULL, *hdds = NULL;
  steps list = collect (m, l);
  bool whole = true, after_disks = false;

  VECTOR_FOR (s, &list)
    whole &= add_step (l, s, &after_disks, &order, &hdds);
  free (list.ptr);
  if (order != NULL)
    vmx_put (f, "bios.bootOrder", order);
  if (hdds != NULL)
    vmx_put (f, "bios.hddOrder", hdds);
  if (!whole)
    report_loss (report, "vmx", "boot-order",
                 "VMware boots from all disks, one after the other, and from "
                 "the first drive of each other kind: the order becomes %s",
                 order);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The boot order: bios.bootOrder = "cdrom,hdd,ethernet0" names kinds of
 * devices, bios.hddOrder = "scsi0:1,scsi0:0" the disks in turn. */
#include "vmx-reader.h"

#define WORDS_MAX 64

/* The next word of a list, allocated; NULL at the end. */
static char *
next_word (const char **list)
{
  size_t n;
  CLEANUP_FREE char *word = NULL;

  *list += strspn (*list, ", \t");
  n = strcspn (*list, ",");
  word = xstrndup (*list, n);
  *list += n;
  return n > 0 ? text_trim (word) : NULL;
}

static unsigned *
place_of_seat (struct machine *m, const char *word)
{
  CLEANUP_FREE char *key = xasprintf ("%s.", word);
  struct vmx_seat seat;
  const char *rest;

  if (!vmx_seat_of_key (key, &seat, &rest))
    return NULL;
  VECTOR_FOR (d, &m->drives)
    if (d->bus == seat.bus && d->controller == seat.controller
        && d->unit == seat.unit)
      return &d->boot_order;
  return NULL;
}

static unsigned *
place_of_nic (struct vmx_reader *r, const char *word)
{
  unsigned index = 0;

  if (strncasecmp (word, "ethernet", 8) != 0
      || (word[8] != '\0' && !parse_unsigned (word + 8, 0, UINT32_MAX, &index)))
    return NULL;
  if (index >= VMX_NICS || r->nic_place[index] >= r->m->nics.len)
    return NULL;
  return &r->m->nics.ptr[r->nic_place[index]].boot_order;
}

static unsigned *
first_of (struct machine *m, enum drive_kind kind)
{
  VECTOR_FOR (d, &m->drives)
    if (d->kind == kind && d->boot_order == 0)
      return &d->boot_order;
  return NULL;
}

static void
give (unsigned *place, unsigned *order)
{
  if (place != NULL && *place == 0)
    *place = ++*order;
}

static void
read_disks (struct vmx_reader *r, unsigned *order)
{
  const char *list = vr_text (r, NULL, "bios.hddOrder");
  unsigned before = *order;
  char *word;

  for (unsigned i = 0; list && i < WORDS_MAX && (word = next_word (&list)); i++) {
    give (place_of_seat (r->m, word), order);
    free (word);
  }
  if (*order == before)
    give (first_of (r->m, DRIVE_DISK), order);
}

void
vmx_boot_read (struct vmx_reader *r)
{
  const char *list = vr_text (r, NULL, "bios.bootOrder");
  unsigned order = 0;
  char *word;

  if (list == NULL && vr_text (r, NULL, "bios.hddOrder") != NULL)
    list = "hdd";
  for (unsigned i = 0; list && i < WORDS_MAX && (word = next_word (&list)); i++) {
    if (text_equal_nocase (word, "hdd") || text_equal_nocase (word, "hd"))
      read_disks (r, &order);
    else if (text_equal_nocase (word, "cdrom") || text_equal_nocase (word, "cd"))
      give (first_of (r->m, DRIVE_CDROM), &order);
    else if (text_equal_nocase (word, "floppy") || text_equal_nocase (word, "fd"))
      give (first_of (r->m, DRIVE_FLOPPY), &order);
    else
      give (place_of_nic (r, word), &order);
    free (word);
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of block devices, and letters of the boot order. */
#include "drive-name.h"

#include <ctype.h>

#include "base/text.h"

#define PARTITIONS_MAX 255

static const struct {
  const char *prefix;
  enum bus bus;
} prefixes[] = {
  { "xvd", BUS_XEN }, { "hd", BUS_IDE }, { "sd", BUS_SCSI },
  { "vd", BUS_VIRTIO_BLK }, { "fd", BUS_FLOPPY },
};

/* Letters count in bijective base 26. */
static bool
letters (const char **p, unsigned *ret)
{
  unsigned n = 0, digits = 0;

  for (; **p >= 'a' && **p <= 'z' && digits < 4; (*p)++, digits++)
    n = n * 26 + (unsigned)(**p - 'a' + 1);
  *ret = n - 1;
  return digits > 0;
}

bool
drive_name_parse (const char *name, struct drive_name *ret)
{
  const char *p;

  if (name == NULL)
    return false;
  if (strncmp (name, "/dev/", 5) == 0)
    name += 5;
  for (size_t i = 0; i < ARRAY_SIZE (prefixes); i++) {
    size_t n = strlen (prefixes[i].prefix);
    p = name + n;
    if (strncmp (name, prefixes[i].prefix, n) != 0 || !letters (&p, &ret->index))
      continue;
    ret->bus = prefixes[i].bus;
    ret->partition = 0;
    return *p == '\0'
           || (isdigit ((unsigned char)*p)
               && parse_unsigned (p, 0, PARTITIONS_MAX, &ret->partition));
  }
  return false;
}

char *
drive_name_text (const struct drive_name *t)
{
  char digits[8], number[16] = "";
  size_t n = sizeof digits, i = 0;

  while (i < ARRAY_SIZE (prefixes) && prefixes[i].bus != t->bus)
    i++;
  if (i == ARRAY_SIZE (prefixes))
    return NULL;
  digits[--n] = '\0';
  for (unsigned k = t->index + 1; k > 0 && n > 0; k = (k - 1) / 26)
    digits[--n] = (char)('a' + (k - 1) % 26);
  if (t->partition > 0)
    snprintf (number, sizeof number, "%u", t->partition);
  return xasprintf ("%s%s%s", prefixes[i].prefix, digits + n, number);
}

void
drive_name_seat (const struct drive_name *t, bool wide_scsi, struct drive *d)
{
  unsigned per = t->bus == BUS_IDE || t->bus == BUS_FLOPPY ? 2
                 : t->bus == BUS_SATA                      ? 6
                 : t->bus != BUS_SCSI                      ? 0
                 : wide_scsi                               ? 15
                                                           : 7;

  d->bus = t->bus;
  d->controller = per ? t->index / per : 0;
  d->unit = per ? t->index % per : t->index;
  if (t->bus == BUS_SCSI && wide_scsi && d->unit >= 7)
    d->unit++;
}

bool
drive_seat_is_free (const struct machine *m, const struct drive *d)
{
  VECTOR_FOR (other, &m->drives)
    if (other != d && other->bus == d->bus && other->controller == d->controller
        && other->unit == d->unit)
      return false;
  return true;
}

void
drive_sit_behind (const struct machine *m, struct drive *d)
{
  VECTOR_FOR (other, &m->drives)
    if (other != d && other->bus == d->bus && other->unit >= d->unit)
      d->unit = other->unit + 1;
}

/* ---- boot order ------------------------------------------------------------ */
static unsigned *
boot_place (struct machine *m, char letter)
{
  enum drive_kind kind = letter == 'c'   ? DRIVE_DISK
                         : letter == 'd' ? DRIVE_CDROM
                                         : DRIVE_FLOPPY;

  if (letter == 'n')
    return m->nics.len > 0 ? &m->nics.ptr[0].boot_order : NULL;
  if (letter != 'a' && kind == DRIVE_FLOPPY)
    return NULL;
  VECTOR_FOR (d, &m->drives)
    if (d->kind == kind && d->boot_order == 0)
      return &d->boot_order;
  return NULL;
}

void
boot_letters_read (struct machine *m, const char *order)
{
  static const char *const usual[] = { "", "c", "cd", "cn", "cdn" };
  char there[17] = "";
  unsigned n = 0;

  for (size_t len = 0; *order != '\0' && len + 1 < sizeof there; order++)
    if (boot_place (m, *order) != NULL)
      there[len++] = *order;
  for (size_t i = 0; i < ARRAY_SIZE (usual); i++)
    if (strcmp (there, usual[i]) == 0
        || (*usual[i] == 'c' && boot_place (m, 'c') == NULL
            && strcmp (there, usual[i] + 1) == 0))
      return;
  for (const char *c = there; *c != '\0'; c++) {
    unsigned *place = boot_place (m, *c);
    if (place != NULL && *place == 0)
      *place = ++n;
  }
}

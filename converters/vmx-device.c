/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of drives in VMX files ("scsi0:1", "floppy0"), and how many there can
 * be. */
#include <ctype.h>
#include <strings.h>

#include "base/text.h"
#include "vmx.h"

/* ESXi 8 and Workstation 17; PVSCSI took 64 disks since vmx-14. */
static const struct bus_row {
  const char *word;
  enum bus bus;
  unsigned controllers, units;
} rows[] = {
  { "ide", BUS_IDE, 2, 2 },
  { "sata", BUS_SATA, 4, 30 },
  { "scsi", BUS_SCSI, 4, 16 },
  { "nvme", BUS_NVME, 4, 64 },
  { "floppy", BUS_FLOPPY, 1, 2 },
};
#define SCSI_ADAPTER 7  /* the unit of the adapter itself */
#define PVSCSI_UNITS 65

static const struct bus_row *
row_of (enum bus bus)
{
  for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
    if (rows[i].bus == bus)
      return &rows[i];
  return NULL;
}

const char *
vmx_bus_word (enum bus bus)
{
  const struct bus_row *row = row_of (bus);

  return row ? row->word : NULL;
}

/* What no unsigned holds is out of range anyway. */
static bool
number (const char **s, unsigned *ret)
{
  size_t n = strspn (*s, "0123456789");
  CLEANUP_FREE char *digits = xstrndup (*s, n);

  if (n == 0)
    return false;
  if (!parse_unsigned (digits, 0, UINT32_MAX - 1, ret))
    *ret = UINT32_MAX - 1;
  *s += n;
  return true;
}

bool
vmx_seat_of_key (const char *key, struct vmx_seat *ret, const char **ret_rest)
{
  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    const char *s = key + strlen (rows[i].word);
    if (strncasecmp (key, rows[i].word, strlen (rows[i].word)) != 0)
      continue;
    ret->bus = rows[i].bus;
    ret->controller = 0;
    if (ret->bus == BUS_FLOPPY) {
      if (!number (&s, &ret->unit))
        return false;
    }
    else if (!number (&s, &ret->controller) || *s++ != ':'
             || !number (&s, &ret->unit))
      return false;
    *ret_rest = s + 1;
    return *s == '.';
  }
  return false;
}

char *
vmx_seat_name (const struct vmx_seat *s)
{
  if (s->bus == BUS_FLOPPY)
    return xasprintf ("floppy%u", s->unit);
  return xasprintf ("%s%u:%u", vmx_bus_word (s->bus), s->controller, s->unit);
}

bool
vmx_seat_exists (const struct vmx_seat *s, const char *model)
{
  const struct bus_row *row = row_of (s->bus);
  unsigned units = row ? row->units : 0;

  if (s->bus == BUS_SCSI && text_equal_nocase (model, "pvscsi"))
    units = PVSCSI_UNITS;
  return row != NULL && s->controller < row->controllers && s->unit < units
         && !(s->bus == BUS_SCSI && s->unit == SCSI_ADAPTER);
}

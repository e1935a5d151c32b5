/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Header blocks of an OVA: POSIX ustar (IEEE 1003.1-1988) and nothing else.
 *
 * A pax or GNU long-name header before the descriptor makes importers say
 * that there is no descriptor; a member of 8 GiB or more needs the base-256
 * form of the size field, which every reader of OVAs knows.  Owner, mode and
 * time are fixed, so that the same input gives the same archive. */
#include "package/write.h"

#include <stdio.h>

/* Offsets and sizes of the fields. */
enum {
  NAME_AT = 0, NAME_LEN = 100,
  MODE_AT = 100, UID_AT = 108, GID_AT = 116, ID_LEN = 8,
  SIZE_AT = 124, SIZE_LEN = 12,
  MTIME_AT = 136,
  SUM_AT = 148, SUM_LEN = 8,
  TYPE_AT = 156,
  MAGIC_AT = 257,
  MAJOR_AT = 329, MINOR_AT = 337,
  PREFIX_AT = 345, PREFIX_LEN = 155
};
#define OCTAL_MAX UINT64_C (077777777777) /* 11 digits */

/* digits with leading zeros, then a NUL. */
static void
put_octal (uint8_t *p, unsigned len, uint64_t value)
{
  p[len - 1] = '\0';
  for (unsigned i = len - 1; i-- > 0; value >>= 3)
    p[i] = (uint8_t)('0' + (value & 7));
}

static void
put_size (uint8_t *p, uint64_t size)
{
  if (size <= OCTAL_MAX) {
    put_octal (p, SIZE_LEN, size);
    return;
  }
  /* Base-256: the top bit of the field, then big-endian. */
  for (unsigned i = SIZE_LEN; i-- > 0; size >>= 8)
    p[i] = (uint8_t)size;
  p[0] |= 0x80;
}

/* Where to cut: the bytes before a slash that go to the prefix; 0 = no cut
 * needed, SIZE_MAX = does not fit. */
static size_t
name_cut (const char *name)
{
  size_t len = strlen (name);

  if (len <= NAME_LEN)
    return 0;
  for (size_t i = len - 1; i > 0; i--)
    if (name[i] == '/' && len - i - 1 <= NAME_LEN && i <= PREFIX_LEN
        && len - i - 1 > 0)
      return i;
  return SIZE_MAX;
}

bool
ustar_name_fits (const char *name)
{
  return *name != '\0' && name_cut (name) != SIZE_MAX;
}

bool
ustar_header (uint8_t block[TAR_BLOCK], const char *name, uint64_t size,
              uint64_t mtime)
{
  size_t cut = name_cut (name);
  const char *rest;
  unsigned sum = 0;

  if (*name == '\0' || cut == SIZE_MAX)
    return false;
  rest = cut ? name + cut + 1 : name;
  memset (block, 0, TAR_BLOCK);
  memcpy (block + NAME_AT, rest, strlen (rest));
  memcpy (block + PREFIX_AT, name, cut);
  put_octal (block + MODE_AT, ID_LEN, 0644);
  put_octal (block + UID_AT, ID_LEN, 0);
  put_octal (block + GID_AT, ID_LEN, 0);
  put_size (block + SIZE_AT, size);
  put_octal (block + MTIME_AT, SIZE_LEN, mtime <= OCTAL_MAX ? mtime : OCTAL_MAX);
  block[TYPE_AT] = '0';
  memcpy (block + MAGIC_AT, "ustar\00000", 8);
  put_octal (block + MAJOR_AT, ID_LEN, 0);
  put_octal (block + MINOR_AT, ID_LEN, 0);

  /* The sum counts its own field as blanks; six digits, NUL, blank. */
  memset (block + SUM_AT, ' ', SUM_LEN);
  for (unsigned i = 0; i < TAR_BLOCK; i++)
    sum += block[i];
  put_octal (block + SUM_AT, SUM_LEN - 1, sum);
  return true;
}

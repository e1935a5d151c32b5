/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vmdk-walk FILE [RAW]: walks every sector of a streamOptimized VMDK, without
 * any code of the library, and refuses what importers trip over: bytes after
 * the end-of-stream marker, a missing one, grains out of order, grains that
 * do not inflate to their size, tables that disagree with the grains.
 *
 * Three layouts pass: tables behind the grains, with markers and a footer
 * (VMware's and ours), and a directory in front without markers (open-vmdk).
 * With RAW the guest's bytes are compared as well. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define SECTOR 512u
#define GD_AT_END UINT64_MAX

struct walk {
  FILE *file, *raw;
  uint64_t size;      /* sectors */
  uint64_t capacity;  /* sectors */
  uint64_t grain;     /* sectors */
  uint64_t overhead, directory, raw_size;
  uint32_t entries;   /* of a table */
  uint32_t version, flags;
  uint64_t grains, next_lba, zeros;
  uint64_t groups;
  uint32_t *where;    /* sector of each grain, 0 = none */
  uint64_t where_len;
  unsigned tables, directories, footers;
  uint8_t *plain, *other, *packed;
};

static void __attribute__ ((format (printf, 1, 2), noreturn))
bad (const char *fmt, ...)
{
  va_list args;

  va_start (args, fmt);
  printf ("bad: ");
  vprintf (fmt, args);
  printf ("\n");
  va_end (args);
  exit (1);
}

static uint64_t
le (const uint8_t *p, unsigned bytes)
{
  uint64_t v = 0;

  while (bytes-- > 0)
    v = v << 8 | p[bytes];
  return v;
}

static void
read_at (struct walk *w, uint64_t sector, void *buf, size_t n)
{
  if (sector > w->size
      || fseeko (w->file, (off_t)(sector * SECTOR), SEEK_SET) != 0
      || fread (buf, 1, n, w->file) != n)
    bad ("cannot read %zu bytes at sector %" PRIu64, n, sector);
}

static bool
is_zero (const uint8_t *p, size_t n)
{
  while (n-- > 0)
    if (*p++)
      return false;
  return true;
}

/* ---- header ---------------------------------------------------------- */

static void
parse_header (struct walk *w, const uint8_t *h)
{
  if (memcmp (h, "KDMV", 4) != 0)
    bad ("no sparse extent");
  w->version = (uint32_t)le (h + 4, 4);
  w->flags = (uint32_t)le (h + 8, 4);
  w->capacity = le (h + 12, 8);
  w->grain = le (h + 20, 8);
  w->entries = (uint32_t)le (h + 44, 4);
  w->directory = le (h + 56, 8);
  w->overhead = le (h + 64, 8);
  if (w->version < 1 || w->version > 3)
    bad ("version %u", w->version);
  if ((w->flags & 0x30000) != 0x30000 || le (h + 77, 2) != 1)
    bad ("not compressed with markers (flags 0x%x)", w->flags);
  if (memcmp (h + 73, "\n \r\n", 4) != 0)
    bad ("the new line test");
  if (w->grain < 8 || w->grain > 2048 || (w->grain & (w->grain - 1)))
    bad ("grains of %" PRIu64 " sectors", w->grain);
  if (w->entries != 512)
    bad ("tables of %u entries", w->entries);
}

static void
check_descriptor (struct walk *w, const uint8_t *h)
{
  uint64_t at = le (h + 28, 8), n = le (h + 36, 8);
  char text[65536];

  if (at == 0 || n == 0 || n > sizeof text / SECTOR - 1)
    bad ("the descriptor is not in front");
  read_at (w, at, text, n * SECTOR);
  text[n * SECTOR] = '\0';
  if (strncmp (text, "# Disk DescriptorFile\n", 22) != 0
      && strncmp (text, "# Disk Descriptor File\n", 23) != 0)
    bad ("the descriptor's first line");
  if (!strstr (text, "\ncreateType=\"streamOptimized\""))
    bad ("the descriptor's createType");
  if (at + n > w->overhead)
    bad ("the descriptor reaches into the grains");
}

/* ---- grains ---------------------------------------------------------- */

static void
compare_raw (struct walk *w, uint64_t lba, size_t n)
{
  size_t got;

  if (fseeko (w->raw, (off_t)(lba * SECTOR), SEEK_SET) != 0)
    bad ("cannot seek in the raw file");
  memset (w->other, 0, w->grain * SECTOR);
  got = fread (w->other, 1, n, w->raw);
  if (got < n && lba * SECTOR + got != w->raw_size)
    bad ("cannot read the raw file");
  if (memcmp (w->plain, w->other, n) != 0)
    bad ("the grain of sector %" PRIu64 " differs from the raw file", lba);
}

/* Returns the sectors that the grain takes. */
static uint64_t
walk_grain (struct walk *w, uint64_t at, uint64_t lba, uint32_t size)
{
  size_t whole = w->grain * SECTOR;
  uint64_t left = w->capacity - lba;
  size_t cut = left < w->grain ? left * SECTOR : whole;
  uLongf n = whole;
  uint64_t sectors = (12 + (uint64_t)size + SECTOR - 1) / SECTOR;
  size_t pad = sectors * SECTOR - 12 - size;

  if (lba % w->grain || lba >= w->capacity)
    bad ("sector %" PRIu64 ": a grain for sector %" PRIu64, at, lba);
  if (lba < w->next_lba)
    bad ("sector %" PRIu64 ": grains out of order", at);
  if (size > 2 * whole)
    bad ("sector %" PRIu64 ": a grain of %u bytes", at, size);
  read_at (w, at, w->packed, sectors * SECTOR);
  if (!is_zero (w->packed + 12 + size, pad))
    bad ("sector %" PRIu64 ": padding that is not zero", at);
  if (uncompress (w->plain, &n, w->packed + 12, size) != Z_OK
      || (n != whole && n != cut))
    bad ("sector %" PRIu64 ": a grain that does not inflate", at);
  if (is_zero (w->plain, n))
    w->zeros++;
  if (!is_zero (w->plain + cut, n > cut ? n - cut : 0))
    bad ("bytes behind the end of the disk");
  if (w->raw)
    compare_raw (w, lba, cut);
  w->where[lba / w->grain] = (uint32_t)at;
  w->next_lba = lba + w->grain;
  w->grains++;
  return sectors;
}

/* Zero where there is no grain? */
static void
compare_holes (struct walk *w)
{
  for (uint64_t g = 0; w->raw && g < w->where_len; g++) {
    size_t n;

    if (w->where[g])
      continue;
    fseeko (w->raw, (off_t)(g * w->grain * SECTOR), SEEK_SET);
    n = fread (w->other, 1, w->grain * SECTOR, w->raw);
    if (!is_zero (w->other, n))
      bad ("no grain for the data at sector %" PRIu64, g * w->grain);
  }
}

/* ---- tables ---------------------------------------------------------- */

static void
check_table (struct walk *w, uint64_t group, uint64_t at)
{
  uint8_t bytes[512 * 4];

  read_at (w, at, bytes, sizeof bytes);
  for (unsigned i = 0; i < w->entries; i++) {
    uint64_t g = group * w->entries + i;
    uint32_t want = g < w->where_len ? w->where[g] : 0;
    uint32_t got = (uint32_t)le (bytes + 4 * i, 4);

    if (got != want)
      bad ("table %" PRIu64 " says sector %u for grain %" PRIu64
           ", which is at %u", group, got, g, want);
  }
}

static void
check_tables (struct walk *w)
{
  for (uint64_t group = 0; group < w->groups; group++) {
    uint8_t entry[SECTOR];
    uint32_t at;

    read_at (w, w->directory + group / 128, entry, SECTOR);
    at = (uint32_t)le (entry + 4 * (group % 128), 4);
    if (at)
      check_table (w, group, at);
    for (uint64_t i = 0; !at && i < w->entries; i++) {
      uint64_t g = group * w->entries + i;

      if (g < w->where_len && w->where[g])
        bad ("group %" PRIu64 " has grains and no table", group);
    }
  }
}

static void
check_footer (struct walk *w, const uint8_t *header, uint64_t at)
{
  uint8_t footer[SECTOR];

  read_at (w, at, footer, SECTOR);
  if (at != w->size - 2)
    bad ("the footer is not the last sector but one");
  if (memcmp (footer, header, 56) != 0
      || memcmp (footer + 64, header + 64, SECTOR - 64) != 0)
    bad ("the footer differs from the header");
  if (w->directory != GD_AT_END)
    bad ("a footer, and a directory in front");
  w->directory = le (footer + 56, 8);
  w->footers++;
}

/* ---- the walk -------------------------------------------------------- */

/* Returns the sectors that follow the marker, or UINT64_MAX at the end. */
static uint64_t
walk_marker (struct walk *w, const uint8_t *header, const uint8_t *m,
             uint64_t at)
{
  uint64_t n = le (m, 8);
  uint32_t type = (uint32_t)le (m + 12, 4);

  if (type != 4 && !is_zero (m + 16, SECTOR - 16))
    bad ("sector %" PRIu64 ": a marker with more in it", at);
  switch (type) {
  case 0:
    if (n != 0)
      bad ("sector %" PRIu64 ": an end-of-stream marker of %" PRIu64, at, n);
    if (at != w->size - 1)
      bad ("%" PRIu64 " bytes after the end-of-stream marker",
           (w->size - 1 - at) * SECTOR);
    return UINT64_MAX;
  case 1:
    if (n != 4)
      bad ("a grain table of %" PRIu64 " sectors", n);
    w->tables++;
    return n;
  case 2:
    if (n < (w->groups * 4 + SECTOR - 1) / SECTOR)
      bad ("a directory of %" PRIu64 " sectors", n);
    w->directories++;
    return n;
  case 3:
    if (n != 1)
      bad ("a footer of %" PRIu64 " sectors", n);
    check_footer (w, header, at + 1);
    return n;
  case 4: /* progress, as VMware's own tools write it */
    if (n != 0)
      bad ("sector %" PRIu64 ": a progress marker of %" PRIu64, at, n);
    return 0;
  default:
    bad ("sector %" PRIu64 ": a marker of type %u", at, type);
  }
}

static void
walk_stream (struct walk *w, const uint8_t *header)
{
  for (uint64_t at = w->overhead;;) {
    uint8_t m[SECTOR];
    uint32_t size;

    if (at >= w->size)
      bad ("no end-of-stream marker");
    read_at (w, at, m, SECTOR);
    size = (uint32_t)le (m + 8, 4);
    if (size > 0) {
      at += walk_grain (w, at, le (m, 8), size);
    } else {
      uint64_t n = walk_marker (w, header, m, at);

      if (n == UINT64_MAX)
        return;
      if (n > w->size - at)
        bad ("sector %" PRIu64 ": a marker for more than the file", at);
      at += 1 + n;
    }
  }
}

static FILE *
open_sized (const char *path, uint64_t *ret_size)
{
  FILE *f = fopen (path, "rb");

  if (f == NULL || fseeko (f, 0, SEEK_END) != 0)
    bad ("cannot open %s", path);
  *ret_size = (uint64_t)ftello (f);
  return f;
}

int
main (int argc, char **argv)
{
  struct walk w = { 0 };
  uint8_t header[SECTOR];
  uint64_t bytes;
  bool footer_layout;

  if (argc < 2 || argc > 3)
    return 2;
  w.file = open_sized (argv[1], &bytes);
  if (argc == 3)
    w.raw = open_sized (argv[2], &w.raw_size);
  if (bytes % SECTOR)
    bad ("%" PRIu64 " bytes are no whole sectors", bytes);
  w.size = bytes / SECTOR;
  read_at (&w, 0, header, SECTOR);
  parse_header (&w, header);
  check_descriptor (&w, header);
  w.where_len = (w.capacity + w.grain - 1) / w.grain;
  w.groups = (w.where_len + w.entries - 1) / w.entries;
  w.where = calloc (w.where_len + 1, sizeof *w.where);
  w.plain = malloc (w.grain * SECTOR);
  w.other = malloc (w.grain * SECTOR);
  w.packed = malloc (3 * w.grain * SECTOR);
  if (!w.where || !w.plain || !w.other || !w.packed)
    bad ("no memory for %" PRIu64 " grains", w.where_len);
  footer_layout = w.directory == GD_AT_END;

  walk_stream (&w, header);
  if (footer_layout && (w.footers != 1 || w.directories != 1))
    bad ("%u footers and %u directories", w.footers, w.directories);
  check_tables (&w);
  compare_holes (&w);
  if (w.raw && (w.raw_size + SECTOR - 1) / SECTOR != w.capacity)
    bad ("a capacity of %" PRIu64 " sectors", w.capacity);
  printf ("good: version %u, flags 0x%x, %" PRIu64 " sectors, %" PRIu64
          " grains, %u tables, %s%s\n",
          w.version, w.flags, w.capacity, w.grains, w.tables,
          footer_layout ? "footer" : "directory in front",
          w.zeros ? ", grains of zeros" : "");
  free (w.where);
  free (w.plain);
  free (w.other);
  free (w.packed);
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Formats that QEMU reads and writes for us: their headers are inspected here
 * before.  What they are, how large, and whether they name other files; those
 * names are never opened. */
#include "disk/headers.h"

/* The largest header of these that is looked at in one piece. */
#define HEAD_MAX 1024u

bool
header_has_magic (const struct disk_sample *s, size_t at, const char *magic, size_t n)
{
  return s->head_len >= at + n && memcmp (s->head + at, magic, n) == 0;
}

bool
header_malformed (struct blob *b, const char *what, struct ovf_error **err)
{
  return error_at (err, OVF_E_FORMAT, "DISK-FORMAT", blob_name (b), 0, "%s", what);
}

/* Bytes at a place, fewer at the end of the file. */
bool
header_peek (struct blob *b, uint8_t *buf, size_t n, uint64_t at, struct rd *ret,
      struct ovf_error **err)
{
  uint64_t size = blob_size (b);

  if (at >= size)
    return header_malformed (b, "the disk's header points behind the end of the file",
                      err);
  if (n > size - at)
    n = (size_t)(size - at);
  *ret = rd_of (buf, n);
  return blob_pread (b, buf, n, at, err);
}

/* The image names another file: information, or the end. */
bool
header_refer (struct blob *b, struct disk_facts *facts, const char *what,
       struct ovf_error **err)
{
  if (facts == NULL)
    return error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", blob_name (b), 0,
                     "the disk needs another file, '%s'", what);
  *strings_add (&facts->references) = xstrdup (what);
  return true;
}

bool
header_fill (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
      const char *format, uint64_t size, uint64_t allocated, uint32_t block,
      struct ovf_error **err)
{
  if (!ctx_within (ctx, LIMIT_CAPACITY, size, "capacity", err))
    return error_place (err, "DISK-LIMIT", blob_name (b), 0);
  if (facts == NULL)
    return true;
  facts->format = format;
  facts->virtual_size = size;
  facts->allocated = allocated > size && allocated != UINT64_MAX ? size : allocated;
  facts->block_size = block;
  return true;
}

uint64_t
header_times (uint64_t a, uint64_t b)
{
  uint64_t r;

  return __builtin_mul_overflow (a, b, &r) ? UINT64_MAX : r;
}

/* Table entries, big-endian, whose value is not `none`. */
static bool
count_entries (struct ovf_ctx *ctx, struct blob *b, uint64_t at, uint64_t n,
               uint32_t none, uint64_t *ret, struct ovf_error **err)
{
  uint8_t buf[4096];
  struct rd r;

  for (*ret = 0; n > 0;) {
    size_t here = n < sizeof buf / 4 ? (size_t)n : sizeof buf / 4;

    if (!ctx_alive (ctx, err) || !header_peek (b, buf, here * 4, at, &r, err))
      return false;
    if (r.left < here * 4)
      return header_malformed (b, "the disk's table reaches behind the end of the file",
                        err);
    for (size_t i = 0; i < here; i++)
      *ret += rd_be32 (&r) != none;
    at += here * 4;
    n -= here;
  }
  return true;
}

/* UTF-16, up to a NUL, as UTF-8; "" when it is none. */
static char *
name_of_utf16 (const uint8_t *p, size_t units, bool big)
{
  CLEANUP_FREE char *out = xcalloc (units * 3 + 1, 1);
  size_t n = 0;

  for (size_t i = 0; i < units; i++) {
    unsigned c = big ? (unsigned)p[2 * i] << 8 | p[2 * i + 1]
                     : (unsigned)p[2 * i + 1] << 8 | p[2 * i];

    if (c == 0)
      break;
    if (c < 0x80)
      out[n++] = (char)c;
    else if (c < 0x800) {
      out[n++] = (char)(0xc0 | c >> 6);
      out[n++] = (char)(0x80 | (c & 0x3f));
    } else {
      /* Halves of a pair become '?': this is for people to read. */
      bool half = c >= 0xd800 && c < 0xe000;

      out[n++] = half ? '?' : (char)(0xe0 | c >> 12);
      if (half)
        continue;
      out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
      out[n++] = (char)(0x80 | (c & 0x3f));
    }
  }
  return STEAL (out);
}

/* ---- VDI ---------------------------------------------------------------- */
static int
vdi_probe (const struct disk_sample *s)
{
  return header_has_magic (s, 0x40, "\x7f\x10\xda\xbe", 4) ? PROBE_HEAD : 0;
}

static bool
vdi_check (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
           struct ovf_error **err)
{
  uint8_t head[512];
  struct rd r;
  uint32_t type, block, blocks, used;
  uint64_t size;

  if (!header_peek (b, head, sizeof head, 0, &r, err))
    return false;
  rd_skip (&r, 0x44);
  if (rd_le32 (&r) >> 16 != 1)
    return header_malformed (b, "only version 1 of VDI is known", err);
  rd_skip (&r, 4);
  type = rd_le32 (&r);
  rd_skip (&r, 0x170 - 0x50);
  size = rd_le64 (&r);
  block = rd_le32 (&r);
  rd_skip (&r, 4);
  blocks = rd_le32 (&r);
  used = rd_le32 (&r);
  rd_skip (&r, 0x1a8 - 0x188);
  if (r.failed || r.left < 16)
    return header_malformed (b, "the VDI header is cut off", err);
  if (block == 0 || header_times (blocks, block) < size)
    return header_malformed (b, "the VDI's blocks do not cover its size", err);
  if ((type == 4 || !is_zero (r.p, 16)) && !header_refer (b, facts, "(a parent disk)", err))
    return false;
  return header_fill (ctx, b, facts, "vdi", size, header_times (used, block), block, err);
}

/* ---- VHD ---------------------------------------------------------------- */
#define VHD_PARENT_NAME 64 /* byte of the dynamic header */
enum { VHD_FIXED = 2, VHD_DYNAMIC = 3, VHD_DIFFERENCING = 4 };

static int
vhd_probe (const struct disk_sample *s)
{
  if (header_has_magic (s, 0, "conectix", 8))
    return PROBE_HEAD;
  return s->tail_len >= 8 && memcmp (s->tail, "conectix", 8) == 0 ? PROBE_TAIL : 0;
}

static bool
vhd_dynamic (struct ovf_ctx *ctx, struct blob *b, uint64_t at, uint64_t size,
             uint32_t type, struct disk_facts *facts, struct ovf_error **err)
{
  uint8_t head[HEAD_MAX];
  struct rd r;
  uint64_t table, used = 0;
  uint32_t entries, block;

  if (!header_peek (b, head, sizeof head, at, &r, err))
    return false;
  if (r.left < sizeof head || memcmp (head, "cxsparse", 8) != 0)
    return header_malformed (b, "the VHD's second header is missing", err);
  rd_skip (&r, 16);
  table = rd_be64 (&r);
  rd_skip (&r, 4);
  entries = rd_be32 (&r);
  block = rd_be32 (&r);
  if (block == 0 || (block & (block - 1)) != 0 || header_times (entries, block) < size)
    return header_malformed (b, "the VHD's blocks do not cover its size", err);
  if (!ctx_within (ctx, LIMIT_DIRECTORY, header_times (entries, 4),
                   "bytes of the VHD's table", err))
    return error_place (err, "DISK-LIMIT", blob_name (b), 0);
  if (type == VHD_DIFFERENCING) {
    CLEANUP_FREE char *parent = name_of_utf16 (head + VHD_PARENT_NAME, 256, true);

    if (!header_refer (b, facts, *parent ? parent : "(a parent disk)", err))
      return false;
  }
  if (facts != NULL && !count_entries (ctx, b, table, entries, UINT32_MAX, &used, err))
    return false;
  return header_fill (ctx, b, facts, "vhd", size, header_times (used, block), block, err);
}

/* Cylinders, heads and sectors, as older producers mean it. */
static uint64_t
vhd_geometry (const uint8_t footer[SECTOR])
{
  struct rd r = rd_of (footer + 56, 4);
  uint64_t cylinders = rd_be16 (&r);

  return cylinders * footer[58] * footer[59];
}

/* The size is the geometry's but with producers that are known to round that
 * down, and where it is at its end: as QEMU has it, so that a disk does not
 * change its size with the tool. */
static bool
vhd_uses_size (const uint8_t footer[SECTOR])
{
  static const char known[][5] = { "win ", "qem2", "d2v ", "tap\0", "CTXS" };
  const uint64_t most = UINT64_C (65535) * 16 * 255;

  for (size_t i = 0; i < ARRAY_SIZE (known); i++)
    if (memcmp (footer + 28, known[i], 4) == 0)
      return true;
  return vhd_geometry (footer) == most;
}

/* The footer, or its copy at the start; *ret_at where. */
static bool
vhd_footer (struct blob *b, uint8_t footer[SECTOR], uint64_t *ret_at,
            struct ovf_error **err)
{
  struct rd r;

  *ret_at = 0;
  if (!header_peek (b, footer, SECTOR, 0, &r, err))
    return false;
  if (r.left == SECTOR && memcmp (footer, "conectix", 8) == 0)
    return true;
  *ret_at = blob_size (b) - (blob_size (b) < SECTOR ? blob_size (b) : SECTOR);
  if (!header_peek (b, footer, SECTOR, *ret_at, &r, err))
    return false;
  return (r.left == SECTOR && memcmp (footer, "conectix", 8) == 0)
         || header_malformed (b, "the VHD's footer is cut off", err);
}

const char *
vhd_size_rule (struct blob *b)
{
  uint8_t footer[SECTOR];
  uint64_t at;

  return vhd_footer (b, footer, &at, NULL) && !vhd_uses_size (footer)
           ? "chs" : "current_size";
}

static bool
vhd_check (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
           struct ovf_error **err)
{
  uint8_t footer[SECTOR];
  struct rd r;
  uint64_t header, size, at;
  uint32_t type;

  if (!vhd_footer (b, footer, &at, err))
    return false;
  r = rd_of (footer, sizeof footer);
  rd_skip (&r, 16);
  header = rd_be64 (&r);
  rd_skip (&r, 24);
  size = rd_be64 (&r);
  rd_skip (&r, 4);
  type = rd_be32 (&r);
  if (!vhd_uses_size (footer))
    size = vhd_geometry (footer) * SECTOR;
  if (type == VHD_FIXED) {
    if (at < size)
      return header_malformed (b, "the VHD is shorter than its size", err);
    return header_fill (ctx, b, facts, "vhd", size, size, 0, err);
  }
  if (type != VHD_DYNAMIC && type != VHD_DIFFERENCING)
    return header_malformed (b, "there is no such kind of VHD", err);
  return vhd_dynamic (ctx, b, header, size, type, facts, err);
}

/* ---- QED, Parallels, LUKS ----------------------------------------------- */
static int
qed_probe (const struct disk_sample *s)
{
  return header_has_magic (s, 0, "QED\0", 4) ? PROBE_HEAD : 0;
}

static bool
qed_refer (struct blob *b, struct disk_facts *facts, uint64_t at, uint32_t len,
           struct ovf_error **err)
{
  char name[1024] = "";
  uint64_t size = blob_size (b);

  if (len < sizeof name && at < size && len <= size - at &&
      !blob_pread (b, name, len, at, err))
    return false;
  return header_refer (b, facts, *name ? name : "(a backing file)", err);
}

static bool
qed_check (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
           struct ovf_error **err)
{
  uint8_t head[64];
  struct rd r;
  uint32_t cluster, name, length;
  uint64_t features, size;

  if (!header_peek (b, head, sizeof head, 0, &r, err))
    return false;
  rd_skip (&r, 4);
  cluster = rd_le32 (&r);
  rd_skip (&r, 8);
  features = rd_le64 (&r);
  rd_skip (&r, 24);
  size = rd_le64 (&r);
  name = rd_le32 (&r);
  length = rd_le32 (&r);
  if (r.failed)
    return header_malformed (b, "the QED header is cut off", err);
  if ((features & 1) && !qed_refer (b, facts, name, length, err))
    return false;
  return header_fill (ctx, b, facts, "qed", size, UINT64_MAX, cluster, err);
}

static int
parallels_probe (const struct disk_sample *s)
{
  return header_has_magic (s, 0, "WithoutFreeSpace", 16) ||
         header_has_magic (s, 0, "WithouFreSpacExt", 16) ? PROBE_HEAD : 0;
}

static bool
parallels_check (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
                 struct ovf_error **err)
{
  uint8_t head[64];
  struct rd r;
  uint64_t sectors, block;

  if (!header_peek (b, head, sizeof head, 0, &r, err))
    return false;
  rd_skip (&r, 28);
  block = rd_le32 (&r);
  rd_skip (&r, 4);
  sectors = rd_le64 (&r);
  if (head[6] == 't') /* "Without": the upper half means something else */
    sectors &= UINT32_MAX;
  if (r.failed)
    return header_malformed (b, "the Parallels header is cut off", err);
  block *= SECTOR;
  return header_fill (ctx, b, facts, "parallels", header_times (sectors, SECTOR), UINT64_MAX,
               block > UINT32_MAX ? 0 : (uint32_t)block, err);
}

static int
luks_probe (const struct disk_sample *s)
{
  return header_has_magic (s, 0, "LUKS\xba\xbe", 6) ? PROBE_HEAD : 0;
}

static bool
luks_check (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
            struct ovf_error **err)
{
  return header_fill (ctx, b, facts, "luks", blob_size (b), UINT64_MAX, 0, err);
}

const struct disk_format vdi_format = {
  READ (vdi, ".vdi", "vdi", "VirtualBox disk"), WRITTEN
};
const struct disk_format vhd_format = {
  READ (vhd, ".vhd", "vpc", "Microsoft virtual hard disk, also of Xen"), WRITTEN
};
const struct disk_format qed_format = {
  READ (qed, ".qed", "qed", "QEMU enhanced disk, obsolete")
};
const struct disk_format parallels_format = {
  READ (parallels, ".hds", "parallels", "Parallels disk")
};
const struct disk_format luks_format = {
  READ (luks, ".luks", NULL, "encrypted volume")
};

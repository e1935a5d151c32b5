/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Formats that QEMU reads and writes for us: their headers are inspected here
 * before.  What they are, how large, and whether they name other files; those
 * names are never opened. */
#include "disk/qemu.h"

#include "base/rd.h"

/* The largest header of these that is looked at in one piece. */
#define HEAD_MAX 1024u

static bool
has_magic (const struct disk_sample *s, size_t at, const char *magic, size_t n)
{
  return s->head_len >= at + n && memcmp (s->head + at, magic, n) == 0;
}

static bool
malformed (struct blob *b, const char *what, struct ovf_error **err)
{
  return error_at (err, OVF_E_FORMAT, "DISK-FORMAT", blob_name (b), 0, "%s", what);
}

/* Bytes at a place, fewer at the end of the file. */
static bool
peek (struct blob *b, uint8_t *buf, size_t n, uint64_t at, struct rd *ret,
      struct ovf_error **err)
{
  uint64_t size = blob_size (b);

  if (at >= size)
    return malformed (b, "the disk's header points behind the end of the file",
                      err);
  if (n > size - at)
    n = (size_t)(size - at);
  *ret = rd_of (buf, n);
  return blob_pread (b, buf, n, at, err);
}

/* The image names another file: information, or the end. */
static bool
refer (struct blob *b, struct disk_facts *facts, const char *what,
       struct ovf_error **err)
{
  if (facts == NULL)
    return error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", blob_name (b), 0,
                     "the disk needs another file, '%s'", what);
  *strings_add (&facts->references) = xstrdup (what);
  return true;
}

static bool
fill (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
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

static uint64_t
times (uint64_t a, uint64_t b)
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

    if (!ctx_alive (ctx, err) || !peek (b, buf, here * 4, at, &r, err))
      return false;
    if (r.left < here * 4)
      return malformed (b, "the disk's table reaches behind the end of the file",
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
  return has_magic (s, 0x40, "\x7f\x10\xda\xbe", 4) ? PROBE_HEAD : 0;
}

static bool
vdi_check (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
           struct ovf_error **err)
{
  uint8_t head[512];
  struct rd r;
  uint32_t type, block, blocks, used;
  uint64_t size;

  if (!peek (b, head, sizeof head, 0, &r, err))
    return false;
  rd_skip (&r, 0x44);
  if (rd_le32 (&r) >> 16 != 1)
    return malformed (b, "only version 1 of VDI is known", err);
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
    return malformed (b, "the VDI header is cut off", err);
  if (block == 0 || times (blocks, block) < size)
    return malformed (b, "the VDI's blocks do not cover its size", err);
  if ((type == 4 || !is_zero (r.p, 16)) && !refer (b, facts, "(a parent disk)", err))
    return false;
  return fill (ctx, b, facts, "vdi", size, times (used, block), block, err);
}

/* ---- VHD ---------------------------------------------------------------- */
#define VHD_PARENT_NAME 64 /* byte of the dynamic header */
enum { VHD_FIXED = 2, VHD_DYNAMIC = 3, VHD_DIFFERENCING = 4 };

static int
vhd_probe (const struct disk_sample *s)
{
  if (has_magic (s, 0, "conectix", 8))
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

  if (!peek (b, head, sizeof head, at, &r, err))
    return false;
  if (r.left < sizeof head || memcmp (head, "cxsparse", 8) != 0)
    return malformed (b, "the VHD's second header is missing", err);
  rd_skip (&r, 16);
  table = rd_be64 (&r);
  rd_skip (&r, 4);
  entries = rd_be32 (&r);
  block = rd_be32 (&r);
  if (block == 0 || (block & (block - 1)) != 0 || times (entries, block) < size)
    return malformed (b, "the VHD's blocks do not cover its size", err);
  if (!ctx_within (ctx, LIMIT_DIRECTORY, times (entries, 4),
                   "bytes of the VHD's table", err))
    return error_place (err, "DISK-LIMIT", blob_name (b), 0);
  if (type == VHD_DIFFERENCING) {
    CLEANUP_FREE char *parent = name_of_utf16 (head + VHD_PARENT_NAME, 256, true);

    if (!refer (b, facts, *parent ? parent : "(a parent disk)", err))
      return false;
  }
  if (facts != NULL && !count_entries (ctx, b, table, entries, UINT32_MAX, &used, err))
    return false;
  return fill (ctx, b, facts, "vhd", size, times (used, block), block, err);
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
  if (!peek (b, footer, SECTOR, 0, &r, err))
    return false;
  if (r.left == SECTOR && memcmp (footer, "conectix", 8) == 0)
    return true;
  *ret_at = blob_size (b) - (blob_size (b) < SECTOR ? blob_size (b) : SECTOR);
  if (!peek (b, footer, SECTOR, *ret_at, &r, err))
    return false;
  return (r.left == SECTOR && memcmp (footer, "conectix", 8) == 0)
         || malformed (b, "the VHD's footer is cut off", err);
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
      return malformed (b, "the VHD is shorter than its size", err);
    return fill (ctx, b, facts, "vhd", size, size, 0, err);
  }
  if (type != VHD_DYNAMIC && type != VHD_DIFFERENCING)
    return malformed (b, "there is no such kind of VHD", err);
  return vhd_dynamic (ctx, b, header, size, type, facts, err);
}

/* ---- VHDX --------------------------------------------------------------- */
/* GUIDs as they lie in the file. */
#define GUID_METADATA "\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e"
#define GUID_PARAMETERS "\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b"
#define GUID_SIZE "\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8"
#define VHDX_REGIONS (192u << 10)
#define VHDX_ENTRIES 32u /* looked at; there are 2 regions and 6 items */

static int
vhdx_probe (const struct disk_sample *s)
{
  return has_magic (s, 0, "vhdxfile", 8) ? PROBE_HEAD : 0;
}

/* Entries of 32 bytes that begin with a GUID, behind a head of head_size
 * bytes whose number of entries stands at count_at: the 16 bytes behind that
 * GUID. */
static bool
vhdx_find (struct blob *b, uint64_t at, const char *signature, size_t head_size,
           size_t count_at, const char *guid, struct rd *ret, uint8_t *buf,
           struct ovf_error **err)
{
  struct rd r;
  uint32_t n;

  if (!peek (b, buf, head_size + VHDX_ENTRIES * 32, at, &r, err))
    return false;
  if (memcmp (buf, signature, 4) != 0)
    return malformed (b, "a table of the VHDX is missing", err);
  rd_skip (&r, count_at);
  n = count_at == 8 ? rd_le32 (&r) : rd_le16 (&r);
  rd_skip (&r, head_size - count_at - (count_at == 8 ? 4 : 2));
  for (uint32_t i = 0; i < n && i < VHDX_ENTRIES; i++) {
    uint8_t id[16];

    if (!rd_bytes (&r, id, sizeof id))
      break;
    if (memcmp (id, guid, sizeof id) == 0) {
      *ret = r;
      return true;
    }
    rd_skip (&r, 16);
  }
  return malformed (b, "the VHDX says too little of itself", err);
}

/* The value of a metadata item, 8 bytes. */
static bool
vhdx_item (struct blob *b, uint64_t metadata, const char *guid, struct rd *ret,
           uint8_t *buf, struct ovf_error **err)
{
  struct rd r;
  uint64_t at;

  if (!vhdx_find (b, metadata, "meta", 32, 10, guid, &r, buf, err))
    return false;
  if (__builtin_add_overflow (metadata, rd_le32 (&r), &at))
    at = UINT64_MAX;
  return peek (b, buf, 8, at, ret, err);
}

static bool
vhdx_check (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
            struct ovf_error **err)
{
  uint8_t buf[32 + VHDX_ENTRIES * 32];
  struct rd r;
  uint64_t metadata, size;
  uint32_t block, flags;

  if (!vhdx_find (b, VHDX_REGIONS, "regi", 16, 8, GUID_METADATA, &r, buf, err))
    return false;
  metadata = rd_le64 (&r);
  if (!vhdx_item (b, metadata, GUID_PARAMETERS, &r, buf, err))
    return false;
  block = rd_le32 (&r);
  flags = rd_le32 (&r);
  if (!vhdx_item (b, metadata, GUID_SIZE, &r, buf, err))
    return false;
  size = rd_le64 (&r);
  if (r.failed || block < (1u << 20) || (block & (block - 1)) != 0)
    return malformed (b, "the VHDX has an impossible block size", err);
  if ((flags & 2) && !refer (b, facts, "(a parent disk)", err))
    return false;
  return fill (ctx, b, facts, "vhdx", size, UINT64_MAX, block, err);
}

/* ---- QED, Parallels, LUKS ----------------------------------------------- */
static int
qed_probe (const struct disk_sample *s)
{
  return has_magic (s, 0, "QED\0", 4) ? PROBE_HEAD : 0;
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
  return refer (b, facts, *name ? name : "(a backing file)", err);
}

static bool
qed_check (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
           struct ovf_error **err)
{
  uint8_t head[64];
  struct rd r;
  uint32_t cluster, name, length;
  uint64_t features, size;

  if (!peek (b, head, sizeof head, 0, &r, err))
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
    return malformed (b, "the QED header is cut off", err);
  if ((features & 1) && !qed_refer (b, facts, name, length, err))
    return false;
  return fill (ctx, b, facts, "qed", size, UINT64_MAX, cluster, err);
}

static int
parallels_probe (const struct disk_sample *s)
{
  return has_magic (s, 0, "WithoutFreeSpace", 16) ||
         has_magic (s, 0, "WithouFreSpacExt", 16) ? PROBE_HEAD : 0;
}

static bool
parallels_check (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
                 struct ovf_error **err)
{
  uint8_t head[64];
  struct rd r;
  uint64_t sectors, block;

  if (!peek (b, head, sizeof head, 0, &r, err))
    return false;
  rd_skip (&r, 28);
  block = rd_le32 (&r);
  rd_skip (&r, 4);
  sectors = rd_le64 (&r);
  if (head[6] == 't') /* "Without": the upper half means something else */
    sectors &= UINT32_MAX;
  if (r.failed)
    return malformed (b, "the Parallels header is cut off", err);
  block *= SECTOR;
  return fill (ctx, b, facts, "parallels", times (sectors, SECTOR), UINT64_MAX,
               block > UINT32_MAX ? 0 : (uint32_t)block, err);
}

static int
luks_probe (const struct disk_sample *s)
{
  return has_magic (s, 0, "LUKS\xba\xbe", 6) ? PROBE_HEAD : 0;
}

static bool
luks_check (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
            struct ovf_error **err)
{
  return fill (ctx, b, facts, "luks", blob_size (b), UINT64_MAX, 0, err);
}

/* A format that QEMU reads and, the second kind, writes. */
#define READ(format, file_suffix, name_of_qemu, text)                         \
  .name = #format,                                                            \
  .suffix = file_suffix,                                                      \
  .title = text,                                                              \
  .qemu = name_of_qemu,                                                       \
  .probe = format##_probe,                                                    \
  .check = format##_check
#define WRITTEN                                                               \
  .create = qemu_sink_create,                                                 \
  .put = qemu_sink_put,                                                       \
  .finish = qemu_sink_finish,                                                 \
  .discard = qemu_sink_discard

const struct disk_format vdi_format = {
  READ (vdi, ".vdi", "vdi", "VirtualBox disk"), WRITTEN
};
const struct disk_format vhd_format = {
  READ (vhd, ".vhd", "vpc", "Microsoft virtual hard disk, also of Xen"), WRITTEN
};
const struct disk_format vhdx_format = {
  READ (vhdx, ".vhdx", "vhdx", "Microsoft Hyper-V disk"), WRITTEN
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

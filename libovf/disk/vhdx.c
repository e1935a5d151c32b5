/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VHDX: what the header says, and which blocks lie in the file, which QEMU
 * does not tell.  Microsoft's "VHDX Format Specification". */
#include "disk/headers.h"
#include "disk/vhdx.h"

/* GUIDs as they lie in the file. */
#define GUID_METADATA "\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e"
#define GUID_PARAMETERS "\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b"
#define GUID_SIZE "\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8"
#define GUID_BAT "\x66\x77\xc2\x2d\x23\xf6\x00\x42\x9d\x64\x11\x5e\x9b\xfd\x4a\x08"
#define GUID_SECTOR "\x1d\xbf\x41\x81\x6f\xa9\x09\x47\xba\x47\xf2\x33\xa8\xfa\xab\x5f"
#define VHDX_REGIONS (192u << 10)
#define VHDX_PRESENT 6u /* and 7: a part of the block */
#define VHDX_ENTRIES 32u /* looked at; there are 2 regions and 6 items */

static int
vhdx_probe (const struct disk_sample *s)
{
  return header_has_magic (s, 0, "vhdxfile", 8) ? PROBE_HEAD : 0;
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

  if (!header_peek (b, buf, head_size + VHDX_ENTRIES * 32, at, &r, err))
    return false;
  if (memcmp (buf, signature, 4) != 0)
    return header_malformed (b, "a table of the VHDX is missing", err);
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
  return header_malformed (b, "the VHDX says too little of itself", err);
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
  return header_peek (b, buf, 8, at, ret, err);
}

/* What the metadata say. */
struct vhdx {
  uint64_t size, bat;
  uint32_t bat_length, block, flags, sector;
};

static bool
vhdx_read (struct blob *b, struct vhdx *v, struct ovf_error **err)
{
  uint8_t buf[32 + VHDX_ENTRIES * 32];
  struct rd r;
  uint64_t metadata;

  if (!vhdx_find (b, VHDX_REGIONS, "regi", 16, 8, GUID_BAT, &r, buf, err))
    return false;
  v->bat = rd_le64 (&r);
  v->bat_length = rd_le32 (&r);
  if (!vhdx_find (b, VHDX_REGIONS, "regi", 16, 8, GUID_METADATA, &r, buf, err))
    return false;
  metadata = rd_le64 (&r);
  if (!vhdx_item (b, metadata, GUID_PARAMETERS, &r, buf, err))
    return false;
  v->block = rd_le32 (&r);
  v->flags = rd_le32 (&r);
  if (!vhdx_item (b, metadata, GUID_SECTOR, &r, buf, err))
    return false;
  v->sector = rd_le32 (&r);
  if (!vhdx_item (b, metadata, GUID_SIZE, &r, buf, err))
    return false;
  v->size = rd_le64 (&r);
  if (r.failed || v->block < (1u << 20) || v->block > (256u << 20)
      || (v->block & (v->block - 1)) != 0)
    return header_malformed (b, "the VHDX has an impossible block size", err);
  if (v->sector != 512 && v->sector != 4096)
    return header_malformed (b, "the VHDX has an impossible sector size", err);
  return true;
}

/* The entries of the table that lie in the file.  Behind each chunk's blocks
 * is one of another kind. */
static bool
vhdx_walk (struct ovf_ctx *ctx, struct blob *b, const struct vhdx *v,
           struct bits *ret, uint64_t *ret_count, struct ovf_error **err)
{
  uint64_t blocks = v->size / v->block + (v->size % v->block != 0);
  uint64_t ratio = (UINT64_C (8) << 20) * v->sector / v->block;
  uint64_t entries = blocks + (blocks ? (blocks - 1) / ratio : 0), at = v->bat;
  uint8_t buf[4096];
  struct rd r;

  if (header_times (entries, 8) > v->bat_length)
    return header_malformed (b, "the VHDX's blocks do not cover its size", err);
  *ret_count = 0;
  for (uint64_t i = 0; i < entries; i++) {
    size_t here = entries - i < sizeof buf / 8 ? (size_t)(entries - i) : sizeof buf / 8;
    uint64_t e;
    bool was;

    if (i % (sizeof buf / 8) == 0) {
      if (!ctx_alive (ctx, err) || !header_peek (b, buf, here * 8, at, &r, err))
        return false;
      at += here * 8;
    }
    e = rd_le64 (&r);
    if (r.failed)
      return header_malformed (b, "the VHDX's table is cut off", err);
    if (i % (ratio + 1) == ratio || (e & 7) < VHDX_PRESENT)
      continue;
    ++*ret_count;
    if (ret != NULL && !bits_add (ret, i - i / (ratio + 1), &was, err))
      return false;
  }
  return true;
}

bool
vhdx_map (struct ovf_ctx *ctx, struct blob *b, struct bits *ret, uint32_t *ret_block,
          struct ovf_error **err)
{
  struct vhdx v = { 0 };
  uint64_t count;

  if (!vhdx_read (b, &v, err)
      || !bits_init (ret, ctx, blob_name (b), v.size / v.block + 1, err))
    return false;
  *ret_block = v.block;
  return vhdx_walk (ctx, b, &v, ret, &count, err);
}

static bool
vhdx_check (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
            struct ovf_error **err)
{
  struct vhdx v = { 0 };
  uint64_t count = 0;

  if (!vhdx_read (b, &v, err)
      || ((v.flags & 2) && !header_refer (b, facts, "(a parent disk)", err))
      || !header_fill (ctx, b, NULL, "vhdx", v.size, 0, v.block, err)
      || (facts != NULL && !vhdx_walk (ctx, b, &v, NULL, &count, err)))
    return false;
  return header_fill (ctx, b, facts, "vhdx", v.size, header_times (count, v.block),
                      v.block, err);
}

const struct disk_format vhdx_format = {
  READ (vhdx, ".vhdx", "vhdx", "Microsoft Hyper-V disk"), WRITTEN
};

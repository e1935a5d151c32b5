/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The row of qcow2, and what such an image says of itself. */
#include "disk/placed.h"
#include "disk/qcow2.h"

#include "base/rd.h"
#include "disk/qcow2-write.h"

#define NAME_MAX_BYTES 1023u    /* of a backing file's name */
#define EXTENSION_DATA_FILE 0x44415441u
#define EXTENSION_BACKING_FORMAT 0xe2792acau

static int
qcow2_probe (const struct disk_sample *s)
{
  return s->head_len >= 4 && memcmp (s->head, QCOW2_MAGIC, 4) == 0 ? PROBE_HEAD
                                                                   : 0;
}

/* A name out of the header's cluster, or `instead` when it is not there. */
static bool
add_name (struct blob *b, struct disk_facts *facts, uint64_t at, uint64_t len,
          const char *instead, struct ovf_error **err)
{
  char name[NAME_MAX_BYTES + 1] = "";
  uint64_t size = blob_size (b);

  if (len > 0 && len <= NAME_MAX_BYTES && at < size && len <= size - at &&
      !blob_pread (b, name, (size_t)len, at, err))
    return false;
  *strings_add (&facts->references) = xstrdup (*name ? name : instead);
  return true;
}

/* Where a header extension is: type, length, bytes, padded to 8; the last one
 * is of type 0.  *ret_len 0: there is none. */
static bool
find_extension (struct blob *b, const struct qcow2_header *h, uint32_t wanted,
                uint64_t *ret_at, uint32_t *ret_len, struct ovf_error **err)
{
  uint64_t at = h->header_length, end = UINT64_C (1) << h->cluster_bits;

  if (end > blob_size (b))
    end = blob_size (b);
  *ret_len = 0;
  while (at + 8 <= end) {
    uint8_t head[8];
    struct rd r = rd_of (head, sizeof head);
    uint32_t type, len;

    if (!blob_pread (b, head, sizeof head, at, err))
      return false;
    type = rd_be32 (&r);
    len = rd_be32 (&r);
    *ret_at = at + 8;
    if (type == wanted)
      *ret_len = len;
    if (type == wanted || type == 0)
      break;
    at += 8 + ((uint64_t)len + 7) / 8 * 8;
  }
  return true;
}

static bool
add_data_file (struct blob *b, const struct qcow2_header *h,
               struct disk_facts *facts, struct ovf_error **err)
{
  uint64_t at;
  uint32_t len;

  return find_extension (b, h, EXTENSION_DATA_FILE, &at, &len, err)
         && add_name (b, facts, at, len, "(a data file)", err);
}

bool
qcow2_backing (struct blob *b, const struct qcow2_header *h, char **ret_name,
               char **ret_format, struct ovf_error **err)
{
  struct disk_facts facts = { 0 };
  uint64_t at;
  uint32_t len;
  char word[32] = "";
  bool ok = add_name (b, &facts, h->backing_offset, h->backing_size, "", err)
            && find_extension (b, h, EXTENSION_BACKING_FORMAT, &at, &len, err);

  if (ok && len > 0 && len < sizeof word && at < blob_size (b)
      && len <= blob_size (b) - at)
    ok = blob_pread (b, word, len, at, err);
  if (ok) {
    *ret_name = xstrdup (facts.references.ptr[0]);
    *ret_format = *word ? xstrdup (strcmp (word, "vpc") == 0 ? "vhd" : word) : NULL;
  }
  disk_facts_done (&facts);
  return ok;
}

static bool
list_references (struct blob *b, const struct qcow2_header *h,
                 struct disk_facts *facts, struct ovf_error **err)
{
  if (h->backing_offset != 0 &&
      !add_name (b, facts, h->backing_offset, h->backing_size,
                 "(a backing file)", err))
    return false;
  return !(h->incompatible & QCOW2_EXTERNAL) || add_data_file (b, h, facts, err);
}

/* Follows the tables; clusters are not read. */
static bool
count_allocated (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
                 struct ovf_error **err)
{
  struct disk_source s = { .format = &qcow2_format, .ctx = ctx, .blob = b,
                           .workers = 1 };
  struct piece p = { 0 };
  bool ok = qcow2_open (&s, err);

  facts->allocated = 0;
  while (ok && (ok = qcow2_map (&s, &p, err)) && p.count > 0) {
    for (unsigned i = 0; i < p.count; i++) {
      facts->allocated += p.cells[i].length;
      if (p.cells[i].kind == CELL_DEFLATE)
        facts->compressed = true;
    }
    piece_clear (&p);
  }
  piece_done (&p);
  qcow2_close (&s);
  return ok;
}

static bool
qcow2_check (struct ovf_ctx *ctx, struct blob *b, struct disk_facts *facts,
             struct ovf_error **err)
{
  struct qcow2_header h;

  if (!qcow2_header_read (ctx, b, NULL, &h, err))
    return false;
  if (facts == NULL)
    return qcow2_readable (&h, blob_name (b), err);
  facts->format = "qcow2";
  facts->virtual_size = h.size;
  facts->block_size = 1u << h.cluster_bits;
  facts->allocated = UINT64_MAX;
  if (!list_references (b, &h, facts, err))
    return false;
  return facts->references.len > 0 || !qcow2_readable (&h, blob_name (b), NULL) ||
         count_allocated (ctx, b, facts, err);
}

static bool
qcow2_foreign (struct ovf_ctx *ctx, struct blob *b, const struct disk_reach *reach)
{
  struct qcow2_header h;

  if (!qcow2_header_read (ctx, b, NULL, &h, NULL))
    return false;
  if (h.backing_offset != 0)
    return reach != NULL && reach->backing;
  return qcow2_of_qemu (&h, "", NULL) && !qcow2_readable (&h, "", NULL);
}

static const char *const qcow2_options[] = { "compressed", NULL };

const struct disk_format qcow2_format = {
  .name = "qcow2",
  .suffix = ".qcow2",
  .title = "QEMU copy-on-write disk",
  .options = qcow2_options,
  .qemu = "qcow2",
  .foreign = qcow2_foreign,
  .probe = qcow2_probe,
  .check = qcow2_check,
  .open = qcow2_open,
  .next = qcow2_next,
  .decode = qcow2_decode,
  .close = qcow2_close,
  .create = qcow2_create,
  .start = qcow2_start,
  .takes = qcow2_takes,
  .encode = qcow2_encode,
  .place = qcow2_place,
  .put = disk_sink_put_placed,
  .finish = qcow2_finish,
  .discard = qcow2_discard,
};

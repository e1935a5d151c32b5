/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading qcow2: an image built by hand, in all the ways that are allowed, and
 * with one flaw at a time; each flaw has its code. */
#include "disk.h"

#include "disk/qcow2.h"

/* 512 byte clusters: an L2 table maps 64 of them, 32 KiB.  The file:
 *   0 header, 1 L1, 2 L2 of the first 32 KiB, 3 .. 5 data, 6 .. 7 compressed,
 *   8 L2 of the third 32 KiB, 9 data, 10 compressed over the end. */
#define CLUSTER 512u
#define SPAN (64u * CLUSTER)
#define CAPACITY (3u * SPAN - 700u)
#define CLUSTERS 11u
#define SIZE (CLUSTERS * CLUSTER - 300u)

struct image {
  uint8_t bytes[CLUSTERS * CLUSTER];
  uint8_t guest[3u * SPAN];
  uint64_t size;
};

static size_t
deflate_cluster (const uint8_t *in, uint8_t *out, size_t room)
{
  z_stream z = { .next_in = (Bytef *)in, .avail_in = CLUSTER, .next_out = out,
                 .avail_out = (uInt)room };

  CU_ASSERT_FATAL (deflateInit2 (&z, 9, Z_DEFLATED, -12, 8, 0) == Z_OK);
  CU_ASSERT_FATAL (deflate (&z, Z_FINISH) == Z_STREAM_END);
  deflateEnd (&z);
  return z.total_out;
}

static void
l2 (struct image *i, unsigned table, unsigned index, uint64_t entry)
{
  put_be (i->bytes + table * CLUSTER + 8 * index, entry, 8);
}

/* A plain cluster with bytes of its own. */
static void
plain (struct image *i, unsigned table, unsigned index, uint64_t guest,
       unsigned host)
{
  noise (i->bytes + host * CLUSTER, CLUSTER, host);
  memcpy (i->guest + guest, i->bytes + host * CLUSTER, CLUSTER);
  l2 (i, table, index, QCOW2_COPIED | host * CLUSTER);
}

/* A compressed one at any byte; its sectors are counted as qemu counts. */
static size_t
packed (struct image *i, unsigned table, unsigned index, uint64_t guest,
        uint64_t at)
{
  unsigned shift = 62 - (9 - 8);
  size_t n;

  memset (i->guest + guest, 'a' + index, CLUSTER);
  i->guest[guest + 7] = (uint8_t)index;
  n = deflate_cluster (i->guest + guest, i->bytes + at, 200);
  l2 (i, table, index,
      QCOW2_COMPRESSED | ((at + n - 1) / 512 - at / 512) << shift | at);
  return n;
}

static void
make (struct image *i, unsigned version)
{
  uint8_t *h = i->bytes;
  uint64_t at = 6 * CLUSTER + 100;

  memset (i, 0, sizeof *i);
  i->size = SIZE;
  memcpy (h, QCOW2_MAGIC, 4);
  put_be (h + 4, version, 4);
  put_be (h + 20, 9, 4);
  put_be (h + 24, CAPACITY, 8);
  put_be (h + 36, 3, 4);
  put_be (h + 40, CLUSTER, 8);
  put_be (h + 96, 4, 4);
  put_be (h + 100, 104, 4);
  put_be (i->bytes + CLUSTER, QCOW2_COPIED | 2 * CLUSTER, 8);
  put_be (i->bytes + CLUSTER + 16, QCOW2_COPIED | 8 * CLUSTER, 8);
  /* Out of order, so that runs do not simply join. */
  plain (i, 2, 0, 0, 3);
  plain (i, 2, 1, CLUSTER, 5);
  plain (i, 2, 2, 2 * CLUSTER, 4);
  /* Two packed into shared sectors. */
  at += packed (i, 2, 10, 10 * CLUSTER, at);
  packed (i, 2, 11, 11 * CLUSTER, at);
  if (version >= 3)
    l2 (i, 2, 20, QCOW2_ZERO); /* zeros that are said */
  plain (i, 8, 0, 2 * SPAN, 9);
  /* The disk ends in this one; its last sector in the file is cut. */
  packed (i, 8, 62, 2 * SPAN + 62 * CLUSTER, 10 * CLUSTER);
  memset (i->guest + CAPACITY, 0, sizeof i->guest - CAPACITY);
}

/* The code of the failure, 0 when all was read and is right. */
static int
read_all (const struct image *i, bool hashed)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  int fd = memory_file (i->bytes, i->size);
  struct blob *blob = blob_new_span ("x.qcow2", fd, 0, i->size);
  struct ovf_error *err = NULL;
  struct disk_source *s;
  struct piece p = { 0 }, out = { 0 };
  uint8_t *got = calloc (1, sizeof i->guest);
  uint64_t last = 0;
  int code;

  if (hashed)
    blob_tap (blob, DIGEST_SHA256);
  s = disk_source_new (ctx, blob, &qcow2_format, true, &err);
  while (s != NULL && s->format->next (s, &p, &err)) {
    if (!s->format->decode (s, 0, &p, &out, &err))
      break;
    for (unsigned k = 0; k < out.count; k++) {
      const struct cell *c = &out.cells[k];

      CU_ASSERT_FATAL (c->offset >= last
                       && c->offset + c->length <= s->capacity);
      CU_ASSERT_EQUAL (c->kind, CELL_PLAIN);
      memcpy (got + c->offset, out.data + c->at, c->length);
      last = c->offset + c->length;
    }
    piece_clear (&p);
    piece_clear (&out);
  }
  code = err ? (int)ovf_error_code (err) : 0;
  if (code == 0) {
    CU_ASSERT_EQUAL (s->capacity, CAPACITY);
    CU_ASSERT (memcmp (got, i->guest, sizeof i->guest) == 0);
  }
  if (code == 0 && hashed) {
    char want[DIGEST_HEX], have[DIGEST_HEX] = "";

    CU_ASSERT (blob_drain (ctx, blob, NULL));
    digest_of (DIGEST_SHA256, i->bytes, i->size, want);
    CU_ASSERT (blob_segment_digest (blob, 0, DIGEST_SHA256, have));
    CU_ASSERT_STRING_EQUAL (have, want);
  }
  ovf_error_free (err);
  piece_done (&p);
  piece_done (&out);
  disk_source_free (s);
  blob_free (blob);
  free (got);
  close (fd);
  ovf_ctx_free (ctx);
  return code;
}

static void
test_versions (void)
{
  struct image i;

  for (unsigned version = 2; version <= 3; version++) {
    make (&i, version);
    CU_ASSERT_EQUAL (read_all (&i, false), 0);
    CU_ASSERT_EQUAL (read_all (&i, true), 0);
  }
}

/* Version 2 has no zero flag: the bit means nothing there. */
static void
test_zero (void)
{
  struct image i;

  make (&i, 3);
  l2 (&i, 2, 0, QCOW2_COPIED | 3 * CLUSTER | QCOW2_ZERO);
  memset (i.guest, 0, CLUSTER);
  CU_ASSERT_EQUAL (read_all (&i, false), 0);
}

static const struct flaw {
  const char *what;
  unsigned at, bytes;
  uint64_t value;
  enum ovf_code code;
} flaws[] = {
  { "no magic", 0, 4, 0, OVF_E_FORMAT },
  { "version 1", 4, 4, 1, OVF_E_UNSUPPORTED },
  { "version 4", 4, 4, 4, OVF_E_UNSUPPORTED },
  { "a backing file", 8, 8, 400, OVF_E_UNSAFE },
  { "clusters of 256 bytes", 20, 4, 8, OVF_E_FORMAT },
  { "clusters of 4 MiB", 20, 4, 22, OVF_E_FORMAT },
  { "clusters of 2^255 bytes", 20, 4, 255, OVF_E_FORMAT },
  { "capacity over the limit", 24, 8, UINT64_C (65) << 40, OVF_E_LIMIT },
  { "capacity of all ones", 24, 8, UINT64_MAX, OVF_E_LIMIT },
  { "encrypted", 32, 4, 1, OVF_E_UNSUPPORTED },
  { "an L1 table too small", 36, 4, 2, OVF_E_FORMAT },
  { "an L1 table not on a cluster", 40, 8, 520, OVF_E_FORMAT },
  { "an L1 table outside", 40, 8, 1 << 20, OVF_E_FORMAT },
  { "an L1 table at the end of numbers", 40, 8, UINT64_MAX - 511, OVF_E_FORMAT },
  { "marked as corrupt", 72, 8, 2, OVF_E_FORMAT },
  { "a data file", 72, 8, 4, OVF_E_UNSAFE },
  { "an unknown feature", 72, 8, 1 << 20, OVF_E_UNSUPPORTED },
  { "a header of 8 bytes", 100, 4, 8, OVF_E_FORMAT },
  { "a header larger than the file", 100, 4, 1 << 20, OVF_E_FORMAT },
  { "an L2 table not on a cluster", CLUSTER, 8, QCOW2_COPIED | 1536 | 512 * 3 / 2 << 9,
    OVF_E_FORMAT },
  { "an L2 table outside", CLUSTER, 8, 100 * CLUSTER, OVF_E_FORMAT },
  { "an L2 table used twice", CLUSTER + 16, 8, 2 * CLUSTER, OVF_E_FORMAT },
  { "a cluster that is an L2 table", 2 * CLUSTER, 8, 2 * CLUSTER, OVF_E_FORMAT },
  { "a cluster used twice", 2 * CLUSTER, 8, 4 * CLUSTER, OVF_E_FORMAT },
  { "a cluster outside", 2 * CLUSTER, 8, 100 * CLUSTER, OVF_E_FORMAT },
  { "a cluster over the end", 2 * CLUSTER, 8, 10 * CLUSTER, OVF_E_FORMAT },
  { "a compressed cluster outside", 2 * CLUSTER, 8,
    QCOW2_COMPRESSED | 100 * CLUSTER, OVF_E_FORMAT },
  { "a compressed cluster that is none", 2 * CLUSTER, 8,
    QCOW2_COMPRESSED | 3 * CLUSTER, OVF_E_FORMAT },
};

static void
test_flaws (void)
{
  struct image i;

  for (size_t k = 0; k < ARRAY_SIZE (flaws); k++) {
    int code;

    make (&i, 3);
    put_be (i.bytes + flaws[k].at, flaws[k].value, flaws[k].bytes);
    code = read_all (&i, false);
    if (code != (int)flaws[k].code)
      printf ("# %s: code %d\n", flaws[k].what, code);
    CU_ASSERT_EQUAL (code, (int)flaws[k].code);
  }
}

/* Not for us, but for QEMU. */
static bool
is_foreign (const struct image *i)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  int fd = memory_file (i->bytes, i->size);
  struct blob *blob = blob_new_span ("x.qcow2", fd, 0, i->size);
  struct ovf_error *err = NULL;
  bool ok = !qcow2_format.check (ctx, blob, NULL, &err)
            && ovf_error_code (err) == OVF_E_UNSUPPORTED
            && qcow2_format.foreign (ctx, blob, NULL);

  ovf_error_free (err);
  blob_free (blob);
  close (fd);
  ovf_ctx_free (ctx);
  return ok;
}

static void
test_zstd (void)
{
  struct image i;

  make (&i, 3);
  put_be (i.bytes + 72, QCOW2_SUBCLUSTERS, 8);
  CU_ASSERT (is_foreign (&i));

  make (&i, 3);
  put_be (i.bytes + 72, QCOW2_COMPRESSION, 8);
  put_be (i.bytes + 100, 112, 4);
  i.bytes[104] = 1;
  CU_ASSERT (is_foreign (&i));
  i.bytes[104] = 0; /* the bit with deflate is odd, but harmless */
  CU_ASSERT_EQUAL (read_all (&i, false), 0);
}

static void
test_cut (void)
{
  struct image i;

  /* The last cluster's stream is complete before its sectors are. */
  for (uint64_t size = 0; size <= 10 * CLUSTER; size += 97) {
    make (&i, 3);
    i.size = size;
    CU_ASSERT_EQUAL (read_all (&i, false), OVF_E_FORMAT);
  }
}

/* One compressed cluster of a few bytes that a whole table points at: more
 * than deflate could have packed into the file. */
static void
test_amplified (void)
{
  static uint8_t bytes[3 * 65536 + 512], zeros[65536];
  struct ovf_ctx *ctx = ovf_ctx_new ();
  z_stream z = { .next_in = zeros, .avail_in = sizeof zeros,
                 .next_out = bytes + 3 * 65536, .avail_out = 512 };
  struct ovf_error *err = NULL;
  struct piece p = { 0 };
  struct disk_source *s;
  struct blob *blob;
  int fd;

  memcpy (bytes, QCOW2_MAGIC, 4);
  put_be (bytes + 4, 2, 4);
  put_be (bytes + 20, 16, 4);
  put_be (bytes + 24, UINT64_C (8192) * 65536, 8);
  put_be (bytes + 36, 1, 4);
  put_be (bytes + 40, 65536, 8);
  put_be (bytes + 65536, 2 * 65536, 8);
  for (unsigned i = 0; i < 8192; i++)
    put_be (bytes + 2 * 65536 + 8 * i, QCOW2_COMPRESSED | 3 * 65536, 8);
  zeros[9] = 1;
  CU_ASSERT_FATAL (deflateInit2 (&z, 9, Z_DEFLATED, -12, 8, 0) == Z_OK);
  CU_ASSERT_FATAL (deflate (&z, Z_FINISH) == Z_STREAM_END);
  deflateEnd (&z);

  fd = memory_file (bytes, sizeof bytes);
  blob = blob_new_span ("x.qcow2", fd, 0, sizeof bytes);
  s = disk_source_new (ctx, blob, &qcow2_format, true, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (s);
  while (s->format->next (s, &p, &err))
    piece_clear (&p);
  CU_ASSERT_PTR_NOT_NULL_FATAL (err);
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_FORMAT);
  ovf_error_free (err);
  piece_done (&p);
  disk_source_free (s);
  blob_free (blob);
  close (fd);
  ovf_ctx_free (ctx);
}

TAP_MAIN ("qcow2-read", { "versions 2 and 3", test_versions },
          { "zeros that are said", test_zero }, { "flaws", test_flaws },
          { "compression types", test_zstd }, { "cut short", test_cut },
          { "one cluster for all", test_amplified })

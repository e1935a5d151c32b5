/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The streamOptimized sink: the layout that importers ask for, capacities
 * that are no multiple of anything, and the same bytes for any number of
 * workers.  What it writes is read here without the library's reader. */
#include "base/file.h"
#include "base/rd.h"
#include "disk/vmdk-write.h"

#include <unistd.h>
#include <zlib.h>

#include "tap.h"

#define GRAIN 65536u

/* The sink alone, whatever the table of formats says. */
static const struct disk_format stream = {
  .name = "stream",
  .suffix = ".vmdk",
  .title = "stream",
  .subformat = "streamOptimized",
  .sequential = true,
  .create = vmdk_stream_create,
  .takes = vmdk_stream_takes,
  .encode = vmdk_stream_encode,
  .put = vmdk_stream_put,
  .finish = vmdk_stream_finish,
  .discard = vmdk_stream_discard
};

struct made {
  uint8_t *bytes;
  size_t size;
  uint64_t populated;
};

/* An unlinked file. */
static int
temporary (void)
{
  char path[] = "/tmp/ovftool-unit-XXXXXX";
  int fd = mkstemp (path);

  CU_ASSERT_NOT_EQUAL_FATAL (fd, -1);
  unlink (path);
  return fd;
}

/* The whole way: raw file -> engine -> sink, `shift` bytes into the target. */
static struct made
convert (int raw, uint64_t capacity, unsigned jobs, uint64_t shift)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct disk_sink_options options = { .id = "disk1", .name = "vm.vmdk" };
  struct made made = { 0 };
  int fd = temporary ();
  struct digest *digest = digest_new (DIGEST_SHA256);
  struct disk_target target
    = { .fd = fd, .offset = shift, .digest = digest };
  struct blob *blob = blob_new_span ("x.raw", raw, 0, capacity);
  struct disk_source *source;
  struct disk_sink *sink;
  char inline_hex[DIGEST_HEX], hex[DIGEST_HEX];

  ovf_ctx_set_jobs (ctx, jobs);
  source = disk_source_new (ctx, blob, &raw_format, true, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (source);
  sink = disk_sink_new (ctx, &stream, &target, capacity, &options, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (sink);
  CU_ASSERT_FATAL (disk_copy (ctx, source, sink, "x", NULL));
  made.size = (size_t)sink->written;
  made.populated = sink->populated;
  made.bytes = xmalloc (made.size);
  CU_ASSERT_FATAL (file_pread (fd, made.bytes, made.size, shift, NULL));
  CU_ASSERT_EQUAL (lseek (fd, 0, SEEK_END), (off_t)(shift + made.size));
  digest_hex (digest, DIGEST_SHA256, inline_hex);
  digest_of (DIGEST_SHA256, made.bytes, made.size, hex);
  CU_ASSERT_STRING_EQUAL (inline_hex, hex);
  disk_sink_free (sink);
  disk_source_free (source);
  blob_free (blob);
  digest_free (digest);
  close (fd);
  ovf_ctx_free (ctx);
  return made;
}

static uint64_t
le (const uint8_t *p, unsigned n)
{
  struct rd r = rd_of (p, n);

  return n == 4 ? rd_le32 (&r) : rd_le64 (&r);
}

/* The guest's bytes by way of footer, directory and tables. */
static void
compare_guest (const struct made *m, int raw, uint64_t capacity)
{
  const uint8_t *footer = m->bytes + m->size - 2 * SECTOR;
  uint64_t directory = le (footer + 56, 8) * SECTOR;
  uint8_t plain[GRAIN], want[GRAIN];

  for (uint64_t at = 0; at < capacity; at += GRAIN) {
    size_t n = capacity - at < GRAIN ? (size_t)(capacity - at) : GRAIN;
    uint64_t table = le (m->bytes + directory + at / GRAIN / 512 * 4, 4);
    uint64_t grain
      = table ? le (m->bytes + table * SECTOR + at / GRAIN % 512 * 4, 4) : 0;
    uLongf len = GRAIN;

    memset (plain, 0, sizeof plain);
    if (grain) {
      const uint8_t *p = m->bytes + grain * SECTOR;

      CU_ASSERT_EQUAL (le (p, 8), at / SECTOR);
      CU_ASSERT_EQUAL (uncompress (plain, &len, p + 12, le (p + 8, 4)), Z_OK);
      CU_ASSERT_EQUAL (len, GRAIN);
    }
    CU_ASSERT_EQUAL_FATAL (pread (raw, want, n, (off_t)at), (ssize_t)n);
    CU_ASSERT (memcmp (plain, want, n) == 0);
  }
}

/* Data here and there: compressible, random, zeros that are allocated. */
static int
make_raw (uint64_t capacity)
{
  int fd = temporary ();
  uint8_t buf[5000];
  uint32_t x = 1;

  CU_ASSERT_EQUAL_FATAL (ftruncate (fd, (off_t)capacity), 0);
  for (uint64_t at = 0, i = 0; at < capacity; at += 150001, i++) {
    size_t n = capacity - at < sizeof buf ? (size_t)(capacity - at)
                                          : sizeof buf;

    for (size_t j = 0; j < sizeof buf; j++) {
      x = x * 1664525 + 1013904223;
      buf[j] = i % 3 == 0 ? (uint8_t)(x >> 24) : i % 3 == 1 ? 'a' : 0;
    }
    CU_ASSERT_EQUAL_FATAL (pwrite (fd, buf, n, (off_t)at), (ssize_t)n);
  }
  return fd;
}

static void
test_layout (void)
{
  uint64_t capacity = 40u << 20;
  int raw = make_raw (capacity);
  struct made m = convert (raw, capacity, 2, 0);
  const uint8_t *h = m.bytes, *end = m.bytes + m.size;

  CU_ASSERT (memcmp (h, "KDMV", 4) == 0);
  CU_ASSERT_EQUAL (le (h + 4, 4), 3);
  CU_ASSERT_EQUAL (le (h + 8, 4), 0x30001);
  CU_ASSERT_EQUAL (le (h + 12, 8), capacity / SECTOR);
  CU_ASSERT_EQUAL (le (h + 20, 8), 128);
  CU_ASSERT_EQUAL (le (h + 48, 8), 0);
  CU_ASSERT_EQUAL (le (h + 56, 8), UINT64_MAX);
  CU_ASSERT_EQUAL (le (h + 64, 8), 128);
  CU_ASSERT (memcmp (h + SECTOR, "# Disk DescriptorFile\n", 22) == 0);
  CU_ASSERT_PTR_NOT_NULL (strstr ((const char *)h + SECTOR,
                                  "\nRW 81920 SPARSE \"vm.vmdk\"\n"));
  /* The last three sectors: footer marker, footer, end of stream. */
  CU_ASSERT_EQUAL (le (end - 3 * SECTOR, 8), 1);
  CU_ASSERT_EQUAL (le (end - 3 * SECTOR + 12, 4), 3);
  CU_ASSERT (memcmp (end - 2 * SECTOR, h, 56) == 0);
  CU_ASSERT_NOT_EQUAL (le (end - 2 * SECTOR + 56, 8), UINT64_MAX);
  CU_ASSERT (is_zero (end - SECTOR, SECTOR));
  compare_guest (&m, raw, capacity);
  free (m.bytes);
  close (raw);
}

static void
test_capacities (void)
{
  static const uint64_t sizes[]
    = { 1, 511, 512, 513, 65535, 65536, 65537, (1 << 20) + 1, (33 << 20) - 7,
        (64 << 20) + 512 };

  for (size_t i = 0; i < ARRAY_SIZE (sizes); i++) {
    int raw = make_raw (sizes[i]);
    struct made m = convert (raw, sizes[i], 2, 512);

    CU_ASSERT_EQUAL (le (m.bytes + 12, 8), (sizes[i] + 511) / 512);
    compare_guest (&m, raw, sizes[i]);
    free (m.bytes);
    close (raw);
  }
}

static void
test_empty (void)
{
  int raw = temporary ();
  uint64_t capacity = UINT64_C (3) << 40;
  struct made m;

  CU_ASSERT_EQUAL_FATAL (ftruncate (raw, (off_t)capacity), 0);
  m = convert (raw, capacity, 2, 0);
  CU_ASSERT_EQUAL (m.populated, 0);
  /* Header, markers, and a directory of one entry for 32 MiB. */
  CU_ASSERT_EQUAL (m.size, 65536 + 4 * SECTOR + capacity / (32 << 20) * 4);
  free (m.bytes);
  m = convert (raw, 0, 1, 0);
  CU_ASSERT_EQUAL (m.size, 65536 + 5 * SECTOR);
  free (m.bytes);
  close (raw);
}

/* Zeros are not stored, and the number of workers does not show. */
static void
test_jobs (void)
{
  uint64_t capacity = 50u << 20;
  int raw = make_raw (capacity);
  struct made one = convert (raw, capacity, 1, 0);

  for (unsigned jobs = 2; jobs <= 9; jobs += 7) {
    struct made many = convert (raw, capacity, jobs, 0);

    CU_ASSERT_EQUAL (many.size, one.size);
    CU_ASSERT_EQUAL (many.populated, one.populated);
    CU_ASSERT (many.size == one.size
               && memcmp (many.bytes, one.bytes, one.size) == 0);
    free (many.bytes);
  }
  CU_ASSERT (one.populated < capacity / 3);
  free (one.bytes);
  close (raw);
}

/* Another disk has another content id; all ones would mean "none". */
static void
test_content_id (void)
{
  int raw = make_raw (100000);
  struct made a = convert (raw, 100000, 1, 0);
  struct made b = convert (raw, 99999, 1, 0);
  const char *cid_a = strstr ((char *)a.bytes + SECTOR, "\nCID=");
  const char *cid_b = strstr ((char *)b.bytes + SECTOR, "\nCID=");

  CU_ASSERT_PTR_NOT_NULL_FATAL (cid_a);
  CU_ASSERT_PTR_NOT_NULL_FATAL (cid_b);
  CU_ASSERT_NOT_EQUAL (memcmp (cid_a, cid_b, 13), 0);
  CU_ASSERT_NOT_EQUAL (memcmp (cid_a, "\nCID=ffffffff", 13), 0);
  free (a.bytes);
  free (b.bytes);
  close (raw);
}

/* A piece that goes back must not make a broken file. */
static void
test_order (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  int fd = temporary ();
  struct disk_target target = { .fd = fd };
  struct disk_sink *sink
    = disk_sink_new (ctx, &stream, &target, 10 * GRAIN, NULL, NULL);
  struct piece in = { 0 }, out = { 0 };
  struct ovf_error *err = NULL;

  for (uint64_t grain = 2; grain-- > 0;) {
    bool ok;

    piece_clear (&in);
    piece_clear (&out);
    piece_append (&in, CELL_PLAIN, grain * GRAIN, GRAIN, GRAIN);
    memset (in.data, 'x', GRAIN);
    CU_ASSERT (vmdk_stream_encode (sink, 0, &in, &out, NULL));
    ok = vmdk_stream_put (sink, 0, &out, &err);
    CU_ASSERT_EQUAL (ok, grain == 1);
  }
  ovf_error_free (err);
  piece_done (&in);
  piece_done (&out);
  disk_sink_free (sink);
  close (fd);
  ovf_ctx_free (ctx);
}

/* What a stream becomes when it is written again; the code of a failure. */
static int
again (const struct made *m, unsigned level, struct made *ret)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct disk_sink_options options
    = { .id = "disk1", .name = "vm.vmdk", .level = level };
  int in = temporary (), fd = temporary ();
  struct disk_target target = { .fd = fd };
  struct blob *blob = blob_new_span ("x.vmdk", in, 0, m->size);
  struct ovf_error *err = NULL;
  struct disk_source *source;
  struct disk_sink *sink;
  int code = 0;

  CU_ASSERT_FATAL (file_pwrite (in, m->bytes, m->size, 0, NULL));
  source = disk_source_new (ctx, blob, &vmdk_format, true, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (source);
  sink = disk_sink_new (ctx, &stream, &target, source->capacity, &options, NULL);
  if (disk_copy (ctx, source, sink, "x", &err)) {
    ret->size = (size_t)sink->written;
    ret->populated = sink->populated;
    ret->bytes = xmalloc (ret->size);
    CU_ASSERT_FATAL (file_pread (fd, ret->bytes, ret->size, 0, NULL));
  } else
    code = (int)ovf_error_code (err);
  ovf_error_free (err);
  disk_sink_free (sink);
  disk_source_free (source);
  blob_free (blob);
  close (in);
  close (fd);
  ovf_ctx_free (ctx);
  return code;
}

/* Grains of the right size keep their bytes, unless an effort is asked for;
 * damaged ones do not get through. */
static void
test_again (void)
{
  uint64_t capacity = (5 << 20) + 512;
  int raw = make_raw (capacity);
  struct made first = convert (raw, capacity, 2, 0), other = { 0 };
  struct made kept = { 0 };

  CU_ASSERT_EQUAL_FATAL (again (&first, 0, &kept), 0);
  CU_ASSERT_EQUAL (kept.populated, first.populated);
  CU_ASSERT (kept.size == first.size
             && memcmp (kept.bytes, first.bytes, first.size) == 0);
  CU_ASSERT_EQUAL_FATAL (again (&first, 1, &other), 0);
  CU_ASSERT (other.size != first.size
             || memcmp (other.bytes, first.bytes, first.size) != 0);
  compare_guest (&other, raw, capacity);
  free (other.bytes);
  first.bytes[65536 + 40] ^= 1; /* within the first grain */
  CU_ASSERT_EQUAL (again (&first, 0, &other), OVF_E_FORMAT);
  free (first.bytes);
  free (kept.bytes);
  close (raw);
}

TAP_MAIN ("vmdk-write", { "layout", test_layout },
          { "capacities", test_capacities }, { "nothing in it", test_empty },
          { "any number of workers", test_jobs },
          { "content id", test_content_id }, { "order", test_order },
          { "a stream again", test_again })

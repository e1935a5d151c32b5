/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The qcow2 sink: tables and reference counts walked by code of its own, the
 * same bytes for any number of workers, streams copied or compressed, and
 * more L2 tables than are kept in memory. */
#include "disk.h"

#include "disk/qcow2.h"

struct image {
  uint8_t *p;
  size_t n;
};

static uint64_t
be (const uint8_t *p, unsigned bytes)
{
  uint64_t v = 0;

  while (bytes-- > 0)
    v = v << 8 | *p++;
  return v;
}

/* How often each host cluster is used, as the tables say. */
static void
count (uint16_t *used, uint64_t clusters, uint64_t at, uint64_t bytes,
       uint32_t cluster)
{
  if (bytes == 0)
    return;
  for (uint64_t c = at / cluster; c <= (at + bytes - 1) / cluster; c++) {
    CU_ASSERT_FATAL (c < clusters);
    used[c]++;
  }
}

static void
count_table (const struct image *i, uint16_t *used, uint64_t clusters, uint64_t l2,
             uint32_t cluster, unsigned bits)
{
  unsigned shift = 62 - (bits - 8);

  for (uint64_t k = 0; k < cluster / 8; k++) {
    uint64_t e = be (i->p + l2 + 8 * k, 8);

    if (e & QCOW2_COMPRESSED) {
      uint64_t at = e & ((UINT64_C (1) << shift) - 1);
      uint64_t more = (e & ~(UINT64_C (3) << 62)) >> shift;

      /* Not its last sector's end: whole sectors are counted in the entry. */
      count (used, clusters, at, (more + 1) * 512 - at % 512, cluster);
    } else if (e != 0) {
      CU_ASSERT ((e & QCOW2_COPIED) != 0);
      CU_ASSERT_EQUAL (e % cluster, 0);
      count (used, clusters, e & QCOW2_OFFSET, cluster, cluster);
    }
  }
}

/* Every cluster of the file is counted as often as it is used. */
static void
check_counts (const struct image *i)
{
  unsigned bits = (unsigned)be (i->p + 20, 4);
  uint32_t cluster = 1u << bits;
  uint64_t clusters = i->n / cluster, l1 = be (i->p + 40, 8);
  uint64_t table = be (i->p + 48, 8), l1_size = be (i->p + 36, 4);
  uint64_t table_clusters = be (i->p + 56, 4);
  uint16_t *used = calloc (clusters, sizeof *used);

  CU_ASSERT_EQUAL (be (i->p, 4), 0x514649fb);
  CU_ASSERT_EQUAL (be (i->p + 4, 4), 3);
  CU_ASSERT_EQUAL (i->n % cluster, 0);
  count (used, clusters, 0, 1, cluster);
  count (used, clusters, l1, l1_size * 8, cluster);
  count (used, clusters, table, table_clusters * cluster, cluster);
  for (uint64_t k = 0; k < l1_size; k++) {
    uint64_t l2 = be (i->p + l1 + 8 * k, 8);

    if (l2 == 0)
      continue;
    CU_ASSERT ((l2 & QCOW2_COPIED) != 0);
    count (used, clusters, l2 & QCOW2_OFFSET, cluster, cluster);
    count_table (i, used, clusters, l2 & QCOW2_OFFSET, cluster, bits);
  }
  for (uint64_t k = 0; k < table_clusters * cluster / 8; k++) {
    uint64_t block = be (i->p + table + 8 * k, 8);

    if (block != 0)
      count (used, clusters, block, cluster, cluster);
  }
  for (uint64_t c = 0; c < clusters; c++) {
    uint64_t block = be (i->p + table + 8 * (c / (cluster / 2)), 8);

    CU_ASSERT_EQUAL (be (i->p + block + 2 * (c % (cluster / 2)), 2), used[c]);
  }
  free (used);
}

/* To qcow2 with these options, and back to raw. */
static struct image
there_and_back (int fd, unsigned jobs, const char *option, const struct image *want)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_error *err = NULL;
  struct image made, back;
  int qcow, raw;

  ovf_ctx_set_jobs (ctx, jobs);
  qcow = convert_fd (ctx, fd, AS_FILE, false, &qcow2_format, option, &err);
  if (err != NULL)
    printf ("# %s\n", ovf_error_message (err));
  CU_ASSERT_FATAL (qcow >= 0);
  made.p = slurp (qcow, &made.n);
  check_counts (&made);
  raw = convert_fd (ctx, qcow, AS_FILE, false, &raw_format, NULL, &err);
  if (err != NULL)
    printf ("# %s\n", ovf_error_message (err));
  CU_ASSERT_FATAL (raw >= 0);
  back.p = slurp (raw, &back.n);
  CU_ASSERT (back.n == want->n && memcmp (back.p, want->p, back.n) == 0);
  free (back.p);
  close (raw);
  close (qcow);
  ovf_ctx_free (ctx);
  return made;
}

static void
same_for_all_jobs (int fd, const char *option, const struct image *want,
                   unsigned bits)
{
  struct image one = there_and_back (fd, 1, option, want);

  CU_ASSERT_EQUAL (be (one.p + 20, 4), bits);
  for (unsigned jobs = 2; jobs <= 8; jobs += 3) {
    struct image more = there_and_back (fd, jobs, option, want);

    CU_ASSERT (one.n == more.n && memcmp (one.p, more.p, one.n) == 0);
    free (more.p);
  }
  free (one.p);
}

/* Data of all sorts; the end is no whole cluster. */
static struct image
some_disk (void)
{
  struct image i = { .n = (9u << 20) + 512 * 5 };

  i.p = calloc (i.n, 1);
  noise (i.p + 100000, 700000, 1);
  memset (i.p + (3u << 20), 7, 2u << 20);
  noise (i.p + (7u << 20) + 65536, 65536, 2);
  noise (i.p + i.n - 700, 700, 3);
  return i;
}

/* The name of the blob ends in .vmdk: raw must be said. */
static int
raw_as_vmdk (const struct image *i)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  int fd = memory_file (i->p, i->n), out;
  struct blob *blob = blob_new_span ("x.raw", fd, 0, i->n);
  struct disk_source *source = disk_source_new (ctx, blob, &raw_format, true, NULL);
  struct disk_target target = { .fd = out = memory_file (NULL, 0) };
  struct disk_sink *sink = disk_sink_new (ctx, &vmdk_format, &target,
                                          i->n, NULL, NULL);

  CU_ASSERT_FATAL (disk_copy (ctx, source, sink, "x", NULL));
  disk_sink_free (sink);
  disk_source_free (source);
  blob_free (blob);
  close (fd);
  ovf_ctx_free (ctx);
  return out;
}

static void
test_stream (void)
{
  struct image i = some_disk ();
  int fd = raw_as_vmdk (&i);

  same_for_all_jobs (fd, NULL, &i, 16);
  same_for_all_jobs (fd, "compressed", &i, 16);
  close (fd);
  free (i.p);
}

/* Grains of 8 KiB become clusters of 8 KiB: they come in no order. */
static void
test_small_grains (void)
{
  struct vm_image v = { .n_grains = 6,
                        .grains = { { .number = 900 }, { .number = 3 },
                                    { .number = 1029 }, { .number = 0 },
                                    { .number = 4 }, { .number = 2 } } };
  struct image want = { .n = VM_CAPACITY };
  int fd;

  vm_build (&v);
  want.p = calloc (VM_GRAINS, VM_GRAIN);
  for (unsigned g = 0; g < VM_GRAINS; g++) {
    if (v.at[g])
      vm_content (g, want.p + (size_t)g * VM_GRAIN);
  }
  memset (want.p + want.n, 0, VM_GRAIN / 2);
  fd = memory_file (v.bytes, v.n);
  same_for_all_jobs (fd, NULL, &want, 13);
  same_for_all_jobs (fd, "compressed", &want, 13);
  close (fd);
  free (want.p);
  free (v.bytes);
}

/* A stream whose checksum is wrong must not be copied. */
static void
test_damage (void)
{
  struct vm_image v = { .n_grains = 2, .grains = { { .number = 1 },
                                                   { .number = 2, .damage = true } } };
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_error *err = NULL;
  int fd;

  vm_build (&v);
  fd = memory_file (v.bytes, v.n);
  CU_ASSERT_EQUAL (convert_fd (ctx, fd, AS_FILE, false, &qcow2_format, "compressed",
                               &err), -1);
  CU_ASSERT_STRING_EQUAL (ovf_error_rule (err), "DISK-GRAIN");
  ovf_error_free (err);
  close (fd);
  ovf_ctx_free (ctx);
  free (v.bytes);
}

static void
test_empty (void)
{
  static const uint64_t sizes[] = { 0, 1, 512, 65536, UINT64_C (64) << 40 };

  for (size_t k = 0; k < ARRAY_SIZE (sizes); k++) {
    struct ovf_ctx *ctx = ovf_ctx_new ();
    struct disk_target target = { .fd = memory_file (NULL, 0) };
    struct disk_sink *sink = disk_sink_new (ctx, &qcow2_format, &target, sizes[k],
                                            NULL, NULL);
    struct image i;

    CU_ASSERT_FATAL (sink != NULL && disk_copy (ctx, NULL, sink, "x", NULL));
    CU_ASSERT_EQUAL (sink->populated, 0);
    i.p = slurp (target.fd, &i.n);
    CU_ASSERT_EQUAL (i.n, sink->written);
    CU_ASSERT_EQUAL (be (i.p + 24, 8), (sizes[k] + 511) / 512 * 512);
    check_counts (&i);
    free (i.p);
    disk_sink_free (sink);
    close (target.fd);
    ovf_ctx_free (ctx);
  }
}

/* ---- far apart ---------------------------------------------------------- */
/* 200 tables, each touched twice, in two rounds. */
#define TABLES 200u
#define APART (UINT64_C (512) << 20)

static bool
far_next (struct disk_source *s, struct piece *p, struct ovf_error **err)
{
  uint64_t k = p->sequence;

  (void)s;
  (void)err;
  if (k == 2 * TABLES)
    return false;
  piece_append (p, CELL_PLAIN, k % TABLES * APART + k / TABLES * 65536, 65536, 65536);
  noise (p->data, 65536, (uint32_t)k);
  return true;
}

static bool
far_open (struct disk_source *s, struct ovf_error **err)
{
  (void)err;
  s->capacity = TABLES * APART;
  s->block_size = 65536;
  return true;
}

static void
test_many_tables (void)
{
  static const struct disk_format far = { .name = "far", .open = far_open,
                                          .next = far_next };
  struct ovf_ctx *ctx = ovf_ctx_new ();
  int dummy = memory_file ("", 1);
  struct blob *blob = blob_new_span ("far", dummy, 0, 1);
  struct disk_source *source = disk_source_new (ctx, blob, &far, false, NULL);
  struct disk_target target = { .fd = memory_file (NULL, 0) };
  struct disk_sink *sink = disk_sink_new (ctx, &qcow2_format, &target,
                                          TABLES * APART, NULL, NULL);
  struct blob *made;
  struct piece p = { 0 };
  struct image i;
  unsigned pieces = 0;

  CU_ASSERT_FATAL (disk_copy (ctx, source, sink, "far", NULL));
  CU_ASSERT_EQUAL (sink->populated, 2 * TABLES * 65536);
  i.p = slurp (target.fd, &i.n);
  check_counts (&i);
  made = blob_new_span ("far.qcow2", target.fd, 0, i.n);
  disk_source_free (source);
  source = disk_source_new (ctx, made, &qcow2_format, true, NULL);
  CU_ASSERT_FATAL (source != NULL);
  for (; qcow2_next (source, &p, NULL); piece_clear (&p), pieces++) {
    uint8_t want[65536];

    for (unsigned c = 0; c < 2; c++) {
      noise (want, sizeof want, pieces + c * TABLES);
      CU_ASSERT (memcmp (p.data + c * 65536, want, sizeof want) == 0);
    }
    CU_ASSERT_EQUAL (p.cells[0].offset, pieces * APART);
  }
  CU_ASSERT_EQUAL (pieces, TABLES);
  piece_done (&p);
  free (i.p);
  disk_source_free (source);
  disk_sink_free (sink);
  blob_free (made);
  blob_free (blob);
  close (target.fd);
  close (dummy);
  ovf_ctx_free (ctx);
}

TAP_MAIN ("qcow2-write", { "from a stream", test_stream },
          { "small grains in no order", test_small_grains },
          { "a damaged stream", test_damage }, { "empty disks", test_empty },
          { "many tables", test_many_tables })

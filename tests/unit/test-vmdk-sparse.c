/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* monolithicSparse VMDK: followed by its tables, also while every byte is
 * hashed in sequence, and what its tables may not say; and written. */
#include "disk.h"

#include "disk/placed.h"
#include "disk/vmdk-write.h"
#include "disk/vmdk.h"

#define GRAIN 4096u     /* bytes: 8 sectors, the least */
#define GRAINS 1100u
#define CAPACITY ((GRAINS - 1) * GRAIN + 512)
#define GD 8u           /* sectors */
#define GT 16u
#define DATA 64u
#define SIZE ((DATA + 6 * 8) * 512)

/* Guest grains, in the order of the file. */
static const uint32_t order[] = { 700, 0, 3, 1099, 2, 512 };

static void
content (uint32_t grain, uint8_t out[GRAIN])
{
  noise (out, GRAIN, grain + 7);
}

/* gte (g): where a table's entry lies in the file. */
static size_t
gte (uint32_t grain)
{
  return (GT + 4 * (grain / 512)) * 512 + grain % 512 * 4;
}

static uint8_t *
build (void)
{
  uint8_t *b = calloc (SIZE, 1);

  memcpy (b, "KDMV", 4);
  put_le (b + 4, 1, 4);
  put_le (b + 8, 7, 4);
  put_le (b + 12, CAPACITY / 512, 8);
  put_le (b + 20, GRAIN / 512, 8);
  put_le (b + 28, 1, 8);
  put_le (b + 36, 2, 8);
  put_le (b + 44, 512, 4);
  put_le (b + 56, GD, 8);
  put_le (b + 64, DATA, 8);
  memcpy (b + 73, "\n \r\n", 4);
  snprintf ((char *)b + 512, 1024,
            "# Disk DescriptorFile\nCID=1\nparentCID=ffffffff\n"
            "createType=\"monolithicSparse\"\nRW %u SPARSE \"d.vmdk\"\n",
            CAPACITY / 512);
  for (unsigned g = 0; g < 3; g++)
    put_le (b + GD * 512 + 4 * g, GT + 4 * g, 4);
  for (unsigned i = 0; i < ARRAY_SIZE (order); i++) {
    put_le (b + gte (order[i]), DATA + 8 * i, 4);
    content (order[i], b + (DATA + 8 * i) * 512);
  }
  put_le (b + gte (9), 1, 4); /* a grain of zeros */
  return b;
}

static bool
holds (int fd)
{
  CLEANUP_FREE uint8_t *want = calloc (GRAINS, GRAIN);
  size_t n;
  CLEANUP_FREE uint8_t *got = slurp (fd, &n);

  for (unsigned i = 0; i < ARRAY_SIZE (order); i++)
    content (order[i], want + (size_t)order[i] * GRAIN);
  return n == CAPACITY && memcmp (got, want, n) == 0;
}

static void
test_control (void)
{
  static const enum how ways[] = { AS_FILE, AS_HASHED };
  uint8_t *b = build ();
  int fd = memory_file (b, SIZE);

  for (unsigned jobs = 1; jobs <= 4; jobs += 3) {
    for (size_t i = 0; i < ARRAY_SIZE (ways); i++) {
      struct ovf_ctx *ctx = ovf_ctx_new ();
      struct ovf_error *err = NULL;
      int out;

      ovf_ctx_set_jobs (ctx, jobs);
      out = convert_fd (ctx, fd, ways[i], i == 1, &raw_format, NULL, &err);
      if (err != NULL)
        printf ("# %s\n", ovf_error_message (err));
      CU_ASSERT (out >= 0 && holds (out));
      ovf_error_free (err);
      close (out);
      ovf_ctx_free (ctx);
    }
  }
  close (fd);
  free (b);
}

static void
expect (const uint8_t *b, size_t n, enum how how, const char *name,
        enum ovf_code code, const char *rule)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_error *err = NULL;
  int fd = memory_file (b, n);
  int out = convert_fd (ctx, fd, how, false, &raw_format, NULL, &err);
  bool right = out < 0 && ovf_error_code (err) == code &&
               ovf_error_rule (err) != NULL &&
               strcmp (ovf_error_rule (err), rule) == 0;

  if (!right)
    printf ("# %s (%d): code %d, %s [%s]\n", name, how,
            err ? (int)ovf_error_code (err) : 0,
            err ? ovf_error_message (err) : "no error",
            err && ovf_error_rule (err) ? ovf_error_rule (err) : "");
  CU_ASSERT (right);
  ovf_error_free (err);
  close (fd);
  ovf_ctx_free (ctx);
}

static void
test_pipe (void)
{
  uint8_t *b = build ();

  expect (b, SIZE, AS_PIPE, "pipe", OVF_E_UNSUPPORTED, "DISK-VMDK-ORDER");
  free (b);
}

static void
test_flaws (void)
{
#define TABLE "DISK-VMDK-TABLE"
  static const struct {
    const char *name;
    size_t at;
    uint32_t value;
    const char *rule;
  } rows[] = {
    { "directory outside", 56, 1 << 20, "DISK-VMDK-HEADER" },
    { "directory cut by the end", 56, SIZE / 512, TABLE },
    { "directory on the header", 56, 0, TABLE },
    { "table outside", GD * 512, 1 << 20, TABLE },
    { "table cut by the end", GD * 512 + 4, SIZE / 512 - 3, TABLE },
    { "grain outside", (GT + 4) * 512, UINT32_MAX, TABLE },
    { "grain cut by the end", (GT + 4) * 512, SIZE / 512 - 7, TABLE },
    { "two grains at one place", GT * 512 + 4, DATA, "DISK-VMDK-GRAIN" },
    { "flags of a stream", 8, 0x30001, "DISK-VMDK-HEADER" },
    { "tables at the end", 56, UINT32_MAX, "DISK-VMDK-HEADER" },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    uint8_t *b = build ();

    put_le (b + rows[i].at, rows[i].value, 4);
    if (rows[i].at == 56 && rows[i].value == UINT32_MAX)
      put_le (b + 60, UINT32_MAX, 4);
    expect (b, SIZE, AS_FILE, rows[i].name, OVF_E_FORMAT, rows[i].rule);
    free (b);
  }
}

/* Hashed: the bytes used must be those that come by in sequence. */
static void
test_overlap (void)
{
  uint8_t *b = build ();

  put_le (b + gte (1), DATA - 4, 4);
  expect (b, SIZE, AS_HASHED, "half over another", OVF_E_FORMAT, "DISK-OVERLAP");
  put_le (b + gte (1), GT, 4);
  expect (b, SIZE, AS_HASHED, "on a table", OVF_E_FORMAT, "DISK-OVERLAP");
  free (b);
}

/* The file changes between reading its tables and reading it through. */
static void
test_changed (void)
{
  static const size_t places[] = { GT * 512 + 2047, (DATA + 3) * 512, GD * 512 };
  struct ovf_ctx *ctx = ovf_ctx_new ();

  for (size_t i = 0; i < ARRAY_SIZE (places); i++) {
    uint8_t *b = build ();
    int fd = memory_file (b, SIZE);
    struct blob *blob = blob_new_span ("d.vmdk", fd, 0, SIZE);
    struct disk_source *s;
    struct piece p = { 0 };
    struct ovf_error *err = NULL;

    blob_tap (blob, DIGEST_SHA256);
    s = disk_source_new (ctx, blob, &vmdk_format, false, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL (s);
    CU_ASSERT (vmdk_next (s, &p, NULL)); /* the first group is read */
    while (err == NULL) {
      static const uint8_t other = 0xa5;

      piece_clear (&p);
      if (!vmdk_next (s, &p, &err))
        break;
      CU_ASSERT_EQUAL (pwrite (fd, &other, 1, (off_t)places[i]), 1);
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL (err);
    CU_ASSERT_STRING_EQUAL (ovf_error_rule (err), "DISK-CHANGED");
    ovf_error_free (err);
    piece_done (&p);
    disk_source_free (s);
    blob_free (blob);
    close (fd);
    free (b);
  }
  ovf_ctx_free (ctx);
}

/* A directory that the limit does not allow is refused before it is read. */
static void
test_limits (void)
{
  uint8_t *b = build ();
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_error *err = NULL;
  int fd;

  put_le (b + 12, (UINT64_C (60) << 40) / 512, 8);
  fd = memory_file (b, SIZE);
  CU_ASSERT_EQUAL (convert_fd (ctx, fd, AS_FILE, false, &raw_format, NULL, &err), -1);
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_LIMIT);
  CU_ASSERT_STRING_EQUAL (ovf_error_rule (err), "DISK-LIMIT");
  ovf_error_free (err);
  close (fd);
  ovf_ctx_free (ctx);
  free (b);
}

/* ---- written -------------------------------------------------------------- */
/* A stream whose small grains come in no order, and grains of zeros. */
static const struct vm_grain shuffled[] = {
  { .number = VM_GRAINS - 1 }, { .number = 600 }, { .number = 3 },
  { .number = 1 }, { .number = 2 }, { .number = 511 }
};

static int
write_sparse (struct ovf_ctx *ctx, unsigned jobs, bool guest_order)
{
  struct vm_image v = { .n_grains = ARRAY_SIZE (shuffled) };
  struct ovf_error *err = NULL;
  int fd, out;

  memcpy (v.grains, shuffled, sizeof shuffled);
  vm_build (&v);
  fd = memory_file (v.bytes, v.n);
  ovf_ctx_set_jobs (ctx, jobs);
  out = convert_fd (ctx, fd, AS_FILE, guest_order, &vmdk_sparse_format,
                    "subformat=monolithicSparse", &err);
  if (err != NULL)
    printf ("# %s\n", ovf_error_message (err));
  ovf_error_free (err);
  close (fd);
  free (v.bytes);
  return out;
}

/* Both sets of tables lead to the same. */
static bool
twins (const uint8_t *b)
{
  struct rd r = rd_of (b + VMDK_RGD, 16);
  uint64_t rgd = rd_le64 (&r) * 512, gd = rd_le64 (&r) * 512;

  return gd > rgd + 512 &&
         memcmp (b + rgd + 512, b + gd + 512, gd - rgd - 512) == 0;
}

static void
test_write (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE uint8_t *want = calloc (VM_GRAINS, VM_GRAIN);

  for (size_t i = 0; i < ARRAY_SIZE (shuffled); i++)
    vm_content (shuffled[i].number, want + shuffled[i].number * VM_GRAIN);
  for (unsigned ordered = 0; ordered < 2; ordered++) {
    int one = write_sparse (ctx, 1, ordered), four = write_sparse (ctx, 4, ordered);
    int raw = one < 0 ? -1 : convert_fd (ctx, one, AS_FILE, false, &raw_format, NULL, NULL);
    size_t n, m;
    CLEANUP_FREE uint8_t *a = NULL, *b = NULL, *got = NULL;

    CU_ASSERT_FATAL (one >= 0 && four >= 0 && raw >= 0);
    a = slurp (one, &n);
    b = slurp (four, &m);
    CU_ASSERT (n == m && memcmp (a, b, n) == 0);
    CU_ASSERT (twins (a));
    got = slurp (raw, &n);
    CU_ASSERT (n == VM_CAPACITY && memcmp (got, want, n) == 0);
    close (one);
    close (four);
    close (raw);
  }
  ovf_ctx_free (ctx);
}

/* More tables than are held come back as they were, and in both places. */
static void
test_tables (void)
{
  enum { N = 3 * TABLES_IN_MEMORY, SIZE_OF_ONE = 512, COPY = N * SIZE_OF_ONE };
  struct disk_sink sink = { .target.fd = memory_file (NULL, 0), .target.offset = 5 };
  struct table_cache c;
  CLEANUP_FREE uint8_t *all = NULL;
  size_t n;

  table_cache_init (&c, &sink, SIZE_OF_ONE, COPY);
  for (unsigned round = 0; round < 3; round++) {
    for (unsigned i = 0; i < N; i++) {
      uint8_t *t = table_cache_get (&c, i, i * SIZE_OF_ONE, round == 0, NULL);

      CU_ASSERT_PTR_NOT_NULL_FATAL (t);
      CU_ASSERT_EQUAL (t[i % SIZE_OF_ONE], round);
      t[i % SIZE_OF_ONE]++;
    }
  }
  CU_ASSERT (table_cache_flush (&c, NULL));
  table_cache_done (&c);
  all = slurp (sink.target.fd, &n);
  CU_ASSERT_EQUAL_FATAL (n, 5 + 2 * COPY);
  CU_ASSERT (memcmp (all + 5, all + 5 + COPY, COPY) == 0);
  for (unsigned i = 0; i < N; i++)
    CU_ASSERT_EQUAL (all[5 + i * SIZE_OF_ONE + i % SIZE_OF_ONE], 3);
  close (sink.target.fd);
}

/* What a sink refuses before it writes. */
static void
test_refused (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  strings options = { 0 };
  struct disk_sink_options o = { .options = &options };
  struct disk_target target = { .fd = memory_file (NULL, 0) };
  struct ovf_error *err = NULL;
  struct disk_sink *sink;

  *strings_add (&options) = xstrdup ("subformat=streamOptimized");
  CU_ASSERT_PTR_NULL (disk_sink_new (ctx, &vmdk_sparse_format, &target, 4096, &o, &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_USAGE);
  ovf_error_free (err);
  err = NULL;
  CU_ASSERT_PTR_EQUAL (disk_format_written (&vmdk_format, &options, "monolithicSparse", NULL),
                       &vmdk_format);
  CU_ASSERT_PTR_EQUAL (disk_format_written (&vmdk_format, NULL, "monolithicSparse", NULL),
                       &vmdk_sparse_format);
  CU_ASSERT_PTR_EQUAL (disk_format_written (&raw_format, NULL, NULL, NULL), &raw_format);
  sink = disk_sink_new (ctx, &vmdk_sparse_format, &target, UINT64_C (1) << 60, NULL, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (sink);
  CU_ASSERT_FALSE (disk_copy (ctx, NULL, sink, "x", &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_LIMIT);
  ovf_error_free (err);
  disk_sink_free (sink);
  strings_free (&options);
  close (target.fd);
  ovf_ctx_free (ctx);
}

TAP_MAIN ("vmdk-sparse", { "a right disk", test_control },
          { "not from a pipe", test_pipe }, { "one flaw at a time", test_flaws },
          { "overlaps", test_overlap }, { "changed while read", test_changed },
          { "limits", test_limits }, { "written", test_write },
          { "tables that do not fit into memory", test_tables },
          { "what is not written", test_refused })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which format an image is, by its bytes and by what is said of it; raw disks
 * with holes; options of sinks; and what headers of other formats say. */
#include "disk.h"

#include <sys/stat.h>

struct sample {
  const char *name;     /* of the file */
  const char *head;     /* its first bytes */
  size_t head_len, head_at;
  const char *tail;     /* its last sector's first bytes; or NULL */
};

static struct blob *
blob_of (const struct sample *s, int *ret_fd)
{
  uint8_t b[8192] = { 0 };

  memcpy (b + s->head_at, s->head, s->head_len);
  if (s->tail != NULL)
    memcpy (b + sizeof b - 512, s->tail, strlen (s->tail));
  *ret_fd = memory_file (b, sizeof b);
  return blob_new_span (s->name, *ret_fd, 0, sizeof b);
}

#define VMDK "KDMV", 4, 0, NULL
#define QCOW2 "QFI\xfb", 4, 0, NULL
#define NOTHING "", 0, 0, NULL

static void
test_identify (void)
{
  static const struct {
    struct sample sample;
    struct disk_claim claim;
    const struct disk_format *want;
    enum ovf_code code;
  } rows[] = {
    { { "x", VMDK }, { 0 }, &vmdk_format, 0 },
    { { "x.vmdk", "# Disk DescriptorFile", 21, 0, NULL }, { 0 }, &vmdk_format, 0 },
    { { "x.vmdk", QCOW2 }, { 0 }, &qcow2_format, 0 },
    { { "x", "\x7f\x10\xda\xbe", 4, 64, NULL }, { 0 }, &vdi_format, 0 },
    { { "x", "vhdxfile", 8, 0, NULL }, { 0 }, &vhdx_format, 0 },
    { { "x", "conectix", 8, 0, NULL }, { 0 }, &vhd_format, 0 },
    { { "x", "", 0, 0, "conectix" }, { 0 }, &vhd_format, 0 },
    { { "x", "QED\0", 4, 0, NULL }, { 0 }, &qed_format, 0 },
    { { "x", "WithouFreSpacExt", 16, 0, NULL }, { 0 }, &parallels_format, 0 },
    { { "x", "LUKS\xba\xbe", 6, 0, NULL }, { 0 }, &luks_format, 0 },
    /* raw is never probed */
    { { "x", NOTHING }, { 0 }, NULL, OVF_E_FORMAT },
    { { "x", NOTHING }, { .named = true }, NULL, OVF_E_USAGE },
    { { "x.vmdk", NOTHING }, { .named = true }, NULL, OVF_E_USAGE },
    { { "x.raw", NOTHING }, { 0 }, &raw_format, 0 },
    { { "x.IMG", NOTHING }, { 0 }, &raw_format, 0 },
    { { "x", NOTHING }, { .declared = "raw" }, &raw_format, 0 },
    { { "x", NOTHING }, { .user = "raw" }, &raw_format, 0 },
    /* raw, but the first bytes are another format's */
    { { "x.img", QCOW2 }, { 0 }, NULL, OVF_E_FORMAT },
    { { "x", QCOW2 }, { .declared = "raw" }, NULL, OVF_E_FORMAT },
    { { "x.img", QCOW2 }, { .user = "raw" }, &raw_format, 0 },
    { { "x.img", QCOW2 }, { .user = "qcow2" }, &qcow2_format, 0 },
    /* a guest may end its disk as it likes */
    { { "x.img", "", 0, 0, "conectix" }, { 0 }, &raw_format, 0 },
    /* what is declared must be so */
    { { "x", VMDK }, { .declared = "vmdk-stream" }, &vmdk_format, 0 },
    { { "x", VMDK }, { .declared = "qcow2" }, NULL, OVF_E_FORMAT },
    { { "x", QCOW2 }, { .declared = "vmdk-stream" }, NULL, OVF_E_FORMAT },
    { { "x", NOTHING }, { .declared = "vmdk-stream" }, NULL, OVF_E_FORMAT },
    { { "x.raw", NOTHING }, { .declared = "vmdk" }, NULL, OVF_E_FORMAT },
    { { "x", VMDK }, { .user = "qcow2" }, NULL, OVF_E_FORMAT },
    { { "x", VMDK }, { .user = "floppy" }, NULL, OVF_E_USAGE },
    { { "x", VMDK }, { .declared = "a word of no format" }, &vmdk_format, 0 },
    /* two at once */
    { { "x", "QFI\xfb", 4, 0, "conectix" }, { 0 }, NULL, OVF_E_UNSAFE },
    { { "x", "KDMV" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x7f\x10\xda\xbe",
        68, 0, NULL }, { 0 }, NULL, OVF_E_UNSAFE },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    struct ovf_ctx *ctx = ovf_ctx_new ();
    struct ovf_error *err = NULL;
    int fd;
    struct blob *blob = blob_of (&rows[i].sample, &fd);
    const struct disk_format *got = disk_identify (ctx, blob, &rows[i].claim, &err);

    if (got != rows[i].want || (got == NULL && ovf_error_code (err) != rows[i].code))
      printf ("# row %zu: %s, %s\n", i, got ? got->name : "none",
              err ? ovf_error_message (err) : "no error");
    CU_ASSERT_PTR_EQUAL (got, rows[i].want);
    CU_ASSERT (got != NULL || ovf_error_code (err) == rows[i].code);
    ovf_error_free (err);
    blob_free (blob);
    close (fd);
    ovf_ctx_free (ctx);
  }
}

/* What cannot be looked into is what is said, or what its name says. */
static void
test_identify_stream (void)
{
  static const struct {
    const char *name;
    struct disk_claim claim;
    const struct disk_format *want;
  } rows[] = {
    { "x", { .declared = "vmdk-stream" }, &vmdk_format },
    { "x.img", { .declared = "qcow2" }, &qcow2_format },
    { "x.vmdk.gz", { 0 }, &vmdk_format },
    { "x.img", { 0 }, &raw_format },
    { "x.gz", { 0 }, NULL },
    { "x", { 0 }, NULL },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    struct ovf_ctx *ctx = ovf_ctx_new ();
    struct ovf_error *err = NULL;
    int fd = -1;
    struct blob *blob = blob_new_stream (rows[i].name, BLOB_UNKNOWN, pipe_read, &fd);

    CU_ASSERT_PTR_EQUAL (disk_identify (ctx, blob, &rows[i].claim, &err),
                         rows[i].want);
    CU_ASSERT ((err == NULL) == (rows[i].want != NULL));
    ovf_error_free (err);
    blob_free (blob);
    ovf_ctx_free (ctx);
  }
}

static void
test_names (void)
{
  CU_ASSERT_PTR_EQUAL (disk_format_by_name ("vmdk-sparse"), &vmdk_format);
  CU_ASSERT_PTR_EQUAL (disk_format_by_name ("RAW"), &raw_format);
  CU_ASSERT_PTR_NULL (disk_format_by_name ("vmd"));
  CU_ASSERT_PTR_NULL (disk_format_by_name (NULL));
  CU_ASSERT_PTR_EQUAL (disk_format_by_suffix ("a.b/x.IMG"), &raw_format);
  CU_ASSERT_PTR_EQUAL (disk_format_by_suffix ("x.vhdx"), &vhdx_format);
  CU_ASSERT_PTR_NULL (disk_format_by_suffix ("vmdk"));
}

/* ---- raw ---------------------------------------------------------------- */
static int
raw_copy (int fd, uint64_t size, bool hashed, char hex[DIGEST_HEX])
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct blob *blob = blob_new_span ("x.raw", fd, 0, size);
  struct disk_target target = { .fd = memory_file (NULL, 0) };
  struct disk_source *source;
  struct disk_sink *sink;

  if (hashed)
    blob_tap (blob, DIGEST_SHA256);
  source = disk_source_new (ctx, blob, &raw_format, true, NULL);
  sink = disk_sink_new (ctx, &raw_format, &target, size, NULL, NULL);
  CU_ASSERT_FATAL (source != NULL && sink != NULL);
  CU_ASSERT (disk_copy (ctx, source, sink, "x", NULL));
  if (hashed)
    CU_ASSERT (blob_segment_digest (blob, 0, DIGEST_SHA256, hex));
  disk_sink_free (sink);
  disk_source_free (source);
  blob_free (blob);
  ovf_ctx_free (ctx);
  return target.fd;
}

/* Holes stay holes, zeros become some, and the last bytes are not rounded. */
static void
test_raw (void)
{
  static const size_t places[] = { 0, 4096 * 3 + 17, (1u << 20) - 512, 5u << 20 };
  size_t size = (9u << 20) + 300, n;
  CLEANUP_FREE uint8_t *want = calloc (size, 1);
  int fd = memory_file (NULL, 0);

  CU_ASSERT_EQUAL_FATAL (ftruncate (fd, (off_t)size), 0);
  for (size_t i = 0; i < ARRAY_SIZE (places); i++) {
    noise (want + places[i], 5000, (uint32_t)i);
    CU_ASSERT_EQUAL (pwrite (fd, want + places[i], 5000, (off_t)places[i]), 5000);
  }
  CU_ASSERT_EQUAL (pwrite (fd, want + (6u << 20), 1u << 20, 6u << 20), 1 << 20);
  want[size - 1] = 9;
  CU_ASSERT_EQUAL (pwrite (fd, want + size - 1, 1, (off_t)size - 1), 1);

  for (int hashed = 0; hashed < 2; hashed++) {
    char hex[DIGEST_HEX], right[DIGEST_HEX];
    int out = raw_copy (fd, size, hashed, hex);
    CLEANUP_FREE uint8_t *got = slurp (out, &n);
    struct stat st;

    CU_ASSERT (n == size && memcmp (got, want, n) == 0);
    CU_ASSERT_EQUAL (fstat (out, &st), 0);
    CU_ASSERT (st.st_blocks * 512 < 256 << 10);
    if (hashed) {
      digest_of (DIGEST_SHA256, want, size, right);
      CU_ASSERT_STRING_EQUAL (hex, right);
    }
    close (out);
  }
  close (fd);
}

/* A stream of unknown length must be as long as was said. */
static void
test_raw_stream (void)
{
  static const struct {
    uint64_t said;
    bool ok;
  } rows[] = { { 3000, true }, { 2999, false }, { 3001, false }, { 1 << 30, false } };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    struct ovf_ctx *ctx = ovf_ctx_new ();
    struct ovf_error *err = NULL;
    uint8_t bytes[3000];
    int fd;
    struct blob *blob;
    struct disk_target target = { .fd = memory_file (NULL, 0) };
    struct disk_source *source;
    struct disk_sink *sink;

    noise (bytes, sizeof bytes, 1);
    fd = memory_file (bytes, sizeof bytes);
    blob = blob_new_stream ("x.raw", BLOB_UNKNOWN, pipe_read, &fd);
    source = disk_source_new (ctx, blob, &raw_format, true, NULL);
    CU_ASSERT_FATAL (source != NULL && source->capacity == UINT64_MAX);
    source->capacity = rows[i].said;
    sink = disk_sink_new (ctx, &raw_format, &target, rows[i].said, NULL, NULL);
    CU_ASSERT_EQUAL (disk_copy (ctx, source, sink, "x", &err), rows[i].ok);
    if (err != NULL)
      CU_ASSERT_STRING_EQUAL (ovf_error_rule (err), "DISK-CAPACITY");
    ovf_error_free (err);
    disk_sink_free (sink);
    disk_source_free (source);
    blob_free (blob);
    close (target.fd);
    close (fd);
    ovf_ctx_free (ctx);
  }
}

/* ---- sinks -------------------------------------------------------------- */
static void
test_options (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct disk_target target = { .fd = memory_file (NULL, 0) };
  strings given = { 0 };
  struct disk_sink_options o = { .options = &given };
  struct ovf_error *err = NULL;
  struct disk_sink *sink;

  *strings_add (&given) = xstrdup ("compressed");
  CU_ASSERT_PTR_NULL (disk_sink_new (ctx, &raw_format, &target, 0, &o, &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_USAGE);
  ovf_error_free (err);
  err = NULL;
  sink = disk_sink_new (ctx, &qcow2_format, &target, 0, &o, NULL);
  CU_ASSERT_FATAL (sink != NULL);
  CU_ASSERT_STRING_EQUAL (disk_sink_option (sink, "compressed"), "");
  CU_ASSERT_PTR_NULL (disk_sink_option (sink, "compress"));
  *strings_add (&given) = xstrdup ("compressed=2");
  CU_ASSERT_STRING_EQUAL (disk_sink_option (sink, "compressed"), "2");
  disk_sink_free (sink);
  CU_ASSERT_PTR_NULL (disk_sink_new (ctx, &luks_format, &target, 0, NULL, &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_UNSUPPORTED);
  CU_ASSERT_PTR_NOT_NULL (ovf_error_hint (err));
  ovf_error_free (err);
  strings_free (&given);
  close (target.fd);
  ovf_ctx_free (ctx);
}

/* ---- headers of others -------------------------------------------------- */
static bool
inspect (const char *name, const uint8_t *b, size_t n, struct disk_facts *facts,
         struct ovf_error **err)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  int fd = memory_file (b, n);
  struct blob *blob = blob_new_span (name, fd, 0, n);
  struct disk_claim claim = { 0 };
  const struct disk_format *format = disk_identify (ctx, blob, &claim, err);
  bool ok = format != NULL &&
            disk_inspect (ctx, blob, format, false, facts, NULL, err);

  blob_free (blob);
  close (fd);
  ovf_ctx_free (ctx);
  return ok;
}

static void
test_vhd (void)
{
  uint8_t b[4096] = { 0 };
  struct disk_facts facts;
  struct ovf_error *err = NULL;

  memcpy (b, "conectix", 8);
  memcpy (b + 28, "win ", 4);
  put_be (b + 16, 512, 8);
  put_be (b + 48, 5 << 20, 8);
  put_be (b + 60, 3, 4);
  memcpy (b + 512, "cxsparse", 8);
  put_be (b + 512 + 16, 2048, 8);
  put_be (b + 512 + 28, 3, 4);
  put_be (b + 512 + 32, 2 << 20, 4);
  memset (b + 2048, 0xff, 512);
  put_be (b + 2048 + 4, 8, 4);
  CU_ASSERT_FATAL (inspect ("x.vhd", b, sizeof b, &facts, NULL));
  CU_ASSERT_STRING_EQUAL (facts.format, "vhd");
  CU_ASSERT_EQUAL (facts.virtual_size, 5 << 20);
  CU_ASSERT_EQUAL (facts.allocated, 2 << 20);
  CU_ASSERT_EQUAL (facts.references.len, 0);
  disk_facts_done (&facts);

  /* Of older producers the geometry counts: 300 * 4 * 8 sectors. */
  memcpy (b + 28, "vpc ", 4);
  put_be (b + 56, 300, 2);
  b[58] = 4;
  b[59] = 8;
  CU_ASSERT_FATAL (inspect ("x.vhd", b, sizeof b, &facts, NULL));
  CU_ASSERT_EQUAL (facts.virtual_size, 300 * 4 * 8 * 512);
  disk_facts_done (&facts);
  /* But at its end, where it can say no more. */
  put_be (b + 56, 65535, 2);
  b[58] = 16;
  b[59] = 255;
  CU_ASSERT_FATAL (inspect ("x.vhd", b, sizeof b, &facts, NULL));
  CU_ASSERT_EQUAL (facts.virtual_size, 5 << 20);
  disk_facts_done (&facts);

  put_be (b + 60, 4, 4);
  memcpy (b + 512 + 64, "\0b\0a\0s\0e\x20\xac", 10);
  CU_ASSERT_FATAL (inspect ("x.vhd", b, sizeof b, &facts, NULL));
  CU_ASSERT_EQUAL_FATAL (facts.references.len, 1);
  CU_ASSERT_STRING_EQUAL (facts.references.ptr[0], "base\xe2\x82\xac");
  disk_facts_done (&facts);

  put_be (b + 512 + 28, UINT32_MAX, 4); /* entries */
  CU_ASSERT (!inspect ("x.vhd", b, sizeof b, &facts, &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_LIMIT);
  ovf_error_free (err);
  disk_facts_done (&facts);
}

static void
test_vdi (void)
{
  uint8_t b[512] = { 0 };
  struct disk_facts facts;
  struct ovf_error *err = NULL;

  memcpy (b + 0x40, "\x7f\x10\xda\xbe", 4);
  put_le (b + 0x44, 0x10001, 4);
  put_le (b + 0x4c, 1, 4);
  put_le (b + 0x170, 10 << 20, 8);
  put_le (b + 0x178, 1 << 20, 4);
  put_le (b + 0x180, 10, 4);
  put_le (b + 0x184, 4, 4);
  CU_ASSERT_FATAL (inspect ("x.vdi", b, sizeof b, &facts, NULL));
  CU_ASSERT_EQUAL (facts.virtual_size, 10 << 20);
  CU_ASSERT_EQUAL (facts.allocated, 4 << 20);
  CU_ASSERT_EQUAL (facts.block_size, 1 << 20);
  disk_facts_done (&facts);

  b[0x1a8] = 1;
  CU_ASSERT_FATAL (inspect ("x.vdi", b, sizeof b, &facts, NULL));
  CU_ASSERT_EQUAL (facts.references.len, 1);
  disk_facts_done (&facts);

  put_le (b + 0x180, 9, 4);
  CU_ASSERT (!inspect ("x.vdi", b, sizeof b, &facts, &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_FORMAT);
  ovf_error_free (err);
  disk_facts_done (&facts);
}

TAP_MAIN ("disk", { "identify", test_identify },
          { "identify a stream", test_identify_stream },
          { "names", test_names },
          { "raw", test_raw }, { "raw from a stream", test_raw_stream },
          { "options", test_options }, { "VHD", test_vhd }, { "VDI", test_vdi })

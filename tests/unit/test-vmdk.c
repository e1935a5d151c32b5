/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading VMDK: a right stream in every way it may arrive, and then one flaw
 * at a time, each with the code and the rule it must have. */
#include "disk.h"

#include "disk/vmdk.h"

static struct vm_image
control (void)
{
  struct vm_image v = { .n_grains = 5,
                        .grains = { { .number = 0 }, { .number = 1 },
                                    { .number = 600 }, { .number = 1023 },
                                    { .number = VM_GRAINS - 1 } } };

  return v;
}

/* Is the raw disk in fd what the image's grains say? */
static bool
holds (int fd, const struct vm_image *v)
{
  uint8_t want[VM_GRAIN];
  size_t n;
  CLEANUP_FREE uint8_t *got = slurp (fd, &n);
  bool same = n == VM_CAPACITY;

  for (uint32_t g = 0; same && g < VM_GRAINS; g++) {
    memset (want, 0, sizeof want);
    if (v->at[g])
      vm_content (g, want);
    same = memcmp (got + (size_t)g * VM_GRAIN, want, vm_length (g)) == 0;
  }
  return same;
}

static void
read_ok (struct vm_image *v, enum how how, bool guest_order)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_error *err = NULL;
  int fd, out;

  ovf_ctx_set_jobs (ctx, 3);
  fd = memory_file (v->bytes, v->n);
  out = convert_fd (ctx, fd, how, guest_order, &raw_format, NULL, &err);
  CU_ASSERT (out >= 0);
  if (err != NULL)
    printf ("# %s\n", ovf_error_message (err));
  CU_ASSERT (out >= 0 && holds (out, v));
  ovf_error_free (err);
  close (out);
  close (fd);
  ovf_ctx_free (ctx);
}

static void
test_control (void)
{
  struct vm_image v = control ();

  vm_build (&v);
  read_ok (&v, AS_FILE, false);
  read_ok (&v, AS_HASHED, false);
  read_ok (&v, AS_PIPE, false);
  read_ok (&v, AS_FILE, true);
  read_ok (&v, AS_HASHED, true);
  read_ok (&v, AS_PIPE, true);
  free (v.bytes);
}

/* A whole last grain, as some write it. */
static void
test_whole_last_grain (void)
{
  struct vm_image v = control ();

  v.grains[4].plain = VM_GRAIN;
  vm_build (&v);
  read_ok (&v, AS_FILE, false);
  free (v.bytes);
}

/* qemu-img's layout: no end marker, or padding behind it. */
static void
test_end (void)
{
  struct vm_image v = control ();

  vm_build (&v);
  v.n = v.eos;
  read_ok (&v, AS_FILE, false);
  v.n = v.eos + 512 + 70000;
  read_ok (&v, AS_FILE, false);
  read_ok (&v, AS_PIPE, false);
  free (v.bytes);
}

static void
test_shuffled (void)
{
  struct vm_image v = control ();
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_error *err = NULL;
  int fd;

  v.grains[1].number = 700;
  v.grains[3].number = 2;
  vm_build (&v);
  read_ok (&v, AS_FILE, false);
  read_ok (&v, AS_PIPE, false);
  read_ok (&v, AS_FILE, true);
  read_ok (&v, AS_HASHED, true);
  fd = memory_file (v.bytes, v.n);
  CU_ASSERT_EQUAL (convert_fd (ctx, fd, AS_PIPE, true, &raw_format, NULL, &err), -1);
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_UNSUPPORTED);
  CU_ASSERT_PTR_NOT_NULL (ovf_error_hint (err));
  ovf_error_free (err);
  close (fd);
  ovf_ctx_free (ctx);
  free (v.bytes);
}

/* ---- one flaw at a time ------------------------------------------------- */
struct flaw {
  const char *name;
  enum ovf_code code;
  const char *rule;
  bool file_only;       /* a pipe cannot show it */
  size_t at;            /* field: byte, number of bytes, value */
  unsigned bytes;
  uint64_t value;
  size_t cut;           /* the file ends here */
};
/* Values of `at` above this are counted from the footer, the first grain or
 * the end marker. */
#define FOOTER (1u << 24)
#define GRAIN (2u << 24)
#define EOS (3u << 24)
#define HEADER "DISK-VMDK-HEADER"

static const struct flaw flaws[] = {
  { "magic", OVF_E_FORMAT, "DISK-FORMAT", false, 0, 1, 'X', 0 },
  { "version 0", OVF_E_FORMAT, HEADER, false, 4, 4, 0, 0 },
  { "version 4", OVF_E_FORMAT, HEADER, false, 4, 4, 4, 0 },
  { "unknown flag", OVF_E_FORMAT, HEADER, false, 8, 4, 0x130001, 0 },
  { "compressed without markers", OVF_E_FORMAT, HEADER, false, 8, 4, 0x10001, 0 },
  { "capacity over the limit", OVF_E_LIMIT, "DISK-LIMIT", false, 12, 8,
    UINT64_C (1) << 52, 0 },
  { "capacity overflows", OVF_E_LIMIT, "DISK-LIMIT", false, 12, 8, UINT64_MAX, 0 },
  { "capacity not the descriptor's", OVF_E_FORMAT, "DISK-CAPACITY", false, 12, 8,
    VM_CAPACITY / 512 + 16, 0 },
  { "grain 0", OVF_E_FORMAT, HEADER, false, 20, 8, 0, 0 },
  { "grain 4", OVF_E_FORMAT, HEADER, false, 20, 8, 4, 0 },
  { "grain 24", OVF_E_FORMAT, HEADER, false, 20, 8, 24, 0 },
  { "grain over the limit", OVF_E_LIMIT, "DISK-LIMIT", false, 20, 8, 4096, 0 },
  { "grain 2^63", OVF_E_LIMIT, "DISK-LIMIT", false, 20, 8, UINT64_C (1) << 63, 0 },
  { "descriptor outside", OVF_E_FORMAT, HEADER, true, 28, 8, 100000, 0 },
  { "descriptor's place overflows", OVF_E_FORMAT, HEADER, false, 28, 8,
    UINT64_C (1) << 60, 0 },
  { "no descriptor", OVF_E_UNSAFE, "DISK-REFERENCE", false, 28, 8, 0, 0 },
  { "huge descriptor", OVF_E_FORMAT, HEADER, false, 36, 8, 1 << 20, 0 },
  { "entries of a table", OVF_E_FORMAT, HEADER, false, 44, 4, 511, 0 },
  { "directory outside", OVF_E_FORMAT, HEADER, true, 56, 8, 1 << 20, 0 },
  { "directory at a grain", OVF_E_FORMAT, "DISK-VMDK-TABLE", true, 56, 8, 8, 0 },
  { "overhead outside", OVF_E_FORMAT, HEADER, true, 64, 8, 1 << 20, 0 },
  { "newlines", OVF_E_FORMAT, HEADER, false, 75, 1, '\n', 0 },
  { "compression 2", OVF_E_FORMAT, HEADER, false, 77, 2, 2, 0 },
  { "address between grains", OVF_E_FORMAT, "DISK-VMDK-GRAIN", false, GRAIN, 8, 8, 0 },
  { "address beyond the capacity", OVF_E_FORMAT, "DISK-VMDK-GRAIN", false, GRAIN, 8,
    VM_GRAINS * 16, 0 },
  { "address overflows", OVF_E_FORMAT, "DISK-VMDK-GRAIN", false, GRAIN, 8,
    UINT64_MAX - 15, 0 },
  { "grain comes twice", OVF_E_FORMAT, "DISK-VMDK-GRAIN", false, GRAIN, 8, 16, 0 },
  { "huge grain", OVF_E_FORMAT, "DISK-VMDK-GRAIN", false, GRAIN + 8, 4, UINT32_MAX, 0 },
  { "early end", OVF_E_FORMAT, "DISK-VMDK-MARKER", false, GRAIN, 16, 0, 0 },
  { "unknown marker", OVF_E_FORMAT, "DISK-VMDK-MARKER", false, EOS + 12, 4, 7, 0 },
  { "two footers", OVF_E_FORMAT, "DISK-VMDK-MARKER", false, EOS + 12, 4, 3, 0 },
  { "footer's capacity", OVF_E_FORMAT, "DISK-CAPACITY", false, FOOTER + 12, 8, 16, 0 },
  { "footer's grain", OVF_E_FORMAT, "DISK-CAPACITY", false, FOOTER + 20, 8, 32, 0 },
  { "footer's magic", OVF_E_FORMAT, "DISK-FORMAT", false, FOOTER, 1, 0, 0 },
  { "footer's directory", OVF_E_FORMAT, "DISK-VMDK-TABLE", true, FOOTER + 56, 8, 1, 0 },
  { "cut in the header", OVF_E_FORMAT, NULL, false, 0, 0, 0, 100 },
  { "cut in the descriptor", OVF_E_FORMAT, NULL, false, 0, 0, 0, 1024 },
  { "cut before the grains", OVF_E_FORMAT, NULL, false, 0, 0, 0, VM_OVERHEAD },
  { "cut in a grain", OVF_E_FORMAT, "DISK-VMDK-MARKER", false, 0, 0, 0,
    VM_OVERHEAD + 700 },
  { "cut in a marker", OVF_E_FORMAT, "DISK-VMDK-MARKER", false, 0, 0, 0,
    VM_OVERHEAD + 5 },
  { "cut before the footer", OVF_E_FORMAT, "DISK-VMDK-MARKER", false, 0, 0, 0, FOOTER },
};

static void
expect (const struct vm_image *v, enum how how, const char *name,
        enum ovf_code code, const char *rule)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_error *err = NULL;
  int fd = memory_file (v->bytes, v->n);
  int out = convert_fd (ctx, fd, how, false, &raw_format, NULL, &err);
  bool right = out < 0 && ovf_error_code (err) == code &&
               (rule == NULL || (ovf_error_rule (err) != NULL &&
                                 strcmp (ovf_error_rule (err), rule) == 0));

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
test_flaws (void)
{
  for (size_t i = 0; i < ARRAY_SIZE (flaws); i++) {
    const struct flaw *f = &flaws[i];
    struct vm_image v = control ();
    size_t bases[] = { 0, 0, 0, 0 };

    vm_build (&v);
    bases[FOOTER >> 24] = v.footer;
    bases[GRAIN >> 24] = v.first;
    bases[EOS >> 24] = v.eos;
    put_le (v.bytes + bases[f->at >> 24] + (f->at & 0xffffff), f->value,
            f->bytes < 8 ? f->bytes : 8);
    if (f->bytes == 16) /* a whole marker */
      memset (v.bytes + v.first + 8, 0, 8);
    if (f->cut)
      v.n = f->cut == FOOTER ? v.footer - 512 : f->cut;
    expect (&v, AS_FILE, f->name, f->code, f->rule);
    if (!f->file_only)
      expect (&v, AS_PIPE, f->name, f->code, f->rule);
    free (v.bytes);
  }
}

static void
test_grains (void)
{
  static const struct {
    const char *name;
    struct vm_grain grain;
  } rows[] = {
    { "inflates to more", { .number = 5, .plain = 8 * VM_GRAIN } },
    { "inflates to one byte more", { .number = 5, .plain = VM_GRAIN + 1 } },
    { "inflates to less", { .number = 5, .plain = VM_GRAIN - 512 } },
    { "checksum", { .number = 5, .damage = true } },
    { "stream cut off", { .number = 5, .less = 3 } },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    struct vm_image v = control ();

    v.grains[2] = rows[i].grain;
    vm_build (&v);
    expect (&v, AS_FILE, rows[i].name, OVF_E_FORMAT, "DISK-GRAIN");
    expect (&v, AS_PIPE, rows[i].name, OVF_E_FORMAT, "DISK-GRAIN");
    free (v.bytes);
  }
}

/* ---- descriptors -------------------------------------------------------- */
#define LINES(cid, type, extent)                                              \
  "# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=" cid "\ncreateType="   \
  type "\n" extent "\n"
#define EXTENT "RW 16472 SPARSE \"d.vmdk\""
#define STREAM "\"streamOptimized\""

static void
test_descriptors (void)
{
  static const struct {
    const char *name;
    enum ovf_code code;
    const char *rule, *text;
  } rows[] = {
    { "parent", OVF_E_UNSAFE, "DISK-REFERENCE", LINES ("12345678", STREAM, EXTENT) },
    { "hint", OVF_E_UNSAFE, "DISK-REFERENCE",
      LINES ("ffffffff", STREAM, EXTENT "\nparentFileNameHint=\"/etc/passwd\"") },
    { "change track", OVF_E_UNSAFE, "DISK-REFERENCE",
      LINES ("ffffffff", STREAM, EXTENT "\nchangeTrackPath=\"x\"") },
    { "absolute extent", OVF_E_UNSAFE, "DISK-REFERENCE",
      LINES ("ffffffff", STREAM, "RW 16472 SPARSE \"/etc/passwd\"") },
    { "relative extent", OVF_E_UNSAFE, "DISK-REFERENCE",
      LINES ("ffffffff", STREAM, "RW 16472 SPARSE \"..\\x\"") },
    { "flat extent", OVF_E_UNSAFE, "DISK-REFERENCE",
      LINES ("ffffffff", STREAM, "RW 16472 FLAT \"x\" 0") },
    { "two extents", OVF_E_UNSAFE, "DISK-REFERENCE",
      LINES ("ffffffff", STREAM, EXTENT "\n" EXTENT) },
    { "no extent", OVF_E_UNSAFE, "DISK-REFERENCE", LINES ("ffffffff", STREAM, "") },
    { "another type", OVF_E_FORMAT, "DISK-VMDK-DESCRIPTOR",
      LINES ("ffffffff", "\"monolithicFlat\"", EXTENT) },
    { "no type", OVF_E_FORMAT, "DISK-VMDK-DESCRIPTOR", "version=1\n" EXTENT "\n" },
    { "two types", OVF_E_FORMAT, "DISK-VMDK-DESCRIPTOR",
      LINES ("ffffffff", STREAM, EXTENT "\ncreateType=\"custom\"") },
    { "unknown line", OVF_E_FORMAT, "DISK-VMDK-DESCRIPTOR",
      LINES ("ffffffff", STREAM, EXTENT "\nwhat is this") },
    { "control character", OVF_E_FORMAT, "DISK-VMDK-DESCRIPTOR",
      LINES ("ffffffff", STREAM, EXTENT "\nx=\"\x1b[2J\"") },
    { "quote not closed", OVF_E_FORMAT, "DISK-VMDK-DESCRIPTOR",
      LINES ("ffffffff", STREAM, "RW 16472 SPARSE \"d.vmdk") },
    { "negative size", OVF_E_FORMAT, "DISK-VMDK-DESCRIPTOR",
      LINES ("ffffffff", STREAM, "RW -1 SPARSE \"d.vmdk\"") },
    { "another capacity", OVF_E_FORMAT, "DISK-CAPACITY",
      LINES ("ffffffff", STREAM, "RW 16471 SPARSE \"d.vmdk\"") },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    struct vm_image v = control ();

    v.text = rows[i].text;
    vm_build (&v);
    expect (&v, AS_FILE, rows[i].name, rows[i].code, rows[i].rule);
    expect (&v, AS_PIPE, rows[i].name, rows[i].code, rows[i].rule);
    free (v.bytes);
  }
}

/* What real producers write. */
static void
test_spellings (void)
{
  static const char *const texts[] = {
    LINES ("ffffffff", "streamOptimized", EXTENT),
    LINES ("FFFFFFFF ", STREAM " ", "RDONLY 16472 SPARSE \"generated-stream.vmdk\""),
    "# Disk Descriptor File\r\nversion = 1\r\nencoding = \"UTF-8\"\r\n"
    "createType\t=\t\"streamOptimized\"\r\nRW\t16472\tSPARSE\t\"a b.vmdk\"\r\n"
    "ddb.comment = \"x = y\"\r\n#\r\n",
  };

  for (size_t i = 0; i < ARRAY_SIZE (texts); i++) {
    struct vm_image v = control ();

    v.text = texts[i];
    vm_build (&v);
    read_ok (&v, AS_FILE, false);
    free (v.bytes);
  }
}

/* The descriptor alone: its extents lie elsewhere. */
static void
test_text_only (void)
{
  static const char text[] = LINES ("ffffffff", "\"twoGbMaxExtentFlat\"",
                                    "RW 1024 FLAT \"/etc/passwd\" 0\n"
                                    "RW 1024 FLAT \"x-f002.vmdk\" 0");
  struct vm_image v = { .bytes = (uint8_t *)text, .n = sizeof text - 1 };
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct disk_facts facts;
  int fd = memory_file (text, v.n);
  struct blob *blob = blob_new_span ("t.vmdk", fd, 0, v.n);

  expect (&v, AS_FILE, "text", OVF_E_UNSAFE, "DISK-REFERENCE");
  expect (&v, AS_PIPE, "text", OVF_E_UNSAFE, "DISK-REFERENCE");
  CU_ASSERT (disk_inspect (ctx, blob, &vmdk_format, false, &facts, NULL, NULL));
  CU_ASSERT_STRING_EQUAL (facts.format, "vmdk-flat");
  CU_ASSERT_EQUAL (facts.virtual_size, 2048 * 512);
  CU_ASSERT_EQUAL_FATAL (facts.references.len, 2);
  CU_ASSERT_STRING_EQUAL (facts.references.ptr[0], "/etc/passwd");
  disk_facts_done (&facts);
  blob_free (blob);
  close (fd);
  ovf_ctx_free (ctx);
}

static void
test_facts (void)
{
  struct vm_image v = control ();
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_report *report = ovf_report_new ();
  struct disk_facts facts;
  struct blob *blob;
  int fd;

  vm_build (&v);
  v.n += 1024;
  fd = memory_file (v.bytes, v.n);
  blob = blob_new_span ("t.vmdk", fd, 0, v.n);
  CU_ASSERT (disk_inspect (ctx, blob, &vmdk_format, true, &facts, report, NULL));
  CU_ASSERT_STRING_EQUAL (facts.format, "vmdk-stream");
  CU_ASSERT_EQUAL (facts.virtual_size, VM_CAPACITY);
  CU_ASSERT_EQUAL (facts.block_size, VM_GRAIN);
  CU_ASSERT (facts.compressed);
  CU_ASSERT_EQUAL (facts.references.len, 0);
  CU_ASSERT_EQUAL_FATAL (ovf_report_size (report), 1);
  CU_ASSERT_STRING_EQUAL (ovf_report_get (report, 0)->rule, "DISK-VMDK-TRAILING");
  disk_facts_done (&facts);
  blob_free (blob);

  /* Without the trailing bytes the footer says where the tables are. */
  blob = blob_new_span ("t.vmdk", fd, 0, v.n - 1024);
  CU_ASSERT (disk_inspect (ctx, blob, &vmdk_format, false, &facts, report, NULL));
  CU_ASSERT_EQUAL (facts.allocated, 4 * VM_GRAIN + VM_GRAIN / 2);
  disk_facts_done (&facts);
  blob_free (blob);
  close (fd);
  ovf_report_free (report);
  ovf_ctx_free (ctx);
  free (v.bytes);
}

TAP_MAIN ("vmdk", { "a right stream", test_control },
          { "a whole last grain", test_whole_last_grain },
          { "ends of files", test_end }, { "shuffled grains", test_shuffled },
          { "one flaw at a time", test_flaws }, { "grains", test_grains },
          { "descriptors", test_descriptors }, { "spellings", test_spellings },
          { "a descriptor alone", test_text_only }, { "facts", test_facts })

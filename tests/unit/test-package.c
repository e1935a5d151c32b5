/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packages made here, byte by byte: where members lie, what is refused, what
 * a pipe can and cannot do. */
#include "base/file.h"
#include "package/package.h"
#include "package/tar.h"
#include "package/write.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "tap.h"

static struct ovf_ctx *ctx;
static struct ovf_report *report;
static char path[] = "/tmp/ovftool-unit-XXXXXX";

/* ---- archives ------------------------------------------------------------- */
static struct archive_text {
  char *data;
  size_t len;
} a;

static void
put (const void *p, size_t n)
{
  a.data = xrealloc (a.data, a.len + n + TAR_UNIT);
  memcpy (a.data + a.len, p, n);
  a.len += n;
}

static void
begin (void)
{
  free (a.data);
  memset (&a, 0, sizeof a);
}

static void
put_padded (const char *data, size_t n)
{
  static const char zeros[TAR_UNIT];

  put (data, n);
  put (zeros, (TAR_UNIT - n % TAR_UNIT) % TAR_UNIT);
}

static void
fix_sum (uint8_t *h)
{
  unsigned sum = 0;

  memset (h + 148, ' ', 8);
  for (size_t i = 0; i < TAR_UNIT; i++)
    sum += h[i];
  snprintf ((char *)h + 148, 8, "%06o", sum);
}

static void
put_header (const char *name, uint64_t size, char type)
{
  uint8_t h[TAR_UNIT];

  CU_ASSERT_FATAL (ustar_header (h, name, size, 0));
  h[156] = (uint8_t)type;
  fix_sum (h);
  put (h, sizeof h);
}

static void
put_file (const char *name, const char *data)
{
  put_header (name, strlen (data), '0');
  put_padded (data, strlen (data));
}

static void
put_end (void)
{
  put_padded ((const char[2 * TAR_UNIT]){ 0 }, 2 * TAR_UNIT);
}

static void
put_pax (const char *records)
{
  put_header ("PaxHeaders/x", strlen (records), 'x');
  put_padded (records, strlen (records));
}

static struct package *
opened (struct ovf_error **err)
{
  int fd = open (path, O_WRONLY | O_TRUNC);

  CU_ASSERT_FATAL (fd >= 0 && file_write (fd, a.data, a.len, NULL));
  close (fd);
  ovf_report_free (report);
  report = ovf_report_new ();
  return package_open (ctx, path, report, err);
}

static bool
found (const char *rule)
{
  for (size_t i = 0; i < ovf_report_size (report); i++)
    if (strcmp (ovf_report_get (report, i)->rule, rule) == 0)
      return true;
  return false;
}

/* Opening fails with this code and rule. */
static void
refused (enum ovf_code code, const char *rule)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP (package) struct package *p = opened (&err);

  CU_ASSERT_PTR_NULL_FATAL (p);
  CU_ASSERT_EQUAL (ovf_error_code (err), code);
  CU_ASSERT_STRING_EQUAL (ovf_error_rule (err) ? ovf_error_rule (err) : "", rule);
}

/* The bytes at every member's offset are the ones put there. */
static void
holds (struct package *p, const char *name, const char *data)
{
  struct blob *b = package_member (p, name, NULL);
  char buf[100] = "";

  CU_ASSERT_PTR_NOT_NULL_FATAL (b);
  CU_ASSERT_EQUAL (blob_size (b), strlen (data));
  CU_ASSERT (blob_read_exact (b, buf, strlen (data), NULL));
  CU_ASSERT_STRING_EQUAL (buf, data);
  CU_ASSERT (package_blob_done (p, b, NULL));
  blob_free (b);
}

/* ---- reading --------------------------------------------------------------- */
static void
test_offsets (void)
{
  CLEANUP (package) struct package *p = NULL;
  size_t len;

  begin ();
  put_header ("./", 0, '5');
  put_file ("./a.ovf", "<Envelope/>");
  put_file ("a.mf", "manifest");
  put_pax ("18 path=long.disk\n11 mtime=1\n");
  put_file ("short", "of PAX");
  put_header ("././@LongLink", 9, 'L');
  put_padded ("gnu.disk", 9);
  put_file ("short2", "of GNU");
  put_header ("sub/", 0, '5');
  put_file ("sub/empty", "");
  put_end ();
  p = opened (NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (p);
  CU_ASSERT_EQUAL (package_form (p), PACKAGE_OVA);
  CU_ASSERT_EQUAL (package_members (p)->len, 5);
  CU_ASSERT_EQUAL (package_members (p)->ptr[0].offset, 1024);
  CU_ASSERT_STRING_EQUAL (package_descriptor_name (p), "a.ovf");
  CU_ASSERT_STRING_EQUAL (package_descriptor (p, &len), "<Envelope/>");
  CU_ASSERT_EQUAL (len, 11);
  CU_ASSERT_STRING_EQUAL (package_manifest (p, &len), "manifest");
  CU_ASSERT_PTR_NULL (package_certificate_name (p));
  holds (p, "long.disk", "of PAX");
  holds (p, "gnu.disk", "of GNU");
  holds (p, "sub/empty", "");
  CU_ASSERT (found ("OVF-TAR-001"));
}

static void
test_ends (void)
{
  struct package *p;

  begin ();
  put_file ("a.ovf", "x");
  p = opened (NULL);
  CU_ASSERT_PTR_NOT_NULL (p);
  CU_ASSERT (found ("OVF-TAR-009")); /* no end mark */
  package_free (p);
  put_end ();
  p = opened (NULL);
  CU_ASSERT_PTR_NOT_NULL (p);
  CU_ASSERT_EQUAL (ovf_report_size (report), 0);
  package_free (p);
  put_end ();
  put ("other", 5);
  p = opened (NULL);
  CU_ASSERT_PTR_NOT_NULL (p);
  CU_ASSERT (found ("OVF-TAR-009"));
  package_free (p);
}

/* Without its padding the last file is complete, but for one byte. */
static void
test_cut (void)
{
  struct package *p;

  begin ();
  put_file ("a.ovf", "0123456789");
  a.len = TAR_UNIT + 10;
  p = opened (NULL);
  CU_ASSERT_PTR_NOT_NULL (p);
  package_free (p);
  a.len--;
  refused (OVF_E_FORMAT, "OVF-TAR-009");
  a.len = TAR_UNIT;
  refused (OVF_E_FORMAT, "OVF-TAR-009");
  a.len = TAR_UNIT - 300;
  refused (OVF_E_FORMAT, "OVF-PKG-005");
  a.len = 0;
  refused (OVF_E_FORMAT, "OVF-PKG-005");
}

static void
one_more (const char *name, char type, enum ovf_code code, const char *rule)
{
  begin ();
  put_file ("a.ovf", "x");
  put_header (name, 0, type);
  put_end ();
  refused (code, rule);
}

static void
test_refused_entries (void)
{
  static const char types[] = "123467SDMNAVX!";

  for (size_t i = 0; i < sizeof types - 1; i++) {
    bool odd = strchr ("ANVX", types[i]) != NULL;
    one_more ("thing", types[i], odd ? OVF_E_FORMAT : OVF_E_UNSAFE,
              odd ? "OVF-TAR-001" : "OVF-TAR-008");
  }
  one_more ("../x", '0', OVF_E_UNSAFE, "OVF-TAR-008");
  one_more ("../x/", '5', OVF_E_UNSAFE, "OVF-TAR-008");
  one_more ("/x", '0', OVF_E_UNSAFE, "OVF-TAR-008");
  one_more ("x\\y", '0', OVF_E_UNSAFE, "OVF-TAR-008");
  one_more ("\xff", '0', OVF_E_UNSAFE, "OVF-TAR-008");
  one_more ("A.OVF", '0', OVF_E_FORMAT, "OVF-TAR-006");
  one_more ("./a.ovf", '0', OVF_E_FORMAT, "OVF-TAR-006");
  one_more ("a.ovf/x", '0', OVF_E_FORMAT, "OVF-TAR-006");
  one_more ("b.ovf", '0', OVF_E_FORMAT, "OVF-PKG-001");
}

/* What two tar readers would understand in two ways. */
static void
test_two_meanings (void)
{
  static const char *const pax[] = {
    "9 size=9\n",                        /* the header says otherwise */
    "9 path=b\n9 path=c\n",              /* which? */
    "garbage",
    "99 path=b\n",
    "22 GNU.sparse.major=1\n",
    "21 hdrcharset=BINARY\n",
  };

  for (size_t i = 0; i < ARRAY_SIZE (pax); i++) {
    begin ();
    put_file ("a.ovf", "x");
    put_pax (pax[i]);
    put_file ("b", "12345");
    put_end ();
    refused (OVF_E_FORMAT, i == 0 ? "OVF-TAR-002" : "OVF-TAR-001");
  }
  begin ();
  put_file ("a.ovf", "x");
  put_header ("h", 9, 'g');
  put_padded ("9 path=b\n", 9);
  put_file ("b", "12345");
  put_end ();
  refused (OVF_E_FORMAT, "OVF-TAR-001");
}

static void
test_numbers (void)
{
  uint8_t h[TAR_UNIT] = { 0 };
  uint64_t n = 7;

  memcpy (h + 124, "00000000017", 12);
  CU_ASSERT (tar_size (h, &n) && n == 15);
  memcpy (h + 124, "777777777777", 12); /* no terminator */
  CU_ASSERT (tar_size (h, &n) && n == (UINT64_C (1) << 36) - 1);
  memcpy (h + 124, "            ", 12);
  CU_ASSERT (tar_size (h, &n) && n == 0);
  memcpy (h + 124, "0000000001x\0", 12);
  CU_ASSERT (!tar_size (h, &n));
  memcpy (h + 124, "-0000000001\0", 12);
  CU_ASSERT (!tar_size (h, &n));
  memcpy (h + 124, "\x80\0\0\0\0\0\0\2\0\0\0\1", 12);
  CU_ASSERT (tar_size (h, &n) && n == (UINT64_C (2) << 32) + 1);
  memset (h + 124, 0xff, 12); /* -1 */
  CU_ASSERT (!tar_size (h, &n));
  memcpy (h + 124, "\x80\0\0\0\x80\0\0\0\0\0\0\0", 12); /* 2^63 */
  CU_ASSERT (!tar_size (h, &n));
  memcpy (h + 124, "\x80\0\0\1\0\0\0\0\0\0\0\0", 12); /* 2^64 */
  CU_ASSERT (!tar_size (h, &n));
}

/* ---- hrefs ----------------------------------------------------------------- */
static void
test_hrefs (void)
{
  static const char *const bad[] = { "/etc/passwd", "../a", "a/../../b", "%2e%2e/a",
                                     "http://h/a", "file:///a", "", "a\\b", "a//b" };
  CLEANUP (package) struct package *p = NULL;
  struct blob *b;

  begin ();
  put_file ("a.ovf", "x");
  put_file ("my disk", "decoded");
  put_file ("50%25", "plain");
  put_end ();
  p = opened (NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (p);
  for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
    CLEANUP_ERROR struct ovf_error *err = NULL;
    CU_ASSERT (!package_href_check (p, bad[i], &err));
    CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_UNSAFE);
    CU_ASSERT_STRING_EQUAL (ovf_error_rule (err), "OVF-REF-003");
  }
  b = package_blob (p, "my%20disk", 0, BLOB_UNKNOWN, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (b);
  CU_ASSERT_EQUAL (blob_size (b), 7);
  blob_free (b);
  b = package_blob (p, "./50%25", 0, BLOB_UNKNOWN, NULL);
  CU_ASSERT_PTR_NOT_NULL (b);
  blob_free (b);
  CU_ASSERT_PTR_NULL (package_blob (p, "absent", 0, BLOB_UNKNOWN, NULL));
}

static void
put_chunks (void)
{
  begin ();
  put_file ("a.ovf", "x");
  put_file ("d.000000000", "0123");
  put_file ("d.000000001", "4567");
  put_file ("d.000000002", "89");
  put_file ("e", "");
  put_end ();
}

/* Chunk size and size of a disk, and whether they fit put_chunks (). */
static const struct chunk_case {
  uint64_t chunk, size;
  bool fits;
} chunk_cases[] = {
  { 4, 10, true },  { 4, BLOB_UNKNOWN, true }, { 4, 11, false }, { 4, 9, false },
  { 5, 10, false }, { 3, 10, false },          { 2, 10, false },
};

static bool
read_ten (struct package *p, struct blob *b)
{
  char buf[20] = "";
  bool ok = blob_read (b, buf, sizeof buf, NULL) == 10
            && strcmp (buf, "0123456789") == 0 && package_blob_done (p, b, NULL);

  blob_free (b);
  return ok;
}

static void
test_chunks (void)
{
  CLEANUP (package) struct package *p = NULL;

  put_chunks ();
  p = opened (NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (p);
  for (size_t i = 0; i < ARRAY_SIZE (chunk_cases); i++) {
    struct blob *b = package_blob (p, "d", chunk_cases[i].chunk, chunk_cases[i].size, NULL);
    CU_ASSERT_EQUAL (b != NULL, chunk_cases[i].fits);
    if (b != NULL)
      CU_ASSERT (read_ten (p, b));
  }
  CU_ASSERT_PTR_NULL (package_blob (p, "d", 0, 10, NULL)); /* no chunkSize */
}

/* ---- pipes ----------------------------------------------------------------- */
struct feeder {
  int fd;
  size_t step;
};

static void *
feed (void *opaque)
{
  const struct feeder *f = opaque;

  for (size_t at = 0; at < a.len; at += f->step)
    if (!file_write (f->fd, a.data + at, a.len - at < f->step ? a.len - at : f->step, NULL))
      break;
  close (f->fd);
  return NULL;
}

static pthread_t thread;
static struct feeder feeder;
static int saved_stdin = -1;

/* What is in `a` comes in pieces of `step` bytes. */
static struct package *
piped (size_t step, struct ovf_error **err)
{
  int fds[2];

  CU_ASSERT_FATAL (pipe (fds) == 0);
  feeder = (struct feeder){ fds[1], step };
  saved_stdin = dup (STDIN_FILENO);
  CU_ASSERT_FATAL (dup2 (fds[0], STDIN_FILENO) == STDIN_FILENO);
  close (fds[0]);
  CU_ASSERT_FATAL (pthread_create (&thread, NULL, feed, &feeder) == 0);
  ovf_report_free (report);
  report = ovf_report_new ();
  return package_open (ctx, "-", report, err);
}

static void
unpiped (struct package *p)
{
  package_free (p);
  dup2 (saved_stdin, STDIN_FILENO);
  close (saved_stdin);
  pthread_join (thread, NULL);
}

static void
test_pipe (void)
{
  static const size_t steps[] = { 1, 511, 513, 100000 };

  for (size_t i = 0; i < ARRAY_SIZE (steps); i++) {
    struct package *p;
    begin ();
    put_file ("a.mf", "early");
    put_file ("a.ovf", "text");
    put_file ("skipped", "nobody wants this");
    put_file ("d1", "first");
    put_pax ("11 path=d2\n");
    put_file ("short", "");
    put_file ("a.cert", "late");
    put_end ();
    p = piped (steps[i], NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL (p);
    CU_ASSERT_EQUAL (package_form (p), PACKAGE_PIPE);
    CU_ASSERT_STRING_EQUAL (package_manifest_name (p), "a.mf");
    CU_ASSERT_STRING_EQUAL (package_next (p, NULL), "skipped");
    package_tap (p, DIGEST_SHA256);
    holds (p, "d1", "first");
    holds (p, "d2", "");
    CU_ASSERT (package_settle (p, NULL));
    CU_ASSERT_STRING_EQUAL (package_certificate_name (p), "a.cert");
    CU_ASSERT_STRING_EQUAL (
      package_digest (p, "d1", DIGEST_SHA256),
      "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e");
    unpiped (p);
  }
}

static void
test_pipe_chunks (void)
{
  for (size_t i = 0; i < ARRAY_SIZE (chunk_cases); i++) {
    struct package *p;
    struct blob *b;
    put_chunks ();
    p = piped (1000, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL (p);
    b = package_blob (p, "d", chunk_cases[i].chunk, chunk_cases[i].size, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL (b);
    CU_ASSERT_EQUAL (read_ten (p, b), chunk_cases[i].fits);
    if (chunk_cases[i].fits)
      holds (p, "e", "");
    unpiped (p);
  }
}

static void
test_pipe_order (void)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct package *p;
  char d1[] = "d1", d2[] = "d2";
  strings used = { (char *[]){ d1, d2 }, 2, 0 };

  begin ();
  put_file ("d1", "x");
  put_file ("a.ovf", "x");
  put_end ();
  p = piped (512, &err);
  CU_ASSERT_PTR_NULL (p);
  CU_ASSERT_STRING_EQUAL (ovf_error_rule (err), "OVF-TAR-004");
  CU_ASSERT_PTR_NOT_NULL (ovf_error_hint (err));
  unpiped (p);

  begin ();
  put_file ("a.ovf", "x");
  put_file ("d1", "x");
  put_file ("d2", "x");
  put_end ();
  p = piped (512, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (p);
  CU_ASSERT (package_trust (p, &(struct trust_policy){ .verify = true }, &used, report, NULL));
  CU_ASSERT_PTR_NULL (package_member (p, "d2", NULL)); /* d1 would be lost */
  holds (p, "d1", "x");
  CU_ASSERT_PTR_NULL (package_member (p, "d1", NULL)); /* gone */
  unpiped (p);
}

static void
test_pipe_cut (void)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct package *p;

  begin ();
  put_file ("a.ovf", "x");
  put_file ("d1", "0123456789");
  a.len -= TAR_UNIT - 9;
  p = piped (700, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (p);
  CU_ASSERT (!package_settle (p, &err));
  CU_ASSERT_STRING_EQUAL (ovf_error_rule (err), "OVF-TAR-009");
  unpiped (p);
}

/* ---- before and after -------------------------------------------------------- */
static void
test_begin (void)
{
  int fd = mkstemp (path);

  CU_ASSERT_FATAL (fd >= 0);
  close (fd);
  ctx = ovf_ctx_new ();
}

static void
test_end (void)
{
  CU_ASSERT_EQUAL (unlink (path), 0);
  ovf_report_free (report);
  ovf_ctx_free (ctx);
  free (a.data);
}

TAP_MAIN ("package", { "begin", test_begin }, { "offsets", test_offsets },
          { "ends", test_ends }, { "cut", test_cut },
          { "refused entries", test_refused_entries },
          { "two meanings", test_two_meanings }, { "numbers", test_numbers },
          { "hrefs", test_hrefs }, { "chunks", test_chunks }, { "pipe", test_pipe },
          { "pipe: chunks", test_pipe_chunks }, { "pipe: order", test_pipe_order },
          { "pipe: cut", test_pipe_cut }, { "end", test_end })

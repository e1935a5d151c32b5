/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blobs: spans, chunks, streams and gzip; the bytes handed out are the bytes
 * hashed. */
#include "base/alloc.h"
#include "base/blob.h"
#include "base/file.h"

#include <unistd.h>
#include <zlib.h>

#include "tap.h"

/* An anonymous file that holds these bytes. */
static int
file_of (const void *p, size_t n)
{
  FILE *f = tmpfile ();
  int fd = dup (fileno (f));

  fclose (f);
  if (write (fd, p, n) != (ssize_t)n)
    abort ();
  return fd;
}

static void
test_digests (void)
{
  char hex[DIGEST_HEX];
  struct digest *d = digest_new (DIGEST_SHA1 | DIGEST_SHA256);

  digest_update (d, "ab", 2);
  digest_update (d, "c", 1);
  /* FIPS 180-4, the one-block message. */
  digest_hex (d, DIGEST_SHA1, hex);
  CU_ASSERT_STRING_EQUAL (hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
  digest_hex (d, DIGEST_SHA256, hex);
  CU_ASSERT_STRING_EQUAL (
    hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  digest_free (d);
  digest_of (DIGEST_SHA512, "", 0, hex);
  CU_ASSERT_EQUAL (strlen (hex), 128);
  CU_ASSERT_EQUAL (strncmp (hex, "cf83e1357eefb8bd", 16), 0);
}

static void
test_digest_names (void)
{
  CU_ASSERT_EQUAL (digest_by_name ("SHA256"), DIGEST_SHA256);
  CU_ASSERT_EQUAL (digest_by_name ("sha-1"), DIGEST_SHA1);
  CU_ASSERT_EQUAL (digest_by_name ("SHA2-512"), DIGEST_SHA512);
  CU_ASSERT_EQUAL (digest_by_name ("MD5"), DIGEST_NONE);
  CU_ASSERT_EQUAL (digest_by_name (""), DIGEST_NONE);
  CU_ASSERT_EQUAL (digest_by_name ("SHA256SHA256SHA256"), DIGEST_NONE);
  CU_ASSERT_EQUAL (digest_size (DIGEST_SHA384), 48);
  CU_ASSERT_STRING_EQUAL (digest_label (DIGEST_SHA256), "SHA256");
}

static void
test_span (void)
{
  CLEANUP_FD int fd = file_of ("0123456789", 10);
  struct blob *b = blob_new_span ("x", fd, 2, 5);
  char buf[16] = { 0 }, hex[DIGEST_HEX], want[DIGEST_HEX];

  blob_tap (b, DIGEST_SHA256);
  CU_ASSERT_EQUAL (blob_size (b), 5);
  CU_ASSERT_TRUE (blob_pread (b, buf, 2, 3, NULL));
  CU_ASSERT_EQUAL (memcmp (buf, "56", 2), 0);
  CU_ASSERT_EQUAL (blob_read (b, buf, 3, NULL), 3);
  CU_ASSERT_EQUAL (blob_tell (b), 3);
  CU_ASSERT_EQUAL (blob_read (b, buf + 3, 13, NULL), 2);
  CU_ASSERT_EQUAL (memcmp (buf, "23456", 5), 0);
  CU_ASSERT_EQUAL (blob_read (b, buf, 1, NULL), 0);
  /* The random read was not hashed a second time. */
  CU_ASSERT_TRUE (blob_segment_digest (b, 0, DIGEST_SHA256, hex));
  digest_of (DIGEST_SHA256, "23456", 5, want);
  CU_ASSERT_STRING_EQUAL (hex, want);
  CU_ASSERT_FALSE (blob_segment_digest (b, 0, DIGEST_SHA512, hex));
  blob_free (b);
}

static void
test_outside (void)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP_FD int fd = file_of ("0123456789", 10);
  struct blob *b = blob_new_span ("x", fd, 2, 5);
  char buf[16];

  CU_ASSERT_FALSE (blob_pread (b, buf, 3, 3, NULL));
  CU_ASSERT_FALSE (blob_pread (b, buf, 1, UINT64_MAX - 1, NULL));
  CU_ASSERT_FALSE (blob_read_exact (b, buf, 6, &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_FORMAT);
  blob_free (b);
}

/* A file that is shorter than its directory says. */
static void
test_truncated (void)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP_FD int fd = file_of ("0123", 4);
  struct blob *b = blob_new_span ("x", fd, 2, 5);
  struct ovf_ctx *ctx = ovf_ctx_new ();

  CU_ASSERT_FALSE (blob_drain (ctx, b, &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_FORMAT);
  blob_free (b);
  ovf_ctx_free (ctx);
}

static void
test_chunks (void)
{
  CLEANUP_FD int fd = file_of ("0123456789", 10);
  struct blob *b = blob_new_span ("x.000", fd, 5, 5);
  char buf[11] = { 0 }, hex[DIGEST_HEX], want[DIGEST_HEX];

  blob_append_stored (b, "x.001", store_of_fd (fd), 0, 5);
  blob_tap (b, DIGEST_SHA1);
  CU_ASSERT_EQUAL (blob_size (b), 10);
  CU_ASSERT_EQUAL (blob_segments (b), 2);
  CU_ASSERT_STRING_EQUAL (blob_segment_name (b, 1), "x.001");
  CU_ASSERT_TRUE (blob_pread (b, buf, 4, 3, NULL));
  CU_ASSERT_EQUAL (memcmp (buf, "8901", 4), 0);
  CU_ASSERT_TRUE (blob_read_exact (b, buf, 10, NULL));
  CU_ASSERT_STRING_EQUAL (buf, "5678901234");
  CU_ASSERT_TRUE (blob_segment_digest (b, 1, DIGEST_SHA1, hex));
  digest_of (DIGEST_SHA1, "01234", 5, want);
  CU_ASSERT_STRING_EQUAL (hex, want);
  blob_free (b);
}

static ssize_t
two_bytes (void *opaque, void *buf, size_t n, struct ovf_error **err)
{
  const char **p = opaque;
  size_t k = strlen (*p) < 2 ? strlen (*p) : 2;

  (void)err;
  k = k < n ? k : n;
  memcpy (buf, *p, k);
  *p += k;
  return (ssize_t)k;
}

static void
test_stream (void)
{
  const char *text = "abcdefg", *again = "abc";
  struct blob *b = blob_new_stream ("s", BLOB_UNKNOWN, two_bytes, &text);
  char buf[8] = { 0 };

  CU_ASSERT_FALSE (blob_is_seekable (b));
  CU_ASSERT_EQUAL (blob_size (b), BLOB_UNKNOWN);
  CU_ASSERT_EQUAL (blob_read (b, buf, 5, NULL), 5);
  CU_ASSERT_EQUAL (blob_read (b, buf + 5, 3, NULL), 2);
  CU_ASSERT_STRING_EQUAL (buf, "abcdefg");
  CU_ASSERT_FALSE (blob_pread (b, buf, 1, 0, NULL));
  blob_free (b);
  /* Fewer bytes than were promised. */
  b = blob_new_stream ("s", 9, two_bytes, &again);
  CU_ASSERT_FALSE (blob_read_exact (b, buf, 8, NULL));
  blob_free (b);
}

static size_t
gzip_of (const void *p, size_t n, uint8_t *out, size_t room)
{
  z_stream z = { .next_in = (void *)(uintptr_t)p, .avail_in = (uInt)n,
                 .next_out = out, .avail_out = (uInt)room };

  if (deflateInit2 (&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK
      || deflate (&z, Z_FINISH) != Z_STREAM_END)
    abort ();
  n = z.total_out;
  deflateEnd (&z);
  return n;
}

/* Inflates n bytes of gzip; the code of the failure, or 0. */
static unsigned
inflate_code (const void *p, size_t n, uint64_t max, uint64_t *ret_out)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP_FD int fd = file_of (p, n);
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct blob *inner = blob_new_span ("x.gz", fd, 0, n);
  struct blob *b = blob_new_gunzip (inner, max);
  bool ok = blob_drain (ctx, b, &err);

  *ret_out = blob_tell (b);
  blob_free (b);
  blob_free (inner);
  ovf_ctx_free (ctx);
  return ok ? 0 : ovf_error_code (err);
}

static void
test_gzip (void)
{
  static uint8_t zeros[1 << 20], z[1 << 14];
  size_t n = gzip_of (zeros, sizeof zeros, z, sizeof z);
  uint64_t out;

  CU_ASSERT_EQUAL (inflate_code (z, n, sizeof zeros, &out), 0);
  CU_ASSERT_EQUAL (out, sizeof zeros);
  /* A second member joins on (RFC 1952, 2.2). */
  CU_ASSERT (n + gzip_of ("more", 4, z + n, sizeof z - n) <= sizeof z);
  n += gzip_of ("more", 4, z + n, sizeof z - n);
  CU_ASSERT_EQUAL (inflate_code (z, n, 2 * sizeof zeros, &out), 0);
  CU_ASSERT_EQUAL (out, sizeof zeros + 4);
}

static void
test_gzip_damage (void)
{
  static uint8_t zeros[1 << 20], z[1 << 14];
  size_t n = gzip_of (zeros, sizeof zeros, z, sizeof z);
  uint64_t out;

  CU_ASSERT_EQUAL (inflate_code (z, n, sizeof zeros - 1, &out), OVF_E_LIMIT);
  CU_ASSERT_EQUAL (inflate_code (z, n - 1, sizeof zeros, &out), OVF_E_FORMAT);
  CU_ASSERT_EQUAL (inflate_code (z, 0, 10, &out), OVF_E_FORMAT);
  z[n] = 'x';
  CU_ASSERT_EQUAL (inflate_code (z, n + 1, sizeof zeros, &out), OVF_E_FORMAT);
  z[n - 5] ^= 1; /* CRC */
  CU_ASSERT_EQUAL (inflate_code (z, n, sizeof zeros, &out), OVF_E_FORMAT);
}

static void
test_holes (void)
{
  FILE *f = tmpfile ();
  uint64_t offset = 0, length = 0;
  struct blob *b;

  if (ftruncate (fileno (f), 1 << 20) != 0
      || pwrite (fileno (f), "data", 4, 512 << 10) != 4)
    abort ();
  b = blob_new_span ("sparse", fileno (f), 4096, (1 << 20) - 4096);
  CU_ASSERT_TRUE (blob_next_data (b, &offset, &length, NULL));
  /* Without SEEK_DATA everything is data: still right. */
  CU_ASSERT (offset + 4096 <= 512 << 10);
  CU_ASSERT (offset + 4096 + length > 512 << 10);
  offset = (1 << 20) - 4096;
  CU_ASSERT_TRUE (blob_next_data (b, &offset, &length, NULL));
  CU_ASSERT_EQUAL (length, 0);
  blob_free (b);
  fclose (f);
}

TAP_MAIN ("blob", { "digests", test_digests },
          { "names of digests", test_digest_names }, { "a span", test_span },
          { "reads outside a span", test_outside },
          { "a file that ends early", test_truncated },
          { "chunks", test_chunks }, { "a stream", test_stream },
          { "gzip", test_gzip }, { "damaged gzip", test_gzip_damage },
          { "holes", test_holes })

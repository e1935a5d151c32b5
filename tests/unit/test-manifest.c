/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Manifests: every spelling that producers use, and nothing else. */
#include "package/manifest.h"

#include "tap.h"

#define HEX40 "0123456789abcdef0123456789abcdef01234567"
#define HEX64 HEX40 "89abcdef0123456789abcdef"
#define HEX128 HEX64 HEX64

static struct ovf_ctx *ctx;
static struct manifest m;

/* The code of the error, or 0; the manifest is in m. */
static int
parse_n (const char *text, size_t n, unsigned *ret_line)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;

  manifest_done (&m);
  if (ctx == NULL)
    ctx = ovf_ctx_new ();
  if (manifest_parse (ctx, "x.mf", text, n, &m, &err))
    return 0;
  if (ret_line != NULL)
    *ret_line = ovf_error_line (err);
  return (int)ovf_error_code (err);
}

static int
parse (const char *text)
{
  return parse_n (text, strlen (text), NULL);
}

static void
test_spellings (void)
{
  static const char *const good[] = {
    "SHA256(a.vmdk)= " HEX64 "\n",
    "SHA256(a.vmdk)= " HEX64,
    "SHA256(a.vmdk)= " HEX64 "\r\n",
    "SHA256(a.vmdk)= " HEX64 "\r",
    "SHA256(a.vmdk)=" HEX64 "\n",
    "  SHA256 (a.vmdk) = " HEX64 "  \n",
    "\tSHA256\t(a.vmdk)\t=\t" HEX64 "\t\n",
    "sha256(a.vmdk)= " HEX64 "\n",
    "SHA-256(a.vmdk)= " HEX64 "\n",
    "SHA2-256(a.vmdk)= " HEX64 "\n",
    "SHA256(./a.vmdk)= " HEX64 "\n",
    "\n\n  \nSHA256(a.vmdk)= " HEX64 "\n          \n\n",
  };

  for (size_t i = 0; i < ARRAY_SIZE (good); i++) {
    const struct manifest_entry *e;
    CU_ASSERT_EQUAL (parse (good[i]), 0);
    CU_ASSERT_PTR_NULL (m.flaw);
    CU_ASSERT_EQUAL (m.entries.len, 1);
    e = manifest_find (&m, "a.vmdk");
    CU_ASSERT_PTR_NOT_NULL_FATAL (e);
    CU_ASSERT_EQUAL (e->alg, DIGEST_SHA256);
    CU_ASSERT_STRING_EQUAL (e->hex, HEX64);
  }
}

static void
test_algorithms (void)
{
  CU_ASSERT_EQUAL (parse ("SHA1(a)= " HEX40 "\nSHA512(b)= " HEX128 "\n"), 0);
  CU_ASSERT_PTR_NULL (m.flaw);
  CU_ASSERT_EQUAL (m.weakest, DIGEST_SHA1);
  CU_ASSERT_EQUAL (m.algorithms, DIGEST_SHA1 | DIGEST_SHA512);
  CU_ASSERT_EQUAL (manifest_find (&m, "b")->line, 2);
}

static void
test_upper_case (void)
{
  CU_ASSERT_EQUAL (parse ("SHA1(A)= ABCDEF6789ABCDEF0123456789ABCDEF01234567"), 0);
  CU_ASSERT_STRING_EQUAL (m.entries.ptr[0].hex, "abcdef6789abcdef0123456789abcdef01234567");
  CU_ASSERT_PTR_NULL (manifest_find (&m, "a"));
}

/* A name may hold what the syntax is made of. */
static void
test_names (void)
{
  CU_ASSERT_EQUAL (parse ("SHA1(a)= (b).vmdk)= " HEX40 "\nSHA1( c )= " HEX40 "\n"), 0);
  CU_ASSERT_PTR_NOT_NULL (manifest_find (&m, "a)= (b).vmdk"));
  CU_ASSERT_PTR_NOT_NULL (manifest_find (&m, " c "));
  CU_ASSERT_PTR_NULL (manifest_find (&m, "c"));
}

static void
test_syntax (void)
{
  static const char *const bad[] = {
    "hello",
    "SHA256(a)= ",
    "SHA256(a)= xyz",
    "SHA256(a)= " HEX64 " x",
    "SHA256(a) " HEX64,
    "SHA256 a = " HEX64,
    "SHA256()= " HEX64,
    "(a)= " HEX64,
    "SHA 256(a)= " HEX64,
    "# SHA256(a)= " HEX64,
    HEX64 "  a",
    "\xef\xbb\xbfSHA256(a)= " HEX64,
    "SHA256(a= " HEX64,
    "=",
    ")=0",
  };

  for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
    unsigned line = 0;
    CLEANUP_FREE char *text = xasprintf ("SHA1(ok)= " HEX40 "\r\n\n%s\n", bad[i]);
    CU_ASSERT_EQUAL (parse_n (text, strlen (text), &line), OVF_E_FORMAT);
    CU_ASSERT_EQUAL (line, 3);
  }
  CU_ASSERT_EQUAL (parse_n ("SHA1(a)= " HEX40 "\n\0", 51, NULL), OVF_E_FORMAT);
}

static void
flawed (const char *text, unsigned line)
{
  CU_ASSERT_EQUAL (parse (text), 0);
  CU_ASSERT_PTR_NOT_NULL (m.flaw);
  CU_ASSERT_EQUAL (m.flaw_line, line);
}

static void
test_flaws (void)
{
  flawed ("MD5(a)= 0123456789abcdef0123456789abcdef\n", 1);
  flawed ("SHA1(a)= " HEX40 "\nFOO(b)= 00\n", 2);
  flawed ("SHA256(a)= " HEX40 "\n", 1);
  flawed ("SHA1(a)= " HEX64 "\n", 1);
  flawed ("SHA224(a)= " HEX40 "0123456789abcdef\n", 1);
  flawed ("SHA3-256(a)= " HEX64 "\n", 1);
  flawed ("SHA1(a)= " HEX40 "\nSHA1(b)= " HEX40 "\nSHA1(a)= " HEX40 "\n", 3);
  flawed ("SHA1(a)= " HEX40 "\nSHA1(./a)= " HEX40 "\n", 2);
  /* The first of several is the one that is told. */
  flawed ("SHA1(a)= 00\nMD5(b)= 00\nSHA1(a)= " HEX40 "\n", 1);
}

static void
test_empty (void)
{
  CU_ASSERT_EQUAL (parse (""), 0);
  CU_ASSERT_EQUAL (m.entries.len, 0);
  CU_ASSERT_EQUAL (parse ("     \n\r\n   "), 0);
  CU_ASSERT_EQUAL (m.entries.len, 0);
  CU_ASSERT_PTR_NULL (manifest_find (&m, "a"));
}

static void
test_limit (void)
{
  CU_ASSERT (ovf_ctx_set_limit (ctx, "members", 2, NULL));
  CU_ASSERT_EQUAL (parse ("SHA1(a)= " HEX40 "\nSHA1(b)= " HEX40 "\n"), 0);
  CU_ASSERT_EQUAL (parse ("SHA1(a)= " HEX40 "\nSHA1(b)= " HEX40 "\nSHA1(c)= " HEX40),
                   OVF_E_LIMIT);
  manifest_done (&m);
  ovf_ctx_free (ctx);
  ctx = NULL;
}

TAP_MAIN ("manifest", { "spellings", test_spellings },
          { "algorithms", test_algorithms }, { "upper case", test_upper_case },
          { "names", test_names }, { "syntax", test_syntax },
          { "flaws", test_flaws }, { "empty", test_empty }, { "limit", test_limit })

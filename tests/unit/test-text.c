/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers, sizes, units and names from untrusted text. */
#include "base/alloc.h"
#include "base/text.h"

#include "tap.h"

static void
test_numbers (void)
{
  static const struct { const char *text; bool good; uint64_t value; } rows[] = {
    { "0", true, 0 }, { " 42\n", true, 42 }, { "+7", true, 7 },
    { "007", true, 7 }, { "18446744073709551615", true, UINT64_MAX },
    { "18446744073709551616", false, 0 }, { "99999999999999999999", false, 0 },
    { "", false, 0 }, { " ", false, 0 }, { "-1", false, 0 }, { "+", false, 0 },
    { "1 2", false, 0 }, { "0x10", false, 0 }, { "1e3", false, 0 },
    { "1.0", false, 0 }, { "12a", false, 0 }, { "\xd9\xa1", false, 0 },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    uint64_t v = 77;
    bool good = parse_u64 (rows[i].text, 0, UINT64_MAX, &v);
    if (good != rows[i].good || v != (good ? rows[i].value : 77)) {
      CU_FAIL ("parse_u64");
      printf ("# for '%s'\n", rows[i].text);
    }
  }
  CU_ASSERT_FALSE (parse_u64 (NULL, 0, 9, &(uint64_t){ 0 }));
}

static void
test_ranges (void)
{
  uint64_t v = 5;
  unsigned u = 5;

  CU_ASSERT_TRUE (parse_u64 ("3", 3, 3, &v));
  CU_ASSERT_FALSE (parse_u64 ("2", 3, 9, &v));
  CU_ASSERT_FALSE (parse_u64 ("10", 3, 9, &v));
  CU_ASSERT_EQUAL (v, 3);
  CU_ASSERT_FALSE (parse_unsigned ("4294967296", 0, UINT32_MAX, &u));
  CU_ASSERT_TRUE (parse_unsigned ("4294967295", 0, UINT32_MAX, &u));
  CU_ASSERT_EQUAL (u, UINT32_MAX);
}

static void
test_sizes (void)
{
  static const struct { const char *text; bool good; uint64_t value; } rows[] = {
    { "512", true, 512 }, { "64K", true, 65536 }, { "64k", true, 65536 },
    { "20G", true, UINT64_C (20) << 30 }, { "1MiB", true, 1 << 20 },
    { "1MB", true, 1 << 20 }, { "2T", true, UINT64_C (2) << 40 },
    { "1P", true, UINT64_C (1) << 50 }, { "10B", true, 10 },
    { "16383P", true, UINT64_C (16383) << 50 }, { "16384P", false, 0 },
    { "18014398509481984K", false, 0 }, { "", false, 0 }, { "K", false, 0 },
    { "1X", false, 0 }, { "1KK", false, 0 }, { "1.5G", false, 0 },
    { "-1G", false, 0 }, { "1Gib2", false, 0 },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    uint64_t v = 77;
    bool good = parse_size (rows[i].text, &v);
    if (good != rows[i].good || v != (good ? rows[i].value : 77)) {
      CU_FAIL ("parse_size");
      printf ("# for '%s'\n", rows[i].text);
    }
  }
}

static void
test_booleans (void)
{
  bool b = false;

  CU_ASSERT_TRUE (parse_bool (" TRUE ", &b) && b);
  CU_ASSERT_TRUE (parse_bool ("off", &b) && !b);
  CU_ASSERT_TRUE (parse_bool ("1", &b) && b);
  CU_ASSERT_FALSE (parse_bool ("2", &b));
  CU_ASSERT_FALSE (parse_bool ("", &b));
  CU_ASSERT_FALSE (parse_bool (NULL, &b));
}

/* DSP0004 C.1, and the spellings that real producers write. */
static void
test_units (void)
{
  static const struct {
    const char *text, *base;
    bool good, standard;
    uint64_t factor;
  } rows[] = {
    { NULL, "byte", true, true, 1 }, { "", "byte", true, true, 1 },
    { "byte", "byte", true, true, 1 },
    { "byte * 2^20", "byte", true, true, 1 << 20 },
    { "byte*2^30", "byte", true, true, 1 << 30 },
    { " byte  *  1024 ", "byte", true, true, 1024 },
    { "byte * 10^9", "byte", true, true, 1000000000 },
    { "hertz * 10^6", "hertz", true, true, 1000000 },
    { "MegaBytes", "byte", true, false, 1 << 20 },
    { "GB", "byte", true, false, 1 << 30 }, { "KB", "byte", true, false, 1024 },
    { "byte*1024*1024", "byte", true, false, 1 << 20 },
    { "bytes * 2^20", "byte", true, false, 1 << 20 },
    { "MHz", "hertz", true, false, 1000000 },
    { "byte * 2^64", "byte", false, false, 0 },
    { "byte * 2^63 * 4", "byte", false, false, 0 },
    { "byte * 10^999999999999", "byte", false, false, 0 },
    { "byte * -1", "byte", false, false, 0 }, { "byte *", "byte", false, false, 0 },
    { "byte / 2", "byte", false, false, 0 }, { "furlong", "byte", false, false, 0 },
    { "hertz * 10^6", "byte", false, false, 0 }, { "by", "byte", false, false, 0 },
    { "MHz", "byte", false, false, 0 },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    uint64_t factor = 0;
    bool standard = false;
    bool good = parse_units (rows[i].text, rows[i].base, &factor, &standard);
    if (good != rows[i].good
        || (good && (factor != rows[i].factor || standard != rows[i].standard))) {
      CU_FAIL ("parse_units");
      printf ("# for '%s': factor %llu, standard %d\n",
              rows[i].text ? rows[i].text : "(null)",
              (unsigned long long)factor, standard);
    }
  }
}

static void
test_utf8 (void)
{
  static const struct { const char *text; bool good; } rows[] = {
    { "plain", true }, { "gr\xc3\xbc\xc3\x9f", true }, { "\xe2\x82\xac", true },
    { "\xf0\x9f\x98\x80", true }, { "\xf4\x8f\xbf\xbf", true },
    { "\xc0\x80", false }, { "\xc1\xbf", false }, { "\xe0\x9f\xbf", false },
    { "\xf0\x8f\xbf\xbf", false }, { "\xed\xa0\x80", false },
    { "\xf4\x90\x80\x80", false }, { "\xf5\x80\x80\x80", false },
    { "\x80", false }, { "\xe2\x82", false }, { "a\xff", false },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
    if (text_is_utf8 (rows[i].text, strlen (rows[i].text)) != rows[i].good) {
      CU_FAIL ("text_is_utf8");
      printf ("# row %zu\n", i);
    }
  CU_ASSERT_TRUE (text_is_utf8 ("", 0));
}

static void
test_trim_and_compare (void)
{
  CLEANUP_FREE char *s = text_trim ("\t a b \r\n");
  CLEANUP_FREE char *empty = text_trim (" \n ");

  CU_ASSERT_STRING_EQUAL (s, "a b");
  CU_ASSERT_STRING_EQUAL (empty, "");
  CU_ASSERT_TRUE (text_is_blank (" \t\r\n"));
  CU_ASSERT_FALSE (text_is_blank (" x"));
  CU_ASSERT_TRUE (text_equal_nocase ("SHA256", "sha256"));
  CU_ASSERT_FALSE (text_equal_nocase ("sha", "sha256"));
  CU_ASSERT_FALSE (text_equal_nocase ("sha", NULL));
  CU_ASSERT_TRUE (text_has_suffix ("A.OVA", ".ova"));
  CU_ASSERT_FALSE (text_has_suffix ("ova", ".ova"));
}

static void
test_glob (void)
{
  CU_ASSERT_TRUE (text_glob ("*", ""));
  CU_ASSERT_TRUE (text_glob ("VM *", "VM Network"));
  CU_ASSERT_TRUE (text_glob ("*net*", "my net 1"));
  CU_ASSERT_TRUE (text_glob ("a*b*c", "a-b-b-c"));
  CU_ASSERT_FALSE (text_glob ("a*b", "a-b-c"));
  CU_ASSERT_FALSE (text_glob ("", "x"));
  CU_ASSERT_TRUE (text_glob ("", ""));
  /* No special meaning but the star's. */
  CU_ASSERT_FALSE (text_glob ("a?c", "abc"));
  CU_ASSERT_FALSE (text_glob ("[ab]", "a"));
}

/* The rule of the command line for names of files made. */
static void
test_file_base (void)
{
  static const struct { const char *name, *base; } rows[] = {
    { "router", "router" }, { "My VM (1)", "My_VM__1_" }, { ".hidden", "_hidden" },
    { "-rf", "_rf" }, { "../../etc", "_._.._etc" }, { "a/b", "a_b" },
    { "", "vm" }, { NULL, "vm" }, { "\xc3\xbc", "__" }, { "a\nb", "a_b" },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    CLEANUP_FREE char *base = text_file_base (rows[i].name);
    if (strchr (base, '/') != NULL || *base == '.' || *base == '-')
      CU_FAIL ("unsafe name");
    if (i != 4) /* what matters of row 4 is that it is safe */
      CU_ASSERT_STRING_EQUAL (base, rows[i].base);
  }
  CLEANUP_FREE char *longer
    = text_file_base ("0123456789012345678901234567890123456789"
                      "0123456789012345678901234567890123456789");
  CU_ASSERT_EQUAL (strlen (longer), 64);
}

static void
test_mac (void)
{
  static const struct { const char *text, *mac; } rows[] = {
    { "52:54:00:AB:cd:01", "52:54:00:ab:cd:01" },
    { "52-54-00-ab-cd-01", "52:54:00:ab:cd:01" },
    { "080027ABCDEF", "08:00:27:ab:cd:ef" },
    { "52:54:00:ab:cd", NULL }, { "52:54:00:ab:cd:01:02", NULL },
    { "gg:54:00:ab:cd:01", NULL }, { "", NULL }, { "52:54:00:ab:cd:0", NULL },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    CLEANUP_FREE char *mac = text_mac (rows[i].text);
    if ((mac == NULL) != (rows[i].mac == NULL)
        || (mac != NULL && strcmp (mac, rows[i].mac) != 0)) {
      CU_FAIL ("text_mac");
      printf ("# for '%s': '%s'\n", rows[i].text, mac ? mac : "(null)");
    }
  }
}

static void
test_uuid (void)
{
  static const char want[] = "564d1234-5678-9abc-def0-123456789abc";
  static const char *const good[] = {
    "564D1234-5678-9ABC-DEF0-123456789ABC",
    "{564d1234-5678-9abc-def0-123456789abc}",
    "564d123456789abcdef0123456789abc",
    "56 4d 12 34 56 78 9a bc-de f0 12 34 56 78 9a bc",
  };
  static const char *const bad[] = {
    "", "564d1234", "564d1234-5678-9abc-def0-123456789abg",
    "564d1234-5678-9abc-def0-123456789abcd",
  };

  for (size_t i = 0; i < ARRAY_SIZE (good); i++) {
    CLEANUP_FREE char *uuid = text_uuid (good[i]);
    CU_ASSERT_PTR_NOT_NULL (uuid);
    if (uuid != NULL)
      CU_ASSERT_STRING_EQUAL (uuid, want);
  }
  for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
    CLEANUP_FREE char *uuid = text_uuid (bad[i]);
    CU_ASSERT_PTR_NULL (uuid);
  }
}

static void
test_hex_and_sizes_for_people (void)
{
  CLEANUP_FREE char *zero = text_human_size (0);
  CLEANUP_FREE char *size = text_human_size (UINT64_C (3) << 29);
  CLEANUP_FREE char *most = text_human_size (UINT64_MAX);
  char hex[9];

  text_hex ((const uint8_t *)"\x00\x7f\xa0\xff", 4, hex);
  CU_ASSERT_STRING_EQUAL (hex, "007fa0ff");
  CU_ASSERT_PTR_NOT_NULL (strstr (size, "1.5"));
  CU_ASSERT_PTR_NOT_NULL (strstr (size, "G"));
  CU_ASSERT (*zero == '0' && *most != '\0');
}

/* What a terminal must not see raw. */
static void
test_escape (void)
{
  static const struct { const char *raw, *shown; } rows[] = {
    { "plain text", "plain text" }, { "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
    { "a\nb", "a\\nb" }, { "\x1b[31m", "\\x1b[31m" },
    { "\x7f", "\\x7f" }, { "\xe2\x80\xae" "abc", "\\u202eabc" },
    { "\xe2\x81\xa6", "\\u2066" },
  };
  static const char *const unsafe[] = { "\xc2\x9b" "31m", "\xff\xfe", "\xe2\x80",
                                        "\r", "\xe2\x80\x8f", "\a" };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    CLEANUP_FREE char *s = ovf_escape (rows[i].raw);
    CU_ASSERT_STRING_EQUAL (s, rows[i].shown);
  }
  for (size_t i = 0; i < ARRAY_SIZE (unsafe); i++) {
    CLEANUP_FREE char *s = ovf_escape (unsafe[i]);
    CU_ASSERT_PTR_NULL (strstr (s, unsafe[i]));
    CU_ASSERT_TRUE (text_is_utf8 (s, strlen (s)));
  }
}

TAP_MAIN ("text", { "decimal numbers", test_numbers },
          { "ranges", test_ranges }, { "sizes", test_sizes },
          { "booleans", test_booleans }, { "units", test_units },
          { "UTF-8", test_utf8 }, { "trim and compare", test_trim_and_compare },
          { "glob", test_glob }, { "names of files made", test_file_base },
          { "MAC addresses", test_mac }, { "UUIDs", test_uuid },
          { "hex and sizes for people", test_hex_and_sizes_for_people },
          { "escapes for a terminal", test_escape })

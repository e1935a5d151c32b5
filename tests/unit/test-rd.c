/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bounded reader: order of bytes, and failure that sticks. */
#include "base/rd.h"

#include "tap.h"

static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static void
test_little_endian (void)
{
  struct rd r = rd_of (bytes, sizeof bytes);

  CU_ASSERT_EQUAL (rd_le8 (&r), 1);
  CU_ASSERT_EQUAL (rd_le64 (&r), UINT64_C (0x0908070605040302));
  CU_ASSERT_FALSE (r.failed);
  CU_ASSERT_EQUAL (r.left, 0);
}

static void
test_big_endian (void)
{
  struct rd r = rd_of (bytes, sizeof bytes);

  CU_ASSERT_EQUAL (rd_be16 (&r), 0x0102);
  CU_ASSERT_EQUAL (rd_be32 (&r), 0x03040506);
  rd_skip (&r, 2);
  CU_ASSERT_EQUAL (rd_be8 (&r), 9);
  CU_ASSERT_FALSE (r.failed);
}

static void
test_past_the_end (void)
{
  struct rd r = rd_of (bytes, 3);
  uint8_t out[4] = { 0xff, 0xff, 0xff, 0xff };

  CU_ASSERT_EQUAL (rd_le32 (&r), 0);
  CU_ASSERT_TRUE (r.failed);
  /* Sticks, although three bytes are still there. */
  CU_ASSERT_EQUAL (rd_le8 (&r), 0);
  CU_ASSERT_FALSE (rd_bytes (&r, out, sizeof out));
  CU_ASSERT_EQUAL (out[0] | out[3], 0);
}

static void
test_skip_past_the_end (void)
{
  struct rd r = rd_of (bytes, 3);

  rd_skip (&r, SIZE_MAX);
  CU_ASSERT_TRUE (r.failed);
}

static void
test_put (void)
{
  uint8_t b[8] = { 0 };

  put_le (b, UINT64_C (0x1122334455667788), 8);
  CU_ASSERT_EQUAL (b[0], 0x88);
  CU_ASSERT_EQUAL (b[7], 0x11);
  put_be (b, 0xabcd, 2);
  CU_ASSERT_EQUAL (b[0], 0xab);
  CU_ASSERT_EQUAL (b[1], 0xcd);
  CU_ASSERT_EQUAL (b[2], 0x66);
}

TAP_MAIN ("rd", { "little endian", test_little_endian },
          { "big endian", test_big_endian },
          { "reads past the end", test_past_the_end },
          { "skips past the end", test_skip_past_the_end },
          { "writing", test_put })

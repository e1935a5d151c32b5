/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Error objects: set once, placed, prefixed, moved. */
#include "base/alloc.h"
#include "base/error.h"

#include <errno.h>

#include "tap.h"

static void
test_first_wins (void)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;

  CU_ASSERT_FALSE (error_set (&err, OVF_E_LIMIT, "first %d", 1));
  CU_ASSERT_FALSE (error_set (&err, OVF_E_IO, "second"));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_LIMIT);
  CU_ASSERT_STRING_EQUAL (ovf_error_message (err), "first 1");
}

static void
test_null_is_ignored (void)
{
  CU_ASSERT_FALSE (error_set (NULL, OVF_E_IO, "x"));
  CU_ASSERT_FALSE (error_errno (NULL, ENOENT, "x"));
  CU_ASSERT_FALSE (error_at (NULL, OVF_E_FORMAT, "R", "f", 1, "x"));
  CU_ASSERT_FALSE (error_prefix (NULL, "x"));
  CU_ASSERT_FALSE (error_hint (NULL, "x"));
  ovf_error_free (NULL);
}

static void
test_errno (void)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;

  error_errno (&err, ENOENT, "cannot open '%s'", "a");
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_IO);
  CU_ASSERT_EQUAL (ovf_error_errno (err), ENOENT);
  CU_ASSERT_PTR_NOT_NULL (strstr (ovf_error_message (err), "cannot open 'a': "));
}

static void
test_place (void)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;

  error_set (&err, OVF_E_FORMAT, "bad");
  error_place (&err, "RULE-1", "a.ovf", 7);
  /* The place nearest to the failure stays. */
  error_place (&err, "RULE-2", "b.ovf", 9);
  CU_ASSERT_STRING_EQUAL (ovf_error_rule (err), "RULE-1");
  CU_ASSERT_STRING_EQUAL (ovf_error_file (err), "a.ovf");
  CU_ASSERT_EQUAL (ovf_error_line (err), 7);
}

static void
test_prefix_and_hint (void)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;

  error_set (&err, OVF_E_IO, "inner");
  error_prefix (&err, "'%s'", "disk");
  error_hint (&err, "one");
  error_hint (&err, "%s", "two");
  CU_ASSERT_STRING_EQUAL (ovf_error_message (err), "'disk': inner");
  CU_ASSERT_STRING_EQUAL (ovf_error_hint (err), "two");
}

static void
test_move (void)
{
  CLEANUP_ERROR struct ovf_error *a = NULL;
  struct ovf_error *b = NULL, *c = NULL;

  error_set (&b, OVF_E_IO, "b");
  error_move (&a, &b);
  CU_ASSERT_PTR_NULL (b);
  error_set (&c, OVF_E_LIMIT, "c");
  error_move (&a, &c);
  CU_ASSERT_PTR_NULL (c);
  CU_ASSERT_STRING_EQUAL (ovf_error_message (a), "b");
  error_set (&b, OVF_E_IO, "gone");
  error_move (NULL, &b);
  CU_ASSERT_PTR_NULL (b);
}

TAP_MAIN ("error", { "the first error wins", test_first_wins },
          { "no error object wanted", test_null_is_ignored },
          { "errno", test_errno }, { "file, line and rule", test_place },
          { "prefix and hint", test_prefix_and_hint }, { "move", test_move })

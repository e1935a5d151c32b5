/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The data folder: a program in its build tree finds the tree's. */
#include "tap.h"

#include <unistd.h>

#include "base/alloc.h"
#include "base/data.h"

static void
test_in_place (void)
{
  CLEANUP_FREE char *path = data_path ("ovftool-json-1.schema.json");

  CU_ASSERT_EQUAL (path[0], '/');
  CU_ASSERT_EQUAL (access (path, R_OK), 0);
}

static void
test_absent (void)
{
  CLEANUP_FREE char *path = data_path ("no-such-file");

  CU_ASSERT_EQUAL (path[0], '/');
  CU_ASSERT_NOT_EQUAL (access (path, F_OK), 0);
}

TAP_MAIN ("data", { "a file of the tree's own folder", test_in_place },
          { "a file that is not there still gets a path", test_absent })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The main () of a unit test: runs CUnit tests and prints one line of TAP a
 * test, each failed assertion below it as a diagnostic.
 *
 *   TAP_MAIN ("text", { "sizes", test_sizes }, { "units", test_units })
 */
#ifndef OVF_TESTS_TAP_H
#define OVF_TESTS_TAP_H

#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct tap_test {
  const char *name;
  CU_TestFunc run;
};

static unsigned tap_number;

static inline void
tap_complete (const CU_pTest test, const CU_pSuite suite,
              const CU_pFailureRecord failures)
{
  printf ("%sok %u - %s: %s\n", failures ? "not " : "", ++tap_number,
          suite->pName, test->pName);
  for (CU_pFailureRecord f = failures; f != NULL; f = f->pNext)
    printf ("# %s:%u: %s\n", f->strFileName ? f->strFileName : "?",
            f->uiLineNumber, f->strCondition ? f->strCondition : "?");
}

static inline int
tap_run (const char *suite_name, const struct tap_test *tests, size_t n)
{
  CU_pSuite suite;

  /* A crash must not swallow the lines of the tests before it. */
  setvbuf (stdout, NULL, _IOLBF, 0);
  /* As the program does: a reader that gives up ends a write with EPIPE. */
  signal (SIGPIPE, SIG_IGN);
  printf ("1..%zu\n", n);
  if (CU_initialize_registry () != CUE_SUCCESS
      || (suite = CU_add_suite (suite_name, NULL, NULL)) == NULL)
    return EXIT_FAILURE;
  for (size_t i = 0; i < n; i++)
    if (CU_add_test (suite, tests[i].name, tests[i].run) == NULL)
      return EXIT_FAILURE;
  CU_set_test_complete_handler (tap_complete);
  CU_run_all_tests ();
  CU_cleanup_registry ();
  /* What failed stands in the TAP; a status of its own would count again. */
  return tap_number == n ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define TAP_MAIN(suite, ...)                                                  \
  int main (void)                                                             \
  {                                                                           \
    static const struct tap_test tests[] = { __VA_ARGS__ };                   \
    return tap_run (suite, tests, sizeof tests / sizeof tests[0]);            \
  }

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Helper programs: arguments, environment, limits, silence. */
#include "base/alloc.h"
#include "base/child.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

/* Runs `sh -c SCRIPT`; the code of a failure, or 0. */
static unsigned
sh (struct ovf_ctx *ctx, const char *script, const char *input,
    struct child_result *ret)
{
  const char *const argv[] = { "sh", "-c", script, "name", "$(touch x)", NULL };
  CLEANUP_ERROR struct ovf_error *err = NULL;

  if (child_run (ctx, argv, input, input ? strlen (input) : 0, NULL, false, ret, &err))
    return 0;
  return ovf_error_code (err);
}

static void
test_talk (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct child_result r;

  CU_ASSERT_EQUAL (sh (ctx, "cat; echo \"$1\"; echo oops >&2; exit 7", "in", &r), 0);
  CU_ASSERT_EQUAL (r.status, 7);
  CU_ASSERT_STRING_EQUAL (r.out, "in$(touch x)\n");
  CU_ASSERT_STRING_EQUAL (r.err_text, "oops\n");
  child_result_free (&r);
  CU_ASSERT_EQUAL (sh (ctx, "kill -9 $$", NULL, &r), 0);
  CU_ASSERT_EQUAL (r.status, 128 + 9);
  child_result_free (&r);
  /* One that does not read its input does not kill us. */
  CLEANUP_FREE char *much = xmalloc (1 << 20);
  memset (much, 'x', (1 << 20) - 1);
  much[(1 << 20) - 1] = '\0';
  CU_ASSERT_EQUAL (sh (ctx, "exec <&-; echo no", much, &r), 0);
  CU_ASSERT_STRING_EQUAL (r.out, "no\n");
  child_result_free (&r);
  ovf_ctx_free (ctx);
}

static void
test_surroundings (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct child_result r;
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  setenv ("LD_SOMETHING", "x", 1);
  CU_ASSERT_EQUAL (sh (ctx, "echo \"$LD_SOMETHING$LC_ALL\"", NULL, &r), 0);
  CU_ASSERT_STRING_EQUAL (r.out, "C\n");
  child_result_free (&r);
  CLEANUP_FREE char *script = xasprintf ("test -e /proc/self/fd/%d && echo open", fd);
  CU_ASSERT_EQUAL (sh (ctx, script, NULL, &r), 0);
  CU_ASSERT_STRING_EQUAL (r.out, "");
  child_result_free (&r);
  close (fd);
  ovf_ctx_free (ctx);
}

static void
test_absent (void)
{
  const char *const argv[] = { "no-such-program-anywhere", NULL };
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct child_result r;

  CU_ASSERT_FALSE (child_run (ctx, argv, NULL, 0, NULL, false, &r, &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_TOOL);
  CU_ASSERT_TRUE (child_exists ("sh"));
  CU_ASSERT_FALSE (child_exists ("no-such-program-anywhere"));
  ovf_ctx_free (ctx);
}

static void
test_excess (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct child_result r;

  ovf_ctx_set_limit (ctx, "helper-output", 1000, NULL);
  CU_ASSERT_EQUAL (sh (ctx, "yes", NULL, &r), OVF_E_TOOL);
  CU_ASSERT_EQUAL (sh (ctx, "yes >&2", NULL, &r), OVF_E_TOOL);
  ovf_ctx_free (ctx);
}

static void
test_silence (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct child_result r;
  time_t begin = time (NULL);

  ovf_ctx_set_limit (ctx, "helper-silence", 1, NULL);
  /* Its child must not survive it either. */
  CU_ASSERT_EQUAL (sh (ctx, "sleep 30 & sleep 30", NULL, &r), OVF_E_TOOL);
  CU_ASSERT (time (NULL) - begin < 10);
  ovf_ctx_free (ctx);
}

static void
test_cancelled (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct child_result r;

  ovf_ctx_cancel (ctx);
  CU_ASSERT_EQUAL (sh (ctx, "sleep 30", NULL, &r), OVF_E_CANCELLED);
  ovf_ctx_free (ctx);
}

TAP_MAIN ("child", { "input, output, status", test_talk },
          { "environment and descriptors", test_surroundings },
          { "a program that is not there", test_absent },
          { "too much output", test_excess }, { "silence", test_silence },
          { "cancellation", test_cancelled })

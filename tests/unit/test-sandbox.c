/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sandbox of helpers: tests/sandbox-probe tries what is forbidden, and
 * what it needs. */
#include "base/alloc.h"
#include "base/child.h"
#include "base/hooks.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"

#define PROBE "tests/sandbox-probe"

/* The library's own says no to all; this one is linked in its place. */
static enum hook on = (enum hook)-1;
bool
hook_on (enum hook hook)
{
  return hook == on;
}

static bool
whole (void)
{
  struct sandbox_state s;

  sandbox_look (&s);
  return s.landlock > 0 && s.seccomp;
}

/* Runs one test of the probe; its answer is in r->out. */
static bool
probe (struct ovf_ctx *ctx, const char *test, const char *argument,
       const struct child_fd *fds, size_t n, struct child_result *r)
{
  CLEANUP_FREE char *path = realpath (PROBE, NULL);
  const char *const argv[] = { path, test, argument, NULL };
  struct sandbox_policy policy = { .file_size = 4 << 20 };
  struct child_setup setup = { .argv = argv, .policy = &policy, .fds = fds, .n_fds = n };
  CLEANUP_ERROR struct ovf_error *err = NULL;

  return path != NULL && child_talk (ctx, &setup, NULL, 0, r, &err);
}

static bool
says (const char *test, const char *argument, const struct child_fd *fds, size_t n,
      const char *answer)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct child_result r = { 0 };
  bool ok = probe (ctx, test, argument, fds, n, &r) && strcmp (r.out, answer) == 0;

  if (!ok)
    printf ("# %s %s: status %d, '%s'\n", test, argument ? argument : "", r.status,
            r.out ? r.out : "(did not run)");
  child_result_free (&r);
  ovf_ctx_free (ctx);
  return ok;
}
#define REFUSED(test, argument) CU_ASSERT (says (test, argument, NULL, 0, "refused\n"))

static void
test_files (void)
{
  static const char *const reading[] = { "/etc/passwd", "/etc/hostname", "/proc/1/environ",
                                         "/dev/tty", "configure" };
  CLEANUP_FREE char *here = realpath ("config.h", NULL);

  for (size_t i = 0; i < ARRAY_SIZE (reading); i++)
    REFUSED ("read", reading[i]);
  REFUSED ("read", here);
  REFUSED ("write", here);
  REFUSED ("touch", here);
  REFUSED ("chmod", here);
  REFUSED ("unlink", here);
  REFUSED ("list", "/etc");
  REFUSED ("list", "/");
  REFUSED ("create", "/tmp/ovftool-probe");
  REFUSED ("create", "/dev/shm/ovftool-probe");
  REFUSED ("create", "/usr/ovftool-probe");
  REFUSED ("mkdir", "/tmp/ovftool-probe");
  CU_ASSERT (access ("/tmp/ovftool-probe", F_OK) != 0);
}

static void
test_calls (void)
{
  static const char *const tests[] = {
    "tcp", "udp", "unix", "netlink", "ptrace", "mount", "unshare", "keyctl", "bpf",
    "perf", "userfaultfd", "uring", "kexec", "module", "peek", "kill", "limit",
    "setuid", "fork", "exec", "memory", "privileges", "environment",
  };

  for (size_t i = 0; i < ARRAY_SIZE (tests); i++)
    REFUSED (tests[i], NULL);
}

static void
test_given (void)
{
  char name[] = "/tmp/sandbox-XXXXXX";
  int fd = mkstemp (name), other = open ("/dev/null", O_RDONLY);
  int ro = open (name, O_RDONLY | O_CLOEXEC);
  struct child_fd reading = { ro, CHILD_READ }, writing = { fd, CHILD_WRITE };

  CU_ASSERT_EQUAL (write (fd, "x", 1), 1);
  CU_ASSERT (says ("given", NULL, &reading, 1, "let\n"));
  CU_ASSERT (says ("given_write", NULL, &reading, 1, "refused\n"));
  CU_ASSERT (says ("given_write", NULL, &writing, 1, "let\n"));
  /* Not by its name: only who holds it. */
  CU_ASSERT (says ("grow", NULL, &writing, 1, "refused\n"));
  CU_ASSERT (says ("descriptors", "4", &writing, 1, "refused\n"));
  REFUSED ("descriptors", "3");
  REFUSED ("read", name);
  close (other);
  close (ro);
  close (fd);
  unlink (name);
}

static void
test_modes (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct child_result r;

  ovf_ctx_set_sandbox (ctx, OVF_SANDBOX_OFF);
  CU_ASSERT (probe (ctx, "read", "/etc/passwd", NULL, 0, &r));
  CU_ASSERT_STRING_EQUAL (r.out, "let\n");
  child_result_free (&r);
  ovf_ctx_set_sandbox (ctx, OVF_SANDBOX_REQUIRE);
  CU_ASSERT_EQUAL (probe (ctx, "read", "/etc/passwd", NULL, 0, &r), whole ());
  child_result_free (&r);
  ovf_ctx_free (ctx);
}

/* A kernel without: `require` refuses, `auto` goes on with the rest and says
 * so once. */
static void
lacking (enum hook hook, const char *still)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct child_result r;

  on = hook;
  ovf_ctx_set_sandbox (ctx, OVF_SANDBOX_REQUIRE);
  CU_ASSERT_FALSE (probe (ctx, still, "/etc/passwd", NULL, 0, &r));
  CU_ASSERT_PTR_NULL (ctx_unconfined (ctx));
  ovf_ctx_set_sandbox (ctx, OVF_SANDBOX_AUTO);
  CU_ASSERT (probe (ctx, still, "/etc/passwd", NULL, 0, &r));
  CU_ASSERT_STRING_EQUAL (r.out, "refused\n");
  child_result_free (&r);
  CU_ASSERT_PTR_NOT_NULL (ctx_unconfined (ctx));
  CU_ASSERT_PTR_NULL (ctx_unconfined (ctx));
  ovf_ctx_free (ctx);
  on = (enum hook)-1;
}

static void
test_lacking (void)
{
  if (whole ()) {
    lacking (HOOK_NO_LANDLOCK, "tcp");
    lacking (HOOK_NO_SECCOMP, "read");
  }
}

/* Whoever started it is killed: so is the helper. */
static void
test_orphan (void)
{
  int p[2];
  char c;
  pid_t pid;
  time_t begin = time (NULL);

  CU_ASSERT_EQUAL (pipe (p), 0);
  pid = fork ();
  if (pid == 0) {
    struct ovf_ctx *ctx = ovf_ctx_new ();
    CLEANUP_FREE char *path = realpath (PROBE, NULL);
    const char *const argv[] = { path, "spin", NULL };
    struct sandbox_policy policy = { 0 };
    struct child_fd fds[] = { { p[1], CHILD_READ } };
    struct child_setup setup = { .argv = argv, .policy = &policy, .fds = fds, .n_fds = 1 };

    child_start (ctx, &setup, NULL);
    kill (getpid (), SIGKILL);
  }
  close (p[1]);
  waitpid (pid, NULL, 0);
  /* The end of the pipe is that of its last holder. */
  CU_ASSERT_EQUAL (read (p[0], &c, 1), 0);
  CU_ASSERT (time (NULL) - begin < 20);
  close (p[0]);
}

static void
test_beside (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE char *path = realpath (PROBE, NULL), *words = NULL;
  const char *const argv[] = { path, "spin", NULL };
  struct sandbox_policy policy = { 0 };
  struct child_setup setup = { .argv = argv, .policy = &policy };
  struct child *c = child_start (ctx, &setup, NULL);

  CU_ASSERT_PTR_NOT_NULL_FATAL (c);
  CU_ASSERT_FALSE (child_ended (c));
  words = child_words (c);
  CU_ASSERT_STRING_EQUAL (words, "it closed the connection");
  child_stop (c);
  ovf_ctx_free (ctx);
}

TAP_MAIN ("sandbox", { "files that were not given", test_files },
          { "system calls", test_calls }, { "what was given", test_given },
          { "off and require", test_modes }, { "a part is missing", test_lacking },
          { "killed with its parent", test_orphan }, { "runs beside us", test_beside })

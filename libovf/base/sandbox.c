/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Confining a helper: Landlock for files, seccomp for system calls, limits;
 * see sandbox.h.  sandbox_enter () runs between fork and exec and calls
 * nothing but the kernel. */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/hooks.h"
#include "base/landlock.h"
#include "base/sandbox-calls.h"
#include "base/text.h"

/* After what OpenStack gives qemu-img: security.md section 5. */
#define MEMORY (UINT64_C (1) << 30)
#define CPU_SECONDS 30u
#define CPU_BYTES_A_SECOND (50u << 20)
#define CPU_MOST (UINT64_C (7) * 86400)
#define FILES 64u
#define STACK (UINT64_C (1) << 20) /* of each thread, out of MEMORY */

struct limit_pair {
  int what;
  struct rlimit to;
};
struct sandbox {
  int ruleset;              /* of Landlock; -1 = none */
  struct sock_fprog filter; /* of seccomp; len 0 = none */
  struct limit_pair limits[8];
  size_t n_limits;
};

/* ---- what is there -------------------------------------------------------- */
/* A filter at no address is an address error where filters are known. */
static bool
kernel_filters (void)
{
  return prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) != 0
         && errno == EFAULT;
}

void
sandbox_look (struct sandbox_state *ret)
{
  long version = hook_on (HOOK_NO_LANDLOCK)
                   ? -1 : syscall (LL_SYS_CREATE, NULL, 0, LL_ASK_VERSION);

  ret->landlock = version > 0 ? (int)version : 0;
  ret->tcp = version >= 4;
  ret->scopes = version >= 6;
  ret->seccomp = !hook_on (HOOK_NO_SECCOMP) && sandbox_calls_known () && kernel_filters ();
}

/* ---- Landlock ------------------------------------------------------------- */
static int
make_ruleset (int version)
{
  struct ll_ruleset r = { LL_ALL_1, 0, 0 };
  size_t size = sizeof r.fs;

  if (version >= 2)
    r.fs |= LL_REFER;
  if (version >= 3)
    r.fs |= LL_TRUNCATE;
  if (version >= 5)
    r.fs |= LL_IOCTL_DEV;
  if (version >= 4) {
    r.net = LL_NET_ALL;
    size += sizeof r.net;
  }
  if (version >= 6) {
    r.scoped = LL_SCOPE_ALL;
    size += sizeof r.scoped;
  }
  return (int)syscall (LL_SYS_CREATE, &r, size, 0);
}

/* What lives in memory only (memfd, sockets) has no place in the tree, and
 * Landlock lets it be. */
static bool
allow_fd (int ruleset, int fd, uint64_t access)
{
  struct ll_beneath rule = { access, fd };

  return syscall (LL_SYS_ADD_RULE, ruleset, LL_RULE_BENEATH, &rule, 0) == 0
         || errno == EBADFD;
}

/* What is not there need not be allowed. */
static bool
allow_path (int ruleset, const char *path, uint64_t access)
{
  int fd = open (path, O_PATH | O_CLOEXEC);
  bool ok = fd < 0 || allow_fd (ruleset, fd, access);

  cleanup_fd (&fd);
  return ok;
}

static const struct { const char *path; uint64_t access; } places[] = {
  { "/usr", LL_READ_FILE | LL_READ_DIR },
  { "/lib", LL_READ_FILE | LL_READ_DIR },
  { "/lib32", LL_READ_FILE | LL_READ_DIR },
  { "/lib64", LL_READ_FILE | LL_READ_DIR },
  { "/bin", LL_READ_FILE | LL_READ_DIR },
  { "/nix/store", LL_READ_FILE | LL_READ_DIR },
  { "/gnu/store", LL_READ_FILE | LL_READ_DIR },
  { "/etc/ld.so.cache", LL_READ_FILE },
  { "/dev/null", LL_READ_FILE | LL_WRITE_FILE },
  { "/dev/zero", LL_READ_FILE },
  { "/dev/urandom", LL_READ_FILE },
  { "/sys/devices/system/cpu/online", LL_READ_FILE },
};

/* The program that a program's first bytes name: `#!PATH`, or the loader of
 * an ELF file, which is text among its first bytes: "/lib64/ld-...". */
static bool
interpreter (const char *path, char ret[256])
{
  char head[4096];
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd < 0 ? -1 : pread (fd, head, sizeof head - 1, 0);
  const char *at = NULL;

  cleanup_fd (&fd);
  if (n < 4)
    return false;
  head[n] = '\0';
  if (memcmp (head, "#!", 2) == 0)
    at = head + 2 + strspn (head + 2, " \t");
  else if (memcmp (head, "\177ELF", 4) == 0)
    for (const char *p = head + 4; p < head + n && at == NULL; p++)
      if (*p == '/' && strstr (p, "/ld") != NULL && strlen (p) < 256)
        at = p;
  if (at == NULL)
    return false;
  snprintf (ret, 256, "%.*s", (int)strcspn (at, " \t\r\n"), at);
  return *ret == '/';
}

/* Only the program itself and what the kernel needs to start it. */
static bool
allow_program (int ruleset, const char *program)
{
  char path[256], next[256];
  bool ok = allow_path (ruleset, program, LL_EXECUTE | LL_READ_FILE);

  for (unsigned i = 0; ok && i < 4 && interpreter (i ? path : program, next); i++) {
    ok = allow_path (ruleset, next, LL_EXECUTE | LL_READ_FILE);
    memcpy (path, next, sizeof path);
  }
  return ok;
}

static bool
allow_all (int ruleset, int version, const char *program,
           const struct child_fd *fds, size_t n)
{
  uint64_t write = LL_READ_FILE | LL_WRITE_FILE | (version >= 3 ? LL_TRUNCATE : 0);

  for (size_t i = 0; i < ARRAY_SIZE (places); i++)
    if (!allow_path (ruleset, places[i].path, places[i].access))
      return false;
  for (size_t i = 0; i < n; i++)
    if (fds[i].use != CHILD_SOCKET
        && !allow_fd (ruleset, fds[i].fd,
                      fds[i].use == CHILD_WRITE ? write : LL_READ_FILE))
      return false;
  return allow_program (ruleset, program);
}

/* ---- limits --------------------------------------------------------------- */
/* Never more than there is already. */
static void
add_limit (struct sandbox *s, int what, uint64_t to)
{
  struct limit_pair *p = &s->limits[s->n_limits++];
  struct rlimit now;

  p->what = what;
  p->to.rlim_cur = p->to.rlim_max = (rlim_t)to;
  if (getrlimit (what, &now) == 0 && now.rlim_max != RLIM_INFINITY
      && now.rlim_max < p->to.rlim_max)
    p->to.rlim_cur = p->to.rlim_max = now.rlim_max;
}

static void
add_limits (struct sandbox *s, const struct sandbox_policy *policy, size_t n)
{
  uint64_t seconds = CPU_SECONDS + policy->work / CPU_BYTES_A_SECOND;

  add_limit (s, RLIMIT_AS, policy->memory ? policy->memory : MEMORY);
  add_limit (s, RLIMIT_STACK, STACK);
  add_limit (s, RLIMIT_CPU, seconds < CPU_MOST ? seconds : CPU_MOST);
  add_limit (s, RLIMIT_FSIZE, policy->file_size);
  /* One that it holds, and one that it opens by its name in /proc. */
  add_limit (s, RLIMIT_NOFILE, FILES + 2 * n);
  add_limit (s, RLIMIT_CORE, 0);
  add_limit (s, RLIMIT_MEMLOCK, 0);
  /* RLIMIT_NPROC counts all that the user runs, and not for root at all: new
   * processes are refused by the filter instead. */
}

/* ---- life ----------------------------------------------------------------- */
static bool
build (struct sandbox *s, const struct sandbox_state *state,
       const struct sandbox_policy *policy, const char *program,
       const struct child_fd *fds, size_t n, struct ovf_error **err)
{
  if (state->landlock > 0) {
    s->ruleset = make_ruleset (state->landlock);
    if (s->ruleset < 0 || !allow_all (s->ruleset, state->landlock, program, fds, n))
      return error_errno (err, errno, "cannot prepare the sandbox");
    fcntl (s->ruleset, F_SETFD, FD_CLOEXEC);
  }
  if (state->seccomp && !sandbox_calls (&s->filter, err))
    return false;
  add_limits (s, policy, n);
  return true;
}

static bool
missing (const struct ovf_ctx *ctx, const struct sandbox_state *state,
         struct ovf_error **err)
{
  const char *what = state->landlock == 0
                       ? "this kernel has no Landlock"
                       : sandbox_calls_known () ? "this kernel has no seccomp"
                                                : "this build has no seccomp";

  if (ctx_sandbox (ctx) != OVF_SANDBOX_REQUIRE) {
    ctx_note_unconfined (ctx, what);
    return true;
  }
  error_set (err, OVF_E_UNSUPPORTED, "no sandbox for helper programs: %s", what);
  return error_hint (err, "--sandbox=auto goes on with what there is");
}

bool
sandbox_prepare (const struct ovf_ctx *ctx, const struct sandbox_policy *policy,
                 const char *program, const struct child_fd *fds, size_t n,
                 struct sandbox **ret, struct ovf_error **err)
{
  struct sandbox_state state;
  struct sandbox *s;

  *ret = NULL;
  if (ctx_sandbox (ctx) == OVF_SANDBOX_OFF)
    return true;
  sandbox_look (&state);
  if ((state.landlock == 0 || !state.seccomp) && !missing (ctx, &state, err))
    return false;
  s = xcalloc (1, sizeof *s);
  s->ruleset = -1;
  if (!build (s, &state, policy, program, fds, n, err)) {
    sandbox_free (s);
    return false;
  }
  *ret = s;
  return true;
}

void
sandbox_free (struct sandbox *s)
{
  if (s == NULL)
    return;
  cleanup_fd (&s->ruleset);
  free (s->filter.filter);
  free (s);
}

int
sandbox_enter (const struct sandbox *s)
{
  if (s == NULL)
    return 0;
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return errno;
  for (size_t i = 0; i < s->n_limits; i++)
    if (setrlimit (s->limits[i].what, &s->limits[i].to) != 0)
      return errno;
  if (s->ruleset >= 0 && syscall (LL_SYS_RESTRICT, s->ruleset, 0) != 0)
    return errno;
  if (s->filter.len > 0
      && prctl (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &s->filter, 0, 0) != 0)
    return errno;
  return 0;
}

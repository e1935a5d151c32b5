/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting and ending helper programs; see child.h.  Between fork and exec
 * nothing is called but the kernel: other threads may hold any lock. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/text.h"
#include "base/vector.h"

extern char **environ;

#define WORDS_MAX 4096 /* bytes of a helper's standard error that are kept */
#define PID_ROOM 24    /* "LISTEN_PID=" and digits */

/* ---- before the fork ------------------------------------------------------ */
static char *
find_program (const char *name)
{
  const char *path = getenv ("PATH");
  CLEANUP_FREE char *copy = xstrdup (path && *path ? path : "/usr/bin:/bin");
  char *rest = copy;

  if (strchr (name, '/') != NULL)
    return xstrdup (name);
  for (char *d = strsep (&rest, ":"); d != NULL; d = strsep (&rest, ":")) {
    CLEANUP_FREE char *full = xasprintf ("%s/%s", *d ? d : ".", name);
    struct stat st;

    if (access (full, X_OK) == 0 && stat (full, &st) == 0 && S_ISREG (st.st_mode))
      return STEAL (full);
  }
  return NULL;
}

bool
child_exists (const char *name)
{
  CLEANUP_FREE char *path = find_program (name);

  return path != NULL && access (path, X_OK) == 0;
}

/* Of our environment a helper sees only where programs and home are; one that
 * is confined not even that.  LISTEN_PID is filled in by the child. */
static void
make_environment (const struct child_setup *s, strings *env)
{
  static const char *const names[] = { "PATH", "HOME" };

  if (s->keep_env) {
    for (size_t i = 0; environ[i] != NULL; i++)
      strings_append (env, xstrdup (environ[i]));
  } else if (s->policy != NULL) {
    strings_append (env, xstrdup ("PATH=/usr/bin:/bin"));
    strings_append (env, xstrdup ("LC_ALL=C"));
    /* Each arena of the C library takes 64 MiB of address space. */
    strings_append (env, xstrdup ("MALLOC_ARENA_MAX=2"));
  } else {
    for (size_t i = 0; i < ARRAY_SIZE (names); i++)
      if (getenv (names[i]) != NULL)
        strings_append (env, xasprintf ("%s=%s", names[i], getenv (names[i])));
    strings_append (env, xstrdup ("LC_ALL=C"));
  }
  if (s->n_fds > 0 && s->fds[0].use == CHILD_SOCKET) {
    strings_append (env, xstrdup ("LISTEN_FDS=1"));
    strings_append (env, xasprintf ("%-*s", PID_ROOM, "LISTEN_PID="));
  }
  strings_append (env, NULL);
}

/* All that the child needs, made by us. */
struct launch {
  const char *program;
  char *const *argv;
  char **env;
  char *pid_text;           /* digits go here; or NULL */
  const char *cwd;
  const struct sandbox *sandbox;
  const int *from;          /* descriptors that become 0, 1, 2 ... */
  int *parked;              /* room for as many */
  int n;
  int status;               /* a pipe: an errno, or nothing */
  pid_t parent;
  sigset_t no_signals;
};

/* ---- in the child --------------------------------------------------------- */
static void
print_pid (char *to)
{
  char digits[PID_ROOM];
  size_t n = 0;

  for (pid_t p = getpid (); p > 0; p /= 10)
    digits[n++] = (char)('0' + p % 10);
  while (n > 0)
    *to++ = digits[--n];
  *to = '\0';
}

/* First all out of the way, then into place. */
static bool
place_descriptors (const struct launch *l, int *status)
{
  int above = l->n + 1;

  for (int i = 0; i < l->n; i++)
    if ((l->parked[i] = fcntl (l->from[i], F_DUPFD_CLOEXEC, above)) < 0)
      return false;
  *status = fcntl (l->status, F_DUPFD_CLOEXEC, above);
  if (*status < 0)
    return false;
  for (int i = 0; i < l->n; i++)
    if (dup2 (l->parked[i], i) < 0)
      return false;
  return true;
}

/* Nothing is open without O_CLOEXEC, as far as it is ours; what else the
 * process has open is not the helper's. */
static void
hide_descriptors (int first)
{
  struct rlimit r;

#ifdef SYS_close_range
  if (syscall (SYS_close_range, (unsigned)first, ~0u, 4u /* CLOEXEC */) == 0)
    return;
#endif
  if (getrlimit (RLIMIT_NOFILE, &r) != 0 || r.rlim_cur > 65536)
    r.rlim_cur = 65536;
  for (int fd = first; fd < (int)r.rlim_cur; fd++)
    fcntl (fd, F_SETFD, FD_CLOEXEC);
}

static void
reset_signals (const struct launch *l)
{
  static const int caught[] = { SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD };
  struct sigaction plain = { .sa_handler = SIG_DFL };

  for (size_t i = 0; i < ARRAY_SIZE (caught); i++)
    sigaction (caught[i], &plain, NULL);
  sigprocmask (SIG_SETMASK, &l->no_signals, NULL);
}

/* Its parent may have died before it asked to be told. */
static bool
die_with_parent (const struct launch *l)
{
  return prctl (PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid () == l->parent;
}

static void
become (const struct launch *l)
{
  int status = l->status, code = 0;

  if (!die_with_parent (l))
    _exit (127);
  setpgid (0, 0);
  if (l->pid_text != NULL)
    print_pid (l->pid_text);
  if (place_descriptors (l, &status)
      && (l->cwd == NULL || chdir (l->cwd) == 0)) {
    hide_descriptors (l->n);
    reset_signals (l);
    code = sandbox_enter (l->sandbox);
    if (code == 0)
      execve (l->program, l->argv, l->env);
  }
  if (code == 0)
    code = errno;
  if (write (status, &code, sizeof code) < 0)
    _exit (126);
  _exit (127);
}

/* ---- the fork ------------------------------------------------------------- */
static bool
launch (struct launch *l, pid_t *ret, struct ovf_error **err)
{
  int report[2], code = 0;
  sigset_t all, before;
  ssize_t n;

  if (pipe2 (report, O_CLOEXEC) != 0)
    return error_errno (err, errno, "cannot make a pipe");
  l->status = report[1];
  l->parent = getpid ();
  sigemptyset (&l->no_signals);
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  *ret = fork ();
  if (*ret == 0)
    become (l);
  code = *ret < 0 ? errno : 0;
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  close (report[1]);
  while (code == 0 && (n = read (report[0], &code, sizeof code)) < 0 && errno == EINTR)
    ;
  close (report[0]);
  if (code == 0)
    return true;
  if (*ret > 0)
    waitpid (*ret, NULL, 0);
  return error_set (err, OVF_E_TOOL, "cannot start '%s': %s", l->argv[0],
                    strerror (code));
}

static bool
not_found (const char *name, struct ovf_error **err)
{
  static const struct { const char *program, *package; } packages[] = {
    { "qemu-img", "qemu-utils" }, { "qemu-nbd", "qemu-utils" },
  };

  error_set (err, OVF_E_TOOL, "cannot start '%s': there is no such program", name);
  for (size_t i = 0; i < ARRAY_SIZE (packages); i++)
    if (strcmp (packages[i].program, name) == 0)
      error_hint (err, "install QEMU's tools (Debian: apt install %s)",
                  packages[i].package);
  return false;
}

static bool
confined_launch (const struct ovf_ctx *ctx, const struct child_setup *s,
                 struct launch *l, pid_t *ret, struct ovf_error **err)
{
  struct sandbox *sandbox = NULL;
  bool ok = s->policy == NULL
            || sandbox_prepare (ctx, s->policy, l->program, s->fds, s->n_fds,
                                &sandbox, err);

  l->sandbox = sandbox;
  ok = ok && launch (l, ret, err);
  sandbox_free (sandbox);
  return ok;
}

static void
close_own (int fd[2], int which)
{
  if (fd[which] >= 0)
    close (fd[which]);
  fd[which] = -1;
}

bool
child_spawn (const struct ovf_ctx *ctx, const struct child_setup *s,
             struct child_pipes *p, pid_t *ret, struct ovf_error **err)
{
  CLEANUP_FD int null = open ("/dev/null", O_RDWR | O_CLOEXEC);
  CLEANUP_FREE char *program = find_program (s->argv[0]);
  CLEANUP_FREE int *from = xcalloc (CHILD_FIRST + s->n_fds, 2 * sizeof *from);
  int standard[CHILD_FIRST] = { p->in[0], p->out[1], p->err[1] };
  strings env = { 0 };
  struct launch l = { .program = program, .argv = (char *const *)s->argv,
                      .cwd = s->cwd ? s->cwd : s->policy ? "/" : NULL,
                      .from = from, .n = CHILD_FIRST + (int)s->n_fds };
  bool ok;

  if (null < 0)
    return error_errno (err, errno, "cannot open '/dev/null'");
  if (program == NULL)
    return not_found (s->argv[0], err);
  l.parked = from + l.n;
  for (int i = 0; i < l.n; i++)
    from[i] = i >= CHILD_FIRST ? s->fds[i - CHILD_FIRST].fd
                               : standard[i] >= 0 ? standard[i] : null;
  make_environment (s, &env);
  l.env = env.ptr;
  if (s->n_fds > 0 && s->fds[0].use == CHILD_SOCKET)
    l.pid_text = strchr (env.ptr[env.len - 2], '=') + 1;
  ok = confined_launch (ctx, s, &l, ret, err);
  strings_free (&env);
  close_own (p->in, 0);
  close_own (p->out, 1);
  close_own (p->err, 1);
  return ok;
}

/* ---- one that runs beside us ---------------------------------------------- */
struct child {
  char *name;
  pid_t pid;
  int err;              /* its standard error */
  bool ended;
  int status;           /* of waitpid (), once ended */
};

struct child *
child_start (const struct ovf_ctx *ctx, const struct child_setup *setup,
             struct ovf_error **err)
{
  struct child_pipes p;
  struct child *c;
  pid_t pid;

  memset (&p, -1, sizeof p);
  /* Nobody reads while it runs: it must not wait for us. */
  if (pipe2 (p.err, O_CLOEXEC | O_NONBLOCK) != 0) {
    error_errno (err, errno, "cannot make a pipe");
    return NULL;
  }
  if (!child_spawn (ctx, setup, &p, &pid, err)) {
    close_own (p.err, 0);
    close_own (p.err, 1);
    return NULL;
  }
  c = xcalloc (1, sizeof *c);
  c->name = xstrdup (setup->argv[0]);
  c->pid = pid;
  c->err = p.err[0];
  return c;
}

bool
child_ended (struct child *c)
{
  if (!c->ended && waitpid (c->pid, &c->status, WNOHANG) == c->pid)
    c->ended = true;
  return c->ended;
}

char *
child_words (struct child *c)
{
  char text[WORDS_MAX + 1];
  ssize_t n = read (c->err, text, WORDS_MAX);
  CLEANUP_FREE char *trimmed = NULL;
  char *line;

  if (n > 0) {
    text[n] = '\0';
    trimmed = text_trim (text);
    line = strrchr (trimmed, '\n');
    return xstrdup (line ? line + 1 : trimmed);
  }
  if (!child_ended (c))
    return xstrdup ("it closed the connection");
  return WIFSIGNALED (c->status)
           ? xasprintf ("it was killed by signal %d", WTERMSIG (c->status))
           : xasprintf ("it ended with status %d", WEXITSTATUS (c->status));
}

bool
child_finish (const struct ovf_ctx *ctx, struct child *c, struct ovf_error **err)
{
  const struct timespec step = { 0, 2000000 };
  uint64_t tries = ctx_limit (ctx, LIMIT_HELPER_SILENCE) * 500;

  kill (c->pid, SIGTERM);
  while (!child_ended (c)) {
    if (!ctx_alive (ctx, err))
      return false;
    if (tries-- == 0)
      return error_set (err, OVF_E_TOOL, "'%s' does not end", c->name);
    nanosleep (&step, NULL);
  }
  if (WIFEXITED (c->status) && WEXITSTATUS (c->status) == 0)
    return true;
  CLEANUP_FREE char *words = child_words (c);
  return error_set (err, OVF_E_TOOL, "'%s': %s", c->name, words);
}

void
child_stop (struct child *c)
{
  if (c == NULL)
    return;
  if (!c->ended) {
    kill (-c->pid, SIGKILL);
    kill (c->pid, SIGKILL); /* when it is not yet the leader of its group */
    while (waitpid (c->pid, &c->status, 0) < 0 && errno == EINTR)
      ;
  }
  close (c->err);
  free (c->name);
  free (c);
}

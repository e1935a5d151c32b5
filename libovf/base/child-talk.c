/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A helper program that runs to its end: input, output, silence; see
 * child.h. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"

void
child_result_free (struct child_result *r)
{
  free (r->out);
  free (r->err_text);
  memset (r, 0, sizeof *r);
}

static bool
open_pipes (struct child_pipes *p, struct ovf_error **err)
{
  memset (p, -1, sizeof *p);
  if (pipe2 (p->in, O_CLOEXEC) == 0 && pipe2 (p->out, O_CLOEXEC) == 0
      && pipe2 (p->err, O_CLOEXEC) == 0)
    return true;
  return error_errno (err, errno, "cannot make a pipe");
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static void
close_pipes (struct child_pipes *p)
{
  int *all[] = { &p->in[0], &p->in[1], &p->out[0], &p->out[1], &p->err[0], &p->err[1] };

  for (size_t i = 0; i < ARRAY_SIZE (all); i++)
    close_fd (all[i]);
}

struct capture {
  char *text;
  size_t len;
};

/* false at the end of the stream or over the limit (*ret_over). */
static bool
capture_some (int fd, struct capture *c, size_t limit, bool *ret_over)
{
  char buf[4096];
  ssize_t n = read (fd, buf, sizeof buf);

  if (n <= 0)
    return n < 0 && errno == EINTR;
  if (c->len + (size_t)n > limit) {
    *ret_over = true;
    return false;
  }
  c->text = xrealloc (c->text, c->len + (size_t)n + 1);
  memcpy (c->text + c->len, buf, (size_t)n);
  c->len += (size_t)n;
  c->text[c->len] = '\0';
  return true;
}

struct talk {
  const char *input;
  size_t left;
  struct capture out, err;
  bool over;
};

/* A child may end without reading its input: that must not kill us, and the
 * process's own handling of SIGPIPE is not ours to change. */
static ssize_t
write_no_sigpipe (int fd, const void *buf, size_t n)
{
  const struct timespec now = { 0, 0 };
  sigset_t pipe_only, before;
  ssize_t r;
  int saved;

  sigemptyset (&pipe_only);
  sigaddset (&pipe_only, SIGPIPE);
  pthread_sigmask (SIG_BLOCK, &pipe_only, &before);
  r = write (fd, buf, n);
  saved = errno;
  if (r < 0 && saved == EPIPE && !sigismember (&before, SIGPIPE))
    sigtimedwait (&pipe_only, NULL, &now);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  errno = saved;
  return r;
}

static void
feed (struct child_pipes *p, struct talk *t)
{
  ssize_t n = t->left ? write_no_sigpipe (p->in[1], t->input, t->left) : -1;

  if (n > 0) {
    t->input += n;
    t->left -= (size_t)n;
  }
  if (t->left == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
    close_fd (&p->in[1]);
}

/* Moves bytes until the child closes both outputs; false on silence, excess
 * or cancellation. */
static bool
converse (const struct ovf_ctx *ctx, struct child_pipes *p, struct talk *t,
          struct ovf_error **err)
{
  uint64_t silence = ctx_limit (ctx, LIMIT_HELPER_SILENCE) * 1000, quiet = 0;
  size_t limit = (size_t)ctx_limit (ctx, LIMIT_HELPER_OUTPUT);

  while (p->out[0] >= 0 || p->err[0] >= 0) {
    struct pollfd f[] = { { p->in[1], POLLOUT, 0 }, { p->out[0], POLLIN, 0 },
                          { p->err[0], POLLIN, 0 } };
    int r = poll (f, ARRAY_SIZE (f), 100);
    if (!ctx_alive (ctx, err))
      return false;
    quiet = r == 0 ? quiet + 100 : 0;
    if (quiet >= silence)
      return error_set (err, OVF_E_TOOL, "it has done nothing for too long");
    if (r <= 0)
      continue;
    if (f[0].revents)
      feed (p, t);
    if (f[1].revents && !capture_some (p->out[0], &t->out, limit, &t->over))
      close_fd (&p->out[0]);
    if (f[2].revents && !capture_some (p->err[0], &t->err, limit, &t->over))
      close_fd (&p->err[0]);
    if (t->over)
      return error_set (err, OVF_E_TOOL, "it prints more than %zu bytes", limit);
  }
  return true;
}

static int
reap (pid_t pid)
{
  int status;

  while (waitpid (pid, &status, 0) < 0)
    if (errno != EINTR)
      return 127;
  return WIFSIGNALED (status) ? 128 + WTERMSIG (status) : WEXITSTATUS (status);
}

bool
child_talk (const struct ovf_ctx *ctx, const struct child_setup *setup,
            const void *input, size_t input_len, struct child_result *ret,
            struct ovf_error **err)
{
  struct talk t = { input, input_len, { NULL, 0 }, { NULL, 0 }, false };
  struct child_pipes p;
  pid_t pid;
  bool ok;

  memset (ret, 0, sizeof *ret);
  if (!open_pipes (&p, err) || !child_spawn (ctx, setup, &p, &pid, err)) {
    close_pipes (&p);
    return false;
  }
  fcntl (p.in[1], F_SETFL, O_NONBLOCK);
  if (t.left == 0)
    close_fd (&p.in[1]);
  ok = converse (ctx, &p, &t, err);
  close_pipes (&p);
  if (!ok)
    kill (-pid, SIGKILL);
  ret->status = reap (pid);
  ret->out = t.out.text ? t.out.text : xstrdup ("");
  ret->out_len = t.out.len;
  ret->err_text = t.err.text ? t.err.text : xstrdup ("");
  if (!ok) {
    child_result_free (ret);
    return error_prefix (err, "'%s'", setup->argv[0]);
  }
  return true;
}

bool
child_run (const struct ovf_ctx *ctx, const char *const *argv, const void *input,
           size_t input_len, const char *cwd, bool keep_env,
           struct child_result *ret, struct ovf_error **err)
{
  struct child_setup setup = { .argv = argv, .cwd = cwd, .keep_env = keep_env };

  return child_talk (ctx, &setup, input, input_len, ret, err);
}

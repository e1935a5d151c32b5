/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Helper programs: by argument vector only, never through a shell; a clean
 * environment, no inherited descriptors, confined (base/sandbox.h), killed
 * with us and on silence. */
#ifndef OVF_BASE_CHILD_H
#define OVF_BASE_CHILD_H

#include <sys/types.h>

#include "base/sandbox.h"

/* How a program is started. */
struct child_setup {
  const char *const *argv;  /* argv[0] is looked up in PATH; NULL-terminated */
  const char *cwd;          /* NULL = ours; a confined one is in "/" */
  bool keep_env;            /* our environment; else PATH, HOME, LC_ALL=C */
  /* NULL: not confined, a program that the user chose.  A confined one has no
   * environment but a fixed PATH. */
  const struct sandbox_policy *policy;
  /* They become descriptors CHILD_FIRST, CHILD_FIRST + 1 ...  A socket that
   * stands first is told as systemd tells it (LISTEN_FDS). */
  const struct child_fd *fds;
  size_t n_fds;
};
#define CHILD_FIRST 3

struct child_result {
  int status;     /* exit status; 128 + N for signal N */
  char *out;      /* standard output, NUL-terminated, within the limit */
  size_t out_len;
  char *err_text; /* standard error, same */
};
void child_result_free (struct child_result *);

/* Runs it to its end.  input may be NULL.  False with OVF_E_TOOL when the
 * program cannot be started, says nothing for LIMIT_HELPER_SILENCE seconds,
 * or prints too much; a status of its own is the caller's to judge. */
bool child_talk (const struct ovf_ctx *, const struct child_setup *,
                 const void *input, size_t input_len, struct child_result *ret,
                 struct ovf_error **err);
/* The same for a program that the user chose. */
bool child_run (const struct ovf_ctx *, const char *const *argv, const void *input,
                size_t input_len, const char *cwd, bool keep_env,
                struct child_result *ret, struct ovf_error **err);

/* One that runs beside us.  It is killed with the thread that started it. */
struct child;
struct child *child_start (const struct ovf_ctx *, const struct child_setup *,
                           struct ovf_error **err);
bool child_ended (struct child *);
/* The last words on its standard error, one line, or how it ended; freshly
 * allocated. */
char *child_words (struct child *);
/* Asks it to end, and waits: it must do so well. */
bool child_finish (const struct ovf_ctx *, struct child *, struct ovf_error **err);
/* Ends it at once, and frees.  Takes NULL. */
void child_stop (struct child *);

/* A socket for a helper to accept on, and n connections to it, made before
 * the helper runs: nothing of it stays in any folder. */
bool child_listen (size_t n, int *ret_socket, int *ret_connections,
                   struct ovf_error **err);

/* Is the program in PATH? */
bool child_exists (const char *name);

/* ---- for child-talk.c --------------------------------------------------- */
struct child_pipes {
  int in[2], out[2], err[2]; /* [0] is read, [1] written; -1 = closed */
};
/* Starts it with pipes or, where those are -1, /dev/null; its own ends are
 * closed on our side. */
bool child_spawn (const struct ovf_ctx *, const struct child_setup *,
                  struct child_pipes *, pid_t *ret, struct ovf_error **err);

#endif

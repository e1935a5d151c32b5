/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a helper program may do.  It parses a stranger's bytes with code that
 * is not ours, so that it counts as a stranger, too: it sees the files that
 * were opened for it, programs' libraries, and nothing else; it has no network, starts no
 * program, and is bounded in memory, time and output. */
#ifndef OVF_BASE_SANDBOX_H
#define OVF_BASE_SANDBOX_H

#include "base/ctx.h"

/* A descriptor that a helper gets. */
enum child_use {
  CHILD_READ,           /* a file it may open again by /proc/self/fd */
  CHILD_WRITE,          /* the same, for reading and writing */
  CHILD_SOCKET          /* to accept connections from */
};
struct child_fd {
  int fd;               /* lent */
  enum child_use use;
};
struct sandbox_policy {
  uint64_t work;        /* bytes to go through: bounds its CPU time */
  uint64_t file_size;   /* what a file may grow to; 0: it writes none */
  uint64_t memory;      /* address space; 0 = the usual */
};

/* What this kernel and this build have. */
struct sandbox_state {
  int landlock;         /* version of its interface; 0 = none */
  bool tcp, scopes;     /* Landlock also refuses TCP; abstract sockets, signals */
  bool seccomp;
};
void sandbox_look (struct sandbox_state *ret);

struct sandbox;
/* All that needs memory or other descriptors, before the fork.  *ret is NULL
 * with --sandbox=off.  With `require`, OVF_E_UNSUPPORTED where a part of the
 * sandbox is missing; with `auto` that is noted in the context. */
bool sandbox_prepare (const struct ovf_ctx *, const struct sandbox_policy *,
                      const char *program, const struct child_fd *, size_t n,
                      struct sandbox **ret, struct ovf_error **err);
/* Confines the calling process, between fork and exec: async-signal-safe.
 * Descriptors must be in place; those that the sandbox itself holds are closed
 * with exec.  An errno, or 0. */
int sandbox_enter (const struct sandbox *);
void sandbox_free (struct sandbox *);

#endif

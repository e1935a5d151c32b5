/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Helper programs: by argument vector only, never through a shell; a clean
 * environment, no inherited descriptors, killed with us and on silence. */
#ifndef OVF_BASE_CHILD_H
#define OVF_BASE_CHILD_H

#include "base/ctx.h"

struct child_result {
  int status;     /* exit status; 128 + N for signal N */
  char *out;      /* standard output, NUL-terminated, within the limit */
  size_t out_len;
  char *err_text; /* standard error, same */
};
void child_result_free (struct child_result *);

/* argv[0] is looked up in PATH.  input may be NULL.  cwd NULL = ours.  False
 * with OVF_E_TOOL when the program cannot be started, says nothing for
 * LIMIT_HELPER_SILENCE seconds, or prints too much; a status of its own is
 * the caller's to judge.  keep_env: pass our environment on (a program the
 * user chose); else only PATH, HOME, LC_ALL=C. */
bool child_run (const struct ovf_ctx *, const char *const *argv, const void *input,
                size_t input_len, const char *cwd, bool keep_env,
                struct child_result *ret, struct ovf_error **err);
/* Is the program in PATH? */
bool child_exists (const char *name);

#endif

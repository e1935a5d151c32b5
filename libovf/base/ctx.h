/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The context: limits, worker count, progress and cancellation.  The only
 * carrier of settings that hold for every operation. */
#ifndef OVF_BASE_CTX_H
#define OVF_BASE_CTX_H

#include "base/error.h"

enum limit {
#define LIMIT(constant, name, value, reason) LIMIT_##constant,
#include "base/limits.def"
#undef LIMIT
  LIMIT_COUNT
};

uint64_t ctx_limit (const struct ovf_ctx *, enum limit);
const char *limit_name (enum limit);
/* false with OVF_E_LIMIT, a sentence on `what` and the --limit hint, when
 * value exceeds the limit. */
bool ctx_within (const struct ovf_ctx *, enum limit, uint64_t value,
                 const char *what, struct ovf_error **err);
unsigned ctx_jobs (const struct ovf_ctx *); /* >= 1 */
enum ovf_sandbox ctx_sandbox (const struct ovf_ctx *);
/* A helper program runs without a part of its sandbox: what is missing (a
 * constant).  ctx_unconfined () hands that out once, or NULL. */
void ctx_note_unconfined (const struct ovf_ctx *, const char *what);
const char *ctx_unconfined (const struct ovf_ctx *);
/* false with OVF_E_CANCELLED once ovf_ctx_cancel () was called.  Any thread. */
bool ctx_alive (const struct ovf_ctx *, struct ovf_error **err);
void ctx_progress (const struct ovf_ctx *, const char *what, uint64_t done,
                   uint64_t total);

/* What an operation makes once and keeps for the next of the same context
 * (compiled schemas).  `make` also names the thing: the first call makes it,
 * later ones return the same; it is freed with the context.  Any thread; what
 * is inside locks itself. */
void *ctx_keep (struct ovf_ctx *, void *(*make) (void), void (*release) (void *));

#endif

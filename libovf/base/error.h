/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Error objects.  Set once where the failure is seen, prefixed on the way
 * up.  All setters return false, so that `return error_set (...)` works, and
 * do nothing when err is NULL.  Messages are one sentence without a full
 * stop; names stand in single quotes. */
#ifndef OVF_BASE_ERROR_H
#define OVF_BASE_ERROR_H

#include "ovf.h"

#define PRINTF(a, b) __attribute__ ((format (printf, a, b)))

struct ovf_error {
  enum ovf_code code;
  int errnum; /* 0 = none */
  char *message, *hint;
  char *file;       /* where in the input, or NULL */
  unsigned line;    /* 0 = none */
  const char *rule; /* a constant id, or NULL */
};

bool error_set (struct ovf_error **err, enum ovf_code code, const char *fmt,
                ...) PRINTF (3, 4);
/* Appends ": " and strerror (errnum); code OVF_E_IO. */
bool error_errno (struct ovf_error **err, int errnum, const char *fmt, ...)
  PRINTF (3, 4);
/* Malformed or unsafe input, with its rule and place (line 0 = none). */
bool error_at (struct ovf_error **err, enum ovf_code code, const char *rule,
               const char *file, unsigned line, const char *fmt, ...)
  PRINTF (6, 7);
/* What the user can do about it; replaces an earlier hint. */
bool error_hint (struct ovf_error **err, const char *fmt, ...) PRINTF (2, 3);
/* Puts "prefix: " before the message. */
bool error_prefix (struct ovf_error **err, const char *fmt, ...) PRINTF (2, 3);
/* Fills in file, line and rule where the error has none yet. */
bool error_place (struct ovf_error **err, const char *rule, const char *file,
                  unsigned line);
/* Gives *from (taken) to err, or frees it; the first error wins. */
bool error_move (struct ovf_error **err, struct ovf_error **from);

#endif

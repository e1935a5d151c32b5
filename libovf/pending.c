/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations that are not there yet: weak definitions, which the real ones
 * replace.  This file goes when they are all there. */
#include "base/error.h"

#define PENDING(name, ...)                                                    \
  __attribute__ ((weak)) bool name (__VA_ARGS__)                              \
  {                                                                           \
    return error_set (err, OVF_E_UNSUPPORTED, "this is not there yet");       \
  }
#define UNUSED __attribute__ ((unused))
#define ONE_FILE                                                              \
  struct ovf_ctx *ctx UNUSED, const char *source UNUSED,                      \
    const struct ovf_options *o UNUSED, struct ovf_report *r UNUSED,          \
    char **ret_json UNUSED, struct ovf_error **err
#define TWO_FILES                                                             \
  struct ovf_ctx *ctx UNUSED, const char *source UNUSED,                      \
    const char *target UNUSED, const struct ovf_options *o UNUSED,            \
    struct ovf_report *r UNUSED, char **ret_json UNUSED,                      \
    struct ovf_error **err

PENDING (ovf_info, ONE_FILE)
PENDING (ovf_verify, ONE_FILE)
PENDING (ovf_unpack, TWO_FILES)
PENDING (ovf_convert, TWO_FILES)

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory: small allocations abort, sizes that come from a file are limited.
 * Cleanup attributes, one a kind of resource. */
#ifndef OVF_BASE_ALLOC_H
#define OVF_BASE_ALLOC_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void *xmalloc (size_t n);
void *xcalloc (size_t n, size_t size);
void *xrealloc (void *p, size_t n);
char *xstrdup (const char *s); /* NULL gives NULL */
char *xstrndup (const char *s, size_t n);
char *xvasprintf (const char *fmt, va_list) __attribute__ ((format (printf, 1, 0)));
char *xasprintf (const char *fmt, ...) __attribute__ ((format (printf, 1, 2)));

/* n objects of size bytes, zeroed, when that is at most limit bytes; else
 * OVF_E_LIMIT that names `what`.  Use it for every size that an input chose. */
void *alloc_limited (uint64_t n, size_t size, uint64_t limit, const char *what,
                     struct ovf_error **err);

/* Replaces a string the struct owns. */
void set_string (char **p, const char *value);

void cleanup_free (void *p);
void cleanup_fd (int *fd);
void cleanup_file (FILE **f);
void cleanup_error (struct ovf_error **err);
#define CLEANUP_FREE __attribute__ ((cleanup (cleanup_free)))
#define CLEANUP_FD __attribute__ ((cleanup (cleanup_fd)))
#define CLEANUP_FILE __attribute__ ((cleanup (cleanup_file)))
#define CLEANUP_ERROR __attribute__ ((cleanup (cleanup_error)))
/* CLEANUP (thing) calls thing_cleanup (struct thing **). */
#define CLEANUP(type) __attribute__ ((cleanup (type##_cleanup)))
#define DEFINE_CLEANUP(type, free_function)                                   \
  static inline void type##_cleanup (struct type **p)                         \
  {                                                                           \
    free_function (*p);                                                       \
  }

/* Hands a success out of a CLEANUP variable. */
#define STEAL(p)                                                              \
  __extension__ ({                                                            \
    __typeof__ (p) *steal_p = &(p);                                           \
    __typeof__ (p) steal_v = *steal_p;                                        \
    *steal_p = NULL;                                                          \
    steal_v;                                                                  \
  })
static inline int
steal_fd (int *fd)
{
  int r = *fd;
  *fd = -1;
  return r;
}

#define ARRAY_SIZE(a) (sizeof (a) / sizeof (a)[0])

#endif

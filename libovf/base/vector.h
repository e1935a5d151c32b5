/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Typed growable arrays: DEFINE_VECTOR (disks, struct disk) gives `disks`
 * with .ptr and .len, disks_add () (a zeroed element) and disks_append (). */
#ifndef OVF_BASE_VECTOR_H
#define OVF_BASE_VECTOR_H

#include "base/alloc.h"

#define DEFINE_VECTOR(name, type)                                             \
  typedef struct {                                                            \
    type *ptr;                                                                \
    size_t len, room;                                                         \
  } name;                                                                     \
  static inline __attribute__ ((unused)) type *name##_add (name *v)           \
  {                                                                           \
    if (v->len == v->room) {                                                  \
      v->room = v->room ? v->room * 2 : 4;                                    \
      v->ptr = xrealloc (v->ptr, v->room * sizeof *v->ptr);                   \
    }                                                                         \
    memset (&v->ptr[v->len], 0, sizeof *v->ptr);                              \
    return &v->ptr[v->len++];                                                 \
  }                                                                           \
  static inline __attribute__ ((unused)) void name##_append (name *v,         \
                                                             type value)      \
  {                                                                           \
    *name##_add (v) = value;                                                  \
  }

/* VECTOR_FOR (p, v): every element of a vector by pointer. */
#define VECTOR_FOR(p, v)                                                      \
  for (__typeof__ (*(v)->ptr) *p = (v)->ptr;                                  \
       p != NULL && p < (v)->ptr + (v)->len; p++)

DEFINE_VECTOR (strings, char *)
static inline __attribute__ ((unused)) void
strings_free (strings *v)
{
  VECTOR_FOR (s, v)
    free (*s);
  free (v->ptr);
  memset (v, 0, sizeof *v);
}

#endif

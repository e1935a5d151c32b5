/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libarchive does not tell about a tar header: where tar readers differ
 * from each other, a package must not look different to two of them. */
#ifndef OVF_PACKAGE_TAR_H
#define OVF_PACKAGE_TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define TAR_UNIT 512u
/* Extension headers carry a name: the longest sensible one is far below. */
#define TAR_MAX_EXTENSION (64u << 10)

enum tar_magic { TAR_V7, TAR_USTAR, TAR_GNU };

enum tar_magic tar_magic (const uint8_t *block);
bool tar_is_zero (const uint8_t *block, size_t n);
/* Does the sum over the header fit, as signed or unsigned bytes? */
bool tar_sum_fits (const uint8_t *block);
/* The size field: octal or base-256.  False when it is neither, negative, or
 * beyond 2^63. */
bool tar_size (const uint8_t *block, uint64_t *ret);
/* "a symbolic link", for messages; NULL for files and folders. */
const char *tar_refused_type (uint8_t type);

/* Sees every header block and the bodies of extension headers as they go by,
 * and says at the entry itself what stood before it. */
struct tar_watch {
  uint8_t header[TAR_UNIT]; /* the latest that is no extension */
  uint64_t header_at;       /* its place in the archive */
  uint64_t end_mark;        /* place of the first zero block, or UINT64_MAX */
  bool after_end;           /* other bytes were seen behind it */
  bool pax, gnu_name;       /* an extension header stood before the entry */
  unsigned names;           /* how many of them gave it a name */
  char type;                /* of the extension whose body comes */
  size_t size, have;        /* of that body */
  char *body;
};
void tar_watch_init (struct tar_watch *);
void tar_watch_done (struct tar_watch *);
/* Before the header of the next entry. */
void tar_watch_entry (struct tar_watch *);
/* The next block of headers, at this place. */
bool tar_watch_block (struct tar_watch *, const uint8_t *block, uint64_t at,
                      struct ovf_error **err);

/* Is it a tar archive by its first 512 bytes?  A kind of file that it is
 * instead (compressed, zip), for messages, or NULL. */
bool tar_looks_like (const uint8_t *start, size_t n);
const char *tar_looks_else (const uint8_t *start, size_t n);
bool tar_looks_compressed (const uint8_t *start, size_t n);

#endif

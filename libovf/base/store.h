/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the bytes of an archive lie: in an open file, or on a web server. */
#ifndef OVF_BASE_STORE_H
#define OVF_BASE_STORE_H

#include "base/file.h"
#include "base/http.h"

struct store {      /* passed by value; both are lent */
  int fd;           /* or -1 */
  struct http *http; /* or NULL */
};

static inline struct store
store_of_fd (int fd)
{
  return (struct store){ .fd = fd };
}

/* As file_pread (), file_read_some () and file_next_data (). */
bool store_pread (struct store, void *buf, size_t n, uint64_t offset,
                  struct ovf_error **err);
ssize_t store_read_some (const struct ovf_ctx *, struct store, void *buf, size_t n,
                         struct ovf_error **err);
bool store_next_data (struct store, uint64_t size, uint64_t *offset,
                      uint64_t *length, struct ovf_error **err);

#endif

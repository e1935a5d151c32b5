/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An open file or a web server's; see store.h. */
#include "base/store.h"

bool
store_pread (struct store s, void *buf, size_t n, uint64_t offset,
             struct ovf_error **err)
{
  return s.http != NULL ? http_pread (s.http, buf, n, offset, err)
                        : file_pread (s.fd, buf, n, offset, err);
}

ssize_t
store_read_some (const struct ovf_ctx *ctx, struct store s, void *buf, size_t n,
                 struct ovf_error **err)
{
  return s.http != NULL ? http_read (s.http, buf, n, err)
                        : file_read_some (ctx, s.fd, buf, n, err);
}

/* A server does not say where the holes are: all is data. */
bool
store_next_data (struct store s, uint64_t size, uint64_t *offset, uint64_t *length,
                 struct ovf_error **err)
{
  if (s.http == NULL)
    return file_next_data (s.fd, size, offset, length, err);
  *length = *offset < size ? size - *offset : 0;
  return true;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A build without libcurl: nothing can be opened, so nothing else is called. */
#include "base/http.h"

#ifndef HAVE_LIBCURL
struct http *
http_open (const struct ovf_ctx *ctx, const char *url, struct ovf_error **err)
{
  CLEANUP_FREE char *shown = http_shown (url);

  (void)ctx;
  error_set (err, OVF_E_UNSUPPORTED, "'%s' cannot be read: this build has no libcurl", shown);
  error_hint (err, "download it, or build with libcurl (Debian: libcurl4-openssl-dev)");
  return NULL;
}

void
http_free (struct http *h)
{
  (void)h;
}

uint64_t
http_size (const struct http *h)
{
  (void)h;
  return UINT64_MAX;
}

bool
http_has_ranges (const struct http *h)
{
  (void)h;
  return false;
}

bool
http_pread (struct http *h, void *buf, size_t n, uint64_t offset, struct ovf_error **err)
{
  (void)h, (void)buf, (void)n, (void)offset;
  return error_set (err, OVF_E_UNSUPPORTED, "this build has no libcurl");
}

ssize_t
http_read (struct http *h, void *buf, size_t n, struct ovf_error **err)
{
  (void)h, (void)buf, (void)n;
  error_set (err, OVF_E_UNSUPPORTED, "this build has no libcurl");
  return -1;
}
#endif /* !HAVE_LIBCURL */

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file on a web server that the user named, read through libcurl: any part
 * of it with range requests, or, where the server has none, once from front
 * to back.  The only caller of libcurl.
 *
 * Only http and https, redirects included, and never from https to http; the
 * server's certificate is always verified.  Memory is bounded, whatever the
 * server sends.  No URL that stands inside a package comes here. */
#ifndef OVF_BASE_HTTP_H
#define OVF_BASE_HTTP_H

#include <sys/types.h>

#include "base/alloc.h"
#include "base/ctx.h"

struct http;

/* "http://..." or "https://...", in any case? */
bool http_is_url (const char *text);
/* The last component of its path without the query, allocated; "" if none. */
char *http_base (const char *url);
/* The URL without a password, for messages, allocated. */
char *http_shown (const char *url);

/* Asks for the start of the file: OVF_E_IO when it cannot be had,
 * OVF_E_UNSUPPORTED in a build without libcurl. */
struct http *http_open (const struct ovf_ctx *, const char *url,
                        struct ovf_error **err);
void http_free (struct http *);
DEFINE_CLEANUP (http, http_free)

/* Bytes, or UINT64_MAX: not said. */
uint64_t http_size (const struct http *);
/* Can it be read anywhere?  Then http_size () is known. */
bool http_has_ranges (const struct http *);
/* Exactly n bytes at offset, of a file with ranges.  Any thread.  Reading on
 * where the last read ended goes on in the same response. */
bool http_pread (struct http *, void *buf, size_t n, uint64_t offset,
                 struct ovf_error **err);
/* The next bytes of a file without ranges: n, fewer only at its end, -1 on
 * failure. */
ssize_t http_read (struct http *, void *buf, size_t n, struct ovf_error **err);

#endif

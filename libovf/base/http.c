/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file on a web server; see http.h.
 *
 * One request is under way at a time.  What arrives goes straight to the
 * reader who waits for it, the rest into a buffer; when that is full the
 * transfer pauses.  A read that goes on where the last one ended asks for all
 * that follows, so that a disk comes in one response; any other asks for a
 * window only. */
#include "base/http.h"

#ifdef HAVE_LIBCURL /* else http-none.c */
#include <ctype.h>
#include <curl/curl.h>
#include <pthread.h>
#include <strings.h>

#include "base/text.h"

#define START_BYTES (64u << 10)   /* kept: descriptors lie there */
#define WINDOW_BYTES (16u << 10)  /* what is asked for at least */
#define BUFFER_BYTES (2u << 20)
#define SKIP_BYTES (256u << 10)   /* cheaper read over than asked anew */
#define CONNECT_SECONDS 30L
#define SILENCE_SECONDS 60L
#define MAX_REDIRECTS 5L
#define POLL_MS 200
#define MAX_VALIDATOR 256

struct http {
  const struct ovf_ctx *ctx;
  char *url, *shown;
  uint64_t size;            /* UINT64_MAX: not said */
  bool ranges;
  char *validator;          /* ETag or Last-Modified of the first response */
  uint8_t *start;           /* the first bytes */
  size_t start_len;
  uint64_t last_end;        /* where the last read ended */
  pthread_mutex_t lock;
  CURLM *multi;
  CURL *easy;
  struct curl_slist *headers;
  char message[CURL_ERROR_SIZE];

  /* the request under way */
  bool active, answered, paused;
  uint64_t from, stop;      /* what was asked for; stop UINT64_MAX: the rest */
  uint64_t at;              /* file offset of the next byte to hand out */
  uint64_t range_start, range_total; /* Content-Range */
  char *answer_validator;
  struct ovf_error *failure; /* of a callback */
  uint8_t *buffer;
  size_t head, len;         /* bytes that wait: buffer[head .. len) */
  uint8_t *want;            /* the reader's, filled first */
  size_t want_len;
};

/* ---- what the server says ------------------------------------------------ */
/* "bytes 0-65535/209715200", "bytes *" "/0". */
static void
take_range (struct http *h, const char *value)
{
  const char *slash = strchr (value, '/');
  const char *dash = strchr (value, '-');
  CLEANUP_FREE char *first = NULL;

  if (strncmp (value, "bytes ", 6) != 0 || slash == NULL)
    return;
  if (!parse_u64 (slash + 1, 0, UINT64_MAX - 1, &h->range_total))
    h->range_total = UINT64_MAX;
  if (dash == NULL || dash > slash)
    return;
  first = xstrndup (value + 6, (size_t)(dash - value) - 6);
  if (!parse_u64 (first, 0, UINT64_MAX - 1, &h->range_start))
    h->range_start = UINT64_MAX;
}

static size_t
on_header (char *data, size_t size, size_t n, void *opaque)
{
  static const struct { const char *name; bool range, strong; } rows[] = {
    { "content-range:", true, false },
    { "etag:", false, true },
    { "last-modified:", false, false },
  };
  struct http *h = opaque;
  size_t len = size * n;

  if (len >= 5 && memcmp (data, "HTTP/", 5) == 0) {
    h->range_start = h->range_total = UINT64_MAX;
    set_string (&h->answer_validator, NULL);
  }
  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    size_t name = strlen (rows[i].name);
    CLEANUP_FREE char *value = NULL;
    size_t end = len, begin = name;
    if (len <= name || strncasecmp (data, rows[i].name, name) != 0)
      continue;
    while (begin < end && isspace ((unsigned char)data[begin]))
      begin++;
    while (end > begin && isspace ((unsigned char)data[end - 1]))
      end--;
    if (end - begin > MAX_VALIDATOR)
      continue;
    value = xstrndup (data + begin, end - begin);
    if (rows[i].range)
      take_range (h, value);
    else if (rows[i].strong || h->answer_validator == NULL)
      set_string (&h->answer_validator, value);
  }
  return len;
}

static bool
refused (struct http *h, long code)
{
  error_set (&h->failure, OVF_E_IO, "'%s': the server answered %ld", h->shown, code);
  if (code == 401 || code == 403)
    error_hint (&h->failure, "it asks for a user: https://USER:PASSWORD@HOST/...");
  return false;
}

/* The first answer of all: what kind of file is it? */
static bool
first_answer (struct http *h, long code)
{
  curl_off_t length = -1;

  h->validator = xstrdup (h->answer_validator);
  if (code == 206 && h->range_start == 0 && h->range_total != UINT64_MAX) {
    h->ranges = true;
    h->size = h->range_total;
    return true;
  }
  if (code != 200)
    return refused (h, code);
  h->stop = UINT64_MAX;
  curl_easy_getinfo (h->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  h->size = length >= 0 ? (uint64_t)length : UINT64_MAX;
  return true;
}

static bool
same_file (struct http *h)
{
  if (h->range_total != h->size || h->range_start != h->from)
    return false;
  return h->validator == NULL
         || (h->answer_validator != NULL && strcmp (h->validator, h->answer_validator) == 0);
}

static bool
check_answer (struct http *h)
{
  long code = 0;

  if (h->answered)
    return true;
  h->answered = true;
  curl_easy_getinfo (h->easy, CURLINFO_RESPONSE_CODE, &code);
  if (h->start == NULL)
    return first_answer (h, code);
  if (code != 206 && code != 200)
    return refused (h, code);
  if (code == 206 && same_file (h))
    return true;
  return error_set (&h->failure, OVF_E_IO, "'%s' changed on the server while it was read",
                    h->shown);
}

/* ---- bytes that arrive ------------------------------------------------------ */
static size_t
on_data (char *data, size_t size, size_t n, void *opaque)
{
  struct http *h = opaque;
  size_t len = size * n, direct, rest;

  if (!check_answer (h))
    return 0;
  direct = h->len > h->head ? 0 : len < h->want_len ? len : h->want_len;
  rest = len - direct;
  if (h->len - h->head + rest > BUFFER_BYTES) {
    h->paused = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  if (direct > 0)
    memcpy (h->want, data, direct);
  h->want += direct;
  h->want_len -= direct;
  if (h->head == h->len)
    h->head = h->len = 0;
  if (h->len + rest > BUFFER_BYTES) {
    memmove (h->buffer, h->buffer + h->head, h->len - h->head);
    h->len -= h->head;
    h->head = 0;
  }
  memcpy (h->buffer + h->len, data + direct, rest);
  h->len += rest;
  return len;
}

static bool
transfer_failed (struct http *h, CURLcode code, struct ovf_error **err)
{
  const char *why = *h->message != '\0' ? h->message : curl_easy_strerror (code);

  if (h->failure != NULL)
    return error_move (err, &h->failure);
  error_set (err, OVF_E_IO, "cannot read '%s': %s", h->shown, why);
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
    error_hint (err, "SSL_CERT_FILE=FILE names the authority that made the certificate");
  return false;
}

/* A response without a body calls no on_data (). */
static bool
transfer_ended (struct http *h, CURLcode code, struct ovf_error **err)
{
  h->active = false;
  if (code == CURLE_OK && !check_answer (h))
    code = CURLE_WRITE_ERROR;
  return code == CURLE_OK || transfer_failed (h, code, err);
}

/* Some more of the transfer; *err and false when it failed. */
static bool
pump (struct http *h, struct ovf_error **err)
{
  int running = 0, left = 0;
  CURLMsg *m;

  if (h->paused && h->len == h->head) {
    h->paused = false;
    curl_easy_pause (h->easy, CURLPAUSE_CONT);
  }
  if (!ctx_alive (h->ctx, err))
    return false;
  if (curl_multi_perform (h->multi, &running) != CURLM_OK)
    return error_set (err, OVF_E_IO, "cannot read '%s': libcurl fails", h->shown);
  while ((m = curl_multi_info_read (h->multi, &left)) != NULL)
    if (m->msg == CURLMSG_DONE)
      return transfer_ended (h, m->data.result, err);
  if (h->len == h->head && h->want_len > 0 && !h->paused)
    curl_multi_poll (h->multi, NULL, 0, POLL_MS, NULL);
  return true;
}

/* ---- requests ------------------------------------------------------------------ */
static void
end_request (struct http *h)
{
  curl_multi_remove_handle (h->multi, h->easy);
  h->active = h->paused = h->answered = false;
  h->head = h->len = 0;
}

static bool
begin_request (struct http *h, uint64_t from, uint64_t stop, struct ovf_error **err)
{
  CLEANUP_FREE char *range =
    stop == UINT64_MAX ? xasprintf ("%llu-", (unsigned long long)from)
                       : xasprintf ("%llu-%llu", (unsigned long long)from,
                                    (unsigned long long)stop - 1);

  end_request (h);
  h->from = h->at = from;
  h->stop = stop;
  *h->message = '\0';
  curl_easy_setopt (h->easy, CURLOPT_RANGE, range);
  h->active = curl_multi_add_handle (h->multi, h->easy) == CURLM_OK;
  return h->active || error_set (err, OVF_E_IO, "cannot read '%s': libcurl fails", h->shown);
}

/* Up to n bytes at h->at, at least one but at the response's end (0). */
static ssize_t
take (struct http *h, uint8_t *buf, size_t n, struct ovf_error **err)
{
  size_t waiting = h->len - h->head, got;

  if (waiting > 0) {
    got = waiting < n ? waiting : n;
    memcpy (buf, h->buffer + h->head, got);
    h->head += got;
    h->at += got;
    return (ssize_t)got;
  }
  h->want = buf;
  h->want_len = n;
  while (h->active && h->want_len == n)
    if (!pump (h, err)) {
      h->want_len = 0;
      return -1;
    }
  got = n - h->want_len;
  h->want_len = 0;
  h->at += got;
  return (ssize_t)got;
}

static bool
take_all (struct http *h, uint8_t *buf, size_t n, struct ovf_error **err)
{
  while (n > 0) {
    ssize_t got = take (h, buf, n, err);
    if (got < 0)
      return false;
    if (got == 0)
      return error_set (err, OVF_E_IO, "'%s': the server ended too early", h->shown);
    buf += got;
    n -= (size_t)got;
  }
  return true;
}

static bool
skip_to (struct http *h, uint64_t offset, struct ovf_error **err)
{
  uint8_t waste[4096];

  while (h->at < offset) {
    size_t n = offset - h->at < sizeof waste ? (size_t)(offset - h->at) : sizeof waste;
    if (!take_all (h, waste, n, err))
      return false;
  }
  return true;
}

/* Is `offset` soon to come in the response under way? */
static bool
is_near (const struct http *h, uint64_t offset)
{
  return (h->active || h->len > h->head) && offset >= h->at
         && offset - h->at <= SKIP_BYTES && offset < h->stop;
}

/* ---- reading --------------------------------------------------------------------- */
/* `on`: the last read ended here, so all that follows will be wanted. */
static bool
read_part (struct http *h, bool on, uint8_t *buf, size_t n, uint64_t offset,
           size_t *ret_n, struct ovf_error **err)
{
  *ret_n = n;
  if (offset < h->start_len) {
    *ret_n = n < h->start_len - offset ? n : h->start_len - (size_t)offset;
    memcpy (buf, h->start + offset, *ret_n);
    return true;
  }
  if (!is_near (h, offset)) {
    uint64_t length = n > WINDOW_BYTES ? n : WINDOW_BYTES;
    bool all = on || h->size - offset <= length;
    if (!begin_request (h, offset, all ? UINT64_MAX : offset + length, err))
      return false;
  }
  if (h->stop != UINT64_MAX && n > h->stop - offset)
    *ret_n = (size_t)(h->stop - offset);
  return skip_to (h, offset, err) && take_all (h, buf, *ret_n, err);
}

bool
http_pread (struct http *h, void *buf, size_t n, uint64_t offset, struct ovf_error **err)
{
  uint8_t *p = buf;
  bool ok = true, on;

  if (!h->ranges)
    return error_set (err, OVF_E_UNSUPPORTED, "'%s' can only be read from front to back",
                      h->shown);
  if (offset > h->size || n > h->size - offset)
    return error_set (err, OVF_E_FORMAT, "the file ends early");
  pthread_mutex_lock (&h->lock);
  on = offset == h->last_end;
  while (ok && n > 0) {
    size_t got = 0;
    ok = read_part (h, on, p, n, offset, &got, err);
    p += got;
    n -= got;
    offset += got;
    h->last_end = offset;
  }
  pthread_mutex_unlock (&h->lock);
  return ok;
}

ssize_t
http_read (struct http *h, void *buf, size_t n, struct ovf_error **err)
{
  uint8_t *p = buf;
  size_t done = 0;
  ssize_t got = 1;

  if (h->last_end < h->start_len) {
    done = h->start_len - (size_t)h->last_end;
    if (done > n)
      done = n;
    memcpy (p, h->start + h->last_end, done);
  }
  while (done < n && (got = take (h, p + done, n - done, err)) > 0)
    done += (size_t)got;
  h->last_end += done;
  return got < 0 ? -1 : (ssize_t)done;
}

/* ---- opening ------------------------------------------------------------------------ */
static void
start_libcurl (void)
{
  curl_global_init (CURL_GLOBAL_DEFAULT);
}

static void
allow_protocols (struct http *h, bool secure)
{
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt (h->easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (h->easy, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
#else
  curl_easy_setopt (h->easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
  curl_easy_setopt (h->easy, CURLOPT_REDIR_PROTOCOLS,
                    secure ? (long)CURLPROTO_HTTPS : (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

static void
set_up (struct http *h)
{
  const char *authority = getenv ("SSL_CERT_FILE");

  h->headers = curl_slist_append (NULL, "Accept-Encoding: identity");
  curl_easy_setopt (h->easy, CURLOPT_URL, h->url);
  curl_easy_setopt (h->easy, CURLOPT_HTTPHEADER, h->headers);
  curl_easy_setopt (h->easy, CURLOPT_USERAGENT, "ovftool/" PACKAGE_VERSION);
  curl_easy_setopt (h->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (h->easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt (h->easy, CURLOPT_MAXREDIRS, MAX_REDIRECTS);
  curl_easy_setopt (h->easy, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
  curl_easy_setopt (h->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt (h->easy, CURLOPT_LOW_SPEED_TIME, SILENCE_SECONDS);
  curl_easy_setopt (h->easy, CURLOPT_BUFFERSIZE, 256L << 10);
  curl_easy_setopt (h->easy, CURLOPT_ERRORBUFFER, h->message);
  curl_easy_setopt (h->easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt (h->easy, CURLOPT_HEADERDATA, h);
  curl_easy_setopt (h->easy, CURLOPT_WRITEFUNCTION, on_data);
  curl_easy_setopt (h->easy, CURLOPT_WRITEDATA, h);
  if (authority != NULL)
    curl_easy_setopt (h->easy, CURLOPT_CAINFO, authority);
  allow_protocols (h, strncasecmp (h->url, "https:", 6) == 0);
}

/* The first bytes, which also tell what the server can do. */
static bool
read_start (struct http *h, struct ovf_error **err)
{
  CLEANUP_FREE uint8_t *start = xmalloc (START_BYTES);
  size_t len = 0;
  ssize_t got;

  if (!begin_request (h, 0, START_BYTES, err))
    return false;
  while (len < START_BYTES && (got = take (h, start + len, START_BYTES - len, err)) != 0) {
    if (got < 0)
      return false;
    len += (size_t)got;
  }
  h->start = STEAL (start);
  h->start_len = len;
  h->last_end = h->ranges ? UINT64_MAX : 0;
  return true;
}

struct http *
http_open (const struct ovf_ctx *ctx, const char *url, struct ovf_error **err)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  CLEANUP (http) struct http *h = xcalloc (1, sizeof *h);

  pthread_once (&once, start_libcurl);
  pthread_mutex_init (&h->lock, NULL);
  h->ctx = ctx;
  h->url = xstrdup (url);
  h->shown = http_shown (url);
  h->size = UINT64_MAX;
  h->buffer = xmalloc (BUFFER_BYTES);
  h->multi = curl_multi_init ();
  h->easy = curl_easy_init ();
  if (h->multi == NULL || h->easy == NULL) {
    error_set (err, OVF_E_IO, "libcurl does not start");
    return NULL;
  }
  set_up (h);
  return read_start (h, err) ? STEAL (h) : NULL;
}

void
http_free (struct http *h)
{
  if (h == NULL)
    return;
  if (h->multi != NULL && h->easy != NULL)
    curl_multi_remove_handle (h->multi, h->easy);
  if (h->easy != NULL)
    curl_easy_cleanup (h->easy);
  if (h->multi != NULL)
    curl_multi_cleanup (h->multi);
  curl_slist_free_all (h->headers);
  pthread_mutex_destroy (&h->lock);
  ovf_error_free (h->failure);
  free (h->answer_validator);
  free (h->validator);
  free (h->start);
  free (h->buffer);
  free (h->shown);
  free (h->url);
  free (h);
}

uint64_t
http_size (const struct http *h)
{
  return h->size;
}

bool
http_has_ranges (const struct http *h)
{
  return h->ranges;
}

#endif /* HAVE_LIBCURL */

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* URLs as names: which texts are some, and what is shown of them. */
#include <strings.h>

#include "base/http.h"

bool
http_is_url (const char *text)
{
  return strncasecmp (text, "http://", 7) == 0 || strncasecmp (text, "https://", 8) == 0;
}

char *
http_base (const char *url)
{
  const char *start = strstr (url, "://");
  size_t n;

  start = start != NULL ? start + 3 : url;
  n = strcspn (start, "?#");
  for (size_t i = n; i > 0; i--)
    if (start[i - 1] == '/')
      return xstrndup (start + i, n - i);
  return xstrdup ("");
}

char *
http_shown (const char *url)
{
  const char *host = strstr (url, "://");
  size_t authority, scheme;
  const char *at = NULL;

  if (host == NULL)
    return xstrdup (url);
  host += 3;
  scheme = (size_t)(host - url);
  authority = strcspn (host, "/?#");
  for (size_t i = 0; i < authority; i++)
    if (host[i] == '@')
      at = host + i + 1;
  return at != NULL ? xasprintf ("%.*s%s", (int)scheme, url, at) : xstrdup (url);
}

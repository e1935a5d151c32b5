/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the password of a key comes from: OpenSSL's notation (pass:, env:,
 * file:, fd:, stdin), or a question on the terminal. */
#include "package/signer-impl.h"

#include "base/file.h"
#include "base/text.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <unistd.h>

#define PASSWORD_MAX 1024u

/* The first line of what fd gives, as OpenSSL reads it. */
static char *
first_line (int fd, const char *source, struct ovf_error **err)
{
  char buf[PASSWORD_MAX + 1];
  size_t n = 0;
  char *line;

  /* Byte by byte: what follows the line may be for someone else. */
  while (n < PASSWORD_MAX) {
    ssize_t r = file_read_some (NULL, fd, buf + n, 1, err);

    if (r == -1)
      return NULL;
    if (r == 0 || buf[n] == '\n')
      break;
    n++;
  }
  if (n == PASSWORD_MAX) {
    error_set (err, OVF_E_USAGE, "the password of '%s' is too long", source);
    return NULL;
  }
  if (n > 0 && buf[n - 1] == '\r')
    n--;
  line = xstrndup (buf, n);
  OPENSSL_cleanse (buf, sizeof buf);
  return line;
}

static char *
from_pass (const char *rest, const char *source, struct ovf_error **err)
{
  (void)source;
  (void)err;
  return xstrdup (rest);
}

static char *
from_env (const char *rest, const char *source, struct ovf_error **err)
{
  const char *value = getenv (rest);

  (void)source;
  if (value == NULL)
    error_set (err, OVF_E_USAGE, "the environment has no variable '%s'", rest);
  return xstrdup (value);
}

static char *
from_file (const char *rest, const char *source, struct ovf_error **err)
{
  CLEANUP_FD int fd = file_open_user (rest, NULL, err);

  return fd == -1 ? NULL : first_line (fd, source, err);
}

static char *
from_fd (const char *rest, const char *source, struct ovf_error **err)
{
  unsigned fd;

  if (!parse_unsigned (rest, 0, 1 << 20, &fd)) {
    error_set (err, OVF_E_USAGE, "'%s' names no file descriptor", source);
    return NULL;
  }
  return first_line ((int)fd, source, err);
}

static char *
from_stdin (const char *rest, const char *source, struct ovf_error **err)
{
  if (*rest) {
    error_set (err, OVF_E_USAGE, "nothing may follow 'stdin' in '%s'", source);
    return NULL;
  }
  return first_line (STDIN_FILENO, source, err);
}

static char *
ask (const char *key, struct ovf_error **err)
{
  CLEANUP_FREE char *shown = ovf_escape (key);
  CLEANUP_FREE char *prompt = xasprintf ("Password of %s: ", shown);
  char buf[PASSWORD_MAX];
  char *password;

  if (!isatty (STDIN_FILENO)) {
    error_set (err, OVF_E_USAGE, "the key '%s' needs a password", key);
    error_hint (err, "--passin env:VARIABLE, file:PATH, fd:N or stdin gives it");
    return NULL;
  }
  if (EVP_read_pw_string (buf, sizeof buf, prompt, 0) != 0) {
    error_set (err, OVF_E_USAGE, "no password was given for the key '%s'", key);
    return NULL;
  }
  password = xstrdup (buf);
  OPENSSL_cleanse (buf, sizeof buf);
  return password;
}

char *
passin_read (const struct ovf_ctx *ctx, const char *source, const char *key,
             struct ovf_error **err)
{
  static const struct {
    const char *prefix;
    char *(*read) (const char *rest, const char *source,
                   struct ovf_error **err);
  } kinds[] = { { "pass:", from_pass }, { "env:", from_env },
                { "file:", from_file }, { "fd:", from_fd },
                { "stdin", from_stdin } };

  (void)ctx;
  if (source == NULL)
    return ask (key, err);
  for (size_t i = 0; i < ARRAY_SIZE (kinds); i++) {
    size_t len = strlen (kinds[i].prefix);

    if (strncmp (source, kinds[i].prefix, len) == 0)
      return kinds[i].read (source + len, source, err);
  }
  error_set (err, OVF_E_USAGE, "'%s' does not say where the password is",
             source);
  error_hint (err, "pass:PASSWORD, env:VARIABLE, file:PATH, fd:N or stdin");
  return NULL;
}

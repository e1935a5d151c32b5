/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signing by a program of the user's: keys in a smart card or a signing
 * service.  It gets the path of a copy of the manifest in a private folder
 * and writes NAME.cert beside it.  What it made is checked before use. */
#include "package/signer-impl.h"

#include "base/child.h"
#include "base/file.h"
#include "base/output.h"
#include "base/text.h"
#include "base/vector.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- a private folder ------------------------------------------------ */

struct folder { char *path; };

static void
folder_remove (struct folder *folder)
{
  DIR *dir = folder->path ? opendir (folder->path) : NULL;

  for (struct dirent *e; dir && (e = readdir (dir)) != NULL;)
    unlinkat (dirfd (dir), e->d_name, 0); /* "." and ".." refuse it */
  if (dir)
    closedir (dir);
  if (folder->path)
    rmdir (folder->path);
  free (folder->path);
}

static bool
folder_make (struct folder *folder, struct ovf_error **err)
{
  const char *base = getenv ("TMPDIR");
  char *path = xasprintf ("%s/ovftool-sign-XXXXXX",
                          base && *base ? base : "/tmp");

  if (mkdtemp (path) == NULL) {
    error_errno (err, errno, "cannot make the folder '%s'", path);
    free (path);
    return false;
  }
  folder->path = path;
  return true;
}

static bool
folder_put (const struct ovf_ctx *ctx, const char *path, const char *text,
            size_t len, struct ovf_error **err)
{
  struct output *out = output_new_file (ctx, path, false, err);
  bool ok = out && file_write (output_fd (out), text, len, err)
            && output_commit (out, err);

  output_free (out);
  return ok;
}

static char *
folder_get (const struct ovf_ctx *ctx, const char *path, const char *name,
            size_t *ret_len, struct ovf_error **err)
{
  CLEANUP_FD int dir = dir_open (path, err);
  CLEANUP_FD int fd = -1;

  if (dir == -1)
    return NULL;
  fd = file_open_beneath (dir, name, NULL, err);
  if (fd == -1)
    return NULL;
  return file_read_text (ctx, fd, name, LIMIT_CERTIFICATE, ret_len, err);
}

/* ---- what it made ---------------------------------------------------- */

static int
hex_digit (char c)
{
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

/* `ALG(name)= hex` at the start of text: the algorithm and the signature. */
static uint8_t *
parse_signature (const char *text, const char *name, const EVP_MD **ret_md,
                 size_t *ret_len)
{
  const char *open = strchr (text, '(');
  CLEANUP_FREE char *label
    = open ? xstrndup (text, (size_t)(open - text)) : NULL;
  enum digest_alg alg = label ? digest_by_name (label) : DIGEST_NONE;
  size_t len = strlen (name), n = 0;
  uint8_t *sig;
  const char *p;

  if (alg == DIGEST_NONE || strncmp (open + 1, name, len) != 0
      || strncmp (open + 1 + len, ")=", 2) != 0)
    return NULL;
  *ret_md = EVP_get_digestbyname (digest_name (alg));
  p = open + len + 3;
  p += strspn (p, " ");
  sig = xmalloc (strcspn (p, "\r\n") / 2 + 1);
  for (; hex_digit (p[0]) >= 0 && hex_digit (p[1]) >= 0; p += 2)
    sig[n++] = (uint8_t)(hex_digit (p[0]) << 4 | hex_digit (p[1]));
  *ret_len = n;
  return sig;
}

static bool
fits (const char *text, size_t text_len, const char *name, const void *manifest,
      size_t len)
{
  const EVP_MD *md = NULL;
  size_t sig_len = 0;
  CLEANUP_FREE uint8_t *sig = parse_signature (text, name, &md, &sig_len);
  BIO *bio = BIO_new_mem_buf (text, (int)text_len);
  EVP_MD_CTX *mdctx = EVP_MD_CTX_new ();
  X509 *x;
  bool ok;

  if (bio == NULL || mdctx == NULL)
    abort ();
  x = PEM_read_bio_X509 (bio, NULL, NULL, NULL);
  ok = sig && md && x && X509_get0_pubkey (x)
       && EVP_DigestVerifyInit (mdctx, NULL, md, NULL, X509_get0_pubkey (x))
            == 1
       && EVP_DigestVerify (mdctx, sig, sig_len, manifest, len) == 1;
  ERR_clear_error ();
  X509_free (x);
  EVP_MD_CTX_free (mdctx);
  BIO_free (bio);
  return ok;
}

/* ---- running it ------------------------------------------------------ */

/* The command's words, split at blanks: no shell reads them. */
static void
split_words (const char *command, strings *words)
{
  for (const char *p = command; *(p += strspn (p, " \t")) != '\0';) {
    size_t n = strcspn (p, " \t");

    strings_append (words, xstrndup (p, n));
    p += n;
  }
}

static bool
run (const struct ovf_ctx *ctx, const char *command, const char *path,
     const char *cwd, struct ovf_error **err)
{
  strings words = { 0 };
  struct child_result result;
  bool ok;

  split_words (command, &words);
  strings_append (&words, xstrdup (path));
  strings_append (&words, NULL);
  ok = child_run (ctx, (const char *const *)words.ptr, NULL, 0, cwd, true,
                  &result, err);
  if (ok) {
    CLEANUP_FREE char *said = text_trim (result.err_text);

    if (result.status != 0)
      ok = error_set (err, OVF_E_TOOL, "'%s' failed with status %d%s%s",
                      words.ptr[0], result.status, *said ? ": " : "", said);
    child_result_free (&result);
  }
  strings_free (&words);
  return ok;
}

char *
signer_run (struct ovf_ctx *ctx, const char *command, const char *manifest_name,
            const char *manifest, size_t len, size_t *ret_len,
            struct ovf_error **err)
{
  struct folder folder = { NULL };
  CLEANUP_FREE char *stem = path_stem (manifest_name);
  CLEANUP_FREE char *cert = xasprintf ("%s.cert", stem);
  CLEANUP_FREE char *path = NULL;
  char *text = NULL;

  if (!folder_make (&folder, err))
    return NULL;
  path = path_join (folder.path, manifest_name);
  if (folder_put (ctx, path, manifest, len, err)
      && run (ctx, command, path, folder.path, err))
    text = folder_get (ctx, folder.path, cert, ret_len, err);
  folder_remove (&folder);
  if (text == NULL) {
    error_prefix (err, "signing");
    return NULL;
  }
  if (*ret_len > SIGNER_COMMAND_ROOM)
    error_set (err, OVF_E_TOOL, "'%s' made a certificate file of %zu bytes, "
               "%u are kept for it", command, *ret_len, SIGNER_COMMAND_ROOM);
  else if (!fits (text, *ret_len, manifest_name, manifest, len))
    error_set (err, OVF_E_TOOL, "what '%s' made is no signature of the "
               "manifest with the certificate beside it", command);
  else
    return text;
  free (text);
  return NULL;
}

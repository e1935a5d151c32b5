/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a certificate file: a signature line, the signer's certificate in
 * PEM, further certificates; what else there is makes it unclean, not
 * unreadable.  See signature.h. */
#include "package/signature.h"

#include <openssl/pem.h>

#include "base/text.h"

/* A chain is short; path building tries them all. */
#define MAX_CERTIFICATES 32
/* RSA of 16384 bits has half of that. */
#define MAX_SIGNATURE_HEX 8192

static void
unclean (struct cert_file *f, const char *why)
{
  if (f->unclean == NULL)
    f->unclean = xstrdup (why);
}

/* ---- the signature line ---------------------------------------------------------- */
static void
take_signature (struct cert_file *f, const struct manifest_line *l)
{
  if (f->hex != NULL) {
    unclean (f, "more than one signature line");
    return;
  }
  f->alg = xstrndup (l->alg, l->alg_len);
  f->name = xstrndup (l->name, l->name_len);
  f->hex = xstrndup (l->hex, l->hex_len);
  if (f->signer != NULL)
    unclean (f, "the signature line does not come first");
}

/* Old samples wrap the hexadecimal number over several lines. */
static bool
continues_signature (struct cert_file *f, const char *line, size_t n)
{
  size_t old = f->hex ? strlen (f->hex) : 0;

  while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'))
    n--;
  for (size_t i = 0; i < n; i++)
    if (!((line[i] >= '0' && line[i] <= '9') || ((line[i] | 0x20) >= 'a' && (line[i] | 0x20) <= 'f')))
      return false;
  if (old == 0 || f->signer != NULL || n > MAX_SIGNATURE_HEX
      || old + n > MAX_SIGNATURE_HEX)
    return false;
  f->hex = xrealloc (f->hex, old + n + 1);
  memcpy (f->hex + old, line, n);
  f->hex[old + n] = '\0';
  return true;
}

/* ---- PEM blocks --------------------------------------------------------------------- */
/* "CERTIFICATE" of "-----BEGIN CERTIFICATE-----", or NULL. */
static char *
pem_label (const char *line, size_t n, const char *word)
{
  size_t head = strlen (word);

  while (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'))
    n--;
  if (n < head + 5 || memcmp (line, word, head) != 0
      || memcmp (line + n - 5, "-----", 5) != 0)
    return NULL;
  return xstrndup (line + head, n - head - 5);
}

static X509 *
decode (const char *block, size_t len)
{
  BIO *bio = BIO_new_mem_buf (block, (int)len); /* within the limit, < 2^31 */
  char *name = NULL, *header = NULL;
  unsigned char *der = NULL;
  const unsigned char *p;
  X509 *x = NULL;
  long n = 0;

  if (bio == NULL)
    return NULL;
  /* No password is ever asked for: PEM_read_bio () does not decrypt. */
  if (PEM_read_bio (bio, &name, &header, &der, &n) && header[0] == '\0') {
    p = der;
    x = d2i_X509 (NULL, &p, n);
    if (x != NULL && p != der + n) {
      X509_free (x);
      x = NULL;
    }
  }
  OPENSSL_free (name);
  OPENSSL_free (header);
  OPENSSL_free (der);
  BIO_free (bio);
  return x;
}

static void
take_block (struct cert_file *f, const char *label, const char *block, size_t len)
{
  X509 *x;

  if (strcmp (label, "CERTIFICATE") != 0) {
    CLEANUP_FREE char *why = xasprintf ("a '%.60s' block in the certificate file", label);
    unclean (f, strstr (label, "PRIVATE KEY") ? "a private key in the certificate file" : why);
    return;
  }
  x = f->count++ < MAX_CERTIFICATES ? decode (block, len) : NULL;
  if (x == NULL)
    unclean (f, "a certificate that cannot be read");
  if (f->count == 1)
    f->signer = x;
  else if (x != NULL && !sk_X509_push (f->others, x))
    X509_free (x);
}

/* From the BEGIN line at *at, which has been read, to its END line. */
static void
read_block (struct cert_file *f, const char *text, size_t len, size_t begin,
            size_t *at, const char *label)
{
  CLEANUP_FREE char *want = xasprintf ("-----END %s-----", label);
  const char *line;
  size_t n;

  while ((line = text_next_line (text, len, at, &n)) != NULL)
    if (n >= strlen (want) && memcmp (line, want, strlen (want)) == 0
        && line_is_blank (line + strlen (want), n - strlen (want))) {
      take_block (f, label, text + begin, *at < len ? *at - begin : len - begin);
      return;
    }
  unclean (f, "a block without an end");
}

void
cert_file_read (struct cert_file *f, const char *text, size_t len)
{
  struct manifest_line l;
  size_t at = 0, begin = 0, n;
  const char *line;

  memset (f, 0, sizeof *f);
  f->others = sk_X509_new_null ();
  for (; (line = text_next_line (text, len, &at, &n)) != NULL; begin = at) {
    CLEANUP_FREE char *label = pem_label (line, n, "-----BEGIN ");
    if (label != NULL)
      read_block (f, text, len, begin, &at, label);
    else if (manifest_line_parse (line, n, &l))
      take_signature (f, &l);
    else if (!line_is_blank (line, n) && !continues_signature (f, line, n))
      unclean (f, "other text in the certificate file");
  }
}

void
cert_file_done (struct cert_file *f)
{
  free (f->alg);
  free (f->name);
  free (f->hex);
  free (f->unclean);
  X509_free (f->signer);
  sk_X509_pop_free (f->others, X509_free);
}

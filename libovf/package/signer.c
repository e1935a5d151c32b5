/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making a certificate file (DSP0243 5.1): `SHA256(name.mf)= hex`, a PKCS #1
 * v1.5 or ECDSA signature over the manifest's very bytes, then the signer's
 * certificate and its chain as PEM.  `openssl dgst -verify` accepts it. */
#include "package/signer.h"

#include "base/file.h"
#include "base/text.h"
#include "base/vector.h"
#include "package/signer-impl.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

struct signer {
  struct ovf_ctx *ctx;
  EVP_PKEY *key;
  char *chain;   /* PEM: the signer's certificate first */
  size_t chain_len;
  char *command; /* instead of key and chain */
};

/* What OpenSSL says of the last failure, as the end of our sentence. */
static bool
crypto_error (struct ovf_error **err, enum ovf_code code, const char *what)
{
  unsigned long e = ERR_peek_last_error ();
  const char *reason = e ? ERR_reason_error_string (e) : NULL;

  ERR_clear_error ();
  return error_set (err, code, "%s: %s", what,
                    reason ? reason : "unknown reason");
}

static char *
read_pem (const struct ovf_ctx *ctx, const char *path, size_t *ret_len,
          struct ovf_error **err)
{
  CLEANUP_FD int fd = file_open_user (path, NULL, err);

  if (fd == -1)
    return NULL;
  return file_read_text (ctx, fd, path, LIMIT_CERTIFICATE, ret_len, err);
}

/* ---- key ------------------------------------------------------------- */

static int
no_password (char *buf, int size, int rwflag, void *opaque)
{
  (void)buf;
  (void)size;
  (void)rwflag;
  *(bool *)opaque = true;
  return -1;
}

static int
give_password (char *buf, int size, int rwflag, void *opaque)
{
  const char *password = opaque;
  size_t len = strlen (password);

  (void)rwflag;
  if (len > (size_t)size)
    return -1;
  memcpy (buf, password, len);
  return (int)len;
}

static EVP_PKEY *
parse_key (const char *pem, size_t len, pem_password_cb *password, void *opaque)
{
  BIO *bio = BIO_new_mem_buf (pem, (int)len);
  EVP_PKEY *key;

  if (bio == NULL)
    abort ();
  key = PEM_read_bio_PrivateKey (bio, NULL, password, opaque);
  BIO_free (bio);
  return key;
}

/* A key that needs a password, after that of --passin or of the terminal. */
static EVP_PKEY *
parse_locked_key (struct ovf_ctx *ctx, const struct signer_settings *set,
                  const char *pem, size_t len, struct ovf_error **err)
{
  char *password = passin_read (ctx, set->passin, set->key, err);
  EVP_PKEY *key;

  if (password == NULL)
    return NULL;
  key = parse_key (pem, len, give_password, password);
  OPENSSL_cleanse (password, strlen (password));
  free (password);
  ERR_clear_error ();
  if (key == NULL)
    error_set (err, OVF_E_USAGE, "the password does not open the key '%s'",
               set->key);
  return key;
}

static EVP_PKEY *
read_key (struct ovf_ctx *ctx, const struct signer_settings *set,
          struct ovf_error **err)
{
  size_t len;
  CLEANUP_FREE char *pem = read_pem (ctx, set->key, &len, err);
  bool locked = false;
  EVP_PKEY *key;

  if (pem == NULL)
    return NULL;
  key = parse_key (pem, len, no_password, &locked);
  ERR_clear_error ();
  if (key == NULL && locked)
    key = parse_locked_key (ctx, set, pem, len, err);
  else if (key == NULL)
    error_set (err, OVF_E_USAGE, "no private key in PEM form in '%s'",
               set->key);
  OPENSSL_cleanse (pem, len);
  if (key && !EVP_PKEY_is_a (key, "RSA") && !EVP_PKEY_is_a (key, "EC")) {
    error_set (err, OVF_E_UNSUPPORTED,
               "packages are signed with RSA or ECDSA; '%s' is %s", set->key,
               EVP_PKEY_get0_type_name (key));
    EVP_PKEY_free (key);
    return NULL;
  }
  return key;
}

/* ---- certificates ---------------------------------------------------- */

static STACK_OF (X509) *
read_certificates (struct ovf_ctx *ctx, const char *path,
                   struct ovf_error **err)
{
  size_t len;
  CLEANUP_FREE char *pem = read_pem (ctx, path, &len, err);
  STACK_OF (X509) *all;
  BIO *bio;
  X509 *x;

  if (pem == NULL)
    return NULL;
  all = sk_X509_new_null ();
  bio = BIO_new_mem_buf (pem, (int)len);
  if (all == NULL || bio == NULL)
    abort ();
  while ((x = PEM_read_bio_X509 (bio, NULL, NULL, NULL)) != NULL)
    sk_X509_push (all, x);
  BIO_free (bio);
  if (ERR_GET_REASON (ERR_peek_last_error ()) == PEM_R_NO_START_LINE
      && sk_X509_num (all) > 0) {
    ERR_clear_error ();
    return all;
  }
  if (sk_X509_num (all) > 0)
    crypto_error (err, OVF_E_USAGE, path);
  else
    error_set (err, OVF_E_USAGE, "no certificate in PEM form in '%s'", path);
  ERR_clear_error ();
  sk_X509_pop_free (all, X509_free);
  return NULL;
}

/* What makes verifiers say "untrusted" (cli.md 3.1). */
static void
judge_certificate (X509 *x, const char *path, struct ovf_report *report)
{
  EVP_PKEY *key = X509_get0_pubkey (x);
  int min = key && EVP_PKEY_is_a (key, "RSA") ? 2048 : 256;

  if (X509_cmp_current_time (X509_get0_notAfter (x)) < 0)
    report_add (report, OVF_WARNING, "SIGN-EXPIRED", path, 0, NULL,
                "the certificate has expired");
  if (X509_cmp_current_time (X509_get0_notBefore (x)) > 0)
    report_add (report, OVF_WARNING, "SIGN-EXPIRED", path, 0, NULL,
                "the certificate is not valid yet");
  if (key && EVP_PKEY_get_bits (key) < min)
    report_add (report, OVF_WARNING, "SIGN-WEAK", path, 0, NULL,
                "the key has only %d bits, verifiers want %d",
                EVP_PKEY_get_bits (key), min);
  if (!(X509_get_key_usage (x) & X509v3_KU_DIGITAL_SIGNATURE))
    report_add (report, OVF_WARNING, "SIGN-USAGE", path, 0, NULL,
                "the certificate is not made for digital signatures");
}

/* The signer's certificate, wherever it stands in the file, then the others. */
static char *
write_chain (STACK_OF (X509) *all, X509 *own, size_t *ret_len)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  char *text, *data;
  long len;

  if (bio == NULL || !PEM_write_bio_X509 (bio, own))
    abort ();
  for (int i = 0; i < sk_X509_num (all); i++)
    if (sk_X509_value (all, i) != own
        && !PEM_write_bio_X509 (bio, sk_X509_value (all, i)))
      abort ();
  len = BIO_get_mem_data (bio, &data);
  text = xstrndup (data, (size_t)len);
  *ret_len = (size_t)len;
  BIO_free (bio);
  return text;
}

static bool
take_certificates (struct signer *s, const struct signer_settings *set,
                   struct ovf_report *report, struct ovf_error **err)
{
  STACK_OF (X509) *all = read_certificates (s->ctx, set->cert, err);
  X509 *own = NULL;

  if (all == NULL)
    return false;
  for (int i = 0; i < sk_X509_num (all) && own == NULL; i++)
    if (X509_check_private_key (sk_X509_value (all, i), s->key) == 1)
      own = sk_X509_value (all, i);
  ERR_clear_error ();
  if (own) {
    judge_certificate (own, set->cert, report);
    s->chain = write_chain (all, own, &s->chain_len);
  } else
    error_set (err, OVF_E_USAGE,
               "the key '%s' does not belong to a certificate of '%s'",
               set->key, set->cert);
  sk_X509_pop_free (all, X509_free);
  return own != NULL;
}

/* ---- signing --------------------------------------------------------- */

struct signer *
signer_new (struct ovf_ctx *ctx, const struct signer_settings *set,
            struct ovf_report *report, struct ovf_error **err)
{
  CLEANUP (signer) struct signer *s = xcalloc (1, sizeof *s);

  s->ctx = ctx;
  if (set->command) {
    if (set->key || set->cert) {
      error_set (err, OVF_E_USAGE,
                 "a signing command goes without key and certificate");
      return NULL;
    }
    if (text_is_blank (set->command)) {
      error_set (err, OVF_E_USAGE, "the signing command is empty");
      return NULL;
    }
    s->command = xstrdup (set->command);
    return STEAL (s);
  }
  if (set->key == NULL || set->cert == NULL) {
    error_set (err, OVF_E_USAGE, "signing needs both a key and a certificate");
    return NULL;
  }
  s->key = read_key (ctx, set, err);
  if (s->key == NULL || !take_certificates (s, set, report, err))
    return NULL;
  return STEAL (s);
}

void
signer_free (struct signer *s)
{
  if (s == NULL)
    return;
  EVP_PKEY_free (s->key);
  free (s->chain);
  free (s->command);
  free (s);
}

enum digest_alg
signer_digest (enum digest_alg manifest)
{
  return manifest == DIGEST_SHA512 ? DIGEST_SHA512 : DIGEST_SHA256;
}

size_t
signer_room (const struct signer *s, const char *manifest_name)
{
  if (s->command)
    return SIGNER_COMMAND_ROOM;
  return strlen ("SHA256()= \n") + strlen (manifest_name)
         + 2 * (size_t)EVP_PKEY_get_size (s->key) + s->chain_len;
}

/* The signature, allocated. */
static uint8_t *
sign_bytes (const struct signer *s, const void *p, size_t n,
            enum digest_alg alg, size_t *ret_len, struct ovf_error **err)
{
  EVP_MD_CTX *md = EVP_MD_CTX_new ();
  uint8_t *sig = xmalloc ((size_t)EVP_PKEY_get_size (s->key));
  size_t len = (size_t)EVP_PKEY_get_size (s->key);
  bool ok;

  if (md == NULL)
    abort ();
  ok = EVP_DigestSignInit (md, NULL, EVP_get_digestbyname (digest_name (alg)),
                           NULL, s->key) == 1
       && EVP_DigestSign (md, sig, &len, p, n) == 1;
  EVP_MD_CTX_free (md);
  if (!ok) {
    crypto_error (err, OVF_E_IO, "cannot sign");
    free (sig);
    return NULL;
  }
  *ret_len = len;
  return sig;
}

char *
signer_sign (const struct signer *s, const char *manifest_name,
             const char *manifest, size_t len, enum digest_alg alg,
             size_t *ret_len, struct ovf_error **err)
{
  CLEANUP_FREE uint8_t *sig = NULL;
  CLEANUP_FREE char *hex = NULL;
  size_t sig_len;
  char *text;

  if (s->command)
    return signer_run (s->ctx, s->command, manifest_name, manifest, len,
                       ret_len, err);
  sig = sign_bytes (s, manifest, len, alg, &sig_len, err);
  if (sig == NULL)
    return NULL;
  hex = xmalloc (2 * sig_len + 1);
  text_hex (sig, sig_len, hex);
  text = xasprintf ("%s(%s)= %s\n%s", digest_label (alg), manifest_name, hex,
                    s->chain);
  *ret_len = strlen (text);
  return text;
}

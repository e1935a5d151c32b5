/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judging the signature of a package; see signature.h and cli.md 3.1.
 * `invalid` is mathematics; `untrusted` lists every reason that there is. */
#include "package/signature.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

#define MIN_RSA_BITS 2048
#define MIN_EC_BITS 256
#define AUTH_LEVEL 2 /* OpenSSL: 112 bits, so RSA 2048 and no SHA-1, in the chain */
#define MAX_CHAIN 10

/* ---- reasons ------------------------------------------------------------------ */
static void add_reason (struct signature *s, const char *fmt, ...) PRINTF (2, 3);

static void
add_reason (struct signature *s, const char *fmt, ...)
{
  CLEANUP_FREE char *one = NULL;
  char *all;
  va_list args;

  va_start (args, fmt);
  one = xvasprintf (fmt, args);
  va_end (args);
  all = s->reason ? xasprintf ("%s; %s", s->reason, one) : STEAL (one);
  free (s->reason);
  s->reason = all;
}

static bool
invalid (struct signature *s, const char *why)
{
  s->trust = TRUST_INVALID;
  free (s->reason);
  s->reason = xstrdup (why);
  return true;
}

/* ---- mathematics ---------------------------------------------------------------- */
static const struct md_row {
  const char *name, *title;
  bool weak;
} mds[] = { /* what a signature line may say */
  { "MD5", "MD5", true },
  { "SHA1", "SHA-1", true },
  { "SHA224", "SHA-224", true },
  { "SHA256", "SHA-256", false },
  { "SHA384", "SHA-384", false },
  { "SHA512", "SHA-512", false },
};

static const struct md_row *
md_by_word (const char *word)
{
  enum digest_alg alg = digest_by_name (word);
  const char *name = alg != DIGEST_NONE ? digest_label (alg) : word;

  for (size_t i = 0; i < ARRAY_SIZE (mds); i++)
    if (text_equal_nocase (mds[i].name, name))
      return &mds[i];
  return NULL;
}

static unsigned char *
from_hex (const char *hex, size_t *ret_n)
{
  size_t n = strlen (hex) / 2;
  unsigned char *out = xmalloc (n + 1);

  for (size_t i = 0; i < 2 * n; i++) {
    int v = hex[i] <= '9' ? hex[i] - '0' : (hex[i] | 0x20) - 'a' + 10;
    out[i / 2] = (unsigned char)(i % 2 ? out[i / 2] | v : v << 4);
  }
  *ret_n = n;
  return out;
}

static bool
signature_fits (EVP_PKEY *key, const EVP_MD *md, const char *hex,
                const struct part *manifest)
{
  size_t n;
  CLEANUP_FREE unsigned char *sig = from_hex (hex, &n);
  EVP_MD_CTX *ctx = EVP_MD_CTX_new ();
  bool good = ctx != NULL && strlen (hex) % 2 == 0
              && EVP_DigestVerifyInit (ctx, NULL, md, NULL, key) == 1
              && EVP_DigestVerify (ctx, sig, n, (const unsigned char *)manifest->data,
                                   manifest->len) == 1;

  EVP_MD_CTX_free (ctx);
  return good;
}

/* The line must speak of this manifest; a package in a subfolder is signed
 * under the plain name. */
static bool
names_manifest (const char *name, const struct part *manifest)
{
  CLEANUP_FREE char *a = path_base (name);
  CLEANUP_FREE char *b = path_base (manifest->name);

  return text_equal_nocase (a, b);
}

/* False: invalid, with the reason. */
static bool
check_mathematics (const struct cert_file *f, const struct part *manifest,
                   struct signature *s)
{
  const struct md_row *md = f->alg ? md_by_word (f->alg) : NULL;
  EVP_PKEY *key = f->signer ? X509_get0_pubkey (f->signer) : NULL;
  const EVP_MD *evp;

  if (f->hex == NULL)
    return !invalid (s, "no signature in the certificate file");
  if (f->signer == NULL)
    return !invalid (s, "no readable certificate of the signer");
  if (!names_manifest (f->name, manifest))
    return !invalid (s, "the signature is of another file");
  if (md == NULL || (evp = EVP_get_digestbyname (md->name)) == NULL)
    return !invalid (s, "the signature's algorithm is unknown");
  if (key == NULL
      || (EVP_PKEY_get_base_id (key) != EVP_PKEY_RSA
          && EVP_PKEY_get_base_id (key) != EVP_PKEY_EC))
    return !invalid (s, "the signer's key is neither RSA nor ECDSA");
  if (!signature_fits (key, evp, f->hex, manifest))
    return !invalid (s, "the signature does not fit the manifest");
  if (md->weak)
    add_reason (s, "signed with %s", md->title);
  return true;
}

/* ---- the signer's certificate --------------------------------------------------- */
static char *
date_of (const ASN1_TIME *t)
{
  struct tm tm;

  if (!ASN1_TIME_to_tm (t, &tm))
    return NULL;
  return xasprintf ("%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static char *
subject_of (X509 *x)
{
  BIO *bio = BIO_new (BIO_s_mem ());
  char *text = NULL, *data;
  long n;

  if (bio != NULL
      && X509_NAME_print_ex (bio, X509_get_subject_name (x), 0,
                             XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0
      && (n = BIO_get_mem_data (bio, &data)) >= 0)
    text = xstrndup (data, (size_t)n);
  BIO_free (bio);
  return text;
}

static void
describe (X509 *x, struct signature *s)
{
  s->signer = subject_of (x);
  s->not_before = date_of (X509_get0_notBefore (x));
  s->not_after = date_of (X509_get0_notAfter (x));
}

static void
check_dates (X509 *x, struct signature *s)
{
  if (s->not_before == NULL || s->not_after == NULL) {
    add_reason (s, "the certificate's dates cannot be read");
    return;
  }
  if (X509_cmp_current_time (X509_get0_notAfter (x)) < 0)
    add_reason (s, "certificate expired %s", s->not_after);
  if (X509_cmp_current_time (X509_get0_notBefore (x)) > 0)
    add_reason (s, "certificate not valid before %s", s->not_before);
}

static void
check_key (X509 *x, struct signature *s)
{
  EVP_PKEY *key = X509_get0_pubkey (x);
  bool rsa = EVP_PKEY_get_base_id (key) == EVP_PKEY_RSA;
  int bits = EVP_PKEY_get_bits (key), explicit = 0;
  char curve[80];
  size_t n;

  if (bits < (rsa ? MIN_RSA_BITS : MIN_EC_BITS))
    add_reason (s, "%s key of %d bits", rsa ? "RSA" : "ECDSA", bits);
  /* RFC 5480, 2.1.1: a certificate names its curve.  One given by numbers may
   * have been made to fit. */
  if (!rsa
      && (!EVP_PKEY_get_group_name (key, curve, sizeof curve, &n)
          || (EVP_PKEY_get_int_param (key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
                                      &explicit)
              && explicit)))
    add_reason (s, "ECDSA key on a curve without a name");
}

/* The digest that the issuer signed the certificate with. */
static void
check_issuer_digest (X509 *x, bool weak_line, struct signature *s)
{
  int md = NID_undef, bits = 0;

  if (!X509_get_signature_info (x, &md, NULL, &bits, NULL))
    add_reason (s, "certificate signed with an unknown algorithm");
  else if ((md == NID_sha1 || md == NID_md5) && !weak_line)
    add_reason (s, "certificate signed with %s", md == NID_md5 ? "MD5" : "SHA-1");
  else if (md == NID_md5)
    add_reason (s, "certificate signed with %s", "MD5");
  else if (md != NID_sha1 && bits < 112)
    add_reason (s, "certificate signed with a weak digest");
}

static void
check_usage (X509 *x, struct signature *s)
{
  uint32_t usage = X509_get_key_usage (x);
  uint32_t extended = X509_get_extended_key_usage (x);

  /* UINT32_MAX: the extension is absent, which restricts nothing. */
  if ((usage & KU_DIGITAL_SIGNATURE) == 0)
    add_reason (s, "certificate is not for digital signatures");
  if (extended != UINT32_MAX && (extended & XKU_CODE_SIGN) == 0)
    add_reason (s, "certificate is not for code signing");
}

/* ---- the chain ---------------------------------------------------------------------- */
static bool
load_ca (struct ovf_ctx *ctx, X509_STORE *store, const char *ca, struct ovf_error **err)
{
  CLEANUP_FD int fd = file_open_user (ca, NULL, err);
  CLEANUP_FREE char *text = NULL;
  size_t len, count = 0;
  BIO *bio;
  X509 *x;

  if (fd < 0)
    return false;
  text = file_read_text (ctx, fd, ca, LIMIT_MANIFEST, &len, err);
  if (text == NULL || (bio = BIO_new_mem_buf (text, (int)len)) == NULL)
    return false;
  while ((x = PEM_read_bio_X509 (bio, NULL, NULL, NULL)) != NULL) {
    if (X509_STORE_add_cert (store, x))
      count++;
    X509_free (x);
  }
  BIO_free (bio);
  ERR_clear_error ();
  if (count == 0)
    return error_at (err, OVF_E_USAGE, NULL, ca, 0, "the file holds no certificate in PEM");
  return true;
}

/* A certificate between signer and anchor: an authority by its own word (an
 * old version 1 certificate is none), not one for web servers only. */
static bool
may_issue (X509 *x)
{
  uint32_t extended = X509_get_extended_key_usage (x);

  return X509_check_ca (x) == 1
         && (extended == UINT32_MAX || (extended & (XKU_CODE_SIGN | XKU_ANYEKU)) != 0);
}

static void
check_issuers (STACK_OF (X509) *chain, struct signature *s)
{
  int n = sk_X509_num (chain);

  for (int i = 1; i < n - 1; i++)
    if (!may_issue (sk_X509_value (chain, i))) {
      CLEANUP_FREE char *who = subject_of (sk_X509_value (chain, i));
      add_reason (s, "'%s' may not issue certificates of signers", who ? who : "?");
      return;
    }
}

static void
chain_failed (X509_STORE_CTX *c, struct signature *s)
{
  int why = X509_STORE_CTX_get_error (c);

  /* Said already, with the date, the size and the name. */
  if (X509_STORE_CTX_get_error_depth (c) == 0 && s->reason != NULL
      && (why == X509_V_ERR_CERT_HAS_EXPIRED || why == X509_V_ERR_CERT_NOT_YET_VALID
          || why == X509_V_ERR_EE_KEY_TOO_SMALL || why == X509_V_ERR_CA_MD_TOO_WEAK))
    return;
  add_reason (s, "chain: %s", X509_verify_cert_error_string (why));
}

static bool
check_chain (struct ovf_ctx *ctx, const struct cert_file *f, const char *ca,
             struct signature *s, struct ovf_error **err)
{
  X509_STORE *store = X509_STORE_new ();
  X509_STORE_CTX *c = X509_STORE_CTX_new ();
  bool good = false;

  if (store == NULL || c == NULL)
    error_set (err, OVF_E_IO, "libcrypto does not start");
  else if (strcmp (ca, "system") == 0)
    good = X509_STORE_set_default_paths (store)
           || error_set (err, OVF_E_IO, "this system has no list of authorities");
  else
    good = load_ca (ctx, store, ca, err);
  if (good && X509_STORE_CTX_init (c, store, f->signer, f->others)) {
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param (c);
    /* Every certificate the user gives is an anchor, self-signed or not. */
    X509_VERIFY_PARAM_set_flags (param, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_auth_level (param, AUTH_LEVEL);
    X509_VERIFY_PARAM_set_depth (param, MAX_CHAIN);
    if (X509_verify_cert (c) == 1)
      check_issuers (X509_STORE_CTX_get0_chain (c), s);
    else
      chain_failed (c, s);
  } else if (good)
    add_reason (s, "the chain cannot be checked");
  X509_STORE_CTX_free (c);
  X509_STORE_free (store);
  return good;
}

/* ---- all of it ------------------------------------------------------------------------ */
static bool
judge (struct ovf_ctx *ctx, const struct cert_file *f, const struct part *manifest,
       const char *ca, struct signature *s, struct ovf_error **err)
{
  struct signature math = { 0 };
  bool weak_line;

  if (f->signer != NULL)
    describe (f->signer, s);
  if (!check_mathematics (f, manifest, &math)) {
    s->trust = math.trust;
    s->reason = math.reason;
    return true;
  }
  s->trust = TRUST_UNTRUSTED;
  weak_line = math.reason != NULL;
  check_dates (f->signer, s);
  if (weak_line)
    add_reason (s, "%s", math.reason);
  free (math.reason);
  check_issuer_digest (f->signer, weak_line, s);
  check_key (f->signer, s);
  check_usage (f->signer, s);
  if (f->unclean != NULL)
    add_reason (s, "%s", f->unclean);
  if (ca != NULL && !check_chain (ctx, f, ca, s, err))
    return false;
  if (ca == NULL && s->reason == NULL)
    add_reason (s, SIGNATURE_NO_CA);
  if (s->reason == NULL)
    s->trust = TRUST_TRUSTED;
  return true;
}

bool
signature_judge (struct ovf_ctx *ctx, const struct part *manifest,
                 const struct part *certificate, const char *ca,
                 struct signature *ret, struct ovf_error **err)
{
  struct cert_file f;
  bool good = true;

  memset (ret, 0, sizeof *ret);
  if (certificate->name == NULL)
    return true; /* TRUST_UNSIGNED */
  cert_file_read (&f, certificate->data, certificate->len);
  if (manifest->name == NULL) {
    if (f.signer != NULL)
      describe (f.signer, ret);
    invalid (ret, "no manifest that it could be of");
  } else
    good = judge (ctx, &f, manifest, ca, ret, err);
  cert_file_done (&f);
  /* What libcrypto noted on the way is of no use to anybody. */
  ERR_clear_error ();
  if (!good)
    signature_done (ret);
  return good;
}

void
signature_done (struct signature *s)
{
  free (s->reason);
  free (s->signer);
  free (s->not_before);
  free (s->not_after);
  memset (s, 0, sizeof *s);
}

const char *
trust_word (enum trust t)
{
  static const char *const words[] = { "unsigned", "invalid", "untrusted", "trusted" };

  return words[t];
}

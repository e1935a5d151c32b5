/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Digests through OpenSSL; see digest.h. */
#include "base/digest.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

static const struct row {
  enum digest_alg alg;
  const char *name, *label, *evp;
  unsigned size;
} rows[] = {
  { DIGEST_SHA1, "sha1", "SHA1", "SHA1", 20 },
  { DIGEST_SHA256, "sha256", "SHA256", "SHA256", 32 },
  { DIGEST_SHA512, "sha512", "SHA512", "SHA512", 64 },
  { DIGEST_SHA224, "sha224", "SHA224", "SHA224", 28 },
  { DIGEST_SHA384, "sha384", "SHA384", "SHA384", 48 },
};
#define ROWS ARRAY_SIZE (rows)

struct digest {
  EVP_MD_CTX *ctx[ROWS];
};

static const struct row *
row_of (enum digest_alg alg)
{
  for (size_t i = 0; i < ROWS; i++)
    if (rows[i].alg == alg)
      return &rows[i];
  return NULL;
}

const char *
digest_name (enum digest_alg alg)
{
  const struct row *r = row_of (alg);
  return r ? r->name : NULL;
}

const char *
digest_label (enum digest_alg alg)
{
  const struct row *r = row_of (alg);
  return r ? r->label : NULL;
}

unsigned
digest_size (enum digest_alg alg)
{
  const struct row *r = row_of (alg);
  return r ? r->size : 0;
}

enum digest_alg
digest_by_name (const char *name)
{
  char plain[16];
  size_t n = 0;

  for (; *name != '\0' && n < sizeof plain - 1; name++)
    if (*name != '-')
      plain[n++] = *name;
  plain[n] = '\0';
  if (*name != '\0')
    return DIGEST_NONE;
  for (size_t i = 0; i < ROWS; i++) {
    CLEANUP_FREE char *sha2 = xasprintf ("sha2%s", rows[i].name + 3);
    if (text_equal_nocase (plain, rows[i].name)
        || (rows[i].alg != DIGEST_SHA1 && text_equal_nocase (plain, sha2)))
      return rows[i].alg;
  }
  return DIGEST_NONE;
}

struct digest *
digest_new (unsigned mask)
{
  struct digest *d = xcalloc (1, sizeof *d);

  for (size_t i = 0; i < ROWS; i++) {
    if ((mask & rows[i].alg) == 0)
      continue;
    d->ctx[i] = EVP_MD_CTX_new ();
    if (d->ctx[i] == NULL
        || !EVP_DigestInit_ex (d->ctx[i], EVP_get_digestbyname (rows[i].evp), NULL))
      abort (); /* a libcrypto without SHA: nothing sensible can follow */
  }
  return d;
}

void
digest_update (struct digest *d, const void *p, size_t n)
{
  for (size_t i = 0; i < ROWS; i++)
    if (d->ctx[i] != NULL && !EVP_DigestUpdate (d->ctx[i], p, n))
      abort ();
}

void
digest_hex (struct digest *d, enum digest_alg alg, char out[DIGEST_HEX])
{
  uint8_t md[EVP_MAX_MD_SIZE];
  unsigned len = 0;

  out[0] = '\0';
  for (size_t i = 0; i < ROWS; i++) {
    EVP_MD_CTX *copy;
    if (rows[i].alg != alg || d->ctx[i] == NULL)
      continue;
    copy = EVP_MD_CTX_new ();
    if (copy == NULL || !EVP_MD_CTX_copy_ex (copy, d->ctx[i])
        || !EVP_DigestFinal_ex (copy, md, &len))
      abort ();
    EVP_MD_CTX_free (copy);
    text_hex (md, len, out);
  }
}

void
digest_free (struct digest *d)
{
  if (d == NULL)
    return;
  for (size_t i = 0; i < ROWS; i++)
    EVP_MD_CTX_free (d->ctx[i]);
  free (d);
}

void
digest_of (enum digest_alg alg, const void *p, size_t n, char out[DIGEST_HEX])
{
  struct digest *d = digest_new (alg);

  digest_update (d, p, n);
  digest_hex (d, alg, out);
  digest_free (d);
}

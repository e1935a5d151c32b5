/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A manifest, or the certificate file beside one, of any bytes. */
#include "package/signature.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
as_manifest (const struct ovf_ctx *ctx, const char *text, size_t size)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct manifest m;

  if (!manifest_parse (ctx, "x.mf", text, size, &m, &err)) {
    if (err == NULL)
      abort ();
    return;
  }
  VECTOR_FOR (e, &m.entries) {
    const struct manifest_entry *f = manifest_find (&m, e->name);
    if (f == NULL || strcmp (f->name, e->name) != 0)
      abort (); /* what is listed is found */
  }
  manifest_done (&m);
}

static void
as_certificate (struct ovf_ctx *ctx, char *text, size_t size)
{
  char name[] = "x.cert", mf[] = "x.mf", line[] = "SHA256(x)= 00\n";
  struct part manifest = { mf, line, sizeof line - 1 };
  struct part certificate = { name, text, size };
  struct signature s;

  if (!signature_judge (ctx, &manifest, &certificate, NULL, &s, NULL)
      || s.trust == TRUST_TRUSTED || s.trust == TRUST_UNSIGNED || s.reason == NULL)
    abort (); /* nothing is trusted without an authority */
  signature_done (&s);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  CLEANUP_FREE char *text = xmalloc (size + 1);
  struct ovf_ctx *ctx = ovf_ctx_new ();

  memcpy (text, data, size);
  text[size] = '\0';
  as_manifest (ctx, text, size);
  if (size <= ctx_limit (ctx, LIMIT_CERTIFICATE))
    as_certificate (ctx, text, size);
  ovf_ctx_free (ctx);
  return 0;
}

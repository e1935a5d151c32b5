/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A converter on any bytes: what it reads, its writer can write, and what its
 * writer writes, it reads. */
#include "base/alloc.h"
#include "converter.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static struct appliance *
fuzz_read (const struct converter *c, struct ovf_ctx *ctx, const char *text,
           size_t len, bool inspect)
{
  const struct read_settings settings = { .inspect = inspect };
  const struct input in = { "fuzz", text, len };
  struct ovf_report *report = ovf_report_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct appliance *a = c->read (ctx, &in, &settings, report, &err);

  if ((a == NULL) == (err == NULL))
    abort (); /* a result or an error, never both */
  ovf_report_free (report);
  return a;
}

static void
fuzz_write (const struct converter *c, struct ovf_ctx *ctx,
            const struct appliance *a, bool native)
{
  const struct write_settings settings
    = { .native_hardware = native, .virt_type = native ? "qemu" : "kvm" };
  struct ovf_report *report = ovf_report_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP_FREE char *text = NULL;
  struct appliance *again;
  size_t len = 0;
  FILE *f = open_memstream (&text, &len);
  bool ok = c->write (ctx, a, &settings, f, report, &err);

  fclose (f);
  ovf_report_free (report);
  if (!ok) { /* a disk's format may be one that the target lacks */
    if (ovf_error_code (err) != OVF_E_USAGE)
      abort ();
    return;
  }
  again = fuzz_read (c, ctx, text, len, false);
  if (again == NULL)
    abort ();
  appliance_free (again);
}

static int
fuzz_text (const struct converter *c, const uint8_t *data, size_t size)
{
  CLEANUP_FREE char *text = xstrndup ((const char *)data, size);
  const struct input in = { "fuzz", text, strlen (text) };
  struct ovf_ctx *ctx = ovf_ctx_new ();

  c->probe (&in);
  for (int inspect = 0; inspect < 2; inspect++) {
    CLEANUP (appliance) struct appliance *a
      = fuzz_read (c, ctx, text, in.len, inspect);
    if (a != NULL && model_check (ctx, a, NULL)) {
      fuzz_write (c, ctx, a, false);
      fuzz_write (c, ctx, a, true);
    }
  }
  ovf_ctx_free (ctx);
  return 0;
}

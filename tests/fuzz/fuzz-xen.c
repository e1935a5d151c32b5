/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Xen reader on any bytes; what it reads, the writer can write, and what
 * the writer writes, the reader reads. */
#include "base/alloc.h"
#include "converter.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static struct appliance *
read_config (struct ovf_ctx *ctx, const char *text, size_t len, bool inspect)
{
  const struct read_settings settings = { .inspect = inspect };
  const struct input in = { "fuzz.cfg", text, len };
  struct ovf_report *report = ovf_report_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct appliance *a = xen_converter.read (ctx, &in, &settings, report, &err);

  if ((a == NULL) == (err == NULL))
    abort (); /* a result or an error, never both */
  ovf_report_free (report);
  return a;
}

static void
write_config (struct ovf_ctx *ctx, const struct appliance *a)
{
  static const struct write_settings settings = { .virt_type = "kvm" };
  struct ovf_report *report = ovf_report_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP_FREE char *text = NULL;
  size_t len = 0;
  FILE *f = open_memstream (&text, &len);
  bool ok = xen_converter.write (ctx, a, &settings, f, report, &err);

  fclose (f);
  ovf_report_free (report);
  if (ok) { /* a disk's format may be one that Xen lacks */
    CLEANUP (appliance) struct appliance *again = read_config (ctx, text, len, false);
    if (again == NULL)
      abort ();
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  CLEANUP_FREE char *text = xstrndup ((const char *)data, size);
  const struct input in = { "fuzz.cfg", text, strlen (text) };
  struct ovf_ctx *ctx = ovf_ctx_new ();

  xen_converter.probe (&in);
  for (int inspect = 0; inspect < 2; inspect++) {
    CLEANUP (appliance) struct appliance *a = read_config (ctx, text, in.len, inspect);
    if (a != NULL && model_check (ctx, a, NULL) && !inspect)
      write_config (ctx, a);
  }
  ovf_ctx_free (ctx);
  return 0;
}

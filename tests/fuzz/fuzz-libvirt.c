/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The libvirt reader on any bytes; what it reads, the writer can write, and
 * what the writer writes, the reader reads. */
#include "base/alloc.h"
#include "converter.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static struct appliance *
read_domain (struct ovf_ctx *ctx, const char *text, size_t len)
{
  static const struct read_settings settings;
  const struct input in = { "fuzz.xml", text, len };
  struct ovf_report *report = ovf_report_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct appliance *a
    = libvirt_converter.read (ctx, &in, &settings, report, &err);

  if ((a == NULL) == (err == NULL))
    abort (); /* a result or an error, never both */
  ovf_report_free (report);
  return a;
}

static void
write_domain (struct ovf_ctx *ctx, const struct appliance *a, bool native)
{
  const struct write_settings settings
    = { .native_hardware = native, .virt_type = native ? "qemu" : "kvm" };
  struct ovf_report *report = ovf_report_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP_FREE char *text = NULL;
  struct appliance *again;
  size_t len = 0;
  FILE *f = open_memstream (&text, &len);
  bool ok = libvirt_converter.write (ctx, a, &settings, f, report, &err);

  fclose (f);
  ovf_report_free (report);
  if (!ok)
    abort ();
  again = read_domain (ctx, text, len);
  if (again == NULL)
    abort ();
  appliance_free (again);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  CLEANUP_FREE char *text = xstrndup ((const char *)data, size);
  const struct input in = { "fuzz.xml", text, strlen (text) };
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP (appliance) struct appliance *a = NULL;

  libvirt_converter.probe (&in);
  a = read_domain (ctx, text, strlen (text));
  if (a != NULL && model_check (ctx, a, NULL)) {
    write_domain (ctx, a, false);
    write_domain (ctx, a, true);
  }
  ovf_ctx_free (ctx);
  return 0;
}

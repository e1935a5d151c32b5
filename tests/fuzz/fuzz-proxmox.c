/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Proxmox reader on any bytes; what it reads, the writers can write, and
 * what the writer writes, the reader reads. */
#include "base/alloc.h"
#include "converter.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static struct appliance *
read_guest (struct ovf_ctx *ctx, const char *text, size_t len)
{
  static const struct read_settings settings;
  const struct input in = { "fuzz.conf", text, len };
  struct ovf_report *report = ovf_report_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct appliance *a
    = proxmox_converter.read (ctx, &in, &settings, report, &err);

  if ((a == NULL) == (err == NULL))
    abort (); /* a result or an error, never both */
  ovf_report_free (report);
  return a;
}

/* The text, or NULL: a volume's name may not be a path that can be written. */
static char *
write_guest (struct ovf_ctx *ctx, const struct appliance *a,
             write_function write, bool native)
{
  const struct write_settings settings
    = { .native_hardware = native, .virt_type = "kvm" };
  struct ovf_report *report = ovf_report_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP_FREE char *text = NULL;
  size_t len = 0;
  FILE *f = open_memstream (&text, &len);
  bool ok = write (ctx, a, &settings, f, report, &err);

  fclose (f);
  ovf_report_free (report);
  if (ok != (err == NULL))
    abort ();
  return ok ? STEAL (text) : NULL;
}

static void
write_all (struct ovf_ctx *ctx, const struct appliance *a, bool native)
{
  CLEANUP_FREE char *text
    = write_guest (ctx, a, proxmox_converter.write, native);
  CLEANUP_FREE char *script
    = write_guest (ctx, a, proxmox_converter.companion->write, native);
  CLEANUP_FREE char *qemu = write_guest (ctx, a, qemu_converter.write, native);
  struct appliance *again;

  if ((text == NULL) != (script == NULL) || qemu == NULL)
    abort ();
  if (text == NULL)
    return;
  again = read_guest (ctx, text, strlen (text));
  if (again == NULL)
    abort ();
  appliance_free (again);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  CLEANUP_FREE char *text = xstrndup ((const char *)data, size);
  const struct input in = { "fuzz.conf", text, strlen (text) };
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP (appliance) struct appliance *a = NULL;

  proxmox_converter.probe (&in);
  a = read_guest (ctx, text, strlen (text));
  if (a != NULL && model_check (ctx, a, NULL)) {
    write_all (ctx, a, false);
    write_all (ctx, a, true);
  }
  ovf_ctx_free (ctx);
  return 0;
}

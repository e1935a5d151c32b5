/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The OVF reader on any bytes: as `info` and as a conversion reads them. */
#include <jansson.h>

#include "base/alloc.h"
#include "converter.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
read_once (struct ovf_ctx *ctx, const struct input *in, struct read_settings settings)
{
  struct ovf_report *report = ovf_report_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct appliance *a = ovf_converter.read (ctx, in, &settings, report, &err);

  if ((a == NULL) == (err == NULL))
    abort (); /* a result or an error, never both */
  if (a != NULL && model_check (ctx, a, &err))
    json_decref (model_to_json (a));
  appliance_free (a);
  ovf_report_free (report);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  CLEANUP_FREE char *text = xstrndup ((const char *)data, size);
  const struct input in = { "fuzz.ovf", text, strlen (text) };
  struct ovf_ctx *ctx = ovf_ctx_new ();

  ovf_converter.probe (&in);
  read_once (ctx, &in, (struct read_settings){ .inspect = true });
  read_once (ctx, &in, (struct read_settings){ .lax = true });
  read_once (ctx, &in, (struct read_settings){ .all_configurations = true });
  ovf_ctx_free (ctx);
  return 0;
}

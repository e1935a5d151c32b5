/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes through a reader, and what it made of them through the writers of
 * OVF and of build files: what they write must be readable again. */
#include "base/alloc.h"
#include "converter.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static char *
write_text (struct ovf_ctx *ctx, const struct converter *c, const struct appliance *a,
            const char *version, size_t *ret_len)
{
  const struct write_settings settings = { .ovf_version = version };
  struct ovf_report *report = ovf_report_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL;
  char *text = NULL;
  FILE *f = open_memstream (&text, ret_len);
  bool ok;

  if (f == NULL)
    abort ();
  ok = c->write (ctx, a, &settings, f, report, &err);
  if (ok == (err != NULL) || fclose (f) != 0)
    abort (); /* a result or an error, never both */
  ovf_report_free (report);
  if (!ok) {
    free (text);
    return NULL;
  }
  return text;
}

static void
write_and_read (struct ovf_ctx *ctx, const struct converter *c,
                const struct appliance *a, const char *version)
{
  const struct read_settings settings = { .all_configurations = true, .lax = true,
                                          .inspect = true };
  struct input in = { .name = "written" };
  CLEANUP_FREE char *text = write_text (ctx, c, a, version, &in.len);
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct appliance *b;

  in.text = text;
  if (text == NULL)
    return;
  b = c->read (ctx, &in, &settings, NULL, &err);
  if (b == NULL && ovf_error_code (err) != OVF_E_LIMIT
      && strcmp (c->name, "ovf") == 0) /* a stranger's hardware may not build */
    abort ();
  appliance_free (b);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const struct read_settings settings = { .all_configurations = true, .lax = true };
  CLEANUP_FREE char *text = xstrndup ((const char *)data, size);
  const struct input in = { "fuzz", text, strlen (text) };
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL;
  const struct converter *c = converter_probe (&in, NULL);
  struct appliance *a = c ? c->read (ctx, &in, &settings, NULL, &err) : NULL;

  if (a != NULL && model_check (ctx, a, NULL) && model_check_ids (a, NULL)) {
    VECTOR_FOR (d, &a->disks)
      if (d->capacity == NO_SIZE)
        d->capacity = UINT64_C (1) << 20;
    write_and_read (ctx, converter_by_name ("ovf"), a, "1.1");
    write_and_read (ctx, converter_by_name ("ovf"), a, "2.0");
    write_and_read (ctx, converter_by_name ("spec"), a, NULL);
  }
  appliance_free (a);
  ovf_ctx_free (ctx);
  return 0;
}

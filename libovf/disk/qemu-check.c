/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `disk check` of formats that are QEMU's: what a confined qemu-img finds in
 * their tables. */
#include "disk/qemu.h"

#include <jansson.h>

#include "base/text.h"

#define STATUS_DAMAGED 2
#define STATUS_LEAKS 3
#define STATUS_NO_CHECK 63

static json_int_t
count (const json_t *o, const char *key)
{
  return json_integer_value (json_object_get (o, key));
}

static bool
judge (const char *name, const struct child_result *r, struct ovf_report *report,
       struct ovf_error **err)
{
  CLEANUP_FREE char *said = text_trim (r->err_text);
  json_t *o = json_loadb (r->out, r->out_len, 0, NULL);
  json_int_t bad = count (o, "corruptions") + count (o, "check-errors");
  json_int_t leaks = count (o, "leaks");

  json_decref (o);
  if (r->status == STATUS_NO_CHECK)
    return true;
  if (bad > 0 || r->status == STATUS_DAMAGED)
    return error_at (err, OVF_E_FORMAT, "DISK-FORMAT", name, 0,
                     "the tables of the image are damaged: %lld errors",
                     (long long)bad);
  if (leaks > 0 || r->status == STATUS_LEAKS)
    report_add (report, OVF_WARNING, "DISK-FORMAT", name, 0, NULL,
                "%lld blocks of the image belong to nothing: space is lost, no data",
                (long long)leaks);
  else if (r->status != 0)
    return error_at (err, OVF_E_FORMAT, "DISK-FORMAT", name, 0,
                     "QEMU cannot check the image: %s",
                     *said ? said : "it does not say why");
  return true;
}

bool
qemu_check (struct ovf_ctx *ctx, struct blob *blob, const struct disk_format *format,
            const struct disk_reach *reach, struct ovf_report *report,
            struct ovf_error **err)
{
  struct qemu_image q;
  bool ok = qemu_image_open (ctx, blob, format, reach, CHILD_FIRST, &q, err);
  const char *argv[] = { "qemu-img", "check", "--output=json", q.json, NULL };
  struct sandbox_policy policy = { .work = q.capacity };
  struct child_setup setup = { .argv = argv, .policy = &policy, .fds = q.fds.ptr,
                               .n_fds = q.fds.len };
  struct child_result r;

  if (ok && (ok = child_talk (ctx, &setup, NULL, 0, &r, err))) {
    ok = judge (blob_name (blob), &r, report, err);
    child_result_free (&r);
  }
  qemu_image_done (&q);
  return ok;
}

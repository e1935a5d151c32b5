/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An archive of any bytes: opened and verified as a package; and walked twice,
 * as a file and as a pipe, which must find the same. */
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "package/ova.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

struct walked {
  members members;
  bool ok;
};

static void
walk (struct ovf_ctx *ctx, int fd, uint64_t size, struct walked *w)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP (ova) struct ova *o = ova_new (ctx, store_of_fd (fd), size, "fuzz.ova", NULL, &err);
  struct member m = { 0 };
  bool other;
  int r = -1;

  memset (w, 0, sizeof *w);
  while (o != NULL && (r = ova_next (o, &m, &err)) > 0) {
    if (size != BLOB_UNKNOWN && (m.offset > size || m.size > size - m.offset))
      abort (); /* nothing lies outside */
    members_append (&w->members, m);
  }
  w->ok = r == 0 && ova_tail (o, &other, &err);
  if (w->ok == (err != NULL))
    abort ();
}

static void
walked_done (struct walked *w)
{
  VECTOR_FOR (m, &w->members)
    free (m->name);
  free (w->members.ptr);
}

static void
compare (const struct walked *a, const struct walked *b)
{
  if (a->ok != b->ok)
    abort ();
  for (size_t i = 0; a->ok && i < a->members.len; i++)
    if (a->members.len != b->members.len
        || strcmp (a->members.ptr[i].name, b->members.ptr[i].name) != 0
        || a->members.ptr[i].offset != b->members.ptr[i].offset
        || a->members.ptr[i].size != b->members.ptr[i].size)
      abort ();
}

static void
as_package (struct ovf_ctx *ctx, const char *path)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct ovf_report *report = ovf_report_new ();
  struct package *p = package_open (ctx, path, report, &err);
  struct trust_policy policy = { .verify = true, .lax_manifest = true };
  const strings none = { 0 };
  struct verdict v;

  if ((p == NULL) == (err == NULL))
    abort ();
  if (p != NULL && package_verify (p, &policy, &none, &v, report, &err)) {
    if (v.verified == (v.reason != NULL))
      abort ();
    verdict_done (&v);
  }
  package_free (p);
  ovf_report_free (report);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  int fd = memfd_create ("fuzz", MFD_CLOEXEC);
  CLEANUP_FREE char *path = xasprintf ("/proc/self/fd/%d", fd);
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct walked file, pipe;

  if (fd < 0 || !file_write (fd, data, size, NULL))
    abort ();
  walk (ctx, fd, size, &file);
  lseek (fd, 0, SEEK_SET);
  walk (ctx, fd, BLOB_UNKNOWN, &pipe);
  compare (&file, &pipe);
  walked_done (&file);
  walked_done (&pipe);
  as_package (ctx, path);
  close (fd);
  ovf_ctx_free (ctx);
  return 0;
}

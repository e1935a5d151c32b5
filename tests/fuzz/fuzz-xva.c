/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An XVA of any bytes: its description as a model that can be written and
 * read again; its disks from a file and from a pipe, which must be the same.
 * Bytes that begin with '<' are a description alone. */
#include <sys/mman.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "base/file.h"
#include "converter.h"
#include "package/xva.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* A hostile description says how large a disk is. */
#define SIZE_MOST (UINT64_C (16) << 20)

/* ---- the description ------------------------------------------------------- */
static struct appliance *
read_text (struct ovf_ctx *ctx, const char *text, size_t len)
{
  static const struct read_settings settings;
  const struct input in = { "fuzz.xml", text, len };
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct appliance *a = xva_converter.read (ctx, &in, &settings, NULL, &err);

  xva_converter.probe (&in);
  if ((a == NULL) == (err == NULL))
    abort ();
  if (a == NULL || model_check (ctx, a, NULL))
    return a;
  appliance_free (a);
  return NULL;
}

static void
write_text (struct ovf_ctx *ctx, const struct appliance *a)
{
  static const struct write_settings settings;
  CLEANUP_FREE char *text = NULL;
  CLEANUP (appliance) struct appliance *again = NULL;
  size_t len = 0;
  FILE *f = open_memstream (&text, &len);
  bool ok = xva_converter.write (ctx, a, &settings, f, NULL, NULL);

  fclose (f);
  if (!ok)
    return;
  again = read_text (ctx, text, len);
  if (again == NULL || again->machines.len != 1)
    abort ();
}

static void
description (struct ovf_ctx *ctx, const char *text, size_t len)
{
  CLEANUP (appliance) struct appliance *a
    = memchr (text, '\0', len) == NULL ? read_text (ctx, text, len) : NULL;

  if (a != NULL && a->machines.len > 0)
    write_text (ctx, a);
}

/* ---- the disks ---------------------------------------------------------------- */
struct result {
  bool ok;
  char hex[DIGEST_HEX];
};

static bool
read_disk (struct xva *x, const struct disk *d, const char *ref, struct digest *digest)
{
  CLEANUP_FREE char *buf = xmalloc (64 << 10);
  struct blob *b;
  ssize_t n = -1;
  bool ok;

  if (d->capacity > SIZE_MOST || (b = xva_blob (x, ref, d->capacity, NULL)) == NULL)
    return false;
  while ((n = blob_read (b, buf, 64 << 10, NULL)) > 0)
    digest_update (digest, buf, (size_t)n);
  ok = n == 0 && blob_tell (b) == d->capacity && xva_blob_done (x, b, NULL);
  blob_free (b);
  return ok;
}

static void
read_all (struct ovf_ctx *ctx, int fd, struct result *ret)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP (xva) struct xva *x = xva_open (ctx, fd, "fuzz.xva", NULL, &err);
  struct digest *digest = digest_new (DIGEST_SHA1);
  CLEANUP (appliance) struct appliance *a = NULL;
  const char *text;
  size_t len;

  memset (ret, 0, sizeof *ret);
  if ((x == NULL) == (err == NULL))
    abort ();
  if (x != NULL) {
    text = xva_descriptor (x, &len);
    description (ctx, text, len);
    a = memchr (text, '\0', len) == NULL ? read_text (ctx, text, len) : NULL;
  }
  ret->ok = a != NULL;
  for (size_t i = 0; ret->ok && i < a->disks.len && i < 4; i++)
    ret->ok = read_disk (x, &a->disks.ptr[i],
                         a->files.ptr[a->disks.ptr[i].file].href, digest);
  ret->ok = ret->ok && xva_settle (x, NULL);
  digest_hex (digest, DIGEST_SHA1, ret->hex);
  digest_free (digest);
}

static void
archive (struct ovf_ctx *ctx, const uint8_t *data, size_t size)
{
  int file = memfd_create ("fuzz", MFD_CLOEXEC), ends[2];
  struct result whole, once;
  pid_t child;

  if (file < 0 || !file_write (file, data, size, NULL) || pipe (ends) != 0)
    abort ();
  read_all (ctx, file, &whole);
  child = fork ();
  if (child == 0) {
    close (ends[0]);
    signal (SIGPIPE, SIG_DFL);
    _exit (file_write (ends[1], data, size, NULL) ? 0 : 1);
  }
  close (ends[1]);
  read_all (ctx, ends[0], &once);
  close (ends[0]);
  close (file);
  waitpid (child, NULL, 0);
  /* A pipe has its order; what it gives is the same. */
  if (once.ok && (!whole.ok || strcmp (once.hex, whole.hex) != 0))
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();

  if (size > 0 && *data == '<') {
    CLEANUP_FREE char *text = xstrndup ((const char *)data, size);
    description (ctx, text, strlen (text));
  } else
    archive (ctx, data, size);
  ovf_ctx_free (ctx);
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing an XVA, front to back: every file's size is known before its bytes,
 * so that it can go into a pipe. */
#include "package/xva.h"

#include <inttypes.h>

#include "base/file.h"
#include "package/write.h"

struct xva_archive {
  struct ovf_ctx *ctx;
  int fd;
  bool pipe;
  struct digest *digest;
  uint64_t mtime, size;
  uint8_t tail[4 * TAR_BLOCK]; /* what follows the data of a chunk */
};

struct xva_archive *
xva_archive_new (struct ovf_ctx *ctx, int fd, struct digest *digest, struct ovf_error **err)
{
  CLEANUP (xva_archive) struct xva_archive *a = xcalloc (1, sizeof *a);
  struct stat st;

  a->ctx = ctx;
  a->fd = fd;
  a->pipe = fstat (fd, &st) != 0 || !S_ISREG (st.st_mode);
  a->digest = digest;
  if (!source_date (&a->mtime, err))
    return NULL;
  return STEAL (a);
}

void
xva_archive_free (struct xva_archive *a)
{
  free (a);
}

static bool
put (struct xva_archive *a, const void *p, size_t n, struct ovf_error **err)
{
  bool ok = a->pipe ? file_send (a->ctx, a->fd, p, n, err) : file_write (a->fd, p, n, err);

  if (!ok)
    return false;
  if (a->digest != NULL)
    digest_update (a->digest, p, n);
  a->size += n;
  return true;
}

static size_t
padding (size_t n)
{
  return (TAR_BLOCK - n % TAR_BLOCK) % TAR_BLOCK;
}

static bool
header (const struct xva_archive *a, uint8_t block[TAR_BLOCK], const char *name, size_t n,
        struct ovf_error **err)
{
  return ustar_header (block, name, n, a->mtime)
         || error_set (err, OVF_E_LIMIT, "the name '%s' does not fit into a tar header", name);
}

bool
xva_archive_descriptor (struct xva_archive *a, const char *text, size_t len,
                        struct ovf_error **err)
{
  static const uint8_t zeros[TAR_BLOCK];
  uint8_t block[TAR_BLOCK];

  return header (a, block, XVA_DESCRIPTOR, len, err) && put (a, block, sizeof block, err)
         && put (a, text, len, err)
         && (padding (len) == 0 || put (a, zeros, padding (len), err));
}

bool
xva_archive_chunk (struct xva_archive *a, const char *ref, uint64_t number,
                   const void *data, size_t n, uint64_t sum, struct ovf_error **err)
{
  CLEANUP_FREE char *name = xasprintf ("%s/%08" PRIu64, ref, number);
  CLEANUP_FREE char *sum_name = xasprintf ("%s.xxhash", name);
  uint8_t *sums = a->tail + padding (n);
  char text[XVA_SUM_DIGITS + 1];

  memset (a->tail, 0, sizeof a->tail);
  xva_sum_text (sum, text);
  if (!header (a, a->tail, name, n, err) || !put (a, a->tail, TAR_BLOCK, err)
      || !put (a, data, n, err))
    return false;
  memset (a->tail, 0, TAR_BLOCK);
  if (!header (a, sums, sum_name, XVA_SUM_DIGITS, err))
    return false;
  memcpy (sums + TAR_BLOCK, text, XVA_SUM_DIGITS);
  return put (a, a->tail, padding (n) + 2 * TAR_BLOCK, err);
}

bool
xva_archive_finish (struct xva_archive *a, uint64_t *ret_size, struct ovf_error **err)
{
  memset (a->tail, 0, sizeof a->tail);
  if (!put (a, a->tail, 2 * TAR_BLOCK, err))
    return false;
  *ret_size = a->size;
  return true;
}

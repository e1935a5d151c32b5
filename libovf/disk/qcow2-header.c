/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The header of a qcow2 image: what it is, and whether this program reads
 * it.  Names of other files in it are never opened. */
#include "disk/qcow2.h"

#include "base/rd.h"
#include "disk/witness.h"

static bool
malformed (struct blob *blob, const char *what, struct ovf_error **err)
{
  return error_at (err, OVF_E_FORMAT, "DISK-QCOW2", blob_name (blob), 0,
                   "the qcow2 header %s", what);
}

static void
parse (struct rd r, struct qcow2_header *h)
{
  rd_skip (&r, 4); /* magic */
  h->version = rd_be32 (&r);
  h->backing_offset = rd_be64 (&r);
  h->backing_size = rd_be32 (&r);
  h->cluster_bits = rd_be32 (&r);
  h->size = rd_be64 (&r);
  h->crypt = rd_be32 (&r);
  h->l1_size = rd_be32 (&r);
  h->l1_offset = rd_be64 (&r);
  rd_skip (&r, 12); /* refcounts: of no use to a reader */
  h->snapshots = rd_be32 (&r);
  rd_skip (&r, 8);
  h->header_length = 72;
  if (h->version < 3)
    return;
  h->incompatible = rd_be64 (&r);
  rd_skip (&r, 8 + 8 + 4);
  h->header_length = rd_be32 (&r);
  if (h->header_length > 104)
    h->compression = rd_le8 (&r);
}

bool
qcow2_header_read (const struct ovf_ctx *ctx, struct blob *blob,
                   struct witness *witness, struct qcow2_header *ret,
                   struct ovf_error **err)
{
  uint8_t bytes[QCOW2_HEADER_MAX] = { 0 };
  uint64_t size = blob_size (blob);
  size_t n = size < sizeof bytes ? (size_t)size : sizeof bytes;

  memset (ret, 0, sizeof *ret);
  if (n < 72)
    return malformed (blob, "ends early", err);
  if (!(witness ? witness_pread (witness, bytes, n, 0, err)
                : blob_pread (blob, bytes, n, 0, err)))
    return false;
  if (memcmp (bytes, QCOW2_MAGIC, 4) != 0)
    return malformed (blob, "has no magic number", err);
  parse (rd_of (bytes, sizeof bytes), ret);
  if (ret->version != 2 && ret->version != 3)
    return error_at (err, OVF_E_UNSUPPORTED, "DISK-QCOW2", blob_name (blob), 0,
                     "qcow version %u is not supported", ret->version);
  if (ret->version == 3
      && (ret->header_length < 104 || ret->header_length > size))
    return malformed (blob, "has a wrong length", err);
  if (ret->cluster_bits < 9 || ret->cluster_bits > 21)
    return malformed (blob, "has an impossible cluster size", err);
  if (!ctx_within (ctx, LIMIT_CAPACITY, ret->size, "capacity", err))
    return error_place (err, "DISK-CAPACITY", blob_name (blob), 0);
  return true;
}

static bool
unsupported (const char *name, const char *what, struct ovf_error **err)
{
  error_at (err, OVF_E_UNSUPPORTED, "DISK-QCOW2", name, 0, "the qcow2 %s",
            what);
  return error_hint (err, "qemu-img convert -O qcow2 makes a plain one of it");
}

/* References, damage and encryption are for nobody. */
static bool
sound (const struct qcow2_header *h, const char *name, struct ovf_error **err)
{
  if (h->backing_offset != 0) {
    error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", name, 0,
              "the qcow2 has a backing file");
    return error_hint (err, "--follow-backing reads through it where it lies beside "
                            "the image; qemu-img convert -O qcow2 flattens the chain");
  }
  if (h->incompatible & QCOW2_EXTERNAL) {
    error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", name, 0,
              "the qcow2 keeps its data in another file");
    return error_hint (err, "qemu-img convert -O qcow2 makes one file of it");
  }
  if (h->incompatible & QCOW2_CORRUPT)
    return error_at (err, OVF_E_FORMAT, "DISK-QCOW2", name, 0,
                     "the qcow2 is marked as corrupt");
  if (h->crypt != 0)
    return unsupported (name, "is encrypted", err);
  if (h->incompatible & ~QCOW2_KNOWN)
    return unsupported (name, "needs features that are not known here", err);
  return true;
}

bool
qcow2_of_qemu (const struct qcow2_header *h, const char *name,
               struct ovf_error **err)
{
  return sound (h, name, err)
         && (h->compression <= 1
             || unsupported (name, "is compressed in a way that is not known", err));
}

bool
qcow2_readable (const struct qcow2_header *h, const char *name,
                struct ovf_error **err)
{
  if (!sound (h, name, err))
    return false;
  if (h->incompatible & QCOW2_SUBCLUSTERS)
    return unsupported (name, "has subclusters (extended_l2)", err);
  if ((h->incompatible & QCOW2_COMPRESSION) && h->compression != 0)
    return unsupported (name, "is compressed with zstd", err);
  return true;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A blob: the bytes of one file of a package, wherever they are: a span of an
 * archive, a file, several chunks (ovf:chunkSize), a pipe, or what any of
 * those inflates to (ovf:compression).
 *
 * Sequential reads (blob_read) hand out every byte once, in order, and pass
 * it through the digest tap: the bytes that are used are the bytes that were
 * hashed.  Random reads (blob_pread) exist for spans only and are not
 * hashed: a reader that needs them reads tables so, and compares them when
 * they come by in sequence. */
#ifndef OVF_BASE_BLOB_H
#define OVF_BASE_BLOB_H

#include <sys/types.h>

#include "base/digest.h"
#include "base/store.h"

#define BLOB_UNKNOWN UINT64_MAX

struct blob;
/* Up to n bytes; 0 at the end; -1 on failure. */
typedef ssize_t blob_read_fn (void *opaque, void *buf, size_t n,
                              struct ovf_error **err);

/* One segment of a seekable file; fd is lent and must outlive the blob. */
struct blob *blob_new_span (const char *name, int fd, uint64_t offset,
                            uint64_t length);
/* The same of an archive, wherever that is. */
struct blob *blob_new_stored (const char *name, struct store, uint64_t offset,
                              uint64_t length);
/* A further chunk behind what is there. */
void blob_append_stored (struct blob *, const char *name, struct store,
                         uint64_t offset, uint64_t length);
/* A stream that can be read once; length may be BLOB_UNKNOWN. */
struct blob *blob_new_stream (const char *name, uint64_t length, blob_read_fn *,
                              void *opaque);
/* How many zeros come next, in multiples of unit: they are skipped. */
typedef uint64_t blob_hole_fn (void *opaque, uint64_t unit);
/* For a stream that knows where it has nothing but zeros. */
void blob_set_holes (struct blob *, blob_hole_fn *);
/* What inner (lent; its digests remain its own) inflates to (RFC 1952,
 * several members allowed).  More than max_out bytes is OVF_E_LIMIT; a bad
 * CRC, or bytes after the last member, OVF_E_FORMAT. */
struct blob *blob_new_gunzip (struct blob *inner, uint64_t max_out);
void blob_free (struct blob *);

const char *blob_name (const struct blob *);
uint64_t blob_size (const struct blob *); /* bytes, or BLOB_UNKNOWN */
bool blob_is_seekable (const struct blob *);

/* Digest every segment with these algorithms (a mask); before the first read. */
void blob_tap (struct blob *, unsigned algorithms);
/* Is it digested?  Then every byte has to be read in sequence. */
bool blob_is_tapped (const struct blob *);
/* n bytes or fewer only at the end; -1 on failure. */
ssize_t blob_read (struct blob *, void *buf, size_t n, struct ovf_error **err);
/* Zeros that come next and need not be read, in multiples of unit: they are
 * skipped.  0 where every byte is hashed, or nobody knows. */
uint64_t blob_skip_hole (struct blob *, uint64_t unit);
/* Exactly n; fewer is OVF_E_FORMAT "ends early". */
bool blob_read_exact (struct blob *, void *buf, size_t n, struct ovf_error **err);
/* Reads and hashes all that is left. */
bool blob_drain (const struct ovf_ctx *, struct blob *, struct ovf_error **err);
uint64_t blob_tell (const struct blob *); /* of the sequential reads */
/* Exactly n bytes at offset, of a seekable blob. */
bool blob_pread (struct blob *, void *buf, size_t n, uint64_t offset,
                 struct ovf_error **err);

/* Where the bytes lie, of a seekable blob of one segment: false of another. */
bool blob_place (const struct blob *, int *ret_fd, uint64_t *ret_offset);

/* The segments and, once all was read, their digests. */
size_t blob_segments (const struct blob *);
const char *blob_segment_name (const struct blob *, size_t i);
uint64_t blob_segment_size (const struct blob *, size_t i);
bool blob_segment_digest (const struct blob *, size_t i, enum digest_alg,
                          char out[DIGEST_HEX]); /* false: not known */
/* For a seekable blob of one segment: where its data runs are (holes of a
 * sparse file).  As file_next_data (), offsets within the blob. */
bool blob_next_data (struct blob *, uint64_t *offset, uint64_t *length,
                     struct ovf_error **err);

#endif

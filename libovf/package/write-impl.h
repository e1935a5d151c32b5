/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inside the package writer: what write.c (entries, files) and write-slots.c
 * (descriptor, manifest, certificate, the end) share. */
#ifndef OVF_WRITE_IMPL_H
#define OVF_WRITE_IMPL_H

#include "base/output.h"
#include "package/write.h"

#define NO_SLOT SIZE_MAX

struct entry {
  char *name;
  enum file_role role;
  int fd;          /* lent by the output */
  uint64_t header; /* of an archive: where the header block goes */
  uint64_t data;   /* first byte in fd */
  uint64_t size, room; /* room: of a slot */
  char digest[DIGEST_HEX], sha256[DIGEST_HEX]; /* "" = not known */
};
DEFINE_VECTOR (entries, struct entry)

struct package_writer {
  struct ovf_ctx *ctx;
  struct package_target target; /* path and base are copies */
  char *path, *base;
  struct output *out; /* NULL for a pipe */
  int fd;             /* of the archive; a pipe's is ours */
  uint64_t end;       /* where the next header goes */
  uint64_t mtime;
  entries entries;
  size_t descriptor, manifest, certificate; /* entries, or NO_SLOT */
  char *kept_manifest, *kept_certificate;
  size_t kept_manifest_len, kept_certificate_len;
  /* the file begun */
  char *name;
  enum file_role role;
  unsigned chunk;
  uint64_t total;
  struct digest *digest;
  bool placed; /* written by others; hashed by `end` */
  written_files files;
};

/* Not a folder. */
bool writer_is_archive (const struct package_writer *);
/* The header of a new entry goes behind the last one. */
struct entry *writer_add_entry (struct package_writer *, const char *name,
                                enum file_role, struct ovf_error **err);
/* Its size is known: takes the digest, makes room for the next. */
bool writer_close_entry (struct package_writer *, struct entry *,
                         struct ovf_error **err);
/* Digest of bytes that are in place already. */
bool writer_hash (struct package_writer *, int fd, uint64_t offset,
                  uint64_t size, struct digest *, struct ovf_error **err);

#endif

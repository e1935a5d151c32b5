/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing a package, an OVA or a folder, in one pass: the descriptor, the
 * manifest and the certificate come first but depend on the disks, so room is
 * kept for them (slots), the files are streamed to their place while they are
 * hashed, and the slots are filled last.
 *
 *   w = package_writer_new (ctx, &target, err);
 *   package_writer_reserve (w, "vm.ovf", room, &hrefs, err);
 *   for each file of References, in that order:
 *     package_writer_begin (w, href, ROLE_DISK, err);
 *     package_writer_append (w, bytes) ...;   a disk_target's append function,
 *                                             with the writer as its opaque
 *     package_writer_end (w, &size, err);
 *   package_writer_descriptor (w, text, len, err);
 *   package_writer_finish (w, err);     manifest, certificate, headers
 *   package_writer_commit (w, err);     fsync and rename
 *   package_writer_free (w);            without a commit nothing remains
 */
#ifndef OVF_WRITE_H
#define OVF_WRITE_H

#include "package/package.h"
#include "package/signer.h"

enum file_role {
  ROLE_PACKAGE,
  ROLE_DESCRIPTOR,
  ROLE_CONFIGURATION,
  ROLE_DISK,
  ROLE_MANIFEST,
  ROLE_CERTIFICATE,
  ROLE_FILE
};
const char *role_word (enum file_role);

struct package_target {
  enum package_form form;   /* PACKAGE_OVA, PACKAGE_DIR, or PACKAGE_PIPE: an
                               OVA on standard output */
  const char *path;         /* the archive or the folder */
  const char *base;         /* names the .partial of a folder */
  bool force;
  enum digest_alg algorithm; /* of the manifest; DIGEST_NONE = no manifest */
  uint64_t chunk_size;      /* bytes; 0 = files in one piece */
  const struct signer *signer; /* lent; NULL = no certificate */
  bool want_sha256;         /* of what was written, for the JSON result: reads
                               an archive once more */
  unsigned mode;            /* access rights of the archive; 0 = the usual */
};

struct package_writer;
struct package_writer *package_writer_new (struct ovf_ctx *,
                                           const struct package_target *,
                                           struct ovf_error **err);
void package_writer_free (struct package_writer *);
DEFINE_CLEANUP (package_writer, package_writer_free)

/* OVF_E_IO when fewer than `bytes` are free at the target. */
bool package_writer_space (struct package_writer *, uint64_t bytes,
                           struct ovf_error **err);
/* A manifest (and certificate, or NULL) to be kept byte for byte instead of
 * being made.  Before package_writer_reserve (). */
void package_writer_keep (struct package_writer *, const char *manifest,
                          size_t manifest_len, const char *certificate,
                          size_t certificate_len);
/* The descriptor's name ("vm.ovf": it names manifest and certificate too) and
 * the most bytes it can have; `files` are the names that will be begun, in
 * order.  What is left of the room becomes white space behind the root
 * element.  With chunks, whose number is not known yet, manifest and
 * certificate come last in the archive (DSP0243 allows both places). */
bool package_writer_reserve (struct package_writer *, const char *descriptor,
                             size_t room, const strings *files,
                             struct ovf_error **err);

/* The next file; with chunks, its bytes go to NAME.000000000 and so on. */
bool package_writer_begin (struct package_writer *, const char *name,
                           enum file_role, struct ovf_error **err);
/* `writer` is the struct package_writer: a disk sink calls this. */
bool package_writer_append (void *writer, const void *buf, size_t n,
                            struct ovf_error **err);
/* All that is left of a blob, hashing as it goes. */
bool package_writer_copy (struct package_writer *, struct blob *,
                          struct ovf_error **err);
/* For a sink that writes anywhere: where the file begins; `end` reads it
 * again to hash it.  With chunks OVF_E_UNSUPPORTED. */
bool package_writer_place (struct package_writer *, int *ret_fd,
                           uint64_t *ret_offset, struct ovf_error **err);
/* size: of what was written to package_writer_place (); else BLOB_UNKNOWN. */
bool package_writer_end (struct package_writer *, uint64_t size,
                         uint64_t *ret_size, struct ovf_error **err);

bool package_writer_descriptor (struct package_writer *, const char *text,
                                size_t len, struct ovf_error **err);
bool package_writer_finish (struct package_writer *, struct ovf_error **err);
bool package_writer_commit (struct package_writer *, struct ovf_error **err);

/* After package_writer_finish (): what an operation reports as its `files`. */
struct written_file {
  char *path;           /* absolute; "-" for a pipe */
  enum file_role role;
  uint64_t size;
  char sha256[65];      /* "" = not computed */
};
DEFINE_VECTOR (written_files, struct written_file)
const written_files *package_writer_files (const struct package_writer *);
/* {"target":...,"files":[...],"start":[]} of cli.md section 2. */
struct json_t;
struct json_t *package_writer_json (const struct package_writer *);

/* ---- parts, for tests ------------------------------------------------ */
#define TAR_BLOCK 512u
/* A POSIX ustar header of a regular file; false when the name does not fit
 * into name and prefix.  Sizes of 8 GiB and more become base-256. */
bool ustar_header (uint8_t block[TAR_BLOCK], const char *name, uint64_t size,
                   uint64_t mtime);
bool ustar_name_fits (const char *name);
/* The time of all members: SOURCE_DATE_EPOCH, or 0. */
bool source_date (uint64_t *ret, struct ovf_error **err);
/* "SHA256(name)= hex\n"; NULL sink: only the length. */
size_t manifest_line_length (enum digest_alg, const char *name);
void manifest_write_line (FILE *, enum digest_alg, const char *name,
                          const char *hex);

#endif

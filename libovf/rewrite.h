/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A package once more: its files' bytes as they are, with another descriptor,
 * manifest or certificate (pack, sign, unsign, set).  The manifest that is
 * there is checked against the very bytes that are copied. */
#ifndef OVF_REWRITE_H
#define OVF_REWRITE_H

#include "pipeline.h"

/* A File of References, as the descriptor says it. */
struct reference {
  char *id, *href;
  uint64_t size, chunk_size; /* BLOB_UNKNOWN, 0: not said */
  bool gzip;
};
DEFINE_VECTOR (references, struct reference)
/* OVF_E_FORMAT with file and line. */
bool references_read (const struct ovf_ctx *, const char *name,
                      const char *text, size_t len, references *ret,
                      struct ovf_error **err);
void references_free (references *);

/* A file that is not copied as it is: its chunks are joined, or it is
 * inflated, and it may get another name; or its disk image is written anew. */
struct remake {
  const struct reference *from; /* lent */
  char *name;
  bool image;
};
DEFINE_VECTOR (remakes, struct remake)

enum manifest_state {
  MANIFEST_NONE,
  MANIFEST_GOOD,   /* it lists every member once, and nothing else */
  MANIFEST_LACKING /* --lax-manifest, --no-verify: it cannot be kept */
};

struct rewrite {
  struct ovf_ctx *ctx;
  const struct ovf_options *options;
  struct ovf_report *report;
  char *path;             /* of the source; links resolved */
  struct package *package;
  references refs;
  bool mend;              /* a manifest that lists too little or too much will
                           * be made anew, and is no obstacle */
  enum manifest_state state;
  enum digest_alg old_algorithm; /* of the manifest there is */
  /* What the new package has: set after rewrite_open (). */
  const char *descriptor; /* lent; the old one at first */
  size_t descriptor_len;
  strings drop;           /* hrefs of files that are left out */
  remakes remakes;
  bool keep_manifest, keep_certificate;
  enum digest_alg algorithm; /* of a new manifest; DIGEST_NONE = none */
  const struct signer *signer; /* lent */
  /* The target. */
  bool in_place;
  enum package_form form;
  char *target, *descriptor_name;
  unsigned mode;          /* of the file that is replaced; 0 = usual */
};

/* Opens the package, reads its References and judges manifest and signature
 * as the options say; nothing of the files is read yet. */
bool rewrite_open (struct rewrite *, struct ovf_ctx *, const char *path,
                   const struct ovf_options *, struct ovf_report *,
                   struct ovf_error **err);
/* The same with `mend`. */
bool rewrite_open_mend (struct rewrite *, struct ovf_ctx *, const char *path,
                        const struct ovf_options *, struct ovf_report *,
                        struct ovf_error **err);
void rewrite_done (struct rewrite *);
/* output NULL: in place; else an .ova, an .ovf, a folder, or "-".  archive:
 * an OVA whatever its name. */
bool rewrite_target (struct rewrite *, const char *output, bool archive,
                     struct ovf_error **err);
/* A signature that the changes break goes, and that is said. */
void rewrite_drop_signature (struct rewrite *);
/* Copies, compares every digest, writes. */
bool rewrite_run (struct rewrite *, char **ret_json, struct ovf_error **err);

/* A disk image through the engine, in its own format; the same bytes each
 * time. */
typedef bool append_fn (void *opaque, const void *, size_t, struct ovf_error **err);
bool rewrite_image (struct rewrite *, struct blob *, append_fn *, void *opaque,
                    struct ovf_error **err);

/* The signer that the options name, or NULL without error when they name
 * none. */
bool rewrite_signer (struct rewrite *, const char *key, const char *cert,
                     struct signer **ret, struct ovf_error **err);

#endif

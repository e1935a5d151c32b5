/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of a package, for the files of this folder. */
#ifndef OVF_PACKAGE_INTERNAL_H
#define OVF_PACKAGE_INTERNAL_H

#include "package/manifest.h"
#include "package/ova.h"
#include "package/package.h"
#include "package/tar.h"

/* What a manifest may use; the order of struct slot's hex[]. */
#define MANIFEST_ALGS (DIGEST_SHA1 | DIGEST_SHA256 | DIGEST_SHA512)

struct slot { /* beside each member */
  struct store store; /* lent of the archive, owned in a folder; else empty */
  char *hex[3];     /* sha1, sha256, sha512 */
};
DEFINE_VECTOR (slots, struct slot)

struct part { /* a small file that is kept in memory */
  char *name;       /* NULL: there is none */
  char *data;
  size_t len;
};

struct package {
  struct ovf_ctx *ctx;
  struct ovf_report *report;
  enum package_form form;
  char *path;
  int fd;                   /* the archive, the pipe or the folder */
  bool own_fd;
  struct http *http;        /* the archive on a web server; or NULL */
  members members;
  slots slots;
  size_t *by_name;          /* indexes of members, sorted by their names */
  struct part descriptor, manifest, certificate;
  bool other_tail;          /* other bytes follow the archive's end */
  bool no_end;              /* it has no end mark */

  /* trust */
  bool trusting;            /* package_trust () was called */
  bool checking;            /* digests are compared */
  bool parsed;
  struct manifest list;
  struct trust_policy policy;
  char *ca;
  bool judged;              /* the signature */
  strings used;             /* the hrefs that are used */
  strings used_names;       /* those and what they decode to, sorted */
  bool use_all;             /* every member is */
  unsigned tap;             /* what every file read is hashed with */
  unsigned tap_more;        /* what the caller wants besides */

  /* a pipe */
  struct ova *walk;
  bool pending;             /* the last member's data is still to come */
  bool ended;
  struct digest *digest;    /* of that data */
  bool tail_seen;
  bool streaming;           /* a blob is being read */
  char *stem;               /* of its file, when that comes in chunks */
  uint64_t chunk_size, stream_left;
  size_t stream_first, stream_end; /* the members it was read from */
};

/* ---- package.c ------------------------------------------------------------ */
size_t package_add (struct package *, struct member *taken, struct store);
/* Where the archive is. */
struct store package_store (const struct package *);
/* An index, or SIZE_MAX. */
size_t package_find (const struct package *, const char *name);
bool part_is (const struct part *, const char *name);
/* Is this member descriptor, manifest or certificate? */
const struct part *package_part (const struct package *, const char *name);
/* The suffix says it; "._x.ovf" is a macOS shadow file. */
bool name_is_kind (const char *name, const char *suffix);
/* "a/b" of "a/b.ovf" equals that of "A/b.mf"? */
bool same_stem (const char *a, const char *b);
char *chunk_name (const char *href, unsigned i);
/* A href as a member's name, or NULL with OVF_E_UNSAFE. */
char *href_name (const struct package *, const char *href, struct ovf_error **err);
/* Members of one href: the file itself or, where there is none, its chunks.
 * In a folder they are opened.  None found is no error. */
DEFINE_VECTOR (indexes, size_t)
bool package_resolve (struct package *, const char *href, bool chunked,
                      indexes *ret, struct ovf_error **err);
void package_set_used (struct package *, const strings *used); /* NULL: all */
bool package_is_used (const struct package *, const char *name);
void slot_keep (struct slot *, enum digest_alg, const char *hex);
void slot_take (struct slot *, struct digest *, unsigned mask);
const char *slot_digest (const struct slot *, enum digest_alg); /* or NULL */
/* Findings on the whole, once every member is known. */
void package_report_end (struct package *);
void missing_file (const struct package *, const char *href, struct ovf_error **err);

/* ---- dir.c: a folder ---------------------------------------------------------- */
/* name NULL: the only .ovf in it. */
bool folder_open (struct package *, const char *name, struct ovf_error **err);
/* Adds a file as a member if it is there; *ret is SIZE_MAX when it is not. */
bool folder_add (struct package *, const char *name, size_t *ret,
                 struct ovf_error **err);

/* ---- ova-pipe.c: an OVA that comes once ------------------------------------------ */
bool pipe_open (struct package *, struct ovf_error **err);
struct blob *pipe_blob (struct package *, const char *name, uint64_t chunk_size,
                        uint64_t size, struct ovf_error **err);
/* The blob has been read: its last member is complete. */
bool pipe_finish (struct package *, struct ovf_error **err);
/* Reads and hashes everything that is left. */
bool pipe_drain (struct package *, struct ovf_error **err);

/* ---- trust.c ------------------------------------------------------------------------- */
void trust_take_policy (struct package *, const struct trust_policy *);
/* Parses the manifest, once. */
bool trust_parse (struct package *, struct ovf_error **err);
/* Compares one member that was read with its entry. */
bool trust_member (struct package *, size_t i, struct ovf_error **err);
/* An entry without a member, or NULL; *ret_itself: of the manifest or the
 * certificate. */
const struct manifest_entry *trust_find_absent (const struct package *,
                                                bool *ret_itself);
/* Does the policy take a signature of this kind?  OVF_E_INTEGRITY. */
bool trust_accepts (const struct package *, enum trust, const char *reason,
                    struct ovf_error **err);
char *trust_no_descriptor (const struct package *);
char *trust_absent (const struct manifest_entry *);

#endif

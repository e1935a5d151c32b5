/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of an XVA that is read: xva-read.c (chunks) and xva-table.c (the
 * sums that old exports have at the end). */
#ifndef OVF_PACKAGE_XVA_IMPL_H
#define OVF_PACKAGE_XVA_IMPL_H

#include "package/ova.h"
#include "package/xva.h"

enum xva_name_kind { XVA_NAME_OTHER, XVA_NAME_CHUNK, XVA_NAME_SHA1, XVA_NAME_XXH64 };
struct xva_name {
  char ref[24];             /* "Ref:7" */
  uint64_t number;
  enum xva_name_kind kind;
};
bool xva_name_parse (const char *name, struct xva_name *ret);

struct xva_kept_sum {       /* of a chunk without a sum behind it */
  char ref[24];
  uint32_t number;
  bool compared;
  char hex[41];
};
DEFINE_VECTOR (xva_kept_sums, struct xva_kept_sum)

struct xva {
  struct ovf_ctx *ctx;
  struct ovf_report *report;
  char *path;
  int fd;
  uint64_t size;            /* BLOB_UNKNOWN: a pipe */
  unsigned passes;
  struct ova *walk;
  struct member next;       /* the file that comes */
  struct xva_name at;       /* its name, parsed */
  bool ended, table_seen, table_waits;
  char *text;               /* ova.xml */
  size_t text_len;
  xva_kept_sums sums;
  uint64_t without;         /* chunks that were read without a sum */

  /* the disk that is read */
  char ref[24];
  uint64_t left;            /* bytes that no chunk has told yet */
  uint64_t expected;        /* the least number of the next chunk */
  uint64_t unit;            /* length of the first chunk */
  uint64_t hole;            /* zeros before what is in chunk[] */
  uint8_t *chunk;
  size_t have, taken;
  bool broken;              /* no byte more */
  struct ovf_error *failure; /* that nobody was told of yet */
};
bool xva_bad (struct xva *, struct ovf_error **err, const char *what);
/* All of the file that comes, as text. */
char *xva_load (struct xva *, enum limit, const char *what, struct ovf_error **err);
/* A chunk without a sum: remembers its own for the table. */
bool xva_sums_keep (struct xva *, const struct xva_name *, size_t n,
                    struct ovf_error **err);
/* The file that comes is the table: compares what was kept. */
bool xva_table_read (struct xva *, struct ovf_error **err);
/* At the end: tells which chunks nothing vouched for. */
void xva_sums_settle (struct xva *);

#endif

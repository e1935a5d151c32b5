/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disk images, whatever their format: one table of formats and one copy
 * engine.
 *
 *             one thread           N workers                 one thread, or N
 *   source -> next ()  -> [ring] -> decode ()  -> encode () -> [order] -> put ()
 *
 * A source hands out only what holds data; what it does not mention reads as
 * zeros.  Memory is bounded by the ring (a few pieces a worker), and the
 * bytes written do not depend on the number of workers. */
#ifndef OVF_DISK_H
#define OVF_DISK_H

#include "base/blob.h"
#include "base/report.h"
#include "base/vector.h"

#define PIECE_MAX (1u << 20) /* guest bytes in one piece */
#define SECTOR 512u

/* One run of guest bytes within a piece: a grain, a cluster, or a stretch. */
struct cell {
  uint64_t offset;      /* guest byte */
  uint32_t length;      /* guest bytes */
  uint32_t at, size;    /* where in piece.data, stored bytes */
  bool deflated;        /* zlib stream (RFC 1950) of `length` bytes */
};
struct piece {
  uint64_t sequence;    /* from 0, in the order of next () */
  struct cell *cells;   /* room for at most PIECE_MAX / 512 */
  unsigned count, cells_room;
  uint8_t *data;
  size_t used, room;    /* bytes of data */
  uint64_t consumed;    /* input bytes so far, for progress */
};
/* Grow piece->data to at least n bytes / cells to at least n, keeping what is
 * there. */
void piece_room (struct piece *, size_t n);
struct cell *piece_add_cell (struct piece *);

struct disk_format;
struct disk_source {
  const struct disk_format *format;
  struct ovf_ctx *ctx;
  struct blob *blob;    /* lent */
  uint64_t capacity;    /* guest bytes */
  bool guest_order;     /* pieces must come in ascending guest order */
  void *state;
};
struct disk_target {    /* where a sink writes */
  int fd;               /* lent */
  uint64_t offset;      /* first byte: inside an OVA, not 0 */
  struct digest *digest; /* sequential formats: fed with every byte; or NULL */
  /* Sequential formats hand every byte to this, in order, instead of to fd
   * and digest (a member of a package, which may be chunked); or NULL. */
  bool (*append) (void *opaque, const void *buf, size_t n,
                  struct ovf_error **err);
  void *opaque;
};
struct disk_sink_options {
  const char *const *options; /* "compressed", "subformat=..."; NULL-terminated, or NULL */
  unsigned level;       /* deflate 1..12, 0 = default */
  const char *adapter;  /* VMDK ddb.adapterType, NULL = "lsilogic" */
  const char *id;       /* what content ids are derived from */
  const char *name;     /* file name, for descriptors inside */
};
struct disk_sink {
  const struct disk_format *format;
  struct ovf_ctx *ctx;
  struct disk_target target;
  struct disk_sink_options options;
  uint64_t capacity;
  uint64_t written;     /* file bytes, after finish () */
  uint64_t populated;   /* guest bytes that hold data, after finish () */
  void *state;
};
struct disk_facts {     /* what `disk info` says */
  const char *format;   /* word of cli.md section 4: "vmdk-stream" */
  uint64_t virtual_size;
  uint64_t allocated;   /* guest bytes, UINT64_MAX = not cheap to know */
  uint32_t block_size;  /* bytes, 0 = none */
  bool compressed;
  strings references;   /* files it names outside itself */
};
void disk_facts_done (struct disk_facts *);

struct disk_format {
  const char *name;     /* "vmdk": what --to takes */
  const char *suffix;   /* ".vmdk" */
  bool sequential;      /* put () wants pieces in order, each byte once */
  bool needs_seek;      /* reading needs a seekable blob */

  /* 0..100, from the first bytes of the image. */
  int (*probe) (const uint8_t *head, size_t len);
  /* Header inspection before anything uses the image: geometry within
   * limits, no reference to another file.  With facts != NULL references are
   * listed instead of refused.  Seekable blobs only. */
  bool (*check) (struct ovf_ctx *, struct blob *, struct disk_facts *facts,
                 struct ovf_error **err);

  bool (*open) (struct disk_source *, struct ovf_error **err);
  /* One thread: the next piece; false without *err at the end. */
  bool (*next) (struct disk_source *, struct piece *, struct ovf_error **err);
  /* Any worker: deflated or absent bytes to plain ones, into out.  NULL =
   * pieces are plain. */
  bool (*decode) (struct disk_source *, unsigned worker, struct piece *in,
                  struct piece *out, struct ovf_error **err);
  void (*close) (struct disk_source *);

  bool (*create) (struct disk_sink *, struct ovf_error **err);
  /* May this piece be put () without decoding (compressed qcow2)?  NULL = no. */
  bool (*takes) (const struct disk_sink *, const struct piece *);
  /* Any worker: plain bytes to what put () stores.  NULL = nothing to do. */
  bool (*encode) (struct disk_sink *, unsigned worker, struct piece *in,
                  struct piece *out, struct ovf_error **err);
  /* From one thread in order if sequential, else from any worker. */
  bool (*put) (struct disk_sink *, unsigned worker, const struct piece *,
               struct ovf_error **err);
  bool (*finish) (struct disk_sink *, struct ovf_error **err);
  void (*discard) (struct disk_sink *); /* frees; also after finish */
};

/* One word adds a format. */
#define DISK_FORMATS(X) X (raw) X (vmdk) X (qcow2)
#define DECLARE(n) extern const struct disk_format n##_format;
DISK_FORMATS (DECLARE)
#undef DECLARE
extern const struct disk_format *const disk_formats[]; /* NULL-terminated */
const struct disk_format *disk_format_by_name (const char *);

/* Which format?  `declared` is a word of the model ("vmdk-stream", "raw") or
 * NULL; one that contradicts the bytes is OVF_E_FORMAT.  raw is never
 * probed: only `declared`, or allow_raw (a suffix says so), chooses it.  Of a
 * seekable blob. */
const struct disk_format *disk_identify (struct ovf_ctx *, struct blob *,
                                         const char *declared, bool allow_raw,
                                         struct ovf_error **err);
/* check () and open ().  The blob is lent until disk_source_free (). */
struct disk_source *disk_source_new (struct ovf_ctx *, struct blob *,
                                     const struct disk_format *, bool guest_order,
                                     struct ovf_error **err);
void disk_source_free (struct disk_source *);
DEFINE_CLEANUP (disk_source, disk_source_free)
struct disk_sink *disk_sink_new (struct ovf_ctx *, const struct disk_format *,
                                 const struct disk_target *, uint64_t capacity,
                                 const struct disk_sink_options *,
                                 struct ovf_error **err);
void disk_sink_free (struct disk_sink *);
DEFINE_CLEANUP (disk_sink, disk_sink_free)

/* All of source into sink, finish () included.  `what` names the work for
 * progress. */
bool disk_copy (struct ovf_ctx *, struct disk_source *, struct disk_sink *,
                const char *what, struct ovf_error **err);
/* `disk info` and, with deep, `disk check`: walks the whole structure. */
bool disk_inspect (struct ovf_ctx *, struct blob *, const struct disk_format *,
                   bool deep, struct disk_facts *ret, struct ovf_report *,
                   struct ovf_error **err);

#endif

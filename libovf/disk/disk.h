/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disk images, whatever their format: one table of formats and one copy
 * engine.
 *
 *   calling thread              N workers             in order, or by N workers
 *   source: next () -> [ring] -> decode () -> encode () -> place () -> put ()
 *
 * A source hands out only what holds data; what it does not mention reads as
 * zeros.  Memory is bounded by the ring (a few pieces a worker), and the
 * bytes written do not depend on the number of workers.
 *
 * How a caller converts:
 *   format = disk_identify (ctx, blob, &claim, err);
 *   source = disk_source_new (ctx, blob, format, to->sequential, err);
 *   (compare source->capacity with what the descriptor says)
 *   sink = disk_sink_new (ctx, to, &target, source->capacity, &options, err);
 *   disk_copy (ctx, source, sink, name, err);
 *   (read the rest of the blob, for its digest: package_blob_done ())
 */
#ifndef OVF_DISK_H
#define OVF_DISK_H

#include <stdatomic.h>

#include "base/blob.h"
#include "base/report.h"
#include "base/vector.h"

#define PIECE_MAX (1u << 20) /* guest bytes in one piece */
#define SECTOR 512u

/* ---- pieces ----------------------------------------------------------- */
enum cell_kind {
  CELL_PLAIN,    /* `length` bytes at data[at]; size == length */
  CELL_ZLIB,     /* data[at .. at + size]: RFC 1950, inflates to length */
  CELL_DEFLATE,  /* the same without header and checksum: RFC 1951 */
  CELL_ABSENT    /* not read yet: decode () fetches it */
};
/* One run of guest bytes within a piece: a grain, a cluster, or a stretch. */
struct cell {
  uint64_t offset;      /* guest byte */
  uint64_t from;        /* where it was or is in the input: for messages, and
                         * for decode () of what is absent */
  uint32_t length;      /* guest bytes, at most PIECE_MAX */
  uint32_t at, size;    /* where in piece.data, stored bytes */
  enum cell_kind kind;
};
struct piece {
  uint64_t sequence;    /* from 0, in the order of next () */
  struct cell *cells;
  unsigned count, cells_room;
  uint8_t *data;
  size_t used, room;    /* bytes of data */
  uint64_t consumed;    /* input bytes so far, for progress */
  uint64_t place;       /* the sink's: file byte, set by place () */
};
/* Grows data to at least n bytes, keeping what is there. */
void piece_room (struct piece *, size_t n);
/* A zeroed cell at the end. */
struct cell *piece_add_cell (struct piece *);
/* A cell of `length` bytes that lie at data[used], which grows by size. */
struct cell *piece_append (struct piece *, enum cell_kind, uint64_t offset,
                           uint32_t length, uint32_t size);
void piece_clear (struct piece *);  /* no cells, no bytes; keeps its room */
void piece_swap (struct piece *, struct piece *);
void piece_done (struct piece *);   /* frees what it holds */
/* Makes every cell of a plain piece one whole aligned block (the last of the
 * disk ends at capacity), in ascending order: cells are split or gathered,
 * gaps filled with zeros, blocks of nothing but zeros left out.  Blocks of at
 * most PIECE_MAX; needs a source in guest order unless the source's
 * block_size is a multiple of block. */
void piece_reblock (struct piece *, uint32_t block, uint64_t capacity);
bool is_zero (const void *p, size_t n);
/* A deflated cell into out, which has room for a whole block (at least
 * length): it must inflate to length bytes, or to the whole block at the end
 * of a disk.  *ret_size: which; *ret_used: how much input; either NULL.
 * OVF_E_FORMAT, rule DISK-GRAIN, that names the file. */
struct libdeflate_decompressor;
bool cell_inflate (struct libdeflate_decompressor *, const char *name,
                   const struct piece *, const struct cell *, uint8_t *out,
                   uint32_t block, size_t *ret_size, size_t *ret_used,
                   struct ovf_error **err);

/* ---- sources and sinks ------------------------------------------------ */
struct disk_format;
/* Where the other files of an image may lie.  Of an image in a package there
 * is no such place. */
struct disk_reach {
  const char *folder;   /* the image's own: extents lie beside it */
  const strings *allow; /* further roots; or NULL */
  bool backing;         /* --follow-backing: backing files and parents, too */
};
struct disk_source {
  const struct disk_format *format;
  struct ovf_ctx *ctx;
  struct blob *blob;    /* lent */
  const struct disk_reach *reach; /* lent until open () returns; or NULL */
  struct ovf_report *report; /* lent, or NULL: what a deep check finds */
  unsigned workers;     /* worker numbers are below this */
  uint64_t capacity;    /* guest bytes; open () sets it.  UINT64_MAX: a raw
                         * stream of unknown length; the caller says what it
                         * should be before disk_copy (), and it must be so */
  uint32_t block_size;  /* open (): every cell is one or more aligned blocks of
                         * this size (but for the disk's end); 0 = any run */
  /* Pieces come in ascending guest order, and each holds all the cells of one
   * aligned stretch of PIECE_MAX bytes.  True before open (): the caller needs
   * it, and open () fails where it cannot be had.  open () may set it. */
  bool guest_order;
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
  const strings *options; /* "compressed", "subformat=..."; or NULL */
  unsigned level;       /* deflate 1..12, 0 = default */
  const char *adapter;  /* VMDK ddb.adapterType, NULL = "lsilogic" */
  const char *id;       /* what content ids are derived from; or NULL */
  const char *name;     /* file name, for descriptors inside; or NULL */
  const char *uuid;     /* the image's own, where a configuration names it */
};
struct disk_sink {
  const struct disk_format *format;
  struct ovf_ctx *ctx;
  struct disk_target target;
  struct disk_sink_options options; /* lent until disk_sink_free () */
  uint64_t capacity;
  unsigned workers;     /* worker numbers are below this */
  uint64_t written;     /* file bytes; finish () sets it */
  atomic_uint_least64_t populated; /* guest bytes that hold data; put () adds */
  void *state;
};
/* The value of `name=value` among the sink's options ("" for a bare name),
 * or NULL.  The last one counts. */
const char *disk_sink_option (const struct disk_sink *, const char *name);

struct disk_facts {     /* what `disk info` says */
  const char *format;   /* word of cli.md section 4: "vmdk-stream" */
  uint64_t virtual_size;
  uint64_t allocated;   /* guest bytes, UINT64_MAX = not cheap to know */
  uint32_t block_size;  /* bytes, 0 = none */
  bool compressed;
  strings references;   /* files it names outside itself */
};
void disk_facts_done (struct disk_facts *);

/* The start and the end of an image, to recognise it by. */
struct disk_sample {
  const uint8_t *head;
  size_t head_len;      /* at most DISK_HEAD */
  const uint8_t *tail;  /* its last 512 bytes, or fewer */
  size_t tail_len;
  uint64_t size;
};
#define DISK_HEAD 4096u
/* What probe () says. */
#define PROBE_HEAD 100  /* a magic number at the start */
#define PROBE_TAIL 30   /* at the end only (fixed VHD) */

/* A row.  A format that is only recognised has neither open nor create. */
struct disk_format {
  const char *name;     /* "vmdk": what --to takes */
  const char *suffix;   /* ".vmdk" */
  const char *title;    /* "VMware disk" */
  const char *const *words;   /* what the model may call it, NULL-terminated */
  const char *const *options; /* names that create () knows; or NULL */
  const char *subformat;      /* what is written: "streamOptimized"; or NULL */
  /* The rows for all that `subformat=` may say, NULL-terminated; or NULL. */
  const struct disk_format *const *subformats;
  bool sequential;      /* put () wants pieces in order, in guest order, and
                         * writes each byte once */

  /* PROBE_*, or 0. */
  int (*probe) (const struct disk_sample *);
  /* Header inspection before anything uses the image: geometry within
   * limits, no reference to another file.  With facts != NULL references are
   * listed there instead of refused.  Seekable blobs only. */
  bool (*check) (struct ovf_ctx *, struct blob *, struct disk_facts *facts,
                 struct ovf_error **err);

  /* Reads sequentially with blob_read () what must be hashed.  Works without
   * check () on a blob that cannot seek, or says that it needs a file. */
  bool (*open) (struct disk_source *, struct ovf_error **err);
  /* QEMU's name of the format, where QEMU can do what is missing here: disks
   * are then read, or written, through it (qemu.h).  NULL = it is not asked. */
  const char *qemu;
  /* Is this an image that open () cannot read but QEMU can?  NULL = never. */
  bool (*foreign) (struct ovf_ctx *, struct blob *, const struct disk_reach *);
  /* Calling thread: the next piece (given empty, sequence set), with at least
   * one cell and at most PIECE_MAX guest bytes; false without *err at the
   * end.  Where pieces are cut may not depend on timing. */
  bool (*next) (struct disk_source *, struct piece *, struct ovf_error **err);
  /* Any worker: out (given empty) gets plain cells only.  `in` may be used
   * up.  NULL = next () gives plain pieces. */
  bool (*decode) (struct disk_source *, unsigned worker, struct piece *in,
                  struct piece *out, struct ovf_error **err);
  /* Calling thread, after the last decode (): was all that was read good?
   * NULL = nothing more to say. */
  bool (*settle) (struct disk_source *, struct ovf_error **err);
  void (*close) (struct disk_source *); /* frees; also after a failed open () */

  bool (*create) (struct disk_sink *, struct ovf_error **err);
  /* Before the first piece: what kind of pieces will come.  NULL = anything
   * is fine.  source NULL: an empty disk. */
  bool (*start) (struct disk_sink *, const struct disk_source *,
                 struct ovf_error **err);
  /* May this piece go to encode () without decode () (compressed qcow2)?
   * NULL = no. */
  bool (*takes) (const struct disk_sink *, const struct piece *);
  /* Any worker: plain bytes to what put () stores, into out (given empty).
   * `in` may be used up, or swapped with out.  NULL = nothing to do. */
  bool (*encode) (struct disk_sink *, unsigned worker, struct piece *in,
                  struct piece *out, struct ovf_error **err);
  /* Formats that are not sequential, but where a piece's place depends on
   * those before: called in order, one at a time; quick. */
  bool (*place) (struct disk_sink *, struct piece *, struct ovf_error **err);
  /* In order and one at a time if sequential, else from any worker. */
  bool (*put) (struct disk_sink *, unsigned worker, const struct piece *,
               struct ovf_error **err);
  bool (*finish) (struct disk_sink *, struct ovf_error **err);
  void (*discard) (struct disk_sink *); /* frees; also after finish () and a
                                         * failed create () */
};

/* ---- the table -------------------------------------------------------- */
/* One word adds a format. */
#define DISK_FORMATS(X)                                                       \
  X (raw) X (vmdk) X (qcow2) X (vdi) X (vhd) X (vhdx) X (qed) X (parallels)   \
  X (luks)
#define DECLARE(n) extern const struct disk_format n##_format;
DISK_FORMATS (DECLARE)
#undef DECLARE
extern const struct disk_format *const disk_formats[]; /* NULL-terminated */
/* By name ("vmdk") or by a word of the model ("vmdk-stream"). */
const struct disk_format *disk_format_by_name (const char *);
/* The row that writes what `subformat=` among the options says, or else
 * `usual` (NULL: the format's own): what sinks are made from. */
const struct disk_format *disk_format_written (const struct disk_format *,
                                               const strings *options, /* or NULL */
                                               const char *usual,
                                               struct ovf_error **err);
extern const char *const disk_subformat_options[]; /* "subformat" alone */
/* By the suffix of a file name (".img" is raw); NULL = none. */
const struct disk_format *disk_format_by_suffix (const char *path);

/* What is said of an image from outside. */
struct disk_claim {
  const char *user;     /* --from-disk; or NULL */
  const char *declared; /* a word of the model; or NULL */
  bool named;           /* the user named the file: bytes of no known kind
                         * are wrong usage, not malformed input */
};
/* Which format?  What the user says holds.  Else exactly one format must know
 * the bytes, and it must be the one declared.  raw is never probed: it is
 * chosen by `user`, or, when no other format knows the first bytes, by
 * `declared` or the suffix (.raw, .img) of the blob's name.  Of a blob that
 * cannot seek only what `user` or `declared` says is known. */
const struct disk_format *disk_identify (struct ovf_ctx *, struct blob *,
                                         const struct disk_claim *,
                                         struct ovf_error **err);
/* check () if the blob can seek, and open ().  The blob is lent until
 * disk_source_free (). */
struct disk_source *disk_source_new (struct ovf_ctx *, struct blob *,
                                     const struct disk_format *, bool guest_order,
                                     struct ovf_error **err);
/* The same for an image that may need others: extents, or its backing. */
struct disk_source *disk_source_reach (struct ovf_ctx *, struct blob *,
                                       const struct disk_format *,
                                       bool guest_order,
                                       const struct disk_reach *, /* or NULL */
                                       struct ovf_error **err);
void disk_source_free (struct disk_source *);
DEFINE_CLEANUP (disk_source, disk_source_free)
struct disk_sink *disk_sink_new (struct ovf_ctx *, const struct disk_format *,
                                 const struct disk_target *, uint64_t capacity,
                                 const struct disk_sink_options *, /* or NULL */
                                 struct ovf_error **err);
void disk_sink_free (struct disk_sink *);
DEFINE_CLEANUP (disk_sink, disk_sink_free)

/* All of source (NULL: an empty disk) into sink, finish () included.  `what`
 * names the work for progress.  What the blob holds after the image is left
 * unread. */
bool disk_copy (struct ovf_ctx *, struct disk_source *, struct disk_sink *,
                const char *what, struct ovf_error **err);
/* `disk info` and, with deep, `disk check`: walks the whole structure.  True
 * also when the report got faults; false when it could not be read. */
bool disk_inspect (struct ovf_ctx *, struct blob *, const struct disk_format *,
                   bool deep, struct disk_facts *ret, struct ovf_report *,
                   struct ovf_error **err);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* VMDK: what lies where in a sparse extent, after VMware's technical note
 * "Virtual Disk Format 5.0" (called the note below) and what producers do.
 * All numbers are little-endian, all places are in sectors of 512 bytes. */
#ifndef OVF_VMDK_H
#define OVF_VMDK_H

#include "disk/bits.h"
#include "disk/disk.h"
#include "disk/witness.h"

#define VMDK_MAGIC "KDMV"
#define VMDK_FLAG_NEWLINES (1u << 0)  /* the newline test bytes are valid */
#define VMDK_FLAG_RGD (1u << 1)       /* there is a redundant directory */
#define VMDK_FLAG_ZEROED (1u << 2)    /* table entry 1 is a grain of zeros */
#define VMDK_FLAG_COMPRESSED (1u << 16)
#define VMDK_FLAG_MARKERS (1u << 17)
#define VMDK_GD_AT_END UINT64_MAX     /* gdOffset: look into the footer */
#define VMDK_GTES 512u                /* entries of a grain table: a group */
#define VMDK_COMPRESS_DEFLATE 1

/* Offsets of the header's fields, in bytes. */
enum {
  VMDK_VERSION = 4,
  VMDK_FLAGS = 8,
  VMDK_CAPACITY = 12,
  VMDK_GRAIN_SIZE = 20,
  VMDK_DESCRIPTOR = 28,
  VMDK_DESCRIPTOR_SIZE = 36,
  VMDK_GTES_PER_GT = 44,
  VMDK_RGD = 48,
  VMDK_GD = 56,
  VMDK_OVERHEAD = 64,
  VMDK_UNCLEAN = 72,
  VMDK_NEWLINES = 73,   /* "\n \r\n": shows a file transferred as text */
  VMDK_COMPRESSION = 77
};

/* Marker: u64 value, u32 size, then u32 type if size is 0, else size bytes of
 * a grain whose LBA is the value.  Fills up a sector. */
enum vmdk_marker {
  VMDK_MARKER_EOS = 0,
  VMDK_MARKER_GT = 1,
  VMDK_MARKER_GD = 2,
  VMDK_MARKER_FOOTER = 3,
  VMDK_MARKER_PROGRESS = 4 /* VMware's ovftool writes it; carries nothing */
};
#define VMDK_GRAIN_HEADER 12u

struct vmdk_header {    /* sizes in bytes but where it says sectors */
  uint32_t version, flags;
  uint64_t capacity;    /* guest bytes */
  uint32_t grain;       /* bytes */
  uint64_t descriptor, descriptor_size; /* file bytes; 0 = none */
  uint64_t rgd, gd;     /* sectors */
  uint64_t overhead;    /* file byte where the grains may begin */
  bool unclean;
  bool stream;          /* compressed, with markers */
  uint64_t groups;      /* grain tables: entries of the directory */
};
/* Checks every number; the size of the file may be BLOB_UNKNOWN. */
bool vmdk_header_parse (const struct ovf_ctx *, const char *name,
                        const uint8_t sector[SECTOR], uint64_t file_size,
                        struct vmdk_header *ret, struct ovf_error **err);

/* ---- the descriptor (vmdk-descriptor.c) -------------------------------- */
struct vmdk_extent {
  char *access, *type, *name; /* name may be NULL */
  uint64_t sectors;
  uint64_t offset;      /* sectors of the file before it, of a flat one */
};
DEFINE_VECTOR (vmdk_extents, struct vmdk_extent)
struct vmdk_descriptor {
  char *create_type;    /* or NULL */
  char *cid;            /* or NULL */
  char *parent_cid;     /* or NULL */
  char *parent;         /* parentFileNameHint; or NULL */
  strings hints;        /* parentFileNameHint, changeTrackPath: other files */
  vmdk_extents extents;
};
/* Text up to the first NUL. */
bool vmdk_descriptor_parse (const char *name, const uint8_t *text, size_t len,
                            struct vmdk_descriptor *ret, struct ovf_error **err);
void vmdk_descriptor_done (struct vmdk_descriptor *);
/* Of a file that stands for itself: one sparse extent, no parent, capacity
 * and kind as the header says. */
bool vmdk_descriptor_check (const char *name, const struct vmdk_descriptor *,
                            const struct vmdk_header *, struct ovf_error **err);
/* It holds only what differs from a parent disk. */
bool vmdk_has_parent (const struct vmdk_descriptor *);
/* The descriptor of an image, whether it is all of the file or stands in a
 * sparse one, whose header is *ret_header then (capacity 0: all of the file). */
bool vmdk_descriptor_read (struct ovf_ctx *, struct blob *, struct vmdk_header *,
                           struct vmdk_descriptor *, struct ovf_error **err);
bool vmdk_is_descriptor (const uint8_t *head, size_t len);
#define VMDK_DESCRIPTOR_MAX (1u << 20) /* bytes; real ones have a sector or 20 */

/* ---- the tables (vmdk-tables.c) ----------------------------------------- */
/* The grain directory and one grain table at a time. */
struct vmdk_tables {
  struct witness *witness;      /* lent: reads, of its blob */
  const struct vmdk_header *header; /* lent */
  uint32_t *directory;
  uint32_t entries[VMDK_GTES];  /* of the group that is loaded */
  uint64_t loaded;              /* group, or UINT64_MAX */
};
bool vmdk_tables_open (struct vmdk_tables *, struct witness *,
                       const struct vmdk_header *, uint64_t gd,
                       struct ovf_error **err);
void vmdk_tables_done (struct vmdk_tables *);
/* The next grain at or after *grain that lies in the file: *sector where; 0
 * when there is none. */
bool vmdk_tables_next (struct vmdk_tables *, uint64_t *grain, uint32_t *sector,
                       struct ovf_error **err);
/* Where the directory is: in the header, or at the end.  0 = not found. */
bool vmdk_find_directory (struct blob *, const struct vmdk_header *,
                          uint64_t *ret_gd, struct ovf_error **err);
/* Guest bytes that lie in the file; UINT64_MAX when no table says it. */
bool vmdk_allocated (struct ovf_ctx *, struct blob *, const struct vmdk_header *,
                     uint64_t *ret, struct ovf_error **err);

/* ---- reading ------------------------------------------------------------ */
struct libdeflate_decompressor;
struct vmdk_stream;
/* The state of an open source: of a stream in file order, or of one whose
 * tables are followed in guest order. */
struct vmdk_source {
  struct vmdk_header header;
  struct libdeflate_decompressor **inflaters; /* one a worker */
  struct vmdk_stream *stream;   /* or NULL */
  struct witness witness;
  struct vmdk_tables tables;
  struct bits used;             /* stretches of the file, a grain long each */
  uint64_t grain;               /* where to go on */
};
uint32_t vmdk_grain_length (const struct vmdk_header *, uint64_t grain);
/* vmdk-stream.c: markers in file order.  open () has read the header's
 * sector. */
bool vmdk_stream_open (struct disk_source *, struct ovf_error **err);
bool vmdk_stream_next (struct disk_source *, struct piece *, struct ovf_error **err);
void vmdk_stream_close (struct vmdk_source *);
/* A compressed grain is never larger. */
static inline uint32_t
vmdk_grain_bound (const struct vmdk_header *h)
{
  return 2 * h->grain + 1024;
}

bool vmdk_check (struct ovf_ctx *, struct blob *, struct disk_facts *,
                 struct ovf_error **err);
bool vmdk_open (struct disk_source *, struct ovf_error **err);
bool vmdk_next (struct disk_source *, struct piece *, struct ovf_error **err);
bool vmdk_decode (struct disk_source *, unsigned worker, struct piece *in,
                  struct piece *out, struct ovf_error **err);
void vmdk_close (struct disk_source *);

#endif

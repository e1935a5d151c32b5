/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bridge to QEMU for images that this program does not read or write
 * itself.  Before a helper sees an image its header is inspected here, each
 * file that it needs is opened here, and QEMU is told of descriptors and
 * formats alone: no name out of an image reaches it, and it probes nothing.
 *
 *   qemu-image.c   an image and what it needs, as QEMU is told of it
 *   qemu-vmdk.c    the same of a VMDK whose data lies in extents
 *   qemu-nbd.c     guest bytes, through qemu-nbd (libnbd)
 *   qemu-scratch.c guest bytes, through qemu-img and a scratch file
 *   qemu-source.c  a source for the copy engine; qemu-sink.c, a sink
 *   qemu-check.c   `disk check` */
#ifndef OVF_DISK_QEMU_H
#define OVF_DISK_QEMU_H

#include "base/child.h"
#include "disk/disk.h"

struct json_t;

/* ---- qemu-image.c ------------------------------------------------------- */
DEFINE_VECTOR (child_fds, struct child_fd)
struct qemu_image {
  char *json;           /* json:{...}, as a file name for QEMU */
  child_fds fds;        /* that it speaks of, from descriptor `first` on */
  int first;
  uint64_t file_size;   /* bytes of all its files */
  uint64_t capacity;    /* guest bytes, as far as our inspection knows */
  /* of opening: */
  struct ovf_ctx *ctx;
  const struct disk_reach *reach;
  char *folder;         /* of the file at hand; or NULL */
  unsigned depth;       /* of backing files */
  strings seen;         /* device and inode of each file: no loops */
};
/* Is this for QEMU rather than for us? */
bool qemu_reads (struct ovf_ctx *, struct blob *, const struct disk_format *,
                 const struct disk_reach *);
/* Inspects the image and those that it needs.  The blob is lent. */
bool qemu_image_open (struct ovf_ctx *, struct blob *, const struct disk_format *,
                      const struct disk_reach *, int first, struct qemu_image *,
                      struct ovf_error **err);
void qemu_image_done (struct qemu_image *);
/* headers.c: which of its two sizes a VHD has, as a word of QEMU's driver. */
const char *vhd_size_rule (struct blob *);
/* For qemu-vmdk.c. */
/* {"driver":"file",...} of a descriptor that the image takes over. */
struct json_t *qemu_image_file (struct qemu_image *, int fd /* taken */, uint64_t size,
                                struct ovf_error **err);
/* The same of a blob, also of a stretch of a file. */
struct json_t *qemu_image_blob (struct qemu_image *, struct blob *, struct ovf_error **err);
/* A file that an image names, as another image below it; `format` is what the
 * image says of it, or NULL.  NULL and an error. */
struct json_t *qemu_image_below (struct qemu_image *, const char *owner,
                                 const char *name, const char *format,
                                 struct ovf_error **err);
/* Guest bytes of the node, or NULL. */
struct json_t *qemu_vmdk_node (struct qemu_image *, struct blob *,
                               struct ovf_error **err);

/* ---- qemu-nbd.c, or qemu-scratch.c where libnbd is not there ------------- */
struct qemu_disk;
struct qemu_disk *qemu_disk_open (struct ovf_ctx *, const struct qemu_image *,
                                  unsigned workers, struct ovf_error **err);
/* A new, empty image in fd (lent). */
struct qemu_target {
  const char *driver;   /* QEMU's name of the format */
  const char *options;  /* of qemu-img create; or NULL */
  int fd;
  uint64_t capacity;
};
struct qemu_disk *qemu_disk_create (struct ovf_ctx *, const struct qemu_target *,
                                    unsigned workers, struct ovf_error **err);
uint64_t qemu_disk_size (const struct qemu_disk *);
/* Calling thread: as blob_next_data (). */
bool qemu_disk_next_data (struct qemu_disk *, uint64_t *offset, uint64_t *length,
                          struct ovf_error **err);
/* Any worker; multiples of SECTOR. */
bool qemu_disk_read (struct qemu_disk *, unsigned worker, void *buf, size_t n,
                     uint64_t offset, struct ovf_error **err);
bool qemu_disk_write (struct qemu_disk *, unsigned worker, const void *buf,
                      size_t n, uint64_t offset, struct ovf_error **err);
/* All is written: the image is whole. */
bool qemu_disk_finish (struct qemu_disk *, struct ovf_error **err);
void qemu_disk_free (struct qemu_disk *);
/* qemu-image.c: what qemu-img is run with, to make an image. */
bool qemu_create_image (struct ovf_ctx *, const struct qemu_target *,
                        struct ovf_error **err);
/* Bytes an image of this capacity may have. */
uint64_t qemu_file_limit (uint64_t capacity);

/* ---- qemu-source.c ------------------------------------------------------- */
bool qemu_source_open (struct disk_source *, struct ovf_error **err);

/* ---- qemu-sink.c --------------------------------------------------------- */
bool qemu_sink_create (struct disk_sink *, struct ovf_error **err);
bool qemu_sink_put (struct disk_sink *, unsigned worker, const struct piece *,
                    struct ovf_error **err);
bool qemu_sink_finish (struct disk_sink *, struct ovf_error **err);
void qemu_sink_discard (struct disk_sink *);

/* ---- qemu-check.c -------------------------------------------------------- */
/* What `qemu-img check` finds, where it knows the format. */
bool qemu_check (struct ovf_ctx *, struct blob *, const struct disk_format *,
                 const struct disk_reach *, struct ovf_report *,
                 struct ovf_error **err);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of disks share: files in memory, and a streamOptimized VMDK
 * built by hand, with room for one flaw at a time. */
#ifndef OVF_TESTS_DISK_H
#define OVF_TESTS_DISK_H

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "base/rd.h"
#include "disk/disk.h"
#include "tap.h"

/* A file that lives in memory. */
static inline int
memory_file (const void *p, size_t n)
{
  int fd = memfd_create ("disk", MFD_CLOEXEC);

  if (fd < 0 || (n > 0 && pwrite (fd, p, n, 0) != (ssize_t)n))
    abort ();
  return fd;
}

/* Pseudo-random bytes that hardly compress. */
static inline void
noise (uint8_t *p, size_t n, uint32_t seed)
{
  uint32_t x = seed * 2654435761u + 1;

  for (size_t i = 0; i < n; i++) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    p[i] = (uint8_t)x;
  }
}

/* ---- a stream ----------------------------------------------------------- */
#define VM_GRAIN 8192u          /* bytes: 16 sectors */
#define VM_GRAINS 1030u         /* three groups; the last grain is half one */
#define VM_CAPACITY ((VM_GRAINS - 1) * VM_GRAIN + VM_GRAIN / 2)
#define VM_TEXT 512u            /* file byte of the descriptor */
#define VM_OVERHEAD 4096u
#define VM_MAX (1u << 20)

struct vm_grain {
  uint32_t number;      /* of the grain */
  uint32_t plain;       /* bytes; 0 = what it should have */
  uint32_t less;        /* by how much the marker's size is too small */
  bool damage;          /* of the checksum */
};
struct vm_image {
  const char *text;     /* descriptor; NULL = a right one */
  struct vm_grain grains[16];
  unsigned n_grains;
  /* Results. */
  uint8_t *bytes;
  size_t n;
  size_t footer, eos;   /* where they are */
  size_t first;         /* the first grain's marker */
  uint32_t at[VM_GRAINS]; /* sectors */
};

static inline const char *
vm_text (void)
{
  static char text[512];

  snprintf (text, sizeof text,
            "# Disk DescriptorFile\nversion=1\nCID=12345678\n"
            "parentCID=ffffffff\ncreateType=\"streamOptimized\"\n\n"
            "# Extent description\nRDONLY %u SPARSE \"disk.vmdk\"\n\n"
            "ddb.adapterType = \"lsilogic\"\n", VM_CAPACITY / 512);
  return text;
}

static inline uint32_t
vm_length (uint32_t grain)
{
  return grain == VM_GRAINS - 1 ? VM_GRAIN / 2 : VM_GRAIN;
}

/* What the guest should see. */
static inline void
vm_content (uint32_t grain, uint8_t out[VM_GRAIN])
{
  memset (out, (int)grain & 0xff, VM_GRAIN);
  noise (out, VM_GRAIN / 4, grain + 1);
}

static inline void
vm_header (uint8_t *h, uint64_t gd)
{
  memset (h, 0, 512);
  memcpy (h, "KDMV", 4);
  put_le (h + 4, 3, 4);
  put_le (h + 8, 0x30001, 4);
  put_le (h + 12, VM_CAPACITY / 512, 8);
  put_le (h + 20, VM_GRAIN / 512, 8);
  put_le (h + 28, VM_TEXT / 512, 8);
  put_le (h + 36, 2, 8);
  put_le (h + 44, 512, 4);
  put_le (h + 56, gd, 8);
  put_le (h + 64, VM_OVERHEAD / 512, 8);
  memcpy (h + 73, "\n \r\n", 4);
  put_le (h + 77, 1, 2);
}

static inline void
vm_marker (struct vm_image *v, uint64_t value, uint32_t type)
{
  memset (v->bytes + v->n, 0, 512);
  put_le (v->bytes + v->n, value, 8);
  put_le (v->bytes + v->n + 12, type, 4);
  v->n += 512;
}

static inline void
vm_add_grain (struct vm_image *v, const struct vm_grain *g)
{
  static uint8_t plain[1 << 20];
  uint8_t *p = v->bytes + v->n;
  uLongf size = VM_MAX / 4;

  memset (plain, 1, sizeof plain);
  vm_content (g->number, plain);
  compress (p + 12, &size, plain, g->plain ? g->plain : vm_length (g->number));
  if (g->damage)
    p[12 + size - 1] ^= 1;
  put_le (p, (uint64_t)g->number * (VM_GRAIN / 512), 8);
  put_le (p + 8, size - g->less, 4);
  if (g->number < VM_GRAINS)
    v->at[g->number] = (uint32_t)(v->n / 512);
  v->n += (12 + size + 511) / 512 * 512;
}

/* Header, descriptor, grains, one table a group, directory, footer, end. */
static inline void
vm_build (struct vm_image *v)
{
  uint32_t directory[3] = { 0 };

  v->bytes = calloc (VM_MAX, 1);
  vm_header (v->bytes, UINT64_MAX);
  strcpy ((char *)v->bytes + VM_TEXT, v->text ? v->text : vm_text ());
  v->n = v->first = VM_OVERHEAD;
  for (unsigned i = 0; i < v->n_grains; i++)
    vm_add_grain (v, &v->grains[i]);
  for (unsigned g = 0; g < 3; g++) {
    vm_marker (v, 4, 1);
    directory[g] = (uint32_t)(v->n / 512);
    for (unsigned i = 0; i < 512; i++, v->n += 4)
      put_le (v->bytes + v->n, g * 512 + i < VM_GRAINS ? v->at[g * 512 + i] : 0, 4);
  }
  vm_marker (v, 1, 2);
  for (unsigned g = 0; g < 3; g++)
    put_le (v->bytes + v->n + 4 * g, directory[g], 4);
  v->n += 512;
  vm_marker (v, 1, 3);
  v->footer = v->n;
  vm_header (v->bytes + v->n, v->n / 512 - 2);
  v->n += 512;
  v->eos = v->n;
  vm_marker (v, 0, 0);
}

/* ---- reading ------------------------------------------------------------ */
static inline ssize_t
pipe_read (void *opaque, void *buf, size_t n, struct ovf_error **err)
{
  ssize_t r = read (*(int *)opaque, buf, n > 1000 ? 1000 : n);

  (void)err;
  return r;
}

enum how { AS_FILE, AS_PIPE, AS_HASHED };

/* The image in fd into `to` in memory; -1 and *err otherwise. */
static inline int
convert_fd (struct ovf_ctx *ctx, int fd, enum how how, bool guest_order,
            const struct disk_format *to, const char *option,
            struct ovf_error **err)
{
  uint64_t size = (uint64_t)lseek (fd, 0, SEEK_END);
  struct disk_claim claim = { .declared = how == AS_PIPE ? "vmdk" : NULL };
  strings options = { 0 };
  struct disk_sink_options o = { .options = &options };
  struct disk_target target = { .fd = memory_file (NULL, 0) };
  struct disk_source *source = NULL;
  struct disk_sink *sink = NULL;
  const struct disk_format *format;
  struct blob *blob;
  bool ok = false;

  lseek (fd, 0, SEEK_SET);
  blob = how == AS_PIPE ? blob_new_stream ("d.vmdk", BLOB_UNKNOWN, pipe_read, &fd)
                        : blob_new_span ("d.vmdk", fd, 0, size);
  if (how == AS_HASHED)
    blob_tap (blob, DIGEST_SHA256);
  if (option != NULL)
    *strings_add (&options) = xstrdup (option);
  format = disk_identify (ctx, blob, &claim, err);
  if (format != NULL)
    source = disk_source_new (ctx, blob, format, guest_order, err);
  if (source != NULL)
    sink = disk_sink_new (ctx, to, &target, source->capacity, &o, err);
  if (sink != NULL)
    ok = disk_copy (ctx, source, sink, "d", err);
  disk_sink_free (sink);
  disk_source_free (source);
  blob_free (blob);
  strings_free (&options);
  if (ok)
    return target.fd;
  close (target.fd);
  return -1;
}

static inline uint8_t *
slurp (int fd, size_t *ret_n)
{
  size_t n = (size_t)lseek (fd, 0, SEEK_END);
  uint8_t *p = calloc (n + 1, 1);

  if (pread (fd, p, n, 0) != (ssize_t)n)
    abort ();
  *ret_n = n;
  return p;
}

#endif

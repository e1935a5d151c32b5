/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A VMDK that needs other files, as QEMU is told of it: extents beside it, or
 * a parent.  QEMU reads names in descriptors, so that it gets a descriptor of
 * our own, whose extents are named by the numbers of descriptors. */
#include "disk/qemu.h"

#include <errno.h>
#include <jansson.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "disk/vmdk.h"

#define EXTENTS_MAX 800u /* each is an open file */

enum extent_kind { EXTENT_FLAT, EXTENT_ZERO, EXTENT_SPARSE, EXTENT_OTHER };
static const struct { const char *word; enum extent_kind kind; const char *qemu; } kinds[] = {
  { "FLAT", EXTENT_FLAT, "FLAT" },
  { "VMFS", EXTENT_FLAT, "FLAT" },
  { "ZERO", EXTENT_ZERO, "FLAT" },
  { "SPARSE", EXTENT_SPARSE, "SPARSE" },
  { "VMFSSPARSE", EXTENT_OTHER, "VMFSSPARSE" },
  { "SESPARSE", EXTENT_OTHER, "SESPARSE" },
};

struct text {
  char *p;
  size_t n;
};

static void
add_line (struct text *t, char *line /* taken */)
{
  size_t n = strlen (line);

  t->p = xrealloc (t->p, t->n + n + 1);
  memcpy (t->p + t->n, line, n + 1);
  t->n += n;
  free (line);
}

static int
in_memory (const void *bytes, size_t n, uint64_t size, struct ovf_error **err)
{
  CLEANUP_FD int fd = memfd_create ("disk", MFD_CLOEXEC);

  if (fd < 0 || ftruncate (fd, (off_t)size) != 0) {
    error_errno (err, errno, "cannot make a file in memory");
    return -1;
  }
  return n == 0 || file_pwrite (fd, bytes, n, 0, err) ? steal_fd (&fd) : -1;
}

/* ---- extents -------------------------------------------------------------- */
static bool
unsafe (const char *owner, const char *what, const char *name, struct ovf_error **err)
{
  return error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", owner, 0, "%s, '%s'", what, name);
}

/* Long enough, and of the kind that is said. */
static bool
look_at (struct qemu_image *q, const char *owner, const struct vmdk_extent *e,
         enum extent_kind kind, int fd, uint64_t size, struct ovf_error **err)
{
  uint8_t head[SECTOR] = { 0 };
  struct vmdk_header h;
  uint64_t end;

  if (kind == EXTENT_FLAT)
    return (!__builtin_add_overflow (e->offset, e->sectors, &end)
            && end <= size / SECTOR)
           || error_at (err, OVF_E_FORMAT, "DISK-CAPACITY", owner, 0,
                        "the extent '%s' is shorter than the descriptor says", e->name);
  if (!file_pread (fd, head, size < SECTOR ? (size_t)size : SECTOR, 0, err))
    return false;
  if (kind != EXTENT_SPARSE)
    return true;
  if (!vmdk_header_parse (q->ctx, e->name, head, size, &h, err))
    return false;
  return h.capacity / SECTOR == e->sectors
         || error_at (err, OVF_E_FORMAT, "DISK-CAPACITY", owner, 0,
                      "the extent '%s' has another size than the descriptor says",
                      e->name);
}

/* Opens it beside the descriptor; -1 and an error otherwise. */
static int
open_extent (struct qemu_image *q, const char *owner, const struct vmdk_extent *e,
             enum extent_kind kind, uint64_t *ret_size, struct ovf_error **err)
{
  CLEANUP_FD int fd = -1, dir = -1;

  if (kind == EXTENT_ZERO) {
    *ret_size = 0;
    return in_memory (NULL, 0, e->sectors * SECTOR, err);
  }
  if (strpbrk (e->name, "/\\") != NULL || !name_check (q->ctx, e->name, NULL)) {
    unsafe (owner, "the disk names an extent elsewhere", e->name, err);
    return -1;
  }
  dir = dir_open (q->folder, err);
  fd = dir < 0 ? -1 : file_open_beneath (dir, e->name, NULL, err);
  if (fd < 0 || !file_size (fd, ret_size, err)
      || !look_at (q, owner, e, kind, fd, *ret_size, err))
    return -1;
  return steal_fd (&fd);
}

static bool
add_extent (struct qemu_image *q, const char *owner, const struct vmdk_extent *e,
            struct text *t, struct ovf_error **err)
{
  json_t *file;
  uint64_t size;
  size_t k = 0;
  int fd;

  while (k < ARRAY_SIZE (kinds) && strcmp (kinds[k].word, e->type) != 0)
    k++;
  if (k == ARRAY_SIZE (kinds) || strcmp (e->access, "NOACCESS") == 0)
    return error_at (err, OVF_E_UNSUPPORTED, "DISK-REFERENCE", owner, 0,
                     "extents of the kind '%s' are not read", e->type);
  fd = open_extent (q, owner, e, kinds[k].kind, &size, err);
  file = fd < 0 ? NULL : qemu_image_file (q, fd, size, err);
  if (file == NULL)
    return false;
  json_decref (file);
  add_line (t, xasprintf ("RW %llu %s \"%zu\"", (unsigned long long)e->sectors,
                          kinds[k].qemu, (size_t)q->first + q->fds.len - 1));
  add_line (t, strcmp (kinds[k].qemu, "FLAT") != 0
                 ? xstrdup ("\n")
                 : xasprintf (" %llu\n", (unsigned long long)(
                                kinds[k].kind == EXTENT_ZERO ? 0 : e->offset)));
  return true;
}

/* A content id is a hexadecimal number, and no more. */
static const char *
content_id (const char *id, const char *otherwise)
{
  return id != NULL && *id != '\0' && strlen (id) <= 8
             && strspn (id, "0123456789abcdefABCDEF") == strlen (id)
           ? id : otherwise;
}

static bool
describe (struct qemu_image *q, const char *owner, const struct vmdk_descriptor *d,
          struct text *t, struct ovf_error **err)
{
  uint64_t sectors = 0;

  if (d->extents.len > EXTENTS_MAX)
    return error_at (err, OVF_E_LIMIT, "DISK-LIMIT", owner, 0,
                     "the disk has more than %u extents", EXTENTS_MAX);
  add_line (t, xasprintf ("# Disk DescriptorFile\nversion=1\nCID=%s\nparentCID=%s\n"
                          "createType=\"twoGbMaxExtentSparse\"\n",
                          content_id (d->cid, "fffffffe"),
                          content_id (d->parent_cid, "ffffffff")));
  VECTOR_FOR (e, &d->extents) {
    if (__builtin_add_overflow (sectors, e->sectors, &sectors)
        || sectors > UINT64_MAX / SECTOR)
      sectors = UINT64_MAX / SECTOR;
    if (!ctx_within (q->ctx, LIMIT_CAPACITY, sectors * SECTOR, "capacity", err))
      return error_place (err, "DISK-CAPACITY", owner, 0);
    if (!add_extent (q, owner, e, t, err))
      return false;
  }
  if (q->depth == 0)
    q->capacity = sectors * SECTOR;
  return true;
}

/* ---- the node ------------------------------------------------------------- */
/* The file that QEMU opens: our descriptor, or the sparse image itself. */
static json_t *
file_of (struct qemu_image *q, struct blob *b, const struct vmdk_header *h,
         struct vmdk_descriptor *d, struct ovf_error **err)
{
  struct text t = { NULL, 0 };
  json_t *file = NULL;
  int fd = -1;

  if (h->capacity > 0) {
    /* The parent has been dealt with: the rest is as always. */
    set_string (&d->parent_cid, NULL);
    set_string (&d->parent, NULL);
    strings_free (&d->hints);
    if (q->depth == 0)
      q->capacity = h->capacity;
    return vmdk_descriptor_check (blob_name (b), d, h, err)
             ? qemu_image_blob (q, b, err) : NULL;
  }
  if (describe (q, blob_name (b), d, &t, err)
      && (fd = in_memory (t.p, t.n, t.n, err)) >= 0)
    file = qemu_image_file (q, fd, 0, err);
  free (t.p);
  return file;
}

static json_t *
parent_of (struct qemu_image *q, struct blob *b, const struct vmdk_descriptor *d,
           struct ovf_error **err)
{
  if (!vmdk_has_parent (d))
    return json_null ();
  if (!q->reach->backing || d->parent == NULL) {
    error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", blob_name (b), 0,
              "the disk holds only what differs from a parent disk");
    error_hint (err, "--follow-backing reads through it where it lies beside the image");
    return NULL;
  }
  return qemu_image_below (q, blob_name (b), d->parent, "vmdk", err);
}

json_t *
qemu_vmdk_node (struct qemu_image *q, struct blob *b, struct ovf_error **err)
{
  struct vmdk_descriptor d;
  struct vmdk_header h;
  json_t *below = NULL, *file = NULL;

  if (q->reach == NULL)
    unsafe (blob_name (b), "the disk needs other files", blob_name (b), err);
  else if (vmdk_descriptor_read (q->ctx, b, &h, &d, err)
           && (below = parent_of (q, b, &d, err)) != NULL)
    file = file_of (q, b, &h, &d, err);
  if (q->reach != NULL)
    vmdk_descriptor_done (&d);
  if (file == NULL) {
    json_decref (below);
    return NULL;
  }
  return json_pack ("{s:s, s:o, s:o}", "driver", "vmdk", "file", file, "backing", below);
}

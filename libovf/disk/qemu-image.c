/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An image and the files that it needs, as QEMU is told of them: each is
 * opened here beneath a folder that is allowed, inspected, and handed over as
 * a descriptor with its format (security.md rows 13 to 15). */
#include "disk/qemu.h"

#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/hooks.h"
#include "disk/qcow2.h"

#define DEPTH_MAX 16u /* of a chain of backing files */

bool
qemu_reads (struct ovf_ctx *ctx, struct blob *blob, const struct disk_format *format,
            const struct disk_reach *reach)
{
  if (format->qemu == NULL)
    return false;
  if (format->open == NULL || hook_on (HOOK_NO_INSPECTION))
    return true;
  return format->foreign != NULL && format->foreign (ctx, blob, reach);
}

/* ---- files ---------------------------------------------------------------- */
/* The same file twice in one image is a loop, or made to deceive. */
static bool
remember (struct qemu_image *q, int fd, struct ovf_error **err)
{
  CLEANUP_FREE char *id = NULL;
  struct stat st;

  if (fstat (fd, &st) != 0 || !S_ISREG (st.st_mode))
    return true; /* memory, or a device that the user named */
  id = xasprintf ("%llu:%llu", (unsigned long long)st.st_dev,
                  (unsigned long long)st.st_ino);
  VECTOR_FOR (s, &q->seen)
    if (strcmp (*s, id) == 0)
      return error_set (err, OVF_E_UNSAFE, "the disk needs the same file twice");
  strings_append (&q->seen, STEAL (id));
  return true;
}

json_t *
qemu_image_file (struct qemu_image *q, int fd, uint64_t size, struct ovf_error **err)
{
  CLEANUP_FREE char *path = NULL;
  struct child_fd *c = child_fds_add (&q->fds);

  c->fd = fd;
  c->use = CHILD_READ;
  q->file_size += size < UINT64_MAX - q->file_size ? size : 0;
  if (!remember (q, fd, err))
    return NULL;
  path = xasprintf ("/proc/self/fd/%zu", (size_t)q->first + q->fds.len - 1);
  return json_pack ("{s:s, s:s}", "driver", "file", "filename", path);
}

/* The bytes of a blob: a file, or a stretch of one.  What QEMU reads in whole
 * sectors may hang over the end, where an archive has padding. */
json_t *
qemu_image_blob (struct qemu_image *q, struct blob *b, struct ovf_error **err)
{
  uint64_t offset, whole, size = blob_size (b);
  json_t *file;
  int fd;

  if (!blob_place (b, &fd, &offset)) {
    error_set (err, OVF_E_UNSUPPORTED, "'%s': this disk cannot be read from pieces",
               blob_name (b));
    error_hint (err, "store it in one file first");
    return NULL;
  }
  if (!file_size (fd, &whole, err))
    return NULL;
  fd = fcntl (fd, F_DUPFD_CLOEXEC, 0);
  file = qemu_image_file (q, fd, size, err);
  if (file == NULL || (offset == 0 && whole == size))
    return file;
  size = (size + SECTOR - 1) / SECTOR * SECTOR;
  if (size > whole - offset)
    size = (whole - offset) / SECTOR * SECTOR;
  return json_pack ("{s:s, s:I, s:I, s:o}", "driver", "raw", "offset",
                    (json_int_t)offset, "size", (json_int_t)size, "file", file);
}

/* ---- nodes ---------------------------------------------------------------- */
/* qcow2: what we do not read ourselves, and the backing file. */
static json_t *
qcow2_node (struct qemu_image *q, struct blob *b, struct ovf_error **err)
{
  CLEANUP_FREE char *name = NULL, *format = NULL;
  struct qcow2_header h;
  json_t *file, *below = NULL;
  uint64_t backing;

  if (!qcow2_header_read (q->ctx, b, NULL, &h, err))
    return NULL;
  backing = h.backing_offset;
  if (q->reach != NULL && q->reach->backing)
    h.backing_offset = 0;
  if (!qcow2_of_qemu (&h, blob_name (b), err))
    return NULL;
  h.backing_offset = backing;
  if (q->depth == 0)
    q->capacity = h.size;
  if (backing != 0 && (!qcow2_backing (b, &h, &name, &format, err)
                       || (below = qemu_image_below (q, blob_name (b), name, format,
                                                     err)) == NULL))
    return NULL;
  file = qemu_image_blob (q, b, err);
  if (file == NULL) {
    json_decref (below);
    return NULL;
  }
  return json_pack ("{s:s, s:o, s:o}", "driver", "qcow2", "file", file, "backing",
                    below ? below : json_null ());
}

static bool
cannot (struct blob *b, const struct disk_format *f, struct ovf_error **err)
{
  return error_set (err, OVF_E_UNSUPPORTED, "'%s': %s images (%s) cannot be read",
                    blob_name (b), f->name, f->title);
}

/* Those whose headers are inspected by their own rows. */
static json_t *
plain_node (struct qemu_image *q, struct blob *b, const struct disk_format *f,
            struct ovf_error **err)
{
  struct disk_facts facts = { 0 };
  json_t *file, *node;
  bool ok = (f->qemu != NULL || f == &raw_format || cannot (b, f, err))
            && f->check (q->ctx, b, NULL, err) && f->check (q->ctx, b, &facts, err);

  if (q->depth == 0)
    q->capacity = facts.virtual_size;
  disk_facts_done (&facts);
  file = ok ? qemu_image_blob (q, b, err) : NULL;
  if (file == NULL)
    return NULL;
  node = json_pack ("{s:s, s:o}", "driver", f->qemu ? f->qemu : "raw", "file", file);
  if (f == &vhd_format)
    json_object_set_new (node, "force_size_calc",
                         json_string (vhd_size_rule (b)));
  return node;
}

/* As it is: a test shows that the sandbox holds alone. */
static json_t *
blind_node (struct qemu_image *q, struct blob *b, const struct disk_format *f,
            struct ovf_error **err)
{
  json_t *file = qemu_image_blob (q, b, err);

  q->capacity = UINT64_MAX;
  return file ? json_pack ("{s:s, s:o}", "driver", f->qemu, "file", file) : NULL;
}

static json_t *
node_of (struct qemu_image *q, struct blob *b, const struct disk_format *f,
         struct ovf_error **err)
{
  if (hook_on (HOOK_NO_INSPECTION))
    return blind_node (q, b, f, err);
  if (f == &qcow2_format)
    return qcow2_node (q, b, err);
  if (f == &vmdk_format)
    return qemu_vmdk_node (q, b, err);
  return plain_node (q, b, f, err);
}

/* ---- backing files -------------------------------------------------------- */
static int
open_below (struct qemu_image *q, const char *owner, const char *path,
            struct ovf_error **err)
{
  struct ovf_error *problem = NULL;
  CLEANUP_FREE char *dir = path_dir (path);
  int fd = file_open_in_root (q->reach->folder, path, &problem);

  for (size_t i = 0; q->reach->allow != NULL && i < q->reach->allow->len; i++)
    if (fd < 0 && problem == NULL)
      fd = file_open_in_root (q->reach->allow->ptr[i], path, &problem);
  if (problem != NULL)
    error_move (err, &problem);
  else if (fd < 0) {
    error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", owner, 0,
              "the disk needs '%s', which lies outside its folder", path);
    error_hint (err, "if it may be read: --allow '%s'", dir);
  }
  return fd;
}

/* A plain name of a file: no protocol ("nbd:", "json:"), no control bytes. */
static bool
is_file_name (const char *name)
{
  size_t n = strcspn (name, ":/");

  if (*name == '\0' || name[n] == ':' || strlen (name) > 1023)
    return false;
  for (; *name; name++)
    if ((unsigned char)*name < ' ' || *name == 0x7f)
      return false;
  return true;
}

static json_t *
node_below (struct qemu_image *q, int fd, const char *path, const char *format,
            struct ovf_error **err)
{
  CLEANUP_FREE char *base = path_base (path);
  struct disk_claim claim = { .declared = format };
  const struct disk_format *f = NULL;
  struct blob *blob;
  json_t *node = NULL;
  uint64_t size;

  if (!file_size (fd, &size, err))
    return NULL;
  blob = blob_new_span (base, fd, 0, size);
  f = disk_identify (q->ctx, blob, &claim, err);
  if (f != NULL)
    node = node_of (q, blob, f, err);
  blob_free (blob);
  return node;
}

json_t *
qemu_image_below (struct qemu_image *q, const char *owner, const char *name,
                  const char *format, struct ovf_error **err)
{
  CLEANUP_FREE char *joined = NULL, *path = NULL, *outer = NULL;
  CLEANUP_FD int fd = -1;
  json_t *node;

  if (!is_file_name (name)) {
    error_at (err, OVF_E_UNSAFE, "DISK-REFERENCE", owner, 0,
              "the disk needs '%s', which is no name of a file", name);
    return NULL;
  }
  if (++q->depth > DEPTH_MAX) {
    error_at (err, OVF_E_LIMIT, "DISK-LIMIT", owner, 0,
              "the chain of backing files is longer than %u", DEPTH_MAX);
    return NULL;
  }
  joined = path_join (q->folder, name);
  path = path_absolute (joined);
  fd = open_below (q, owner, path, err);
  if (fd < 0)
    return NULL;
  outer = q->folder;
  q->folder = path_dir (path);
  node = node_below (q, fd, path, format, err);
  q->depth--;
  free (q->folder);
  q->folder = STEAL (outer);
  return node;
}

/* ---- life ----------------------------------------------------------------- */
bool
qemu_image_open (struct ovf_ctx *ctx, struct blob *blob,
                 const struct disk_format *format, const struct disk_reach *reach,
                 int first, struct qemu_image *q, struct ovf_error **err)
{
  CLEANUP_FREE char *text = NULL;
  json_t *node;

  memset (q, 0, sizeof *q);
  q->ctx = ctx;
  q->reach = reach;
  q->first = first;
  q->folder = reach ? path_absolute (reach->folder) : NULL;
  node = node_of (q, blob, format, err);
  if (node == NULL)
    return error_place (err, "DISK-FORMAT", blob_name (blob), 0);
  text = json_dumps (node, JSON_COMPACT);
  q->json = xasprintf ("json:%s", text);
  json_decref (node);
  return true;
}

void
qemu_image_done (struct qemu_image *q)
{
  VECTOR_FOR (c, &q->fds)
    if (c->fd >= 0)
      close (c->fd);
  free (q->fds.ptr);
  strings_free (&q->seen);
  free (q->folder);
  free (q->json);
  memset (q, 0, sizeof *q);
}

/* ---- making --------------------------------------------------------------- */
uint64_t
qemu_file_limit (uint64_t capacity)
{
  return capacity + capacity / 20 + (UINT64_C (300) << 20);
}

bool
qemu_create_image (struct ovf_ctx *ctx, const struct qemu_target *t,
                   struct ovf_error **err)
{
  CLEANUP_FREE char *size = xasprintf ("%llu", (unsigned long long)t->capacity);
  const char *argv[] = { "qemu-img", "create", "-q", "-f", t->driver,
                         "/proc/self/fd/3", size, t->options ? "-o" : NULL,
                         t->options, NULL };
  struct child_fd fds[] = { { t->fd, CHILD_WRITE } };
  struct sandbox_policy policy = { .file_size = qemu_file_limit (t->capacity) };
  struct child_setup setup = { .argv = argv, .policy = &policy, .fds = fds, .n_fds = 1 };
  CLEANUP_FREE char *said = NULL;
  struct child_result r;
  bool ok;

  if (!child_talk (ctx, &setup, NULL, 0, &r, err))
    return false;
  said = text_trim (r.err_text);
  ok = r.status == 0 || error_set (err, OVF_E_TOOL, "'qemu-img create' failed: %s", said);
  child_result_free (&r);
  return ok;
}

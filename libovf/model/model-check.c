/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is a model sound?  After this a writer follows every index, prints every
 * text and multiplies every size without looking. */
#include "base/text.h"
#include "model/text-fields.h"

/* JSON integers and lseek () are signed. */
#define SIZE_LIMIT ((uint64_t)INT64_MAX)

static bool
unsound (struct ovf_error **err, const struct appliance *a, unsigned line,
         const char *what)
{
  return error_at (err, OVF_E_FORMAT, NULL, a->descriptor, line, "%s", what);
}

static bool
in_range (size_t index, size_t len)
{
  return index == NO_INDEX || index < len;
}

/* ---- text ------------------------------------------------------------ */
static void
check_text (void *opaque, char **text)
{
  bool *good = opaque;

  if (*text != NULL && !text_is_utf8 (*text, strlen (*text)))
    *good = false;
}

static bool
texts (const struct appliance *a, struct ovf_error **err)
{
  bool good = true;

  /* The walk hands out addresses for those who free; this one only looks. */
  appliance_each_text ((struct appliance *)a, check_text, &good);
  return good || unsound (err, a, 0, "there is text that is not UTF-8");
}

/* ---- files and disks ------------------------------------------------- */
static bool
disk_sizes (const struct ovf_ctx *ctx, const struct appliance *a,
            const struct disk *d, struct ovf_error **err)
{
  CLEANUP_FREE char *what
    = xasprintf ("the capacity of disk '%s'", d->id ? d->id : "");

  if (d->capacity != NO_SIZE
      && !ctx_within (ctx, LIMIT_CAPACITY, d->capacity, what, err))
    return error_place (err, NULL, a->descriptor, d->line);
  if (d->populated != NO_SIZE && d->populated > SIZE_LIMIT)
    return unsound (err, a, d->line, "a disk's populated size is absurd");
  return true;
}

/* A chain of parents ends: more steps than disks is a circle. */
static bool
parents_end (const struct appliance *a, const struct disk *d,
             struct ovf_error **err)
{
  size_t steps = 0, i = d->parent;

  while (i != NO_INDEX && steps++ <= a->disks.len) {
    if (i >= a->disks.len)
      return unsound (err, a, d->line, "a disk's parent does not exist");
    i = a->disks.ptr[i].parent;
  }
  if (i == NO_INDEX)
    return true;
  return error_at (err, OVF_E_FORMAT, NULL, a->descriptor, d->line,
                   "disk '%s' is its own ancestor", d->id ? d->id : "");
}

static bool
check_disks (const struct ovf_ctx *ctx, const struct appliance *a,
             struct ovf_error **err)
{
  if (!ctx_within (ctx, LIMIT_DISKS, a->disks.len, "the number of disks", err))
    return error_place (err, NULL, a->descriptor, 0);
  VECTOR_FOR (f, &a->files) {
    if (f->href == NULL)
      return unsound (err, a, f->line, "a file has no name");
    if ((f->size != NO_SIZE && f->size > SIZE_LIMIT)
        || f->chunk_size > SIZE_LIMIT)
      return unsound (err, a, f->line, "the size of a file is absurd");
  }
  VECTOR_FOR (d, &a->disks) {
    if (!in_range (d->file, a->files.len))
      return unsound (err, a, d->line, "a disk's file does not exist");
    if (!disk_sizes (ctx, a, d, err) || !parents_end (a, d, err))
      return false;
  }
  return true;
}

/* ---- machines -------------------------------------------------------- */
static bool
has_controller (const struct machine *m, const struct drive *d)
{
  VECTOR_FOR (c, &m->controllers)
    if (c->bus == d->bus && c->index == d->controller)
      return true;
  return false;
}

/* No machine has more; and who looks every drive up stays fast. */
static bool
few_devices (const struct ovf_ctx *ctx, const struct appliance *a,
             const struct machine *m, struct ovf_error **err)
{
  if (ctx_within (ctx, LIMIT_DISKS, m->drives.len,
                  "the number of drives of a machine", err)
      && ctx_within (ctx, LIMIT_DISKS, m->controllers.len,
                     "the number of controllers of a machine", err)
      && ctx_within (ctx, LIMIT_DISKS, m->nics.len,
                     "the number of network adapters of a machine", err))
    return true;
  return error_place (err, NULL, a->descriptor, m->line);
}

static bool
check_drives (const struct appliance *a, const struct machine *m,
              struct ovf_error **err)
{
  VECTOR_FOR (d, &m->drives) {
    if (!in_range (d->disk, a->disks.len))
      return unsound (err, a, d->line, "a drive's disk does not exist");
    if (!in_range (d->file, a->files.len))
      return unsound (err, a, d->line, "a drive's file does not exist");
    if (!has_controller (m, d))
      return unsound (err, a, d->line, "a drive's controller does not exist");
  }
  return true;
}

static bool
check_machine (const struct ovf_ctx *ctx, const struct appliance *a,
               const struct machine *m, struct ovf_error **err)
{
  if (!few_devices (ctx, a, m, err))
    return false;
  if (!in_range (m->kernel_file, a->files.len)
      || !in_range (m->ramdisk_file, a->files.len))
    return unsound (err, a, m->line, "a kernel's file does not exist");
  if (!in_range (m->collection, a->collections.len))
    return unsound (err, a, m->line, "a machine's collection does not exist");
  if (m->memory > SIZE_LIMIT)
    return unsound (err, a, m->line, "a machine's memory is absurd");
  VECTOR_FOR (v, &m->variants)
    if (v->memory > SIZE_LIMIT)
      return unsound (err, a, m->line, "a machine's memory is absurd");
  VECTOR_FOR (n, &m->nics)
    if (n->attachment > ATTACH_NONE)
      return unsound (err, a, n->line, "a network adapter reaches nowhere");
  return check_drives (a, m, err);
}

/* Parents stand before their children, so there is no circle. */
static bool
check_collections (const struct appliance *a, struct ovf_error **err)
{
  for (size_t i = 0; i < a->collections.len; i++) {
    size_t parent = a->collections.ptr[i].parent;
    if (parent != NO_INDEX && parent >= i)
      return unsound (err, a, 0, "a collection's parent does not exist");
  }
  return true;
}

bool
model_check (const struct ovf_ctx *ctx, const struct appliance *a,
             struct ovf_error **err)
{
  if (!texts (a, err) || !check_disks (ctx, a, err)
      || !check_collections (a, err))
    return false;
  if (!ctx_within (ctx, LIMIT_MACHINES, a->machines.len,
                   "the number of virtual machines", err))
    return error_place (err, NULL, a->descriptor, 0);
  VECTOR_FOR (m, &a->machines)
    if (!check_machine (ctx, a, m, err))
      return false;
  return true;
}

/* ---- ids ------------------------------------------------------------- */
struct name {
  const char *id;
  unsigned line;
};
DEFINE_VECTOR (names, struct name)

static int
by_id (const void *a, const void *b)
{
  const struct name *x = a, *y = b;
  int r = strcmp (x->id, y->id);

  return r != 0 ? r : (x->line > y->line) - (x->line < y->line);
}

/* Takes v's array. */
static bool
unique (const struct appliance *a, names *v, const char *what,
        struct ovf_error **err)
{
  bool good = true;

  if (v->len > 1)
    qsort (v->ptr, v->len, sizeof *v->ptr, by_id);
  for (size_t i = 1; good && i < v->len; i++)
    if (strcmp (v->ptr[i].id, v->ptr[i - 1].id) == 0)
      good = error_at (err, OVF_E_FORMAT, NULL, a->descriptor, v->ptr[i].line,
                       "there are two %s with the id '%s'", what,
                       v->ptr[i].id);
  free (v->ptr);
  return good;
}

#define IDS_UNIQUE(vector, what)                                              \
  do {                                                                        \
    names v_ = { 0 };                                                         \
    VECTOR_FOR (e, vector)                                                    \
      if (e->id != NULL)                                                      \
        names_append (&v_, (struct name){ e->id, e->line });                  \
    if (!unique (a, &v_, what, err))                                          \
      return false;                                                           \
  } while (0)

bool
model_check_ids (const struct appliance *a, struct ovf_error **err)
{
  IDS_UNIQUE (&a->files, "files");
  IDS_UNIQUE (&a->disks, "disks");
  IDS_UNIQUE (&a->machines, "virtual machines");
  return true;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Model to OVF envelope 1.1 or 2.0 (DSP0243, DSP8023): the envelope itself,
 * References and the tree of systems and collections.  Hardware and the other
 * sections are in ovf-write-hardware.c and ovf-write-sections.c.
 *
 * The text is made twice by those who write an archive in one pass: first
 * with the widest numbers, to know its room.  So its length depends on the
 * numbers only through their digits: nothing is left out because a number is
 * small. */
#include "ovf-write.h"

/* Our elements nest five deep below the innermost collection; xmlw has 64. */
#define MAX_NESTING 48

void
write_section (struct writer *w, const char *name, const char *info)
{
  xmlw_start (&w->x, name);
  xmlw_element (&w->x, "Info", info);
}

/* Only descriptors give files and disks ids; the others are numbered. */
void
write_file_id (struct writer *w, const char *attr, size_t i)
{
  if (w->a->files.ptr[i].id != NULL)
    xmlw_attr (&w->x, attr, w->a->files.ptr[i].id);
  else
    xmlw_attrf (&w->x, attr, "file%zu", i + 1);
}

char *
host_resource (const struct appliance *a, size_t disk, size_t file)
{
  const char *id = disk != NO_INDEX ? a->disks.ptr[disk].id
                   : file != NO_INDEX ? a->files.ptr[file].id : NULL;

  if (disk == NO_INDEX && file == NO_INDEX)
    return NULL;
  if (disk != NO_INDEX)
    return id ? xasprintf ("ovf:/disk/%s", id)
              : xasprintf ("ovf:/disk/vmdisk%zu", disk + 1);
  return id ? xasprintf ("ovf:/file/%s", id)
            : xasprintf ("ovf:/file/file%zu", file + 1);
}

static void
write_files (struct writer *w)
{
  xmlw_start (&w->x, "References");
  VECTOR_FOR (f, &w->a->files) {
    xmlw_start (&w->x, "File");
    write_file_id (w, "ovf:id", f - w->a->files.ptr);
    xmlw_attr (&w->x, "ovf:href", f->href);
    if (f->size != NO_SIZE)
      xmlw_attrf (&w->x, "ovf:size", "%llu", (unsigned long long)f->size);
    if (f->compression == COMPRESSION_GZIP)
      xmlw_attr (&w->x, "ovf:compression", "gzip");
    if (f->chunk_size > 0)
      xmlw_attrf (&w->x, "ovf:chunkSize", "%llu",
                  (unsigned long long)f->chunk_size);
    xmlw_end (&w->x);
  }
  xmlw_end (&w->x);
}

/* ---- the content tree ------------------------------------------------ */
/* Children of every collection (and of the top, the last row) as linked
 * lists, so that the tree is walked in one pass however it is shaped.  Within
 * one parent, machines keep their order and so do collections; a collection
 * stands before the first machine that is not before its own first one. */
struct tree {
  size_t *machine, *next_machine;       /* [parent], [machine] */
  size_t *collection, *next_collection; /* [parent], [collection] */
  size_t *first;                        /* [collection]: its first machine */
};

static size_t *
indexes (size_t n)
{
  size_t *p = xcalloc (n + 1, sizeof *p);

  for (size_t i = 0; i <= n; i++)
    p[i] = NO_INDEX;
  return p;
}

static void
tree_free (struct tree *t)
{
  free (t->machine);
  free (t->next_machine);
  free (t->collection);
  free (t->next_collection);
  free (t->first);
}

static bool
note_first (const struct appliance *a, struct tree *t, size_t machine,
            struct ovf_error **err)
{
  size_t c = a->machines.ptr[machine].collection;

  for (unsigned depth = 0; c != NO_INDEX; depth++) {
    if (depth == MAX_NESTING)
      return error_set (err, OVF_E_LIMIT,
                        "collections are nested more than %d deep", MAX_NESTING);
    if (t->first[c] == NO_INDEX || machine < t->first[c])
      t->first[c] = machine;
    c = a->collections.ptr[c].parent;
  }
  return true;
}

static bool
tree_make (const struct appliance *a, struct tree *t, struct ovf_error **err)
{
  size_t cs = a->collections.len, ms = a->machines.len;

  t->machine = indexes (cs);
  t->collection = indexes (cs);
  t->first = indexes (cs);
  t->next_machine = indexes (ms);
  t->next_collection = indexes (cs);
  for (size_t i = ms; i-- > 0;) {
    size_t c = a->machines.ptr[i].collection;
    size_t at = c == NO_INDEX ? cs : c;
    t->next_machine[i] = t->machine[at];
    t->machine[at] = i;
    if (!note_first (a, t, i, err))
      return false;
  }
  for (size_t i = cs; i-- > 0;) {
    size_t c = a->collections.ptr[i].parent;
    size_t at = c == NO_INDEX ? cs : c;
    t->next_collection[i] = t->collection[at];
    t->collection[at] = i;
  }
  return true;
}

/* ---- systems --------------------------------------------------------- */
const char *
system_id (const struct machine *m)
{
  return m->id ? m->id : m->name ? m->name : "vm";
}

static bool
write_machine (struct writer *w, const struct machine *m,
               struct ovf_error **err)
{
  xmlw_start (&w->x, "VirtualSystem");
  xmlw_attr (&w->x, "ovf:id", system_id (m));
  xmlw_element (&w->x, "Info", "A virtual machine");
  xmlw_element (&w->x, "Name", m->name);
  write_os (w, m);
  if (!write_hardware (w, m, err))
    return false;
  write_annotation (w, m->annotation ? m->annotation : m->description);
  if (!write_products (w, &m->products, &m->extras, err))
    return false;
  write_eulas (w, &m->eulas);
  if (!write_kept (w, &m->extras, "section", err))
    return false;
  xmlw_end (&w->x);
  return true;
}

/* DSP0243 9.8: the order of the direct children of a collection. */
static void
write_startup (struct writer *w, const struct tree *t, size_t at)
{
  const struct machine *ms = w->a->machines.ptr;
  bool any = false;

  for (size_t i = t->machine[at]; i != NO_INDEX; i = t->next_machine[i])
    any = any || ms[i].start_order > 0;
  if (!any)
    return;
  write_section (w, "StartupSection", "The order in which machines start");
  for (size_t i = t->machine[at]; i != NO_INDEX; i = t->next_machine[i]) {
    if (ms[i].start_order == 0)
      continue;
    xmlw_start (&w->x, "Item");
    xmlw_attr (&w->x, "ovf:id", system_id (&ms[i]));
    xmlw_attrf (&w->x, "ovf:order", "%u",
                ms[i].start_order > 65535 ? 65535 : ms[i].start_order);
    xmlw_end (&w->x);
  }
  xmlw_end (&w->x);
}

static bool write_children (struct writer *w, const struct tree *t, size_t at,
                            unsigned depth, struct ovf_error **err);

static bool
write_collection (struct writer *w, const struct tree *t, size_t at,
                  unsigned depth, struct ovf_error **err)
{
  static const struct collection none;
  bool ours = at == w->a->collections.len; /* made for several machines */
  const struct collection *c = ours ? &none : &w->a->collections.ptr[at];
  const char *name = ours ? w->a->name : c->name;

  if (depth == MAX_NESTING)
    return error_set (err, OVF_E_LIMIT,
                      "collections are nested more than %d deep", MAX_NESTING);
  xmlw_start (&w->x, "VirtualSystemCollection");
  xmlw_attr (&w->x, "ovf:id", c->id ? c->id : name ? name : "vApp");
  xmlw_element (&w->x, "Info", c->info ? c->info : "A group of virtual machines");
  xmlw_element (&w->x, "Name", name);
  if (!any_kept (&c->extras, "section StartupSection"))
    write_startup (w, t, at);
  write_annotation (w, c->annotation);
  if (!write_products (w, &c->products, &c->extras, err))
    return false;
  write_eulas (w, &c->eulas);
  if (!write_kept (w, &c->extras, "section", err)
      || !write_children (w, t, at, depth + 1, err))
    return false;
  xmlw_end (&w->x);
  return true;
}

static bool
write_children (struct writer *w, const struct tree *t, size_t at,
                unsigned depth, struct ovf_error **err)
{
  size_t m = t->machine[at], c = t->collection[at];

  while (m != NO_INDEX || c != NO_INDEX) {
    bool group = c != NO_INDEX
                 && (m == NO_INDEX || t->first[c] == NO_INDEX || t->first[c] < m);
    if (group) {
      if (!write_collection (w, t, c, depth, err))
        return false;
      c = t->next_collection[c];
    }
    else {
      if (!write_machine (w, &w->a->machines.ptr[m], err))
        return false;
      m = t->next_machine[m];
    }
  }
  return true;
}

/* An envelope has exactly one content element (DSP8023). */
static bool
write_content (struct writer *w, struct ovf_error **err)
{
  struct tree t = { 0 };
  size_t top = w->a->collections.len;
  bool ok = tree_make (w->a, &t, err);

  if (ok) {
    bool one_machine = t.machine[top] != NO_INDEX
                       && t.next_machine[t.machine[top]] == NO_INDEX
                       && t.collection[top] == NO_INDEX;
    bool one_group = t.collection[top] != NO_INDEX
                     && t.next_collection[t.collection[top]] == NO_INDEX
                     && t.machine[top] == NO_INDEX;
    ok = one_machine || one_group ? write_children (w, &t, top, 0, err)
                                  : write_collection (w, &t, top, 0, err);
  }
  tree_free (&t);
  return ok;
}

/* ---- the envelope ---------------------------------------------------- */
static void
start_envelope (struct writer *w)
{
  xmlw_start (&w->x, "Envelope");
  xmlw_attr (&w->x, "xmlns", w->ns);
  xmlw_attr (&w->x, "xmlns:ovf", w->ns);
  xmlw_attr (&w->x, "xmlns:rasd", RASD_NS);
  xmlw_attr (&w->x, "xmlns:vssd", VSSD_NS);
  xmlw_attr (&w->x, "xmlns:vmw", VMW_NS);
}

static bool
ready (const struct appliance *a, struct ovf_error **err)
{
  if (a->machines.len + a->collections.len == 0)
    return error_set (err, OVF_E_UNSUPPORTED,
                      "an OVF describes machines, and there is none");
  VECTOR_FOR (d, &a->disks)
    if (d->capacity == NO_SIZE && d->capacity_property == NULL)
      return error_set (err, OVF_E_UNSUPPORTED,
                        "the capacity of disk '%s' is not known",
                        d->id ? d->id : "");
  return true;
}

static void
other_losses (struct writer *w, const extras *v)
{
  VECTOR_FOR (e, v)
    if (strcmp (e->owner, OVF_OWNER) != 0)
      report_loss (w->report, "ovf", "extra", "'%s' of %s has no place in OVF",
                   e->key, e->owner);
}

static void
report_extras (struct writer *w)
{
  other_losses (w, &w->a->extras);
  VECTOR_FOR (c, &w->a->collections)
    other_losses (w, &c->extras);
  VECTOR_FOR (m, &w->a->machines)
    other_losses (w, &m->extras);
}

bool
descriptor_write (struct ovf_ctx *ctx, const struct appliance *a,
           const struct write_settings *settings, FILE *out,
           struct ovf_report *report, struct ovf_error **err)
{
  bool v2 = settings->ovf_version != NULL && settings->ovf_version[0] == '2';
  struct writer w = { .ctx = ctx, .a = a, .report = report, .ns = v2 ? OVF2_NS : OVF1_NS,
                      .plain_devices = settings->plain_devices };

  if (!ready (a, err))
    return false;
  xmlw_begin (&w.x, out);
  start_envelope (&w);
  write_files (&w);
  write_disks (&w);
  if (!write_networks (&w, err))
    return false;
  write_configurations (&w);
  if (!write_kept (&w, &a->extras, "section", err) || !write_content (&w, err))
    return false;
  xmlw_end (&w.x);
  report_extras (&w);
  return xmlw_finish (&w.x, err);
}

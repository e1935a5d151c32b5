/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on References and its files (DSP0243 clause 7.1).  Most are found by
 * the descriptor's reader; here are those that need a look at the whole
 * document. */
#include "check/lint.h"

#include <inttypes.h>

#include "base/text.h"
#include "base/xml.h"
#include "package/internal.h"

#define READER "the descriptor's reader"

/* ---- who uses a file ----------------------------------------------------- */
static bool
used_by_model (const struct appliance *a, size_t file)
{
  VECTOR_FOR (d, &a->disks)
    if (d->file == file)
      return true;
  VECTOR_FOR (m, &a->machines) {
    if (m->kernel_file == file || m->ramdisk_file == file)
      return true;
    VECTOR_FOR (d, &m->drives)
      if (d->file == file)
        return true;
  }
  return false;
}

/* Icons, message bundles, environment files: everything with a fileRef. */
static void
collect_file_refs (const struct lint *l, strings *ids)
{
  static const char *const elements[] = { "Icon", "Strings", "Msg", "File" };

  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    char *id = NULL;
    for (size_t i = 0; i < ARRAY_SIZE (elements) && id == NULL; i++)
      if (strcmp (xml_name (n), elements[i]) == 0)
        id = lint_attr (l, n, "fileRef");
    if (id != NULL)
      strings_append (ids, id);
  }
}

/* VMware names the NVRAM in an ExtraConfig: <... vmw:value="ovf:/file/ID"/>. */
static void
collect_extra_refs (const struct lint *l, strings *ids)
{
  static const char prefix[] = "ovf:/file/";

  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    char *value = xml_is (n, "*", "ExtraConfig") ? xml_attr (n, "*", "value") : NULL;
    if (value != NULL && strncmp (value, prefix, sizeof prefix - 1) == 0)
      strings_append (ids, xstrdup (value + sizeof prefix - 1));
    free (value);
  }
}

static int
compare_strings (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static void
check_unused (struct lint *l, const struct rule *r)
{
  strings ids = { 0 };

  if (l->model == NULL)
    return;
  collect_file_refs (l, &ids);
  collect_extra_refs (l, &ids);
  if (ids.len > 0)
    qsort (ids.ptr, ids.len, sizeof *ids.ptr, compare_strings);
  for (size_t i = 0; i < l->model->files.len; i++) {
    const struct file_ref *f = &l->model->files.ptr[i];
    if (used_by_model (l->model, i)
        || (f->id != NULL && ids.len > 0
            && bsearch (&f->id, ids.ptr, ids.len, sizeof *ids.ptr, compare_strings)))
      continue;
    lint_add_line (l, r, f->line, "nothing uses the file '%s'", f->href ? f->href : "");
  }
  strings_free (&ids);
}

/* ---- order ------------------------------------------------------------------ */
static size_t
file_by_id (const struct lint *l, const char *id)
{
  return id ? appliance_find_file (l->model, id) : NO_INDEX;
}

/* External bundles are the first files: number them, none may lie behind. */
static void
check_bundles_first (struct lint *l, const struct rule *r)
{
  size_t count = 0;

  if (l->model == NULL)
    return;
  for (xmlNode *n = lint_child (l, l->root, "Strings"); n; n = lint_next (l, n)) {
    CLEANUP_FREE char *id = lint_attr (l, n, "fileRef");
    count += file_by_id (l, id) != NO_INDEX;
  }
  for (xmlNode *n = lint_child (l, l->root, "Strings"); n; n = lint_next (l, n)) {
    CLEANUP_FREE char *id = lint_attr (l, n, "fileRef");
    size_t file = file_by_id (l, id);
    if (file != NO_INDEX && file >= count)
      lint_add_line (l, r, l->model->files.ptr[file].line,
                     "the message bundle '%s' is not among the first files of References",
                     l->model->files.ptr[file].href);
  }
}

/* ---- numbers and names --------------------------------------------------------- */
static void
check_small_chunk (struct lint *l, const struct rule *r)
{
  if (l->model == NULL)
    return;
  VECTOR_FOR (f, &l->model->files)
    if (f->chunk_size > 0 && f->size != NO_SIZE && f->size <= f->chunk_size)
      lint_add_line (l, r, f->line,
                     "'%s' has %" PRIu64 " bytes and needs no chunks of %" PRIu64,
                     f->href ? f->href : "", f->size, f->chunk_size);
}

/* The bytes stored: all chunks, compressed as they lie there. */
static bool
stored_size (const struct lint *l, const struct file_ref *f, uint64_t *ret)
{
  indexes found = { 0 };
  bool ok = f->href != NULL
            && package_resolve (l->package, f->href, f->chunk_size != 0, &found, NULL)
            && found.len > 0;

  *ret = 0;
  VECTOR_FOR (i, &found)
    ok = ok && !__builtin_add_overflow (*ret, package_members (l->package)->ptr[*i].size, ret);
  free (found.ptr);
  return ok;
}

static void
check_sizes (struct lint *l, const struct rule *r)
{
  uint64_t size;

  if (l->model == NULL || l->package == NULL || package_form (l->package) == PACKAGE_PIPE)
    return;
  VECTOR_FOR (f, &l->model->files) {
    if (f->size == NO_SIZE || !ctx_alive (l->ctx, NULL) || !stored_size (l, f, &size))
      continue;
    if (size != f->size)
      lint_add_line (l, r, f->line,
                     "'%s' has %" PRIu64 " bytes, the descriptor says %" PRIu64, f->href,
                     size, f->size);
  }
}

static bool
has_escape (const char *s)
{
  for (; s != NULL && (s = strchr (s, '%')) != NULL; s++)
    if (strspn (s + 1, "0123456789abcdefABCDEF") >= 2)
      return true;
  return false;
}

static void
check_escapes (struct lint *l, const struct rule *r)
{
  if (l->model == NULL)
    return;
  VECTOR_FOR (f, &l->model->files)
    if (has_escape (f->href))
      lint_add_line (l, r, f->line, "the href '%s' is percent-encoded", f->href);
}

const struct rule rules_refs[] = {
  { .id = "OVF-REF-001", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 7.1",
    .title = "the id of a File is unique",
    .why = "A disk that names such an id gets one of several files, and which "
           "one depends on the importer.",
    .fix = "give every File an id of its own", .where = READER },
  { .id = "OVF-REF-002", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 7.1",
    .title = "no two Files have the same href",
    .why = "VMware refuses such a package; others write the file twice.",
    .fix = "keep one File element and let both users name its id", .where = READER },
  { .id = "OVF-REF-003", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 7.1",
    .title = "an href is relative and stays inside the package",
    .why = "A file elsewhere is not part of the package: it is not there when "
           "the package has been copied, and an importer that followed the "
           "name could be made to read files of its host.",
    .fix = "put the file beside the descriptor and name it without a path",
    .where = READER },
  { .id = "OVF-REF-004", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 7.1",
    .title = "the file of an href exists",
    .why = "Every importer stops there, most of them after minutes of copying.",
    .fix = "put the file into the package, or take the File element and its "
           "users out",
    .where = "the package reader" },
  { .id = "OVF-REF-005", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 7.1",
    .title = "the size of a File is the number of bytes stored",
    .why = "vCenter stops when the size differs: \"Wrong file size specified in "
           "OVF descriptor\".",
    .fix = "`ovftool repair IN -o OUT` puts the true sizes in", .check = check_sizes },
  { .id = "OVF-REF-006", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 7.1",
    .title = "a File is not compressed, or compressed with gzip",
    .why = "The standard knows no other compression, so no importer can read it.",
    .fix = "compress the file with gzip, or leave it as it is", .where = READER },
  { .id = "OVF-REF-007", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 7.1",
    .title = "chunkSize is positive and the chunks are complete",
    .why = "A chunk that is missing or of another size moves everything behind "
           "it to the wrong place.",
    .fix = "split the file again: `ovftool export --chunk-size SIZE`", .where = READER },
  { .id = "OVF-REF-008", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "practice",
    .title = "a file that fits into one chunk is not chunked",
    .why = "Producers write it plain or as NAME.000000000; not every importer "
           "looks for both.",
    .fix = "take ovf:chunkSize away and name the file plainly",
    .check = check_small_chunk },
  { .id = "OVF-REF-009", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 10",
    .title = "external message bundles are the first files of References",
    .why = "An importer that reads the package as a stream needs the texts "
           "before the disks.",
    .fix = "move the File elements of the bundles to the front",
    .check = check_bundles_first },
  { .id = "OVF-REF-010", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "practice",
    .title = "every File is used",
    .why = "It is copied and checked for nothing; often a Disk element that "
           "should name it was forgotten.",
    .fix = "take the File element out, or add the Disk that was meant",
    .check = check_unused },
  { .id = "OVF-REF-011", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "RFC 3986",
    .title = "an href needs no percent-encoding",
    .why = "Some importers decode it for the file system and some do not; "
           "manifests hold the name as it is written.",
    .fix = "use letters, digits, '.', '_' and '-' in file names",
    .check = check_escapes },
  { .id = NULL }
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on the OVA archive.  Most are found where the bytes are
 * read; the rows say what they mean.  Clauses: DSP0243. */
#include "check/lint.h"

#include "package/internal.h"

static bool
is_archive (const struct lint *l)
{
  return l->package != NULL && package_form (l->package) == PACKAGE_OVA;
}

static void
tell (struct lint *l, const struct rule *r, const char *name, const char *what)
{
  report_add (l->report, r->strict == LEVEL_NOTE ? OVF_NOTE : OVF_WARNING, r->id,
              package_path (l->package), 0, NULL, "'%s' %s", name, what);
}

/* ---- sizes --------------------------------------------------------------------- */
static void
check_large (struct lint *l, const struct rule *r)
{
  if (!is_archive (l))
    return;
  VECTOR_FOR (m, package_members (l->package))
    if (m->size >> 33 != 0) {
      tell (l, r, m->name, "is larger than the size field of ustar can say");
      return;
    }
}

/* ---- names ------------------------------------------------------------------ */
#define USTAR_NAME 100
#define USTAR_PREFIX 155

/* A long name is cut at a slash: prefix, slash, name. */
static bool
fits_ustar (const char *name)
{
  size_t n = strlen (name);

  if (n <= USTAR_NAME)
    return true;
  for (const char *s = name; (s = strchr (s, '/')) != NULL; s++)
    if (s > name && (size_t)(s - name) <= USTAR_PREFIX && s[1] != '\0'
        && n - (size_t)(s - name) - 1 <= USTAR_NAME)
      return true;
  return false;
}

static void
check_names (struct lint *l, const struct rule *r)
{
  if (!is_archive (l))
    return;
  VECTOR_FOR (m, package_members (l->package))
    if (!fits_ustar (m->name)) {
      tell (l, r, m->name, "does not fit into a ustar header");
      return; /* one is enough: an archive may hold thousands */
    }
}

static void
check_hrefs (struct lint *l, const struct rule *r)
{
  if (!is_archive (l) || l->model == NULL)
    return;
  VECTOR_FOR (f, &l->model->files)
    if (f->href != NULL && !package_href_check (l->package, f->href, NULL))
      lint_add_line (l, r, f->line, "the href '%s' leads out of the archive", f->href);
}

/* ---- padding and order --------------------------------------------------------- */
/* Line ends do not count: what is left must be blanks that somebody put in. */
static bool
is_padded (const char *text, size_t len)
{
  while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
    len--;
  return text != NULL && len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\0');
}

static void
check_padding (struct lint *l, const struct rule *r)
{
  size_t len = 0;
  const char *text;

  if (!is_archive (l))
    return;
  text = package_manifest (l->package, &len);
  if (is_padded (text, text ? len : 0))
    tell (l, r, package_manifest_name (l->package), "is padded with blanks");
  text = package_certificate (l->package, &len);
  if (is_padded (text, text ? len : 0))
    tell (l, r, package_certificate_name (l->package), "is padded with blanks");
}

/* Has a bundle a file before it that is none, of those References names? */
static void
check_bundles (struct lint *l, const struct rule *r)
{
  CLEANUP_FREE bool *bundle = NULL;
  bool other = false;

  if (!is_archive (l) || !lint_child (l, l->root, "Strings"))
    return;
  bundle = xcalloc (package_members (l->package)->len + 1, sizeof *bundle);
  for (xmlNode *n = lint_child (l, l->root, "Strings"); n; n = lint_next (l, n)) {
    CLEANUP_FREE char *id = lint_attr (l, n, "fileRef");
    size_t file = id && l->model ? appliance_find_file (l->model, id) : NO_INDEX;
    const char *href = file != NO_INDEX ? l->model->files.ptr[file].href : NULL;
    size_t at = href ? package_find (l->package, href) : SIZE_MAX;
    if (at != SIZE_MAX)
      bundle[at] = true;
  }
  VECTOR_FOR (m, package_members (l->package)) {
    bool is_bundle = bundle[m - package_members (l->package)->ptr];
    if (is_bundle && other)
      tell (l, r, m->name, "is a message bundle and stands behind other files");
    other = other || (!is_bundle && package_part (l->package, m->name) == NULL);
  }
}

const struct rule rules_tar[] = {
  { .id = "OVF-TAR-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 5.3",
    .title = "the archive is POSIX ustar, without GNU or PAX headers",
    .why = "VMware reports that there is no .ovf at the beginning when a "
           "PAX header comes first.",
    .fix = "`ovftool repair IN -o OUT` writes the headers anew; disks are "
           "not touched",
    .where = "the archive reader" },
  { .id = "OVF-TAR-002", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "POSIX ustar",
    .title = "a member of the archive is smaller than 8 GiB",
    .why = "The size field of ustar ends there. Base-256 sizes are "
           "understood by VMware, VirtualBox and every tar of today, but "
           "not by the standard.",
    .fix = "nothing for today's importers; `ovftool export --chunk-size "
           "8G` splits the file for old ones",
    .check = check_large },
  { .id = "OVF-TAR-003", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "POSIX ustar",
    .title = "the name of a member fits into the ustar header",
    .why = "Longer names need GNU or PAX headers, which VMware refuses at "
           "the beginning of an archive.",
    .fix = "use names of at most 100 bytes: `ovftool repair IN -o OUT`",
    .check = check_names },
  { .id = "OVF-TAR-004", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 5.3",
    .title = "the descriptor is the first member of the archive",
    .why = "VMware: \"Did not find an .ovf file at the beginning of the OVA "
           "package.\"",
    .fix = "`ovftool repair IN -o OUT` puts the members into order",
    .where = "the archive reader" },
  { .id = "OVF-TAR-005", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 5.3",
    .title = "the members stand in the order descriptor, manifest, "
             "certificate, files of References",
    .why = "Importers that read an archive as a stream, vCenter among "
           "them, fail when a disk comes before what describes it.",
    .fix = "`ovftool repair IN -o OUT` puts the members into order",
    .where = "the package reader" },
  { .id = "OVF-TAR-006", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 5.3",
    .title = "no two members have the same name",
    .why = "Which of them is used depends on the reader, so one could be "
           "checked and the other one booted.",
    .fix = "take the second one out",
    .where = "the archive reader" },
  { .id = "OVF-TAR-007", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 5.3",
    .title = "every href of an archive is relative and inside it",
    .why = "Such a file can never be found in the archive; a careless "
           "importer would read a file of its own host.",
    .fix = "put the file into the archive and refer to it by its name",
    .check = check_hrefs },
  { .id = "OVF-TAR-008", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "security",
    .title = "members are regular files with harmless names",
    .why = "Links, devices, absolute names and \"..\" lead outside the "
           "folder that an archive is unpacked into.",
    .fix = "make the archive anew: `ovftool pack DIR -o OUT.ova`",
    .where = "the archive reader" },
  { .id = "OVF-TAR-009", .strict = LEVEL_WARNING, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "POSIX ustar",
    .title = "the archive ends with two zero blocks, and nothing follows "
             "them",
    .why = "A missing end mark is what a cut download looks like; bytes "
           "behind it are covered by no digest.",
    .fix = "`ovftool repair IN -o OUT`",
    .where = "the archive reader" },
  { .id = "OVF-TAR-010", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "practice",
    .title = "manifest and certificate may be padded with blanks",
    .why = "OVF Tool and VirtualBox keep room for them and fill it with "
           "blanks: readers ignore those.",
    .fix = "nothing needs to be done",
    .check = check_padding },
  { .id = "OVF-TAR-011", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "DSP0243 5.3",
    .title = "external message bundles are the first files behind the "
             "descriptor",
    .why = "They stand first in References, so they come first in the "
           "archive too.",
    .fix = "`ovftool repair IN -o OUT`",
    .check = check_bundles },
  { .id = NULL }
};

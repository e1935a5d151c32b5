/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on a package and its files.  Most are found where the bytes are
 * read; the rows say what they mean.  Clauses: DSP0243. */
#include "check/lint.h"

#include "base/file.h"
#include "package/internal.h"

static bool
is_archive (const struct lint *l)
{
  return l->package != NULL && package_form (l->package) == PACKAGE_OVA;
}

static void
check_suffix (struct lint *l, const struct rule *r)
{
  if (is_archive (l) && !name_is_kind (package_path (l->package), ".ova"))
    report_add (l->report, OVF_WARNING, r->id, package_path (l->package), 0, NULL,
                "the archive is not called NAME.ova");
}

static void
check_stem (struct lint *l, const struct rule *r)
{
  CLEANUP_FREE char *archive = NULL, *descriptor = NULL;

  if (!is_archive (l))
    return;
  archive = path_base (package_path (l->package));
  descriptor = path_base (package_descriptor_name (l->package));
  if (!same_stem (archive, descriptor))
    report_add (l->report, OVF_NOTE, r->id, package_path (l->package), 0, NULL,
                "the descriptor is called '%s'", descriptor);
}

const struct rule rules_package[] = {
  { .id = "OVF-PKG-001", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 5.1",
    .title = "a package has exactly one descriptor, with the suffix .ovf",
    .why = "Readers take the first one they find, so two descriptors mean "
           "two different guests.",
    .fix = "leave one .ovf in the folder or archive",
    .where = "the package reader" },
  { .id = "OVF-PKG-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 5.1",
    .title = "a package has at most one manifest, named after its descriptor",
    .why = "A manifest of another name is not looked at, so nothing is "
           "checked.",
    .fix = "name it like the descriptor: `ovftool pack DIR -o OUT.ova "
           "--no-verify` makes a new one",
    .where = "the package reader" },
  { .id = "OVF-PKG-003", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 5.1",
    .title = "a package has at most one certificate, named after its "
             "descriptor",
    .why = "A certificate of another name is not looked at, so the package "
           "counts as unsigned.",
    .fix = "name it like the descriptor, or sign again: `ovftool sign "
           "PACKAGE --key PEM --cert PEM`",
    .where = "the package reader" },
  { .id = "OVF-PKG-004", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 5.1",
    .title = "a certificate comes with a manifest",
    .why = "The signature is over the manifest: without one there is "
           "nothing it can vouch for.",
    .fix = "`ovftool sign PACKAGE --key PEM --cert PEM` makes both, "
           "`ovftool unsign PACKAGE` drops the certificate",
    .where = "the package reader" },
  { .id = "OVF-PKG-005", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 5.3",
    .title = "a package in one file is a tar archive with the suffix .ova",
    .why = "Import dialogs choose the reader by the suffix.",
    .fix = "rename the archive to NAME.ova",
    .check = check_suffix },
  { .id = "OVF-PKG-006", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 7.1",
    .title = "every file of References is in the package",
    .why = "Every importer stops at a missing file, most of them after "
           "minutes of copying.",
    .fix = "put the file in, or take its File element and whatever refers "
           "to it out of the descriptor",
    .where = "the package reader" },
  { .id = "OVF-PKG-007", .strict = LEVEL_WARNING, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "practice",
    .title = "a package holds nothing but its descriptor, manifest, "
             "certificate and the files of References",
    .why = "Importers ignore such files, so whatever they were meant for "
           "will not happen.",
    .fix = "name the file in References, or leave it out: `ovftool repair "
           "IN -o OUT`",
    .where = "the package reader" },
  { .id = "OVF-PKG-008", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "practice",
    .title = "the descriptor is named after the archive",
    .why = "Legal, and vCloud writes descriptor.ovf; people look for the "
           "name of the archive.",
    .fix = "nothing needs to be done",
    .check = check_stem },
  { .id = NULL }
};

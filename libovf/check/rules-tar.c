/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on the OVA archive.  All are found where the bytes are
 * read; the rows say what they mean.  Clauses: DSP0243. */
#include "check/lint.h"

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
    .where = "the archive reader" },
  { .id = "OVF-TAR-003", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "POSIX ustar",
    .title = "the name of a member fits into the ustar header",
    .why = "Longer names need GNU or PAX headers, which VMware refuses at "
           "the beginning of an archive.",
    .fix = "use names of at most 100 bytes: `ovftool repair IN -o OUT`",
    .where = "the archive reader" },
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
    .where = "the package reader" },
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
    .where = "the manifest reader" },
  { .id = "OVF-TAR-011", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "DSP0243 5.3",
    .title = "external message bundles are the first files behind the "
             "descriptor",
    .why = "They stand first in References, so they come first in the "
           "archive too.",
    .fix = "`ovftool repair IN -o OUT`",
    .where = "the package reader" },
  { .id = NULL }
};

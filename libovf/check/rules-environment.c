/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on environment documents (DSP8027), which `ovftool env` makes and which
 * are no part of a descriptor. */
#include "check/lint.h"

const struct rule rules_environment[] = {
  { .id = "OVF-ENV-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_ALL, .clause = "DSP0243 9.5, DSP8027",
    .title = "the id of an Environment is that of the machine",
    .why = "A guest that looks for its own Entity by id does not find it; "
           "vCenter writes an empty one.",
    .fix = "`ovftool env PACKAGE --machine ID -o env.iso` writes the document with the id",
    .where = "`ovftool env`" },
  { .id = "OVF-ENV-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_ALL, .clause = "DSP8027",
    .title = "an Environment has one platform, one property section and one "
             "Entity for each sibling",
    .why = "The guest sees some other machine's settings, or none.",
    .fix = "`ovftool env PACKAGE` writes the sections in their order",
    .where = "`ovftool env`" },
  { .id = "OVF-ENV-003", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE,
    .versions = OVF_ALL, .clause = "DSP0243 9.5",
    .title = "a machine's properties are its own and those of its collection",
    .why = "A key of the machine hides the same key of the collection.",
    .fix = "nothing needs to be done if that is meant",
    .where = "`ovftool env`" },
  { .id = "OVF-ENV-004", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_ALL, .clause = "DSP0243 9.5",
    .title = "the transport iso is an ISO 9660 image with ovf-env.xml in "
             "its root",
    .why = "The guest mounts the CD and finds no settings.",
    .fix = "`ovftool env PACKAGE -o env.iso` makes the image",
    .where = "`ovftool env`" },
  { .id = "OVF-ENV-005", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE,
    .versions = OVF_ALL, .clause = "practice",
    .title = "the transport com.vmware.guestInfo is the variable "
             "guestinfo.ovfEnv",
    .why = "Only VMware's tools in the guest can read it: vmtoolsd --cmd "
           "\"info-get guestinfo.ovfEnv\".",
    .fix = "add the transport iso for other platforms",
    .where = "`ovftool env`" },
  { .id = "OVF-ENV-006", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE,
    .versions = OVF_ALL, .clause = "DSP8027",
    .title = "a guest ignores sections that it does not know",
    .why = "Platforms add their own, such as vCenter's network adapters.",
    .fix = "nothing needs to be done",
    .where = "`ovftool env`" },
  { .id = "OVF-ENV-007", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE,
    .versions = OVF_ALL, .clause = "DSP0243 9.8",
    .title = "the chosen configuration reaches the guest by its properties "
             "only",
    .why = "No element of the document names it.",
    .fix = "add a property with a Value for each configuration",
    .where = "`ovftool env`" },
  { .id = NULL }
};

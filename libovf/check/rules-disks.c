/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on DiskSection, SharedDiskSection (DSP0243 clause 7.2) and
 * NetworkSection (7.3). */
#include "check/lint-words.h"

#include "base/text.h"
#include "base/xml.h"

#define READER "the descriptor's reader"

/* ---- sections ------------------------------------------------------------- */
static void
check_disk_section (struct lint *l, const struct rule *r)
{
  lint_only_one (l, r, "DiskSection");
}

static void
check_network_section (struct lint *l, const struct rule *r)
{
  lint_only_one (l, r, "NetworkSection");
}

/* ---- disks ----------------------------------------------------------------- */
static void
check_order (struct lint *l, const struct rule *r)
{
  size_t last = 0;

  if (l->model == NULL)
    return;
  VECTOR_FOR (d, &l->model->disks) {
    if (d->file == NO_INDEX || d->shared)
      continue;
    if (d->file < last)
      lint_add_line (l, r, d->line, "the disk '%s' stands behind one whose file comes later",
                     d->id ? d->id : "");
    else
      last = d->file;
  }
}

static void
check_format (struct lint *l, const struct rule *r)
{
  if (l->model == NULL)
    return;
  VECTOR_FOR (d, &l->model->disks)
    if (d->file != NO_INDEX && text_is_blank (d->format_uri))
      lint_add_line (l, r, d->line, "the disk '%s' does not say its format",
                     d->id ? d->id : "");
}

static void
check_unused_disk (struct lint *l, const struct rule *r)
{
  CLEANUP_FREE bool *used = NULL;

  if (l->model == NULL)
    return;
  used = xcalloc (l->model->disks.len, sizeof *used);
  VECTOR_FOR (m, &l->model->machines)
    VECTOR_FOR (d, &m->drives)
      if (d->disk != NO_INDEX)
        used[d->disk] = true;
  VECTOR_FOR (d, &l->model->disks)
    if (d->parent != NO_INDEX)
      used[d->parent] = true;
  for (size_t i = 0; i < l->model->disks.len; i++)
    if (!used[i])
      lint_add_line (l, r, l->model->disks.ptr[i].line, "no machine uses the disk '%s'",
                     l->model->disks.ptr[i].id ? l->model->disks.ptr[i].id : "");
}

static void
check_empty (struct lint *l, const struct rule *r)
{
  if (l->model == NULL)
    return;
  VECTOR_FOR (d, &l->model->disks)
    if (d->file == NO_INDEX)
      lint_add_line (l, r, d->line, "the disk '%s' is made empty", d->id ? d->id : "");
}

static void
check_read_only (struct lint *l, const struct rule *r, const xmlNode *n)
{
  CLEANUP_FREE char *value = lint_attr (l, n, "readOnly");
  bool on;

  if (value != NULL && !parse_bool (value, &on))
    lint_add (l, r, n, "readOnly is true or false, not '%s'", value);
}

static void
check_shared (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "SharedDisk", check_read_only);
}

/* ---- networks ----------------------------------------------------------------- */
static void
check_unused_network (struct lint *l, const struct rule *r)
{
  if (l->model == NULL)
    return;
  VECTOR_FOR (n, &l->model->networks) {
    bool used = false;
    VECTOR_FOR (m, &l->model->machines)
      VECTOR_FOR (nic, &m->nics)
        used = used || (nic->network && n->name && strcmp (nic->network, n->name) == 0);
    if (!used)
      lint_add_line (l, r, n->line, "no adapter uses the network '%s'", n->name ? n->name : "");
  }
}

static void
check_profile_kinds (struct lint *l, const struct rule *r, const xmlNode *n)
{
  if (lint_child (l, n, "NetworkPortProfile") && lint_child (l, n, "NetworkPortProfileURI"))
    lint_add (l, r, n, "a network has port profiles or their URI, not both");
}

static void
check_port_profiles (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "Network", check_profile_kinds);
}

const struct rule rules_disks[] = {
  { .id = "OVF-DISK-001", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 7.2",
    .title = "there is at most one DiskSection, under Envelope",
    .why = "Importers read the first one and miss the disks of the other.",
    .fix = "put all Disk elements into one DiskSection behind References",
    .check = check_disk_section },
  { .id = "OVF-DISK-002", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 7.2",
    .title = "a diskId is unique",
    .why = "A drive that names it gets one of several disks.",
    .fix = "give every Disk an id of its own", .where = READER },
  { .id = "OVF-DISK-003", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 7.2",
    .title = "a fileRef names a File, and no two disks name the same",
    .why = "Two disks would be one file on the target, and both guests would "
           "write to it.",
    .fix = "name the id of a File of References; copy the file for the second disk",
    .where = READER },
  { .id = "OVF-DISK-004", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 7.2",
    .title = "disks stand in the order of their files",
    .why = "An importer that reads the package as a stream meets them in that "
           "order.",
    .fix = "sort the Disk elements as References does", .check = check_order },
  { .id = "OVF-DISK-005", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 7.2",
    .title = "a disk with a file says its format",
    .why = "VirtualBox refuses a disk without one.",
    .fix = "ovf:format=\"http://www.vmware.com/interfaces/specifications/"
           "vmdk.html#streamOptimized\"",
    .check = check_format },
  { .id = "OVF-DISK-006", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 7.2",
    .title = "capacity is a number from 1, or a property of an empty disk",
    .why = "Without it the target does not know how large a disk to make.",
    .fix = "write the number of bytes", .where = READER },
  { .id = "OVF-DISK-007", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 7.2, DSP0004 Annex C",
    .title = "capacityAllocationUnits is a unit of bytes, and the capacity fits 63 bits",
    .why = "VirtualBox does not read the unit at all and takes bytes.",
    .fix = "write the capacity in bytes, without units: `ovftool repair IN -o OUT`",
    .where = READER },
  { .id = "OVF-DISK-008", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 7.2",
    .title = "populatedSize is at most the capacity",
    .why = "It is what importers reserve: VMware refuses more than the disk holds.",
    .fix = "`ovftool repair IN -o OUT` measures it", .where = READER },
  { .id = "OVF-DISK-009", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 7.2",
    .title = "parentRef names a disk that stands earlier",
    .why = "A delta without its parent, or in a circle, has no content.",
    .fix = "put the parent in front, or flatten the disk where it was made",
    .where = READER },
  { .id = "OVF-DISK-010", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "practice",
    .title = "every disk is used by a drive",
    .why = "It is copied for nothing; often the drive that should name it is "
           "missing.",
    .fix = "add an Item with HostResource ovf:/disk/ID, or take the Disk out",
    .check = check_unused_disk },
  { .id = "OVF-DISK-011", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "DSP0243 7.2",
    .title = "a disk without a file is made empty",
    .why = "The guest finds nothing but zeros on it.",
    .fix = "nothing needs to be done if that is meant", .check = check_empty },
  { .id = "OVF-DISK-012", .strict = LEVEL_WARNING, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "practice",
    .title = "the capacity is that of the disk image",
    .why = "VMware makes a disk of the described size, and what lies behind is cut "
           "off or never seen.",
    .fix = "`ovftool repair IN -o OUT` takes the size of the image",
    .where = "the disk reader" },
  { .id = "OVF-DISK-013", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_20,
    .clause = "DSP8023 2.0",
    .title = "readOnly of a SharedDisk is true or false",
    .why = "A guest could write to what others read.",
    .fix = "write true or false", .check = check_shared },
  { .id = "OVF-DISK-014", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "practice",
    .title = "the format of a disk is one that importers know",
    .why = "Importers compare the address letter by letter.",
    .fix = "`ovftool repair IN -o OUT` writes the usual one", .where = READER },

  { .id = "OVF-NET-001", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 7.3",
    .title = "there is at most one NetworkSection, under Envelope",
    .why = "Importers read the first one and miss the networks of the other.",
    .fix = "put all Network elements into one NetworkSection",
    .check = check_network_section },
  { .id = "OVF-NET-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 7.3",
    .title = "the name of a network is unique",
    .why = "A mapping by name would meet both.",
    .fix = "rename one: `ovftool set PACKAGE net.OLD=NEW`", .where = READER },
  { .id = "OVF-NET-003", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 7.3",
    .title = "the network of every adapter is listed",
    .why = "VMware refuses an adapter whose network it cannot offer for mapping.",
    .fix = "add <Network ovf:name=\"...\"> to the NetworkSection", .where = READER },
  { .id = "OVF-NET-004", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "practice",
    .title = "every network is used by an adapter",
    .why = "Who imports the package is asked to map it for nothing.",
    .fix = "take the Network element out", .check = check_unused_network },
  { .id = "OVF-NET-005", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_20,
    .clause = "DSP8023 2.0",
    .title = "a network has port profiles or their URI, not both",
    .why = "Which of them holds is left to the importer.",
    .fix = "keep one of the two", .check = check_port_profiles },
  { .id = NULL }
};

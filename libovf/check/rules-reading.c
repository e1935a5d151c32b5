/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules of the set 'reading': what the stages before the rules find, where no
 * rule of the standard says it. */
#include "check/lint.h"

const struct rule rules_reading[] = {
  { .id = "READ-FORMAT",
    .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "practice",
    .title = "The source can be read as what it claims to be",
    .why = "What is cut off, damaged or of another format cannot be judged any "
           "further, and no importer takes it.",
    .fix = "make it again from its source",
    .where = "every reader" },
  { .id = "READ-LIMIT",
    .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "security",
    .title = "The source stays within the limits",
    .why = "Limits keep a hostile file from using up memory, disk space or "
           "time.  A file that goes beyond them is not read to its end.",
    .fix = "where the file is trusted, raise the limit that the message names "
           "with --limit NAME=VALUE",
    .where = "every reader" },
  { .id = "READ-UNSAFE",
    .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "security",
    .title = "The source does not reach outside of itself",
    .why = "A file that names other files of the host would make whoever "
           "imports it hand those out.",
    .fix = "put what is named into the package, or remove the reference",
    .where = "every reader" },
  { .id = "READ-SANDBOX",
    .strict = LEVEL_WARNING, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "security",
    .title = "Helper programs are confined",
    .why = "QEMU's tools read disks of strangers.  Where the kernel has no "
           "Landlock, or this build no filter of system calls, a fault in them "
           "is held by less.",
    .fix = "--sandbox=require refuses such disks; `ovftool formats` says what "
           "is missing",
    .where = "disks that are read through QEMU" },
  { .id = "OVF-XSD",
    .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_1X | OVF_20,
    .clause = "DSP8023, DSP8027",
    .title = "The descriptor follows the schema of its version",
    .why = "Elements and attributes that are missing, misspelt or out of order. "
           "VMware's importers name the line and stop ('Unsupported element'); "
           "others ignore what they do not find in its place. With --lax the habits "
           "of producers that importers forgive are forgiven.",
    .fix = "mend the element that the message names; what stands out of order "
           "'ovftool repair PACKAGE -o OUT' sorts",
    .where = "the schema stage" },
  { .id = "CERT-UNTRUSTED",
    .strict = LEVEL_WARNING, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "practice",
    .title = "The certificate of the signer can be trusted",
    .why = "The signature fits the manifest, but its certificate has expired, was "
           "made for another purpose, is weak, or leads to nobody who is trusted. "
           "vCenter shows such a package as not trusted and asks.",
    .fix = "sign it again with a valid certificate ('ovftool sign PACKAGE --key KEY "
           "--cert CERT'); 'ovftool verify --ca FILE' judges the chain",
    .where = "the check of the signature" },
  { .id = NULL }
};

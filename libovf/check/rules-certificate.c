/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on the certificate file.  All are found where the bytes are
 * read; the rows say what they mean.  Clauses: DSP0243. */
#include "check/lint.h"

const struct rule rules_certificate[] = {
  { .id = "OVF-CERT-001", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 5.2",
    .title = "a certificate file is one signature line and a PEM certificate",
    .why = "Whatever else it holds was not made by a packaging tool.",
    .fix = "sign again: `ovftool sign PACKAGE --key PEM --cert PEM`",
    .where = "the certificate reader" },
  { .id = "OVF-CERT-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "DSP0243 5.2",
    .title = "the signature fits the manifest and the certificate is valid",
    .why = "Either the manifest was changed after signing, or the "
           "certificate has expired or is not meant for signing.",
    .fix = "sign again: `ovftool sign PACKAGE --key PEM --cert PEM`, or "
           "`ovftool unsign PACKAGE`",
    .where = "the certificate reader" },
  { .id = "OVF-CERT-003", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_09 | OVF_1X,
    .clause = "DSP0243 1.0",
    .title = "the signature of a 1.0 package uses SHA-1",
    .why = "The text of 1.0 names SHA-1 only. SHA-256 and SHA-512 are "
           "accepted by VMware and VirtualBox.",
    .fix = "nothing needs to be done",
    .where = "the certificate reader" },
  { .id = "OVF-CERT-004", .strict = LEVEL_WARNING, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "practice",
    .title = "the signature line is not wrapped, and one certificate follows",
    .why = "Old samples wrap the line; further certificates are taken as "
           "intermediate ones.",
    .fix = "sign again: `ovftool sign PACKAGE --key PEM --cert PEM`",
    .where = "the certificate reader" },
  { .id = "OVF-CERT-005", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_20,
    .clause = "DSP0243 2.x",
    .title = "a package is signed by its .cert file, not by XML-Signature",
    .why = "The 2.x schema imports XML-Signature only for encryption.",
    .fix = "nothing needs to be done",
    .where = "the certificate reader" },
  { .id = "OVF-CERT-006", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "practice",
    .title = "nothing but certificates follows the signature line",
    .why = "A CMS block of newer VirtualBox or a private key is not part "
           "of the format; trust is not given to such a file.",
    .fix = "sign again: `ovftool sign PACKAGE --key PEM --cert PEM`",
    .where = "the certificate reader" },
  { .id = NULL }
};

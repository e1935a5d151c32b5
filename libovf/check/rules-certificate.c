/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on the certificate file.  Whether the signature is good is found
 * out where it is verified; here is the form.  Clauses: DSP0243. */
#include "check/lint.h"

#include "base/xml.h"
#include "package/signature.h"

/* What there is of a certificate file, or false where there is none. */
static bool
read_file (const struct lint *l, struct cert_file *f)
{
  size_t len;
  const char *text = l->package ? package_certificate (l->package, &len) : NULL;

  if (text == NULL)
    return false;
  cert_file_read (f, text, len);
  return true;
}

static void
tell (struct lint *l, const struct rule *r, const char *what)
{
  report_add (l->report, r->strict == LEVEL_NOTE ? OVF_NOTE : OVF_WARNING, r->id,
              package_certificate_name (l->package), 0, NULL, "%s", what);
}

static void
check_form (struct lint *l, const struct rule *r)
{
  struct cert_file f;

  if (!read_file (l, &f))
    return;
  if (f.hex == NULL)
    tell (l, r, "there is no signature line");
  else if (f.signer == NULL)
    tell (l, r, "there is no certificate that can be read");
  cert_file_done (&f);
}

static void
check_algorithm (struct lint *l, const struct rule *r)
{
  struct cert_file f;

  if (!read_file (l, &f))
    return;
  if (f.alg != NULL && digest_by_name (f.alg) != DIGEST_SHA1)
    tell (l, r, "the signature of a 1.x package does not use SHA-1");
  cert_file_done (&f);
}

/* Is the signature longer than the rest of its first line? */
static bool
is_wrapped (const struct lint *l, const struct cert_file *f)
{
  struct manifest_line line;
  size_t len, at = 0, n;
  const char *text = package_certificate (l->package, &len), *s;

  while ((s = text_next_line (text, len, &at, &n)) != NULL)
    if (manifest_line_parse (s, n, &line))
      return f->hex != NULL && strlen (f->hex) > line.hex_len;
  return false;
}

static void
check_plain (struct lint *l, const struct rule *r)
{
  struct cert_file f;

  if (!read_file (l, &f))
    return;
  if (is_wrapped (l, &f))
    tell (l, r, "the signature is wrapped over several lines");
  else if (f.count > 1)
    tell (l, r, "more than one certificate follows the signature");
  cert_file_done (&f);
}

static void
check_rest (struct lint *l, const struct rule *r)
{
  struct cert_file f;

  if (!read_file (l, &f))
    return;
  if (f.unclean != NULL)
    tell (l, r, f.unclean);
  cert_file_done (&f);
}

static void
check_xml_signature (struct lint *l, const struct rule *r)
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root))
    if (xml_is (n, "http://www.w3.org/2000/09/xmldsig#", "Signature")) {
      lint_add (l, r, n, "an XML-Signature, which nobody looks at");
      return;
    }
}

const struct rule rules_certificate[] = {
  { .id = "OVF-CERT-001", .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL,
    .clause = "DSP0243 5.2",
    .title = "a certificate file is one signature line and a PEM certificate",
    .why = "Whatever else it holds was not made by a packaging tool.",
    .fix = "sign again: `ovftool sign PACKAGE --key PEM --cert PEM`",
    .check = check_form },
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
    .check = check_algorithm },
  { .id = "OVF-CERT-004", .strict = LEVEL_WARNING, .lax = LEVEL_WARNING, .versions = OVF_ALL,
    .clause = "practice",
    .title = "the signature line is not wrapped, and one certificate follows",
    .why = "Old samples wrap the line; further certificates are taken as "
           "intermediate ones.",
    .fix = "sign again: `ovftool sign PACKAGE --key PEM --cert PEM`",
    .check = check_plain },
  { .id = "OVF-CERT-005", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE, .versions = OVF_20,
    .clause = "DSP0243 2.x",
    .title = "a package is signed by its .cert file, not by XML-Signature",
    .why = "The 2.x schema imports XML-Signature only for encryption.",
    .fix = "nothing needs to be done",
    .check = check_xml_signature },
  { .id = "OVF-CERT-006", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE, .versions = OVF_ALL,
    .clause = "practice",
    .title = "nothing but certificates follows the signature line",
    .why = "A CMS block of newer VirtualBox or a private key is not part "
           "of the format; trust is not given to such a file.",
    .fix = "sign again: `ovftool sign PACKAGE --key PEM --cert PEM`",
    .check = check_rest },
  { .id = NULL }
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the OVF reader says about its file.
 *
 * Real descriptors break the standard in known ways, and a tool that refuses
 * them is of no use: a habit of a producer is told once and accepted.  A
 * mistake that would make a wrong machine is a fault: fatal when something
 * is made of the file, a finding when it is only looked at. */
#include "ovf-reader.h"

#include <stdarg.h>

/* A hostile file could make one finding an element, each with a path that
 * takes time to work out; nobody reads more. */
#define MAX_FINDINGS 200

static void
add (struct reader *r, enum ovf_severity severity, const char *rule,
     const xmlNode *n, const char *text)
{
  CLEANUP_FREE char *path = NULL;

  if (++r->findings > MAX_FINDINGS) {
    if (r->findings == MAX_FINDINGS + 1)
      report_add (r->report, OVF_WARNING, rule, r->in->name, 0, NULL,
                  "there is more to say about this file than is shown here");
    return;
  }
  if (n != NULL)
    path = xml_path (n);
  report_add (r->report, severity, rule, r->in->name, n ? xml_line (n) : 0,
              path, "%s", text);
}

void
reader_find (struct reader *r, enum ovf_severity severity, const char *rule,
             const xmlNode *n, const char *fmt, ...)
{
  CLEANUP_FREE char *text = NULL;
  va_list ap;

  va_start (ap, fmt);
  text = xvasprintf (fmt, ap);
  va_end (ap);
  add (r, severity, rule, n, text);
}

bool
reader_fault (struct reader *r, struct ovf_error **err, enum ovf_code code,
              const char *rule, const xmlNode *n, const char *fmt, ...)
{
  CLEANUP_FREE char *text = NULL;
  va_list ap;

  va_start (ap, fmt);
  text = xvasprintf (fmt, ap);
  va_end (ap);
  if (!r->settings->inspect)
    return error_at (err, code, rule, r->in->name, n ? xml_line (n) : 0, "%s",
                     text);
  add (r, OVF_WARNING, rule, n, text);
  return true;
}

bool
reader_required (struct reader *r, struct ovf_error **err, const char *rule,
                 const xmlNode *n, const char *what)
{
  if (r->settings->inspect || r->settings->lax) {
    reader_find (r, OVF_WARNING, rule, n,
                 "%s is marked as required and is not understood", what);
    return true;
  }
  error_at (err, OVF_E_FORMAT, rule, r->in->name, xml_line (n),
            "%s is marked as required and is not understood", what);
  return error_hint (err, "--lax goes on without it");
}

static const struct {
  enum ovf_severity severity;
  const char *rule, *text;
} quirks[QUIRK_COUNT] = {
  [QUIRK_NAMESPACE] = { OVF_WARNING, "OVF-XML-001",
    "the namespace of the Envelope is misspelt; it is taken for the one that "
    "it resembles" },
  [QUIRK_UNQUALIFIED] = { OVF_WARNING, "OVF-XML-006",
    "OVF elements stand in no namespace; they are read all the same" },
  [QUIRK_INSTANCE_ID] = { OVF_WARNING, "OVF-XML-006",
    "'InstanceId' stands for 'InstanceID'" },
  [QUIRK_ELEMENT_NAME] = { OVF_WARNING, "OVF-XML-006",
    "an Item has no ElementName" },
  [QUIRK_XSD_NAMESPACE] = { OVF_WARNING, "OVF-XML-005",
    "the namespace of a StorageItem or an EthernetPortItem ends in '.xsd'" },
  [QUIRK_HOST_RESOURCE] = { OVF_WARNING, "OVF-VH-011",
    "HostResource is not written 'ovf:/disk/ID' or 'ovf:/file/ID'" },
  [QUIRK_UNITS] = { OVF_WARNING, "OVF-VH-015",
    "AllocationUnits is not a programmatic unit such as 'byte * 2^20'" },
  [QUIRK_NO_UNITS] = { OVF_WARNING, "OVF-VH-015",
    "memory has no AllocationUnits and is too small for bytes: read as MiB" },
  [QUIRK_NO_ID] = { OVF_WARNING, "OVF-CONT-001",
    "a virtual system or a collection has no id" },
  [QUIRK_SEPARATOR] = { OVF_WARNING, "OVF-VH-016",
    "a list is separated by commas instead of single spaces" },
  [QUIRK_VBOX_MACHINE] = { OVF_NOTE, "OVF-EXT-003",
    "VirtualBox's own settings (vbox:Machine) are here too; the standard "
    "Items are what counts" },
  [QUIRK_FORMAT] = { OVF_WARNING, "OVF-DISK-014",
    "a disk's format is no known URI; its content will tell" },
  [QUIRK_SETTINGS] = { OVF_WARNING, "OVF-EXT-003",
    "elements in no namespace that are no sections are kept, not understood" },
};

void
reader_quirk (struct reader *r, enum quirk q, const xmlNode *n)
{
  if (r->told[q])
    return;
  r->told[q] = true;
  add (r, quirks[q].severity, quirks[q].rule, n, quirks[q].text);
}

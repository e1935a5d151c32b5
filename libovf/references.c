/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The File elements of a descriptor, whatever else it holds: what belongs to
 * the package must be known even where the model cannot be read. */
#include "base/text.h"
#include "base/xml.h"
#include "rewrite.h"

static bool
number (const char *name, const xmlNode *n, const char *attribute,
        uint64_t otherwise, uint64_t *ret, struct ovf_error **err)
{
  CLEANUP_FREE char *text = xml_attr (n, "*", attribute);

  *ret = otherwise;
  if (text == NULL || parse_u64 (text, 0, INT64_MAX, ret))
    return true;
  return error_at (err, OVF_E_FORMAT, "OVF-REF-005", name, xml_line (n),
                   "the %s of a File is no number of bytes: '%s'", attribute,
                   text);
}

static bool
add_file (const char *name, const xmlNode *n, references *ret,
          struct ovf_error **err)
{
  CLEANUP_FREE char *compression = xml_attr (n, "*", "compression");
  struct reference *r = references_add (ret);

  r->id = xml_attr (n, "*", "id");
  r->href = xml_attr (n, "*", "href");
  r->gzip = text_equal_nocase (compression, "gzip");
  if (r->href == NULL)
    return error_at (err, OVF_E_FORMAT, "OVF-REF-002", name, xml_line (n),
                     "a File of References has no href");
  return number (name, n, "size", BLOB_UNKNOWN, &r->size, err)
         && number (name, n, "chunkSize", 0, &r->chunk_size, err);
}

/* OVF 1 and 2; 0.9. */
static bool
is_envelope (const xmlNode *root)
{
  static const char *const spaces[] = { "http://schemas.dmtf.org/ovf/envelope/",
                                        "http://www.vmware.com/schema/ovf/" };

  for (size_t i = 0; i < ARRAY_SIZE (spaces); i++)
    if (strncmp (xml_ns (root), spaces[i], strlen (spaces[i])) == 0)
      return strcmp (xml_name (root), "Envelope") == 0;
  return false;
}

bool
references_read (const struct ovf_ctx *ctx, const char *name, const char *text,
                 size_t len, references *ret, struct ovf_error **err)
{
  CLEANUP_XML xmlDoc *doc = xml_parse (ctx, name, text, len, err);
  const xmlNode *root, *refs;

  if (doc == NULL)
    return false;
  root = xmlDocGetRootElement (doc);
  if (!is_envelope (root))
    return error_at (err, OVF_E_FORMAT, "OVF-XML-001", name, xml_line (root),
                     "this is no OVF descriptor: its root is no Envelope of "
                     "OVF 0.9, 1 or 2");
  refs = xml_child (root, "*", "References");
  if (refs == NULL)
    return true;
  XML_FOR (n, refs)
    if (xml_is (n, xml_ns (refs), "File") && !add_file (name, n, ret, err))
      return false;
  return true;
}

void
references_free (references *v)
{
  VECTOR_FOR (r, v) {
    free (r->id);
    free (r->href);
  }
  free (v->ptr);
  memset (v, 0, sizeof *v);
}

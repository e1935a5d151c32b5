/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of sums at the end of an XVA of export_vsn 0 and 1: an XML-RPC
 * struct of file names and their SHA-1 (xapi-project/xen-api:
 * ocaml/xapi/import.ml).  In version 1 the chunks had sums of their own too,
 * and those were compared when the chunks came by. */
#include "package/xva-impl.h"

#include "base/xml.h"

/* A line of the table has at least as many bytes. */
#define LINE_MIN 64

bool
xva_sums_keep (struct xva *x, const struct xva_name *name, size_t n, struct ovf_error **err)
{
  struct xva_kept_sum *s;
  char hex[DIGEST_HEX];

  x->without++;
  /* A table with more lines is over the limit when it comes. */
  if (x->sums.len >= ctx_limit (x->ctx, LIMIT_DESCRIPTOR) / LINE_MIN)
    return ctx_alive (x->ctx, err);
  digest_of (DIGEST_SHA1, x->chunk, n, hex);
  s = xva_kept_sums_add (&x->sums);
  memcpy (s->ref, name->ref, sizeof s->ref);
  s->number = (uint32_t)name->number;
  memcpy (s->hex, hex, sizeof s->hex - 1);
  return true;
}

/* Disks come one after the other, but not in the order of memcmp (). */
static int
by_name (const void *a, const void *b)
{
  const struct xva_kept_sum *x = a, *y = b;
  int c = strcmp (x->ref, y->ref);

  return c ? c : x->number < y->number ? -1 : x->number > y->number;
}

static bool
take_line (struct xva *x, const xmlNode *member, struct ovf_error **err)
{
  CLEANUP_FREE char *name = xml_child_text (member, NULL, "name");
  CLEANUP_FREE char *sum = xml_child_text (member, NULL, "value");
  struct xva_name parsed;
  struct xva_kept_sum key = { .compared = false }, *s;

  if (name == NULL || sum == NULL || !xva_name_parse (name, &parsed)
      || parsed.kind != XVA_NAME_CHUNK)
    return error_at (err, OVF_E_FORMAT, "XVA-TABLE", x->next.name, xml_line (member),
                     "a line of the table of sums names no chunk");
  memcpy (key.ref, parsed.ref, sizeof key.ref);
  key.number = (uint32_t)parsed.number;
  s = x->sums.len > 0 ? bsearch (&key, x->sums.ptr, x->sums.len, sizeof key, by_name) : NULL;
  if (s == NULL)
    return true; /* not used, or compared before */
  if (strcasecmp (s->hex, sum) != 0)
    return error_at (err, OVF_E_INTEGRITY, "XVA-SUM", x->path, 0,
                     "the sum of '%s' does not match", name);
  x->without -= !s->compared;
  s->compared = true;
  return ctx_alive (x->ctx, err);
}

bool
xva_table_read (struct xva *x, struct ovf_error **err)
{
  CLEANUP_FREE char *text = xva_load (x, LIMIT_DESCRIPTOR, "the table of sums", err);
  CLEANUP_XML xmlDoc *doc = NULL;
  const xmlNode *root, *all;

  if (text == NULL)
    return false;
  doc = xml_parse (x->ctx, x->next.name, text, (size_t)x->next.size, err);
  if (doc == NULL)
    return false;
  root = xmlDocGetRootElement (doc);
  all = xml_is (root, NULL, "value") ? xml_child (root, NULL, "struct") : NULL;
  if (all == NULL)
    return error_at (err, OVF_E_FORMAT, "XVA-TABLE", x->next.name, xml_line (root),
                     "this is no table of sums");
  if (x->sums.len > 1)
    qsort (x->sums.ptr, x->sums.len, sizeof *x->sums.ptr, by_name);
  XML_FOR (n, all)
    if (!take_line (x, n, err))
      return false;
  return true;
}

void
xva_sums_settle (struct xva *x)
{
  if (x->without == 0)
    return;
  report_add (x->report, OVF_WARNING, "XVA-NO-SUM", x->path, 0, NULL,
              "%llu chunk%s of the disks had no sum to compare with",
              (unsigned long long)x->without, x->without == 1 ? "" : "s");
}

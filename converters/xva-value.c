/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XML-RPC values (xmlrpc.com/spec.md), as XAPI writes them: a string has no
 * element of its own, an integer is a string, a reference too. */
#include "xva.h"

static bool
is (const xmlNode *n, const char *name)
{
  return xml_is (n, NULL, name);
}

/* The pair of a <member>, or NULL. */
static const xmlNode *
value_of (const xmlNode *member)
{
  return is (member, "member") && xml_child (member, NULL, "name") != NULL
           ? xml_child (member, NULL, "value") : NULL;
}

const xmlNode *
xva_member (const xmlNode *value, const xmlNode *after, char **name)
{
  const xmlNode *all = value ? xml_child (value, NULL, "struct") : NULL;
  const xmlNode *n;

  if (all == NULL)
    return NULL;
  for (n = after ? xml_next (after->parent) : xml_first (all); n != NULL; n = xml_next (n))
    if (value_of (n) != NULL) {
      *name = xml_text (xml_child (n, NULL, "name"));
      return value_of (n);
    }
  return NULL;
}

const xmlNode *
xva_get (const xmlNode *value, const char *name)
{
  const xmlNode *n = NULL;
  char *key = NULL;

  while ((n = xva_member (value, n, &key)) != NULL) {
    bool found = strcmp (key, name) == 0;
    free (key);
    if (found)
      return n;
  }
  return NULL;
}

char *
xva_text (const xmlNode *value)
{
  const xmlNode *inner = value ? xml_first (value) : NULL;
  char *text;

  if (value == NULL || (inner != NULL && xml_first (inner) != NULL)
      || (inner != NULL && (is (inner, "struct") || is (inner, "array"))))
    return NULL;
  text = xml_text (inner ? inner : value);
  if (*text != '\0')
    return text;
  free (text);
  return NULL;
}

char *
xva_field (const xmlNode *record, const char *name)
{
  return xva_text (xva_get (record, name));
}

bool
xva_true (const xmlNode *record, const char *name)
{
  CLEANUP_FREE char *text = xva_field (record, name);

  return text != NULL && (strcmp (text, "1") == 0 || strcmp (text, "true") == 0);
}

char *
xva_ref (const xmlNode *record, const char *name)
{
  char *text = xva_field (record, name);

  if (text == NULL || strcmp (text, XVA_NULL) != 0)
    return text;
  free (text);
  return NULL;
}

bool
xva_is_disk_ref (const char *s)
{
  size_t n;

  if (s == NULL || strncmp (s, "Ref:", 4) != 0)
    return false;
  n = strspn (s + 4, "0123456789");
  return n > 0 && n <= 18 && s[4 + n] == '\0';
}

/* ---- writing ---------------------------------------------------------------- */
void
xva_put_text (struct xmlw *w, const char *text)
{
  xmlw_start (w, "value");
  if (text != NULL && *text != '\0')
    xmlw_text (w, text);
  xmlw_end (w);
}

void
xva_begin_struct (struct xmlw *w)
{
  xmlw_start (w, "value");
  xmlw_start (w, "struct");
}

void
xva_begin_member (struct xmlw *w, const char *name)
{
  xmlw_start (w, "member");
  xmlw_element (w, "name", name);
}

void
xva_end (struct xmlw *w, unsigned n)
{
  while (n-- > 0)
    xmlw_end (w);
}

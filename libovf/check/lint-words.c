/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Helpers of rules; see lint-words.h. */
#include "check/lint-words.h"

#include "base/text.h"
#include "base/xml.h"

#define CIM "http://schemas.dmtf.org/wbem/wscim/1/"
#define BLANKS " \t\r\n"

/* ---- sets of keys -------------------------------------------------------- */
void
keyeds_take (keyeds *v, char *key, const xmlNode *node)
{
  if (key == NULL)
    return;
  keyeds_append (v, (struct keyed){ key, node, v->len });
}

static int
compare (const void *pa, const void *pb)
{
  const struct keyed *a = pa, *b = pb;
  int c = strcmp (a->key, b->key);

  return c != 0 ? c : a->order < b->order ? -1 : a->order > b->order;
}

void
keyeds_sort (keyeds *v)
{
  if (v->len > 1)
    qsort (v->ptr, v->len, sizeof *v->ptr, compare);
}

const xmlNode *
keyeds_find (const keyeds *v, const char *key)
{
  size_t low = 0, high = v->len;

  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp (v->ptr[middle].key, key) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low < v->len && strcmp (v->ptr[low].key, key) == 0 ? v->ptr[low].node : NULL;
}

void
keyeds_free (keyeds *v)
{
  VECTOR_FOR (k, v)
    free (k->key);
  free (v->ptr);
  memset (v, 0, sizeof *v);
}

void
keyeds_report_twins (struct lint *l, const struct rule *r, keyeds *v, const char *what)
{
  keyeds_sort (v);
  for (size_t i = 1; i < v->len; i++)
    if (strcmp (v->ptr[i - 1].key, v->ptr[i].key) == 0)
      lint_add (l, r, v->ptr[i].node, "%s '%s'", what, v->ptr[i].key);
}

void
keyeds_collect (const struct lint *l, keyeds *v, const char *element, const char *attr)
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root))
    if (xml_is (n, l->ns, element))
      keyeds_take (v, lint_attr (l, n, attr), n);
  keyeds_sort (v);
}

/* ---- lists --------------------------------------------------------------- */
char *
lint_word (const char **p)
{
  const char *from;

  if (*p == NULL)
    return NULL;
  from = *p + strspn (*p, BLANKS ",");
  *p = from + strcspn (from, BLANKS ",");
  return *p == from ? NULL : xstrndup (from, (size_t)(*p - from));
}

bool
lint_list_is_tidy (const char *list)
{
  return strpbrk (list, ",\t\r\n") == NULL && strstr (list, "  ") == NULL
         && *list != ' ' && (*list == '\0' || list[strlen (list) - 1] != ' ');
}

/* ---- Items ---------------------------------------------------------------- */
bool
lint_is_item (const struct lint *l, const xmlNode *n)
{
  return (xml_is (n, l->ns, "Item") || xml_is (n, l->ns, "StorageItem")
          || xml_is (n, l->ns, "EthernetPortItem"))
         && n->parent != NULL && !xml_is (n->parent, l->ns, "StartupSection");
}

char *
lint_cim (const xmlNode *item, const char *name)
{
  XML_FOR (n, item)
    if (text_equal_nocase (xml_name (n), name) /* InstanceId */
        && strncmp (xml_ns (n), CIM, sizeof CIM - 1) == 0)
      return xml_text (n);
  return NULL;
}

unsigned
lint_resource_type (const xmlNode *item)
{
  CLEANUP_FREE char *text = lint_cim (item, "ResourceType");
  unsigned type;

  return parse_unsigned (text, 0, UINT16_MAX, &type) ? type : 0;
}

void
lint_only_one (struct lint *l, const struct rule *r, const char *name)
{
  bool seen = false;

  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    if (!xml_is (n, l->ns, name))
      continue;
    if (n->parent != l->root)
      lint_add (l, r, n, "a %s belongs under Envelope", name);
    else if (seen)
      lint_add (l, r, n, "a second %s", name);
    seen = true;
  }
}

char *
lint_owner (const struct lint *l, const xmlNode *n)
{
  char *id = lint_attr (l, n, "id");

  return id ? id : xstrdup (xml_name (n));
}

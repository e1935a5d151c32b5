/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XML Schema through libxml2; see xml-schema.h. */
#include "base/xml-schema.h"

#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemas.h>
#include <string.h>

#include "base/text.h"
#include "base/xml-load.h"

#define XS "http://www.w3.org/2001/XMLSchema"
/* What imports are rewritten to: a name that is no file and no URL. */
#define LOCATION "ovf-schema:%zu"

struct xml_schema {
  xmlSchema *schema;
  strings names; /* of elements, sorted */
};

/* ---- reading a schema document ---------------------------------------------- */
/* Blanks everything from p up to and with the end mark; the place behind it. */
static char *
skip_to (char *p, char *end, const char *mark)
{
  char *stop = memmem (p, (size_t)(end - p), mark, strlen (mark));

  return stop ? stop + strlen (mark) : end;
}

/* Overwrites a document type declaration with blanks, so that our parser,
 * which refuses any, takes the document.  What it declares is then unknown:
 * a schema that uses an entity of its own is malformed to us. */
static void
blank_doctype (char *text, size_t len)
{
  char *p = text, *end = text + len, *start = NULL;
  unsigned depth = 0;

  while (p < end) {
    size_t left = (size_t)(end - p);
    if (left >= 4 && memcmp (p, "<!--", 4) == 0)
      p = skip_to (p, end, "-->");
    else if (left >= 2 && memcmp (p, "<?", 2) == 0)
      p = skip_to (p, end, "?>");
    else if (start == NULL && left >= 9 && memcmp (p, "<!DOCTYPE", 9) == 0)
      start = p++;
    else if (start == NULL && *p == '<')
      return; /* the root element */
    else if (start != NULL && (*p == '"' || *p == '\'')) {
      const char quote[2] = { *p, '\0' };
      p = skip_to (p + 1, end, quote);
    } else {
      depth += start != NULL && *p == '[';
      depth -= start != NULL && *p == ']' && depth > 0;
      if (start != NULL && depth == 0 && *p == '>') {
        for (; start <= p; start++)
          if (*start != '\n')
            *start = ' ';
        return;
      }
      p++;
    }
  }
}

static bool
read_imports (const char *name, struct schema_doc *d, struct ovf_error **err)
{
  XML_FOR (n, xmlDocGetRootElement (d->doc)) {
    if (xml_is (n, XS, "include") || xml_is (n, XS, "redefine"))
      return error_at (err, OVF_E_UNSUPPORTED, NULL, name, xml_line (n),
                       "the schema includes another by its place");
    if (xml_is (n, XS, "import")) {
      char *ns = xml_attr (n, NULL, "namespace");
      strings_append (&d->imports, ns ? ns : xstrdup (""));
    }
  }
  return true;
}

bool
schema_doc_read (const struct ovf_ctx *ctx, const char *name, const char *text,
                 size_t len, struct schema_doc *ret, struct ovf_error **err)
{
  CLEANUP_FREE char *copy = xmalloc (len + 1);
  xmlNode *root;

  memcpy (copy, text, len);
  copy[len] = '\0';
  blank_doctype (copy, len);
  memset (ret, 0, sizeof *ret);
  ret->doc = xml_parse (ctx, name, copy, len, err);
  if (ret->doc == NULL)
    return false;
  root = xmlDocGetRootElement (ret->doc);
  ret->ns = xml_attr (root, NULL, "targetNamespace");
  if (ret->ns == NULL)
    ret->ns = xstrdup ("");
  if ((xml_is (root, XS, "schema")
       || error_at (err, OVF_E_FORMAT, NULL, name, xml_line (root), "this is no XML schema"))
      && read_imports (name, ret, err))
    return true;
  schema_doc_clear (ret);
  return false;
}

void
schema_doc_clear (struct schema_doc *d)
{
  if (d->doc != NULL)
    xmlFreeDoc (d->doc);
  free (d->ns);
  strings_free (&d->imports);
  memset (d, 0, sizeof *d);
}

/* ---- compiling ------------------------------------------------------------------ */
struct text {
  char *ptr;
  size_t len;
};

struct compile {
  struct text *texts;
  size_t n;
  char *said; /* the first error */
};

/* Errors of libxml2 while this thread compiles.  The handler and its context
 * are the thread's, so that the loader of the whole process can tell by them
 * whose import it is asked for. */
static void
on_compile_error (void *user, xmlErrorPtr e)
{
  struct compile *c = user;

  if (e != NULL && e->level >= XML_ERR_ERROR && c->said == NULL)
    c->said = text_trim (e->message ? e->message : "malformed");
}

xmlParserInput *
xml_schema_load (const char *url, xmlParserCtxt *parser)
{
  const struct compile *c;
  xmlParserInputBuffer *buffer;
  xmlParserInput *input;

  if (url == NULL || xmlStructuredError != on_compile_error)
    return NULL;
  c = xmlStructuredErrorContext;
  for (size_t i = 0; i < c->n; i++) {
    CLEANUP_FREE char *own = xasprintf (LOCATION, i);
    if (strcmp (own, url) != 0)
      continue;
    buffer = xmlParserInputBufferCreateMem (c->texts[i].ptr, (int)c->texts[i].len,
                                            XML_CHAR_ENCODING_NONE);
    input = buffer ? xmlNewIOInputStream (parser, buffer, XML_CHAR_ENCODING_NONE) : NULL;
    if (input == NULL)
      abort ();
    input->filename = (char *)xmlStrdup ((const xmlChar *)url);
    return input;
  }
  return NULL;
}

/* Its imports now name the documents by their number. */
static void
point_imports (struct schema_doc *d, struct schema_doc *const *docs, size_t n)
{
  XML_FOR (import, xmlDocGetRootElement (d->doc)) {
    CLEANUP_FREE char *ns = NULL;
    if (!xml_is (import, XS, "import"))
      continue;
    ns = xml_attr (import, NULL, "namespace");
    xmlUnsetProp (import, (const xmlChar *)"schemaLocation");
    for (size_t i = 0; i < n; i++)
      if (strcmp (docs[i]->ns, ns ? ns : "") == 0) {
        CLEANUP_FREE char *location = xasprintf (LOCATION, i);
        xmlSetProp (import, (const xmlChar *)"schemaLocation", (const xmlChar *)location);
        break;
      }
  }
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

static void
collect_names (const xmlNode *root, strings *names)
{
  const xmlNode *n = root;

  while (n != NULL) {
    if (xml_is (n, XS, "element")) {
      char *name = xml_attr (n, NULL, "name");
      if (name != NULL)
        strings_append (names, name);
    }
    if (xml_first (n) != NULL) {
      n = xml_first (n);
      continue;
    }
    while (n != root && xml_next (n) == NULL)
      n = n->parent;
    n = n == root ? NULL : xml_next (n);
  }
  if (names->len > 1)
    qsort (names->ptr, names->len, sizeof *names->ptr, compare_names);
}

struct xml_schema *
xml_schema_compile (struct schema_doc *const *docs, size_t n, struct ovf_error **err)
{
  struct xml_schema *s = xcalloc (1, sizeof *s);
  struct compile c = { xcalloc (n, sizeof (struct text)), n, NULL };
  xmlSchemaParserCtxt *parser;

  for (size_t i = 0; i < n; i++) {
    point_imports (docs[i], docs, n);
    c.texts[i].ptr = xml_dump (docs[i]->doc, &c.texts[i].len);
  }
  xmlSetStructuredErrorFunc (&c, on_compile_error);
  parser = xmlSchemaNewMemParserCtxt (c.texts[0].ptr, (int)c.texts[0].len);
  if (parser == NULL)
    abort ();
  s->schema = xmlSchemaParse (parser);
  xmlSchemaFreeParserCtxt (parser);
  xmlSetStructuredErrorFunc (NULL, NULL);
  collect_names (xmlDocGetRootElement (docs[0]->doc), &s->names);
  if (s->schema == NULL) {
    error_set (err, OVF_E_FORMAT, "the schema of '%s' does not compile: %s",
               docs[0]->ns, c.said ? c.said : "no reason given");
    xml_schema_free (s);
    s = NULL;
  }
  for (size_t i = 0; i < n; i++)
    free (c.texts[i].ptr);
  free (c.texts);
  free (c.said);
  return s;
}

void
xml_schema_free (struct xml_schema *s)
{
  if (s == NULL)
    return;
  xmlSchemaFree (s->schema);
  strings_free (&s->names);
  free (s);
}

bool
xml_schema_has (const struct xml_schema *s, const char *name)
{
  return s->names.len > 0
         && bsearch (&name, s->names.ptr, s->names.len, sizeof *s->names.ptr, compare_names);
}

/* ---- validating -------------------------------------------------------------------- */
struct verdict {
  xml_schema_fn *fn;
  void *opaque;
};

static void
on_fault (void *user, xmlErrorPtr e)
{
  struct verdict *v = user;
  xmlNode *at;
  enum xml_fault fault = XML_FAULT_OTHER;

  if (e == NULL || e->level < XML_ERR_ERROR || v->fn == NULL)
    return;
  at = e->node;
  if (at != NULL && at->type == XML_ATTRIBUTE_NODE)
    at = at->parent;
  if (e->code == XML_SCHEMAV_ELEMENT_CONTENT && e->message != NULL)
    fault = strstr (e->message, ": Missing child element(s).") ? XML_FAULT_MISSING
                                                                : XML_FAULT_CHILD;
  v->fn (v->opaque, at, fault, e->message ? e->message : "not valid");
}

bool
xml_schema_validate (const struct xml_schema *s, xmlDoc *doc, xml_schema_fn *fn,
                     void *opaque)
{
  struct verdict v = { fn, opaque };
  xmlSchemaValidCtxt *ctxt = xmlSchemaNewValidCtxt (s->schema);
  int r;

  if (ctxt == NULL)
    abort ();
  xmlSetStructuredErrorFunc (&v, on_fault); /* what has no context of its own */
  xmlSchemaSetValidStructuredErrors (ctxt, on_fault, &v);
  r = xmlSchemaValidateDoc (ctxt, doc);
  xmlSchemaFreeValidCtxt (ctxt);
  xmlSetStructuredErrorFunc (NULL, NULL);
  return r == 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one XML entry point; see xml.h.
 *
 * libxml2's own limits are not enough: attributes are compared pairwise
 * before any callback (quadratic), parameter entities of an internal subset
 * expand without bound, and a stopped parser still hands out a document that
 * calls itself well-formed.  So attributes are counted in a scan before the
 * parser sees the text, a DOCTYPE stops the parser, and `refused` is our own
 * flag. */
#include "base/xml.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/xml-load.h"

struct guard {
  const struct ovf_ctx *ctx;
  const char *name;
  struct ovf_error **err;
  bool refused;
  uint64_t elements, depth;
};

/* ---- before the parser ---------------------------------------------------- */
static bool
too_many_attributes (const struct ovf_ctx *ctx, const char *name, unsigned line,
                     uint64_t n, struct ovf_error **err)
{
  ctx_within (ctx, LIMIT_ATTRIBUTES, n, "attributes of an element", err);
  return error_place (err, NULL, name, line);
}

/* Counts '=' outside quotes inside every tag: an upper bound of its
 * attributes.  Comments, CDATA and processing instructions are skipped. */
static bool
scan_attributes (const struct ovf_ctx *ctx, const char *name, const char *text,
                 size_t len, struct ovf_error **err)
{
  static const struct { const char *begin, *end; } skips[] = {
    { "<!--", "-->" }, { "<![CDATA[", "]]>" }, { "<?", "?>" }
  };
  uint64_t limit = ctx_limit (ctx, LIMIT_ATTRIBUTES), n = 0;
  const char *p = text, *end = text + len;
  unsigned line = 1;
  char quote = 0;
  bool tag = false;

  for (; p < end; p++) {
    line += *p == '\n';
    if (!tag && *p == '<') {
      const char *stop = NULL;
      for (size_t i = 0; i < ARRAY_SIZE (skips) && stop == NULL; i++) {
        size_t k = strlen (skips[i].begin);
        if ((size_t)(end - p) < k || memcmp (p, skips[i].begin, k) != 0)
          continue;
        stop = memmem (p + k, (size_t)(end - p) - k, skips[i].end, strlen (skips[i].end));
        if (stop == NULL)
          return true; /* unclosed: the parser will say so */
      }
      for (; stop != NULL && p < stop; p++)
        line += *p == '\n';
      tag = stop == NULL;
      n = 0;
    } else if (tag && quote != 0)
      quote = *p == quote ? 0 : quote;
    else if (tag && (*p == '"' || *p == '\''))
      quote = *p;
    else if (tag && *p == '>')
      tag = false;
    else if (tag && *p == '=' && ++n > limit)
      return too_many_attributes (ctx, name, line, n, err);
  }
  return true;
}

/* ---- while it parses -------------------------------------------------------- */
static struct guard *
guard_of (void *user)
{
  return ((xmlParserCtxt *)user)->_private;
}

static void
stop (xmlParserCtxt *p, struct guard *g)
{
  error_place (g->err, NULL, g->name, (unsigned)xmlSAX2GetLineNumber (p));
  g->refused = true;
  xmlStopParser (p);
}

static void
on_doctype (void *user, const xmlChar *name, const xmlChar *id, const xmlChar *uri)
{
  struct guard *g = guard_of (user);

  (void)name, (void)id, (void)uri;
  error_at (g->err, OVF_E_UNSAFE, "OVF-XML-003", g->name,
            (unsigned)xmlSAX2GetLineNumber (user),
            "a document type declaration is not allowed here");
  stop (user, g);
}

static void
on_start (void *user, const xmlChar *local, const xmlChar *prefix,
          const xmlChar *uri, int n_ns, const xmlChar **ns, int n_attrs,
          int n_default, const xmlChar **attrs)
{
  struct guard *g = guard_of (user);

  if (g->refused)
    return;
  if (!ctx_within (g->ctx, LIMIT_ELEMENTS, ++g->elements, "the number of elements", g->err)
      || !ctx_within (g->ctx, LIMIT_DEPTH, ++g->depth, "the depth of elements", g->err)) {
    stop (user, g);
    return;
  }
  for (int i = 0; i < n_attrs; i++) {
    uint64_t n = (uint64_t)(attrs[5 * i + 4] - attrs[5 * i + 3]);
    if (!ctx_within (g->ctx, LIMIT_TEXT, n, "the length of an attribute", g->err)) {
      stop (user, g);
      return;
    }
  }
  xmlSAX2StartElementNs (user, local, prefix, uri, n_ns, ns, n_attrs, n_default, attrs);
}

static void
on_end (void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
  struct guard *g = guard_of (user);

  if (g->refused)
    return;
  g->depth--;
  xmlSAX2EndElementNs (user, local, prefix, uri);
}

/* Character data comes in pieces: what counts is the text node they grow. */
static void
on_text (void *user, const xmlChar *text, int len)
{
  struct guard *g = guard_of (user);
  xmlParserCtxt *p = user;

  if (g->refused)
    return;
  xmlSAX2Characters (user, text, len);
  if (p->node != NULL && p->node->last != NULL && p->nodelen > 0
      && !ctx_within (g->ctx, LIMIT_TEXT, (uint64_t)p->nodelen, "the length of a text", g->err))
    stop (p, g);
}

static void
on_error (void *user, xmlErrorPtr e)
{
  struct guard *g = user;
  CLEANUP_FREE char *said = NULL;

  if (g->refused || e == NULL || e->level < XML_ERR_ERROR)
    return;
  said = text_trim (e->message ? e->message : "malformed");
  for (char *p = said; *p != '\0'; p++)
    if (*p == '\n')
      *p = ' ';
  error_at (g->err, OVF_E_FORMAT, "OVF-XML-002", g->name,
            e->line > 0 ? (unsigned)e->line : 0, "%s", said);
  g->refused = true;
}

/* ---- entry --------------------------------------------------------------------- */
/* Nothing is ever loaded because an input names it: only a schema that is
 * being compiled gets its imports, from memory. */
static void
on_foreign_error (void *user, xmlErrorPtr e)
{
  (void)user;
  (void)e;
}

static xmlParserInput *
load_own (const char *url, const char *id, xmlParserCtxt *ctxt)
{
  (void)id;
  if (xmlStructuredError == on_foreign_error && url != NULL && strstr (url, "://") == NULL)
    return xmlNewInputFromFile (ctxt, url);
  return xml_schema_load (url, ctxt);
}

void
xml_foreign_begin (void)
{
  xmlInitParser ();
  xmlSetStructuredErrorFunc (NULL, on_foreign_error);
}

void
xml_foreign_end (void)
{
  xmlSetStructuredErrorFunc (NULL, NULL);
}

static void
init_library (void)
{
  xmlInitParser ();
  xmlSetExternalEntityLoader (load_own);
}

static bool
check_input (const char *name, const char *text, size_t len, struct ovf_error **err)
{
  if (len == 0)
    return error_at (err, OVF_E_FORMAT, "OVF-XML-002", name, 0, "the file is empty");
  /* UTF-16 has NULs in it by right; its byte order mark tells. */
  if (memchr (text, '\0', len) != NULL
      && !(len >= 2 && ((memcmp (text, "\xff\xfe", 2) == 0)
                        || (memcmp (text, "\xfe\xff", 2) == 0))))
    return error_at (err, OVF_E_FORMAT, "OVF-XML-002", name, 0,
                     "the file holds a NUL byte");
  return true;
}

static xmlDoc *
run_parser (xmlParserCtxt *p, struct guard *g, const char *text, size_t len)
{
  const int options = XML_PARSE_NONET | XML_PARSE_BIG_LINES | XML_PARSE_NOCDATA
                      | XML_PARSE_COMPACT
#ifdef XML_PARSE_NO_XXE
                      | XML_PARSE_NO_XXE
#endif
    ;
  xmlDoc *doc;

  p->_private = g;
  xmlCtxtUseOptions (p, options);
  p->linenumbers = 1;
  p->sax->internalSubset = on_doctype;
  p->sax->externalSubset = on_doctype;
  p->sax->startElementNs = on_start;
  p->sax->endElementNs = on_end;
  p->sax->characters = on_text;
  p->sax->cdataBlock = on_text;
  p->sax->ignorableWhitespace = on_text;
  p->sax->serror = NULL;
  xmlParseChunk (p, text, (int)len, 1);
  doc = p->myDoc;
  p->myDoc = NULL;
  if (!g->refused && (p->wellFormed == 0 || p->nsWellFormed == 0 || doc == NULL
                      || xmlDocGetRootElement (doc) == NULL)) {
    error_at (g->err, OVF_E_FORMAT, "OVF-XML-002", g->name, 0, "this is no XML document");
    g->refused = true;
  }
  if (g->refused && doc != NULL) {
    xmlFreeDoc (doc);
    doc = NULL;
  }
  return doc;
}

xmlDoc *
xml_parse (const struct ovf_ctx *ctx, const char *name, const char *text,
           size_t len, struct ovf_error **err)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  struct ovf_error *own = NULL;
  struct guard g = { ctx, name, &own, false, 0, 0 };
  xmlParserCtxt *p;
  xmlDoc *doc = NULL;

  pthread_once (&once, init_library);
  if (!ctx_within (ctx, LIMIT_DESCRIPTOR, len, name, err)
      || !check_input (name, text, len, err)
      || !scan_attributes (ctx, name, text, len, err))
    return NULL;
  p = xmlCreatePushParserCtxt (NULL, NULL, NULL, 0, NULL);
  if (p == NULL)
    abort ();
  xmlSetStructuredErrorFunc (&g, on_error); /* thread-local in libxml2 */
  doc = run_parser (p, &g, text, len);
  xmlSetStructuredErrorFunc (NULL, NULL);
  xmlFreeParserCtxt (p);
  if (doc == NULL)
    error_move (err, &own);
  else
    ovf_error_free (own);
  return doc;
}

/* ---- walking ---------------------------------------------------------------------- */
unsigned
xml_line (const xmlNode *n)
{
  long line = xmlGetLineNo ((xmlNode *)n);

  return line > 0 ? (unsigned)line : 0;
}

const char *
xml_ns (const xmlNode *n)
{
  return n->ns != NULL && n->ns->href != NULL ? (const char *)n->ns->href : "";
}

static bool
same_ns (const xmlNs *have, const char *want)
{
  if (want != NULL && strcmp (want, "*") == 0)
    return true;
  if (have == NULL || have->href == NULL)
    return want == NULL;
  return want != NULL && strcmp ((const char *)have->href, want) == 0;
}

bool
xml_is (const xmlNode *n, const char *ns, const char *name)
{
  return n->type == XML_ELEMENT_NODE && strcmp ((const char *)n->name, name) == 0
         && same_ns (n->ns, ns);
}

static xmlNode *
element_from (xmlNode *n)
{
  while (n != NULL && n->type != XML_ELEMENT_NODE)
    n = n->next;
  return n;
}

xmlNode *
xml_first (const xmlNode *parent)
{
  return element_from (parent->children);
}

xmlNode *
xml_next (const xmlNode *n)
{
  return element_from (n->next);
}

const xmlNode *
xml_following (const xmlNode *n, const xmlNode *root)
{
  const xmlNode *next = xml_first (n);

  while (next == NULL && n != root) {
    next = xml_next (n);
    n = n->parent;
  }
  return next;
}

xmlNode *
xml_child (const xmlNode *parent, const char *ns, const char *name)
{
  XML_FOR (n, parent)
    if (xml_is (n, ns, name))
      return n;
  return NULL;
}

static char *
take (xmlChar *s)
{
  char *copy = s ? xstrdup ((const char *)s) : NULL;

  xmlFree (s);
  return copy;
}

char *
xml_attr (const xmlNode *n, const char *ns, const char *name)
{
  for (xmlAttr *a = n->properties; a != NULL; a = a->next)
    if (strcmp ((const char *)a->name, name) == 0 && same_ns (a->ns, ns)) {
      char *value = take (xmlNodeListGetString (n->doc, a->children, 1));
      return value ? value : xstrdup ("");
    }
  return NULL;
}

char *
xml_text_raw (const xmlNode *n)
{
  char *s = take (xmlNodeGetContent (n));

  return s ? s : xstrdup ("");
}

char *
xml_text (const xmlNode *n)
{
  CLEANUP_FREE char *raw = xml_text_raw (n);

  return text_trim (raw);
}

char *
xml_child_text (const xmlNode *parent, const char *ns, const char *name)
{
  xmlNode *n = xml_child (parent, ns, name);

  return n ? xml_text (n) : NULL;
}

/* The position among like-named siblings, 0 when it is the only one. */
static unsigned
ordinal (const xmlNode *n)
{
  unsigned own = 0, all = 0;

  for (xmlNode *s = n->parent ? n->parent->children : NULL; s != NULL; s = s->next) {
    if (s->type != XML_ELEMENT_NODE || xmlStrcmp (s->name, n->name) != 0)
      continue;
    all++;
    if (s == n)
      own = all;
  }
  return all > 1 ? own : 0;
}

char *
xml_path (const xmlNode *n)
{
  char *path = xstrdup ("");

  for (; n != NULL && n->type == XML_ELEMENT_NODE; n = n->parent) {
    unsigned k = ordinal (n);
    char *longer = k ? xasprintf ("/%s[%u]%s", (const char *)n->name, k, path)
                     : xasprintf ("/%s%s", (const char *)n->name, path);
    free (path);
    path = longer;
  }
  return path;
}

/* An attribute is in a namespace by its prefix only, yet libxml2 points a
 * copied one at whatever declaration has the right URI, the default one
 * too, and then writes it without a prefix: in no namespace. */
static void
give_prefix (xmlDoc *doc, xmlAttr *a)
{
  xmlNode *n = a->parent;
  xmlNs **list = xmlGetNsList (doc, n), *best = NULL;

  for (size_t i = 0; list != NULL && list[i] != NULL && best == NULL; i++)
    if (list[i]->prefix != NULL && xmlStrEqual (list[i]->href, a->ns->href)
        && xmlSearchNs (doc, n, list[i]->prefix) == list[i])
      best = list[i];
  xmlFree (list);
  for (unsigned i = 1; best == NULL; i++) {
    char prefix[16];
    snprintf (prefix, sizeof prefix, "ns%u", i);
    if (xmlSearchNs (doc, n, (const xmlChar *)prefix) == NULL)
      best = xmlNewNs (n, a->ns->href, (const xmlChar *)prefix);
  }
  a->ns = best;
}

/* Recursion ends at LIMIT_DEPTH. */
static void
give_prefixes (xmlDoc *doc, xmlNode *n)
{
  for (xmlAttr *a = n->properties; a != NULL; a = a->next)
    if (a->ns != NULL && a->ns->prefix == NULL)
      give_prefix (doc, a);
  XML_FOR (child, n)
    give_prefixes (doc, child);
}

char *
xml_serialize (const xmlNode *n)
{
  xmlDoc *doc = xmlNewDoc ((const xmlChar *)"1.0");
  xmlNode *copy = xmlDocCopyNode ((xmlNode *)n, doc, 1);
  xmlBuffer *buf = xmlBufferCreate ();
  char *text;

  if (doc == NULL || copy == NULL || buf == NULL)
    abort ();
  xmlDocSetRootElement (doc, copy);
  xmlReconciliateNs (doc, copy);
  give_prefixes (doc, copy);
  if (xmlNodeDump (buf, doc, copy, 0, 0) < 0)
    abort ();
  text = xstrdup ((const char *)xmlBufferContent (buf));
  xmlBufferFree (buf);
  xmlFreeDoc (doc);
  return text;
}

char *
xml_dump (xmlDoc *doc, size_t *ret_len)
{
  xmlChar *mem = NULL;
  int len = 0;
  char *text;

  xmlDocDumpMemory (doc, &mem, &len);
  if (mem == NULL)
    abort ();
  text = xmalloc ((size_t)len + 1); /* UTF-16 has NUL bytes */
  memcpy (text, mem, (size_t)len);
  text[len] = '\0';
  xmlFree (mem);
  *ret_len = (size_t)len;
  return text;
}

const char *
xml_root_start (const char *s)
{
  for (;;) {
    const char *close = strncmp (s, "<?", 2) == 0      ? "?>"
                        : strncmp (s, "<!--", 4) == 0 ? "-->"
                                                      : NULL;

    if (*s != '\0' && strchr (" \t\r\n", *s) != NULL)
      s++;
    else if (strncmp (s, "\xef\xbb\xbf", 3) == 0)
      s += 3;
    else if (close == NULL)
      return s;
    else {
      s = strstr (s, close);
      if (s == NULL)
        return "";
      s += strlen (close);
    }
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The XML entry point: what it refuses; and the writer's escapes. */
#include "base/alloc.h"
#include "base/xml.h"
#include "base/xmlw.h"

#include "tap.h"

/* 0 when the text parses, else the code; the line and rule of the failure. */
static unsigned
parse_code (struct ovf_ctx *ctx, const char *text, size_t len, unsigned *line,
            char rule[32])
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP_XML xmlDoc *doc = xml_parse (ctx, "t.xml", text, len, &err);

  *line = doc ? 0 : ovf_error_line (err);
  snprintf (rule, 32, "%s", doc || !ovf_error_rule (err) ? "" : ovf_error_rule (err));
  return doc ? 0 : ovf_error_code (err);
}

static unsigned
code_of (const char *text)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  char rule[32];
  unsigned line, code = parse_code (ctx, text, strlen (text), &line, rule);

  ovf_ctx_free (ctx);
  return code;
}

static void
test_well_formed (void)
{
  CU_ASSERT_EQUAL (code_of ("<a/>"), 0);
  CU_ASSERT_EQUAL (code_of ("\xef\xbb\xbf<a xmlns='u'><b>x</b></a>\n"), 0);
  CU_ASSERT_EQUAL (code_of ("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xfc</a>"), 0);
  CU_ASSERT_EQUAL (code_of ("<a><!-- <x a=b=c> --><![CDATA[<&]]></a>"), 0);
}

static void
test_malformed (void)
{
  static const char *const bad[] = {
    "", " ", "no xml", "<a>", "<a></b>", "<a/><b/>", "<a b=1/>", "<a b='1' b='2'/>",
    "<a>&nope;</a>", "<a>&#0;</a>", "<a>\x01</a>", "<a>\xff</a>", "<x:a/>",
    "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", "<a x:b='1'/>",
    "<a>&#xd800;</a>", "<a", "<a>text",
  };

  for (size_t i = 0; i < ARRAY_SIZE (bad); i++)
    if (code_of (bad[i]) != OVF_E_FORMAT) {
      CU_FAIL ("accepted");
      printf ("# row %zu: %u\n", i, code_of (bad[i]));
    }
}

static void
test_place (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  char rule[32];
  unsigned line;

  CU_ASSERT_EQUAL (parse_code (ctx, "<a>\n<b>\n</a>", 12, &line, rule), OVF_E_FORMAT);
  CU_ASSERT_EQUAL (line, 3);
  CU_ASSERT_STRING_EQUAL (rule, "OVF-XML-002");
  CU_ASSERT_EQUAL (parse_code (ctx, "<a>\0</a>", 8, &line, rule), OVF_E_FORMAT);
  ovf_ctx_free (ctx);
}

/* No document type: no entities, no external subset, no amplification. */
static void
test_doctype (void)
{
  static const char *const bad[] = {
    "<!DOCTYPE a><a/>", "<!DOCTYPE a SYSTEM 'http://127.0.0.1/x'><a/>",
    "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
    "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
    "<!DOCTYPE a [<!ENTITY % p SYSTEM 'x'> %p;]><a/>",
    "<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>",
  };
  struct ovf_ctx *ctx = ovf_ctx_new ();

  for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
    char rule[32];
    unsigned line, code = parse_code (ctx, bad[i], strlen (bad[i]), &line, rule);
    CU_ASSERT (code == OVF_E_UNSAFE || code == OVF_E_FORMAT);
    CU_ASSERT_STRING_EQUAL (rule, "OVF-XML-003");
  }
  ovf_ctx_free (ctx);
}

/* Builds BEFORE, N times PIECE (a printf format of one number), AFTER. */
static unsigned
repeated (const char *before, const char *piece, unsigned n, const char *after,
          const char *limit, uint64_t value)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  char *text = NULL, rule[32];
  size_t len;
  unsigned line, code;
  FILE *f = open_memstream (&text, &len);

  fputs (before, f);
  for (unsigned i = 0; i < n; i++)
    fprintf (f, "%s%u%s", piece, i, strchr (piece, '<') ? "/>" : "='x'");
  fputs (after, f);
  fclose (f);
  if (limit != NULL)
    ovf_ctx_set_limit (ctx, limit, value, NULL);
  code = parse_code (ctx, text, len, &line, rule);
  free (text);
  ovf_ctx_free (ctx);
  return code;
}

static void
test_limits (void)
{
  CU_ASSERT_EQUAL (repeated ("<a>", "<b", 99, "</a>", "elements", 100), 0);
  CU_ASSERT_EQUAL (repeated ("<a>", "<b", 100, "</a>", "elements", 100), OVF_E_LIMIT);
  CU_ASSERT_EQUAL (repeated ("<a", " b", 256, "/>", NULL, 0), 0);
  CU_ASSERT_EQUAL (repeated ("<a", " b", 257, "/>", NULL, 0), OVF_E_LIMIT);
  /* Namespace declarations cost the same. */
  CU_ASSERT_EQUAL (repeated ("<a", " xmlns:b", 257, "/>", NULL, 0), OVF_E_LIMIT);
  /* What looks like a tag inside quotes does not hide the rest. */
  CU_ASSERT_EQUAL (repeated ("<a q='>'", " b", 256, "/>", NULL, 0), OVF_E_LIMIT);
  CU_ASSERT_EQUAL (repeated ("<a>", "<b", 5, "</a>", "descriptor", 10), OVF_E_LIMIT);
}

static void
test_depth_and_text (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  char *deep = NULL, *text = xmalloc ((1 << 20) + 100), rule[32];
  size_t len;
  unsigned line;

  for (unsigned depth = 64; depth <= 65; depth++) {
    FILE *f = open_memstream (&deep, &len);
    for (unsigned i = 0; i < depth; i++)
      fputs ("<a>", f);
    for (unsigned i = 0; i < depth; i++)
      fputs ("</a>", f);
    fclose (f);
    CU_ASSERT_EQUAL (parse_code (ctx, deep, len, &line, rule),
                     depth > 64 ? OVF_E_LIMIT : 0);
    free (deep);
  }
  memset (text, 'x', (1 << 20) + 100);
  memcpy (text, "<a>", 3);
  memcpy (text + (1 << 20) + 96, "</a>", 4);
  CU_ASSERT_EQUAL (parse_code (ctx, text, (1 << 20) + 100, &line, rule), OVF_E_LIMIT);
  memset (text, 'x', (1 << 20) + 100);
  memcpy (text, "<a b='", 6);
  memcpy (text + (1 << 20) + 97, "'/>", 3);
  CU_ASSERT_EQUAL (parse_code (ctx, text, (1 << 20) + 100, &line, rule), OVF_E_LIMIT);
  free (text);
  ovf_ctx_free (ctx);
}

static void
test_walking (void)
{
  static const char text[]
    = "<e xmlns='U' xmlns:o='O'>\n <i o:k=' v '> one </i><!-- -->t\n"
      "<o:i/><i k='w'/></e>";
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_XML xmlDoc *doc = xml_parse (ctx, "t", text, sizeof text - 1, NULL);
  xmlNode *e, *i, *oi;
  unsigned n = 0;

  CU_ASSERT_PTR_NOT_NULL_FATAL (doc);
  e = xmlDocGetRootElement (doc);
  XML_FOR (c, e)
    n++;
  CU_ASSERT_EQUAL (n, 3);
  CU_ASSERT_TRUE (xml_is (e, "U", "e"));
  CU_ASSERT_FALSE (xml_is (e, NULL, "e"));
  i = xml_child (e, "U", "i");
  oi = xml_child (e, "O", "i");
  CU_ASSERT_PTR_NOT_NULL_FATAL (i);
  CU_ASSERT_PTR_NOT_NULL_FATAL (oi);
  CU_ASSERT_EQUAL (xml_line (i), 2);
  CU_ASSERT_EQUAL (xml_line (oi), 3);
  CLEANUP_FREE char *v = xml_attr (i, "O", "k");
  CLEANUP_FREE char *none = xml_attr (i, NULL, "k");
  CLEANUP_FREE char *t = xml_text (i);
  CLEANUP_FREE char *path = xml_path (i);
  CU_ASSERT_STRING_EQUAL (v, " v ");
  CU_ASSERT_PTR_NULL (none);
  CU_ASSERT_STRING_EQUAL (t, "one");
  CU_ASSERT_STRING_EQUAL (path, "/e/i[1]");
  CLEANUP_FREE char *alone = xml_serialize (oi);
  CU_ASSERT_PTR_NOT_NULL (strstr (alone, "xmlns:o=\"O\""));
  ovf_ctx_free (ctx);
}

/* Attributes of a serialised element stay in their namespace, also where the
 * default namespace is the same one: without a prefix they would be in none. */
static void
test_serialize_attributes (void)
{
  static const char text[]
    = "<e xmlns='U' xmlns:u='U' xmlns:p='P'><i u:a='1' p:b='2' c='3'><p:j u:d='4'/></i></e>";
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_XML xmlDoc *doc = xml_parse (ctx, "a.xml", text, strlen (text), NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (doc);
  CLEANUP_FREE char *alone
    = xml_serialize (xml_first (xmlDocGetRootElement (doc)));
  CLEANUP_XML xmlDoc *again = xml_parse (ctx, "b.xml", alone, strlen (alone), NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (again);
  xmlNode *i = xmlDocGetRootElement (again), *j = xml_first (i);
  CLEANUP_FREE char *a = xml_attr (i, "U", "a"), *b = xml_attr (i, "P", "b");
  CLEANUP_FREE char *c = xml_attr (i, NULL, "c"), *d = xml_attr (j, "U", "d");

  CU_ASSERT_TRUE (xml_is (i, "U", "i") && xml_is (j, "P", "j"));
  CU_ASSERT_PTR_NOT_NULL (a);
  CU_ASSERT_PTR_NOT_NULL (b);
  CU_ASSERT_PTR_NOT_NULL (c);
  CU_ASSERT_PTR_NOT_NULL (d);
  ovf_ctx_free (ctx);
}

/* A document is written with hostile values and read back: nothing but the
 * values may have changed hands. */
static void
test_writer (void)
{
  static const char evil[] = "<x a=\"1\">&amp;'\r\n\t]]>-->";
  struct ovf_ctx *ctx = ovf_ctx_new ();
  char *text = NULL;
  size_t len;
  FILE *f = open_memstream (&text, &len);
  struct xmlw w;

  xmlw_begin (&w, f);
  xmlw_start (&w, "r");
  xmlw_attr (&w, "a", evil);
  xmlw_attr (&w, "none", NULL);
  xmlw_comment (&w, "a -- b --> <evil/>");
  xmlw_element (&w, "e", evil);
  xmlw_element (&w, "none", NULL);
  xmlw_elementf (&w, "n", "%d", 7);
  xmlw_end (&w);
  CU_ASSERT_TRUE (xmlw_finish (&w, NULL));
  fclose (f);
  CLEANUP_XML xmlDoc *doc = xml_parse (ctx, "t", text, len, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (doc);
  xmlNode *r = xmlDocGetRootElement (doc);
  unsigned n = 0;
  XML_FOR (c, r)
    n++;
  CU_ASSERT_EQUAL (n, 2);
  CLEANUP_FREE char *a = xml_attr (r, NULL, "a");
  CLEANUP_FREE char *e = xml_text_raw (xml_child (r, NULL, "e"));
  CU_ASSERT_STRING_EQUAL (a, evil);
  CU_ASSERT_STRING_EQUAL (e, evil);
  free (text);
  ovf_ctx_free (ctx);
}

static void
test_writer_refuses (void)
{
  static const char *const bad[] = { "\x01", "a\x1b[m", "\xff", "\xef\xbf\xbe" };

  for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
    CLEANUP_ERROR struct ovf_error *err = NULL;
    char *text = NULL;
    size_t len;
    FILE *f = open_memstream (&text, &len);
    struct xmlw w;
    xmlw_begin (&w, f);
    xmlw_element (&w, "e", bad[i]);
    CU_ASSERT_FALSE (xmlw_finish (&w, &err));
    CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_UNSAFE);
    fclose (f);
    CU_ASSERT_PTR_NULL (strstr (text, bad[i]));
    free (text);
  }
}

TAP_MAIN ("xml", { "well-formed documents", test_well_formed },
          { "malformed documents", test_malformed },
          { "file, line and rule", test_place },
          { "document types", test_doctype },
          { "elements, attributes, size", test_limits },
          { "depth and length of text", test_depth_and_text },
          { "walking the tree", test_walking },
          { "attributes keep their namespace", test_serialize_attributes },
          { "what is written reads back", test_writer },
          { "what XML cannot hold is refused", test_writer_refuses })

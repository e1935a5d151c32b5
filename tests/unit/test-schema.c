/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The schema stage: what is masked, what is reported and where, and that
 * nothing but the catalog's files is ever loaded. */
#include "tap.h"

#include <pthread.h>
#include <unistd.h>

#include "base/alloc.h"
#include "check/lint.h"
#include "check/schema-set.h"
#include "check/schema.h"

#define NS "http://schemas.dmtf.org/ovf/envelope/"
#define CIM "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_"

/* An envelope on line 1, `top` on line 2, a system with `items` on line 3. */
static char *
document (const char *version, const char *top, const char *items)
{
  return xasprintf (
    "<Envelope xmlns='" NS "%s' xmlns:ovf='" NS "%s' xmlns:x='urn:x'"
    " xmlns:rasd='" CIM "ResourceAllocationSettingData'"
    " xmlns:vssd='" CIM "VirtualSystemSettingData'"
    " xmlns:bad='" CIM "StorageAllocationSettingData.xsd'><References/>\n%s\n"
    "<VirtualSystem ovf:id='v'><Info/><VirtualHardwareSection><Info/>%s"
    "</VirtualHardwareSection></VirtualSystem></Envelope>",
    version, version, top, items);
}

/* "line: message|line: message" of the findings. */
static char *
findings_of (struct ovf_ctx *ctx, const char *text, unsigned version, bool lax)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct ovf_report *report = ovf_report_new ();
  CLEANUP_XML xmlDoc *doc = xml_parse (ctx, "t.ovf", text, strlen (text), &err);
  char *all = xstrdup ("");

  CU_ASSERT_PTR_NOT_NULL_FATAL (doc);
  CU_ASSERT_TRUE (schema_validate (ctx, doc, "t.ovf", version, lax, NULL, report, &err));
  for (size_t i = 0; i < ovf_report_size (report); i++) {
    const struct ovf_finding *f = ovf_report_get (report, i);
    char *longer = xasprintf ("%s%s%s%u: %s", all, i ? "|" : "",
                              f->severity == OVF_FAULT ? "" : "(mild) ", f->line, f->message);
    CU_ASSERT_STRING_EQUAL (f->rule, "OVF-XSD");
    free (all);
    all = longer;
  }
  ovf_report_free (report);
  return all;
}

static void
expect (const char *version, const char *top, const char *items, bool lax, const char *want)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE char *text = document (version, top, items);
  CLEANUP_FREE char *got = findings_of (ctx, text, *version == '1' ? OVF_11 : OVF_20, lax);

  if (strcmp (got, want) != 0)
    printf ("# got:  %s\n# want: %s\n", got, want);
  CU_ASSERT_STRING_EQUAL (got, want);
  ovf_ctx_free (ctx);
}

#define ITEM(x) "<Item>" x "</Item>"
#define NAME "<rasd:ElementName/>"
#define ID "<rasd:InstanceID/>"

static void
test_valid (void)
{
  expect ("1", "", ITEM (NAME ID "<x:y/>"), false, "");
  expect ("2", "", ITEM (NAME ID), false, "");
  expect ("1", "", "<System><vssd:ElementName/><vssd:InstanceID/></System>", false, "");
}

/* Sections of others are legal; what stands behind them is still looked at. */
static void
test_foreign (void)
{
  expect ("1", "<x:Section/><DiskSection><Info/><Disk ovf:diskId='d'/></DiskSection>", "",
          false, "2: 'Disk' lacks the attribute 'capacity'");
  expect ("1", "<x:Section><x:Info/></x:Section>", "", false, "");
  expect ("1", "<DiskSection><Info/><x:y/>\n<Disk ovf:diskId='d'/></DiskSection>", "", false,
          "3: 'Disk' follows an element of another namespace: those stand last|"
          "3: 'Disk' lacks the attribute 'capacity'");
}

/* One fault does not hide the next, in the same element and in others. */
static void
test_siblings (void)
{
  expect ("1", "<ProductSection><Info/><Vendor/><Product/><Bad/><Icon ovf:height='x'/>"
               "</ProductSection>\n<DiskSection><Info/><Disk ovf:diskId='d'/></DiskSection>",
          "", false,
          "2: 'Product' is not expected here; expected 'Version', 'FullVersion', 'ProductUrl', "
          "'VendorUrl', 'AppUrl', 'Icon', ...|"
          "3: 'Disk' lacks the attribute 'capacity'|"
          "2: 'Icon', attribute 'height': 'x' is not a valid value of the atomic type "
          "'xs:unsignedShort'|"
          "2: 'Icon' lacks the attribute 'fileRef'|"
          "2: 'Bad' is not expected here; expected 'Icon', 'Category', 'Property', others' "
          "elements");
  expect ("1", "<DiskSection/>", "", false, "2: 'DiskSection' lacks 'Info'");
}

static void
test_masks (void)
{
  const char *id = ITEM (NAME "<rasd:InstanceId>1</rasd:InstanceId>");
  const char *order = ITEM (ID "\n" NAME);
  const char *missing = ITEM (ID);

  expect ("1", "", id, true, "");
  expect ("1", "", id, false, "3: 'InstanceId' should be 'InstanceID'");
  expect ("1", "", order, true, "");
  expect ("1", "", missing, true, "");
  expect ("1", "", missing, false, "3: 'Item' lacks 'ElementName'");
  expect ("1", "", ITEM (NAME), true, "3: 'Item' lacks 'InstanceID'");
  expect ("1", "", "<System><vssd:VirtualSystemType/></System>", true, "");
  expect ("2", "", "<StorageItem><bad:ElementName/><bad:InstanceID/></StorageItem>", true, "");
  expect ("1", "<InstallSection><Info/></InstallSection>", "", true, "");
}

/* Blanks around a value have no meaning; libxml2 does not know. */
static void
test_blanks (void)
{
  expect ("1", "", ITEM (NAME ID "<rasd:ResourceType> 3\n</rasd:ResourceType>"
                         "<rasd:VirtualQuantity> 4 </rasd:VirtualQuantity>"), false, "");
  expect ("1", "", ITEM (NAME ID "<rasd:VirtualQuantity>4 5</rasd:VirtualQuantity>"), false,
          "3: 'VirtualQuantity': '4 5' is not a valid value of the atomic type "
          "'xs:unsignedLong'");
}

/* A later 2.x shares the namespace: what it adds is no error to us. */
static void
test_newer (void)
{
  expect ("2", "<NewSection><Info/></NewSection>", "", false,
          "(mild) 2: 'NewSection' is not of OVF 2.0; a later version may define it");
}

/* <Section xsi:type="..."> is what 1.0 grew out of, and still legal. */
static void
test_types (void)
{
#define XSI "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type="
  expect ("1", "<Section " XSI "'ovf:DiskSection_Type'><Info/><Disk ovf:diskId='d'/></Section>",
          "", false, "2: 'Disk' lacks the attribute 'capacity'");
  expect ("1", "<Section " XSI "'x:Own_Type'><Info/><Disk ovf:diskId='d'/></Section>",
          "", false, "");
  expect ("1", "<Section " XSI "'ovf:DiskSection_Type'><Disk ovf:diskId='d' ovf:capacity='1'/>"
               "</Section>", "", false, "2: 'Section' lacks 'Info'");
}

/* Elements that drafts left in no namespace are one fault, not hundreds. */
static void
test_no_namespace (void)
{
  static const char text[] =
    "<o:Envelope xmlns:o='" NS "1'>\n<References><File o:id='a'/></References>"
    "<VirtualSystem o:id='v'><Info/></VirtualSystem></o:Envelope>";
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE char *strict = findings_of (ctx, text, OVF_11, false);
  CLEANUP_FREE char *lax = findings_of (ctx, text, OVF_11, true);

  CU_ASSERT_STRING_EQUAL (strict, "2: 'References' is in no namespace, and should be in that of "
                                  "'Envelope'|2: 'File' lacks the attribute 'href'");
  CU_ASSERT_STRING_EQUAL (lax, "(mild) 2: 'References' is in no namespace, and should be in that "
                               "of 'Envelope'|2: 'File' lacks the attribute 'href'");
  ovf_ctx_free (ctx);
}

/* What says of itself that it may be passed over. */
static void
test_optional (void)
{
  const char *text = "<FooSection ovf:required='false'><Info/></FooSection>";

  expect ("1", text, "", true, "(mild) 2: 'FooSection' is not expected here; expected a section");
  expect ("1", text, "", false, "2: 'FooSection' is not expected here; expected a section");
}

static void
test_no_schema (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE char *old = findings_of (
    ctx, "<Envelope xmlns='http://www.vmware.com/schema/ovf/1/envelope'/>", OVF_09, false);
  CLEANUP_FREE char *unknown = findings_of (ctx, "<Envelope xmlns='urn:x'/>", OVF_11, false);

  CU_ASSERT_STRING_EQUAL (old, "(mild) 1: there is no schema of OVF 0.9: only the rules were "
                               "checked");
  CU_ASSERT_STRING_EQUAL (unknown, "1: 'Envelope' is in no namespace of OVF");
  ovf_ctx_free (ctx);
}

/* Lines are the document's, also behind the 65535th. */
static void
test_lines (void)
{
  const size_t n = 70000;
  CLEANUP_FREE char *blank = xmalloc (n + 1);
  CLEANUP_FREE char *top = NULL;

  memset (blank, '\n', n);
  blank[n] = '\0';
  top = xasprintf ("<x:S/>%s<DiskSection><Info/><Disk ovf:diskId='d'> </Disk></DiskSection>", blank);
  expect ("1", top, "", false,
          "70002: 'Disk' lacks the attribute 'capacity'");
}

/* Thousands of faults end in a bounded report, in bounded time. */
static void
test_many (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE char *many = xmalloc (10000 * 13 + 1), *p = many;
  CLEANUP_FREE char *text = NULL, *got = NULL;
  size_t bars = 0;

  for (unsigned i = 0; i < 10000; i++)
    p = stpcpy (p, "<Disk/><Bad/>");
  text = xasprintf ("<Envelope xmlns='" NS "1'><References/><DiskSection><Info/>%s"
                    "</DiskSection></Envelope>", many);
  got = findings_of (ctx, text, OVF_11, false);
  for (p = got; (p = strchr (p, '|')) != NULL; p++)
    bars++;
  CU_ASSERT (bars > 10 && bars <= 500);
  CU_ASSERT_PTR_NOT_NULL (strstr (got, "there may be more faults"));
  ovf_ctx_free (ctx);
}

#define XS "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'"

/* An import that names a file, which is there, gets nothing. */
static void
test_nothing_is_loaded (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL;
  char path[] = "/tmp/ovftool-schema.XXXXXX";
  CLEANUP_FD int fd = mkstemp (path);
  static const char other[] = XS " targetNamespace='urn:o'><xs:element name='e'/></xs:schema>";
  CLEANUP_FREE char *text = xasprintf (
    XS " xmlns:o='urn:o' targetNamespace='urn:t'><xs:import namespace='urn:o'"
       " schemaLocation='%s'/><xs:element name='t'><xs:complexType><xs:sequence>"
       "<xs:element ref='o:e'/></xs:sequence></xs:complexType></xs:element></xs:schema>",
    path);
  struct schema_doc a, b;
  struct schema_doc *both[] = { &a, &b };

  CU_ASSERT_FATAL (fd >= 0);
  CU_ASSERT_EQUAL (write (fd, other, strlen (other)), (ssize_t)strlen (other));
  CU_ASSERT_TRUE_FATAL (schema_doc_read (ctx, "a", text, strlen (text), &a, &err));
  CU_ASSERT_TRUE_FATAL (schema_doc_read (ctx, "b", other, strlen (other), &b, &err));
  CU_ASSERT_PTR_NULL (xml_schema_compile (both, 1, &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_FORMAT);
  /* The same with both documents at hand. */
  CLEANUP (xml_schema) struct xml_schema *schema = xml_schema_compile (both, 2, NULL);
  CU_ASSERT_PTR_NOT_NULL (schema);
  CU_ASSERT_TRUE (schema != NULL && xml_schema_has (schema, "t"));
  CU_ASSERT_FALSE (schema != NULL && xml_schema_has (schema, "e"));
  unlink (path);
  schema_doc_clear (&a);
  schema_doc_clear (&b);
  ovf_ctx_free (ctx);
}

/* A document type is passed over; an entity it declares is unknown. */
static void
test_doctype (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  static const char good[] = "<?xml version='1.0'?><!-- <!DOCTYPE a> -->\n<!DOCTYPE s PUBLIC 'a>'"
                             " 'b' [ <!ENTITY e ']>'> ]>\n" XS " targetNamespace='urn:t'/>";
  static const char bad[] = "<!DOCTYPE s [ <!ENTITY e 'x'> ]>" XS " targetNamespace='&e;'/>";
  static const char unclosed[] = "<!DOCTYPE s [ <!ENTITY";
  struct schema_doc d;

  CU_ASSERT_TRUE_FATAL (schema_doc_read (ctx, "d", good, strlen (good), &d, NULL));
  CU_ASSERT_STRING_EQUAL (d.ns, "urn:t");
  schema_doc_clear (&d);
  CU_ASSERT_FALSE (schema_doc_read (ctx, "d", bad, strlen (bad), &d, NULL));
  CU_ASSERT_FALSE (schema_doc_read (ctx, "d", unclosed, strlen (unclosed), &d, NULL));
  ovf_ctx_free (ctx);
}

/* A folder without the schema says so; one that is not there, too. */
static void
test_folder (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL, *err2 = NULL;
  char dir[] = "/tmp/ovftool-schema.XXXXXX";

  CU_ASSERT_PTR_NOT_NULL_FATAL (mkdtemp (dir));
  CU_ASSERT_PTR_NULL (schema_for (ctx, NS "1", dir, &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_IO);
  rmdir (dir);
  CU_ASSERT_PTR_NULL (schema_for (ctx, NS "1", dir, &err2));
  CU_ASSERT_EQUAL (ovf_error_code (err2), OVF_E_IO);
  ovf_ctx_free (ctx);
}

/* The loader tells threads apart. */
static void *
compile_often (void *result)
{
  bool *ok = result;

  for (unsigned i = 0; i < 20 && *ok; i++) {
    struct ovf_ctx *ctx = ovf_ctx_new ();
    *ok = schema_for (ctx, i % 2 ? NS "1" : NS "2", NULL, NULL) != NULL;
    ovf_ctx_free (ctx);
  }
  return NULL;
}

static void
test_threads (void)
{
  pthread_t threads[4];
  bool ok[4];

  for (size_t i = 0; i < ARRAY_SIZE (threads); i++) {
    ok[i] = true;
    CU_ASSERT_EQUAL_FATAL (pthread_create (&threads[i], NULL, compile_often, &ok[i]), 0);
  }
  for (size_t i = 0; i < ARRAY_SIZE (threads); i++) {
    pthread_join (threads[i], NULL);
    CU_ASSERT_TRUE (ok[i]);
  }
}

TAP_MAIN ("schema", { "valid documents", test_valid },
          { "sections of other namespaces", test_foreign },
          { "a fault hides no other", test_siblings },
          { "what importers forgive", test_masks },
          { "blanks around values", test_blanks },
          { "elements of a later version", test_newer },
          { "sections by their type", test_types },
          { "elements in no namespace", test_no_namespace },
          { "elements that may be passed over", test_optional },
          { "no schema, no verdict", test_no_schema },
          { "lines behind the 65535th", test_lines },
          { "thousands of faults", test_many },
          { "nothing is loaded by its place", test_nothing_is_loaded },
          { "document types are not read", test_doctype },
          { "folders without schemas", test_folder },
          { "compiling in several threads", test_threads })

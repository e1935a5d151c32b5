/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The schema stage of validate; see schema.h. */
#include "check/schema.h"

#include "base/text.h"
#include "check/lint.h"
#include "check/schema-mend.h"
#include "check/schema-set.h"

#define RULE "OVF-XSD"
#define ENVELOPE "http://schemas.dmtf.org/ovf/envelope/"
#define ENVELOPE_2 ENVELOPE "2"
/* A document with more faults than that is not mended by hand any more. */
#define MAX_FAULTS 500
#define MAX_ROUNDS 30
#define MAX_MESSAGE 400

/* ---- libxml2's messages --------------------------------------------------------- */
/* "{http://...}File" -> "File": a namespace there follows a quote or a blank,
 * which keeps values such as ${x} whole. */
static char *
drop_namespaces (const char *text)
{
  char *out = xmalloc (strlen (text) + 1), *q = out;

  for (const char *p = text; *p != '\0'; p++) {
    size_t n = *p == '{' && (p == text || strchr ("' (,", p[-1])) ? strcspn (p, "}' ") : 0;
    if (n > 0 && p[n] == '}' && memmem (p, n, "://", 3) != NULL)
      p += n;
    else
      *q++ = *p;
  }
  *q = '\0';
  return out;
}

/* Cuts at a character's start. */
static void
shorten (char *s)
{
  size_t n = MAX_MESSAGE;

  if (strlen (s) <= n)
    return;
  while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
    n--;
  memcpy (s + n, "...", 4);
}

#define MAX_NAMES 6

/* "; expected 'A', 'B' or a section" from libxml2's "Expected is one of ( A,
 * B, C ).", which names every section and the heads nobody writes. */
static char *
expected (const char *text)
{
  const char *open = strstr (text, "Expected is");
  const char *p = open ? strstr (open, "( ") : NULL;
  char *list = xstrdup ("");
  bool section = false;
  unsigned n = 0;

  for (p = p ? p + 2 : ""; *p != '\0' && *p != ')'; p += strspn (p, ", ")) {
    size_t len = strcspn (p, ", )");
    CLEANUP_FREE char *name = xstrndup (p, len);
    p += len;
    if (text_has_suffix (name, "Section")) {
      section = true;
      continue;
    }
    if (strcmp (name, "Content") == 0 || ++n > MAX_NAMES)
      continue;
    bool any = strncmp (name, "##other", 7) == 0; /* "##other{ns}*" */
    CLEANUP_FREE char *before = list;
    list = any ? xasprintf ("%s, others' elements", before)
               : xasprintf ("%s, '%s'", before, name);
  }
  CLEANUP_FREE char *names = list;
  return xasprintf ("%s%s%s%s", *names || section ? "; expected " : "",
                    section ? "a section" : *names ? names + 2 : "", section ? names : "",
                    n > MAX_NAMES ? ", ..." : "");
}

/* Message of libxml2 without its frame: "Element 'X': ..." and "Element 'X',
 * attribute 'Y': ...". */
static char *
clean (const char *raw)
{
  CLEANUP_FREE char *trimmed = text_trim (raw);
  CLEANUP_FREE char *text = drop_namespaces (trimmed);
  const char *name = text, *rest, *colon;
  size_t len = strlen (text);
  char *out;

  for (char *p = text; *p != '\0'; p++)
    if ((unsigned char)*p < 0x20)
      *p = ' ';
  while (len > 0 && text[len - 1] == '.')
    text[--len] = '\0';
  if (strncmp (text, "Element '", 9) != 0 || (colon = strstr (text, "': ")) == NULL)
    out = xstrdup (text);
  else {
    name += 9;
    rest = colon + 3;
    int n = (int)strcspn (name, "'");
    CLEANUP_FREE char *list = expected (rest);
    if (strncmp (rest, "This element is not expected", 28) == 0)
      out = xasprintf ("'%.*s' is not expected here%s", n, name, list);
    else if (strncmp (rest, "Missing child element", 21) == 0)
      out = xasprintf ("'%.*s' lacks a child%s", n, name, list);
    else if (strncmp (rest, "The attribute '", 15) == 0 && strstr (rest, "required but missing"))
      out = xasprintf ("'%.*s' lacks the attribute '%.*s'", n, name,
                       (int)strcspn (rest + 15, "'"), rest + 15);
    else
      out = xstrdup (text + 8);
  }
  shorten (out);
  return out;
}

/* ---- findings ------------------------------------------------------------------------ */
struct seen {
  const xmlNode *at;
  char *message; /* NULL: as a child that may not be there */
};
DEFINE_VECTOR (seen_list, struct seen)

struct fault {
  xmlNode *at;
  enum xml_fault kind;
  char *message;
};
DEFINE_VECTOR (faults, struct fault)

struct stage {
  bool lax;
  const char *file;
  struct ovf_report *report;
  const struct xml_schema *schema;
  struct mend mend;
  faults round; /* of one run of libxml2 */
  seen_list seen;
};

static void
collect (void *opaque, xmlNode *at, enum xml_fault kind, const char *message)
{
  struct stage *s = opaque;

  if (at != NULL && mend_original (at) != NULL && s->round.len < 2 * MAX_FAULTS)
    faults_append (&s->round, (struct fault) { at, kind, xstrdup (message) });
}

static void
clear_round (struct stage *s)
{
  VECTOR_FOR (f, &s->round)
    free (f->message);
  s->round.len = 0;
}

static bool
is_new (struct stage *s, const xmlNode *at, const char *message)
{
  VECTOR_FOR (k, &s->seen)
    if (k->at == at && (k->message == NULL || message == NULL
                          ? k->message == message : strcmp (k->message, message) == 0))
      return false;
  seen_list_append (&s->seen, (struct seen) { at, xstrdup (message) });
  return true;
}

/* OVF 2.1 shares the namespace of 2.0, whose schema is the newest there is. */
static bool
may_be_newer (const struct stage *s, const xmlNode *at)
{
  return strcmp (s->mend.ns, ENVELOPE_2) == 0 && strcmp (xml_ns (at), ENVELOPE_2) == 0
         && !xml_schema_has (s->schema, xml_name (at));
}

static void
add_finding (struct stage *s, const xmlNode *at, enum ovf_severity severity, const char *text)
{
  CLEANUP_FREE char *path = xml_path (at);

  report_add (s->report, severity, RULE, s->file, xml_line (at), path, "%s", text);
}

/* Reports one fault and mends it; true when another look is worth it. */
static bool
take_fault (struct stage *s, const struct fault *f)
{
  bool child = f->kind == XML_FAULT_CHILD;
  bool newer = child && may_be_newer (s, f->at);
  struct mended r = mend_fault (&s->mend, f->kind, f->at);
  CLEANUP_FREE char *text = r.said;
  const xmlNode *original = mend_original (r.at);
  bool mild = r.mild && s->lax
              && (r.said != NULL || !xml_schema_has (s->schema, xml_name (r.at))
                  || f->kind == XML_FAULT_OTHER);

  if (original == NULL)
    return r.changed;
  /* libxml2's words change with the siblings that mending moved. */
  child = child && text == NULL;
  if (child && newer) {
    text = xasprintf ("'%s' is not of OVF 2.0; a later version may define it", xml_name (r.at));
    mild = true;
  }
  if (text == NULL)
    text = clean (f->message);
  if (is_new (s, original, child ? NULL : text))
    add_finding (s, original, mild ? OVF_WARNING : OVF_FAULT, text);
  return r.changed;
}

/* A facet's fault comes twice: "[facet 'maxLength'] The value ..." and then
 * "'...' is not a valid value of the local atomic type". */
static bool
is_echo (const struct fault *f, const struct fault *before)
{
  return before != NULL && before->at == f->at && strstr (before->message, ": [facet '") != NULL
         && strstr (f->message, " is not a valid value of ") != NULL;
}

static bool
run (struct ovf_ctx *ctx, struct stage *s, struct ovf_error **err)
{
  bool again = true;

  for (unsigned round = 0; again && round < MAX_ROUNDS; round++) {
    again = false;
    if (!ctx_alive (ctx, err))
      return false;
    clear_round (s);
    xml_schema_validate (s->schema, s->mend.doc, collect, s);
    for (size_t i = 0; i < s->round.len && s->seen.len < MAX_FAULTS; i++) {
      const struct fault *f = &s->round.ptr[i];
      if (!is_echo (f, i > 0 ? f - 1 : NULL))
        again = take_fault (s, f) || again;
    }
    if (s->seen.len >= MAX_FAULTS) {
      again = true;
      break;
    }
  }
  if (again)
    report_add (s->report, OVF_FAULT, RULE, s->file, 0, NULL,
                "there may be more faults: they show once these are mended");
  return true;
}

static const char *
root_ns (const xmlDoc *doc)
{
  return xml_ns (xmlDocGetRootElement (doc));
}

/* Whether there is a schema of it, with a finding when there is none. */
static bool
has_schema (const xmlDoc *doc, const char *file, unsigned version, struct ovf_report *report)
{
  static const char *const namespaces[] = {
    ENVELOPE "1", ENVELOPE_2, "http://schemas.dmtf.org/ovf/environment/1"
  };
  const xmlNode *root = xmlDocGetRootElement (doc);

  if (version == OVF_09) {
    report_add (report, OVF_NOTE, RULE, file, xml_line (root), NULL,
                "there is no schema of OVF 0.9: only the rules were checked");
    return false;
  }
  for (size_t i = 0; i < ARRAY_SIZE (namespaces); i++)
    if (strcmp (xml_ns (root), namespaces[i]) == 0)
      return true;
  report_add (report, OVF_FAULT, RULE, file, xml_line (root), NULL,
              "'%s' is in no namespace of OVF", xml_name (root));
  return false;
}

bool
schema_validate (struct ovf_ctx *ctx, const xmlDoc *doc, const char *file,
                 unsigned version, bool lax, const char *schema_dir,
                 struct ovf_report *report, struct ovf_error **err)
{
  struct stage s = { .lax = lax, .file = file, .report = report };
  bool ok;

  if (!has_schema (doc, file, version, report))
    return true;
  s.schema = schema_for (ctx, root_ns (doc), schema_dir, err);
  if (s.schema == NULL)
    return false;
  mend_start (&s.mend, doc);
  mend_foreign (&s.mend);
  if (lax)
    mend_lax (&s.mend);
  ok = run (ctx, &s, err);
  clear_round (&s);
  free (s.round.ptr);
  VECTOR_FOR (k, &s.seen)
    free (k->message);
  free (s.seen.ptr);
  mend_end (&s.mend);
  return ok;
}

bool
schema_verdict (struct ovf_ctx *ctx, xmlDoc *doc, const char *schema_dir,
                bool *ret_valid, struct ovf_error **err)
{
  const struct xml_schema *schema = schema_for (ctx, root_ns (doc), schema_dir, err);

  if (schema != NULL)
    *ret_valid = xml_schema_validate (schema, doc, NULL, NULL);
  return schema != NULL;
}

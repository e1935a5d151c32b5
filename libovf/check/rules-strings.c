/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on messages and their translations (DSP0243 clause 10). */
#include "check/lint-words.h"

#include "base/blob.h"
#include "base/text.h"
#include "base/xml.h"

#define XML_NS "http://www.w3.org/XML/1998/namespace"

static char *
language_of (const xmlNode *bundle)
{
  return xml_attr (bundle, XML_NS, "lang");
}

static void
check_bundles (struct lint *l, const struct rule *r)
{
  for (xmlNode *n = lint_child (l, l->root, "Strings"); n; n = lint_next (l, n)) {
    CLEANUP_FREE char *language = language_of (n);
    CLEANUP_FREE char *file = lint_attr (l, n, "fileRef");
    const xmlNode *next = xml_next (n);
    if (language == NULL && file == NULL) /* else the file may say it */
      lint_add (l, r, n, "a bundle of messages does not say its language");
    if (next != NULL && !xml_is (next, l->ns, "Strings"))
      lint_add (l, r, n, "'%s' stands behind the messages", xml_name (next));
  }
}

static void
check_files (struct lint *l, const struct rule *r)
{
  CLEANUP_KEYEDS keyeds files = { 0 };

  keyeds_collect (l, &files, "File", "id");
  for (xmlNode *n = lint_child (l, l->root, "Strings"); n; n = lint_next (l, n)) {
    CLEANUP_FREE char *id = lint_attr (l, n, "fileRef");
    if (id == NULL)
      continue;
    if (keyeds_find (&files, id) == NULL)
      lint_add (l, r, n, "there is no File '%s' with the messages", id);
    if (lint_child (l, n, "Msg") != NULL)
      lint_add (l, r, n, "messages stand here and in the File '%s'", id);
  }
}

/* ---- external bundles ------------------------------------------------------- */
/* As much as any bundle needs: what is longer is not looked at. */
#define MAX_BUNDLE (1 << 20)

/* The text of a member, or NULL: that it is missing others say. */
static char *
read_member (const struct lint *l, const char *href, size_t *ret_len)
{
  CLEANUP_FREE char *text = xmalloc (MAX_BUNDLE);
  struct ovf_error *why = NULL;
  struct blob *blob;
  ssize_t n = -1;

  *ret_len = 0;
  if (l->package == NULL || package_form (l->package) == PACKAGE_PIPE)
    return NULL;
  blob = package_href_check (l->package, href, &why)
           ? package_member (l->package, href, &why) : NULL;
  while (blob != NULL && *ret_len < MAX_BUNDLE
         && (n = blob_read (blob, text + *ret_len, MAX_BUNDLE - *ret_len, &why)) > 0)
    *ret_len += (size_t)n;
  blob_free (blob);
  ovf_error_free (why);
  return n == 0 ? STEAL (text) : NULL;
}

static void
check_bundle (struct lint *l, const struct rule *r, const xmlNode *n, const char *href)
{
  size_t len;
  CLEANUP_FREE char *text = read_member (l, href, &len);
  CLEANUP_FREE char *language = language_of (n), *other = NULL, *file = NULL;
  struct ovf_error *why = NULL;
  CLEANUP_XML xmlDoc *doc = text ? xml_parse (l->ctx, href, text, len, &why) : NULL;
  const xmlNode *root = doc ? xmlDocGetRootElement (doc) : NULL;

  if (why != NULL)
    lint_add (l, r, n, "the messages in '%s' are no XML: %s", href, ovf_error_message (why));
  ovf_error_free (why);
  if (root == NULL)
    return;
  other = language_of (root);
  file = xml_attr (root, "*", "fileRef");
  if (!xml_is (root, "*", "Strings"))
    lint_add (l, r, n, "the root of '%s' is '%s' and not Strings", href, xml_name (root));
  else if (file != NULL)
    lint_add (l, r, n, "the messages in '%s' name yet another file", href);
  else if (!text_equal_nocase (language, other))
    lint_add (l, r, n, "the language of '%s' is '%s' there and '%s' here", href,
              other ? other : "", language ? language : "");
}

static void
check_external (struct lint *l, const struct rule *r)
{
  for (xmlNode *n = lint_child (l, l->root, "Strings"); n; n = lint_next (l, n)) {
    CLEANUP_FREE char *id = lint_attr (l, n, "fileRef");
    size_t file = id && l->model ? appliance_find_file (l->model, id) : NO_INDEX;
    if (file != NO_INDEX && l->model->files.ptr[file].href != NULL)
      check_bundle (l, r, n, l->model->files.ptr[file].href);
  }
}

/* ---- messages ------------------------------------------------------------------- */
/* Messages of the bundles of the Envelope.  A bundle in a file is not known. */
static bool
collect_messages (const struct lint *l, keyeds *messages)
{
  bool all = true;

  for (xmlNode *n = lint_child (l, l->root, "Strings"); n; n = lint_next (l, n)) {
    CLEANUP_FREE char *file = lint_attr (l, n, "fileRef");
    all = all && file == NULL;
    XML_FOR (m, n)
      keyeds_take (messages, lint_attr (l, m, "msgid"), m);
  }
  keyeds_sort (messages);
  return all;
}

static bool
is_message (const struct lint *l, const xmlNode *n)
{
  return xml_is (n, l->ns, "Msg");
}

static void
check_messages (struct lint *l, const struct rule *r)
{
  CLEANUP_KEYEDS keyeds messages = { 0 }, used = { 0 };
  bool all = collect_messages (l, &messages);

  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_FREE char *id = is_message (l, n) ? NULL : lint_attr (l, n, "msgid");
    CLEANUP_FREE char *text = id ? xml_text (n) : NULL;
    if (id == NULL)
      continue;
    if (all && keyeds_find (&messages, id) == NULL && text_is_blank (text))
      lint_add (l, r, n, "there is no message '%s' and no text", id);
    keyeds_take (&used, STEAL (id), n);
  }
  keyeds_sort (&used);
  VECTOR_FOR (m, &messages)
    if (keyeds_find (&used, m->key) == NULL)
      lint_add (l, r, m->node, "nothing uses the message '%s'", m->key);
}

static void
check_twins (struct lint *l, const struct rule *r)
{
  CLEANUP_KEYEDS keyeds seen = { 0 };

  for (xmlNode *n = lint_child (l, l->root, "Strings"); n; n = lint_next (l, n)) {
    CLEANUP_FREE char *language = language_of (n);
    XML_FOR (m, n) {
      CLEANUP_FREE char *id = lint_attr (l, m, "msgid");
      if (id != NULL)
        keyeds_take (&seen, xasprintf ("%s %s", language ? language : "", id), m);
    }
  }
  keyeds_report_twins (l, r, &seen, "a second message");
}

static void
check_texts (struct lint *l, const struct rule *r)
{
  static const char *const names[] = { "Info", "Name", "Annotation", "License",
    "Description", "Product", "Vendor", "Category", "Label", "Caption", "ElementName" };

  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_FREE char *id = is_message (l, n) ? NULL : lint_attr (l, n, "msgid");
    bool known = id == NULL;
    for (size_t i = 0; i < ARRAY_SIZE (names) && !known; i++)
      known = strcmp (xml_name (n), names[i]) == 0;
    if (!known)
      lint_add (l, r, n, "'%s' is no text that can be translated", xml_name (n));
  }
}

const struct rule rules_strings[] = {
  { .id = "OVF-STR-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 10",
    .title = "bundles of messages stand last and say their language",
    .why = "Importers look for them behind all sections, and choose by "
           "xml:lang.",
    .fix = "move Strings to the end of the Envelope and add xml:lang",
    .check = check_bundles },
  { .id = "OVF-STR-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 10",
    .title = "the fileRef of a bundle names a File, and the bundle is empty",
    .why = "The texts in the file are missing, or differ from those "
           "beside the reference.",
    .fix = "put the file into References and take the Msg elements out",
    .check = check_files },
  { .id = "OVF-STR-003", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 10",
    .title = "an external bundle is one Strings document of the same "
             "language",
    .why = "Its texts are shown in the wrong language, or not at all.",
    .fix = "make the root of the file Strings with the xml:lang of the "
           "reference",
    .check = check_external },
  { .id = "OVF-STR-004", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 10",
    .title = "every msgid has a message or a text, and every message is used",
    .why = "Users see an empty text.",
    .fix = "add <Msg ovf:msgid=\"...\"> to the bundle, or a text to the "
           "element",
    .check = check_messages },
  { .id = "OVF-STR-005", .strict = LEVEL_WARNING, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 10",
    .title = "a msgid has one message in a language",
    .why = "The later one counts, and the other is never shown.",
    .fix = "take one of them out",
    .check = check_twins },
  { .id = "OVF-STR-006", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20, .clause = "DSP0243 10",
    .title = "a msgid stands only on texts that can be translated",
    .why = "Importers do not translate others.",
    .fix = "write the text itself",
    .check = check_texts },
  { .id = NULL }
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules on what Items say together: ranges (ovf:bound), deployment options
 * (ovf:configuration) and resource allocation (DSP0243 clauses 8.4, 9.4, 9.8).
 * Everything works on the Items of one section sorted by InstanceID. */
#include "check/lint-words.h"

#include "base/text.h"
#include "base/xml.h"

/* ---- Items of a section ------------------------------------------------------ */
static char *
bound_of (const struct lint *l, const xmlNode *item)
{
  char *bound = lint_attr (l, item, "bound");

  return text_is_blank (bound) ? (free (bound), xstrdup ("normal")) : bound;
}

/* Calls fn for every section with its Items sorted by InstanceID. */
static void
each_section (struct lint *l, const struct rule *r,
              void (*fn) (struct lint *, const struct rule *, const keyeds *))
{
  for (const xmlNode *s = l->root; s != NULL; s = xml_following (s, l->root)) {
    CLEANUP_KEYEDS keyeds items = { 0 };
    if (!xml_is (s, l->ns, "VirtualHardwareSection")
        && !xml_is (s, l->ns, "ResourceAllocationSection"))
      continue;
    XML_FOR (n, s)
      if (lint_is_item (l, n)) {
        char *id = lint_cim (n, "InstanceID");
        keyeds_take (&items, id ? id : xstrdup (""), n);
      }
    keyeds_sort (&items);
    fn (l, r, &items);
  }
}

/* ---- ranges -------------------------------------------------------------------- */
enum bound { NORMAL, MIN, MAX, BOUNDS };
static const char *const bound_words[BOUNDS] = { "normal", "min", "max" };

static enum bound
bound_kind (const struct lint *l, const xmlNode *item)
{
  CLEANUP_FREE char *text = bound_of (l, item);

  for (enum bound b = NORMAL; b < BOUNDS; b++)
    if (strcmp (text, bound_words[b]) == 0)
      return b;
  return BOUNDS;
}

static void
check_word (struct lint *l, const struct rule *r, const keyeds *items)
{
  VECTOR_FOR (i, items)
    if (bound_kind (l, i->node) == BOUNDS) {
      CLEANUP_FREE char *text = bound_of (l, i->node);
      lint_add (l, r, i->node, "a bound is 'min', 'normal' or 'max', not '%s'", text);
    }
}

static void
check_words (struct lint *l, const struct rule *r)
{
  each_section (l, r, check_word);
}

/* One InstanceID: its first Item of each kind. */
struct range {
  const char *id;
  const xmlNode *first[BOUNDS];
};

/* The Items from *at with one InstanceID; false at the end. */
static bool
next_range (const struct lint *l, const keyeds *items, size_t *at, struct range *ret)
{
  if (*at >= items->len)
    return false;
  *ret = (struct range){ .id = items->ptr[*at].key };
  for (; *at < items->len && strcmp (items->ptr[*at].key, ret->id) == 0; ++*at) {
    const xmlNode *n = items->ptr[*at].node;
    enum bound b = bound_kind (l, n);
    if (b != BOUNDS && ret->first[b] == NULL)
      ret->first[b] = n;
  }
  return true;
}

static void
check_marker (struct lint *l, const struct rule *r, const keyeds *items)
{
  size_t at = 0;
  struct range range;

  while (next_range (l, items, &at, &range))
    for (enum bound b = MIN; b < BOUNDS; b++) {
      const xmlNode *n = range.first[b];
      if (n == NULL)
        continue;
      if (*range.id == '\0' || lint_resource_type (n) == 0)
        lint_add (l, r, n, "a range marker lacks its InstanceID or its ResourceType");
      else if (range.first[NORMAL] != NULL
               && lint_resource_type (n) != lint_resource_type (range.first[NORMAL]))
        lint_add (l, r, n, "the range marker of '%s' has another ResourceType than its Item",
                  range.id);
    }
}

static void
check_markers (struct lint *l, const struct rule *r)
{
  each_section (l, r, check_marker);
}

static void
check_twin (struct lint *l, const struct rule *r, const keyeds *items)
{
  CLEANUP_KEYEDS keyeds seen = { 0 };

  VECTOR_FOR (i, items) {
    CLEANUP_FREE char *configuration = NULL;
    enum bound b = bound_kind (l, i->node);
    if (b != MIN && b != MAX)
      continue;
    configuration = lint_attr (l, i->node, "configuration");
    keyeds_take (&seen, xasprintf ("%s %s %s", bound_words[b], i->key,
                                   configuration ? configuration : ""), i->node);
  }
  keyeds_report_twins (l, r, &seen, "a second range marker");
}

static void
check_twins (struct lint *l, const struct rule *r)
{
  each_section (l, r, check_twin);
}

static void
check_alone (struct lint *l, const struct rule *r, const keyeds *items)
{
  size_t at = 0;
  struct range range;

  while (next_range (l, items, &at, &range))
    if (range.first[NORMAL] == NULL && (range.first[MIN] || range.first[MAX]))
      lint_add (l, r, range.first[MIN] ? range.first[MIN] : range.first[MAX],
                "there is no normal Item for the range marker of '%s'", range.id);
}

static void
check_lonely (struct lint *l, const struct rule *r)
{
  each_section (l, r, check_alone);
}

static const char *const quantities[] = { "VirtualQuantity", "Reservation", "Limit", "Weight" };

/* -1, 0 or 1; 0 also where one of them is missing. */
static int
compare_values (const xmlNode *a, const xmlNode *b, const char *name)
{
  CLEANUP_FREE char *ta = a ? lint_cim (a, name) : NULL;
  CLEANUP_FREE char *tb = b ? lint_cim (b, name) : NULL;
  uint64_t va, vb;

  if (!parse_u64 (ta, 0, UINT64_MAX, &va) || !parse_u64 (tb, 0, UINT64_MAX, &vb))
    return 0;
  return va < vb ? -1 : va > vb;
}

static void
check_value (struct lint *l, const struct rule *r, const keyeds *items)
{
  size_t at = 0;
  struct range range;

  while (next_range (l, items, &at, &range)) {
    if (range.first[MIN] == NULL && range.first[MAX] == NULL)
      continue;
    for (size_t q = 0; q < ARRAY_SIZE (quantities); q++) {
      const xmlNode *const *n = range.first;
      if (compare_values (n[MIN], n[NORMAL], quantities[q]) > 0
          || compare_values (n[NORMAL], n[MAX], quantities[q]) > 0
          || compare_values (n[MIN], n[MAX], quantities[q]) > 0)
        lint_add (l, r, n[MIN] ? n[MIN] : n[MAX],
                  "the %s of '%s' is not within its range", quantities[q], range.id);
    }
  }
}

static void
check_values (struct lint *l, const struct rule *r)
{
  each_section (l, r, check_value);
}

static void
check_number (struct lint *l, const struct rule *r, const keyeds *items)
{
  VECTOR_FOR (i, items) {
    enum bound b = bound_kind (l, i->node);
    if (b != MIN && b != MAX)
      continue;
    for (size_t q = 0; q < ARRAY_SIZE (quantities); q++) {
      CLEANUP_FREE char *text = lint_cim (i->node, quantities[q]);
      uint64_t value;
      if (text != NULL && !parse_u64 (text, 0, UINT64_MAX, &value))
        lint_add (l, r, i->node, "the %s '%s' of a range marker is no number",
                  quantities[q], text);
    }
  }
}

static void
check_numbers (struct lint *l, const struct rule *r)
{
  each_section (l, r, check_number);
}

/* ---- deployment options ----------------------------------------------------------- */
static void
check_known (struct lint *l, const struct rule *r)
{
  CLEANUP_KEYEDS keyeds known = { 0 };

  keyeds_collect (l, &known, "Configuration", "id");
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_FREE char *list = lint_is_item (l, n) ? lint_attr (l, n, "configuration") : NULL;
    const char *p = list;
    char *word;
    while ((word = lint_word (&p)) != NULL) {
      if (keyeds_find (&known, word) == NULL)
        lint_add (l, r, n, "the configuration '%s' is not defined", word);
      free (word);
    }
  }
}

/* A later Item of the same InstanceID replaces what the earlier one says. */
static void
check_override (struct lint *l, const struct rule *r, const keyeds *items)
{
  for (size_t i = 1; i < items->len; i++) {
    CLEANUP_FREE char *list = NULL;
    if (*items->ptr[i].key == '\0' || strcmp (items->ptr[i].key, items->ptr[i - 1].key) != 0)
      continue;
    list = lint_attr (l, items->ptr[i].node, "configuration");
    if (!text_is_blank (list) && bound_kind (l, items->ptr[i].node) == NORMAL)
      lint_add (l, r, items->ptr[i].node,
                "in '%s' this replaces what was said of '%s' before", list,
                items->ptr[i].key);
  }
}

static void
check_overrides (struct lint *l, const struct rule *r)
{
  each_section (l, r, check_override);
}

static char *
pair (const char *id, const char *configuration)
{
  return xasprintf ("%s\n%s", configuration, id);
}

/* InstanceID and configuration of the normal Items; "" is every one. */
static void
collect_pairs (const struct lint *l, const keyeds *items, keyeds *pairs)
{
  VECTOR_FOR (i, items) {
    CLEANUP_FREE char *list = lint_attr (l, i->node, "configuration");
    const char *p = list;
    char *word;
    if (bound_kind (l, i->node) != NORMAL)
      continue;
    if (text_is_blank (list))
      keyeds_take (pairs, pair (i->key, ""), i->node);
    while ((word = lint_word (&p)) != NULL) {
      keyeds_take (pairs, pair (i->key, word), i->node);
      free (word);
    }
  }
  keyeds_sort (pairs);
}

static bool
has_pair (const keyeds *pairs, const char *id, const char *configuration)
{
  CLEANUP_FREE char *key = pair (id, configuration);

  return keyeds_find (pairs, key) != NULL;
}

static void
check_effective (struct lint *l, const struct rule *r, const keyeds *items)
{
  CLEANUP_KEYEDS keyeds pairs = { 0 };

  collect_pairs (l, items, &pairs);
  VECTOR_FOR (i, items) {
    CLEANUP_FREE char *list = NULL;
    const char *p;
    char *word;
    enum bound b = bound_kind (l, i->node);
    if ((b != MIN && b != MAX) || has_pair (&pairs, i->key, ""))
      continue;
    p = list = lint_attr (l, i->node, "configuration");
    while ((word = lint_word (&p)) != NULL) {
      if (!has_pair (&pairs, i->key, word))
        lint_add (l, r, i->node, "in '%s' there is a range for '%s' and no Item", word,
                  i->key);
      free (word);
    }
  }
}

static void
check_effectives (struct lint *l, const struct rule *r)
{
  each_section (l, r, check_effective);
}

/* ---- resource allocation ------------------------------------------------------------ */
static void
check_allocation_place (struct lint *l, const struct rule *r, const xmlNode *section)
{
  if (!xml_is (section->parent, l->ns, "VirtualSystemCollection")) {
    lint_add (l, r, section, "a %s belongs into a VirtualSystemCollection",
              xml_name (section));
    return;
  }
  for (const xmlNode *n = section->prev; n != NULL; n = n->prev)
    if (xml_is (n, l->ns, "ResourceAllocationSection")) {
      lint_add (l, r, section, "a second %s", xml_name (section));
      return;
    }
}

static void
check_allocation_places (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "ResourceAllocationSection", check_allocation_place);
}

static void
check_allocation (struct lint *l, const struct rule *r, const xmlNode *section)
{
  CLEANUP_KEYEDS keyeds seen = { 0 };

  XML_FOR (n, section) {
    CLEANUP_FREE char *id = NULL, *configuration = NULL;
    char *key = NULL;
    if (!lint_is_item (l, n))
      continue;
    id = lint_cim (n, "InstanceID");
    configuration = lint_attr (l, n, "configuration");
    if (text_is_blank (id) || lint_resource_type (n) == 0)
      lint_add (l, r, n, "an Item lacks its InstanceID or its ResourceType");
    else if (bound_kind (l, n) == NORMAL) {
      key = pair (id, configuration ? configuration : "");
      keyeds_take (&seen, key, n);
    }
  }
  keyeds_sort (&seen);
  for (size_t i = 1; i < seen.len; i++)
    if (strcmp (seen.ptr[i - 1].key, seen.ptr[i].key) == 0)
      lint_add (l, r, seen.ptr[i].node, "two Items have the InstanceID '%s'",
                strchr (seen.ptr[i].key, '\n') + 1);
}

static void
check_allocations (struct lint *l, const struct rule *r)
{
  lint_each (l, r, "ResourceAllocationSection", check_allocation);
}

static void
check_reservations (struct lint *l, const struct rule *r)
{
  for (const xmlNode *n = l->root; n != NULL; n = xml_following (n, l->root)) {
    CLEANUP_FREE char *reservation = NULL, *limit = NULL;
    uint64_t low, high;
    if (!lint_is_item (l, n))
      continue;
    reservation = lint_cim (n, "Reservation");
    limit = lint_cim (n, "Limit");
    if (parse_u64 (reservation, 0, UINT64_MAX, &low)
        && parse_u64 (limit, 0, UINT64_MAX, &high) && low > high)
      lint_add (l, r, n, "the reservation of %s is more than the limit of %s",
                reservation, limit);
  }
}

const struct rule rules_bounds[] = {
  { .id = "OVF-BND-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 8.4",
    .title = "ovf:bound is min, normal or max",
    .why = "An importer takes the Item for a device, or drops it.",
    .fix = "write one of the three words", .check = check_words },
  { .id = "OVF-BND-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 8.4",
    .title = "a range marker has the InstanceID and ResourceType of its Item",
    .why = "Otherwise nobody knows what the range is for.",
    .fix = "copy InstanceID and ResourceType from the normal Item",
    .check = check_markers },
  { .id = "OVF-BND-003", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 8.4",
    .title = "an Item has at most one lower and one upper bound",
    .why = "Which of two bounds holds is left to the importer.",
    .fix = "keep one of them", .check = check_twins },
  { .id = "OVF-BND-004", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 8.4",
    .title = "a range marker belongs to a normal Item",
    .why = "A range without a device says nothing, and the device is missing.",
    .fix = "add the Item without ovf:bound, with the same InstanceID",
    .check = check_lonely },
  { .id = "OVF-BND-005", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 8.4",
    .title = "every value lies between its bounds",
    .why = "An importer that obeys the range cannot build the machine.",
    .fix = "widen the range, or change the normal value", .check = check_values },
  { .id = "OVF-BND-006", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 8.4",
    .title = "the values of a range are whole numbers",
    .why = "Nothing else can be compared.",
    .fix = "write digits only; units belong into AllocationUnits",
    .check = check_numbers },

  { .id = "OVF-CFG-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 9.8",
    .title = "an Item names only configurations that are defined",
    .why = "Nobody can choose it, so the device is never built.",
    .fix = "add the Configuration to the DeploymentOptionSection, or mend the name",
    .check = check_known },
  { .id = "OVF-CFG-002", .strict = LEVEL_NOTE, .lax = LEVEL_NOTE,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 9.8",
    .title = "an Item of a configuration replaces what stands before it",
    .why = "The order of the Items has a meaning: the last value counts.",
    .fix = "nothing needs to be done if that is meant", .check = check_overrides },
  { .id = "OVF-CFG-003", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 9.8",
    .title = "every configuration has the Items its ranges are for",
    .why = "Whoever chooses that configuration gets a machine without the device.",
    .fix = "add the Item for that configuration, or take the range out of it",
    .check = check_effectives },

  { .id = "OVF-RA-001", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 9.4",
    .title = "a ResourceAllocationSection stands in a collection, at most one",
    .why = "Importers look for it only there.",
    .fix = "keep one, in the VirtualSystemCollection",
    .check = check_allocation_places },
  { .id = "OVF-RA-002", .strict = LEVEL_ERROR, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "DSP0243 9.4",
    .title = "the Items of a ResourceAllocationSection are told apart",
    .why = "Which of two reservations holds is left to the importer.",
    .fix = "give every Item an InstanceID of its own and a ResourceType",
    .check = check_allocations },
  { .id = "OVF-RA-003", .strict = LEVEL_WARNING, .lax = LEVEL_WARNING,
    .versions = OVF_1X | OVF_20,
    .clause = "practice",
    .title = "a reservation is at most the limit",
    .why = "vSphere refuses to power on the machine.",
    .fix = "lower the reservation, or raise the limit", .check = check_reservations },
  { .id = NULL }
};

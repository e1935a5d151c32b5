/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Helpers of rules: lists in attributes, and sets of ids that stay fast with
 * a hundred thousand of them. */
#ifndef OVF_CHECK_LINT_WORDS_H
#define OVF_CHECK_LINT_WORDS_H

#include "check/lint.h"

/* A key and the element that has it. */
struct keyed {
  char *key;
  const xmlNode *node;
  size_t order;         /* as it was added: the order of the document */
};
DEFINE_VECTOR (keyeds, struct keyed)

/* Takes the key; nothing when it is NULL. */
void keyeds_take (keyeds *, char *key, const xmlNode *);
/* By key, then in the order of the document: before the next two. */
void keyeds_sort (keyeds *);
/* The first element with that key, or NULL. */
const xmlNode *keyeds_find (const keyeds *, const char *key);
void keyeds_free (keyeds *);
#define CLEANUP_KEYEDS __attribute__ ((cleanup (keyeds_free)))

/* A finding "<what> '<key>'" for every element whose key another one had;
 * sorts. */
void keyeds_report_twins (struct lint *, const struct rule *, keyeds *, const char *what);
/* The attribute of every OVF element of that name within the document;
 * sorted. */
void keyeds_collect (const struct lint *, keyeds *, const char *element, const char *attr);

/* The next word of a list separated by blanks or commas, allocated; NULL at
 * the end.  *p walks along. */
char *lint_word (const char **p);
/* Are the words separated by single spaces, as the standard wants them? */
bool lint_list_is_tidy (const char *);

/* An Item of hardware, of any kind (2.x has three). */
bool lint_is_item (const struct lint *, const xmlNode *);
/* A CIM child's text in any of CIM's namespaces, or NULL. */
char *lint_cim (const xmlNode *item, const char *name);
unsigned lint_resource_type (const xmlNode *item); /* 0: none */

/* A finding for every section of that name that is not under Envelope, and
 * for each but the first one there. */
void lint_only_one (struct lint *, const struct rule *, const char *name);

/* The parent's OVF attribute (its id) or its name, for messages. */
char *lint_owner (const struct lint *, const xmlNode *);

#endif

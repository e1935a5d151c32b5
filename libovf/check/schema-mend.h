/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The private copy that the schema judges: masks over what is legal or
 * forgiven, and mending, one fault after the other, so that the next is
 * seen. */
#ifndef OVF_CHECK_SCHEMA_MEND_H
#define OVF_CHECK_SCHEMA_MEND_H

#include "base/xml-schema.h"

DEFINE_VECTOR (nodes, xmlNode *)

struct mend {
  xmlDoc *doc;
  const char *ns; /* of the root */
  bool lax;
  nodes removed;  /* freed with the document: faults may still name them */
};

/* Every element of the copy knows its original; blanks around values are
 * gone. */
void mend_start (struct mend *, const xmlDoc *original);
void mend_end (struct mend *);
/* NULL for what mending added: no fault of the document's. */
const xmlNode *mend_original (const xmlNode *);

/* Takes out sections of other namespaces. */
void mend_foreign (struct mend *);
/* Mends what importers forgive. */
void mend_lax (struct mend *);

struct mended {
  xmlNode *at;   /* where the fault is to be shown */
  char *said;    /* in our words, or NULL: in libxml2's */
  bool changed;  /* there is more to see */
  bool mild;     /* importers forgive it */
};
struct mended mend_fault (struct mend *, enum xml_fault, xmlNode *at);

#endif

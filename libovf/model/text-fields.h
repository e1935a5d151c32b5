/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every text of a model, visited by one walk: what frees the model and what
 * proves its text sound cannot forget different fields.  A new `char *` in
 * model.h is a word in text-fields.c. */
#ifndef OVF_MODEL_TEXT_FIELDS_H
#define OVF_MODEL_TEXT_FIELDS_H

#include "model/model.h"

typedef void text_fn (void *opaque, char **text);

/* All of it, machines and collections included. */
void appliance_each_text (struct appliance *, text_fn *, void *opaque);
void machine_each_text (struct machine *, text_fn *, void *opaque);
void collection_each_text (struct collection *, text_fn *, void *opaque);

/* Frees what it holds, not the struct (model.c). */
void machine_clear (struct machine *);
void collection_clear (struct collection *);

#endif

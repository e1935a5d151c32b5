/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of an appliance: is a value of the type and within the
 * qualifiers (ovf-spec rules OVF-PROP-003 to 005)? */
#ifndef OVF_MODEL_PROPERTY_H
#define OVF_MODEL_PROPERTY_H

#include "base/error.h"

struct property_rule {
  const char *key;        /* for messages */
  const char *type;       /* "uint8", "string", VMware's "ip"; or NULL */
  const char *qualifiers; /* "MinLen(1) MaxLen(8)"; or NULL */
  bool password;          /* the value stands in no message */
};
/* OVF_E_USAGE.  An empty value means "not set" and fits every type but a
 * string with MinLen.  A type that is not known takes anything. */
bool property_check (const struct property_rule *, const char *value,
                     struct ovf_error **err);
/* "[CLASS.]KEY[.INSTANCE]", allocated. */
char *property_full_key (const char *class_name, const char *key,
                         const char *instance);

/* What belongs into ovf:qualifiers (DSP0243 9.5.1, and the MinValue and
 * MaxValue that VMware puts there), and what into vmw:qualifiers (Ip, Netmask
 * ...); allocated, or NULL. */
void qualifiers_split (const char *qualifiers, char **ret_standard, char **ret_vendor);

#endif

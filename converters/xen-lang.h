/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The language of xl.cfg and of xm's files, as far as it is data.
 *
 * xl reads assignments of strings, numbers and lists (xl.cfg(5)).  A file of
 * xm is a Python program; those whose assignments are literals mean the same.
 * Whatever is no literal is never evaluated: it is OPAQUE, and so is what an
 * indented block assigns, for it depends on what the program does. */
#ifndef OVF_CONVERTERS_XEN_LANG_H
#define OVF_CONVERTERS_XEN_LANG_H

#include "base/ctx.h"
#include "base/report.h"
#include "base/vector.h"
#include "converter.h"

enum xen_kind { XEN_STRING, XEN_NUMBER, XEN_LIST, XEN_OPAQUE };
struct xen_value {
  enum xen_kind kind;
  char *text;               /* of a string; a number as it is written */
  struct xen_value *items;  /* of a list */
  size_t len, room;
  unsigned line;
};
struct xen_setting {
  char *name;
  struct xen_value value;
  bool stray;               /* met in a statement that is not understood */
};
DEFINE_VECTOR (xen_settings, struct xen_setting)

struct xen_config {
  xen_settings settings;    /* in their order; the last of a name counts */
};
/* NULL with OVF_E_FORMAT or OVF_E_LIMIT and the line.  What is no assignment
 * becomes a finding XEN-STATEMENT. */
struct xen_config *xen_parse (struct ovf_ctx *, const struct input *,
                              struct ovf_report *, struct ovf_error **err);
void xen_config_free (struct xen_config *);
DEFINE_CLEANUP (xen_config, xen_config_free)

/* The setting of a name that counts, or NULL. */
const struct xen_setting *xen_find (const struct xen_config *, const char *name);

#endif

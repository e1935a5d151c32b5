/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes that a conversion makes on the way, where it is asked to: the
 * options of the group "adjust.c" in options.def.  What `set` does to a
 * descriptor this does to a model, whatever it came from. */
#ifndef OVF_ADJUST_H
#define OVF_ADJUST_H

#include "pipeline.h"

/* Before names and networks are settled: machines and networks are called as
 * in the source.  `to` NULL is a package. */
bool adjust_apply (struct appliance *, const struct converter *to,
                   const struct ovf_options *, struct ovf_report *,
                   struct ovf_error **err);
/* Parts of it: what is left out (adjust-drop.c). */
void adjust_drop_files (struct appliance *, const struct ovf_options *);

#endif

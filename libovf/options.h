/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one operation is asked to do: the library's half of the options of
 * the command line, by name (options.def). */
#ifndef OVF_OPTIONS_H
#define OVF_OPTIONS_H

#include "base/vector.h"

enum option {
#define OPTION(constant, name, kind) OPT_##constant,
#include "options.def"
#undef OPTION
  OPT_COUNT
};

/* All take NULL options: nothing is set. */
bool option_flag (const struct ovf_options *, enum option);
const char *option_text (const struct ovf_options *, enum option); /* or NULL */
const strings *option_list (const struct ovf_options *, enum option);
const char *option_name (enum option);

#endif

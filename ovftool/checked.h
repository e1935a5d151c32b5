/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `validate` found, source by source, for the writers of its formats. */
#ifndef OVFTOOL_CHECKED_H
#define OVFTOOL_CHECKED_H

#include "command.h"

struct checked { /* one source */
  const char *name;   /* as the user gave it */
  size_t from, to;    /* its findings in the report */
  bool judged;        /* false: it could not be read at all */
};

/* The path of a finding's file for whoever opens it: the source, or a file
 * beside its descriptor.  *ret_inside is the name within the archive when the
 * file is a member of one, else NULL. */
const char *checked_path (struct cli *, const struct checked *,
                          const struct ovf_finding *, const char **ret_inside);

/* Documents for machines into cli_out (). */
void sarif_print (struct cli *, const struct checked *, size_t n);
void junit_print (struct cli *, const struct checked *, size_t n);

#endif

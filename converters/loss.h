/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a model holds and most configurations have no place for. */
#ifndef OVF_CONVERTERS_LOSS_H
#define OVF_CONVERTERS_LOSS_H

#include "converter.h"

struct loss_words {
  const char *target;       /* of LOSS-<target>-...: a constant */
  const char *noun;         /* what the target calls a machine: "domain" */
  bool boots_kernel;        /* it can start a kernel from a file */
  bool boots_xen;           /* as Xen does: paravirtual, by a boot loader */
  bool keeps_own;           /* what its own reader kept (extras with the owner
                               `target`) is the writer's to write or report */
};
/* Properties, and settings of other formats. */
void loss_settings (const struct loss_words *, const struct appliance *,
                    const struct machine *, struct ovf_report *);
/* Those, kernels, paravirtual guests, the start order. */
void loss_report (const struct loss_words *, const struct appliance *,
                  const struct machine *, struct ovf_report *);
/* A board of its own is asked for: neither an ordinary PC nor one of Xen's
 * kinds of guests ("xenfv"), which name no board. */
bool loss_board (const struct machine *);

#endif

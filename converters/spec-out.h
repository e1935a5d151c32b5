/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing a build file, between spec-write.c and spec-write-hardware.c. */
#ifndef SPEC_OUT_H
#define SPEC_OUT_H

#include "spec.h"

struct spec_out {
  yaml_emitter_t emitter;
  const struct appliance *a;
  const struct machine *m;
  struct ovf_ctx *ctx;
  struct ovf_report *report;
  struct ovf_error **err;
  bool failed;        /* *err may say why; else the stream failed */
};

/* key NULL: in a list, or the whole. */
void out_map (struct spec_out *, const char *key);
void out_map_end (struct spec_out *);
void out_list (struct spec_out *, const char *key);
void out_list_end (struct spec_out *);
/* A pair; nothing when the value is NULL or UNSET.  key NULL: of a list. */
void out_text (struct spec_out *, const char *key, const char *text);
void out_number (struct spec_out *, const char *key, uint64_t);
void out_flag (struct spec_out *, const char *key, enum tristate);
/* Extras "PREFIX KEY" as a map of settings. */
void out_configs (struct spec_out *, const char *key, const char *prefix);
bool out_is_kept (const struct extra *, const char *prefix);

/* spec-write-hardware.c */
void out_networks (struct spec_out *);
void out_hardware (struct spec_out *);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a conversion to a configuration will make: which files, under which
 * names, and the model as the target's writer shall see it. */
#ifndef OVF_PLAN_H
#define OVF_PLAN_H

#include "pipeline.h"

struct planned_file {
  size_t file;              /* index into files, NO_INDEX: an empty disk */
  size_t disk;              /* index into disks, NO_INDEX: copied as it is */
  char *name;               /* relative to the target folder */
  const struct disk_format *to;
  char *path;               /* what the configuration calls it; NULL: its
                               place in the folder */
  bool kernel;              /* or a ramdisk: it goes where --kernel-dir says */
  uint64_t estimate;        /* bytes it will take, at least */
  char *environment;        /* what the image made for it holds; or NULL */
  size_t environment_len;
};
DEFINE_VECTOR (planned_files, struct planned_file)
struct planned_config { /* a configuration, or the script beside it */
  size_t machine;
  char *name;
  write_function write;
  enum file_role role;      /* a script beside it is a file */
  bool executable;
};
DEFINE_VECTOR (planned_configs, struct planned_config)

struct plan {
  const struct converter *converter;
  char *folder;             /* the target folder, as it was given or made up */
  char *base;
  char *kernel_folder;      /* --kernel-dir, absolute; or NULL */
  struct appliance *model;  /* the target's; lent: the source's, changed */
  planned_files files;      /* in the order of References */
  planned_configs configs;
  uint64_t space;           /* bytes, estimate */
};
/* Changes the source's model into the target's: names, networks, formats.
 * href of each file becomes its final path. */
bool plan_make (struct plan *, struct source *, const struct converter *,
                const char *target, const struct ovf_options *,
                struct ovf_report *, struct ovf_error **err);
/* After the files were opened by the source's hrefs: put the final ones. */
void plan_settle_paths (struct plan *, const char *absolute_folder);
void plan_done (struct plan *);

/* ---- convert.c: carrying it out ------------------------------------------ */
struct text {
  char *text;
  size_t len;
};
/* The configurations, one a row of configs. */
bool plan_texts (struct source *, struct plan *, const char *absolute_folder,
                 struct text *ret, struct ovf_report *, struct ovf_error **err);
/* One file of the plan into fd. */
bool plan_fill (struct source *, const struct plan *, const struct planned_file *,
                int fd, uint64_t *ret_size, struct ovf_report *,
                struct ovf_error **err);
/* Reorders the files from the i-th on so that it is the one that comes next,
 * where they come from a pipe. */
bool plan_next (struct source *, struct plan *, size_t i, struct ovf_error **err);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Atomic outputs (cli.md section 2).  What is made lies beside the target as
 * `.NAME.partial` (a folder for outputs of several files), held with flock,
 * and is renamed by output_commit ().  output_free () without a commit
 * removes it.  A `.partial` that nobody holds is left from a killed run and
 * is cleaned up first. */
#ifndef OVF_BASE_OUTPUT_H
#define OVF_BASE_OUTPUT_H

#include <stdio.h>

#include "base/ctx.h"

struct output;

/* One file.  An existing target is OVF_E_IO unless force. */
struct output *output_new_file (const struct ovf_ctx *, const char *target,
                                bool force, struct ovf_error **err);
/* Several files in the folder `target`.  An absent folder is built as
 * .DIR.partial and renamed; one that exists is filled through
 * DIR/.BASE.partial/. */
struct output *output_new_dir (const struct ovf_ctx *, const char *target,
                               const char *base, bool force,
                               struct ovf_error **err);
/* Removes what was not committed.  Takes NULL. */
void output_free (struct output *);

/* The file of output_new_file (), open for reading and writing, mode 0644
 * less umask.  Lent: do not close. */
int output_fd (struct output *);
/* A further file of output_new_dir (); name is checked by name_check () and
 * may hold folders, which are made.  Files are renamed in the order of
 * creation, those with `last` after all others.  The fd is lent.  A name made
 * twice, or one that exists in the target folder and !force, is an error. */
int output_create (struct output *, const char *name, bool last,
                   struct ovf_error **err);
/* A text file, written through a FILE that output_create_text gives and
 * fclose ends; errors show at output_commit () too. */
bool output_write_text (struct output *, const char *name, bool last,
                        const char *text, size_t len, struct ovf_error **err);
/* Whoever may read the file `name`, made before, may run it. */
bool output_executable (struct output *, const char *name, struct ovf_error **err);
/* Where the file `name` (NULL: the target itself) will lie; absolute. */
char *output_path (const struct output *, const char *name);
/* OVF_E_IO with both numbers when fewer than bytes are free there. */
bool output_space (struct output *, uint64_t bytes, struct ovf_error **err);
/* Same device and inode as an open source? */
bool output_is_same (const char *target, int source_fd);

/* A file without a name, for what must be kept for a while: it is gone with
 * its descriptor, also after a SIGKILL.  folder NULL: TMPDIR, /var/tmp. */
int output_scratch (const char *folder, struct ovf_error **err);
/* What is free there; false where it cannot be known.  *ret_folder is
 * allocated. */
bool output_scratch_space (const char *folder, char **ret_folder, uint64_t *ret_free);

/* fsync and rename; afterwards nothing is removed by output_free (). */
bool output_commit (struct output *, struct ovf_error **err);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pipeline: read -> check -> copy disks -> write.  What the operations
 * (info.c, convert.c, build.c) share. */
#ifndef OVF_PIPELINE_H
#define OVF_PIPELINE_H

#include "converter.h"
#include "disk/disk.h"
#include "model/maps.h"
#include "options.h"
#include "package/package.h"
#include "package/write.h"
#include "package/xva.h"

/* ---- source.c: whatever is read -------------------------------------- */
/* A description in the model, and the way to the files it names. */
struct source {
  struct ovf_ctx *ctx;
  char *path;               /* as the user gave it */
  struct package *package;  /* NULL for a configuration or a bare disk */
  struct xva *xva;          /* a XenServer export; or NULL */
  struct appliance *appliance;
  const struct ovf_options *options;
  char *folder;             /* of a configuration: its files lie beneath */
  int dirfd;                /* the same, open; -1 for a package */
  int fd;                   /* the file itself, or -1 */
  int *fds;                 /* files opened for blobs; closed with the source */
  size_t n_fds;
  struct live_source *live; /* a guest of libvirt, or NULL */
  char *scratch;            /* the folder of temporary files, or NULL */
  bool own_files;           /* the user named the files (bare disk, build) */
};

enum purpose { PURPOSE_LOOK, PURPOSE_USE, PURPOSE_USE_ALL };
/* Opens and reads `path` ("-" = an OVA on standard input) of the kind --from
 * says or its content tells.  PURPOSE_LOOK forgives what only `validate`
 * judges; PURPOSE_USE_ALL keeps every deployment option.  --machine and
 * --configuration are obeyed. */
struct source *source_open (struct ovf_ctx *, const char *path, enum purpose,
                            const struct ovf_options *, struct ovf_report *,
                            struct ovf_error **err);
/* A model made here (build), whose files lie in `folder`. */
struct source *source_of_model (struct ovf_ctx *, struct appliance * /* taken */,
                                const char *folder, const struct ovf_options *,
                                struct ovf_error **err);
/* Reads a description: one step of all the above. */
bool source_read_text (struct source *, const struct converter *, const struct input *,
                       enum purpose, struct ovf_report *, struct ovf_error **err);
/* source-xva.c: s->fd, or standard input, is an XVA. */
bool source_open_xva (struct source *, enum purpose, struct ovf_report *,
                      struct ovf_error **err);
void source_free (struct source *);
DEFINE_CLEANUP (source, source_free)
struct trust_policy trust_policy_of (const struct ovf_options *);
/* Are the files `used` (indexes into appliance->files) what the manifest
 * says?  Nothing to do for a source without a package. */
bool source_trust (struct source *, const size_t *used, size_t n,
                   struct ovf_report *, struct ovf_error **err);
/* The bytes of files[i]: a stored blob, and the same inflated if it is
 * compressed (*ret_plain == *ret_stored when it is not). */
struct blob_pair {
  struct blob *stored, *plain;
};
bool source_file (struct source *, size_t i, uint64_t max_plain,
                  struct blob_pair *ret, struct ovf_error **err);
/* Reads the rest and compares the digest; frees both in every case. */
bool source_file_done (struct source *, struct blob_pair *, struct ovf_error **err);
/* For a file that could not be used, *err says why.  Bytes that were changed on
 * the way seldom make sense: when their digest differs, that is the error.
 * Frees both; false. */
bool source_file_failed (struct source *, struct blob_pair *, struct ovf_error **err);
void blob_pair_free (struct blob_pair *);
/* Where a file of a configuration, or one that the user named, lies, so that
 * files beside it may be read; NULL of a package.  Freshly allocated. */
char *source_folder_of (const struct source *, size_t i);
/* Before outputs are kept: what an archive has behind the files used. */
bool source_settle (struct source *, struct ovf_error **err);
/* The format of the disk image in files[i], whose bytes are pair.plain. */
const struct disk_format *source_disk_format (struct source *, size_t disk,
                                              struct blob_pair *,
                                              struct ovf_error **err);
/* Does the size of the image agree with what the description says? */
bool source_check_capacity (struct source *, size_t disk, uint64_t capacity,
                            struct ovf_report *, struct ovf_error **err);

/* ---- verify.c: what verify and unpack share --------------------------- */
/* A package, for looking; anything else is OVF_E_USAGE. */
struct source *source_open_package (struct ovf_ctx *, const char *path,
                                    const struct ovf_options *, struct ovf_report *,
                                    struct ovf_error **err);
/* Adds the findings on archive, manifest and certificate to report. */
void report_of_package (const struct ovf_report *all, struct ovf_report *report);
/* The hrefs of all files; OVF_E_UNSAFE for one that leads outside. */
bool source_references (struct source *, strings *ret, struct ovf_error **err);

/* ---- default-machine.c ------------------------------------------------- */
struct machine *default_machine (struct appliance *);
/* Disk `disk`, the number-th (from 0), on a SCSI controller of its own kind. */
void default_drive (struct machine *, size_t disk, unsigned number);
/* A bare disk gets a machine around it, with a finding. */
void default_around_disk (struct appliance *, struct ovf_report *);

/* ---- netmap.c --------------------------------------------------------- */
/* Settles network and attachment of every NIC for the target: --net rules,
 * else the target's default with a finding NET-UNMAPPED. */
bool netmap_apply (struct appliance *, const struct converter *target,
                   const strings *rules, struct ovf_report *,
                   struct ovf_error **err);

/* For a package: adapters without a network get one by how they are attached;
 * the rules give networks new names. */
bool netmap_rename (struct appliance *, const strings *rules, struct ovf_error **err);

/* ---- identity.c: --name --mac --uuid ---------------------------------- */
/* target NULL: a package. */
bool identity_apply (struct appliance *, const struct converter *target,
                     const struct ovf_options *, struct ovf_error **err);
/* The BASE of file names (cli.md 3.2), allocated. */
char *pipeline_base (const struct appliance *, const struct ovf_options *,
                     const char *target_stem);

/* ---- copy-disk.c -------------------------------------------------------- */
/* disks[disk] of the source into target; *ret_capacity and *ret_populated
 * (either may be NULL) tell what it held. */
struct disk_job {
  size_t disk;
  const struct disk_format *to;
  struct disk_target target;
  struct disk_sink_options options;
  uint64_t capacity, populated, written; /* results, bytes */
};
bool source_copy_disk (struct source *, struct disk_job *, struct ovf_report *,
                       struct ovf_error **err);

/* A finding, once, when a helper program could not be wholly confined. */
void note_sandbox (const struct ovf_ctx *, struct ovf_report *);

/* ---- export.c ----------------------------------------------------------- */
/* An appliance as an OVF package: `target` is an .ova, an .ovf, a folder, or
 * "-". */
bool pipeline_write_package (struct source *, const char *target,
                             const struct ovf_options *, struct ovf_report *,
                             char **ret_json, struct ovf_error **err);

/* ---- export-xva.c ------------------------------------------------------- */
/* An appliance's machine as a XenServer export: `target` is a file, a folder,
 * or "-". */
bool pipeline_write_xva (struct source *, const char *target, struct ovf_report *,
                         char **ret_json, struct ovf_error **err);

/* ---- disk-target.c -------------------------------------------------------- */
bool pipeline_write_disk (struct source *, const char *target, struct ovf_report *,
                          char **ret_json, struct ovf_error **err);

/* ---- result.c ----------------------------------------------------------- */
/* The JSON of a result as text; takes the reference. */
char *result_dump (struct json_t *);
void result_file (struct json_t *files, const char *path, enum file_role role,
                  uint64_t size, const char *sha256);
/* The commands that start the guest; config and script (or NULL) are paths of
 * what was made. */
void result_start (struct json_t *start, const struct converter *, const char *config,
                   const char *script, const char *name);
/* {"target":...,"files":[...],"start":[]} as text; takes the reference. */
char *result_written (const char *target, struct json_t *files);
/* The SHA-256 of a file that was written, or "" where nobody will see it:
 * reading it once more takes time. */
bool result_digest (const struct ovf_ctx *, const struct ovf_options *, int fd,
                    char ret[DIGEST_HEX], struct ovf_error **err);
/* OVF_E_LOSS when --strict and the report has losses. */
bool strict_check (const struct ovf_options *, const struct ovf_report *,
                   struct ovf_error **err);

#endif

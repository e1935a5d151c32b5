/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Profiles (`--for`): what a platform takes, as data.  ovftool-profiles(5)
 * says how one is written; schemas/profiles/ has ours. */
#ifndef OVF_CHECK_PROFILE_H
#define OVF_CHECK_PROFILE_H

#include "base/vector.h"
#include "check/lint.h"

/* The lists of a profile: the best first, which is what is written. */
enum profile_list {
  PROFILE_DIGESTS,      /* "sha256" */
  PROFILE_FAMILIES,     /* "vmx-13"; patterns with `*` */
  PROFILE_VERSIONS,     /* "1.1" */
  PROFILE_BUSES,        /* "scsi", or "scsi:lsilogic" */
  PROFILE_NICS,         /* "e1000" */
  PROFILE_SOUND,
  PROFILE_FIRMWARE,     /* "bios", "efi" */
  PROFILE_COMPRESSION,  /* "none", "gzip" */
  PROFILE_TAR,          /* "ustar", "gnu", "pax" */
  PROFILE_MACHINES,     /* how many: "1" */
  PROFILE_LISTS
};

struct refusal { /* a rule whose findings this platform takes seriously */
  char *rule, *message, *source;
  enum level severity;
};
DEFINE_VECTOR (refusals, struct refusal)

struct profile {
  char *name, *title;
  bool given[PROFILE_LISTS];    /* not given: anything is taken */
  strings lists[PROFILE_LISTS];
  refusals refuse;
};
DEFINE_VECTOR (profiles, struct profile *)

/* By name, or by path when it holds '/' or ends in ".yaml".  OVF_E_USAGE for
 * a name that is none, OVF_E_FORMAT with file and line for a bad file. */
struct profile *profile_load (const struct ovf_ctx *, const char *name,
                              struct ovf_error **err);
void profile_free (struct profile *);
DEFINE_CLEANUP (profile, profile_free)
/* All of `names`; false frees what was loaded. */
bool profiles_load (const struct ovf_ctx *, const strings *names, profiles *ret,
                    struct ovf_error **err);
void profiles_free (profiles *);
/* The names of ours, sorted. */
bool profile_names (strings *ret, struct ovf_error **err);

/* Is word in the list, or is the list not given? */
bool profile_takes (const struct profile *, enum profile_list, const char *word);
/* What to write where the source's own word is not taken; NULL = anything. */
const char *profile_best (const struct profile *, enum profile_list);
const struct refusal *profile_refusal (const struct profile *, const char *rule);

/* Findings PROFILE-*.  l->doc and l->package may be NULL; digests is a mask of
 * the manifest's algorithms. */
void profile_check (const struct profile *, struct lint *, unsigned digests);

#endif

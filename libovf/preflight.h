/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preflight: would the target run this?  Each check has an id PREFLIGHT-...
 * and looks at the domain XML that was written, so that it judges what will
 * be defined.  What the target does not tell is not judged. */
#ifndef OVF_PREFLIGHT_H
#define OVF_PREFLIGHT_H

#include "libvirt-conn.h"
#include "plan.h"

/* What is known of the target; NULL, 0 and false where nothing is. */
struct preflight {
  struct ovf_ctx *ctx;
  const char *caps_name;    /* for messages: a file or an URI */
  const char *caps;         /* virsh domcapabilities */
  const struct virt_host *host;
  const virt_domains *domains;
  const char *replaced;     /* the name of a domain that will make room */
  bool start;               /* it shall run at once */
  const char *pool;         /* its name */
  uint64_t pool_free, pool_needs;   /* bytes; pool NULL: no matter */
  const char *scratch;      /* the folder of temporary files */
  uint64_t scratch_free, scratch_needs;
};

/* The words of a domain by which a host is asked what it can do. */
struct domain_words {
  char *name, *uuid, *type, *arch, *machine; /* NULL = not said */
};
bool domain_words_read (const struct ovf_ctx *, const char *xml, size_t len,
                        struct domain_words *ret, struct ovf_error **err);
void domain_words_done (struct domain_words *);
/* Does a domain use this file, or volume of a pool (either may be NULL)? */
bool domain_uses (const struct ovf_ctx *, const struct virt_domain *, const char *path,
                  const char *pool, const char *volume);

/* One machine; false only where a text is no XML. */
bool preflight_domain (const struct preflight *, const char *xml, size_t len,
                       struct ovf_report *, struct ovf_error **err);
void preflight_space (const struct preflight *, struct ovf_report *);
/* What can never move, from whatever described it (preflight-source.c). */
void preflight_source (const struct appliance *, struct ovf_report *);
/* The file of --target-caps, allocated. */
char *preflight_read_caps (struct ovf_ctx *, const char *path, struct ovf_error **err);
/* OVF_E_FORMAT when a finding is an error. */
bool preflight_verdict (const struct ovf_report *, struct ovf_error **err);

#endif

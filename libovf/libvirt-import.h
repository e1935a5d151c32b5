/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of an import to a live host share. */
#ifndef OVF_LIBVIRT_IMPORT_H
#define OVF_LIBVIRT_IMPORT_H

#include "libvirt-conn.h"
#include "libvirt-live.h"
#include "preflight.h"

struct staged {         /* a file of the plan, converted */
  int fd;               /* -1: not yet */
  uint64_t size, capacity;
  char sha256[DIGEST_HEX];
};
DEFINE_VECTOR (live_volumes, struct virt_volume *)
struct live {
  struct source *s;
  struct plan *p;
  struct ovf_report *report;
  struct virt *virt;
  struct virt_pool *pool;   /* NULL: there are no files */
  const char *pool_name;
  struct virt_pool_facts pool_facts;
  struct virt_host host;
  virt_domains domains;     /* that were there before */
  struct text *texts;       /* one a machine */
  struct domain_words *words;
  struct staged *staged;    /* one a file */
  struct virt_volume *mark;
  live_volumes made;        /* by us, to be taken back */
  size_t defined;           /* machines */
};

/* *ret is the name of a domain that uses the volume, or NULL.  others: the
 * domains that will be replaced do not count. */
bool live_volume_user (struct live *, const char *name, struct virt_volume *, bool others,
                       const char **ret, struct ovf_error **err);

/* ---- libvirt-mark.c ------------------------------------------------------ */
/* What an import that was killed left behind is removed, and the report says
 * so; `look` only says so. */
bool live_clear_leftovers (struct live *, bool look, struct ovf_error **err);
/* Before the first volume is made, and after the last step. */
bool live_mark (struct live *, struct ovf_error **err);
void live_unmark (struct live *);

#endif

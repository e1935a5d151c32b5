/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libvirt, the service: connections, domains, volumes, what a host can do.
 * Only libvirt-conn*.c know its API; everybody else sees texts, sizes and
 * streams of bytes.
 *
 * Nothing of libvirt is printed, nobody is asked for a password: what a
 * connection needs stands in libvirt's own auth.conf, or in ssh's agent.  A
 * build without libvirt has libvirt-none.c instead, where virt_open () fails. */
#ifndef OVF_LIBVIRT_CONN_H
#define OVF_LIBVIRT_CONN_H

#include "base/blob.h"
#include "base/ctx.h"
#include "base/vector.h"

/* ---- connections ------------------------------------------------------- */
struct virt;
enum virt_access { VIRT_LOOK, VIRT_CHANGE };
/* Ends when the context is cancelled, and after LIMIT_HELPER_SILENCE seconds
 * in which nobody answers. */
struct virt *virt_open (struct ovf_ctx *, const char *uri, enum virt_access,
                        struct ovf_error **err);
void virt_free (struct virt *);
DEFINE_CLEANUP (virt, virt_free)
const char *virt_uri (const struct virt *);
/* Are the paths that it reports paths of this machine? */
bool virt_is_local (const struct virt *);

/* ---- domains ------------------------------------------------------------- */
struct virt_domain {
  char *name, *uuid;
  char *xml;            /* of the next start, with what is secret left out */
  char *live_xml;       /* what runs now; NULL when nothing does */
  bool active, persistent, saved; /* saved: suspended to a file of the host */
  const char *state;    /* "running", "paused" ... */
  unsigned snapshots;
};
DEFINE_VECTOR (virt_domains, struct virt_domain)
void virt_domain_done (struct virt_domain *);
void virt_domains_done (virt_domains *);
bool virt_domains_list (struct virt *, virt_domains *ret, struct ovf_error **err);
/* By name, else by UUID.  OVF_E_IO names those that there are. */
bool virt_domain_find (struct virt *, const char *name, struct virt_domain *ret,
                       struct ovf_error **err);
bool virt_domain_define (struct virt *, const char *xml, struct ovf_error **err);
bool virt_domain_start (struct virt *, const char *name, struct ovf_error **err);
/* With its variables of the firmware. */
bool virt_domain_undefine (struct virt *, const char *name, struct ovf_error **err);
/* Ends it where it runs; for what was started here. */
void virt_domain_stop (struct virt *, const char *name);

/* ---- pools and volumes ---------------------------------------------------- */
struct virt_pool;
struct virt_pool_facts {
  char *type;           /* "dir", "logical" ... */
  char *path;           /* of the target; or NULL */
  uint64_t capacity, available;
};
/* OVF_E_IO names the pools that there are, or says that it does not run. */
struct virt_pool *virt_pool_open (struct virt *, const char *name, struct ovf_error **err);
void virt_pool_free (struct virt_pool *);
DEFINE_CLEANUP (virt_pool, virt_pool_free)
bool virt_pool_facts (struct virt_pool *, struct virt_pool_facts *ret, struct ovf_error **err);
void virt_pool_facts_done (struct virt_pool_facts *);

struct virt_volume;
struct virt_volume_facts {
  char *path;
  char *format;         /* "raw", "qcow2"; NULL = not said */
  uint64_t capacity;    /* bytes the guest sees */
  uint64_t size;        /* bytes that a download gives */
};
/* *ret is NULL when there is none. */
bool virt_volume_find (struct virt_pool *, const char *name, struct virt_volume **ret,
                       struct ovf_error **err);
bool virt_volume_by_path (struct virt *, const char *path, struct virt_volume **ret,
                          struct ovf_error **err);
bool virt_volume_by_pool (struct virt *, const char *pool, const char *name,
                          struct virt_volume **ret, struct ovf_error **err);
/* Never one that exists already.  size: what the file of it will need. */
struct virt_volume *virt_volume_create (struct virt_pool *, const char *name,
                                        const char *format, uint64_t capacity,
                                        struct ovf_error **err);
void virt_volume_free (struct virt_volume *);
DEFINE_CLEANUP (virt_volume, virt_volume_free)
bool virt_volume_facts (struct virt_volume *, struct virt_volume_facts *ret,
                        struct ovf_error **err);
void virt_volume_facts_done (struct virt_volume_facts *);
bool virt_volume_delete (struct virt_volume *, struct ovf_error **err);
/* The first `size` bytes of fd.  sparse: runs of the file that hold no data
 * are not sent; the volume must be raw and new. */
bool virt_volume_upload (struct virt_volume *, int fd, uint64_t size, bool sparse,
                         const char *what, struct ovf_error **err);

/* The bytes of a volume in order; holes are not transferred.  read has the
 * form of a blob_read_fn, with the download as its opaque. */
struct virt_download;
struct virt_download *virt_download_new (struct virt_volume *, struct ovf_error **err);
ssize_t virt_download_read (void *download, void *buf, size_t n, struct ovf_error **err);
/* Up to n bytes, or (*ret_hole) the length of a hole, where 0 is returned; the
 * end is 0 without a hole. */
ssize_t virt_download_some (struct virt_download *, void *buf, size_t n, uint64_t *ret_hole,
                            struct ovf_error **err);
void virt_download_free (struct virt_download *);
DEFINE_CLEANUP (virt_download, virt_download_free)

/* ---- what a host can do ------------------------------------------------------ */
/* virsh domcapabilities, allocated; what is NULL is the host's default. */
char *virt_domain_capabilities (struct virt *, const char *arch, const char *machine,
                                const char *virt_type, struct ovf_error **err);
struct virt_host {
  uint64_t memory, free_memory; /* bytes; 0 = not known */
  unsigned cpus;                /* 0 = not known */
  bool networks_known, links_known;
  strings networks, inactive_networks;
  strings links;                /* network devices, bridges among them */
};
/* What the host does not tell stays unknown: no error. */
void virt_host_facts (struct virt *, struct virt_host *ret);
void virt_host_done (struct virt_host *);

#endif

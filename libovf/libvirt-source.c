/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest of a live host as a source: its description and its volumes.
 *
 * Raw volumes come as a stream.  What has tables needs to be read anywhere:
 * on this machine, where the path that libvirt reports can be read, from
 * there; else from a copy without a name beside the output. */
#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/output.h"
#include "base/text.h"
#include "libvirt-conn.h"
#include "libvirt-live.h"

#define COPY_CHUNK (256u << 10)

DEFINE_VECTOR (downloads, struct virt_download *)
DEFINE_VECTOR (volumes, struct virt_volume *)
DEFINE_VECTOR (descriptors, int)
struct live_source {
  struct ovf_ctx *ctx;
  struct virt *virt;
  struct virt_domain domain;
  downloads downloads;      /* what blobs are made of, until the end */
  volumes volumes;
  descriptors fds;
};

void
live_source_free (struct live_source *l)
{
  if (l == NULL)
    return;
  VECTOR_FOR (d, &l->downloads)
    virt_download_free (*d);
  VECTOR_FOR (v, &l->volumes)
    virt_volume_free (*v);
  VECTOR_FOR (fd, &l->fds)
    close (*fd);
  free (l->downloads.ptr);
  free (l->volumes.ptr);
  free (l->fds.ptr);
  virt_domain_done (&l->domain);
  virt_free (l->virt);
  free (l);
}
DEFINE_CLEANUP (live_source, live_source_free)

const char *
live_source_name (const struct live_source *l)
{
  return l->domain.name;
}

/* ---- the domain ------------------------------------------------------------- */
/* While it runs, or waits to go on, the disks are not what it will see. */
static bool
may_be_read (const struct live_source *l, struct ovf_error **err)
{
  const struct virt_domain *d = &l->domain;

  if (d->active) {
    error_set (err, OVF_E_IO, "the domain '%s' is %s: its disks change while they are read",
               d->name, d->state);
    return error_hint (err, "'virsh -c %s shutdown %s' first", virt_uri (l->virt), d->name);
  }
  if (d->saved) {
    error_set (err, OVF_E_IO,
               "the domain '%s' is suspended: what is in its memory is not on its disks yet",
               d->name);
    return error_hint (err, "start it and shut it down, or 'virsh -c %s managedsave-remove %s'",
                       virt_uri (l->virt), d->name);
  }
  return true;
}

static void
report_state (const struct live_source *l, struct ovf_report *report)
{
  const struct virt_domain *d = &l->domain;

  if (d->snapshots > 0)
    report_add (report, OVF_WARNING, "PREFLIGHT-SNAPSHOTS", d->name, 0, NULL,
                "the domain has %u snapshot%s: only its present state can move",
                d->snapshots, d->snapshots == 1 ? "" : "s");
  if (d->active)
    report_add (report, OVF_NOTE, "PREFLIGHT-RUNNING", d->name, 0, NULL,
                "the domain is %s: this is what it has at its next start", d->state);
  if (d->saved)
    report_add (report, OVF_WARNING, "PREFLIGHT-SUSPENDED", d->name, 0, NULL,
                "the domain is suspended: what is in its memory cannot move");
}

struct live_source *
live_source_open (struct ovf_ctx *ctx, const char *path, bool use, const char **ret_xml,
                  struct ovf_report *report, struct ovf_error **err)
{
  const char *name = strrchr (path, '#');
  const char *from = path + strlen (LIVE_PREFIX);
  CLEANUP_FREE char *uri = name ? xstrndup (from, (size_t)(name - from)) : xstrdup (from);
  CLEANUP (live_source) struct live_source *l = xcalloc (1, sizeof *l);

  l->ctx = ctx;
  l->virt = virt_open (ctx, uri, use ? VIRT_CHANGE : VIRT_LOOK, err);
  if (l->virt == NULL
      || !virt_domain_find (l->virt, name ? name + 1 : "", &l->domain, err)
      || (use && !may_be_read (l, err)))
    return NULL;
  report_state (l, report);
  *ret_xml = l->domain.xml;
  return STEAL (l);
}

/* ---- volumes ------------------------------------------------------------------ */
/* "volume:POOL/NAME", as the reader of domains calls it, or a path. */
static bool
find_volume (struct live_source *l, const char *href, struct virt_volume **ret,
             struct ovf_error **err)
{
  static const char prefix[] = "volume:";
  const char *rest = href + strlen (prefix), *slash;
  CLEANUP_FREE char *pool = NULL;

  *ret = NULL;
  if (strncmp (href, prefix, strlen (prefix)) != 0)
    return *href != '/' || virt_volume_by_path (l->virt, href, ret, err);
  slash = strchr (rest, '/');
  if (slash == NULL)
    return true;
  pool = xstrndup (rest, (size_t)(slash - rest));
  return virt_volume_by_pool (l->virt, pool, slash + 1, ret, err);
}

/* The path that libvirt itself reports, where this process may read it and it
 * is what libvirt speaks of. */
static int
open_local (struct live_source *l, const struct virt_volume_facts *facts, uint64_t *ret_size)
{
  int fd = virt_is_local (l->virt) && facts->path && *facts->path == '/'
             ? file_open_user (facts->path, NULL, NULL) : -1;

  if (fd < 0)
    return -1;
  descriptors_append (&l->fds, fd);
  return file_size (fd, ret_size, NULL) && *ret_size > 0 ? fd : -1;
}

static struct virt_download *
start_download (struct live_source *l, struct virt_volume *v, struct ovf_error **err)
{
  struct virt_download *d = virt_download_new (v, err);

  if (d != NULL)
    downloads_append (&l->downloads, d);
  return d;
}

/* Holes stay holes. */
static bool
copy_to (struct live_source *l, struct virt_download *d, int fd, const char *what,
         uint64_t *ret_size, struct ovf_error **err)
{
  CLEANUP_FREE char *buf = xmalloc (COPY_CHUNK);
  const uint64_t limit = ctx_limit (l->ctx, LIMIT_CAPACITY);
  uint64_t at = 0, hole;
  ssize_t n;

  do {
    n = virt_download_some (d, buf, COPY_CHUNK, &hole, err);
    if (n < 0 || (n > 0 && !file_pwrite (fd, buf, (size_t)n, at, err)))
      return false;
    if (__builtin_add_overflow (at, (uint64_t)n + hole, &at) || at > limit)
      return error_set (err, OVF_E_LIMIT, "the volume '%s' has more than %llu bytes", what,
                        (unsigned long long)limit);
    ctx_progress (l->ctx, what, at, 0);
  } while (n > 0 || hole > 0);
  *ret_size = at;
  return ftruncate (fd, (off_t)at) == 0
         || error_errno (err, errno, "cannot set the size of the copy of '%s'", what);
}

static struct blob *
copy_of_volume (struct live_source *l, struct virt_volume *v, const char *href,
                const char *scratch, struct ovf_error **err)
{
  struct virt_download *d = start_download (l, v, err);
  uint64_t size = 0;
  int fd;

  if (d == NULL)
    return NULL;
  fd = output_scratch (scratch, err);
  if (fd < 0)
    return NULL;
  descriptors_append (&l->fds, fd);
  if (!copy_to (l, d, fd, href, &size, err))
    return NULL;
  return blob_new_span (href, fd, 0, size);
}

static struct blob *
blob_of_volume (struct live_source *l, struct virt_volume *v, const char *href, bool raw,
                const char *scratch, struct ovf_error **err)
{
  struct virt_volume_facts facts;
  struct virt_download *d;
  struct blob *blob = NULL;
  uint64_t size = 0;
  int fd;

  if (!virt_volume_facts (v, &facts, err))
    return NULL;
  if (raw && facts.format && strcmp (facts.format, "raw") == 0) {
    d = start_download (l, v, err);
    if (d != NULL)
      blob = blob_new_stream (href, facts.capacity, virt_download_read, d);
  } else {
    fd = open_local (l, &facts, &size);
    blob = fd >= 0 ? blob_new_span (href, fd, 0, size)
                   : copy_of_volume (l, v, href, scratch, err);
  }
  virt_volume_facts_done (&facts);
  return blob;
}

struct blob *
live_source_blob (struct live_source *l, const char *href, bool raw, const char *scratch,
                  bool *ret_local, struct ovf_error **err)
{
  struct virt_volume *v;

  *ret_local = virt_is_local (l->virt);
  if (!find_volume (l, href, &v, err) || v == NULL)
    return NULL;
  volumes_append (&l->volumes, v);
  return blob_of_volume (l, v, href, raw, scratch, err);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pools and volumes of libvirt, and the streams of bytes to and from them;
 * see libvirt-conn.h. */
#include <inttypes.h>

#include "base/file.h"
#include "base/text.h"
#include "base/xml.h"
#include "base/xmlw.h"
#include "libvirt-conn-impl.h"

#define CHUNK (256u << 10) /* bytes in one message of a stream */

struct virt_pool {
  struct virt *v;
  virStoragePoolPtr pool;
  char *name;
};
struct virt_volume {
  struct virt *v;
  virStorageVolPtr vol;
  char *name;
};

/* ---- pools ---------------------------------------------------------------- */
static void
name_pools (struct virt *v, struct ovf_error **err)
{
  CLEANUP_FREE char *list = NULL;
  strings names = { 0 };
  virStoragePoolPtr *pools = NULL;
  int n = virConnectListAllStoragePools (v->conn, &pools, 0);

  for (int i = 0; i < n; i++) {
    strings_append (&names, xstrdup (virStoragePoolGetName (pools[i])));
    virStoragePoolFree (pools[i]);
  }
  free (pools);
  list = virt_name_list (&names);
  if (names.len > 0)
    error_hint (err, "--pool NAME; '%s' has: %s", v->uri, list);
  else
    error_hint (err, "'%s' has no storage pool: 'virsh pool-define-as' makes one", v->uri);
  strings_free (&names);
}

struct virt_pool *
virt_pool_open (struct virt *v, const char *name, struct ovf_error **err)
{
  virStoragePoolPtr pool = virStoragePoolLookupByName (v->conn, name);
  struct virt_pool *p;

  if (pool == NULL) {
    if (virt_last_code () == VIR_ERR_NO_STORAGE_POOL) {
      error_set (err, OVF_E_IO, "there is no storage pool '%s'", name);
      name_pools (v, err);
    } else
      virt_failed (v, err, "the storage pool '%s' cannot be found", name);
    return NULL;
  }
  if (virStoragePoolIsActive (pool) != 1) {
    error_set (err, OVF_E_IO, "the storage pool '%s' does not run", name);
    error_hint (err, "virsh -c %s pool-start %s", v->uri, name);
    virStoragePoolFree (pool);
    return NULL;
  }
  /* What was put there or taken away by others. */
  virStoragePoolRefresh (pool, 0);
  p = xcalloc (1, sizeof *p);
  p->v = v;
  p->pool = pool;
  p->name = xstrdup (name);
  return p;
}

void
virt_pool_free (struct virt_pool *p)
{
  if (p == NULL)
    return;
  virStoragePoolFree (p->pool);
  free (p->name);
  free (p);
}

void
virt_pool_facts_done (struct virt_pool_facts *f)
{
  free (f->type);
  free (f->path);
  memset (f, 0, sizeof *f);
}

bool
virt_pool_facts (struct virt_pool *p, struct virt_pool_facts *ret, struct ovf_error **err)
{
  CLEANUP_FREE char *xml = virStoragePoolGetXMLDesc (p->pool, 0);
  CLEANUP_XML xmlDoc *doc = NULL;
  const xmlNode *root, *target;
  virStoragePoolInfo info;

  memset (ret, 0, sizeof *ret);
  if (xml == NULL || virStoragePoolGetInfo (p->pool, &info) != 0)
    return virt_failed (p->v, err, "the storage pool '%s' cannot be described", p->name);
  doc = xml_parse (p->v->ctx, p->name, xml, strlen (xml), err);
  if (doc == NULL)
    return false;
  root = xmlDocGetRootElement (doc);
  target = xml_child (root, NULL, "target");
  ret->type = xml_attr (root, NULL, "type");
  ret->path = target ? xml_child_text (target, NULL, "path") : NULL;
  ret->capacity = info.capacity;
  ret->available = info.available;
  return true;
}

/* ---- volumes ----------------------------------------------------------------- */
static struct virt_volume *
volume_new (struct virt *v, virStorageVolPtr vol)
{
  struct virt_volume *x = xcalloc (1, sizeof *x);

  x->v = v;
  x->vol = vol;
  x->name = xstrdup (virStorageVolGetName (vol));
  return x;
}

void
virt_volume_free (struct virt_volume *x)
{
  if (x == NULL)
    return;
  virStorageVolFree (x->vol);
  free (x->name);
  free (x);
}

/* A lookup that found nothing is no failure. */
static bool
found (struct virt *v, virStorageVolPtr vol, const char *name, struct virt_volume **ret,
       struct ovf_error **err)
{
  int code = vol == NULL ? virt_last_code () : VIR_ERR_OK;

  *ret = vol != NULL ? volume_new (v, vol) : NULL;
  if (vol != NULL || code == VIR_ERR_NO_STORAGE_VOL || code == VIR_ERR_NO_STORAGE_POOL
      || code == VIR_ERR_NO_SUPPORT)
    return true;
  return virt_failed (v, err, "the volume '%s' cannot be looked for", name);
}

bool
virt_volume_find (struct virt_pool *p, const char *name, struct virt_volume **ret,
                  struct ovf_error **err)
{
  return found (p->v, virStorageVolLookupByName (p->pool, name), name, ret, err);
}

bool
virt_volume_by_path (struct virt *v, const char *path, struct virt_volume **ret,
                     struct ovf_error **err)
{
  return found (v, virStorageVolLookupByPath (v->conn, path), path, ret, err);
}

bool
virt_volume_by_pool (struct virt *v, const char *pool, const char *name,
                     struct virt_volume **ret, struct ovf_error **err)
{
  virStoragePoolPtr p = virStoragePoolLookupByName (v->conn, pool);
  bool ok;

  if (p == NULL)
    return found (v, NULL, pool, ret, err);
  ok = found (v, virStorageVolLookupByName (p, name), name, ret, err);
  virStoragePoolFree (p);
  return ok;
}

static char *
volume_xml (const char *name, const char *format, uint64_t capacity)
{
  char *text = NULL;
  struct xmlw w;
  size_t len;
  FILE *f = open_memstream (&text, &len);

  if (f == NULL)
    abort ();
  xmlw_begin (&w, f);
  xmlw_start (&w, "volume");
  xmlw_element (&w, "name", name);
  xmlw_elementf (&w, "capacity", "%" PRIu64, capacity);
  xmlw_elementf (&w, "allocation", "%d", 0);
  xmlw_start (&w, "target");
  xmlw_start (&w, "format");
  xmlw_attr (&w, "type", format);
  xmlw_end (&w);
  xmlw_end (&w);
  xmlw_end (&w);
  xmlw_finish (&w, NULL);
  if (fclose (f) != 0)
    abort ();
  return text;
}

struct virt_volume *
virt_volume_create (struct virt_pool *p, const char *name, const char *format,
                    uint64_t capacity, struct ovf_error **err)
{
  CLEANUP_FREE char *xml = volume_xml (name, format, capacity);
  virStorageVolPtr vol = virStorageVolCreateXML (p->pool, xml, 0);

  if (vol != NULL)
    return volume_new (p->v, vol);
  virt_failed (p->v, err, "the volume '%s' cannot be made in the pool '%s'", name, p->name);
  return NULL;
}

void
virt_volume_facts_done (struct virt_volume_facts *f)
{
  free (f->path);
  free (f->format);
  memset (f, 0, sizeof *f);
}

static char *
volume_format (struct virt_volume *x, const char *xml)
{
  CLEANUP_XML xmlDoc *doc = xml_parse (x->v->ctx, x->name, xml, strlen (xml), NULL);
  const xmlNode *root = doc ? xmlDocGetRootElement (doc) : NULL;
  const xmlNode *target = root ? xml_child (root, NULL, "target") : NULL;
  const xmlNode *format = target ? xml_child (target, NULL, "format") : NULL;

  return format ? xml_attr (format, NULL, "type") : NULL;
}

bool
virt_volume_facts (struct virt_volume *x, struct virt_volume_facts *ret, struct ovf_error **err)
{
  CLEANUP_FREE char *xml = virStorageVolGetXMLDesc (x->vol, 0);
  virStorageVolInfo info, physical;

  memset (ret, 0, sizeof *ret);
  ret->path = virStorageVolGetPath (x->vol);
  if (xml == NULL || ret->path == NULL || virStorageVolGetInfo (x->vol, &info) != 0) {
    virt_volume_facts_done (ret);
    return virt_failed (x->v, err, "the volume '%s' cannot be described", x->name);
  }
  ret->format = volume_format (x, xml);
  ret->capacity = ret->size = info.capacity;
  if (virStorageVolGetInfoFlags (x->vol, &physical, VIR_STORAGE_VOL_GET_PHYSICAL) == 0)
    ret->size = physical.allocation;
  return true;
}

bool
virt_volume_delete (struct virt_volume *x, struct ovf_error **err)
{
  return virStorageVolDelete (x->vol, 0) == 0
         || virt_failed (NULL, err, "the volume '%s' cannot be deleted", x->name);
}

/* ---- streams ------------------------------------------------------------------- */
/* Hosts from before sparse streams refuse the flag. */
static virStreamPtr
start_stream (struct virt_volume *x, bool upload, uint64_t size, bool *sparse,
              struct ovf_error **err)
{
  for (;;) {
    virStreamPtr st = virStreamNew (x->v->conn, 0);
    int r = -1;
    if (st != NULL && upload)
      r = virStorageVolUpload (x->vol, st, 0, size,
                               *sparse ? VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM : 0);
    else if (st != NULL)
      r = virStorageVolDownload (x->vol, st, 0, 0,
                                 *sparse ? VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM : 0);
    if (r == 0)
      return st;
    if (!*sparse) /* freeing the stream forgets why */
      virt_failed (x->v, err, upload ? "the volume '%s' takes no data"
                                     : "the volume '%s' cannot be read", x->name);
    if (st != NULL)
      virStreamFree (st);
    if (!*sparse)
      return NULL;
    *sparse = false;
  }
}

struct upload {
  struct virt_volume *x;
  virStreamPtr st;
  int fd;
  uint64_t size, done;
  bool sparse;
  const char *what;
  char *buf;
};

static bool
upload_failed (struct upload *u, struct ovf_error **err)
{
  return virt_failed (u->x->v, err, "the volume '%s' takes no more data", u->x->name);
}

static bool
send_bytes (struct upload *u, const char *p, size_t n, struct ovf_error **err)
{
  while (n > 0) {
    int sent = virStreamSend (u->st, p, n);
    if (sent <= 0)
      return upload_failed (u, err);
    p += sent;
    n -= (size_t)sent;
    u->done += (uint64_t)sent;
  }
  ctx_progress (u->x->v->ctx, u->what, u->done, u->size);
  return ctx_alive (u->x->v->ctx, err);
}

static bool
send_data (struct upload *u, uint64_t end, struct ovf_error **err)
{
  while (u->done < end) {
    size_t n = end - u->done < CHUNK ? (size_t)(end - u->done) : CHUNK;
    if (!file_pread (u->fd, u->buf, n, u->done, err) || !send_bytes (u, u->buf, n, err))
      return false;
  }
  return true;
}

static bool
send_hole (struct upload *u, uint64_t end, struct ovf_error **err)
{
  if (!u->sparse)
    return send_data (u, end, err);
  if (end > u->done && virStreamSendHole (u->st, (long long)(end - u->done), 0) != 0)
    return upload_failed (u, err);
  u->done = end;
  ctx_progress (u->x->v->ctx, u->what, u->done, u->size);
  return ctx_alive (u->x->v->ctx, err);
}

static bool
send_all (struct upload *u, struct ovf_error **err)
{
  while (u->done < u->size) {
    uint64_t at = u->done, n;
    if (!file_next_data (u->fd, u->size, &at, &n, err))
      return false;
    if (n == 0)
      at = u->size;
    if (!send_hole (u, at, err) || !send_data (u, at + n, err))
      return false;
  }
  return true;
}

bool
virt_volume_upload (struct virt_volume *x, int fd, uint64_t size, bool sparse,
                    const char *what, struct ovf_error **err)
{
  struct upload u = { .x = x, .fd = fd, .size = size, .sparse = sparse, .what = what };
  bool ok;

  u.st = start_stream (x, true, size, &u.sparse, err);
  if (u.st == NULL)
    return false;
  u.buf = xmalloc (CHUNK);
  ok = send_all (&u, err);
  if (ok && virStreamFinish (u.st) != 0)
    ok = upload_failed (&u, err);
  else if (!ok)
    virStreamAbort (u.st);
  virStreamFree (u.st);
  free (u.buf);
  return ok;
}

/* ---- downloads ---------------------------------------------------------------------- */
struct virt_download {
  struct virt_volume *x; /* lent */
  virStreamPtr st;
  uint64_t hole;        /* zeros that are due */
  bool ended;
};

struct virt_download *
virt_download_new (struct virt_volume *x, struct ovf_error **err)
{
  struct virt_download *d;
  bool sparse = true;
  virStreamPtr st = start_stream (x, false, 0, &sparse, err);

  if (st == NULL)
    return NULL;
  d = xcalloc (1, sizeof *d);
  d->x = x;
  d->st = st;
  return d;
}

void
virt_download_free (struct virt_download *d)
{
  if (d == NULL)
    return;
  if (!d->ended)
    virStreamAbort (d->st);
  virStreamFree (d->st);
  free (d);
}

static ssize_t
download_failed (struct virt_download *d, struct ovf_error **err)
{
  virt_failed (d->x->v, err, "the volume '%s' gives no more data", d->x->name);
  return -1;
}

ssize_t
virt_download_some (struct virt_download *d, void *buf, size_t n, uint64_t *ret_hole,
                    struct ovf_error **err)
{
  long long hole = 0;
  int got;

  *ret_hole = 0;
  if (d->ended)
    return 0;
  if (!ctx_alive (d->x->v->ctx, err))
    return -1;
  got = virStreamRecvFlags (d->st, buf, n < CHUNK ? n : CHUNK, VIR_STREAM_RECV_STOP_AT_HOLE);
  if (got > 0)
    return got;
  if (got == -3) {
    if (virStreamRecvHole (d->st, &hole, 0) != 0 || hole < 0)
      return download_failed (d, err);
    *ret_hole = (uint64_t)hole;
    return 0;
  }
  if (got != 0 || virStreamFinish (d->st) != 0)
    return download_failed (d, err);
  d->ended = true;
  return 0;
}

ssize_t
virt_download_read (void *download, void *buf, size_t n, struct ovf_error **err)
{
  struct virt_download *d = download;
  ssize_t got;

  while (d->hole == 0) {
    got = virt_download_some (d, buf, n, &d->hole, err);
    if (got != 0 || d->ended)
      return got;
  }
  got = (ssize_t)(n < d->hole ? n : d->hole);
  memset (buf, 0, (size_t)got);
  d->hole -= (uint64_t)got;
  return got;
}

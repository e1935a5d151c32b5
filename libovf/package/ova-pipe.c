/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An OVA that comes once, from a pipe: members are used in the order in which
 * they arrive, and nothing is spooled.  Descriptor, manifest and certificate
 * are small and kept in memory; every other member is hashed as it goes by,
 * because the manifest may come last. */
#include "package/internal.h"

#include "base/file.h"

#define COPY_BUFFER (64u << 10)

static bool
late (const struct package *p, const char *name, const char *why,
      struct ovf_error **err)
{
  error_at (err, OVF_E_FORMAT, "OVF-TAR-004", p->path, 0, "'%s' %s", name, why);
  return error_hint (err, "save the archive to a file and name that: what comes "
                          "from a pipe can only be used in its order");
}

/* ---- the member that is coming ------------------------------------------------------ */
static unsigned
mask_of (const struct package *p)
{
  return p->tap | p->tap_more;
}

/* 1: a further member is pending; 0: the archive's end. */
static int
advance (struct package *p, struct ovf_error **err)
{
  struct member m = { 0 };
  int r;

  if (p->ended)
    return 0;
  r = ova_next (p->walk, &m, err);
  if (r > 0) {
    package_add (p, &m, store_of_fd (-1));
    p->pending = true;
    digest_free (p->digest);
    p->digest = mask_of (p) ? digest_new (mask_of (p)) : NULL;
  }
  p->ended = r == 0;
  return r;
}

static ssize_t
read_pending (struct package *p, void *buf, size_t n, struct ovf_error **err)
{
  ssize_t got = ova_read (p->walk, buf, n, err);

  if (got > 0 && p->digest != NULL)
    digest_update (p->digest, buf, (size_t)got);
  return got;
}

/* All of its data has been read. */
static void
pending_ended (struct package *p)
{
  p->pending = false;
  if (p->digest == NULL)
    return;
  slot_take (&p->slots.ptr[p->members.len - 1], p->digest, mask_of (p));
  digest_free (p->digest);
  p->digest = NULL;
}

static bool
skip_pending (struct package *p, struct ovf_error **err)
{
  CLEANUP_FREE char *buf = xmalloc (COPY_BUFFER);
  ssize_t got;

  while ((got = read_pending (p, buf, COPY_BUFFER, err)) > 0)
    if (!ctx_alive (p->ctx, err))
      return false;
  if (got < 0)
    return false;
  pending_ended (p);
  return true;
}

/* ---- small files ------------------------------------------------------------------------ */
static bool
load_pending (struct package *p, struct part *part, enum limit limit,
              const char *what, struct ovf_error **err)
{
  const struct member *m = &p->members.ptr[p->members.len - 1];
  size_t done = 0;
  ssize_t got;

  if (!ctx_within (p->ctx, limit, m->size, what, err))
    return error_place (err, NULL, m->name, 0);
  part->name = xstrdup (m->name);
  part->data = xmalloc (m->size + 1); /* within the limit */
  while ((got = read_pending (p, part->data + done, m->size - done, err)) > 0)
    done += (size_t)got;
  if (got < 0)
    return false;
  part->data[done] = '\0';
  part->len = done;
  pending_ended (p);
  return true;
}

static const struct kind_row {
  const char *suffix, *rule, *what;
  size_t part; /* offset in struct package */
  enum limit limit;
} kinds[] = {
  { ".ovf", "OVF-PKG-001", "the descriptor",
    offsetof (struct package, descriptor), LIMIT_DESCRIPTOR },
  { ".mf", "OVF-PKG-002", "the manifest",
    offsetof (struct package, manifest), LIMIT_MANIFEST },
  { ".cert", "OVF-PKG-003", "the certificate",
    offsetof (struct package, certificate), LIMIT_CERTIFICATE },
};

/* A manifest that came before the descriptor and is not called as it is. */
static void
drop_stranger (struct package *p, struct part *part, const char *rule)
{
  if (part->name == NULL || same_stem (part->name, p->descriptor.name))
    return;
  report_add (p->report, OVF_WARNING, rule, p->path, 0, NULL,
              "'%s' is not called as the descriptor is: it counts as any other file",
              part->name);
  free (part->name);
  free (part->data);
  memset (part, 0, sizeof *part);
}

/* Keeps the pending member when it is one of the three; *ret tells. */
static bool
take_part (struct package *p, bool *ret, struct ovf_error **err)
{
  const char *name = p->members.ptr[p->members.len - 1].name;

  *ret = false;
  for (size_t i = 0; i < ARRAY_SIZE (kinds); i++) {
    const struct kind_row *k = &kinds[i];
    struct part *part = (struct part *)((char *)p + k->part);
    if (!name_is_kind (name, k->suffix))
      continue;
    if (part != &p->descriptor && p->descriptor.name != NULL
        && !same_stem (name, p->descriptor.name))
      return true; /* any other file */
    if (part->name != NULL)
      return error_at (err, OVF_E_FORMAT, k->rule, p->path, 0,
                       "the archive holds two, '%s' and '%s'", part->name, name);
    *ret = true;
    if (!load_pending (p, part, k->limit, k->what, err))
      return false;
    if (part == &p->descriptor) {
      drop_stranger (p, &p->manifest, "OVF-PKG-002");
      drop_stranger (p, &p->certificate, "OVF-PKG-003");
    }
    return true;
  }
  return true;
}

/* Reads on until a member other than the three is pending, or the end. */
static bool
to_next_file (struct package *p, struct ovf_error **err)
{
  bool part = true;

  while (part && !p->ended) {
    if (!p->pending && advance (p, err) < 0)
      return false;
    if (p->ended)
      return true;
    if (!take_part (p, &part, err))
      return false;
  }
  return true;
}

bool
pipe_open (struct package *p, struct ovf_error **err)
{
  p->walk = ova_new (p->ctx, package_store (p), BLOB_UNKNOWN, p->path, p->report, err);
  if (p->walk == NULL || !to_next_file (p, err))
    return false;
  if (p->descriptor.name != NULL)
    return true;
  if (p->ended)
    return error_at (err, OVF_E_FORMAT, "OVF-PKG-001", p->path, 0,
                     "the archive holds no descriptor (.ovf)");
  return late (p, p->members.ptr[p->members.len - 1].name,
               "comes before the descriptor", err);
}

/* ---- the file that is being read -------------------------------------------------------- */
/* The next chunk of the file, when it follows. */
static ssize_t
next_chunk (struct package *p, struct ovf_error **err)
{
  size_t i = p->members.len - 1;
  CLEANUP_FREE char *name = chunk_name (p->stem, (unsigned)(i + 1 - p->stream_first));

  if (advance (p, err) < 0)
    return -1;
  if (p->ended || strcmp (p->members.ptr[i + 1].name, name) != 0)
    return 0;
  if (p->members.ptr[i].size != p->chunk_size
      || p->members.ptr[i + 1].size > p->chunk_size) {
    error_at (err, OVF_E_FORMAT, "OVF-REF-005", p->path, 0,
              "the chunks up to '%s' do not have the chunkSize of %llu bytes", name,
              (unsigned long long)p->chunk_size);
    return -1;
  }
  return 1;
}

static ssize_t
stream_ended (struct package *p, struct ovf_error **err)
{
  if (p->stream_left == 0 || p->stream_left == BLOB_UNKNOWN)
    return 0;
  error_at (err, OVF_E_FORMAT, "OVF-REF-005", p->path, 0,
            "the chunks of '%s' are %llu bytes shorter than the descriptor says",
            p->stem, (unsigned long long)p->stream_left);
  return -1;
}

static ssize_t
stream_read (void *opaque, void *buf, size_t n, struct ovf_error **err)
{
  struct package *p = opaque;
  ssize_t got, r;

  while (p->streaming) {
    if (!ctx_alive (p->ctx, err) || (got = read_pending (p, buf, n, err)) < 0)
      return -1;
    if (got > 0) {
      if (p->stream_left != BLOB_UNKNOWN && (uint64_t)got > p->stream_left) {
        error_at (err, OVF_E_FORMAT, "OVF-REF-005", p->path, 0,
                  "the chunks of '%s' hold more than the descriptor says", p->stem);
        return -1;
      }
      if (p->stream_left != BLOB_UNKNOWN)
        p->stream_left -= (uint64_t)got;
      return got;
    }
    pending_ended (p);
    p->stream_end = p->members.len;
    r = p->stem != NULL ? next_chunk (p, err) : 0;
    if (r < 0)
      return -1;
    p->streaming = r > 0;
    if (r == 0)
      return stream_ended (p, err);
  }
  return 0;
}

/* A blob of known size does not ask for the end. */
bool
pipe_finish (struct package *p, struct ovf_error **err)
{
  char rest[512];
  ssize_t got;

  while ((got = stream_read (p, rest, sizeof rest, err)) > 0)
    ;
  return got == 0;
}

/* ---- files in their order -------------------------------------------------------------------- */
const char *
package_next (struct package *p, struct ovf_error **err)
{
  const char *name;

  if (p->form != PACKAGE_PIPE)
    return NULL;
  if (p->streaming && !pipe_finish (p, err))
    return NULL;
  for (;;) {
    if (!to_next_file (p, err) || p->ended)
      return NULL;
    name = p->members.ptr[p->members.len - 1].name;
    if (!p->trusting || package_is_used (p, name))
      return name;
    if (!skip_pending (p, err))
      return NULL;
  }
}

/* Skips members until `name` is pending. */
static bool
seek_to (struct package *p, const char *href, const char *name,
         struct ovf_error **err)
{
  for (;;) {
    const char *pending;
    if (!to_next_file (p, err))
      return false;
    if (p->ended)
      break;
    pending = p->members.ptr[p->members.len - 1].name;
    if (strcmp (pending, name) == 0)
      return true;
    if (package_is_used (p, pending))
      return late (p, pending, "comes before a file that is needed first", err);
    if (!skip_pending (p, err))
      return false;
  }
  if (package_find (p, name) != SIZE_MAX)
    return late (p, name, "came before it was needed", err);
  missing_file (p, href, err);
  return false;
}

struct blob *
pipe_blob (struct package *p, const char *name, uint64_t chunk_size,
           uint64_t size, struct ovf_error **err)
{
  CLEANUP_FREE char *first = chunk_size ? chunk_name (name, 0) : xstrdup (name);
  const struct member *m;

  if (p->streaming && p->pending && !skip_pending (p, err))
    return NULL; /* an earlier one that was given up */
  p->streaming = false;
  if (!seek_to (p, name, first, err))
    return NULL;
  m = &p->members.ptr[p->members.len - 1];
  free (p->stem);
  p->stem = chunk_size ? xstrdup (name) : NULL;
  p->chunk_size = chunk_size;
  p->stream_first = p->members.len - 1;
  p->stream_end = p->stream_first;
  p->stream_left = chunk_size ? size : BLOB_UNKNOWN;
  p->streaming = true;
  return blob_new_stream (name, chunk_size ? size : m->size, stream_read, p);
}

bool
pipe_drain (struct package *p, struct ovf_error **err)
{
  if (p->streaming && !pipe_finish (p, err))
    return false;
  while (!p->ended) {
    if (!to_next_file (p, err))
      return false;
    if (!p->ended && !skip_pending (p, err))
      return false;
  }
  if (p->tail_seen)
    return true;
  p->tail_seen = true;
  p->no_end = !ova_has_end (p->walk);
  if (!ova_tail (p->walk, &p->other_tail, err))
    return false;
  package_report_end (p);
  return true;
}

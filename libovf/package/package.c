/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packages in all their forms; see package.h. */
#include "package/internal.h"

#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

/* ---- an archive ------------------------------------------------------------------------ */
static bool
load_part (struct package *p, const char *suffix, enum limit limit,
           const char *what, struct part *ret, struct ovf_error **err)
{
  struct member *found = NULL;

  VECTOR_FOR (m, &p->members) {
    if (!name_is_kind (m->name, suffix))
      continue;
    if (p->descriptor.name != NULL && !same_stem (m->name, p->descriptor.name))
      report_add (p->report, OVF_WARNING,
                  limit == LIMIT_MANIFEST ? "OVF-PKG-002" : "OVF-PKG-003",
                  p->path, 0, NULL, "'%s' is not called as the descriptor is: "
                  "it counts as any other file", m->name);
    else if (found != NULL)
      return error_at (err, OVF_E_FORMAT, "OVF-PKG-001", p->path, 0,
                       "the archive holds two descriptors, '%s' and '%s'",
                       found->name, m->name);
    else
      found = m;
  }
  if (found == NULL)
    return true;
  if (!ctx_within (p->ctx, limit, found->size, what, err))
    return error_place (err, NULL, found->name, 0);
  ret->data = xmalloc (found->size + 1); /* within the limit */
  ret->data[found->size] = '\0';
  ret->len = found->size;
  ret->name = xstrdup (found->name);
  if (store_pread (package_store (p), ret->data, ret->len, found->offset, err))
    return true;
  return error_place (err, NULL, found->name, 0);
}

static bool
load_parts (struct package *p, struct ovf_error **err)
{
  if (!load_part (p, ".ovf", LIMIT_DESCRIPTOR, "the descriptor", &p->descriptor, err))
    return false;
  if (p->descriptor.name == NULL)
    return error_at (err, OVF_E_FORMAT, "OVF-PKG-001", p->path, 0,
                     "the archive holds no descriptor (.ovf)");
  return load_part (p, ".mf", LIMIT_MANIFEST, "the manifest", &p->manifest, err)
         && load_part (p, ".cert", LIMIT_CERTIFICATE, "the certificate",
                       &p->certificate, err);
}

/* Descriptor, manifest, certificate; or the last two at the end. */
static void
report_places (struct package *p)
{
  size_t n = p->members.len, small = 0;

  if (!part_is (&p->descriptor, p->members.ptr[0].name))
    report_add (p->report, OVF_WARNING, "OVF-TAR-004", p->path, 0, NULL,
                "the descriptor '%s' is not the first file of the archive",
                p->descriptor.name);
  if (p->manifest.name == NULL)
    return;
  small = p->certificate.name != NULL ? 2 : 1;
  for (size_t i = 0; i < n; i++) {
    const char *name = p->members.ptr[i].name;
    if (!part_is (&p->manifest, name) && !part_is (&p->certificate, name))
      continue;
    if (i > small && i < n - small) {
      report_add (p->report, OVF_WARNING, "OVF-TAR-005", p->path, 0, NULL,
                  "'%s' stands neither behind the descriptor nor at the end of "
                  "the archive", name);
      return;
    }
  }
}

static void
report_tail (struct package *p)
{
  if (!p->other_tail)
    return;
  report_add (p->report, OVF_WARNING, "OVF-TAR-009", p->path, 0, NULL,
              "other bytes follow the end of the archive: they are ignored");
}

void
package_report_end (struct package *p)
{
  if (p->certificate.name != NULL && p->manifest.name == NULL)
    report_add (p->report, OVF_WARNING, "OVF-PKG-004", p->certificate.name, 0,
                NULL, "there is a certificate but no manifest to which it belongs");
  if (p->form == PACKAGE_DIR)
    return;
  report_places (p);
  report_tail (p);
}

static bool
archive_open (struct package *p, uint64_t size, struct ovf_error **err)
{
  CLEANUP (ova) struct ova *o = ova_new (p->ctx, package_store (p), size, p->path, p->report, err);
  struct member m = { 0 };
  int r;

  if (o == NULL)
    return false;
  while ((r = ova_next (o, &m, err)) > 0)
    package_add (p, &m, package_store (p));
  p->no_end = !ova_has_end (o);
  if (r < 0 || !ova_tail (o, &p->other_tail, err) || !load_parts (p, err))
    return false;
  package_report_end (p);
  return true;
}

/* ---- opening ----------------------------------------------------------------------------- */
#define PROBE_BYTES 4096

static bool
read_start (int fd, uint64_t size, uint8_t *buf, size_t *ret_n, struct ovf_error **err)
{
  *ret_n = size < PROBE_BYTES ? (size_t)size : PROBE_BYTES;
  return file_pread (fd, buf, *ret_n, 0, err);
}

/* XML begins so, after a byte order mark and blanks, in UTF-8 and UTF-16. */
static bool
starts_as_xml (const uint8_t *p, size_t n)
{
  static const uint8_t between[] = "\0 \t\r\n\xef\xbb\xbf\xfe\xff";

  for (size_t i = 0; i < n; i++) {
    if (p[i] == '<')
      return true;
    if (memchr (between, p[i], sizeof between - 1) == NULL)
      return false;
  }
  return false;
}

static bool
open_beside (struct package *p, struct ovf_error **err)
{
  CLEANUP_FREE char *dir = path_dir (p->path);
  CLEANUP_FREE char *base = path_base (p->path);

  if (p->own_fd)
    close (p->fd);
  p->form = PACKAGE_DIR;
  p->fd = dir_open (dir, err);
  p->own_fd = p->fd >= 0;
  return p->own_fd && folder_open (p, base, err);
}

static bool
open_file (struct package *p, struct ovf_error **err)
{
  uint8_t start[PROBE_BYTES];
  uint64_t size;
  size_t n;

  if (!file_size (p->fd, &size, err) || !read_start (p->fd, size, start, &n, err))
    return error_prefix (err, "%s", p->path);
  if (!tar_looks_like (start, n)
      && (starts_as_xml (start, n)
          || (text_has_suffix (p->path, ".ovf") && tar_looks_else (start, n) == NULL)))
    return open_beside (p, err);
  p->form = PACKAGE_OVA;
  return archive_open (p, size, err);
}

/* A descriptor that is a link leads away from its files, and may lead to any
 * file of the host: it is refused before a byte is read (open_beside). */
static bool
is_linked_descriptor (const char *path)
{
  struct stat st;

  return text_has_suffix (path, ".ovf") && lstat (path, &st) == 0 && S_ISLNK (st.st_mode);
}

/* With ranges as a file, else as a pipe. */
static bool
open_url (struct package *p, struct ovf_error **err)
{
  char *shown;

  p->http = http_open (p->ctx, p->path, err);
  if (p->http == NULL)
    return false;
  shown = http_shown (p->path); /* messages name it */
  free (p->path);
  p->path = shown;
  if (http_has_ranges (p->http)) {
    p->form = PACKAGE_OVA;
    return archive_open (p, http_size (p->http), err);
  }
  p->form = PACKAGE_PIPE;
  return pipe_open (p, err);
}

static bool
open_any (struct package *p, struct ovf_error **err)
{
  struct stat st;

  if (strcmp (p->path, "-") == 0) {
    p->form = PACKAGE_PIPE;
    p->fd = STDIN_FILENO;
    return pipe_open (p, err);
  }
  if (http_is_url (p->path))
    return open_url (p, err);
  if (is_linked_descriptor (p->path))
    return open_beside (p, err) || error_hint (err, "name the file itself, not a link");
  p->fd = file_open_user (p->path, &st, err);
  if (p->fd < 0)
    return false;
  p->own_fd = true;
  if (S_ISDIR (st.st_mode)) {
    p->form = PACKAGE_DIR;
    return folder_open (p, NULL, err);
  }
  if (S_ISFIFO (st.st_mode)) {
    p->form = PACKAGE_PIPE;
    return pipe_open (p, err);
  }
  return open_file (p, err);
}

struct package *
package_open (struct ovf_ctx *ctx, const char *path, struct ovf_report *report,
              struct ovf_error **err)
{
  CLEANUP (package) struct package *p = xcalloc (1, sizeof *p);

  p->ctx = ctx;
  p->report = report;
  p->path = xstrdup (path);
  p->fd = -1;
  p->tap = MANIFEST_ALGS;
  if (!open_any (p, err))
    return NULL;
  return STEAL (p);
}

bool
package_probe (const char *path, int fd)
{
  uint8_t start[PROBE_BYTES];
  struct stat st;
  uint64_t size;
  size_t n;

  if (fstat (fd, &st) != 0)
    return false;
  /* Nothing else is a folder, or can be used without seeking. */
  if (S_ISDIR (st.st_mode) || S_ISFIFO (st.st_mode))
    return true;
  if (text_has_suffix (path, ".ova") || text_has_suffix (path, ".ovf"))
    return true;
  if (!file_size (fd, &size, NULL) || !read_start (fd, size, start, &n, NULL))
    return false;
  /* Opening a compressed one says what to do with it. */
  if (tar_looks_like (start, n) || tar_looks_compressed (start, n))
    return true;
  return starts_as_xml (start, n)
         && (memmem (start, n, "<Envelope", 9) != NULL
             || memmem (start, n, ":Envelope", 9) != NULL);
}

static void
part_done (struct part *part)
{
  free (part->name);
  free (part->data);
}

void
package_free (struct package *p)
{
  if (p == NULL)
    return;
  for (size_t i = 0; i < p->members.len; i++) {
    free (p->members.ptr[i].name);
    for (size_t k = 0; k < ARRAY_SIZE (p->slots.ptr[i].hex); k++)
      free (p->slots.ptr[i].hex[k]);
    if (p->form == PACKAGE_DIR && p->slots.ptr[i].store.fd >= 0)
      close (p->slots.ptr[i].store.fd);
  }
  free (p->members.ptr);
  free (p->slots.ptr);
  free (p->by_name);
  part_done (&p->descriptor);
  part_done (&p->manifest);
  part_done (&p->certificate);
  manifest_done (&p->list);
  strings_free (&p->used);
  strings_free (&p->used_names);
  ova_free (p->walk);
  digest_free (p->digest);
  free (p->stem);
  free (p->ca);
  http_free (p->http);
  if (p->own_fd)
    close (p->fd);
  free (p->path);
  free (p);
}

/* ---- looking ------------------------------------------------------------------------------- */
enum package_form
package_form (const struct package *p)
{
  return p->form;
}

const char *
package_path (const struct package *p)
{
  return p->path;
}

struct store
package_store (const struct package *p)
{
  return (struct store){ .fd = p->fd, .http = p->http };
}

int
package_fd (const struct package *p)
{
  return p->form == PACKAGE_OVA ? p->fd : -1;
}

const members *
package_members (const struct package *p)
{
  return &p->members;
}

bool
package_pread (const struct package *p, void *buf, size_t n, uint64_t offset,
               struct ovf_error **err)
{
  if (p->form != PACKAGE_OVA)
    return error_set (err, OVF_E_UNSUPPORTED, "'%s' is no archive in a file", p->path);
  return store_pread (package_store (p), buf, n, offset, err);
}

#define PART_GETTERS(part)                                                    \
  const char *package_##part##_name (const struct package *p)                 \
  {                                                                           \
    return p->part.name;                                                      \
  }                                                                           \
  const char *package_##part (const struct package *p, size_t *ret_len)       \
  {                                                                           \
    *ret_len = p->part.len;                                                   \
    return p->part.data;                                                      \
  }
PART_GETTERS (descriptor)
PART_GETTERS (manifest)
PART_GETTERS (certificate)

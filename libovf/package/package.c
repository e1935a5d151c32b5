/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packages in all their forms; see package.h. */
#include "package/internal.h"

#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

/* ---- members ------------------------------------------------------------------ */
size_t
package_add (struct package *p, struct member *taken, int fd)
{
  struct slot *s = slots_add (&p->slots);

  s->fd = fd;
  members_append (&p->members, *taken);
  memset (taken, 0, sizeof *taken);
  return p->members.len - 1;
}

size_t
package_find (const struct package *p, const char *name)
{
  for (size_t i = 0; i < p->members.len; i++)
    if (strcmp (p->members.ptr[i].name, name) == 0)
      return i;
  return SIZE_MAX;
}

bool
part_is (const struct part *part, const char *name)
{
  return part->name != NULL && strcmp (part->name, name) == 0;
}

const struct part *
package_part (const struct package *p, const char *name)
{
  if (part_is (&p->descriptor, name))
    return &p->descriptor;
  if (part_is (&p->manifest, name))
    return &p->manifest;
  return part_is (&p->certificate, name) ? &p->certificate : NULL;
}

bool
name_is_kind (const char *name, const char *suffix)
{
  const char *slash = strrchr (name, '/');
  const char *base = slash ? slash + 1 : name;

  return text_has_suffix (base, suffix) && strncmp (base, "._", 2) != 0
         && strlen (base) > strlen (suffix);
}

bool
same_stem (const char *a, const char *b)
{
  CLEANUP_FREE char *x = xstrndup (a, (size_t)(strrchr (a, '.') - a));
  CLEANUP_FREE char *y = xstrndup (b, (size_t)(strrchr (b, '.') - b));

  return text_equal_nocase (x, y);
}

/* DSP0243: nine digits, from 000000000. */
char *
chunk_name (const char *href, unsigned i)
{
  return xasprintf ("%s.%09u", href, i);
}

/* ---- hrefs ------------------------------------------------------------------------ */
static int
hex_value (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "my%20disk" as "my disk", NULL when nothing is so written. */
static char *
percent_decoded (const char *s)
{
  char *out, *q;
  bool any = false;

  out = q = xmalloc (strlen (s) + 1);
  while (*s != '\0') {
    int high = *s == '%' ? hex_value (s[1]) : -1;
    int low = high >= 0 ? hex_value (s[2]) : -1;
    if (low >= 0 && (high | low) != 0) {
      *q++ = (char)(high << 4 | low);
      s += 3;
      any = true;
    } else
      *q++ = *s++;
  }
  *q = '\0';
  if (!any) {
    free (out);
    return NULL;
  }
  return out;
}

char *
href_name (const struct package *p, const char *href, struct ovf_error **err)
{
  const char *name = member_name (href);
  CLEANUP_FREE char *decoded = percent_decoded (name);
  struct ovf_error *why = NULL;

  if (strstr (name, "://") != NULL)
    error_set (&why, OVF_E_UNSAFE, "the reference '%s' is a URL", href);
  else if (name_check (p->ctx, name, &why)
           && (decoded == NULL || name_check (p->ctx, decoded, &why)))
    return xstrdup (name);
  else
    error_prefix (&why, "a reference leads outside the package");
  why->rule = "OVF-REF-003";
  error_place (&why, NULL, p->descriptor.name, 0);
  error_hint (&why, "only files inside the package are used");
  error_move (err, &why);
  return NULL;
}

void
missing_file (const struct package *p, const char *href, struct ovf_error **err)
{
  error_at (err, OVF_E_FORMAT, "OVF-REF-004", p->descriptor.name, 0,
            "the file '%s' of References is not in the package", href);
}

/* *ret is SIZE_MAX when there is no such file. */
static bool
find_file (struct package *p, const char *name, size_t *ret, struct ovf_error **err)
{
  *ret = package_find (p, name);
  if (*ret != SIZE_MAX || p->form != PACKAGE_DIR)
    return true;
  return folder_add (p, name, ret, err);
}

/* A href is a URI reference, but most producers write the plain name: that
 * goes first. */
static bool
find_plain (struct package *p, const char *name, size_t *ret, struct ovf_error **err)
{
  CLEANUP_FREE char *decoded = percent_decoded (name);

  if (!find_file (p, name, ret, err))
    return false;
  if (*ret != SIZE_MAX || decoded == NULL)
    return true;
  return find_file (p, decoded, ret, err);
}

bool
package_resolve (struct package *p, const char *href, bool chunked, indexes *ret,
                 struct ovf_error **err)
{
  CLEANUP_FREE char *name = href_name (p, href, err);
  size_t i;

  if (name == NULL)
    return false;
  if (!chunked) {
    if (!find_plain (p, name, &i, err))
      return false;
    if (i != SIZE_MAX) {
      indexes_append (ret, i);
      return true;
    }
  }
  for (unsigned n = 0;; n++) {
    CLEANUP_FREE char *chunk = chunk_name (name, n);
    if (strlen (chunk) > ctx_limit (p->ctx, LIMIT_NAME))
      return true;
    if (!ctx_within (p->ctx, LIMIT_MEMBERS, n, "chunks of a file", err)
        || !find_file (p, chunk, &i, err))
      return false;
    if (i == SIZE_MAX)
      return true;
    indexes_append (ret, i);
  }
}

/* "disk.vmdk" and "disk.vmdk.000000003" are both the file of that href. */
static bool
name_is_of (const char *name, const char *href)
{
  size_t n;

  href = member_name (href);
  n = strlen (href);
  if (strncmp (name, href, n) != 0)
    return false;
  if (name[n] == '\0')
    return true;
  return name[n] == '.' && strlen (name + n) == 10
         && strspn (name + n + 1, "0123456789") == 9;
}

bool
member_is_of (const char *name, const char *href)
{
  CLEANUP_FREE char *decoded = percent_decoded (href);

  return name_is_of (name, href) || (decoded != NULL && name_is_of (name, decoded));
}

bool
package_is_used (const struct package *p, const char *name)
{
  VECTOR_FOR (href, &p->used)
    if (member_is_of (name, *href))
      return true;
  return p->use_all;
}

bool
package_href_check (const struct package *p, const char *href, struct ovf_error **err)
{
  CLEANUP_FREE char *name = href_name (p, href, err);

  return name != NULL;
}

/* ---- References -------------------------------------------------------------------- */
static bool
known (const struct package *p, const bool *referenced, size_t i)
{
  return referenced[i] || package_part (p, p->members.ptr[i].name) != NULL;
}

static void
report_unexpected (struct package *p, const bool *referenced)
{
  for (size_t i = 0; i < p->members.len; i++) {
    if (known (p, referenced, i))
      continue;
    report_add (p->report, OVF_WARNING, "OVF-PKG-007", p->path, 0, NULL,
                "'%s' is in the archive, but the descriptor does not name it",
                p->members.ptr[i].name);
    return; /* one is enough: an archive may hold thousands */
  }
}

void
package_refer (struct package *p, const strings *hrefs)
{
  CLEANUP_FREE bool *referenced = xcalloc (p->members.len + 1, sizeof (bool));
  size_t before = p->members.len, last = 0;
  bool ordered = true;

  VECTOR_FOR (href, hrefs) {
    CLEANUP_ERROR struct ovf_error *ignored = NULL;
    indexes found = { 0 };
    /* Whoever uses the file is told what is wrong with it. */
    if (p->form != PACKAGE_PIPE)
      package_resolve (p, *href, false, &found, &ignored);
    VECTOR_FOR (i, &found) {
      if (*i < before)
        referenced[*i] = true;
      ordered = ordered && *i >= last;
      last = *i;
    }
    free (found.ptr);
  }
  if (p->form != PACKAGE_OVA)
    return;
  if (!ordered)
    report_add (p->report, OVF_WARNING, "OVF-TAR-005", p->path, 0, NULL,
                "the files of the archive are not in the order of References");
  report_unexpected (p, referenced);
}

bool
package_whole (struct package *p, const strings *hrefs, struct ovf_error **err)
{
  VECTOR_FOR (href, hrefs) {
    indexes found = { 0 };
    bool good = package_resolve (p, *href, false, &found, err);
    free (found.ptr);
    if (!good)
      return false;
    if (found.len > 0)
      continue;
    if (p->no_end) {
      error_at (err, OVF_E_FORMAT, "OVF-TAR-009", p->path, 0,
                "the archive ends early: '%s' is not there, nor an end mark", *href);
      return error_hint (err, "the file was not copied or downloaded completely");
    }
    report_add (p->report, OVF_WARNING, "OVF-PKG-006", p->descriptor.name, 0, NULL,
                "the file '%s' of References is not in the package", *href);
  }
  return true;
}

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
  if (file_pread (p->fd, ret->data, ret->len, found->offset, err))
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
  CLEANUP (ova) struct ova *o = ova_new (p->ctx, p->fd, size, p->path, p->report, err);
  struct member m = { 0 };
  int r;

  if (o == NULL)
    return false;
  while ((r = ova_next (o, &m, err)) > 0)
    package_add (p, &m, p->fd);
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

static bool
open_any (struct package *p, struct ovf_error **err)
{
  struct stat st;

  if (strcmp (p->path, "-") == 0) {
    p->form = PACKAGE_PIPE;
    p->fd = STDIN_FILENO;
    return pipe_open (p, err);
  }
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
  if (tar_looks_like (start, n))
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
    if (p->form == PACKAGE_DIR && p->slots.ptr[i].fd >= 0)
      close (p->slots.ptr[i].fd);
  }
  free (p->members.ptr);
  free (p->slots.ptr);
  part_done (&p->descriptor);
  part_done (&p->manifest);
  part_done (&p->certificate);
  manifest_done (&p->list);
  strings_free (&p->used);
  ova_free (p->walk);
  digest_free (p->digest);
  free (p->stem);
  free (p->ca);
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

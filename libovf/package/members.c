/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The members of a package by name, and how a href of the descriptor finds
 * them: as written, percent-decoded, or in chunks. */
#include "package/internal.h"

#include "base/file.h"
#include "base/text.h"

/* ---- members ------------------------------------------------------------------ */
/* Where in by_name a name stands, or would. */
static size_t
place_of (const struct package *p, const char *name, bool *ret_found)
{
  size_t low = 0, high = p->members.len;

  while (low < high) {
    size_t mid = low + (high - low) / 2;
    int c = strcmp (p->members.ptr[p->by_name[mid]].name, name);
    if (c == 0) {
      *ret_found = true;
      return mid;
    }
    if (c < 0)
      low = mid + 1;
    else
      high = mid;
  }
  *ret_found = false;
  return low;
}

size_t
package_add (struct package *p, struct member *taken, struct store store)
{
  struct slot *s = slots_add (&p->slots);
  size_t n = p->members.len, at;
  bool found;

  s->store = store;
  at = place_of (p, taken->name, &found);
  members_append (&p->members, *taken);
  memset (taken, 0, sizeof *taken);
  p->by_name = xrealloc (p->by_name, p->members.room * sizeof *p->by_name);
  memmove (&p->by_name[at + 1], &p->by_name[at], (n - at) * sizeof *p->by_name);
  p->by_name[at] = n;
  return n;
}

size_t
package_find (const struct package *p, const char *name)
{
  bool found;
  size_t at = place_of (p, name, &found);

  return found ? p->by_name[at] : SIZE_MAX;
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

  if (strchr (s, '%') == NULL)
    return NULL;
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

/* "disk.vmdk" of "disk.vmdk.000000003", or 0 when it is no chunk's name. */
static size_t
chunk_stem (const char *name)
{
  size_t n = strlen (name);

  if (n <= 10 || name[n - 10] != '.' || strspn (name + n - 9, "0123456789") != 9)
    return 0;
  return n - 10;
}

static bool
name_is_of (const char *name, const char *href)
{
  href = member_name (href);
  return strcmp (name, href) == 0
         || (chunk_stem (name) == strlen (href)
             && strncmp (name, href, strlen (href)) == 0);
}

bool
member_is_of (const char *name, const char *href)
{
  CLEANUP_FREE char *decoded = NULL;

  if (name_is_of (name, href))
    return true;
  decoded = percent_decoded (href);
  return decoded != NULL && name_is_of (name, decoded);
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

void
package_set_used (struct package *p, const strings *used)
{
  p->use_all = used == NULL;
  if (used == NULL || used->len == 0)
    return;
  VECTOR_FOR (s, used) {
    char *decoded = percent_decoded (member_name (*s));
    strings_append (&p->used, xstrdup (*s));
    strings_append (&p->used_names, xstrdup (member_name (*s)));
    if (decoded != NULL)
      strings_append (&p->used_names, decoded);
  }
  qsort (p->used_names.ptr, p->used_names.len, sizeof *p->used_names.ptr, compare_names);
}

static bool
is_among (const strings *sorted, const char *name)
{
  return sorted->len > 0
         && bsearch (&name, sorted->ptr, sorted->len, sizeof *sorted->ptr, compare_names);
}

bool
package_is_used (const struct package *p, const char *name)
{
  CLEANUP_FREE char *stem = NULL;

  if (p->use_all || is_among (&p->used_names, name))
    return true;
  if (chunk_stem (name) == 0)
    return false;
  stem = xstrndup (name, chunk_stem (name));
  return is_among (&p->used_names, stem);
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

#define MAX_MISSING_TOLD 10

bool
package_whole (struct package *p, const strings *hrefs, struct ovf_error **err)
{
  unsigned told = 0;

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
    if (told++ < MAX_MISSING_TOLD)
      report_add (p->report, OVF_WARNING, "OVF-PKG-006", p->descriptor.name, 0, NULL,
                  "the file '%s' of References is not in the package", *href);
  }
  return true;
}

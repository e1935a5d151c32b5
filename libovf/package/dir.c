/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A package in a folder: a descriptor, and the files it names beneath its
 * folder, opened once and held.  Nothing else in the folder counts. */
#include "package/internal.h"

#include <unistd.h>

#include "base/file.h"

static bool
only_descriptor (struct package *p, char **ret, struct ovf_error **err)
{
  strings found = { 0 };
  bool good = dir_find (p->fd, ".ovf", &found, err);

  for (size_t i = 0; good && i < found.len;) {
    if (name_is_kind (found.ptr[i], ".ovf")) {
      i++;
      continue;
    }
    free (found.ptr[i]);
    memmove (&found.ptr[i], &found.ptr[i + 1],
             (--found.len - i) * sizeof *found.ptr);
  }
  if (good && found.len == 0)
    good = error_at (err, OVF_E_FORMAT, "OVF-PKG-001", p->path, 0,
                     "the folder holds no descriptor (.ovf)");
  if (good && found.len > 1) {
    good = error_at (err, OVF_E_FORMAT, "OVF-PKG-001", p->path, 0,
                     "the folder holds several descriptors, '%s' and '%s'",
                     found.ptr[0], found.ptr[1]);
    error_hint (err, "name the one that is meant");
  }
  if (good)
    *ret = STEAL (found.ptr[0]);
  strings_free (&found);
  return good;
}

bool
folder_add (struct package *p, const char *name, size_t *ret, struct ovf_error **err)
{
  struct stat st;
  struct member m = { 0 };
  bool absent;
  int fd = file_open_optional (p->fd, name, &st, &absent, err);

  *ret = SIZE_MAX;
  if (fd < 0)
    return absent;
  if (!ctx_within (p->ctx, LIMIT_MEMBERS, p->members.len, "files of the package", err)) {
    close (fd);
    return false;
  }
  m.name = xstrdup (name);
  m.offset = UINT64_MAX;
  m.size = (uint64_t)st.st_size;
  *ret = package_add (p, &m, store_of_fd (fd));
  return true;
}

static bool
read_part (struct package *p, const char *name, enum limit limit,
           struct part *ret, struct ovf_error **err)
{
  size_t i;

  if (!name_check (p->ctx, name, err) || !folder_add (p, name, &i, err))
    return error_place (err, NULL, p->path, 0);
  if (i == SIZE_MAX)
    return error_set (err, OVF_E_IO, "'%s' is gone", name);
  ret->data = file_read_text (p->ctx, p->slots.ptr[i].store.fd, name, limit, &ret->len, err);
  if (ret->data == NULL)
    return false;
  ret->name = xstrdup (name);
  p->members.ptr[i].size = ret->len;
  return true;
}

/* The file of this suffix that is called as the descriptor is. */
static bool
find_part (struct package *p, const char *suffix, const char *rule,
           enum limit limit, struct part *ret, struct ovf_error **err)
{
  strings found = { 0 };
  const char *name = NULL;
  bool good = dir_find (p->fd, suffix, &found, err);

  VECTOR_FOR (s, &found) {
    if (!name_is_kind (*s, suffix) || !same_stem (*s, p->descriptor.name))
      continue;
    if (name != NULL && good)
      good = error_at (err, OVF_E_FORMAT, rule, p->path, 0,
                       "'%s' and '%s' differ in case alone", name, *s);
    name = *s;
  }
  if (good && name != NULL)
    good = read_part (p, name, limit, ret, err);
  strings_free (&found);
  return good;
}

bool
folder_open (struct package *p, const char *name, struct ovf_error **err)
{
  CLEANUP_FREE char *only = NULL;

  if (name == NULL) {
    if (!only_descriptor (p, &only, err))
      return false;
    name = only;
  }
  if (!read_part (p, name, LIMIT_DESCRIPTOR, &p->descriptor, err))
    return false;
  /* A descriptor may be called anything when the user names it. */
  if (strrchr (name, '.') != NULL
      && (!find_part (p, ".mf", "OVF-PKG-002", LIMIT_MANIFEST, &p->manifest, err)
          || !find_part (p, ".cert", "OVF-PKG-003", LIMIT_CERTIFICATE,
                         &p->certificate, err)))
    return false;
  package_report_end (p);
  return true;
}

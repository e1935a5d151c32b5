/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the data files lie; see data.h. */
#include "base/data.h"

#include <limits.h>
#include <unistd.h>

#include "base/alloc.h"

#define MAX_UP 3 /* tests/unit/.libs/test-name */

/* Cuts the last component off; false at the root. */
static bool
cut (char *path)
{
  char *slash = strrchr (path, '/');

  if (slash == NULL || slash == path)
    return false;
  *slash = '\0';
  return true;
}

/* The root of the build tree this program runs in, or NULL.  configure leaves
 * config.status in a build tree and nowhere else, so that an installed program
 * never takes a /usr/schemas for its own. */
static char *
build_root (void)
{
  char path[PATH_MAX];
  ssize_t n = readlink ("/proc/self/exe", path, sizeof path - 1);

  if (n <= 0)
    return NULL;
  path[n] = '\0';
  if (!cut (path))
    return NULL;
  for (unsigned up = 0; up < MAX_UP && cut (path); up++) {
    CLEANUP_FREE char *mark = xasprintf ("%s/config.status", path);
    CLEANUP_FREE char *dir = xasprintf ("%s/schemas", path);
    if (access (mark, F_OK) == 0 && access (dir, X_OK) == 0)
      return xstrdup (path);
  }
  return NULL;
}

char *
data_path (const char *name)
{
  CLEANUP_FREE char *root = build_root ();

  return root ? xasprintf ("%s/schemas/%s", root, name)
              : xasprintf (PKGDATADIR "/schemas/%s", name);
}

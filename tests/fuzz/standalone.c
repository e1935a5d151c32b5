/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A main for fuzz targets built without a fuzzer: every file named, or found
 * in a folder named, goes through the target once.  Prints TAP, a case a
 * file; a crash ends it without the plan. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static unsigned cases;

static void
run_file (const char *path)
{
  CLEANUP_FILE FILE *f = fopen (path, "rb");
  CLEANUP_FREE uint8_t *data = NULL;
  size_t n = 0, room = 0;

  if (f == NULL) {
    printf ("not ok %u - %s\n", ++cases, path);
    return;
  }
  do {
    room += 1 << 16;
    data = xrealloc (data, room);
    n += fread (data + n, 1, room - n, f);
  } while (n == room);
  LLVMFuzzerTestOneInput (data, n);
  printf ("ok %u - %s\n", ++cases, path);
}

static void
run_folder (const char *path)
{
  DIR *dir = opendir (path);
  struct dirent *e;

  while (dir != NULL && (e = readdir (dir)) != NULL) {
    CLEANUP_FREE char *name = xasprintf ("%s/%s", path, e->d_name);
    struct stat st;
    if (stat (name, &st) == 0 && S_ISREG (st.st_mode))
      run_file (name);
  }
  if (dir != NULL)
    closedir (dir);
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++) {
    struct stat st;
    if (stat (argv[i], &st) == 0 && S_ISDIR (st.st_mode))
      run_folder (argv[i]);
    else
      run_file (argv[i]);
  }
  printf ("1..%u\n", cases);
  return cases == 0;
}

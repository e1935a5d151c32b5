/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names from inputs, files beneath a folder, atomic outputs. */
#include "base/file.h"
#include "base/output.h"
#include "base/vector.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "tap.h"

static char root[] = "/tmp/ovftool-unit.XXXXXX";

static char *
in_root (const char *name)
{
  return path_join (root, name);
}

static void
put (const char *name, const char *text)
{
  CLEANUP_FREE char *path = in_root (name);
  FILE *f = fopen (path, "w");

  if (f == NULL || fputs (text, f) < 0 || fclose (f) != 0)
    abort ();
}

/* Does the file hold this text?  NULL: is it absent? */
static bool
holds (const char *name, const char *text)
{
  CLEANUP_FREE char *path = in_root (name);
  char buf[64] = { 0 };
  FILE *f = fopen (path, "r");

  if (f == NULL)
    return text == NULL;
  if (fread (buf, 1, sizeof buf - 1, f) == 0)
    buf[0] = '\0';
  fclose (f);
  return text != NULL && strcmp (buf, text) == 0;
}

/* Entries of a folder beneath root, hidden ones too; -1 when it is absent. */
static int
entries (const char *name)
{
  CLEANUP_FREE char *path = in_root (name);
  DIR *d = opendir (path);
  int n = -2; /* "." and ".." */

  if (d == NULL)
    return -1;
  while (readdir (d) != NULL)
    n++;
  closedir (d);
  return n;
}

static void
test_names (void)
{
  static const char *const good[] = { "a", "a.vmdk", "sub/a.vmdk", "gr\xc3\xbc.iso",
                                      "a b", "...", "..a", "1/2/3/4/5/6/7/8" };
  static const char *const bad[] = { "", "/a", "..", "../a", "a/../b", "a/..", ".",
                                     "a//b", "a/", "./a", "a\nb", "a\x7f", "a\\b",
                                     "\xff", "1/2/3/4/5/6/7/8/9" };
  struct ovf_ctx *ctx = ovf_ctx_new ();
  char longest[257];

  for (size_t i = 0; i < ARRAY_SIZE (good); i++)
    CU_ASSERT_TRUE (name_check (ctx, good[i], NULL));
  for (size_t i = 0; i < ARRAY_SIZE (bad); i++) {
    CLEANUP_ERROR struct ovf_error *err = NULL;
    CU_ASSERT_FALSE (name_check (ctx, bad[i], &err));
    CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_UNSAFE);
  }
  memset (longest, 'x', 256);
  longest[256] = '\0';
  CU_ASSERT_FALSE (name_check (ctx, longest, NULL));
  CU_ASSERT_TRUE (name_check (ctx, longest + 1, NULL));
  ovf_ctx_free (ctx);
}

static void
test_paths (void)
{
  static const struct { const char *path, *dir, *base, *stem; } rows[] = {
    { "a/router.ova", "a", "router.ova", "router" },
    { "router.tar.ova", ".", "router.tar.ova", "router.tar" },
    { "/x", "/", "x", "x" }, { "a/b/", "a", "b", "b" },
    { ".hidden", ".", ".hidden", ".hidden" }, { "/", "/", "/", "/" },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    CLEANUP_FREE char *dir = path_dir (rows[i].path);
    CLEANUP_FREE char *base = path_base (rows[i].path);
    CLEANUP_FREE char *stem = path_stem (rows[i].path);
    if (strcmp (rows[i].path, "/") != 0)
      CU_ASSERT_STRING_EQUAL (dir, rows[i].dir);
    CU_ASSERT_STRING_EQUAL (base, rows[i].base);
    CU_ASSERT_STRING_EQUAL (stem, rows[i].stem);
  }
}

/* The code of opening a name beneath root, or 0. */
static unsigned
open_code (int dirfd, const char *name)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP_FD int fd = file_open_beneath (dirfd, name, NULL, &err);

  return fd >= 0 ? 0 : ovf_error_code (err);
}

static void
test_beneath (void)
{
  CLEANUP_FREE char *sub = in_root ("in"), *link = in_root ("in/link");
  CLEANUP_FREE char *dirlink = in_root ("in/dirlink"), *fifo = in_root ("in/fifo");
  CLEANUP_FD int dirfd = -1;

  CU_ASSERT_EQUAL (mkdir (sub, 0755), 0);
  put ("secret", "outside");
  put ("in/file", "inside");
  CU_ASSERT_EQUAL (symlink ("../secret", link), 0);
  CU_ASSERT_EQUAL (symlink ("..", dirlink), 0);
  CU_ASSERT_EQUAL (mkfifo (fifo, 0644), 0);
  dirfd = dir_open (sub, NULL);
  CU_ASSERT_EQUAL (open_code (dirfd, "file"), 0);
  CU_ASSERT_EQUAL (open_code (dirfd, "link"), OVF_E_UNSAFE);
  CU_ASSERT_EQUAL (open_code (dirfd, "../secret"), OVF_E_UNSAFE);
  CU_ASSERT (open_code (dirfd, "dirlink/secret") != 0);
  CU_ASSERT (open_code (dirfd, "/etc/passwd") != 0);
  CU_ASSERT_EQUAL (open_code (dirfd, "fifo"), OVF_E_UNSAFE); /* and returns */
  CU_ASSERT_EQUAL (open_code (dirfd, "."), OVF_E_UNSAFE);
  CU_ASSERT_EQUAL (open_code (dirfd, "absent"), OVF_E_IO);
}

static void
test_one_file (void)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE char *target = in_root ("one/t.bin"), *dir = in_root ("one");
  struct output *o;

  mkdir (dir, 0755);
  o = output_new_file (ctx, target, false, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (o);
  CU_ASSERT_TRUE (file_write (output_fd (o), "new", 3, NULL));
  CU_ASSERT_TRUE (holds ("one/t.bin", NULL)); /* not before the commit */
  CU_ASSERT_TRUE (holds ("one/.t.bin.partial", "new"));
  CU_ASSERT_TRUE (output_commit (o, NULL));
  output_free (o);
  CU_ASSERT_TRUE (holds ("one/t.bin", "new"));
  CU_ASSERT_EQUAL (entries ("one"), 1);
  CU_ASSERT_PTR_NULL (output_new_file (ctx, target, false, &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_IO);
  o = output_new_file (ctx, target, true, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (o);
  output_free (o); /* no commit: the old one stays */
  CU_ASSERT_TRUE (holds ("one/t.bin", "new"));
  CU_ASSERT_EQUAL (entries ("one"), 1);
  ovf_ctx_free (ctx);
}

static void
test_new_folder (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE char *target = in_root ("folder");
  struct output *o = output_new_dir (ctx, target, "b", false, NULL);

  CU_ASSERT_PTR_NOT_NULL_FATAL (o);
  CU_ASSERT_TRUE (output_write_text (o, "b.xml", true, "x", 1, NULL));
  CU_ASSERT_TRUE (output_write_text (o, "sub/b.bin", false, "y", 1, NULL));
  CU_ASSERT (output_create (o, "../out", false, NULL) < 0);
  CU_ASSERT (output_create (o, "b.xml", false, NULL) < 0);
  CU_ASSERT_EQUAL (entries ("folder"), -1);
  CU_ASSERT_TRUE (output_commit (o, NULL));
  output_free (o);
  CU_ASSERT_TRUE (holds ("folder/b.xml", "x"));
  CU_ASSERT_TRUE (holds ("folder/sub/b.bin", "y"));
  CU_ASSERT_TRUE (holds ("out", NULL));
  ovf_ctx_free (ctx);
}

static void
test_existing_folder (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE char *target = in_root ("full");
  struct output *o;

  mkdir (target, 0755);
  put ("full/mine", "mine");
  put ("full/b.xml", "old");
  o = output_new_dir (ctx, target, "b", false, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (o);
  CU_ASSERT (output_create (o, "b.xml", true, NULL) < 0);
  output_free (o);
  CU_ASSERT_EQUAL (entries ("full"), 2);
  o = output_new_dir (ctx, target, "b", true, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (o);
  CU_ASSERT_TRUE (output_write_text (o, "b.xml", true, "new", 3, NULL));
  CU_ASSERT_TRUE (output_write_text (o, "b-disk1.raw", false, "d", 1, NULL));
  CU_ASSERT_TRUE (holds ("full/b.xml", "old"));
  CU_ASSERT_TRUE (output_commit (o, NULL));
  output_free (o);
  CU_ASSERT_TRUE (holds ("full/b.xml", "new"));
  CU_ASSERT_TRUE (holds ("full/mine", "mine"));
  CU_ASSERT_EQUAL (entries ("full"), 3);
  ovf_ctx_free (ctx);
}

/* What a killed run left goes; what a live one holds stays. */
static void
test_partial (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP_FREE char *target = in_root ("p/t"), *dir = in_root ("p");
  struct output *o, *second;

  mkdir (dir, 0755);
  put ("p/.t.partial", "left by a killed run");
  o = output_new_file (ctx, target, false, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (o);
  second = output_new_file (ctx, target, false, &err);
  CU_ASSERT_PTR_NULL (second);
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_IO);
  CU_ASSERT_TRUE (file_write (output_fd (o), "x", 1, NULL));
  CU_ASSERT_TRUE (output_commit (o, NULL));
  output_free (o);
  CU_ASSERT_TRUE (holds ("p/t", "x"));
  CU_ASSERT_EQUAL (entries ("p"), 1);
  ovf_ctx_free (ctx);
}

static void
test_cancelled (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE char *target = in_root ("c/t"), *dir = in_root ("c");
  struct output *o;

  mkdir (dir, 0755);
  o = output_new_file (ctx, target, false, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (o);
  ovf_ctx_cancel (ctx);
  CU_ASSERT_FALSE (output_commit (o, NULL));
  output_free (o);
  CU_ASSERT_EQUAL (entries ("c"), 0);
  ovf_ctx_free (ctx);
}

static void
test_no_parent (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE char *target = in_root ("no/such/t");

  CU_ASSERT_PTR_NULL (output_new_file (ctx, target, false, NULL));
  CU_ASSERT_PTR_NULL (output_new_dir (ctx, target, "t", false, NULL));
  CU_ASSERT_EQUAL (entries ("no"), -1);
  ovf_ctx_free (ctx);
}

static void
test_clean_up (void)
{
  CLEANUP_FREE char *cmd = xasprintf ("rm -rf '%s'", root);

  CU_ASSERT_EQUAL (system (cmd), 0);
}

int
main (void)
{
  static const struct tap_test tests[] = {
    { "names inside a package", test_names }, { "path names", test_paths },
    { "opening beneath a folder", test_beneath },
    { "one file", test_one_file }, { "a new folder", test_new_folder },
    { "a folder that exists", test_existing_folder },
    { ".partial", test_partial }, { "cancellation", test_cancelled },
    { "no parent folder", test_no_parent }, { "clean up", test_clean_up },
  };

  return mkdtemp (root) ? tap_run ("output", tests, ARRAY_SIZE (tests)) : 99;
}

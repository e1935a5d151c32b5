/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The package writer, read back with libarchive: slots, padding, sizes,
 * chunks, manifests, and what remains after a failure. */
#include "base/file.h"
#include "package/write.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static char dir[] = "/tmp/ovftool-unit-XXXXXX";

static char *
in_dir (const char *name)
{
  return xasprintf ("%s/%s", dir, name);
}

static unsigned
entries_in_dir (void)
{
  DIR *d = opendir (dir);
  unsigned n = 0;

  for (struct dirent *e; (e = readdir (d)) != NULL;)
    n += strcmp (e->d_name, ".") != 0 && strcmp (e->d_name, "..") != 0;
  closedir (d);
  return n;
}

/* ---- header blocks --------------------------------------------------- */

static unsigned
checksum (const uint8_t *block)
{
  unsigned sum = 8 * ' ';

  for (unsigned i = 0; i < TAR_BLOCK; i++)
    sum += i >= 148 && i < 156 ? 0 : block[i];
  return sum;
}

static void
test_header (void)
{
  uint8_t b[TAR_BLOCK];

  CU_ASSERT (ustar_header (b, "a.ovf", 511, 1700000000));
  CU_ASSERT_STRING_EQUAL (b, "a.ovf");
  CU_ASSERT_STRING_EQUAL (b + 100, "0000644");
  CU_ASSERT_STRING_EQUAL (b + 108, "0000000");
  CU_ASSERT_STRING_EQUAL (b + 124, "00000000777");
  CU_ASSERT_STRING_EQUAL (b + 136, "14524770400");
  CU_ASSERT (memcmp (b + 257, "ustar\00000", 8) == 0);
  CU_ASSERT_EQUAL (b[265], 0); /* no owner name */
  CU_ASSERT_EQUAL (strtoul ((char *)b + 148, NULL, 8), checksum (b));
  CU_ASSERT (b[154] == 0 && b[155] == ' ');
}

static void
test_sizes (void)
{
  static const uint8_t big[12] = { 0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0 };
  uint8_t b[TAR_BLOCK];

  CU_ASSERT (ustar_header (b, "x", (UINT64_C (8) << 30) - 1, 0));
  CU_ASSERT_STRING_EQUAL (b + 124, "77777777777");
  CU_ASSERT (ustar_header (b, "x", UINT64_C (8) << 30, 0));
  CU_ASSERT (memcmp (b + 124, big, 12) == 0);
  CU_ASSERT_EQUAL (strtoul ((char *)b + 148, NULL, 8), checksum (b));
}

static void
test_names (void)
{
  char name[300];
  uint8_t b[TAR_BLOCK];

  memset (name, 'n', sizeof name);
  name[100] = '\0';
  CU_ASSERT (ustar_header (b, name, 0, 0));
  CU_ASSERT (memcmp (b, name, 100) == 0 && b[345] == 0);
  name[100] = 'n';
  name[101] = '\0';
  CU_ASSERT (!ustar_name_fits (name));
  CU_ASSERT (!ustar_header (b, name, 0, 0));
  name[20] = '/';
  CU_ASSERT (ustar_header (b, name, 0, 0));
  CU_ASSERT (memcmp (b, name + 21, 80) == 0 && b[80] == 0);
  CU_ASSERT (memcmp (b + 345, name, 20) == 0 && b[365] == 0);
  /* prefix of 155 and name of 100 is the most */
  name[20] = name[101] = 'n';
  name[155] = '/';
  name[256] = '\0';
  CU_ASSERT (ustar_name_fits (name));
  name[256] = 'n';
  name[257] = '\0';
  CU_ASSERT (!ustar_name_fits (name));
  CU_ASSERT (!ustar_name_fits (""));
}

/* ---- archives -------------------------------------------------------- */

static const char ENVELOPE[] = "<Envelope/>\n";

static bool
write_package (struct ovf_ctx *ctx, const struct package_target *target,
               size_t size, struct ovf_error **err)
{
  CLEANUP (package_writer) struct package_writer *w
    = package_writer_new (ctx, target, err);
  CLEANUP_FREE uint8_t *bytes = xmalloc (size + 1);
  char *names[] = { (char *)"vm-disk1.vmdk", (char *)"sub/readme.txt" };
  strings files = { names, 2, 2 };
  uint64_t got;

  for (size_t i = 0; i < size; i++)
    bytes[i] = (uint8_t)(i * 7 + i / 256);
  if (w == NULL
      || !package_writer_reserve (w, "vm.ovf", 100, &files, err)
      || !package_writer_begin (w, names[0], ROLE_DISK, err)
      || !package_writer_append (w, bytes, size / 3, err)
      || !package_writer_append (w, bytes + size / 3, size - size / 3, err)
      || !package_writer_end (w, BLOB_UNKNOWN, &got, err))
    return false;
  CU_ASSERT_EQUAL (got, size);
  return package_writer_begin (w, names[1], ROLE_FILE, err)
         && package_writer_append (w, "hello\n", 6, err)
         && package_writer_end (w, BLOB_UNKNOWN, NULL, err)
         && package_writer_descriptor (w, ENVELOPE, strlen (ENVELOPE), err)
         && package_writer_finish (w, err) && package_writer_commit (w, err);
}

struct seen {
  char name[200];
  size_t size;
  char *data;
};

/* Every member as libarchive sees it; each must be a plain ustar entry. */
static unsigned
read_archive (const char *path, struct seen *seen, unsigned room)
{
  struct archive *a = archive_read_new ();
  struct archive_entry *e;
  unsigned n = 0;

  archive_read_support_format_tar (a);
  CU_ASSERT_EQUAL_FATAL (archive_read_open_filename (a, path, 512), ARCHIVE_OK);
  while (n < room && archive_read_next_header (a, &e) == ARCHIVE_OK) {
    CU_ASSERT_EQUAL (archive_format (a), ARCHIVE_FORMAT_TAR_USTAR);
    CU_ASSERT_EQUAL (archive_entry_mode (e), S_IFREG | 0644);
    CU_ASSERT_EQUAL (archive_entry_uid (e), 0);
    CU_ASSERT_EQUAL (archive_entry_mtime (e), 0);
    snprintf (seen[n].name, sizeof seen[n].name, "%s",
              archive_entry_pathname (e));
    seen[n].size = (size_t)archive_entry_size (e);
    seen[n].data = xmalloc (seen[n].size + 1);
    CU_ASSERT_EQUAL (archive_read_data (a, seen[n].data, seen[n].size),
                     (ssize_t)seen[n].size);
    seen[n].data[seen[n].size] = '\0';
    n++;
  }
  archive_read_free (a);
  return n;
}

static void
forget (struct seen *seen, unsigned n)
{
  while (n-- > 0)
    free (seen[n].data);
}

/* Does the manifest hold this member's line? */
static bool
listed (const char *manifest, const struct seen *member)
{
  CLEANUP_FREE char *line = NULL;
  char hex[DIGEST_HEX];

  digest_of (DIGEST_SHA256, member->data, member->size, hex);
  line = xasprintf ("SHA256(%s)= %s\n", member->name, hex);
  return strstr (manifest, line) != NULL;
}

static void
test_archive (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE char *path = in_dir ("vm.ova");
  struct package_target target
    = { .form = PACKAGE_OVA, .path = path, .algorithm = DIGEST_SHA256 };
  struct seen m[8];
  struct stat st;
  unsigned n;

  CU_ASSERT_FATAL (write_package (ctx, &target, 1000, NULL));
  n = read_archive (path, m, 8);
  CU_ASSERT_EQUAL_FATAL (n, 4);
  CU_ASSERT_STRING_EQUAL (m[0].name, "vm.ovf");
  CU_ASSERT_EQUAL (m[0].size, 100);
  CU_ASSERT (strncmp (m[0].data, ENVELOPE, strlen (ENVELOPE)) == 0);
  CU_ASSERT_EQUAL (m[0].data[99], '\n');
  CU_ASSERT_EQUAL (m[0].data[98], ' ');
  CU_ASSERT_STRING_EQUAL (m[1].name, "vm.mf");
  CU_ASSERT (listed (m[1].data, &m[0]) && listed (m[1].data, &m[2])
             && listed (m[1].data, &m[3]));
  CU_ASSERT_PTR_EQUAL (strstr (m[1].data, "SHA256(vm.ovf)="), m[1].data);
  CU_ASSERT_EQUAL (m[1].data[m[1].size - 1], '\n');
  CU_ASSERT_STRING_EQUAL (m[2].name, "vm-disk1.vmdk");
  CU_ASSERT_EQUAL (m[2].size, 1000);
  CU_ASSERT_STRING_EQUAL (m[3].name, "sub/readme.txt");
  CU_ASSERT_STRING_EQUAL (m[3].data, "hello\n");
  forget (m, n);
  /* Two zero blocks, and nothing after them. */
  CU_ASSERT_EQUAL_FATAL (stat (path, &st), 0);
  CU_ASSERT_EQUAL (st.st_size, 512 * (2 + 2 + 3 + 2 + 2));
  unlink (path);
  ovf_ctx_free (ctx);
}

static void
test_chunks (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE char *path = in_dir ("vm.ova");
  struct package_target target = { .form = PACKAGE_OVA,
                                   .path = path,
                                   .algorithm = DIGEST_SHA256,
                                   .chunk_size = 300 };
  struct seen m[16];
  unsigned n;

  CU_ASSERT_FATAL (write_package (ctx, &target, 900, NULL));
  n = read_archive (path, m, 16);
  CU_ASSERT_EQUAL_FATAL (n, 6);
  CU_ASSERT_STRING_EQUAL (m[1].name, "vm-disk1.vmdk.000000000");
  CU_ASSERT_STRING_EQUAL (m[3].name, "vm-disk1.vmdk.000000002");
  CU_ASSERT_EQUAL (m[3].size, 300); /* no empty fourth */
  CU_ASSERT_STRING_EQUAL (m[4].name, "sub/readme.txt.000000000");
  CU_ASSERT_STRING_EQUAL (m[5].name, "vm.mf"); /* length not known before */
  for (unsigned i = 0; i < 5; i++)
    CU_ASSERT (listed (m[5].data, &m[i]));
  forget (m, n);
  unlink (path);
  ovf_ctx_free (ctx);
}

static void
test_folder (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE char *path = in_dir ("out");
  CLEANUP_FREE char *disk = in_dir ("out/vm-disk1.vmdk");
  CLEANUP_FREE char *sub = in_dir ("out/sub/readme.txt");
  CLEANUP_FREE char *ovf = in_dir ("out/vm.ovf");
  CLEANUP_FREE char *mf = in_dir ("out/vm.mf");
  struct package_target target = { .form = PACKAGE_DIR,
                                   .path = path,
                                   .base = "vm",
                                   .algorithm = DIGEST_SHA256 };
  struct stat st;
  CLEANUP_FREE char *folder = in_dir ("out/sub");

  CU_ASSERT_FATAL (write_package (ctx, &target, 1000, NULL));
  CU_ASSERT (stat (disk, &st) == 0 && st.st_size == 1000);
  CU_ASSERT (stat (sub, &st) == 0 && st.st_size == 6);
  /* A file needs no slot. */
  CU_ASSERT (stat (ovf, &st) == 0 && st.st_size == sizeof ENVELOPE - 1);
  CU_ASSERT (stat (mf, &st) == 0);
  unlink (disk);
  unlink (sub);
  unlink (ovf);
  unlink (mf);
  rmdir (folder);
  CU_ASSERT_EQUAL (rmdir (path), 0);
  ovf_ctx_free (ctx);
}

/* ---- failures -------------------------------------------------------- */

static void
test_failures (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_FREE char *path = in_dir ("vm.ova");
  struct package_target target
    = { .form = PACKAGE_OVA, .path = path, .algorithm = DIGEST_SHA256 };
  struct ovf_error *err = NULL;
  struct package_writer *w;
  char *names[] = { (char *)"d" };
  strings files = { names, 1, 1 };
  char text[200] = "<a/>";

  /* A descriptor that outgrows its slot, a name twice, a file not listed. */
  w = package_writer_new (ctx, &target, NULL);
  CU_ASSERT_PTR_NOT_NULL_FATAL (w);
  CU_ASSERT_FATAL (package_writer_reserve (w, "vm.ovf", 10, &files, NULL));
  CU_ASSERT (!package_writer_descriptor (w, text, 11, &err));
  ovf_error_free (err);
  err = NULL;
  CU_ASSERT (!package_writer_begin (w, "vm.mf", ROLE_FILE, &err));
  ovf_error_free (err);
  err = NULL;
  CU_ASSERT (!package_writer_begin (w, "../x", ROLE_FILE, &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_UNSAFE);
  ovf_error_free (err);
  err = NULL;
  CU_ASSERT (package_writer_begin (w, "another", ROLE_FILE, NULL));
  CU_ASSERT (package_writer_end (w, BLOB_UNKNOWN, NULL, NULL));
  CU_ASSERT (package_writer_descriptor (w, text, 4, NULL));
  CU_ASSERT (!package_writer_finish (w, &err));
  ovf_error_free (err);
  package_writer_free (w);
  CU_ASSERT_EQUAL (entries_in_dir (), 0);
  ovf_ctx_free (ctx);
}

static void
test_manifest_line (void)
{
  char text[200] = "";
  char hex[DIGEST_HEX];
  FILE *f = fmemopen (text, sizeof text, "w");

  digest_of (DIGEST_SHA1, "", 0, hex);
  manifest_write_line (f, DIGEST_SHA1, "a b.ovf", hex);
  fclose (f);
  CU_ASSERT_STRING_EQUAL (
    text, "SHA1(a b.ovf)= da39a3ee5e6b4b0d3255bfef95601890afd80709\n");
  CU_ASSERT_EQUAL (strlen (text), manifest_line_length (DIGEST_SHA1, "a b.ovf"));
}

static void
test_start (void)
{
  CU_ASSERT_PTR_NOT_NULL_FATAL (mkdtemp (dir));
}

static void
test_stop (void)
{
  CU_ASSERT_EQUAL (rmdir (dir), 0);
}

TAP_MAIN ("ova-write", { "a folder for it", test_start },
          { "header block", test_header }, { "sizes", test_sizes },
          { "names", test_names }, { "archive", test_archive },
          { "chunks", test_chunks }, { "folder", test_folder },
          { "failures", test_failures },
          { "manifest line", test_manifest_line },
          { "nothing remains", test_stop })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The archive boundary: libarchive's tar reader and nothing else of it, no
 * filter, nothing extracted.  Any status but OK and EOF is fatal (a damaged
 * header is a mere ARCHIVE_RETRY there, and the entry is lost), only regular
 * files and folders pass, and every name is checked once, here.
 *
 * Headers are handed to libarchive in blocks of 512 bytes, so that the place
 * of an entry's data is known without asking, and struct tar_watch sees them
 * all. */
#include "package/ova.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>

#include "base/text.h"
#include "package/tar.h"

#define DATA_BUFFER (256u << 10)

struct ova {
  struct ovf_ctx *ctx;
  struct ovf_report *report;
  char *name;
  struct archive *archive;
  locale_t utf8;              /* PAX names are UTF-8 in any locale */
  struct store store;
  uint64_t size;              /* BLOB_UNKNOWN in a pipe */
  uint64_t position;          /* bytes that libarchive has been given */
  uint64_t end;               /* of a pipe, once seen */
  uint64_t data_end;          /* of the entry, padding included: until there
                                 libarchive may have more than a block */
  uint64_t entry_end;         /* without padding */
  uint64_t entries;
  strings names;              /* in lower case, sorted */
  bool no_names;              /* of as many files as come */
  struct tar_watch watch;
  uint8_t start[TAR_UNIT];    /* to say what it is when it is no archive */
  size_t start_len;
  bool told_magic, told_pax, told_name;
  struct ovf_error *failure;  /* of a callback */
  uint8_t *buffer;
};

/* ---- what libarchive reads from --------------------------------------------- */
static ssize_t
fill (struct ova *o, size_t n)
{
  if (o->size == BLOB_UNKNOWN)
    return store_read_some (o->ctx, o->store, o->buffer, n, &o->failure);
  if (o->position >= o->size)
    return 0;
  if (n > o->size - o->position)
    n = (size_t)(o->size - o->position);
  return store_pread (o->store, o->buffer, n, o->position, &o->failure) ? (ssize_t)n : -1;
}

/* An archive that ends inside a block is completed with zeros: some end with
 * the last byte of data.  What is missing is found by comparing sizes. */
static la_ssize_t
read_callback (struct archive *a, void *opaque, const void **ret)
{
  struct ova *o = opaque;
  bool header = o->position >= o->data_end;
  size_t want = DATA_BUFFER;
  ssize_t n;

  (void)a;
  if (header)
    want = TAR_UNIT;
  else if (o->data_end - o->position < want)
    want = (size_t)(o->data_end - o->position);
  if (!ctx_alive (o->ctx, &o->failure) || (n = fill (o, want)) < 0)
    return ARCHIVE_FATAL;
  if (o->position == 0) {
    o->start_len = (size_t)n < TAR_UNIT ? (size_t)n : TAR_UNIT;
    memcpy (o->start, o->buffer, o->start_len);
  }
  if ((size_t)n < want) {
    size_t whole = ((size_t)n + TAR_UNIT - 1) / TAR_UNIT * TAR_UNIT;
    if (o->end == BLOB_UNKNOWN)
      o->end = o->position + (uint64_t)n;
    memset (o->buffer + n, 0, whole - (size_t)n);
    n = (ssize_t)whole;
  }
  if (header && n > 0
      && !tar_watch_block (&o->watch, o->buffer, o->position, &o->failure))
    return ARCHIVE_FATAL;
  o->position += (uint64_t)n;
  *ret = o->buffer;
  return n;
}

static la_int64_t
skip_callback (struct archive *a, void *opaque, la_int64_t request)
{
  struct ova *o = opaque;
  uint64_t n = o->position < o->data_end ? o->data_end - o->position : 0;

  (void)a;
  if (request < 0 || o->size == BLOB_UNKNOWN)
    return 0;
  if (n > (uint64_t)request)
    n = (uint64_t)request;
  o->position += n;
  return (la_int64_t)n;
}

/* ---- opening ------------------------------------------------------------------ */
static bool
no_archive (const struct ova *o, struct ovf_error **err)
{
  const char *what = tar_looks_else (o->start, o->start_len);

  if (o->start_len == 0)
    return error_at (err, OVF_E_FORMAT, "OVF-PKG-005", o->name, 0, "the archive is empty");
  error_at (err, OVF_E_FORMAT, "OVF-PKG-005", o->name, 0, "this is no tar archive%s%s",
            what ? ", but " : "", what ? what : "");
  if (tar_looks_compressed (o->start, o->start_len))
    error_hint (err, "uncompress it first; the disks in an OVA are compressed already");
  return false;
}

static bool
archive_failed (struct ova *o, struct ovf_error **err)
{
  const char *why = archive_error_string (o->archive);

  if (o->failure != NULL) {
    error_place (&o->failure, NULL, o->name, 0);
    return error_move (err, &o->failure);
  }
  if (o->entries == 0 && !tar_looks_like (o->start, o->start_len)
      && (o->start_len == 0 || !tar_is_zero (o->start, o->start_len)))
    return no_archive (o, err);
  return error_at (err, OVF_E_FORMAT, "OVF-TAR-001", o->name, 0,
                   "the tar archive is damaged at %llu: %s",
                   (unsigned long long)o->position, why ? why : "no reason given");
}

static bool
set_up (struct ova *o)
{
  struct archive *a = o->archive;

  return archive_read_support_filter_none (a) == ARCHIVE_OK
         && archive_read_support_format_tar (a) == ARCHIVE_OK
         && archive_read_set_callback_data (a, o) == ARCHIVE_OK
         && archive_read_set_read_callback (a, read_callback) == ARCHIVE_OK
         && (o->size == BLOB_UNKNOWN
             || archive_read_set_skip_callback (a, skip_callback) == ARCHIVE_OK)
         && archive_read_open1 (a) == ARCHIVE_OK;
}

struct ova *
ova_new (struct ovf_ctx *ctx, struct store store, uint64_t size, const char *name,
         struct ovf_report *report, struct ovf_error **err)
{
  CLEANUP (ova) struct ova *o = xcalloc (1, sizeof *o);

  o->ctx = ctx;
  o->store = store;
  o->size = o->end = size;
  o->name = xstrdup (name);
  o->report = report;
  o->buffer = xmalloc (DATA_BUFFER);
  tar_watch_init (&o->watch);
  o->utf8 = newlocale (LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
  o->archive = archive_read_new ();
  if (o->archive == NULL) {
    error_set (err, OVF_E_IO, "libarchive does not start");
    return NULL;
  }
  if (!set_up (o)) {
    archive_failed (o, err);
    return NULL;
  }
  return STEAL (o);
}

void
ova_keep_no_names (struct ova *o)
{
  o->no_names = true;
}

void
ova_free (struct ova *o)
{
  if (o == NULL)
    return;
  if (o->archive != NULL)
    archive_read_free (o->archive);
  if (o->utf8 != (locale_t)0)
    freelocale (o->utf8);
  tar_watch_done (&o->watch);
  strings_free (&o->names);
  ovf_error_free (o->failure);
  free (o->buffer);
  free (o->name);
  free (o);
}

/* ---- names ---------------------------------------------------------------------- */
const char *
member_name (const char *name)
{
  while (name[0] == '.' && name[1] == '/')
    name += 2;
  return name;
}

static char *
fold (const char *name)
{
  char *s = xstrdup (name);

  for (char *p = s; *p != '\0'; p++)
    if (*p >= 'A' && *p <= 'Z')
      *p = (char)(*p + ('a' - 'A'));
  return s;
}

/* Where a name is, or would stand. */
static size_t
search (const strings *names, const char *name, size_t len, bool *ret_found)
{
  size_t low = 0, high = names->len;

  while (low < high) {
    size_t mid = low + (high - low) / 2;
    int c = strncmp (names->ptr[mid], name, len);
    if (c == 0 && names->ptr[mid][len] != '\0')
      c = 1;
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

/* "a" beside "a/b". */
static bool
is_folder_too (const strings *names, const char *name)
{
  CLEANUP_FREE char *inside = xasprintf ("%s/", name);
  bool found;
  size_t at = search (names, inside, strlen (inside), &found);

  if (at < names->len && strncmp (names->ptr[at], inside, strlen (inside)) == 0)
    return true;
  for (const char *slash = strchr (name, '/'); slash != NULL;
       slash = strchr (slash + 1, '/')) {
    search (names, name, (size_t)(slash - name), &found);
    if (found)
      return true;
  }
  return false;
}

/* A second file of the name, also one that differs in case alone, is two
 * packages in one: which of them counts would depend on the tool. */
static bool
remember_name (struct ova *o, const char *name, struct ovf_error **err)
{
  char *folded = fold (name);
  bool found;
  size_t at = search (&o->names, folded, strlen (folded), &found);

  strings_append (&o->names, folded);
  if (found)
    return error_at (err, OVF_E_FORMAT, "OVF-TAR-006", o->name, 0,
                     "the archive holds '%s' twice", name);
  memmove (&o->names.ptr[at + 1], &o->names.ptr[at],
           (o->names.len - 1 - at) * sizeof *o->names.ptr);
  o->names.ptr[at] = folded;
  if (is_folder_too (&o->names, folded))
    return error_at (err, OVF_E_FORMAT, "OVF-TAR-006", o->name, 0,
                     "'%s' is or lies in a folder that is also a file", name);
  return true;
}

/* ---- entries --------------------------------------------------------------------- */
static bool
refuse (struct ova *o, const char *name, const char *what, struct ovf_error **err)
{
  return error_at (err, OVF_E_UNSAFE, "OVF-TAR-008", o->name, 0, "'%s' is %s",
                   name, what);
}

static void
tell_once (struct ova *o, bool *told, const char *name, const char *what)
{
  if (!*told)
    report_add (o->report, OVF_WARNING, "OVF-TAR-001", o->name, 0, NULL,
                "'%s' %s: a package is a POSIX ustar archive", name, what);
  *told = true;
}

static void
tell_format (struct ova *o, const char *name)
{
  switch (tar_magic (o->watch.header)) {
  case TAR_USTAR:
    break;
  case TAR_GNU:
    tell_once (o, &o->told_magic, name, "has a GNU tar header");
    break;
  case TAR_V7:
    tell_once (o, &o->told_magic, name, "has a tar header without a magic number");
    break;
  }
  if (o->watch.pax)
    tell_once (o, &o->told_pax, name, "has a PAX header");
  if (o->watch.gnu_name)
    tell_once (o, &o->told_name, name, "has a GNU long name");
}

/* Do the header as it stands and libarchive's idea of it agree? */
static bool
check_header (struct ova *o, struct archive_entry *e, const char *name,
              struct ovf_error **err)
{
  const char *what = tar_refused_type (o->watch.header[156]);
  uint64_t size;

  if (what != NULL)
    return refuse (o, name, what, err);
  if (archive_entry_symlink (e) != NULL || archive_entry_hardlink (e) != NULL)
    return refuse (o, name, "a link", err);
  if (archive_entry_filetype (e) != AE_IFREG && archive_entry_filetype (e) != AE_IFDIR)
    return refuse (o, name, "no regular file", err);
  if (archive_entry_sparse_count (e) > 0
      || o->watch.header_at + TAR_UNIT != o->position)
    return refuse (o, name, "a sparse file", err);
  if (!tar_size (o->watch.header, &size))
    return error_at (err, OVF_E_FORMAT, "OVF-TAR-002", o->name, 0,
                     "the size of '%s' is no number", name);
  /* A PAX size is for what the field cannot hold, 8 GiB and more. */
  if (archive_entry_size (e) < 0
      || (size != (uint64_t)archive_entry_size (e)
          && archive_entry_size (e) < (INT64_C (1) << 33)))
    return error_at (err, OVF_E_FORMAT, "OVF-TAR-002", o->name, 0,
                     "'%s' has two different sizes", name);
  return true;
}

static bool
place_data (struct ova *o, const char *name, uint64_t size, struct ovf_error **err)
{
  uint64_t padded;

  if ((uint64_t)archive_filter_bytes (o->archive, -1) != o->position)
    return error_at (err, OVF_E_FORMAT, "OVF-TAR-001", o->name, 0,
                     "the place of '%s' in the archive is not clear", name);
  if (__builtin_add_overflow (size, TAR_UNIT - 1, &padded)
      || __builtin_add_overflow (o->position, padded / TAR_UNIT * TAR_UNIT, &o->data_end)
      || o->data_end > INT64_MAX
      || (o->size != BLOB_UNKNOWN && o->position + size > o->size)) {
    error_at (err, OVF_E_FORMAT, "OVF-TAR-009", o->name, 0,
              "the archive ends inside '%s'", name);
    return error_hint (err, "the file was not copied or downloaded completely");
  }
  o->entry_end = o->position + size;
  return true;
}

static bool
take_entry (struct ova *o, struct archive_entry *e, struct member *ret,
            bool *ret_folder, struct ovf_error **err)
{
  const char *raw = archive_entry_pathname (e);
  CLEANUP_FREE char *name = xstrdup (member_name (raw ? raw : ""));
  size_t n = strlen (name);

  *ret_folder = archive_entry_filetype (e) == AE_IFDIR;
  if (!check_header (o, e, name, err))
    return false;
  if (*ret_folder && archive_entry_size (e) != 0)
    return refuse (o, name, "a folder with data", err);
  if (*ret_folder && n > 0 && name[n - 1] == '/')
    name[n - 1] = '\0';
  if (!(*ret_folder && (*name == '\0' || strcmp (name, ".") == 0))
      && !name_check (o->ctx, name, err))
    return error_place (err, NULL, o->name, 0);
  if (!place_data (o, name, (uint64_t)archive_entry_size (e), err))
    return false;
  if (*ret_folder)
    return true;
  if (!o->no_names && !remember_name (o, name, err))
    return false;
  tell_format (o, name);
  ret->name = STEAL (name);
  ret->offset = o->position;
  ret->size = (uint64_t)archive_entry_size (e);
  return true;
}

static int
next_header (struct ova *o, struct archive_entry **e)
{
  locale_t old = (locale_t)0;
  int r;

  if (o->utf8 != (locale_t)0)
    old = uselocale (o->utf8);
  r = archive_read_next_header (o->archive, e);
  if (old != (locale_t)0)
    uselocale (old);
  return r;
}

static int
archive_ended (struct ova *o)
{
  if (o->watch.end_mark == UINT64_MAX)
    report_add (o->report, OVF_WARNING, "OVF-TAR-009", o->name, 0, NULL,
                "the archive has no end mark; its last file is complete");
  return 0;
}

/* What was skipped of a pipe may have been padding of ours (read_callback). */
static bool
data_was_there (struct ova *o, struct ovf_error **err)
{
  if (o->end >= o->entry_end)
    return true;
  error_at (err, OVF_E_FORMAT, "OVF-TAR-009", o->name, 0,
            "the archive ends inside a file");
  return error_hint (err, "the file was not copied or downloaded completely");
}

int
ova_next (struct ova *o, struct member *ret, struct ovf_error **err)
{
  struct archive_entry *e;
  bool folder;

  do {
    int r;
    if (!ctx_alive (o->ctx, err))
      return -1;
    r = next_header (o, &e);
    if (!data_was_there (o, err))
      return -1;
    if (r == ARCHIVE_EOF && o->failure == NULL)
      return archive_ended (o);
    if (r != ARCHIVE_OK || o->failure != NULL) {
      archive_failed (o, err);
      return -1;
    }
    o->entries++;
    if (!o->no_names
        && !ctx_within (o->ctx, LIMIT_MEMBERS, o->entries, "files in the archive", err)) {
      error_place (err, NULL, o->name, 0);
      return -1;
    }
    if (!take_entry (o, e, ret, &folder, err))
      return -1;
    /* Not before the next header: the first is read when opening. */
    tar_watch_entry (&o->watch);
  } while (folder);
  return 1;
}

/* ---- data --------------------------------------------------------------------------- */
ssize_t
ova_read (struct ova *o, void *buf, size_t n, struct ovf_error **err)
{
  la_ssize_t got = archive_read_data (o->archive, buf, n);

  if (got < 0 || o->failure != NULL) {
    archive_failed (o, err);
    return -1;
  }
  return data_was_there (o, err) ? (ssize_t)got : -1;
}

bool
ova_has_end (const struct ova *o)
{
  return o->watch.end_mark != UINT64_MAX;
}

/* The rest of a pipe, from where libarchive stopped. */
static bool
pipe_tail (struct ova *o, bool *ret_other, struct ovf_error **err)
{
  ssize_t n;

  do {
    if (!ctx_alive (o->ctx, err))
      return false;
    n = store_read_some (o->ctx, o->store, o->buffer, DATA_BUFFER, err);
    if (n > 0 && !tar_is_zero (o->buffer, (size_t)n))
      *ret_other = true;
  } while (n > 0);
  return n == 0;
}

static bool
file_tail (struct ova *o, uint64_t at, bool *ret_other, struct ovf_error **err)
{
  uint64_t length;

  while (!*ret_other) {
    if (!ctx_alive (o->ctx, err)
        || !store_next_data (o->store, o->size, &at, &length, err))
      return false;
    if (length == 0)
      return true;
    if (length > DATA_BUFFER)
      length = DATA_BUFFER;
    if (!store_pread (o->store, o->buffer, (size_t)length, at, err))
      return false;
    *ret_other = !tar_is_zero (o->buffer, (size_t)length);
    at += length;
  }
  return true;
}

bool
ova_tail (struct ova *o, bool *ret_other, struct ovf_error **err)
{
  *ret_other = o->watch.after_end;
  if (o->watch.end_mark == UINT64_MAX)
    return true;
  if (o->size == BLOB_UNKNOWN)
    return pipe_tail (o, ret_other, err);
  return file_tail (o, o->watch.end_mark, ret_other, err);
}

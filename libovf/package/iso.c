/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ISO 9660 with Joliet and Rock Ridge through libarchive; see iso.h. */
#include "package/iso.h"

#include "base/alloc.h"
#include "base/file.h"

#include <archive.h>
#include <archive_entry.h>

/* The primary volume descriptor (ECMA-119 8.4) is sector 16. */
#define PRIMARY (16u * 2048u)
#define VOLUME_ID_AT (PRIMARY + 40u)
#define VOLUME_ID_LEN 32u

static bool
archive_failed (struct archive *a, struct ovf_error **err)
{
  const char *why = archive_error_string (a);

  return error_set (err, OVF_E_IO, "cannot write the ISO image: %s",
                    why ? why : "unknown reason");
}

static bool
write_entry (struct archive *a, const char *name, const void *data, size_t len,
             struct ovf_error **err)
{
  struct archive_entry *e = archive_entry_new ();
  bool ok;

  if (e == NULL)
    abort ();
  archive_entry_set_pathname (e, name);
  archive_entry_set_filetype (e, AE_IFREG);
  archive_entry_set_perm (e, 0444);
  archive_entry_set_size (e, (la_int64_t)len);
  archive_entry_set_mtime (e, 0, 0);
  ok = archive_write_header (a, e) == ARCHIVE_OK
       && archive_write_data (a, data, len) == (la_ssize_t)len;
  archive_entry_free (e);
  return ok || archive_failed (a, err);
}

static bool
write_image (struct archive *a, int fd, const char *label, const char *name,
             const void *data, size_t len, struct ovf_error **err)
{
  CLEANUP_FREE char *options = xasprintf ("volume-id=%s,!pad", label);

  if (archive_write_set_format_iso9660 (a) != ARCHIVE_OK
      || archive_write_set_options (a, options) != ARCHIVE_OK
      || archive_write_set_bytes_in_last_block (a, 1) != ARCHIVE_OK
      || archive_write_open_fd (a, fd) != ARCHIVE_OK)
    return archive_failed (a, err);
  return write_entry (a, name, data, len, err)
         && (archive_write_close (a) == ARCHIVE_OK || archive_failed (a, err));
}

/* The primary descriptor takes capitals, digits and '_' only, so libarchive
 * replaces the blank of "OVF ENV"; but that is what guests look for. */
static bool
write_label (int fd, const char *label, struct ovf_error **err)
{
  char field[VOLUME_ID_LEN];

  memset (field, ' ', sizeof field);
  memcpy (field, label, strlen (label));
  return file_pwrite (fd, field, sizeof field, VOLUME_ID_AT, err);
}

bool
iso_write (int fd, const char *label, const char *name, const void *data,
           size_t len, struct ovf_error **err)
{
  struct archive *a = archive_write_new ();
  bool ok;

  if (a == NULL)
    abort ();
  ok = write_image (a, fd, label, name, data, len, err)
       && write_label (fd, label, err);
  archive_write_free (a);
  return ok;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mark of an import that is under way: a small volume BASE.ovftool-import
 * in the pool that the import writes to.
 *
 *   ovftool import 1
 *   run BOOT-ID PID-NAMESPACE PID
 *   volume BASE-disk1.qcow2
 *
 * libvirt's volumes cannot be renamed and carry no words of their own, so that
 * an unfinished one looks like any other; but a volume that a mark names did
 * not exist when the mark was made, or the user said -f.  What is removed by a
 * mark is therefore ours, if its writer is gone and no domain uses it. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

#include "base/file.h"
#include "base/output.h"
#include "base/text.h"
#include "libvirt-import.h"

#define FIRST_LINE "ovftool import 1\n"
#define MARK_MAX (1u << 20)
#define MARK_ROUND 4096u

static char *
mark_name (const struct live *l)
{
  return xasprintf ("%s.ovftool-import", l->p->base);
}

/* ---- who writes ------------------------------------------------------------------ */
static char *
boot_id (struct ovf_ctx *ctx)
{
  CLEANUP_FD int fd = file_open_user ("/proc/sys/kernel/random/boot_id", NULL, NULL);
  char *text = NULL;
  size_t len;

  if (fd >= 0)
    text = file_read_text (ctx, fd, "boot_id", LIMIT_NAME, &len, NULL);
  if (text != NULL)
    text[strcspn (text, "\n")] = '\0';
  return text;
}

/* Processes are known by number only within one namespace of one system. */
static char *
this_place (struct ovf_ctx *ctx)
{
  CLEANUP_FREE char *boot = boot_id (ctx);
  char space[64];
  ssize_t n = readlink ("/proc/self/ns/pid", space, sizeof space - 1);

  if (boot == NULL || n <= 0)
    return xstrdup ("unknown unknown");
  space[n] = '\0';
  return xasprintf ("%s %s", boot, space);
}

/* Only where it can be seen that nobody is there. */
static bool
writer_is_gone (struct live *l, const char *line)
{
  CLEANUP_FREE char *here = this_place (l->s->ctx);
  size_t n = strlen (here);
  unsigned pid;

  if (strncmp (here, "unknown", 7) == 0 || strncmp (line, here, n) != 0 || line[n] != ' '
      || !parse_unsigned (line + n + 1, 1, INT32_MAX, &pid))
    return false;
  return kill ((pid_t)pid, 0) != 0 && errno == ESRCH;
}

/* ---- reading ------------------------------------------------------------------------- */
struct mark {
  char *run;
  strings volumes;
};

static void
mark_done (struct mark *m)
{
  free (m->run);
  strings_free (&m->volumes);
}

static bool
no_mark (const struct live *l, const char *name, struct ovf_error **err)
{
  error_set (err, OVF_E_IO, "the volume '%s' is in the way: it is no mark of an import", name);
  return error_hint (err, "if nobody needs it: virsh -c %s vol-delete --pool %s %s",
                     virt_uri (l->virt), l->pool_name, name);
}

static char *
download_text (struct virt_volume *v, struct ovf_error **err)
{
  CLEANUP (virt_download) struct virt_download *d = virt_download_new (v, err);
  CLEANUP_FREE char *text = xcalloc (1, MARK_MAX + 1);
  size_t done = 0;
  ssize_t n = 0;

  if (d == NULL)
    return NULL;
  while (done < MARK_MAX && (n = virt_download_read (d, text + done, MARK_MAX - done, err)) > 0)
    done += (size_t)n;
  return n < 0 ? NULL : STEAL (text);
}

static bool
read_mark (struct live *l, const char *name, struct virt_volume *v, struct mark *ret,
           struct ovf_error **err)
{
  CLEANUP_FREE char *text = download_text (v, err);
  char *line, *end;

  if (text == NULL)
    return false;
  if (strncmp (text, FIRST_LINE, strlen (FIRST_LINE)) != 0)
    return no_mark (l, name, err);
  for (line = text; (end = strchr (line, '\n')) != NULL; line = end + 1) {
    *end = '\0';
    if (strncmp (line, "run ", 4) == 0)
      set_string (&ret->run, line + 4);
    else if (strncmp (line, "volume ", 7) == 0)
      strings_append (&ret->volumes, xstrdup (line + 7));
  }
  return ret->run != NULL || no_mark (l, name, err);
}

/* ---- clearing --------------------------------------------------------------------------- */
static void
say (struct live *l, const char *volume, bool look)
{
  report_add (l->report, OVF_WARNING, "IMPORT-LEFTOVER", NULL, 0, NULL,
              "an earlier import was cut off: its volume '%s' %s", volume,
              look ? "would be removed" : "was removed");
}

static bool
clear_volume (struct live *l, const char *name, bool look, struct ovf_error **err)
{
  CLEANUP (virt_volume) struct virt_volume *v = NULL;
  const char *user;

  if (!virt_volume_find (l->pool, name, &v, err))
    return false;
  if (v == NULL)
    return true;
  if (!live_volume_user (l, name, v, false, &user, err))
    return false;
  if (user != NULL)
    return true; /* it came to its end, and only the mark stayed */
  if (!look && !virt_volume_delete (v, err))
    return false;
  say (l, name, look);
  return true;
}

static bool
clear (struct live *l, const struct mark *m, struct virt_volume *v, bool look,
       struct ovf_error **err)
{
  const size_t n = strlen (l->p->base);

  /* An import of this name makes no other volumes. */
  VECTOR_FOR (name, &m->volumes)
    if (strncmp (*name, l->p->base, n) == 0 && (*name)[n] == '-'
        && !clear_volume (l, *name, look, err))
      return false;
  return look || virt_volume_delete (v, err);
}

bool
live_clear_leftovers (struct live *l, bool look, struct ovf_error **err)
{
  CLEANUP_FREE char *name = mark_name (l);
  CLEANUP (virt_volume) struct virt_volume *v = NULL;
  struct mark m = { 0 };
  bool ok;

  if (l->pool == NULL)
    return true;
  if (!virt_volume_find (l->pool, name, &v, err))
    return false;
  if (v == NULL)
    return true;
  ok = read_mark (l, name, v, &m, err);
  if (ok && !writer_is_gone (l, m.run) && !option_flag (l->s->options, OPT_FORCE)) {
    error_set (err, OVF_E_IO, "another import of '%s' is under way, or was cut off elsewhere",
               l->p->base);
    error_hint (err, "if it was cut off, -f removes what it left");
    ok = false;
  }
  ok = ok && clear (l, &m, v, look, err);
  mark_done (&m);
  return ok;
}

/* ---- writing ----------------------------------------------------------------------------- */
static bool
fill_mark (struct live *l, int fd, uint64_t *ret_size, struct ovf_error **err)
{
  CLEANUP_FREE char *here = this_place (l->s->ctx);
  CLEANUP_FREE char *text = NULL;
  FILE *f;
  size_t len;
  uint64_t whole;

  f = open_memstream (&text, &len);
  if (f == NULL)
    abort ();
  fprintf (f, "%srun %s %ld\n", FIRST_LINE, here, (long)getpid ());
  VECTOR_FOR (x, &l->p->files)
    fprintf (f, "volume %s\n", x->name);
  if (fclose (f) != 0)
    abort ();
  whole = (len + MARK_ROUND - 1) / MARK_ROUND * MARK_ROUND;
  *ret_size = whole;
  if (whole > MARK_MAX)
    return error_set (err, OVF_E_LIMIT, "there are too many files");
  return (ftruncate (fd, (off_t)whole) == 0 && file_pwrite (fd, text, len, 0, err))
         || error_errno (err, errno, "cannot write a temporary file");
}

bool
live_mark (struct live *l, struct ovf_error **err)
{
  CLEANUP_FREE char *name = mark_name (l);
  CLEANUP_FD int fd = -1;
  uint64_t size;

  if (l->p->files.len == 0)
    return true;
  fd = output_scratch (NULL, err);
  if (fd < 0 || !fill_mark (l, fd, &size, err))
    return false;
  l->mark = virt_volume_create (l->pool, name, "raw", size, err);
  return l->mark != NULL && virt_volume_upload (l->mark, fd, size, false, name, err);
}

void
live_unmark (struct live *l)
{
  if (l->mark != NULL)
    virt_volume_delete (l->mark, NULL);
}

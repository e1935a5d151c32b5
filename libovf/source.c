/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever is read: a package, a configuration, a bare disk.  The kind is
 * found by content first and by suffix second, and --from settles it. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "libvirt-live.h"

/* ---- life ------------------------------------------------------------- */
static struct source *
source_new (struct ovf_ctx *ctx, const char *path, const struct ovf_options *options)
{
  struct source *s = xcalloc (1, sizeof *s);

  s->ctx = ctx;
  s->path = xstrdup (path);
  s->options = options;
  s->dirfd = s->fd = -1;
  return s;
}

void
source_free (struct source *s)
{
  if (s == NULL)
    return;
  package_free (s->package);
  appliance_free (s->appliance);
  for (size_t i = 0; i < s->n_fds; i++)
    close (s->fds[i]);
  free (s->fds);
  live_source_free (s->live);
  free (s->scratch);
  if (s->dirfd >= 0)
    close (s->dirfd);
  if (s->fd >= 0)
    close (s->fd);
  free (s->folder);
  free (s->path);
  free (s);
}

static int
keep_fd (struct source *s, int fd)
{
  s->fds = xrealloc (s->fds, (s->n_fds + 1) * sizeof *s->fds);
  s->fds[s->n_fds++] = fd;
  return fd;
}

/* ---- packages ---------------------------------------------------------- */
static bool
read_text (struct source *s, const struct converter *c, const struct input *in,
           enum purpose purpose, struct ovf_report *report, struct ovf_error **err)
{
  const char *configuration = option_text (s->options, OPT_CONFIGURATION);
  struct read_settings settings = {
    .configuration = configuration,
    .all_configurations = purpose == PURPOSE_USE_ALL && configuration == NULL,
    .lax = option_flag (s->options, OPT_LAX),
    .inspect = purpose == PURPOSE_LOOK
  };

  if (c->read == NULL)
    return error_set (err, OVF_E_UNSUPPORTED, "'%s' can be written but not read", c->name);
  s->appliance = c->read (s->ctx, in, &settings, report, err);
  if (s->appliance == NULL)
    return error_place (err, NULL, in->name, 0);
  if (model_check (s->ctx, s->appliance, err)
      && (purpose == PURPOSE_LOOK || model_check_ids (s->appliance, err)))
    return true;
  return error_place (err, NULL, in->name, 0);
}

/* Tells the package which files the descriptor names. */
static void
refer (struct source *s)
{
  strings hrefs = { 0 };

  VECTOR_FOR (f, &s->appliance->files)
    strings_append (&hrefs, xstrdup (f->href));
  package_refer (s->package, &hrefs);
  strings_free (&hrefs);
}

static bool
open_package (struct source *s, enum purpose purpose, struct ovf_report *report,
              struct ovf_error **err)
{
  struct input in;
  size_t len;

  s->package = package_open (s->ctx, s->path, report, err);
  if (s->package == NULL)
    return false;
  in.name = package_descriptor_name (s->package);
  in.text = package_descriptor (s->package, &len);
  in.len = len;
  if (!read_text (s, converter_by_name ("ovf"), &in, purpose, report, err))
    return false;
  refer (s);
  if (package_form (s->package) != PACKAGE_DIR)
    set_string (&s->appliance->kind, "ova");
  set_string (&s->appliance->descriptor, in.name);
  return true;
}

/* ---- configurations ------------------------------------------------------ */
static bool
open_configuration (struct source *s, const struct converter *c,
                    enum purpose purpose, struct ovf_report *report,
                    struct ovf_error **err)
{
  CLEANUP_FREE char *base = path_base (s->path);
  CLEANUP_FREE char *text = NULL;
  struct input in = { base, NULL, 0 };

  text = file_read_text (s->ctx, s->fd, base, LIMIT_DESCRIPTOR, &in.len, err);
  if (text == NULL)
    return false;
  in.text = text;
  if (c == NULL)
    c = converter_probe (&in, err);
  if (c == NULL)
    return false;
  if (memchr (text, '\0', in.len) != NULL)
    return error_at (err, OVF_E_FORMAT, NULL, base, 0, "the file holds a NUL byte");
  if (!read_text (s, c, &in, purpose, report, err))
    return false;
  set_string (&s->appliance->descriptor, base);
  s->folder = path_dir (s->path);
  s->dirfd = dir_open (s->folder, err);
  return s->dirfd >= 0;
}

/* "libvirt:URI#NAME" */
static bool
open_live (struct source *s, enum purpose purpose, struct ovf_report *report,
           struct ovf_error **err)
{
  const char *xml = NULL;
  struct input in;

  s->live = live_source_open (s->ctx, s->path, purpose != PURPOSE_LOOK, &xml, report, err);
  if (s->live == NULL)
    return false;
  in.name = live_source_name (s->live);
  in.text = xml;
  in.len = strlen (xml);
  if (!read_text (s, converter_by_name ("libvirt"), &in, purpose, report, err))
    return false;
  set_string (&s->appliance->descriptor, in.name);
  return true;
}

struct source *
source_of_model (struct ovf_ctx *ctx, struct appliance *appliance,
                 const char *folder, const struct ovf_options *options,
                 struct ovf_error **err)
{
  CLEANUP (source) struct source *s = source_new (ctx, folder, options);

  s->appliance = appliance;
  s->folder = xstrdup (folder);
  s->own_files = true;
  s->dirfd = dir_open (folder, err);
  if (s->dirfd < 0 || !model_check (ctx, appliance, err))
    return NULL;
  return STEAL (s);
}

/* ---- a bare disk ------------------------------------------------------------ */
/* An appliance without a machine: `info` shows the disk, `convert` copies it. */
static bool
open_disk (struct source *s, const struct disk_format *format, struct ovf_report *report,
           struct ovf_error **err)
{
  CLEANUP_FREE char *base = path_base (s->path);
  struct disk_facts facts = { 0 };
  struct disk *d;
  struct blob *blob;
  uint64_t size;
  bool ok;

  if (!file_size (s->fd, &size, err))
    return false;
  blob = blob_new_span (base, s->fd, 0, size);
  ok = disk_inspect (s->ctx, blob, format, false, &facts, report, err);
  blob_free (blob);
  if (!ok)
    return false;
  s->appliance = appliance_new ("disk");
  set_string (&s->appliance->descriptor, base);
  s->appliance->name = path_stem (base);
  appliance_add_file (s->appliance, "file1", base)->size = size;
  d = appliance_add_disk (s->appliance);
  d->id = xstrdup ("disk1");
  d->capacity = facts.virtual_size;
  d->format = disk_format_word (facts.format);
  d->file = 0;
  disk_facts_done (&facts);
  s->own_files = true;
  s->folder = path_dir (s->path);
  s->dirfd = dir_open (s->folder, err);
  return s->dirfd >= 0;
}

/* The format that the bytes or the suffix tell; NULL with an error. */
static const struct disk_format *
disk_of_file (struct source *s, const char *user, struct ovf_error **err)
{
  CLEANUP_FREE char *base = path_base (s->path);
  struct disk_claim claim = { .user = user, .named = true };
  const struct disk_format *format;
  struct blob *blob;
  uint64_t size;

  if (!file_size (s->fd, &size, err))
    return NULL;
  blob = blob_new_span (base, s->fd, 0, size);
  format = disk_identify (s->ctx, blob, &claim, err);
  blob_free (blob);
  return format;
}

/* A description is text: it has no NUL (but for UTF-16, which has a byte
 * order mark). */
static bool
looks_like_text (struct source *s)
{
  char head[512];
  ssize_t n = pread (s->fd, head, sizeof head, 0);

  return n > 0 && (memchr (head, '\0', (size_t)n) == NULL
                   || memcmp (head, "\xff\xfe", 2) == 0
                   || memcmp (head, "\xfe\xff", 2) == 0);
}

char *
ovf_shown_source (const char *source)
{
  return http_is_url (source) ? http_shown (source) : xstrdup (source);
}

/* ---- which kind ---------------------------------------------------------------- */
/* --from-disk speaks of the disks that a description names; only where there
 * is no description does it speak of the file itself. */
static bool
by_content (struct source *s, const struct stat *st, enum purpose purpose,
            struct ovf_report *report, struct ovf_error **err)
{
  const struct disk_format *disk = NULL;
  struct ovf_error *why = NULL;
  bool text;

  if (package_probe (s->path, s->fd))
    return open_package (s, purpose, report, err);
  if (S_ISDIR (st->st_mode) || S_ISFIFO (st->st_mode))
    return open_configuration (s, NULL, purpose, report, err);
  text = looks_like_text (s);
  disk = disk_of_file (s, text ? NULL : option_text (s->options, OPT_FROM_DISK), &why);
  if (disk == NULL && text && disk_format_by_suffix (s->path) == NULL) {
    ovf_error_free (why);
    return open_configuration (s, NULL, purpose, report, err);
  }
  if (disk == NULL)
    return error_move (err, &why);
  return open_disk (s, disk, report, err);
}

static bool
by_kind (struct source *s, const char *kind, enum purpose purpose,
         struct ovf_report *report, struct ovf_error **err)
{
  const struct converter *c = converter_by_name (kind);

  if (strcmp (kind, "ova") == 0 || strcmp (kind, "ovf") == 0)
    return open_package (s, purpose, report, err);
  if (strcmp (kind, "disk") == 0) {
    const struct disk_format *disk =
      disk_of_file (s, option_text (s->options, OPT_FROM_DISK), err);
    return disk != NULL && open_disk (s, disk, report, err);
  }
  if (c == NULL || c->read == NULL)
    return error_set (err, OVF_E_USAGE, "there is no kind '%s' that can be read", kind)
           || error_hint (err, "'ovftool formats' lists the kinds");
  return open_configuration (s, c, purpose, report, err);
}

static bool
open_any (struct source *s, enum purpose purpose, struct ovf_report *report,
          struct ovf_error **err)
{
  const char *kind = option_text (s->options, OPT_FROM);
  const char *machine = option_text (s->options, OPT_MACHINE);
  struct stat st;
  bool ok;

  if (strcmp (s->path, "-") == 0 || http_is_url (s->path))
    ok = open_package (s, purpose, report, err);
  else if (strncmp (s->path, LIVE_PREFIX, strlen (LIVE_PREFIX)) == 0)
    ok = open_live (s, purpose, report, err);
  else if (strstr (s->path, "://") != NULL)
    return error_set (err, OVF_E_UNSUPPORTED, "'%s' cannot be read by this build", s->path)
           || error_hint (err, "give a file, a folder, or a URL of http or https");
  else {
    s->fd = file_open_user (s->path, &st, err);
    if (s->fd < 0)
      return false;
    ok = kind != NULL ? by_kind (s, kind, purpose, report, err)
                      : by_content (s, &st, purpose, report, err);
  }
  return ok && (machine == NULL || appliance_select_machine (s->appliance, machine, err));
}

struct source *
source_open (struct ovf_ctx *ctx, const char *path, enum purpose purpose,
             const struct ovf_options *options, struct ovf_report *report,
             struct ovf_error **err)
{
  struct source *s = source_new (ctx, path, options);

  if (open_any (s, purpose, report, err))
    return s;
  source_free (s);
  return NULL;
}

/* ---- trust ----------------------------------------------------------------------- */
struct trust_policy
trust_policy_of (const struct ovf_options *o)
{
  return (struct trust_policy){
    .verify = !option_flag (o, OPT_NO_VERIFY),
    .lax_manifest = option_flag (o, OPT_LAX_MANIFEST),
    .require_signature = option_flag (o, OPT_REQUIRE_SIGNATURE),
    .any_signature = option_flag (o, OPT_NO_SIGNATURE),
    .ca = option_text (o, OPT_CA)
  };
}

bool
source_trust (struct source *s, const size_t *used, size_t n,
              struct ovf_report *report, struct ovf_error **err)
{
  struct trust_policy policy = trust_policy_of (s->options);
  strings hrefs = { 0 };
  bool ok;

  if (s->package == NULL)
    return true;
  for (size_t i = 0; i < n; i++)
    strings_append (&hrefs, xstrdup (s->appliance->files.ptr[used[i]].href));
  ok = package_trust (s->package, &policy, &hrefs, report, err);
  strings_free (&hrefs);
  return ok;
}

/* ---- files ------------------------------------------------------------------------- */
/* `--disk-map NAME=FILE`: the user says where a file is. */
static const char *
mapped (const struct source *s, const char *href)
{
  VECTOR_FOR (m, option_list (s->options, OPT_DISK_MAP)) {
    const char *eq = strrchr (*m, '=');
    if (eq != NULL && (size_t)(eq - *m) == strlen (href)
        && strncmp (*m, href, strlen (href)) == 0)
      return eq + 1;
  }
  return NULL;
}

static bool
outside (const struct source *s, const char *href, struct ovf_error **err)
{
  CLEANUP_FREE char *dir = path_dir (href);

  error_at (err, OVF_E_UNSAFE, NULL, s->appliance->descriptor, 0,
            "the file '%s' lies outside the folder of the configuration", href);
  return error_hint (err, "if it may be read: --allow '%s'", dir);
}

/* href beneath one root; *ret_fd stays -1 when it is not. */
static bool
open_in (const char *root, const char *href, int *ret_fd, struct ovf_error **err)
{
  struct ovf_error *problem = NULL;

  *ret_fd = file_open_in_root (root, href, &problem);
  return problem == NULL || error_move (err, &problem);
}

/* "local-lvm:vm-100-disk-0" is no file of this folder. */
static bool
is_volume (const struct source *s, const char *href)
{
  const struct converter *c = converter_by_name (s->appliance->kind);

  return c != NULL && c->names_volumes && *href != '/';
}

/* What --disk-map and --allow let in; *ret_fd stays -1 when they say nothing. */
static bool
open_allowed (struct source *s, const char *href, int *ret_fd, struct ovf_error **err)
{
  const char *user = mapped (s, href);

  *ret_fd = -1;
  if (user != NULL) {
    *ret_fd = file_open_user (user, NULL, err);
    return *ret_fd >= 0;
  }
  VECTOR_FOR (root, option_list (s->options, OPT_ALLOW))
    if (!open_in (*root, href, ret_fd, err) || *ret_fd >= 0)
      return *ret_fd >= 0;
  return true;
}

static int
open_beside (struct source *s, const char *href, struct ovf_error **err)
{
  CLEANUP_FREE char *folder = path_join (s->folder, ".");
  int fd = -1;

  if (s->own_files && mapped (s, href) == NULL) {
    CLEANUP_FREE char *path = path_join (s->folder, href);
    return file_open_user (path, NULL, err);
  }
  if (mapped (s, href) == NULL && is_volume (s, href)) {
    error_at (err, OVF_E_UNSAFE, NULL, s->appliance->descriptor, 0,
              "'%s' is a volume of a storage, not a file", href);
    error_hint (err, "say where a copy lies: --disk-map '%s=FILE'", href);
    return -1;
  }
  if (mapped (s, href) == NULL && (!open_in (folder, href, &fd, err) || fd >= 0))
    return fd;
  if (open_allowed (s, href, &fd, err) && fd < 0)
    outside (s, href, err);
  return fd;
}

char *
source_folder_of (const struct source *s, size_t i)
{
  const char *href = s->appliance->files.ptr[i].href, *user = mapped (s, href);
  CLEANUP_FREE char *path = NULL;

  if (s->package != NULL || (s->live != NULL && user == NULL))
    return NULL;
  path = user ? xstrdup (user) : path_join (s->folder, href);
  return path_dir (path);
}

static struct blob *
blob_of_fd (struct source *s, const char *href, int fd, struct ovf_error **err)
{
  uint64_t size;

  if (fd < 0)
    return NULL;
  keep_fd (s, fd);
  if (!file_size (fd, &size, err))
    return NULL;
  return blob_new_span (href, fd, 0, size);
}

/* Of a live host: a file that the user lets in, or a volume of libvirt. */
static struct blob *
file_of_host (struct source *s, const struct file_ref *f, bool raw, struct ovf_error **err)
{
  struct ovf_error *why = NULL;
  struct blob *blob;
  bool local;
  int fd;

  if (!open_allowed (s, f->href, &fd, err))
    return NULL;
  if (fd >= 0)
    return blob_of_fd (s, f->href, fd, err);
  blob = live_source_blob (s->live, f->href, raw, s->scratch, &local, &why);
  if (blob != NULL)
    return blob;
  if (why != NULL) {
    error_move (err, &why);
    return NULL;
  }
  error_at (err, OVF_E_UNSAFE, NULL, s->appliance->descriptor, 0,
            "'%s' is in no storage pool that libvirt knows", f->href);
  if (*f->href == '/') {
    CLEANUP_FREE char *dir = path_dir (f->href);
    CLEANUP_FREE char *word = text_shell_quote (dir);
    error_hint (err, "'virsh pool-create-as NAME dir --target %s' makes one of its folder%s%s",
                word, local ? "; or, if it may be read: --allow " : "", local ? word : "");
  } else
    error_hint (err, "a copy can be used: --disk-map '%s=FILE'", f->href);
  return NULL;
}

/* Is what files[i] holds said to be raw, or a medium? */
static bool
is_raw (const struct source *s, size_t i)
{
  VECTOR_FOR (d, &s->appliance->disks)
    if (d->file == i)
      return option_text (s->options, OPT_FROM_DISK) == NULL && d->format != NULL
             && strcmp (d->format, "raw") == 0;
  return true;
}

bool
source_file (struct source *s, size_t i, uint64_t max_plain, struct blob_pair *ret,
             struct ovf_error **err)
{
  const struct file_ref *f = &s->appliance->files.ptr[i];

  ret->plain = NULL;
  ret->stored = s->package != NULL
                  ? package_blob (s->package, f->href, f->chunk_size, f->size, err)
                  : s->live != NULL ? file_of_host (s, f, is_raw (s, i), err)
                                    : blob_of_fd (s, f->href, open_beside (s, f->href, err), err);
  if (ret->stored == NULL)
    return error_place (err, NULL, s->appliance->descriptor, f->line);
  if (f->compression == COMPRESSION_OTHER) {
    error_at (err, OVF_E_UNSUPPORTED, "OVF-REF-006", s->appliance->descriptor, f->line,
              "'%s' is compressed in a way that is not known here", f->href);
    blob_pair_free (ret);
    return false;
  }
  ret->plain = f->compression == COMPRESSION_GZIP
                 ? blob_new_gunzip (ret->stored, max_plain) : ret->stored;
  return true;
}

void
blob_pair_free (struct blob_pair *p)
{
  if (p->plain != p->stored)
    blob_free (p->plain);
  blob_free (p->stored);
  p->plain = p->stored = NULL;
}

bool
source_file_failed (struct source *s, struct blob_pair *p, struct ovf_error **err)
{
  struct ovf_error *differs = NULL;
  enum ovf_code code = err && *err ? ovf_error_code (*err) : OVF_E_IO;

  if ((code == OVF_E_FORMAT || code == OVF_E_LIMIT) && s->package != NULL
      && !package_blob_done (s->package, p->stored, &differs)
      && ovf_error_code (differs) == OVF_E_INTEGRITY) {
    ovf_error_free (*err);
    *err = STEAL (differs);
  }
  ovf_error_free (differs);
  blob_pair_free (p);
  return false;
}

bool
source_file_done (struct source *s, struct blob_pair *p, struct ovf_error **err)
{
  bool ok;

  /* Inflating to the end first: what follows the image is checked too. */
  if (p->plain != p->stored && !blob_drain (s->ctx, p->plain, err))
    return source_file_failed (s, p, err);
  ok = s->package == NULL || package_blob_done (s->package, p->stored, err);
  blob_pair_free (p);
  return ok;
}

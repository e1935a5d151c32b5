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
  xva_free (s->xva);
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

/* ---- packages ---------------------------------------------------------- */
bool
source_read_text (struct source *s, const struct converter *c, const struct input *in,
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
  if (!source_read_text (s, converter_by_name ("ovf"), &in, purpose, report, err))
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
  if (!source_read_text (s, c, &in, purpose, report, err))
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
  if (!source_read_text (s, converter_by_name ("libvirt"), &in, purpose, report, err))
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

  if (xva_probe (s->fd)
      || (text_has_suffix (s->path, ".xva") && !S_ISDIR (st->st_mode) && !looks_like_text (s)))
    return source_open_xva (s, purpose, report, err);
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
  /* Its description may lie there alone. */
  if (strcmp (kind, "xva") == 0 && !looks_like_text (s))
    return source_open_xva (s, purpose, report, err);
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

  if (strcmp (s->path, "-") == 0 && kind != NULL && strcmp (kind, "xva") == 0)
    ok = source_open_xva (s, purpose, report, err);
  else if (strcmp (s->path, "-") == 0 || http_is_url (s->path))
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

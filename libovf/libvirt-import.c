/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An import to a live host.
 *
 *   look -> preflight -> convert -> mark -> upload -> define -> start
 *
 * All files are converted, and their digests compared, before anything on the
 * host is touched: into files without a name, since qcow2 is written in any
 * order and libvirt takes bytes in one.  What fails from then on, or is
 * interrupted, is taken back.  A SIGKILL leaves volumes and, in the same pool,
 * the mark that names them (libvirt-mark.c), by which the next run with the
 * same name knows what it may remove. */
#include "libvirt-import.h"

#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/output.h"
#include "base/text.h"

/* ---- what a pool can hold ----------------------------------------------------- */
/* Pools of files; volumes of all others are block devices or the like. */
static bool
holds_files (const char *type)
{
  static const char *const words[] = { "dir", "fs", "netfs", "gluster", "vstorage" };

  for (size_t i = 0; type != NULL && i < ARRAY_SIZE (words); i++)
    if (strcmp (words[i], type) == 0)
      return true;
  return false;
}

static void
use_raw (struct planned_file *f)
{
  const struct disk_format *raw = disk_format_by_name ("raw");
  char *name = xasprintf ("%.*s%s", (int)(strlen (f->name) - strlen (f->to->suffix)),
                          f->name, raw->suffix);

  free (f->name);
  f->name = name;
  f->to = raw;
}

static bool
fit_formats (struct live *l, struct ovf_error **err)
{
  const char *user = option_text (l->s->options, OPT_DISK_FORMAT);
  bool files = holds_files (l->pool_facts.type);

  if (user != NULL && strcmp (user, "raw") != 0 && strcmp (user, "qcow2") != 0)
    return error_set (err, OVF_E_USAGE,
                      "the volumes of a live host are raw or qcow2, not '%s'", user);
  if (files)
    return true;
  if (user != NULL && strcmp (user, "qcow2") == 0)
    return error_set (err, OVF_E_USAGE, "a pool of the type '%s' holds raw volumes only",
                      l->pool_facts.type ? l->pool_facts.type : "?");
  VECTOR_FOR (f, &l->p->files)
    if (f->disk != NO_INDEX)
      use_raw (f);
  return true;
}

/* ---- looking ---------------------------------------------------------------------- */
static bool
open_pool (struct live *l, struct ovf_error **err)
{
  const char *user = option_text (l->s->options, OPT_POOL);

  if (user == NULL && l->p->files.len == 0)
    return true;
  l->pool_name = user ? user : "default";
  l->pool = virt_pool_open (l->virt, l->pool_name, err);
  return l->pool != NULL && virt_pool_facts (l->pool, &l->pool_facts, err)
         && fit_formats (l, err);
}

/* Until volumes exist, their paths are a guess. */
static bool
make_texts (struct live *l, struct ovf_report *report, struct ovf_error **err)
{
  const char *folder = l->pool_facts.path ? l->pool_facts.path : "/";

  for (size_t i = 0; i < l->p->configs.len; i++) {
    free (l->texts[i].text);
    l->texts[i] = (struct text){ NULL, 0 };
  }
  return plan_texts (l->s, l->p, folder, l->texts, report, err);
}

static bool
read_names (struct live *l, struct ovf_error **err)
{
  for (size_t i = 0; i < l->p->configs.len; i++) {
    const struct text *t = &l->texts[i];
    if (!domain_words_read (l->s->ctx, t->text, t->len, &l->words[i], err))
      return false;
    for (size_t k = 0; k < i; k++)
      if (strcmp (l->words[k].name, l->words[i].name) == 0)
        return error_set (err, OVF_E_USAGE, "two machines are called '%s'", l->words[i].name);
  }
  return true;
}

static bool
look (struct live *l, struct ovf_error **err)
{
  const char *uri = option_text (l->s->options, OPT_CONNECT);

  /* Who may only look is not told what guests can have, but the rest. */
  if (option_flag (l->s->options, OPT_DRY_RUN))
    l->virt = virt_open (l->s->ctx, uri, VIRT_CHANGE, NULL);
  if (l->virt == NULL)
    l->virt = virt_open (l->s->ctx, uri, option_flag (l->s->options, OPT_DRY_RUN)
                                           ? VIRT_LOOK : VIRT_CHANGE, err);
  return l->virt != NULL && open_pool (l, err)
         && virt_domains_list (l->virt, &l->domains, err)
         && make_texts (l, l->report, err) && read_names (l, err);
}

/* ---- preflight ---------------------------------------------------------------------- */
/* What the host says for this machine; else for its usual one. */
static char *
capabilities (struct live *l, const struct domain_words *w)
{
  CLEANUP_ERROR struct ovf_error *why = NULL;
  char *caps = virt_domain_capabilities (l->virt, w->arch, w->machine, w->type, NULL);

  if (caps == NULL)
    caps = virt_domain_capabilities (l->virt, w->arch, w->machine, NULL, NULL);
  if (caps != NULL)
    return caps;
  caps = virt_domain_capabilities (l->virt, w->arch, NULL, NULL, &why);
  if (caps != NULL)
    report_add (l->report, OVF_FAULT, "PREFLIGHT-MACHINE", NULL, 0, NULL,
                "the host has no machine '%s' for '%s' guests", w->machine ? w->machine : "",
                w->arch ? w->arch : "");
  else
    report_add (l->report, OVF_NOTE, "PREFLIGHT-UNKNOWN", NULL, 0, NULL,
                "what guests can have is not known: %s", ovf_error_message (why));
  return caps;
}

/* A raw volume of a block device takes its whole size at once. */
static uint64_t
pool_needs (const struct live *l)
{
  bool whole = !holds_files (l->pool_facts.type);
  uint64_t sum = 0;

  VECTOR_FOR (f, &l->p->files) {
    uint64_t n = f->estimate;
    if (whole && f->disk != NO_INDEX && l->p->model->disks.ptr[f->disk].capacity != NO_SIZE)
      n = l->p->model->disks.ptr[f->disk].capacity;
    if (__builtin_add_overflow (sum, n, &sum))
      return UINT64_MAX;
  }
  return sum;
}

static bool
preflight (struct live *l, struct ovf_error **err)
{
  const struct ovf_options *o = l->s->options;
  const char *file = option_text (o, OPT_TARGET_CAPS);
  CLEANUP_FREE char *folder = NULL, *given = NULL;
  struct preflight p = { .ctx = l->s->ctx, .caps_name = file ? file : virt_uri (l->virt),
                         .host = &l->host, .domains = &l->domains,
                         .start = option_flag (o, OPT_START), .pool = l->pool_name,
                         .pool_free = l->pool_facts.available, .pool_needs = pool_needs (l),
                         .scratch_needs = l->p->space };
  bool ok = true;

  if (file != NULL && (given = preflight_read_caps (l->s->ctx, file, err)) == NULL)
    return false;
  virt_host_facts (l->virt, &l->host);
  if (output_scratch_space (NULL, &folder, &p.scratch_free))
    p.scratch = folder;
  for (size_t i = 0; ok && i < l->p->configs.len; i++) {
    CLEANUP_FREE char *caps = given ? xstrdup (given) : capabilities (l, &l->words[i]);
    p.caps = caps;
    p.replaced = option_flag (o, OPT_FORCE) ? l->words[i].name : NULL;
    ok = preflight_domain (&p, l->texts[i].text, l->texts[i].len, l->report, err);
  }
  preflight_space (&p, l->report);
  preflight_source (l->p->model, l->report);
  return ok;
}

/* ---- who is there already ---------------------------------------------------------------- */
static bool
exists (const char *what, const char *name, struct ovf_error **err)
{
  error_set (err, OVF_E_IO, "the %s '%s' exists already", what, name);
  return error_hint (err, "-f replaces it, --name NAME takes another name");
}

static bool
check_domains (struct live *l, struct ovf_error **err)
{
  VECTOR_FOR (d, &l->domains)
    for (size_t i = 0; i < l->p->configs.len; i++) {
      if (strcmp (d->name, l->words[i].name) != 0)
        continue;
      if (!option_flag (l->s->options, OPT_FORCE))
        return exists ("domain", d->name, err);
      if (d->active) {
        error_set (err, OVF_E_IO, "the domain '%s' is %s: it is not replaced", d->name,
                   d->state);
        return error_hint (err, "'virsh -c %s shutdown %s' first", virt_uri (l->virt), d->name);
      }
    }
  return true;
}

static bool
is_replaced (const struct live *l, const char *name)
{
  for (size_t i = 0; i < l->p->configs.len; i++)
    if (strcmp (name, l->words[i].name) == 0)
      return true;
  return false;
}

bool
live_volume_user (struct live *l, const char *name, struct virt_volume *v, bool others,
                  const char **ret, struct ovf_error **err)
{
  struct virt_volume_facts facts;

  *ret = NULL;
  if (!virt_volume_facts (v, &facts, err))
    return false;
  VECTOR_FOR (d, &l->domains)
    if (*ret == NULL && !(others && is_replaced (l, d->name))
        && domain_uses (l->s->ctx, d, facts.path, l->pool_name, name))
      *ret = d->name;
  virt_volume_facts_done (&facts);
  return true;
}

static bool
check_volume (struct live *l, const char *name, struct ovf_error **err)
{
  CLEANUP (virt_volume) struct virt_volume *v = NULL;
  const char *user;

  if (!virt_volume_find (l->pool, name, &v, err))
    return false;
  if (v == NULL)
    return true;
  if (!option_flag (l->s->options, OPT_FORCE))
    return exists ("volume", name, err);
  if (!live_volume_user (l, name, v, true, &user, err))
    return false;
  return user == NULL
         || error_set (err, OVF_E_IO, "the volume '%s' is used by the domain '%s'", name, user);
}

static bool
check_there (struct live *l, struct ovf_error **err)
{
  if (!check_domains (l, err))
    return false;
  VECTOR_FOR (f, &l->p->files)
    if (!check_volume (l, f->name, err))
      return false;
  return true;
}

/* ---- converting ----------------------------------------------------------------------------- */
static bool
virtual_size (struct live *l, const struct planned_file *f, struct staged *t,
              struct ovf_error **err)
{
  struct blob *blob = blob_new_span (f->name, t->fd, 0, t->size);
  struct disk_facts facts = { 0 };
  bool ok = disk_inspect (l->s->ctx, blob, f->to, false, &facts, NULL, err);

  t->capacity = facts.virtual_size;
  disk_facts_done (&facts);
  blob_free (blob);
  return ok;
}

static bool
stage_file (struct live *l, size_t i, struct ovf_error **err)
{
  const struct planned_file *f = &l->p->files.ptr[i];
  struct staged *t = &l->staged[i];

  t->fd = output_scratch (NULL, err);
  if (t->fd < 0 || !plan_fill (l->s, l->p, f, t->fd, &t->size, l->report, err)
      || !result_digest (l->s->ctx, l->s->options, t->fd, t->sha256, err))
    return false;
  t->capacity = t->size;
  return f->disk == NO_INDEX || virtual_size (l, f, t, err);
}

/* Now the sizes are known. */
static bool
check_pool_space (struct live *l, struct ovf_error **err)
{
  uint64_t sum = 0;

  for (size_t i = 0; i < l->p->files.len; i++)
    if (__builtin_add_overflow (sum, l->staged[i].size, &sum))
      sum = UINT64_MAX;
  /* Holes of raw images need no place in a pool of files. */
  if (l->p->files.len == 0 || sum <= l->pool_facts.available
      || (holds_files (l->pool_facts.type) && l->p->files.ptr[0].to != NULL
          && strcmp (l->p->files.ptr[0].to->name, "raw") == 0))
    return true;
  return error_set (err, OVF_E_IO, "the storage pool '%s' has %llu bytes free, %llu are needed",
                    l->pool_name, (unsigned long long)l->pool_facts.available,
                    (unsigned long long)sum);
}

static bool
stage_all (struct live *l, struct ovf_error **err)
{
  for (size_t i = 0; i < l->p->files.len; i++)
    if (!plan_next (l->s, l->p, i, err) || !stage_file (l, i, err))
      return false;
  return source_settle (l->s, err) && check_pool_space (l, err);
}

/* ---- changing the host ------------------------------------------------------------------------ */
static bool
remove_old (struct live *l, struct ovf_error **err)
{
  VECTOR_FOR (d, &l->domains)
    if (is_replaced (l, d->name) && !virt_domain_undefine (l->virt, d->name, err))
      return false;
  VECTOR_FOR (f, &l->p->files) {
    CLEANUP (virt_volume) struct virt_volume *v = NULL;
    if (!virt_volume_find (l->pool, f->name, &v, err)
        || (v != NULL && !virt_volume_delete (v, err)))
      return false;
  }
  return true;
}

static bool
upload_file (struct live *l, size_t i, struct ovf_error **err)
{
  struct planned_file *f = &l->p->files.ptr[i];
  const struct staged *t = &l->staged[i];
  const char *format = f->disk != NO_INDEX ? f->to->name : "raw";
  bool raw = strcmp (format, "raw") == 0;
  uint64_t capacity = t->capacity > 0 ? t->capacity : SECTOR;
  struct virt_volume *v = virt_volume_create (l->pool, f->name, format, capacity, err);
  struct virt_volume_facts facts;

  if (v == NULL)
    return false;
  live_volumes_append (&l->made, v);
  if (!virt_volume_facts (v, &facts, err))
    return false;
  f->path = STEAL (facts.path);
  virt_volume_facts_done (&facts);
  return virt_volume_upload (v, t->fd, t->size, raw && holds_files (l->pool_facts.type),
                             f->name, err);
}

static bool
upload_all (struct live *l, struct ovf_error **err)
{
  for (size_t i = 0; i < l->p->files.len; i++)
    if (!upload_file (l, i, err))
      return false;
  return true;
}

static bool
define_all (struct live *l, struct ovf_error **err)
{
  bool start = option_flag (l->s->options, OPT_START);

  if (!ctx_alive (l->s->ctx, err) || !make_texts (l, NULL, err))
    return false;
  for (; l->defined < l->p->configs.len; l->defined++)
    if (!virt_domain_define (l->virt, l->texts[l->defined].text, err))
      return false;
  for (size_t i = 0; start && i < l->p->configs.len; i++)
    if (!ctx_alive (l->s->ctx, err)
        || !virt_domain_start (l->virt, l->words[i].name, err))
      return false;
  return ctx_alive (l->s->ctx, err);
}

/* Each step may fail: the host may be gone.  What stays behind is told, and
 * the mark stays with it. */
static void
take_back (struct live *l)
{
  bool all = true;

  for (size_t i = 0; i < l->defined; i++) {
    virt_domain_stop (l->virt, l->words[i].name);
    all = virt_domain_undefine (l->virt, l->words[i].name, NULL) && all;
  }
  VECTOR_FOR (v, &l->made)
    all = virt_volume_delete (*v, NULL) && all;
  if (!all)
    report_add (l->report, OVF_WARNING, "IMPORT-LEFTOVER", NULL, 0, NULL,
                "not all that was made on '%s' could be removed: another import of the same "
                "name does", virt_uri (l->virt));
  else
    live_unmark (l);
}

static bool
change (struct live *l, struct ovf_error **err)
{
  bool ok = live_mark (l, err) && (!option_flag (l->s->options, OPT_FORCE) || remove_old (l, err))
            && upload_all (l, err) && define_all (l, err);

  if (ok)
    live_unmark (l);
  else
    take_back (l);
  return ok;
}

/* ---- the result ------------------------------------------------------------------------------------ */
static void
add_files (const struct live *l, json_t *files)
{
  const char *folder = l->pool_facts.path ? l->pool_facts.path : l->pool_name;

  for (size_t i = 0; i < l->p->files.len; i++) {
    const struct planned_file *f = &l->p->files.ptr[i];
    CLEANUP_FREE char *path = f->path ? xstrdup (f->path) : path_join (folder, f->name);
    bool made = l->staged[i].fd >= 0;
    result_file (files, path, f->disk != NO_INDEX ? ROLE_DISK : ROLE_FILE,
                 made ? l->staged[i].size : f->estimate, made ? l->staged[i].sha256 : NULL);
  }
}

static void
add_result (const struct live *l, json_t *result)
{
  json_t *start = json_object_get (result, "start");
  CLEANUP_FREE char *uri = text_shell_quote (virt_uri (l->virt));
  CLEANUP_FREE char *target
    = l->p->configs.len == 1
        ? xasprintf ("%s%s#%s", LIVE_PREFIX, virt_uri (l->virt), l->words[0].name)
        : xasprintf ("%s%s", LIVE_PREFIX, virt_uri (l->virt));

  json_object_set_new (result, "target", json_text (target));
  add_files (l, json_object_get (result, "files"));
  for (size_t i = 0; !option_flag (l->s->options, OPT_START) && i < l->p->configs.len; i++) {
    CLEANUP_FREE char *name = text_shell_quote (l->words[i].name);
    CLEANUP_FREE char *line = xasprintf ("virsh -c %s start %s", uri, name);
    json_array_append_new (start, json_text (line));
  }
}

/* ---- the whole ---------------------------------------------------------------------------------------- */
static void
live_done (struct live *l)
{
  VECTOR_FOR (v, &l->made)
    virt_volume_free (*v);
  free (l->made.ptr);
  virt_volume_free (l->mark);
  for (size_t i = 0; i < l->p->files.len; i++)
    if (l->staged[i].fd >= 0)
      close (l->staged[i].fd);
  for (size_t i = 0; i < l->p->configs.len; i++) {
    free (l->texts[i].text);
    domain_words_done (&l->words[i]);
  }
  free (l->staged);
  free (l->texts);
  free (l->words);
  virt_host_done (&l->host);
  virt_domains_done (&l->domains);
  virt_pool_facts_done (&l->pool_facts);
  virt_pool_free (l->pool);
  virt_free (l->virt);
}

static bool
run_dry (struct live *l, json_t *result, struct ovf_error **err)
{
  add_result (l, result);
  json_object_set_new (result, "space",
                       json_pack ("{s:I, s:I}", "target", (json_int_t)pool_needs (l), "temporary",
                                  (json_int_t)l->p->space));
  return preflight_verdict (l->report, err) && strict_check (l->s->options, l->report, err);
}

static bool
run (struct live *l, json_t *result, struct ovf_error **err)
{
  bool dry = option_flag (l->s->options, OPT_DRY_RUN);

  if (!look (l, err) || !live_clear_leftovers (l, dry, err)
      || (!dry && !check_there (l, err)) || !preflight (l, err))
    return false;
  if (dry)
    return run_dry (l, result, err);
  if (!preflight_verdict (l->report, err) || !strict_check (l->s->options, l->report, err)
      || !stage_all (l, err) || !strict_check (l->s->options, l->report, err)
      || !change (l, err))
    return false;
  add_result (l, result);
  return true;
}

bool
live_import (struct source *s, struct plan *p, struct json_t *result,
             struct ovf_report *report, struct ovf_error **err)
{
  struct live l = { .s = s, .p = p, .report = report };
  bool ok;

  l.staged = xcalloc (p->files.len + 1, sizeof *l.staged);
  for (size_t i = 0; i < p->files.len; i++)
    l.staged[i].fd = -1;
  l.texts = xcalloc (p->configs.len, sizeof *l.texts);
  l.words = xcalloc (p->configs.len, sizeof *l.words);
  ok = run (&l, result, err);
  live_done (&l);
  return ok;
}

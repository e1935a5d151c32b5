/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of disk formats, and which of them an image is.  An image that is
 * two things at once is refused, and so is one that is not what it is said to
 * be: nothing is ever tried as another format (security.md row 15). */
#include "disk/disk.h"

#include "base/text.h"
#include "disk/qemu.h"

const struct disk_format *const disk_formats[] = {
#define ROW(n) &n##_format,
  DISK_FORMATS (ROW)
#undef ROW
  NULL
};

static bool
has_word (const struct disk_format *f, const char *word)
{
  if (text_equal_nocase (f->name, word))
    return true;
  for (const char *const *w = f->words; w != NULL && *w != NULL; w++) {
    if (text_equal_nocase (*w, word))
      return true;
  }
  return false;
}

const struct disk_format *
disk_format_by_name (const char *word)
{
  for (size_t i = 0; word != NULL && disk_formats[i] != NULL; i++) {
    if (has_word (disk_formats[i], word))
      return disk_formats[i];
  }
  return NULL;
}

const struct disk_format *
disk_format_by_suffix (const char *path)
{
  if (text_has_suffix (path, ".img"))
    return &raw_format;
  for (size_t i = 0; disk_formats[i] != NULL; i++) {
    if (text_has_suffix (path, disk_formats[i]->suffix))
      return disk_formats[i];
  }
  return NULL;
}

static size_t
option_length (const char *option)
{
  return strcspn (option, "=");
}

/* The value of the last `name=value`, "" of a bare name, or NULL. */
static const char *
find_option (const strings *given, const char *name)
{
  size_t n = strlen (name);

  for (size_t i = given ? given->len : 0; i-- > 0;) {
    const char *o = given->ptr[i];

    if (option_length (o) == n && strncmp (o, name, n) == 0)
      return o[n] == '=' ? o + n + 1 : "";
  }
  return NULL;
}

const char *const disk_subformat_options[] = { "subformat", NULL };

const struct disk_format *
disk_format_written (const struct disk_format *f, const strings *options,
                     const char *usual, struct ovf_error **err)
{
  const struct disk_format *const *row = f->subformats;
  const char *word = find_option (options, "subformat");
  CLEANUP_FREE char *all = NULL;

  if (word == NULL)
    word = usual;
  if (row == NULL || word == NULL)
    return f;
  for (; *row != NULL; row++) {
    char *longer;

    if (text_equal_nocase ((*row)->subformat, word))
      return *row;
    longer = all ? xasprintf ("%s or %s", all, (*row)->subformat)
                 : xstrdup ((*row)->subformat);
    free (all);
    all = longer;
  }
  error_set (err, OVF_E_USAGE, "%s disks have no subformat '%s'", f->name, word);
  error_hint (err, "subformat=%s", all);
  return NULL;
}

void
disk_facts_done (struct disk_facts *f)
{
  strings_free (&f->references);
  memset (f, 0, sizeof *f);
}

static bool
take_sample (struct blob *blob, uint8_t head[DISK_HEAD], uint8_t tail[SECTOR],
             struct disk_sample *s, struct ovf_error **err)
{
  s->size = blob_size (blob);
  s->head = head;
  s->head_len = s->size < DISK_HEAD ? (size_t)s->size : DISK_HEAD;
  s->tail = tail;
  s->tail_len = s->size < SECTOR ? (size_t)s->size : SECTOR;
  return blob_pread (blob, head, s->head_len, 0, err) &&
         blob_pread (blob, tail, s->tail_len, s->size - s->tail_len, err);
}

/* The format that knows the bytes; NULL with an error when there are two, and
 * without one when there is none.  Scores below `least` do not count. */
static const struct disk_format *
recognise (const struct disk_sample *s, const char *name, int least,
           struct ovf_error **err)
{
  const struct disk_format *found = NULL;

  for (size_t i = 0; disk_formats[i] != NULL; i++) {
    const struct disk_format *f = disk_formats[i];

    if (f->probe == NULL || f->probe (s) < least)
      continue;
    if (found != NULL) {
      error_at (err, OVF_E_UNSAFE, "DISK-FORMAT", name, 0,
                "this is a %s and a %s image at the same time", found->name,
                f->name);
      return NULL;
    }
    found = f;
  }
  return found;
}

/* Nobody knows the bytes: is there a word or a suffix that says raw? */
static const struct disk_format *
unknown (struct blob *blob, const struct disk_claim *claim,
         const struct disk_format *said, struct ovf_error **err)
{
  const char *name = blob_name (blob);

  if (said == &raw_format ||
      (said == NULL && disk_format_by_suffix (name) == &raw_format))
    return &raw_format;
  if (said != NULL) {
    error_at (err, OVF_E_FORMAT, "DISK-FORMAT", name, 0,
              "this is no %s image", said->name);
    return NULL;
  }
  error_at (err, claim->named ? OVF_E_USAGE : OVF_E_FORMAT, "DISK-FORMAT", name,
            0, "the bytes are of no known disk format");
  error_hint (err, "if it is a raw disk, say so with --from-disk raw "
                   "(disk convert: --from raw)");
  return NULL;
}

/* A pipe shows its bytes only once: open () looks at them.  A suffix is as
 * good as a declaration then ("disk.vmdk.gz" is inflated on its way). */
static const struct disk_format *
identify_stream (struct blob *blob, const struct disk_format *said,
                 struct ovf_error **err)
{
  const char *name = blob_name (blob);
  size_t n = strlen (name);
  CLEANUP_FREE char *bare = NULL;

  if (said != NULL)
    return said;
  bare = xstrndup (name, text_has_suffix (name, ".gz") ? n - 3 : n);
  said = disk_format_by_suffix (bare);
  if (said == NULL) {
    error_at (err, OVF_E_FORMAT, "DISK-FORMAT", name, 0,
              "nothing says which disk format this is, and a stream cannot be "
              "looked into");
    error_hint (err, "name it with --from-disk (disk convert: --from), or use a "
                     "file");
  }
  return said;
}

const struct disk_format *
disk_identify (struct ovf_ctx *ctx, struct blob *blob,
               const struct disk_claim *claim, struct ovf_error **err)
{
  const char *word = claim->user ? claim->user : claim->declared;
  const struct disk_format *said = disk_format_by_name (word), *found;
  const char *name = blob_name (blob);
  struct disk_sample sample;
  struct ovf_error *problem = NULL;
  uint8_t head[DISK_HEAD], tail[SECTOR];
  int least = PROBE_TAIL;

  if (!ctx_alive (ctx, err))
    return NULL;
  if (claim->user != NULL && said == NULL) {
    error_set (err, OVF_E_USAGE, "there is no disk format '%s'", claim->user);
    return NULL;
  }
  if (claim->user != NULL && said == &raw_format)
    return said;
  if (!blob_is_seekable (blob))
    return identify_stream (blob, said, err);

  if (!take_sample (blob, head, tail, &sample, err))
    return NULL;
  /* The guest may write what it likes into a raw disk's last sector. */
  if (said == &raw_format ||
      (said == NULL && disk_format_by_suffix (name) == &raw_format))
    least = PROBE_HEAD;
  found = recognise (&sample, name, least, &problem);
  if (problem != NULL) {
    error_move (err, &problem);
    return NULL;
  }
  if (found == NULL)
    return unknown (blob, claim, said, err);
  if (said == NULL && least == PROBE_HEAD)
    said = &raw_format; /* says the suffix */
  if (said == NULL || said == found)
    return found;
  error_at (err, OVF_E_FORMAT, "DISK-FORMAT", name, 0,
            "this should be a %s disk, but the bytes are a %s image", said->name,
            found->name);
  error_hint (err, "--from-disk %s (disk convert: --from) reads it as what you "
                   "say it is", said == &raw_format ? "raw" : found->name);
  return NULL;
}

/* ---- sources and sinks ------------------------------------------------ */
struct disk_source *
disk_source_new (struct ovf_ctx *ctx, struct blob *blob,
                 const struct disk_format *format, bool guest_order,
                 struct ovf_error **err)
{
  return disk_source_reach (ctx, blob, format, guest_order, NULL, err);
}

struct disk_source *
disk_source_reach (struct ovf_ctx *ctx, struct blob *blob,
                   const struct disk_format *format, bool guest_order,
                   const struct disk_reach *reach, struct ovf_error **err)
{
  CLEANUP (disk_source) struct disk_source *s = xcalloc (1, sizeof *s);

  s->format = format;
  s->ctx = ctx;
  s->blob = blob;
  s->workers = ctx_jobs (ctx);
  s->guest_order = guest_order;
  s->reach = reach;
  if (blob_is_seekable (blob) && qemu_reads (ctx, blob, format, reach)) {
    if (!qemu_source_open (s, err))
      goto fail;
    return STEAL (s);
  }
  if (blob_is_seekable (blob) && format->check != NULL &&
      !format->check (ctx, blob, NULL, err))
    goto fail;
  if (format->open == NULL) {
    error_set (err, OVF_E_UNSUPPORTED, "'%s': %s images (%s) cannot be read%s",
               blob_name (blob), format->name, format->title,
               format->qemu ? " from a pipe" : "");
    if (format->qemu != NULL)
      error_hint (err, "store it in a file first");
    return NULL;
  }
  if (!format->open (s, err))
    goto fail;
  if (s->capacity != UINT64_MAX &&
      !ctx_within (ctx, LIMIT_CAPACITY, s->capacity, "capacity", err))
    goto fail;
  return STEAL (s);

fail:
  error_place (err, "DISK-FORMAT", blob_name (blob), 0);
  return NULL;
}

void
disk_source_free (struct disk_source *s)
{
  if (s == NULL)
    return;
  if (s->format->close != NULL)
    s->format->close (s);
  free (s);
}

const char *
disk_sink_option (const struct disk_sink *s, const char *name)
{
  return find_option (s->options.options, name);
}

static bool
options_known (const struct disk_sink *s, struct ovf_error **err)
{
  const strings *given = s->options.options;

  for (size_t i = 0; given != NULL && i < given->len; i++) {
    const char *const *known = s->format->options;
    size_t n = option_length (given->ptr[i]);

    while (known != NULL && *known != NULL &&
           (strlen (*known) != n || strncmp (*known, given->ptr[i], n) != 0))
      known++;
    if (known == NULL || *known == NULL)
      return error_set (err, OVF_E_USAGE, "%s disks have no option '%s'",
                        s->format->name, given->ptr[i]);
  }
  return true;
}

/* Where only one of them can be written (into an archive), no other. */
static bool
subformat_fits (const struct disk_sink *s, struct ovf_error **err)
{
  const char *word = disk_sink_option (s, "subformat");

  return word == NULL || s->format->subformat == NULL ||
         text_equal_nocase (word, s->format->subformat) ||
         error_set (err, OVF_E_USAGE, "a disk is written as %s here, not as '%s'",
                    s->format->subformat, word);
}

struct disk_sink *
disk_sink_new (struct ovf_ctx *ctx, const struct disk_format *format,
               const struct disk_target *target, uint64_t capacity,
               const struct disk_sink_options *options, struct ovf_error **err)
{
  CLEANUP (disk_sink) struct disk_sink *s = NULL;

  if (format->create == NULL) {
    error_set (err, OVF_E_UNSUPPORTED, "writing %s images (%s) is not supported "
               "yet", format->name, format->title);
    error_hint (err, "'ovftool formats' lists those that are");
    return NULL;
  }
  s = xcalloc (1, sizeof *s);
  s->format = format;
  s->ctx = ctx;
  s->target = *target;
  if (options != NULL)
    s->options = *options;
  s->capacity = capacity;
  s->workers = ctx_jobs (ctx);
  if (!options_known (s, err) || !subformat_fits (s, err) || !format->create (s, err))
    return NULL;
  return STEAL (s);
}

void
disk_sink_free (struct disk_sink *s)
{
  if (s == NULL)
    return;
  if (s->format->discard != NULL)
    s->format->discard (s);
  free (s);
}

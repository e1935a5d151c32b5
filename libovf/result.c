/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON results of operations that write (cli.md section 2). */
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "pipeline.h"

char *
result_dump (struct json_t *j)
{
  char *text = json_dumps (j, JSON_ENSURE_ASCII | JSON_ENCODE_ANY | JSON_INDENT (2));

  json_decref (j);
  if (text == NULL)
    abort ();
  return text;
}

/* sha256 NULL or "": not computed. */
void
result_file (struct json_t *files, const char *path, enum file_role role,
             uint64_t size, const char *sha256)
{
  json_t *sum = json_text (sha256 != NULL && *sha256 != '\0' ? sha256 : NULL);

  json_array_append_new (files, json_pack ("{s:o, s:s, s:I, s:o}", "path",
                                           json_text (path), "role",
                                           role_word (role), "size",
                                           (json_int_t)size, "sha256", sum));
}

/* "virsh define %c": %c the configuration, %d its folder, %s the script beside
 * it, %n the machine's name. */
void
result_start (struct json_t *start, const struct converter *c, const char *config,
              const char *script, const char *name)
{
  const char *const *lines = c->start;
  CLEANUP_FREE char *folder = path_dir (config);

  for (; lines != NULL && *lines != NULL; lines++) {
    CLEANUP_FREE char *line = NULL;
    size_t len;
    FILE *f = open_memstream (&line, &len);
    if (f == NULL)
      abort ();
    for (const char *p = *lines; *p != '\0'; p++) {
      CLEANUP_FREE char *word = NULL;
      if (*p != '%') {
        fputc (*p, f);
        continue;
      }
      p++;
      word = text_shell_quote (*p == 'c'             ? config
                               : *p == 'd'           ? folder
                               : *p == 's' && script ? script
                                                     : name);
      fputs (word, f);
    }
    if (fclose (f) != 0)
      abort ();
    json_array_append_new (start, json_string (line));
  }
}

char *
result_written (const char *target, struct json_t *files)
{
  return result_dump (json_pack ("{s:o, s:o, s:[]}", "target", json_text (target),
                                 "files", files, "start"));
}

bool
result_digest (const struct ovf_ctx *ctx, const struct ovf_options *options, int fd,
               char ret[DIGEST_HEX], struct ovf_error **err)
{
  CLEANUP_FREE uint8_t *buf = NULL;
  struct digest *digest;
  uint64_t size, at = 0;
  bool ok = true;

  *ret = '\0';
  if (!option_flag (options, OPT_JSON))
    return true;
  if (!file_size (fd, &size, err))
    return false;
  buf = xmalloc (PIECE_MAX);
  digest = digest_new (DIGEST_SHA256);
  while (ok && at < size) {
    size_t n = size - at < PIECE_MAX ? (size_t)(size - at) : PIECE_MAX;

    ok = ctx_alive (ctx, err) && file_pread (fd, buf, n, at, err);
    if (ok)
      digest_update (digest, buf, n);
    at += n;
  }
  if (ok)
    digest_hex (digest, DIGEST_SHA256, ret);
  digest_free (digest);
  return ok;
}

bool
strict_check (const struct ovf_options *options, const struct ovf_report *report,
              struct ovf_error **err)
{
  size_t n = report_losses (report);

  if (n == 0 || !option_flag (options, OPT_STRICT))
    return true;
  error_set (err, OVF_E_LOSS, "the target cannot hold everything (%zu findings)", n);
  return error_hint (err, "without --strict it is written all the same");
}

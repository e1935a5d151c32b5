/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON results of operations that write (cli.md section 2). */
#include <jansson.h>

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
  json_t *sum = sha256 != NULL && *sha256 != '\0' ? json_string (sha256) : json_null ();

  json_array_append_new (files, json_pack ("{s:s, s:s, s:I, s:o}", "path", path,
                                           "role", role_word (role), "size",
                                           (json_int_t)size, "sha256", sum));
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

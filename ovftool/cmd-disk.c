/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool disk info, check and convert: one disk image. */
#include <string.h>

#include "show.h"

static void
print_image (struct cli *cli, const json_t *image)
{
  const char *references = json_show_list (cli, image, "references");

  fprintf (cli_out (cli), "%s\n", json_show (cli, image, "path", "-"));
  show_row (cli, "Format", json_show (cli, image, "format", "unknown"));
  show_row (cli, "Virtual size",
            cli_format (cli, "%s (%s bytes)",
                        json_get_size (cli, image, "virtual_size", "unknown"),
                        json_show (cli, image, "virtual_size", "?")));
  show_row (cli, "File size", json_get_size (cli, image, "file_size", NULL));
  show_row (cli, "Allocated", json_get_size (cli, image, "allocated", NULL));
  show_row (cli, "Block size", json_get_size (cli, image, "block_size", NULL));
  show_row (cli, "Compressed",
            json_get_true (image, "compressed") ? "yes" : "no");
  show_row (cli, "References",
            references != NULL
              ? cli_format (cli, "%s (unsafe: outside this file)", references)
              : "none");
}

static void
print_verdict (struct cli *cli, const json_t *image)
{
  json_int_t errors = json_integer_value (json_object_get (image, "errors"));
  json_int_t warnings
    = json_integer_value (json_object_get (image, "warnings"));

  fprintf (cli_out (cli), "%s: %s", json_show (cli, image, "path", "-"),
           json_show (cli, image, "format", "unknown"));
  if (errors == 0 && warnings == 0)
    fputs (", sound\n", cli_out (cli));
  else
    fprintf (cli_out (cli), ", %" JSON_INTEGER_FORMAT " error%s, "
             "%" JSON_INTEGER_FORMAT " warning%s\n", errors,
             errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
}

/* One call for each file; their images make one list. */
static int
run_each (struct cli *cli, int argc, char **argv, operation_fn *operation,
          bool check)
{
  json_t *images = json_array ();

  for (int i = 0; i < argc; i++) {
    struct ovf_error *err = NULL;
    char *text = NULL;
    json_t *one, *image;
    size_t k;

    cli_set_subject (cli, argv[i]);
    operation (cli_ctx (cli), argv[i], cli_options (cli), cli_report (cli),
               &text, &err);
    one = cli_parse (cli, text);
    json_array_foreach (json_object_get (one, "images"), k, image) {
      if (check)
        print_verdict (cli, image);
      else
        print_image (cli, image);
    }
    json_array_extend (images, json_object_get (one, "images"));
    json_decref (one);
    if (err != NULL)
      cli_error (cli, err);
  }
  if (json_array_size (images) == 0) {
    json_decref (images);
    return cli_finish (cli, NULL, NULL);
  }
  return cli_finish (cli, json_pack ("{s:o}", "images", images), NULL);
}

static int
run_convert (struct cli *cli, char **argv)
{
  struct ovf_error *err = NULL;
  char *text = NULL;
  json_t *result;

  cli_set_subject (cli, argv[0]);
  ovf_disk_convert (cli_ctx (cli), argv[0], argv[1], cli_options (cli),
                    cli_report (cli), &text, &err);
  result = cli_parse (cli, text);
  if (result != NULL)
    print_written (cli, result);
  return cli_finish (cli, result, err);
}

static int
run (struct cli *cli, int argc, char **argv)
{
  const char *what = argv[0];

  argc--;
  argv++;
  if (strcmp (what, "convert") == 0) {
    cli_set_name (cli, "disk convert");
    return argc == 2 ? run_convert (cli, argv)
                     : cli_usage (cli, "'ovftool disk convert' needs an input "
                                       "and an output");
  }
  if (strcmp (what, "info") != 0 && strcmp (what, "check") != 0)
    return cli_usage (cli, "'ovftool disk' does info, check and convert, "
                           "not '%s'", what);
  cli_set_name (cli, what[0] == 'i' ? "disk info" : "disk check");
  if (argc == 0)
    return cli_usage (cli, "'ovftool disk %s' needs a file", what);
  return what[0] == 'i' ? run_each (cli, argc, argv, ovf_disk_info, false)
                        : run_each (cli, argc, argv, ovf_disk_check, true);
}

static const struct cmd_option options[] = {
  { 0, "from", ARG_STRING, "FORMAT",
    "the format read, instead of looking at the content" },
  { 0, "to", ARG_STRING, "FORMAT",
    "the format written, instead of what OUT's suffix says" },
  { 0, "disk-option", ARG_STRING, "OPTION",
    "compressed, or subformat=WORD (repeatable)" },
  { 0, "compress", ARG_NUMBER, "1..9", "effort of compression (default 6)" },
  { 0, "follow-backing", ARG_NONE, NULL,
    "read through backing files: flatten the chain" },
  { 0, "allow", ARG_STRING, "DIR",
    "with --follow-backing: backing files may lie beneath DIR (repeatable)" },
  OPTIONS_END
};

const struct command cmd_disk = {
  .name = "disk",
  .synopsis = "disk info FILE...\n"
              "disk check FILE...\n"
              "disk convert IN OUT [--from FORMAT] [--to FORMAT]",
  .summary = "inspect, check or convert one disk image",
  .min_args = 1,
  .max_args = ANY_NUMBER,
  .options = options,
  .run = run,
};

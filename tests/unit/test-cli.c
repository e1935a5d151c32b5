/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line's own parts: options, suggestions, JSON text, progress. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../ovftool/cli.h"
#include "base/ctx.h"
#include "tap.h"

static struct cli *
parse (const char *command, bool joined, bool *ret_ok, const char *words)
{
  struct cli *cli = cli_new (command ? command_by_name (command) : NULL);
  static char copy[200];
  char *argv[20];
  int n = 0;

  snprintf (copy, sizeof copy, "%s", words);
  for (char *p = copy, *end; *p != '\0'; p = end) {
    end = p + strcspn (p, " ");
    if (*end != '\0')
      *end++ = '\0';
    argv[n++] = p;
  }
  *ret_ok = options_parse (cli, n, argv, joined);
  return cli;
}

static void
test_options (void)
{
  bool ok;
  struct cli *cli = parse ("import", false, &ok,
                           "-qfj4 x.ova --to=libvirt -o out --net a=b "
                           "--net=c=d -- --to -");

  CU_ASSERT (ok);
  CU_ASSERT (cli_flag (cli, "quiet") && cli_flag (cli, "force"));
  CU_ASSERT_STRING_EQUAL (cli_string (cli, "jobs"), "4");
  CU_ASSERT_STRING_EQUAL (cli_string (cli, "to"), "libvirt");
  CU_ASSERT_STRING_EQUAL (cli_string (cli, "output"), "out");
  CU_ASSERT_STRING_EQUAL (cli_string (cli, "net"), "c=d");
  CU_ASSERT (cli->n_args == 3);
  CU_ASSERT_STRING_EQUAL (cli->args[1], "--to");
  CU_ASSERT_STRING_EQUAL (cli->args[2], "-");
  CU_ASSERT (options_apply (cli));
  cli_free (cli);

  cli = parse ("import", false, &ok, "--to= x");
  CU_ASSERT (ok && *cli_string (cli, "to") == '\0');
  cli_free (cli);
}

static void
test_wrong_options (void)
{
  static const struct {
    const char *command, *words;
    bool joined;
  } rows[] = {
    { "import", "--t=libvirt", false }, { "import", "--to", false },
    { "import", "-o", false },          { "import", "--force=yes", false },
    { "import", "-z", false },          { "import", "--hardware=x", false },
    { "import", "--hardware=sam", false }, { "info", "--to=x", false },
    { "import", "--compress=1x", false },  { "import", "--compress=", false },
    { "import", "--chunk-size=1Q", false }, { "import", "-j", true },
    { "import", "--jobs 4", true },     { "import", "--=x", false },
    { NULL, "--net=a=b", false },       { "info", "--color=", false },
  };

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    bool ok;
    struct cli *cli = parse (rows[i].command, rows[i].joined, &ok,
                             rows[i].words);

    CU_ASSERT (!ok);
    CU_ASSERT (cli->n_failures == 1 && cli->status == 2);
    if (ok)
      printf ("# accepted: %s\n", rows[i].words);
    cli_free (cli);
  }
}

/* Every option once, every letter once, text for all of them. */
static void
test_tables (void)
{
  for (size_t i = 0; commands[i] != NULL; i++) {
    CU_ASSERT (command_by_name (commands[i]->name) == commands[i]);
    CU_ASSERT (commands[i]->min_args <= commands[i]->max_args);
    CU_ASSERT (strncmp (commands[i]->synopsis, commands[i]->name,
                        strlen (commands[i]->name)) == 0);
    for (const struct cmd_option *o = commands[i]->options; o->name; o++) {
      CU_ASSERT (option_find (commands[i]->options, o->name, strlen (o->name))
                 == o);
      CU_ASSERT (option_find (global_options, o->name, strlen (o->name))
                 == NULL);
      CU_ASSERT ((o->arg == ARG_NONE) == (o->metavar == NULL));
      CU_ASSERT (o->help != NULL && strlen (o->help) < 80);
      for (const struct cmd_option *g = global_options; g->name; g++)
        CU_ASSERT (o->letter == 0 || o->letter != g->letter);
    }
  }
}

static void
test_distance (void)
{
  CU_ASSERT (edit_distance ("", "") == 0);
  CU_ASSERT (edit_distance ("info", "info") == 0);
  CU_ASSERT (edit_distance ("inof", "info") == 1);
  CU_ASSERT (edit_distance ("verfy", "verify") == 1);
  CU_ASSERT (edit_distance ("", "info") == 4);
  CU_ASSERT (edit_distance ("convert", "import") == 5);
  CU_ASSERT_STRING_EQUAL (nearest_command ("exprot"), "export");
  CU_ASSERT_STRING_EQUAL (nearest_command ("hlp"), "help");
  CU_ASSERT (nearest_command ("xyzzy") == NULL);
  CU_ASSERT (nearest_command ("") == NULL);
  CU_ASSERT_STRING_EQUAL (nearest_option (command_by_name ("verify"),
                                          "lax-manifst"), "lax-manifest");
  CU_ASSERT_STRING_EQUAL (nearest_option (NULL, "verson"), "version");
  CU_ASSERT (nearest_option (NULL, "lax-manifest") == NULL);
}

static void
test_sizes (void)
{
  static const struct {
    uint64_t bytes;
    const char *text;
  } rows[] = { { 0, "0 B" }, { 1023, "1023 B" }, { 1024, "1.0 KiB" },
               { 1536, "1.5 KiB" }, { 1048575, "1.0 MiB" },
               { UINT64_C (8) << 30, "8.0 GiB" }, { UINT64_MAX, "16.0 EiB" } };

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char text[SIZE_TEXT];

    size_text (text, rows[i].bytes);
    CU_ASSERT_STRING_EQUAL (text, rows[i].text);
  }
}

static void
test_ascii (void)
{
  json_t *o = json_text ("a\x7f\x7f\xc3\xa4\x1b\x7f");
  char *text = json_ascii (o, JSON_ENCODE_ANY);

  CU_ASSERT_STRING_EQUAL (text, "\"a\\u007f\\u007f\\u00E4\\u001B\\u007f\"");
  free (text);
  json_decref (o);
  /* Bytes that are no UTF-8 are shown, not lost. */
  o = json_text ("x\xff");
  text = json_ascii (o, JSON_ENCODE_ANY);
  CU_ASSERT (strncmp (text, "\"x\\", 3) == 0);
  free (text);
  json_decref (o);
  o = json_text (NULL);
  CU_ASSERT (json_is_null (o));
  json_decref (o);
}

/* What standard error gets while `steps` of 100 are done. */
static void
progress_output (const char *mode, unsigned steps, char *out, size_t size)
{
  struct cli *cli = cli_new (command_by_name ("import"));
  int saved = dup (STDERR_FILENO);
  FILE *fp = tmpfile ();
  size_t n;

  fflush (stderr);
  dup2 (fileno (fp), STDERR_FILENO);
  progress_init (cli, mode);
  for (unsigned i = 1; i <= steps; i++)
    ctx_progress (cli->ctx, "d\033isk", i * 1000, 100000);
  cli_free (cli);
  fflush (stderr);
  dup2 (saved, STDERR_FILENO);
  close (saved);
  rewind (fp);
  n = fread (out, 1, size - 1, fp);
  out[n] = '\0';
  fclose (fp);
}

static void
test_progress (void)
{
  char out[4096];

  progress_output (NULL, 100, out, sizeof out);
  CU_ASSERT_STRING_EQUAL (out, "");
  progress_output ("off", 100, out, sizeof out);
  CU_ASSERT_STRING_EQUAL (out, "");
  /* Not more often than a reader can follow, and always the end. */
  progress_output ("plain", 100, out, sizeof out);
  CU_ASSERT (strncmp (out, "1%\n", 3) == 0);
  CU_ASSERT (strlen (out) < 100);
  CU_ASSERT (strstr (out, "\n100%\n") != NULL);
  progress_output ("json", 100, out, sizeof out);
  CU_ASSERT (strncmp (out, "{\"what\":\"d\\u001Bisk\",\"done\":1000,"
                           "\"total\":100000}\n", 20) == 0);
  CU_ASSERT (strstr (out, "\"done\":100000,") != NULL);
  CU_ASSERT (strchr (out, '\033') == NULL);
  /* A bar that is over leaves an empty line. */
  progress_output ("bar", 50, out, sizeof out);
  CU_ASSERT (strstr (out, "d\\x1bisk") != NULL);
  CU_ASSERT (strstr (out, "1%") != NULL);
  CU_ASSERT (strlen (out) > 4
             && strcmp (out + strlen (out) - 4, "\r\033[K") == 0);
}

TAP_MAIN ("cli", { "options", test_options },
          { "wrong options", test_wrong_options },
          { "tables", test_tables }, { "distance", test_distance },
          { "sizes", test_sizes }, { "ascii", test_ascii },
          { "progress", test_progress })

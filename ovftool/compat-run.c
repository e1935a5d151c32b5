/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `ovftool [OPTIONS] SOURCE [TARGET]`: reads the options, and probes,
 * verifies or converts (compat-convert.c). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "compat.h"

/* ---- locators ----------------------------------------------------------------- */

static bool
has_prefix (const char *s, const char *prefix)
{
  return strncasecmp (s, prefix, strlen (prefix)) == 0;
}

static bool
has_suffix (const char *s, const char *suffix)
{
  size_t n = strlen (s), m = strlen (suffix);

  return n >= m && strcasecmp (s + n - m, suffix) == 0;
}

static bool
refuse_server (struct compat *c, const char *locator)
{
  static const char *const schemes[] = { "vi://", "vcloud://", "vapprun://",
                                         "vcloud+https://" };

  for (size_t i = 0; locator != NULL && i < sizeof schemes / sizeof schemes[0]; i++)
    if (has_prefix (locator, schemes[i])) {
      cli_fail (c->cli, OVF_E_UNSUPPORTED, NULL,
                "%s locators are not supported: this tool works on files and "
                "talks to no server; 'govc import.ova' and 'govc export.ovf' "
                "do that for vSphere", schemes[i]);
      return true;
    }
  return false;
}

const char *
compat_kind (struct cli *cli, const char *type, const char *path,
             const json_t *model)
{
  static const char *const known[] = { "OVA", "OVF", "VMX" };
  const char *kind = type != NULL ? type : json_get_text (model, "kind");
  char *s;

  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (kind != NULL ? strcasecmp (kind, known[i]) == 0
                     : has_suffix (path, cli_format (cli, ".%s", known[i])))
      return known[i];
  if (kind == NULL)
    return strcmp (path, "-") == 0 ? "OVA" : "OVF";
  s = must_have (strdup (kind));
  for (char *p = s; *p != '\0'; p++)
    *p = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
  return cli_show (cli, cli_keep (cli, s));
}

/* ---- looking -------------------------------------------------------------------- */

static json_t *
look (struct compat *c)
{
  struct ovf_error *err = NULL;
  char *text = NULL;

  ovf_info (c->cli->ctx, c->source, c->cli->options, c->cli->report, &text, &err);
  if (err != NULL)
    cli_error (c->cli, err);
  return cli_parse (c->cli, text);
}

static int
probe (struct compat *c)
{
  json_t *model = look (c);
  int status;

  if (c->cli->json)
    return cli_finish (c->cli, model, NULL) == 0 ? 0 : 1;
  c->model = model;
  if (model != NULL && c->machine)
    compat_probe_machine (c, model);
  else if (model != NULL)
    compat_probe_text (c, model);
  status = compat_finish (c);
  c->model = NULL;
  json_decref (model);
  return status;
}

/* ---- the whole -------------------------------------------------------------------- */

static unsigned
to_number (const char *digits)
{
  unsigned n = 0;

  for (; *digits >= '0' && *digits <= '9' && n < 100000; digits++)
    n = n * 10 + (unsigned)(*digits - '0');
  return n;
}

/* Help is there, too, when a configuration file is wrong. */
static bool
asks_for_help (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], "--help") == 0 || strcmp (argv[i], "-h") == 0)
      return true;
  return false;
}

static bool
prepare (struct compat *c, int argc, char **argv)
{
  struct cli *cli = c->cli;
  const char *threads;

  if ((!asks_for_help (argc, argv) && !compat_config (c, argc, argv))
      || !compat_parse (c, argc, argv))
    return false;
  c->quiet = compat_flag (c, "quiet");
  c->machine = compat_flag (c, "machineOutput");
  if (!compat_apply (c))
    return false;
  threads = compat_text (c, "parallelThreads");
  if (threads != NULL)
    ovf_ctx_set_jobs (cli->ctx, to_number (threads));
  /* Ours is a bar on standard error. */
  ovf_ctx_set_progress (cli->ctx, NULL, NULL);
  c->quiet |= cli->quiet;
  return true;
}

static int
run (struct compat *c, int argc, char **argv)
{
  bool ready = prepare (c, argc, argv);

  if (ready && compat_asks_help (c, c->source)) {
    fflush (c->cli->out);
    fwrite (c->cli->out_text, 1, c->cli->out_len, c->out);
    return fflush (c->out) == 0 ? 0 : 1;
  }
  if (!ready || refuse_server (c, c->source) || refuse_server (c, c->target))
    return compat_finish (c);
  c->cli->command = &cmd_info;
  c->cli->name = "info";
  cli_set_subject (c->cli, c->source);
  c->only_verify = compat_flag (c, "verifyOnly");
  return c->target == NULL && !c->only_verify ? probe (c) : compat_convert (c);
}

int
compat_run (struct cli *cli, int argc, char **argv)
{
  struct compat c = { .cli = cli, .out = stdout, .dashes = "" };
  int status = run (&c, argc, argv);

  free (c.values);
  free (c.warnings);
  free (c.file);
  return status;
}

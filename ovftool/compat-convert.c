/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `ovftool [OPTIONS] SOURCE TARGET`: looks at the source, checks it, asks for
 * licences, converts; in the order and with the lines that scripts know. */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "compat.h"

#define ANSWER_MAX 80

static bool
from_pipe (const struct compat *c)
{
  return strcmp (c->source, "-") == 0;
}

/* ---- what is there ------------------------------------------------------------- */

/* The model, for licences and names: what reading finds will be found again. */
static json_t *
look (struct compat *c)
{
  struct ovf_report *report;
  struct ovf_error *err = NULL;
  char *text = NULL;

  if (from_pipe (c))
    return NULL;
  report = ovf_report_new ();
  ovf_info (c->cli->ctx, c->source, c->cli->options, report, &text, &err);
  ovf_report_free (report);
  if (err != NULL)
    cli_error (c->cli, err);
  return cli_parse (c->cli, text);
}

static bool
is_package (const json_t *model)
{
  return json_is_object (json_object_get (model, "package"));
}

/* ---- checks -------------------------------------------------------------------- */

static bool
has_wrong_digest (const json_t *result)
{
  json_t *file;
  size_t i;

  json_array_foreach (json_object_get (result, "files"), i, file)
    if (json_is_true (json_object_get (file, "listed"))
        && json_is_false (json_object_get (file, "match")))
      return true;
  return false;
}

/* Digests before anything is written.  What the conversion forgives it shall
 * judge itself: only a digest that differs ends it here. */
static bool
check_manifest (struct compat *c)
{
  struct ovf_report *report;
  struct ovf_error *err = NULL;
  char *text = NULL;
  json_t *result;
  bool ok, wrong;

  if (!is_package (c->model) || compat_flag (c, "skipManifestCheck")
      || cli_flag (c->cli, "no-verify"))
    return true;
  if (json_get_text (json_object_get (c->model, "package"), "manifest") == NULL) {
    compat_warn (c, "No manifest file found.");
    return true;
  }
  /* What comes from a server is read once. */
  c->postponed = !c->only_verify && (!compat_flag_or (c, "preCheck", true)
                                     || strstr (c->source, "://") != NULL);
  if (c->postponed)
    return true;
  report = ovf_report_new ();
  ok = ovf_verify (c->cli->ctx, c->source, c->cli->options, report, &text, &err);
  ovf_report_free (report);
  result = cli_parse (c->cli, text);
  wrong = !ok && (c->only_verify || has_wrong_digest (result)
                  || ovf_error_code (err) != OVF_E_INTEGRITY);
  json_decref (result);
  if (ok || wrong)
    compat_say (c, ok ? "The manifest validates"
                      : "The manifest does not validate");
  if (wrong)
    cli_error (c->cli, err);
  else
    ovf_error_free (err);
  return !wrong;
}

/* Errors of the schema, and with --verifyOnly of all rules. */
static bool
check_description (struct compat *c)
{
  bool all = c->only_verify, ok;
  struct ovf_error *err = NULL;
  struct ovf_report *report;
  char *text = NULL;

  if ((!all && !compat_flag (c, "schemaValidate")) || from_pipe (c))
    return true;
  report = ovf_report_new ();
  ok = ovf_validate (c->cli->ctx, c->source, c->cli->options, report, &text, &err);
  json_decref (cli_parse (c->cli, text));
  if (!ok)
    cli_error (c->cli, err);
  for (size_t i = 0; i < ovf_report_size (report); i++) {
    const struct ovf_finding *f = ovf_report_get (report, i);
    const char *words;

    if (!all && strcmp (f->rule, "OVF-XSD") != 0)
      continue;
    words = compat_words (c->cli, f->rule, f->message, f->line);
    if (f->severity == OVF_FAULT)
      cli_fail (c->cli, OVF_E_FORMAT, NULL, "%s", words);
    else if (f->severity == OVF_WARNING)
      compat_warn (c, "%s", words);
  }
  ovf_report_free (report);
  return c->cli->n_failures == 0;
}

/* What VMware's own products do not take as it is. */
static void
check_families (struct compat *c)
{
  json_t *m, *word;
  size_t i, k;

  json_array_foreach (json_object_get (c->model, "machines"), i, m) {
    const json_t *list = json_object_get (m, "hardware");
    const char *first = json_string_value (json_array_get (list, 0));
    bool known = first == NULL;

    json_array_foreach (list, k, word)
      known |= strncmp (json_string_value (word), "vmx-", 4) == 0;
    if (!known)
      compat_warn (c, "Unsupported hardware family '%s'.", first);
  }
}

/* --prop is for what the user may set. */
static bool
check_property (struct compat *c, const char *key)
{
  json_t *o, *product, *p;
  size_t i, n, q;

  EACH_OWNER (c->model, k, i, o)
    json_array_foreach (json_object_get (o, "products"), n, product)
      json_array_foreach (json_object_get (product, "properties"), q, p) {
        const char *full = json_get_text (p, "full_key");
        const char *bare = json_get_text (p, "key");

        if (((full != NULL && strcmp (full, key) == 0)
             || (bare != NULL && strcmp (bare, key) == 0))
            && !json_get_true (p, "user_configurable")) {
          cli_fail (c->cli, OVF_E_USAGE,
                    "--X:enableHiddenProperties allows to set it",
                    "Property '%s' is not user configurable", key);
          return false;
        }
      }
  return true;
}

static bool
check_properties (struct compat *c)
{
  for (size_t i = 0; i < c->n_values; i++)
    if (strcmp (c->values[i].option->name, "prop") == 0 && !c->hidden
        && !check_property (c, c->values[i].key))
      return false;
  return true;
}

/* ---- licences ------------------------------------------------------------------- */

/* Lines of a stranger's text, each escaped. */
static void
print_licence (struct compat *c, const char *text)
{
  while (*text != '\0') {
    size_t n = strcspn (text, "\r\n");

    fprintf (c->out, "%s\n",
             cli_show (c->cli, cli_format (c->cli, "%.*s", (int)n, text)));
    text += n;
    text += *text == '\r';
    text += *text == '\n';
  }
}

/* Waits for a line.  Signals are taken here only: one that came just before
 * a plain read would leave it waiting. */
static bool
wait_for_line (const sigset_t *usual)
{
  struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

  return ppoll (&p, 1, NULL, usual) == 1;
}

static bool
ask (struct compat *c, const char *text)
{
  char answer[ANSWER_MAX];
  sigset_t all, usual;
  bool came;

  compat_end_line (c);
  fputs ("\nEnd-user License Agreement:\n\n", c->out);
  print_licence (c, text);
  fputs ("\nDo you accept the end-user license agreement? (yes/no): ", c->out);
  sigfillset (&all);
  sigprocmask (SIG_BLOCK, &all, &usual);
  fflush (c->out);
  came = wait_for_line (&usual);
  sigprocmask (SIG_SETMASK, &usual, NULL);
  if (!came || fgets (answer, sizeof answer, stdin) == NULL)
    return false;
  answer[strcspn (answer, "\r\n")] = '\0';
  return strcasecmp (answer, "y") == 0 || strcasecmp (answer, "yes") == 0;
}

static bool
refuse_licence (struct compat *c, const char *why)
{
  cli_fail (c->cli, OVF_E_USAGE, "--acceptAllEulas accepts all of them",
            "The end-user license agreement was not accepted: %s", why);
  return false;
}

static bool
accept_licences (struct compat *c)
{
  bool terminal = isatty (STDIN_FILENO) && isatty (fileno (c->out));
  json_t *o, *eula;
  size_t i, n;

  if (compat_flag (c, "acceptAllEulas"))
    return true;
  if (from_pipe (c))
    return refuse_licence (c, "a source on standard input cannot be looked at "
                              "before it is used");
  EACH_OWNER (c->model, k, i, o)
    json_array_foreach (json_object_get (o, "eulas"), n, eula) {
      if (!terminal || c->machine)
        return refuse_licence (c, "there is no terminal to ask on");
      if (!ask (c, json_string_value (eula)))
        return refuse_licence (c, "the answer was no");
    }
  return true;
}

/* ---- converting -------------------------------------------------------------------- */

/* A VMX has identities of its own, which a package keeps only when told to;
 * free settings of a package pass only when told to. */
static void
settle_identity (struct compat *c, const char *target_kind)
{
  const char *flags = compat_text (c, "exportFlags");
  const char *kind = json_get_text (c->model, "kind");
  bool to_package = strcmp (target_kind, "OVA") == 0
                    || strcmp (target_kind, "OVF") == 0;

  if (kind != NULL && strcmp (kind, "vmx") == 0 && to_package
      && cli_string (c->cli, "mac") == NULL
      && (flags == NULL || strcasestr (flags, "mac") == NULL))
    compat_set (c, "mac", "strip");
  if (!compat_flag (c, "allowExtraConfig") && !compat_flag (c, "allowAllExtraConfig"))
    compat_set (c, "drop-extra-config", "yes");
  if (!compat_flag (c, "exportDeviceSubtypes"))
    compat_set (c, "plain-devices", "yes");
}

static bool
convert (struct compat *c, const char *target)
{
  bool pack = compat_flag (c, "packageCert");
  struct ovf_error *err = NULL;
  char *text = NULL;
  bool ok;

  ok = (pack ? ovf_pack : ovf_convert) (c->cli->ctx, c->source, target,
                                        c->cli->options, c->cli->report, &text,
                                        &err);
  json_decref (cli_parse (c->cli, text));
  if (ok)
    return true;
  if (ovf_error_code (err) == OVF_E_INTEGRITY)
    compat_say (c, "The manifest does not validate");
  cli_error (c->cli, err);
  return false;
}

/* The conversion has compared all digests, and forgave nothing. */
static bool
was_validated (const struct compat *c)
{
  for (size_t i = 0; i < ovf_report_size (c->cli->report); i++) {
    const struct ovf_finding *f = ovf_report_get (c->cli->report, i);

    if (f->severity != OVF_NOTE && f->rule != NULL
        && strncmp (f->rule, "OVF-MF-", 7) == 0
        && strcmp (f->rule, "OVF-MF-002") != 0
        && strcmp (f->rule, "OVF-MF-004") != 0)
      return false;
  }
  return c->postponed;
}

static void
write_target (struct compat *c)
{
  const char *target = compat_settle_target (c), *kind, *shown;

  if (target == NULL)
    return;
  kind = compat_kind (c->cli, compat_text (c, "targetType"), target, NULL);
  shown = cli_show (c->cli, target);
  settle_identity (c, kind);
  check_families (c);
  compat_say (c, "Opening %s target: %s", kind, shown);
  compat_say (c, "Writing %s %s: %s", kind,
              strcmp (kind, "VMX") == 0 ? "file" : "package", shown);
  compat_watch (c);
  if (!convert (c, target)) {
    compat_undo_target (c);
    return;
  }
  if (was_validated (c))
    compat_say (c, "The manifest validates");
  compat_say (c, "Transfer Completed");
}

int
compat_convert (struct compat *c)
{
  json_t *model;
  int status;

  /* Data on standard output: words go elsewhere. */
  if (c->target != NULL && strcmp (c->target, "-") == 0) {
    c->out = stderr;
    if (isatty (STDOUT_FILENO))
      cli_fail (c->cli, OVF_E_USAGE, NULL,
                "an archive is not written to a terminal");
  }
  model = c->cli->n_failures == 0 ? look (c) : NULL;
  c->model = model;
  if (c->cli->n_failures == 0)
    compat_say (c, "Opening %s source: %s",
                compat_kind (c->cli, compat_text (c, "sourceType"), c->source, model),
                cli_show (c->cli, cli_subject (c->cli)));
  if (c->cli->n_failures == 0 && check_manifest (c) && check_description (c)
      && !c->only_verify && check_properties (c) && accept_licences (c))
    write_target (c);
  status = compat_finish (c);
  c->model = NULL;
  json_decref (model);
  return status;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a command says: results on standard output, collected and written
 * once; findings and errors on standard error, in the form compilers use:
 *
 *   FILE:LINE: error: message [RULE-ID]
 *   hint: what can be done
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define BOLD "\033[1m"
#define RED "\033[1;31m"
#define MAGENTA "\033[1;35m"
#define CYAN "\033[1;36m"
#define PLAIN "\033[0m"

/* ---- text ---------------------------------------------------------------- */

const char *
cli_format (struct cli *cli, const char *fmt, ...)
{
  va_list ap;
  char *s;

  va_start (ap, fmt);
  s = must_format (fmt, ap);
  va_end (ap);
  return cli_keep (cli, s);
}

const char *
cli_show (struct cli *cli, const char *untrusted)
{
  return untrusted != NULL ? cli_keep (cli, ovf_escape (untrusted)) : "-";
}

const char *
cli_show_json (struct cli *cli, const json_t *o)
{
  if (json_is_string (o))
    return cli_show (cli, json_string_value (o));
  if (json_is_integer (o))
    return cli_format (cli, "%" JSON_INTEGER_FORMAT, json_integer_value (o));
  if (json_is_boolean (o))
    return json_is_true (o) ? "yes" : "no";
  return "-";
}

void
size_text (char out[SIZE_TEXT], uint64_t bytes)
{
  static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB",
                                       "EiB" };
  double value = (double)bytes;
  unsigned i = 0;

  /* 1023.95 would be printed as 1024.0. */
  while (value >= (i == 0 ? 1024 : 1023.95)) {
    value /= 1024;
    i++;
  }
  snprintf (out, SIZE_TEXT, i == 0 ? "%.0f %s" : "%.1f %s", value, units[i]);
}

const char *
cli_size (struct cli *cli, uint64_t bytes)
{
  char out[SIZE_TEXT];

  size_text (out, bytes);
  return cli_format (cli, "%s", out);
}

/* ---- failures ---------------------------------------------------------- */

static struct failure *
add_failure (struct cli *cli, enum ovf_code code)
{
  struct failure *f;

  cli->failures = must_realloc (cli->failures, (cli->n_failures + 1)
                                                 * sizeof *cli->failures);
  f = &cli->failures[cli->n_failures++];
  *f = (struct failure){ .code = code,
                         .findings = ovf_report_size (cli->report) };
  if (code_status (code) > cli->status)
    cli->status = code_status (code);
  return f;
}

static const char *
keep_copy (struct cli *cli, const char *s)
{
  return s != NULL ? cli_format (cli, "%s", s) : NULL;
}

void
cli_error (struct cli *cli, struct ovf_error *err)
{
  struct failure *f = add_failure (cli, ovf_error_code (err));

  f->message = keep_copy (cli, ovf_error_message (err));
  f->hint = keep_copy (cli, ovf_error_hint (err));
  f->file = keep_copy (cli, ovf_error_file (err));
  f->rule = keep_copy (cli, ovf_error_rule (err));
  f->line = ovf_error_line (err);
  if (f->file == NULL && f->code != OVF_E_USAGE && f->code != OVF_E_CANCELLED)
    f->file = cli->subject;
  ovf_error_free (err);
}

void
cli_fail (struct cli *cli, enum ovf_code code, const char *hint,
          const char *fmt, ...)
{
  struct failure *f = add_failure (cli, code);
  va_list ap;
  char *s;

  va_start (ap, fmt);
  s = must_format (fmt, ap);
  va_end (ap);
  f->message = cli_keep (cli, s);
  f->hint = hint;
  if (code != OVF_E_USAGE)
    f->file = cli->subject;
}

void
cli_hide_notes (struct cli *cli)
{
  cli->hide_notes = true;
}

void
cli_answer (struct cli *cli, int status)
{
  if (status > cli->status)
    cli->status = status;
}

int
cli_usage (struct cli *cli, const char *fmt, ...)
{
  va_list ap;
  char *s;

  va_start (ap, fmt);
  s = must_format (fmt, ap);
  va_end (ap);
  cli_fail (cli, OVF_E_USAGE,
            cli_format (cli, "see 'ovftool help %s'", cli->command->name),
            "%s", s);
  free (s);
  return cli_finish (cli, NULL, NULL);
}

json_t *
cli_parse (struct cli *cli, char *text)
{
  json_error_t why;
  json_t *o;

  if (text == NULL)
    return NULL;
  o = json_loads (text, JSON_DECODE_ANY, &why);
  if (o == NULL)
    cli_fail (cli, OVF_E_UNSUPPORTED, "this is a mistake of ovftool: report it",
              "the result cannot be shown: %s", why.text);
  free (text);
  return o;
}

/* ---- printing ---------------------------------------------------------- */

static void
print_diagnostic (struct cli *cli, const char *word, const char *color,
                  const char *file, unsigned line, const char *message,
                  const char *rule, const char *hint)
{
  char *name = ovf_escape (file != NULL ? file : "ovftool");
  char *text = ovf_escape (message), *help = NULL;
  bool c = cli->color_err;

  fprintf (stderr, "%s%s:", c ? BOLD : "", name);
  if (line != 0)
    fprintf (stderr, "%u:", line);
  fprintf (stderr, "%s %s%s:%s %s", c ? PLAIN : "", c ? color : "", word,
           c ? PLAIN : "", text);
  if (rule != NULL)
    fprintf (stderr, " [%s]", rule);
  fputc ('\n', stderr);
  if (hint != NULL) {
    help = ovf_escape (hint);
    fprintf (stderr, "%shint:%s %s\n", c ? CYAN : "", c ? PLAIN : "", help);
  }
  free (name);
  free (text);
  free (help);
}

static void
print_findings (struct cli *cli, size_t *from, size_t to)
{
  static const struct {
    const char *word, *color;
  } words[] = { [OVF_NOTE] = { "note", CYAN },
                [OVF_WARNING] = { "warning", MAGENTA },
                [OVF_FAULT] = { "error", RED } };

  for (; *from < to; ++*from) {
    const struct ovf_finding *f = ovf_report_get (cli->report, *from);

    if ((cli->quiet && f->severity < OVF_FAULT)
        || (cli->hide_notes && f->severity == OVF_NOTE))
      continue;
    print_diagnostic (cli, words[f->severity].word, words[f->severity].color,
                      f->file != NULL ? f->file : cli->subject, f->line,
                      f->message, f->rule, f->hint);
  }
}

static void
print_diagnostics (struct cli *cli)
{
  size_t printed = 0;

  for (size_t i = 0; i < cli->n_failures; i++) {
    const struct failure *f = &cli->failures[i];

    print_findings (cli, &printed, f->findings);
    print_diagnostic (cli, "error", RED, f->file, f->line, f->message, f->rule,
                      f->hint);
  }
  print_findings (cli, &printed, ovf_report_size (cli->report));
}

static bool
write_all (int fd, const char *p, size_t n)
{
  while (n > 0) {
    ssize_t done = write (fd, p, n);

    if (done < 0 && errno != EINTR)
      return false;
    if (done > 0) {
      p += done;
      n -= (size_t)done;
    }
  }
  return true;
}

static void
write_result (struct cli *cli, json_t *result)
{
  char *document = NULL;
  bool ok;

  must_have (fflush (cli->out) == 0 ? cli->out : NULL);
  if (cli->json) {
    document = document_text (cli, result);
    ok = write_all (STDOUT_FILENO, document, strlen (document))
         && write_all (STDOUT_FILENO, "\n", 1);
  } else {
    ok = write_all (cli->keep_stdout ? STDERR_FILENO : STDOUT_FILENO,
                    cli->out_text, cli->out_len);
  }
  if (!ok)
    cli_fail (cli, OVF_E_IO, NULL, "cannot write to standard output: %s",
              strerror (errno));
  free (document);
}

/* What --strict forbids; the library stops before it commits, this is for
 * commands that only report. */
static void
judge_losses (struct cli *cli)
{
  size_t n = 0;

  for (size_t i = 0; i < ovf_report_size (cli->report); i++) {
    const char *rule = ovf_report_get (cli->report, i)->rule;

    n += rule != NULL && strncmp (rule, "LOSS-", 5) == 0;
  }
  if (cli->strict && n > 0 && cli->n_failures == 0)
    cli_fail (cli, OVF_E_LOSS, NULL, "%zu thing%s would be lost", n,
              n == 1 ? "" : "s");
}

int
cli_finish (struct cli *cli, json_t *result, struct ovf_error *err)
{
  if (err != NULL)
    cli_error (cli, err);
  judge_losses (cli);
  progress_done (cli);
  write_result (cli, result);
  print_diagnostics (cli);
  json_decref (result);
  return cli->status;
}

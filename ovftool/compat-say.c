/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The console of the VMware-compatible face: lines of status as things
 * happen, progress on a terminal, and how it ended.  All of it goes to
 * standard output, where scripts look for it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"

/* ---- while it works --------------------------------------------------------- */

void
compat_say (struct compat *c, const char *fmt, ...)
{
  va_list ap;
  char *s;

  if (c->quiet || c->machine)
    return;
  compat_end_line (c);
  va_start (ap, fmt);
  s = must_format (fmt, ap);
  va_end (ap);
  fprintf (c->out, "%s\n", s);
  fflush (c->out);
  free (s);
}

void
compat_end_line (struct compat *c)
{
  if (!c->on_line)
    return;
  fputc ('\n', c->out);
  c->on_line = false;
}

/* Files count alike: their sizes are not all known before. */
static void
on_progress (void *opaque, const struct ovf_progress *p)
{
  struct compat *c = opaque;
  size_t files = json_array_size (json_object_get (c->model, "files"));
  unsigned percent;

  if (c->file == NULL || strcmp (c->file, p->what) != 0) {
    c->files_done += c->file != NULL;
    free (c->file);
    c->file = must_have (strdup (p->what));
  }
  files = files > c->files_done ? files : c->files_done + 1u;
  if (p->total == 0)
    return;
  percent = (unsigned)(((double)c->files_done
                        + (p->done < p->total
                             ? (double)p->done / (double)p->total : 1))
                       * 100 / (double)files);
  if (percent <= c->percent && c->on_line)
    return;
  c->percent = percent;
  fprintf (c->out, "\rProgress: %u%%", percent);
  fflush (c->out);
  c->on_line = true;
}

void
compat_watch (struct compat *c)
{
  if (!c->quiet && !c->machine && isatty (fileno (c->out)))
    ovf_ctx_set_progress (c->cli->ctx, on_progress, c);
}

/* ---- how it ended ------------------------------------------------------------- */

struct issues {
  const char **types, **texts;
  size_t n;
};

static void
add_issue (struct issues *list, const char *type, const char *text)
{
  list->types = must_realloc (list->types, (list->n + 1) * sizeof *list->types);
  list->texts = must_realloc (list->texts, (list->n + 1) * sizeof *list->texts);
  list->types[list->n] = type;
  list->texts[list->n++] = text;
}

static void
free_issues (struct issues *list)
{
  free (list->types);
  free (list->texts);
}

static void
collect_warnings (struct compat *c, struct issues *list)
{
  struct cli *cli = c->cli;

  for (size_t i = 0; i < c->n_warnings; i++)
    add_issue (list, "ovftool.warning",
               compat_words (cli, NULL, c->warnings[i], 0));
  for (size_t i = 0; i < ovf_report_size (cli->report); i++) {
    const struct ovf_finding *f = ovf_report_get (cli->report, i);

    if (f->severity != OVF_NOTE)
      add_issue (list, f->rule != NULL ? f->rule : "ovftool.warning",
                 compat_words (cli, f->rule, f->message, f->line));
  }
}

static void
collect_errors (struct compat *c, struct issues *list)
{
  struct cli *cli = c->cli;

  for (size_t i = 0; i < cli->n_failures; i++) {
    const struct failure *f = &cli->failures[i];
    const char *type = cli_format (cli, "ovftool.%s", code_word (f->code));

    add_issue (list, type, compat_words (cli, f->rule, f->message, f->line));
    if (f->hint != NULL)
      add_issue (list, type, compat_words (cli, NULL, f->hint, 0));
  }
}

static void
print_issues (struct compat *c, const char *word, const struct issues *list)
{
  bool one = list->n == 1 && strcmp (word, "Error") == 0;

  if (list->n == 0)
    return;
  compat_end_line (c);
  fprintf (c->out, one ? "%s: " : "%s:\n", word);
  for (size_t i = 0; i < list->n; i++)
    fprintf (c->out, one ? "%s\n" : " - %s\n", list->texts[i]);
}

/* What was collected for standard output, blocks and probes. */
static void
flush_text (struct compat *c)
{
  struct cli *cli = c->cli;

  must_have (fflush (cli->out) == 0 ? cli->out : NULL);
  fwrite (cli->out_text, 1, cli->out_len, c->out);
}

int
compat_finish (struct compat *c)
{
  struct issues warnings = { 0 }, errors = { 0 };
  struct cli *cli = c->cli;
  bool ok = cli->n_failures == 0;

  collect_warnings (c, &warnings);
  collect_errors (c, &errors);
  if (c->machine) {
    compat_issues (c, "Warning", warnings.types, warnings.texts, warnings.n);
    compat_issues (c, "Error", errors.types, errors.texts, errors.n);
    compat_result (c, ok ? "SUCCESS" : "ERROR");
    flush_text (c);
  } else {
    flush_text (c);
    if (!c->quiet)
      print_issues (c, "Warning", &warnings);
    print_issues (c, "Error", &errors);
    if (!ok || ((c->target != NULL || c->only_verify) && !c->quiet))
      fprintf (c->out, "Completed %s\n", ok ? "successfully" : "with errors");
  }
  free_issues (&warnings);
  free_issues (&errors);
  ok &= fflush (c->out) == 0 && !ferror (c->out);
  return ok ? 0 : 1;
}

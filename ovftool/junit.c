/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings as JUnit XML, which CI systems show beside tests: a suite a source,
 * a case an error, and one case for the source itself. */
#include <string.h>

#include "checked.h"
#include "cli.h"

/* Text for XML: what a terminal must not see, XML cannot hold either. */
static const char *
xml (struct cli *cli, const char *untrusted)
{
  static const struct { char c; const char *entity; } entities[] = {
    { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }
  };
  const char *p = cli_show (cli, untrusted);
  char *out = must_realloc (NULL, 6 * strlen (p) + 1), *to = out;

  for (; *p != '\0'; p++) {
    size_t i = 0;
    while (i < 4 && entities[i].c != *p)
      i++;
    if (i == 4)
      *to++ = *p;
    else
      for (const char *e = entities[i].entity; *e != '\0'; e++)
        *to++ = *e;
  }
  *to = '\0';
  return cli_keep (cli, out);
}

static const char *
place_of (struct cli *cli, const struct checked *c, const struct ovf_finding *f)
{
  const char *inside, *path = checked_path (cli, c, f, &inside);

  if (inside != NULL)
    path = cli_format (cli, "%s(%s)", path, inside);
  return f->line != 0 ? cli_format (cli, "%s:%u", path, f->line) : path;
}

static void
print_error (struct cli *cli, const struct checked *c, const struct ovf_finding *f)
{
  const char *place = place_of (cli, c, f);
  FILE *out = cli_out (cli);

  fprintf (out, "    <testcase classname=\"%s\" name=\"%s\">\n", xml (cli, c->name),
           xml (cli, cli_format (cli, "%s %s: %s", f->rule, place, f->message)));
  fprintf (out, "      <failure type=\"%s\" message=\"%s\">%s: %s\n%s%s</failure>\n",
           xml (cli, f->rule), xml (cli, f->message), xml (cli, place),
           xml (cli, f->message), f->hint ? "hint: " : "", f->hint ? xml (cli, f->hint) : "");
  fputs ("    </testcase>\n", out);
}

/* The case of the source itself tells what is no error. */
static void
print_source (struct cli *cli, const struct checked *c)
{
  FILE *out = cli_out (cli);

  fprintf (out, "    <testcase classname=\"%s\" name=\"read\">\n", xml (cli, c->name));
  if (!c->judged)
    fputs ("      <error type=\"read\" message=\"the source could not be read\"/>\n", out);
  fputs ("      <system-out>", out);
  for (size_t i = c->from; i < c->to; i++) {
    const struct ovf_finding *f = ovf_report_get (cli_report (cli), i);
    if (f->severity < OVF_FAULT)
      fprintf (out, "%s: %s: %s [%s]\n", xml (cli, place_of (cli, c, f)),
               f->severity == OVF_WARNING ? "warning" : "note", xml (cli, f->message),
               xml (cli, f->rule));
  }
  fputs ("</system-out>\n    </testcase>\n", out);
}

static size_t
errors_of (struct cli *cli, const struct checked *c)
{
  size_t n = 0;

  for (size_t i = c->from; i < c->to; i++)
    n += ovf_report_get (cli_report (cli), i)->severity == OVF_FAULT;
  return n;
}

static void
print_suite (struct cli *cli, const struct checked *c)
{
  size_t n = errors_of (cli, c);

  fprintf (cli_out (cli),
           "  <testsuite name=\"%s\" tests=\"%zu\" failures=\"%zu\" errors=\"%d\""
           " skipped=\"0\">\n",
           xml (cli, c->name), n + 1, n, !c->judged);
  print_source (cli, c);
  for (size_t i = c->from; i < c->to; i++) {
    const struct ovf_finding *f = ovf_report_get (cli_report (cli), i);
    if (f->severity == OVF_FAULT)
      print_error (cli, c, f);
  }
  fputs ("  </testsuite>\n", cli_out (cli));
}

void
junit_print (struct cli *cli, const struct checked *all, size_t n)
{
  size_t failures = 0, errors = 0;

  for (size_t i = 0; i < n; i++) {
    failures += errors_of (cli, &all[i]);
    errors += !all[i].judged;
  }
  fprintf (cli_out (cli),
           "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<testsuites name=\"ovftool validate\" tests=\"%zu\" failures=\"%zu\""
           " errors=\"%zu\">\n",
           failures + n, failures, errors);
  for (size_t i = 0; i < n; i++)
    print_suite (cli, &all[i]);
  fputs ("</testsuites>\n", cli_out (cli));
}

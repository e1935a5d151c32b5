/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The manual page of the rules, made from their table: `ovftool validate
 * --rules-pod`, which the build runs. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static const char head[] =
  "=head1 NAME\n\n"
  "ovftool-rules - the rules that ovftool validate checks\n\n"
  "=head1 DESCRIPTION\n\n"
  "Every finding of L<ovftool-validate(1)> names its rule. This page lists the rules, "
  "as C<ovftool validate --list-rules> and C<ovftool validate --explain RULE> do. The "
  "severity is that of the strict mode, and of B<--lax> where that differs.\n\n"
  "=head1 RULES\n\n=over 4\n\n";
static const char tail[] =
  "=back\n\n=head1 SEE ALSO\n\n"
  "L<ovftool-validate(1)>, L<ovftool-repair(1)>, L<ovftool-profiles(5)>\n";

/* POD takes `X<` for markup. */
static void
put (FILE *fp, const json_t *rule, const char *key)
{
  const char *s = json_string_value (json_object_get (rule, key));

  for (; s != NULL && *s != '\0'; s++)
    if (*s == '<' || *s == '>')
      fputs (*s == '<' ? "E<lt>" : "E<gt>", fp);
    else
      fputc (*s, fp);
}

static void
put_rule (FILE *fp, const json_t *rule)
{
  const json_t *versions = json_object_get (rule, "versions"), *v;
  size_t i;

  fputs ("=item B<", fp);
  put (fp, rule, "id");
  fputs (">: ", fp);
  put (fp, rule, "title");
  fputs ("\n\nI<", fp);
  put (fp, rule, "strict");
  if (!json_equal (json_object_get (rule, "strict"), json_object_get (rule, "lax"))) {
    fputs (", lax ", fp);
    put (fp, rule, "lax");
  }
  fputs (">; OVF", fp);
  json_array_foreach (versions, i, v)
    fprintf (fp, " %s", json_string_value (v));
  fputs ("; ", fp);
  put (fp, rule, "clause");
  fputs (".\n\n", fp);
  put (fp, rule, "why");
  fputs ("\n\nFix: ", fp);
  put (fp, rule, "fix");
  fputs ("\n\n", fp);
}

void
rules_pod (FILE *fp)
{
  char *text = ovf_rules_json ();
  json_t *rules = json_loads (text, 0, NULL), *rule;
  size_t i;

  fputs (head, fp);
  json_array_foreach (rules, i, rule)
    put_rule (fp, rule);
  fputs (tail, fp);
  json_decref (rules);
  free (text);
}

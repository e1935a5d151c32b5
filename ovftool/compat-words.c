/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings and errors as VMware's tool words them, where it has words for
 * them: scripts and web searches know those. */
#include <string.h>

#include "compat.h"

/* %N is the N-th name in single quotes of our message, %h and %s the numbers
 * behind its " has " and " says "; `has`, a part of the
 * message, tells apart what has one rule. */
static const struct {
  const char *rule, *has, *text;
} words[] = {
  { "OVF-TAR-004", NULL,
    "Did not find an .ovf file at the beginning of the OVA package." },
  { "OVF-PKG-001", "the archive holds no descriptor",
    "Did not find an .ovf file at the beginning of the OVA package." },
  { "OVF-REF-005", "the descriptor says",
    "Wrong file size specified in OVF descriptor for '%1' (specified: %s, "
    "actual %h)." },
  { "OVF-MF-005", "does not match",
    "SHA digest of file %1 does not match manifest." },
  { NULL, "not verified (the digest of ",
    "SHA digest of file %1 does not match manifest." },
  { "OVF-MF-006", "does not list", "No manifest entry found for: '%1'." },
  { "ADJUST-EXTRA-CONFIG", NULL,
    "ExtraConfig option '%1' is not allowed, will skip it." },
  { "OVF-MF-007", "does not list the descriptor",
    "No manifest entry found for: '%1'." },
};

/* The n-th name in single quotes; its length in *ret. */
static const char *
quoted (const char *message, unsigned n, size_t *ret)
{
  const char *p = message;

  for (;; n--) {
    const char *start = strchr (p, '\''), *stop;

    stop = start != NULL ? strchr (start + 1, '\'') : NULL;
    if (stop == NULL)
      return NULL;
    if (n == 1) {
      *ret = (size_t)(stop - start - 1);
      return start + 1;
    }
    p = stop + 1;
  }
}

/* The number behind a word of the message. */
static const char *
number (const char *message, const char *word, size_t *ret)
{
  const char *at = strstr (message, word);

  if (at == NULL)
    return NULL;
  at += strlen (word);
  *ret = strspn (at, "0123456789");
  return *ret > 0 ? at : NULL;
}

/* What a token stands for: a name, or a number. */
static const char *
value_of (const char *message, char token, size_t *ret)
{
  if (token == 'h')
    return number (message, " has ", ret);
  if (token == 's')
    return number (message, " says ", ret);
  return quoted (message, (unsigned)(token - '0'), ret);
}

/* The template with the message's names in it; NULL when it has them not. */
static const char *
fill (struct cli *cli, const char *template, const char *message)
{
  const char *done = "", *at;

  for (; (at = strchr (template, '%')) != NULL; template = at + 2) {
    size_t n = 0;
    const char *value = value_of (message, at[1], &n);

    if (value == NULL)
      return NULL;
    done = cli_format (cli, "%s%.*s%.*s", done, (int)(at - template), template,
                       (int)n, value);
  }
  return cli_format (cli, "%s%s", done, template);
}

const char *
compat_words (struct cli *cli, const char *rule, const char *message,
              unsigned line)
{
  const char *text = NULL, *shown;

  for (size_t i = 0; text == NULL && i < sizeof words / sizeof words[0]; i++)
    if ((words[i].rule == NULL
         || (rule != NULL && strcmp (rule, words[i].rule) == 0))
        && (words[i].has == NULL || strstr (message, words[i].has) != NULL))
      text = fill (cli, words[i].text, message);
  shown = cli_show (cli, text != NULL ? text : message);
  /* Lines of a manifest are not told there. */
  if (rule != NULL && strncmp (rule, "OVF-MF-", 7) == 0)
    line = 0;
  return line != 0 ? cli_format (cli, "Line %u: %s", line, shown) : shown;
}

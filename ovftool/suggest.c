/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may have been meant: the nearest command or option to a misspelt
 * word. */
#include <string.h>

#include "cli.h"

#define WORD_MAX 40 /* longer words are compared by their beginning */

static unsigned
least (unsigned a, unsigned b)
{
  return a < b ? a : b;
}

/* Damerau and Levenshtein's distance in its restricted form: three rows. */
unsigned
edit_distance (const char *a, const char *b)
{
  unsigned rows[3][WORD_MAX + 1];
  unsigned n = (unsigned)strnlen (a, WORD_MAX);
  unsigned m = (unsigned)strnlen (b, WORD_MAX);

  for (unsigned j = 0; j <= m; j++)
    rows[0][j] = j;
  for (unsigned i = 1; i <= n; i++) {
    unsigned *now = rows[i % 3];
    const unsigned *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

    now[0] = i;
    for (unsigned j = 1; j <= m; j++) {
      now[j] = least (least (last[j], now[j - 1]) + 1,
                      last[j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = least (now[j], before[j - 2] + 1);
    }
  }
  return rows[n % 3][m];
}

/* Two letters wrong, or a third of a long word; never all of a short one. */
bool
is_near (const char *word, const char *known, unsigned distance)
{
  size_t n = strlen (word), m = strlen (known);
  size_t shorter = n < m ? n : m;

  return distance <= (shorter > 8 ? shorter / 3 : 2) && distance < shorter;
}

const char *
nearest_command (const char *word)
{
  const char *best = NULL;
  unsigned top = WORD_MAX;

  for (size_t i = 0; commands[i] != NULL; i++) {
    unsigned d = edit_distance (word, commands[i]->name);

    if (d < top && is_near (word, commands[i]->name, d)) {
      top = d;
      best = commands[i]->name;
    }
  }
  return best;
}

static void
nearest_of (const struct cmd_option *o, const char *word, unsigned *top,
            const char **best)
{
  for (; o != NULL && o->name != NULL; o++) {
    unsigned d = edit_distance (word, o->name);
    size_t n = strlen (word);

    /* A beginning of a name counts as near: abbreviations are refused. */
    if (n >= 2 && strncmp (word, o->name, n) == 0)
      d = 1;
    else if (!is_near (word, o->name, d))
      continue;
    if (d < *top) {
      *top = d;
      *best = o->name;
    }
  }
}

const char *
nearest_option (const struct command *c, const char *word)
{
  const char *best = NULL;
  unsigned top = WORD_MAX;

  nearest_of (c != NULL ? c->options : NULL, word, &top, &best);
  nearest_of (global_options, word, &top, &best);
  return best;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the words of the command line and of configuration files to the rows
 * of compat_options, and from those to options of the library. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "compat.h"

/* ---- looking up ---------------------------------------------------------- */

static bool
is_word (const char *word, const char *s, size_t len)
{
  return word != NULL && strlen (word) == len && strncasecmp (word, s, len) == 0;
}

static const struct compat_option *
find_option (const char *name, size_t len, bool with_letter)
{
  for (const struct compat_option *o = compat_options; o->name != NULL; o++)
    if (is_word (o->name, name, len)
        || (with_letter && is_word (o->letter, name, len)))
      return o;
  return NULL;
}

static const struct compat_value *
find_value (const struct compat *c, const char *name)
{
  for (size_t i = c->n_values; i-- > 0;)
    if (strcmp (c->values[i].option->name, name) == 0)
      return &c->values[i];
  return NULL;
}

const char *
compat_text (const struct compat *c, const char *name)
{
  const struct compat_value *v = find_value (c, name);

  return v != NULL ? v->text : NULL;
}

bool
compat_flag_or (const struct compat *c, const char *name, bool otherwise)
{
  const char *text = compat_text (c, name);

  return text != NULL ? strcmp (text, "true") == 0 : otherwise;
}

bool
compat_flag (const struct compat *c, const char *name)
{
  return compat_flag_or (c, name, false);
}

/* ---- one option ---------------------------------------------------------- */

/* As it was written, but for a value, which may be a secret. */
static bool
unexpected (struct compat *c, const char *word)
{
  cli_fail (c->cli, OVF_E_USAGE, NULL, "Unexpected option: %s%.*s", c->dashes,
            (int)strcspn (word, "="), word);
  return false;
}

/* "true", "false", or NULL. */
static const char *
boolean (const char *text)
{
  static const char *const yes[] = { "true", "1", "yes", "on" };
  static const char *const no[] = { "false", "0", "no", "off" };

  for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
    if (strcasecmp (text, yes[i]) == 0)
      return "true";
    if (strcasecmp (text, no[i]) == 0)
      return "false";
  }
  return NULL;
}

static void
add_value (struct compat *c, const struct compat_option *o, const char *key,
           const char *text)
{
  c->values = must_realloc (c->values,
                            (c->n_values + 1) * sizeof *c->values);
  c->values[c->n_values++] = (struct compat_value){ o, key, text };
}

/* `--name@=FILE`: the file's text is the value, without the last newline. */
static const char *
text_of_file (struct compat *c, const char *path)
{
  struct ovf_error *err = NULL;
  char *text = NULL;
  size_t n;

  if (!ovf_read_text (c->cli->ctx, path, &text, &err)) {
    cli_error (c->cli, err);
    return NULL;
  }
  n = strlen (text);
  while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
    text[--n] = '\0';
  return cli_keep (c->cli, text);
}

/* A row was found, the rest of the word is behind its name. */
static bool
take_row (struct compat *c, const struct compat_option *o, const char *word,
          const char *rest, const char **next)
{
  struct cli *cli = c->cli;
  const char *key = NULL, *text = NULL;
  bool keyed = o->arg == COMPAT_KEYED || o->arg == COMPAT_KEY, from_file = false;

  if (keyed && *rest == ':') {
    size_t n = strcspn (++rest, "=");

    from_file = n > 0 && rest[n] == '=' && rest[n - 1] == '@';
    key = cli_format (cli, "%.*s", (int)(n - from_file), rest);
    rest += n;
  } else if (strncmp (rest, "@=", 2) == 0) {
    from_file = true;
    rest++;
  }
  if (*rest == '=')
    text = rest + 1;
  else if (*rest != '\0')
    return unexpected (c, word);
  if (keyed && (key == NULL || *key == '\0'))
    return unexpected (c, word);
  if (o->arg == COMPAT_FLAG) {
    text = boolean (text != NULL ? text : "true");
    if (text == NULL)
      return unexpected (c, word);
  } else if (text == NULL && o->arg == COMPAT_VALUE && *next != NULL) {
    text = *next;
    *next = NULL;
  }
  if (text == NULL && o->arg != COMPAT_KEY) {
    cli_fail (cli, OVF_E_USAGE, NULL, "Option '%s' needs a value", o->name);
    return false;
  }
  if (from_file && (text = text_of_file (c, text)) == NULL)
    return false;
  add_value (c, o, key, text);
  return true;
}

/* Options of our own commands work here by their names, too: what a hint
 * says (`--allow DIR`) must be possible. */
static bool
take_own (struct compat *c, const char *word, size_t len, const char **next)
{
  const struct cmd_option *o = option_find (cmd_convert.options, word, len);
  const char *text = word[len] == '=' ? word + len + 1 : NULL;

  if (o == NULL)
    o = option_find (global_options, word, len);
  if (o != NULL && o->arg != ARG_NONE && text == NULL) {
    text = *next;
    *next = NULL;
  }
  if (o == NULL || (o->arg == ARG_NONE) != (text == NULL))
    return unexpected (c, word);
  return options_add (c->cli, o, text);
}

bool
compat_take (struct compat *c, const char *word, const char **next)
{
  size_t len = strcspn (word, "=:@");
  const struct compat_option *o = find_option (word, len, true);

  if (o == NULL)
    return take_own (c, word, strcspn (word, "="), next);
  if (o->use == COMPAT_REFUSED) {
    cli_fail (c->cli, OVF_E_UNSUPPORTED, NULL, "--%s: %s", o->name, o->to);
    return false;
  }
  if (c->only_local && strcmp (o->name, "signCommand") == 0) {
    compat_warn (c, "signCommand in ./.ovftool is ignored: a folder's files do "
                    "not start programs");
    return true;
  }
  return take_row (c, o, word, word + len, next);
}

static bool
is_option (const char *word)
{
  return word[0] == '-' && word[1] != '\0';
}

bool
compat_parse (struct compat *c, int argc, char **argv)
{
  const char **words[] = { &c->source, &c->target };
  size_t n = 0;

  for (int i = 1; i < argc; i++) {
    const char *next = i + 1 < argc && !is_option (argv[i + 1]) ? argv[i + 1]
                                                               : NULL;
    const char *before = next;

    if (is_option (argv[i])) {
      c->dashes = argv[i][1] == '-' ? "--" : "-";
      if (!compat_take (c, argv[i] + strlen (c->dashes), &next))
        return false;
      i += next != before;
    } else if (n == 2) {
      cli_fail (c->cli, OVF_E_USAGE, NULL, "Unexpected option: %s", argv[i]);
      return false;
    } else {
      *words[n++] = argv[i];
    }
  }
  return true;
}

/* ---- what they mean ------------------------------------------------------- */

void
compat_warn (struct compat *c, const char *fmt, ...)
{
  va_list ap;
  char *s;

  va_start (ap, fmt);
  s = must_format (fmt, ap);
  va_end (ap);
  c->warnings = must_realloc (c->warnings,
                              (c->n_warnings + 1) * sizeof *c->warnings);
  c->warnings[c->n_warnings++] = cli_keep (c->cli, s);
}

void
compat_set (struct compat *c, const char *option, const char *value)
{
  struct ovf_error *err = NULL;

  if (!ovf_options_set (c->cli->options, option, value, &err))
    cli_error (c->cli, err);
}

/* The last of a name, and of a name and key, counts. */
static bool
is_overridden (const struct compat *c, size_t i)
{
  const struct compat_value *v = &c->values[i];

  for (size_t k = i + 1; k < c->n_values; k++)
    if (c->values[k].option == v->option
        && (v->key == NULL || strcmp (c->values[k].key, v->key) == 0))
      return true;
  return false;
}

static bool
apply_one (struct compat *c, const struct compat_value *v)
{
  const struct compat_option *o = v->option;

  if (o->use != COMPAT_LIBRARY)
    return true;
  if (o->arg == COMPAT_FLAG && strcmp (v->text, "false") == 0)
    return true;
  if (o->apply != NULL)
    return o->apply (c, v);
  compat_set (c, o->to,
              o->arg == COMPAT_FLAG ? "yes"
              : v->key != NULL ? cli_format (c->cli, "%s=%s", v->key, v->text)
                               : v->text);
  return c->cli->n_failures == 0;
}

static void
name_ignored (struct compat *c)
{
  const char *all = NULL;

  for (size_t i = 0; i < c->n_values; i++) {
    const char *name = c->values[i].option->name;

    if (c->values[i].option->use != COMPAT_IGNORED || is_overridden (c, i))
      continue;
    all = all == NULL ? cli_format (c->cli, "--%s", name)
                      : cli_format (c->cli, "%s, --%s", all, name);
  }
  if (all != NULL)
    compat_warn (c, "Ignored, as there is no vSphere here: %s", all);
}

static bool
decode_all (struct compat *c)
{
  for (size_t i = 0; i < c->n_values; i++) {
    struct compat_value *v = &c->values[i];
    char *text;

    if (v->option->arg == COMPAT_FLAG || v->text == NULL)
      continue;
    text = must_have (strdup (v->text));
    v->text = cli_keep (c->cli, text);
    if (!compat_decode (text)) {
      cli_fail (c->cli, OVF_E_USAGE, NULL, "The value of --%s is no Base64 text",
                v->option->name);
      return false;
    }
  }
  return true;
}

bool
compat_apply (struct compat *c)
{
  if (compat_flag (c, "decodeBase64") && !decode_all (c))
    return false;
  /* Rules for one network go before the one for all others. */
  for (int keyed = 1; keyed >= 0; keyed--)
    for (size_t i = 0; i < c->n_values; i++)
      if ((c->values[i].key != NULL) == keyed && !is_overridden (c, i)
          && !apply_one (c, &c->values[i]))
        return false;
  name_ignored (c);
  return options_apply (c->cli);
}

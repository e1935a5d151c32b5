/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of one operation; see options.h. */
#include "options.h"

#include "base/text.h"

enum kind { FLAG, TEXT, LIST };
static const struct row {
  const char *name;
  enum kind kind;
} rows[] = {
#define OPTION(constant, name, kind) { name, kind },
#include "options.def"
#undef OPTION
};

struct ovf_options {
  strings values[OPT_COUNT];
};

struct ovf_options *
ovf_options_new (void)
{
  return xcalloc (1, sizeof (struct ovf_options));
}

void
ovf_options_free (struct ovf_options *o)
{
  if (o == NULL)
    return;
  for (size_t i = 0; i < OPT_COUNT; i++)
    strings_free (&o->values[i]);
  free (o);
}

static size_t
find (const char *name)
{
  size_t i = 0;

  while (i < OPT_COUNT && strcmp (rows[i].name, name) != 0)
    i++;
  return i;
}

bool
ovf_options_known (const char *name)
{
  return find (name) < OPT_COUNT;
}

bool
ovf_options_set (struct ovf_options *o, const char *name, const char *value,
                 struct ovf_error **err)
{
  size_t i = find (name);
  bool on;

  if (i == OPT_COUNT)
    return error_set (err, OVF_E_USAGE, "there is no option '%s'", name);
  if (rows[i].kind == FLAG && !parse_bool (value, &on))
    return error_set (err, OVF_E_USAGE, "option '%s' is yes or no, not '%s'",
                      name, value);
  if (rows[i].kind != LIST)
    strings_free (&o->values[i]);
  if (rows[i].kind != FLAG || on)
    strings_append (&o->values[i], xstrdup (value));
  return true;
}

bool
option_flag (const struct ovf_options *o, enum option i)
{
  return o != NULL && o->values[i].len > 0;
}

const char *
option_text (const struct ovf_options *o, enum option i)
{
  return o != NULL && o->values[i].len > 0 ? o->values[i].ptr[0] : NULL;
}

const strings *
option_list (const struct ovf_options *o, enum option i)
{
  static const strings none;

  return o != NULL ? &o->values[i] : &none;
}

const char *
option_name (enum option i)
{
  return rows[i].name;
}

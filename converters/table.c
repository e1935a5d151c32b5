/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of converters, and which one a text is for. */
#include "converter.h"

const struct converter *const converters[] = {
#define ROW(n) &n##_converter,
  CONVERTERS (ROW)
#undef ROW
  NULL
};

const struct converter *
converter_by_name (const char *name)
{
  for (size_t i = 0; converters[i] != NULL; i++)
    if (strcmp (converters[i]->name, name) == 0)
      return converters[i];
  return NULL;
}

const struct converter *
converter_probe (const struct input *in, struct ovf_error **err)
{
  const struct converter *best = NULL, *second = NULL;
  int top = 0;

  for (size_t i = 0; converters[i] != NULL; i++) {
    int bid = converters[i]->probe != NULL && converters[i]->read != NULL
                ? converters[i]->probe (in) : 0;
    if (bid <= 0 || bid < top)
      continue;
    second = bid == top ? converters[i] : NULL;
    best = bid == top ? best : converters[i];
    top = bid;
  }
  if (best != NULL && second == NULL)
    return best;
  if (best == NULL)
    error_at (err, OVF_E_FORMAT, NULL, in->name, 0,
              "this is no description of a virtual machine that is known here");
  else
    error_at (err, OVF_E_FORMAT, NULL, in->name, 0,
              "this may be '%s' or '%s'", best->name, second->name);
  error_hint (err, "say what it is with --from KIND ('ovftool formats' lists the kinds)");
  return NULL;
}

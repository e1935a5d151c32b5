/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a conversion of the VMware-compatible face goes: a file, or a folder
 * that gets NAME.ova, NAME/NAME.ovf or NAME/NAME.vmx. */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat.h"

#define NAME_MAX_BYTES 64 /* cli.md 3.2 */

/* The last part of a path or URL without its suffix and its query. */
static const char *
stem_of (struct cli *cli, const char *path)
{
  size_t n = strcspn (path, strstr (path, "://") != NULL ? "?#" : "");
  const char *whole = cli_format (cli, "%.*s", (int)n, path), *base, *dot;

  while (n > 1 && whole[n - 1] == '/')
    n--;
  whole = cli_format (cli, "%.*s", (int)n, whole);
  base = strrchr (whole, '/');
  base = base != NULL && base[1] != '\0' ? base + 1 : whole;
  dot = strrchr (base, '.');
  n = dot != NULL && dot != base ? (size_t)(dot - base) : strlen (base);
  return cli_format (cli, "%.*s", (int)n, base);
}

/* As file names are made of names everywhere (cli.md 3.2). */
static const char *
file_name (struct cli *cli, const char *name)
{
  static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                             "0123456789._-";
  char *s = must_have (strdup (name));

  if (strlen (s) > NAME_MAX_BYTES)
    s[NAME_MAX_BYTES] = '\0';
  for (char *p = s; *p != '\0'; p++)
    if (strchr (good, *p) == NULL || (p == s && (*p == '.' || *p == '-')))
      *p = '_';
  cli_keep (cli, s);
  return *s != '\0' ? s : "vm";
}

static const char *
name_of (struct compat *c)
{
  const char *name = compat_text (c, "name");

  if (name == NULL && strcmp (c->source, "-") != 0)
    name = stem_of (c->cli, c->source);
  if (name == NULL || strcmp (name, ".") == 0 || strcmp (name, "..") == 0)
    name = json_get_text (c->model, "name");
  return file_name (c->cli, name != NULL ? name : "vm");
}

static bool
has_known_suffix (const char *path)
{
  static const char *const suffixes[] = { ".ova", ".ovf", ".vmx" };
  size_t n = strlen (path);

  for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
    if (n > 4 && strcasecmp (path + n - 4, suffixes[i]) == 0)
      return true;
  return false;
}

/* Without -tt, a name without a suffix is a folder, as are those that are or
 * that end with a slash. */
static bool
is_folder (struct compat *c, const char *path, bool *ret_absent)
{
  const char *type = compat_text (c, "targetType");
  struct stat st;
  size_t n = strlen (path);

  *ret_absent = stat (path, &st) != 0;
  if (!*ret_absent)
    return S_ISDIR (st.st_mode);
  if (n > 0 && path[n - 1] == '/')
    return true;
  return !has_known_suffix (path) && cli_string (c->cli, "to") == NULL
         && (type == NULL || strcasecmp (type, "OVA") != 0);
}

static bool
make_folder (struct compat *c, const char *path)
{
  if (mkdir (path, 0777) == 0) {
    c->made_folder = path;
    return true;
  }
  cli_fail (c->cli, OVF_E_IO, NULL, "cannot make the folder '%s': %s", path,
            strerror (errno));
  return false;
}

const char *
compat_settle_target (struct compat *c)
{
  const char *type = compat_text (c, "targetType"), *name;
  size_t n = strlen (c->target);
  const char *suffix = "ovf";
  bool absent;

  if (strcmp (c->target, "-") == 0 || cli_string (c->cli, "to") != NULL
      || !is_folder (c, c->target, &absent))
    return c->target;
  if (absent && !make_folder (c, c->target))
    return NULL;
  while (n > 1 && c->target[n - 1] == '/')
    n--;
  name = name_of (c);
  if (type != NULL && strcasecmp (type, "OVA") == 0)
    return cli_format (c->cli, "%.*s/%s.ova", (int)n, c->target, name);
  if (type != NULL && strcasecmp (type, "VMX") == 0)
    suffix = "vmx";
  else if (type != NULL && strcasecmp (type, "OVF") != 0)
    return cli_format (c->cli, "%.*s/%s", (int)n, c->target, name);
  return cli_format (c->cli, "%.*s/%s/%s.%s", (int)n, c->target, name, name,
                     suffix);
}

void
compat_undo_target (struct compat *c)
{
  if (c->made_folder != NULL)
    rmdir (c->made_folder);
}

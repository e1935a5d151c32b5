/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this build and this machine can do, from the tables of converters and
 * disk formats: `ovftool formats`. */
#include <ctype.h>
#include <jansson.h>

#include "base/alloc.h"
#include "base/child.h"
#include "base/text.h"
#include "check/profile.h"
#include "converter.h"
#include "disk/disk.h"
#include "vagrant.h"

const char *
ovf_version (void)
{
  return PACKAGE_VERSION;
}

bool
ovf_parse_size (const char *text, uint64_t *ret)
{
  return parse_size (text, ret);
}

static void
add_row (json_t *list, const char *name, bool read, bool write)
{
  if (read || write)
    json_array_append_new (list, json_pack ("{s:s, s:b, s:b}", "name", name,
                                            "read", read, "write", write));
}

static json_t *
kinds_json (void)
{
  json_t *list = json_array ();
  bool read_disk = false, write_disk = false;

  for (size_t i = 0; converters[i] != NULL; i++) {
    const struct converter *c = converters[i];

    /* An OVA is the same description in an archive. */
    if (strcmp (c->name, "ovf") == 0)
      add_row (list, "ova", c->read != NULL, c->write != NULL);
    add_row (list, c->name, c->read != NULL, c->write != NULL);
  }
  for (size_t i = 0; disk_formats[i] != NULL; i++) {
    read_disk |= disk_formats[i]->next != NULL;
    write_disk |= disk_formats[i]->put != NULL;
  }
  add_row (list, "disk", read_disk, write_disk);
  add_row (list, VAGRANT_VIRTUALBOX, false, true);
  add_row (list, VAGRANT_LIBVIRT, false, true);
  return list;
}

/* Some only by way of QEMU's tools, if they are here. */
static bool
have_qemu (void)
{
#ifdef HAVE_LIBNBD
  return child_exists ("qemu-img") && child_exists ("qemu-nbd");
#else
  return child_exists ("qemu-img");
#endif
}

static bool
reads (const struct disk_format *f, bool qemu)
{
  return f->next != NULL || (f->qemu != NULL && qemu);
}

static bool
writes (const struct disk_format *f, bool qemu)
{
  return f->put != NULL && (f->next != NULL || qemu);
}

static json_t *
disk_formats_json (void)
{
  json_t *list = json_array ();
  bool qemu = have_qemu ();

  for (size_t i = 0; disk_formats[i] != NULL; i++)
    add_row (list, disk_formats[i]->name, reads (disk_formats[i], qemu),
             writes (disk_formats[i], qemu));
  return list;
}

/* The first word of a helper's --version that begins with a digit. */
static char *
find_version (const char *text)
{
  const char *p = text;

  while (*p != '\0' && *p != '\n') {
    size_t n = strcspn (p, " \t\n");

    if (isdigit ((unsigned char)*p))
      return xstrndup (p, n < 40 ? n : 40);
    p += n + strspn (p + n, " \t");
  }
  return NULL;
}

static json_t *
helper_json (const struct ovf_ctx *ctx, const char *name)
{
  const char *argv[] = { name, "--version", NULL };
  struct sandbox_policy policy = { 0 };
  struct child_setup setup = { .argv = argv, .policy = &policy };
  struct child_result r = { 0 };
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP_FREE char *version = NULL;
  bool found = child_exists (name);
  json_t *o;

  if (found && child_talk (ctx, &setup, NULL, 0, &r, &err)
      && r.status == 0 && r.out != NULL)
    version = find_version (r.out);
  o = json_pack ("{s:s, s:b, s:s?}", "name", name, "found", found, "version",
                 version);
  child_result_free (&r);
  /* A version that is no UTF-8 is no version. */
  return o != NULL ? o : json_pack ("{s:s, s:b, s:n}", "name", name, "found",
                                    found, "version");
}

static json_t *
helpers_json (void)
{
  static const char *const names[] = { "qemu-img", "qemu-nbd" };
  struct ovf_ctx *ctx = ovf_ctx_new ();
  json_t *list = json_array ();

  for (size_t i = 0; i < ARRAY_SIZE (names); i++)
    json_array_append_new (list, helper_json (ctx, names[i]));
  ovf_ctx_free (ctx);
  return list;
}

/* None are found where the data files are not installed. */
static json_t *
profiles_json (void)
{
  json_t *list = json_array ();
  strings names = { 0 };

  if (profile_names (&names, NULL))
    VECTOR_FOR (n, &names)
      json_array_append_new (list, json_string (*n));
  strings_free (&names);
  return list;
}

/* What a helper that is started now would be confined by. */
static json_t *
sandbox_json (void)
{
  struct sandbox_state s;

  sandbox_look (&s);
  return json_pack (
    "{s:s, s:b, s:i, s:b, s:b, s:b, s:b, s:b, s:b}", "mode",
    s.landlock && s.seccomp ? "full"
                            : s.landlock || s.seccomp ? "partial" : "limits",
    "landlock", s.landlock > 0, "landlock_abi", s.landlock, "network",
    s.seccomp || s.tcp, "scopes", s.scopes, "seccomp", s.seccomp,
    "no_new_privs", 1, "rlimits", 1, "dies_with_parent", 1);
}

char *
ovf_formats_json (void)
{
  json_t *o = json_object ();
  char *text;

  json_object_set_new (o, "kinds", kinds_json ());
  json_object_set_new (o, "disk_formats", disk_formats_json ());
  json_object_set_new (o, "profiles", profiles_json ());
  json_object_set_new (o, "helpers", helpers_json ());
  json_object_set_new (o, "sandbox", sandbox_json ());
  text = json_dumps (o, JSON_COMPACT);
  json_decref (o);
  return text;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A script that creates the guest with Proxmox's own `qm`: it imports the
 * disks into a storage and makes there what a plain file cannot be, the
 * firmware's variables and the TPM's state.  It has no choice of its own: the
 * words are those of the configuration, each quoted. */
#include "proxmox.h"

static const char head[] =
  "set -eu\n"
  "\n"
  "usage () {\n"
  "  printf 'Usage: %s VMID STORAGE\\n' \"$0\"\n"
  "  printf '%s\\n' \\\n"
  "    'Creates the guest VMID on this Proxmox VE host (8.0 or newer) and' \\\n"
  "    'imports its disks, which lie beside this script, into STORAGE.'\n"
  "}\n"
  "\n"
  "case ${1-} in\n"
  "  -h | --help) usage; exit 0 ;;\n"
  "esac\n"
  "if [ $# -ne 2 ]; then\n"
  "  usage >&2\n"
  "  exit 2\n"
  "fi\n"
  "vmid=$1 storage=$2\n"
  "case $vmid in\n"
  "  '' | 0* | *[!0-9]*) echo \"$0: '$vmid' is no VMID\" >&2; exit 2 ;;\n"
  "esac\n"
  "case $storage in\n"
  "  '' | -* | *[!A-Za-z0-9._-]*)\n"
  "    echo \"$0: '$storage' is no storage\" >&2; exit 2 ;;\n"
  "esac\n"
  "dir=$(CDPATH='' cd -- \"$(dirname -- \"$0\")\" && pwd)\n"
  "case $dir in\n"
  "  *,*) echo \"$0: qm takes no path with a comma: '$dir'\" >&2; exit 1 ;;\n"
  "esac\n"
  "\n";

static const char made[] =
  "\n"
  "# From here on the guest exists.\n"
  "trap 'status=$?; [ \"$status\" -eq 0 ] ||\n"
  "  echo \"$0: guest $vmid is not complete: qm destroy $vmid removes it\" >&2' EXIT\n";

static void
put_word (FILE *out, const char *word)
{
  CLEANUP_FREE char *quoted = text_shell_quote (word);

  fputs (quoted, out);
}

static const char *
base_name (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash ? slash + 1 : path;
}

/* The size of an imported image is its own. */
static char *
without_size (const char *options)
{
  const char *size = strstr (options, ",size=");

  return size ? xstrndup (options, (size_t)(size - options)) : xstrdup (options);
}

static void
put_drive (FILE *out, const struct pm_setting *s)
{
  CLEANUP_FREE char *options = without_size (s->value);
  CLEANUP_FREE char *rest
    = xasprintf ("%s%s", s->path ? base_name (s->path) : "none", options);

  fprintf (out, "qm set \"$vmid\" --%s ", s->key);
  if (s->path != NULL && s->image)
    fputs ("\"$storage:0,import-from=$dir/\"", out);
  else if (s->path != NULL)
    fputs ("\"$dir/\"", out);
  put_word (out, rest);
  fputc ('\n', out);
}

/* Words that name a drive come when there are drives. */
static bool
is_late (const struct pm_setting *s)
{
  return s->drive || strcmp (s->key, "boot") == 0;
}

static void
put_create (FILE *out, const struct pm_config *c)
{
  fputs ("qm create \"$vmid\"", out);
  VECTOR_FOR (s, &c->settings) {
    if (is_late (s))
      continue;
    fprintf (out, " \\\n  --%s ", s->key);
    put_word (out, s->value);
  }
  if (c->description != NULL) {
    CLEANUP_FREE char *text = xstrdup (c->description);
    for (char *p = text; *p != '\0'; p++)
      if (((unsigned char)*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7f)
        *p = ' ';
    fputs (" \\\n  --description ", out);
    put_word (out, text);
  }
  fputc ('\n', out);
}

static void
put_state (FILE *out, const struct pm_config *c)
{
  if (c->efi)
    fprintf (out, "qm set \"$vmid\" --efidisk0 "
                  "\"$storage:0,efitype=4m,pre-enrolled-keys=%d\"\n", c->secure);
  if (c->tpm)
    fputs ("qm set \"$vmid\" --tpmstate0 \"$storage:0,version=v2.0\"\n", out);
}

bool
proxmox_script (struct ovf_ctx *ctx, const struct appliance *a,
                const struct write_settings *settings, FILE *out,
                struct ovf_report *report, struct ovf_error **err)
{
  struct pm_config c;
  bool ok;

  (void)ctx, (void)report; /* what is lost the configuration's writer says */
  ok = pm_config_make (&c, a, &a->machines.ptr[settings->machine], settings,
                       NULL, err);
  if (ok) {
    fprintf (out, "#!/bin/sh\n# Made by ovftool.\n%s", head);
    put_create (out, &c);
    fputs (made, out);
    put_state (out, &c);
    VECTOR_FOR (s, &c.settings)
      if (s->drive)
        put_drive (out, s);
    VECTOR_FOR (s, &c.settings)
      if (strcmp (s->key, "boot") == 0) {
        fputs ("qm set \"$vmid\" --boot ", out);
        put_word (out, s->value);
        fputc ('\n', out);
      }
    fputs ("printf 'qm start %s\\n' \"$vmid\"\n", out);
  }
  pm_config_done (&c);
  return ok;
}

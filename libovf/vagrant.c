/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Vagrant wants beside an image (hashicorp/vagrant: plugins/providers/
 * virtualbox); see vagrant.h.  A Vagrantfile is a program in Ruby: nothing of
 * the source's free text goes into it. */
#include "vagrant.h"

#include <ctype.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"

bool
vagrant_check (const struct appliance *a, const struct ovf_options *options, bool *ret,
               struct ovf_error **err)
{
  const char *to = option_text (options, OPT_TO);

  *ret = to != NULL && strcmp (to, VAGRANT_VIRTUALBOX) == 0;
  if (to == NULL || strncmp (to, "vagrant-", 8) != 0 || a->machines.len <= 1)
    return true;
  return error_set (err, OVF_E_USAGE, "a box holds one machine, there are %zu",
                    a->machines.len)
         || error_hint (err, "--machine ID chooses one");
}

char *
vagrant_path (const struct appliance *a, const struct ovf_options *options,
              const char *target)
{
  CLEANUP_FREE char *base = pipeline_base (a, options, NULL);
  struct stat st;

  if (target == NULL)
    return xasprintf ("%s.box", base);
  if (strcmp (target, "-") != 0 && stat (target, &st) == 0 && S_ISDIR (st.st_mode))
    return xasprintf ("%s/%s.box", target, base);
  return xstrdup (target);
}

/* The network that the adapter leaves becomes NAT, unless others are in it. */
static void
move_network (struct appliance *a, const struct nic *first)
{
  struct network *left = NULL;

  VECTOR_FOR (n, &a->networks) {
    if (strcmp (n->name, "NAT") == 0)
      return;
    if (first->network != NULL && strcmp (n->name, first->network) == 0)
      left = n;
  }
  VECTOR_FOR (n, &a->machines.ptr[0].nics)
    if (n != first && n->network && first->network && strcmp (n->network, first->network) == 0)
      left = NULL;
  if (left == NULL)
    left = networks_add (&a->networks);
  set_string (&left->name, "NAT");
  set_string (&left->description, NULL);
}

bool
vagrant_first_nic (struct appliance *a, struct ovf_report *report)
{
  struct machine *m = &a->machines.ptr[0];
  struct nic *nic = m->nics.len > 0 ? &m->nics.ptr[0] : machine_add_nic (m);

  if (nic->network != NULL && strcmp (nic->network, "NAT") != 0)
    report_add (report, OVF_NOTE, "VAGRANT-NAT", NULL, 0, NULL,
                "the first adapter goes from '%s' to NAT, through which Vagrant talks to "
                "the guest", nic->network);
  move_network (a, nic);
  set_string (&nic->network, "NAT");
  nic->attachment = ATTACH_NAT;
  nic->connected = YES;
  return true;
}

void
vagrant_names (strings *names)
{
  strings_append (names, xstrdup (VAGRANT_METADATA));
  strings_append (names, xstrdup (VAGRANT_FILE));
}

bool
vagrant_put (struct package_writer *w, const char *name, const char *text,
             struct ovf_error **err)
{
  return package_writer_begin (w, name, ROLE_FILE, err)
         && package_writer_append (w, text, strlen (text), err)
         && package_writer_end (w, BLOB_UNKNOWN, NULL, err);
}

/* "080027A1B2C3": the guest's network configuration may know it; where there is
 * none, one that is the same for the same machine. */
static void
base_mac (const struct machine *m, char out[13])
{
  const char *mac = m->nics.len > 0 ? m->nics.ptr[0].mac : NULL;
  const char *name = m->uuid ? m->uuid : m->name ? m->name : "box";
  char hex[DIGEST_HEX];
  size_t n = 0;

  digest_of (DIGEST_SHA256, name, strlen (name), hex);
  memcpy (out, "080027", 6);
  memcpy (out + 6, hex, 6);
  for (; mac != NULL && *mac != '\0' && n < 12; mac++)
    if (isxdigit ((unsigned char)*mac))
      out[n++] = *mac;
  for (n = 0; n < 12; n++)
    out[n] = (char)toupper ((unsigned char)out[n]);
  out[12] = '\0';
}

bool
vagrant_virtualbox (struct package_writer *w, const struct machine *m,
                    struct ovf_error **err)
{
  CLEANUP_FREE char *text = NULL;
  char mac[13];

  base_mac (m, mac);
  text = xasprintf ("Vagrant.configure(\"2\") do |config|\n"
                    "  config.vm.base_mac = \"%s\"\n"
                    "end\n", mac);
  return vagrant_put (w, VAGRANT_METADATA, "{\"provider\": \"virtualbox\"}\n", err)
         && vagrant_put (w, VAGRANT_FILE, text, err);
}

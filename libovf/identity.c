/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who a machine is on the target: --name, --mac, --uuid, and the BASE of the
 * files made for it. */
#include <openssl/rand.h>

#include "base/file.h"
#include "base/text.h"
#include "pipeline.h"

static bool
random_bytes (uint8_t *p, int n, struct ovf_error **err)
{
  return RAND_bytes (p, n) == 1 || error_set (err, OVF_E_IO, "no random numbers to be had");
}

/* Unlike those that the machine has already: a chance of one in millions, but
 * nobody would find out why its network fails. */
static bool
is_taken (const struct machine *m, const char *mac)
{
  VECTOR_FOR (nic, &m->nics)
    if (nic->mac != NULL && strcmp (nic->mac, mac) == 0)
      return true;
  return false;
}

static bool
new_mac (const struct machine *m, struct nic *nic, const char *prefix,
         struct ovf_error **err)
{
  CLEANUP_FREE char *mac = NULL;
  uint8_t b[3];

  do {
    if (!random_bytes (b, sizeof b, err))
      return false;
    free (mac);
    mac = xasprintf ("%s:%02x:%02x:%02x", prefix, b[0], b[1], b[2]);
  } while (is_taken (m, mac));
  set_string (&nic->mac, mac);
  return true;
}

static bool
new_uuid (char **uuid, struct ovf_error **err)
{
  uint8_t b[16];
  char hex[33];

  if (!random_bytes (b, sizeof b, err))
    return false;
  b[6] = (uint8_t)(0x40 | (b[6] & 0x0f)); /* RFC 4122 version 4 */
  b[8] = (uint8_t)(0x80 | (b[8] & 0x3f));
  text_hex (b, sizeof b, hex);
  free (*uuid);
  *uuid = text_uuid (hex);
  return true;
}

static bool
apply_macs (struct machine *m, const char *policy, const char *prefix,
            struct ovf_error **err)
{
  VECTOR_FOR (nic, &m->nics) {
    if (strcmp (policy, "strip") == 0)
      set_string (&nic->mac, NULL);
    else if (strcmp (policy, "new") == 0 && !new_mac (m, nic, prefix, err))
      return false;
  }
  return true;
}

static bool
one_of (const char *option, const char *value, const char *const *words,
        struct ovf_error **err)
{
  for (; *words != NULL; words++)
    if (strcmp (value, *words) == 0)
      return true;
  return error_set (err, OVF_E_USAGE, "--%s cannot be '%s'", option, value);
}

bool
identity_apply (struct appliance *a, const struct converter *target,
                const struct ovf_options *options, struct ovf_error **err)
{
  static const char *const mac_words[] = { "keep", "strip", "new", NULL };
  static const char *const uuid_words[] = { "keep", "new", NULL };
  const char *name = option_text (options, OPT_NAME);
  const char *mac = option_text (options, OPT_MAC);
  const char *uuid = option_text (options, OPT_UUID);
  const char *prefix = target && target->mac_prefix ? target->mac_prefix : "52:54:00";

  if (name != NULL && a->machines.len > 1)
    return error_set (err, OVF_E_USAGE, "--name is for one machine, there are %zu",
                      a->machines.len)
           || error_hint (err, "--machine ID chooses one");
  if ((mac != NULL && !one_of ("mac", mac, mac_words, err))
      || (uuid != NULL && !one_of ("uuid", uuid, uuid_words, err)))
    return false;
  VECTOR_FOR (m, &a->machines) {
    if (name != NULL)
      set_string (&m->name, name);
    if (mac != NULL && !apply_macs (m, mac, prefix, err))
      return false;
    if (uuid != NULL && strcmp (uuid, "new") == 0 && !new_uuid (&m->uuid, err))
      return false;
  }
  return true;
}

char *
pipeline_base (const struct appliance *a, const struct ovf_options *options,
               const char *target_stem)
{
  const char *name = target_stem ? target_stem : option_text (options, OPT_NAME);

  if (name == NULL && a->machines.len == 1)
    name = a->machines.ptr[0].name ? a->machines.ptr[0].name : a->machines.ptr[0].id;
  if (name == NULL)
    name = a->name;
  return text_file_base (name);
}

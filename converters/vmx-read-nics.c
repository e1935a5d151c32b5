/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ethernet0 to ethernet9, in the order of their numbers: that is their order
 * in the guest. */
#include "vmx-reader.h"

#include <ctype.h>

/* ---- model -------------------------------------------------------------------- */
/* features = "15" makes a vmxnet a vmxnet2. */
static char *
nic_model (struct vmx_reader *r, const char *name)
{
  const char *word = vr_text (r, name, "virtualDev");
  const struct hwmodel *h = hwmodel_by_name (HW_NIC, word);
  unsigned features = 0;
  char *own;

  if (text_equal_nocase (word, "vmxnet")) {
    CLEANUP_FREE char *key = xasprintf ("%s.features", name);
    const struct vmx_entry *e = vmx_find (&r->dict, key);
    if (e != NULL && parse_unsigned (e->value, 0, UINT32_MAX, &features)
        && features == 15)
      return xstrdup ("vmxnet2");
    if (e != NULL)
      vmx_find (&r->dict, key)->used = false; /* another number: kept */
  }
  own = xstrdup (h ? h->name : word);
  for (char *c = own; c != NULL && *c != '\0'; c++)
    *c = (char)tolower ((unsigned char)*c);
  return own;
}

/* ---- address -------------------------------------------------------------------- */
static void
read_mac (struct vmx_reader *r, const char *name, struct nic *n)
{
  const char *type = vr_text (r, name, "addressType");
  const struct vmx_entry *given = vr_entry (r, name, "address");
  const struct vmx_entry *made = vr_entry (r, name, "generatedAddress");
  const struct vmx_entry *e = text_equal_nocase (type, "static") ? given
                              : made                             ? made
                                                                 : given;

  (void)vr_text (r, name, "checkMACAddress");
  if (e == NULL)
    return;
  n->mac = text_mac (e->value);
  if (n->mac == NULL)
    report_add (r->report, OVF_WARNING, "VMX-MAC", r->in->name, e->line, NULL,
                "'%.80s' is no network address", e->value);
}

/* ---- network ---------------------------------------------------------------------- */
static const struct {
  const char *word;
  enum attachment attachment;
} connections[] = {
  { "bridged", ATTACH_BRIDGE },  { "nat", ATTACH_NAT },
  { "hostonly", ATTACH_HOSTONLY }, { "custom", ATTACH_BRIDGE },
  { "pvn", ATTACH_INTERNAL },    { "monitor_dev", ATTACH_BRIDGE },
  { "none", ATTACH_NONE },
};

static void
know_network (struct appliance *a, const char *name)
{
  VECTOR_FOR (n, &a->networks)
    if (strcmp (n->name, name) == 0)
      return;
  networks_add (&a->networks)->name = xstrdup (name);
}

/* ESX names a network and says nothing else; the others have a switch
 * ("VMnet2", "/dev/vmnet2") where it is not a usual one. */
static void
read_network (struct vmx_reader *r, const char *name, struct nic *n)
{
  const struct vmx_entry *e = vr_entry (r, name, "connectionType");
  const char *network = vr_text (r, name, "networkName");
  const char *vnet = vr_text (r, name, "vnet");

  if (e == NULL)
    n->attachment = network ? ATTACH_BRIDGE : ATTACH_UNKNOWN;
  for (size_t i = 0; e && i < ARRAY_SIZE (connections); i++)
    if (text_equal_nocase (connections[i].word, e->value))
      n->attachment = connections[i].attachment;
  if (e != NULL && n->attachment == ATTACH_UNKNOWN)
    report_add (r->report, OVF_WARNING, "VMX-NETWORK", r->in->name, e->line,
                NULL, "the connection type '%.80s' is not known", e->value);
  if (network == NULL && e != NULL && text_equal_nocase (e->value, "custom"))
    network = vnet;
  n->network = xstrdup (network);
  if (network != NULL)
    know_network (r->a, network);
}

/* ---- all of them --------------------------------------------------------------------- */
static void
read_nic (struct vmx_reader *r, unsigned index)
{
  CLEANUP_FREE char *name = xasprintf ("ethernet%u", index);
  const struct vmx_entry *present = vr_entry (r, name, "present");
  struct nic *n;

  if (present == NULL || vr_bool (r, name, "present") != YES)
    return;
  r->nic_place[index] = r->m->nics.len;
  n = machine_add_nic (r->m);
  n->line = present->line;
  n->model = nic_model (r, name);
  n->connected = vr_bool (r, name, "startConnected");
  read_mac (r, name, n);
  read_network (r, name, n);
}

bool
vmx_nics_read (struct vmx_reader *r, struct ovf_error **err)
{
  for (unsigned i = 0; i < VMX_NICS; i++)
    read_nic (r, i);
  VECTOR_FOR (e, &r->dict.entries) {
    const char *rest;
    unsigned index;
    bool present;
    if (vr_numbered (e->key, "ethernet", &index, &rest) && index >= VMX_NICS
        && text_equal_nocase (rest, "present") && parse_bool (e->value, &present)
        && present
        && !vr_wrong (r, "VMX-INDEX", e->line, err,
                      "there are %u network adapters at most: '%.40s'", VMX_NICS,
                      e->key))
      return false;
  }
  return true;
}

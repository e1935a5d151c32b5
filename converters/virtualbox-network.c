/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Network adapters.  An empty slot may stand there, disabled; only an enabled
 * one is an adapter for the guest.  <DisabledModes> is what the user interface
 * remembers of other choices. */
#include "virtualbox.h"

#define SLOTS 36u /* of ICH9; PIIX3 has eight */

static char *
lower (const char *s)
{
  char *t = xstrdup (s);

  for (char *c = t; c != NULL && *c != '\0'; c++)
    if (*c >= 'A' && *c <= 'Z')
      *c = (char)(*c - 'A' + 'a');
  return t;
}

static void
know_network (struct appliance *a, const char *name)
{
  if (name == NULL)
    return;
  VECTOR_FOR (n, &a->networks)
    if (strcmp (n->name, name) == 0)
      return;
  networks_add (&a->networks)->name = xstrdup (name);
}

static void
read_attachment (struct vb_reader *r, const xmlNode *adapter, struct nic *nic)
{
  nic->attachment = ATTACH_NONE;
  XML_FOR (n, adapter) {
    const struct vb_attachment *t = vb_attachments;

    while (t->element != NULL && !vb_is (n, t->element))
      t++;
    if (t->element == NULL)
      continue;
    nic->attachment = t->attachment;
    if (t->attachment == ATTACH_UNKNOWN)
      vb_lost (r, n, t->element);
    if (t->attribute != NULL)
      nic->network = vb_attr (n, t->attribute);
    if (nic->network != NULL && *nic->network == '\0')
      set_string (&nic->network, NULL);
    if (vb_child (n, "Forwarding") != NULL)
      vb_lost (r, n, "Hardware/Network/Adapter/NAT/Forwarding");
  }
  know_network (r->a, nic->network);
}

static void
read_mac (struct vb_reader *r, const xmlNode *n, struct nic *nic)
{
  CLEANUP_FREE char *text = vb_attr (n, "MACAddress");

  if (text == NULL || *text == '\0')
    return;
  nic->mac = text_mac (text);
  if (nic->mac == NULL)
    report_add (r->report, OVF_WARNING, "VIRTUALBOX-MAC", r->name, xml_line (n),
                NULL, "'%s' is no network address", text);
}

static void
read_adapter (struct vb_reader *r, const xmlNode *n)
{
  CLEANUP_FREE char *type = vb_attr (n, "type");
  const struct hwmodel *h
    = hwmodel_by_name (HW_NIC, type ? type : "Am79C973"); /* the usual one */
  struct nic *nic = machine_add_nic (r->m);

  nic->line = xml_line (n);
  nic->model = h ? xstrdup (h->name) : lower (type);
  nic->connected = vb_flag (n, "cable", true) ? YES : NO;
  read_mac (r, n, nic);
  read_attachment (r, n, nic);
}

/* A slot that the board does not have is passed over, as VirtualBox does. */
static bool
take_slot (struct vb_reader *r, const xmlNode *n, const xmlNode **slots,
           struct ovf_error **err)
{
  unsigned slot = 0;

  if (!vb_number (r, n, "slot", UINT32_MAX, &slot, err))
    return false;
  if (slot < SLOTS && slots[slot] == NULL) {
    slots[slot] = n;
    return true;
  }
  if (slot < SLOTS && !r->inspect)
    return error_at (err, OVF_E_FORMAT, "VIRTUALBOX-DEVICE", r->name,
                     xml_line (n), "two network adapters are in slot %u", slot);
  report_add (r->report, OVF_WARNING, "VIRTUALBOX-DEVICE", r->name, xml_line (n),
              NULL, slot < SLOTS ? "two network adapters are in slot %u"
                                 : "there is no slot %u: the adapter is left out",
              slot);
  return true;
}

/* In the order of the slots, whatever that of the file. */
bool
vb_network_read (struct vb_reader *r, struct ovf_error **err)
{
  const xmlNode *list = vb_child (r->hardware, "Network");
  const xmlNode *slots[SLOTS] = { NULL };

  if (list == NULL)
    return true;
  XML_FOR (n, list)
    if (vb_is (n, "Adapter") && !take_slot (r, n, slots, err))
      return false;
  for (unsigned i = 0; i < SLOTS; i++)
    if (slots[i] != NULL && vb_flag (slots[i], "enabled", false))
      read_adapter (r, slots[i]);
  return true;
}

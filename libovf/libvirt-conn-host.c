/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a libvirt host says of itself, for the checks before an import. */
#include "base/text.h"
#include "base/xml.h"
#include "libvirt-conn-impl.h"

char *
virt_domain_capabilities (struct virt *v, const char *arch, const char *machine,
                          const char *virt_type, struct ovf_error **err)
{
  char *text = virConnectGetDomainCapabilities (v->conn, NULL, arch, machine, virt_type, 0);

  if (text == NULL)
    virt_failed (v, err, "'%s' does not tell its capabilities", v->uri);
  return text;
}

static void
read_networks (struct virt *v, struct virt_host *h)
{
  virNetworkPtr *list = NULL;
  int n = virConnectListAllNetworks (v->conn, &list, 0);

  h->networks_known = n >= 0;
  for (int i = 0; i < n; i++) {
    bool active = virNetworkIsActive (list[i]) == 1;
    strings_append (active ? &h->networks : &h->inactive_networks,
                    xstrdup (virNetworkGetName (list[i])));
    virNetworkFree (list[i]);
  }
  free (list);
}

/* <device><capability type='net'><interface>br0</interface> */
static void
read_link (struct virt *v, virNodeDevicePtr dev, struct virt_host *h)
{
  CLEANUP_FREE char *xml = virNodeDeviceGetXMLDesc (dev, 0);
  CLEANUP_XML xmlDoc *doc = xml ? xml_parse (v->ctx, "device", xml, strlen (xml), NULL) : NULL;
  const xmlNode *root = doc ? xmlDocGetRootElement (doc) : NULL;
  const xmlNode *cap = root ? xml_child (root, NULL, "capability") : NULL;
  char *name = cap ? xml_child_text (cap, NULL, "interface") : NULL;

  if (name != NULL)
    strings_append (&h->links, name);
}

static void
read_links (struct virt *v, struct virt_host *h)
{
  virNodeDevicePtr *devices = NULL;
  virInterfacePtr *interfaces = NULL;
  int n = virConnectListAllNodeDevices (v->conn, &devices, VIR_CONNECT_LIST_NODE_DEVICES_CAP_NET);
  int k = virConnectListAllInterfaces (v->conn, &interfaces, 0);

  /* Only the devices of a host hold all of its bridges. */
  h->links_known = n > 0;
  for (int i = 0; i < n; i++) {
    read_link (v, devices[i], h);
    virNodeDeviceFree (devices[i]);
  }
  for (int i = 0; i < k; i++) {
    strings_append (&h->links, xstrdup (virInterfaceGetName (interfaces[i])));
    virInterfaceFree (interfaces[i]);
  }
  free (devices);
  free (interfaces);
}

void
virt_host_facts (struct virt *v, struct virt_host *ret)
{
  virNodeInfo info;

  memset (ret, 0, sizeof *ret);
  if (virNodeGetInfo (v->conn, &info) == 0) {
    ret->memory = (uint64_t)info.memory * 1024;
    ret->cpus = info.cpus;
  }
  ret->free_memory = virNodeGetFreeMemory (v->conn);
  read_networks (v, ret);
  read_links (v, ret);
}

void
virt_host_done (struct virt_host *h)
{
  strings_free (&h->networks);
  strings_free (&h->inactive_networks);
  strings_free (&h->links);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vif = [ ... ]: xl-network-configuration(5).  An empty one is an adapter
 * that has all from its host: the usual bridge, an address made up. */
#include <ctype.h>

#include "xen.h"

#define NICS_MAX 1024

/* ---- what Xen keeps for itself --------------------------------------------- */
static void
keep (struct xen_reader *r, const char *what, const char *value, unsigned line)
{
  CLEANUP_FREE char *key = xasprintf ("vif %zu %s", r->m->nics.len - 1, what);

  extras_keep (&r->m->extras, XEN_OWNER, key, value)->line = line;
}

/* Scripts of Xen by their names; another one is a program of the host. */
static void
take_script (struct xen_reader *r, struct nic *nic, const char *script)
{
  const char *base = strrchr (script, '/') ? strrchr (script, '/') + 1 : script;

  if (strcmp (base, "vif-bridge") == 0)
    return;
  if (strcmp (base, "vif-nat") == 0) {
    nic->attachment = ATTACH_NAT;
    return;
  }
  if (strcmp (base, "vif-route") == 0 || strcmp (base, "vif-openvswitch") == 0) {
    if (strcmp (base, "vif-route") == 0)
      nic->attachment = ATTACH_UNKNOWN; /* routed: no other kind is that */
    keep (r, "script", base, nic->line);
    return;
  }
  xen_host (r, nic->line, "a script that plugs in a network adapter");
}

static char *
lower (const char *word)
{
  char *s = xstrdup (word);

  for (char *c = s; *c != '\0'; c++)
    *c = (char)tolower ((unsigned char)*c);
  return s;
}

static void
take_model (struct nic *nic, const char *word)
{
  const struct hwmodel *h = hwmodel_by_name (HW_NIC, word);

  free (nic->model);
  nic->model = h != NULL ? xstrdup (h->name) : lower (word);
}

static void
take_mac (struct xen_reader *r, struct nic *nic, const char *text)
{
  free (nic->mac);
  nic->mac = text_mac (text);
  if (nic->mac == NULL)
    report_add (r->report, OVF_WARNING, "XEN-MAC", r->name, nic->line, NULL,
                "'%s' is no network address", text);
  else if (strcmp (nic->mac, "00:00:00:00:00:00") == 0)
    set_string (&nic->mac, NULL); /* "make one up" */
}

/* ---- an adapter ------------------------------------------------------------ */
struct vif {
  char *script, *bridge;
  const char *type;
};

static void
take_value (struct xen_reader *r, struct nic *nic, struct vif *v, const char *name,
            const char *value)
{
  static const char *const kept[] = { "ip", "rate", "gatewaydev" };
  static const char *const harmless[]
    = { "vifname", "devid", "accel", "mtu", "trusted", "dev" };

  if (strcmp (name, "mac") == 0)
    take_mac (r, nic, value);
  else if (strcmp (name, "bridge") == 0)
    set_string (&v->bridge, value);
  else if (strcmp (name, "script") == 0)
    set_string (&v->script, value);
  else if (strcmp (name, "model") == 0)
    take_model (nic, value);
  else if (strcmp (name, "type") == 0)
    v->type = strcmp (value, "vif") == 0 || strcmp (value, "netfront") == 0 ? "netfront"
                                                                            : NULL;
  else if (strcmp (name, "backend") == 0)
    xen_host (r, nic->line, "the domain that a network adapter is served by");
  else {
    for (size_t i = 0; i < ARRAY_SIZE (harmless); i++)
      if (strcmp (harmless[i], name) == 0)
        return;
    for (size_t i = 0; i < ARRAY_SIZE (kept); i++)
      if (strcmp (kept[i], name) == 0) {
        keep (r, name, value, nic->line);
        return;
      }
    keep (r, "options", NULL, nic->line);
  }
}

/* Open vSwitch: "ovsbr0.10" and "ovsbr0:10:20" name VLANs behind the bridge. */
static void
settle_bridge (struct xen_reader *r, struct nic *nic, struct vif *v)
{
  bool ovs = v->script != NULL && strstr (v->script, "openvswitch") != NULL;
  size_t n;

  if (v->bridge == NULL || *v->bridge == '\0')
    return;
  n = ovs ? strcspn (v->bridge, ".:") : strlen (v->bridge);
  if (v->bridge[n] != '\0')
    keep (r, "vlan", v->bridge + n, nic->line);
  v->bridge[n] = '\0';
  set_string (&nic->network, v->bridge);
  VECTOR_FOR (known, &r->a->networks)
    if (strcmp (known->name, nic->network) == 0)
      return;
  networks_add (&r->a->networks)->name = xstrdup (nic->network);
}

static void
read_nic (struct xen_reader *r, const char *text, unsigned line)
{
  struct nic *nic = machine_add_nic (r->m);
  struct vif v = { 0 };
  const char *rest = text;
  char *word;

  nic->line = line;
  nic->attachment = ATTACH_BRIDGE;
  while ((word = xen_word (&rest)) != NULL) {
    char *value;
    xen_split (word, &value);
    if (value != NULL)
      take_value (r, nic, &v, word, value);
    else if (*word != '\0')
      keep (r, "options", NULL, line);
    free (word);
  }
  if (v.script != NULL)
    take_script (r, nic, v.script);
  settle_bridge (r, nic, &v);
  if (nic->model == NULL && v.type != NULL)
    nic->model = xstrdup (v.type);
  free (v.script);
  free (v.bridge);
}

bool
xen_nics_read (struct xen_reader *r, const struct xen_setting *setting,
               struct ovf_error **err)
{
  const struct xen_value *v = &setting->value;

  if (v->kind != XEN_LIST) {
    uint64_t n;
    /* xm: vif = 0 */
    return (xen_number (v, 0, &n) && n == 0)
           || xen_wrong (r, v->line, err, "'vif' is no list");
  }
  if (v->len > NICS_MAX)
    return error_at (err, OVF_E_LIMIT, "XEN-VALUE", r->name, v->line,
                     "there are more than %d network adapters", NICS_MAX);
  for (size_t i = 0; i < v->len; i++) {
    const char *text = xen_text (&v->items[i]);
    if (text != NULL)
      read_nic (r, text, v->items[i].line);
    else if (!xen_wrong (r, v->items[i].line, err, "a network adapter is no text"))
      return false;
  }
  return true;
}

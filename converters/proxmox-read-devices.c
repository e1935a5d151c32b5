/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Network adapters, ports, display, firmware's state, boot order. */
#include "proxmox.h"

#include <ctype.h>

/* ---- network adapters ---------------------------------------------------------- */
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

/* "virtio=BC:24:11:..": the name of the option is the model. */
static const struct pm_option *
adapter_of (const pm_options *v)
{
  VECTOR_FOR (o, v) {
    const struct hwmodel *h = hwmodel_by_name (HW_NIC, o->name);
    if (h != NULL && h->proxmox != NULL)
      return o;
  }
  return NULL;
}

static void
read_mac (struct pm_reader *r, const struct pm_line *l, const char *text,
          struct nic *nic)
{
  if (text == NULL)
    return;
  nic->mac = text_mac (text);
  if (nic->mac == NULL)
    report_add (r->report, OVF_WARNING, "PROXMOX-MAC", r->name, l->line, NULL,
                "'%s' is no network address", text);
}

static char *
nic_model (const char *word)
{
  const struct hwmodel *h = hwmodel_by_name (HW_NIC, word);
  char *model = xstrdup (h ? h->name : word);

  for (char *c = model; c != NULL && *c != '\0'; c++)
    *c = (char)tolower ((unsigned char)*c);
  return model;
}

/* What the model has no place for, under the number that the adapter has
 * there. */
static void
keep_nic_options (struct pm_reader *r, const struct pm_line *l,
                  const pm_options *v, const struct pm_option *adapter)
{
  static const char known[] = " model macaddr bridge link_down ";
  CLEANUP_FREE char *key = xasprintf ("net%zu", r->m->nics.len - 1);
  CLEANUP_FREE char *text = xstrdup ("");

  VECTOR_FOR (o, v) {
    CLEANUP_FREE char *word = xasprintf (" %s ", o->name);
    char *longer;
    if (o == adapter || strstr (known, word) != NULL)
      continue;
    longer = xasprintf ("%s%s%s=%s", text, *text ? "," : "", o->name, o->value);
    free (text);
    text = longer;
  }
  if (*text != '\0')
    pm_keep (r, l, key, text);
}

/* Without a bridge it is QEMU's own network; with its cable pulled it is
 * none. */
bool
pm_read_net (struct pm_reader *r, const struct pm_line *l, unsigned number,
             struct ovf_error **err)
{
  pm_options v = pm_options_parse (l->value, "model");
  const struct pm_option *adapter = adapter_of (&v);
  const char *bridge = pm_option (&v, "bridge");
  const char *mac = pm_option (&v, "macaddr");
  struct nic *nic = machine_add_nic (r->m);

  (void)number, (void)err;
  nic->id = xstrdup (l->key);
  nic->line = l->line;
  nic->model = nic_model (adapter ? adapter->name : pm_option (&v, "model"));
  if (nic->model == NULL)
    report_add (r->report, OVF_WARNING, "PROXMOX-NIC", r->name, l->line, NULL,
                "'%s' names no adapter model", l->value);
  read_mac (r, l, adapter ? adapter->value : mac, nic);
  if (pm_option_is (&v, "link_down", false))
    nic->connected = NO;
  nic->attachment = bridge                 ? ATTACH_BRIDGE
                    : nic->connected == NO ? ATTACH_NONE
                                           : ATTACH_USER;
  nic->network = xstrdup (bridge);
  know_network (r->a, bridge);
  keep_nic_options (r, l, &v, adapter);
  pm_options_free (&v);
  return true;
}

/* ---- ports ------------------------------------------------------------------------ */
bool
pm_read_serial (struct pm_reader *r, const struct pm_line *l, unsigned number,
                struct ovf_error **err)
{
  (void)number, (void)err;
  r->m->serials++;
  if (strcmp (l->value, "socket") != 0)
    pm_host (r, l, "the other end of a serial port");
  return true;
}

bool
pm_read_parallel (struct pm_reader *r, const struct pm_line *l,
                  unsigned number, struct ovf_error **err)
{
  (void)number, (void)err;
  r->m->parallels++;
  pm_host (r, l, "the other end of a parallel port");
  return true;
}

/* "spice" is a plug for devices of the viewer. */
bool
pm_read_usb (struct pm_reader *r, const struct pm_line *l, unsigned number,
             struct ovf_error **err)
{
  pm_options v = pm_options_parse (l->value, "host");
  const char *host = pm_option (&v, "host");
  CLEANUP_FREE char *what = xasprintf ("the USB device '%s'",
                                       host ? host : l->value);

  (void)number, (void)err;
  if (host != NULL && strcmp (host, "spice") == 0)
    pm_keep (r, l, l->key, NULL);
  else
    pm_host (r, l, what);
  pm_options_free (&v);
  return true;
}

bool
pm_read_hostpci (struct pm_reader *r, const struct pm_line *l, unsigned number,
                 struct ovf_error **err)
{
  (void)number, (void)err;
  report_add (r->report, OVF_WARNING, "PROXMOX-PASSTHROUGH", r->name, l->line,
              NULL, "the device '%s' of the host cannot move with the guest",
              l->value);
  pm_keep (r, l, l->key, NULL);
  return true;
}

/* ---- display and sound --------------------------------------------------------------- */
static const struct {
  const char *word, *video;
} videos[] = {
  { "std", "vga" },   { "cirrus", "cirrus" }, { "vmware", "vmvga" },
  { "qxl", "qxl" },   { "qxl2", "qxl" },      { "qxl3", "qxl" },
  { "qxl4", "qxl" },  { "virtio", "virtio" }, { "none", "none" },
};

bool
pm_read_vga (struct pm_reader *r, const struct pm_line *l, unsigned number,
             struct ovf_error **err)
{
  pm_options v = pm_options_parse (l->value, "type");
  const char *type = pm_option (&v, "type");
  const char *video = type;

  (void)number, (void)err;
  for (size_t i = 0; type && i < ARRAY_SIZE (videos); i++)
    if (strcmp (videos[i].word, type) == 0)
      video = videos[i].video;
  set_string (&r->m->video, video);
  if (type != NULL && strncmp (type, "qxl", 3) == 0)
    set_string (&r->m->graphics, "spice");
  else if (type != NULL && strcmp (type, "none") != 0
           && strncmp (type, "serial", 6) != 0)
    set_string (&r->m->graphics, "vnc");
  if (v.len > (type != NULL) || (type && strncmp (type, "qxl", 3) == 0
                                 && type[3] != '\0'))
    pm_keep (r, l, "vga", NULL);
  pm_options_free (&v);
  return true;
}

bool
pm_read_audio (struct pm_reader *r, const struct pm_line *l, unsigned number,
               struct ovf_error **err)
{
  pm_options v = pm_options_parse (l->value, "device");
  const char *device = pm_option (&v, "device");
  const struct hwmodel *h = hwmodel_by_name (HW_SOUND, device);

  (void)number, (void)err;
  set_string (&r->m->sound, h ? h->name : device);
  pm_options_free (&v);
  return true;
}

/* ---- the firmware's state --------------------------------------------------------------- */
bool
pm_read_efidisk (struct pm_reader *r, const struct pm_line *l, unsigned number,
                 struct ovf_error **err)
{
  pm_options v = pm_options_parse (l->value, "file");

  (void)number, (void)err;
  r->m->secure_boot = pm_option_is (&v, "pre-enrolled-keys", false) ? YES : NO;
  report_add (r->report, OVF_NOTE, "PROXMOX-STATE", r->name, l->line, NULL,
              "the firmware's variables ('%s') are not taken over", l->key);
  pm_options_free (&v);
  return true;
}

bool
pm_read_tpm (struct pm_reader *r, const struct pm_line *l, unsigned number,
             struct ovf_error **err)
{
  pm_options v = pm_options_parse (l->value, "file");
  const char *version = pm_option (&v, "version");

  (void)number, (void)err;
  r->m->tpm = YES;
  report_add (r->report, OVF_NOTE, "PROXMOX-STATE", r->name, l->line, NULL,
              "what the TPM holds ('%s') is not taken over", l->key);
  /* Left out, it is the older one. */
  if (version == NULL || strcmp (version, "v2.0") != 0)
    pm_keep (r, l, "tpmstate0", NULL);
  pm_options_free (&v);
  return true;
}

/* ---- boot order ---------------------------------------------------------------------------- */
static bool
boot_device (struct machine *m, const char *key, unsigned order)
{
  VECTOR_FOR (d, &m->drives)
    if (d->id && strcmp (d->id, key) == 0 && d->boot_order == 0) {
      d->boot_order = order;
      return true;
    }
  VECTOR_FOR (n, &m->nics)
    if (n->id && strcmp (n->id, key) == 0 && n->boot_order == 0) {
      n->boot_order = order;
      return true;
    }
  return false;
}

/* "scsi0;net0" */
static void
boot_list (struct machine *m, const char *list)
{
  unsigned order = 1;

  while (*list != '\0') {
    size_t n = strcspn (list, ";");
    CLEANUP_FREE char *raw = xstrndup (list, n);
    CLEANUP_FREE char *key = text_trim (raw);
    order += boot_device (m, key, order);
    list += n + (list[n] == ';');
  }
}

/* The older way: letters, of which 'c' is the boot disk. */
static void
boot_letters (struct machine *m, const char *letters, const char *disk)
{
  unsigned order = 1;

  for (const char *c = letters; *c != '\0'; c++) {
    if (*c == 'c' && disk != NULL)
      order += boot_device (m, disk, order);
    VECTOR_FOR (d, &m->drives)
      if (*c == 'd' && d->kind == DRIVE_CDROM && d->boot_order == 0)
        d->boot_order = order++;
    VECTOR_FOR (n, &m->nics)
      if (*c == 'n' && n->boot_order == 0)
        n->boot_order = order++;
  }
}

void
pm_read_boot (struct pm_reader *r)
{
  const struct pm_line *boot = pm_text_find (&r->text, "boot");
  const struct pm_line *disk = pm_text_find (&r->text, "bootdisk");
  pm_options v = pm_options_parse (boot ? boot->value : "", "legacy");
  const char *order = pm_option (&v, "order");
  const char *letters = pm_option (&v, "legacy");

  if (order != NULL)
    boot_list (r->m, order);
  else if (letters != NULL || disk != NULL)
    boot_letters (r->m, letters ? letters : "cdn", disk ? disk->value : NULL);
  pm_options_free (&v);
}

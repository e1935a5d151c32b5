/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Build file to model: the top level.  Devices are in spec-hardware.c. */
#include "model/maps.h"
#include "ovf-format.h"
#include "spec.h"

/* ---- system ----------------------------------------------------------------- */
struct system {
  char *name, *type, *os_vmw, *os_cim, *os_name, *os_version, *os, *firmware;
  char *description;
  char *default_configuration;
  enum tristate secure_boot, tpm, no_default_configs;
  yaml_node_t *config;
};
#define FIELD(name, kind) SPEC_FIELD (system, name, kind)
static const struct spec_field system_fields[] = {
  FIELD (name, SPEC_TEXT),
  FIELD (type, SPEC_TEXT),
  FIELD (os_vmw, SPEC_TEXT),
  FIELD (os_cim, SPEC_TEXT),
  FIELD (os_name, SPEC_TEXT),
  FIELD (os_version, SPEC_TEXT),
  FIELD (os, SPEC_TEXT),
  FIELD (firmware, SPEC_TEXT),
  FIELD (secure_boot, SPEC_FLAG),
  FIELD (tpm, SPEC_FLAG),
  FIELD (description, SPEC_TEXT),
  FIELD (default_configuration, SPEC_TEXT),
  FIELD (no_default_configs, SPEC_FLAG),
  FIELD (config, SPEC_NODE),
};
#undef FIELD

/* What a guest with VMware's tools is glad of; `no_default_configs` leaves
 * them out, `config` overrides them. */
static const struct { const char *key, *value; } default_configs[] = {
  { "powerOpInfo.powerOffType", "soft" },
  { "powerOpInfo.resetType", "soft" },
  { "powerOpInfo.suspendType", "soft" },
  { "tools.toolsUpgradePolicy", "upgradeAtPowerCycle" },
};

static bool
read_os (struct spec *s, const yaml_node_t *map, const struct system *in,
         struct ovf_error **err)
{
  struct os *os = &s->m->os;
  const struct ostype *row = in->os ? ostype_by_any (in->os) : NULL;
  unsigned cim;

  if (in->os != NULL && row == NULL) {
    spec_error (s, map, err, "the operating system '%s' is not known", in->os);
    return error_hint (err, "os_vmw, os_cim and os_name take any value");
  }
  if (row != NULL) {
    os->cim_id = row->cim_id;
    os->vmware = xstrdup (row->vmware);
    os->osinfo = xstrdup (row->osinfo);
    os->description = xstrdup (row->title);
  }
  if (in->os_cim != NULL) {
    if (!parse_unsigned (in->os_cim, 0, 65535, &cim))
      return spec_error (s, map, err, "'os_cim' is a number to 65535, not '%s'",
                         in->os_cim);
    os->cim_id = (int)cim;
  }
  if (in->os_vmw != NULL)
    set_string (&os->vmware, in->os_vmw);
  if (in->os_name != NULL)
    set_string (&os->description, in->os_name);
  os->version = xstrdup (in->os_version);
  os_complete (os);
  return true;
}

static bool
read_firmware (struct spec *s, const yaml_node_t *map, const struct system *in,
               struct ovf_error **err)
{
  struct machine *m = s->m;

  m->firmware = FIRMWARE_BIOS;
  if (in->firmware != NULL) {
    if (strcmp (in->firmware, "efi") == 0 || strcmp (in->firmware, "uefi") == 0)
      m->firmware = FIRMWARE_UEFI;
    else if (strcmp (in->firmware, "bios") != 0)
      return spec_error (s, map, err, "'firmware' is bios or efi, not '%s'",
                         in->firmware);
  }
  m->secure_boot = in->secure_boot;
  m->tpm = in->tpm == YES ? YES : NO;
  if (m->secure_boot == YES && m->firmware != FIRMWARE_UEFI)
    return spec_error (s, map, err, "secure boot needs 'firmware: efi'");
  return true;
}

static bool
has_config (const struct machine *m, const char *key)
{
  CLEANUP_FREE char *full = xasprintf ("config %s", key);

  VECTOR_FOR (e, &m->extras)
    if (strcmp (e->key, full) == 0)
      return true;
  return false;
}

static bool
read_configs (struct spec *s, const struct system *in, struct ovf_error **err)
{
  if (!spec_config (s, in->config, "config", err))
    return false;
  if (has_config (s->m, "firmware") || has_config (s->m, "bootOptions.efiSecureBootEnabled"))
    return spec_error (s, in->config, err,
                       "say it with 'firmware' and 'secure_boot' of 'system'");
  for (size_t i = 0; in->no_default_configs != YES && i < ARRAY_SIZE (default_configs); i++)
    if (!has_config (s->m, default_configs[i].key)) {
      CLEANUP_FREE char *key = xasprintf ("config %s", default_configs[i].key);
      extras_keep (&s->m->extras, OVF_OWNER, key, default_configs[i].value)
        ->required = false;
    }
  return true;
}

static bool
set_default_configuration (struct spec *s, const yaml_node_t *map,
                           const struct system *in, struct ovf_error **err)
{
  bool found = in->default_configuration == NULL;

  VECTOR_FOR (c, &s->a->configurations) {
    if (in->default_configuration == NULL)
      break;
    c->is_default = strcmp (c->id, in->default_configuration) == 0;
    found = found || c->is_default;
  }
  return found || spec_error (s, map, err, "there is no configuration '%s'",
                              in->default_configuration);
}

static bool
split_words (const char *text, strings *ret)
{
  for (const char *p = text; p != NULL && *(p += strspn (p, " ,\t")) != '\0';) {
    size_t n = strcspn (p, " ,\t");
    strings_append (ret, xstrndup (p, n));
    p += n;
  }
  return ret->len > 0;
}

static bool
read_system (struct spec *s, yaml_node_t *map, struct ovf_error **err)
{
  struct system in = { 0 };
  struct machine *m = s->m;
  bool ok = spec_fields (s, map, "system", system_fields, ARRAY_SIZE (system_fields),
                         &in, err)
            && read_os (s, map, &in, err) && read_firmware (s, map, &in, err)
            && read_configs (s, &in, err)
            && set_default_configuration (s, map, &in, err);

  if (ok) {
    m->name = xstrdup (in.name);
    m->id = xstrdup (in.name);
    m->description = xstrdup (in.description);
    if (!split_words (in.type, &m->hardware))
      strings_append (&m->hardware, xstrdup (m->tpm == YES ? "vmx-14" : "vmx-13"));
  }
  spec_fields_free (system_fields, ARRAY_SIZE (system_fields), &in);
  return ok;
}

/* ---- networks and configurations ------------------------------------------------ */
struct label {
  char *name, *label, *description;
  enum tristate is_default;
};
static const struct spec_field network_fields[] = {
  SPEC_FIELD (label, name, SPEC_TEXT),
  SPEC_FIELD (label, description, SPEC_TEXT),
};
static const struct spec_field configuration_fields[] = {
  SPEC_FIELD (label, label, SPEC_TEXT),
  SPEC_FIELD (label, description, SPEC_TEXT),
  { "default", SPEC_FLAG, offsetof (struct label, is_default) },
};

static bool
network_listed (struct spec *s, const char *name)
{
  VECTOR_FOR (n, &s->a->networks)
    if (strcmp (n->name, name) == 0)
      return true;
  return false;
}

static bool
read_network (struct spec *s, const char *id, yaml_node_t *value, struct ovf_error **err)
{
  struct label in = { 0 };
  bool ok = spec_fields (s, value, id, network_fields, ARRAY_SIZE (network_fields),
                         &in, err);

  if (ok && !network_listed (s, in.name ? in.name : id)) {
    struct network *n = networks_add (&s->a->networks);
    n->name = in.name ? STEAL (in.name) : xstrdup (id);
    n->description = STEAL (in.description);
    n->line = spec_line (value);
  }
  spec_fields_free (network_fields, ARRAY_SIZE (network_fields), &in);
  return ok;
}

static bool
read_networks (struct spec *s, yaml_node_t *map, struct ovf_error **err)
{
  if (!spec_is_map (s, map, "networks", err)
      || !ctx_within (s->ctx, LIMIT_DISKS, spec_count (map), "the number of networks", err))
    return false;
  s->networks = map;
  for (size_t i = 0; i < spec_count (map); i++) {
    yaml_node_t *value;
    const char *id;
    spec_pair (s, map, i, &id, NULL, &value);
    if (!read_network (s, id, value, err))
      return false;
  }
  return true;
}

static bool
read_configuration (struct spec *s, const char *id, yaml_node_t *key,
                    yaml_node_t *value, struct ovf_error **err)
{
  struct label in = { 0 };
  bool ok = spec_fields (s, value, id, configuration_fields,
                         ARRAY_SIZE (configuration_fields), &in, err);

  if (ok && (*id == '\0' || id[strcspn (id, " \t\n")] != '\0'))
    ok = spec_error (s, key, err, "the configuration '%s' is no single word", id);
  if (ok) {
    struct configuration *c = configurations_add (&s->a->configurations);
    c->id = xstrdup (id);
    c->label = in.label ? STEAL (in.label) : xstrdup (id);
    c->description = STEAL (in.description);
    c->is_default = in.is_default == YES;
  }
  spec_fields_free (configuration_fields, ARRAY_SIZE (configuration_fields), &in);
  return ok;
}

static bool
read_configurations (struct spec *s, yaml_node_t *map, struct ovf_error **err)
{
  size_t defaults = 0;

  if (!spec_is_map (s, map, "configurations", err))
    return false;
  for (size_t i = 0; i < spec_count (map); i++) {
    yaml_node_t *key, *value;
    const char *id;
    spec_pair (s, map, i, &id, &key, &value);
    if (!ctx_within (s->ctx, LIMIT_MACHINES, i + 1, "the number of configurations", err)
        || !read_configuration (s, id, key, value, err))
      return false;
    defaults += s->a->configurations.ptr[i].is_default;
    if (defaults > 1)
      return spec_error (s, key, err, "two configurations are the default");
  }
  return true;
}

/* ---- texts: annotation, EULAs ------------------------------------------------------ */
struct text {
  char *info, *text, *file;
};
static const struct spec_field text_fields[] = {
  SPEC_FIELD (text, info, SPEC_TEXT),
  SPEC_FIELD (text, text, SPEC_TEXT),
  SPEC_FIELD (text, file, SPEC_TEXT),
};

/* The text of {text: ...}, {file: ...}, or of a plain string; allocated. */
static char *
read_text (struct spec *s, yaml_node_t *n, const char *what, struct ovf_error **err)
{
  struct text in = { 0 };
  char *ret = NULL;

  if (n->type == YAML_SCALAR_NODE)
    return xstrdup (spec_text (n));
  if (!spec_fields (s, n, what, text_fields, ARRAY_SIZE (text_fields), &in, err))
    ;
  else if ((in.text == NULL) == (in.file == NULL))
    spec_error (s, n, err, "'%s' has either 'text' or 'file'", what);
  else if (in.text != NULL)
    ret = STEAL (in.text);
  else if (s->settings->read_file != NULL) {
    ret = s->settings->read_file (s->settings->opaque, in.file, err);
    if (ret == NULL)
      error_place (err, NULL, s->in->name, spec_line (n));
  }
  else { /* looked at by itself: the file is not within reach */
    report_add (s->report, OVF_WARNING, "SPEC-005", s->in->name, spec_line (n), NULL,
                "the text of '%s' is not read here", in.file);
    ret = xstrdup ("");
  }
  spec_fields_free (text_fields, ARRAY_SIZE (text_fields), &in);
  return ret;
}

static bool
read_eula (struct spec *s, yaml_node_t *n, struct ovf_error **err)
{
  char *text;

  if (spec_is_null (n))
    return true;
  text = read_text (s, n, "eula", err);
  if (text == NULL)
    return false;
  strings_append (&s->m->eulas, text);
  return true;
}

static bool
read_eulas (struct spec *s, yaml_node_t *list, struct ovf_error **err)
{
  if (!spec_is_null (list) && list->type != YAML_SEQUENCE_NODE)
    return spec_error (s, list, err, "'eulas' is a list");
  for (size_t i = 0; i < spec_count (list); i++)
    if (!read_eula (s, spec_item (s, list, i), err))
      return false;
  return true;
}

static bool
read_annotation (struct spec *s, yaml_node_t *n, struct ovf_error **err)
{
  if (spec_is_null (n))
    return true;
  s->m->annotation = read_text (s, n, "annotation", err);
  return s->m->annotation != NULL;
}

/* ---- the whole ------------------------------------------------------------------------ */
struct top {
  yaml_node_t *system, *networks, *hardware, *configurations, *environment;
  yaml_node_t *extra_configs, *product, *product_sections, *annotation, *eula;
  yaml_node_t *eulas;
};
static const struct spec_field top_fields[] = {
  SPEC_FIELD (top, system, SPEC_NODE),
  SPEC_FIELD (top, networks, SPEC_NODE),
  SPEC_FIELD (top, hardware, SPEC_NODE),
  SPEC_FIELD (top, configurations, SPEC_NODE),
  SPEC_FIELD (top, environment, SPEC_NODE),
  SPEC_FIELD (top, extra_configs, SPEC_NODE),
  SPEC_FIELD (top, product, SPEC_NODE),
  SPEC_FIELD (top, product_sections, SPEC_NODE),
  SPEC_FIELD (top, annotation, SPEC_NODE),
  SPEC_FIELD (top, eula, SPEC_NODE),
  SPEC_FIELD (top, eulas, SPEC_NODE),
};

/* DSP0243 9.5: the environment comes on a CD (OVF-VH-004). */
static void
check_transport (struct spec *s)
{
  bool iso = false, cd = false;

  VECTOR_FOR (t, &s->m->transport)
    iso = iso || strcmp (*t, "iso") == 0;
  VECTOR_FOR (d, &s->m->drives)
    cd = cd || d->kind == DRIVE_CDROM;
  if (!iso || cd)
    return;
  report_add (s->report, OVF_WARNING, "SPEC-006", s->in->name, 0, NULL,
              "the transport 'iso' needs a CD drive, and there is none");
  report_hint (s->report, "add 'cd: { type: cd_drive }' to 'hardware'");
}

static bool
read_top (struct spec *s, struct ovf_error **err)
{
  yaml_node_t *root = spec_root (s);
  struct top in = { 0 };

  if (root == NULL || spec_is_null (root))
    return spec_error (s, NULL, err, "the build file is empty");
  if (!spec_fields (s, root, "the build file", top_fields, ARRAY_SIZE (top_fields),
                    &in, err))
    return false;
  if (spec_is_null (in.hardware))
    return spec_error (s, root, err, "the build file has no 'hardware'");
  return read_configurations (s, in.configurations, err)
         && read_system (s, in.system, err) && read_networks (s, in.networks, err)
         && spec_hardware (s, in.hardware, err)
         && spec_products (s, in.product, in.environment, in.product_sections, err)
         && spec_config (s, in.extra_configs, "extraconfig", err)
         && read_annotation (s, in.annotation, err) && read_eula (s, in.eula, err)
         && read_eulas (s, in.eulas, err);
}

struct appliance *
spec_read (struct ovf_ctx *ctx, const struct input *in,
           const struct read_settings *settings, struct ovf_report *report,
           struct ovf_error **err)
{
  CLEANUP (appliance) struct appliance *a = appliance_new ("spec");
  struct spec s = { .ctx = ctx, .in = in, .settings = settings, .report = report,
                    .a = a };
  bool ok;

  if (!spec_load (&s, err))
    return NULL;
  s.m = appliance_add_machine (a);
  s.m->usb = NO; /* unless the devices say otherwise */
  ok = read_top (&s, err);
  if (ok)
    check_transport (&s);
  spec_unload (&s);
  if (!ok)
    return NULL;
  a->name = xstrdup (s.m->name);
  return STEAL (a);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Model to build file: system, networks, products and texts.  Devices are in
 * spec-write-hardware.c.  libyaml's emitter does the quoting. */
#include "model/maps.h"
#include "ovf-format.h"
#include "spec-out.h"

/* ---- emitting ------------------------------------------------------------- */
static void
emit (struct spec_out *o, int made, yaml_event_t *e)
{
  if (!made)
    abort (); /* out of memory, or text that model_check () refuses */
  o->failed = !yaml_emitter_emit (&o->emitter, e) || o->failed;
}

static int
put_bytes (void *opaque, unsigned char *p, size_t n)
{
  return fwrite (p, 1, n, (FILE *)opaque) == n;
}

void
out_map (struct spec_out *o, const char *key)
{
  yaml_event_t e;

  if (key != NULL)
    out_text (o, NULL, key);
  emit (o, yaml_mapping_start_event_initialize (&e, NULL, NULL, 1,
                                                YAML_BLOCK_MAPPING_STYLE), &e);
}

void
out_list (struct spec_out *o, const char *key)
{
  yaml_event_t e;

  out_text (o, NULL, key);
  emit (o, yaml_sequence_start_event_initialize (&e, NULL, NULL, 1,
                                                 YAML_BLOCK_SEQUENCE_STYLE), &e);
}

void
out_map_end (struct spec_out *o)
{
  yaml_event_t e;

  emit (o, yaml_mapping_end_event_initialize (&e), &e);
}

void
out_list_end (struct spec_out *o)
{
  yaml_event_t e;

  emit (o, yaml_sequence_end_event_initialize (&e), &e);
}

static void
scalar (struct spec_out *o, const char *text, yaml_scalar_style_t style)
{
  yaml_event_t e;

  emit (o, yaml_scalar_event_initialize (&e, NULL, NULL, (const yaml_char_t *)text,
                                         (int)strlen (text), 1, 1, style), &e);
}

/* Would a reader of YAML take the text for something else? */
static bool
needs_quotes (const char *text)
{
  static const char *const words[] = { "", "~", "null", "true", "false", "yes",
                                       "no", "on", "off", "y", "n" };

  for (size_t i = 0; i < ARRAY_SIZE (words); i++)
    if (text_equal_nocase (text, words[i]))
      return true;
  return text[strspn (text, "0123456789+-._eExXoO:")] == '\0';
}

void
out_text (struct spec_out *o, const char *key, const char *text)
{
  if (text == NULL)
    return;
  if (key != NULL)
    out_text (o, NULL, key);
  scalar (o, text, strchr (text, '\n') ? YAML_LITERAL_SCALAR_STYLE
                   : needs_quotes (text) ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
                                         : YAML_PLAIN_SCALAR_STYLE);
}

void
out_number (struct spec_out *o, const char *key, uint64_t n)
{
  CLEANUP_FREE char *text = xasprintf ("%llu", (unsigned long long)n);

  out_text (o, NULL, key);
  scalar (o, text, YAML_PLAIN_SCALAR_STYLE);
}

void
out_flag (struct spec_out *o, const char *key, enum tristate flag)
{
  if (flag == UNSET)
    return;
  out_text (o, NULL, key);
  scalar (o, flag == YES ? "true" : "false", YAML_PLAIN_SCALAR_STYLE);
}

/* ---- settings ------------------------------------------------------------------ */
bool
out_is_kept (const struct extra *e, const char *prefix)
{
  size_t n = strlen (prefix);

  return strcmp (e->owner, OVF_OWNER) == 0 && strncmp (e->key, prefix, n) == 0
         && e->key[n] == ' ';
}

/* Settings that a build file can hold: not CIM's ("rasd:Weight"), nor those
 * that it says otherwise, nor the ones that name files which are gone. */
static bool
is_setting (struct spec_out *o, const struct extra *e, const char *key)
{
  bool ok = *key != '\0' && strcspn (key, " \t\n:") == strlen (key)
            && strcmp (key, "firmware") != 0
            && strcmp (key, "bootOptions.efiSecureBootEnabled") != 0
            && strncmp (e->value, "ovf:/file/", strlen ("ovf:/file/")) != 0;

  if (!ok)
    report_loss (o->report, "spec", "setting", "a build file has no setting '%s'", key);
  return ok;
}

void
out_configs (struct spec_out *o, const char *key, const char *prefix)
{
  bool any = false;

  VECTOR_FOR (e, &o->m->extras) {
    if (!out_is_kept (e, prefix) || !is_setting (o, e, e->key + strlen (prefix) + 1))
      continue;
    if (!any)
      out_map (o, key);
    any = true;
    if (e->required || e->configuration != NULL) {
      out_map (o, e->key + strlen (prefix) + 1);
      out_text (o, "value", e->value);
      out_flag (o, "required", e->required ? YES : UNSET);
      out_text (o, "configuration", e->configuration);
      out_map_end (o);
    }
    else
      out_text (o, e->key + strlen (prefix) + 1, e->value);
  }
  if (any)
    out_map_end (o);
}

/* ---- system ---------------------------------------------------------------------- */
static void
write_system (struct spec_out *o)
{
  const struct machine *m = o->m;
  CLEANUP_FREE char *families = NULL;

  VECTOR_FOR (f, &m->hardware) {
    char *more = families ? xasprintf ("%s %s", families, *f) : xstrdup (*f);
    free (families);
    families = more;
  }
  out_map (o, "system");
  out_text (o, "name", m->name);
  out_text (o, "type", families);
  out_text (o, "os_vmw", m->os.vmware);
  if (m->os.cim_id >= 0)
    out_number (o, "os_cim", (uint64_t)m->os.cim_id);
  out_text (o, "os_name", m->os.description);
  out_text (o, "os_version", m->os.version);
  if (m->firmware != FIRMWARE_UNKNOWN)
    out_text (o, "firmware", m->firmware == FIRMWARE_UEFI ? "efi" : "bios");
  if (m->secure_boot != YES || m->firmware == FIRMWARE_UEFI)
    out_flag (o, "secure_boot", m->secure_boot);
  else
    report_loss (o->report, "spec", "secure-boot", "secure boot without UEFI");
  out_flag (o, "tpm", m->tpm == YES ? YES : UNSET);
  out_text (o, "description", m->description);
  out_flag (o, "no_default_configs", YES);
  out_configs (o, "config", "config");
  out_map_end (o);
}

static void
write_configurations (struct spec_out *o)
{
  if (o->a->configurations.len == 0)
    return;
  out_map (o, "configurations");
  VECTOR_FOR (c, &o->a->configurations) {
    out_map (o, c->id);
    out_text (o, "label", c->label);
    out_text (o, "description", c->description);
    out_flag (o, "default", c->is_default ? YES : UNSET);
    out_map_end (o);
  }
  out_map_end (o);
}

/* ---- products --------------------------------------------------------------------- */
static size_t
category_of (const struct product *p, const struct property *q)
{
  for (size_t i = 0; i < p->properties.len; i++)
    if (p->properties.ptr[i].category != NULL
        && strcmp (p->properties.ptr[i].category, q->category) == 0)
      return i;
  return 0;
}

static void
write_categories (struct spec_out *o, const struct product *p)
{
  bool any = false;

  VECTOR_FOR (q, &p->properties) {
    CLEANUP_FREE char *id = NULL;
    if (q->category == NULL || category_of (p, q) != (size_t)(q - p->properties.ptr))
      continue;
    if (!any)
      out_map (o, "categories");
    any = true;
    id = xasprintf ("category%zu", (size_t)(q - p->properties.ptr));
    out_text (o, id, q->category);
  }
  if (any)
    out_map_end (o);
}

static void
write_property (struct spec_out *o, const struct product *p, const struct property *q)
{
  out_map (o, q->key);
  out_text (o, "type", q->type);
  out_text (o, "value", q->value);
  if (q->values.len > 0) {
    out_map (o, "values");
    VECTOR_FOR (v, &q->values)
      if (v->configuration != NULL)
        out_text (o, v->configuration, v->value ? v->value : "");
      else
        report_loss (o->report, "spec", "property-value",
                     "the value '%s' of '%s' is for no configuration",
                     v->value ? v->value : "", q->key);
    out_map_end (o);
  }
  out_text (o, "label", q->label);
  out_text (o, "description", q->description);
  if (q->category != NULL) {
    CLEANUP_FREE char *id = xasprintf ("category%zu", category_of (p, q));
    out_text (o, "category", id);
  }
  out_flag (o, "user_configurable", q->user_configurable ? YES : UNSET);
  out_flag (o, "password", q->password ? YES : UNSET);
  out_text (o, "qualifiers", q->qualifiers);
  out_flag (o, "required", q->required ? YES : UNSET);
  out_map_end (o);
}

static void
write_properties (struct spec_out *o, const struct product *p)
{
  if (p->properties.len == 0)
    return;
  write_categories (o, p);
  out_map (o, "properties");
  VECTOR_FOR (q, &p->properties)
    write_property (o, p, q);
  out_map_end (o);
}

static void
write_product_texts (struct spec_out *o, const struct product *p)
{
  out_text (o, "info", p->info);
  out_text (o, "product", p->product);
  out_text (o, "vendor", p->vendor);
  out_text (o, "version", p->version);
  out_text (o, "full_version", p->full_version);
  out_text (o, "class", p->class_name);
  out_text (o, "instance", p->instance);
  out_text (o, "product_url", p->product_url);
  out_text (o, "vendor_url", p->vendor_url);
}

static void
write_environment (struct spec_out *o)
{
  const struct product *first = o->m->products.ptr;
  bool any = o->m->products.len > 0 && first->properties.len > 0;

  if (o->m->transport.len == 0 && !any)
    return;
  out_map (o, "environment");
  if (o->m->transport.len > 0) {
    out_list (o, "transports");
    VECTOR_FOR (t, &o->m->transport)
      out_text (o, NULL, *t);
    out_list_end (o);
  }
  if (any)
    write_properties (o, first);
  out_map_end (o);
}

static void
write_products (struct spec_out *o)
{
  const products *v = &o->m->products;

  if (v->len > 0) {
    out_map (o, "product");
    write_product_texts (o, &v->ptr[0]);
    out_map_end (o);
  }
  write_environment (o);
  if (v->len < 2)
    return;
  out_list (o, "product_sections");
  for (size_t i = 1; i < v->len; i++) {
    out_map (o, NULL);
    write_product_texts (o, &v->ptr[i]);
    write_properties (o, &v->ptr[i]);
    out_map_end (o);
  }
  out_list_end (o);
}

/* ---- texts ---------------------------------------------------------------------------- */
static void
write_texts (struct spec_out *o)
{
  const struct machine *m = o->m;

  if (m->annotation != NULL) {
    out_map (o, "annotation");
    out_text (o, "text", m->annotation);
    out_map_end (o);
  }
  if (m->eulas.len == 0)
    return;
  out_list (o, "eulas");
  VECTOR_FOR (text, &m->eulas) {
    out_map (o, NULL);
    out_text (o, "text", *text);
    out_map_end (o);
  }
  out_list_end (o);
}

/* ---- losses ----------------------------------------------------------------------------- */
static void
lost (struct spec_out *o, bool is_lost, const char *what, const char *title)
{
  if (is_lost)
    report_loss (o->report, "spec", what, "a build file cannot say %s", title);
}

/* The other names of the system follow from what the file says. */
static bool
os_is_implied (const struct os *os)
{
  struct os copy = { .cim_id = os->cim_id, .vmware = xstrdup (os->vmware),
                     .version = xstrdup (os->version) };
  bool same;

  os_complete (&copy);
  same = (os->virtualbox == NULL || text_equal_nocase (os->virtualbox, copy.virtualbox))
         && (os->osinfo == NULL || text_equal_nocase (os->osinfo, copy.osinfo));
  free (copy.vmware);
  free (copy.virtualbox);
  free (copy.osinfo);
  free (copy.version);
  free (copy.description);
  return same;
}

static void
report_losses_of (struct spec_out *o)
{
  const struct machine *m = o->m;

  lost (o, m->uuid != NULL, "uuid", "a UUID");
  lost (o, m->clock != NULL, "clock", "the clock");
  lost (o, m->graphics != NULL, "graphics", "the graphics");
  lost (o, m->machine_type != NULL && strncmp (m->machine_type, "xen", 3) != 0,
        "machine-type", "the machine type");
  lost (o, m->kernel != NULL || m->ramdisk != NULL || m->kernel_file != NO_INDEX || m->cmdline != NULL
             || m->bootloader != NULL || m->paravirtual == YES,
        "boot", "how to boot without a boot loader of the guest");
  lost (o, !os_is_implied (&m->os), "os", "what other programs call the system");
  lost (o, m->sound != NULL && strcmp (m->sound, "unknown") == 0, "sound",
        "a sound card of an unknown model");
  lost (o, m->parallels > 0, "parallel", "parallel ports");
  lost (o, m->collection != NO_INDEX, "collection", "the group that the machine is in");
  VECTOR_FOR (e, &o->a->extras)
    report_loss (o->report, "spec", "extra", "a build file cannot say '%s'", e->key);
  VECTOR_FOR (e, &m->extras) {
    bool section = out_is_kept (e, "section") || out_is_kept (e, "hardware")
                   || out_is_kept (e, "product")
                   || strcmp (e->owner, OVF_OWNER) != 0;
    if (section)
      report_loss (o->report, "spec", "extra", "a build file cannot say '%s'", e->key);
  }
}

/* ---- the whole ------------------------------------------------------------------------------ */
static void
write_all (struct spec_out *o)
{
  yaml_event_t e;

  emit (o, yaml_stream_start_event_initialize (&e, YAML_UTF8_ENCODING), &e);
  emit (o, yaml_document_start_event_initialize (&e, NULL, NULL, NULL, 1), &e);
  out_map (o, NULL);
  write_system (o);
  out_networks (o);
  out_hardware (o);
  write_configurations (o);
  write_products (o);
  out_configs (o, "extra_configs", "extraconfig");
  write_texts (o);
  out_map_end (o);
  emit (o, yaml_document_end_event_initialize (&e, 1), &e);
  emit (o, yaml_stream_end_event_initialize (&e), &e);
}

bool
spec_write (struct ovf_ctx *ctx, const struct appliance *a,
            const struct write_settings *settings, FILE *f, struct ovf_report *report,
            struct ovf_error **err)
{
  struct ovf_error *failure = NULL;
  struct spec_out o = { .a = a, .ctx = ctx, .report = report, .err = &failure };

  if (a->machines.len == 0)
    return error_set (err, OVF_E_UNSUPPORTED, "there is no machine to describe");
  if (a->machines.len > 1) {
    error_set (err, OVF_E_USAGE, "a build file describes one machine, and there are %zu",
               a->machines.len);
    return error_hint (err, "choose one with --machine ID");
  }
  o.m = &a->machines.ptr[settings->machine < a->machines.len ? settings->machine : 0];
  fputs ("# What 'ovftool build' makes a package of; its files lie beside this one.\n", f);
  if (!yaml_emitter_initialize (&o.emitter))
    abort ();
  yaml_emitter_set_output (&o.emitter, put_bytes, f);
  yaml_emitter_set_unicode (&o.emitter, 1);
  yaml_emitter_set_width (&o.emitter, -1);
  write_all (&o);
  yaml_emitter_delete (&o.emitter);
  report_losses_of (&o);
  if (failure != NULL)
    return error_move (err, &failure);
  return !o.failed || error_set (err, OVF_E_IO, "cannot write the build file");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `info`: the model of any source as JSON (cli.md section 4), or as the YAML
 * build file that makes it again. */
#include <jansson.h>

#include "base/file.h"
#include "pipeline.h"

static json_t *
offset_json (uint64_t offset)
{
  return offset == UINT64_MAX ? json_null () : json_integer ((json_int_t)offset);
}

static json_t *
string_or_null (const char *s)
{
  return s ? json_string (s) : json_null ();
}

static json_t *
package_json (const struct package *p)
{
  json_t *list = json_array ();

  VECTOR_FOR (m, package_members (p))
    json_array_append_new (list, json_pack ("{s:s, s:o, s:I}", "name", m->name, "offset",
                                            offset_json (m->offset), "size",
                                            (json_int_t)m->size));
  return json_pack ("{s:o, s:o, s:o}", "members", list, "manifest",
                    string_or_null (package_manifest_name (p)), "certificate",
                    string_or_null (package_certificate_name (p)));
}

/* ---- VMware's words ------------------------------------------------------ */
static json_t *
subtype_json (const char *own, enum hw_class klass, const char *model)
{
  const struct hwmodel *m = own == NULL && model != NULL ? hwmodel_by_name (klass, model) : NULL;

  return string_or_null (own ? own : m ? m->ovf : model);
}

static json_t *
guest_json (const struct os *os)
{
  struct os near = { .cim_id = os->cim_id, .vmware = xstrdup (os->vmware),
                     .virtualbox = xstrdup (os->virtualbox), .osinfo = xstrdup (os->osinfo),
                     .version = os->version };
  json_t *j;

  os_complete (&near);
  j = string_or_null (near.vmware);
  free (near.vmware);
  free (near.virtualbox);
  free (near.osinfo);
  return j;
}

/* How an OVF spells the devices, and the nearest guest id that VMware knows:
 * what `ovftool SOURCE` prints.  They say nothing that the model does not, so
 * they are no part of it. */
static void
add_spellings (json_t *model, const struct appliance *a)
{
  json_t *list = json_object_get (model, "machines");

  for (size_t i = 0; i < a->machines.len; i++) {
    const struct machine *m = &a->machines.ptr[i];
    json_t *o = json_array_get (list, i);
    json_t *cards = json_object_get (o, "nics");
    json_t *hosts = json_object_get (o, "controllers");

    json_object_set_new (json_object_get (o, "os"), "vmware_near", guest_json (&m->os));
    for (size_t k = 0; k < m->nics.len; k++)
      json_object_set_new (json_array_get (cards, k), "subtype",
                           subtype_json (m->nics.ptr[k].subtype, HW_NIC, m->nics.ptr[k].model));
    for (size_t k = 0; k < m->controllers.len; k++)
      json_object_set_new (json_array_get (hosts, k), "subtype",
                           subtype_json (m->controllers.ptr[k].subtype, HW_CONTROLLER,
                                         m->controllers.ptr[k].model));
  }
}

static char *
as_spec (struct source *s, struct ovf_report *report, struct ovf_error **err)
{
  const struct converter *spec = converter_by_name ("spec");
  struct write_settings settings = { .ovf_version = "1.1" };
  CLEANUP_FREE char *text = NULL;
  size_t len = 0;
  FILE *f;
  bool ok;

  if (spec == NULL || spec->write == NULL) {
    error_set (err, OVF_E_UNSUPPORTED, "this build cannot write build files");
    return NULL;
  }
  f = open_memstream (&text, &len);
  if (f == NULL)
    abort ();
  ok = spec->write (s->ctx, s->appliance, &settings, f, report, err);
  if (fclose (f) != 0 || !ok)
    return NULL;
  return result_dump (json_string (text));
}

bool
ovf_info (struct ovf_ctx *ctx, const char *path, const struct ovf_options *options,
          struct ovf_report *report, char **ret_json, struct ovf_error **err)
{
  const char *format = option_text (options, OPT_FORMAT);
  bool spec = format != NULL && strcmp (format, "spec") == 0;
  CLEANUP (source) struct source *s = NULL;
  json_t *j;

  *ret_json = NULL;
  if (format != NULL && strcmp (format, "html") == 0)
    return error_set (err, OVF_E_UNSUPPORTED, "'html' is not there yet")
           || error_hint (err, "--format text, json or spec");
  s = source_open (ctx, path, spec ? PURPOSE_USE_ALL : PURPOSE_LOOK, options, report, err);
  if (s == NULL)
    return false;
  if (spec) {
    *ret_json = as_spec (s, report, err);
    return *ret_json != NULL;
  }
  /* All members are shown: a pipe is read to its end. */
  if (s->package != NULL && !package_settle (s->package, err))
    return false;
  j = model_to_json (s->appliance);
  add_spellings (j, s->appliance);
  if (s->package != NULL)
    json_object_set_new (j, "package", package_json (s->package));
  *ret_json = result_dump (j);
  return true;
}

bool
ovf_read_text (struct ovf_ctx *ctx, const char *path, char **ret, struct ovf_error **err)
{
  CLEANUP_FD int fd = file_open_user (path, NULL, err);
  CLEANUP_FREE char *text = NULL;
  size_t len;

  *ret = NULL;
  if (fd < 0)
    return false;
  text = file_read_text (ctx, fd, path, LIMIT_TEXT, &len, err);
  if (text == NULL)
    return false;
  if (memchr (text, '\0', len) != NULL)
    return error_at (err, OVF_E_FORMAT, NULL, path, 0, "the file holds a NUL byte");
  *ret = STEAL (text);
  return true;
}

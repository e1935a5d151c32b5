/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --machineOutput: blocks of a keyword and lines that begin with "+ "; every
 * tag and every text stands on a line of its own.  Text is escaped as for a
 * terminal first, so that none can end a line, and then as XML. */
#include <stdlib.h>
#include <string.h>

#include "compat.h"

/* ---- lines ------------------------------------------------------------------ */

static void
line (struct compat *c, const char *text)
{
  fprintf (c->cli->out, *text != '\0' ? "+ %s\n" : "+\n", text);
}

static void
tag (struct compat *c, const char *name)
{
  fprintf (c->cli->out, "+ <%s>\n", name);
}

static void
end_tag (struct compat *c, const char *name)
{
  fprintf (c->cli->out, "+ </%s>\n", name);
}

static void
text_line (struct compat *c, const char *untrusted)
{
  const char *s = cli_show (c->cli, untrusted);
  FILE *fp = c->cli->out;

  fputs (*s != '\0' ? "+ " : "+", fp);
  for (; *s != '\0'; s++) {
    if (*s == '&')
      fputs ("&amp;", fp);
    else if (*s == '<')
      fputs ("&lt;", fp);
    else if (*s == '>')
      fputs ("&gt;", fp);
    else
      fputc (*s, fp);
  }
  fputc ('\n', fp);
}

/* <name>text</name>; nothing for NULL. */
static void
leaf (struct compat *c, const char *name, const char *untrusted)
{
  if (untrusted == NULL)
    return;
  tag (c, name);
  text_line (c, untrusted);
  end_tag (c, name);
}

static void
leaf_of (struct compat *c, const char *name, const json_t *o, const char *key)
{
  const json_t *v = json_object_get (o, key);

  if (json_is_string (v))
    leaf (c, name, json_string_value (v));
  else if (json_is_integer (v))
    leaf (c, name, cli_show_json (c->cli, v));
}

static void
leaf_size (struct compat *c, const char *name, uint64_t bytes, bool unknown)
{
  leaf (c, name, unknown ? "Unknown"
                         : cli_format (c->cli, "%llu", (unsigned long long)bytes));
}

static void
block (struct compat *c, const char *keyword)
{
  fprintf (c->cli->out, "%s\n", keyword);
}

static void
end_block (struct compat *c)
{
  fputc ('\n', c->cli->out);
}

/* ---- the probe ------------------------------------------------------------------ */

static void
put_product (struct compat *c, const json_t *model)
{
  const json_t *p = compat_product (model);

  tag (c, "productInfo");
  leaf (c, "name", compat_name (model));
  leaf_of (c, "productUrl", p, "product_url");
  leaf_of (c, "version", p, "version");
  leaf_of (c, "fullVersion", p, "full_version");
  leaf_of (c, "vendor", p, "vendor");
  leaf_of (c, "vendorUrl", p, "vendor_url");
  end_tag (c, "productInfo");
}

static void
put_texts (struct compat *c, const json_t *model)
{
  json_t *o, *eula;
  size_t i, n;

  EACH_OWNER (model, k, i, o)
    leaf_of (c, "annotation", o, "annotation");
  if (compat_flag (c, "hideEula"))
    return;
  EACH_OWNER (model, k, i, o)
    json_array_foreach (json_object_get (o, "eulas"), n, eula) {
      tag (c, "eula");
      leaf_of (c, "name", o, "name");
      leaf (c, "text", json_string_value (eula));
      end_tag (c, "eula");
    }
}

static void
put_sizes (struct compat *c, const json_t *model)
{
  struct compat_sizes s = compat_sizes (model);

  tag (c, "sizes");
  leaf_size (c, "download", s.download, s.no_download);
  leaf_size (c, "flat", s.flat, s.no_flat);
  leaf_size (c, "sparse", s.sparse, s.no_sparse);
  leaf (c, "hasVariableSizedDisks", s.variable ? "true" : "false");
  end_tag (c, "sizes");
}

static void
put_networks (struct compat *c, const json_t *model)
{
  json_t *o;
  size_t i;

  tag (c, "networks");
  json_array_foreach (json_object_get (model, "networks"), i, o) {
    tag (c, "network");
    leaf_of (c, "name", o, "name");
    leaf_of (c, "description", o, "description");
    end_tag (c, "network");
  }
  end_tag (c, "networks");
}

static void
put_disk (struct compat *c, const json_t *model, const json_t *machine,
          const json_t *drive, unsigned index)
{
  const json_t *disk = compat_disk_of (model, drive);

  tag (c, "disk");
  leaf (c, "index", cli_format (c->cli, "%u", index));
  leaf_of (c, "instanceId", drive, "id");
  leaf_of (c, "capacity", disk, "capacity");
  leaf_of (c, "hostResource", drive, "disk");
  tag (c, "diskControllers");
  leaf (c, "diskController", compat_disk_type (c->cli, machine, drive));
  end_tag (c, "diskControllers");
  end_tag (c, "disk");
}

static void
put_hardware (struct compat *c, const json_t *model, const json_t *m)
{
  json_t *o;
  size_t i;
  unsigned index = 0;

  tag (c, "virtualHardware");
  tag (c, "families");
  json_array_foreach (json_object_get (m, "hardware"), i, o)
    leaf (c, "family", json_string_value (o));
  end_tag (c, "families");
  tag (c, "disks");
  json_array_foreach (json_object_get (m, "drives"), i, o) {
    const char *kind = json_get_text (o, "kind");

    if (kind != NULL && strcmp (kind, "disk") == 0)
      put_disk (c, model, m, o, index++);
  }
  end_tag (c, "disks");
  tag (c, "nics");
  json_array_foreach (json_object_get (m, "nics"), i, o) {
    tag (c, "nic");
    leaf_of (c, "adapterType", o, "subtype");
    leaf_of (c, "connection", o, "network");
    end_tag (c, "nic");
  }
  end_tag (c, "nics");
  leaf_of (c, "numberOfCpus", m, "cpus");
  leaf_of (c, "coresPerSocket", m, "cores_per_socket");
  leaf_of (c, "memory", m, "memory");
  end_tag (c, "virtualHardware");
}

/* An id stands in an attribute: what is no plain word there is left out. */
static bool
is_plain (const char *id)
{
  for (; id != NULL && *id != '\0'; id++)
    if (strchr ("\"'<>&", *id) != NULL)
      return false;
  return id != NULL;
}

static void
put_machines (struct compat *c, const json_t *model)
{
  json_t *m;
  size_t i;

  tag (c, "vms");
  json_array_foreach (json_object_get (model, "machines"), i, m) {
    const char *id = json_show (c->cli, m, "id", NULL);

    tag (c, is_plain (id) ? cli_format (c->cli, "vm id=\"%s\"", id) : "vm");
    leaf_of (c, "name", m, "name");
    tag (c, "osIds");
    leaf (c, "osId", compat_os (c->cli, m));
    end_tag (c, "osIds");
    tag (c, "virtualHardwares");
    put_hardware (c, model, m);
    end_tag (c, "virtualHardwares");
    end_tag (c, "vm");
  }
  end_tag (c, "vms");
}

static void
put_property (struct compat *c, const json_t *product, const json_t *p)
{
  tag (c, "property");
  leaf_of (c, "key", p, "key");
  leaf_of (c, "classId", product, "class");
  leaf_of (c, "instanceId", product, "instance");
  leaf_of (c, "category", p, "category");
  leaf_of (c, "label", p, "label");
  leaf (c, "type", compat_type_of (c->cli, p));
  leaf_of (c, "description", p, "description");
  if (!json_get_true (p, "password"))
    leaf_of (c, "value", p, "value");
  end_tag (c, "property");
}

static void
put_properties (struct compat *c, const json_t *model)
{
  json_t *o, *product, *p;
  size_t i, n, q;

  tag (c, "properties");
  EACH_OWNER (model, k, i, o)
    json_array_foreach (json_object_get (o, "products"), n, product)
      json_array_foreach (json_object_get (product, "properties"), q, p)
        put_property (c, product, p);
  end_tag (c, "properties");
}

static void
put_options (struct compat *c, const json_t *model)
{
  json_t *o;
  size_t i;

  tag (c, "deploymentOptions");
  json_array_foreach (json_object_get (model, "configurations"), i, o) {
    tag (c, "deploymentOption");
    leaf_of (c, "id", o, "id");
    leaf_of (c, "label", o, "label");
    leaf_of (c, "description", o, "description");
    end_tag (c, "deploymentOption");
  }
  end_tag (c, "deploymentOptions");
}

void
compat_probe_machine (struct compat *c, const json_t *model)
{
  json_t *o;
  size_t i;

  block (c, "PROBE");
  tag (c, "probeResult");
  leaf (c, "virtualApp", json_get_true (model, "virtual_app") ? "true" : "false");
  put_product (c, model);
  put_texts (c, model);
  put_sizes (c, model);
  put_networks (c, model);
  put_machines (c, model);
  put_properties (c, model);
  put_options (c, model);
  tag (c, "References");
  json_array_foreach (json_object_get (model, "files"), i, o)
    leaf_of (c, "File", o, "href");
  end_tag (c, "References");
  end_tag (c, "probeResult");
  end_block (c);
}

/* ---- how it went ---------------------------------------------------------------- */

void
compat_issues (struct compat *c, const char *word, const char *const *types,
               const char *const *texts, size_t n)
{
  const char *many = cli_format (c->cli, "%ss", word);

  if (n == 0)
    return;
  block (c, strcmp (word, "Error") == 0 ? "ERROR" : "WARNING");
  tag (c, many);
  for (size_t i = 0; i < n; i++) {
    tag (c, word);
    /* The type stands on the line of its tag. */
    line (c, cli_format (c->cli, "<Type>%s</Type>", types[i]));
    leaf (c, "LocalizedMsg", texts[i]);
    end_tag (c, word);
  }
  end_tag (c, many);
  end_block (c);
}

void
compat_result (struct compat *c, const char *word)
{
  block (c, "RESULT");
  line (c, word);
}

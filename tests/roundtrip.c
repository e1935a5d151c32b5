/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads descriptions, writes each as another kind, reads that, and compares
 * the two models: what differs must have been reported.
 *
 *   roundtrip [-o FOLDER] [-v OVF-VERSION] [-t KIND] FILE...
 *
 * A line a file: "same", "lost N" (N findings explain all differences),
 * "refused" (not read), "unwritten", or "differs PATH" (not reported: exit 1).  With -o the
 * texts written are kept as FOLDER/N.KIND for other programs to judge. */
#include <jansson.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "converter.h"
#include "model/maps.h"

struct job {
  struct ovf_ctx *ctx;
  const char *folder, *version, *kind;
  unsigned number;
};

static struct appliance *
read_text (struct job *j, const char *name, const char *text, size_t len,
           const char *kind, struct ovf_error **err)
{
  struct read_settings settings = { .all_configurations = true, .lax = true,
                                    .inspect = strcmp (j->kind, "ovf") == 0 };
  struct input in = { name, text, len };
  const struct converter *c = kind ? converter_by_name (kind) : converter_probe (&in, err);
  struct appliance *a;

  if (c == NULL || c->read == NULL)
    return NULL;
  a = c->read (j->ctx, &in, &settings, NULL, err);
  VECTOR_FOR (m, a ? &a->machines : &(machines){ 0 })
    os_complete (&m->os); /* `info` does not */
  if (a != NULL && !model_check (j->ctx, a, err)) {
    appliance_free (a);
    a = NULL;
  }
  return a;
}

/* Fields that say where a model is from, how its source numbered it, or what
 * only the images know. */
static bool
is_provenance (const char *key)
{
  static const char *const keys[] = { "kind", "descriptor", "ovf_version", "id",
                                      "virtual_app", "package", "format_uri",
                                      "populated_size" };

  for (size_t i = 0; i < ARRAY_SIZE (keys); i++)
    if (strcmp (keys[i], key) == 0)
      return true;
  return false;
}

static int
by_text (const void *a, const void *b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* What was kept is compared as a set, XML only by what it is called: it may
 * have moved, and its white space too. */
static char *
extras_text (const json_t *list, bool items)
{
  char *text = NULL, **all = xcalloc (json_array_size (list) + 1, sizeof *all);
  size_t len, n = 0;
  FILE *f = open_memstream (&text, &len);

  for (size_t i = 0; i < json_array_size (list); i++) {
    const json_t *e = json_array_get (list, i);
    const char *value = json_string_value (json_object_get (e, "value"));
    const char *kind = json_string_value (json_object_get (e, "key"));
    if (!items && strncmp (kind, "item ", 5) == 0)
      continue;
    all[n++] = xasprintf ("%s=%s\n", json_string_value (json_object_get (e, "key")),
                        value && *value == '<' ? "XML" : value ? value : "");
  }
  qsort (all, n, sizeof *all, by_text);
  for (size_t i = 0; i < n; i++) {
    fputs (all[i], f);
    free (all[i]);
  }
  free (all);
  fclose (f);
  return text;
}

/* Which finding explains which difference. */
static bool
is_reported (const struct ovf_report *report, const char *path)
{
  static const struct { const char *rule, *suffix; } rows[] = {
    { "LOSS-ovf-extra", "/extras" }, { "LOSS-ovf-section", "/extras" },
    { "LOSS-ovf-vbox-machine", "/extras" }, { "LOSS-ovf-memory", "/memory" },
    { "LOSS-ovf-host-device", "/device" }, { "LOSS-ovf-kernel", "/kernel" },
    { "LOSS-ovf-ramdisk", "/ramdisk" }, { "LOSS-ovf-bootloader", "/bootloader" },
    { "LOSS-ovf-shared-disk", "/shared" },
    { "LOSS-ovf-capacity", "/capacity_property" },
    { "LOSS-proxmox-settings", "/extras" }, { "LOSS-proxmox-name", "/name" },
    { "LOSS-proxmox-device", "/device" }, { "LOSS-proxmox-drive", "/drives" },
    { "LOSS-proxmox-secure-boot", "/secure_boot" }, { "LOSS-proxmox-tpm", "/tpm" },
    { "PROXMOX-STATE", "/secure_boot" }, { "LOSS-proxmox-ports", "/parallels" },
    { "LOSS-proxmox-ports", "/serials" }, { "LOSS-proxmox-sound", "/sound" },
    { "LOSS-proxmox-video", "/video" }, { "LOSS-proxmox-graphics", "/graphics" },
    { "LOSS-proxmox-machine", "/machine_type" }, { "LOSS-proxmox-mac", "/mac" },
    { "LOSS-spec-boot", "/kernel" }, { "LOSS-spec-boot", "/ramdisk" },
    { "LOSS-spec-boot", "/kernel_file" }, { "LOSS-spec-boot", "/ramdisk_file" },
    { "LOSS-spec-boot", "/cmdline" }, { "LOSS-spec-boot", "/bootloader" },
    { "LOSS-spec-boot", "/paravirtual" }, { "LOSS-spec-host-device", "/device" },
    { "LOSS-spec-file", "/files" }, { "LOSS-spec-extra", "/extras" },
    { "LOSS-spec-setting", "/extras" }, { "LOSS-spec-device", "/extras" },
    { "LOSS-spec-controller", "/controllers" }, { "LOSS-spec-uuid", "/uuid" },
    { "LOSS-spec-controller-index", "/index" },
    { "LOSS-spec-controller-index", "/controller" },
    { "LOSS-spec-disk", "/drives" }, { "LOSS-spec-disk", "/disks" },
    { "LOSS-spec-capacity", "/capacity_property" },
    { "LOSS-spec-stored", "/compression" }, { "LOSS-spec-stored", "/chunk_size" },
    { "LOSS-spec-parent", "/parent" }, { "LOSS-spec-boot-order", "/boot_order" },
    { "LOSS-spec-read-only", "/read_only" }, { "LOSS-spec-parallel", "/parallels" },
    { "LOSS-spec-secure-boot", "/secure_boot" }, { "LOSS-spec-clock", "/clock" },
    { "LOSS-spec-graphics", "/graphics" }, { "LOSS-spec-attachment", "/attachment" },
    { "LOSS-spec-machine-type", "/machine_type" },
    { "LOSS-spec-collection", "/collections" }, { "LOSS-spec-collection", "/collection" },
    { "LOSS-spec-collection", "/start_order" }, { "LOSS-spec-collection", "/name" },
    { "LOSS-spec-os", "/os/virtualbox" }, { "LOSS-spec-os", "/os/osinfo" },
    { "LOSS-spec-sound", "/sound" }, { "LOSS-spec-bus", "/bus" }, { "LOSS-spec-bus", "/controllers" },
    { "LOSS-spec-bus", "/unit" }, { "LOSS-spec-property-value", "/values" },
  };

  for (size_t i = 0; i < ovf_report_size (report); i++)
    for (size_t k = 0; k < ARRAY_SIZE (rows); k++)
      if (strcmp (ovf_report_get (report, i)->rule, rows[k].rule) == 0
          && (text_has_suffix (path, rows[k].suffix)
              || strncmp (path, rows[k].suffix, strlen (rows[k].suffix)) == 0))
        return true;
  return false;
}

/* A build file leaves to the images what they know. */
static bool
is_of_image (const struct job *j, const json_t *b, const char *path)
{
  return strcmp (j->kind, "spec") == 0 && json_is_null (b)
         && (text_has_suffix (path, "/size") || text_has_suffix (path, "/capacity")
             || text_has_suffix (path, "/format"));
}

/* What the target must have and the source left out: the writer said it. */
static bool
is_addition (const json_t *a, const json_t *b, const char *path)
{
  static const char *const suffixes[] = {
    "/info", "/os/cim_id", "/description", "/type", "/format", "/usb", "/tpm",
    "/label", "/collection", "/start_order", "/os/vmware", "/os/virtualbox",
    "/os/osinfo", "/model", "/firmware", "/connected", "/cpus", "/memory",
    "/boot_order", "/name", "/network",
  };

  if (text_has_suffix (path, "/hardware") && json_array_size (a) == 0)
    return json_array_size (b) > 0;
  if (text_has_suffix (path, "/networks")) /* those of adapters without one */
    return json_array_size (b) > json_array_size (a);
  for (size_t i = 0; i < ARRAY_SIZE (suffixes); i++)
    if (json_is_null (a) && !json_is_null (b) && text_has_suffix (path, suffixes[i]))
      return true;
  return false;
}

static int
by_id (const void *a, const void *b)
{
  const char *x = json_string_value (json_object_get (*(json_t *const *)a, "id"));
  const char *y = json_string_value (json_object_get (*(json_t *const *)b, "id"));

  return strcmp (x ? x : "", y ? y : "");
}

/* A build file has disks and files where the drives are. */
static void
sort_by_id (json_t *model, const char *key)
{
  json_t *list = json_object_get (model, key);
  size_t n = json_array_size (list);
  json_t **all = xcalloc (n + 1, sizeof *all);

  for (size_t i = 0; i < n; i++)
    all[i] = json_incref (json_array_get (list, i));
  qsort (all, n, sizeof *all, by_id);
  json_array_clear (list);
  for (size_t i = 0; i < n; i++)
    json_array_append_new (list, all[i]);
  free (all);
}

/* The first difference that no finding explains, or NULL. */
static char *
difference (struct job *j, const json_t *a, const json_t *b, const char *path,
            const struct ovf_report *report)
{
  const char *key;
  json_t *value;

  if (text_has_suffix (path, "/extras") && json_is_array (a) && json_is_array (b)) {
    CLEANUP_FREE char *x = extras_text (a, true);
    /* Items that were made from a summary are kept when they are read. */
    CLEANUP_FREE char *y = extras_text (b, strstr (x, "item ") != NULL);
    size_t n = 0;
    while (x[n] != '\0' && x[n] == y[n])
      n++;
    while (n > 0 && x[n - 1] != '\n')
      n--;
    return x[n] == y[n] || is_reported (report, path)
             ? NULL
                        : xasprintf ("%s: %.*s -> %.*s", path, (int)strcspn (x + n, "\n"),
                                     x + n, (int)strcspn (y + n, "\n"), y + n);
  }
  if (json_is_object (a) && json_is_object (b)) {
    /* The host's device whose bytes are in the package now. */
    bool copied = !json_is_null (json_object_get (a, "disk"))
                  || !json_is_null (json_object_get (a, "file"));
    json_object_foreach ((json_t *)a, key, value) {
      CLEANUP_FREE char *below = xasprintf ("%s/%s", path, key);
      char *d = is_provenance (key) || (copied && strcmp (key, "device") == 0)
                  ? NULL : difference (j, value, json_object_get (b, key), below,
                                     report);
      if (d != NULL)
        return d;
    }
    return NULL;
  }
  if (is_addition (a, b, path) || is_reported (report, path) || is_of_image (j, b, path))
    return NULL;
  if (json_is_array (a) && json_is_array (b) && json_array_size (a) == json_array_size (b)) {
    for (size_t i = 0; i < json_array_size (a); i++) {
      CLEANUP_FREE char *below = xasprintf ("%s/%zu", path, i);
      char *d = difference (j, json_array_get (a, i), json_array_get (b, i), below,
                            report);
      if (d != NULL)
        return d;
    }
    return NULL;
  }
  if (json_equal (a, b))
    return NULL;
  {
    CLEANUP_FREE char *x = json_dumps (a, JSON_ENCODE_ANY | JSON_COMPACT);
    CLEANUP_FREE char *y = json_dumps (b, JSON_ENCODE_ANY | JSON_COMPACT);
    return xasprintf ("%s: %.300s -> %.300s", path, x ? x : "none", y ? y : "none");
  }
}

static void
keep (struct job *j, const char *text, size_t len)
{
  CLEANUP_FREE char *path = xasprintf ("%s/%u.%s", j->folder, j->number, j->kind);
  FILE *f = fopen (path, "w");

  if (f == NULL || fwrite (text, 1, len, f) != len || fclose (f) != 0)
    exit (99);
}

static int
compare (struct job *j, const char *name, const struct appliance *a)
{
  struct write_settings settings = { .ovf_version = j->version };
  const struct converter *c = converter_by_name (j->kind);
  struct ovf_report *report = ovf_report_new ();
  struct ovf_error *err = NULL;
  struct appliance *b = NULL;
  CLEANUP_FREE char *text = NULL, *path = NULL;
  size_t len, losses;
  FILE *f = open_memstream (&text, &len);
  bool ok = c->write (j->ctx, a, &settings, f, report, &err);

  fclose (f);
  losses = report_losses (report);
  for (size_t i = 0; getenv ("VERBOSE") && i < ovf_report_size (report); i++)
    printf ("# %s: %s\n", ovf_report_get (report, i)->rule, ovf_report_get (report, i)->message);
  if (!ok) {
    printf ("unwritten %s: %s\n", name, err->message);
    ovf_error_free (err);
    ovf_report_free (report);
    return 0;
  }
  if (j->folder != NULL)
    keep (j, text, len);
  b = read_text (j, name, text, len, j->kind, &err);
  if (b == NULL)
    path = xasprintf ("cannot be read back: %s (line %u)", err->message, err->line);
  else {
    json_t *x = model_to_json (a), *y = model_to_json (b);
    for (int i = 0; strcmp (j->kind, "spec") == 0 && i < 2; i++) {
      sort_by_id (x, i ? "disks" : "files");
      sort_by_id (y, i ? "disks" : "files");
    }
    path = difference (j, x, y, "", report);
    json_decref (x);
    json_decref (y);
  }
  ovf_error_free (err);
  appliance_free (b);
  ovf_report_free (report);
  if (path != NULL)
    printf ("differs %s: %s\n", name, path);
  else if (losses > 0)
    printf ("lost %zu %s\n", losses, name);
  else
    printf ("same %s\n", name);
  return path != NULL;
}

/* What the pipeline learns from the images. */
static void
settle (struct appliance *a)
{
  VECTOR_FOR (d, &a->disks) {
    if (d->capacity != NO_SIZE || d->capacity_property != NULL)
      continue;
    d->capacity = UINT64_C (1) << 30;
    if (d->file != NO_INDEX)
      d->format = disk_format_word ("vmdk-stream");
  }
}

static int
one_file (struct job *j, const char *name)
{
  struct ovf_error *err = NULL;
  struct appliance *a;
  CLEANUP_FD int fd = file_open_user (name, NULL, &err);
  CLEANUP_FREE char *text = NULL;
  size_t len = 0;
  int r = 0;

  j->number++;
  if (fd >= 0)
    text = file_read_text (j->ctx, fd, name, LIMIT_DESCRIPTOR, &len, &err);
  a = text != NULL && memchr (text, '\0', len) == NULL
        ? read_text (j, name, text, len, NULL, &err) : NULL;
  if (a == NULL)
    printf ("refused %s: %s\n", name, err ? err->message : "");
  else {
    if (strcmp (j->kind, "proxmox") != 0)
      settle (a);
    r = compare (j, name, a);
  }
  appliance_free (a);
  ovf_error_free (err);
  return r;
}

int
main (int argc, char **argv)
{
  struct job j = { .ctx = ovf_ctx_new (), .version = "1.1", .kind = "ovf" };
  int r = 0, c;

  while ((c = getopt (argc, argv, "o:v:t:")) != -1)
    switch (c) {
    case 'o': j.folder = optarg; break;
    case 'v': j.version = optarg; break;
    case 't': j.kind = optarg; break;
    default: return 99;
    }
  for (int i = optind; i < argc; i++)
    r |= one_file (&j, argv[i]);
  ovf_ctx_free (j.ctx);
  return r;
}

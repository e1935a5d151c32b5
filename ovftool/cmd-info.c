/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool info: what is inside; for people, as JSON, or as a build file. */
#include <stdlib.h>
#include <string.h>

#include "show.h"

#define COLUMN_MAX 60 /* bytes of a text in a table */

/* "4.0 GiB", or "unknown" where the source does not say. */
static const char *
size_of (struct cli *cli, const json_t *o, const char *key)
{
  return json_get_size (cli, o, key, "unknown");
}

static void
heading (struct cli *cli, const char *text)
{
  fprintf (cli_out (cli), "\n%s\n", text);
}

/* What stands in the last column of a table. */
static const char *
short_text (struct cli *cli, const json_t *o, const char *key)
{
  const char *text = json_get_text (o, key);

  return text != NULL ? show_first_line (cli, text, COLUMN_MAX) : "";
}

/* ---- the package ------------------------------------------------------- */

static void
print_package (struct cli *cli, const json_t *model)
{
  const json_t *package = json_object_get (model, "package");
  const char *version = json_show (cli, model, "ovf_version", NULL);
  const char *kind = json_show (cli, model, "kind", "unknown");

  fprintf (cli_out (cli), "%s\n", cli_show (cli, cli_subject (cli)));
  show_row (cli, "Kind", version != NULL
                           ? cli_format (cli, "%s (OVF %s)", kind, version)
                           : kind);
  show_row (cli, "Name", json_show (cli, model, "name", NULL));
  show_row (cli, "Descriptor", json_show (cli, model, "descriptor", NULL));
  if (!json_is_object (package))
    return;
  show_row (cli, "Manifest", json_show (cli, package, "manifest", "none"));
  show_row (cli, "Certificate",
            json_show (cli, package, "certificate", "none"));
  show_row (cli, "Trust", "digests and signature are not checked here: use "
                          "'ovftool verify'");
}

static void
print_files (struct cli *cli, const json_t *model)
{
  struct table table = { .cli = cli, .columns = 3 };
  const json_t *files = json_object_get (model, "files");
  json_t *file;
  size_t i;

  if (json_array_size (files) == 0)
    return;
  heading (cli, "Files");
  json_array_foreach (files, i, file) {
    const char *packed = json_show (cli, file, "compression", NULL);
    const char *chunk = json_get_size (cli, file, "chunk_size", NULL);
    const char *note = packed != NULL ? packed : "";

    if (chunk != NULL)
      note = cli_format (cli, "%s%sin chunks of %s", note,
                         packed != NULL ? ", " : "", chunk);
    table_add (&table, json_show (cli, file, "href", "-"),
               size_of (cli, file, "size"), note);
  }
  table_print (&table, "  ");
}

/* The href of a file of the model by id. */
static const char *
file_href (struct cli *cli, const json_t *model, const json_t *id)
{
  json_t *file;
  size_t i;

  json_array_foreach (json_object_get (model, "files"), i, file)
    if (json_is_string (id) && json_equal (json_object_get (file, "id"), id))
      return json_show (cli, file, "href", "-");
  return "";
}

static void
print_disks (struct cli *cli, const json_t *model)
{
  struct table table = { .cli = cli, .columns = 5 };
  const json_t *disks = json_object_get (model, "disks");
  json_t *disk;
  size_t i;

  if (json_array_size (disks) == 0)
    return;
  heading (cli, "Disks (capacity, in use, format, file)");
  json_array_foreach (disks, i, disk) {
    const json_t *file = json_object_get (disk, "file");

    table_add (&table, json_show (cli, disk, "id", "-"),
               size_of (cli, disk, "capacity"),
               json_get_size (cli, disk, "populated_size", "-"),
               json_show (cli, disk, "format", "unknown"),
               json_is_null (file) ? "(empty)"
                                   : file_href (cli, model, file));
  }
  table_print (&table, "  ");
}

static void
print_networks (struct cli *cli, const json_t *model)
{
  struct table table = { .cli = cli, .columns = 2 };
  const json_t *networks = json_object_get (model, "networks");
  json_t *network;
  size_t i;

  if (json_array_size (networks) == 0)
    return;
  heading (cli, "Networks");
  json_array_foreach (networks, i, network)
    table_add (&table, json_show (cli, network, "name", "-"),
               short_text (cli, network, "description"));
  table_print (&table, "  ");
}

static void
print_configurations (struct cli *cli, const json_t *model)
{
  struct table table = { .cli = cli, .columns = 3 };
  const json_t *list = json_object_get (model, "configurations");
  json_t *c;
  size_t i;

  if (json_array_size (list) == 0)
    return;
  heading (cli, "Configurations (choose with --configuration)");
  json_array_foreach (list, i, c)
    table_add (&table, json_show (cli, c, "id", "-"),
               json_show (cli, c, "label", ""),
               json_get_true (c, "default") ? "(default)" : "");
  table_print (&table, "  ");
}

/* ---- machines ---------------------------------------------------------- */

static const char *
os_text (struct cli *cli, const json_t *machine)
{
  static const char *const keys[] = { "description", "osinfo", "vmware" };
  const json_t *os = json_object_get (machine, "os");
  const char *cim = json_show (cli, os, "cim_id", NULL), *all = NULL;

  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    const char *s = json_show (cli, os, keys[i], NULL);

    if (s != NULL)
      all = all != NULL ? cli_format (cli, "%s, %s", all, s) : s;
  }
  if (cim != NULL)
    all = all != NULL ? cli_format (cli, "%s (CIM %s)", all, cim)
                      : cli_format (cli, "CIM %s", cim);
  return all;
}

static const char *
cpu_text (struct cli *cli, const json_t *machine)
{
  const char *cpus = json_show (cli, machine, "cpus", NULL);
  const char *cores = json_show (cli, machine, "cores_per_socket", NULL);

  if (cpus == NULL || cores == NULL || strcmp (cores, "1") == 0)
    return cpus;
  return cli_format (cli, "%s (%s cores per socket)", cpus, cores);
}

static void
print_system (struct cli *cli, const json_t *machine)
{
  const json_t *serials = json_object_get (machine, "serials");

  if (!json_equal (json_object_get (machine, "name"),
                   json_object_get (machine, "id")))
    show_row (cli, "Name", json_show (cli, machine, "name", NULL));
  show_text (cli, "Description", json_get_text (machine, "description"));
  show_row (cli, "System", os_text (cli, machine));
  show_row (cli, "Hardware", json_show_list (cli, machine, "hardware"));
  show_row (cli, "CPUs", cpu_text (cli, machine));
  show_row (cli, "Memory", json_get_size (cli, machine, "memory", NULL));
  show_row (cli, "UUID", json_show (cli, machine, "uuid", NULL));
  show_row (cli, "Firmware", json_show (cli, machine, "firmware", NULL));
  if (json_get_true (machine, "secure_boot"))
    show_row (cli, "Secure boot", "yes");
  if (json_get_true (machine, "tpm"))
    show_row (cli, "TPM", "yes");
  show_row (cli, "Kernel", json_show (cli, machine, "kernel", NULL));
  show_row (cli, "Ramdisk", json_show (cli, machine, "ramdisk", NULL));
  show_row (cli, "Command line", json_show (cli, machine, "cmdline", NULL));
  show_row (cli, "Boot loader", json_show (cli, machine, "bootloader", NULL));
  show_row (cli, "Graphics", json_show (cli, machine, "graphics", NULL));
  if (json_integer_value (serials) > 0)
    show_row (cli, "Serial ports", cli_show_json (cli, serials));
  show_row (cli, "Environment", json_show_list (cli, machine, "transport"));
}

/* The model of the controller a drive hangs on. */
static const char *
controller_model (struct cli *cli, const json_t *machine, const json_t *drive)
{
  json_t *c;
  size_t i;

  json_array_foreach (json_object_get (machine, "controllers"), i, c)
    if (json_equal (json_object_get (c, "bus"), json_object_get (drive, "bus"))
        && json_equal (json_object_get (c, "index"),
                       json_object_get (drive, "controller")))
      return json_show (cli, c, "model", "");
  return "";
}

static void
print_drives (struct cli *cli, const json_t *model, const json_t *machine)
{
  struct table table = { .cli = cli, .columns = 4 };
  json_t *drive;
  size_t i;

  json_array_foreach (json_object_get (machine, "drives"), i, drive) {
    const char *disk = json_show (cli, drive, "disk", NULL);
    const json_t *file = json_object_get (drive, "file");

    table_add (&table, i == 0 ? "Drives          " : "",
               cli_format (cli, "%s %s:%s", json_show (cli, drive, "bus", "-"),
                           json_show (cli, drive, "controller", "-"),
                           json_show (cli, drive, "unit", "-")),
               cli_format (cli, "%s %s", json_show (cli, drive, "kind", "-"),
                           disk != NULL            ? disk
                           : json_is_string (file) ? file_href (cli, model, file)
                                                   : "(empty)"),
               controller_model (cli, machine, drive));
  }
  table_print (&table, "  ");
}

static void
print_nics (struct cli *cli, const json_t *machine)
{
  struct table table = { .cli = cli, .columns = 4 };
  json_t *nic;
  size_t i;

  json_array_foreach (json_object_get (machine, "nics"), i, nic) {
    const char *attachment = json_show (cli, nic, "attachment", NULL);
    const char *network = json_show (cli, nic, "network", "-");

    table_add (&table, i == 0 ? "Network cards   " : "",
               json_show (cli, nic, "model", "unknown"),
               attachment != NULL
                 ? cli_format (cli, "%s %s", attachment, network) : network,
               json_show (cli, nic, "mac", ""));
  }
  table_print (&table, "  ");
}

static void
print_properties (struct cli *cli, const json_t *product)
{
  struct table table = { .cli = cli, .columns = 4 };
  json_t *p;
  size_t i;

  json_array_foreach (json_object_get (product, "properties"), i, p) {
    const char *value = json_show (cli, p, "value", NULL);

    /* What may be a secret is not put on a screen. */
    if (value != NULL && json_get_true (p, "password"))
      value = "********";
    table_add (&table,
               json_show (cli, p, "full_key", json_show (cli, p, "key", "-")),
               json_show (cli, p, "type", ""),
               value != NULL ? cli_format (cli, "= %s", value) : "",
               short_text (cli, p, "label"));
  }
  table_print (&table, "    ");
}

static void
print_products (struct cli *cli, const json_t *machine)
{
  json_t *product;
  size_t i;

  json_array_foreach (json_object_get (machine, "products"), i, product) {
    const char *vendor = json_show (cli, product, "vendor", NULL);
    const char *version = json_show (cli, product, "full_version",
                                     json_show (cli, product, "version", ""));
    const char *name = json_show (cli, product, "product", NULL);

    if (name != NULL)
      show_row (cli, "Product",
                cli_format (cli, "%s%s%s%s%s", name, *version ? " " : "",
                            version, vendor ? ", by " : "",
                            vendor ? vendor : ""));
    show_row (cli, "Product URL",
              json_show (cli, product, "product_url", NULL));
    if (json_array_size (json_object_get (product, "properties")) > 0)
      fputs ("  Properties (set with --prop)\n", cli_out (cli));
    print_properties (cli, product);
  }
}

static void
print_licences (struct cli *cli, const json_t *machine)
{
  json_t *eula;
  size_t i;

  json_array_foreach (json_object_get (machine, "eulas"), i, eula)
    show_text (cli, "License", json_string_value (eula));
  show_text (cli, "Annotation", json_get_text (machine, "annotation"));
}

static void
print_model (struct cli *cli, const json_t *model)
{
  json_t *machine;
  size_t i;

  print_package (cli, model);
  print_files (cli, model);
  print_disks (cli, model);
  print_networks (cli, model);
  print_configurations (cli, model);
  json_array_foreach (json_object_get (model, "machines"), i, machine) {
    heading (cli, cli_format (cli, "Machine %s",
                              json_show (cli, machine, "id", "-")));
    print_system (cli, machine);
    print_drives (cli, model, machine);
    print_nics (cli, machine);
    print_products (cli, machine);
    print_licences (cli, machine);
  }
}

/* ---- the command ------------------------------------------------------- */

/* One source; its model, or NULL after an error. */
static json_t *
inspect (struct cli *cli, const char *source)
{
  struct ovf_error *err = NULL;
  char *text = NULL;
  json_t *model;

  cli_set_subject (cli, source);
  ovf_info (cli_ctx (cli), source, cli_options (cli), cli_report (cli), &text,
            &err);
  model = cli_parse (cli, text);
  if (err != NULL)
    cli_error (cli, err);
  return model;
}

/* `--format spec`: what the library gives is one string. */
static int
run_text (struct cli *cli, const char *source)
{
  struct ovf_error *err = NULL;
  char *text = NULL;
  json_t *spec;

  if (cli_json (cli))
    return cli_usage (cli, "--json and --format %s exclude each other",
                      cli_string (cli, "format"));
  cli_set_subject (cli, source);
  ovf_info (cli_ctx (cli), source, cli_options (cli), cli_report (cli), &text,
            &err);
  spec = cli_parse (cli, text);
  if (json_is_string (spec))
    fputs (json_string_value (spec), cli_out (cli));
  json_decref (spec);
  return cli_finish (cli, NULL, err);
}

static int
run (struct cli *cli, int argc, char **argv)
{
  const char *format = cli_string (cli, "format");
  json_t *sources = json_array (), *model = NULL, *result;

  if (format != NULL && strcmp (format, "json") == 0)
    cli_set_json (cli);
  else if (format != NULL && strcmp (format, "text") != 0) {
    json_decref (sources);
    return argc == 1 ? run_text (cli, argv[0])
                     : cli_usage (cli, "--format %s takes one source", format);
  }
  for (int i = 0; i < argc; i++) {
    model = inspect (cli, argv[i]);
    if (model == NULL)
      continue;
    if (json_array_size (sources) > 0)
      fputc ('\n', cli_out (cli));
    print_model (cli, model);
    json_array_append_new (sources, model);
  }
  /* One source: the model itself; several: a list of them. */
  if (argc == 1)
    result = json_incref (json_array_get (sources, 0));
  else
    result = json_pack ("{s:O}", "sources", sources);
  json_decref (sources);
  return cli_finish (cli, result, NULL);
}

static const struct cmd_option options[] = {
  { 0, "format", ARG_CHOICE, "text|json|spec|html",
    "json is --json; spec is the file that 'ovftool build' takes" },
  OPTION_FROM,
  OPTION_CONFIGURATION,
  OPTIONS_REACH,
  { 0, "lax", ARG_NONE, NULL,
    "go on with a required section that is not understood" },
  OPTIONS_TRUST,
  OPTIONS_END
};

const struct command cmd_info = {
  .name = "info",
  .synopsis = "info SOURCE... [OPTIONS]",
  .summary = "show what is inside a package or configuration",
  .more = "SOURCE is an .ova, an .ovf, a folder that holds one, '-' (an OVA "
          "on standard\ninput), a hypervisor's configuration, or a disk "
          "image. Reads no disk data.",
  .min_args = 1,
  .max_args = ANY_NUMBER,
  .options = options,
  .run = run,
};

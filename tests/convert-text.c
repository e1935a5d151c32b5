/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A description in one format to another, without disks and packages: what
 * converters do, for the goldens.
 *
 *   convert-text FROM TO [native] [qemu] [settle [package] [for=KIND]]
 *                [complete] [companion] <IN >OUT 2>FINDINGS
 *
 * TO is a kind or `json`; `companion` writes the script beside it.  `settle`
 * gives the model what the pipeline gives it before a writer sees it: paths
 * of disks, a format, networks, of TO or of KIND; `package` as for an OVF
 * target.  `complete` says all that is known of the system.  Exit status:
 * that of the command line. */
#include <jansson.h>
#include <stdio.h>

#include "converter.h"
#include "model/maps.h"

struct job {
  const char *from, *to;
  const char *settle_for;   /* whose paths and networks: TO's by default */
  bool settle, package, companion, complete;
  struct write_settings settings;
};

static char *
read_all (FILE *f, size_t *ret_len)
{
  size_t room = 1 << 16, n;
  char *text = malloc (room);

  *ret_len = 0;
  while ((n = fread (text + *ret_len, 1, room - *ret_len - 1, f)) > 0) {
    *ret_len += n;
    if (room - *ret_len < 2)
      text = realloc (text, room *= 2);
  }
  text[*ret_len] = '\0';
  return text;
}

static void
show_findings (const struct ovf_report *report)
{
  static const char *const words[] = { "note", "warning", "error" };

  for (size_t i = 0; i < ovf_report_size (report); i++) {
    const struct ovf_finding *f = ovf_report_get (report, i);
    fprintf (stderr, "%s [%s] %s\n", words[f->severity], f->rule, f->message);
  }
}

static int
show_error (struct ovf_error *err)
{
  static const int status[] = {
    [OVF_E_FORMAT] = 3, [OVF_E_LIMIT] = 3, [OVF_E_UNSAFE] = 3,
    [OVF_E_INTEGRITY] = 4, [OVF_E_USAGE] = 2, [OVF_E_CANCELLED] = 1,
  };
  enum ovf_code code = ovf_error_code (err);
  const char *rule = ovf_error_rule (err);

  fprintf (stderr, "error: %u: %s [%s]\n", ovf_error_line (err),
           ovf_error_message (err), rule ? rule : "-");
  ovf_error_free (err);
  return status[code] ? status[code] : 1;
}

/* What a package is given: names in it, sizes, streams. */
static void
settle_package (struct appliance *a)
{
  for (size_t i = 0; i < a->files.len; i++) {
    struct file_ref *f = &a->files.ptr[i];
    char *name = xasprintf ("guest-file%zu.iso", i + 1);
    set_string (&f->href, name);
    f->size = 2048;
    free (name);
  }
  VECTOR_FOR (d, &a->disks) {
    d->format = "vmdk-stream";
    if (d->capacity == NO_SIZE)
      d->capacity = UINT64_C (1) << 30;
  }
}

/* What a configuration is given: final paths, a format, networks. */
static void
settle_configuration (struct appliance *a, const char *to)
{
  const struct converter *c = converter_by_name (to);
  const char *net = c && c->net_default ? c->net_default : "network:default";
  CLEANUP_FREE char *kind = xstrndup (net, strcspn (net, ":"));
  const char *format = c && c->disk_format ? c->disk_format : "qcow2";
  unsigned n = 0;

  for (size_t i = 0; i < a->files.len; i++) {
    char *path = xasprintf ("/vm/guest-file%zu.iso", i + 1);
    set_string (&a->files.ptr[i].href, path);
    free (path);
  }
  VECTOR_FOR (d, &a->disks) {
    char *path = xasprintf ("/vm/guest-disk%u.%s", ++n, format);
    if (d->file == NO_INDEX) {
      appliance_add_file (a, d->id, path);
      d->file = a->files.len - 1;
    }
    else
      set_string (&a->files.ptr[d->file].href, path);
    d->format = format;
    free (path);
  }
  VECTOR_FOR (m, &a->machines)
    VECTOR_FOR (nic, &m->nics) {
      nic->attachment = attachment_by_word (kind);
      set_string (&nic->network, strchr (net, ':') ? strchr (net, ':') + 1 : NULL);
    }
}

static bool
write_out (struct ovf_ctx *ctx, const struct appliance *a,
           const struct job *job, struct ovf_report *report,
           struct ovf_error **err)
{
  const struct converter *to = converter_by_name (job->to);
  json_t *j;
  bool ok;

  if (to != NULL && to->write != NULL)
    return (job->companion && to->companion ? to->companion->write : to->write) (
      ctx, a, &job->settings, stdout, report, err);
  if (strcmp (job->to, "json") != 0)
    return error_set (err, OVF_E_USAGE, "no such target");
  j = model_to_json (a);
  ok = json_dumpf (j, stdout, JSON_INDENT (1) | JSON_ENSURE_ASCII) == 0;
  putchar ('\n');
  json_decref (j);
  return ok || error_set (err, OVF_E_IO, "cannot write");
}

static bool
run (struct ovf_ctx *ctx, const struct job *job, struct ovf_report *report,
     struct ovf_error **err)
{
  static const struct read_settings settings;
  const struct converter *from = converter_by_name (job->from);
  CLEANUP (appliance) struct appliance *a = NULL;
  struct input in = { .name = "source" };
  CLEANUP_FREE char *text = read_all (stdin, &in.len);

  in.text = text;
  if (from == NULL || from->read == NULL)
    return error_set (err, OVF_E_USAGE, "no such source");
  a = from->read (ctx, &in, &settings, report, err);
  if (a == NULL || !model_check (ctx, a, err) || !model_check_ids (a, err))
    return false;
  VECTOR_FOR (m, &a->machines)
    if (job->complete)
      os_complete (&m->os);
  if (job->settle && job->package)
    settle_package (a);
  else if (job->settle)
    settle_configuration (a, job->settle_for);
  return write_out (ctx, a, job, report, err);
}

int
main (int argc, char **argv)
{
  struct job job = { .settings = { .virt_type = "kvm", .ovf_version = "1.1" } };
  struct ovf_report *report = ovf_report_new ();
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_error *err = NULL;
  bool ok;

  if (argc < 3)
    return 2;
  job.from = argv[1];
  job.to = job.settle_for = argv[2];
  for (int i = 3; i < argc; i++) {
    job.settle |= strcmp (argv[i], "settle") == 0;
    job.companion |= strcmp (argv[i], "companion") == 0;
    job.settings.native_hardware |= strcmp (argv[i], "native") == 0;
    if (strncmp (argv[i], "for=", 4) == 0)
      job.settle_for = argv[i] + 4;
    job.complete |= strcmp (argv[i], "complete") == 0;
    job.package |= strcmp (argv[i], "package") == 0;
    if (strcmp (argv[i], "qemu") == 0)
      job.settings.virt_type = "qemu";
    if (strcmp (argv[i], "virt=xen") == 0)
      job.settings.virt_type = "xen";
  }
  ok = run (ctx, &job, report, &err);
  show_findings (report);
  ovf_report_free (report);
  ovf_ctx_free (ctx);
  if (!ok)
    return show_error (err);
  return fflush (stdout) == 0 ? 0 : 1;
}

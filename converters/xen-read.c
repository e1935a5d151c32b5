/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings of Xen as a model: the machine itself; disks are in xen-disk.c,
 * network adapters in xen-nic.c, and what becomes of which setting is said in
 * xen-keys.c.
 *
 * Nothing that a file names is run or opened here: boot loaders, scripts and
 * device models are of the host. */
#include "xen.h"

#include <ctype.h>
#include <stdarg.h>

#include "base/file.h"
#include "drive-name.h"

#define CPUS_MAX 65535
#define MIB (UINT64_C (1) << 20)

/* ---- findings -------------------------------------------------------------- */
bool
xen_wrong (struct xen_reader *r, unsigned line, struct ovf_error **err,
           const char *fmt, ...)
{
  CLEANUP_FREE char *text = NULL;
  va_list ap;

  va_start (ap, fmt);
  if (vasprintf (&text, fmt, ap) < 0)
    abort ();
  va_end (ap);
  if (!r->inspect)
    return error_at (err, OVF_E_FORMAT, "XEN-VALUE", r->name, line, "%s", text);
  report_add (r->report, OVF_FAULT, "XEN-VALUE", r->name, line, NULL, "%s", text);
  return true;
}

void
xen_lost (struct xen_reader *r, unsigned line, const char *key)
{
  extras_keep (&r->m->extras, XEN_OWNER, key, NULL)->line = line;
}

void
xen_host (struct xen_reader *r, unsigned line, const char *what)
{
  report_add (r->report, OVF_NOTE, "XEN-HOST", r->name, line, NULL,
              "%s is of one host: it is not taken over", what);
}

/* ---- values ---------------------------------------------------------------- */
const char *
xen_text (const struct xen_value *v)
{
  return v->kind == XEN_STRING || v->kind == XEN_NUMBER ? v->text : NULL;
}

/* strtoul (.., 0), as xl does it. */
static bool
number_of_text (const char *s, uint64_t max, uint64_t *ret)
{
  unsigned base = 10;
  uint64_t n = 0;
  const char *p = s;

  if (*p == '0' && tolower ((unsigned char)p[1]) == 'x') {
    base = 16;
    p += 2;
  }
  else if (*p == '0' && p[1] != '\0')
    base = 8;
  if (base == 10)
    return parse_u64 (s, 0, max, ret);
  for (; isxdigit ((unsigned char)*p); p++) {
    int c = tolower ((unsigned char)*p);
    unsigned d = (unsigned)(isdigit (c) ? c - '0' : c - 'a' + 10);
    if (d >= base || __builtin_mul_overflow (n, base, &n)
        || __builtin_add_overflow (n, d, &n))
      return false;
  }
  if (*p != '\0' || p[-1] == 'x' || p[-1] == 'X' || n > max)
    return false;
  *ret = n;
  return true;
}

bool
xen_number (const struct xen_value *v, uint64_t max, uint64_t *ret)
{
  CLEANUP_FREE char *text = xen_text (v) ? text_trim (xen_text (v)) : NULL;

  return text != NULL && *text != '\0' && number_of_text (text, max, ret);
}

char *
xen_word (const char **rest)
{
  const char *begin = *rest, *end;
  CLEANUP_FREE char *word = NULL;

  if (begin == NULL)
    return NULL;
  end = strchrnul (begin, ',');
  *rest = *end == ',' ? end + 1 : NULL;
  word = xstrndup (begin, (size_t)(end - begin));
  return text_trim (word);
}

void
xen_split (char *word, char **ret_value)
{
  char *eq = strchr (word, '=');

  *ret_value = eq ? eq + 1 : NULL;
  if (eq == NULL)
    return;
  for (*eq = '\0'; eq > word && isblank ((unsigned char)eq[-1]); eq--)
    eq[-1] = '\0';
  *ret_value += strspn (*ret_value, " \t");
}

const struct xen_setting *
xen_setting (const struct xen_reader *r, const char *name)
{
  return xen_find (r->config, name);
}

const char *
xen_setting_text (const struct xen_reader *r, const char *name)
{
  const struct xen_setting *s = xen_setting (r, name);

  return s ? xen_text (&s->value) : NULL;
}

/* False with an error when there is a value that is no number. */
static bool
read_number (struct xen_reader *r, const char *name, uint64_t max, uint64_t *ret,
             struct ovf_error **err)
{
  const struct xen_setting *s = xen_setting (r, name);

  if (s == NULL || xen_number (&s->value, max, ret))
    return true;
  return xen_wrong (r, s->value.line, err, "'%s' is no number that %s can have",
                    xen_text (&s->value) ? xen_text (&s->value) : "a list", name);
}

/* ---- identity -------------------------------------------------------------- */
static void
read_name (struct xen_reader *r)
{
  const char *name = xen_setting_text (r, "name");
  CLEANUP_FREE char *stem = path_stem (r->name);

  if (name == NULL || text_is_blank (name)) {
    report_add (r->report, OVF_WARNING, "XEN-NAME", r->name, 0, NULL,
                "the machine has no name: it gets the file's");
    name = stem;
  }
  set_string (&r->m->name, name);
  set_string (&r->m->id, name);
  set_string (&r->a->name, name);
}

static void
read_uuid (struct xen_reader *r)
{
  const struct xen_setting *s = xen_setting (r, "uuid");

  if (s == NULL || xen_text (&s->value) == NULL)
    return;
  r->m->uuid = text_uuid (xen_text (&s->value));
  if (r->m->uuid == NULL)
    report_add (r->report, OVF_WARNING, "XEN-UUID", r->name, s->value.line, NULL,
                "'%s' is no UUID", xen_text (&s->value));
}

/* "type" is xl's word since 4.10, "builder" the one before; hvmloader as a
 * kernel is how the oldest files say it. */
static bool
read_type (struct xen_reader *r, struct ovf_error **err)
{
  static const struct { const char *word, *machine; } types[] = {
    { "hvm", XEN_HVM }, { "pv", XEN_PV }, { "pvh", XEN_PVH },
    { "linux", XEN_PV }, { "generic", XEN_PV },
  };
  const char *kernel = xen_setting_text (r, "kernel");
  const char *name = xen_setting (r, "type") ? "type" : "builder";
  const char *word = xen_setting_text (r, name), *machine = NULL;

  if (word == NULL)
    word = kernel && text_has_suffix (kernel, "hvmloader") ? "hvm" : "pv";
  for (size_t i = 0; i < ARRAY_SIZE (types); i++)
    if (text_equal_nocase (types[i].word, word))
      machine = types[i].machine;
  if (machine == NULL)
    return xen_wrong (r, xen_setting (r, name)->value.line, err,
                      "'%s' is no type of a machine", word);
  set_string (&r->m->machine_type, machine);
  r->hvm = strcmp (machine, XEN_HVM) == 0;
  r->m->paravirtual = r->hvm ? NO : YES;
  return true;
}

/* ---- memory and processors ------------------------------------------------- */
/* The most the guest can have is its size; where it boots with less, that is
 * kept. */
static bool
read_memory (struct xen_reader *r, struct ovf_error **err)
{
  uint64_t memory = 0, most = 0;

  if (!read_number (r, "memory", INT64_MAX / MIB, &memory, err)
      || !read_number (r, "maxmem", INT64_MAX / MIB, &most, err))
    return false;
  r->m->memory = (most > memory ? most : memory) * MIB;
  if (most > memory && memory > 0)
    extras_keep (&r->m->extras, XEN_OWNER, "memory", xen_setting_text (r, "memory"))->line
      = xen_setting (r, "memory")->value.line;
  return true;
}

static bool
read_cpus (struct xen_reader *r, struct ovf_error **err)
{
  uint64_t cpus = 0, most = 0;

  if (!read_number (r, "vcpus", CPUS_MAX, &cpus, err)
      || !read_number (r, "maxvcpus", CPUS_MAX, &most, err))
    return false;
  r->m->cpus = (unsigned)(cpus ? cpus : most);
  if (most > cpus && cpus > 0)
    extras_keep (&r->m->extras, XEN_OWNER, "maxvcpus", xen_setting_text (r, "maxvcpus"))->line
      = xen_setting (r, "maxvcpus")->value.line;
  return true;
}

/* ---- what is booted -------------------------------------------------------- */
size_t
xen_add_file (struct xen_reader *r, const char *id, const char *href, unsigned line)
{
  appliance_add_file (r->a, id, href)->line = line;
  return r->a->files.len - 1;
}

static void
boot_file (struct xen_reader *r, const char *name, char **path, size_t *file)
{
  const char *text = xen_setting_text (r, name);

  if (text == NULL || *text == '\0'
      || (r->hvm && text_has_suffix (text, "hvmloader")))
    return;
  set_string (path, text);
  *file = xen_add_file (r, name, text, xen_setting (r, name)->value.line);
}

/* "root" and "extra" are parts of the command line; "cmdline" is all of it,
 * and then xl takes no notice of the others. */
static void
read_cmdline (struct xen_reader *r)
{
  const char *all = xen_setting_text (r, "cmdline");
  const char *root = xen_setting_text (r, "root"), *extra = xen_setting_text (r, "extra");

  free (r->m->cmdline);
  r->m->cmdline = all             ? xstrdup (all)
                  : root && extra ? xasprintf ("root=%s %s", root, extra)
                  : root          ? xasprintf ("root=%s", root)
                                  : xstrdup (extra);
  if (r->m->cmdline != NULL && *r->m->cmdline == '\0')
    set_string (&r->m->cmdline, NULL);
}

static void
read_boot (struct xen_reader *r)
{
  const char *loader = xen_setting_text (r, "bootloader"), *order = xen_setting_text (r, "boot");

  boot_file (r, "kernel", &r->m->kernel, &r->m->kernel_file);
  boot_file (r, "ramdisk", &r->m->ramdisk, &r->m->ramdisk_file);
  read_cmdline (r);
  if (loader != NULL && *loader != '\0')
    set_string (&r->m->bootloader, loader);
  if (order != NULL && r->hvm)
    boot_letters_read (r->m, order);
}

/* hvmloader holds a BIOS, and others on request. */
static void
read_firmware (struct xen_reader *r)
{
  const char *bios = xen_setting_text (r, "bios");
  const char *word = bios ? bios : xen_setting_text (r, "firmware");

  if (!r->hvm)
    return;
  r->m->firmware = FIRMWARE_BIOS;
  if (word != NULL && (text_equal_nocase (word, "ovmf") || text_equal_nocase (word, "uefi")))
    r->m->firmware = FIRMWARE_UEFI;
}

/* ---- all settings ---------------------------------------------------------- */
static bool
is_usual (const char *usual, const char *text)
{
  CLEANUP_FREE char *all = xasprintf (" %s ", usual ? usual : "");
  CLEANUP_FREE char *word = xasprintf (" %s ", text);

  return strstr (all, word) != NULL;
}

/* Words that xl may be told again; anything else only by its name. */
static bool
is_plain (const char *s)
{
  return strlen (s) <= 256
         && s[strspn (s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789 ._:,=/+-")] == '\0';
}

static void
keep (struct xen_reader *r, const struct xen_key *k, const struct xen_setting *s)
{
  const char *text = xen_text (&s->value);

  if (text != NULL && is_usual (k->usual, text))
    return;
  if (text != NULL && is_plain (text))
    extras_keep (&r->m->extras, XEN_OWNER, k->name, text)->line = s->value.line;
  else
    xen_lost (r, s->value.line, k->name);
}

static void
unknown (struct xen_reader *r, const struct xen_setting *s)
{
  if (s->stray)
    return; /* the statement has its finding */
  if (s->value.kind == XEN_OPAQUE)
    report_add (r->report, OVF_WARNING, "XEN-STATEMENT", r->name, s->value.line, NULL,
                "'%s' is computed: it is not looked at", s->name);
  else
    report_add (r->report, OVF_NOTE, "XEN-UNKNOWN", r->name, s->value.line, NULL,
                "Xen has no setting '%s': it is not looked at", s->name);
}

static bool
computed (struct xen_reader *r, const struct xen_setting *s, struct ovf_error **err)
{
  error_at (err, OVF_E_UNSUPPORTED, "XEN-PROGRAM", r->name, s->value.line,
            "'%s' is computed by a program, which is not run", s->name);
  return error_hint (err, "write its value into the file");
}

static bool
sort_setting (struct xen_reader *r, const struct xen_setting *s, struct ovf_error **err)
{
  const struct xen_key *k = xen_key (s->name);

  if (xen_find (r->config, s->name) != s) {
    if (k != NULL)
      report_add (r->report, OVF_NOTE, "XEN-TWICE", r->name, s->value.line, NULL,
                  "'%s' is set again further down, which is what counts", s->name);
    return true;
  }
  if (k == NULL) {
    unknown (r, s);
    return true;
  }
  if (s->value.kind == XEN_OPAQUE && (k->fate == XEN_READ || k->fate == XEN_KEEP))
    return computed (r, s, err);
  if (k->fate == XEN_KEEP)
    keep (r, k, s);
  else if (k->fate == XEN_LOSE)
    xen_lost (r, s->value.line, k->name);
  else if (k->fate == XEN_DROP)
    xen_host (r, s->value.line, k->name);
  return true;
}

/* Only the whole disk can be booted by a PC's firmware. */
static void
report_partitions (struct xen_reader *r)
{
  VECTOR_FOR (d, &r->m->drives) {
    struct drive_name name;
    if (d->name == NULL || !drive_name_parse (d->name, &name) || name.partition == 0)
      continue;
    report_add (r->report, OVF_WARNING, "XEN-PARTITION", r->name, d->line, NULL,
                "the disk '%s' is a partition without a table: there is no bootable "
                "whole disk", d->name);
    report_hint (r->report, "the guest starts with its own kernel only, in Xen or by "
                            "direct boot");
    return;
  }
}

static bool
read_machine (struct xen_reader *r, struct ovf_error **err)
{
  const struct xen_setting *disk = xen_setting (r, "disk"), *vif = xen_setting (r, "vif");

  VECTOR_FOR (s, &r->config->settings)
    if (!sort_setting (r, s, err))
      return false;
  read_name (r);
  read_uuid (r);
  r->ahci = text_equal_nocase (xen_setting_text (r, "hdtype"), "ahci");
  if (!read_type (r, err) || !read_memory (r, err) || !read_cpus (r, err)
      || (disk != NULL && !xen_disks_read (r, disk, err))
      || (vif != NULL && !xen_nics_read (r, vif, err)))
    return false;
  read_firmware (r);
  read_boot (r);
  xen_devices_read (r);
  report_partitions (r);
  return true;
}

struct appliance *
xen_read (struct ovf_ctx *ctx, const struct input *in,
          const struct read_settings *settings, struct ovf_report *report,
          struct ovf_error **err)
{
  CLEANUP (xen_config) struct xen_config *config = NULL;
  CLEANUP (appliance) struct appliance *a = NULL;
  struct xen_reader r = { .ctx = ctx, .name = in->name, .report = report,
                          .inspect = settings->inspect };

  if (settings->configuration != NULL) {
    error_set (err, OVF_E_USAGE, "a Xen guest has no deployment options: '%s'",
               settings->configuration);
    return NULL;
  }
  config = xen_parse (ctx, in, report, err);
  if (config == NULL)
    return NULL;
  r.config = config;
  r.a = a = appliance_new ("xen");
  r.m = appliance_add_machine (a);
  r.m->line = 1;
  return read_machine (&r, err) ? STEAL (a) : NULL;
}

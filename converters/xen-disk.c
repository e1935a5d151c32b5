/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk = [ ... ]: xl-disk-configuration(5), and what xm had before it.
 *
 *   target,format,vdev,access            by position, and then
 *   format=, vdev=, access=, ...         by name in any order
 *   target=...                           takes all the rest
 *   phy:target,vdev[:cdrom],access       xm, with a prefix of its own */
#include "drive-name.h"
#include "xen.h"

struct spec {
  char *target;             /* a path, or a name of the host */
  char *scheme;             /* "drbd": what the name is of */
  char *vdev;
  const char *format;
  char *script;
  bool device, cdrom, read_only, shared, tuned, remote;
  bool old;                 /* a prefix of xm: no format by position */
  unsigned position;        /* how many values came without a name */
};

static void
spec_done (struct spec *s)
{
  free (s->target);
  free (s->scheme);
  free (s->vdev);
  free (s->script);
}

/* ---- words ----------------------------------------------------------------- */
static const struct {
  const char *word, *format; /* NULL: known to Xen, not here */
} formats[] = {
  { "", "raw" },    { "raw", "raw" },  { "aio", "raw" },   { "qcow2", "qcow2" },
  { "vhd", "vhd" }, { "vpc", "vhd" },  { "vmdk", "vmdk" }, { "qcow", NULL },
  { "qed", NULL },  { "vdi", "vdi" },
};

/* False when it is no format at all. */
static bool
take_format (struct xen_reader *r, struct spec *s, const char *word, unsigned line)
{
  for (size_t i = 0; i < ARRAY_SIZE (formats); i++)
    if (strcmp (formats[i].word, word) == 0) {
      s->format = formats[i].format ? disk_format_word (formats[i].format) : NULL;
      if (formats[i].format == NULL)
        report_add (r->report, OVF_WARNING, "XEN-DISK", r->name, line, NULL,
                    "disks of the format '%s' cannot be read", word);
      return true;
    }
  return false;
}

/* "hdc:cdrom", and xm's "ioemu:hda". */
static void
take_vdev (struct spec *s, const char *word)
{
  char *colon;

  if (strncmp (word, "ioemu:", 6) == 0)
    word += 6;
  set_string (&s->vdev, word);
  colon = strchr (s->vdev, ':');
  if (colon != NULL) {
    s->cdrom = strcmp (colon + 1, "cdrom") == 0;
    *colon = '\0';
  }
}

static bool
take_access (struct spec *s, const char *word)
{
  static const struct { const char *word; bool read_only, shared; } rows[] = {
    { "", false, false },   { "w", false, false },  { "rw", false, false },
    { "r", true, false },   { "ro", true, false },  { "w!", false, true },
    { "rw!", false, true }, { "r!", true, true },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
    if (strcmp (rows[i].word, word) == 0) {
      s->read_only = rows[i].read_only;
      s->shared = rows[i].shared;
      return true;
    }
  return false;
}

/* Prefixes of xm; several may follow each other: "tap:qcow2:". */
static const struct {
  const char *prefix;
  enum { FILE_NEXT, DEVICE_NEXT, FORMAT, SCHEME } what;
} prefixes[] = {
  { "phy:", DEVICE_NEXT }, { "file:", FILE_NEXT },    { "tap:", FILE_NEXT },
  { "tap2:", FILE_NEXT },  { "tapdisk:", FILE_NEXT }, { "aio:", FILE_NEXT },
  { "ioemu:", FILE_NEXT }, { "qdisk:", FILE_NEXT },   { "raw:", FORMAT },
  { "qcow2:", FORMAT },    { "qcow:", FORMAT },       { "vhd:", FORMAT },
  { "vmdk:", FORMAT },     { "qed:", FORMAT },        { "drbd:", SCHEME },
  { "iscsi:", SCHEME },    { "nbd:", SCHEME },        { "enbd:", SCHEME },
  { "rbd:", SCHEME },      { "gluster:", SCHEME },    { "sheepdog:", SCHEME },
  { "npiv:", SCHEME },
};

/* What Ceph and others say behind the name is where the servers are. */
static void
take_target (struct xen_reader *r, struct spec *s, const char *text, unsigned line)
{
  size_t i = 0;

  while (i < ARRAY_SIZE (prefixes)) {
    size_t n = strlen (prefixes[i].prefix);
    CLEANUP_FREE char *word = NULL;
    if (strncmp (text, prefixes[i].prefix, n) != 0) {
      i++;
      continue;
    }
    word = xstrndup (prefixes[i].prefix, n - 1);
    s->old = true;
    s->device |= prefixes[i].what == DEVICE_NEXT || prefixes[i].what == SCHEME;
    if (prefixes[i].what == FORMAT)
      take_format (r, s, word, line);
    text += n;
    if (prefixes[i].what == SCHEME) {
      set_string (&s->scheme, word);
      break;
    }
    i = 0;
  }
  set_string (&s->target, text);
  if (s->scheme != NULL && strcmp (s->scheme, "rbd") == 0)
    s->target[strcspn (s->target, ":")] = '\0';
}

/* ---- a specification ------------------------------------------------------- */
static bool
is_vdev (const char *word)
{
  struct drive_name name;
  CLEANUP_FREE char *base = xstrndup (word, strcspn (word, ":"));

  return strncmp (word, "ioemu:", 6) == 0 || drive_name_parse (base, &name);
}

/* The first value is the target, then format, vdev and access; xm had no
 * format. */
static bool
take_positional (struct xen_reader *r, struct spec *s, const char *word, unsigned line)
{
  switch (s->position++) {
  case 0:
    take_target (r, s, word, line);
    return true;
  case 1:
    if (!s->old && take_format (r, s, word, line))
      return true;
    s->position++;
    if (s->old || is_vdev (word)) {
      take_vdev (s, word);
      return true;
    }
    return false;
  case 2:
    take_vdev (s, word);
    return true;
  case 3:
    return take_access (s, word);
  default:
    return *word == '\0';
  }
}

static bool
take_named (struct xen_reader *r, struct spec *s, const char *name, const char *value,
            unsigned line)
{
  if (strcmp (name, "format") == 0)
    return take_format (r, s, value, line);
  if (strcmp (name, "access") == 0)
    return take_access (s, value);
  if (strcmp (name, "vdev") == 0)
    take_vdev (s, value);
  else if (strcmp (name, "devtype") == 0)
    s->cdrom = strcmp (value, "cdrom") == 0;
  else if (strcmp (name, "script") == 0)
    set_string (&s->script, value);
  else if (strcmp (name, "backendtype") == 0)
    s->device |= strcmp (value, "phy") == 0;
  else if (strcmp (name, "backend") == 0)
    s->remote = true;
  else if (strcmp (name, "specification") != 0 && strcmp (name, "transport") != 0)
    return false;
  return true;
}

static bool
take_flag (struct spec *s, const char *word)
{
  static const char *const tuning[]
    = { "direct-io-safe", "discard", "no-discard", "trusted", "untrusted",
        "grant_usage", "no-grant_usage", NULL };

  if (strcmp (word, "cdrom") == 0) {
    s->cdrom = true;
    return true;
  }
  for (size_t i = 0; tuning[i] != NULL; i++)
    if (strcmp (word, tuning[i]) == 0) {
      s->tuned = true;
      return true;
    }
  return false;
}

/* "vdev=hda"; a path, or what is behind a prefix, may have a "=" in it. */
static bool
has_name (const char *word)
{
  return word[strcspn (word, "=:/")] == '=';
}

static bool
parse_spec (struct xen_reader *r, struct spec *s, const char *text, unsigned line,
            struct ovf_error **err)
{
  const char *rest = text + strspn (text, " \t\n");
  char *word;

  s->format = disk_format_word ("raw");
  while (rest != NULL) {
    char *value;
    bool good;
    rest += strspn (rest, " \t\n");
    if (strncmp (rest, "target=", 7) == 0) {
      CLEANUP_FREE char *all = text_trim (rest + 7);
      take_target (r, s, all, line);
      return true;
    }
    word = xen_word (&rest);
    value = NULL;
    if (has_name (word))
      xen_split (word, &value);
    good = value != NULL ? take_named (r, s, word, value, line)
                         : take_flag (s, word) || take_positional (r, s, word, line);
    if (!good && !xen_wrong (r, line, err, "'%s' makes no sense in the disk '%s'", word,
                             text)) {
      free (word);
      return false;
    }
    free (word);
  }
  return true;
}

/* ---- names of devices ------------------------------------------------------ */
/* The numbers of xen-vbd-interface(7): Linux's majors and minors. */
static bool
seat_of_number (unsigned n, struct drive_name *ret)
{
  static const struct {
    unsigned first, shift, base;
    enum bus bus;
  } rows[] = {
    { 1u << 28, 8, 0, BUS_XEN }, { 202 << 8, 4, 0, BUS_XEN },
    { 22 << 8, 6, 2, BUS_IDE },  { 8 << 8, 4, 0, BUS_SCSI },
    { 3 << 8, 6, 0, BUS_IDE },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
    if (n >= rows[i].first && (i == 0 || n < rows[i].first + 256)) {
      ret->bus = rows[i].bus;
      ret->index = ((n - rows[i].first) >> rows[i].shift) + rows[i].base;
      ret->partition = (n - rows[i].first) & ((1u << rows[i].shift) - 1);
      return true;
    }
  return false;
}

/* "d0p1" is xvda1 by number. */
static bool
parse_numbered (const char *vdev, struct drive_name *ret)
{
  struct xen_value v = { .kind = XEN_NUMBER, .text = (char *)vdev };
  const char *p = strchr (vdev, 'p');
  CLEANUP_FREE char *disk = NULL;
  uint64_t n;

  if (*vdev == 'd') {
    disk = p ? xstrndup (vdev + 1, (size_t)(p - vdev) - 1) : xstrdup (vdev + 1);
    ret->bus = BUS_XEN;
    ret->partition = 0;
    return parse_unsigned (disk, 0, 1 << 20, &ret->index)
           && (p == NULL || parse_unsigned (p + 1, 0, 255, &ret->partition));
  }
  return xen_number (&v, UINT32_MAX >> 1, &n) && seat_of_number ((unsigned)n, ret);
}

static bool
read_seat (struct xen_reader *r, const struct spec *s, struct drive *d,
           struct ovf_error **err)
{
  struct drive_name name = { 0 };

  if (s->vdev == NULL || *s->vdev == '\0')
    return xen_wrong (r, d->line, err, "a disk has no vdev");
  if (!drive_name_parse (s->vdev, &name) && !parse_numbered (s->vdev, &name))
    return xen_wrong (r, d->line, err, "'%s' is no vdev", s->vdev);
  drive_name_seat (&name, false, d);
  if (d->bus == BUS_IDE && r->ahci && d->kind == DRIVE_DISK) {
    d->bus = BUS_SATA;
    d->unit = name.index;
    d->controller = 0;
  }
  if (name.partition > 0 || !drive_seat_is_free (r->m, d)) {
    drive_sit_behind (r->m, d);
    d->name = drive_name_text (&name);
  }
  if (d->bus == BUS_FLOPPY)
    d->kind = DRIVE_FLOPPY;
  return true;
}

/* ---- what is in the drive -------------------------------------------------- */
/* A script makes a device of a name; DRBD's is known by what it does. */
static void
settle_script (struct xen_reader *r, struct spec *s, unsigned line)
{
  if (s->script == NULL)
    return;
  s->device = true;
  if (strncmp (s->script, "block-", 6) == 0 && strchr (s->script, '/') == NULL)
    set_string (&s->scheme, s->script + 6);
  else
    xen_host (r, line, "a script that makes a disk");
}

/* A path as it stands; else the name that --disk-map can be given. */
static char *
name_target (const struct spec *s)
{
  if (s->scheme != NULL)
    return xasprintf ("%s:%s", s->scheme, s->target);
  if (s->device && *s->target != '/' && s->script == NULL)
    return xasprintf ("/dev/%s", s->target);
  return xstrdup (s->target);
}

static bool
is_device (const struct spec *s)
{
  return s->device || strncmp (s->target, "/dev/", 5) == 0;
}

static void
report_device (struct xen_reader *r, const struct spec *s, const struct drive *d)
{
  if (s->scheme != NULL && strcmp (s->scheme, "drbd") == 0)
    report_add (r->report, OVF_WARNING, "XEN-DRBD", r->name, d->line, NULL,
                "'%s' is replicated by DRBD: its data can be taken along, the "
                "replication cannot", d->device);
  else
    report_add (r->report, OVF_WARNING, "XEN-DISK", r->name, d->line, NULL,
                "the disk '%s' is no file: it is a device of the host", d->device);
  report_hint (r->report, "say where its data is: --disk-map '%s=FILE'", d->device);
}

static void
plug_in (struct xen_reader *r, const struct spec *s, struct drive *d)
{
  CLEANUP_FREE char *href = name_target (s), *id = NULL, *disk_id = NULL;
  struct disk *disk;

  if (is_device (s)) {
    d->device = xstrdup (href);
    if (d->kind != DRIVE_DISK)
      return; /* a drive of the host is an empty drive anywhere else */
    report_device (r, s, d);
  }
  id = xasprintf ("file%zu", r->a->files.len + 1);
  if (d->kind != DRIVE_DISK) {
    d->file = xen_add_file (r, id, href, d->line);
    return;
  }
  disk = appliance_add_disk (r->a);
  disk_id = xasprintf ("disk%zu", r->a->disks.len);
  disk->id = STEAL (disk_id);
  disk->format = s->format;
  disk->shared = s->shared;
  disk->line = d->line;
  d->disk = r->a->disks.len - 1;
  disk->file = xen_add_file (r, id, href, d->line);
}

static bool
read_disk (struct xen_reader *r, const char *text, unsigned line, struct ovf_error **err)
{
  struct spec s = { 0 };
  struct drive *d;
  bool ok = parse_spec (r, &s, text, line, err);

  if (ok) {
    d = machine_add_drive (r->m, s.cdrom ? DRIVE_CDROM : DRIVE_DISK);
    d->line = line;
    d->read_only = !s.cdrom && s.read_only;
    ok = read_seat (r, &s, d, err);
    if (d->bus != BUS_UNKNOWN && r->ahci && d->bus == BUS_SATA)
      set_string (&machine_controller (r->m, d->bus, d->controller)->model, "ahci");
    else
      machine_controller (r->m, d->bus, d->controller);
    settle_script (r, &s, line);
    if (s.tuned)
      xen_lost (r, line, "disk options");
    if (s.remote)
      xen_host (r, line, "the domain that a disk is served by");
    if (s.target != NULL && *s.target != '\0')
      plug_in (r, &s, d);
    else if (ok && !s.cdrom)
      ok = xen_wrong (r, line, err, "the disk '%s' has no target", text);
  }
  spec_done (&s);
  return ok;
}

bool
xen_disks_read (struct xen_reader *r, const struct xen_setting *setting,
                struct ovf_error **err)
{
  const struct xen_value *v = &setting->value;

  if (v->kind != XEN_LIST)
    return xen_wrong (r, v->line, err, "'disk' is no list");
  if (!ctx_within (r->ctx, LIMIT_DISKS, v->len, "the number of disks", err))
    return false;
  for (size_t i = 0; i < v->len; i++) {
    const char *text = xen_text (&v->items[i]);
    if (text == NULL) {
      if (!xen_wrong (r, v->items[i].line, err, "a disk is no text"))
        return false;
    }
    else if (!text_is_blank (text) && !read_disk (r, text, v->items[i].line, err))
      return false;
  }
  return true;
}

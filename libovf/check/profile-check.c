/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Holds a source against a profile: one function finds the values that a rule
 * PROFILE-* is about, and one place judges them.
 *
 * Lines: of the descriptor's element where there is a descriptor, else of the
 * model's noun. */
#include "check/profile.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"
#include "base/xml.h"

#define MAX_FINDINGS 50 /* a rule */
#define MAX_SHOWN 8     /* words of a list in a message */

struct run {
  const struct profile *p;
  struct lint *l;
  unsigned digests;
  size_t found;         /* by the check that runs */
};
struct check {
  const char *rule;
  enum profile_list list;   /* PROFILE_LISTS: only where the profile says so */
  const char *what;         /* "the hardware family" */
  void (*find) (struct run *, const struct check *);
  bool mends;               /* `repair --for` does */
};
struct at { /* where a value stands */
  const xmlNode *node;
  const char *file;     /* NULL: the descriptor */
  unsigned line;
};

/* ---- judging ------------------------------------------------------------------- */
static char *
list_text (const struct profile *p, enum profile_list which)
{
  const strings *list = &p->lists[which];
  char *text = xstrdup (list->len == 0 ? "none" : "");

  for (size_t i = 0; i < list->len && i < MAX_SHOWN; i++) {
    char *more = xasprintf ("%s%s%s", text, i > 0 ? ", " : "", list->ptr[i]);
    free (text);
    text = more;
  }
  if (list->len > MAX_SHOWN) {
    char *more = xasprintf ("%s ...", text);
    free (text);
    text = more;
  }
  return text;
}

static char *
message_of (const struct run *r, const struct check *c, const struct refusal *why,
            const char *value)
{
  CLEANUP_FREE char *quoted = value ? xasprintf (" '%s'", value) : xstrdup ("");
  CLEANUP_FREE char *takes = NULL;

  if (why != NULL && why->message != NULL)
    return xasprintf ("%s%s: %s: %s", c->what, quoted, r->p->title, why->message);
  if (c->list == PROFILE_LISTS)
    return xasprintf ("%s%s: %s does not take it", c->what, quoted, r->p->title);
  takes = list_text (r->p, c->list);
  return xasprintf ("%s%s: %s does not take it (it takes: %s)", c->what, quoted,
                    r->p->title, takes);
}

/* A value that the platform does not take. */
static void
refuse (struct run *r, const struct check *c, struct at at, const char *value)
{
  static const enum ovf_severity severities[] = {
    [LEVEL_NOTE] = OVF_NOTE, [LEVEL_WARNING] = OVF_WARNING, [LEVEL_ERROR] = OVF_FAULT
  };
  const struct refusal *why = profile_refusal (r->p, c->rule);
  CLEANUP_FREE char *path = at.node ? xml_path (at.node) : NULL;
  CLEANUP_FREE char *text = NULL;

  if (++r->found > MAX_FINDINGS)
    return;
  text = message_of (r, c, why, value);
  report_add (r->l->report, severities[why ? why->severity : LEVEL_ERROR], c->rule,
              at.file ? at.file : r->l->file, at.node ? xml_line (at.node) : at.line,
              path, "%s", text);
  if (c->mends)
    report_hint (r->l->report, "'ovftool repair --for %s PACKAGE -o OUT' changes it", r->p->name);
  else
    report_hint (r->l->report, "%s", rule_by_id (c->rule)->fix);
}

static void
offer (struct run *r, const struct check *c, struct at at, const char *value)
{
  if (c->list == PROFILE_LISTS || !profile_takes (r->p, c->list, value))
    refuse (r, c, at, value);
}

/* ---- the descriptor's elements --------------------------------------------------- */
#define EACH_ELEMENT(n, l)                                                    \
  for (const xmlNode *n = (l)->doc ? (l)->root : NULL; n != NULL;             \
       n = xml_following (n, (l)->root))

static bool
named (const xmlNode *n, const char *name)
{
  return strcmp (xml_name (n), name) == 0;
}

/* Item, StorageItem, EthernetPortItem. */
static bool
is_item (const xmlNode *n)
{
  return (named (n, "Item") || named (n, "StorageItem") || named (n, "EthernetPortItem"))
         && xml_child (n, "*", "ResourceType") != NULL;
}

static unsigned
item_type (const xmlNode *n)
{
  CLEANUP_FREE char *text = xml_child_text (n, "*", "ResourceType");
  unsigned type = 0;

  return text != NULL && parse_unsigned (text, 0, UINT16_MAX, &type) ? type : 0;
}

/* ---- what each check looks at -------------------------------------------------------- */
/* Of several families the platform needs one. */
static void
judge_families (struct run *r, const struct check *c, struct at at, const char *list)
{
  CLEANUP_FREE char *text = xstrdup (list);
  const char *first = NULL;

  for (char *p = text + strspn (text, " ,\t\r\n"); *p != '\0';) {
    size_t n = strcspn (p, " ,\t\r\n");
    char *word = p;
    p += n;
    if (*p != '\0')
      *p++ = '\0';
    p += strspn (p, " ,\t\r\n");
    if (profile_takes (r->p, c->list, word))
      return;
    if (first == NULL)
      first = word;
  }
  if (first != NULL)
    refuse (r, c, at, first);
}

static void
find_families (struct run *r, const struct check *c)
{
  EACH_ELEMENT (n, r->l)
    if (named (n, "VirtualSystemType")) {
      CLEANUP_FREE char *text = xml_text (n);
      judge_families (r, c, (struct at){ .node = n }, text);
    }
  for (size_t i = 0; r->l->doc == NULL && r->l->model != NULL
                     && i < r->l->model->machines.len; i++) {
    const struct machine *m = &r->l->model->machines.ptr[i];
    bool taken = m->hardware.len == 0;
    VECTOR_FOR (word, &m->hardware)
      taken |= profile_takes (r->p, c->list, *word);
    if (!taken)
      refuse (r, c, (struct at){ .line = m->line }, m->hardware.ptr[0]);
  }
}

static void
find_version (struct run *r, const struct check *c)
{
  if (r->l->model != NULL && r->l->model->ovf_version != NULL)
    offer (r, c, (struct at){ .node = r->l->root }, r->l->model->ovf_version);
}

static void
find_new_items (struct run *r, const struct check *c)
{
  if (!r->p->given[PROFILE_VERSIONS] || profile_takes (r->p, PROFILE_VERSIONS, "2.0"))
    return;
  EACH_ELEMENT (n, r->l)
    if (named (n, "StorageItem") || named (n, "EthernetPortItem"))
      refuse (r, c, (struct at){ .node = n }, xml_name (n));
}

/* "scsi" allows every SCSI controller, "scsi:lsilogic" one model. */
static void
find_buses (struct run *r, const struct check *c)
{
  for (size_t i = 0; r->l->model != NULL && i < r->l->model->machines.len; i++)
    VECTOR_FOR (k, &r->l->model->machines.ptr[i].controllers) {
      const char *bus = bus_word (k->bus);
      CLEANUP_FREE char *both = xasprintf ("%s:%s", bus, k->model ? k->model : "*");
      if (k->bus == BUS_UNKNOWN || k->bus == BUS_FLOPPY || k->bus == BUS_USB
          || profile_takes (r->p, c->list, bus) || profile_takes (r->p, c->list, both))
        continue;
      refuse (r, c, (struct at){ .line = k->line }, k->model ? both : bus);
    }
}

static void
find_nics (struct run *r, const struct check *c)
{
  for (size_t i = 0; r->l->model != NULL && i < r->l->model->machines.len; i++)
    VECTOR_FOR (n, &r->l->model->machines.ptr[i].nics)
      if (n->model != NULL)
        offer (r, c, (struct at){ .line = n->line }, n->model);
}

static void
find_sound (struct run *r, const struct check *c)
{
  EACH_ELEMENT (n, r->l) {
    CLEANUP_FREE char *sub = is_item (n) ? xml_child_text (n, "*", "ResourceSubType") : NULL;
    if (is_item (n) && (item_type (n) == 35
                        || (sub != NULL && strstr (sub, "soundcard") != NULL)))
      offer (r, c, (struct at){ .node = n }, sub && *sub ? sub : "35");
  }
  if (r->l->doc == NULL && r->l->model != NULL)
    VECTOR_FOR (m, &r->l->model->machines)
      if (m->sound != NULL)
        offer (r, c, (struct at){ .line = m->line }, m->sound);
}

/* vmw:Config key="firmware" says it in a descriptor. */
static void
find_firmware (struct run *r, const struct check *c)
{
  const xmlNode *said = NULL;

  EACH_ELEMENT (n, r->l) {
    CLEANUP_FREE char *key = named (n, "Config") ? xml_attr (n, "*", "key") : NULL;
    if (said == NULL && key != NULL && strcmp (key, "firmware") == 0)
      said = n;
  }
  for (size_t i = 0; r->l->model != NULL && i < r->l->model->machines.len; i++) {
    const struct machine *m = &r->l->model->machines.ptr[i];
    if (m->firmware != FIRMWARE_UNKNOWN)
      offer (r, c, (struct at){ .node = said, .line = m->line },
             m->firmware == FIRMWARE_UEFI ? "efi" : "bios");
  }
}

static void
find_compression (struct run *r, const struct check *c)
{
  if (r->l->model != NULL)
    VECTOR_FOR (f, &r->l->model->files)
      offer (r, c, (struct at){ .line = f->line },
             f->compression == COMPRESSION_NONE   ? "none"
             : f->compression == COMPRESSION_GZIP ? "gzip" : "other");
}

static void
find_chunks (struct run *r, const struct check *c)
{
  if (r->l->model != NULL)
    VECTOR_FOR (f, &r->l->model->files)
      if (f->chunk_size != 0)
        offer (r, c, (struct at){ .line = f->line }, f->href);
}

/* The form of one header: "pax" is what an extension header before it says. */
static const char *
tar_word (const struct package *p, const struct member *m)
{
  char block[512];

  if (m->offset < sizeof block
      || !package_pread (p, block, sizeof block, m->offset - sizeof block, NULL))
    return NULL;
  if (memcmp (block + 257, "ustar ", 6) == 0)
    return "gnu";
  return memcmp (block + 257, "ustar", 6) == 0 ? "ustar" : "v7";
}

static bool
tar_has_pax (const struct package *p)
{
  char block[512];

  return package_pread (p, block, sizeof block, 0, NULL)
         && (block[156] == 'x' || block[156] == 'g');
}

static void
find_tar (struct run *r, const struct check *c)
{
  const struct package *p = r->l->package;
  struct at at = { .line = 0 };

  if (p == NULL || package_form (p) != PACKAGE_OVA)
    return;
  at.file = package_path (p);
  if (tar_has_pax (p)) {
    offer (r, c, at, "pax");
    return;
  }
  VECTOR_FOR (m, package_members (p)) {
    const char *word = tar_word (p, m);
    if (word != NULL && !profile_takes (r->p, c->list, word)) {
      refuse (r, c, at, word);
      return;
    }
  }
}

static void
find_digests (struct run *r, const struct check *c)
{
  for (unsigned bit = 1; bit <= DIGEST_SHA384; bit <<= 1)
    if (r->digests & bit)
      offer (r, c, (struct at){ .file = package_manifest_name (r->l->package) },
             digest_name (bit));
}

static void
find_machines (struct run *r, const struct check *c)
{
  CLEANUP_FREE char *count = NULL;

  if (r->l->model == NULL || r->l->model->machines.len == 0)
    return;
  count = xasprintf ("%zu", r->l->model->machines.len);
  offer (r, c, (struct at){ .line = r->l->model->machines.ptr[0].line }, count);
}

static void
find_disks (struct run *r, const struct check *c)
{
  if (r->l->model == NULL)
    return;
  VECTOR_FOR (d, &r->l->model->disks)
    if (d->file != NO_INDEX && d->format != NULL && strcmp (d->format, "iso") != 0
        && strcmp (d->format, "vmdk-stream") != 0)
      offer (r, c, (struct at){ .line = d->line }, d->format);
}

/* Item of a type and, where subtype is given, of that ResourceSubType. */
static void
find_items (struct run *r, const struct check *c, unsigned type, const char *subtype)
{
  EACH_ELEMENT (n, r->l) {
    CLEANUP_FREE char *sub = is_item (n) ? xml_child_text (n, "*", "ResourceSubType") : NULL;
    if (is_item (n) && item_type (n) == type
        && (subtype == NULL || text_equal_nocase (sub, subtype)))
      offer (r, c, (struct at){ .node = n }, sub && *sub ? sub : NULL);
  }
}

static void
find_ahci (struct run *r, const struct check *c)
{
  find_items (r, c, 20, "AHCI");
}

static void
find_usb (struct run *r, const struct check *c)
{
  find_items (r, c, 23, NULL);
}

static void
find_floppy (struct run *r, const struct check *c)
{
  find_items (r, c, 14, NULL);
}

static void
find_vbox (struct run *r, const struct check *c)
{
  EACH_ELEMENT (n, r->l)
    if (named (n, "Machine") && strstr (xml_ns (n), "virtualbox.org") != NULL)
      offer (r, c, (struct at){ .node = n }, NULL);
}

static void
find_nvram (struct run *r, const struct check *c)
{
  EACH_ELEMENT (n, r->l) {
    CLEANUP_FREE char *key = named (n, "ExtraConfig") ? xml_attr (n, "*", "key") : NULL;
    if (key != NULL && strcmp (key, "nvram") == 0)
      offer (r, c, (struct at){ .node = n }, NULL);
  }
}

static const struct check checks[] = {
  { "PROFILE-HARDWARE", PROFILE_FAMILIES, "the hardware family", find_families, true },
  { "PROFILE-VERSION", PROFILE_VERSIONS, "the OVF version", find_version, true },
  { "PROFILE-ITEM", PROFILE_VERSIONS, "an Item of OVF 2", find_new_items, true },
  { "PROFILE-BUS", PROFILE_BUSES, "the controller", find_buses, true },
  { "PROFILE-NIC", PROFILE_NICS, "the network adapter", find_nics, true },
  { "PROFILE-SOUND", PROFILE_SOUND, "the sound card", find_sound, true },
  { "PROFILE-FIRMWARE", PROFILE_FIRMWARE, "the firmware", find_firmware, false },
  { "PROFILE-COMPRESSION", PROFILE_COMPRESSION, "the compression of a file",
    find_compression, true },
  { "PROFILE-TAR", PROFILE_TAR, "the archive's kind", find_tar, true },
  { "PROFILE-DIGEST", PROFILE_DIGESTS, "the manifest's digest", find_digests, true },
  { "PROFILE-MACHINES", PROFILE_MACHINES, "the number of machines", find_machines, false },
  { "PROFILE-CHUNKS", PROFILE_LISTS, "a file in chunks", find_chunks, true },
  { "PROFILE-DISK", PROFILE_LISTS, "the disk format", find_disks, false },
  { "PROFILE-AHCI", PROFILE_LISTS, "the SATA controller", find_ahci, true },
  { "PROFILE-USB", PROFILE_LISTS, "the USB controller", find_usb, true },
  { "PROFILE-FLOPPY", PROFILE_LISTS, "the floppy drive", find_floppy, true },
  { "PROFILE-VBOX", PROFILE_LISTS, "VirtualBox's own settings", find_vbox, true },
  { "PROFILE-NVRAM", PROFILE_LISTS, "the NVRAM file", find_nvram, true },
};

void
profile_check (const struct profile *p, struct lint *l, unsigned digests)
{
  struct run r = { .p = p, .l = l, .digests = digests };

  for (size_t i = 0; i < ARRAY_SIZE (checks); i++) {
    const struct check *c = &checks[i];
    if (c->list == PROFILE_LISTS ? profile_refusal (p, c->rule) == NULL : !p->given[c->list])
      continue;
    r.found = 0;
    c->find (&r, c);
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Repair for a platform: what its profile refuses and something else can be
 * said instead, or left out.  One row a rule; each looks for what
 * check/profile-check.c finds. */
#include "repair.h"

#include "base/text.h"
#include "model/maps.h"

#define RASD_NS                                                               \
  "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"                        \
  "CIM_ResourceAllocationSettingData"
#define OVF_NS_1 "http://schemas.dmtf.org/ovf/envelope/1"
#define RES_SATA 20u
#define MAX_REMOVED 200

typedef void item_fn (struct repair *, xmlNode *item);

/* The profile has a list, and not this word. */
static bool
refuses (const struct repair *r, enum profile_list list, const char *word)
{
  return r->profile->given[list] && !profile_takes (r->profile, list, word);
}

static bool
minds (const struct repair *r, const char *rule)
{
  return profile_refusal (r->profile, rule) != NULL;
}

/* What to write instead; NULL where only a pattern is known. */
static const char *
instead (const struct repair *r, enum profile_list list)
{
  const char *best = profile_best (r->profile, list);

  return best && strpbrk (best, "*:") == NULL ? best : NULL;
}

/* ---- OVF 2 as OVF 1 ---------------------------------------------------------- */
/* The properties of the class that OVF 1 has. */
static bool
is_rasd (const char *name)
{
  static const char *const names[]
    = { "Address", "AddressOnParent", "AllocationUnits", "AutomaticAllocation",
        "AutomaticDeallocation", "Caption", "Connection", "ConsumerVisibility",
        "Description", "ElementName", "HostResource", "InstanceID", "Limit",
        "MappingBehavior", "OtherResourceType", "Parent", "PoolID", "Reservation",
        "ResourceSubType", "ResourceType", "VirtualQuantity", "Weight" };

  for (size_t i = 0; i < ARRAY_SIZE (names); i++)
    if (strcmp (name, names[i]) == 0)
      return true;
  return false;
}

static void
mend_class (struct repair *r, xmlNode *item)
{
  xmlNs *rasd;
  xmlNode *next;

  if (strcmp (xml_name (item), "Item") == 0 || !refuses (r, PROFILE_VERSIONS, "2.0"))
    return;
  repaired_at (r, "PROFILE-ITEM", item, "an Item instead of a %s", xml_name (item));
  rasd = edit_declare (&r->e, RASD_NS, "rasd");
  xmlNodeSetName (item, (const xmlChar *)"Item");
  for (xmlNode *n = xml_first (item); n; n = next) {
    next = xml_next (n);
    if (strstr (xml_ns (n), "/CIM_") == NULL)
      continue;
    if (is_rasd (xml_name (n)))
      xmlSetNs (n, rasd);
    else
      edit_remove (n);
  }
}

static void
mend_version (struct repair *r)
{
  xmlNode *root = r->e.root;

  if (!refuses (r, PROFILE_VERSIONS, "2.0") || strstr (xml_ns (root), "/envelope/2") == NULL)
    return;
  repaired_at (r, "PROFILE-VERSION", root, "OVF 1 instead of OVF 2");
  for (const xmlNode *n = root; n; n = xml_following (n, root))
    for (xmlNs *ns = n->nsDef; ns; ns = ns->next)
      if (ns->href && strstr ((const char *)ns->href, "/ovf/envelope/2")) {
        xmlFree ((xmlChar *)ns->href);
        ns->href = xmlStrdup ((const xmlChar *)OVF_NS_1);
      }
  edit_set_attr (&r->e, root, "version", "1.0");
}

/* ---- items -------------------------------------------------------------------- */
/* What only the device used goes with it, for which the descriptor is searched:
 * of a machine with more devices than any has the rest stays. */
static void
leave_out (struct repair *r, xmlNode *item, const char *rule, const char *what)
{
  if (r->removed++ >= MAX_REMOVED)
    return;
  repaired_at (r, rule, item, "%s is left out", what);
  edit_remove_item (&r->e, item);
}

static void
mend_sound (struct repair *r, xmlNode *item)
{
  CLEANUP_FREE char *sub = item_text (item, "ResourceSubType");
  bool sound = item_type (item) == RES_SOUND || (sub && strstr (sub, "soundcard"));

  if (!sound || !refuses (r, PROFILE_SOUND, sub && *sub ? sub : "35"))
    return;
  leave_out (r, item, "PROFILE-SOUND", "the sound card");
}

static void
mend_usb (struct repair *r, xmlNode *item)
{
  if (item_type (item) != RES_USB || !minds (r, "PROFILE-USB"))
    return;
  leave_out (r, item, "PROFILE-USB", "the USB controller");
}

static void
mend_floppy (struct repair *r, xmlNode *item)
{
  if (item_type (item) != RES_FLOPPY || !minds (r, "PROFILE-FLOPPY"))
    return;
  leave_out (r, item, "PROFILE-FLOPPY", "the floppy drive");
}

static void
mend_ahci (struct repair *r, xmlNode *item)
{
  if (item_type (item) != RES_SATA || !item_text_is (item, "ResourceSubType", "AHCI")
      || !minds (r, "PROFILE-AHCI"))
    return;
  repaired_at (r, "PROFILE-AHCI", item, "the SATA controller is a vmware.sata.ahci");
  item_set (item, "ResourceSubType", "vmware.sata.ahci");
}

static void
mend_nic (struct repair *r, xmlNode *item)
{
  CLEANUP_FREE char *sub = item_text (item, "ResourceSubType");
  const struct hwmodel *old = sub ? hwmodel_by_ovf (HW_NIC, sub) : NULL;
  const char *best = instead (r, PROFILE_NICS);
  const struct hwmodel *new = best ? hwmodel_by_name (HW_NIC, best) : NULL;

  if (item_type (item) != RES_ETHERNET || sub == NULL || *sub == '\0' || new == NULL
      || new->ovf == NULL || !refuses (r, PROFILE_NICS, old ? old->name : sub))
    return;
  repaired_at (r, "PROFILE-NIC", item, "the network adapter is a %s, not a %s", new->ovf,
               sub);
  item_set (item, "ResourceSubType", new->ovf);
}

static item_fn *const items[]
  = { mend_class, mend_ahci, mend_nic, mend_sound, mend_usb, mend_floppy };

static void
mend_items (struct repair *r, xmlNode *hardware)
{
  for (size_t i = 0; i < ARRAY_SIZE (items); i++)
    for (xmlNode *n = edit_item (xml_first (hardware)), *next; n; n = next) {
      next = edit_item (xml_next (n));
      items[i] (r, n);
    }
}

/* ---- the hardware as a whole ----------------------------------------------------- */
static void
mend_family (struct repair *r, xmlNode *hardware)
{
  xmlNode *system = xml_child (hardware, "*", "System");
  xmlNode *type = system ? xml_child (system, "*", "VirtualSystemType") : NULL;
  CLEANUP_FREE char *text = type ? xml_text (type) : NULL;
  const char *best = instead (r, PROFILE_FAMILIES);

  if (text == NULL || *text == '\0' || best == NULL)
    return;
  for (const char *p = text + strspn (text, " ,\t\r\n"); *p;) {
    size_t n = strcspn (p, " ,\t\r\n");
    CLEANUP_FREE char *word = xstrndup (p, n);

    if (!refuses (r, PROFILE_FAMILIES, word))
      return;
    p += n;
    p += strspn (p, " ,\t\r\n");
  }
  repaired_at (r, "PROFILE-HARDWARE", type, "the hardware family is %s, not %s", best, text);
  edit_set_text (type, best);
}

static void
mend_nvram (struct repair *r, xmlNode *hardware)
{
  if (minds (r, "PROFILE-NVRAM"))
    while (r->removed++ < MAX_REMOVED && edit_remove_nvram (&r->e, hardware) > 0)
      repaired_at (r, "PROFILE-NVRAM", hardware, "the NVRAM file is left out");
}

/* VirtualBox's own description of the machine. */
static void
mend_virtualbox (struct repair *r, xmlNode *machine)
{
  xmlNode *next;

  if (!minds (r, "PROFILE-VBOX"))
    return;
  for (xmlNode *n = xml_first (machine); n; n = next) {
    next = xml_next (n);
    if (strcmp (xml_name (n), "Machine") != 0
        || strstr (xml_ns (n), "virtualbox.org") == NULL)
      continue;
    repaired_at (r, "PROFILE-VBOX", n, "VirtualBox's own settings are left out");
    edit_remove (n);
  }
}

static void
mend_machine (void *opaque, xmlNode *machine)
{
  struct repair *r = opaque;

  mend_virtualbox (r, machine);
  XML_FOR (section, machine) {
    if (!xml_is (section, edit_ns (&r->e), "VirtualHardwareSection"))
      continue;
    mend_family (r, section);
    mend_nvram (r, section);
    mend_items (r, section);
  }
}

/* ---- files ---------------------------------------------------------------------------- */
/* What a gzip'ed file holds, in bytes. */
static bool
plain_size (struct repair *r, const struct reference *f, uint64_t *ret,
            struct ovf_error **err)
{
  struct blob *b = package_blob (r->w.package, f->href, f->chunk_size,
                                 f->chunk_size ? f->size : BLOB_UNKNOWN, err);
  struct blob *plain
    = b && f->gzip ? blob_new_gunzip (b, ctx_limit (r->w.ctx, LIMIT_CAPACITY)) : b;
  CLEANUP_FREE uint8_t *buf = xmalloc (PIECE_MAX);
  ssize_t n = -1;

  *ret = 0;
  while (b && ctx_alive (r->w.ctx, err)
         && (n = blob_read (plain, buf, PIECE_MAX, err)) > 0) {
    *ret += (uint64_t)n;
    n = -1;
  }
  if (plain != b)
    blob_free (plain);
  blob_free (b);
  return n == 0;
}

static bool
is_taken (const struct repair *r, const char *name)
{
  VECTOR_FOR (m, package_members (r->w.package))
    if (strcmp (m->name, name) == 0)
      return true;
  return false;
}

/* "disk.vmdk.gz" becomes "disk.vmdk". */
static char *
plain_name (const struct repair *r, const struct reference *f)
{
  size_t n = strlen (f->href);
  CLEANUP_FREE char *cut = NULL;

  if (!f->gzip || n < 4 || !text_has_suffix (f->href, ".gz"))
    return xstrdup (f->href);
  cut = xstrndup (f->href, n - 3);
  return is_taken (r, cut) ? xstrdup (f->href) : STEAL (cut);
}

static bool
mend_file (struct repair *r, xmlNode *n, const struct reference *f, struct ovf_error **err)
{
  bool inflate = f->gzip && refuses (r, PROFILE_COMPRESSION, "gzip");
  bool join = f->chunk_size && minds (r, "PROFILE-CHUNKS");
  CLEANUP_FREE char *name = NULL;
  CLEANUP_FREE char *text = NULL;
  uint64_t size;

  /* A compressed file in chunks is both, or neither. */
  if ((!inflate && !join) || (f->gzip && !inflate))
    return true;
  if (!plain_size (r, f, &size, err))
    return false;
  name = plain_name (r, f);
  if (inflate)
    repaired_at (r, "PROFILE-COMPRESSION", n, "'%s' is stored without compression", name);
  if (f->chunk_size)
    repaired_at (r, "PROFILE-CHUNKS", n, "'%s' is stored in one piece", name);
  text = xasprintf ("%llu", (unsigned long long)size);
  edit_set_attr (&r->e, n, "compression", NULL);
  edit_set_attr (&r->e, n, "chunkSize", NULL);
  edit_set_attr (&r->e, n, "size", text);
  edit_set_attr (&r->e, n, "href", name);
  remakes_append (&r->w.remakes, (struct remake){ f, STEAL (name), false });
  return true;
}

static bool
mend_files (struct repair *r, struct ovf_error **err)
{
  xmlNode *refs = xml_child (r->e.root, edit_ns (&r->e), "References");

  if (refs)
    XML_FOR (n, refs) {
      CLEANUP_FREE char *href = xml_attr (n, "*", "href");

      VECTOR_FOR (f, &r->w.refs)
        if (href && strcmp (f->href, href) == 0 && (f->gzip || f->chunk_size)) {
          if (!mend_file (r, n, f, err))
            return false;
          break;
        }
    }
  return true;
}

bool
repair_for_profile (struct repair *r, struct ovf_error **err)
{
  mend_version (r);
  edit_each_machine (&r->e, mend_machine, r);
  return mend_files (r, err);
}

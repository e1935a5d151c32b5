/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Look-ups in the tables of operating systems, device models and disk format
 * names; see maps.h. */
#include "model/maps.h"

#include <ctype.h>

#include "base/text.h"

/* ---- operating systems ----------------------------------------------- */
struct row {
  const char *version; /* ovf:version, or NULL */
  struct ostype os;
};
static const struct row oses[] = {
#define OSTYPE(cim, version, vmware, virtualbox, osinfo, proxmox, title)      \
  { version, { cim, vmware, virtualbox, osinfo, proxmox, title } },
#include "model/ostypes.def"
#undef OSTYPE
};

#define OS_FOR(r)                                                             \
  for (const struct row *r = oses; r < oses + ARRAY_SIZE (oses); r++)

const struct ostype *
ostype_by_vmware (const char *word)
{
  if (word == NULL)
    return NULL;
  OS_FOR (r)
    if (text_equal_nocase (r->os.vmware, word))
      return &r->os;
  return NULL;
}

/* The number before the first dot: "12" of "12.4". */
static size_t
major_length (const char *version)
{
  return strcspn (version, ".- ");
}

static bool
same_major (const char *a, const char *b)
{
  size_t n = major_length (a);

  return n > 0 && n == major_length (b) && strncmp (a, b, n) == 0;
}

const struct ostype *
ostype_by_cim (int cim_id, const char *version)
{
  const struct ostype *first = NULL, *major = NULL;

  OS_FOR (r) {
    if (r->os.cim_id != cim_id)
      continue;
    if (first == NULL)
      first = &r->os;
    if (version == NULL || r->version == NULL)
      continue;
    if (strcmp (r->version, version) == 0)
      return &r->os;
    if (major == NULL && strchr (r->version, '.') == NULL
        && same_major (r->version, version))
      major = &r->os;
  }
  return major ? major : first;
}

/* Newer VirtualBox has words with a release in them: "Debian12_64" is
 * "Debian_64", release 12. */
static const struct ostype *
virtualbox_release (const char *word)
{
  size_t name = strcspn (word, "0123456789");
  size_t digits = strspn (word + name, "0123456789");
  CLEANUP_FREE char *base = NULL, *release = NULL;
  const struct ostype *os;

  if (digits == 0)
    return NULL;
  base = xasprintf ("%.*s%s", (int)name, word, word + name + digits);
  release = xstrndup (word + name, digits);
  OS_FOR (r)
    if (text_equal_nocase (r->os.virtualbox, base)) {
      os = ostype_by_cim (r->os.cim_id, release);
      return os ? os : &r->os;
    }
  return NULL;
}

const struct ostype *
ostype_by_virtualbox (const char *word)
{
  if (word == NULL || strlen (word) > 64)
    return NULL;
  OS_FOR (r)
    if (text_equal_nocase (r->os.virtualbox, word))
      return &r->os;
  return virtualbox_release (word);
}

/* libosinfo families whose releases have no guest word of their own. */
static const struct {
  const char *osinfo, *vmware;
} families[] = {
  { "ubuntu", "ubuntu64Guest" },        { "fedora", "fedora64Guest" },
  { "opensuse", "opensuse64Guest" },    { "rocky", "rockylinux_64Guest" },
  { "almalinux", "almalinux_64Guest" }, { "centos-stream", "centos64Guest" },
  { "freebsd", "freebsd64Guest" },      { "sled", "suse64Guest" },
  { "sle", "sles64Guest" },             { "sles", "sles64Guest" },
  { "centos", "centos64Guest" },        { "ol", "oracleLinux64Guest" },
  { "mandriva", "mandriva64Guest" },    { "mageia", "otherLinux64Guest" },
  { "alpinelinux", "otherLinux64Guest" }, { "cirros", "otherLinux64Guest" },
  { "linux", "otherLinux64Guest" },     { "manjaro", "otherLinux64Guest" },
  { "nixos-", "otherLinux64Guest" },    { "voidlinux", "otherLinux64Guest" },
  { "clearlinux", "otherLinux64Guest" }, { "popos", "ubuntu64Guest" },
};

static bool
is_64 (const struct ostype *os)
{
  return strstr (os->title, "64-bit") != NULL
         || (os->vmware && strstr (os->vmware, "64"));
}

/* libosinfo does not say how many bits: 64, where there is such a row. */
static const struct ostype *
osinfo_exact (const char *word)
{
  const struct ostype *found = NULL;

  OS_FOR (r)
    if (text_equal_nocase (r->os.osinfo, word)
        && (found == NULL || (!is_64 (found) && is_64 (&r->os))))
      found = &r->os;
  return found;
}

static size_t
family_length (const char *word)
{
  return strcspn (word, "0123456789");
}

/* "rhel8.6" is as "rhel8.0", "sles12sp3" as "sles12". */
static const struct ostype *
osinfo_release (const char *word)
{
  size_t n = family_length (word);
  size_t end = n + strspn (word + n, "0123456789");
  const struct ostype *found = NULL;

  if (end == n)
    return NULL;
  OS_FOR (r) {
    const char *o = r->os.osinfo;
    if (o != NULL && strncmp (o, word, end) == 0
        && !isdigit ((unsigned char)o[end])
        && (found == NULL || (!is_64 (found) && is_64 (&r->os))))
      found = &r->os;
  }
  return found;
}

const struct ostype *
ostype_by_osinfo (const char *word)
{
  const struct ostype *os;
  size_t n;

  if (word == NULL || *word == '\0')
    return NULL;
  os = osinfo_exact (word);
  if (os == NULL && strncmp (word, "win", 3) != 0)
    os = osinfo_release (word);
  if (os != NULL)
    return os;
  n = family_length (word);
  for (size_t i = 0; i < ARRAY_SIZE (families); i++)
    if (strlen (families[i].osinfo) == n
        && strncmp (families[i].osinfo, word, n) == 0)
      return ostype_by_vmware (families[i].vmware);
  return NULL;
}

const struct ostype *
ostype_by_any (const char *word)
{
  const struct ostype *os = ostype_by_vmware (word);
  unsigned cim_id;

  if (os == NULL)
    os = ostype_by_osinfo (word);
  if (os == NULL)
    os = ostype_by_virtualbox (word);
  if (os == NULL && parse_unsigned (word, 0, 65535, &cim_id))
    os = ostype_by_cim (cim_id, NULL);
  if (os != NULL || word == NULL)
    return os;
  OS_FOR (r)
    if (text_equal_nocase (r->os.proxmox, word)
        && strcmp (r->os.proxmox, "other") != 0)
      return &r->os;
  return NULL;
}

static void
fill (char **text, const char *value)
{
  if (*text == NULL)
    *text = xstrdup (value);
}

/* The most telling word first: a guest id says more than a CIM number. */
const struct ostype *
ostype_of (const struct os *os)
{
  const struct ostype *t = ostype_by_vmware (os->vmware);

  if (t == NULL)
    t = ostype_by_virtualbox (os->virtualbox);
  if (t == NULL)
    t = ostype_by_osinfo (os->osinfo);
  if (t == NULL)
    t = ostype_by_cim (os->cim_id, os->version);
  return t;
}

void
os_complete (struct os *os)
{
  const struct ostype *t = ostype_by_vmware (os->vmware);

  if (t == NULL)
    t = ostype_by_virtualbox (os->virtualbox);
  if (t == NULL)
    t = ostype_by_osinfo (os->osinfo);
  if (t == NULL && os->cim_id > 1)
    t = ostype_by_cim (os->cim_id, os->version);
  if (t == NULL)
    return;
  if (os->cim_id < 0)
    os->cim_id = t->cim_id;
  fill (&os->vmware, t->vmware);
  fill (&os->virtualbox, t->virtualbox);
  fill (&os->osinfo, t->osinfo);
}

const char *
cim_os_title (int cim_id)
{
  const struct ostype *os = ostype_by_cim (cim_id, NULL);

  return os ? os->title : NULL;
}

/* ---- device models --------------------------------------------------- */
static const struct hwmodel models[] = {
#define HWMODEL(klass, bus, name, ovf, libvirt, qemu, vmx, virtualbox, xen,   \
                proxmox)                                                      \
  { HW_##klass, BUS_##bus, name, ovf, libvirt, qemu, vmx, virtualbox, xen,    \
    proxmox },
#include "model/hwmap.def"
#undef HWMODEL
};

#define MODEL_FOR(r)                                                          \
  for (const struct hwmodel *r = models; r < models + ARRAY_SIZE (models); r++)

static bool
has_word (const struct hwmodel *r, const char *word)
{
  const char *const words[] = { r->ovf, r->libvirt, r->qemu, r->vmx,
                                r->virtualbox, r->xen, r->proxmox };

  for (size_t i = 0; i < ARRAY_SIZE (words); i++)
    if (text_equal_nocase (words[i], word))
      return true;
  return false;
}

const struct hwmodel *
hwmodel_by_name (enum hw_class klass, const char *word)
{
  if (word == NULL)
    return NULL;
  MODEL_FOR (r)
    if (r->klass == klass && text_equal_nocase (r->name, word))
      return r;
  MODEL_FOR (r)
    if (r->klass == klass && has_word (r, word))
      return r;
  return NULL;
}

const struct hwmodel *
hwmodel_by_ovf (enum hw_class klass, const char *sub_type)
{
  if (sub_type == NULL)
    return NULL;
  MODEL_FOR (r)
    if (r->klass == klass && text_equal_nocase (r->ovf, sub_type))
      return r;
  return NULL;
}

/* ---- disk formats ---------------------------------------------------- */
static const char *const format_words[] = {
  "vmdk-stream", "vmdk-sparse", "vmdk-flat", "vmdk", "raw",
  "qcow2",       "vdi",         "vhd",       "vhdx", "iso",
};

const char *
disk_format_word (const char *word)
{
  for (size_t i = 0; word != NULL && i < ARRAY_SIZE (format_words); i++)
    if (strcmp (format_words[i], word) == 0)
      return format_words[i];
  return NULL;
}

/* After "vmdk.html#", any case.  "compressed" is the 0.9 spelling of
 * streamOptimized. */
static const struct {
  const char *fragment, *word;
} vmdk_kinds[] = {
  { "streamOptimized", "vmdk-stream" },
  { "compressed", "vmdk-stream" },
  { "monolithicSparse", "vmdk-sparse" },
  { "sparse", "vmdk-sparse" },
  { "monolithicFlat", "vmdk-flat" },
  { "", "vmdk" },
};
#define VMDK_URI                                                              \
  "http://www.vmware.com/interfaces/specifications/vmdk.html"
/* Written as they stand; read without scheme and "www.". */
static const struct {
  const char *word, *uri;
} format_uris[] = {
  { "vmdk-stream", VMDK_URI "#streamOptimized" },
  { "vmdk-sparse", VMDK_URI "#monolithicSparse" },
  { "vmdk-flat", VMDK_URI "#monolithicFlat" },
  { "vmdk", VMDK_URI },
  { "vhd", "http://go.microsoft.com/fwlink/?LinkId=137171" },
  { "iso",
    "http://www.ecma-international.org/publications/standards/Ecma-119.htm" },
  { "qcow2", "http://www.gnome.org/~markmc/qcow-image-format.html" },
  { "raw", "http://en.wikipedia.org/wiki/Byte" },
};

static const char *
without_scheme (const char *uri)
{
  static const char *const heads[] = { "http://", "https://" };

  for (size_t i = 0; i < ARRAY_SIZE (heads); i++)
    if (strncasecmp (uri, heads[i], strlen (heads[i])) == 0) {
      uri += strlen (heads[i]);
      break;
    }
  return strncasecmp (uri, "www.", 4) == 0 ? uri + 4 : uri;
}

static const char *
vmdk_kind (const char *uri)
{
  const char *page = strcasestr (uri, "vmdk.html");
  const char *fragment;

  if (page == NULL)
    return NULL;
  fragment = page + strlen ("vmdk.html");
  fragment += *fragment == '#';
  for (size_t i = 0; i < ARRAY_SIZE (vmdk_kinds); i++)
    if (text_equal_nocase (vmdk_kinds[i].fragment, fragment))
      return vmdk_kinds[i].word;
  return "vmdk";
}

const char *
disk_format_of_uri (const char *uri)
{
  CLEANUP_FREE char *trimmed = uri ? text_trim (uri) : NULL;
  const char *word;

  if (trimmed == NULL || *trimmed == '\0')
    return NULL;
  word = vmdk_kind (trimmed);
  if (word != NULL)
    return word;
  for (size_t i = 0; i < ARRAY_SIZE (format_uris); i++)
    if (text_equal_nocase (without_scheme (format_uris[i].uri),
                           without_scheme (trimmed)))
      return format_uris[i].word;
  for (size_t i = 0; i < ARRAY_SIZE (format_words); i++)
    if (text_equal_nocase (format_words[i], trimmed))
      return format_words[i];
  return NULL;
}

const char *
disk_format_to_uri (const char *word)
{
  for (size_t i = 0; word != NULL && i < ARRAY_SIZE (format_uris); i++)
    if (strcmp (format_uris[i].word, word) == 0)
      return format_uris[i].uri;
  return NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of guestOS.  A VMX file says "rhel7-64" for what vSphere, and so
 * OVF, calls "rhel7_64Guest": most follow from each other. */
#include <ctype.h>
#include <strings.h>

#include "base/text.h"
#include "vmx.h"

/* What is irregular; the first word of a guest is the one to write. */
static const struct {
  const char *word, *guest_id;
} others[] = {
  { "other", "otherGuest" },          { "other-64", "otherGuest64" },
  { "longhorn", "winLonghornGuest" }, { "longhorn-64", "winLonghorn64Guest" },
  { "winnt", "winNTGuest" },          { "nt4", "winNTGuest" },
  { "otherlinux", "otherLinuxGuest" }, { "linux", "otherLinuxGuest" },
  { "vmware-photon-64", "vmwarePhoton64Guest" },
  { "windows7srv-64", "windows7Server64Guest" },
  { "windows7srv", "windows7Server64Guest" },
  { "windows8srv-64", "windows8Server64Guest" },
  { "windows9srv-64", "windows9Server64Guest" },
  { "winserver2008cluster-32", "winLonghornGuest" },
  { "winserver2008datacenter-32", "winLonghornGuest" },
  { "winserver2008enterprise-32", "winLonghornGuest" },
  { "winserver2008small-32", "winLonghornGuest" },
  { "winserver2008standard-32", "winLonghornGuest" },
  { "winserver2008web-32", "winLonghornGuest" },
  { "winserver2008cluster-64", "winLonghorn64Guest" },
  { "winserver2008datacenter-64", "winLonghorn64Guest" },
  { "winserver2008enterprise-64", "winLonghorn64Guest" },
  { "winserver2008small-64", "winLonghorn64Guest" },
  { "winserver2008standard-64", "winLonghorn64Guest" },
  { "winserver2008web-64", "winLonghorn64Guest" },
};

/* "W-64" is W64Guest or W_64Guest, "W" is WGuest: whichever is a guest. */
static const struct ostype *
by_rule (const char *word)
{
  bool wide = text_has_suffix (word, "-64");
  int n = (int)strlen (word) - (wide ? 3 : 0);
  CLEANUP_FREE char *id = xasprintf ("%.*s%sGuest", n, word, wide ? "64" : "");
  CLEANUP_FREE char *id_ = xasprintf ("%.*s%sGuest", n, word, wide ? "_64" : "");
  const struct ostype *os = ostype_by_vmware (id);

  return os ? os : ostype_by_vmware (id_);
}

char *
vmx_os_to_guest_id (const char *word)
{
  const struct ostype *os;

  for (size_t i = 0; i < ARRAY_SIZE (others); i++)
    if (text_equal_nocase (others[i].word, word))
      return xstrdup (others[i].guest_id);
  os = strlen (word) <= 64 ? by_rule (word) : NULL;
  return xstrdup (os ? os->vmware : word);
}

static char *
lower (char *s)
{
  for (char *c = s; *c != '\0'; c++)
    *c = (char)tolower ((unsigned char)*c);
  return s;
}

char *
vmx_os_of_guest_id (const char *id)
{
  size_t n = strlen (id), guest = strlen ("Guest");
  bool wide;

  for (size_t i = 0; i < ARRAY_SIZE (others); i++)
    if (text_equal_nocase (others[i].guest_id, id))
      return xstrdup (others[i].word);
  if (n <= guest || !text_has_suffix (id, "Guest"))
    return xstrdup (id);
  n -= guest;
  wide = n > 2 && strncmp (id + n - 2, "64", 2) == 0;
  n -= wide ? 2 : 0;
  if (wide && id[n - 1] == '_')
    n--;
  return lower (xasprintf ("%.*s%s", (int)n, id, wide ? "-64" : ""));
}

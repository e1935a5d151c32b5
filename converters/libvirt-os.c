/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libosinfo names a system by a URL in the domain's metadata and by a short
 * id everywhere else: "http://debian.org/debian/12" is "debian12". */
#include "libvirt.h"

/* Most short ids are the family and the release of the URL; the family alone
 * says who publishes it. */
static const struct {
  const char *family, *url; /* the release follows */
} families[] = {
  { "almalinux", "http://almalinux.org/almalinux/" },
  { "alpinelinux", "http://alpinelinux.org/alpinelinux/" },
  { "centos", "http://centos.org/centos/" },
  { "centos-stream", "http://centos.org/centos-stream/" },
  { "asianux", "http://asianux.com/asianux/" },
  { "cirros", "http://cirros-cloud.net/cirros/" },
  { "debian", "http://debian.org/debian/" },
  { "fedora", "http://fedoraproject.org/fedora/" },
  { "freebsd", "http://freebsd.org/freebsd/" },
  { "linux", "http://libosinfo.org/linux/" },
  { "macosx", "http://apple.com/macosx/" },
  { "mageia", "http://mageia.org/mageia/" },
  { "mandriva", "http://mandriva.com/mandriva/" },
  { "miraclelinux", "http://miraclelinux.com/miraclelinux/" },
  { "msdos", "http://microsoft.com/msdos/" },
  { "netbsd", "http://netbsd.org/netbsd/" },
  { "netware", "http://novell.com/netware/" },
  { "ol", "http://oracle.com/ol/" },
  { "openbsd", "http://openbsd.org/openbsd/" },
  { "opensuse", "http://opensuse.org/opensuse/" },
  { "rhel", "http://redhat.com/rhel/" },
  { "rocky", "http://rockylinux.org/rocky/" },
  { "sle", "http://suse.com/sle/" },
  { "sled", "http://suse.com/sled/" },
  { "sles", "http://suse.com/sles/" },
  { "solaris", "http://oracle.com/solaris/" },
  { "ubuntu", "http://ubuntu.com/ubuntu/" },
  { "win", "http://microsoft.com/win/" },
  { "winnt", "http://microsoft.com/winnt/" },
};

/* What is irregular. */
static const struct {
  const char *id, *url;
} others[] = {
  { "archlinux", "http://archlinux.org/archlinux/rolling" },
  { "gentoo", "http://gentoo.org/gentoo/rolling" },
  { "centos7", "http://centos.org/centos/7.0" },
  { "solaris9", "http://sun.com/solaris/9" },
  { "solaris10", "http://sun.com/solaris/10" },
  { "winxp", "http://microsoft.com/win/xp" },
  { "winvista", "http://microsoft.com/win/vista" },
  { "winme", "http://microsoft.com/win/me" },
};

#define ID_MAX 64

static bool
plain (const char *s)
{
  size_t n = strlen (s);

  return n > 0 && n < ID_MAX
         && strspn (s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                       "0123456789._-") == n;
}

/* SUSE's service packs: "sles12sp3" is sles/12.3. */
static char *
replace_once (const char *s, const char *from, const char *to)
{
  const char *at = strstr (s, from);

  if (at == NULL)
    return xstrdup (s);
  return xasprintf ("%.*s%s%s", (int)(at - s), s, to, at + strlen (from));
}

static char *
url_of (const char *base, const char *release)
{
  CLEANUP_FREE char *r = strstr (base, "suse.com/sle")
                           ? replace_once (release, "sp", ".")
                           : xstrdup (release);

  return xasprintf ("%s%s", base, r);
}

char *
osinfo_to_url (const char *short_id)
{
  size_t n;

  if (short_id == NULL || !plain (short_id))
    return NULL;
  for (size_t i = 0; i < ARRAY_SIZE (others); i++)
    if (strcmp (others[i].id, short_id) == 0)
      return xstrdup (others[i].url);
  /* "sle15sp1": the release is everything from the first digit on. */
  n = strcspn (short_id, "0123456789");
  for (size_t i = 0; i < ARRAY_SIZE (families); i++) {
    const char *f = families[i].family;
    if (strlen (f) == n && strncmp (f, short_id, n) == 0
        && short_id[n] != '\0')
      return url_of (families[i].url, short_id + n);
  }
  return NULL;
}

char *
osinfo_of_url (const char *url)
{
  const char *release, *family;
  CLEANUP_FREE char *service_pack = NULL;
  char *id;

  for (size_t i = 0; i < ARRAY_SIZE (others); i++)
    if (strcmp (others[i].url, url) == 0)
      return xstrdup (others[i].id);
  /* http://PUBLISHER/FAMILY/RELEASE */
  release = strrchr (url, '/');
  if (release == NULL || strncmp (url, "http://", 7) != 0)
    return NULL;
  for (family = release; family > url && family[-1] != '/';)
    family--;
  service_pack = replace_once (
    release + 1, strstr (url, "suse.com/sle") ? "." : "/", "sp");
  id = xasprintf ("%.*s%s", (int)(release - family), family, service_pack);
  if (plain (id) && release > family && family > url + 7)
    return id;
  free (id);
  return NULL;
}

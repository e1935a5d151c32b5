/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of options in VMware's words, as the library has them. */
#include <string.h>
#include <strings.h>

#include "compat.h"

static bool
refuse (struct compat *c, const struct compat_value *v, const char *known)
{
  cli_fail (c->cli, OVF_E_USAGE, NULL, "Invalid value '%s' for --%s: %s",
            v->text, v->option->name, known);
  return false;
}

static bool
set (struct compat *c, const char *option, const char *value)
{
  compat_set (c, option, value);
  return c->cli->n_failures == 0;
}

static bool
is_number (const char *s)
{
  return *s != '\0' && strlen (s) <= 9 && strspn (s, "0123456789") == strlen (s);
}

/* ---- sizes ------------------------------------------------------------------ */

/* "500" and "500mb", "64kb", "1gb", "4096b". */
bool
compat_chunk_size (struct compat *c, const struct compat_value *v)
{
  static const char *const units[][2] = { { "", "M" }, { "b", "" }, { "kb", "K" },
                                          { "mb", "M" }, { "gb", "G" },
                                          { "k", "K" }, { "m", "M" }, { "g", "G" } };
  size_t n = strspn (v->text, "0123456789");

  for (size_t i = 0; n > 0 && i < sizeof units / sizeof units[0]; i++)
    if (strcasecmp (v->text + n, units[i][0]) == 0)
      return set (c, v->option->to,
                  cli_format (c->cli, "%.*s%s", (int)n, v->text, units[i][1]));
  return refuse (c, v, "a number, and b, kb, mb or gb");
}

bool
compat_megabytes (struct compat *c, const struct compat_value *v)
{
  if (!is_number (v->text))
    return refuse (c, v, "a number of MB");
  return set (c, v->option->to, cli_format (c->cli, "%s=%sM", v->key, v->text));
}

/* ---- words --------------------------------------------------------------------- */

static const struct {
  const char *option, *word, *value; /* of the library */
} choices[] = {
  { "compress", "1", "1" }, { "compress", "2", "2" }, { "compress", "3", "3" },
  { "compress", "4", "4" }, { "compress", "5", "5" }, { "compress", "6", "6" },
  { "compress", "7", "7" }, { "compress", "8", "8" }, { "compress", "9", "9" },
  { "ipAllocationPolicy", "dhcpPolicy", "dhcpPolicy" },
  { "ipAllocationPolicy", "transientPolicy", "transientPolicy" },
  { "ipAllocationPolicy", "fixedPolicy", "fixedPolicy" },
  { "ipAllocationPolicy", "fixedAllocatedPolicy", "fixedAllocatedPolicy" },
  { "ipProtocol", "IPv4", "IPv4" },
  { "ipProtocol", "IPv6", "IPv6" },
  { "shaAlgorithm", "SHA1", "sha1" },
  { "shaAlgorithm", "SHA256", "sha256" },
  { "shaAlgorithm", "SHA512", "sha512" },
  { "sourceType", "OVA", "ova" }, { "sourceType", "OVF", "ovf" },
  { "sourceType", "VMX", "vmx" },
  { "targetType", "OVA", "ova" }, { "targetType", "OVF", "ovf" },
  { "targetType", "VMX", "vmx" },
};

bool
compat_choice (struct compat *c, const struct compat_value *v)
{
  const char *known = NULL;

  for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
    if (strcmp (choices[i].option, v->option->name) != 0)
      continue;
    if (strcasecmp (choices[i].word, v->text) == 0)
      return set (c, v->option->to, choices[i].value);
    known = known == NULL ? choices[i].word
                          : cli_format (c->cli, "%s, %s", known, choices[i].word);
  }
  return refuse (c, v, known);
}

/* Our own kinds work, too: -tt=libvirt. */
bool
compat_type (struct compat *c, const struct compat_value *v)
{
  static const char *const servers[] = { "VI", "vCloud", "vApprun" };
  static const char *const disks[] = { "ISO", "FLP" };

  for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++)
    if (strcasecmp (v->text, servers[i]) == 0) {
      cli_fail (c->cli, OVF_E_UNSUPPORTED, "govc talks to vSphere: govc import.ova, "
                "govc export.ovf", "--%s=%s: only files are read and written "
                "here, no server is talked to", v->option->name, servers[i]);
      return false;
    }
  for (size_t i = 0; i < sizeof disks / sizeof disks[0]; i++)
    if (strcasecmp (v->text, disks[i]) == 0)
      return refuse (c, v, "OVF, OVA, VMX");
  for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
    if (strcmp (choices[i].option, v->option->name) == 0
        && strcasecmp (choices[i].word, v->text) == 0)
      return set (c, v->option->to, choices[i].value);
  return set (c, v->option->to, v->text);
}

/* What lies on a datastore is of no meaning here; of the formats of files,
 * one is written. */
bool
compat_disk_mode (struct compat *c, const struct compat_value *v)
{
  static const char *const same[] = { "monolithicSparse", "sparse" };
  static const char *const server[] = { "thin", "thick", "seSparse",
                                        "eagerZeroedThick" };

  for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
    if (strcasecmp (v->text, same[i]) == 0)
      return true;
  for (size_t i = 0; i < sizeof server / sizeof server[0]; i++)
    if (strcasecmp (v->text, server[i]) == 0) {
      compat_warn (c, "--diskMode=%s is for a datastore of vSphere: disks are "
                      "written sparse", server[i]);
      return true;
    }
  return refuse (c, v, "disks in files are written as monolithicSparse");
}

/* "13", "vmx-13". */
bool
compat_hardware (struct compat *c, const struct compat_value *v)
{
  const char *number = strncasecmp (v->text, "vmx-", 4) == 0 ? v->text + 4 : v->text;

  if (!is_number (number))
    return refuse (c, v, "a number, or vmx- and a number");
  return set (c, v->option->to, number);
}

/* Lists with commas; the empty one keeps nothing. */
bool
compat_export_flags (struct compat *c, const struct compat_value *v)
{
  static const char *const known[] = { "mac", "uuid", "extraconfig" };
  const char *p = v->text;

  while (*p != '\0') {
    size_t n = strcspn (p, ","), i = 0;

    while (i < 3 && (strlen (known[i]) != n || strncasecmp (p, known[i], n) != 0))
      i++;
    if (i == 3)
      return refuse (c, v, "a list of mac, uuid, extraconfig");
    p += n + (p[n] == ',');
  }
  return true;
}

/* ---- several options at once -------------------------------------------------- */

bool
compat_lax (struct compat *c, const struct compat_value *v)
{
  (void)v;
  return set (c, "lax", "yes") && set (c, "lax-manifest", "yes");
}

/* --privateKey holds the certificate, too; --network is for all names. */
bool
compat_key_file (struct compat *c, const struct compat_value *v)
{
  const char *name = v->option->name;

  if (strcmp (name, "privateKey") == 0)
    return set (c, "sign-key", v->text) && set (c, "sign-cert", v->text);
  if (strcmp (name, "privateKeyPassword") == 0)
    return set (c, "passin", cli_format (c->cli, "pass:%s", v->text));
  return set (c, "net", cli_format (c->cli, "*=%s", v->text));
}

/* --addDevice:vtpm[=required=false,name=TPM] */
bool
compat_device (struct compat *c, const struct compat_value *v)
{
  if (strcasecmp (v->key, "vtpm") != 0) {
    cli_fail (c->cli, OVF_E_USAGE, NULL, "--addDevice:%s: only vtpm can be added",
              v->key);
    return false;
  }
  return set (c, v->option->to, "yes");
}

bool
compat_locale (struct compat *c, const struct compat_value *v)
{
  compat_warn (c, "--locale=%s is ignored: texts are those that stand in the "
                  "descriptor", v->text);
  return true;
}

/* ---- --X: ------------------------------------------------------------------------ */

/* What they ask for does not come up with files, or is so anyway. */
static const char *const no_effect[] = {
  "logFile", "logLevel", "logToConsole", "logTransferHeaderData",
  "skipContentLength", "useMacNaming", "connectionRetryCount",
  "connectionFileTransferRetryCount", "connectionReconnectCount",
  "vCloudTimeout", "vimSessionTimeout", "progressSmoothing", "noPrompting",
  "vCloudEnableGuestCustomization", "vCloudKeepAliveTimeout", "waitForIp",
  "waitForIpv4", "injectOvfEnv", "maxNumberOfTermAsyncOpsWorkers",
};

bool
compat_extension (struct compat *c, const struct compat_value *v)
{
  if (strcasecmp (v->key, "enableHiddenProperties") == 0)
    return c->hidden = true;
  for (size_t i = 0; i < sizeof no_effect / sizeof no_effect[0]; i++)
    if (strcasecmp (v->key, no_effect[i]) == 0)
      return true;
  compat_warn (c, "Unknown option ignored: --X:%s", v->key);
  return true;
}

/* ---- Base64 ------------------------------------------------------------------------ */

static int
digit (char c)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *at = c != '\0' ? strchr (digits, c) : NULL;

  return at != NULL ? (int)(at - digits) : -1;
}

bool
compat_decode (char *text)
{
  size_t n = strlen (text), to = 0, len = n;
  unsigned bits = 0, have = 0;

  while (len > 0 && n - len < 2 && text[len - 1] == '=')
    len--;
  if (n % 4 != 0 && len != n)
    return false;
  for (size_t i = 0; i < len; i++) {
    int d = digit (text[i]);

    if (d < 0)
      return false;
    bits = (bits << 6 | (unsigned)d) & 0xfff;
    have += 6;
    if (have >= 8) {
      have -= 8;
      text[to] = (char)(bits >> have & 0xff);
      if (text[to++] == '\0')
        return false;
    }
  }
  text[to] = '\0';
  return len % 4 != 1;
}

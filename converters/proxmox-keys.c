/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every key of a qemu-server configuration and what becomes of it; which
 * settings may go into another configuration, and systems' names.
 *
 * A configuration may come from anybody.  Written back is only what changes
 * the guest and neither runs a program nor opens a file of the host: by this
 * table and in plain characters. */
#include "proxmox.h"

#define KEY(name, count, read) { name, count, PM_READ, read }

static const struct pm_key keys[] = {
  KEY ("name", 0, pm_read_name),
  KEY ("memory", 0, pm_read_memory),
  KEY ("ostype", 0, pm_read_ostype),
  KEY ("bios", 0, pm_read_bios),
  KEY ("machine", 0, pm_read_machine),
  KEY ("smbios1", 0, pm_read_smbios),
  KEY ("vga", 0, pm_read_vga),
  KEY ("localtime", 0, pm_read_localtime),
  KEY ("ide", PROXMOX_IDE, pm_read_ide),
  KEY ("sata", PROXMOX_SATA, pm_read_sata),
  KEY ("scsi", PROXMOX_SCSI, pm_read_scsi),
  KEY ("virtio", PROXMOX_VIRTIO, pm_read_virtio),
  KEY ("unused", 256, pm_read_unused),
  KEY ("net", PROXMOX_NICS, pm_read_net),
  KEY ("serial", PROXMOX_SERIALS, pm_read_serial),
  KEY ("parallel", PROXMOX_PARALLELS, pm_read_parallel),
  KEY ("usb", 14, pm_read_usb),
  KEY ("hostpci", 16, pm_read_hostpci),
  KEY ("audio", 1, pm_read_audio),
  KEY ("efidisk", 1, pm_read_efidisk),
  KEY ("tpmstate", 1, pm_read_tpm),
  /* Read together with others. */
  KEY ("description", 0, NULL),
  KEY ("sockets", 0, NULL),
  KEY ("cores", 0, NULL),
  KEY ("vcpus", 0, NULL),
  KEY ("scsihw", 0, NULL),
  KEY ("boot", 0, NULL),
  KEY ("bootdisk", 0, NULL),
  { "acpi", 0, PM_KEPT, NULL },
  { "affinity", 0, PM_NAMED, NULL },
  { "agent", 0, PM_KEPT, NULL },
  { "allow-ksm", 0, PM_KEPT, NULL },
  { "amd-sev", 0, PM_NAMED, NULL },
  { "arch", 0, PM_NAMED, NULL },
  { "args", 0, PM_NAMED, NULL },      /* any words for QEMU */
  { "autostart", 0, PM_KEPT, NULL },
  { "balloon", 0, PM_KEPT, NULL },
  { "cicustom", 0, PM_NAMED, NULL },
  { "cipassword", 0, PM_NAMED, NULL }, /* a secret */
  { "citype", 0, PM_KEPT, NULL },
  { "ciupgrade", 0, PM_KEPT, NULL },
  { "ciuser", 0, PM_KEPT, NULL },
  { "cpu", 0, PM_KEPT, NULL },
  { "cpulimit", 0, PM_KEPT, NULL },
  { "cpuunits", 0, PM_KEPT, NULL },
  { "digest", 0, PM_HARMLESS, NULL },
  { "freeze", 0, PM_KEPT, NULL },
  { "hookscript", 0, PM_HOST, NULL }, /* a program of the host */
  { "hotplug", 0, PM_KEPT, NULL },
  { "hugepages", 0, PM_NAMED, NULL },
  { "intel-tdx", 0, PM_NAMED, NULL },
  { "ipconfig", PROXMOX_NICS, PM_KEPT, NULL },
  { "ivshmem", 0, PM_NAMED, NULL },
  { "keephugepages", 0, PM_NAMED, NULL },
  { "keyboard", 0, PM_KEPT, NULL },
  { "kvm", 0, PM_KEPT, NULL },
  { "lock", 0, PM_HOST, NULL },
  { "meta", 0, PM_HARMLESS, NULL },
  { "migrate_downtime", 0, PM_KEPT, NULL },
  { "migrate_speed", 0, PM_KEPT, NULL },
  { "nameserver", 0, PM_KEPT, NULL },
  { "numa", 0, PM_KEPT, NULL },
  { "numa", 8, PM_NAMED, NULL },
  { "onboot", 0, PM_KEPT, NULL },
  { "parent", 0, PM_HARMLESS, NULL }, /* the snapshot it comes from */
  { "protection", 0, PM_KEPT, NULL },
  { "reboot", 0, PM_KEPT, NULL },
  { "rng", 1, PM_NAMED, NULL },       /* a device of the host */
  { "runningcpu", 0, PM_HARMLESS, NULL },
  { "runningmachine", 0, PM_HARMLESS, NULL },
  { "searchdomain", 0, PM_KEPT, NULL },
  { "shares", 0, PM_KEPT, NULL },
  { "smp", 0, PM_NAMED, NULL },
  { "snapstate", 0, PM_HARMLESS, NULL },
  { "snaptime", 0, PM_HARMLESS, NULL },
  { "spice_enhancements", 0, PM_NAMED, NULL },
  { "sshkeys", 0, PM_NAMED, NULL },
  { "startdate", 0, PM_KEPT, NULL },
  { "startup", 0, PM_KEPT, NULL },
  { "tablet", 0, PM_KEPT, NULL },
  { "tags", 0, PM_KEPT, NULL },
  { "tdf", 0, PM_KEPT, NULL },
  { "template", 0, PM_NAMED, NULL },  /* its disks are base images */
  { "virtiofs", 10, PM_HOST, NULL },
  { "vmgenid", 0, PM_KEPT, NULL },
  { "vmstate", 0, PM_HOST, NULL },    /* it is suspended */
  { "vmstatestorage", 0, PM_HOST, NULL },
  { "watchdog", 0, PM_KEPT, NULL },
};

/* Options of drives and adapters that are written back, and details of keys
 * whose meaning the model has. */
static const struct {
  const char *device;       /* without its number */
  const char *options;      /* blank-separated */
} kept_options[] = {
  { "ide", "aio backup cache detect_zeroes discard model replicate ssd" },
  { "sata", "aio backup cache detect_zeroes discard replicate ssd" },
  { "scsi", "aio backup cache detect_zeroes discard iothread product queues "
            "replicate ssd vendor" },
  { "virtio", "aio backup cache detect_zeroes discard iothread replicate" },
  { "net", "firewall mtu queues rate tag trunks" },
};

const struct pm_key *
pm_key_find (const char *key, unsigned *ret_number)
{
  size_t len = strlen (key), n = len;

  while (n > 0 && key[n - 1] >= '0' && key[n - 1] <= '9')
    n--;
  for (size_t i = 0; i < ARRAY_SIZE (keys); i++) {
    const struct pm_key *k = &keys[i];
    *ret_number = 0;
    if (strcmp (k->name, key) == 0 && k->count == 0)
      return k;
    /* "net0", but not "net00". */
    if (k->count > 0 && n < len && strlen (k->name) == n
        && strncmp (k->name, key, n) == 0 && (key[n] != '0' || n + 1 == len)
        && parse_unsigned (key + n, 0, k->count - 1, ret_number))
      return k;
  }
  return NULL;
}

/* No line end, no quote, nothing that a shell or another line could see. */
static bool
is_plain (const char *s)
{
  return strspn (s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                    "0123456789 ,;:=._+/-") == strlen (s);
}

bool
pm_key_is_kept (const struct extra *e)
{
  unsigned number;
  const struct pm_key *k;

  if (e->owner == NULL || strcmp (e->owner, PROXMOX_OWNER) != 0
      || e->key == NULL || e->value == NULL)
    return false;
  k = pm_key_find (e->key, &number);
  return k != NULL && k->fate == PM_KEPT && *e->value != '\0'
         && is_plain (e->value);
}

static bool
is_among (const char *words, const char *word)
{
  size_t n = strlen (word);

  for (const char *p = words; (p = strstr (p, word)) != NULL; p += n)
    if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
      return true;
  return false;
}

char *
pm_options_kept (const char *device, const char *options, bool *ret_lost)
{
  pm_options v = pm_options_parse (options ? options : "", "file");
  const char *words = "";
  char *text = xstrdup ("");

  for (size_t i = 0; i < ARRAY_SIZE (kept_options); i++)
    if (strcmp (kept_options[i].device, device) == 0)
      words = kept_options[i].options;
  *ret_lost = false;
  VECTOR_FOR (o, &v) {
    char *longer;
    if (!is_among (words, o->name) || !is_plain (o->value)) {
      *ret_lost = true;
      continue;
    }
    longer = xasprintf ("%s%s%s=%s", text, *text ? "," : "", o->name, o->value);
    free (text);
    text = longer;
  }
  pm_options_free (&v);
  return text;
}

/* ---- systems ------------------------------------------------------------------ */
static const struct {
  const char *word, *vmware;
} systems[] = {
  { "l24", "other24xLinux64Guest" },     { "l26", "otherLinux64Guest" },
  { "solaris", "solaris11_64Guest" },    { "other", "otherGuest" },
  { "w2k", "win2000ServGuest" },         { "w2k3", "winNetEnterpriseGuest" },
  { "w2k8", "winLonghorn64Guest" },      { "wvista", "winVista64Guest" },
  { "wxp", "winXPProGuest" },            { "win7", "windows7_64Guest" },
  { "win8", "windows8_64Guest" },        { "win10", "windows9_64Guest" },
  { "win11", "windows11_64Guest" },
};

const char *
pm_ostype_vmware (const char *ostype)
{
  for (size_t i = 0; i < ARRAY_SIZE (systems); i++)
    if (strcmp (systems[i].word, ostype) == 0)
      return systems[i].vmware;
  return NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <os>: firmware, machine, what is booted and in which order. */
#include "drive-name.h"
#include "libvirt-reader.h"

/* ---- firmware and boot --------------------------------------------------------------- */
static bool
read_type (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  CLEANUP_FREE char *type = xml_text (n);
  CLEANUP_FREE char *arch = lv_attr (n, "arch");
  CLEANUP_FREE char *machine = lv_attr (n, "machine");

  if (strcmp (type, "exe") == 0 || strcmp (type, "uml") == 0)
    return error_at (err, OVF_E_UNSUPPORTED, "LIBVIRT-TYPE", r->name,
                     xml_line (n),
                     "a container ('%s') is no virtual machine", type);
  if (r->xen)
    r->m->paravirtual = strcmp (type, "hvm") == 0 ? NO : YES;
  if (machine != NULL) {
    free (r->m->machine_type);
    r->m->machine_type = strstr (machine, "q35")            ? xstrdup ("q35")
                         : strncmp (machine, "pc", 2) == 0 ? xstrdup ("pc")
                                                           : STEAL (machine);
  }
  if (arch != NULL && strcmp (arch, "x86_64") != 0 && strcmp (arch, "i686") != 0)
    lv_lost (r, n, "os/type arch");
  return true;
}

static void
take_bool (char *word, enum tristate *to)
{
  bool on;

  if (parse_bool (word, &on))
    *to = on ? YES : NO;
}

static bool
read_firmware (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  (void)err;
  XML_FOR (f, n) {
    CLEANUP_FREE char *name = lv_attr (f, "name");
    CLEANUP_FREE char *enabled = lv_attr (f, "enabled");
    if (lv_equal (name, "secure-boot"))
      take_bool (enabled, &r->m->secure_boot);
    else if (!lv_equal (name, "enrolled-keys"))
      lv_lost (r, f, "os/firmware");
  }
  return true;
}

static bool
names_one_of (const char *path, const char *const *words)
{
  for (; *words != NULL; words++)
    if (strcasestr (path, *words) != NULL)
      return true;
  return false;
}

/* A flash image is UEFI; of the ROMs only some are. */
static bool
read_loader (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  static const char *const uefi[] = { "ovmf", "aavmf", "edk2", "efi", NULL };
  static const char *const bios[] = { "hvmloader", "bios", NULL };
  CLEANUP_FREE char *path = xml_text (n);
  CLEANUP_FREE char *type = lv_attr (n, "type");
  CLEANUP_FREE char *secure = lv_attr (n, "secure");
  bool on;

  (void)err;
  if (lv_equal (type, "pflash") || names_one_of (path, uefi))
    r->m->firmware = FIRMWARE_UEFI;
  else if (names_one_of (path, bios))
    r->m->firmware = FIRMWARE_BIOS;
  if (parse_bool (secure, &on) && on && r->m->secure_boot == UNSET)
    r->m->secure_boot = YES;
  if (*path != '\0')
    lv_host (r, n, "os/loader");
  return true;
}

/* A file that the domain boots from; the pipeline decides whether it may be
 * opened. */
static bool
boot_file (struct lv_reader *r, const xmlNode *n, const char *id, char **path,
           size_t *file)
{
  lv_take_text (path, n);
  if (*path != NULL && *file == NO_INDEX) {
    appliance_add_file (r->a, id, *path)->line = xml_line (n);
    *file = r->a->files.len - 1;
  }
  return true;
}

static bool
read_kernel (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  (void)err;
  return boot_file (r, n, "kernel", &r->m->kernel, &r->m->kernel_file);
}

static bool
read_initrd (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  (void)err;
  return boot_file (r, n, "ramdisk", &r->m->ramdisk, &r->m->ramdisk_file);
}

static bool
read_cmdline (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  (void)err;
  lv_take_text (&r->m->cmdline, n);
  return true;
}

bool
lv_os_read (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  static const struct lv_known rows[] = {
    { "type", LOST, read_type },
    { "firmware", LOST, read_firmware },
    { "loader", LOST, read_loader },
    { "kernel", LOST, read_kernel },
    { "initrd", LOST, read_initrd },
    { "cmdline", LOST, read_cmdline },
    { "boot", HARMLESS, NULL }, /* lv_boot_read (), when the devices are known */
    { NULL, LOST, NULL },
  };
  CLEANUP_FREE char *firmware = lv_attr (n, "firmware");

  if (lv_equal (firmware, "efi"))
    r->m->firmware = FIRMWARE_UEFI;
  else if (lv_equal (firmware, "bios"))
    r->m->firmware = FIRMWARE_BIOS;
  return lv_walk (r, n, "os", rows, err);
}

bool
lv_bootloader_read (struct lv_reader *r, const xmlNode *n, struct ovf_error **err)
{
  (void)err;
  lv_take_text (&r->m->bootloader, n);
  return true;
}

/* ---- boot order ------------------------------------------------------------------------- */
void
lv_boot_read (struct lv_reader *r, const xmlNode *os)
{
  static const struct { const char *dev; char letter; } words[]
    = { { "hd", 'c' }, { "cdrom", 'd' }, { "network", 'n' }, { "fd", 'a' } };
  char letters[17] = "";
  size_t n = 0;

  if (os == NULL)
    return;
  XML_FOR (b, os) {
    CLEANUP_FREE char *dev = lv_attr (b, "dev");
    for (size_t i = 0; i < ARRAY_SIZE (words) && lv_is (b, "boot"); i++)
      if (lv_equal (dev, words[i].dev) && n + 1 < sizeof letters)
        letters[n++] = words[i].letter;
  }
  boot_letters_read (r->m, letters);
}

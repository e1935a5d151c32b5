/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of settings that the model has no place for.
 *
 * A file that VMware has run is full of what it noted for itself: slots,
 * checkpoints, windows.  That says nothing of the guest and is dropped.  What
 * tunes the guest is kept for a VMX writer.  What names the host is dropped
 * with a finding: nobody should get another's folders and devices.  What
 * stands in no row is kept by name only, so that its loss is reported. */
#include <ctype.h>

#include "base/text.h"
#include "vmx.h"

/* The first row that matches counts.  usual: the value that means nothing. */
static const struct {
  const char *pattern;      /* lower case */
  enum vmx_fate fate;
  const char *usual;
} rows[] = {
  /* of one host */
  { "pcipassthru*", VMX_HOST, "FALSE" },
  { "sharedfolder*.hostpath", VMX_HOST, NULL },
  { "sharedfolder*", VMX_DROP, NULL },
  { "*.dvs.*", VMX_HOST, NULL },
  { "*.opaquenetwork.*", VMX_HOST, NULL },
  { "*.externalid", VMX_HOST, NULL },
  { "*.pvnid", VMX_HOST, NULL },
  { "*.bsdname", VMX_HOST, NULL },
  { "ethernet*.filter*", VMX_HOST, NULL },
  { "usb.autoconnect.*", VMX_HOST, NULL },
  { "remotedisplay.vnc.*", VMX_HOST, NULL },
  { "sched.cpu.affinity", VMX_HOST, "all" },
  { "sched.mem.affinity", VMX_HOST, "all" },
  { "numa.nodeaffinity", VMX_HOST, NULL },
  { "workingdir", VMX_HOST, "" },
  { "bios440.*", VMX_HOST, NULL },
  { "efi64.*", VMX_HOST, NULL },
  { "encryption.*", VMX_HOST, NULL },

  /* of one run, of a window, or of every machine */
  { ".encoding", VMX_DROP, NULL },
  { "config.version", VMX_DROP, NULL },
  { "virtualhw.productcompatibility", VMX_DROP, NULL },
  { "*.pcislotnumber", VMX_DROP, NULL },
  { "pcibridge*", VMX_DROP, NULL },
  { "vmci*", VMX_DROP, NULL },
  { "hpet0.present", VMX_DROP, "TRUE" },
  { "svga.present", VMX_DROP, "TRUE" },
  { "*.redo", VMX_DROP, NULL },
  { "*.generatedaddressoffset", VMX_DROP, NULL },
  { "*.saswwid", VMX_DROP, NULL },
  { "*.clientdevice", VMX_DROP, NULL },
  { "*.devicetype", VMX_DROP, NULL },
  { "*.autodetect", VMX_DROP, NULL },
  { "uuid.location", VMX_DROP, NULL },
  { "uuid.action", VMX_DROP, NULL },
  { "vc.uuid", VMX_DROP, NULL },
  { "vm.createdate", VMX_DROP, NULL },
  { "vm.genid*", VMX_DROP, NULL }, /* renewed whenever a machine is copied */
  { "viv.*", VMX_DROP, NULL },
  { "hostcpuid.*", VMX_DROP, NULL },
  { "guestcpuid.*", VMX_DROP, NULL },
  { "usercpuid.*", VMX_DROP, NULL },
  { "evccompatibilitymode", VMX_DROP, NULL },
  { "monitor.phys_bits_used", VMX_DROP, NULL },
  { "vmotion.*", VMX_DROP, NULL },
  { "migrate.*", VMX_DROP, NULL },
  { "checkpoint.vmstate", VMX_HOST, "" }, /* it is suspended */
  { "checkpoint.*", VMX_DROP, NULL },
  { "snapshot.*", VMX_DROP, NULL },
  { "replay.*", VMX_DROP, NULL },
  { "cleanshutdown", VMX_DROP, NULL },
  { "softpoweroff", VMX_DROP, NULL },
  { "extendedconfigfile", VMX_DROP, NULL },
  { "vmxstats.*", VMX_DROP, NULL },
  { "scoreboard.*", VMX_DROP, NULL },
  { "log.*", VMX_DROP, NULL },
  { "logging", VMX_DROP, NULL },
  { "gui.*", VMX_DROP, NULL },
  { "hints.*", VMX_DROP, NULL },
  { "unity.*", VMX_DROP, NULL },
  { "answer.*", VMX_DROP, NULL },
  { "msg.*", VMX_DROP, NULL },
  { "proxyapps.*", VMX_DROP, NULL },
  { "priority.*", VMX_DROP, NULL },
  { "deploymentplatform", VMX_DROP, NULL },
  { "chipset.*", VMX_DROP, NULL },
  { "sensor.*", VMX_DROP, NULL },
  { "ulm.*", VMX_DROP, NULL },
  { "hgfs.*", VMX_DROP, NULL },
  { "disable_acceleration", VMX_DROP, NULL },
  { "memallowautoscaledown", VMX_DROP, NULL },
  { "memtrimrate", VMX_DROP, NULL },
  { "numa.autosize.*", VMX_DROP, NULL },
  { "sched.swap.*", VMX_DROP, NULL },
  { "remotedisplay.*", VMX_DROP, NULL },
  { "powertype.*", VMX_DROP, NULL },
  { "tools.remindinstall", VMX_DROP, NULL },
  { "tools.capability.*", VMX_DROP, NULL },
  { "toolsinstallmanager.*", VMX_DROP, NULL },
  { "buslogic.nodriver", VMX_DROP, NULL },
  { "guestos.detailed.data", VMX_DROP, NULL },
  { "guestinfo.detailed.data", VMX_DROP, NULL },
  { "guestinfo.appinfo", VMX_DROP, NULL },
  { "guestinfo.toolsinstallerrcode", VMX_DROP, NULL },
  { "guestinfo.driver.*", VMX_DROP, NULL },
  { "guestinfo.vmtools.*", VMX_DROP, NULL },
  { "usb*:*", VMX_DROP, NULL }, /* what was plugged in */
  { "usb.vbluetooth.*", VMX_DROP, NULL },
  { "sound.*", VMX_DROP, NULL },
  { "*.networkname.*", VMX_DROP, NULL },
  { "ethernet*.displayname", VMX_DROP, NULL },
  { "virtualhw.scheduledupgrade.*", VMX_DROP, NULL },
  { "vmx.*", VMX_DROP, NULL },
  { "*.filename", VMX_HOST, "" },
  { "*.filename2", VMX_HOST, "" },

  /* of the guest */
  { "*.mode", VMX_KEEP, "persistent" },
  { "*.writethrough", VMX_KEEP, "FALSE" },
  { "*.sharedbus", VMX_KEEP, "none" },
  { "*.allowguestconnectioncontrol", VMX_KEEP, "TRUE" },
  { "ethernet*.wakeonpcktrcv", VMX_KEEP, NULL },
  { "ethernet*.linkstatepropagation.enable", VMX_KEEP, "FALSE" },
  { "ethernet*.uptcompatibility", VMX_KEEP, NULL },
  { "ethernet*.features", VMX_KEEP, NULL },
  { "serial*.yieldonmsrread", VMX_KEEP, NULL },
  { "guestinfo.*", VMX_KEEP, NULL },
  { "isolation.*", VMX_KEEP, NULL },
  { "tools.synctime", VMX_KEEP, "FALSE" },
  { "tools.upgrade.policy", VMX_KEEP, NULL },
  { "tools.guest.desktop.autolock", VMX_KEEP, "FALSE" },
  { "toolscripts.*", VMX_KEEP, "TRUE" },
  { "time.synchronize.*", VMX_KEEP, NULL },
  { "cpuid.*", VMX_KEEP, NULL },
  { "hypervisor.cpuid.*", VMX_KEEP, NULL },
  { "monitor_control.*", VMX_KEEP, NULL },
  { "vhv.enable", VMX_KEEP, "FALSE" },
  { "vpmc.enable", VMX_KEEP, "FALSE" },
  { "vvtd.enable", VMX_KEEP, "FALSE" },
  { "vcpu.hotadd", VMX_KEEP, "FALSE" },
  { "vcpu.hotremove", VMX_KEEP, "FALSE" },
  { "mem.hotadd", VMX_KEEP, "FALSE" },
  { "sched.cpu.min", VMX_KEEP, "0" },
  { "sched.cpu.max", VMX_KEEP, "unlimited" },
  { "sched.cpu.units", VMX_KEEP, "mhz" },
  { "sched.cpu.shares", VMX_KEEP, "normal" },
  { "sched.cpu.latencysensitivity", VMX_KEEP, "normal" },
  { "sched.mem.min", VMX_KEEP, "0" },
  { "sched.mem.minsize", VMX_KEEP, "0" },
  { "sched.mem.max", VMX_KEEP, "unlimited" },
  { "sched.mem.shares", VMX_KEEP, "normal" },
  { "sched.*:*.shares", VMX_KEEP, "normal" },
  { "sched.*:*.throughputcap", VMX_KEEP, "off" },
  { "svga.*", VMX_KEEP, NULL },
  { "mks.enable3d", VMX_KEEP, "FALSE" },
  { "bios.boot*", VMX_KEEP, NULL },
  { "bios.forcesetuponce", VMX_KEEP, "FALSE" },
  { "efi.*", VMX_KEEP, NULL },
  { "smbios.*", VMX_KEEP, NULL },
  { "smc.*", VMX_KEEP, NULL },
  { "disk.enableuuid", VMX_KEEP, "FALSE" },
  { "usb.generic.allow*", VMX_KEEP, NULL },
  { "keyboard.*", VMX_KEEP, NULL },
  { "mouse.*", VMX_KEEP, NULL },
};

static char *
lower (const char *s)
{
  char *t = xstrdup (s);

  for (char *c = t; *c != '\0'; c++)
    *c = (char)tolower ((unsigned char)*c);
  return t;
}

enum vmx_fate
vmx_key_fate (const char *key, const char *value)
{
  CLEANUP_FREE char *name = lower (key);

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++)
    if (text_glob (rows[i].pattern, name))
      return rows[i].usual && text_equal_nocase (rows[i].usual, value)
               ? VMX_DROP : rows[i].fate;
  return VMX_LOST;
}

bool
vmx_key_is_kept (const char *key)
{
  return vmx_key_fate (key, NULL) == VMX_KEEP;
}

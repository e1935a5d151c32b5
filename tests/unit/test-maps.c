/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of systems, devices and disk formats, and their look-ups. */
#include "model/maps.h"

#include "tap.h"

#define SAME(a, b) CU_ASSERT_STRING_EQUAL ((a) ? (a) : "(null)", b)

static void
test_guest_words (void)
{
  const struct ostype *os = ostype_by_vmware ("DEBIAN12_64guest");

  CU_ASSERT_PTR_NOT_NULL_FATAL (os);
  CU_ASSERT_EQUAL (os->cim_id, 96);
  SAME (os->virtualbox, "Debian_64");
  SAME (os->osinfo, "debian12");
  SAME (os->proxmox, "l26");
  SAME (os->title, "Debian 12 64-bit");
  CU_ASSERT_PTR_NULL (ostype_by_vmware ("plan9Guest"));
  CU_ASSERT_PTR_NULL (ostype_by_vmware (NULL));
  /* A word that several rows share means the first. */
  CU_ASSERT_EQUAL (ostype_by_vmware ("windows8Server64Guest")->cim_id, 112);
}

static void
test_cim_versions (void)
{
  SAME (ostype_by_cim (96, "12")->vmware, "debian12_64Guest");
  SAME (ostype_by_cim (96, "12.4")->vmware, "debian12_64Guest");
  SAME (ostype_by_cim (96, "1")->title, "Debian 64-bit");
  SAME (ostype_by_cim (107, "7.9.2009")->vmware, "centos7_64Guest");
  SAME (ostype_by_cim (104, "6.5")->vmware, "vmkernel65Guest");
  SAME (ostype_by_cim (104, "6.7")->vmware, "vmkernel6Guest");
  SAME (ostype_by_cim (101, NULL)->vmware, "otherLinux64Guest");
  CU_ASSERT_PTR_NULL (ostype_by_cim (96, NULL)->vmware);
  CU_ASSERT_PTR_NULL (ostype_by_cim (12345, NULL));
  CU_ASSERT_PTR_NULL (ostype_by_cim (-1, NULL));
  SAME (cim_os_title (120), "Windows 10 64-bit");
  CU_ASSERT_PTR_NULL (cim_os_title (121));
}

/* Every number of the standard has a title. */
static void
test_every_cim_number (void)
{
  for (int i = 0; i <= 120; i++)
    CU_ASSERT_PTR_NOT_NULL (cim_os_title (i));
}

static void
test_virtualbox_words (void)
{
  CU_ASSERT_EQUAL (ostype_by_virtualbox ("Ubuntu_64")->cim_id, 94);
  SAME (ostype_by_virtualbox ("Debian12_64")->vmware, "debian12_64Guest");
  SAME (ostype_by_virtualbox ("Debian12")->vmware, "debian12Guest");
  SAME (ostype_by_virtualbox ("RedHat9_64")->vmware, "rhel9_64Guest");
  SAME (ostype_by_virtualbox ("Windows2012_64")->title, "Windows Server 2012");
  CU_ASSERT_PTR_NULL (ostype_by_virtualbox ("Amiga"));
  CU_ASSERT_PTR_NULL (ostype_by_virtualbox ("Amiga500"));
}

static void
test_osinfo_words (void)
{
  SAME (ostype_by_osinfo ("debian12")->vmware, "debian12_64Guest");
  SAME (ostype_by_osinfo ("rhel8.6")->vmware, "rhel8_64Guest");
  SAME (ostype_by_osinfo ("sles12sp3")->vmware, "sles12_64Guest");
  SAME (ostype_by_osinfo ("ubuntu22.04")->vmware, "ubuntu64Guest");
  SAME (ostype_by_osinfo ("win10")->vmware, "windows9_64Guest");
  SAME (ostype_by_osinfo ("winxp")->vmware, "winXPProGuest");
  SAME (ostype_by_osinfo ("win2k8r2")->vmware, "windows7Server64Guest");
  CU_ASSERT_PTR_NULL (ostype_by_osinfo ("win2"));
  CU_ASSERT_PTR_NULL (ostype_by_osinfo (""));
}

static void
test_any_word (void)
{
  SAME (ostype_by_any ("94")->vmware, "ubuntu64Guest");
  SAME (ostype_by_any ("debian12_64Guest")->osinfo, "debian12");
  SAME (ostype_by_any ("fedora37")->vmware, "fedora64Guest");
  SAME (ostype_by_any ("Fedora_64")->vmware, "fedora64Guest");
  CU_ASSERT_PTR_NULL (ostype_by_any ("other operating system"));
  CU_ASSERT_PTR_NULL (ostype_by_any ("99999999999"));
}

static void
test_complete (void)
{
  struct os os = { .cim_id = 1, .vmware = xstrdup ("rhel9_64Guest") };

  os_complete (&os);
  CU_ASSERT_EQUAL (os.cim_id, 1); /* said by the source: stays */
  SAME (os.osinfo, "rhel9.0");
  SAME (os.virtualbox, "RedHat_64");
  free (os.vmware);
  free (os.osinfo);
  free (os.virtualbox);

  os = (struct os){ .cim_id = -1, .osinfo = xstrdup ("debian11") };
  os_complete (&os);
  CU_ASSERT_EQUAL (os.cim_id, 96);
  SAME (os.vmware, "debian11_64Guest");
  free (os.vmware);
  free (os.osinfo);
  free (os.virtualbox);
}

static void
test_devices (void)
{
  SAME (hwmodel_by_ovf (HW_NIC, "vmxnet3")->name, "vmxnet3");
  SAME (hwmodel_by_ovf (HW_NIC, "E10000")->name, "e1000");
  SAME (hwmodel_by_ovf (HW_NIC, "Flexible")->name, "pcnet32");
  SAME (hwmodel_by_ovf (HW_CONTROLLER, "VirtualSCSI")->name, "pvscsi");
  SAME (hwmodel_by_ovf (HW_CONTROLLER, "LsiLogicSAS")->name, "lsisas1068");
  SAME (hwmodel_by_name (HW_CONTROLLER, "vmpvscsi")->ovf, "VirtualSCSI");
  SAME (hwmodel_by_name (HW_NIC, "82545EM")->name, "e1000");
  SAME (hwmodel_by_name (HW_NIC, "e1000")->virtualbox, "82540EM");
  SAME (hwmodel_by_name (HW_NIC, "pcnet")->vmx, "vlance");
  CU_ASSERT_PTR_NULL (hwmodel_by_name (HW_NIC, "vmxnet2")->libvirt);
  CU_ASSERT_PTR_NULL (hwmodel_by_name (HW_NIC, "lsilogic"));
  CU_ASSERT_PTR_NULL (hwmodel_by_name (HW_SOUND, NULL));
  CU_ASSERT_EQUAL (hwmodel_by_name (HW_CONTROLLER, "nvme")->bus, BUS_NVME);
}

static void
test_disk_formats (void)
{
#define VMDK "http://www.vmware.com/interfaces/specifications/vmdk.html"
  SAME (disk_format_of_uri (VMDK "#streamOptimized"), "vmdk-stream");
  SAME (disk_format_of_uri (" " VMDK "#STREAMOPTIMIZED\n"), "vmdk-stream");
  SAME (disk_format_of_uri (
          "http://www.vmware.com/specifications/vmdk.html#compressed"),
        "vmdk-stream");
  SAME (disk_format_of_uri (VMDK "#sparse"), "vmdk-sparse");
  SAME (disk_format_of_uri (VMDK), "vmdk");
  SAME (disk_format_of_uri (VMDK "#vmfsSparse"), "vmdk");
  SAME (disk_format_of_uri (
          "https://go.microsoft.com/fwlink/?LinkId=137171"), "vhd");
  SAME (disk_format_of_uri ("vhd"), "vhd");
  CU_ASSERT_PTR_NULL (disk_format_of_uri ("http://example.com/format"));
  CU_ASSERT_PTR_NULL (disk_format_of_uri (NULL));
  CU_ASSERT_PTR_NULL (disk_format_of_uri (""));
  SAME (disk_format_of_uri (disk_format_to_uri ("qcow2")), "qcow2");
  CU_ASSERT_PTR_NULL (disk_format_to_uri ("vdi"));
  SAME (disk_format_word ("vhdx"), "vhdx");
  CU_ASSERT_PTR_NULL (disk_format_word ("qed"));
}

TAP_MAIN ("maps", { "guest words", test_guest_words },
          { "CIM numbers with versions", test_cim_versions },
          { "every CIM number", test_every_cim_number },
          { "VirtualBox words", test_virtualbox_words },
          { "libosinfo words", test_osinfo_words },
          { "any word", test_any_word },
          { "filling in", test_complete },
          { "device models", test_devices },
          { "disk formats", test_disk_formats })

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of XAPI's records, and what stands in them when nothing else is
 * said (xapi-project/xen-api: ocaml/idl/datamodel_vm.ml, datamodel.ml).  An
 * importer wants all of them: a record with one missing is refused. */
#include "xva.h"

#include "base/text.h"

#define EPOCH "19700101T00:00:00Z"

/* What the writer sets itself has the usual value of an empty guest here.
 * A row: name, usual value, type, kept. */
const struct xva_row xva_vm_rows[] = {
  { "uuid", "", XVA_TEXT, false },
  { "allowed_operations", NULL, XVA_SET, false },
  { "current_operations", NULL, XVA_MAP, false },
  { "name_label", "", XVA_TEXT, false },
  { "name_description", "", XVA_TEXT, false },
  { "power_state", "Halted", XVA_TEXT, false },
  { "user_version", "1", XVA_TEXT, false },
  { "is_a_template", "0", XVA_BOOL, false },
  { "is_default_template", "0", XVA_BOOL, false },
  { "suspend_VDI", XVA_NULL, XVA_TEXT, false },
  { "resident_on", XVA_NULL, XVA_TEXT, false },
  { "scheduled_to_be_resident_on", XVA_NULL, XVA_TEXT, false },
  { "affinity", XVA_NULL, XVA_TEXT, false },
  { "memory_overhead", "0", XVA_TEXT, false },
  { "memory_target", "0", XVA_TEXT, false },
  { "memory_static_max", "0", XVA_TEXT, false },
  { "memory_dynamic_max", "0", XVA_TEXT, false },
  { "memory_dynamic_min", "0", XVA_TEXT, false },
  { "memory_static_min", "0", XVA_TEXT, false },
  { "VCPUs_params", NULL, XVA_MAP, true },
  { "VCPUs_max", "1", XVA_TEXT, false },
  { "VCPUs_at_startup", "1", XVA_TEXT, false },
  { "actions_after_softreboot", "soft_reboot", XVA_TEXT, true },
  { "actions_after_shutdown", "destroy", XVA_TEXT, true },
  { "actions_after_reboot", "restart", XVA_TEXT, true },
  { "actions_after_crash", "restart", XVA_TEXT, true },
  { "consoles", NULL, XVA_SET, false },
  { "VIFs", NULL, XVA_SET, false },
  { "VBDs", NULL, XVA_SET, false },
  { "VUSBs", NULL, XVA_SET, false },
  { "crash_dumps", NULL, XVA_SET, false },
  { "VTPMs", NULL, XVA_SET, false },
  { "PV_bootloader", "", XVA_TEXT, false },
  { "PV_kernel", "", XVA_TEXT, false },
  { "PV_ramdisk", "", XVA_TEXT, false },
  { "PV_args", "", XVA_TEXT, false },
  { "PV_bootloader_args", "", XVA_TEXT, true },
  { "PV_legacy_args", "", XVA_TEXT, true },
  { "HVM_boot_policy", "", XVA_TEXT, false },
  { "HVM_boot_params", NULL, XVA_MAP, true },
  { "HVM_shadow_multiplier", "1", XVA_TEXT, true },
  { "platform", NULL, XVA_MAP, true },
  { "PCI_bus", "", XVA_TEXT, false },
  { "other_config", NULL, XVA_MAP, true },
  { "domid", "-1", XVA_TEXT, false },
  { "domarch", "", XVA_TEXT, false },
  { "last_boot_CPU_flags", NULL, XVA_MAP, false },
  { "is_control_domain", "0", XVA_BOOL, false },
  { "metrics", XVA_NULL, XVA_TEXT, false },
  { "guest_metrics", XVA_NULL, XVA_TEXT, false },
  { "last_booted_record", "", XVA_TEXT, false },
  { "recommendations", "", XVA_TEXT, false },
  { "xenstore_data", NULL, XVA_MAP, true },
  { "ha_always_run", "0", XVA_BOOL, false },
  { "ha_restart_priority", "", XVA_TEXT, true },
  { "is_a_snapshot", "0", XVA_BOOL, false },
  { "snapshot_of", XVA_NULL, XVA_TEXT, false },
  { "snapshots", NULL, XVA_SET, false },
  { "snapshot_time", EPOCH, XVA_DATE, false },
  { "transportable_snapshot_id", "", XVA_TEXT, false },
  { "blobs", NULL, XVA_MAP, false },
  { "tags", NULL, XVA_SET, false },
  { "blocked_operations", NULL, XVA_MAP, true },
  { "snapshot_info", NULL, XVA_MAP, false },
  { "snapshot_metadata", "", XVA_TEXT, false },
  { "parent", XVA_NULL, XVA_TEXT, false },
  { "children", NULL, XVA_SET, false },
  { "bios_strings", NULL, XVA_MAP, true },
  { "protection_policy", XVA_NULL, XVA_TEXT, false },
  { "is_snapshot_from_vmpp", "0", XVA_BOOL, false },
  { "snapshot_schedule", XVA_NULL, XVA_TEXT, false },
  { "is_vmss_snapshot", "0", XVA_BOOL, false },
  { "appliance", XVA_NULL, XVA_TEXT, false },
  { "start_delay", "0", XVA_TEXT, true },
  { "shutdown_delay", "0", XVA_TEXT, true },
  { "order", "0", XVA_TEXT, false },
  { "VGPUs", NULL, XVA_SET, false },
  { "attached_PCIs", NULL, XVA_SET, false },
  { "suspend_SR", XVA_NULL, XVA_TEXT, false },
  { "version", "0", XVA_TEXT, false },
  { "generation_id", "", XVA_TEXT, false },
  { "hardware_platform_version", "0", XVA_TEXT, true },
  { "has_vendor_device", "0", XVA_BOOL, false },
  { "requires_reboot", "0", XVA_BOOL, false },
  { "reference_label", "", XVA_TEXT, true },
  { "domain_type", "hvm", XVA_TEXT, false },
  { "NVRAM", NULL, XVA_MAP, true },
  { "pending_guidances", NULL, XVA_SET, false },
  { "pending_guidances_recommended", NULL, XVA_SET, false },
  { "pending_guidances_full", NULL, XVA_SET, false },
  { "groups", NULL, XVA_SET, false },
  { NULL, NULL, XVA_TEXT, false }
};

/* Quality of service and status: VBDs and VIFs have them alike. */
#define RUNNING_ROWS                                                          \
  { "currently_attached", "0", XVA_BOOL, false },                             \
  { "status_code", "0", XVA_TEXT, false },                                    \
  { "status_detail", "", XVA_TEXT, false },                                   \
  { "runtime_properties", NULL, XVA_MAP, false },                             \
  { "qos_algorithm_type", "", XVA_TEXT, false },                              \
  { "qos_algorithm_params", NULL, XVA_MAP, false },                           \
  { "qos_supported_algorithms", NULL, XVA_SET, false },                       \
  { "metrics", XVA_NULL, XVA_TEXT, false }
#define OBJECT_ROWS                                                           \
  { "uuid", "", XVA_TEXT, false },                                            \
  { "allowed_operations", NULL, XVA_SET, false },                             \
  { "current_operations", NULL, XVA_MAP, false }
#define NAMED_ROWS                                                            \
  OBJECT_ROWS,                                                                \
  { "name_label", "", XVA_TEXT, false },                                      \
  { "name_description", "", XVA_TEXT, false }
#define END_ROW { NULL, NULL, XVA_TEXT, false }

const struct xva_row xva_vbd_rows[] = {
  OBJECT_ROWS,
  { "VM", XVA_NULL, XVA_TEXT, false },
  { "VDI", XVA_NULL, XVA_TEXT, false },
  { "device", "", XVA_TEXT, false },
  { "userdevice", "0", XVA_TEXT, false },
  { "bootable", "0", XVA_BOOL, false },
  { "mode", "RW", XVA_TEXT, false },
  { "type", "Disk", XVA_TEXT, false },
  { "unpluggable", "1", XVA_BOOL, false },
  { "storage_lock", "0", XVA_BOOL, false },
  { "empty", "0", XVA_BOOL, false },
  { "other_config", NULL, XVA_MAP, false },
  RUNNING_ROWS, END_ROW
};

const struct xva_row xva_vif_rows[] = {
  OBJECT_ROWS,
  { "device", "0", XVA_TEXT, false },
  { "network", XVA_NULL, XVA_TEXT, false },
  { "VM", XVA_NULL, XVA_TEXT, false },
  { "MAC", "", XVA_TEXT, false },
  { "MTU", "1500", XVA_TEXT, false },
  { "other_config", NULL, XVA_MAP, false },
  RUNNING_ROWS,
  { "MAC_autogenerated", "0", XVA_BOOL, false },
  { "locking_mode", "network_default", XVA_TEXT, false },
  { "ipv4_allowed", NULL, XVA_SET, false },
  { "ipv6_allowed", NULL, XVA_SET, false },
  { "ipv4_configuration_mode", "None", XVA_TEXT, false },
  { "ipv4_addresses", NULL, XVA_SET, false },
  { "ipv4_gateway", "", XVA_TEXT, false },
  { "ipv6_configuration_mode", "None", XVA_TEXT, false },
  { "ipv6_addresses", NULL, XVA_SET, false },
  { "ipv6_gateway", "", XVA_TEXT, false },
  END_ROW
};

const struct xva_row xva_vdi_rows[] = {
  NAMED_ROWS,
  { "SR", XVA_NULL, XVA_TEXT, false },
  { "VBDs", NULL, XVA_SET, false },
  { "crash_dumps", NULL, XVA_SET, false },
  { "virtual_size", "0", XVA_TEXT, false },
  { "physical_utilisation", "0", XVA_TEXT, false },
  { "type", "user", XVA_TEXT, false },
  { "sharable", "0", XVA_BOOL, false },
  { "read_only", "0", XVA_BOOL, false },
  { "other_config", NULL, XVA_MAP, false },
  { "storage_lock", "0", XVA_BOOL, false },
  { "location", "", XVA_TEXT, false },
  { "managed", "1", XVA_BOOL, false },
  { "missing", "0", XVA_BOOL, false },
  { "parent", XVA_NULL, XVA_TEXT, false },
  { "xenstore_data", NULL, XVA_MAP, false },
  { "sm_config", NULL, XVA_MAP, false },
  { "is_a_snapshot", "0", XVA_BOOL, false },
  { "snapshot_of", XVA_NULL, XVA_TEXT, false },
  { "snapshots", NULL, XVA_SET, false },
  { "snapshot_time", EPOCH, XVA_DATE, false },
  { "tags", NULL, XVA_SET, false },
  { "allow_caching", "0", XVA_BOOL, false },
  { "on_boot", "persist", XVA_TEXT, false },
  { "metadata_of_pool", "", XVA_TEXT, false },
  { "metadata_latest", "0", XVA_BOOL, false },
  { "is_tools_iso", "0", XVA_BOOL, false },
  { "cbt_enabled", "0", XVA_BOOL, false },
  END_ROW
};

const struct xva_row xva_network_rows[] = {
  NAMED_ROWS,
  { "VIFs", NULL, XVA_SET, false },
  { "PIFs", NULL, XVA_SET, false },
  { "MTU", "1500", XVA_TEXT, false },
  { "other_config", NULL, XVA_MAP, false },
  { "bridge", "", XVA_TEXT, false },
  { "managed", "1", XVA_BOOL, false },
  { "blobs", NULL, XVA_MAP, false },
  { "tags", NULL, XVA_SET, false },
  { "default_locking_mode", "unlocked", XVA_TEXT, false },
  { "assigned_ips", NULL, XVA_MAP, false },
  { "purpose", NULL, XVA_SET, false },
  END_ROW
};

const struct xva_row xva_sr_rows[] = {
  NAMED_ROWS,
  { "VDIs", NULL, XVA_SET, false },
  { "PBDs", NULL, XVA_SET, false },
  { "virtual_allocation", "0", XVA_TEXT, false },
  { "physical_utilisation", "0", XVA_TEXT, false },
  { "physical_size", "0", XVA_TEXT, false },
  { "type", "file", XVA_TEXT, false },
  { "content_type", "user", XVA_TEXT, false },
  { "shared", "0", XVA_BOOL, false },
  { "other_config", NULL, XVA_MAP, false },
  { "tags", NULL, XVA_SET, false },
  { "sm_config", NULL, XVA_MAP, false },
  { "blobs", NULL, XVA_MAP, false },
  { "local_cache_enabled", "0", XVA_BOOL, false },
  { "introduced_by", XVA_NULL, XVA_TEXT, false },
  { "clustered", "0", XVA_BOOL, false },
  { "is_tools_sr", "0", XVA_BOOL, false },
  END_ROW
};

/* Keys are patterns; values are words, "*" any.  What the model has a field
 * for, what a host makes anew, and what nearly every export says. */
static const struct usual_row {
  const char *map, *key, *values;
} usual[] = {
  { "platform", "acpi", "1 true" },
  { "platform", "apic", "true 1" },
  { "platform", "pae", "true 1" },
  { "platform", "nx", "true 1" },
  { "platform", "hpet", "true 1" },
  { "platform", "viridian", "false 0" },
  { "platform", "stdvga", "*" },
  { "platform", "vga", "*" },
  { "platform", "videoram", "8" },
  { "platform", "timeoffset", "*" },
  { "platform", "device-model", "*" },
  { "platform", "secureboot", "true false" },
  { "platform", "usb", "true false" },
  { "platform", "usb_tablet", "*" },
  { "platform", "nic_type", "*" },
  { "platform", "cores-per-socket", "*" },
  { "platform", "parallel", "none" },
  { "platform", "vtpm", "*" },
  { "platform", "featureset", "*" },
  { "platform", "generation-id", "*" },
  { "other_config", "mac_seed", "*" },
  { "other_config", "base_template_name", "*" },
  { "other_config", "install-*", "*" },
  { "other_config", "import_task", "*" },
  { "other_config", "hvm_serial", "none pty" },
  { "other_config", "XenCenter.*", "*" },
  { "other_config", "instant", "*" },
  { "other_config", XVA_OS "*", "*" },
  { "HVM_boot_params", "order", "*" },
  { "HVM_boot_params", "firmware", "*" },
};

bool
xva_is_usual (const char *map, const char *key, const char *value)
{
  CLEANUP_FREE char *word = xasprintf (" %s ", value ? value : "");

  /* The guest's tools fill the store; only vm-data/ is the user's.  Of the
   * identity of the hardware only another maker than Xen says anything. */
  if (strcmp (map, "xenstore_data") == 0)
    return strncmp (key, "vm-data/", 8) != 0;
  if (strcmp (map, "bios_strings") == 0)
    return value == NULL || text_has_suffix (value, "Xen") || strncmp (key, "oem-", 4) == 0
           || strcmp (key, "hp-rombios") == 0;
  for (size_t i = 0; i < ARRAY_SIZE (usual); i++) {
    CLEANUP_FREE char *words = xasprintf (" %s ", usual[i].values);
    if (strcmp (usual[i].map, map) == 0 && text_glob (usual[i].key, key))
      return strcmp (usual[i].values, "*") == 0 || strstr (words, word) != NULL;
  }
  return false;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the reader and the writer of OVF descriptors share: namespaces, and
 * the keys under which things are kept that only OVF can say.
 *
 * Not to be confused with libovf/ovf.h, the library's public header. */
#ifndef OVF_FORMAT_H
#define OVF_FORMAT_H

#include "converter.h"

#define OVF1_NS "http://schemas.dmtf.org/ovf/envelope/1"
#define OVF2_NS "http://schemas.dmtf.org/ovf/envelope/2"
#define OVF09_NS "http://www.vmware.com/schema/ovf/1/envelope"
#define CIM_NS "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
#define RASD_NS CIM_NS "CIM_ResourceAllocationSettingData"
#define VSSD_NS CIM_NS "CIM_VirtualSystemSettingData"
#define SASD_NS CIM_NS "CIM_StorageAllocationSettingData"
#define EPASD_NS CIM_NS "CIM_EthernetPortAllocationSettingData"
#define VMW_NS "http://www.vmware.com/schema/ovf"
#define VBOX_NS "http://www.virtualbox.org/ovf/machine"
#define XSI_NS "http://www.w3.org/2001/XMLSchema-instance"

/* Extras (struct extra) with owner "ovf".  `required` is set for sections that
 * nothing here understands and that insist on it, and for a Config that says
 * ovf:required="true"; `configuration` is the element's ovf:configuration.
 *
 *   key                      value, and where it belongs
 *   "section NAME"           the whole element as XML: a section (or an unknown
 *                            element) of the Envelope (appliance.extras), of
 *                            a collection or of a machine.  NAME for people:
 *                            "vmw:IpAssignmentSection", "InstallSection"
 *   "hardware NAME"          XML: an unknown child of VirtualHardwareSection
 *   "item KIND"              XML: a hardware Item that the model has no place
 *                            for ("other"), or of which it holds a summary
 *                            only: "usb", "sound", "video", "serial",
 *                            "parallel", "tpm".  A writer says these Items
 *                            instead of making new ones from the summary;
 *                            who changes the summary removes them
 *   "config KEY"             text: vmw:Config of VirtualHardwareSection
 *   "extraconfig KEY"        text: vmw:ExtraConfig
 *   "item-config ID KEY"     text: vmw:Config of the Item with InstanceID ID
 *                            (a controller, drive or NIC), or of "cpu",
 *                            "memory"; a KEY "rasd:Weight" is a CIM child
 *   "product N NAME"         XML: an Icon, AppUrl or unknown child of the Nth
 *                            product (from 0) of the same machine, collection
 *   "network N NAME"         XML: an unknown child of the Nth network
 *
 * vmw:Config firmware, bootOptions.efiSecureBootEnabled and ExtraConfig
 * uuid.bios stand in the model and are not kept. */
#define OVF_OWNER "ovf"

/* The two halves of the converter (ovf.c). */
struct appliance *descriptor_read (struct ovf_ctx *, const struct input *,
                                   const struct read_settings *,
                                   struct ovf_report *, struct ovf_error **err);
bool descriptor_write (struct ovf_ctx *, const struct appliance *,
                       const struct write_settings *, FILE *,
                       struct ovf_report *, struct ovf_error **err);

#endif

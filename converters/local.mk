converters_sources = \
	converters/converter.h \
	converters/drive-name.c converters/drive-name.h \
	converters/table.c \
	converters/loss.c converters/loss.h \
	converters/place.c converters/place.h \
	converters/place-devices.c \
	converters/place-report.c \
	$(converters_ovf_sources) \
	$(converters_libvirt_sources) \
	$(converters_proxmox_sources) \
	$(converters_qemu_sources) \
	$(converters_spec_sources) \
	$(converters_virtualbox_sources) \
	$(converters_vmx_sources) \
	$(converters_xen_sources) \
	$(converters_xva_sources) \
	$(NULL)

converters_ovf_sources = \
	converters/ovf.c converters/ovf-format.h \
	converters/ovf-drives.c \
	converters/ovf-envelope.c \
	converters/ovf-findings.c \
	converters/ovf-hardware.c \
	converters/ovf-items.c \
	converters/ovf-names.c \
	converters/ovf-read.c \
	converters/ovf-reader.h \
	converters/ovf-refs.c \
	converters/ovf-sections.c \
	converters/ovf-vendor.c \
	converters/ovf-own.c converters/ovf-own.h \
	converters/ovf-write.c converters/ovf-write.h \
	converters/ovf-write-hardware.c \
	converters/ovf-write-items.c \
	converters/ovf-write-kept.c \
	converters/ovf-write-sections.c \
	$(NULL)

converters_spec_sources = \
	converters/spec.c converters/spec.h \
	converters/spec-device.h \
	converters/spec-devices.c \
	converters/spec-drives.c \
	converters/spec-hardware.c \
	converters/spec-out.h \
	converters/spec-products.c \
	converters/spec-read.c \
	converters/spec-values.c \
	converters/spec-write.c \
	converters/spec-write-hardware.c \
	converters/spec-yaml.c \
	$(NULL)

converters_proxmox_sources = \
	converters/proxmox.c converters/proxmox.h \
	converters/proxmox-devices.c \
	converters/proxmox-keys.c \
	converters/proxmox-place.c \
	converters/proxmox-read.c \
	converters/proxmox-read-devices.c \
	converters/proxmox-read-drives.c \
	converters/proxmox-script.c \
	converters/proxmox-text.c \
	converters/proxmox-write.c \
	$(NULL)

converters_qemu_sources = \
	converters/qemu.c converters/qemu.h \
	converters/qemu-devices.c \
	converters/qemu-drives.c \
	converters/qemu-write.c \
	$(NULL)

converters_libvirt_sources = \
	converters/libvirt.c converters/libvirt.h \
	converters/libvirt-devices.c \
	converters/libvirt-os.c \
	converters/libvirt-read.c converters/libvirt-reader.h \
	converters/libvirt-read-devices.c \
	converters/libvirt-read-disk.c \
	converters/libvirt-read-os.c \
	converters/libvirt-write.c \
	converters/libvirt-write-xen.c \
	$(NULL)

converters_vmx_sources = \
	converters/vmx.c converters/vmx.h \
	converters/vmx-device.c \
	converters/vmx-dict.c \
	converters/vmx-keys.c \
	converters/vmx-os.c \
	converters/vmx-place.c converters/vmx-place.h \
	converters/vmx-read.c converters/vmx-reader.h \
	converters/vmx-read-boot.c \
	converters/vmx-read-drives.c \
	converters/vmx-read-nics.c \
	converters/vmx-text.c \
	converters/vmx-write.c \
	converters/vmx-write-boot.c \
	converters/vmx-write-devices.c \
	$(NULL)

converters_xen_sources = \
	converters/xen.c converters/xen.h \
	converters/xen-devices.c \
	converters/xen-disk.c \
	converters/xen-keys.c \
	converters/xen-lang.c converters/xen-lang.h \
	converters/xen-nic.c \
	converters/xen-parser.h \
	converters/xen-read.c \
	converters/xen-value.c \
	converters/xen-write.c converters/xen-write.h \
	converters/xen-write-devices.c \
	converters/xen-write-disk.c \
	$(NULL)

converters_virtualbox_sources = \
	converters/virtualbox.c converters/virtualbox.h \
	converters/virtualbox-layout.c \
	converters/virtualbox-media.c \
	converters/virtualbox-network.c \
	converters/virtualbox-read.c \
	converters/virtualbox-rest.c \
	converters/virtualbox-storage.c \
	converters/virtualbox-write.c \
	converters/virtualbox-write-media.c \
	$(NULL)

converters_xva_sources = \
	converters/xva.c converters/xva.h \
	converters/xva-fields.c \
	converters/xva-loss.c \
	converters/xva-read.c \
	converters/xva-read-devices.c \
	converters/xva-value.c \
	converters/xva-write.c \
	converters/xva-write-plan.c \
	$(NULL)

EXTRA_DIST += converters/README.md

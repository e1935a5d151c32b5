converters_sources = \
	converters/converter.h \
	converters/table.c \
	$(converters_ovf_sources) \
	$(converters_libvirt_sources) \
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
	$(NULL)

converters_libvirt_sources = \
	converters/libvirt.c converters/libvirt.h \
	converters/libvirt-devices.c \
	converters/libvirt-loss.c \
	converters/libvirt-os.c \
	converters/libvirt-place.c \
	converters/libvirt-write.c \
	$(NULL)

EXTRA_DIST += converters/README.md

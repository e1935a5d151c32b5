converters_sources = \
	converters/converter.h \
	converters/table.c \
	$(converters_ovf_sources) \
	$(converters_libvirt_sources) \
	$(NULL)

converters_ovf_sources = \
	converters/ovf-read.c \
	$(NULL)

converters_libvirt_sources = \
	converters/libvirt-write.c \
	$(NULL)

EXTRA_DIST += converters/README.md

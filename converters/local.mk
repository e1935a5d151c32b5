converters_sources = \
	converters/converter.h \
	converters/table.c \
	$(converters_ovf_sources) \
	$(converters_libvirt_sources) \
	$(NULL)

converters_ovf_sources = \
	$(NULL)

converters_libvirt_sources = \
	$(NULL)

EXTRA_DIST += converters/README.md

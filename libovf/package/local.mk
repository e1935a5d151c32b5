libovf_package_sources = \
	libovf/package/package.h \
	$(libovf_package_read_sources) \
	$(libovf_package_write_sources) \
	$(NULL)

libovf_package_read_sources = \
	$(NULL)

libovf_package_write_sources = \
	$(NULL)

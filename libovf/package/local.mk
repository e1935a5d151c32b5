libovf_package_sources = \
	libovf/package/package.h \
	$(libovf_package_read_sources) \
	$(libovf_package_write_sources) \
	$(NULL)

libovf_package_read_sources = \
	$(NULL)

libovf_package_write_sources = \
	libovf/package/write.h libovf/package/write-impl.h \
	libovf/package/write.c libovf/package/write-slots.c \
	libovf/package/ova-write.c libovf/package/manifest-write.c \
	libovf/package/signer.h libovf/package/signer-impl.h \
	libovf/package/signer.c libovf/package/signer-run.c \
	libovf/package/passin.c \
	$(NULL)

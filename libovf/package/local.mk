libovf_package_sources = \
	libovf/package/package.h \
	$(libovf_package_read_sources) \
	$(libovf_package_write_sources) \
	$(NULL)

libovf_package_read_sources = \
	libovf/package/cert-read.c \
	libovf/package/dir.c \
	libovf/package/files.c \
	libovf/package/internal.h \
	libovf/package/manifest.c libovf/package/manifest.h \
	libovf/package/members.c \
	libovf/package/ova-pipe.c \
	libovf/package/ova-read.c libovf/package/ova.h \
	libovf/package/package.c \
	libovf/package/sign-verify.c libovf/package/signature.h \
	libovf/package/tar.c libovf/package/tar.h \
	libovf/package/trust.c \
	libovf/package/verify.c \
	libovf/package/xva.h libovf/package/xva-impl.h \
	libovf/package/xva-read.c libovf/package/xva-table.c \
	libovf/package/xva-archive.c libovf/package/xva-sum.c \
	$(NULL)

libovf_package_write_sources = \
	libovf/package/write.h libovf/package/write-impl.h \
	libovf/package/write.c libovf/package/write-slots.c \
	libovf/package/ova-write.c libovf/package/manifest-write.c \
	libovf/package/signer.h libovf/package/signer-impl.h \
	libovf/package/signer.c libovf/package/signer-run.c \
	libovf/package/passin.c \
	libovf/package/iso.h libovf/package/iso.c \
	$(NULL)

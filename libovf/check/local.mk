libovf_check_sources = \
	libovf/check/lint.c \
	libovf/check/lint.h \
	libovf/check/lint-words.c libovf/check/lint-words.h \
	libovf/check/profile.c \
	libovf/check/profile.h \
	libovf/check/profile-check.c \
	libovf/check/schema.c libovf/check/schema.h \
	libovf/check/schema-mend.c libovf/check/schema-mend.h \
	libovf/check/schema-set.c libovf/check/schema-set.h \
	libovf/check/rules-old.c \
	libovf/check/rules-reading.c \
	libovf/check/rules-profiles.c libovf/check/rules-preflight.c \
	libovf/check/rules-package.c \
	libovf/check/rules-tar.c \
	libovf/check/rules-manifest.c \
	libovf/check/rules-certificate.c \
	libovf/check/rules-xml.c \
	libovf/check/rules-refs.c \
	libovf/check/rules-disks.c \
	libovf/check/rules-content.c \
	libovf/check/rules-hardware.c \
	libovf/check/rules-bounds.c \
	libovf/check/rules-products.c \
	libovf/check/rules-sections.c \
	libovf/check/rules-sections2.c \
	libovf/check/rules-strings.c \
	libovf/check/rules-environment.c \
	libovf/check/rules-images.c \
	$(NULL)

# The library.  libovf-core holds everything, so that unit tests reach the
# inside; libovf exports what libovf.map names.
noinst_LTLIBRARIES += libovf/libovf-core.la
lib_LTLIBRARIES += libovf/libovf.la
include_HEADERS += libovf/ovf.h
EXTRA_DIST += libovf/libovf.map

libovf_libovf_core_la_SOURCES = \
	$(libovf_top_sources) \
	$(libovf_base_sources) \
	$(libovf_model_sources) \
	$(libovf_package_sources) \
	$(libovf_disk_sources) \
	$(libovf_check_sources) \
	$(converters_sources) \
	$(NULL)
if HAVE_LIBVIRT
libovf_libovf_core_la_SOURCES += \
	libovf/libvirt-conn-impl.h libovf/libvirt-conn.c \
	libovf/libvirt-conn-storage.c libovf/libvirt-conn-host.c \
	libovf/libvirt-source.c libovf/libvirt-import.h \
	libovf/libvirt-import.c libovf/libvirt-mark.c \
	$(NULL)
else
libovf_libovf_core_la_SOURCES += libovf/libvirt-none.c
endif
libovf_libovf_core_la_LIBADD = $(LIBVIRT_LIBS) \
	$(LIBXML2_LIBS) $(LIBARCHIVE_LIBS) $(OPENSSL_LIBS) $(JANSSON_LIBS) \
	$(YAML_LIBS) $(LIBDEFLATE_LIBS) $(ZLIB_LIBS) \
	$(SECCOMP_LIBS) $(LIBNBD_LIBS) $(LIBCURL_LIBS) \
	$(NULL)

libovf_libovf_la_SOURCES =
libovf_libovf_la_LIBADD = libovf/libovf-core.la
libovf_libovf_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined \
	-Wl,--version-script=$(top_srcdir)/libovf/libovf.map
libovf_libovf_la_DEPENDENCIES = libovf/libovf-core.la libovf/libovf.map

libovf_top_sources = \
	libovf/ovf.h \
	libovf/formats.c \
	libovf/disk-ops.c \
	libovf/options.c libovf/options.h libovf/options.def \
	libovf/pipeline.h libovf/source.c libovf/source-files.c libovf/source-xva.c libovf/copy-disk.c libovf/result.c \
	libovf/netmap.c libovf/identity.c libovf/info.c \
	libovf/adjust.h libovf/adjust.c libovf/adjust-drop.c libovf/gzip-sink.h libovf/gzip-sink.c \
	libovf/plan.c libovf/plan.h libovf/convert.c libovf/disk-target.c \
	libovf/export.c libovf/export-xva.c libovf/export-box.c \
	libovf/vagrant.h libovf/vagrant.c libovf/xva-sink.h libovf/xva-sink.c \
	libovf/profile-apply.h libovf/profile-apply.c libovf/default-machine.c \
	libovf/unpack.c libovf/verify.c \
	libovf/validate.h libovf/validate.c libovf/validate-package.c \
	libovf/rules.c libovf/diff.c \
	libovf/rewrite.h libovf/rewrite.c libovf/rewrite-run.c \
	libovf/repair.h libovf/repair.c libovf/repair-items.c \
	libovf/repair-disks.c libovf/repair-profile.c \
	libovf/build.c \
	libovf/references.c libovf/pack.c libovf/sign-op.c \
	libovf/edit.h libovf/edit.c libovf/edit-item.c \
	libovf/set.c libovf/set-system.c libovf/set-text.c \
	libovf/set-device.c libovf/set-remove.c \
	libovf/model/property.h libovf/model/property.c \
	libovf/environment.h libovf/environment.c libovf/env.c \
	libovf/preflight.h libovf/preflight.c libovf/preflight-source.c \
	libovf/libvirt-live.h libovf/libvirt-conn.h \
	$(NULL)

include libovf/base/local.mk
include libovf/model/local.mk
include libovf/package/local.mk
include libovf/disk/local.mk
include libovf/check/local.mk

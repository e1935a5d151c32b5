# Tests.  Every test prints TAP: a unit program through tests/unit/tap.h, a
# script through tests/functions.sh.  One word in a list below adds one.

# ---- unit: tests/unit/test-NAME.c, a CUnit program a module ---------------
unit_base = \
	tests/unit/test-blob \
	tests/unit/test-child \
	tests/unit/test-data \
	tests/unit/test-error \
	tests/unit/test-output \
	tests/unit/test-rd \
	tests/unit/test-report \
	tests/unit/test-sandbox \
	tests/unit/test-text \
	tests/unit/test-xml \
	$(NULL)
unit_model = \
	tests/unit/test-maps \
	tests/unit/test-model \
	$(NULL)
unit_package = \
	tests/unit/test-manifest \
	tests/unit/test-package \
	tests/unit/test-ova-write \
	$(NULL)
unit_disk = \
	tests/unit/test-copy \
	tests/unit/test-disk \
	tests/unit/test-qcow2-read \
	tests/unit/test-qcow2-write \
	tests/unit/test-vmdk \
	tests/unit/test-vmdk-sparse \
	tests/unit/test-vmdk-write \
	$(NULL)
unit_check = \
	tests/unit/test-schema \
	$(NULL)
unit_converters = \
	tests/unit/test-ovf-write \
	tests/unit/test-ovf-read \
	$(NULL)
unit_top = \
	tests/unit/test-preflight \
	tests/unit/test-cli \
	$(NULL)

# ---- scripts: a line a test -----------------------------------------------
# Behaviour of the command line: tests/cli/NAME.sh
cli_tests = \
	tests/cli/build-disk.sh \
	tests/cli/build-errors.sh \
	tests/cli/build-samples.sh \
	tests/cli/cli-color.sh \
	tests/cli/cli-completion.sh \
	tests/cli/cli-help.sh \
	tests/cli/cli-info.sh \
	tests/cli/cli-json.sh \
	tests/cli/cli-progress.sh \
	tests/cli/cli-signals.sh \
	tests/cli/cli-usage.sh \
	tests/cli/compat-convert.sh \
	tests/cli/compat-options.sh \
	tests/cli/compat-scripts.sh \
	tests/cli/ended.sh \
	tests/cli/env.sh \
	tests/cli/diff.sh \
	tests/cli/disk-convert.sh \
	tests/cli/disk-formats.sh \
	tests/cli/disk-info.sh \
	tests/cli/disk-killed.sh \
	tests/cli/interrupted.sh \
	tests/cli/http.sh \
	tests/cli/identity.sh \
	tests/cli/import-pipe.sh \
	tests/cli/kinds.sh \
	tests/cli/live.sh \
	tests/cli/pack.sh \
	tests/cli/preflight.sh \
	tests/cli/prop.sh \
	tests/cli/proxmox.sh \
	tests/cli/qemu-script.sh \
	tests/cli/repair.sh \
	tests/cli/sandbox.sh \
	tests/cli/set.sh \
	tests/cli/set-bytes.sh \
	tests/cli/sign.sh \
	tests/cli/validate.sh \
	tests/cli/validate-for.sh \
	tests/cli/validate-formats.sh \
	tests/cli/validate-profiles.sh \
	tests/cli/stream.sh \
	tests/cli/strict.sh \
	tests/cli/unpack.sh \
	tests/cli/vagrant.sh \
	tests/cli/xva.sh \
	tests/cli/verify-manifest.sh \
	tests/cli/xen.sh \
	tests/cli/verify-signature.sh \
	tests/cli/virtualbox.sh \
	tests/cli/vmx.sh \
	$(NULL)
# Drivers over a folder of data: goldens, hostile samples, rules, the manual.
data_tests = \
	tests/doc/podcheck.sh \
	tests/fuzz/replay.sh \
	tests/golden/configs.sh \
	tests/golden/libvirt.sh \
	tests/golden/loss.sh \
	tests/golden/ovf-write.sh \
	tests/golden/vmx.sh \
	tests/golden/xva.sh \
	tests/golden/xen.sh \
	tests/golden/probe.sh \
	tests/hostile/run.sh \
	tests/rules/run.sh \
	$(NULL)
# The tree itself.
house_tests = \
	tests/header.sh \
	tests/source.sh \
	$(NULL)
# Real files and real software, where OVFTOOL_SHARED names their folder.
shared_tests = \
	tests/shared/attacks.sh \
	tests/shared/corpus-info.sh \
	tests/shared/corpus-probe.sh \
	tests/shared/corpus-validate.sh \
	tests/shared/corpus-vmdk.sh \
	tests/shared/corpus-write.sh \
	tests/shared/matrix.sh \
	tests/shared/disks.sh \
	tests/shared/guests.sh \
	tests/shared/sandbox-seeds.sh \
	tests/shared/loss.sh \
	tests/shared/live.sh \
	tests/shared/attacks-scripts.sh \
	tests/shared/proxmox-agree.sh \
	tests/shared/qemu-boot.sh \
	tests/shared/schemas.sh \
	tests/shared/trust.sh \
	tests/shared/virtualbox-agree.sh \
	tests/shared/vmx-agree.sh \
	tests/shared/vmx-write.sh \
	tests/shared/web-server.sh \
	tests/shared/xen-agree.sh \
	tests/shared/xen-libvirt.sh \
	tests/shared/xen-pv.sh \
	tests/shared/xen-xl.sh \
	$(NULL)

# Data that the scripts read, and helpers they call.
EXTRA_DIST += \
	tests/http-server.py \
	tests/hostile/LIST \
	tests/hostile/make.py \
	tests/rules \
	tests/shared/agree.py \
	tests/shared/xen-agree.tsv \
	tests/shared/xen-libvirt.tsv \
	tests/shared/xen-xl.py \
	tests/shared/corpus-info.py \
	tests/shared/matrix.py \
	tests/shared/corpus-validate.py \
	tests/shared/virtualbox-agree.py \
	tests/golden/virtualbox-read \
	tests/shared/proxmox-agree.py \
	tests/shared/vmx-agree.tsv \
	tests/golden/libvirt-five-disks \
	tests/golden/libvirt-lsilogic \
	tests/golden/libvirt-native \
	tests/golden/libvirt-nvme \
	tests/golden/libvirt-odd \
	tests/golden/libvirt-pvscsi-uefi \
	tests/golden/libvirt-sata-ide \
	tests/golden/libvirt-read-full \
	tests/golden/libvirt-read-host \
	tests/golden/libvirt-read-seats \
	tests/golden/libvirt-read-xen \
	tests/golden/libvirt-secure-boot \
	tests/golden/proxmox-read \
	tests/golden/proxmox-write \
	tests/golden/qemu-write \
	tests/golden/loss.py \
	tests/golden/same-model.py \
	tests/golden/xva-read \
	tests/xva.py \
	tests/schema/all-1.ovf \
	tests/schema/all-2.ovf \
	tests/schema/environment.xml \
	tests/skips.allow \
	tests/unit/disk.h \
	tests/unit/tap.h \
	tests/unit/no-cunit.sh \
	$(NULL)

# Walks the sectors of a streamOptimized VMDK without the library's code.
check_PROGRAMS += tests/vmdk-walk
tests_vmdk_walk_SOURCES = tests/vmdk-walk.c
tests_vmdk_walk_LDADD = $(ZLIB_LIBS)
# Tries what a confined helper may not do.  No sanitizer: those want more
# address space than a helper has.
check_PROGRAMS += tests/sandbox-probe
tests_sandbox_probe_SOURCES = tests/sandbox-probe.c
tests_sandbox_probe_CFLAGS = -std=gnu11 -include config.h
tests_sandbox_probe_LDFLAGS =
tests_sandbox_probe_LDADD =

# The tool with the hooks of tests/hooks.c in the place of the library's, which
# are constants.
check_PROGRAMS += tests/ovftool-hooks
tests_ovftool_hooks_SOURCES = ovftool/main.c tests/hooks.c
tests_ovftool_hooks_LDADD = ovftool/libcli.la libovf/libovf-core.la $(JANSSON_LIBS)

# A description in one format to another, for the goldens.
check_PROGRAMS += tests/convert-text
tests_convert_text_SOURCES = tests/convert-text.c
tests_convert_text_LDADD = libovf/libovf-core.la

# Models before and after a converter, for the scripts that judge loss.
check_PROGRAMS += tests/roundtrip
tests_roundtrip_SOURCES = tests/roundtrip.c
tests_roundtrip_LDADD = libovf/libovf-core.la $(JANSSON_LIBS)

# Verdicts of our schemas and of the official ones.
check_PROGRAMS += tests/schema-check
tests_schema_check_SOURCES = tests/schema-check.c
tests_schema_check_LDADD = libovf/libovf-core.la

# ---- goldens: what the readers make of tests/golden/KIND-read/ -------------
check_PROGRAMS += tests/golden/golden
TESTS += tests/golden/golden
tests_golden_golden_SOURCES = tests/golden/golden.c
tests_golden_golden_LDADD = libovf/libovf-core.la
EXTRA_DIST += tests/golden/probe
EXTRA_DIST += tests/golden/vmx-read tests/golden/vmx-write
EXTRA_DIST += tests/golden/ovf-read tests/golden/ovf-write tests/golden/spec-read \
	tests/golden/xen-read tests/golden/xen-write

# ---- fuzz targets, replayed over the data of other tests -------------------
# With a fuzzer: CC=clang CFLAGS='-fsanitize=fuzzer-no-link' and link the
# target's object with -fsanitize=fuzzer instead of standalone.c.
fuzz_targets = \
	tests/fuzz/fuzz-headers \
	tests/fuzz/fuzz-libvirt \
	tests/fuzz/fuzz-manifest \
	tests/fuzz/fuzz-ova \
	tests/fuzz/fuzz-ovf \
	tests/fuzz/fuzz-virtualbox \
	tests/fuzz/fuzz-proxmox \
	tests/fuzz/fuzz-vmdk \
	tests/fuzz/fuzz-vmx \
	tests/fuzz/fuzz-write \
	tests/fuzz/fuzz-xen \
	tests/fuzz/fuzz-xva \
	$(NULL)
check_PROGRAMS += $(fuzz_targets)
tests_fuzz_fuzz_headers_SOURCES = tests/fuzz/fuzz-headers.c tests/fuzz/disk.h \
	tests/fuzz/standalone.c
tests_fuzz_fuzz_headers_LDADD = libovf/libovf-core.la
tests_fuzz_fuzz_vmdk_SOURCES = tests/fuzz/fuzz-vmdk.c tests/fuzz/disk.h \
	tests/fuzz/standalone.c
tests_fuzz_fuzz_vmdk_LDADD = libovf/libovf-core.la
tests_fuzz_fuzz_libvirt_SOURCES = tests/fuzz/fuzz-libvirt.c tests/fuzz/text.h \
	tests/fuzz/standalone.c
tests_fuzz_fuzz_libvirt_LDADD = libovf/libovf-core.la
tests_fuzz_fuzz_vmx_SOURCES = tests/fuzz/fuzz-vmx.c tests/fuzz/text.h \
	tests/fuzz/standalone.c
tests_fuzz_fuzz_vmx_LDADD = libovf/libovf-core.la
tests_fuzz_fuzz_manifest_SOURCES = tests/fuzz/fuzz-manifest.c tests/fuzz/standalone.c
tests_fuzz_fuzz_manifest_LDADD = libovf/libovf-core.la $(OPENSSL_LIBS)
tests_fuzz_fuzz_ova_SOURCES = tests/fuzz/fuzz-ova.c tests/fuzz/standalone.c
tests_fuzz_fuzz_ova_LDADD = libovf/libovf-core.la
tests_fuzz_fuzz_ovf_SOURCES = tests/fuzz/fuzz-ovf.c tests/fuzz/standalone.c
tests_fuzz_fuzz_ovf_LDADD = libovf/libovf-core.la
tests_fuzz_fuzz_virtualbox_SOURCES = tests/fuzz/fuzz-virtualbox.c tests/fuzz/text.h \
	tests/fuzz/standalone.c
tests_fuzz_fuzz_virtualbox_LDADD = libovf/libovf-core.la
tests_fuzz_fuzz_xen_SOURCES = tests/fuzz/fuzz-xen.c tests/fuzz/text.h \
	tests/fuzz/standalone.c
tests_fuzz_fuzz_xen_LDADD = libovf/libovf-core.la
tests_fuzz_fuzz_proxmox_SOURCES = tests/fuzz/fuzz-proxmox.c tests/fuzz/standalone.c
tests_fuzz_fuzz_proxmox_LDADD = libovf/libovf-core.la
tests_fuzz_fuzz_write_SOURCES = tests/fuzz/fuzz-write.c tests/fuzz/standalone.c
tests_fuzz_fuzz_write_LDADD = libovf/libovf-core.la
tests_fuzz_fuzz_xva_SOURCES = tests/fuzz/fuzz-xva.c tests/fuzz/standalone.c
tests_fuzz_fuzz_xva_LDADD = libovf/libovf-core.la

# ---- how they run ---------------------------------------------------------
TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = bash
# A sanitizer's report must not look like one of our exit statuses.
AM_TESTS_ENVIRONMENT = \
	ASAN_OPTIONS=exitcode=99:detect_leaks=1:$$ASAN_OPTIONS; \
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1:exitcode=99:$$UBSAN_OPTIONS; \
	TSAN_OPTIONS=exitcode=99:halt_on_error=1:$$TSAN_OPTIONS; \
	export ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS;

script_tests = $(house_tests) $(cli_tests) $(data_tests) $(shared_tests)
dist_check_SCRIPTS += $(script_tests)
TESTS += $(script_tests)

unit_tests = $(unit_base) $(unit_model) $(unit_package) $(unit_disk) \
	$(unit_check) $(unit_converters) $(unit_top)
# What a program without a list of its own is linked with: the unit tests.
LDADD = libovf/libovf-core.la $(CUNIT_LIBS)
tests_unit_test_cli_LDADD = ovftool/libcli.la $(LDADD)
AM_CPPFLAGS += $(CUNIT_CFLAGS)
if HAVE_CUNIT
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
else
TESTS += tests/unit/no-cunit.sh
endif
# In the tarball whether CUnit is here or not.
EXTRA_DIST += $(unit_tests:=.c)

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real descriptions of every kind to every kind: accepted by that kind's own
# software, read again, with the same disks.  matrix.py does it.
. ./tests/functions.sh
needs_shared corpus/libvirt oracles/xl-dryrun.sh dmtf/catalog.xml
requires python3 qemu-img xmllint virsh virt-xml-validate

export TMPDIR=$tmp
if $CC -shared -fPIC -O -o "$tmp/xlmock.so" "$SHARED/oracles/xlmock.c" 2>/dev/null; then
  export XLMOCK=$tmp/xlmock.so
else
  note "without Xen's own judgement"
fi
if $CC -w -o "$tmp/lv-native" "$SHARED/oracles/lv-native.c" -ldl 2>/dev/null; then
  export LV_NATIVE=$tmp/lv-native
else
  note "without libvirt's judgement of VMX"
fi
mkdir "$tmp/work"
python3 "$srcdir/tests/shared/matrix.py" "$OVFTOOL" "$SHARED" "$tmp/work"

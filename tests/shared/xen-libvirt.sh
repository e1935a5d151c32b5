#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Configurations of Xen as domains: the domain that we write, and the one that
# libvirt's own reader of xl.cfg makes of the same file, are the same machine.
# And libvirt takes ours: its schema, its parser, its writer of xl.cfg.
. ./tests/functions.sh
needs_shared oracles/lv-native.c corpus/xen
requires python3 gcc virsh virt-xml-validate
native=$tmp/lv-native convert=$builddir/tests/convert-text
gcc -w -O -o "$native" "$SHARED/oracles/lv-native.c" -ldl \
  || skip_all "lv-native.c does not build"
for cfg in "$SHARED"/corpus/xen/*.cfg; do
  name=$(basename "${cfg%.cfg}") reader=xl-to-xml
  case $name in *xmconfig*) reader=xm-to-xml ;; esac
  "$convert" xen libvirt virt=xen <"$cfg" 2>/dev/null >"$tmp/$name.xml" || continue
  # A disk that is no file has to be mapped to one first.
  if grep -q 'source file="[^/]' "$tmp/$name.xml"; then continue; fi
  # There is a domain 'test' already.
  sed 's,<name>test</name>,<name>guest</name>,' "$tmp/$name.xml" >"$tmp/define.xml"
  ok "$name: libvirt's schema" virt-xml-validate "$tmp/$name.xml" domain
  ok "$name: libvirt defines it" virsh -q -c test:///default define "$tmp/define.xml"
  if ! grep -q 'interface type="network"' "$tmp/$name.xml"; then
    ok "$name: libvirt writes xl.cfg from it" "$native" xml-to-xl "$tmp/$name.xml"
  fi
  "$native" "$reader" "$cfg" >"$tmp/$name.native" 2>/dev/null || continue
  "$OVFTOOL" info --json --from libvirt "$tmp/$name.xml" >"$tmp/$name.ours" 2>/dev/null
  "$OVFTOOL" info --json --from libvirt "$tmp/$name.native" >"$tmp/$name.theirs" 2>/dev/null
  printf '%s\t%s\t%s\n' "$name" "$tmp/$name.ours" "$tmp/$name.theirs" >>"$tmp/pairs"
done
ok "there are pairs to compare" test -s "$tmp/pairs"
python3 "$srcdir/tests/shared/agree.py" "$srcdir/tests/shared/xen-libvirt.tsv" \
  <"$tmp/pairs" >"$tmp/agree"
is "ours and libvirt's are the same machines" "$(grep -c '^not ok' "$tmp/agree")" 0
grep -e '^not ok' -e DIFFERS -e '^# [a-z]' "$tmp/agree" >"$tmp/table"
tap_show "$tmp/table"
done_testing

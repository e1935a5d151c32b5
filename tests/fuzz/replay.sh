#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Fuzz targets over files that are here anyway, whole and cut short: no
# crash, no report of a sanitizer, no endless loop.
. ./tests/functions.sh

# replay TARGET FILE...: each file, its first half, and with a byte changed
# now and then.
replay () {
  local target=$1 f n=0
  shift
  mkdir -p "$tmp/$target"
  for f; do
    n=$((n + 1))
    cp "$f" "$tmp/$target/$n"
    head -c $(($(wc -c <"$f") / 2)) "$f" >"$tmp/$target/$n.half"
    sed 's/1/99999999999999999999/g' "$f" >"$tmp/$target/$n.numbers"
    sed 's/Section>/Sektion>/g; s/:\(id\|key\|name\)=/:no=/g' "$f" >"$tmp/$target/$n.names"
  done
  expect_exit 0 "$target over $n files in four forms" \
    timeout 120 $VG "$builddir/tests/fuzz/$target" "$tmp/$target"
}

replay fuzz-ovf "$srcdir"/tests/golden/ovf-read/*.ovf "$srcdir"/samples/*.ovf
replay fuzz-write "$srcdir"/tests/golden/ovf-read/*.ovf "$srcdir"/samples/*.ovf \
  "$srcdir"/samples/*.yaml "$srcdir"/tests/golden/libvirt-*/*.xml
replay fuzz-proxmox "$srcdir"/tests/golden/proxmox-read/*.conf
replay fuzz-libvirt "$srcdir"/tests/golden/libvirt-*/*.xml
replay fuzz-virtualbox "$srcdir"/tests/golden/virtualbox-read/*.vbox
replay fuzz-vmx "$srcdir"/tests/golden/vmx-*/*.vmx
replay fuzz-xen "$srcdir"/tests/golden/xen-read/*.cfg

if command -v python3 >/dev/null; then
  head -c 3000000 /dev/zero | sed '1s/^/disk/' >"$tmp/disk.raw"
  for sums in sha1 none xxhash; do
    python3 "$srcdir/tests/xva.py" make "$tmp/$sums.xva" "$tmp/disk.raw" --sums $sums \
      --table --keepalive
  done
  replay fuzz-xva "$tmp"/*.xva "$srcdir"/tests/golden/xva-read/*.xml
else
  skip "XVA" "no python3"
fi

# Disks: those of the hostile samples.
if command -v python3 >/dev/null; then
  python3 "$srcdir/tests/hostile/make.py" "$tmp/samples" || exit 99
  replay fuzz-vmdk "$tmp"/samples/*.vmdk
  replay fuzz-ova "$tmp"/samples/*.ova
  for f in "$tmp"/samples/{mf,cert}-*.ova; do
    tar xOf "$f" vm.mf >"$tmp/${f##*/}.mf" 2>/dev/null
    tar xOf "$f" vm.cert >"$tmp/${f##*/}.cert" 2>/dev/null
  done
  replay fuzz-manifest "$tmp"/*.mf "$tmp"/*.cert
  replay fuzz-headers "$tmp"/samples/*.qcow2 "$tmp"/samples/*.vmdk
else
  skip "disks" "no python3"
fi

done_testing

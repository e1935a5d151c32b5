#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# No silent loss and no false alarm: every real description to every kind that
# can be written and read.  tests/golden/loss.py does it.
. ./tests/functions.sh
needs_shared corpus/libvirt corpus/ovf corpus/vmx corpus/vbox corpus/xen corpus/proxmox
requires python3

cd "$SHARED/corpus" || exit 99
{
  grep -l '<domain[ >]' libvirt/*.xml vmx/*.xml xen/*.xml | sed 's/^/libvirt /'
  printf 'ovf %s\n' ovf/*.ovf
  printf 'vmx %s\n' vmx/*.vmx
  printf 'virtualbox %s\n' vbox/*.vbox*
  printf 'xen %s\n' xen/*.cfg
  printf 'proxmox %s\n' proxmox/*.conf
} >"$tmp/sources"
python3 "$srcdir/tests/golden/loss.py" "$OVFTOOL" "$builddir/tests/convert-text" <"$tmp/sources"

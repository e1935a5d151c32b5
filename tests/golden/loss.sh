#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# No silent loss and no false alarm: the sources of all goldens to every kind
# that can be written and read.  loss.py does it.
. ./tests/functions.sh
requires python3

cd "$srcdir/tests/golden" || exit 99
{
  printf 'libvirt %s\n' libvirt-*/source.xml libvirt-*/domain.xml vmx-write/*.xml ovf-write/*.xml
  printf 'ovf %s\n' libvirt-*/source.ovf ovf-read/[!p]*.ovf ovf-write/*.ovf vmx-write/*.ovf
  printf 'proxmox %s\n' proxmox-read/*.conf
  printf 'spec %s\n' spec-read/{alias,devices,param}.yaml ovf-write/*.yaml
  printf 'virtualbox %s\n' virtualbox-read/*.vbox
  printf 'vmx %s\n' vmx-read/*.vmx vmx-write/*.vmx
  printf 'xen %s\n' xen-read/*.cfg
  printf 'xva %s\n' xva-read/*.xml
} | while read -r kind file; do
  [ ! -e "$file" ] || echo "$kind $file"
done >"$tmp/sources"
python3 loss.py "$OVFTOOL" "$builddir/tests/convert-text" <"$tmp/sources"

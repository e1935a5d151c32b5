#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# xen-*: what a description becomes as xl.cfg and as a domain of Xen, to the
# byte, and what the report says about it.  And no silent loss: what is read from what was written is
# what there was, or a finding says why not.
#
#   OVF_TEST_REGENERATE=1 writes the expected files: look at the difference.
. ./tests/functions.sh
convert=$builddir/tests/convert-text

valid () { # FILE: by libvirt's schema, where it is here
  ! command -v virt-xml-validate >/dev/null \
    || virt-xml-validate "$1" domain >"$tmp/log" 2>&1
}

# no_loss KIND SOURCE TARGET: "libvirt-xen" is a domain of Xen.
no_loss () {
  local kind=$1 source=$2 target=$3 name settle=(settle) to=${3%-xen} virt=qemu
  name="$(basename "$(dirname "$source")")/$(basename "$source"): no silent loss in $target"
  if [ "$target" = libvirt-xen ]; then virt=virt=xen; fi
  if [ "$target" = ovf ]; then settle=(settle package); fi
  if [ "$target" = xen ] && [ "$kind" = xen ]; then settle=(); fi
  : >"$tmp/log"
  if "$convert" "$kind" json "${settle[@]}" <"$source" >"$tmp/before" 2>/dev/null \
    && "$convert" "$kind" "$to" "$virt" "${settle[@]}" <"$source" \
      >"$tmp/made" 2>"$tmp/report" \
    && "$convert" "$to" json <"$tmp/made" >"$tmp/after" 2>"$tmp/log" \
    && python3 "$srcdir/tests/golden/same-model.py" "$target" "$tmp/before" \
      "$tmp/after" "$tmp/report" >"$tmp/log" 2>&1 \
    && { [ "$target" != libvirt-xen ] || valid "$tmp/made"; }; then
    pass "$name"
  else
    fail "$name"
    tap_show "$tmp/log"
  fi
}

# What cannot be read but for looking at it has no other side.
readable () { "$convert" "$1" json <"$2" >/dev/null 2>&1; }

for source in "$srcdir"/tests/golden/xen-write/*.{cfg,ovf,xml}; do
  [ -e "$source" ] || continue
  case $source in *.cfg) kind=xen ;; *.ovf) kind=ovf ;; *) kind=libvirt ;; esac
  stem=${source%.*} name=$(basename "${source%.*}")
  "$convert" "$kind" xen settle <"$source" >"$tmp/made" 2>"$tmp/findings"
  is "$name: exit" $? 0
  golden "$name: configuration" "$tmp/made" "$stem.expected"
  golden "$name: findings" "$tmp/findings" "$stem.findings"
  "$convert" "$kind" libvirt virt=xen settle <"$source" >"$tmp/made" 2>"$tmp/findings"
  is "$name: exit with a domain" $? 0
  golden "$name: domain" "$tmp/made" "$stem.domain"
  golden "$name: findings of the domain" "$tmp/findings" "$stem.domain-findings"
done
for source in "$srcdir"/tests/golden/{xen-read,xen-write}/*.cfg \
  ${SHARED:+"$SHARED"/corpus/xen/*}; do
  case $source in *.xml) continue ;; esac
  readable xen "$source" || continue
  no_loss xen "$source" xen
  no_loss xen "$source" libvirt
  no_loss xen "$source" libvirt-xen
  no_loss xen "$source" ovf
done
for source in "$srcdir"/tests/golden/libvirt-*/{source,domain}.xml; do
  [ -e "$source" ] || continue
  no_loss libvirt "$source" xen
  no_loss libvirt "$source" libvirt-xen
done
done_testing

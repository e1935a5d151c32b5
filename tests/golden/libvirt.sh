#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libvirt-*: what an OVF descriptor becomes as a domain, to the byte, and what
# the report says about it.  In each folder: source.ovf, options (words of
# tests/convert-text), domain.xml, findings; or, for the reader, source.xml,
# model.json, findings.
#
#   OVF_TEST_REGENERATE=1 writes the expected files: look at the difference.
. ./tests/functions.sh
convert=$builddir/tests/convert-text

# no_loss NAME SOURCE TARGET: a domain, its model, what TARGET makes of that,
# and the model that is read from it: what differs is in the report.
no_loss () {
  local name=$1 source=$2 target=$3 settle=(settle)
  [ "$target" = libvirt ] || settle=(settle package)
  : >"$tmp/log"
  if "$convert" libvirt json "${settle[@]}" <"$source" >"$tmp/before" 2>/dev/null \
    && "$convert" libvirt "$target" qemu "${settle[@]}" <"$source" \
      >"$tmp/made" 2>"$tmp/report" \
    && "$convert" "$target" json <"$tmp/made" >"$tmp/after" 2>/dev/null \
    && python3 "$srcdir/tests/golden/same-model.py" "$target" "$tmp/before" \
      "$tmp/after" "$tmp/report" >"$tmp/log" 2>&1 \
    && { [ "$target" != libvirt ] || valid "$tmp/made"; }
  then
    pass "$name: no silent loss in $target"
  else
    fail "$name: no silent loss in $target"
    tap_show "$tmp/log"
  fi
}

valid () { # FILE: by libvirt's schema, where it is here
  ! command -v virt-xml-validate >/dev/null \
    || virt-xml-validate "$1" domain >"$tmp/log" 2>&1
}

command -v virt-xml-validate >/dev/null || note "without libvirt's own schema"
for dir in "$srcdir"/tests/golden/libvirt-*/; do
  name=$(basename "$dir")
  if [ -e "$dir/source.xml" ]; then
    "$convert" libvirt json <"$dir/source.xml" >"$tmp/model" 2>"$tmp/findings"
    is "$name: exit" $? 0
    golden "$name: model" "$tmp/model" "$dir/model.json"
    golden "$name: findings" "$tmp/findings" "$dir/findings"
    no_loss "$name" "$dir/source.xml" libvirt
    no_loss "$name" "$dir/source.xml" ovf
    continue
  fi
  read -r -a options <"$dir/options" || true
  "$convert" ovf libvirt settle "${options[@]}" <"$dir/source.ovf" \
    >"$tmp/domain.xml" 2>"$tmp/findings"
  is "$name: exit" $? 0
  golden "$name: domain" "$tmp/domain.xml" "$dir/domain.xml"
  golden "$name: findings" "$tmp/findings" "$dir/findings"
  ok "$name: libvirt's schema" valid "$tmp/domain.xml"
  no_loss "$name" "$dir/domain.xml" libvirt
  no_loss "$name" "$dir/domain.xml" ovf
done

if [ -n "$SHARED" ]; then
  for file in "$SHARED"/corpus/{libvirt,vmx,xen}/*.xml; do
    grep -q '<domain type' "$file" || continue
    no_loss "$(basename "$file")" "$file" libvirt
    no_loss "$(basename "$file")" "$file" ovf
  done
fi
done_testing

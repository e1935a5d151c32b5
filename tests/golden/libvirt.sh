#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# libvirt-*: what an OVF descriptor becomes as a domain, to the byte, and what
# the report says about it.  In each folder: source.ovf, options (words of
# tests/convert-text), domain.xml, findings.
#
#   OVF_TEST_REGENERATE=1 writes the expected files: look at the difference.
. ./tests/functions.sh
convert=$builddir/tests/convert-text

same () { # NAME GOT EXPECTED
  if [ -n "${OVF_TEST_REGENERATE:-}" ]; then
    cp "$2" "$3"
  fi
  if cmp -s "$2" "$3"; then
    pass "$1"
  else
    fail "$1"
    diff -u "$3" "$2" | head -n 40 | tap_show /dev/stdin
  fi
}

for dir in "$srcdir"/tests/golden/libvirt-*/; do
  name=$(basename "$dir")
  read -r -a options <"$dir/options" || true
  "$convert" ovf libvirt settle "${options[@]}" <"$dir/source.ovf" \
    >"$tmp/domain.xml" 2>"$tmp/findings"
  status=$?
  [ "$status" -eq 0 ] || { fail "$name: exit $status"; continue; }
  same "$name: domain" "$tmp/domain.xml" "$dir/domain.xml"
  same "$name: findings" "$tmp/findings" "$dir/findings"
  if ! command -v virt-xml-validate >/dev/null; then
    skip "$name: libvirt's schema" "needs virt-xml-validate"
  elif virt-xml-validate "$tmp/domain.xml" domain >"$tmp/log" 2>&1; then
    pass "$name: libvirt's schema"
  else
    fail "$name: libvirt's schema"
    tap_show "$tmp/log"
  fi
done
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Descriptions as VMX files, to the byte: CASE.ovf, CASE.xml, CASE.vmx or
# CASE.yaml in tests/golden/vmx-write becomes CASE.out, and CASE.findings is
# what the report says about it.  CASE.options has words of
# tests/convert-text.  What is read back differs only where the report says
# so; written once more, nothing changes.
#
#   OVF_TEST_REGENERATE=1 writes the expected files: look at the difference.
. ./tests/functions.sh
requires python3
convert=$builddir/tests/convert-text
folder=$srcdir/tests/golden/vmx-write

kind_of () {
  case $1 in
    *.ovf) echo ovf ;;
    *.xml) echo libvirt ;;
    *.yaml) echo spec ;;
    *) echo vmx ;;
  esac
}

for source in "$folder"/*.ovf "$folder"/*.xml "$folder"/*.yaml "$folder"/*.vmx; do
  [ -e "$source" ] || continue
  name=$(basename "$source") kind=$(kind_of "$source") case=${source%.*}
  options=()
  [ ! -e "$case.options" ] || read -r -a options <"$case.options"
  "$convert" "$kind" vmx "${options[@]}" <"$source" >"$tmp/made" 2>"$tmp/findings"
  is "$name: exit" $? 0
  golden "$name: file" "$tmp/made" "$case.out"
  golden "$name: findings" "$tmp/findings" "$case.findings"
  "$convert" "$kind" json "${options[@]}" for=vmx complete <"$source" >"$tmp/before" 2>/dev/null
  "$convert" vmx json complete <"$tmp/made" >"$tmp/after" 2>/dev/null
  is "$name: it can be read" $? 0
  case " ${options[*]} " in
    *" native "*) ;; # other hardware is the purpose
    *) ok "$name: no silent loss" python3 "$srcdir/tests/golden/same-model.py" vmx \
         "$tmp/before" "$tmp/after" "$tmp/findings" ;;
  esac
  "$convert" vmx vmx <"$tmp/made" >"$tmp/again" 2>/dev/null
  ok "$name: the second time changes nothing" diff -u "$tmp/made" "$tmp/again"
done
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# VMX files and the domains that libvirt makes of them (and the other way
# round), both read by us: the same machine.  vmx-agree.tsv has what libvirt
# says differently, and why.
. ./tests/functions.sh
needs_shared corpus/vmx
requires python3

while read -r domain; do
  name=$(basename "$domain" .xml)
  for f in "${domain%.xml}.vmx" "$domain"; do
    "$OVFTOOL" info --json "$f" >"$tmp/$name.${f##*.}" 2>"$err" \
      || { tap_show "$err"; exit 99; }
  done
  printf '%s\t%s\t%s\n' "${name#*__}" "$tmp/$name.vmx" "$tmp/$name.xml"
done < <(find "$SHARED/corpus/vmx" -name '*.xml' | sort) \
  | python3 "$srcdir/tests/shared/agree.py" --base "$srcdir/tests/shared/vmx-agree.tsv"

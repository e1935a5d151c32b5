#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# ova.xml: what is read, written and read again is the same machine, or the
# report says what is not; and what is written is written again the same.
. ./tests/functions.sh
requires python3
convert=$builddir/tests/convert-text

# no_loss NAME KIND FILE: as XVA and back.
no_loss () {
  : >"$tmp/log"
  local settle=(settle package)
  [ "$2" != xva ] || settle=()
  if "$convert" "$2" json "${settle[@]}" <"$3" >"$tmp/before" 2>/dev/null \
    && "$convert" "$2" xva "${settle[@]}" <"$3" >"$tmp/made" 2>"$tmp/report" \
    && "$convert" xva json <"$tmp/made" >"$tmp/after" 2>/dev/null \
    && python3 "$srcdir/tests/golden/same-model.py" xva "$tmp/before" "$tmp/after" \
      "$tmp/report" >"$tmp/log" 2>&1
  then
    pass "$1: no silent loss"
  else
    fail "$1: no silent loss"
    tap_show "$tmp/log"
    return
  fi
  "$convert" xva xva <"$tmp/made" >"$tmp/second" 2>/dev/null
  "$convert" xva xva <"$tmp/second" >"$tmp/third" 2>/dev/null
  ok "$1: the same text again" cmp "$tmp/second" "$tmp/third"
}

for file in "$srcdir"/tests/golden/xva-read/{hvm,pv,several}.xml; do
  no_loss "$(basename "$file")" xva "$file"
done
for file in "$srcdir"/tests/golden/libvirt-*/source.xml; do
  no_loss "$(basename "$(dirname "$file")")" libvirt "$file"
done
for file in "$srcdir"/tests/golden/libvirt-*/source.ovf \
  "$srcdir"/tests/golden/ovf-read/{vmware,virtualbox,virtualbox2,controllers,properties}.ovf; do
  no_loss "${file#"$srcdir"/tests/golden/}" ovf "$file"
done
if [ -n "$SHARED" ]; then
  for file in "$SHARED"/corpus/{libvirt,vmx,xen}/*.xml; do
    grep -q '<domain type' "$file" || continue
    "$convert" libvirt json <"$file" >/dev/null 2>&1 || continue
    no_loss "$(basename "$file")" libvirt "$file"
  done
fi
done_testing

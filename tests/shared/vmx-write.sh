#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every VMX file and domain of the corpus, written as a VMX file: we read the
# same machine back but for what the report says, and so does libvirt's own
# reader of such files, where it is here.
. ./tests/functions.sh
needs_shared corpus/vmx corpus/libvirt corpus/xen
requires python3
convert=$builddir/tests/convert-text

# libvirt's reader lies inside its library.
oracle=
driver=$(find /usr/lib -path '*libvirt/connection-driver/libvirt_driver_libxl.so' 2>/dev/null | head -n 1)
if [ -e "$SHARED/oracles/lv-native.c" ] && [ -n "$driver" ] \
  && "${CC##* }" -w -o "$tmp/lv-native" "$SHARED/oracles/lv-native.c" -ldl 2>"$tmp/log"; then
  oracle=$tmp/lv-native
else
  note "without libvirt's own reader"
fi

# try KIND FILE [settle]
try () {
  local kind=$1 file=$2 name
  shift 2
  name="$(basename "$file")${*:+ ($*)}"
  "$convert" "$kind" json "$@" for=vmx complete <"$file" >"$tmp/before" 2>/dev/null || {
    note "not read: $name"
    return
  }
  if "$convert" "$kind" vmx "$@" <"$file" >"$tmp/made.vmx" 2>"$tmp/report" \
    && "$convert" vmx json complete <"$tmp/made.vmx" >"$tmp/after" 2>"$tmp/log" \
    && python3 "$srcdir/tests/golden/same-model.py" vmx "$tmp/before" "$tmp/after" \
      "$tmp/report" >"$tmp/log" 2>&1; then
    pass "$name: no silent loss"
  else
    fail "$name: no silent loss"
    tap_show "$tmp/log"
  fi
  [ -z "$oracle" ] || [ $# -eq 0 ] || ok "$name: libvirt reads it" \
    "$oracle" vmx-to-xml "$tmp/made.vmx"
}

while IFS= read -r f; do
  try vmx "$f"
  try vmx "$f" settle
done < <(find "$SHARED/corpus" -name '*.vmx' | sort)
for f in "$SHARED"/corpus/{libvirt,vmx,xen}/*.xml; do
  ! grep -q '<domain type' "$f" || try libvirt "$f" settle
done
ok "most of them can be read" test "$tap_n" -gt 200
done_testing

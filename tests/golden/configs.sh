#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the descriptors of the libvirt goldens become for Proxmox and QEMU, to
# the byte: KIND-write/CASE and what the report says.  Scripts parse, and what
# is read back from a configuration is the same model, but for what the report
# says.
#
#   OVF_TEST_REGENERATE=1 writes the expected files: look at the difference.
. ./tests/functions.sh
requires python3
convert=$builddir/tests/convert-text

# made KIND SUFFIX SOURCE WORDS...: one output of one case
made () {
  local kind=$1 suffix=$2 source=$3 name expected
  shift 3
  name=$(basename "$(dirname "$source")")
  expected=$srcdir/tests/golden/$kind-write/${name#libvirt-}${suffix%.sh}
  "$convert" ovf "$kind" settle "$@" <"$source" >"$tmp/made" 2>"$tmp/findings"
  is "$name as $kind$suffix: exit" $? 0
  golden "$name as $kind$suffix" "$tmp/made" "$expected"
  case $suffix in
    *.sh) ok "$name as $kind$suffix: a shell can read it" sh -n "$tmp/made" ;;
  esac
  [ "$suffix" = .qm.sh ] || golden "$name as $kind: findings" "$tmp/findings" "$expected.findings"
}

# no_loss NAME FROM SOURCE: to Proxmox and back
no_loss () {
  : >"$tmp/log"
  if "$convert" "$2" json settle <"$3" >"$tmp/before" 2>/dev/null \
    && "$convert" "$2" proxmox settle <"$3" >"$tmp/made" 2>"$tmp/report" \
    && "$convert" proxmox json <"$tmp/made" >"$tmp/after" 2>"$tmp/log" \
    && python3 "$srcdir/tests/golden/same-model.py" proxmox "$tmp/before" \
      "$tmp/after" "$tmp/report" >"$tmp/log" 2>&1
  then
    pass "$1: no silent loss in proxmox"
  else
    fail "$1: no silent loss in proxmox"
    tap_show "$tmp/log"
  fi
}

for source in "$srcdir"/tests/golden/libvirt-*/source.ovf; do
  read -r -a options <"$(dirname "$source")/options" || true
  made proxmox .conf "$source" "${options[@]}"
  made proxmox .qm.sh "$source" "${options[@]}" companion
  made qemu .qemu.sh "$source" "${options[@]}"
  no_loss "$(basename "$(dirname "$source")")" ovf "$source"
done
for source in "$srcdir"/tests/golden/libvirt-*/source.xml; do
  no_loss "$(basename "$(dirname "$source")")" libvirt "$source"
done
for source in "$srcdir"/tests/golden/proxmox-read/{full,seats,single,host,lines}.conf; do
  no_loss "$(basename "$source")" proxmox "$source"
done

# whole NAME FILE...: every field, where Proxmox is the source too
whole () {
  local name=$1
  shift
  "$builddir/tests/roundtrip" -t proxmox "$@" >"$tmp/log"
  is "$name: no field is lost in silence" $? 0
  grep '^differs' "$tmp/log" | tap_show /dev/stdin
  ok "$name: they are read" grep -qE '^(same|lost)' "$tmp/log"
}
whole goldens "$srcdir"/tests/golden/proxmox-read/{full,seats,single,host,lines}.conf

if [ -n "$SHARED" ]; then
  whole corpus "$SHARED"/corpus/proxmox/*.conf
  for source in "$SHARED"/corpus/proxmox/*.conf; do
    no_loss "$(basename "$source")" proxmox "$source"
  done
fi
done_testing

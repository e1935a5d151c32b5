#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What `verify` says of signed and unsigned appliances that VirtualBox and
# VMware's tool made.  Their certificate expired in 2018 and uses SHA-1.
. ./tests/functions.sh
prefix=corpus/ova/pop-os_virtualbox__tdAppliance1
needs_shared "$prefix-t1.ova" "$prefix-t3.ova" "$prefix-t5.ova" \
  "$prefix-t3-ovftool-4.1.0.ova" "$prefix-t5-ovftool-4.1.0.ova"
requires python3

first_line () { sed -n 1p "$out"; }
second_line () { sed -n 2p "$out"; }

# says NAME REGEX TEXT
says () {
  if [[ $3 =~ $2 ]]; then
    pass "$1"
  else
    fail "$1"
    note "said '$3', expected $2"
  fi
}

# verify WHICH EXIT FIRST-LINE SECOND-LINE [OPTION...]
verify () {
  local which=$1 exit=$2 first=$3 second=$4
  shift 4
  expect_exit "$exit" "$which $*: exit $exit" \
    $VG "$OVFTOOL" verify "$@" "$SHARED/$prefix-$which.ova"
  says "$which $*: digests" "$first" "$(first_line)"
  says "$which $*: signature" "$second" "$(second_line)"
}

unsigned='^signature: unsigned'
untrusted='^signature: untrusted \(.*(expired|SHA-?1)'
verify t1 4 '^verified: no \(.+\)$' "$unsigned"
verify t1 4 '^verified: no \(.+\)$' "$unsigned" --lax-manifest
verify t3 4 '^verified: no \(.+\)$' "$unsigned"
verify t3 0 '^verified: lax \(.+\)$' "$unsigned" --lax-manifest
verify t5 4 '^verified: no \(.+\)$' "$untrusted"
verify t5 0 '^verified: lax \(.+\)$' "$untrusted" --lax-manifest
verify t3-ovftool-4.1.0 0 '^verified: yes$' "$unsigned"
verify t5-ovftool-4.1.0 0 '^verified: yes$' "$untrusted"
ok "the signer is named" grep -q '^signer: CN=' "$out"
ok "the dates are given" grep -qE '^valid: [0-9]{4}-[0-9]{2}-[0-9]{2} to 2018-[0-9]{2}-[0-9]{2}$' "$out"
expect_exit 4 "--require-signature refuses an unsigned one" \
  $VG "$OVFTOOL" verify --require-signature "$SHARED/$prefix-t3-ovftool-4.1.0.ova"
expect_exit 4 "--ca refuses an expired one" \
  $VG "$OVFTOOL" verify --ca system "$SHARED/$prefix-t5-ovftool-4.1.0.ova"

# One flipped bit in a disk.
python3 - "$SHARED/$prefix-t5-ovftool-4.1.0.ova" "$tmp/x.ova" <<'END'
import sys
import tarfile
with open(sys.argv[1], "rb") as f:
    data = bytearray(f.read())
with tarfile.open(sys.argv[1]) as t:
    disk = next(m for m in t if ".vmdk" in m.name)
data[disk.offset_data + disk.size // 2] ^= 1
with open(sys.argv[2], "wb") as f:
    f.write(data)
END
expect_exit 4 "one bit is found" $VG "$OVFTOOL" verify "$tmp/x.ova"
says "one bit: digests" '^verified: no \(.+\)$' "$(first_line)"
expect_exit 4 "and not forgiven" $VG "$OVFTOOL" verify --lax-manifest "$tmp/x.ova"
expect_exit 4 "nor unpacked" $VG "$OVFTOOL" unpack "$tmp/x.ova" -C "$tmp/unpacked"
ok "nothing is left" test ! -e "$tmp/unpacked"
expect_exit 4 "nor imported" $VG "$OVFTOOL" import "$tmp/x.ova" --to libvirt -o "$tmp/imported"
ok "nothing is left of that" test ! -e "$tmp/imported"
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real guests, BIOS and UEFI: packed as an OVA, imported for QEMU, and started
# by the script that comes out, under emulation.
. ./tests/functions.sh
needs_shared guests/make-guest.sh oracles/boot-guest.sh
[ "${OVFTOOL_TEST_SLOW:-yes}" = yes ] || skip_all "OVFTOOL_TEST_SLOW=$OVFTOOL_TEST_SLOW"
requires qemu-img qemu-system-x86_64 busybox cpio mcopy mkfs.vfat syslinux \
  sfdisk mke2fs grub-mkstandalone modprobe

"$SHARED/guests/make-guest.sh" "$tmp/guest" >"$tap_log" 2>&1 || {
  tap_show "$tap_log"
  skip_all "no guest can be made here"
}
sha=$(sed -n 's/^PAYLOAD_SHA256=//p' "$tmp/guest/guest.env")

# started NAME FIRMWARE CONTROLLER: from the package to the marker
started () {
  local name=$1 firmware=$2 script=$tmp/$1/$1.qemu.sh
  ok "$name: packed" "$srcdir/samples/pack-ova.sh" -n "$name" \
    -f "$([ "$firmware" = bios ] && echo bios || echo efi)" \
    -c "$3" "$tmp/guest/disk-$firmware.raw" "$tmp/$name.ova"
  expect_exit 0 "$name: imported" $VG "$OVFTOOL" import "$tmp/$name.ova" \
    --to qemu --virt-type qemu -o "$tmp/$name"
  ok "$name: starts, with its payload whole" "$SHARED/oracles/boot-guest.sh" \
    -t 120 -e "$sha" -c "'$script' -display none -no-reboot"
}
started script-bios bios lsilogic
started script-uefi uefi lsilogic
done_testing

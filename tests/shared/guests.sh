#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real guests: a disk that boots is packed as an OVA, by public tools and by
# `build`, imported for libvirt, and booted under QEMU on the controller that
# the domain XML names.  The guest hashes its payload and says what it found.
. ./tests/functions.sh
needs_shared guests/make-guest.sh oracles/boot-guest.sh
[ "${OVFTOOL_TEST_SLOW:-yes}" = yes ] || skip_all "OVFTOOL_TEST_SLOW=$OVFTOOL_TEST_SLOW"
requires qemu-img qemu-system-x86_64 xmllint virt-xml-validate busybox cpio \
  mcopy mkfs.vfat syslinux sfdisk mke2fs grub-mkstandalone modprobe

"$SHARED/guests/make-guest.sh" "$tmp/guest" >"$tap_log" 2>&1 || {
  tap_show "$tap_log"
  skip_all "no guest can be made here"
}
sha=$(sed -n 's/^PAYLOAD_SHA256=//p' "$tmp/guest/guest.env")

xpath () { xmllint --xpath "string($2)" "$1"; }

# What boot-guest.sh calls the bus of the first disk.
bus_of () {
  local bus model
  bus=$(xpath "$1" '//disk[@device="disk"][1]/target/@bus')
  model=$(xpath "$1" '//controller[@type="scsi"][1]/@model')
  case $bus/$model in
    scsi/vmpvscsi) echo pvscsi ;;
    scsi/lsilogic) echo lsi ;;
    scsi/lsisas1068) echo lsisas ;;
    scsi/*) echo scsi ;;
    *) echo "$bus" ;;
  esac
}

# imported NAME FIRMWARE WANTED-BUS IMPORT-OPTIONS...: what is packed as
# NAME.ova is verified, imported, compared and booted.
imported () {
  local name=$1 firmware=$2 bus=$3 xml disk
  shift 3
  expect_exit 0 "$name: verified" $VG "$OVFTOOL" verify "$tmp/$name.ova"
  is "$name: verified: yes" "$(head -n 1 "$out")" "verified: yes"
  expect_exit 0 "$name: imported" $VG "$OVFTOOL" import "$tmp/$name.ova" \
    --to libvirt -o "$tmp/$name" "$@"
  xml=$tmp/$name/$name.xml
  ok "$name: libvirt accepts the XML" virt-xml-validate "$xml" domain
  disk=$(xpath "$xml" '//disk[@device="disk"][1]/source/@file')
  is "$name: bus" "$(bus_of "$xml")" "$bus"
  is "$name: UEFI only where asked for" \
    "$(xmllint --xpath 'boolean(//os[@firmware="efi"] or //os/loader)' "$xml")" \
    "$([ "$firmware" = uefi ] && echo true || echo false)"
  ok "$name: the disk holds the same bytes" qemu-img compare -f raw \
    -F "$(xpath "$xml" '//disk[@device="disk"][1]/driver/@type')" \
    "$tmp/guest/disk-$firmware.raw" "$disk"
  ok "$name: boots with its payload whole" "$SHARED/oracles/boot-guest.sh" \
    -f "$firmware" -b "$bus" -t 120 -e "$sha" "$disk"
}

# guest NAME FIRMWARE CONTROLLER WANTED-BUS IMPORT-OPTIONS...
guest () {
  local name=$1 firmware=$2 controller=$3 bus=$4
  shift 4
  ok "$name: packed" "$srcdir/samples/pack-ova.sh" -n "$name" \
    -f "$([ "$firmware" = bios ] && echo bios || echo efi)" \
    -c "$controller" "$tmp/guest/disk-$firmware.raw" "$tmp/$name.ova"
  imported "$name" "$firmware" "$bus" "$@"
  ok "$name: boots as the XML says" "$srcdir/samples/boot-domain.py" \
    --seconds 120 --until "payload=$sha" "$tmp/$name/$name.xml"
}

# What other programs say of an OVA of ours.
packed_right () {
  local dir=$tmp/members
  rm -rf "$dir"
  mkdir "$dir"
  ok "$1: GNU tar reads it" tar -xf "$tmp/$1.ova" -C "$dir"
  is "$1: the descriptor comes first" "$(tar -tf "$tmp/$1.ova" | head -n 1)" "$1.ovf"
  ok "$1: the first header is the descriptor's" \
    cmp -n "$((${#1} + 4))" "$tmp/$1.ova" <(printf '%s.ovf' "$1")
  ok "$1: sha256sum agrees with the manifest" bash -c "cd '$dir' && \
    sed -n 's/^SHA256 *(\(.*\)) *= *\(.*\)\$/\2  \1/p' '$1.mf' | sha256sum -c"
}

# built NAME FIRMWARE DISK WANTED-BUS IMPORT-OPTIONS...
built () {
  local name=$1 firmware=$2 disk=$3 bus=$4
  shift 4
  expect_exit 0 "$name: built" $VG "$OVFTOOL" build --disk "$disk" --cpus 2 \
    --memory 512M --os debian12_64Guest --nic 'VM Network' --name "$name" \
    --firmware "$([ "$firmware" = bios ] && echo bios || echo efi)" \
    -o "$tmp/$name.ova"
  packed_right "$name"
  imported "$name" "$firmware" "$bus" "$@"
}

# The kernel that guests get here (cloud flavour) and the firmware have drivers
# for these; OVMF as packaged has none for the paravirtual SCSI controller.
guest bios-lsilogic bios lsilogic ide --disk-format raw
guest bios-pvscsi bios VirtualSCSI pvscsi
guest uefi-lsilogic uefi lsilogic ide
guest uefi-native uefi lsilogic virtio --hardware native --disk-option compressed

# The way back: what `build` makes of the same disks.
qemu-img convert -f raw -O qcow2 -c "$tmp/guest/disk-bios.raw" "$tmp/guest/bios.qcow2"
built built-raw bios "$tmp/guest/disk-bios.raw" ide
built built-qcow2 bios "$tmp/guest/bios.qcow2" ide
built built-uefi uefi "$tmp/guest/disk-uefi.raw" virtio --hardware native
done_testing

#!/bin/sh
# Made by ovftool.  Starts the guest; what is given to this script goes to
# QEMU behind its own options.  QEMU names another program.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")"
qemu=${QEMU:-qemu-system-x86_64}
self=${0##*/}
self=${self%.qemu.sh}

exec "$qemu" \
  -nodefaults \
  -name guest=guest \
  -machine q35 \
  -accel tcg \
  -cpu max \
  -smp cpus=1 \
  -m 1024M \
  -rtc base=utc \
  -device qemu-xhci,id=usb0 \
  -device usb-tablet,bus=usb0.0 \
  -drive if=none,id=drive0,format=qcow2,file=/vm/guest-disk1.qcow2 \
  -device virtio-blk-pci,drive=drive0 \
  -drive if=none,id=drive1,format=qcow2,file=/vm/guest-disk2.qcow2 \
  -device virtio-blk-pci,drive=drive1 \
  -device ide-cd,bus=ide.0 \
  -boot order=cdn \
  -netdev user,id=net0 \
  -device virtio-net-pci,netdev=net0 \
  -serial mon:stdio \
  -vga virtio \
  -display vnc=127.0.0.1:0,to=99 \
  "$@"

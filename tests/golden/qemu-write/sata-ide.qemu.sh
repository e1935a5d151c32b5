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
  -machine pc \
  -accel kvm \
  -cpu max \
  -smp cpus=1 \
  -m 1024M \
  -rtc base=utc \
  -device usb-ehci,id=usb0 \
  -device usb-tablet,bus=usb0.0 \
  -device ich9-ahci,id=sata0 \
  -drive if=none,id=drive0,format=qcow2,file=/vm/guest-disk1.qcow2 \
  -device ide-hd,drive=drive0,bus=sata0.0 \
  -device ide-cd,bus=ide.1,unit=0 \
  -boot order=cdn \
  -netdev user,id=net0 \
  -device e1000,netdev=net0 \
  -serial mon:stdio \
  -vga std \
  -display vnc=127.0.0.1:0,to=99 \
  -audiodev none,id=snd0 \
  -device ES1370,audiodev=snd0 \
  "$@"

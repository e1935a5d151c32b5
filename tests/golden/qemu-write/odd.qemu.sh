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
  -name 'guest=a/b<kernel>"c'\''' \
  -machine pc \
  -accel kvm \
  -cpu max \
  -smp cpus=3 \
  -m 1024M \
  -rtc base=utc \
  -drive if=none,id=drive0,format=qcow2,file=/vm/guest-disk1.qcow2 \
  -device ide-hd,drive=drive0,bus=ide.1,unit=0,bootindex=1 \
  -drive if=none,id=drive1,format=qcow2,file=/vm/guest-disk2.qcow2 \
  -device ide-hd,drive=drive1,bus=ide.0,unit=0 \
  -device ide-cd,bus=ide.0,unit=1,bootindex=2 \
  -netdev user,id=net0 \
  -device e1000,netdev=net0 \
  -netdev user,id=net1 \
  -device pcnet,netdev=net1 \
  -netdev user,id=net2 \
  -device pcnet,netdev=net2,mac=00:0c:29:00:00:01 \
  -serial mon:stdio \
  -parallel null \
  -vga std \
  -display vnc=127.0.0.1:0,to=99 \
  -audiodev none,id=snd0 \
  -device sb16,audiodev=snd0 \
  "$@"

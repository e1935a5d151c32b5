#!/bin/sh
# Made by ovftool.  Starts the guest; what is given to this script goes to
# QEMU behind its own options.  QEMU names another program.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")"
qemu=${QEMU:-qemu-system-x86_64}
self=${0##*/}
self=${self%.qemu.sh}

# OVMF_CODE and OVMF_VARS name other files.
code=${OVMF_CODE:-} vars=${OVMF_VARS:-}
for pair in \
  /usr/share/OVMF/OVMF_CODE_4M.fd:/usr/share/OVMF/OVMF_VARS_4M.fd \
  /usr/share/OVMF/OVMF_CODE.fd:/usr/share/OVMF/OVMF_VARS.fd \
  /usr/share/edk2/ovmf/OVMF_CODE.fd:/usr/share/edk2/ovmf/OVMF_VARS.fd \
  /usr/share/edk2/x64/OVMF_CODE.4m.fd:/usr/share/edk2/x64/OVMF_VARS.4m.fd \
  /usr/share/edk2-ovmf/OVMF_CODE.fd:/usr/share/edk2-ovmf/OVMF_VARS.fd \
  /usr/share/qemu/ovmf-x86_64-code.bin:/usr/share/qemu/ovmf-x86_64-vars.bin
do
  if [ -z "$code" ] && [ -r "${pair%%:*}" ] && [ -r "${pair#*:}" ]; then
    code=${pair%%:*} vars=${pair#*:}
  fi
done
if [ -z "$code" ] || [ -z "$vars" ]; then
  echo "$0: no UEFI firmware (OVMF) for this guest is found" >&2
  exit 1
fi
[ -e "./$self-vars.fd" ] || cp -- "$vars" "./$self-vars.fd"

exec "$qemu" \
  -nodefaults \
  -name guest=guest \
  -machine q35 \
  -accel kvm \
  -drive "if=pflash,unit=0,format=raw,readonly=on,file=$code" \
  -drive "if=pflash,unit=1,format=raw,file=./$self-vars.fd" \
  -cpu max \
  -smp cpus=4,sockets=2,cores=2,threads=1 \
  -m 4096M \
  -rtc base=utc \
  -device usb-ehci,id=usb0 \
  -device usb-tablet,bus=usb0.0 \
  -device pvscsi,id=scsi0 \
  -device pvscsi,id=scsi1 \
  -drive if=none,id=drive0,format=qcow2,file=/vm/guest-disk1.qcow2 \
  -device scsi-hd,drive=drive0,bus=scsi0.0,scsi-id=0 \
  -drive if=none,id=drive1,format=qcow2,file=/vm/guest-disk2.qcow2 \
  -device scsi-hd,drive=drive1,bus=scsi0.0,scsi-id=1 \
  -drive if=none,id=drive2,format=qcow2,file=/vm/guest-disk3.qcow2 \
  -device scsi-hd,drive=drive2,bus=scsi1.0,scsi-id=3 \
  -device ide-cd,bus=ide.0 \
  -boot order=cdn \
  -netdev user,id=net0 \
  -device vmxnet3,netdev=net0,mac=00:50:56:aa:bb:cc \
  -netdev user,id=net1 \
  -device vmxnet3,netdev=net1 \
  -serial mon:stdio \
  -vga std \
  -display vnc=127.0.0.1:0,to=99 \
  "$@"

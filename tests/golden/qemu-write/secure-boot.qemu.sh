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
  /usr/share/OVMF/OVMF_CODE_4M.secboot.fd:/usr/share/OVMF/OVMF_VARS_4M.ms.fd \
  /usr/share/OVMF/OVMF_CODE.secboot.fd:/usr/share/OVMF/OVMF_VARS.ms.fd \
  /usr/share/edk2/ovmf/OVMF_CODE.secboot.fd:/usr/share/edk2/ovmf/OVMF_VARS.secboot.fd \
  /usr/share/qemu/ovmf-x86_64-smm-ms-code.bin:/usr/share/qemu/ovmf-x86_64-smm-ms-vars.bin
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

# The TPM is a program of its own; it ends with QEMU.
command -v swtpm >/dev/null || {
  echo "$0: the guest has a TPM, which needs swtpm" >&2
  exit 1
}
mkdir -p -- "./$self-tpm"
swtpm socket --tpm2 --tpmstate "dir=./$self-tpm" --terminate --daemon \
  --ctrl "type=unixio,path=./$self-tpm/socket"

exec "$qemu" \
  -nodefaults \
  -name guest=guest \
  -machine q35,smm=on \
  -accel kvm \
  -global driver=cfi.pflash01,property=secure,value=on \
  -drive "if=pflash,unit=0,format=raw,readonly=on,file=$code" \
  -drive "if=pflash,unit=1,format=raw,file=./$self-vars.fd" \
  -cpu max \
  -smp cpus=2 \
  -m 8192M \
  -rtc base=localtime \
  -drive if=none,id=drive0,format=qcow2,file=/vm/guest-disk1.qcow2 \
  -device ide-hd,drive=drive0,bus=ide.0 \
  -device ide-cd,bus=ide.1 \
  -boot order=cdn \
  -netdev user,id=net0 \
  -device e1000e,netdev=net0 \
  -serial mon:stdio \
  -vga std \
  -display vnc=127.0.0.1:0,to=99 \
  -audiodev none,id=snd0 \
  -device intel-hda \
  -device hda-duplex,audiodev=snd0 \
  -chardev "socket,id=chrtpm,path=./$self-tpm/socket" \
  -tpmdev emulator,id=tpm0,chardev=chrtpm \
  -device tpm-crb,tpmdev=tpm0 \
  "$@"

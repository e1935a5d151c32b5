#!/bin/sh
# Made by ovftool.
set -eu

usage () {
  printf 'Usage: %s VMID STORAGE\n' "$0"
  printf '%s\n' \
    'Creates the guest VMID on this Proxmox VE host (8.0 or newer) and' \
    'imports its disks, which lie beside this script, into STORAGE.'
}

case ${1-} in
  -h | --help) usage; exit 0 ;;
esac
if [ $# -ne 2 ]; then
  usage >&2
  exit 2
fi
vmid=$1 storage=$2
case $vmid in
  '' | 0* | *[!0-9]*) echo "$0: '$vmid' is no VMID" >&2; exit 2 ;;
esac
case $storage in
  '' | -* | *[!A-Za-z0-9._-]*)
    echo "$0: '$storage' is no storage" >&2; exit 2 ;;
esac
dir=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
case $dir in
  *,*) echo "$0: qm takes no path with a comma: '$dir'" >&2; exit 1 ;;
esac

qm create "$vmid" \
  --name guest \
  --ostype l26 \
  --memory 1024 \
  --sockets 1 \
  --cores 1 \
  --cpu x86-64-v2-AES \
  --bios seabios \
  --net0 vmxnet3,bridge=vmbr0

# From here on the guest exists.
trap 'status=$?; [ "$status" -eq 0 ] ||
  echo "$0: guest $vmid is not complete: qm destroy $vmid removes it" >&2' EXIT
qm set "$vmid" --sata0 "$storage:0,import-from=$dir/"guest-disk1.qcow2
qm set "$vmid" --sata1 "$storage:0,import-from=$dir/"guest-disk2.qcow2
qm set "$vmid" --sata2 "$storage:0,import-from=$dir/"guest-disk3.qcow2
qm set "$vmid" --sata3 "$storage:0,import-from=$dir/"guest-disk4.qcow2
qm set "$vmid" --sata4 "$storage:0,import-from=$dir/"guest-disk5.qcow2
qm set "$vmid" --ide0 "$dir/"guest-file6.iso,media=cdrom
qm set "$vmid" --boot 'order=sata0;ide0;net0'
printf 'qm start %s\n' "$vmid"

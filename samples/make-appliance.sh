#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# make-appliance.sh DIR: makes DIR/hello.ova, a small appliance that boots.
#
# The guest is a Linux kernel of the distribution, busybox, and an /init of
# our own that looks at the machine it woke up in, reads a payload from its
# disk, compares it, says so on the serial port and powers off.  Where the
# packages for that cannot be had, the guest is a boot sector that reads its
# words from the disk and writes them to the serial port.
#
# Nothing of ovftool is used here: pack-ova.sh makes the package with
# qemu-img, sha256sum and tar, as a stranger would.
#
#   GUEST=boot-sector   do not try to make the Linux guest
set -euo pipefail
export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/appliance.XXXXXX")
trap 'rm -rf "$work"' EXIT
marker=OVFTOOL-DEMO-OK

# ---- a guest that is a boot sector -----------------------------------------
# Bytes in hexadecimal on standard input -> FILE at an offset.
put_hex () {
  local bytes
  bytes=$(sed 's/#.*//' | tr -d ' \n' | sed 's/../\\x&/g')
  # shellcheck disable=SC2059 # the format is the data
  printf "$bytes" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

boot_sector_disk () {
  truncate -s 1M "$work/disk.raw"
  put_hex "$work/disk.raw" 0 <<'END'
    fa 31 c0 8e d8 8e c0 8e d0      # cli; ax = ds = es = ss = 0
    bc 00 7c fb                     # stack below us; sti
    b8 01 02 bb 00 7e b9 02 00      # read one sector to 7e00: the second
    b6 00 cd 13 72 19               # of head 0; on an error stop
    be 00 7e                        # si = 7e00
    ac 84 c0 74 11                  # next byte; 0 ends
    88 c4 ba fd 03                  # keep it; line status of COM1
    ec a8 20 74 fb                  # wait until it can send
    b2 f8 88 e0 ee eb ea            # send it; next
    f4 eb fd                        # halt
END
  printf '55 aa' | put_hex "$work/disk.raw" 510
  printf '\r\nHello from a boot sector: I read this from my disk.\r\n%s\r\n' \
    "$marker" | dd of="$work/disk.raw" bs=512 seek=1 conv=notrunc status=none
}

# ---- a guest that is Linux -------------------------------------------------
tools="apt-get apt-cache dpkg-deb depmod cpio mformat mcopy syslinux sfdisk openssl xz"

# The newest kernel package and, where they are apart, its modules.
fetch_kernel () {
  local meta image version
  for meta in linux-image-cloud-amd64 linux-image-amd64 linux-image-virtual \
              linux-image-generic; do
    image=$(apt-cache depends "$meta" 2>/dev/null \
      | awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ { print $2; exit }')
    [ -n "$image" ] || continue
    version=${image#linux-image-}
    ( cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$image" </dev/null ) || continue
    ( cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "linux-modules-$version" </dev/null ) \
      2>/dev/null || true
    for deb in "$work"/linux-*.deb; do dpkg-deb -x "$deb" "$work/kernel"; done
    rm -f "$work"/linux-*.deb
    return 0
  done
  return 1
}

fetch_busybox () {
  ( cd "$work" && apt-get -qq -o APT::Sandbox::User=root download busybox-static </dev/null ) || return 1
  dpkg-deb -x "$work"/busybox-static_*.deb "$work/bb"
}

# A module and what it needs, in the order of loading.
module_order () {
  local name=$1 seen=" ${2:-} " file dep
  file=$(find "$modules" -name "${name//_/[-_]}.ko*" -print -quit)
  [ -n "$file" ] || return 0
  for dep in $(awk -F: -v f="${file#"$modules"/}" '$1 == f { print $2 }' \
      "$modules/modules.dep"); do
    dep=${dep##*/}
    dep=${dep%%.ko*}
    case $seen in *" $dep "*) continue ;; esac
    module_order "$dep" "$seen$name "
  done
  echo "$file"
}

make_initramfs () {
  local root=$work/root version modules file name n=10
  version=$(basename "$(echo "$work"/kernel/boot/vmlinuz-*)")
  version=${version#vmlinuz-}
  modules=$(echo "$work"/kernel/lib/modules/* "$work"/kernel/usr/lib/modules/*)
  modules=${modules%% *}
  [ -d "$modules" ] || modules=$work/kernel/usr/lib/modules/$version
  [ -e "$modules/modules.dep" ] || depmod -b "${modules%/lib/modules/*}" "$version"
  mkdir -p "$root"/{bin,proc,sys,dev,modules}
  cp "$(find "$work/bb" -path '*/bin/busybox' -type f -print -quit)" "$root/bin/busybox"
  # Every controller that an importer may give the disk to.
  for name in sd_mod ata_piix ahci virtio_pci virtio_blk virtio_scsi mptspi \
              mptsas vmw_pvscsi sym53c8xx nvme; do
    module_order "$name"
  done | awk '!seen[$0]++' | while read -r file; do
    name=${file##*/}
    n=$((n + 1))
    case $file in
      *.xz) xz -dc "$file" ;;
      *.zst) zstd -qdc "$file" ;;
      *.gz) gzip -dc "$file" ;;
      *) cat "$file" ;;
    esac >"$root/modules/$n-${name%%.ko*}.ko"
  done
  printf '%s' "$payload_sum" >"$root/payload.sha256"
  sed "s/@MARKER@/$marker/" >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
echo 1 >/proc/sys/kernel/printk
for m in /modules/*.ko; do insmod "$m" 2>/dev/null; done
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  disk=$(ls /sys/class/block | grep -E '^(sd|vd|nvme[0-9]+n)[a-z0-9]+2$' | head -n 1)
  [ -n "$disk" ] && break
  sleep 1
done
driver=$(readlink -f "/sys/class/block/$disk/../device")
while [ "$driver" != / ] && case $(readlink "$driver/driver") in
    "" | */sd) true ;; *) false ;; esac; do driver=${driver%/*}; [ -n "$driver" ] || driver=/; done
driver=$(basename "$(readlink "$driver/driver")")
sum=$(sha256sum "/dev/$disk" | cut -d' ' -f1)
echo
echo "Hello from inside the appliance."
echo "I am Linux $(uname -r) on $(grep -c ^processor /proc/cpuinfo) CPU with" \
     "$(awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo) MiB."
echo "My disk is ${disk:-nowhere}, reached through ${driver:-nothing}."
if [ "$sum" = "$(cat /payload.sha256)" ]; then
  echo "The payload I was shipped with arrived whole: sha256 $sum"
  echo "@MARKER@"
else
  echo "The payload is damaged: sha256 $sum"
fi
sync
poweroff -f
INIT
  chmod +x "$root/init"
  ( cd "$root" && find . | sort | cpio -o -H newc --quiet ) | gzip -n9 >"$work/initrd.img"
}

linux_disk () {
  local need kernel fat=$work/disk.raw mbr sectors
  for need in $tools; do
    command -v "$need" >/dev/null || { echo "no $need here" >&2; return 1; }
  done
  fetch_kernel && fetch_busybox || return 1
  # 1 MiB that no one could guess and that is the same every time.
  openssl enc -aes-256-ctr -K "$(printf '%064d' 1)" -iv "$(printf '%032d' 1)" \
    -nosalt </dev/zero 2>/dev/null | head -c 1048576 >"$work/payload" || true
  payload_sum=$(sha256sum <"$work/payload" | cut -d' ' -f1)
  make_initramfs
  kernel=$(echo "$work"/kernel/boot/vmlinuz-*)
  # One FAT partition to boot from, one of bare payload behind it.
  sectors=$(( ($(stat -c %s "$kernel") + $(stat -c %s "$work/initrd.img")) / 512 + 8192 ))
  sectors=$(( (sectors + 2047) / 2048 * 2048 ))
  truncate -s $(( (2048 + sectors + 2048 + 2048) * 512 )) "$fat"
  sfdisk -q "$fat" <<END
label: dos
start=2048, size=$sectors, type=e, bootable
start=$((2048 + sectors)), size=2048, type=da
END
  mformat -i "$fat@@1M" -T "$sectors" -h 64 -s 32 -H 2048 -v HELLO ::
  printf 'DEFAULT hello\nPROMPT 0\nSERIAL 0 115200\nLABEL hello\nKERNEL vmlinuz\nINITRD initrd.img\nAPPEND console=ttyS0,115200 quiet panic=5\n' \
    >"$work/syslinux.cfg"
  mcopy -i "$fat@@1M" "$kernel" ::/vmlinuz
  mcopy -i "$fat@@1M" "$work/initrd.img" "$work/syslinux.cfg" ::/
  syslinux --offset $((2048 * 512)) --install "$fat"
  for mbr in /usr/lib/syslinux/mbr/mbr.bin /usr/lib/SYSLINUX/mbr.bin \
             /usr/share/syslinux/mbr.bin; do
    [ ! -e "$mbr" ] || break
  done
  dd if="$mbr" of="$fat" bs=440 count=1 conv=notrunc status=none
  dd if="$work/payload" of="$fat" bs=512 seek=$((2048 + sectors)) conv=notrunc status=none
}

if [ "${GUEST:-linux}" = linux ] && linux_disk; then
  echo "a Linux guest: $(basename "$(echo "$work"/kernel/boot/vmlinuz-*)")"
else
  echo "no Linux guest can be made here; a boot sector takes its place"
  rm -f "$work/disk.raw"
  boot_sector_disk
fi
"$here/pack-ova.sh" -n hello -c lsilogic -m 256 "$work/disk.raw" "$dir/hello.ova"
ls -l "$dir/hello.ova"

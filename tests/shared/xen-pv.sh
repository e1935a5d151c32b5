#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A paravirtual guest of Xen, with its kernel: its xl.cfg is exported, the
# package imported for libvirt and started by direct boot under QEMU, and
# imported for Xen, where the real xl accepts the configuration.
. ./tests/functions.sh
needs_shared guests/make-guest.sh oracles/boot-guest.sh oracles/xl-dryrun.sh
[ "${OVFTOOL_TEST_SLOW:-yes}" = yes ] || skip_all "OVFTOOL_TEST_SLOW=$OVFTOOL_TEST_SLOW"
requires qemu-img qemu-system-x86_64 xmllint busybox cpio mcopy mkfs.vfat \
  syslinux sfdisk mke2fs grub-mkstandalone modprobe
"$SHARED/guests/make-guest.sh" "$tmp/guest" >"$tap_log" 2>&1 || {
  tap_show "$tap_log"
  skip_all "no guest can be made here"
}

cd "$tmp/guest" || exit 99
cat >pv.cfg <<'END'
name = "pv-guest"
memory = 512
vcpus = 1
kernel = "vmlinuz"
ramdisk = "initrd.img"
extra = "console=hvc0 console=ttyS0 quiet ovfguest=direct"
disk = [ 'file:disk-pv.raw,xvda1,w' ]
vif = [ 'mac=00:16:3e:11:22:33,bridge=xenbr0' ]
END
expect_exit 0 "the guest is exported" $VG "$OVFTOOL" export pv.cfg -o pv.ova
expect_exit 0 "and verified" $VG "$OVFTOOL" verify pv.ova
"$OVFTOOL" unpack pv.ova -C members >/dev/null 2>&1
found=0
for f in members/*; do
  if cmp -s "$f" vmlinuz || cmp -s "$f" initrd.img; then found=$((found + 1)); fi
done
is "kernel and ramdisk are in the package" "$found" 2

# To KVM: direct boot, the disk on virtio.
expect_exit 0 "imported for libvirt" $VG "$OVFTOOL" import pv.ova --to libvirt \
  --virt-type qemu -o lv --kernel-dir boot
ok "with a finding on the change of its kind" grep -q LOSS-libvirt-paravirtual "$err"
xpath () { xmllint --xpath "string($1)" lv/pv-guest.xml; }
ok "the kernel is where the domain says" cmp "$(xpath //kernel)" vmlinuz
ok "and so is the ramdisk" cmp "$(xpath //initrd)" initrd.img
is "in the folder that was asked for" "$(xpath //kernel)" "$tmp/guest/boot/pv-guest-kernel"
is "its disk is on virtio" "$(xpath '//disk[1]/target/@bus')" virtio
ok "the disk holds the same bytes" qemu-img compare -f raw -F qcow2 disk-pv.raw \
  "$(xpath '//disk[1]/source/@file')"
cat >run.sh <<END
exec qemu-system-x86_64 -accel tcg -m 512 -display none -no-reboot -serial stdio \
  -monitor none -nic none -kernel '$(xpath //kernel)' -initrd '$(xpath //initrd)' \
  -append '$(xpath //cmdline)' \
  -drive 'file=$(xpath '//disk[1]/source/@file'),format=qcow2,if=virtio,snapshot=on'
END
ok "it boots by its own kernel" "$SHARED/oracles/boot-guest.sh" -t 200 -c 'sh run.sh'

# Back to Xen.
expect_exit 0 "imported for Xen" $VG "$OVFTOOL" import pv.ova --to xen -o xen
ok "the kernel is in place" cmp xen/pv-guest-kernel vmlinuz
ok "the ramdisk too" cmp xen/pv-guest-ramdisk initrd.img
ok "the disk holds the same bytes" cmp xen/pv-guest-disk1.raw disk-pv.raw
ok "under the name that the guest knows" grep -q 'vdev=xvda1,' xen/pv-guest.cfg
ok "it is told to start in that folder" grep -q 'cd .*xen && xl create ' "$out"
if ls /usr/lib/xen-*/bin/xl >/dev/null 2>&1; then
  ok "xl accepts it" env XLMOCK="$tmp/xlmock.so" sh -c \
    'cd xen && sh "$0" pv-guest.cfg' "$SHARED/oracles/xl-dryrun.sh"
else
  skip "xl accepts it" "no xen-utils"
fi
done_testing

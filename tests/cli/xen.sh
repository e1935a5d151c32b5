#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Configurations of Xen on the command line: what travels, what is refused.
. ./tests/functions.sh
cd "$tmp" || exit 99
truncate -s 1M a.raw b.raw
echo kernel >vmlinuz
echo ramdisk >initrd.img
cat >pv.cfg <<'END'
name = "pv"
memory = 64
kernel = "vmlinuz"
ramdisk = "initrd.img"
disk = [ 'file:a.raw,xvda1,w', 'phy:vg/b,xvda2,w', 'drbd:data,xvdb,w' ]
END
expect_exit 3 "a device is not opened" $VG "$OVFTOOL" export pv.cfg -o x.ova
ok "the hint is the option to give" grep -q -- "--disk-map '/dev/vg/b=FILE'" "$err"
ok "DRBD is named" grep -q XEN-DRBD "$err"
expect_exit 0 "the user says where the data is" $VG "$OVFTOOL" export pv.cfg -o x.ova \
  --disk-map 'phy:vg/b=b.raw' --disk-map 'drbd:data=b.raw'
expect_exit 0 "import with --kernel-dir" $VG "$OVFTOOL" import x.ova --to xen -o out \
  --kernel-dir boot
ok "the kernel lies there" cmp boot/pv-kernel vmlinuz
ok "the ramdisk too" cmp boot/pv-ramdisk initrd.img
ok "the configuration names it" grep -qF "kernel = \"$tmp/boot/pv-kernel\"" out/pv.cfg
ok "partitions keep their names" grep -q 'vdev=xvda2,' out/pv.cfg
rm initrd.img
expect_exit 1 "a missing ramdisk is an error" $VG "$OVFTOOL" export -f pv.cfg -o y.ova \
  --disk-map 'phy:vg/b=b.raw' --disk-map 'drbd:data=b.raw'
ok "that names it" grep -q "initrd.img" "$err"
not_ok "nothing is left" test -e y.ova
sed 's|"vmlinuz"|"/boot/vmlinuz"|' pv.cfg >outside.cfg
expect_exit 3 "a kernel outside is refused" $VG "$OVFTOOL" export outside.cfg -o y.ova \
  --disk-map 'phy:vg/b=b.raw' --disk-map 'drbd:data=b.raw'
ok "with the option" grep -q -- "--allow '/boot'" "$err"

cat >program.cfg <<'END'
import os
os.system ("touch canary")
memory = 64
name = os.popen ("touch canary").read ()
END
not_ok "a program is refused" "$OVFTOOL" info program.cfg
ok "with the line" grep -q 'program.cfg:4: error' <("$OVFTOOL" info program.cfg 2>&1)
not_ok "and not run" test -e canary
cat >script.cfg <<'END'
name = "script"
memory = 64
disk = [ 'script=./evil,vdev=xvda,target=a.raw' ]
END
expect_exit 3 "a disk that a script makes is refused" $VG "$OVFTOOL" convert script.cfg z \
  --to xen
cat >hvm.cfg <<'END'
type = "hvm"
name = "hvm"
memory = 64
disk = [ 'format=raw,vdev=hda,access=rw,target=a.raw' ]
END
expect_exit 0 "a domain of Xen" $VG "$OVFTOOL" convert hvm.cfg dom --to libvirt --virt-type xen
ok "is one" grep -q '<domain type="xen">' dom/hvm.xml
expect_exit 2 "QEMU runs no domain of Xen" "$OVFTOOL" convert hvm.cfg q --to qemu --virt-type xen
ok "with what does" grep -q -- '--to xen' "$err"
expect_exit 2 "VMDK is nothing for Xen" "$OVFTOOL" convert hvm.cfg v --to libvirt \
  --virt-type xen --disk-format vmdk
not_ok "and nothing is left" test -e v
done_testing

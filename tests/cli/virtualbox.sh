#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# VirtualBox machines end to end: an appliance becomes a .vbox with its disks,
# and an appliance again, without a byte of the disks changed.
. ./tests/functions.sh
requires python3
cd "$tmp" || exit 99
tool () { $VG "$OVFTOOL" "$@"; }
head -c 300000 /dev/urandom >a.raw
truncate -s 3M a.raw
head -c 70000 /dev/urandom >b.raw
truncate -s 1M b.raw
"$OVFTOOL" build --disk a.raw --disk b.raw --nic lan --name guest -o g.ova >log 2>&1 \
  || { tap_show log; skip_all "needs build"; }

# ---- there --------------------------------------------------------------------
expect_exit 0 "import" tool import g.ova --to virtualbox -o d
ok "says how to start it" grep -q 'VBoxManage registervm .*/d/guest.vbox' "$out"
ok "the files" test -s d/guest.vbox -a -s d/guest-disk1.vmdk -a -s d/guest-disk2.vmdk
ok "disks to run from" grep -aq 'createType="monolithicSparse"' d/guest-disk1.vmdk
ok "the registry names the id that each image carries" python3 - <<'END'
import re
text = open("d/guest.vbox").read()
media = re.findall(r'<HardDisk uuid="\{(.*?)\}" location="(.*?)" format="VMDK"', text)
assert len(media) == 2, media
for uuid, name in media:
    assert b'ddb.uuid.image="%s"' % uuid.encode() in open("d/" + name, "rb").read(4096), name
    assert text.count("{%s}" % uuid) == 2, uuid
END
expect_exit 0 "once more" tool import g.ova --to virtualbox -o d2 -j 1
ok "the same bytes" diff -r d d2
expect_exit 0 "another form of disk" \
  tool import g.ova --to virtualbox -o d3 --disk-option subformat=streamOptimized
ok "as was said" grep -aq 'createType="streamOptimized"' d3/guest-disk1.vmdk

# ---- and back --------------------------------------------------------------------
expect_exit 0 "export" tool export d/guest.vbox -o y.ova
for i in 1 2; do
  "$OVFTOOL" disk convert "d/guest-disk$i.vmdk" "i$i.raw" >log 2>&1
  mkdir -p u && tar xf y.ova -C u
  "$OVFTOOL" disk convert "$(printf 'u/y-disk%d.vmdk' $i)" "o$i.raw" >log 2>&1
done
ok "the first disk is as it was" cmp a.raw i1.raw
ok "and again" cmp a.raw o1.raw
ok "the second disk is as it was" cmp b.raw i2.raw
ok "and again" cmp b.raw o2.raw

# ---- networks --------------------------------------------------------------------
nets () { # NAME RULE PATTERN
  rm -rf n
  expect_exit 0 "$1" tool import g.ova --to virtualbox -o n --net "$2"
  ok "$1: as VirtualBox says it" grep -q "$3" n/guest.vbox
}
ok "nat without a rule" grep -q '<NAT/>' d/guest.vbox
nets "a bridge" 'lan=bridge:eth0' '<BridgedInterface name="eth0"/>'
nets "a bare name is a NAT network" 'lan=Net1' '<NATNetwork name="Net1"/>'
nets "host only" 'lan=hostonly:vboxnet0' '<HostOnlyInterface name="vboxnet0"/>'
nets "internal" 'lan=internal:x"y' '<InternalNetwork name="x&quot;y"/>'
expect_exit 2 "a kind that it has not" tool import g.ova --to virtualbox -o n2 --net 'lan=user'
expect_exit 0 "a new MAC" tool import g.ova --to virtualbox -o m --mac new
ok "of VirtualBox's own" grep -q 'MACAddress="080027' m/guest.vbox

# ---- what is refused -------------------------------------------------------------
sed 's/location="guest-disk1.vmdk"/location="..\/a.raw"/' d/guest.vbox >d/out.vbox
expect_exit 0 "info opens no disk" tool info d/out.vbox
expect_exit 3 "a disk outside the folder" tool export d/out.vbox -o z.ova
sed 's/location="guest-disk1.vmdk"/location="\/etc\/hostname"/' d/guest.vbox >d/out.vbox
expect_exit 3 "an absolute path" tool export d/out.vbox -o z.ova
ok "with the option that allows it" grep -q '^hint: .*--allow' "$err"
ok "nothing is left" test ! -e z.ova
golden=$srcdir/tests/golden/virtualbox-read
expect_exit 0 "a machine with snapshots: info" tool info "$golden/snapshots.vbox"
expect_exit 1 "... is not exported" tool export "$golden/snapshots.vbox" -o z.ova
ok "... with a hint" grep -q '^hint: flatten' "$err"
expect_exit 1 "encrypted settings" tool info "$golden/machine-encrypted.vbox"
ok "say how to decrypt them" grep -q 'removeencryption' "$err"
expect_exit 1 "an encrypted disk" tool export "$golden/encrypted.vbox" -o z.ova
expect_exit 3 "an id that is there twice" tool export "$golden/twice.vbox" -o z.ova
expect_exit 3 "a disk inside itself" tool export "$golden/inside-itself.vbox" -o z.ova

# ---- loss ------------------------------------------------------------------------
expect_exit 0 "what VirtualBox lacks is said" \
  tool convert "$golden/full.vbox" full --to virtualbox --dry-run
not_ok "nothing is wrong with its system" grep -q 'LOSS-virtualbox-os' "$err"
ok "secure boot" grep -q 'LOSS-virtualbox-secure-boot' "$err"
expect_exit 5 "--strict refuses it" \
  tool convert "$golden/full.vbox" full --to virtualbox --dry-run --strict
ok "no folder is made" test ! -e full
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Vagrant boxes, taken apart with tar, Python's json and qemu-img.
. ./tests/functions.sh
requires tar python3 qemu-img
cd "$tmp" || exit 99
{ head -c 70000 /dev/urandom; } >a.raw
truncate -s 3M a.raw
head -c 5000 /dev/urandom >b.raw
truncate -s 1M b.raw
"$OVFTOOL" build --disk a.raw --disk b.raw --nic lan --nic dmz --name web -o web.ova \
  >/dev/null 2>&1
"$OVFTOOL" build --disk a.raw --nic lan --name one -o one.ova >/dev/null 2>&1
cat >dom.xml <<'END'
<domain type='kvm'><name>d'o"m</name><memory unit='MiB'>512</memory><vcpu>3</vcpu>
<os firmware='efi'><type machine='q35'>hvm</type></os><devices>
<disk type='file' device='disk'><driver type='raw'/><source file='a.raw'/><target dev='vda' bus='virtio'/></disk>
<disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>
<interface type='network'><mac address='52:54:00:0a:0b:0c'/><source network='default'/><model type='virtio'/></interface>
</devices></domain>
END

# ---- VirtualBox ------------------------------------------------------------------
expect_exit 0 "a box for VirtualBox" \
  "$OVFTOOL" export web.ova --to vagrant-virtualbox -o v.box --json
ok "one package is made" python3 - "$out" "$(sha256sum <v.box | cut -c1-64)" <<'END'
import json, sys
files = json.load(open(sys.argv[1]))["result"]["files"]
assert [(f["path"].split("/")[-1], f["role"], f["sha256"]) for f in files] == [
    ("v.box", "package", sys.argv[2])], files
END
tar tf v.box >list
is "its members" "$(tr '\n' ' ' <list)" \
  "box.ovf box-disk1.vmdk box-disk2.vmdk metadata.json Vagrantfile "
mkdir v && tar xf v.box -C v
is "the provider" "$(python3 -c 'import json; print(json.load(open("v/metadata.json")))')" \
  "{'provider': 'virtualbox'}"
ok "a MAC address of VirtualBox" grep -qE '^  config.vm.base_mac = "080027[0-9A-F]{6}"$' v/Vagrantfile
ok "the first disk" qemu-img compare -f raw -F vmdk a.raw v/box-disk1.vmdk
ok "the second disk" qemu-img compare -f raw -F vmdk b.raw v/box-disk2.vmdk
expect_exit 0 "box.ovf is a descriptor" "$OVFTOOL" info --json v/box.ovf
ok "whose first adapter is NAT, and only that" python3 - "$out" <<'END'
import json, sys
r = json.load(open(sys.argv[1]))["result"]
assert [n["network"] for n in r["machines"][0]["nics"]] == ["NAT", "dmz"]
assert sorted(n["name"] for n in r["networks"]) == ["NAT", "dmz"]
END
expect_exit 0 "without a fault" "$OVFTOOL" validate --for virtualbox-7 v/box.ovf
expect_exit 0 "a second time" "$OVFTOOL" export web.ova --to vagrant-virtualbox -o v2.box -j 3
ok "the same bytes" cmp v.box v2.box
expect_exit 0 "of a domain" "$OVFTOOL" convert dom.xml d.box --to vagrant-virtualbox
ok "with its own MAC address" grep -q '"5254000A0B0C"' <(tar xOf d.box Vagrantfile)
"$OVFTOOL" export web.ova --to vagrant-virtualbox -o - 2>/dev/null >p.box
ok "into a pipe" cmp p.box v.box
expect_exit 2 "in one piece" "$OVFTOOL" export web.ova --to vagrant-virtualbox -o c.box \
  --chunk-size 64K

# ---- libvirt -------------------------------------------------------------------------
expect_exit 0 "a box for libvirt" "$OVFTOOL" export one.ova --to vagrant-libvirt -o l.box
mkdir l && tar xf l.box -C l
is "its files" "$(cd l && echo *)" "Vagrantfile box.img metadata.json"
ok "what is said of it" python3 - l/metadata.json <<'END'
import json, sys
assert json.load(open(sys.argv[1])) == {
    "provider": "libvirt", "format": "qcow2", "virtual_size": 1}
END
ok "the image is sound" qemu-img check l/box.img
ok "and the disk" qemu-img compare -f raw -F qcow2 a.raw l/box.img
ok "the hardware" grep -q 'libvirt.memory = 1024' l/Vagrantfile
truncate -s 1G big.raw
truncate -s 1073741825 bigger.raw
for n in big:1 bigger:2; do
  "$OVFTOOL" convert "${n%:*}.raw" n.box -f --to vagrant-libvirt >/dev/null 2>&1
  is "${n%:*}: whole GiB" \
    "$(tar xOf n.box metadata.json | python3 -c 'import json, sys; print(json.load(sys.stdin)["virtual_size"])')" \
    "${n#*:}"
done
expect_exit 0 "several disks" "$OVFTOOL" export web.ova --to vagrant-libvirt -o s.box \
  --disk-option compressed
mkdir s && tar xf s.box -C s
ok "are listed" python3 - s/metadata.json <<'END'
import json, sys
assert [d["path"] for d in json.load(open(sys.argv[1]))["disks"]] == ["box.img", "box_2.img"]
END
ok "the first" qemu-img compare -f raw -F qcow2 a.raw s/box.img
ok "the second" qemu-img compare -f raw -F qcow2 b.raw s/box_2.img
not_ok "compressed" grep -q ' 0.00% compressed' <(qemu-img check s/box.img)
for loss in controller nics; do
  ok "LOSS-vagrant-libvirt-$loss" grep -q "\[LOSS-vagrant-libvirt-$loss\]" "$err"
done
expect_exit 0 "of a domain too" "$OVFTOOL" convert dom.xml e.box --to vagrant-libvirt
for loss in firmware drive mac; do
  ok "LOSS-vagrant-libvirt-$loss" grep -q "\[LOSS-vagrant-libvirt-$loss\]" "$err"
done
is "its Vagrantfile" "$(tar xOf e.box Vagrantfile | grep -c "memory = 512\|cpus = 3\|\"virtio\"")" 4
not_ok "no text of the source in it" grep -q "d'o" <(tar xOf e.box Vagrantfile)
"$OVFTOOL" export one.ova --to vagrant-libvirt -o - 2>/dev/null >q.box
ok "into a pipe" cmp q.box l.box

expect_exit 5 "--strict" "$OVFTOOL" convert --strict dom.xml x.box --to vagrant-libvirt
ok "writes nothing then" test ! -e x.box -a ! -e .x.box.partial

# ---- both --------------------------------------------------------------------------------
for to in vagrant-virtualbox vagrant-libvirt; do
  expect_exit 1 "$to: an existing file" "$OVFTOOL" export one.ova --to $to -o l.box
  expect_exit 2 "$to: not read" "$OVFTOOL" info l.box --from $to
  "$OVFTOOL" formats --json >"$out"
  ok "$to: in formats, written only" python3 - "$out" $to <<'END'
import json, sys
kinds = json.load(open(sys.argv[1]))["result"]["kinds"]
assert [(k["read"], k["write"]) for k in kinds if k["name"] == sys.argv[2]] == [(False, True)]
END
  cp one.ova bad.ova
  printf X | dd of=bad.ova bs=1 seek=$(($(stat -c %s bad.ova) - 40000)) conv=notrunc 2>/dev/null
  expect_exit 4 "$to: a source that was changed" "$OVFTOOL" export bad.ova --to $to -o x.box
  ok "$to: leaves nothing" test ! -e x.box -a ! -e .x.box.partial
done
expect_exit 0 "-f replaces" "$OVFTOOL" export -f one.ova --to vagrant-libvirt -o l.box
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What convert, import and export say, and what they leave alone.
. ./tests/functions.sh
requires python3

has () { grep -qF -- "$1" "$out"; }
says () { grep -qF -- "$1" "$err"; }
field () {
  python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' \
    "$out" "$1"
}

mkdir "$tmp/vm" "$tmp/empty"
head -c 200000 /dev/urandom >"$tmp/disk.raw"
truncate -s 1M "$tmp/disk.raw"
"$OVFTOOL" disk convert -q "$tmp/disk.raw" "$tmp/vm/disk1.vmdk" || exit 99
cat >"$tmp/vm/vm.ovf" <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
  xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References><File ovf:id="file1" ovf:href="disk1.vmdk"/></References>
  <DiskSection>
    <Info>Disks</Info>
    <Disk ovf:diskId="vmdisk1" ovf:fileRef="file1" ovf:capacity="1048576"
      ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection><Info>Networks</Info><Network ovf:name="lan"/></NetworkSection>
  <VirtualSystem ovf:id="router">
    <Info>A machine</Info>
    <EulaSection><Info>Agreement</Info><License>Terms of Example</License></EulaSection>
    <VirtualHardwareSection>
      <Info>Hardware</Info>
      <Item><rasd:ElementName>cpu</rasd:ElementName><rasd:InstanceID>1</rasd:InstanceID>
        <rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>1</rasd:VirtualQuantity></Item>
      <Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:ElementName>mem</rasd:ElementName>
        <rasd:InstanceID>2</rasd:InstanceID><rasd:ResourceType>4</rasd:ResourceType>
        <rasd:VirtualQuantity>64</rasd:VirtualQuantity></Item>
      <Item><rasd:Address>0</rasd:Address><rasd:ElementName>scsi</rasd:ElementName><rasd:InstanceID>3</rasd:InstanceID>
        <rasd:ResourceSubType>lsilogic</rasd:ResourceSubType><rasd:ResourceType>6</rasd:ResourceType></Item>
      <Item><rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:ElementName>disk</rasd:ElementName>
        <rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource><rasd:InstanceID>4</rasd:InstanceID>
        <rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
XML
cd "$tmp/empty" || exit 99
nothing () { [ -z "$(ls -A "$tmp/empty")" ]; }

# A plan is only a plan, whatever the target is.
for target in "out --to libvirt" vm.xml out.qcow2 vm.ova vm.ovf; do
  # shellcheck disable=SC2086
  expect_exit 0 "--dry-run to $target" \
    "$OVFTOOL" convert --json --dry-run "$tmp/vm" $target
  is "names the files and the space" \
    "$(field 'len(d["result"]["files"]) > 0 and d["result"]["space"]["target"] > 0')" \
    True
  ok "writes nothing" nothing
done
expect_exit 5 "--strict --dry-run" \
  "$OVFTOOL" import --strict --dry-run "$tmp/vm" --to libvirt
ok "shows the plan all the same" has "Would make"
expect_exit 5 "--strict" "$OVFTOOL" import --strict "$tmp/vm" --to libvirt -o out
ok "what is lost is said" says "[LOSS-libvirt-"
ok "nothing is written" nothing
expect_exit 5 "--strict --json" \
  "$OVFTOOL" import --strict --json "$tmp/vm" --to libvirt -o out
is "is the code loss" "$(field 'd["error"]["code"]')" loss

expect_exit 0 "import" "$OVFTOOL" import "$tmp/vm" --to libvirt -o out
ok "names the files" has "/out/router-disk1.qcow2"
ok "names the command that starts it" has "virsh define "
ok "names the licence" has "License agreement that comes with it: 'Terms of Example'"
expect_exit 1 "import again" "$OVFTOOL" import "$tmp/vm" --to libvirt -o out
ok "hints at -f" says "-f"
expect_exit 0 "import again with -f" "$OVFTOOL" import -qf "$tmp/vm" --to libvirt -o out
ok "--quiet is quiet" test ! -s "$out"
expect_exit 2 "an unknown kind" "$OVFTOOL" import "$tmp/vm" --to nonsense -o o2
expect_exit 2 "a target of no known kind" "$OVFTOOL" convert "$tmp/vm" target
expect_exit 1 "a parent folder that is absent" \
  "$OVFTOOL" import "$tmp/vm" --to libvirt -o no/out
rm -rf out
ok "nothing else was left" nothing

expect_exit 0 "export" "$OVFTOOL" export "$tmp/vm" -o "$tmp/vm.ova"
expect_exit 2 "onto the source" "$OVFTOOL" convert -f "$tmp/vm.ova" "$tmp/vm.ova"
expect_exit 0 "to standard output" "$OVFTOOL" export "$tmp/vm" -o -
cp "$out" "$tmp/pipe.ova"
expect_exit 0 "which is a package" "$OVFTOOL" verify "$tmp/pipe.ova"
is "in the words of the contract" "$(head -n 1 "$out")" "verified: yes"
printf x | dd of="$tmp/pipe.ova" bs=1 seek=20000 conv=notrunc 2>/dev/null
expect_exit 4 "a changed byte" "$OVFTOOL" verify "$tmp/pipe.ova"
ok "verified: no" grep -q '^verified: no (.*)$' "$out"
ok "and an error" says ": error: "
expect_exit 4 "import of it" "$OVFTOOL" import "$tmp/pipe.ova" --to libvirt -o out
ok "leaves nothing" nothing
for o in --for=esxi-8.0 --prop=a=b --connect=qemu:///system; do
  expect_exit 1 "$o is refused while it does nothing" \
    "$OVFTOOL" import "$tmp/vm" --to libvirt -o out "$o"
  ok "and leaves nothing" nothing
done
done_testing

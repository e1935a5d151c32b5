#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# repair: each fault is mended and named, nothing else changes, and a second
# time there is nothing to do.
. ./tests/functions.sh
requires tar sed gzip sha256sum python3

has () { grep -qF -- "$1" "$err"; }
lacks () { ! grep -qE -- "$1" "$err"; }
# repair NAME PACKAGE OPTIONS...: into $tmp/NAME.ova, and once more.
repair () {
  local name=$1 package=$2
  shift 2
  "$OVFTOOL" repair "$package" -o "$tmp/$name.ova" "$@" >/dev/null 2>&1
  expect_exit 0 "$name: a second time" \
     "$OVFTOOL" repair "$tmp/$name.ova" -o "$tmp/$name.2.ova" "$@"
  ok "$name: has nothing to do" lacks 'repaired:'
  ok "$name: and changes no byte" cmp "$tmp/$name.ova" "$tmp/$name.2.ova"
  expect_exit 0 "$name: the first time" \
     "$OVFTOOL" repair -f "$package" -o "$tmp/$name.ova" "$@"
}
member () { tar xOf "$1" "$2"; }

# ---- a package whose descriptor is full of habits
mkdir "$tmp/d"
truncate -s 8M "$tmp/disk.raw"
printf 'content' | dd of="$tmp/disk.raw" conv=notrunc bs=64K seek=3 2>/dev/null
ok "a disk" "$OVFTOOL" disk convert "$tmp/disk.raw" "$tmp/d/vm-disk1.vmdk"
gzip -nc "$tmp/d/vm-disk1.vmdk" >"$tmp/d/vm-disk2.vmdk.gz"
rasd=http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData
vssd=http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData
sasd=http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_StorageAllocationSettingData
vmdk=http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized
cat >"$tmp/d/vm.ovf" <<END
<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/2"
    xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/2" ovf:version="2.0"
    xmlns:rasd="$rasd" xmlns:vssd="$vssd" xmlns:sasd="$sasd.xsd">
  <References>
    <File ovf:id="f1" ovf:href="vm-disk1.vmdk" ovf:size="17"/>
    <File ovf:id="f2" ovf:href="vm-disk2.vmdk.gz" ovf:compression="gzip"/>
  </References>
  <DiskSection>
    <Info>Disks</Info>
    <Disk ovf:diskId="d1" ovf:fileRef="f1" ovf:capacity="7" ovf:populatedSize="99999999"
        ovf:capacityAllocationUnits="byte * 2^20" ovf:format="http://example.com/vmdk"/>
    <Disk ovf:diskId="d2" ovf:fileRef="f2" ovf:capacity="8" ovf:format="$vmdk"
        ovf:capacityAllocationUnits="MegaBytes"/>
  </DiskSection>
  <VirtualSystem ovf:id="vm">
    <Info>A machine</Info>
    <VirtualHardwareSection>
      <Info>Hardware</Info>
      <System>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemType>virtualbox-2.2</vssd:VirtualSystemType>
      </System>
      <Item>
        <rasd:ResourceType>3</rasd:ResourceType>
        <!-- kept -->
        <rasd:InstanceID>1</rasd:InstanceID>
        <rasd:Caption>1 CPU</rasd:Caption>
        <rasd:VirtualQuantity>1</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:AllocationUnits>MegaBytes</rasd:AllocationUnits>
        <rasd:ElementName>Memory</rasd:ElementName>
        <rasd:InstanceID>2</rasd:InstanceID>
        <rasd:ResourceType>4</rasd:ResourceType>
        <rasd:VirtualQuantity>512</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:Address>0</rasd:Address>
        <rasd:ElementName>sata</rasd:ElementName>
        <rasd:InstanceID>3</rasd:InstanceID>
        <rasd:ResourceSubType>AHCI</rasd:ResourceSubType>
        <rasd:ResourceType>20</rasd:ResourceType>
      </Item>
      <StorageItem>
        <sasd:AddressOnParent>0</sasd:AddressOnParent>
        <sasd:ElementName>disk1</sasd:ElementName>
        <sasd:HostResource>/disk/d1</sasd:HostResource>
        <sasd:InstanceID>4</sasd:InstanceID>
        <sasd:Parent>3</sasd:Parent>
        <sasd:ResourceType>17</sasd:ResourceType>
      </StorageItem>
      <StorageItem>
        <sasd:AddressOnParent>1</sasd:AddressOnParent>
        <sasd:ElementName>disk2</sasd:ElementName>
        <sasd:HostResource>ovf:/disk/d2</sasd:HostResource>
        <sasd:InstanceID>5</sasd:InstanceID>
        <sasd:Parent>3</sasd:Parent>
        <sasd:ResourceType>17</sasd:ResourceType>
      </StorageItem>
      <Item>
        <rasd:ElementName>sound</rasd:ElementName>
        <rasd:InstanceID>6</rasd:InstanceID>
        <rasd:ResourceSubType>ensoniq1371</rasd:ResourceSubType>
        <rasd:ResourceType>35</rasd:ResourceType>
      </Item>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
END

# In a PAX archive, in the wrong order, with a stranger and bytes behind it; the
# manifest has blanks and names only one file.
(cd "$tmp/d" && sha256sum vm-disk1.vmdk \
  | sed -E 's/^([0-9a-f]+)  (.*)/SHA256 (\2) = \1/' >vm.mf && echo x >stray.txt \
  && tar --format=pax -cf ../in.ova vm-disk2.vmdk.gz vm.ovf stray.txt vm.mf vm-disk1.vmdk)
printf 'tail' >>"$tmp/in.ova"
cp "$tmp/in.ova" "$tmp/before.ova"

repair plain "$tmp/in.ova"
for rule in OVF-TAR-001 OVF-TAR-004 OVF-PKG-007 OVF-MF-001 OVF-MF-006 OVF-MF-007 \
            OVF-REF-005 OVF-DISK-008 OVF-DISK-012 OVF-DISK-014 OVF-VH-011 OVF-VH-015 \
            OVF-XML-005 OVF-XML-006; do
  ok "$rule is mended" grep -qE "repaired: .*\[$rule\]" "$err"
done
ok "the source is as it was" cmp "$tmp/in.ova" "$tmp/before.ova"
ok "verify is content" "$OVFTOOL" verify "$tmp/plain.ova"
is "the members in order" "$(tar tf "$tmp/plain.ova" | tr '\n' ' ')" \
   "vm.ovf vm.mf vm-disk1.vmdk vm-disk2.vmdk.gz "
ok "the disks' bytes are kept" \
   sh -c "tar xOf '$tmp/plain.ova' vm-disk1.vmdk | cmp - '$tmp/d/vm-disk1.vmdk'"
member "$tmp/plain.ova" vm.ovf >"$tmp/plain.ovf"
ok "the size" grep -qF "ovf:size=\"$(stat -c %s "$tmp/d/vm-disk1.vmdk")\"" "$tmp/plain.ovf"
ok "the capacity, in bytes" grep -qF 'ovf:capacity="8388608"' "$tmp/plain.ovf"
is "and no units" "$(grep -c capacityAllocationUnits "$tmp/plain.ovf")" 0
is "the children of the CPU's Item" \
   "$(sed -n '/<Item>/,/<\/Item>/p;/<\/Item>/q' "$tmp/plain.ovf" \
      | sed -nE 's/.*<rasd:([A-Za-z]+)>.*/\1/p' | tr '\n' ' ')" \
   "Caption ElementName InstanceID ResourceType VirtualQuantity "
ok "a comment stays" grep -q 'kept' "$tmp/plain.ovf"
ok "StorageItem stays" grep -q '<StorageItem>' "$tmp/plain.ovf"
not_ok "what a platform refuses stays" "$OVFTOOL" validate --for esxi-7.0 "$tmp/plain.ova"

# ---- for a platform
repair esxi "$tmp/in.ova" --for esxi-7.0
for rule in HARDWARE VERSION ITEM SOUND AHCI COMPRESSION; do
  ok "PROFILE-$rule is mended" grep -qE "repaired: .*\[PROFILE-$rule\]" "$err"
done
ok "nothing is left" lacks 'error:'
ok "which validate confirms" "$OVFTOOL" validate --for esxi-7.0 "$tmp/esxi.ova"
ok "and verify" "$OVFTOOL" verify "$tmp/esxi.ova"
ok "the disk that was gzip'ed is the same disk" \
   sh -c "tar xOf '$tmp/esxi.ova' vm-disk2.vmdk | cmp - '$tmp/d/vm-disk1.vmdk'"
expect_exit 0 "the guest sees what it saw" \
   "$OVFTOOL" info --json "$tmp/esxi.ova"
ok "two disks on the SATA controller" python3 -c 'import json, sys
m = json.load(open(sys.argv[1]))["result"]["machines"][0]
assert [(d["bus"], d["unit"]) for d in m["drives"]] == [("sata", 0), ("sata", 1)]' "$out"

# ---- JSON, folders
expect_exit 0 "as JSON" "$OVFTOOL" repair --json "$tmp/in.ova" -o "$tmp/j.ova"
ok "the fixes are a list" python3 -c 'import json, sys
f = json.load(open(sys.argv[1]))["result"]["fixes"]
assert "OVF-REF-005" in [x["rule"] for x in f] and all(x["message"] for x in f)' "$out"
expect_exit 0 "into a folder" "$OVFTOOL" repair "$tmp/in.ova" -o "$tmp/folder"
ok "which verifies" "$OVFTOOL" verify "$tmp/folder"

# ---- nothing to mend: manifest and all bytes stay
expect_exit 0 "a good package" "$OVFTOOL" repair "$tmp/esxi.ova" -o "$tmp/good.ova"
ok "is the same again" cmp "$tmp/esxi.ova" "$tmp/good.ova"

# ---- a stream with bytes behind its end: only then a disk is rewritten
mkdir "$tmp/t"
cp "$tmp/plain.ovf" "$tmp/t/vm.ovf"
cp "$tmp/d/vm-disk1.vmdk" "$tmp/d/vm-disk2.vmdk.gz" "$tmp/t"
head -c 512 /dev/zero >>"$tmp/t/vm-disk1.vmdk"
repair tail "$tmp/t"
ok "a stream's tail is mended" grep -qE 'repaired: .*\[DISK-VMDK-TRAILING\]' "$err"
ok "disk check is content" sh -c \
   "tar xOf '$tmp/tail.ova' vm-disk1.vmdk >'$tmp/x.vmdk' && '$OVFTOOL' disk check '$tmp/x.vmdk'"
ok "the disk as a raw one" "$OVFTOOL" disk convert "$tmp/x.vmdk" "$tmp/x.raw"
ok "holds what it held" cmp "$tmp/x.raw" "$tmp/disk.raw"
member "$tmp/tail.ova" vm.ovf >"$tmp/tail.ovf"
ok "its new size is told" \
   grep -qF "ovf:size=\"$(stat -c %s "$tmp/x.vmdk")\"" "$tmp/tail.ovf"

# ---- refusals
mkdir "$tmp/u"
tar xf "$tmp/esxi.ova" -C "$tmp/u"
echo more >>"$tmp/u/vm-disk1.vmdk"
expect_exit 4 "a digest that differs" "$OVFTOOL" repair "$tmp/u" -o "$tmp/x.ova"
ok "leaves nothing" test ! -e "$tmp/x.ova"
expect_exit 2 "no target" "$OVFTOOL" repair "$tmp/in.ova"
expect_exit 2 "the source itself" "$OVFTOOL" repair -f "$tmp/in.ova" -o "$tmp/in.ova"
expect_exit 2 "a profile that is none" \
   "$OVFTOOL" repair "$tmp/in.ova" -o "$tmp/x.ova" --for nowhere
expect_exit 1 "an existing target" "$OVFTOOL" repair "$tmp/in.ova" -o "$tmp/esxi.ova"
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `validate`: findings, exit status, modes, formats, and the table of rules.
. ./tests/functions.sh
requires python3 tar

# field EXPRESSION [FILE]: of the document `d`, as Python prints it.
field () {
  python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' \
    "${2:-$out}" "$1"
}
has () { grep -qF -- "$1" "$2"; }

mkdir "$tmp/good" "$tmp/bad"
head -c 1048576 /dev/zero >"$tmp/disk.raw"
ok "a disk is made" "$OVFTOOL" disk convert "$tmp/disk.raw" "$tmp/good/vm-disk1.vmdk"
descriptor () { # FAMILY
  cat <<XML
<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
  xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References>
    <File ovf:id="file1" ovf:href="vm-disk1.vmdk" ovf:size="$(stat -c %s "$tmp/good/vm-disk1.vmdk")"/>
  </References>
  <DiskSection>
    <Info>Disks</Info>
    <Disk ovf:diskId="vmdisk1" ovf:fileRef="file1" ovf:capacity="1048576" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks</Info>
    <Network ovf:name="lan"><Description>A network</Description></Network>
  </NetworkSection>
  <VirtualSystem ovf:id="vm">
    <Info>A machine</Info>
    <OperatingSystemSection ovf:id="101"><Info>Guest</Info><Description>Linux</Description></OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>Hardware</Info>
      <System>
        <vssd:ElementName>System</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemType>$1</vssd:VirtualSystemType>
      </System>
      <Item>
        <rasd:ElementName>CPU</rasd:ElementName>
        <rasd:InstanceID>1</rasd:InstanceID>
        <rasd:ResourceType>3</rasd:ResourceType>
        <rasd:VirtualQuantity>1</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits>
        <rasd:ElementName>Memory</rasd:ElementName>
        <rasd:InstanceID>2</rasd:InstanceID>
        <rasd:ResourceType>4</rasd:ResourceType>
        <rasd:VirtualQuantity>512</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:Address>0</rasd:Address>
        <rasd:ElementName>SCSI</rasd:ElementName>
        <rasd:InstanceID>3</rasd:InstanceID>
        <rasd:ResourceSubType>lsilogic</rasd:ResourceSubType>
        <rasd:ResourceType>6</rasd:ResourceType>
      </Item>
      <Item>
        <rasd:AddressOnParent>0</rasd:AddressOnParent>
        <rasd:ElementName>Disk</rasd:ElementName>
        <rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource>
        <rasd:InstanceID>4</rasd:InstanceID>
        <rasd:Parent>3</rasd:Parent>
        <rasd:ResourceType>17</rasd:ResourceType>
      </Item>
      <Item>
        <rasd:AutomaticAllocation>true</rasd:AutomaticAllocation>
        <rasd:Connection>lan</rasd:Connection>
        <rasd:ElementName>NIC</rasd:ElementName>
        <rasd:InstanceID>5</rasd:InstanceID>
        <rasd:ResourceSubType>E1000</rasd:ResourceSubType>
        <rasd:ResourceType>10</rasd:ResourceType>
      </Item>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
XML
}
manifest () { # FOLDER
  (cd "$1" && for f in vm.ovf vm-disk1.vmdk; do
    echo "SHA256($f)= $(sha256sum "$f" | cut -d' ' -f1)"
  done >vm.mf)
}
archive () { # OUT FOLDER FILE...
  (cd "$2" && shift 2 && tar --format=ustar --owner=0 --group=0 -cf - "$@") >"$1"
}
descriptor vmx-13 >"$tmp/good/vm.ovf"
manifest "$tmp/good"
archive "$tmp/good.ova" "$tmp/good" vm.ovf vm.mf vm-disk1.vmdk

# ---- what is good -----------------------------------------------------------
for source in "$tmp/good.ova" "$tmp/good" "$tmp/good/vm.ovf"; do
  expect_exit 0 "a good one: ${source##*/}" "$OVFTOOL" validate "$source"
  is "is valid" "$(sed 's/ (--verbose shows [0-9]* notes\{0,1\})$//' "$out")" "$source: valid"
  is "and there is nothing to say" "$(cat "$err")" ""
done
expect_exit 0 "an archive on standard input" \
  bash -c '"$1" validate - <"$2"' - "$OVFTOOL" "$tmp/good.ova"
ok "a platform takes it" "$OVFTOOL" validate --for esxi-7.0 --for workstation "$tmp/good.ova"
expect_exit 0 "a bare disk" "$OVFTOOL" validate "$tmp/good/vm-disk1.vmdk"

# ---- what is bad ------------------------------------------------------------
cp "$tmp/good/"* "$tmp/bad/"
sed -i 's/fileRef="file1"/fileRef="file2"/' "$tmp/bad/vm.ovf"
rm "$tmp/bad/vm.mf"
line=$(grep -n 'fileRef="file2"' "$tmp/bad/vm.ovf" | cut -d: -f1)
expect_exit 3 "a dangling reference" "$OVFTOOL" validate "$tmp/bad/vm.ovf"
ok "is told with file and line" \
  grep -qE "^vm\.ovf:$line: error: .*file2.* \[OVF-DISK-003\]\$" "$err"
ok "and with a hint" has 'hint: ' "$err"
ok "people get a verdict" grep -qE 'bad/vm\.ovf: not valid, [0-9]+ errors?' "$out"
expect_exit 3 "several sources: the worst status counts" \
  "$OVFTOOL" validate --json "$tmp/good.ova" "$tmp/bad"
is "each has its counts" \
  "$(field '[(s["valid"], s["errors"] > 0) for s in d["result"]["sources"]]')" \
  "[(True, False), (False, True)]"
is "the error says the same" "$(field '[d["error"]["code"], d["error"]["exit"]]')" "['format', 3]"
is "findings have all their keys" \
  "$(field 'all(sorted(f) == sorted("severity rule file line path message hint".split()) for f in d["findings"])')" \
  True
is "counts are those of the findings" \
  "$(field 'sum(f["severity"] == "error" for f in d["findings"]) == d["result"]["sources"][1]["errors"]')" \
  True
cp "$out" "$tmp/json"
expect_exit 3 "--format json" "$OVFTOOL" validate --format json "$tmp/good.ova" "$tmp/bad"
ok "is --json" cmp "$out" "$tmp/json"

printf 'x' >>"$tmp/good/vm-disk1.vmdk"
archive "$tmp/tampered.ova" "$tmp/good" vm.ovf vm.mf vm-disk1.vmdk
expect_exit 3 "a digest that differs" "$OVFTOOL" validate "$tmp/tampered.ova"
ok "is told" has '[OVF-MF-005]' "$err"
ok "and bytes after the end of the stream, too" grep -q 'DISK-' "$err"
truncate -s -1 "$tmp/good/vm-disk1.vmdk"
printf 'no XML' >"$tmp/broken.ovf"
expect_exit 3 "no XML" "$OVFTOOL" validate "$tmp/broken.ovf"
ok "is a finding" grep -q 'error: .*\[OVF-XML-' "$err"
head -c 3000 "$tmp/good.ova" >"$tmp/cut.ova"
expect_exit 3 "an archive that is cut" "$OVFTOOL" validate "$tmp/cut.ova"
expect_exit 1 "a file that does not exist" "$OVFTOOL" validate "$tmp/none.ova"
expect_exit 3 "with others: the highest status" \
  "$OVFTOOL" validate "$tmp/none.ova" "$tmp/bad" "$tmp/good.ova"
ok "the others are judged" has 'good.ova: valid' "$out"
expect_exit 2 "no source" "$OVFTOOL" validate
expect_exit 2 "a format that does not exist" "$OVFTOOL" validate --format yaml "$tmp/good.ova"

# Importers forgive a missing ElementName, the standard does not.
mkdir "$tmp/lax"
grep -v 'ElementName>NIC' "$tmp/good/vm.ovf" >"$tmp/lax/vm.ovf"
cp "$tmp/good/vm-disk1.vmdk" "$tmp/lax"
expect_exit 3 "no ElementName: strict" "$OVFTOOL" validate "$tmp/lax"
expect_exit 0 "no ElementName: --lax" "$OVFTOOL" validate --lax "$tmp/lax"
ok "still warns" grep -q 'warning: ' "$err"

# A configuration is parsed and held against the profile.
cat >"$tmp/vm.xml" <<'XML'
<domain type='kvm'><name>vm</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os><devices><sound model='ich6'/></devices></domain>
XML
expect_exit 0 "a configuration" "$OVFTOOL" validate "$tmp/vm.xml"
expect_exit 3 "a configuration for ESXi" "$OVFTOOL" validate --for esxi-7.0 "$tmp/vm.xml"
ok "has a sound card too many" has '[PROFILE-SOUND]' "$err"

# ---- rules --------------------------------------------------------------------
expect_exit 0 "--list-rules" "$OVFTOOL" validate --list-rules
ok "lists rules" grep -qE '^OVF-DISK-003 +error' "$out"
cut -d' ' -f1 "$out" >"$tmp/rules"
is "each once" "$(sort "$tmp/rules" | uniq -d)" ""
expect_exit 0 "--list-rules --json" "$OVFTOOL" validate --list-rules --json
is "is the same list" "$(field '" ".join(r["id"] for r in d["result"]["rules"])')" \
  "$(paste -sd' ' "$tmp/rules")"
is "every row is complete" \
  "$(field '[r["id"] for r in d["result"]["rules"] if not all(r[k] for k in "id strict lax versions clause title why fix".split())]')" \
  "[]"
bad=
while read -r rule; do
  "$OVFTOOL" validate --explain "$rule" >"$tmp/text" 2>&1 \
    && grep -q "^$rule: " "$tmp/text" && grep -q '^Why: .' "$tmp/text" \
    && grep -q '^Fix: .' "$tmp/text" || bad="$bad $rule"
done <"$tmp/rules"
is "--explain knows every rule" "$bad" ""
expect_exit 0 "--explain takes any case" "$OVFTOOL" validate --explain ovf-disk-003
expect_exit 2 "--explain: no such rule" "$OVFTOOL" validate --explain OVF-NONE-1
expect_exit 2 "--explain and a source" "$OVFTOOL" validate --explain OVF-DISK-003 "$tmp/bad"
done_testing

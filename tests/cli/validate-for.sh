#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `validate --for`: what a platform refuses, with line and hint; profiles by
# name and by path; `export --for` writes what `validate --for` takes.
. ./tests/functions.sh
requires python3 tar

field () {
  python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' \
    "$out" "$1"
}

# An OVA as VirtualBox writes it with --ovf20.
head -c 1048576 /dev/zero >"$tmp/disk.raw"
mkdir "$tmp/vm"
ok "a disk is made" "$OVFTOOL" disk convert "$tmp/disk.raw" "$tmp/vm/vm-disk001.vmdk"
cat >"$tmp/vm/vm.ovf" <<'XML'
<?xml version="1.0"?>
<Envelope ovf:version="2.0" xml:lang="en-US" xmlns="http://schemas.dmtf.org/ovf/envelope/2" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/2" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData" xmlns:vbox="http://www.virtualbox.org/ovf/machine" xmlns:epasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_EthernetPortAllocationSettingData.xsd" xmlns:sasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_StorageAllocationSettingData.xsd">
  <References>
    <File ovf:id="file1" ovf:href="vm-disk001.vmdk"/>
  </References>
  <DiskSection>
    <Info>List of the virtual disks used in the package</Info>
    <Disk ovf:capacity="1048576" ovf:diskId="vmdisk1" ovf:fileRef="file1" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>Logical networks used in the package</Info>
    <Network ovf:name="NAT"><Description>Logical network used by this appliance.</Description></Network>
  </NetworkSection>
  <VirtualSystem ovf:id="vm">
    <Info>A virtual machine</Info>
    <OperatingSystemSection ovf:id="96">
      <Info>The kind of installed guest operating system</Info>
      <Description>Debian_64</Description>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>Virtual hardware requirements for a virtual machine</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>vm</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>virtualbox-2.2</vssd:VirtualSystemType>
      </System>
      <Item>
        <rasd:Caption>1 virtual CPU</rasd:Caption>
        <rasd:InstanceID>1</rasd:InstanceID>
        <rasd:ResourceType>3</rasd:ResourceType>
        <rasd:VirtualQuantity>1</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:AllocationUnits>MegaBytes</rasd:AllocationUnits>
        <rasd:Caption>512 MB of memory</rasd:Caption>
        <rasd:InstanceID>2</rasd:InstanceID>
        <rasd:ResourceType>4</rasd:ResourceType>
        <rasd:VirtualQuantity>512</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:Address>0</rasd:Address>
        <rasd:Caption>sataController0</rasd:Caption>
        <rasd:InstanceID>3</rasd:InstanceID>
        <rasd:ResourceSubType>AHCI</rasd:ResourceSubType>
        <rasd:ResourceType>20</rasd:ResourceType>
      </Item>
      <Item>
        <rasd:AddressOnParent>3</rasd:AddressOnParent>
        <rasd:AutomaticAllocation>false</rasd:AutomaticAllocation>
        <rasd:Caption>sound</rasd:Caption>
        <rasd:InstanceID>4</rasd:InstanceID>
        <rasd:ResourceSubType>ensoniq1371</rasd:ResourceSubType>
        <rasd:ResourceType>35</rasd:ResourceType>
      </Item>
      <StorageItem>
        <sasd:AddressOnParent>0</sasd:AddressOnParent>
        <sasd:Caption>disk1</sasd:Caption>
        <sasd:HostResource>/disk/vmdisk1</sasd:HostResource>
        <sasd:InstanceID>5</sasd:InstanceID>
        <sasd:Parent>3</sasd:Parent>
        <sasd:ResourceType>17</sasd:ResourceType>
      </StorageItem>
      <EthernetPortItem>
        <epasd:AutomaticAllocation>true</epasd:AutomaticAllocation>
        <epasd:Caption>Ethernet adapter on 'NAT'</epasd:Caption>
        <epasd:Connection>NAT</epasd:Connection>
        <epasd:InstanceID>6</epasd:InstanceID>
        <epasd:ResourceSubType>E1000</epasd:ResourceSubType>
        <epasd:ResourceType>10</epasd:ResourceType>
      </EthernetPortItem>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
XML
(cd "$tmp/vm" && tar --format=ustar -cf "$tmp/vm.ova" vm.ovf vm-disk001.vmdk)

expect_exit 0 "as importers see it" "$OVFTOOL" validate --lax "$tmp/vm.ova"
expect_exit 3 "for ESXi" "$OVFTOOL" validate --lax --for esxi-7.0 --json "$tmp/vm.ova"
check () { # NAME RULE PATTERN-OF-THE-LINE
  local line
  line=$(grep -n -m1 -- "$3" "$tmp/vm/vm.ovf" | cut -d: -f1)
  is "$1 is an error with its line and a hint" \
    "$(field "[(f['severity'], f['line'], 'ovftool repair --for esxi-7.0' in f['hint']) for f in d['findings'] if f['rule'] == '$2' and f['line'] == $line]")" \
    "[('error', $line, True)]"
}
check "the hardware family" PROFILE-HARDWARE 'VirtualSystemType'
check "the disk" PROFILE-ITEM '<StorageItem>'
check "the adapter" PROFILE-ITEM '<EthernetPortItem>'
sound=$(grep -n '<Item>' "$tmp/vm/vm.ovf" | sed -n 4p | cut -d: -f1)
is "the sound card is one, too" \
  "$(field "[(f['severity'], f['line'], f['hint'] is not None) for f in d['findings'] if f['rule'] == 'PROFILE-SOUND']")" \
  "[('error', $sound, True)]"
is "the SATA controller is named as VirtualBox does" \
  "$(field "[f['severity'] for f in d['findings'] if f['rule'] == 'PROFILE-AHCI']")" "['error']"
is "the version is OVF 2" \
  "$(field "[f['severity'] for f in d['findings'] if f['rule'] == 'PROFILE-VERSION']")" "['error']"
expect_exit 0 "for VirtualBox" "$OVFTOOL" validate --lax --for virtualbox-7 "$tmp/vm.ova"
expect_exit 3 "several platforms" \
  "$OVFTOOL" validate --lax --for esxi-7.0 --for esxi-8.0 --json "$tmp/vm.ova"
is "each is told" \
  "$(field "sorted(f['message'].count('ESXi 7.0') for f in d['findings'] if f['rule'] == 'PROFILE-SOUND')")" \
  "[0, 1]"

# ---- our profiles ---------------------------------------------------------------
for name in esxi-6.5 esxi-6.7 esxi-7.0 esxi-8.0 workstation virtualbox-6 \
  virtualbox-7 kvm xen proxmox xcp-ng aws; do
  "$OVFTOOL" validate --lax --for "$name" "$tmp/vm.ova" >"$out" 2>"$err"
  status=$?
  ok "$name is there" test "$status" -eq 0 -o "$status" -eq 3
done
expect_exit 0 "formats lists them" "$OVFTOOL" formats --json
is "all of them" "$(field 'len(d["result"]["profiles"])')" \
  "$(find "$srcdir/schemas/profiles" -name '*.yaml' | wc -l)"

# ---- a profile of one's own ------------------------------------------------------
cat >"$tmp/own.yaml" <<'YAML'
name: own
title: Our cloud
hardware_families: ["virtualbox-*"]
machines: 1
refuse:
  - rule: OVF-VH-011
    severity: error
    message: it needs ovf:/disk/
    source: our importer
YAML
expect_exit 3 "by its path" "$OVFTOOL" validate --lax --for "$tmp/own.yaml" "$tmp/vm.ova"
ok "a rule of the standard is taken seriously" \
  grep -qE '^vm.ovf:[0-9]+: error: .*Our cloud: it needs ovf:/disk/ \[OVF-VH-011\]' "$err"
ok "the family is taken" bash -c '! grep -q PROFILE-HARDWARE "$1"' - "$err"
expect_exit 2 "no such profile" "$OVFTOOL" validate --for esxi-1 "$tmp/vm.ova"
ok "the hint lists those there are" grep -q 'hint: .*esxi-7.0' "$err"
expect_exit 1 "no such file" "$OVFTOOL" validate --for "$tmp/none.yaml" "$tmp/vm.ova"
bad () { # LINE TEXT
  local shown=${2//$'\n'/, }
  printf '%s\n' "$2" >"$tmp/bad.yaml"
  expect_exit 3 "bad profile: $shown" "$OVFTOOL" validate --for "$tmp/bad.yaml" "$tmp/vm.ova"
  ok "is told with its line" grep -q "bad.yaml:$1: error" "$err"
}
bad 2 $'name: x\ncolour: red'
bad 2 $'name: x\nnics: {a: b}'
bad 1 'title: x'
bad 1 '- x'
bad 4 $'name: x\nrefuse:\n  - rule: OVF-VH-011\n    severity: fatal'
bad 3 $'name: x\nrefuse:\n  - severity: error'
bad 3 $'name: x\nrefuse:\n  - rule: OVF-NONE-999'

# ---- writing for a platform -------------------------------------------------------
expect_exit 0 "export --for" \
  "$OVFTOOL" export "$tmp/vm.ova" --for esxi-7.0 -o "$tmp/esxi.ova"
cp "$err" "$tmp/export"
expect_exit 0 "is what it takes" "$OVFTOOL" validate --for esxi-7.0 "$tmp/esxi.ova"
ok "the sound card is told as lost" grep -q 'LOSS-profile-sound' "$tmp/export"
expect_exit 5 "--strict: nothing may be lost" \
  "$OVFTOOL" export "$tmp/vm.ova" --strict --for esxi-7.0 -o "$tmp/strict.ova"
ok "no target" test ! -e "$tmp/strict.ova"
printf 'name: old\ndigests: [sha1]\novf_versions: ["2.0"]\nhardware_families: [vmx-07]\n' >"$tmp/old.yaml"
expect_exit 0 "by another profile" \
  "$OVFTOOL" export "$tmp/esxi.ova" --for "$tmp/old.yaml" -o "$tmp/old.ova"
expect_exit 0 "family and version" "$OVFTOOL" info --json "$tmp/old.ova"
is "follow it" "$(field '[d["result"]["ovf_version"], d["result"]["machines"][0]["hardware"]]')" \
  "['2.0', ['vmx-07']]"
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every rule PROFILE-*: one appliance has all that a profile can be about; a
# profile that takes nothing reports all of it, one that takes all nothing.
. ./tests/functions.sh
requires python3 tar

mkdir "$tmp/vm"
cd "$tmp" || exit 99
head -c 1048576 /dev/zero >disk.raw
ok "a disk is made" "$OVFTOOL" disk convert --to qcow2 disk.raw vm/vm-disk1.qcow2
gzip -c vm/vm-disk1.qcow2 >vm/vm-disk2.qcow2.gz
truncate -s 8192 vm/vm.nvram.000000000
truncate -s 100 vm/vm.nvram.000000001
system () { # ID
  cat <<XML
    <VirtualSystem ovf:id="$1">
      <Info>A machine</Info>
      <VirtualHardwareSection>
        <Info>Hardware</Info>
        <System>
          <vssd:ElementName>System</vssd:ElementName>
          <vssd:InstanceID>0</vssd:InstanceID>
          <vssd:VirtualSystemType>virtualbox-2.2, vmx-99</vssd:VirtualSystemType>
        </System>
        <Item><rasd:ElementName>CPU</rasd:ElementName><rasd:InstanceID>1</rasd:InstanceID><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>1</rasd:VirtualQuantity></Item>
        <Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:ElementName>Memory</rasd:ElementName><rasd:InstanceID>2</rasd:InstanceID><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>64</rasd:VirtualQuantity></Item>
        <Item><rasd:Address>0</rasd:Address><rasd:ElementName>SATA</rasd:ElementName><rasd:InstanceID>3</rasd:InstanceID><rasd:ResourceSubType>AHCI</rasd:ResourceSubType><rasd:ResourceType>20</rasd:ResourceType></Item>
        <Item><rasd:ElementName>USB</rasd:ElementName><rasd:InstanceID>4</rasd:InstanceID><rasd:ResourceSubType>vmware.usb.ehci</rasd:ResourceSubType><rasd:ResourceType>23</rasd:ResourceType></Item>
        <Item><rasd:AutomaticAllocation>false</rasd:AutomaticAllocation><rasd:ElementName>Floppy</rasd:ElementName><rasd:InstanceID>5</rasd:InstanceID><rasd:ResourceType>14</rasd:ResourceType></Item>
        <Item><rasd:ElementName>Sound</rasd:ElementName><rasd:InstanceID>6</rasd:InstanceID><rasd:ResourceSubType>vmware.soundcard.hdaudio</rasd:ResourceSubType><rasd:ResourceType>1</rasd:ResourceType></Item>
        <Item><rasd:Connection>lan</rasd:Connection><rasd:ElementName>NIC</rasd:ElementName><rasd:InstanceID>7</rasd:InstanceID><rasd:ResourceSubType>VmxNet3</rasd:ResourceSubType><rasd:ResourceType>10</rasd:ResourceType></Item>
        <StorageItem><sasd:AddressOnParent>0</sasd:AddressOnParent><sasd:ElementName>Disk</sasd:ElementName><sasd:HostResource>ovf:/disk/$1</sasd:HostResource><sasd:InstanceID>8</sasd:InstanceID><sasd:Parent>3</sasd:Parent><sasd:ResourceType>17</sasd:ResourceType></StorageItem>
        <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="efi"/>
        <vmw:ExtraConfig ovf:required="false" vmw:key="nvram" vmw:value="ovf:/file/file3"/>
      </VirtualHardwareSection>
      <vbox:Machine ovf:required="false" version="1.16-linux" uuid="{00000000-0000-4000-8000-000000000001}" name="vm"><ovf:Info>VirtualBox</ovf:Info></vbox:Machine>
    </VirtualSystem>
XML
}
qcow2=http://www.gnome.org/~markmc/qcow-image-format.html
cat >vm/vm.ovf <<XML
<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/2"
  xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/2"
  xmlns:vmw="http://www.vmware.com/schema/ovf"
  xmlns:vbox="http://www.virtualbox.org/ovf/machine"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
  xmlns:sasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_StorageAllocationSettingData"
  xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References>
    <File ovf:id="file1" ovf:href="vm-disk1.qcow2"/>
    <File ovf:id="file2" ovf:href="vm-disk2.qcow2.gz" ovf:compression="gzip"/>
    <File ovf:id="file3" ovf:href="vm.nvram" ovf:chunkSize="8192"/>
  </References>
  <DiskSection>
    <Info>Disks</Info>
    <Disk ovf:diskId="a" ovf:fileRef="file1" ovf:capacity="1048576" ovf:format="$qcow2"/>
    <Disk ovf:diskId="b" ovf:fileRef="file2" ovf:capacity="1048576" ovf:format="$qcow2"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks</Info>
    <Network ovf:name="lan"><Description>A network</Description></Network>
  </NetworkSection>
  <VirtualSystemCollection ovf:id="both">
    <Info>Two machines</Info>
$(system a)
$(system b)
  </VirtualSystemCollection>
</Envelope>
XML
files='vm.ovf vm.mf vm-disk1.qcow2 vm-disk2.qcow2.gz vm.nvram.000000000 vm.nvram.000000001'
(cd vm && for f in $files; do
  [ "$f" = vm.mf ] || echo "SHA1($f)= $(sha1sum "$f" | cut -d' ' -f1)"
done >../vm.mf && mv ../vm.mf .)
# shellcheck disable=SC2086
(cd vm && tar --format=gnu -cf ../vm.ova $files)
# shellcheck disable=SC2086
(cd vm && tar --format=posix -cf ../pax.ova $files)

"$OVFTOOL" validate --list-rules | sed -n 's/^\(PROFILE-[A-Z]*\) .*/\1/p' | sort >rules
ok "there are rules of profiles" test "$(wc -l <rules)" -ge 18
{
  echo 'name: nothing'
  for list in digests hardware_families ovf_versions buses nics sound firmware \
    compression tar machines; do
    echo "$list: []"
  done
  echo 'refuse:'
  while read -r rule; do
    printf '  - {rule: %s, severity: error, message: no}\n' "$rule"
  done <rules
} >nothing.yaml
cat >all.yaml <<'YAML'
name: all
digests: [sha256, sha1]
hardware_families: [vmx-98, vmx-99]
ovf_versions: ["1.1", "2.0"]
buses: ["sata:ahci"]
nics: [vmxnet3]
sound: ["vmware.soundcard.*"]
firmware: [efi]
compression: [gzip, none]
tar: [gnu, pax]
machines: ["1", "2"]
YAML

# findings PROFILE: rules of its errors, sorted.
findings () {
  "$OVFTOOL" validate --lax --for "./$1.yaml" --json "${2:-vm.ova}" 2>/dev/null \
    | python3 -c '
import json, sys
for f in json.load(sys.stdin)["findings"]:
    if f["rule"].startswith("PROFILE-"):
        print(f["rule"], f["severity"], f["line"] is not None, f["hint"] is not None)'
}
findings nothing | sort -u >found
cut -d' ' -f1 found | sort -u >found.rules
is "who takes nothing refuses all" "$(comm -3 rules found.rules)" ""
is "each is an error with a hint" \
  "$(grep -vE ' error (True|False) True$' found)" ""
is "each in the descriptor has its line" \
  "$(grep -E ' False True$' found | cut -d' ' -f1 | paste -sd' ')" \
  "PROFILE-DIGEST PROFILE-TAR"
is "who takes all refuses nothing" "$(findings all)" ""
is "a PAX archive is one" \
  "$(printf 'name: x\ntar: [ustar, gnu]\n' >x.yaml; findings x pax.ova)" \
  "PROFILE-TAR error False True"
is "and no other" "$(findings x)" ""
is "a severity can be less" \
  "$(printf 'name: x\nnics: []\nrefuse: [{rule: PROFILE-NIC, severity: note}]\n' >x.yaml
     findings x | sort -u)" "PROFILE-NIC note True True"
is "what is optional and not named is not looked for" \
  "$(printf 'name: x\n' >x.yaml; findings x)" ""
done_testing

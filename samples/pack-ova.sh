#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# pack-ova.sh [-n NAME] [-c CONTROLLER] [-f bios|efi] [-m MIB] [-s ALGORITHM] DISK OUT.ova
#
# Packs a raw disk as an OVA with qemu-img, sha256sum and tar: what a stranger
# hands us, made without any code of ours.  CONTROLLER is ide, sata, or a SCSI
# subtype as VMware spells it (lsilogic, lsilogicsas, buslogic, VirtualSCSI).
set -euo pipefail
export LC_ALL=C
name=appliance controller=lsilogic firmware=bios memory=512 algorithm=sha256
while getopts n:c:f:m:s: o; do
  case $o in
    n) name=$OPTARG ;;
    c) controller=$OPTARG ;;
    f) firmware=$OPTARG ;;
    m) memory=$OPTARG ;;
    s) algorithm=$OPTARG ;;
    *) sed -n 3p "$0" >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -eq 2 ] || { sed -n 3p "$0" >&2; exit 2; }
work=$(mktemp -d "${TMPDIR:-/tmp}/pack.XXXXXX")
trap 'rm -rf "$work"' EXIT

# CIM_ResourceAllocationSettingData.ResourceType of the controller.
case $controller in
  ide) type=5 subtype=PIIX4 ;;
  sata) type=20 subtype=vmware.sata.ahci ;;
  *) type=6 subtype=$controller ;;
esac
disk=$name-disk1.vmdk
qemu-img convert -f raw -O vmdk -o subformat=streamOptimized "$1" "$work/$disk"

cat >"$work/$name.ovf" <<END
<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
    xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
    xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
    xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData"
    xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References>
    <File ovf:id="file1" ovf:href="$disk" ovf:size="$(stat -c %s "$work/$disk")"/>
  </References>
  <DiskSection>
    <Info>The disk</Info>
    <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="$(stat -Lc %s "$1")"
        ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>The networks</Info>
    <Network ovf:name="VM Network">
      <Description>Where the guest is reached</Description>
    </Network>
  </NetworkSection>
  <VirtualSystem ovf:id="$name">
    <Info>The machine</Info>
    <Name>$name</Name>
    <OperatingSystemSection ovf:id="101" vmw:osType="otherLinux64Guest">
      <Info>The system</Info>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>1 CPU, $memory MB, a disk on $controller, one NIC</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemType>vmx-13</vssd:VirtualSystemType>
      </System>
      <Item>
        <rasd:ElementName>1 CPU</rasd:ElementName>
        <rasd:InstanceID>1</rasd:InstanceID>
        <rasd:ResourceType>3</rasd:ResourceType>
        <rasd:VirtualQuantity>1</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits>
        <rasd:ElementName>$memory MB of memory</rasd:ElementName>
        <rasd:InstanceID>2</rasd:InstanceID>
        <rasd:ResourceType>4</rasd:ResourceType>
        <rasd:VirtualQuantity>$memory</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:Address>0</rasd:Address>
        <rasd:ElementName>Controller 0</rasd:ElementName>
        <rasd:InstanceID>3</rasd:InstanceID>
        <rasd:ResourceSubType>$subtype</rasd:ResourceSubType>
        <rasd:ResourceType>$type</rasd:ResourceType>
      </Item>
      <Item>
        <rasd:AddressOnParent>0</rasd:AddressOnParent>
        <rasd:ElementName>Hard disk 1</rasd:ElementName>
        <rasd:HostResource>ovf:/disk/disk1</rasd:HostResource>
        <rasd:InstanceID>4</rasd:InstanceID>
        <rasd:Parent>3</rasd:Parent>
        <rasd:ResourceType>17</rasd:ResourceType>
      </Item>
      <Item>
        <rasd:AutomaticAllocation>true</rasd:AutomaticAllocation>
        <rasd:Connection>VM Network</rasd:Connection>
        <rasd:ElementName>Ethernet 1</rasd:ElementName>
        <rasd:InstanceID>5</rasd:InstanceID>
        <rasd:ResourceSubType>E1000</rasd:ResourceSubType>
        <rasd:ResourceType>10</rasd:ResourceType>
      </Item>
      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="$firmware"/>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
END
( cd "$work"
  label=$(tr '[:lower:]' '[:upper:]' <<<"$algorithm")
  "${algorithm}sum" "$name.ovf" "$disk" \
    | sed "s/^\([0-9a-f]*\)  \(.*\)\$/$label(\2)= \1/" >"$name.mf"
  tar --format=ustar --owner=0 --group=0 --mode=0644 -cf out.ova \
    "$name.ovf" "$name.mf" "$disk" )
mv "$work/out.ova" "$2"

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What `info` says for people, and for programs about several sources.
. ./tests/functions.sh
requires python3

has () { grep -qF -- "$1" "$out"; }
field () {
  python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' \
    "$out" "$1"
}
clean () { ! LC_ALL=C.UTF-8 grep -qP '[\x00-\x08\x0b-\x1f\x7f\x{80}-\x{9f}\x{202a}-\x{202e}]' "$1"; }

mkdir "$tmp/vm"
truncate -s 1536 "$tmp/vm/disk1.vmdk"
cat >"$tmp/vm/vm.ovf" <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
  xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References>
    <File ovf:id="file1" ovf:href="disk1.vmdk" ovf:size="1536"/>
  </References>
  <DiskSection>
    <Info>Disks</Info>
    <Disk ovf:diskId="vmdisk1" ovf:fileRef="file1" ovf:capacity="8"
      ovf:capacityAllocationUnits="byte * 2^30"
      ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks</Info>
    <Network ovf:name="lan"><Description>right&#x202e;to&#x9b;left</Description></Network>
  </NetworkSection>
  <VirtualSystem ovf:id="router">
    <Info>A machine</Info>
    <ProductSection>
      <Info>Product</Info>
      <Product>Router</Product><Vendor>Example</Vendor><Version>2</Version>
      <Property ovf:key="host" ovf:type="string" ovf:value="r1" ovf:userConfigurable="true"/>
      <Property ovf:key="secret" ovf:type="string" ovf:value="hunter2" ovf:password="true"/>
    </ProductSection>
    <AnnotationSection>
      <Info>Note</Info>
      <Annotation>first line
second line</Annotation>
    </AnnotationSection>
    <EulaSection>
      <Info>Agreement</Info>
      <License>

Terms of Example
and so on</License>
    </EulaSection>
    <VirtualHardwareSection>
      <Info>Hardware</Info>
      <System><vssd:ElementName>x</vssd:ElementName><vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemType>vmx-10</vssd:VirtualSystemType></System>
      <Item><rasd:ElementName>cpu</rasd:ElementName><rasd:InstanceID>1</rasd:InstanceID>
        <rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>2</rasd:VirtualQuantity></Item>
      <Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:ElementName>mem</rasd:ElementName>
        <rasd:InstanceID>2</rasd:InstanceID><rasd:ResourceType>4</rasd:ResourceType>
        <rasd:VirtualQuantity>4096</rasd:VirtualQuantity></Item>
      <Item><rasd:Address>0</rasd:Address><rasd:ElementName>scsi</rasd:ElementName><rasd:InstanceID>3</rasd:InstanceID>
        <rasd:ResourceSubType>lsilogic</rasd:ResourceSubType><rasd:ResourceType>6</rasd:ResourceType></Item>
      <Item><rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:ElementName>disk</rasd:ElementName>
        <rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource><rasd:InstanceID>4</rasd:InstanceID>
        <rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>
      <Item><rasd:Connection>lan</rasd:Connection><rasd:ElementName>nic</rasd:ElementName><rasd:InstanceID>5</rasd:InstanceID>
        <rasd:ResourceSubType>VmxNet3</rasd:ResourceSubType><rasd:ResourceType>10</rasd:ResourceType></Item>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
XML

expect_exit 0 "info" "$OVFTOOL" info "$tmp/vm"
ok "says what is not checked" has "not checked here: use 'ovftool verify'"
ok "CPUs" grep -qE '^  CPUs +2$' "$out"
ok "memory" grep -qE '^  Memory +4\.0 GiB$' "$out"
ok "the disk" grep -qE '^  vmdisk1 +8\.0 GiB +- +vmdk-stream +disk1\.vmdk$' "$out"
ok "where it is plugged in" grep -qE 'scsi 0:0 +disk vmdisk1 +lsilogic$' "$out"
ok "the network card" grep -qE 'vmxnet3 +lan$' "$out"
ok "the product" grep -qE '^  Product +Router 2, by Example$' "$out"
ok "a property" grep -qE '^    host +string +.*= r1' "$out"
ok "a password is masked" grep -qE '^    secret +string += \*{8}$' "$out"
not_ok "and not shown anywhere" has hunter2
ok "the licence by its first line" grep -qE '^  License +Terms of Example \.\.\.$' "$out"
ok "nothing reaches the terminal unescaped" clean "$out"
ok "what was escaped can be seen" has 'right\u202eto'

expect_exit 0 "info --verbose" "$OVFTOOL" info -v "$tmp/vm"
ok "long texts are whole" has "second line"

expect_exit 0 "info --json" "$OVFTOOL" info --json "$tmp/vm"
is "is the model" "$(field '[m["name"] for m in d["result"]["machines"]]')" \
  "['router']"
is "has the values that are masked for people" \
  "$(field 'd["result"]["machines"][0]["products"][0]["properties"][1]["value"]')" \
  hunter2
ok "is ASCII" bash -c '! LC_ALL=C grep -qP "[^\n -~]" "$1"' - "$out"

expect_exit 0 "several sources" "$OVFTOOL" info --json "$tmp/vm" "$tmp/vm/vm.ovf"
is "make a list" "$(field '[s["kind"] for s in d["result"]["sources"]]')" \
  "['ovf', 'ovf']"
expect_exit 1 "one of several is absent" \
  "$OVFTOOL" info --json "$tmp/vm" "$tmp/no.ova"
is "the others are there, and the error" \
  "$(field '[len(d["result"]["sources"]), d["error"]["code"]]')" "[1, 'io']"
echo '<Envelope' >"$tmp/bad.ovf"
expect_exit 3 "the highest status counts" \
  "$OVFTOOL" info "$tmp/bad.ovf" "$tmp/no.ova" "$tmp/vm"
ok "and every error is said" test "$(grep -c ': error: ' "$err")" -eq 2
ok "and what can be read is shown" has "Machine router"
ok "a message names file and line" grep -qE '(^|/)bad\.ovf:[12]: error: ' "$err"
done_testing

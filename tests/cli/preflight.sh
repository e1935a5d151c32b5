#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Preflight without a host: against saved capabilities, and what can never
# move, from each kind of configuration.  tests/unit/test-preflight.c has the
# checks one by one.
. ./tests/functions.sh
requires python3

truncate -s 1M "$tmp/a.raw"
"$OVFTOOL" build --disk "$tmp/a.raw" --name a -o "$tmp/a.ova" --firmware efi --nic net >"$tap_log" 2>&1 \
  || { tap_show "$tap_log"; exit 99; }
# caps DOMAIN MACHINE FIRMWARES BUSES: what a host says.
caps () {
  value () { local v; for v in $1; do printf '<value>%s</value>' "$v"; done; }
  cat <<END
<domainCapabilities>
  <domain>$1</domain><machine>$2</machine><arch>x86_64</arch><vcpu max='4'/>
  <os supported='yes'><enum name='firmware'>$(value "$3")</enum></os>
  <cpu><mode name='host-model' supported='yes'/><mode name='maximum' supported='yes'/></cpu>
  <devices><disk supported='yes'><enum name='bus'>$(value "$4")</enum></disk></devices>
</domainCapabilities>
END
}
caps kvm pc-i440fx-7.2 "bios efi" "sata scsi virtio ide" >"$tmp/good.xml"
caps qemu pc-q35-7.2 bios virtio >"$tmp/bad.xml"
plan () { # plan EXIT NAME CAPS IMPORT-OPTIONS...
  local exit=$1 name=$2 caps=$3
  shift 3
  expect_exit "$exit" "$name" $VG "$OVFTOOL" import "$tmp/a.ova" --to libvirt -o "$tmp/a" \
    --target-caps "$caps" "$@"
}
rules () { python3 -c 'import json, sys
print (" ".join (sorted ({f["rule"] + ":" + f["severity"] for f in json.load (open (sys.argv[1]))["findings"]
  if f["rule"].startswith ("PREFLIGHT")})))' "$out"; }

plan 0 "a host that would run it" "$tmp/good.xml" --dry-run --json
is "has nothing to say" "$(rules)" ""
plan 3 "a host that would not" "$tmp/bad.xml" --dry-run --json
is "says all of it" "$(rules)" "PREFLIGHT-DISK-BUS:error PREFLIGHT-FIRMWARE:error PREFLIGHT-MACHINE:warning PREFLIGHT-VIRT-TYPE:error"
ok "the plan stands beside it" grep -q '"space"' "$out"
plan 3 "for people" "$tmp/bad.xml" --dry-run
ok "with what can be done" grep -q 'hint: --virt-type qemu' "$err"
plan 3 "it is not made either" "$tmp/bad.xml"
ok "not at all" test ! -e "$tmp/a"
plan 0 "another one is" "$tmp/good.xml"
plan 1 "no such file" "$tmp/none.xml" --dry-run
echo '<domain/>' >"$tmp/none.xml"
plan 3 "what is not capabilities" "$tmp/none.xml" --dry-run
ok "how they are saved" grep -q 'virsh domcapabilities' "$err"
printf '<domainCapabilities>\0</domainCapabilities>' >"$tmp/none.xml"
plan 3 "a NUL in them" "$tmp/none.xml" --dry-run
printf '<!DOCTYPE a [<!ENTITY b SYSTEM "/etc/passwd">]><domainCapabilities><arch>&b;</arch></domainCapabilities>' \
  >"$tmp/none.xml"
plan 3 "entities in them" "$tmp/none.xml" --dry-run
expect_exit 2 "capabilities are of libvirt hosts" "$OVFTOOL" convert "$tmp/a.ova" "$tmp/b" --to qemu \
  --target-caps "$tmp/good.xml" --dry-run
expect_exit 0 "every check is explained" "$OVFTOOL" validate --explain PREFLIGHT-DISK-BUS

# ---- what can never move ---------------------------------------------------------
# stays NAME FILE RULES...: these are found, as warnings.
stays () {
  local name=$1 file=$2 want=
  shift 2
  [ $# -eq 0 ] || want=$(printf 'PREFLIGHT-%s:warning\n' "$@" | sort | xargs)
  expect_exit 0 "$name" "$OVFTOOL" import "$tmp/$file" --to libvirt -o "$tmp/none" --dry-run --json
  is "$name: what stays" "$(rules)" "$want"
}
cat >"$tmp/a.vmx" <<'END'
.encoding = "UTF-8"
config.version = "8"
virtualHW.version = "13"
displayName = "a"
memsize = "256"
pciPassthru0.present = "TRUE"
pciPassthru0.deviceId = "0x10"
pciPassthru0.vgpu = "grid_p40-1q"
ethernet0.present = "TRUE"
ethernet0.virtualDev = "pciPassthru"
usb.autoConnect.device0 = "0x1:0x2"
checkpoint.vmState = "a-12.vmss"
sata0.present = "TRUE"
sata0:0.present = "TRUE"
sata0:0.deviceType = "cdrom-raw"
sata0:0.fileName = "/dev/sr0"
END
cat >"$tmp/a.cfg" <<'END'
name = "a"
memory = 256
type = "hvm"
pci = [ '01:00.0' ]
usbdev = [ 'type=hostdev,hostbus=1,hostaddr=2' ]
vgpu = ['x']
gfx_passthru = 1
vif = [ 'bridge=xenbr0' ]
disk = [ 'phy:/dev/cdrom,hdc:cdrom,r' ]
END
cat >"$tmp/100.conf" <<'END'
name: a
memory: 256
hostpci0: 01:00.0,mdev=nvidia-35
hostpci1: 02:00.0
usb0: host=1234:5678
ide2: cdrom,media=cdrom
vmstate: local:vm-100-state
lock: suspended
net0: virtio=AA:BB:CC:DD:EE:FF,bridge=vmbr0
[snap1]
memory: 256
snaptime: 1
vmstate: local:100/x
END
cat >"$tmp/a.vbox" <<'END'
<?xml version="1.0"?>
<VirtualBox xmlns="http://www.virtualbox.org/" version="1.16-linux">
  <Machine uuid="{11111111-2222-3333-4444-555555555555}" name="a" OSType="Linux_64" stateFile="Snapshots/x.sav" currentSnapshot="{11111111-2222-3333-4444-555555555556}" snapshotFolder="Snapshots" lastStateChange="2020-01-01T00:00:00Z">
    <MediaRegistry><HardDisks/></MediaRegistry>
    <Snapshot uuid="{11111111-2222-3333-4444-555555555556}" name="s1" timeStamp="2020-01-01T00:00:00Z"><Hardware/></Snapshot>
    <Hardware><CPU count="1"/><Memory RAMSize="256"/>
      <HostPci enabled="true"><Devices><Device host="1" guest="2" name="x"/></Devices></HostPci>
      <USB><Controllers><Controller name="OHCI" type="OHCI"/></Controllers><DeviceFilters><DeviceFilter name="f" active="true"/></DeviceFilters></USB>
    <StorageControllers><StorageController name="IDE" type="PIIX4" PortCount="2" useHostIOCache="true" Bootable="true"><AttachedDevice passthrough="true" type="DVD" hotpluggable="false" port="1" device="0"><HostDrive src="/dev/sr0"/></AttachedDevice></StorageController></StorageControllers>
    </Hardware>
  </Machine>
</VirtualBox>
END
cat >"$tmp/a.xml" <<'END'
<domain type='kvm'><name>a</name><memory>262144</memory><vcpu>1</vcpu><os><type>hvm</type></os><devices>
<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev>
<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='11111111-2222-3333-4444-555555555555'/></source></hostdev>
<hostdev mode='subsystem' type='usb'><source><vendor id='1'/><product id='2'/></source></hostdev>
<hostdev mode='subsystem' type='scsi'/>
<interface type='hostdev' managed='yes'><source><address type='pci' domain='0' bus='1' slot='0' function='0'/></source></interface>
<redirdev bus='usb' type='spicevmc'/>
<disk type='block' device='cdrom'><source dev='/dev/sr0'/><target dev='hdc' bus='ide'/></disk>
</devices></domain>
END
stays "VMware" a.vmx HOST-MEDIA PASSTHROUGH SRIOV SUSPENDED VGPU VUSB
stays "Xen" a.cfg HOST-MEDIA PASSTHROUGH VGPU VUSB
stays "Proxmox" 100.conf HOST-MEDIA PASSTHROUGH SNAPSHOTS SUSPENDED VGPU VUSB
stays "VirtualBox" a.vbox HOST-MEDIA PASSTHROUGH SNAPSHOTS SUSPENDED VUSB
stays "libvirt" a.xml HOST-MEDIA PASSTHROUGH SRIOV VGPU VUSB
stays "a package" a.ova
done_testing

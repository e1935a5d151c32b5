#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# VMX files as sources and targets of commands: disks travel, nothing outside
# the folder is opened, networks and loss are as the command line says.
. ./tests/functions.sh

cd "$tmp" || exit 99
head -c 300000 /dev/urandom >disk.raw
truncate -s 1M disk.raw
"$OVFTOOL" build --disk disk.raw --name box --nic LAN -o box.ova >log 2>&1 \
  || { tap_show log; exit 99; }

# ---- there and back ---------------------------------------------------------
expect_exit 0 "import to VMX" $VG "$OVFTOOL" import box.ova --to vmx -o d
ok "the command that starts it" grep -q 'vmrun start .*/d/box.vmx' "$out"
ok "the disk is named beside the file" grep -q '^scsi0:0.fileName = "box-disk1.vmdk"$' d/box.vmx
ok "the default network" grep -q '^ethernet0.connectionType = "nat"$' d/box.vmx
expect_exit 0 "info" $VG "$OVFTOOL" info d/box.vmx
expect_exit 0 "export again" $VG "$OVFTOOL" export d/box.vmx -o again.ova
expect_exit 0 "the disk of it" "$OVFTOOL" convert again.ova again.raw
ok "the same bytes" cmp disk.raw again.raw
expect_exit 0 "to a file of its own name" $VG "$OVFTOOL" convert d/box.vmx e.vmx
ok "with its disk" test -e e-disk1.vmdk

# ---- networks ----------------------------------------------------------------
try_net () { # DEST LINE...
  local dest=$1 line
  shift
  rm -rf n
  expect_exit 0 "--net $dest" "$OVFTOOL" import box.ova --to vmx -o n --net "*=$dest"
  for line; do
    ok "--net $dest: $line" grep -qxF "$line" n/box.vmx
  done
}
try_net bridge:Lab 'ethernet0.connectionType = "bridged"' 'ethernet0.networkName = "Lab"'
try_net Lab 'ethernet0.connectionType = "bridged"'
try_net bridge:VMnet3 'ethernet0.connectionType = "custom"' 'ethernet0.vnet = "VMnet3"'
try_net hostonly 'ethernet0.connectionType = "hostonly"'
try_net none 'ethernet0.connectionType = "none"' 'ethernet0.startConnected = "FALSE"'
expect_exit 2 "a network VMware does not have" "$OVFTOOL" import box.ova --to vmx -o n2 --net '*=user'

# ---- what VMware cannot have ----------------------------------------------------
expect_exit 0 "disks of another format" "$OVFTOOL" import box.ova --to vmx -o q --disk-format qcow2
ok "are a warning" grep -q 'VMX-DISK' "$err"

# ---- files outside ---------------------------------------------------------------
mkdir vm out
cp d/box-disk1.vmdk out/out.vmdk
vmx () { # FILE-NAME
  sed "s|box-disk1.vmdk|$1|" d/box.vmx >vm/vm.vmx
}
refused () { # EXIT NAME
  expect_exit "$1" "$2: refused" $VG "$OVFTOOL" export vm/vm.vmx -o x.ova
  not_ok "$2: no package" test -e x.ova
}
vmx ../out/out.vmdk; refused 3 "a folder up"
vmx "$tmp/out/out.vmdk"; refused 3 "an absolute path"
ok "the hint is the option" grep -q -e "--allow '$tmp/out'" "$err"
expect_exit 0 "with --allow" $VG "$OVFTOOL" export vm/vm.vmx -o x.ova --allow "$tmp/out"
rm -f x.ova
vmx '[datastore1] box/box.vmdk'
refused 1 "a datastore"
expect_exit 0 "with --disk-map" $VG "$OVFTOOL" export vm/vm.vmx -o x.ova \
  --disk-map '[datastore1] box/box.vmdk=out/out.vmdk'
rm -f x.ova
ln -s ../out/out.vmdk vm/link.vmdk
vmx link.vmdk; refused 3 "a link"
mkfifo vm/pipe.vmdk
vmx pipe.vmdk; refused 3 "a FIFO"
vmx /dev/null; refused 3 "a device"
rm -f vm/*.vmdk

# ---- which kind --------------------------------------------------------------------
kind () { # WANT NAME: standard input is the file
  cat >kind.txt
  "$OVFTOOL" info --json kind.txt >"$out" 2>"$err"
  is "$2" "$(python3 -c 'import json, sys
d = json.load(sys.stdin)
print(d["result"]["kind"] if "result" in d else d["error"]["code"])' <"$out")" "$1"
}
if command -v python3 >/dev/null; then
  kind vmx "by its content" <d/box.vmx
  kind vmx "with line ends of DOS" < <(printf 'config.version = "8"\r\ndisplayName = "x"\r\n')
  kind format "one key is a guess" < <(printf 'displayName = "x"\n')
else
  skip "by content" "no python3"
fi
done_testing

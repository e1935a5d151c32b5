#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Live hosts, with the host that libvirt pretends to have for tests: what it
# holds stands in a file, its volumes exist by name only, and it takes no
# bytes.  tests/shared/live.sh has the rest.
. ./tests/functions.sh
requires python3

host=$tmp/node.xml uri=test://$tmp/node.xml
mkdir "$tmp/images"
head -c 100000 /dev/urandom >"$tmp/images/web.raw"
truncate -s 1M "$tmp/images/web.raw"

# guest NAME N STATE DEVICES [MORE]: a domain; state 1 is running, 5 shut off.
guest () {
  cat <<END
<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
  <name>$1</name><uuid>11111111-2222-3333-4444-55555555555$2</uuid>
  <memory unit='KiB'>2048</memory><vcpu>1</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>$4</devices>
  <test:runstate>$3</test:runstate>${5:-}
</domain>
END
}
{
  echo "<node><memory>4194304</memory>"
  guest web1 1 5 "<disk type='file' device='disk'><driver name='qemu' type='raw'/>
    <source file='$tmp/images/web.raw'/><target dev='sda' bus='sata'/></disk>
    <interface type='network'><mac address='52:54:00:01:02:03'/>
    <source network='default'/><model type='e1000'/></interface>"
  guest bare 2 5 ""
  guest busy 3 1 ""
  guest slept 4 5 "" "<test:hasmanagedsave/>"
  cat <<END
<network><name>default</name><uuid>00000000-0000-0000-0000-0000000000aa</uuid>
  <forward/><bridge name='virbr0'/><ip address='192.0.2.1' netmask='255.255.255.0'/></network>
<pool type='dir'><name>default</name><uuid>00000000-0000-0000-0000-0000000000ab</uuid>
  <target><path>/no/such/pool</path></target></pool>
<pool type='logical'><name>vg</name><uuid>00000000-0000-0000-0000-0000000000ac</uuid>
  <source><device path='/dev/sdz'/><name>vg</name></source>
  <target><path>/dev/vg</path></target></pool>
</node>
END
} >"$host"

tap_status "$OVFTOOL" info "libvirt:$uri#web1"
grep -q 'is without libvirt' "$err" && skip_all "a build without libvirt"
json () { python3 -c 'import json, sys
r = json.load (open (sys.argv[1])); print (eval (sys.argv[2]))' "$out" "$1"; }

# ---- a guest as a source -----------------------------------------------------
expect_exit 0 "info" $VG "$OVFTOOL" info --json "libvirt:$uri#web1"
is "its name" "$(json 'r["result"]["machines"][0]["name"]')" web1
is "its kind" "$(json 'r["result"]["kind"]')" libvirt
expect_exit 0 "by UUID" "$OVFTOOL" info "libvirt:$uri#11111111-2222-3333-4444-555555555552"
ok "that one" grep -q 'Machine bare' "$out"
expect_exit 0 "info of one that runs" "$OVFTOOL" info "libvirt:$uri#busy"
ok "says so" grep -q PREFLIGHT-RUNNING "$err"
expect_exit 0 "the host of every build" "$OVFTOOL" info libvirt:test:///default#test
expect_exit 0 "validate" "$OVFTOOL" validate "libvirt:$uri#web1"
expect_exit 2 "without a name" "$OVFTOOL" info "libvirt:$uri"
ok "names those that there are" grep -q 'has: .*web1' "$err"
expect_exit 1 "a name that is not there" "$OVFTOOL" info "libvirt:$uri#nobody"
ok "names those as well" grep -q 'has: .*web1' "$err"
expect_exit 1 "no host" "$OVFTOOL" info "libvirt:nonsense:///x#y"
is "libvirt itself says nothing" "$(grep -c 'libvirt: ' "$err")" 0
expect_exit 1 "one that runs is not exported" "$OVFTOOL" export "libvirt:$uri#busy" -o "$tmp/busy.ova"
ok "for this reason" grep -q 'is running: its disks change' "$err"
ok "and nothing is left" test ! -e "$tmp/busy.ova"
expect_exit 1 "nor one that is suspended" "$OVFTOOL" export "libvirt:$uri#slept" -o "$tmp/busy.ova"
ok "for this one" grep -q 'is suspended' "$err"

# A host that takes the connection and says nothing.
python3 -c 'import socket, time
s = socket.create_server (("127.0.0.1", 0))
print (s.getsockname ()[1], flush=True)
time.sleep (60)' >"$tmp/port" &
mute=$!
cleanup_fn kill "$mute"
until [ -s "$tmp/port" ]; do sleep 0.05; done
"$OVFTOOL" info "libvirt:qemu+tcp://127.0.0.1:$(cat "$tmp/port")/system#x" >"$out" 2>"$err" &
job=$!
sleep 0.5
kill -TERM "$job"
status=0
wait "$job" 2>/dev/null || status=$?
is "SIGTERM ends the waiting" "$status" 143
expect_exit 1 "it is not waited for without end" "$OVFTOOL" info --limit=helper-silence=1 \
  "libvirt:qemu+tcp://127.0.0.1:$(cat "$tmp/port")/system#x"

expect_exit 3 "a path that is no volume" "$OVFTOOL" export "libvirt:$uri#web1" -o "$tmp/web.ova"
ok "how it may be read" grep -qF -e "--allow $tmp/images" "$err"
expect_exit 0 "exported" $VG "$OVFTOOL" export "libvirt:$uri#web1" -o "$tmp/web.ova" \
  --allow "$tmp/images"
expect_exit 0 "verified" "$OVFTOOL" verify "$tmp/web.ova"
expect_exit 0 "the same disk" "$OVFTOOL" convert "$tmp/web.ova" "$tmp/web.raw" --to disk
ok "the same bytes" cmp "$tmp/web.raw" "$tmp/images/web.raw"
expect_exit 0 "without disks" "$OVFTOOL" export "libvirt:$uri#bare" -o "$tmp/bare.ova"
expect_exit 0 "no difference" "$OVFTOOL" diff "libvirt:$uri#bare" "libvirt:$uri#bare"
expect_exit 0 "to a file" "$OVFTOOL" convert "libvirt:$uri#bare" "$tmp/bare.xml"
expect_exit 0 "another name for a disk" "$OVFTOOL" export "libvirt:$uri#web1" -o "$tmp/map.ova" \
  --disk-map "$tmp/images/web.raw=$tmp/web.raw"

# ---- a host as the target ----------------------------------------------------
live () { # live EXIT NAME IMPORT-ARGUMENTS...
  local exit=$1 name=$2
  shift 2
  expect_exit "$exit" "$name" $VG "$OVFTOOL" import "$@" --connect "$uri"
}
live 0 "defined" "$tmp/bare.ova" --name new --uuid new --json
is "as what can be read again" "$(json 'r["result"]["target"]')" "libvirt:$uri#new"
is "how it starts" "$(json 'r["result"]["start"]')" "['virsh -c $uri start new']"
live 0 "defined and started" "$tmp/bare.ova" --name new --uuid new --start --json
is "nothing is left to do" "$(json 'r["result"]["start"]')" "[]"
live 0 "--to libvirt" "$tmp/bare.ova" --to libvirt --name new --uuid new
live 1 "the name is taken" "$tmp/bare.ova" --uuid new
ok "said so" grep -q "the domain 'bare' exists already" "$err"
live 0 "-f replaces it" "$tmp/bare.ova" -f
live 3 "the UUID is taken" "$tmp/bare.ova" --name new
ok "said so too" grep -q PREFLIGHT-UUID "$err"
live 1 "-f does not end a guest" "$tmp/bare.ova" --name busy -f
ok "it says what runs" grep -q "'busy' is running: it is not replaced" "$err"
live 1 "no such pool" "$tmp/web.ova" --name new --pool nonsense
ok "the pools that there are" grep -q 'has: .*default' "$err"
live 1 "this host takes no bytes" "$tmp/web.ova" --name new --uuid new --mac new
ok "in libvirt's words" grep -q 'not supported by the connection driver' "$err"
is "what was made is taken back" "$(grep -c IMPORT-LEFTOVER "$err")" 0

# ---- the plan ------------------------------------------------------------------
live 3 "a plan of a guest that is there" "$tmp/web.ova" --dry-run --json
is "every reason" "$(json '[f["rule"] for f in r["findings"] if f["severity"] == "error"]')" \
  "['PREFLIGHT-NAME', 'PREFLIGHT-UUID']"
is "the address is no error" \
  "$(json '[f["severity"] for f in r["findings"] if f["rule"] == "PREFLIGHT-MAC"]')" "['warning']"
live 0 "a plan that works" "$tmp/web.ova" --name new --uuid new --mac new --dry-run --json
is "the volume" "$(json 'r["result"]["files"][0]["path"]')" /no/such/pool/new-disk1.qcow2
is "the space" "$(json 'sorted (r["result"]["space"])')" "['target', 'temporary']"
live 0 "a pool of block devices" "$tmp/web.ova" --name new --uuid new --pool vg --dry-run --json
is "holds raw volumes" "$(json 'r["result"]["files"][0]["path"]')" /dev/vg/new-disk1.raw
is "of the whole size" "$(json 'r["result"]["space"]["target"]')" 1048576
live 2 "and no others" "$tmp/web.ova" --name new --pool vg --disk-format qcow2 --dry-run
live 2 "volumes are raw or qcow2" "$tmp/web.ova" --name new --disk-format vmdk --dry-run
live 3 "a network that is not there" "$tmp/web.ova" --name new --uuid new --dry-run \
  --net '*=network:nowhere'
ok "is named" grep -q "no network 'nowhere'.*PREFLIGHT-NETWORK" "$err"
cat >"$tmp/asks.yaml" <<END
system: { name: asks, type: vmx-13, os_vmw: otherLinux64Guest }
hardware: { cpus: 1, memory: 1 }
environment: { properties: { hostname: { type: string, value: a } } }
END
expect_exit 0 "properties" "$OVFTOOL" build "$tmp/asks.yaml" -o "$tmp/asks.ova"
live 5 "strict, and a domain has no properties" "$tmp/asks.ova" --dry-run --strict
live 5 "strict defines nothing" "$tmp/asks.ova" --strict
live 0 "else that is told" "$tmp/asks.ova"

# ---- usage -------------------------------------------------------------------------
live 2 "another hypervisor" "$tmp/bare.ova" --to ovf
live 2 "a folder" "$tmp/bare.ova" -o "$tmp/folder"
expect_exit 2 "--pool alone" "$OVFTOOL" import "$tmp/bare.ova" --to libvirt --pool default
expect_exit 2 "--start alone" "$OVFTOOL" import "$tmp/bare.ova" --to libvirt --start
expect_exit 1 "no host to connect to" "$OVFTOOL" import "$tmp/bare.ova" --connect nonsense:///
done_testing

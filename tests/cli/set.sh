#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# set: every key, read back by another parser; what is not named stays.
. ./tests/functions.sh
requires tar python3

has () { grep -qF -- "$1" "$err"; }
model () { # JSON-EXPRESSION of machines[0] as m, and the result as r
  "$OVFTOOL" info --json "$1" 2>/dev/null | python3 -c \
    'import json,sys; r=json.load(sys.stdin)["result"]; m=r["machines"][0]; print(eval(sys.argv[1]))' "$2"
}
# The same document, whatever white space and quotes its tags were written with.
canonical () {
  python3 -c 'import sys; from xml.etree import ElementTree as e
print(e.canonicalize(sys.stdin.buffer.read().decode(), with_comments=True))'
}
ovf () { tar xOf "$1" --wildcards '*.ovf'; }

cd "$tmp" || exit 99
mkdir d
cp "$srcdir/samples/two-disks.ovf" d/
head -c 70000 /dev/urandom >d/two-disks-disk1.vmdk
echo iso >d/two-disks-file1.iso
"$OVFTOOL" pack d -o orig.ova >/dev/null || exit 99
fresh () { cp orig.ova a.ova; }
set_ok () { # NAME, then arguments
  local name=$1
  shift
  fresh
  expect_exit 0 "$name" "$OVFTOOL" set a.ova "$@"
}

# ---- the machine
set_ok "name, cpus, memory" 'name=web <1> & "two"' cpus=6 memory=6G
is "the name" "$(model a.ova 'm["name"]')" 'web <1> & "two"'
is "cpus and memory" "$(model a.ova 'm["cpus"],m["memory"]')" "(6, 6442450944)"
ok "verify is content" "$OVFTOOL" verify a.ova
is "the words follow the numbers" "$(ovf a.ova | grep -c '6 CPUs\|6144 MiB of')" 2
is "five lines changed, and no other" \
   "$(diff <(ovf orig.ova | canonical) <(ovf a.ova | canonical) | grep -c '^>')" 5
set_ok "a number of CPUs that the cores do not divide" cpus=3
ok "is said" has 'SET-CORES'
is "and mended" "$(model a.ova 'm["cpus"],m["cores_per_socket"]')" "(3, 1)"
set_ok "an operating system" os=windows2019srv_64Guest
is "is in the descriptor" "$(model a.ova 'm["os"]["vmware"]')" \
   "windows2019srv_64Guest"
set_ok "product, annotation, licence" product.vendor=V product.product=P \
  product.full_version=1.2.3 'annotation=a
b' 'eula=accept <this>'
is "they are read back" "$(model a.ova \
  'm["products"][0]["vendor"],m["products"][0]["full_version"],m["annotation"],m["eulas"]')" \
  "('V', '1.2.3', 'a\\nb', ['accept <this>'])"
is "Product stands before Vendor, as the schema wants it" \
   "$(ovf a.ova | grep -n '<Product>\|<Vendor>' | sort -n | grep -o 'Product\|Vendor' | uniq | tr '\n' ' ')" \
   "Product Vendor "
printf 'from a file\n' >licence
set_ok "a licence from a file" eula=@licence
is "is its text" "$(model a.ova 'm["eulas"]')" "['from a file']"

# ---- networks and NICs
fresh
expect_exit 2 "the value begins at the last =" \
  "$OVFTOOL" set a.ova 'net.VM Network=lan=1'
ok "so that this network is not there" has "'VM Network=lan'"
set_ok "rename a network" 'net.VM Network=lan'
is "the NIC follows" "$(model a.ova 'm["nics"][0]["network"],[n["name"] for n in r["networks"]]')" \
   "('lan', ['lan'])"
set_ok "a NIC" nic.0.network=dmz nic.0.model=e1000e nic.0.mac=02-AB-00-00-00-01
is "is another" "$(model a.ova 'm["nics"][0]["network"],m["nics"][0]["model"],m["nics"][0]["mac"]')" \
   "('dmz', 'e1000e', '02:ab:00:00:00:01')"
is "its network is declared" \
   "$(model a.ova '[n["name"] for n in r["networks"]]')" "['VM Network', 'dmz']"

# ---- disks
drives='[(d["bus"],d["controller"],d["unit"]) for d in m["drives"] if d["kind"]=="disk"]'
is "disks before" "$(model orig.ova "$drives")" "[('scsi', 0, 0), ('scsi', 0, 1)]"
set_ok "another unit" disk.1.unit=9
is "is taken" "$(model a.ova "$drives")" "[('scsi', 0, 0), ('scsi', 0, 9)]"
set_ok "another bus" disk.0.bus=sata
is "the CD drive has unit 0" "$(model a.ova "$drives")" "[('sata', 0, 1), ('scsi', 0, 1)]"
set_ok "a bus that is not there" disk.1.bus=nvme
is "gets a controller" "$(model a.ova "$drives")" "[('scsi', 0, 0), ('nvme', 0, 1)]"
ok "verify is content" "$OVFTOOL" verify a.ova

# ---- removal
set_ok "remove the CD drive" --remove cdrom
is "its image leaves the package" "$(tar tf a.ova | tr '\n' ' ')" \
   "two-disks.ovf two-disks.mf two-disks-disk1.vmdk "
is "and References" "$(model a.ova '[f["href"] for f in r["files"]]')" \
   "['two-disks-disk1.vmdk']"
ok "verify is content" "$OVFTOOL" verify a.ova
set_ok "remove both disks by their numbers" --remove disk.0 --remove disk.1
is "are gone" "$(model a.ova 'len(r["disks"]),len(m["drives"]),len(r["files"])')" \
   "(0, 1, 1)"
set_ok "remove a NIC" --remove nic.0
is "is gone" "$(model a.ova 'm["nics"]')" "[]"
set_ok "what is not there" --remove sound
ok "is said" has 'no sound'

# ---- mistakes change nothing
bad () {
  local name=$1
  shift
  fresh
  expect_exit 2 "$name" "$OVFTOOL" set a.ova "$@"
  cmp -s a.ova orig.ova || fail "$name: the package is as it was"
}
bad "no key"
bad "no value" name
bad "an unknown key" colour=red
bad "no number" cpus=many
bad "no CPU" cpus=0
bad "no size" memory=much
bad "half a MiB" memory=512K
bad "an unknown system" os=no-such-system
bad "an empty name" name=
bad "an unknown word of the product" product.price=1
bad "a NIC too many" nic.1.mac=02:00:00:00:00:01
bad "no MAC" nic.0.mac=hello
bad "no NIC model" nic.0.model=carrier-pigeon
bad "a unit that is taken" disk.1.unit=0
bad "the controller's own unit" disk.1.unit=7
bad "a bus without disks" disk.0.bus=usb
bad "a controller that is not there" disk.0.controller=3
bad "a disk too many" --remove disk.2
bad "a device of no kind" --remove steering-wheel
bad "a property that is not there" prop.x=1
bad "one good, one bad" name=x cpus=0
expect_exit 1 "a licence that is not there" "$OVFTOOL" set a.ova eula=@absent
expect_exit 2 "the source as target" "$OVFTOOL" set a.ova name=x -o a.ova

# ---- properties
mkdir p
cp "$srcdir/samples/properties.ovf" p/
sed -n 's/.*ovf:href="\([^"]*\)".*/\1/p' p/properties.ovf \
  | while read -r f; do echo disk >"p/$f"; done
"$OVFTOOL" pack p -f -o orig.ova >/dev/null || exit 99
props='{p["full_key"]:p["value"] for q in m["products"] for p in q["properties"]}'
set_ok "a property by its full key" prop.org.example.router.hostname=edge1
is "has the value" "$(model a.ova "$props[\"org.example.router.hostname\"]")" "edge1"
set_ok "a property by its key alone" prop.mode=bridge
is "has the value" "$(model a.ova "$props[\"org.example.router.mode\"]")" "bridge"
bad "a value that the qualifiers exclude" prop.mode=magic
bad "a value that is too long" \
  "prop.hostname=$(printf 'x%.0s' {1..64})"
bad "an empty value below MinLen" prop.hostname=
set_ok "remove a property" --remove prop.mode
is "is gone" "$(model a.ova "'org.example.router.mode' in $props")" False

# ---- several machines
mkdir v
cp "$srcdir/samples/vapp.ovf" v/
sed -n 's/.*ovf:href="\([^"]*\)".*/\1/p' v/vapp.ovf \
  | while read -r f; do echo disk >"v/$f"; done
"$OVFTOOL" pack v -f -o orig.ova >/dev/null || exit 99
bad "which machine?" cpus=2
ok "the hint says how" has 'machine'
id=$(model orig.ova 'r["machines"][1]["id"]')
set_ok "the second" --machine "$id" cpus=7
is "is changed" "$(model a.ova '[x["cpus"] for x in r["machines"]][1]')" 7
bad "a machine that is not there" --machine nobody cpus=2
done_testing

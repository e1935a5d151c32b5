#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# disk info and disk check: one image or several, for people and as JSON.
. ./tests/functions.sh
requires python3
cd "$tmp" || exit 99

head -c 3000000 /dev/zero | tr '\0' 'x' >a.raw
"$OVFTOOL" disk convert a.raw a.vmdk && "$OVFTOOL" disk convert a.raw a.qcow2 || exit 99
printf '%s\n' '# Disk DescriptorFile' 'CID=1' 'parentCID=ffffffff' \
  'createType="monolithicFlat"' 'RW 1024 FLAT "/etc/passwd" 0' >flat.vmdk

# field FILE EXPRESSION: of the first image in the JSON of $out.
field () {
  python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
i = d["result"]["images"][0]
print(eval(sys.argv[2], {"i": i, "d": d}))' "$out" "$1"
}

expect_exit 0 "a stream" $VG "$OVFTOOL" disk info a.vmdk
ok "its format" grep -q 'vmdk-stream' "$out"
expect_exit 0 "JSON" $VG "$OVFTOOL" disk info --json a.vmdk
is "format" "$(field 'i["format"]')" vmdk-stream
is "virtual size: whole sectors" "$(field 'i["virtual_size"]')" 3000320
is "allocated" "$(field 'i["allocated"]')" 3000320
is "block size" "$(field 'i["block_size"]')" 65536
is "compressed" "$(field 'i["compressed"]')" True
is "file size" "$(field 'i["file_size"]')" "$(stat -c %s a.vmdk)"
is "references" "$(field 'i["references"]')" '[]'
is "safe" "$(field 'i["safe"]')" True

expect_exit 0 "an image that names other files" $VG "$OVFTOOL" disk info --json flat.vmdk
is "is not safe" "$(field 'i["safe"]')" False
is "says which" "$(field 'i["references"]')" "['/etc/passwd']"
is "with a finding" "$(field 'd["findings"][0]["rule"]')" DISK-REFERENCE
expect_exit 3 "and check refuses it" $VG "$OVFTOOL" disk check flat.vmdk

expect_exit 0 "several files" $VG "$OVFTOOL" disk info --json a.raw a.vmdk a.qcow2
is "in their order" "$(field '[x["format"] for x in d["result"]["images"]]')" \
  "['raw', 'vmdk-stream', 'qcow2']"
expect_exit 0 "check" $VG "$OVFTOOL" disk check --json a.raw a.vmdk a.qcow2
is "no errors" "$(field '[x["errors"] for x in d["result"]["images"]]')" '[0, 0, 0]'

# Three bytes of a grain.
cp a.vmdk bad.vmdk
printf '\377\377\377' | dd of=bad.vmdk bs=1 seek=65600 conv=notrunc status=none
expect_exit 0 "info does not read grains" $VG "$OVFTOOL" disk info bad.vmdk
expect_exit 3 "check does" $VG "$OVFTOOL" disk check bad.vmdk
ok "and names the rule" grep -q 'error: .*\[DISK-GRAIN\]$' "$err"
expect_exit 3 "also in JSON" $VG "$OVFTOOL" disk check --json bad.vmdk
is "errors are counted" "$(field 'i["errors"]')" 1
is "not safe" "$(field 'i["safe"]')" False
head -c 700 a.vmdk >cut.vmdk
expect_exit 3 "a file that is cut off" $VG "$OVFTOOL" disk info cut.vmdk
expect_exit 3 "the worst of several counts" $VG "$OVFTOOL" disk info a.raw cut.vmdk
cp a.raw unknown
expect_exit 2 "bytes of no known kind" $VG "$OVFTOOL" disk info unknown
expect_exit 1 "a file that is not there" $VG "$OVFTOOL" disk info none.vmdk
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Mistakes in a build file: one error with the line, exit 3, no target.
. ./tests/functions.sh

mkdir "$tmp/in"
truncate -s 1M "$tmp/disk.img" "$tmp/in/disk.img"
echo license >"$tmp/outside.txt"

# wrong LINE TEXT NAME [EXIT]: standard input is the build file; line 0: none.
wrong () {
  cat >"$tmp/in/x.yaml"
  expect_exit "${4:-3}" "$3" "$OVFTOOL" build "$tmp/in/x.yaml" -o "$tmp/in/x.ova"
  if [ "$1" -gt 0 ]; then
    ok "$3: the line" grep -qF "x.yaml:$1: error: " "$err"
  fi
  ok "$3: the sentence" grep -qF -- "$2" "$err"
  not_ok "$3: no target" test -e "$tmp/in/x.ova"
}

disk='d: { type: hard_disk, disk_image: disk.img }'

wrong 2 "unknown key 'firmwar' in 'system'" "a misspelt key" <<E
system:
  firmwar: efi
hardware:
  $disk
E
wrong 3 "unknown key 'hardwear'" "a misspelt section" <<E
system:
  name: x
hardwear:
  $disk
E
wrong 4 "'d' has no known 'type'" "an unknown type" <<E
system: { name: x }
hardware:
  cpus: 1
  d: { type: harddisk, disk_image: disk.img }
E
wrong 2 "unknown key 'mac' in 'd'" "a key of another type" <<E
hardware:
  d: { type: hard_disk, disk_image: disk.img, mac: 00:50:56:00:00:01 }
E
wrong 3 "the key 'cpus' is here twice" "a double key" <<E
hardware:
  cpus: 1
  cpus: 2
  $disk
E
wrong 3 "there is no network 'lan'" "an unknown network" <<E
hardware:
  $disk
  n: { type: ethernet, network: lan }
E
wrong 2 "the parent 'scsi' is no controller" "an unknown parent" <<E
hardware:
  d: { type: hard_disk, parent: scsi, disk_image: disk.img }
E
wrong 2 "one of 'disk_image', 'raw_image' and 'disk_capacity'" "a disk of nothing" <<E
hardware:
  d: { type: hard_disk }
E
wrong 2 "is too small" "a capacity without units" <<E
hardware:
  d: { type: hard_disk, disk_capacity: 20 }
E
wrong 4 "the place 0 is taken" "two disks in one place" <<E
hardware:
  s: { type: scsi_controller }
  d: { type: hard_disk, parent: s, unit: 0, disk_image: disk.img }
  e: { type: hard_disk, parent: s, unit: 0, disk_capacity: 1G }
E
wrong 3 "there is no configuration 'big'" "an unknown configuration" <<E
hardware:
  $disk
  cpus2: { type: cpus, number: 2, configuration: big }
E
wrong 5 "there is no category 'net'" "an unknown category" <<E
hardware: { $disk }
environment:
  properties:
    hostname:
      { value: x, category: net }
E
wrong 1 "secure boot needs 'firmware: efi'" "secure boot without EFI" <<E
system: { secure_boot: true }
hardware: { $disk }
E
wrong 1 "memory is a number of MiB" "memory of words" <<E
hardware: { memory: much, $disk }
E
wrong 2 "no value is given for the parameter 'version'" "a parameter without value" <<E
hardware: { $disk }
product: { version: !param version }
E
wrong 1 "the tag '!include' is not known" "an unknown tag" <<E
system: !include other.yaml
hardware: { $disk }
E
wrong 1 "anchors and aliases ('a') are not supported" "an alias" <<E
system: &a { name: x }
hardware: { $disk }
E
wrong 3 "did not find expected" "broken YAML" <<E
system: { name: x }
hardware:
  - ]
E
wrong 0 "the build file is empty" "nothing" <<E
# a comment
E
wrong 1 "has no 'hardware'" "no hardware" <<E
system: { name: x }
E
wrong 2 "either 'text' or 'file'" "a license twice" <<E
hardware: { $disk }
eula: { text: x, file: y }
E
wrong 2 "lies outside the folder" "a text elsewhere" <<E
hardware: { $disk }
eula: { file: ../outside.txt }
E
ok "the hint says how" grep -q "hint: .*--allow" "$err"
ln -s ../outside.txt "$tmp/in/link.txt"
wrong 2 "link.txt" "a link to a text elsewhere" <<E
hardware: { $disk }
eula: { file: link.txt }
E
wrong 2 "no.txt" "an absent text" 1 <<E
hardware: { $disk }
eula: { file: no.txt }
E
wrong 0 "no.img" "an absent disk" 1 <<E
hardware: { d: { type: hard_disk, disk_image: no.img } }
E

# A small file that stands for a huge one.
{
  echo 'a: &a [x, x, x, x, x, x, x, x, x, x]'
  for c in b c d e f g h; do
    echo "$c: &$c [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]"
  done
} >"$tmp/in/bomb.yaml"
expect_exit 3 "a bomb of aliases" "$OVFTOOL" build "$tmp/in/bomb.yaml" -o "$tmp/in/x.ova"
printf 'hardware: %s' "$(printf '[%.0s' {1..200})" >"$tmp/in/deep.yaml"
expect_exit 3 "too deep" "$OVFTOOL" build "$tmp/in/deep.yaml" -o "$tmp/in/x.ova"
ok "the limit is named" grep -q -- '--limit depth=' "$err"
{ echo 'hardware:'; printf '  d%d:\n' {1..120000}; } >"$tmp/in/long.yaml"
expect_exit 3 "too many values" "$OVFTOOL" build "$tmp/in/long.yaml" -o "$tmp/in/x.ova"
ok "the limit is named" grep -q -- '--limit elements=' "$err"
printf 'hardware:\n  \001: 1\n' >"$tmp/in/control.yaml"
expect_exit 3 "control characters" "$OVFTOOL" build "$tmp/in/control.yaml" -o "$tmp/in/x.ova"
printf 'hardware:\n  x\0: 1\n' >"$tmp/in/nul.yaml"
expect_exit 3 "a NUL" "$OVFTOOL" build "$tmp/in/nul.yaml" -o "$tmp/in/x.ova"

echo "hardware: { $disk }" >"$tmp/in/good.yaml"
expect_exit 2 "a file and disks" "$OVFTOOL" build "$tmp/in/good.yaml" --disk "$tmp/disk.img" \
  -o "$tmp/in/x.ova"
expect_exit 2 "a file and --cpus" "$OVFTOOL" build "$tmp/in/good.yaml" --cpus 2 \
  -o "$tmp/in/x.ova"
expect_exit 2 "--param without '='" "$OVFTOOL" build "$tmp/in/good.yaml" --param x \
  -o "$tmp/in/x.ova"
expect_exit 1 "an absent file" "$OVFTOOL" build "$tmp/in/no.yaml" -o "$tmp/in/x.ova"
expect_exit 0 "the good one" "$OVFTOOL" build "$tmp/in/good.yaml" -o "$tmp/in/x.ova"
printf 'hardware: { %s }\neula: { file: ../outside.txt }\n' "$disk" >"$tmp/in/allow.yaml"
expect_exit 0 "--allow" "$OVFTOOL" build "$tmp/in/allow.yaml" --allow "$tmp" -o "$tmp/in/y.ova"
done_testing

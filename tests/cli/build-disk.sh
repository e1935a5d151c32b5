#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# build from disks and options: what a pipeline that makes images calls.
. ./tests/functions.sh
requires tar

json () { python3 -c "import json,sys; r=json.load(open('$out'))['result']; print($1)"; }
describe () { expect_exit 0 "info of $1" "$OVFTOOL" info --json "$tmp/$1"; }

# A disk of an odd size with something in it.
truncate -s 5M "$tmp/a.raw"
printf 'boot sector' | dd of="$tmp/a.raw" conv=notrunc status=none
printf 'the end' | dd of="$tmp/a.raw" conv=notrunc bs=1 seek=4000000 status=none
truncate -s 1049088 "$tmp/b.img"

expect_exit 0 "one disk, defaults" "$OVFTOOL" build --disk "$tmp/a.raw" -o "$tmp/plain.ova"
expect_exit 0 "it verifies" "$OVFTOOL" verify "$tmp/plain.ova"
is "the descriptor comes first" "$(tar tf "$tmp/plain.ova" | tr '\n' ' ')" \
  "plain.ovf plain.mf plain-disk1.vmdk "
expect_exit 0 "the disk comes out again" "$OVFTOOL" convert "$tmp/plain.ova" \
  "$tmp/back.raw" --to disk --disk-format raw
ok "with the same bytes" cmp "$tmp/a.raw" "$tmp/back.raw"

if command -v python3 >/dev/null; then
  describe plain.ova
  is "1 CPU, 1 GiB, vmx-13, BIOS" \
    "$(json '[r["machines"][0][k] for k in ("cpus","memory","hardware","firmware","nics")]')" \
    "[1, 1073741824, ['vmx-13'], 'bios', []]"
  is "LSI Logic" "$(json 'r["machines"][0]["controllers"][0]["model"]')" lsilogic
  expect_exit 0 "everything" "$OVFTOOL" build --disk "$tmp/a.raw" --disk "$tmp/b.img" \
    --cpus 2 --memory 2G --os debian12_64Guest --firmware efi --nic 'VM Network' \
    --nic Other --name 'My guest' -o "$tmp/full.ova"
  describe full.ova
  is "CPUs, memory, firmware, name" \
    "$(json '[r["machines"][0][k] for k in ("cpus","memory","firmware","name")]')" \
    "[2, 2147483648, 'efi', 'My guest']"
  is "PVSCSI" "$(json 'r["machines"][0]["controllers"][0]["model"]')" pvscsi
  is "the system" "$(json 'r["machines"][0]["os"]["vmware"]')" debian12_64Guest
  is "networks" "$(json '[n["network"] for n in r["machines"][0]["nics"]]')" \
    "['VM Network', 'Other']"
  is "disks" "$(json '[d["capacity"] for d in r["disks"]]')" "[5242880, 1049088]"
  many=()
  for ((i = 0; i < 17; i++)); do
    truncate -s 1M "$tmp/m$i.raw"
    many+=(--disk "$tmp/m$i.raw")
  done
  expect_exit 0 "17 disks" "$OVFTOOL" build "${many[@]}" -o "$tmp/many.ova"
  describe many.ova
  is "their places" \
    "$(json '" ".join("%d:%d" % (d["controller"],d["unit"]) for d in r["machines"][0]["drives"])')" \
    "0:0 0:1 0:2 0:3 0:4 0:5 0:6 0:8 0:9 0:10 0:11 0:12 0:13 0:14 0:15 1:0 1:1"
fi

mkdir "$tmp/two"
expect_exit 0 "the same build" "$OVFTOOL" build -j1 --disk "$tmp/a.raw" -o "$tmp/two/plain.ova"
ok "gives the same bytes" cmp "$tmp/plain.ova" "$tmp/two/plain.ova"
expect_exit 0 "to standard output" "$OVFTOOL" build --disk "$tmp/a.raw" --name plain -o -
ok "the same bytes too" cmp "$tmp/plain.ova" "$out"

expect_exit 1 "an existing target" "$OVFTOOL" build --disk "$tmp/a.raw" -o "$tmp/plain.ova"
expect_exit 1 "an absent disk" "$OVFTOOL" build --disk "$tmp/no.raw" -o "$tmp/x.ova"
expect_exit 2 "no disk" "$OVFTOOL" build -o "$tmp/x.ova"
expect_exit 2 "no target" "$OVFTOOL" build --disk "$tmp/a.raw"
expect_exit 2 "--cpus 0" "$OVFTOOL" build --disk "$tmp/a.raw" --cpus 0 -o "$tmp/x.ova"
expect_exit 2 "--memory of 2048 bytes" "$OVFTOOL" build --disk "$tmp/a.raw" --memory 2048 \
  -o "$tmp/x.ova"
ok "with a hint" grep -q 'hint: .*2048M' "$err"
expect_exit 2 "an unknown system" "$OVFTOOL" build --disk "$tmp/a.raw" --os nonsense \
  -o "$tmp/x.ova"
expect_exit 2 "--param without a file" "$OVFTOOL" build --disk "$tmp/a.raw" --param a=b \
  -o "$tmp/x.ova"
cp "$tmp/b.img" "$tmp/same.ova"
expect_exit 2 "the target is the disk" "$OVFTOOL" build --disk "$tmp/same.ova" --from-disk raw \
  -f -o "$tmp/same.ova"
ok "which stays" cmp "$tmp/b.img" "$tmp/same.ova"
cp "$srcdir/samples/build-minimal.yaml" "$tmp/spec.ova"
cp "$tmp/b.img" "$tmp/disk.img"
expect_exit 2 "the target is the build file" "$OVFTOOL" build "$tmp/spec.ova" -f -o "$tmp/spec.ova"
printf 'QFI\373' | dd of="$tmp/fake.raw" status=none
truncate -s 1M "$tmp/fake.raw"
expect_exit 3 "bytes that are another format's" "$OVFTOOL" build --disk "$tmp/fake.raw" \
  -o "$tmp/x.ova"
not_ok "nothing is left" ls "$tmp"/x.ova "$tmp"/.x.ova.partial
done_testing

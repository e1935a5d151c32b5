#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every disk format from and to every other one, against qemu-img; odd sizes,
# large and sparse disks, disks inside packages, and what is refused.
. ./tests/functions.sh
requires qemu-img qemu-nbd python3 openssl

formats='raw vmdk vdi qcow2 vhd vhdx'
qemu_of () { case $1 in vhd) echo vpc ;; *) echo "$1" ;; esac; }
noise () { # noise BYTES: the same each time
  openssl enc -aes-128-ctr -nosalt -K "$(printf '%032d' 1)" -iv "$(printf '%032d' 2)" \
    -in /dev/zero 2>/dev/null | head -c "$1"
}
same () { qemu-img compare -q -f "$(qemu_of "$1")" -F "$(qemu_of "$3")" "$2" "$4"; }
sound () { # vpc has no check
  [ "$1" = vhd ] || [ "$1" = raw ] || qemu-img check -q -f "$1" "$2"
}

# Runs of data, holes, and a start and an end that hold something.
truncate -s 9M "$tmp/a.raw"
noise 1000000 | dd of="$tmp/a.raw" bs=64K conv=notrunc status=none
noise 300000 | dd of="$tmp/a.raw" bs=4096 seek=777 conv=notrunc status=none
printf end | dd of="$tmp/a.raw" bs=1 seek=$((9 * 1048576 - 3)) conv=notrunc status=none

# ---- all pairs -----------------------------------------------------------------
for from in $formats; do
  [ "$from" = raw ] || expect_exit 0 "raw to $from" \
    "$OVFTOOL" disk convert "$tmp/a.raw" "$tmp/a.$from"
  ok "$from: as QEMU reads it" same raw "$tmp/a.raw" "$from" "$tmp/a.$from"
  ok "$from: sound for QEMU" sound "$from" "$tmp/a.$from"
  expect_exit 0 "$from: sound for us" "$OVFTOOL" disk check "$tmp/a.$from"
  "$OVFTOOL" disk info --json "$tmp/a.$from" >"$tmp/info.json"
  is "$from: its size" "$(grep -o '"virtual_size": [0-9]*' "$tmp/info.json")" \
    "\"virtual_size\": $((9 * 1048576))"
done
for from in $formats; do
  for to in $formats; do
    [ "$from" != "$to" ] || continue
    bad=
    "$OVFTOOL" -q disk convert "$tmp/a.$from" "$tmp/b.$to" -f >"$err" 2>&1 || bad=convert
    [ -n "$bad" ] || same raw "$tmp/a.raw" "$to" "$tmp/b.$to" || bad=compare
    [ -n "$bad" ] || sound "$to" "$tmp/b.$to" || bad=check
    is "$from to $to" "$bad" ""
    [ -z "$bad" ] || tap_show "$err"
  done
done
"$OVFTOOL" -q disk convert "$tmp/b.vhd" "$tmp/b.raw" -f
ok "and back, byte by byte" cmp "$tmp/a.raw" "$tmp/b.raw"

# ---- sizes -----------------------------------------------------------------------
for size in 512 1024 65536 1000448 1048575 1234567 10485761; do
  noise "$size" >"$tmp/odd.raw"
  for to in vdi vhd vhdx; do
    bad=
    "$OVFTOOL" -q disk convert "$tmp/odd.raw" "$tmp/odd.$to" -f >"$err" 2>&1 || bad=convert
    [ -n "$bad" ] || "$OVFTOOL" -q disk convert "$tmp/odd.$to" "$tmp/odd.back.raw" -f \
      >"$err" 2>&1 || bad=back
    [ -n "$bad" ] || cmp -s -n "$size" "$tmp/odd.raw" "$tmp/odd.back.raw" || bad=bytes
    [ -n "$bad" ] || [ "$(stat -c %s "$tmp/odd.back.raw")" -eq $(((size + 511) / 512 * 512)) ] \
      || bad=size
    is "$to of $size bytes" "$bad" ""
    [ -z "$bad" ] || tap_show "$err"
  done
done
rm -f "$tmp"/odd.*

# A tebibyte with three kilobytes in it.
truncate -s 1T "$tmp/big.raw"
for at in 0 123456789 268435455; do
  noise 1000 | dd of="$tmp/big.raw" bs=4096 seek="$at" conv=notrunc status=none
done
for to in vdi vhd vhdx; do
  expect_exit 0 "1 TiB to $to" "$OVFTOOL" disk convert "$tmp/big.raw" "$tmp/big.$to"
  expect_exit 0 "1 TiB of $to" "$OVFTOOL" disk convert "$tmp/big.$to" "$tmp/big.qcow2" -f
  ok "1 TiB of $to: the same" same raw "$tmp/big.raw" qcow2 "$tmp/big.qcow2"
  rm "$tmp/big.$to" "$tmp/big.qcow2"
done
rm "$tmp/big.raw"

# An image does not say how many workers wrote it.
for jobs in 1 7; do
  "$OVFTOOL" -q -j"$jobs" disk convert "$tmp/a.vhdx" "$tmp/j$jobs.raw"
done
ok "one worker or seven" cmp "$tmp/j1.raw" "$tmp/j7.raw"

# ---- what only QEMU reads -----------------------------------------------------------
qemu-img convert -f raw -O qcow2 -o extended_l2=on "$tmp/a.raw" "$tmp/sub.qcow2"
qemu-img convert -f raw -O qed "$tmp/a.raw" "$tmp/a.qed"
qemu-img convert -f raw -O parallels "$tmp/a.raw" "$tmp/a.hds"
qemu-img convert -f raw -O vpc -o subformat=fixed,force_size=on "$tmp/a.raw" "$tmp/fixed.vhd"
qemu-img convert -f raw -O vhdx -o subformat=fixed "$tmp/a.raw" "$tmp/fixed.vhdx"
cp "$tmp/a.qcow2" "$tmp/snap.qcow2"
qemu-img snapshot -c one "$tmp/snap.qcow2"
files='sub.qcow2 a.qed a.hds fixed.vhd fixed.vhdx snap.qcow2'
if qemu-img convert -f raw -O qcow2 -c -o compression_type=zstd "$tmp/a.raw" \
     "$tmp/zstd.qcow2" 2>/dev/null; then
  files="$files zstd.qcow2"
fi
for file in $files; do
  expect_exit 0 "$file" "$OVFTOOL" disk convert "$tmp/$file" "$tmp/b.raw" -f
  ok "$file: the same" cmp "$tmp/a.raw" "$tmp/b.raw"
  expect_exit 0 "$file: sound" "$OVFTOOL" disk check "$tmp/$file"
done

# Extents beside the descriptor.
mkdir "$tmp/vmdk"
for kind in monolithicFlat twoGbMaxExtentSparse twoGbMaxExtentFlat; do
  qemu-img convert -f raw -O vmdk -o subformat=$kind "$tmp/a.raw" "$tmp/vmdk/$kind.vmdk"
  expect_exit 0 "$kind" "$OVFTOOL" disk convert "$tmp/vmdk/$kind.vmdk" "$tmp/b.raw" -f
  ok "$kind: the same" cmp "$tmp/a.raw" "$tmp/b.raw"
done
# Pieces of several kinds, in one disk; a change tracking file is no part of it.
head -c 4M "$tmp/a.raw" >"$tmp/vmdk/one.bin"
cat >"$tmp/vmdk/mixed.vmdk" <<'END'
# Disk DescriptorFile
version=1
CID=12345678
parentCID=ffffffff
createType="custom"
changeTrackPath="mixed-ctk.vmdk"
RW 4096 FLAT "one.bin" 0
RDONLY 4096 VMFS "one.bin" 4096
RW 2048 ZERO
END
expect_exit 3 "the same file twice" "$OVFTOOL" disk convert "$tmp/vmdk/mixed.vmdk" "$tmp/b.raw" -f
cp "$tmp/vmdk/one.bin" "$tmp/vmdk/two.bin"
sed -i 's/VMFS "one.bin"/FLAT "two.bin"/' "$tmp/vmdk/mixed.vmdk"
expect_exit 0 "flat and zero extents" "$OVFTOOL" disk convert "$tmp/vmdk/mixed.vmdk" "$tmp/b.raw" -f
{ cat "$tmp/vmdk/one.bin"; head -c 1M /dev/zero; } >"$tmp/want.raw"
ok "in their order" cmp "$tmp/want.raw" "$tmp/b.raw"
extent () { # extent LINE: a descriptor with this extent is refused
  sed "s|^RW 4096 FLAT.*|$1|" "$tmp/vmdk/mixed.vmdk" >"$tmp/vmdk/bad.vmdk"
  expect_exit 3 "refused: $1" "$OVFTOOL" disk convert "$tmp/vmdk/bad.vmdk" "$tmp/b.raw" -f --json
}
ln -s /etc/passwd "$tmp/vmdk/link.bin"
extent 'RW 4096 FLAT "/etc/passwd" 0'
extent 'RW 4096 FLAT "../a.raw" 0'
extent 'RW 4096 FLAT "link.bin" 0'
extent 'RW 4096 FLAT "one.bin" 8000'
extent 'RW 40960 FLAT "one.bin" 0'
extent 'RW 4096 SPARSE "one.bin"'
sed 's|^RW 4096 FLAT.*|RW 4096 VMFSRDM "one.bin"|' "$tmp/vmdk/mixed.vmdk" >"$tmp/vmdk/bad.vmdk"
expect_exit 1 "a device of the host" "$OVFTOOL" disk convert "$tmp/vmdk/bad.vmdk" "$tmp/b.raw" -f

# ---- chains ------------------------------------------------------------------------
mkdir "$tmp/chain" "$tmp/base"
qemu-img convert -f raw -O qcow2 "$tmp/a.raw" "$tmp/base/base.qcow2"
(cd "$tmp/chain" && qemu-img create -q -f qcow2 -F qcow2 -b ../base/base.qcow2 mid.qcow2 \
  && qemu-io -f qcow2 -c 'write -P 65 2M 64K' mid.qcow2 \
  && qemu-img create -q -f qcow2 -F qcow2 -b mid.qcow2 top.qcow2 \
  && qemu-io -f qcow2 -c 'write -P 66 3M 64K' top.qcow2) >/dev/null
qemu-img convert -f qcow2 -O raw "$tmp/chain/top.qcow2" "$tmp/want.raw"
chain () { "$OVFTOOL" disk convert "$tmp/chain/$1" "$tmp/b.raw" -f "${@:2}"; }
expect_exit 3 "a chain is not followed" chain top.qcow2
ok "the hint says how" grep -q 'hint: .*--follow-backing' "$err"
expect_exit 3 "and not out of its folder" chain top.qcow2 --follow-backing
ok "the hint names it" grep -q "hint: .*--allow '$tmp/base'" "$err"
expect_exit 0 "but where that is allowed" chain top.qcow2 --follow-backing --allow "$tmp/base"
ok "all layers" cmp "$tmp/want.raw" "$tmp/b.raw"
rebase () { # rebase NAME FORMAT
  cp "$tmp/chain/mid.qcow2" "$tmp/chain/bad.qcow2"
  qemu-img rebase -u -f qcow2 -F "$2" -b "$1" "$tmp/chain/bad.qcow2" 2>/dev/null
}
for name in /etc/passwd ../../../../../../etc/passwd 'nbd://localhost:1/x' \
    'json:{"driver":"file","filename":"/etc/passwd"}' fat:/etc; do
  rebase "$name" raw
  expect_exit 3 "no backing file: $name" chain bad.qcow2 --follow-backing --allow "$tmp/base"
done
rebase bad.qcow2 qcow2
expect_exit 3 "a loop" chain bad.qcow2 --follow-backing
ln -s /etc/passwd "$tmp/chain/link"
rebase link raw
expect_exit 3 "a link" chain bad.qcow2 --follow-backing
cp "$tmp/a.raw" "$tmp/chain/plain"
rebase plain raw
expect_exit 0 "a raw one that is said to be raw" chain bad.qcow2 --follow-backing
cp "$tmp/base/base.qcow2" "$tmp/chain/plain"
rebase plain vmdk
expect_exit 3 "one of another format" chain bad.qcow2 --follow-backing
qemu-img create -q -f vmdk -F vmdk -b "$tmp/vmdk/monolithicFlat.vmdk" "$tmp/vmdk/child.vmdk" 2>/dev/null
qemu-io -f vmdk -c 'write -P 67 1M 64K' "$tmp/vmdk/child.vmdk" >/dev/null
qemu-img convert -f vmdk -O raw "$tmp/vmdk/child.vmdk" "$tmp/want.raw"
expect_exit 3 "a VMDK with a parent" "$OVFTOOL" disk convert "$tmp/vmdk/child.vmdk" "$tmp/b.raw" -f
expect_exit 0 "which is followed" \
  "$OVFTOOL" disk convert "$tmp/vmdk/child.vmdk" "$tmp/b.raw" -f --follow-backing
ok "both layers" cmp "$tmp/want.raw" "$tmp/b.raw"

# ---- in packages ---------------------------------------------------------------------
"$OVFTOOL" -q build --disk "$tmp/a.raw" --name vm -o "$tmp/vm.ova"
for to in vdi vhd vhdx; do
  expect_exit 0 "import as $to" "$OVFTOOL" import "$tmp/vm.ova" --to libvirt \
    --disk-format "$to" -o "$tmp/in-$to"
  ok "import as $to: the same" same raw "$tmp/a.raw" "$to" "$tmp/in-$to/vm-disk1.$to"
done
# A disk of such a kind that lies in an archive is read where it lies, and its
# bytes are those of the manifest.
mkdir "$tmp/pack"
"$OVFTOOL" -q unpack "$tmp/vm.ova" -C "$tmp/pack"
mv "$tmp/pack"/vm.mf "$tmp/old.mf"
for to in vdi vhd vhdx; do
  cp "$tmp/a.$to" "$tmp/pack/vm-disk1.vmdk"
  sed -e 's|http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized|urn:x:disk|' \
    -e "s|\(ovf:href=\"vm-disk1.vmdk\".*ovf:size=\"\)[0-9]*|\1$(stat -c %s "$tmp/a.$to")|" \
    -e "s|\(ovf:size=\"\)[0-9]*\(\".*vm-disk1.vmdk\)|\1$(stat -c %s "$tmp/a.$to")\2|" \
    "$tmp/pack/vm.ovf" >"$tmp/vm.ovf.new"
  mkdir -p "$tmp/pack-$to"
  cp "$tmp/pack/vm-disk1.vmdk" "$tmp/pack-$to/" && cp "$tmp/vm.ovf.new" "$tmp/pack-$to/vm.ovf"
  "$OVFTOOL" -q pack "$tmp/pack-$to" -o "$tmp/with-$to.ova" >"$err" 2>&1 || tap_show "$err"
  expect_exit 0 "a $to in an archive" "$OVFTOOL" convert "$tmp/with-$to.ova" "$tmp/out.raw" \
    --to disk -f --lax
  ok "a $to in an archive: the same" cmp "$tmp/a.raw" "$tmp/out.raw"
  # One byte of the disk changed.
  python3 - "$tmp/with-$to.ova" <<'END'
import sys
with open(sys.argv[1], "r+b") as f:
    data = f.read()
    f.seek(data.index(b"end", len(data) // 2))
    f.write(b"END")
END
  rm "$tmp/out.raw"
  expect_exit 4 "a $to that was changed" "$OVFTOOL" convert "$tmp/with-$to.ova" \
    "$tmp/out.raw" --to disk --lax
  ok "leaves nothing" test ! -e "$tmp/out.raw"
done

done_testing

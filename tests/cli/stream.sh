#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The streamOptimized disks of packages, sector by sector: our own checker
# accepts them and refuses what importers trip over.
. ./tests/functions.sh
requires tar python3

walk=$builddir/tests/vmdk-walk
cd "$tmp" || exit 99

# disk SIZE: data here and there, in a file with holes
disk () {
  python3 - "$1" <<'PY'
import random, sys
random.seed(7)
size = int(sys.argv[1])
with open("g.raw", "wb") as f:
    f.truncate(size)
    for i, at in enumerate(range(0, size, 700001)):
        f.seek(at)
        f.write((random.randbytes(3000), b"text " * 900, bytes(5000))[i % 3][:size - at])
PY
}
# build [OPTION...]: x.ova and its disk x.vmdk
build () {
  rm -f x.ova x.vmdk
  "$OVFTOOL" build -q --disk g.raw -o x.ova "$@" && tar xOf x.ova x-disk1.vmdk >x.vmdk
}

for size in 1 511 512 65537 1048576 33554433 50000000; do
  disk "$size"
  ok "$size bytes" build
  ok "$size bytes: every sector is right" "$walk" x.vmdk g.raw
done
cp x.ova one.ova
for jobs in 1 7; do
  ok "with $jobs jobs" build -j "$jobs"
  ok "the same archive" cmp x.ova one.ova
done
ok "with more effort" build --compress 9
ok "every sector is right" "$walk" x.vmdk g.raw
ok "with hardly any" build --compress 1
ok "every sector is right" "$walk" x.vmdk g.raw

rm g.raw
truncate -s 3T g.raw
ok "3 TiB of nothing" build
ok "every sector is right" "$walk" x.vmdk
is "is small" "$(($(stat -c %s x.vmdk) < 600000))" 1

# ---- what the checker must not accept
disk 3000320
build
refused () { not_ok "$1" "$walk" bad.vmdk; }
cp x.vmdk bad.vmdk
truncate -s +512 bad.vmdk
refused "bytes after the end-of-stream marker"
cp x.vmdk bad.vmdk
truncate -s +100 bad.vmdk
refused "bytes that are no sector"
cp x.vmdk bad.vmdk
truncate -s -512 bad.vmdk
refused "no end-of-stream marker"
size=$(stat -c %s x.vmdk)
cp x.vmdk bad.vmdk
printf '\x07' | dd of=bad.vmdk bs=1 seek=$((size - 1024 + 56)) conv=notrunc 2>/dev/null
refused "a footer that leads elsewhere"
cp x.vmdk bad.vmdk
printf '\xff' | dd of=bad.vmdk bs=1 seek=$((65536 + 40)) conv=notrunc 2>/dev/null
refused "a damaged grain"
cp x.vmdk bad.vmdk
printf '\x01' | dd of=bad.vmdk bs=1 seek=4 conv=notrunc 2>/dev/null
refused "a footer that differs from the header"
cp g.raw other.raw
printf X | dd of=other.raw bs=1 seek=2000000 conv=notrunc 2>/dev/null
not_ok "another disk" "$walk" x.vmdk other.raw

# ---- a package has no others
expect_exit 2 "no other format" "$OVFTOOL" export x.ova -o y.ova --disk-format qcow2
expect_exit 2 "no other kind of VMDK" "$OVFTOOL" export x.ova -o y.ova \
  --disk-option subformat=monolithicSparse
expect_exit 0 "its own may be said" "$OVFTOOL" export x.ova -o y.ova --disk-format vmdk \
  --disk-option subformat=streamOptimized

# ---- the other program that writes and reads them
if command -v qemu-img >/dev/null; then
  qemu-img convert -f raw -O vmdk -o subformat=streamOptimized g.raw bad.vmdk
  refused "what qemu-img writes"
  ok "qemu-img reads ours" qemu-img compare -q -f vmdk -F raw x.vmdk g.raw
  qemu-img convert -c -f raw -O qcow2 g.raw g.qcow2
  cp x.ova one.ova
  ok "from a compressed qcow2" "$OVFTOOL" build -f -q --disk g.qcow2 -o x.ova
  ok "the same disk" sh -c 'tar xOf x.ova x-disk1.vmdk | cmp - x.vmdk'
else
  skip "qemu-img" "not installed"
fi
done_testing

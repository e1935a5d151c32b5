#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# disk convert: formats by suffix and by word, the same bytes for any number
# of jobs, atomic targets, and what it refuses.
. ./tests/functions.sh
requires python3
export LC_ALL=C

# 5 MiB and a bit: text, zeros, noise, a hole.
python3 - "$tmp" <<'END'
import random
import sys
random.seed(3)
data = bytearray(b"once upon a time " * 60000)
data += b"\0" * (1 << 20) + random.randbytes(300000)
data = data.ljust((5 << 20) - 70000, b"\0") + random.randbytes(512)
data = bytes(data).ljust((5 << 20) + 3 * 512, b"\0")
with open(sys.argv[1] + "/a.raw", "wb") as f:
    f.write(data)
END
cd "$tmp" || exit 99
tool () { $VG "$OVFTOOL" disk convert "$@"; }
same () { cmp "$1" "$2"; }

for to in qcow2 vmdk; do
  expect_exit 0 "raw to $to" tool a.raw "b.$to"
  expect_exit 0 "$to to raw" tool "b.$to" "b-$to.raw"
  ok "$to and back: the same bytes" same a.raw "b-$to.raw"
  expect_exit 0 "raw to $to, one job" tool a.raw "j.$to" -j 1
  mv "j.$to" "j1.$to"
  expect_exit 0 "raw to $to, eight jobs" tool a.raw "j.$to" -j 8
  ok "$to does not depend on jobs" same "j.$to" "j1.$to"
  rm "j.$to"
done
expect_exit 0 "vmdk to compressed qcow2" tool b.vmdk c.qcow2 --disk-option compressed
ok "it is smaller" test "$(stat -c %s c.qcow2)" -lt "$(stat -c %s b.qcow2)"
expect_exit 0 "compressed qcow2 to raw" tool c.qcow2 c.raw
ok "compressed and back: the same bytes" same a.raw c.raw
ok "zeros are not stored" test "$(stat -c %b c.raw)" -lt 4000
expect_exit 0 "--to settles the format" tool a.raw plain --to qcow2
ok "so it did" test "$(head -c 3 plain)" = QFI
expect_exit 0 "--compress" tool a.raw fast.vmdk --compress 1
expect_exit 0 "a pipe, when --from names what it is" \
  bash -c 'cat b.vmdk | "$1" disk convert /dev/stdin p.raw --from vmdk' - "$OVFTOOL"
expect_exit 0 "a pipe that a name opens" \
  bash -c '"$1" disk convert <(cat b.vmdk) p2.raw --from vmdk' - "$OVFTOOL"
ok "from a pipe: the same bytes" same a.raw p2.raw


# VMDK to run from, and to send.
sparse=subformat=monolithicSparse
expect_exit 0 "raw to monolithicSparse" tool a.raw s.vmdk --disk-option $sparse
ok "disk info says so" grep -q 'vmdk-sparse' <("$OVFTOOL" disk info s.vmdk)
ok "and disk check that it is sound" "$OVFTOOL" disk check s.vmdk
expect_exit 0 "monolithicSparse to raw" tool s.vmdk s.raw
ok "monolithicSparse and back: the same bytes" same a.raw s.raw
for jobs in 1 8; do
  expect_exit 0 "monolithicSparse, $jobs jobs" tool a.raw "j.vmdk" -j $jobs --disk-option $sparse
  mv j.vmdk "j$jobs.vmdk"
done
ok "monolithicSparse does not depend on jobs" same j1.vmdk j8.vmdk
expect_exit 0 "a stream to monolithicSparse" tool b.vmdk s2.vmdk --disk-option $sparse
expect_exit 0 "monolithicSparse to a stream" tool s.vmdk b2.vmdk --disk-option subformat=streamOptimized
expect_exit 0 "that stream to raw" tool b2.vmdk b2.raw
ok "there and back again: the same bytes" same a.raw b2.raw
truncate -s 3T big.raw
printf x | dd of=big.raw bs=1 seek=3000000000000 conv=notrunc 2>/dev/null
expect_exit 0 "3 TiB of next to nothing" tool big.raw big.vmdk --disk-option $sparse
ok "takes next to nothing" test "$(stat -c %b big.vmdk)" -lt 8000
rm big.*
: >empty.raw
expect_exit 0 "a disk of no bytes" tool empty.raw empty.vmdk --disk-option $sparse
ok "is sound" "$OVFTOOL" disk check empty.vmdk
expect_exit 2 "a subformat that there is not" tool a.raw no.vmdk --disk-option subformat=flat
ok "names those there are" grep -q '^hint: .*monolithicSparse' "$err"
expect_exit 2 "a subformat of a format that has none" tool a.raw no.raw --disk-option $sparse

# Known to qemu, too.
if command -v qemu-img >/dev/null; then
  ok "qemu-img check: plain" qemu-img check -f qcow2 b.qcow2
  ok "qemu-img check: compressed" qemu-img check -f qcow2 c.qcow2
  ok "qemu-img check: monolithicSparse" qemu-img check -f vmdk s.vmdk
  ok "qemu-img calls it so" grep -q 'create type: monolithicSparse' <(qemu-img info s.vmdk)
  for f in b.qcow2 c.qcow2 b.vmdk s.vmdk s2.vmdk; do
    ok "qemu-img reads $f" qemu-img compare -f "${f##*.}" -F raw "$f" a.raw
  done
  for o in subformat=streamOptimized subformat=monolithicSparse; do
    qemu-img convert -f raw -O vmdk -o "$o" a.raw q.vmdk
    expect_exit 0 "qemu-img's $o" tool q.vmdk q.raw --force
    ok "qemu-img's $o: the same bytes" same a.raw q.raw
  done
else
  skip "qemu-img reads what is written" "no qemu-img"
fi

# ---- targets ----------------------------------------------------------------
expect_exit 1 "an existing target is refused" tool a.raw b.qcow2
expect_exit 0 "--force replaces it" tool a.raw b.qcow2 --force
expect_exit 2 "onto itself" tool a.raw a.raw --force
ln a.raw link.raw
expect_exit 2 "onto itself by another name" tool a.raw link.raw --force
expect_exit 2 "a suffix of no format" tool a.raw out.xyz
expect_exit 2 "a word of no format" tool a.raw out.raw --to floppy
expect_exit 2 "an option of no format" tool a.raw out.raw --disk-option compressed
expect_exit 1 "a format that is not written" tool a.raw out.luks
expect_exit 1 "a folder that is not there" tool a.raw no/out.raw
expect_exit 1 "an input that is not there" tool none.raw out.raw
ok "an input that fails leaves nothing" test ! -e out.raw

# ---- inputs -----------------------------------------------------------------
cp a.raw unknown.bin
expect_exit 2 "bytes of no known kind" tool unknown.bin out.raw
ok "... with a hint" grep -q '^hint: .*--from' "$err"
expect_exit 0 "unless the user says it is raw" tool unknown.bin out.raw --from raw
rm -f out.raw
cp b.qcow2 wrong.img
expect_exit 3 "a raw disk by suffix that is a qcow2" tool wrong.img out.raw
ok "... with a hint" grep -q '^hint: .*--from' "$err"
expect_exit 0 "unless the user says it is raw" tool wrong.img out.raw --from raw
ok "then its bytes are the disk" same wrong.img out.raw
rm -f out.raw
cp b.qcow2 wrong.vmdk
expect_exit 0 "content goes before suffix" tool wrong.vmdk out.raw
ok "the same bytes" same a.raw out.raw
rm -f out.raw
expect_exit 3 "a format that it is not" tool b.qcow2 out.raw --from vmdk
head -c 100000 b.vmdk >cut.vmdk
expect_exit 3 "a disk that is cut off" tool cut.vmdk out.raw
ok "nothing is left" test ! -e out.raw -a ! -e .out.raw.partial

# ---- JSON -------------------------------------------------------------------
expect_exit 0 "JSON" tool --json a.raw j.qcow2
ok "what was written" python3 - "$out" "$tmp" <<'END'
import json
import os
import sys
with open(sys.argv[1]) as f:
    r = json.load(f)["result"]
path = os.path.join(os.path.realpath(sys.argv[2]), "j.qcow2")
assert r["target"] == path, r
assert r["start"] == [], r
f, = r["files"]
assert f["path"] == path and f["role"] == "disk", f
assert f["size"] == os.path.getsize(path), f
END
expect_exit 0 "JSON of a stream" tool --json a.raw j.vmdk
ok "with its digest" grep -qF "$(sha256sum j.vmdk | cut -d' ' -f1)" "$out"
done_testing

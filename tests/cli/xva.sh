#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# XVA, the export of XenServer and XCP-ng: archives that tests/xva.py makes in
# all the ways of the format are read, from files and from pipes, and what the
# tool writes is taken apart by it.
. ./tests/functions.sh
requires python3 tar
cd "$tmp" || exit 99
xva () { python3 "$srcdir/tests/xva.py" "$@"; }
sums=xxhash
grep -q '^#define HAVE_XXHASH 1' "$builddir/config.h" || sums=sha1

python3 - <<'END'
import random
MIB = 1 << 20
random.seed(7)


def disk(name, size, *runs):
    d = bytearray(size)
    for at, n in runs:
        d[at:at + n] = random.randbytes(n)
    open(name, "wb").write(d)


disk("a.raw", 6 * MIB + 1536, (0, 4096), (2 * MIB + 100, 900), (4 * MIB - 50, 100))
disk("b.raw", 3 * MIB, (MIB + 7, 10))
disk("c.raw", 512, (0, 512))
disk("z.raw", 2 * MIB + 512)
END

# reads NAME DISK1 DISK2 ARGS...: what xva.py makes with ARGS, to raw disks.
reads () {
  local name=$1 first=$2 second=$3 how
  shift 3
  xva make v.xva a.raw b.raw "$@" || { fail "$name: made"; return; }
  for how in file pipe; do
    rm -rf o
    if [ $how = file ]; then
      expect_exit 0 "$name" "$OVFTOOL" convert v.xva o --to libvirt --disk-format raw
    else
      cat v.xva | "$OVFTOOL" convert - o --from xva --to libvirt --disk-format raw \
        >"$out" 2>"$err"
      is "$name, from a pipe" $? 0
    fi
    ok "$name, $how: the first disk" cmp o/guest_one-disk1.raw "$first"
    ok "$name, $how: the second disk" cmp o/guest_one-disk2.raw "$second"
  done
}
reads "SHA-1 sums" a.raw b.raw --sums sha1
if [ $sums = xxhash ]; then
  reads "XXH64 sums" a.raw b.raw
  reads "chunks without bytes" a.raw b.raw --keepalive
  reads "a last chunk that is filled up" a.raw b.raw --pad
else
  reads "chunks without bytes" a.raw b.raw --keepalive --sums sha1
  reads "a last chunk that is filled up" a.raw b.raw --pad --sums sha1
  skip "XXH64" "built without libxxhash"
fi
reads "a table of sums at the end" a.raw b.raw --sums none --vsn 0 --table
not_ok "nothing is said of sums" grep -q XVA-NO-SUM "$err"
reads "both" a.raw b.raw --sums both --vsn 1 --table
reads "no sums" a.raw b.raw --sums none
ok "are told" grep -q 'no sum to compare with \[XVA-NO-SUM\]' "$err"
reads "disks in the order of text" b.raw a.raw --refs Ref:9,Ref:10 --sums $sums
reads "disks in another order" b.raw a.raw --refs Ref:9,Ref:10 --as-given --sums $sums
reads "a paravirtual guest" a.raw b.raw --pv --sums $sums
xva make v.xva a.raw b.raw --sums $sums
expect_exit 0 "one disk of two" "$OVFTOOL" convert v.xva one.raw --disk vdi12
ok "is that one" cmp one.raw b.raw
expect_exit 0 "info" "$OVFTOOL" info --json v.xva
ok "says what it is" python3 - "$out" <<'END'
import json, sys
r = json.load(open(sys.argv[1]))["result"]
m = r["machines"][0]
assert (r["kind"], r["descriptor"], r["package"]) == ("xva", "ova.xml", None)
assert [(d["id"], d["capacity"], d["format"]) for d in r["disks"]] == [
    ("vdi11", 6293056, "raw"), ("vdi12", 3145728, "raw")]
assert (m["name"], m["cpus"], m["memory"], m["firmware"]) == ("guest one", 2, 1 << 30, "efi")
assert [(d["kind"], d["bus"], d["unit"]) for d in m["drives"]] == [
    ("disk", "xen", 0), ("disk", "xen", 1), ("cdrom", "xen", 3)]
assert len(r["machines"]) == 1  # the snapshot is none
END
cat v.xva | "$OVFTOOL" info - --from xva >"$out" 2>"$err"
is "info of a pipe" $? 0
mv v.xva v.bin
expect_exit 0 "known by its content" "$OVFTOOL" info v.bin
mv v.bin v.xva

# ---- refused -------------------------------------------------------------------
# refused EXIT RULE FAULT ARGS...
refused () {
  local exit=$1 rule=$2 fault=$3
  shift 3
  xva make h.xva a.raw --fault "$fault" --sums $sums "$@"
  rm -rf o
  expect_exit "$exit" "$fault" "$OVFTOOL" convert h.xva o --to libvirt
  ok "$fault: $rule" grep -q "error: .*\[$rule\]\$" "$err"
  cat h.xva | "$OVFTOOL" convert - o --from xva --to libvirt >"$out" 2>"$err"
  is "$fault, from a pipe" $? "$exit"
  ok "$fault: nothing is kept" test ! -e o -a -z "$(find . -name '*.partial')"
}
refused 4 XVA-SUM sum
refused 4 XVA-SUM table --sums none --vsn 0 --table
refused 3 XVA-CHUNK twice
refused 3 XVA-CHUNK large
refused 3 XVA-CHUNK beyond
refused 3 XVA-CHUNK short
refused 3 XVA-CHUNK strange-sum
refused 3 XVA-CHUNK empty-first
refused 3 XVA-CHUNK stranger
refused 3 XVA-CHUNK digits
refused 3 XVA-CHUNK pad --pad
refused 3 OVF-TAR-008 link
refused 3 OVF-TAR-008 name
refused 3 XVA-FIRST late
gzip -k v.xva
expect_exit 3 "a compressed archive" "$OVFTOOL" info v.xva.gz --from xva
ok "says how to unpack it" grep -q '^hint: .*gzip -dc' "$err"
mv v.xva.gz w.xva
expect_exit 3 "a compressed archive, by its suffix" "$OVFTOOL" info w.xva
ok "says the same" grep -q '^hint: .*gzip -dc' "$err"
truncate -s -5000000 v.xva
rm -rf o
expect_exit 3 "an archive that was cut" "$OVFTOOL" convert v.xva o --to libvirt
xva make v.xva a.raw b.raw --sums none

# ---- written -------------------------------------------------------------------
if [ $sums != xxhash ]; then
  expect_exit 1 "writing needs libxxhash" "$OVFTOOL" convert a.raw x.xva
  ok "and says so" grep -q 'libxxhash-dev' "$err"
  done_testing
  exit
fi
"$OVFTOOL" build --disk a.raw --disk b.raw --disk c.raw --disk z.raw --nic lan --name web \
  -o web.ova >/dev/null 2>&1
expect_exit 0 "an OVA as XVA" "$OVFTOOL" convert web.ova web.xva --json
ok "its digest is in the result" grep -q "$(sha256sum <web.xva | cut -c1-64)" "$out"
ok "the role too" grep -q '"role": "package"' "$out"
ok "the command that imports it" grep -q '"xe vm-import filename=.*web.xva"' "$out"
expect_exit 0 "another reader takes it apart" xva check web.xva a.raw b.raw c.raw z.raw
tar tvf web.xva >list
is "only what tar knows" "$(awk '{print $1, $2, $4, $5}' list | sort -u)" \
  "-rw-r--r-- 0/0 1970-01-01 00:00"
"$OVFTOOL" convert web.ova - --to xva 2>/dev/null >p.xva
ok "the same into a pipe" cmp p.xva web.xva
cat web.ova | "$OVFTOOL" convert - - --to xva -j 3 2>/dev/null >q.xva
ok "the same from a pipe into a pipe, with three workers" cmp q.xva web.xva
for how in file pipe; do
  rm -rf o
  if [ $how = file ]; then
    "$OVFTOOL" convert web.xva o --to libvirt --disk-format raw >/dev/null 2>&1
  else
    cat p.xva | "$OVFTOOL" convert - o --from xva --to libvirt --disk-format raw >/dev/null 2>&1
  fi
  n=1
  for d in a b c z; do
    ok "and back, $how: $d" cmp o/web-disk$n.raw $d.raw
    n=$((n + 1))
  done
done
expect_exit 0 "an XVA as OVA" "$OVFTOOL" convert web.xva again.ova
expect_exit 0 "whole" "$OVFTOOL" verify again.ova
expect_exit 0 "import --to xva" "$OVFTOOL" import web.ova --to xva -o i.xva
ok "is the same" cmp i.xva web.xva
SOURCE_DATE_EPOCH=86400 expect_exit 0 "a time" "$OVFTOOL" convert web.ova t.xva
ok "is every member's" test "$(tar tvf t.xva | awk '{print $4}' | sort -u)" = 1970-01-02
expect_exit 1 "an existing file" "$OVFTOOL" convert web.ova web.xva
expect_exit 0 "is replaced with -f" "$OVFTOOL" convert -f web.ova web.xva
expect_exit 2 "not the source itself" "$OVFTOOL" convert -f web.xva web.xva
expect_exit 5 "--strict" "$OVFTOOL" convert --strict web.ova s.xva
ok "writes nothing then" test ! -e s.xva
ok "the loss is named" grep -q 'LOSS-xva-controller' "$err"
expect_exit 0 "a dry run" "$OVFTOOL" convert --dry-run --json web.ova d.xva
ok "writes nothing either" test ! -e d.xva
ok "tells the space" grep -q '"space"' "$out"
mkdir dir
expect_exit 0 "into a folder" "$OVFTOOL" convert a.raw dir --to xva --name 'my disk'
expect_exit 0 "a bare disk" xva check dir/my_disk.xva a.raw
cp web.ova bad.ova
printf X | dd of=bad.ova bs=1 seek=$(($(stat -c %s bad.ova) - 40000)) conv=notrunc 2>/dev/null
expect_exit 4 "a source that was changed" "$OVFTOOL" convert bad.ova n.xva
ok "leaves nothing" test ! -e n.xva -a ! -e .n.xva.partial
expect_exit 0 "networks are found by name" "$OVFTOOL" convert web.ova n.xva \
  --net 'lan=network:Pool network 0'
ok "which is there" grep -qa 'name_label</name><value>Pool network 0<' n.xva

# ---- once, and without a copy ------------------------------------------------------
if command -v strace >/dev/null && strace -f true 2>/dev/null; then
  rm -rf o
  cat p.xva | strace -f -o trace -e trace=lseek,pread64,open,openat,creat,memfd_create \
    "$OVFTOOL" convert - o --from xva --to libvirt --disk-format raw >/dev/null 2>&1
  ok "converted under strace" cmp o/web-disk1.raw a.raw
  not_ok "no seek in standard input" grep -E '(lseek|pread64)\(0,' trace
  not_ok "no temporary file" grep -E '/ovftool-[A-Za-z0-9]{6}"|O_TMPFILE|memfd_create' trace
  strace -f -o trace -e trace=open,openat,memfd_create \
    "$OVFTOOL" convert web.ova - --to xva >/dev/null 2>&1
  not_ok "none for writing into a pipe" \
    grep -E '/ovftool-[A-Za-z0-9]{6}"|O_TMPFILE|memfd_create' trace
else
  note "without strace"
fi
done_testing

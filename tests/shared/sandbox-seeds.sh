#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Hostile disks with our own inspection switched off (tests/ovftool-hooks):
# QEMU sees them as they are, and the sandbox alone must hold.  No canary is
# read, nobody connects.  Without the sandbox both happen, which shows that
# this test can fail.
. ./tests/functions.sh
needs_shared attack/make_attacks.py
requires qemu-img qemu-nbd python3 tar
HOOKED=$builddir/tests/ovftool-hooks
export OVF_TEST_HOOKS=no-inspection

"$OVFTOOL" formats --json >"$tmp/formats.json"
grep -q '"mode": "full"' "$tmp/formats.json" \
  || skip_all "this system cannot confine helpers"
work=
for d in "$tmp" /var/tmp /dev/shm; do
  f=$d/.atime.$$
  echo x >"$f" && touch -a -d '5 days ago' "$f" && cat "$f" >/dev/null
  [ "$(stat -c %X "$f")" -lt "$(($(date +%s) - 86400))" ] || work=$d/seeds.$$
  rm -f "$f"
  [ -z "$work" ] || break
done
[ -n "$work" ] || skip_all "every file system here is noatime"
mkdir "$work"
cleanup_fn rm -rf "$work"
python3 "$SHARED/attack/make_attacks.py" "$work/seeds" >"$tap_log" 2>&1 || exit 99
canary=$work/seeds/canary/secret.img
marker=CANARY-READ-5f2c9a71
ok "the canary is marked" grep -aq "$marker" "$canary"

# ---- hostile disks: those of the seeds, and more of their kinds ----------------
mkdir "$work/d"
# A name ends in the format.
python3 - "$work" "$canary" <<'END'
import os, struct, sys, tarfile
work, canary = sys.argv[1:]
d = work + "/d"
for seed in sorted(os.listdir(work + "/seeds")):
    ova = work + "/seeds/" + seed + "/web.ova"
    if not seed.startswith("S3") or not os.path.exists(ova):
        continue
    with tarfile.open(ova) as t:
        for m in t.getmembers():
            if m.name.endswith((".ovf", ".mf", ".cert")):
                continue
            data = t.extractfile(m).read()
            kind = "qcow2" if data[:4] == b"QFI\xfb" else "vmdk"
            open("%s/%s.%s" % (d, seed, kind), "wb").write(data)
def qcow2(name, backing=None, fmt=b"raw", data=None, features=0):
    ext = b""
    if backing: ext += struct.pack(">II", 0xE2792ACA, len(fmt)) + fmt + b"\0" * (-len(fmt) % 8)
    if data: ext += struct.pack(">II", 0x44415441, len(data)) + data + b"\0" * (-len(data) % 8); features |= 4
    ext += bytes(8)
    at = 104 + len(ext)
    h = b"QFI\xfb" + struct.pack(">IQIIQIIQQIIQ", 3, at if backing else 0, len(backing or b""), 16,
        1 << 20, 0, 1, 3 << 16, 1 << 16, 1, 0, 0) + struct.pack(">QQQII", features, 0, 1 if data else 0, 4, 104)
    img = bytearray(4 << 16)
    img[:len(h)] = h; img[104:104 + len(ext)] = ext
    if backing: img[at:at + len(backing)] = backing
    img[1 << 16:(1 << 16) + 8] = struct.pack(">Q", 2 << 16)
    for i in range(4): img[(2 << 16) + 2 * i:(2 << 16) + 2 * i + 2] = b"\0\1"
    if data:
        img += bytes(1 << 16)
        img[3 << 16:(3 << 16) + 8] = struct.pack(">Q", 4 << 16 | 1 << 63)
        img[4 << 16:(4 << 16) + 8] = struct.pack(">Q", 1 << 63)
    open("%s/%s.qcow2" % (d, name), "wb").write(img)
c = canary.encode()
qcow2("backing-absolute", c)
qcow2("backing-root", b"/proc/self/root" + c)
qcow2("backing-json", b'json:{"driver":"raw","file":{"driver":"file","filename":"%s"}}' % c)
qcow2("backing-probed", c, b"qcow2")
qcow2("backing-nbd", b"nbd://127.0.0.1:18099/x")
qcow2("backing-nbd-json", b'json:{"driver":"nbd","server":{"type":"inet","host":"127.0.0.1","port":"18099"}}')
qcow2("data-absolute", data=c)
size = (os.path.getsize(canary) + 511) // 512 or 1
def vmdk(name, kind, lines, extra=""):
    open("%s/%s.vmdk" % (d, name), "w").write(
        '# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType="%s"\n%s%s\n' % (kind, extra, lines))
vmdk("extent-absolute", "monolithicFlat", 'RW %d FLAT "%s" 0' % (size, canary))
vmdk("extent-root", "monolithicFlat", 'RW %d FLAT "/proc/self/root%s" 0' % (size, canary))
vmdk("extent-vmfs", "vmfs", 'RW %d VMFS "%s"' % (size, canary))
vmdk("extent-nbd", "monolithicFlat", 'RW 8 FLAT "nbd://127.0.0.1:18099/x" 0')
END
ok "there are disks" test "$(find "$work/d" -type f | wc -l)" -ge 16

# ---- the listener ---------------------------------------------------------------
python3 -c '
import socket, sys
s = socket.socket()
s.setsockopt (socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind (("127.0.0.1", 18099))
s.listen (16)
open (sys.argv[1], "w").close ()
while True:
    c, _ = s.accept ()
    open (sys.argv[1], "a").write ("hit\n")
    c.close ()' "$work/hits" &
listener=$!
cleanup_fn kill "$listener"
for ((i = 0; i < 100; i++)); do [ -e "$work/hits" ] && break; sleep 0.1; done

read_canary () { [ "$(stat -c %X "$canary")" -gt "$(($(date +%s) - 86400))" ]; }
# attempt FILE [OPTION...]: sets opened, leaked, hits.
attempt () {
  local file=$1 before after
  shift
  touch -a -d '5 days ago' "$canary"
  before=$(wc -l <"$work/hits")
  rm -f "$work/out.raw"
  timeout 60 "$HOOKED" -q disk convert "$file" "$work/out.raw" --from "${file##*.}" "$@" \
    --limit helper-silence=20 >"$out" 2>"$err"
  opened=no leaked=no
  read_canary && opened=yes
  [ -e "$work/out.raw" ] && grep -aq "$marker" "$work/out.raw" && leaked=yes
  grep -aq "$marker" "$out" "$err" && leaked=yes
  after=$(wc -l <"$work/hits")
  hits=$((after - before))
}

n_opened=0 n_leaked=0 n_hits=0
for file in "$work"/d/*; do
  name=$(basename "$file")
  attempt "$file" --sandbox=require
  is "$name: nothing read, nobody called" "$opened $leaked $hits" "no no 0"
  attempt "$file" --sandbox=off
  note "$name: without the sandbox: opened $opened, leaked $leaked, $hits connections"
  [ $opened = no ] || n_opened=$((n_opened + 1))
  [ $leaked = no ] || n_leaked=$((n_leaked + 1))
  [ "$hits" -eq 0 ] || n_hits=$((n_hits + 1))
done
note "without the sandbox: $n_opened open the canary, $n_leaked leak it, $n_hits connect"
ok "this test can fail: files" test "$n_leaked" -gt 3
ok "this test can fail: connections" test "$n_hits" -gt 0

done_testing

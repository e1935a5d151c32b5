#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# unpack: the same files as tar gives, from a file and from a pipe, or nothing.
. ./tests/functions.sh
requires tar sha256sum

cd "$tmp" || exit 99
mkdir d
cp "$srcdir/samples/two-disks.ovf" d/two-disks.ovf
{ head -c 70000 /dev/urandom; head -c 2000000 /dev/zero; echo end; } >d/two-disks-disk1.vmdk
echo iso >d/two-disks-file1.iso
(cd d && sha256sum two-disks*) \
  | sed -E 's/^([0-9a-f]+)  (.*)/SHA256(\2)= \1/' >mf
mv mf d/two-disks.mf
pack () { tar cf "$1" --format=ustar -C d two-disks.ovf two-disks.mf two-disks-disk1.vmdk two-disks-file1.iso; }
pack x.ova
nothing () { [ ! -e "$1" ] && ! compgen -G ".*.partial" >/dev/null; }

umask 027
expect_exit 0 "a folder of its own" $VG "$OVFTOOL" unpack x.ova
ok "the same files" diff -r d x
is "plain modes, less the umask" "$(stat -c %a x/* | sort -u)" 640
ok "zeros are holes" test "$(stat -c %b x/two-disks-disk1.vmdk)" -lt 1000
expect_exit 1 "what is there is kept" $VG "$OVFTOOL" unpack x.ova
expect_exit 0 "unless forced" $VG "$OVFTOOL" unpack -f x.ova
mkdir there
echo mine >there/mine
expect_exit 0 "a folder that is there is filled" $VG "$OVFTOOL" unpack x.ova -C there
is "with what it had" "$(cat there/mine)" mine
rm there/mine
ok "and the same files" diff -r d there
cat x.ova | { "$OVFTOOL" unpack - -C piped >"$out" 2>"$err"; echo $? >status; }
is "from a pipe" "$(cat status)" 0
ok "the same files again" diff -r d piped
cat x.ova | { "$OVFTOOL" unpack - >"$out" 2>"$err"; echo $? >status; }
ok "named after the descriptor" diff -r d two-disks
expect_exit 0 "JSON" $VG "$OVFTOOL" unpack x.ova -C json --json
is "names, roles and digests" "$(tr -d ' \n' <"$out" | grep -oE '"(path|role|sha256)":"[^"]*"' | sed "s|$(pwd -P)/||")" \
  "$(for f in 'two-disks.ovf descriptor' 'two-disks.mf manifest' 'two-disks-disk1.vmdk disk' 'two-disks-file1.iso file'; do
       # shellcheck disable=SC2086
       set -- $f
       printf '"path":"json/%s"\n"role":"%s"\n"sha256":"%s"\n' "$1" "$2" "$(sha256sum <"d/$1" | cut -c1-64)"
     done)"

# ---- or nothing
dd if=/dev/zero of=x.ova bs=1 seek=$(($(stat -c %s x.ova) / 2)) count=3 conv=notrunc status=none
printf 'bad' | dd of=x.ova bs=1 seek=20000 conv=notrunc status=none
expect_exit 4 "a digest that differs" $VG "$OVFTOOL" unpack x.ova -C bad
ok "leaves nothing" nothing bad
cat x.ova | { "$OVFTOOL" unpack - -C bad >"$out" 2>"$err"; echo $? >status; }
is "from a pipe too" "$(cat status)" 4
ok "leaves nothing either" nothing bad
expect_exit 0 "unless it shall not be looked at" $VG "$OVFTOOL" unpack x.ova -C bad --no-verify
ok "which is said" grep -q 'not compared' "$err"
rm -r bad
head -c 60000 x.ova >cut.ova
expect_exit 3 "a cut archive" $VG "$OVFTOOL" unpack cut.ova
ok "nothing of it" nothing cut
pack x.ova
tar rf x.ova --format=ustar -C "$srcdir" COPYING
expect_exit 4 "a file that nobody lists" $VG "$OVFTOOL" unpack x.ova -C bad
ok "nothing of that" nothing bad
mv d/two-disks.mf mf
tar cf x.ova --format=ustar -C d two-disks.ovf two-disks-disk1.vmdk two-disks-file1.iso -C "$srcdir" COPYING
expect_exit 0 "without a manifest all is unpacked" $VG "$OVFTOOL" unpack x.ova -C all
ok "the unnamed one with a warning" grep -q 'OVF-PKG-007' "$err"
ok "it is there" cmp "$srcdir/COPYING" all/COPYING
tar cf x.ova --format=ustar -C d two-disks-disk1.vmdk two-disks.ovf
cat x.ova | { "$OVFTOOL" unpack - -C bad >"$out" 2>"$err"; echo $? >status; }
is "a pipe with a disk before the descriptor" "$(cat status)" 3
ok "says what to do" grep -q '^hint: save the archive' "$err"
head -c "$((512 + ($(stat -c %s d/two-disks.ovf) + 511) / 512 * 512))" \
  <(tar c --format=ustar -C d two-disks.ovf two-disks-disk1.vmdk) >between.ova
expect_exit 3 "cut between two files" $VG "$OVFTOOL" unpack between.ova
gzip -c x.ova >x.ova.gz
expect_exit 3 "a compressed archive" $VG "$OVFTOOL" unpack x.ova.gz -C bad
ok "shall be uncompressed first" grep -q '^hint: ' "$err"
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# set touches no byte of a disk, and replaces its package in one step.
. ./tests/functions.sh
requires tar openssl sha256sum

has () { grep -qF -- "$1" "$err"; }
names () { ls -A "$1" | tr '\n' ' '; }

cd "$tmp" || exit 99
mkdir d
cp "$srcdir/samples/two-disks.ovf" d/
head -c 3000000 /dev/urandom >d/two-disks-disk1.vmdk
echo iso >d/two-disks-file1.iso
openssl req -x509 -nodes -newkey rsa:2048 -keyout k -out c -days 3 -subj /CN=x \
  2>/dev/null
"$OVFTOOL" pack d -o a.ova --sign-key k --sign-cert c >/dev/null 2>&1 || exit 99
sum=$(sha256sum <d/two-disks-disk1.vmdk)

# ---- an archive
cp a.ova b.ova
chmod 600 b.ova
ln -s b.ova link.ova
expect_exit 0 "in place, through a link" "$OVFTOOL" set link.ova memory=1G
ok "the link is a link" test -L link.ova
is "access rights stay" "$(stat -c %a b.ova)" 600
is "the disk's bytes are the same" \
   "$(tar xOf b.ova two-disks-disk1.vmdk | sha256sum)" "$sum"
ok "the signature is dropped" has 'SIGN-DROPPED'
is "and gone" "$(tar tf b.ova | grep -c cert)" 0
ok "the manifest followed" "$OVFTOOL" verify b.ova
is "its other lines are the same" \
   "$(tar xOf b.ova two-disks.mf | sed 1d)" "$(tar xOf a.ova two-disks.mf | sed 1d)"
is "nothing else is left" "$(names .)" \
   ".err .home .log .out a.ova b.ova c d k link.ova "
ok "to standard output" sh -c "'$OVFTOOL' set a.ova memory=1G -o - >s.ova"
ok "the same bytes" cmp s.ova b.ova
rm s.ova

# ---- a folder
mkdir f
tar xf a.ova -C f
chmod 640 f/two-disks.ovf
touch -d 2001-01-01 f/*
before=$(stat -c '%i %Y' f/two-disks-disk1.vmdk f/two-disks-file1.iso)
expect_exit 0 "a folder in place" "$OVFTOOL" set f/two-disks.ovf cpus=2
is "the disks are the same files" \
   "$(stat -c '%i %Y' f/two-disks-disk1.vmdk f/two-disks-file1.iso)" "$before"
is "no certificate, nothing besides" "$(names f)" \
   "two-disks-disk1.vmdk two-disks-file1.iso two-disks.mf two-disks.ovf "
is "access rights stay" "$(stat -c %a f/two-disks.ovf)" 640
ok "the manifest followed" "$OVFTOOL" verify f

# ---- to another place
ok "an archive as a folder" "$OVFTOOL" set a.ova cpus=2 -o g
is "holds the package" "$(names g)" \
   "two-disks-disk1.vmdk two-disks-file1.iso two-disks.mf two-disks.ovf "
ok "a folder as a descriptor of another name" \
   "$OVFTOOL" set f cpus=3 -o h/new.ovf
is "names manifest and descriptor" "$(names h)" \
   "new.mf new.ovf two-disks-disk1.vmdk two-disks-file1.iso "
ok "which fit" "$OVFTOOL" verify h/new.ovf
ok "a folder as an archive" "$OVFTOOL" set f cpus=3 -o i.ova
ok "which fits" "$OVFTOOL" verify i.ova
expect_exit 1 "an existing target" "$OVFTOOL" set f cpus=3 -o i.ova

# ---- the manifest keeps its algorithm; none stays none
"$OVFTOOL" pack d -f -o a.ova --sha sha512 >/dev/null 2>&1
ok "set" "$OVFTOOL" set a.ova cpus=2
is "the algorithm stays" "$(tar xOf a.ova two-disks.mf | grep -c '^SHA512')" 3
rm f/two-disks.mf
ok "without a manifest" "$OVFTOOL" set f cpus=4
ok "none is made" test ! -e f/two-disks.mf

# ---- what does not match is not touched
tar xf a.ova -C f
printf X >>f/two-disks-disk1.vmdk
cp -a f before
expect_exit 4 "a changed disk in a folder" "$OVFTOOL" set f cpus=5
ok "all is as it was" diff -r f before
expect_exit 0 "--no-verify" "$OVFTOOL" set f cpus=5 --no-verify
ok "makes a manifest that fits" "$OVFTOOL" verify f
printf X | dd of=a.ova bs=1 seek=30000 conv=notrunc 2>/dev/null
cp a.ova before.ova
expect_exit 4 "a changed archive" "$OVFTOOL" set a.ova cpus=5
ok "is as it was" cmp a.ova before.ova
expect_exit 2 "a pipe" sh -c "'$OVFTOOL' set - cpus=5 <a.ova"
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# diff: what differs by meaning, and what does not count.
. ./tests/functions.sh
requires tar sed

has () { grep -qF -- "$1" "$out"; }

mkdir "$tmp/d" "$tmp/e"
cp "$srcdir/samples/two-disks.ovf" "$tmp/d"
printf 'KDMV-one' >"$tmp/d/two-disks-disk1.vmdk"
echo iso >"$tmp/d/two-disks-file1.iso"
ok "an archive" "$OVFTOOL" pack "$tmp/d" -o "$tmp/a.ova"

expect_exit 0 "a source and itself" "$OVFTOOL" diff "$tmp/a.ova" "$tmp/a.ova"
ok "is said" has 'no difference'
expect_exit 0 "an archive and its folder" "$OVFTOOL" diff "$tmp/a.ova" "$tmp/d"

# ---- names and ids do not count
sed 's/file1"/fileA"/g; s/"system"/"root"/g; s,disk/system,disk/root,g
     s/two-disks-disk1/other/' "$tmp/d/two-disks.ovf" >"$tmp/e/two-disks.ovf"
cp "$tmp/d/two-disks-disk1.vmdk" "$tmp/e/other.vmdk"
cp "$tmp/d/two-disks-file1.iso" "$tmp/e"
expect_exit 0 "other ids and names of files" "$OVFTOOL" diff "$tmp/d" "$tmp/e"

# ---- what does
expect_exit 0 "set" "$OVFTOOL" set "$tmp/a.ova" memory=2G -o "$tmp/b.ova"
expect_exit 3 "another memory" "$OVFTOOL" diff "$tmp/a.ova" "$tmp/b.ova"
is "one line" "$(cat "$out")" \
   "machines[two-disks].memory: 4294967296 -> 2147483648"
expect_exit 3 "as JSON" "$OVFTOOL" diff --json "$tmp/a.ova" "$tmp/b.ova"
ok "it is not the same" has '"same": false'
ok "with its path" has '"path": "machines[two-disks].memory"'
not_ok "and no error" has '"error"'
expect_exit 0 "remove" "$OVFTOOL" set "$tmp/a.ova" --remove nic.0 -o "$tmp/c.ova"
expect_exit 3 "a NIC less" "$OVFTOOL" diff "$tmp/a.ova" "$tmp/c.ova"
ok "is shown as gone" has '-> (none)'
expect_exit 3 "and the other way round" "$OVFTOOL" diff "$tmp/c.ova" "$tmp/a.ova"
ok "as new" has '(none) -> '
echo two >>"$tmp/e/other.vmdk"
expect_exit 3 "another content" "$OVFTOOL" diff "$tmp/d" "$tmp/e"
ok "is known by its digest" has 'files[0].sha256: '
expect_exit 0 "but not looked at with --no-verify" \
   "$OVFTOOL" diff --no-verify "$tmp/d" "$tmp/e"

# ---- descriptors alone
mkdir "$tmp/alone"
cp "$srcdir/samples/two-disks.ovf" "$tmp/alone"
expect_exit 0 "a descriptor without its files" "$OVFTOOL" diff "$tmp/alone" "$tmp/d"
ok "is told" grep -q 'is not there' "$err"

# ---- digests
mkdir "$tmp/u"
tar xf "$tmp/a.ova" -C "$tmp/u"
echo more >>"$tmp/u/two-disks-disk1.vmdk"
expect_exit 4 "a digest that differs" "$OVFTOOL" diff "$tmp/a.ova" "$tmp/u"
expect_exit 1 "a source that is not there" "$OVFTOOL" diff "$tmp/a.ova" "$tmp/x.ova"
expect_exit 2 "one source" "$OVFTOOL" diff "$tmp/a.ova"
done_testing

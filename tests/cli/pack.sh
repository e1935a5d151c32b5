#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# pack: member order and headers that importers ask for, the manifest kept byte
# for byte, refusals that leave nothing behind.
. ./tests/functions.sh
requires tar python3 sha256sum

has () { grep -qF -- "$1" "$err"; }
members () { tar tf "$1" | tr '\n' ' '; }
manifest () { (cd "$1" && sha256sum two-disks.ovf two-disks-disk1.vmdk \
  two-disks-file1.iso | sed -E 's/^([0-9a-f]+)  (.*)/SHA256(\2)= \1/'); }

mkdir "$tmp/d" "$tmp/none"
cp "$srcdir/samples/two-disks.ovf" "$tmp/d/two-disks.ovf"
head -c 70000 /dev/urandom >"$tmp/d/two-disks-disk1.vmdk"
echo 'not named by the descriptor' >"$tmp/d/stray.txt"
echo iso >"$tmp/d/two-disks-file1.iso"

# ---- without a manifest: one is made
expect_exit 0 "a folder" "$OVFTOOL" pack "$tmp/d" -o "$tmp/a.ova"
is "descriptor, manifest, files in the order of References" \
   "$(members "$tmp/a.ova")" \
   "two-disks.ovf two-disks.mf two-disks-disk1.vmdk two-disks-file1.iso "
ok "verify is content" "$OVFTOOL" verify "$tmp/a.ova"
is "the manifest's spelling" "$(tar xOf "$tmp/a.ova" two-disks.mf)" \
   "$(manifest "$tmp/d")"
is "owner, mode and time" \
   "$(tar tvf "$tmp/a.ova" --numeric-owner | awk '{print $1, $2, $4}' | sort -u)" \
   "-rw-r--r-- 0/0 1970-01-01"
is "plain ustar headers" "$(head -c 265 "$tmp/a.ova" | tail -c 8 | od -An -tx1)" \
   " 75 73 74 61 72 00 30 30"
is "two blocks of zeros at the end" \
   "$(tail -c 1024 "$tmp/a.ova" | tr -d '\0' | wc -c)" 0
is "and nothing behind them" "$(python3 -c 'import sys,tarfile
t = tarfile.open(sys.argv[1]); m = t.getmembers()[-1]
print(m.offset_data + (m.size + 511) // 512 * 512 + 1024)' "$tmp/a.ova")" \
   "$(stat -c %s "$tmp/a.ova")"

ok "twice" "$OVFTOOL" pack "$tmp/d/two-disks.ovf" -o "$tmp/b.ova"
ok "the same input gives the same archive" cmp "$tmp/a.ova" "$tmp/b.ova"
ok "a time of one's own" env SOURCE_DATE_EPOCH=86400 \
   "$OVFTOOL" pack "$tmp/d" -o "$tmp/c.ova"
is "is the members' time" \
   "$(TZ=UTC tar tvf "$tmp/c.ova" | awk '{print $4}' | sort -u)" "1970-01-02"
ok "to standard output" sh -c "'$OVFTOOL' pack '$tmp/d' -o - >'$tmp/p.ova'"
ok "the same bytes" cmp "$tmp/a.ova" "$tmp/p.ova"

# ---- with a manifest that matches
manifest "$tmp/d" | tac >"$tmp/d/two-disks.mf" # an order of its own
expect_exit 0 "with a manifest" "$OVFTOOL" pack "$tmp/d" -o "$tmp/m.ova"
ok "it is kept byte for byte" sh -c \
   "tar xOf '$tmp/m.ova' two-disks.mf | cmp - '$tmp/d/two-disks.mf'"
expect_exit 0 "another algorithm" \
   "$OVFTOOL" pack "$tmp/d" -o "$tmp/s.ova" --sha sha512
is "is used" "$(tar xOf "$tmp/s.ova" two-disks.mf | grep -c '^SHA512(')" 3
ok "and verifies" "$OVFTOOL" verify "$tmp/s.ova"
expect_exit 0 "SHA-1 on request" \
   "$OVFTOOL" pack "$tmp/d" -o "$tmp/1.ova" --sha sha1
ok "is warned of" has 'warning'
expect_exit 2 "an unknown algorithm" \
   "$OVFTOOL" pack "$tmp/d" -o "$tmp/x.ova" --sha md5

# ---- a digest that differs
echo more >>"$tmp/d/two-disks-disk1.vmdk"
expect_exit 4 "a changed disk" "$OVFTOOL" pack "$tmp/d" -o "$tmp/x.ova"
ok "leaves nothing" test ! -e "$tmp/x.ova" -a ! -e "$tmp/.x.ova.partial"
expect_exit 0 "--no-verify" "$OVFTOOL" pack "$tmp/d" -o "$tmp/n.ova" --no-verify
ok "says that the manifest is replaced" has 'replaced'
ok "by one that fits" "$OVFTOOL" verify "$tmp/n.ova"
rm "$tmp/d/two-disks.mf"

# ---- refusals
expect_exit 2 "no target" "$OVFTOOL" pack "$tmp/d"
expect_exit 1 "an existing target" "$OVFTOOL" pack "$tmp/d" -o "$tmp/a.ova"
expect_exit 0 "but with --force" "$OVFTOOL" pack "$tmp/d" -f -o "$tmp/a.ova"
expect_exit 2 "the source itself" \
   "$OVFTOOL" pack "$tmp/d/two-disks.ovf" -f -o "$tmp/d/two-disks.ovf"
expect_exit 3 "a folder without a descriptor" \
   "$OVFTOOL" pack "$tmp/none" -o "$tmp/x.ova"
expect_exit 1 "a folder that is not there" \
   "$OVFTOOL" pack "$tmp/absent" -o "$tmp/x.ova"
rm "$tmp/d/two-disks-file1.iso"
expect_exit 3 "a file that is not there" "$OVFTOOL" pack "$tmp/d" -o "$tmp/x.ova"
ok "leaves nothing" test ! -e "$tmp/x.ova"
ln -s ../d/stray.txt "$tmp/d/two-disks-file1.iso"
not_ok "a link in the place of a file" \
   "$OVFTOOL" pack "$tmp/d" -o "$tmp/x.ova"

# ---- names
rm "$tmp/d/two-disks-file1.iso"
echo iso >"$tmp/d/two-disks-file1.iso"
name=$(printf 'n%.0s' {1..120})
sed "s/two-disks-file1.iso/$name/" "$srcdir/samples/two-disks.ovf" \
  >"$tmp/d/two-disks.ovf"
echo iso >"$tmp/d/$name"
expect_exit 1 "a name that no ustar header holds" \
   "$OVFTOOL" pack "$tmp/d" -o "$tmp/x.ova"
done_testing

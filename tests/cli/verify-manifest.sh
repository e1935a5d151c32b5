#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# verify: digests of archives, folders and pipes; each flaw of a manifest with
# its exit status and its reason, and the two that --lax-manifest forgives.
. ./tests/functions.sh
requires tar sha256sum sha1sum sha512sum md5sum

cd "$tmp" || exit 99
mkdir d
cp "$srcdir/samples/two-disks.ovf" d/two-disks.ovf
head -c 70000 /dev/urandom >d/two-disks-disk1.vmdk
echo iso >d/two-disks-file1.iso
files='two-disks.ovf two-disks-disk1.vmdk two-disks-file1.iso'

# lines [ALGORITHM [FILE...]]: a manifest's text by the system's own tools.
lines () {
  local alg=${1:-sha256}
  shift
  # shellcheck disable=SC2086
  (cd d && "${alg}sum" ${*:-$files}) \
    | sed -E "s/^([0-9a-f]+)  (.*)/${alg^^}(\2)= \1/"
}
first () { sed -n 1p "$out"; }
# shellcheck disable=SC2086
pack () { tar cf x.ova --format=ustar -C d two-disks.ovf two-disks.mf ${files#* }; }

# case_of EXIT REGEX NAME [OPTION...]: with the manifest in mf, in
# all three forms of a package.
case_of () {
  local exit=$1 want=$2 name=$3
  shift 3
  cp mf d/two-disks.mf
  pack
  expect_exit "$exit" "$name" $VG "$OVFTOOL" verify x.ova "$@"
  if [ "$exit" -ne 3 ]; then
    ok "$name: $want" grep -qE "^verified: $want" "$out"
  fi
  expect_exit "$exit" "$name, a folder" $VG "$OVFTOOL" verify d "$@"
  cat x.ova | { "$OVFTOOL" verify - "$@" >"$out" 2>"$err"; echo $? >status; }
  is "$name, a pipe" "$(cat status)" "$exit"
}

lines >mf
case_of 0 'yes$' "SHA-256"
lines sha512 >mf
case_of 0 'yes$' "SHA-512"
lines sha1 >mf
case_of 0 'yes$' "SHA-1"
ok "is warned of" grep -q 'warning: .*SHA-1' "$err"
{ lines sha1 two-disks.ovf; lines sha512 two-disks-disk1.vmdk two-disks-file1.iso; } >mf
case_of 0 'yes$' "two algorithms"
lines | sed 's/^SHA256/SHA2-256 /; s/)=/) = /; s/$/\r/' >mf
case_of 0 'yes$' "blanks and CR LF"
{ lines; printf '%5000s\n\n' ''; } >mf
case_of 0 'yes$' "padding"
lines | sed 's|(|(./|' >mf
case_of 0 'yes$' "names with a dot"

true >mf
case_of 4 'no \(the manifest lists nothing\)' "empty"
true >mf
case_of 4 'no \(the manifest lists nothing\)' "empty is not forgiven" --lax-manifest
lines | sed '2s/= .\{8\}/= 00000000/' >mf
case_of 4 'no \(the digest of' "one differs"
lines | sed '2s/= .\{8\}/= 00000000/' >mf
case_of 4 'no \(the digest of' "that is not forgiven" --lax-manifest
lines sha256 two-disks.ovf two-disks-file1.iso >mf
case_of 4 'no \(.*does not list' "a disk left out"
lines sha256 two-disks.ovf two-disks-file1.iso >mf
case_of 4 'no \(.*does not list' "that is not forgiven either" --lax-manifest
lines md5 >mf
case_of 4 'no \(.*too weak' "MD5"
lines | sed 's/SHA256/SHA999/' >mf
case_of 4 'no \(.*unknown' "an unknown algorithm"
lines | sed '3s/..$//' >mf
case_of 4 'no \(.*digits' "a short digest"
{ lines; lines sha256 two-disks.ovf; } >mf
case_of 4 'no \(.*twice' "a double entry"
{ lines; echo "SHA256(two-disks.mf)= $(sha256sum </dev/null | cut -c1-64)"; } >mf
case_of 4 'no \(the manifest lists .two-disks.mf' "itself" --lax-manifest

nofile="SHA256(gone.iso)= $(sha256sum </dev/null | cut -c1-64)"
{ lines; echo "$nofile"; } >mf
case_of 4 'no \(.*not in the package' "an absent file"
{ lines; echo "$nofile"; } >mf
case_of 0 'lax \(.*not in the package' "forgiven" --lax-manifest
lines sha256 two-disks-disk1.vmdk two-disks-file1.iso >mf
case_of 4 'no \(.*descriptor' "no descriptor"
lines sha256 two-disks-disk1.vmdk two-disks-file1.iso >mf
case_of 0 'lax \(.*descriptor' "forgiven too" --lax-manifest

{ lines; echo "hello"; } >mf
case_of 3 - "a line that is none"
ok "which one" grep -qE '^two-disks.mf:4: error: .*\[OVF-MF-001\]$' "$err"
lines | tr '(' '[' >mf
case_of 3 - "other brackets"
{ lines; printf '\0'; } >mf
case_of 3 - "a NUL byte"

# ---- what is around it
lines >d/two-disks.mf
pack
tar rf x.ova --format=ustar -C "$srcdir" COPYING
expect_exit 4 "a member that nobody lists" $VG "$OVFTOOL" verify x.ova
ok "is named" grep -q "^verified: no (the manifest does not list 'COPYING')" "$out"
echo x >d/other.txt
expect_exit 0 "in a folder it is no member" $VG "$OVFTOOL" verify d
pack
echo x >>x.ova
expect_exit 4 "bytes after the end" $VG "$OVFTOOL" verify x.ova
ok "are the reason" grep -q '^verified: no (other bytes follow' "$out"
rm d/two-disks.mf
expect_exit 4 "no manifest" $VG "$OVFTOOL" verify d
is "says so" "$(first)" "verified: no (no manifest)"
lines >d/two-disks.mf
rm d/two-disks-disk1.vmdk
expect_exit 4 "a folder without its disk" $VG "$OVFTOOL" verify d
ln -s /etc/hostname d/two-disks-disk1.vmdk
expect_exit 3 "a disk that is a link" $VG "$OVFTOOL" verify d
ok "is unsafe" grep -q 'OVF-TAR-008' "$err"

# ---- JSON
rm d/two-disks-disk1.vmdk
echo other >d/two-disks-disk1.vmdk
expect_exit 4 "JSON of a mismatch" $VG "$OVFTOOL" verify d --json
ok "holds the result" grep -q '"verified": false' "$out"
ok "and the error" grep -q '"code": "integrity"' "$out"
ok "and each file" sh -c "tr -d ' \n' <'$out' \
  | grep -qF '{\"name\":\"two-disks-disk1.vmdk\",\"listed\":true,\"match\":false}'"
expect_exit 1 "a package that is not there" $VG "$OVFTOOL" verify absent.ova
expect_exit 2 "a configuration is no package" \
  $VG "$OVFTOOL" verify "$srcdir/tests/golden/libvirt-read-full/source.xml"
done_testing

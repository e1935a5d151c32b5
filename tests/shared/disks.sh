#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real disk images: each that our inspection accepts becomes the raw disk that
# qemu-img makes of it, byte by byte, and goes through every other format and
# back.  Each that is refused is refused with exit status 3 (or 1 where QEMU
# cannot read it either) and its reason.
. ./tests/functions.sh
needs_shared corpus/disks
requires qemu-img qemu-nbd gzip bzip2 python3

cp -r "$SHARED/corpus/disks" "$tmp/disks"
chmod -R u+w "$tmp/disks"
find "$tmp/disks" -name '*.gz' -exec gzip -d {} +
find "$tmp/disks" -name '*.bz2' -exec bzip2 -d {} +

# What our inspection takes it for; for QEMU.
format_of () {
  "$OVFTOOL" disk info --json "$1" 2>/dev/null | python3 -c '
import json, sys
d = json.load(sys.stdin).get("result")
print(d["images"][0]["format"] if d and d["images"] else "")'
}
qemu_of () {
  case $1 in vhd) echo vpc ;; vmdk*) echo vmdk ;; *) echo "$1" ;; esac
}
# Size and bytes; unlike cmp it skips holes of hundreds of gigabytes.
equal () {
  [ "$(stat -c %s "$1")" -eq "$(stat -c %s "$2")" ] \
    && qemu-img compare -q -f raw -F raw "$1" "$2"
}
small () { # for round trips
  [ "$(stat -c %s "$1")" -le $((2 << 30)) ]
}

accepted=0 refused=0
while IFS= read -r file; do
  name=${file#"$tmp/disks/"}
  "$OVFTOOL" -q disk convert "$file" "$tmp/ours.raw" -f >"$out" 2>"$err"
  status=$?
  format=$(qemu_of "$(format_of "$file")")
  if [ "$status" -ne 0 ]; then
    refused=$((refused + 1))
    note "refused: $name: exit $status: $(head -n 1 "$err" | sed "s|$tmp/disks/||g")"
    case $status in
      3) pass "$name: refused as malformed or unsafe" ;;
      2) ok "$name: of no kind that is known" grep -q 'of no known disk format' "$err" ;;
      1) not_ok "$name: refused, and QEMU does not read it" \
           qemu-img convert -f "${format:-raw}" -O raw "$file" "$tmp/theirs.raw" ;;
      *) fail "$name: exit status $status" ;;
    esac
    continue
  fi
  accepted=$((accepted + 1))
  if ! qemu-img convert -f "$format" -O raw "$file" "$tmp/theirs.raw" 2>"$err"; then
    # Streams that QEMU gives up on are compared elsewhere: corpus-vmdk.sh.
    note "QEMU does not read $name: $(head -n 1 "$err")"
    pass "$name: read, by us alone"
    continue
  fi
  ok "$name ($format): the bytes that QEMU finds" equal "$tmp/theirs.raw" "$tmp/ours.raw"
  rm -f "$tmp/theirs.raw"
  small "$tmp/ours.raw" || continue
  for to in vmdk vdi qcow2 vhd vhdx; do
    bad=
    "$OVFTOOL" -q disk convert "$tmp/ours.raw" "$tmp/x.$to" -f >"$err" 2>&1 || bad=convert
    [ "$to" = vhd ] || [ -n "$bad" ] \
      || qemu-img check -q -f "$to" "$tmp/x.$to" >"$err" 2>&1 || bad=check
    [ -n "$bad" ] || "$OVFTOOL" -q disk convert "$tmp/x.$to" "$tmp/back.raw" -f \
      >"$err" 2>&1 || bad=back
    [ -n "$bad" ] || qemu-img compare -q -f raw -F raw "$tmp/ours.raw" "$tmp/back.raw" \
      >"$err" 2>&1 || bad=compare
    is "$name: to $to and back" "$bad" ""
    [ -z "$bad" ] || tap_show "$err"
  done
  rm -f "$tmp"/x.* "$tmp/back.raw"
done < <(find "$tmp/disks" -type f | sort)
note "$accepted accepted, $refused refused"
ok "there were some of each" test "$accepted" -gt 10 -a "$refused" -gt 0

done_testing

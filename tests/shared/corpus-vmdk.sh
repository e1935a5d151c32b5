#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every streamOptimized and monolithicSparse VMDK of the corpus that qemu-img
# reads: our conversion holds the same bytes, our qcow2 passes qemu-img's
# check, and the number of workers does not change a bit of it.
. ./tests/functions.sh
needs_shared corpus
requires qemu-img python3

create_type () {
  qemu-img info -f vmdk --output=json "$1" 2>/dev/null | python3 -c '
import json, sys
try:
    d = json.load(sys.stdin)
except ValueError:
    sys.exit()
print(d.get("format-specific", {}).get("data", {}).get("create-type", ""))'
}

same_bytes () { qemu-img compare -q -f vmdk -F "$3" "$1" "$2"; }

# convert NAME VMDK FORMAT JOBS OUT [OPTION...]
convert () {
  local name=$1 in=$2 format=$3 jobs=$4 to=$5
  shift 5
  expect_exit 0 "$name" $VG "$OVFTOOL" disk convert -j "$jobs" "$in" "$to" \
    --to "$format" "$@"
}

check () {
  local in=$1 name=$2
  convert "$name: to raw" "$in" raw 1 "$tmp/1.raw"
  ok "$name: raw holds the same bytes" same_bytes "$in" "$tmp/1.raw" raw
  convert "$name: to raw, 4 jobs" "$in" raw 4 "$tmp/4.raw"
  # Not cmp: it would read gigabytes of holes.
  ok "$name: raw does not depend on jobs" \
    qemu-img compare -q -f raw -F raw "$tmp/1.raw" "$tmp/4.raw"
  convert "$name: to qcow2" "$in" qcow2 1 "$tmp/1.qcow2"
  ok "$name: qcow2 holds the same bytes" same_bytes "$in" "$tmp/1.qcow2" qcow2
  ok "$name: qemu-img check of the qcow2" qemu-img check -q -f qcow2 "$tmp/1.qcow2"
  convert "$name: to qcow2, 4 jobs" "$in" qcow2 4 "$tmp/4.qcow2"
  ok "$name: qcow2 does not depend on jobs" cmp "$tmp/1.qcow2" "$tmp/4.qcow2"
  convert "$name: to compressed qcow2" "$in" qcow2 1 "$tmp/1c.qcow2" \
    --disk-option compressed
  ok "$name: compressed qcow2 holds the same bytes" \
    same_bytes "$in" "$tmp/1c.qcow2" qcow2
  ok "$name: qemu-img check of the compressed qcow2" \
    qemu-img check -q -f qcow2 "$tmp/1c.qcow2"
  convert "$name: to compressed qcow2, 4 jobs" "$in" qcow2 4 "$tmp/4c.qcow2" \
    --disk-option compressed
  ok "$name: compressed qcow2 does not depend on jobs" \
    cmp "$tmp/1c.qcow2" "$tmp/4c.qcow2"
  rm -f "$tmp"/*.raw "$tmp"/*.qcow2
}

# The disks inside archives count as well.
mkdir "$tmp/members"
find "$SHARED/corpus" -iname '*.ova' | sort | while read -r ova; do
  d=$tmp/members/$(basename "$ova" .ova)
  mkdir "$d"
  tar -xf "$ova" -C "$d" --wildcards '*.vmdk*' 2>/dev/null
  find "$d" -name '*.gz' -exec gzip -d {} +
done

checked=0
while IFS= read -r vmdk; do
  case $(create_type "$vmdk") in
    streamOptimized | monolithicSparse) ;;
    *) continue ;;
  esac
  # What qemu-img cannot read to the end is no ground truth.
  qemu-img convert -f vmdk -O raw "$vmdk" "$tmp/theirs" 2>/dev/null || {
    note "qemu-img does not read ${vmdk##*/}"
    continue
  }
  rm -f "$tmp/theirs"
  checked=$((checked + 1))
  rel=${vmdk#"$SHARED/corpus/"}
  check "$vmdk" "${rel#"$tmp/"}"
done < <(find "$SHARED/corpus" "$tmp/members" -iname '*.vmdk' -type f | sort)
ok "at least five such disks are in the corpus" test "$checked" -ge 5
done_testing

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# export.sh [DIR]: how fast is a disk made into an OVA, against qemu-img,
# sha256sum and tar (samples/pack-ova.sh).  Size counts too: ours must not be
# larger.  data.sh says what DIR and the environment may be.
. "$(dirname "$0")/data.sh"

echo "== export, $rounds rounds"
pair --target ours.wall=0.30 --target ours.cpu=0.42 --target ours.rss=32 \
  "by-hand=rm -f $work/by-hand.ova && $here/../samples/pack-ova.sh -n small $work/small.raw $work/by-hand.ova" \
  "ours=rm -f $work/ours.ova && $ovftool export -q -j $jobs $work/small.raw -o $work/ours.ova"
size () { stat -c %s "$1"; }
echo "bytes: by hand $(size "$work/by-hand.ova"), ours $(size "$work/ours.ova")"
[ "$(size "$work/ours.ova")" -le "$(size "$work/by-hand.ova")" ] || failed=1
rm -rf "$work/unpacked"
mkdir "$work/unpacked"
tar -xf "$work/ours.ova" -C "$work/unpacked"
echo "same bytes: $(qemu-img compare -f raw -F vmdk "$work/small.raw" "$work"/unpacked/*.vmdk)"
exit "$failed"

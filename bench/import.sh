#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# import.sh [DIR]: how fast are import and verify, against what people write
# by hand: tar, sha256sum and qemu-img.  Rounds are interleaved and ratios come
# first (pair.py); the outputs are compared, since a fast wrong answer is none.
#
# data.sh says what DIR and the environment may be.
. "$(dirname "$0")/data.sh"

# ---- what people do by hand ------------------------------------------------
# Each begins in an empty folder of its own, as ours does.
unpack="rm -rf $work/by-hand && mkdir $work/by-hand && cd $work/by-hand \
  && tar -xf $work/small.ova \
  && sed 's/^SHA256(\\(.*\\))= \\(.*\\)\$/\\2  \\1/' small.mf | sha256sum -c --quiet -"
by_hand () { echo "$unpack && qemu-img convert -f vmdk $1 small-disk1.vmdk out"; }
ours () { # ours FORMAT OPTIONS
  echo "rm -rf $work/ours && $ovftool import -q -j $jobs $work/small.ova \
    --to libvirt -o $work/ours --disk-format $1 ${2:-}"
}
stream="for m in small.ovf small-disk1.vmdk; do tar -xOf $work/small.ova \$m | sha256sum; done"

compare () { # compare FORMAT
  echo "same bytes: $(qemu-img compare -f raw -F "$1" "$work/small.raw" "$work/ours/small-disk1.$1")"
}

echo "== import to raw, $rounds rounds"
pair --target ours.wall=0.40 --target ours.cpu=0.42 --target ours.rss=32 \
  "by-hand=$(by_hand '-O raw')" "ours=$(ours raw)"
compare raw
echo "== import to qcow2"
pair --target ours.wall=0.50 --target ours.rss=32 \
  "by-hand=$(by_hand '-O qcow2')" "ours=$(ours qcow2)"
compare qcow2
echo "== import to compressed qcow2, against qemu-img convert -c"
pair --target ours.wall=0.10 --target ours.rss=32 \
  "by-hand=$(by_hand '-c -O qcow2')" "ours=$(ours qcow2 '--disk-option compressed')"
compare qcow2
echo "== verify"
pair --target ours.wall=0.40 "tar-sha256sum=$stream" \
  "ours=$ovftool verify -q $work/small.ova"
exit "$failed"

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# import.sh [DIR]: how fast are import and verify, against what people write
# by hand: tar, sha256sum and qemu-img.  Rounds are interleaved and ratios come
# first (pair.py); the outputs are compared, since a fast wrong answer is none.
#
#   DIR             scratch, 2 GB (default: a temporary folder)
#   OVFTOOL         the tool (default: the one of this build)
#   OVFTOOL_SHARED  its guests/make-disks.sh makes the data; without it a disk
#                   is made of /usr/lib and /usr/share
#   ROUNDS          5
#   JOBS            2, of ours and qemu-img's own threads
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
ovftool=${OVFTOOL:-$PWD/ovftool/ovftool}
rounds=${ROUNDS:-5} jobs=${JOBS:-2}
if [ $# -ge 1 ]; then
  mkdir -p "$1"
  work=$(cd "$1" && pwd)
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi

# ---- data ------------------------------------------------------------------
if [ ! -e "$work/small.raw" ]; then
  if [ -n "${OVFTOOL_SHARED:-}" ]; then
    "$OVFTOOL_SHARED/guests/make-disks.sh" "$work" --only small >/dev/null
    rm -f "$work/small.qcow2"
  else
    # 128 MiB of programs and texts, spread over a disk of 1 GiB.
    truncate -s 1G "$work/small.raw"
    tar -cf - --sort=name /usr/lib /usr/share 2>/dev/null | head -c 128M \
      | split -b 8M --filter="dd of=$work/small.raw bs=1M conv=notrunc status=none \
          seek=\$((0x\${FILE#x} * 61))" -a 2 -x - x || true
  fi
fi
if [ ! -e "$work/small.ova" ]; then
  "$here/../samples/pack-ova.sh" -n small "$work/small.raw" "$work/small.ova"
fi
cat "$work/small.ova" "$work/small.raw" >/dev/null

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

failed=0
pair () { "$here/pair.py" -n "$rounds" "$@" || failed=1; }

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

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# export.sh [DIR]: how fast is a package made of a disk, against what people
# write by hand: qemu-img (streamOptimized), sha256sum and tar.  As import.sh,
# whose options it takes; the output is compared, and its size is printed.
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
  else
    # 128 MiB of programs and texts, spread over a disk of 1 GiB.
    truncate -s 1G "$work/small.raw"
    tar -cf - --sort=name /usr/lib /usr/share 2>/dev/null | head -c 128M \
      | split -b 8M --filter="dd of=$work/small.raw bs=1M conv=notrunc status=none \
          seek=\$((0x\${FILE#x} * 61))" -a 2 -x - x || true
  fi
fi
[ -e "$work/small.qcow2" ] \
  || qemu-img convert -f raw -O qcow2 "$work/small.raw" "$work/small.qcow2"
cat "$work/small.raw" "$work/small.qcow2" >/dev/null

by_hand () { # by_hand FORMAT
  echo "rm -rf $work/by-hand && mkdir $work/by-hand && cd $work/by-hand \
    && qemu-img convert -f $1 -O vmdk -o subformat=streamOptimized \
      $work/small.$1 small-disk1.vmdk \
    && sha256sum small-disk1.vmdk >small.mf && tar -cf out.ova small.mf small-disk1.vmdk"
}
ours () {
  echo "$ovftool build -q -f -j $jobs --disk $work/small.$1 -o $work/ours.ova"
}

failed=0
for format in raw qcow2; do
  echo "== export of $format, $rounds rounds"
  "$here/pair.py" -n "$rounds" \
    --target ours.wall=0.30 --target ours.cpu=0.42 --target ours.rss=32 \
    "by-hand=$(by_hand "$format")" "ours=$(ours "$format")" || failed=1
  tar -xOf "$work/ours.ova" ours-disk1.vmdk >"$work/ours.vmdk"
  echo "same bytes: $(qemu-img compare -f raw -F vmdk "$work/small.raw" "$work/ours.vmdk")"
  echo "size: $(stat -c %s "$work/ours.ova") against $(stat -c %s "$work/by-hand/out.ova")"
  [ "$(stat -c %s "$work/ours.ova")" -le "$(stat -c %s "$work/by-hand/out.ova")" ] \
    || failed=1
done
exit "$failed"

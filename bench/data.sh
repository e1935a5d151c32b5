#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What every benchmark begins with: settings, and the disk they work on.
#
#   DIR             scratch, 2 GB (default: a temporary folder)
#   OVFTOOL         the tool (default: the one of this build)
#   OVFTOOL_SHARED  its guests/make-disks.sh makes the data; without it a disk
#                   is made of /usr/lib and /usr/share
#   ROUNDS          5
#   JOBS            2, of ours and qemu-img's own threads
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
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

failed=0
# Targets that are missed are told at the end, not in the middle.
pair () { "$here/pair.py" -n "$rounds" "$@" || failed=1; }

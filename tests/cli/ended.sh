#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A package that is replaced is the old or the new one when the tool is killed,
# and without room nothing is left.  (interrupted.sh: one that is new.)
. ./tests/functions.sh
requires tar python3

cd "$tmp" || exit 99
mkdir d w
python3 - <<'PY'
import random
random.seed(1)
with open("g.raw", "wb") as f:
    f.truncate(64 << 20)
    for i in range(0, 60):
        f.seek(i << 20)
        f.write(random.randbytes(500000))
PY
"$OVFTOOL" build -q --disk g.raw -o good.ova || exit 99
names () { ls -A w | tr '\n' ' '; }

# ended SIGNAL SECONDS CMD...: true when the command was ended by the signal
ended () {
  local signal=$1 after=$2 status=0
  shift 2
  timeout --foreground -s "$signal" "$after" "$@" >/dev/null 2>&1 || status=$?
  [ "$status" -ne 0 ]
}

# ---- one that is replaced
cp good.ova w/x.ova
wrong=0
for signal in TERM INT KILL; do
  for after in 0.005 0.02 0.05; do
    ended "$signal" "$after" "$OVFTOOL" set w/x.ova "cpus=$((RANDOM % 8 + 1))"
    "$OVFTOOL" verify -q w/x.ova >/dev/null || wrong=$((wrong + 1))
    case $signal:$(names) in
      *:'x.ova ' | KILL:'.x.ova.partial x.ova ') ;;
      *) wrong=$((wrong + 1)) ;;
    esac
  done
done
is "a package that is changed is the old or the new one" "$wrong" 0

# ---- no room
if mkdir full && mount -t tmpfs -o size=4m ovftool-test full 2>/dev/null; then
  cleanup_fn umount "$tmp/full"
  expect_exit 1 "a full file system" \
    "$OVFTOOL" build -q --disk g.raw -o full/x.ova
  is "has nothing in it" "$(ls -A full)" ""
  expect_exit 1 "for a copy" "$OVFTOOL" set good.ova cpus=2 -o full/y.ova
  is "has nothing in it" "$(ls -A full)" ""
  expect_exit 1 "for a folder" "$OVFTOOL" set good.ova cpus=2 -o full/y
  is "has nothing in it" "$(ls -A full)" ""
  expect_exit 1 "for the file without a name" \
    env TMPDIR="$tmp/full" sh -c "'$OVFTOOL' build -q --disk g.raw -o - >w/p"
else
  skip "a full file system" "cannot mount one"
fi
done_testing

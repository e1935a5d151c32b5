#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Packages are whole or not there: killed at any moment, or without room.
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

# ---- a new package
wrong=0 stopped=0 whole=0
for signal in TERM INT HUP KILL; do
  for after in 0.01 0.03 0.06 0.1 0.2; do
    ended "$signal" "$after" "$OVFTOOL" build -q --disk g.raw -o w/x.ova \
      && stopped=$((stopped + 1))
    case $(names) in
      '') ;;
      'x.ova ')
        whole=$((whole + 1))
        "$OVFTOOL" verify -q w/x.ova >/dev/null || wrong=$((wrong + 1))
        ;;
      '.x.ova.partial ') [ "$signal" = KILL ] || wrong=$((wrong + 1)) ;;
      *) wrong=$((wrong + 1)) ;;
    esac
    [ "$wrong" -eq 0 ] || note "$signal after $after s: $(names)"
    [ -e w/x.ova ] && rm -f w/x.ova
  done
done
is "whole or not there, and only SIGKILL leaves its one name" "$wrong" 0
note "$stopped stopped, $whole whole"
ok "some were stopped" test "$stopped" -gt 0
ok "the next run cleans up" "$OVFTOOL" build -q --disk g.raw -o w/x.ova
is "and leaves the package alone" "$(names)" "x.ova "
ok "and verifies" "$OVFTOOL" verify w/x.ova

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

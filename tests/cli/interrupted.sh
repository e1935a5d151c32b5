#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Whatever happens in the middle, the target is absent or complete: killed at
# random points, a full disk.
. ./tests/functions.sh
requires openssl

runs=${OVFTOOL_KILLS:-17} # of each of three signals
disk=$tmp/disk.raw
openssl enc -aes-128-ctr -nosalt -K "$(printf '%032d' 1)" -iv "$(printf '%032d' 2)" \
  -in /dev/zero 2>/dev/null | head -c 16M >"$disk"

build () { "$OVFTOOL" -q build --disk "$disk" -o "$1"; }

mkdir "$tmp/ref"
began=$(date +%s%N)
ok "an undisturbed run" build "$tmp/ref/x.ova"
took=$((($(date +%s%N) - began) / 1000)) # microseconds

# One run, killed after a random part of the time an undisturbed one takes.
# Background jobs of a shell ignore SIGINT; env gives it back.
killed () {
  local signal=$1 pid
  env --default-signal=INT "$OVFTOOL" -q build --disk "$disk" -o "$tmp/t/x.ova" \
    >/dev/null 2>&1 &
  pid=$!
  sleep "$(printf '%d.%06d' 0 $(((RANDOM * 32768 + RANDOM) % took % 1000000)))"
  kill -s "$signal" "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
}

# What may lie in the folder after a signal.
judge () {
  local signal=$1 left
  if [ -e "$tmp/t/x.ova" ]; then
    cmp -s "$tmp/t/x.ova" "$tmp/ref/x.ova" || { note "incomplete target"; return 1; }
    rm "$tmp/t/x.ova"
  fi
  left=$(ls -A "$tmp/t")
  [ -n "$left" ] || return 0
  [ "$signal" = KILL ] && [ "$left" = .x.ova.partial ] && return 0
  note "left behind after $signal: $left"
  return 1
}

for signal in KILL TERM INT; do
  bad=0
  mkdir -p "$tmp/t"
  for ((i = 0; i < runs; i++)); do
    killed "$signal"
    judge "$signal" || bad=$((bad + 1))
  done
  is "$runs runs killed by $signal: absent or complete, nothing else" "$bad" 0
  build "$tmp/t/x.ova"
  ok "a run after $signal works" cmp "$tmp/t/x.ova" "$tmp/ref/x.ova"
  is "and cleans up" "$(ls -A "$tmp/t")" x.ova
  rm -rf "$tmp/t"
done

mkdir "$tmp/full"
if mount -t tmpfs -o size=1m none "$tmp/full" 2>/dev/null; then
  cleanup_fn umount "$tmp/full"
  need=$(stat -c %s "$tmp/ref/x.ova") bad=0
  for size in 64 256 1024 4096 8192 $((need / 1024 - 64)); do
    mount -o "remount,size=${size}k" "$tmp/full"
    build "$tmp/full/x.ova" >/dev/null 2>&1
    [ $? -eq 1 ] && [ -z "$(ls -A "$tmp/full")" ] || { bad=$((bad + 1)); note "size ${size}k"; }
  done
  is "a full disk: exit 1 and nothing left" "$bad" 0
  mount -o "remount,size=$((need / 1024 + 4096))k" "$tmp/full"
  build "$tmp/full/x.ova"
  ok "with room it works" cmp "$tmp/full/x.ova" "$tmp/ref/x.ova"
else
  skip "a full disk" "needs the right to mount a tmpfs"
fi
done_testing

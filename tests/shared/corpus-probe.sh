#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `ovftool SOURCE`, as text and as blocks, on every OVF and OVA of the corpus:
# 0 wherever `info` is 0 and else 1, nothing but printable text, nothing on
# standard error.
. ./tests/functions.sh
needs_shared corpus

printable () { ! LC_ALL=C grep -aq '[^[:print:][:space:]'$'\x80-\xff'']' "$1"; }

n=0
for f in "$SHARED"/corpus/ova/*.ova "$SHARED"/corpus/ovf/*.ovf; do
  want=0
  "$OVFTOOL" info "$f" >/dev/null 2>&1 || want=1
  for mode in --quiet --machineOutput; do
    tap_status $VG "$OVFTOOL" "$mode" "$f"
    if [ "$status" -ne "$want" ] || [ -s "$err" ] || [ ! -s "$out" ] \
      || ! printable "$out"; then
      fail "$mode $(basename "$f"): status $status, expected $want"
      tap_show "$err"
    fi
    n=$((n + 1))
  done
done
[ "$n" -gt 0 ] && pass "$n probes"
done_testing

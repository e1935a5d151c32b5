#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Progress: silent without a terminal, lines or objects on request.
. ./tests/functions.sh
requires python3

head -c 3000000 /dev/urandom >"$tmp/in.raw"
n=0
convert () {
  n=$((n + 1))
  "$OVFTOOL" disk convert "$@" "$tmp/in.raw" "$tmp/out$n.raw"
}

expect_exit 0 "no terminal" convert
ok "silence" test ! -s "$err"
expect_exit 0 "--progress=plain" convert --progress=plain
ok "lines of percents" bash -c '[ -s "$1" ] && ! grep -vqxE "[0-9]+%" "$1"' - "$err"
is "the last one is 100" "$(tail -n 1 "$err")" "100%"
expect_exit 0 "--progress=json" convert --progress=json
ok "objects with what, done and total" python3 -c '
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
assert rows and all(sorted(r) == ["done", "total", "what"] for r in rows), rows
assert rows[-1]["done"] == rows[-1]["total"] == 3000000, rows[-1]
' "$err"
expect_exit 0 "--quiet with --progress=plain" convert -q --progress=plain
ok "was asked for" test -s "$err"
ok "the copies are right" cmp "$tmp/in.raw" "$tmp/out$n.raw"

if command -v script >/dev/null \
   && script -qec true /dev/null </dev/null >/dev/null 2>&1; then
  TERM=xterm script -qec "'$OVFTOOL' disk convert $tmp/in.raw $tmp/tty.raw >/dev/null" \
    /dev/null </dev/null >"$out" 2>&1
  ok "the bar on a terminal is gone at the end" bash -c \
    '! grep -q . "$1" || tail -c 5 "$1" | grep -q "$(printf "\033\\[K")"' - "$out"
else
  skip "the bar on a terminal" "needs script"
fi
done_testing

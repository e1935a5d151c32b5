#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# probe/: what `ovftool SOURCE` prints, to the byte: CASE.txt, and CASE.machine
# with --machineOutput, of CASE.ovf.
#
#   OVF_TEST_REGENERATE=1 writes the expected files: look at the difference.
. ./tests/functions.sh
requires python3

check () { # NAME EXPECTED OPTION...
  local name=$1 want=$2
  shift 2
  (cd "$srcdir/tests/golden/probe" && exec "$OVFTOOL" "$@") \
    >"$tmp/got" 2>"$tmp/stderr"
  is "$name: exit status" "$?" 0
  is "$name: nothing on standard error" "$(cat "$tmp/stderr")" ""
  [ -n "${OVF_TEST_REGENERATE:-}" ] && cp "$tmp/got" "$want"
  if cmp -s "$tmp/got" "$want"; then
    pass "$name: to the byte"
  else
    fail "$name: to the byte"
    diff -u "$want" "$tmp/got" | head -n 40 >"$tmp/diff"
    tap_show "$tmp/diff"
  fi
}

for f in "$srcdir"/tests/golden/probe/*.ovf; do
  name=$(basename "$f" .ovf)
  check "$name" "${f%.ovf}.txt" "./$name.ovf"
  check "$name: blocks" "${f%.ovf}.machine" --machineOutput "./$name.ovf"
done

# What a stranger wrote puts no byte on the terminal that is not printable,
# begins no line, and is no XML.
cd "$srcdir/tests/golden/probe" || exit 99
"$OVFTOOL" hostile.ovf >"$tmp/text" 2>&1
"$OVFTOOL" --machineOutput hostile.ovf >"$tmp/blocks" 2>&1
for f in text blocks; do
  ok "$f: no control character" \
    python3 -c 'import sys, unicodedata
text = open (sys.argv[1], encoding="utf-8").read ()
bad = [c for c in text if c != "\n" and unicodedata.category (c) in ("Cc", "Cf")]
sys.exit (bool (bad))' "$tmp/$f"
done
ok "every line of a block is a keyword or begins with +" \
  bash -c '! grep -vE "^(\+( .*)?|PROBE|WARNING|RESULT|)$" "$1"' - "$tmp/blocks"
is "one result" "$(grep -cx RESULT "$tmp/blocks")" 1
ok "the block is XML" python3 -c 'import sys
from xml.etree import ElementTree
blocks = open (sys.argv[1], encoding="utf-8").read ().split ("\n\n")
ElementTree.fromstring ("\n".join (l[2:] for l in blocks[0].split ("\n")[1:]))' \
  "$tmp/blocks"
done_testing
